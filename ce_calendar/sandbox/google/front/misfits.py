"""What did not fit Google's discovery document, remembered so that whole test suites can fail on it."""

from collections import deque
from typing import Any, Literal

KEPT = 1000
_LONGEST = 500

Side = Literal["request", "answer"]


class Misfits:
    """Numbered violations; they tell operations and fields, never values."""

    def __init__(self) -> None:
        self.clear()

    def record(self, operation: str, side: Side, what: str) -> None:
        """Remember that a request, or an answer of the sandbox's own, was not as Google has it."""
        self._last += 1
        self._kept.append({"n": self._last, "operation": operation, "side": side, "what": what[:_LONGEST]})

    def to_json(self) -> list[dict[str, Any]]:
        """Return all that is remembered, oldest first."""
        return list(self._kept)

    def clear(self) -> None:
        """Forget them, and number from 1 again."""
        self._kept: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._last = 0
