"""Meetings with guests who have an account here: a copy in each one's calendar, and answers that flow back.

The organizer's event is the meeting. A guest's primary calendar holds a copy under the same id and iCalUID,
made and kept up to date after every write; what is private to a copy (reminders, colour, whether it blocks
time) is its owner's. A guest who answers, or deletes the copy, changes the organizer's guest list.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from ce_calendar.sandbox.google.calendars import Calendar
from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.events import ids
from ce_calendar.sandbox.google.world import World

Json = dict[str, Any]

_OF_A_COPY = ("reminders", "colorId", "transparency", "visibility")
"""Fields that each guest has for himself; a first copy takes over the last two."""
_ANSWER = ("responseStatus", "comment", "additionalGuests")
_DETAILS = ("summary", "description", "location", "start", "end", "recurrence", "attendees", "conferenceData")
"""Fields that a guest may change for everybody if the organizer lets guests modify the meeting."""


class Invitations:
    """Carries meetings between the calendars of one world."""

    def __init__(self, world: World) -> None:
        self._world = world

    @staticmethod
    def family(calendar: Calendar, event: Json) -> list[Json]:
        """Return what a write to an event may take from its guests: itself, and a series' exceptions with it."""
        exceptions = () if "recurringEventId" in event else calendar.exceptions.get(event["id"], ())
        return [event, *(calendar.events[name].item.resource for name in exceptions)]

    def written(self, calendar: Calendar, before: Json | None, after: Json, *, former: Sequence[Json] = ()) -> None:
        """Carry a write on.

        Args:
            calendar: where somebody wrote.
            before: the event, or the instance of a series, as it was; None for a new one.
            after: the same as it is now, ``status`` cancelled if it was deleted.
            former: its family before the write, without which nobody knows the guests of exceptions that went.
        """
        if after.get("privateCopy"):
            return
        if _organizer(after) == calendar.id:
            self._spread(calendar, _base_id(after), former=former or [before or {}])
            return
        home = self._world.calendars.get(_organizer(after))
        if home is None or not _is_there(home, after["id"]):
            return
        change = _change_for_all(home.get(after["id"]).resource, calendar.id, before or {}, after)
        if change:
            former = self.family(home, home.get(after["id"]).resource)
            home.change(after["id"], change, self._world.clock)
            self._world.events_changed(home)
            self._spread(home, _base_id(after), former=former)

    def _spread(self, home: Calendar, base_id: str, *, former: Sequence[Json]) -> None:
        family = list(_family(home, base_id))
        members = [*former, *(resource for resource, _ in family)]
        names = [member["id"] for member in members if member]
        emails = dict.fromkeys(email for member in members for email in _emails(member))
        for email in emails:
            if email != home.id and email in self._world.accounts:
                copy = _Copy(self._world, self._world.calendars[email], base_id, family[0][0]["iCalUID"])
                if copy.follow(family, names):
                    self._world.events_changed(self._world.calendars[email])


