"""One event as it is sent: never changed once made, and written as JSON only once."""

import json
from zoneinfo import ZoneInfo

from ce_calendar.sandbox.google.times import Json, timestamp

_LEFT = ("kind", "etag", "id", "recurringEventId", "originalStartTime")
"""What stays of a cancelled event."""


class Item:
    """An event resource with the span it covers.

    A changed event gets a new Item; therefore a listing that is being paged through stays as it was.
    """

    __slots__ = ("_text", "earliest", "latest", "resource")

    def __init__(self, resource: Json, calendar_zone: ZoneInfo) -> None:
        self.resource = resource
        self.earliest = timestamp(resource["start"], calendar_zone) if "start" in resource else 0.0
        self.latest = timestamp(resource["end"], calendar_zone) if "end" in resource else 0.0
        self._text: str | None = None

    @property
    def text(self) -> str:
        """The resource as JSON."""
        if self._text is None:
            self._text = json.dumps(self.resource, ensure_ascii=False, separators=(",", ":"))
        return self._text

    def within(self, earliest: float, latest: float) -> bool:
        """Whether it ends after the first moment and starts before the second, as timeMin and timeMax ask."""
        return self.earliest < latest and (self.latest > earliest or self.earliest > earliest)


def tombstone(resource: Json, calendar_zone: ZoneInfo) -> Item:
    """Return the little that Google still tells of an event that is gone."""
    kept: Json = {key: resource[key] for key in _LEFT if key in resource}
    return Item({**kept, "status": "cancelled"}, calendar_zone)
