"""When a provider says to come back, whichever provider it is."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST_WAIT = timedelta(days=1)
"""A `Retry-After` beyond this is a mistake of somebody; we come back and hear it again."""


def retry_moment(header: str | None, now: datetime) -> datetime | None:
    """When a `Retry-After` says to come back: seconds or an HTTP date; None if it says nothing usable."""
    if not header:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        # Nobody means more digits than this, and timedelta could not hold them.
        wait = timedelta(seconds=int(text[:9]))
        return now + min(wait, LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max(moment.astimezone(UTC), now), now + LONGEST_WAIT)
