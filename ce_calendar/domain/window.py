"""The span of time a sync reads."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ce_calendar.domain.spread import share_of

DAYS_BACK = 30
DAYS_AHEAD = 365
LEAST_DAYS_AHEAD = 335
"""A cursor keeps the end of its first read, so a new window opens before less than this is ahead."""
REWINDOW_EVERY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SyncWindow:
    """From `start` (inclusive) to `end` (exclusive), both UTC. Only in here may absence mean deleted."""

    start: datetime
    end: datetime

    def overlaps(self, starts_at: datetime, ends_at: datetime) -> bool:
        """Whether a span touches the window; a span without length counts by its start."""
        return starts_at < self.end and max(ends_at, starts_at + timedelta(microseconds=1)) > self.start


def window_around(now: datetime) -> SyncWindow:
    """The window to open at `now`: whole UTC days, so that two reads of a day ask for the same."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return SyncWindow(today - timedelta(days=DAYS_BACK), today + timedelta(days=DAYS_AHEAD + 1))


def needs_new_window(window: SyncWindow, now: datetime, key: str) -> bool:
    """Whether a window has slid far enough to be opened anew: daily, at the key's own time of day.

    Args:
        window: what the current cursor stands for.
        now: UTC.
        key: of the connection; its calendars open their windows together, and connections spread over the day.
    """
    if window.end - now < timedelta(days=LEAST_DAYS_AHEAD):
        return True
    opened = window.start + timedelta(days=DAYS_BACK)
    return now >= opened + REWINDOW_EVERY * (1 + share_of(key))
