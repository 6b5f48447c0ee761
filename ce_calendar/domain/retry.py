"""When to try again after a failure."""

from datetime import datetime, timedelta

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
LONGEST_OBEYED = timedelta(days=1)
"""A provider that names a moment beyond this is asked again after this."""


def next_try(now: datetime, *, failures: int, jitter: float, retry_at: datetime | None = None) -> datetime:
    """The moment of the next try: waits double up to an hour, and never end before the provider said.

    Args:
        now: UTC.
        failures: in a row, this one included; 1 or more.
        jitter: from 0 to 1; takes up to half of the wait away, so that not all return together.
        retry_at: what the provider asked for, if it did.
    """
    # Beyond some ten doublings the cap holds anyway, and 2 ** failures need not grow.
    wait = min(FIRST_WAIT * 2.0 ** min(failures - 1, 10), LONGEST_WAIT)
    own = now + wait * (1 - jitter / 2)
    if retry_at is None:
        return own
    return max(own, min(retry_at, now + LONGEST_OBEYED))
