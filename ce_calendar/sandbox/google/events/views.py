"""How an event looks to whoever reads it: busy time, other zones, few guests."""

from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ce_calendar.sandbox.google.events.items import Item, written
from ce_calendar.sandbox.google.events.times import Json, in_zone
from ce_calendar.sandbox.google.sharing.access import WRITERS

_BUSY = frozenset(
    {
        *("kind", "etag", "id", "status", "start", "end", "visibility", "iCalUID", "eventType", "created", "updated"),
        *("recurrence", "recurringEventId", "originalStartTime", "transparency"),
    }
)
"""What is seen of an event whose details are hidden."""


@dataclass(frozen=True, slots=True)
class View:
    """One reader's way of seeing a calendar's events."""

    role: str
    email: str
    """The reader's."""
    zone: ZoneInfo | None = None
    """Other than the calendar's own."""
    most_attendees: int | None = None

    def hides(self, resource: Json) -> bool:
        """Whether the reader sees no more of this event than when it is."""
        if self.role in WRITERS:
            return False
        return self.role == "freeBusyReader" or resource.get("visibility") in ("private", "confidential")

    def texts(self, items: Iterable[Item]) -> list[bytes]:
        """Return events as this reader gets them, as JSON."""
        if self.role in WRITERS and self.zone is None and self.most_attendees is None:
            # Of nearly all events nothing is hidden: then a page is a join of what is there.
            return [text if _plain(text) else self._seen(item) for item in items for text in (item.text,)]
        return [self._seen(item) for item in items]

    def text(self, item: Item) -> bytes:
        """Return one event as this reader gets it, as JSON."""
        return self.texts((item,))[0]

    def _seen(self, item: Item) -> bytes:
        resource = item.resource
        if self.hides(resource):
            resource = {key: value for key, value in resource.items() if key in _BUSY}
        if resource.get("creator", {}).get("email") != self.email:
            resource.pop("source", None)
        if self.zone is not None:
            resource = in_zone(resource, self.zone)
        _leave_out_guests(resource, self.most_attendees)
        return written(resource)


def _plain(text: bytes) -> bool:
    return b'"source":' not in text and b'"guestsCanSeeOtherGuests":' not in text


def _leave_out_guests(resource: Json, most: int | None) -> None:
    guests = resource.get("attendees", [])
    hidden = resource.get("guestsCanSeeOtherGuests") is False and not resource.get("organizer", {}).get("self")
    if hidden or (most is not None and len(guests) > most):
        mine = [guest for guest in guests if guest.get("self")]
        resource |= {"attendees": mine, "attendeesOmitted": True} if guests else {}
