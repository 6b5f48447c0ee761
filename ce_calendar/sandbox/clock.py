"""The sandbox's own clock: the real time, plus what the control API has advanced it by."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

FURTHEST = 1000 * 366 * 86_400
"""Seconds ahead that make sense: beyond the year 9999, which is not far, nobody can name a moment."""


@dataclass(slots=True)
class Clock:
    """Real time shifted forward, so that a test can let tokens expire without waiting."""

    advanced: float = 0.0
    """Seconds ahead of the real time."""

    def now(self) -> datetime:
        """Return the sandbox's present moment in UTC."""
        return datetime.now(UTC) + timedelta(seconds=self.advanced)

    def advance(self, seconds: float) -> None:
        """Move ahead for good."""
        self.advanced += seconds


def rfc3339(moment: datetime) -> str:
    """Write a moment as Google does: UTC, milliseconds, Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
