"""What stands in a calendar: single events, masters of series, their occurrences and exceptions."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ce_calendar.sandbox.microsoft import recurrence
from ce_calendar.sandbox.microsoft.errors import GraphError
from ce_calendar.sandbox.recurrence import Occurrences, rules

Json = dict[str, Any]

SINGLE, MASTER, OCCURRENCE, EXCEPTION = "singleInstance", "seriesMaster", "occurrence", "exception"


class Item:
    """An event with its place in time; a changed event gets a new one, so what is being paged stays."""

    __slots__ = ("body", "earliest", "key", "kind", "latest", "original", "stamp", "version")

    def __init__(self, key: str, body: Json, version: int, kind: str, *, original: datetime | None = None) -> None:
        self.key = key
        self.body = body
        self.version = version
        self.kind = kind
        self.original = original
        """Where an occurrence or exception stands by its series' rule, in UTC."""
        zone = ZoneInfo(body["_zone"])
        self.stamp = original.astimezone(zone).strftime("%Y%m%d") if original else ""
        self.earliest = datetime.fromisoformat(body["start"]).replace(tzinfo=zone).timestamp()
        self.latest = datetime.fromisoformat(body["end"]).replace(tzinfo=zone).timestamp()

    def within(self, earliest: float, latest: float) -> bool:
        """Whether it ends after the first moment and starts before the second."""
        return self.earliest < latest and (self.latest > earliest or self.earliest >= earliest)


def series(key: str, master: Json, version: int) -> Occurrences[Item]:
    """Return the occurrences of a series, without regard to exceptions."""
    zone = ZoneInfo(master["_zone"])
    first, last = datetime.fromisoformat(master["start"]), datetime.fromisoformat(master["end"])
    base = {name: value for name, value in master.items() if name != "recurrence"} | {"recurrence": None}

    def make(start: datetime) -> Item:
        # Through UTC, so that a wall time the clocks skip becomes the real one after it.
        begins = start.replace(tzinfo=zone).astimezone(UTC)
        if master["isAllDay"]:
            end = start + (last - first)
        else:
            length = last.replace(tzinfo=zone).astimezone(UTC) - first.replace(tzinfo=zone).astimezone(UTC)
            start = begins.astimezone(zone).replace(tzinfo=None)
            end = (begins + length).astimezone(zone).replace(tzinfo=None)
        body = base | {"start": start.isoformat(), "end": end.isoformat()}
        return Item(key, body, version, OCCURRENCE, original=begins)

    try:
        rule = rules([recurrence.rule(master["recurrence"])], first, zone, start_too=False)
    except ValueError as unreadable:
        raise GraphError(400, "ErrorInvalidRequest", str(unreadable)) from unreadable
    return Occurrences(rule, make, length=(last - first).total_seconds())


def occurrence(instances: Occurrences[Item], stamp: str) -> Item | None:
    """Return the occurrence of this original day, or None."""
    try:
        day = datetime.strptime(stamp, "%Y%m%d").replace(tzinfo=UTC)
    except ValueError:
        return None
    around = timedelta(days=2).total_seconds()
    found = instances.between(day.timestamp() - around, day.timestamp() + around)
    return next((item for item in found if item.stamp == stamp), None)
