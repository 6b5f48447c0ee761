"""The machine's own clock."""

from datetime import UTC, datetime


def system_clock() -> datetime:
    """`ports.Clock`: now, UTC."""
    return datetime.now(UTC)
