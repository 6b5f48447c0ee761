"""The span a sync reads, and when it slides."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ce_calendar.domain.spread import share_of
from ce_calendar.domain.window import LEAST_DAYS_AHEAD, needs_new_window, window_around
from tests.conftest import NOON

DAY = timedelta(days=1)
WINDOW = window_around(NOON)
MIDNIGHT = datetime(2026, 3, 10, tzinfo=UTC)


def test_it_reaches_30_days_back_and_365_ahead_in_whole_days() -> None:
    assert WINDOW.start == MIDNIGHT - 30 * DAY
    assert WINDOW.end == MIDNIGHT + 366 * DAY
    assert window_around(NOON.replace(hour=23, minute=59)) == WINDOW


@pytest.mark.parametrize(
    ("start_offset", "length", "overlaps"),
    [
        (timedelta(0), timedelta(hours=1), True),  # begins with the window
        (timedelta(0), timedelta(0), True),  # a mere moment at its start
        (-DAY, DAY, False),  # ends where the window begins
        (-DAY, 2 * DAY, True),  # reaches into it
        (-DAY, 1000 * DAY, True),  # spans it
        (396 * DAY, DAY, False),  # begins where it ends
        (396 * DAY - timedelta(seconds=1), DAY, True),  # begins just before its end
    ],
)
def test_what_touches_it(start_offset: timedelta, length: timedelta, *, overlaps: bool) -> None:
    starts_at = WINDOW.start + start_offset
    assert WINDOW.overlaps(starts_at, starts_at + length) is overlaps


@given(key=st.text(min_size=1), hours=st.integers(0, 24 * 60))
def test_it_slides_daily_at_the_keys_own_hour(key: str, hours: int) -> None:
    now = MIDNIGHT + timedelta(hours=hours)
    due = MIDNIGHT + DAY + DAY * share_of(key)
    assert needs_new_window(WINDOW, now, key) is (now >= due)


_MOMENTS = st.datetimes(timezones=st.just(UTC), min_value=datetime(1970, 1, 1), max_value=datetime(2200, 1, 1))  # noqa: DTZ001 - hypothesis adds the zone


@given(key=st.text(min_size=1), opened=_MOMENTS)
def test_a_window_just_opened_stays_open_and_never_gets_too_short(key: str, opened: datetime) -> None:
    window = window_around(opened)
    assert not needs_new_window(window, opened, key)
    assert needs_new_window(window, opened + 2 * DAY, key)
    assert window.end - (opened + 2 * DAY) > timedelta(days=LEAST_DAYS_AHEAD)


def test_a_cursor_that_slept_for_a_month_opens_a_new_window() -> None:
    assert needs_new_window(WINDOW, NOON + 31 * DAY, "any")


def test_shares_are_the_same_every_time_and_spread_evenly() -> None:
    assert share_of("a") == share_of("a")
    tenths = [int(share_of(f"{n:032x}") * 10) for n in range(2000)]
    assert all(140 < tenths.count(tenth) < 260 for tenth in range(10))
