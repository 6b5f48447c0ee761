"""What a sync token holds: how far somebody has read, and what of."""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any

from ce_calendar.sandbox.google.errors import GoogleError

EVER = float("inf")


@dataclass(frozen=True, slots=True)
class Window:
    """What a listing and all its sync tokens look at."""

    earliest: float
    latest: float
    series_until: float
    """Where endless series stop; without a timeMax this is earlier than ``latest``."""
    single_events: bool
    event_types: tuple[str, ...] = ()
    """Only these; all when there are none."""
    hidden_invitations: bool = True
    """Whether invitations are among them that the account hides until it has answered."""
    show_deleted: bool = False
    details: bool = False
    """Whether deleted events are shown as they were and not just named."""


@dataclass(frozen=True, slots=True)
class SyncToken:
    """A token, read."""

    version: int
    """The calendar's, at the time of the read."""
    window: Window
    epoch: str
    calendar_id: str

    def write(self) -> str:
        """Return the token as clients get it."""
        seen = self.window
        span = [seen.earliest, seen.latest, seen.series_until]
        shape = [seen.single_events, list(seen.event_types), seen.hidden_invitations]
        content = json.dumps([self.version, span, shape, self.epoch, self.calendar_id]).encode()
        return base64.urlsafe_b64encode(content).decode().rstrip("=")


def read(text: str) -> SyncToken:
    """Read a token; GoogleError 400 for one that no listing ever gave."""
    try:
        content = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        version, span, shape, epoch, calendar_id = content
        return SyncToken(int(version), _window(span, shape), str(epoch), str(calendar_id))
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error) as unreadable:
        raise GoogleError(400, "invalid", "Invalid sync token value.") from unreadable


def _window(span: list[float], shape: Any) -> Window:  # noqa: ANN401 - any JSON value
    earliest, latest, series_until = (float(edge) for edge in span)
    # A token of the time before there were more shapes than one has just the flag.
    single, types, hidden = shape if isinstance(shape, list) else (shape, (), True)
    return Window(
        earliest,
        latest,
        series_until,
        single_events=bool(single),
        event_types=tuple(str(kind) for kind in types),
        hidden_invitations=bool(hidden),
        show_deleted=True,
    )
