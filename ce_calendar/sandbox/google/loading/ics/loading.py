"""Takes an iCalendar text into a calendar: series, their exceptions, single events; and says what it could not take."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, cast

from icalendar import Calendar as Parsed
from icalendar import Component, Event

from ce_calendar.sandbox.clock import Clock
from ce_calendar.sandbox.fields import BadInputError
from ce_calendar.sandbox.google.calendars import Calendar
from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.events.times import Json, is_all_day, local, placed, stamp_of
from ce_calendar.sandbox.google.loading.accounts import Check
from ce_calendar.sandbox.google.loading.ics import bodies
from ce_calendar.sandbox.google.loading.ics.zones import Zones

_UNUSABLE = (GoogleError, ValueError, TypeError, KeyError, AttributeError, OverflowError)
_CONTAINERS = ("VEVENT", "VCALENDAR", "VTIMEZONE", "STANDARD", "DAYLIGHT", "VALARM")
_TAKEN_AWAY = ("summary", "description", "location", "transparency", "attendees")
"""An exception in iCalendar is whole: what it does not say it does not have from its series, but its visibility."""


@dataclass
class Group:
    """All that a text says under one UID."""

    master: Event | None = None
    exceptions: dict[str, Event] = field(default_factory=dict)
    """By what their RECURRENCE-ID says."""


@dataclass(frozen=True, slots=True)
class Exceptional:
    """An occurrence that is unlike its series."""

    original: Json
    """Where the series has it."""
    changes: Json
    obsolete: bool = False
    """Whether its series was changed after it."""


class Loading:
    """One text on its way into one calendar."""

    def __init__(self, calendar: Calendar, clock: Clock, base_url: str, check: Check) -> None:
        self._calendar = calendar
        self._clock = clock
        self._base_url = base_url
        self._check = check
        self.added = 0
        self.refused: list[Json] = []

    def take(self, text: str) -> None:
        """Take all that can be taken; an event whose UID the calendar knows is left as it is there.

        Raises:
            BadInputError: this is no iCalendar text at all.
        """
        try:
            # Some programs begin with a byte order mark.
            parsed = cast(list[Component], Parsed.from_ical(text.removeprefix("\ufeff"), multiple=True))
            # Read to the end now: the library reads events only when they are asked for.
            components = [list(component.walk()) for component in parsed]
        except OSError as unnameable:
            # Zones are looked for in files of their names.
            raise BadInputError("ics: The name of a time zone is too long.") from unnameable
        except _UNUSABLE as unreadable:
            raise BadInputError(f"ics: {unreadable}") from unreadable
        if not parsed:
            raise BadInputError("ics: There is no calendar in it.")
        for component, below in zip(parsed, components, strict=True):
            zones = Zones(component, self._calendar.time_zone)
            for other in below:
                if other.name not in _CONTAINERS:
                    self._refuse(str(other.get("UID", "")), f"{other.name} is not an event.")
            for uid, group in _by_uid(component):
                if self._calendar.id_of(uid) is None:
                    self._take_group(uid, group, zones)

    def _take_group(self, uid: str, group: Group, zones: Zones) -> None:
        exceptions = list(self._exceptions(uid, group, zones))
        try:
            if group.master is not None:
                master = bodies.body(group.master, zones)
                longer = [
                    Exceptional(start, {"start": start, "end": end})
                    for start, end in bodies.periods(group.master, zones)
                ]
                exceptions = longer + exceptions
            elif exceptions:
                master = _invented(exceptions, self._calendar)
            else:
                return
            event_id = self._insert(uid, master)
        except _UNUSABLE as wrong:
            self._refuse(uid, wrong)
            return
        if master.get("status") == "cancelled" or not master.get("recurrence"):
            return
        self._make_room(event_id, exceptions)
        for exception in exceptions:
            try:
                self._change(event_id, exception)
            except _UNUSABLE as wrong:
                self._refuse(uid, f"The occurrence of {_shown(exception.original)}: {wrong}")

    def _exceptions(self, uid: str, group: Group, zones: Zones) -> Iterator[Exceptional]:
        for event in group.exceptions.values():
            original = _original(event)
            try:
                moment, body = bodies.moment(original, zones), bodies.body(event, zones)
            except _UNUSABLE as wrong:
                self._refuse(uid, f"The occurrence of {_text(original)}: {wrong}")
                continue
            if original.params.get("RANGE") and group.master is not None:
                self._refuse(
                    uid, f"The occurrence of {_text(original)}: Google changes one occurrence, not all that follow."
                )
                continue
            obsolete = group.master is not None and _sequence(event) < _sequence(group.master)
            yield Exceptional(moment, {**dict.fromkeys(_TAKEN_AWAY), **body}, obsolete)

    def _insert(self, uid: str, master: Json) -> str:
        event_id = hashlib.sha256(f"{self._calendar.id} {uid}".encode()).hexdigest()[:32]
        self._check(master)
        self._calendar.insert({**master, "id": event_id, "iCalUID": uid}, self._clock, self._base_url, as_given=True)
        self.added += 1
        return event_id

    def _make_room(self, master_id: str, exceptions: list[Exceptional]) -> None:
        """Let the series have the occurrences that its rule lacks, but exceptions are there for."""
        series = self._calendar.get(master_id).resource
        lacking = [
            each.original
            for each in exceptions
            if not each.obsolete and not self._has(self._instance_id(series, each.original))
        ]
        if lacking:
            lines = [*series["recurrence"], *(bodies.date_line("RDATE", original) for original in lacking)]
            self._calendar.change(master_id, {"recurrence": lines}, self._clock)

    def _change(self, master_id: str, exception: Exceptional) -> None:
        instance_id = self._instance_id(self._calendar.get(master_id).resource, exception.original)
        if exception.changes.get("status") == "cancelled":
            self._calendar.cancel(instance_id, self._clock)
            return
        changes = {key: value for key, value in exception.changes.items() if key not in bodies.NOT_IN_AN_EXCEPTION}
        self._check(changes)
        for edge in ("start", "end"):
            # What it was before goes: a day may become a moment, and the reverse.
            changes[edge] = {"date": None, "dateTime": None, "timeZone": None, **changes[edge]}
        self._calendar.change(instance_id, changes, self._clock)

    def _has(self, instance_id: str) -> bool:
        try:
            self._calendar.get(instance_id)
        except GoogleError:
            return False
        return True

    def _instance_id(self, series: Json, original: Json) -> str:
        """Return the id of the instance that starts there; a day means its occurrence of that day, and the reverse."""
        start = series["start"]
        if is_all_day(start) and not is_all_day(original):
            original = {"date": original["dateTime"][:10]}
        elif is_all_day(original) and not is_all_day(start):
            clock_time = local(start, self._calendar.zone).time().isoformat()
            original = {"dateTime": f"{original['date']}T{clock_time}", "timeZone": start["timeZone"]}
        return f"{series['id']}_{_stamp(original, self._calendar)}"

    def _refuse(self, uid: str, reason: object) -> None:
        self.refused.append({"uid": uid, "reason": str(reason)})


def _by_uid(component: Component) -> Iterator[tuple[str, Group]]:
    groups: dict[str, Group] = {}
    for place, event in enumerate(cast(list[Event], component.walk("VEVENT"))):
        group = groups.setdefault(str(event.get("UID", "")) or _made_up(event, place), Group())
        if "RECURRENCE-ID" not in event:
            group.master = _newer(group.master, event)
            continue
        original = _text(_original(event))
        group.exceptions[original] = _newer(group.exceptions.get(original), event)
    yield from groups.items()


def _made_up(event: Event, place: int) -> str:
    """Return a UID for an event that has none: by its content, so that the same event has the same another time."""
    try:
        content = event.to_ical()
    except _UNUSABLE:
        content = str(place).encode()
    return hashlib.sha256(content).hexdigest()


def _newer(known: Event | None, other: Event) -> Event:
    """Return the one of the higher SEQUENCE; of two with the same, the one that stands first."""
    return other if known is None or _sequence(known) < _sequence(other) else known


def _sequence(event: Event) -> int:
    value = event.get("SEQUENCE", 0)
    return value if isinstance(value, int) else 0


def _invented(exceptions: list[Exceptional], calendar: Calendar) -> Json:
    """Return a series for occurrences whose series is not in the text, as for who was invited to them alone."""
    if len(exceptions) == 1:
        # A rule that stands at an exception says what its series was.
        return {**exceptions[0].changes, "recurrence": []}
    first, *others = sorted(exceptions, key=lambda each: _timestamp(each.original, calendar))
    # How long it lasts is of no account: each of its occurrences is an exception.
    end = first.original
    if is_all_day(end):
        end = {"date": (date.fromisoformat(end["date"]) + timedelta(days=1)).isoformat()}
    lines = [bodies.date_line("RDATE", each.original) for each in others]
    return {**first.changes, "start": first.original, "end": end, "recurrence": lines}


def _stamp(original: Json, calendar: Calendar) -> str:
    place = placed(original, calendar.zone, "RECURRENCE-ID")
    return str(original["date"]).replace("-", "") if is_all_day(original) else stamp_of(place.at)


def _timestamp(moment: Json, calendar: Calendar) -> float:
    return placed(moment, calendar.zone, "RECURRENCE-ID").at


def _original(event: Event) -> Any:  # noqa: ANN401 - as below
    """Return what its RECURRENCE-ID says, or the first of several."""
    value = event["RECURRENCE-ID"]
    return value[0] if isinstance(value, list) else value


def _text(value: Any) -> str:  # noqa: ANN401 - one of iCalendar's value types
    return str(value.to_ical().decode())


def _shown(value: Json) -> str:
    return str(value.get("date") or value["dateTime"])
