"""Counts attempts in this process's memory."""

import hashlib
import math
import threading
import time
from collections.abc import Mapping

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

DEFAULT_LIMITS = {
    # Of one email from one address; of one email from anywhere; of one's own password, once signed in.
    "pair": "10/15 minutes",
    "email": "50/15 minutes",
    "password": "10/15 minutes",
    # A whole office, or everybody when a proxy hides the addresses, comes from one.
    "remote": "200/15 minutes",
}


class MemoryAttemptLimiter:
    """`ports.AttemptLimiter`, for one process. What stands before a key's first colon chooses its limit."""

    def __init__(self, limits: Mapping[str, str] = DEFAULT_LIMITS) -> None:
        self._limits: dict[str, RateLimitItem] = {kind: parse(limit) for kind, limit in limits.items()}
        self._strategy = MovingWindowRateLimiter(MemoryStorage())
        self._lock = threading.Lock()

    def hit(self, key: str) -> int:
        """Count one attempt. 0 if it is allowed, else the seconds to wait; those that are not allowed do not count."""
        limit, name = self._limit_of(key)
        with self._lock:
            if self._strategy.hit(limit, name):
                return 0
            reset_at = self._strategy.get_window_stats(limit, name).reset_time
        return max(1, math.ceil(reset_at - time.time()))

    def clear(self, key: str) -> None:
        """Forget the attempts of a key."""
        limit, name = self._limit_of(key)
        with self._lock:
            self._strategy.clear(limit, name)

    def _limit_of(self, key: str) -> tuple[RateLimitItem, str]:
        kind = key.partition(":")[0]
        # Hashed: keys hold what anybody typed, of any length, and stay in memory for a while.
        return self._limits[kind], hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
