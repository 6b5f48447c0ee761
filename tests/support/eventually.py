"""Waiting for what happens in another process and shows on no page."""

import time
from collections.abc import Callable


def eventually(ask: Callable[[], object], expected: object, *, seconds: float = 20) -> None:
    """Ask until it is so, and say what it is instead if that does not come."""
    deadline = time.monotonic() + seconds
    while (found := ask()) != expected:
        assert time.monotonic() < deadline, f"expected {expected!r}, still {found!r} after {seconds:.0f} s"
        time.sleep(0.1)
