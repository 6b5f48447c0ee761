"""How often something may be tried."""

import pytest

from ce_calendar.adapters.limiter import DEFAULT_LIMITS, MemoryAttemptLimiter


@pytest.fixture
def limiter() -> MemoryAttemptLimiter:
    return MemoryAttemptLimiter({"email": "3/15 minutes", "remote": "5/15 minutes"})


def test_attempts_are_allowed_up_to_the_limit_and_then_told_to_wait(limiter: MemoryAttemptLimiter) -> None:
    assert [limiter.hit("email:a@demo.example") for _ in range(3)] == [0, 0, 0]
    assert 14 * 60 < limiter.hit("email:a@demo.example") <= 15 * 60


def test_keys_do_not_share_a_limit(limiter: MemoryAttemptLimiter) -> None:
    for _ in range(4):
        limiter.hit("email:a@demo.example")
    assert limiter.hit("email:b@demo.example") == 0


def test_the_kind_of_key_chooses_the_limit(limiter: MemoryAttemptLimiter) -> None:
    assert [bool(limiter.hit("remote:127.0.0.1")) for _ in range(6)] == [False] * 5 + [True]


def test_clearing_a_key_begins_anew(limiter: MemoryAttemptLimiter) -> None:
    for _ in range(4):
        limiter.hit("email:a@demo.example")
    limiter.clear("email:a@demo.example")
    assert limiter.hit("email:a@demo.example") == 0


def test_whatever_was_typed_is_a_key_and_is_not_kept(limiter: MemoryAttemptLimiter) -> None:
    typed = "email:\x00\ud800" + "x" * 100_000
    assert limiter.hit(typed) == 0
    assert "xxx" not in repr(vars(limiter._strategy.storage))


def test_the_default_limits_can_be_read() -> None:
    limiter = MemoryAttemptLimiter(DEFAULT_LIMITS)
    assert [limiter.hit(f"{kind}:x") for kind in ("remote", "pair", "email", "password")] == [0, 0, 0, 0]
