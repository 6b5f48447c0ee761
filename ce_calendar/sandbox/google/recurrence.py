"""Recurring events: the instances of a series, in the zone it was planned in."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rruleset, rrulestr

from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.items import Item
from ce_calendar.sandbox.google.times import Json, instance_stamp, is_all_day, local, timestamp, write

LONGEST = 10_000
"""Instances of one series that are ever produced; an endless daily rule stops after 27 years."""

_UNTIL = re.compile(r"UNTIL=(\d{8}(?:T\d{6}Z?)?)")
_ENDLESS = re.compile(r"INTERVAL=0*(;|$)|FREQ=(SECONDLY|MINUTELY)")
"""Rules that Google does not take, and that dateutil would follow for ever or nearly so."""
_NOT_INHERITED = ("recurrence",)


class Series:
    """The instances a series master stands for, without regard to exceptions.

    Rules are followed in wall time, so a meeting at ten stays at ten when the clocks change.
    Instances are made when first asked for, and kept.
    """

    def __init__(self, master: Json, calendar_zone: ZoneInfo) -> None:
        self._base = {key: value for key, value in master.items() if key not in _NOT_INHERITED}
        self._calendar_zone = calendar_zone
        start = master["start"]
        self._all_day = is_all_day(start)
        self._zone = ZoneInfo(start["timeZone"]) if "timeZone" in start else calendar_zone
        first, last = local(start, calendar_zone), local(master["end"], calendar_zone)
        seconds = timestamp(master["end"], calendar_zone) - timestamp(start, calendar_zone)
        self._length = last - first if self._all_day else timedelta(seconds=seconds)
        self._pending: Iterator[datetime] = iter(rules(master["recurrence"], first, self._zone))
        self._starts: list[float] = []
        self._items: list[Item] = []

    def between(self, earliest: float, latest: float) -> list[Item]:
        """Return the instances that end after the first moment and start before the second, by start."""
        self._produce(latest)
        # A day's slack: the length in seconds of an all-day instance depends on the clocks.
        begin = bisect_left(self._starts, earliest - self._length.total_seconds() - 86_400)
        end = bisect_left(self._starts, latest)
        return [item for item in self._items[begin:end] if item.within(earliest, latest)]

    def instance(self, stamp: str) -> Item | None:
        """Return the instance that bears this stamp in its id, or None."""
        try:
            form = "%Y%m%d" if self._all_day else "%Y%m%dT%H%M%SZ"
            named = datetime.strptime(stamp, form).replace(tzinfo=UTC)
        except ValueError:
            return None
        for item in self.between(named.timestamp() - 172_800, named.timestamp() + 172_800):
            if item.resource["id"].endswith("_" + stamp):
                return item
        return None

    def _produce(self, latest: float) -> None:
        while len(self._starts) < LONGEST and (not self._starts or self._starts[-1] < latest):
            occurrence = next(self._pending, None)
            if occurrence is None:
                return
            item = self._make(occurrence)
            self._starts.append(item.earliest)
            self._items.append(item)

    def _make(self, occurrence: datetime) -> Item:
        start: Json
        end: Json
        if self._all_day:
            start = {"date": occurrence.date().isoformat()}
            end = {"date": (occurrence + self._length).date().isoformat()}
        else:
            # Through UTC, so that a wall time the clocks skip becomes the real one after it.
            begins = occurrence.replace(tzinfo=self._zone).astimezone(UTC)
            start = self._moment(begins)
            end = self._moment(begins + self._length)
        resource = dict(self._base)
        resource["id"] = f"{self._base['id']}_{instance_stamp(start, self._calendar_zone)}"
        resource["start"], resource["end"] = start, end
        resource["recurringEventId"] = self._base["id"]
        resource["originalStartTime"] = start
        return Item(resource, self._calendar_zone)

    def _moment(self, utc: datetime) -> Json:
        return {"dateTime": write(utc.astimezone(self._zone)), "timeZone": self._zone.key}


def rules(recurrence: list[str], first: datetime, own: ZoneInfo) -> rruleset:
    """Read RRULE, RDATE and EXDATE lines into wall times of the event's zone.

    Raises:
        GoogleError: 400 when a line cannot be read.
    """
    found = rruleset()
    try:
        for line in recurrence:
            _read_line(found, line, first, own)
    except (ValueError, TypeError, KeyError, AttributeError) as unreadable:
        raise GoogleError(400, "invalid", "Invalid recurrence rule.") from unreadable
    return found


def _read_line(found: rruleset, line: str, first: datetime, own: ZoneInfo) -> None:
    name, _, value = line.partition(":")
    kind = name.split(";")[0].upper()
    if kind == "RRULE":
        if _ENDLESS.search(value.upper()):
            raise ValueError(line)
        rule = rrulestr(_UNTIL.sub(lambda until: "UNTIL=" + _wall_text(until[1], own), value), dtstart=first)
        if not isinstance(rule, rrule):
            raise ValueError(line)
        found.rrule(rule)
        return
    if kind not in ("RDATE", "EXDATE"):
        raise ValueError(line)
    given = re.search(r"TZID=([^;:]+)", name)
    written_in = ZoneInfo(given[1]) if given else own
    for text in value.split(","):
        moment = _wall(text, own, written_in)
        # An exception written as a day takes away the occurrence of that day.
        moment = moment if "T" in text else datetime.combine(moment.date(), first.time())
        if kind == "RDATE":
            found.rdate(moment)
        else:
            found.exdate(moment)


def _wall_text(text: str, own: ZoneInfo) -> str:
    if "T" not in text:
        # A day as the end includes everything that starts on that day.
        return text + "T235959"
    return _wall(text, own, own).strftime("%Y%m%dT%H%M%S")


def _wall(text: str, own: ZoneInfo, written_in: ZoneInfo) -> datetime:
    if text.endswith("Z"):
        moment = datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    else:
        form = "%Y%m%dT%H%M%S" if "T" in text else "%Y%m%d"
        moment = datetime.strptime(text, form).replace(tzinfo=written_in)
        if "T" not in text:
            return moment.replace(tzinfo=None)
    return moment.astimezone(own).replace(tzinfo=None)
