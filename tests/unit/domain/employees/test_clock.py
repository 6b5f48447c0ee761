"""Date and time of a task as people enter them, on days when the clocks change above all."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest

from ce_calendar.domain.employees.clock import OnClock, When, entered_day, entered_when, on_clock
from ce_calendar.domain.errors import Invalid
from tests.builders_employees import make_task

BERLIN = "Europe/Berlin"
LORD_HOWE = "Australia/Lord_Howe"


def utc(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "clock", "zone", "expected"),
    [
        # nothing yet
        ("", "", BERLIN, When()),
        # a whole day stays a date
        ("2026-03-10", "", BERLIN, When(day=date(2026, 3, 10))),
        # winter and summer
        ("2026-03-10", "14:00", BERLIN, When(starts_at=utc(3, 10, 13))),
        ("2026-07-10", "14:00", BERLIN, When(starts_at=utc(7, 10, 12))),
        # what browsers may send beyond minutes does not count
        ("2026-07-10", "14:00:59.999", BERLIN, When(starts_at=utc(7, 10, 12))),
        # the last minute before, and the first after, the clocks go forward
        ("2026-03-29", "01:59", BERLIN, When(starts_at=utc(3, 29, 0, 59))),
        ("2026-03-29", "03:00", BERLIN, When(starts_at=utc(3, 29, 1))),
        # put back: the first of the two counts, and it is said
        ("2026-10-25", "02:30", BERLIN, When(starts_at=utc(10, 25, 0, 30), comes_twice=True)),
        ("2026-10-25", "03:00", BERLIN, When(starts_at=utc(10, 25, 2))),
        # by half an hour
        ("2026-04-05", "01:45", LORD_HOWE, When(starts_at=utc(4, 4, 14, 45), comes_twice=True)),
        # where clocks never change
        ("2026-03-29", "02:30", "UTC", When(starts_at=utc(3, 29, 2, 30))),
    ],
)
def test_date_and_time_are_told_on_the_clock_of_the_zone(day: str, clock: str, zone: str, expected: When) -> None:
    assert entered_when(day, clock, zone) == expected


@pytest.mark.parametrize(
    ("day", "clock", "zone", "field", "says"),
    [
        # left out: the clocks go forward
        ("2026-03-29", "02:00", BERLIN, "time", "there is no 02:00 on that day in Europe/Berlin. Did you mean 03:00?"),
        ("2026-03-29", "02:59", BERLIN, "time", "Did you mean 03:59?"),
        # by half an hour
        ("2026-10-04", "02:15", LORD_HOWE, "time", "Did you mean 02:45?"),
        # a whole day that an island skipped
        ("2011-12-30", "12:00", "Pacific/Apia", "time", "there is no 12:00"),
        # a time of no day
        ("", "10:00", BERLIN, "day", "needs a date"),
        # far off, as half a year typed is
        ("0002-03-10", "", BERLIN, "day", "between 2000 and 2099"),
        ("2100-01-01", "", BERLIN, "day", "between 2000 and 2099"),
    ],
)
def test_a_time_that_does_not_exist_is_refused_in_words(day: str, clock: str, zone: str, field: str, says: str) -> None:
    with pytest.raises(Invalid, match=re.escape(says)) as refusal:
        entered_when(day, clock, zone)
    assert refusal.value.field == field


@pytest.mark.parametrize("junk", ["10.03.2026", "2026-02-30", "20260310", "2026-W11-2", "x", None, 7, ["2026-03-10"]])
def test_what_is_no_date_is_refused(junk: Any) -> None:
    with pytest.raises(Invalid, match="is not a date") as refusal:
        entered_day(junk, field="since", label="The first day")
    assert refusal.value.field == "since"


@pytest.mark.parametrize("junk", ["25:00", "10", "1000", "10:00Z", "10:00+02:00", "T10:00", "10:61", None, 10, {}])
def test_what_is_no_time_is_refused(junk: Any) -> None:
    with pytest.raises(Invalid, match="not a time of day"):
        entered_when("2026-03-10", junk, BERLIN)


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        (make_task(starts_at=utc(7, 10, 12)), OnClock("2026-07-10", "14:00")),
        # another day in the zone than in UTC
        (make_task(starts_at=utc(7, 10, 22, 30)), OnClock("2026-07-11", "00:30")),
        (make_task(day=date(2026, 7, 10)), OnClock("2026-07-10", "")),
        (make_task(has_date=False), OnClock()),
    ],
    ids=["timed", "after-midnight", "whole-day", "no-date"],
)
def test_a_form_shows_what_was_entered(task: Any, expected: OnClock) -> None:
    assert on_clock(task, BERLIN) == expected
