"""Recurring events in Google's form: the instances of a series."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rruleset

from ce_calendar.sandbox import recurrence as shared
from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.items import Item
from ce_calendar.sandbox.google.times import Json, instance_stamp, is_all_day, local, timestamp, write

_NOT_INHERITED = ("recurrence",)


class Series:
    """The instances a series master stands for, without regard to exceptions."""

    def __init__(self, master: Json, calendar_zone: ZoneInfo) -> None:
        self._base = {key: value for key, value in master.items() if key not in _NOT_INHERITED}
        self._calendar_zone = calendar_zone
        start = master["start"]
        self._all_day = is_all_day(start)
        self._zone = ZoneInfo(start["timeZone"]) if "timeZone" in start else calendar_zone
        first, last = local(start, calendar_zone), local(master["end"], calendar_zone)
        seconds = timestamp(master["end"], calendar_zone) - timestamp(start, calendar_zone)
        self._length = last - first if self._all_day else timedelta(seconds=seconds)
        rule = rules(master["recurrence"], first, self._zone)
        self._occurrences = shared.Occurrences(rule, self._make, length=self._length.total_seconds())

    def between(self, earliest: float, latest: float) -> list[Item]:
        """Return the instances that end after the first moment and start before the second, by start."""
        return self._occurrences.between(earliest, latest)

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
    """Read a series' lines; GoogleError 400 when one cannot be read."""
    try:
        return shared.rules(recurrence, first, own)
    except ValueError as unreadable:
        raise GoogleError(400, "invalid", str(unreadable)) from unreadable
