"""How long until the next sync, and what a new interval makes of it."""

from datetime import timedelta

import pytest

from ce_calendar.domain.meetings.module import SPREAD, ModuleValues, next_poll, replanned
from tests.builders import new_id
from tests.conftest import NOON


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def test_who_never_chose_has_the_defaults() -> None:
    assert ModuleValues() == ModuleValues(poll_minutes=15, duration_minutes=30, notification_minutes=15)
    assert ModuleValues().poll_interval == minutes(15)


def test_the_next_sync_comes_within_the_interval_and_not_for_all_at_once() -> None:
    found = {next_poll(NOON, interval=minutes(20), key=new_id()) for _ in range(50)}
    assert len(found) == 50
    assert min(found) >= NOON + minutes(20) * (1 - SPREAD)
    assert max(found) <= NOON + minutes(20)


@pytest.mark.parametrize(
    ("before", "after", "was_in", "is_in"),
    [
        (60, 5, 60, 5),  # synced just now
        (60, 5, 12, 1),  # its turn was near, and is nearer now
        (5, 60, 5, 60),  # synced just now
        (5, 60, 1, 12),  # moved back, and not by more than the new interval
        (15, 20, 15, 20),
    ],
)
def test_the_wait_that_is_left_follows_the_interval(before: int, after: int, was_in: float, is_in: float) -> None:
    due = {"c": NOON + minutes(was_in)}
    assert replanned(due, before=minutes(before), after=minutes(after), now=NOON) == {"c": NOON + minutes(is_in)}


def test_who_is_due_already_stays_so() -> None:
    due = {"now": NOON, "late": NOON - minutes(3)}
    assert replanned(due, before=minutes(5), after=minutes(60), now=NOON) == {}


def test_a_crowd_is_spread_over_the_new_interval_in_its_old_order() -> None:
    due = {f"c{number}": NOON + minutes(number / 10 + 0.1) for number in range(600)}
    moved = replanned(due, before=minutes(60), after=minutes(5), now=NOON)
    assert sorted(moved, key=lambda key: moved[key]) == list(due)
    assert len(set(moved.values())) == 600
    assert max(moved.values()) == NOON + minutes(5)


def test_there_and_back_again_is_where_it_was() -> None:
    due = {"c": NOON + minutes(7)}
    there = replanned(due, before=minutes(15), after=minutes(60), now=NOON)
    assert replanned(there, before=minutes(60), after=minutes(15), now=NOON) == due
