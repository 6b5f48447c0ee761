"""How quickly calls may leave."""

import threading
from collections.abc import Iterator
from itertools import pairwise

import pytest

from ce_calendar.adapters.pace import BATCH, MemoryPace


class Time:
    """The machine's clock, as a test moves it."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    time = Time()
    monkeypatch.setattr("time.time", time)
    return time


@pytest.fixture
def pace() -> Iterator[MemoryPace]:
    pace = MemoryPace()
    yield pace
    if pace._windows.timer:
        pace._windows.timer.cancel()


def departures(pace: MemoryPace, time: Time, *, cost: int, per_minute: int, seconds: float) -> list[float]:
    """When calls leave, if whoever makes them waits as long as it is told."""
    start, left = time.now, []
    while time.now < start + seconds:
        wait = pace.take("a", cost, per_minute)
        if wait == 0:
            left.append(time.now - start)
        time.now += wait
    return left


def most_in_a_minute(left: list[float], cost: int) -> int:
    return max(sum(cost for other in left if moment <= other < moment + 60) for moment in left)


def test_batches_leave_evenly_after_the_first(pace: MemoryPace, time: Time) -> None:
    left = departures(pace, time, cost=50, per_minute=480, seconds=120)

    gaps = {round(after - before, 3) for before, after in pairwise(left)}
    assert left[0] == 0
    assert gaps == {6.25}


@pytest.mark.parametrize("cost", [1, 7, 37, 50])
@pytest.mark.parametrize("per_minute", [10, 60, 480, 590])
def test_no_minute_has_more_than_the_pace_and_a_batch_and_little_of_the_pace_is_lost(
    pace: MemoryPace, time: Time, cost: int, per_minute: int
) -> None:
    left = departures(pace, time, cost=cost, per_minute=per_minute, seconds=600)

    assert most_in_a_minute(left, cost) <= per_minute + BATCH
    assert len(left) * cost >= per_minute * 10 - BATCH


def test_a_single_call_waits_but_a_moment_while_batches_use_up_the_pace(pace: MemoryPace, time: Time) -> None:
    pace.take("a", 50, 480)

    assert pace.take("a", 1, 480) == pytest.approx(0.125)
    time.now += 0.125
    assert pace.take("a", 1, 480) == 0


def test_a_wait_takes_nothing(pace: MemoryPace, time: Time) -> None:
    pace.take("a", 50, 480)

    assert {pace.take("a", 50, 480) for _ in range(100)} == {6.25}
    time.now += 6.25
    assert pace.take("a", 50, 480) == 0


def test_accounts_do_not_share_a_pace(pace: MemoryPace, time: Time) -> None:
    pace.take("a", 50, 480)

    assert pace.take("b", 50, 480) == 0


def test_no_more_than_a_batch_is_saved_up(pace: MemoryPace, time: Time) -> None:
    pace.take("a", 50, 480)
    time.now += 3600

    assert pace.take("a", 50, 480) == 0
    assert pace.take("a", 1, 480) > 0


def test_a_pace_that_was_lowered_counts_for_what_left_before(pace: MemoryPace, time: Time) -> None:
    departures(pace, time, cost=50, per_minute=480, seconds=60)
    time.now += 1

    # A purse alone would soon let a batch go; the minute has had nearly 500.
    wait = pace.take("a", 10, 60)
    while wait:
        assert wait <= 60
        time.now += wait
        wait, before = pace.take("a", 10, 60), time.now
    assert before - 1_000_000 > 60


def test_a_clock_that_is_set_back_stops_nothing(pace: MemoryPace, time: Time) -> None:
    departures(pace, time, cost=50, per_minute=480, seconds=60)
    time.now -= 3600

    left = departures(pace, time, cost=50, per_minute=480, seconds=120)

    assert left[0] <= 6.25
    assert len(left) >= 19


def test_more_than_a_batch_is_a_mistake(pace: MemoryPace) -> None:
    with pytest.raises(ValueError, match="50"):
        pace.take("a", 51, 480)


def test_threads_share_an_accounts_pace(pace: MemoryPace, time: Time) -> None:
    taken: list[bool] = []

    def take() -> None:
        taken.extend(pace.take("a", 1, 480) == 0 for _ in range(20))

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(taken) == BATCH