class _Copy:
    """What one guest's calendar holds of one meeting, or of one series with its exceptions."""

    def __init__(self, world: World, calendar: Calendar, base_id: str, ical_uid: str) -> None:
        self._world = world
        self._calendar = calendar
        self._base_id = base_id
        self._ical_uid = ical_uid

    def follow(self, family: list[tuple[Json, Json | None]], names: Iterable[str]) -> bool:
        """Make the copies say what the organizer's events say; whether anything had to change.

        Args:
            family: the organizer's events, and what each has of its own.
            names: the ids of these, and of those that are no longer.
        """
        version = self._calendar.version
        wanted = {resource["id"]: (resource, changes) for resource, changes in self._wanted(family)}
        if self._base_id not in wanted:
            # First, for exceptions go with their series, also such as are wanted by themselves from now on.
            self._let_go_all_but(wanted, names)
        for event_id, (resource, changes) in wanted.items():
            self._take(event_id, resource, changes)
        self._let_go_all_but(wanted, names)
        return self._calendar.version != version

    def _let_go_all_but(self, wanted: Collection[str], names: Iterable[str]) -> None:
        for event_id in self._held(names):
            if event_id not in wanted:
                self._calendar.let_go(event_id, self._world.clock)

    def _wanted(self, family: list[tuple[Json, Json | None]]) -> Iterator[tuple[Json, Json | None]]:
        master = next((resource for resource, changes in family if changes is None), {})
        has_deleted_all = self._has_deleted(master)
        knows_series = self._concerns(master) and not has_deleted_all
        for resource, changes in family:
            if has_deleted_all and _answer_of(resource, self._calendar.id) == "declined":
                # Deleted by the guest, which is an answer too; another answer to one instance brings that one back.
                continue
            if self._concerns(resource):
                # Who was asked to one instance alone has it as an event of its own.
                yield resource, changes if knows_series else None
            elif knows_series and changes is not None:
                yield {**resource, "status": "cancelled"}, {**changes, "status": "cancelled"}

    def _has_deleted(self, master: Json) -> bool:
        copy = self._calendar.events.get(self._base_id)
        declined = bool(master) and _answer_of(master, self._calendar.id) == "declined"
        return declined and copy is not None and not copy.live

    def _concerns(self, resource: Json) -> bool:
        return resource.get("status", "cancelled") != "cancelled" and self._calendar.id in _emails(resource)

    def _held(self, names: Iterable[str]) -> list[str]:
        all_names = [self._base_id, *self._calendar.exceptions.get(self._base_id, ()), *names]
        held = (self._calendar.events.get(name) for name in dict.fromkeys(all_names))
        return [
            event.item.resource["id"]
            for event in held
            if event is not None and event.live and self._is_of_it(event.item.resource)
        ]

    def _is_of_it(self, resource: Json) -> bool:
        """Whether it is a copy of the meeting; its organizer may have been another before it was moved."""
        return bool(resource["iCalUID"] == self._ical_uid and _organizer(resource) != self._calendar.id)

    def _take(self, event_id: str, source: Json, changes: Json | None) -> None:
        known = self._calendar.events.get(event_id)
        current = known.item.resource if known else None
        if current and not self._is_of_it(current):
            # The same id was used for another event of the guest's before.
            return
        if current and current["status"] == "cancelled" and _answer_of(source, self._calendar.id) == "declined":
            # Deleted by the guest.
            return
        copy = self._made(source, current or {})
        self._calendar.take(copy, self._world.clock, _own_changes(changes, copy))

    def _made(self, source: Json, current: Json) -> Json:
        copy = dict(source)
        for name in _OF_A_COPY:
            if current and name in current:
                copy[name] = current[name]
        if not current:
            copy["reminders"] = {"useDefault": True}
            copy.pop("colorId", None)
        shared = source.get("extendedProperties", {}).get("shared")
        own = current.get("extendedProperties", {}).get("private")
        properties = {"shared": shared} if shared else {}
        copy["extendedProperties"] = properties | ({"private": own} if own else {})
        if not copy["extendedProperties"]:
            del copy["extendedProperties"]
        for person in ("creator", "organizer"):
            copy[person] = {name: value for name, value in source.get(person, {}).items() if name != "self"}
            if copy[person].get("email") == self._calendar.id:
                copy[person]["self"] = True
        copy["htmlLink"] = ids.link(self._world.base_url, source["id"], self._calendar.id)
        copy["created"] = current.get("created", source["created"])
        return copy


def _family(home: Calendar, base_id: str) -> Iterator[tuple[Json, Json | None]]:
    """A single event, or a series' master and then its exceptions, each with what it has of its own."""
    for event_id in (base_id, *home.exceptions.get(base_id, ())):
        event = home.events.get(event_id)
        if event is not None:
            yield event.item.resource, event.changes


def _change_for_all(source: Json, email: str, before: Json, after: Json) -> Json:
    """What a guest's write changes of the meeting itself."""
    guests: list[Json] = source.get("attendees", [])
    if email not in _emails(source):
        return {}
    if after["status"] == "cancelled":
        answer: Json = {"responseStatus": "declined"}
    else:
        old, new = _own_entry(before, email), _own_entry(after, email)
        answer = {name: new[name] for name in _ANSWER if name in new and new[name] != old.get(name)}
    change: Json = {}
    if source.get("guestsCanModify") and after["status"] != "cancelled":
        change = {name: after.get(name) for name in _DETAILS if after.get(name) != before.get(name)}
        guests = change.pop("attendees", None) or guests
    elif source.get("guestsCanInviteOthers", True):
        known = {*_emails(source), *_emails(before)}
        guests = [*guests, *(guest for guest in after.get("attendees", []) if guest["email"] not in known)]
    guests = [{**guest, **answer} if guest["email"] == email else guest for guest in guests]
    if guests != source.get("attendees", []):
        change["attendees"] = guests
    return change


def _own_changes(changes: Json | None, copy: Json) -> Json | None:
    """An exception's own fields in a copy: its guests bear other flags there."""
    if changes is None:
        return None
    return {name: copy.get(name, value) for name, value in changes.items()}


def _is_there(home: Calendar, event_id: str) -> bool:
    try:
        return bool(home.get(event_id).resource["status"] != "cancelled")
    except GoogleError:
        return False


def _base_id(resource: Json) -> str:
    return str(resource.get("recurringEventId", resource["id"]))


def _organizer(resource: Json) -> str:
    return str(resource.get("organizer", {}).get("email", ""))


def _emails(resource: Json) -> list[str]:
    return [guest["email"] for guest in resource.get("attendees", [])]


def _own_entry(resource: Json, email: str) -> Json:
    return next((guest for guest in resource.get("attendees", []) if guest["email"] == email), {})


def _answer_of(resource: Json, email: str) -> str:
    return str(_own_entry(resource, email).get("responseStatus", ""))
