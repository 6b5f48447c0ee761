"""Recurring events in Google's form: the instances of a series."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from dateutil.rrule import rruleset

from ce_calendar.sandbox import recurrence as shared
from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.events.items import Item, written
from ce_calendar.sandbox.google.events.times import (
    Json,
    Place,
    is_all_day,
    known_zone,
    local,
    stamp_of,
    timestamp,
    write,
)

_OWN = ("recurrence", "id", "start", "end")
"""What an instance does not have from its series."""
_KEPT = 2_000
"""Series whose instances are remembered, over all calendars; reading another one begins anew."""

_WRITABLE = (datetime(1, 1, 3, tzinfo=UTC).timestamp(), datetime(9999, 12, 29, tzinfo=UTC).timestamp())
"""Moments between these can be written in any zone."""


class Instance(Item):
    """One occurrence of a series; its text is put together when it is sent."""

    __slots__ = ("_series", "_wall")

    def __init__(self, series: "Series", wall: datetime, earliest: float, latest: float) -> None:
        super().__init__(b"", earliest, latest)
        self._series = series
        self._wall = wall

    @property
    def id(self) -> str:
        """The series' id with the instance's stamp."""
        return f"{self._series.id}_{self.stamp}"

    @property
    def stamp(self) -> str:
        """The moment of its start, or its day, as the id holds it."""
        return self._wall.strftime("%4Y%m%d") if self._series.all_day else stamp_of(self.earliest)

    @property
    def text(self) -> bytes:
        """The resource as JSON."""
        return self._series.text_of(self.id, self._wall, self)


class Series:
    """The instances a series master stands for, without regard to exceptions."""

    def __init__(self, item: Item, calendar_zone: ZoneInfo) -> None:
        master = item.resource
        self.id: str = master["id"]
        self._calendar_zone = calendar_zone
        start = master["start"]
        self.all_day = is_all_day(start)
        self._zone = known_zone(start["timeZone"]) if "timeZone" in start else calendar_zone
        self._end_zone = known_zone(master["end"].get("timeZone") or self._zone.key)
        first = local(start, calendar_zone)
        self._length = timedelta(seconds=timestamp(master["end"], calendar_zone) - timestamp(start, calendar_zone))
        if self.all_day:
            self._length = local(master["end"], calendar_zone) - first
        rest = {key: value for key, value in master.items() if key not in _OWN}
        self._rest = written({"recurringEventId": self.id, **rest})[1:]
        rule = rules(master["recurrence"], first, self._zone)
        self._occurrences = shared.Occurrences(rule, self._make, length=self._length.total_seconds())

    def between(self, earliest: float, latest: float) -> list[Instance]:
        """Return the instances that end after the first moment and start before the second, by start."""
        return self._occurrences.between(earliest, latest)

    def instance(self, stamp: str) -> Instance | None:
        """Return the instance that bears this stamp in its id, or None."""
        try:
            form = "%Y%m%d" if self.all_day else "%Y%m%dT%H%M%SZ"
            named = datetime.strptime(stamp, form).replace(tzinfo=UTC).timestamp()
        except ValueError:
            return None
        nearby = self.between(named - 172_800, named + 172_800)
        return next((item for item in nearby if item.stamp == stamp), None)

    def at(self, place: Place) -> Instance | None:
        """Return the instance that begins here, or None."""
        if is_all_day(place.value) != self.all_day:
            return None
        stamp = place.value["date"].replace("-", "") if self.all_day else stamp_of(place.at)
        return self.instance(stamp)

    def text_of(self, instance_id: str, wall: datetime, span: Item) -> bytes:
        """Return an instance as JSON: its own fields, then all that the series says of it."""
        if self.all_day:
            start: Json = {"date": wall.date().isoformat()}
            end: Json = {"date": (wall + self._length).date().isoformat()}
        else:
            start, end = self._moment(span.earliest, self._zone), self._moment(span.latest, self._end_zone)
        own = {"id": instance_id, "start": start, "end": end, "originalStartTime": start}
        return written(own)[:-1] + b"," + self._rest

    def _make(self, occurrence: datetime) -> Instance:
        if self.all_day:
            ends = occurrence + self._length
            spans = [moment.replace(tzinfo=self._calendar_zone).timestamp() for moment in (occurrence, ends)]
            return Instance(self, occurrence, *spans)
        begins = occurrence.replace(tzinfo=self._zone).timestamp()
        over = begins + self._length.total_seconds()
        if not _WRITABLE[0] < begins <= over < _WRITABLE[1]:
            # Near the first and the last day there is: an error here leaves it out, later it would spoil a listing.
            self._moment(begins, self._zone), self._moment(over, self._end_zone)
        return Instance(self, occurrence, begins, over)

    def _moment(self, at: float, own: ZoneInfo) -> Json:
        return {"dateTime": write(datetime.fromtimestamp(at, self._calendar_zone)), "timeZone": own.key}


@lru_cache(maxsize=_KEPT)
def series_of(master: Item, calendar_zone: ZoneInfo) -> Series:
    """Return the series a master stands for; a changed master is another Item and so another series."""
    return Series(master, calendar_zone)


def rules(recurrence: list[str], first: datetime, own: ZoneInfo) -> rruleset:
    """Read a series' lines; GoogleError 400 when one cannot be read."""
    try:
        return shared.rules(recurrence, first, own)
    except ValueError as unreadable:
        raise GoogleError(400, "invalid", str(unreadable)) from unreadable
