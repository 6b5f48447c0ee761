"""When to try again."""

from datetime import timedelta

import pytest

from ce_calendar.domain.retry import next_try
from tests.conftest import NOON


@pytest.mark.parametrize(
    ("failures", "jitter", "minutes"),
    [
        (1, 0.0, 1),  # the first wait
        (1, 1.0, 0.5),  # jitter takes half of it away at most
        (2, 0.0, 2),  # waits double
        (6, 0.0, 32),
        (7, 0.0, 60),  # 64, capped at an hour
        (7, 0.5, 45),  # those who failed together still spread under the cap
        (100_000, 0.0, 60),  # months of failing must not overflow
    ],
)
def test_waits_double_up_to_an_hour(failures: int, jitter: float, minutes: float) -> None:
    assert next_try(NOON, failures=failures, jitter=jitter) == NOON + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("asked_minutes", "minutes"),
    [
        (30, 30),  # later than we would: obeyed, though it is beyond our own wait
        (0.1, 1),  # sooner than we would: our own wait stands
        (-5, 1),  # already over when it arrived
        (90, 90),  # our cap does not count against the provider's word
        (14 * 24 * 60, 24 * 60),  # absurd: asked again after a day
    ],
)
def test_a_providers_moment_is_obeyed(asked_minutes: float, minutes: float) -> None:
    retry_at = NOON + timedelta(minutes=asked_minutes)
    assert next_try(NOON, failures=1, jitter=0.0, retry_at=retry_at) == NOON + timedelta(minutes=minutes)
