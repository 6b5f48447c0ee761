"""One event as it is sent: JSON text and the span it covers, never changed once made."""

import json
from typing import Any
from zoneinfo import ZoneInfo

from ce_calendar.sandbox.google.events.times import Json, timestamp

_LEFT = ("kind", "etag", "id", "recurringEventId", "originalStartTime")
"""What stays of a cancelled event."""


class Item:
    """An event resource as bytes; read only when somebody asks for a field, and the reading is not kept.

    So a world of a million events fits into memory, and a page of them is a join. A changed event gets a
    new Item; therefore a listing that is being paged through stays as it was.
    """

    __slots__ = ("_text", "earliest", "latest")

    def __init__(self, text: bytes, earliest: float, latest: float) -> None:
        self._text = text
        self.earliest = earliest
        """Its start, in seconds since 1970; a day begins at midnight in the calendar's zone."""
        self.latest = latest

    @classmethod
    def of(cls, resource: Json, calendar_zone: ZoneInfo) -> "Item":
        """Return the item of a complete resource."""
        earliest = timestamp(resource["start"], calendar_zone) if "start" in resource else 0.0
        latest = timestamp(resource["end"], calendar_zone) if "end" in resource else 0.0
        return cls(written(resource), earliest, latest)

    @property
    def text(self) -> bytes:
        """The resource as JSON, in UTF-8."""
        return self._text

    @property
    def resource(self) -> Json:
        """The resource, parsed anew at each call: whoever gets it may change it."""
        found: Json = _decode(self.text.decode())[0]
        return found

    def within(self, earliest: float, latest: float) -> bool:
        """Whether it ends after the first moment and starts before the second, as timeMin and timeMax ask."""
        return self.earliest < latest and (self.latest > earliest or self.earliest > earliest)


# Not loads, which first looks for the encoding and then for space around: a write reads an event some ten times.
_decode = json.JSONDecoder().raw_decode
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def written(value: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """Return JSON as bytes; half a character, which UTF-8 cannot hold, becomes a question mark."""
    return _encode(value).encode("utf-8", "replace")


def tombstone(resource: Json) -> Item:
    """Return the little that Google still tells of an event that is gone."""
    kept: Json = {key: resource[key] for key in _LEFT if key in resource}
    return Item(written({**kept, "status": "cancelled"}), 0.0, 0.0)


def cancelled(item: Item) -> bool:
    """Whether it is deleted."""
    return bool(item.resource["status"] == "cancelled")
