"""What an organization sets for its meetings: how often calendars are looked at, and what new meetings start with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from ce_calendar.domain.spread import share_of

POLL_MINUTES = range(5, 61)
DURATION_MINUTES = range(15, 481)
NOTIFICATION_MINUTES = range(5, 1441)

SPREAD = 0.1
"""Share of the poll interval by which connections differ, so that those linked together drift apart."""


@dataclass(frozen=True, slots=True)
class ModuleValues:
    """The module's settings of one organization; an organization that never chose has these."""

    poll_minutes: int = 15
    """How long after one sync of a connection the next one comes."""
    duration_minutes: int = 30
    """How long a meeting is that somebody schedules here, unless they say otherwise."""
    notification_minutes: int = 15
    """How long before a meeting its people are told."""

    @property
    def poll_interval(self) -> timedelta:
        """`poll_minutes` as a span."""
        return timedelta(minutes=self.poll_minutes)


def next_poll(now: datetime, *, interval: timedelta, key: str) -> datetime:
    """When a connection that was synced just now is due again, never later than after the interval.

    Args:
        now: UTC.
        interval: of its organization.
        key: the connection's id; spreads them.
    """
    return now + interval * (1 - SPREAD * share_of(key))


def replanned(
    due: Mapping[str, datetime], *, before: timedelta, after: timedelta, now: datetime
) -> dict[str, datetime]:
    """When connections are due once the interval has changed: the wait that is left, stretched or shortened with it.

    So everybody is synced within the new interval from now on, and a crowd is no denser than at any other time: each
    keeps its place among the others. Who is due already stays so, and is not named.

    Args:
        due: by connection id, UTC.
        before: the interval these moments were planned with.
        after: the interval from now on.
        now: UTC.
    """
    return {key: now + (moment - now) * (after / before) for key, moment in due.items() if moment > now}
