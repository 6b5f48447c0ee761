"""Spreads calls over the minute, in this process's memory."""

import threading
import time
from dataclasses import dataclass

from limits.storage import MemoryStorage

BATCH = 50
"""What an account begins with, and can save up: the calls of one batch (PROVIDERS §1)."""
WINDOW_SECONDS = 60
SHORTEST_WAIT = 0.05
_ROUNDING = 1e-6


@dataclass
class _Purse:
    """What an account may spend now."""

    calls: float
    filled_at: float


class MemoryPace:
    """`ports.hosting.Pace`, for one process.

    Two rules. A purse of one batch that fills at the pace spreads the calls evenly: batches leave some seconds apart,
    and a single change seldom waits. The window, kept by `limits`, is the promise: never more than a minute's pace and
    one batch in any 60 seconds, also right after the pace was lowered.
    """

    def __init__(self) -> None:
        # Used without one of its strategies: these keep another window for each pace.
        self._windows = MemoryStorage()
        self._purses: dict[str, _Purse] = {}
        self._lock = threading.Lock()

    def take(self, key: str, cost: int, per_minute: int) -> float:
        """Take so many calls, or say how many seconds to wait.

        Raises:
            ValueError: more than a batch can never be taken.
        """
        if cost > BATCH:
            raise ValueError(f"At most {BATCH} calls at once.")
        with self._lock:
            now = time.time()
            purse = self._filled(key, now, per_minute)
            if purse.calls + _ROUNDING < cost:
                return max(SHORTEST_WAIT, (cost - purse.calls) * WINDOW_SECONDS / per_minute)
            most = per_minute + BATCH
            if not self._windows.acquire_entry(key, most, WINDOW_SECONDS, amount=cost):
                oldest, _ = self._windows.get_moving_window(key, most, WINDOW_SECONDS)
                return max(SHORTEST_WAIT, oldest + WINDOW_SECONDS - now)
            purse.calls -= cost
            return 0.0

    def _filled(self, key: str, now: float, per_minute: int) -> _Purse:
        purse = self._purses.setdefault(key, _Purse(BATCH, now))
        if now < purse.filled_at:
            # The machine's clock was set back: what the window holds lies in the future, and would stay for long.
            self._windows.clear(key)
            purse.filled_at = now
        purse.calls = min(BATCH, purse.calls + (now - purse.filled_at) * per_minute / WINDOW_SECONDS)
        purse.filled_at = now
        return purse
