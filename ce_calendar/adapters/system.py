"""The machine's own clock, and the manners of its Python."""

import gc
from datetime import UTC, datetime


def system_clock() -> datetime:
    """`ports.Clock`: now, UTC."""
    return datetime.now(UTC)


def calm_collector() -> None:
    """Let Python's garbage collector look for circles after 10,000 new objects instead of 700.

    A sync makes hundreds of thousands of objects that live for seconds, none of them in a circle. By default each of
    the collector's many looks finds nothing, and the long ones walk through everything the process has ever loaded,
    while open pages wait. Garbage that is no circle goes at once, as ever.
    """
    gc.set_threshold(10_000, 10, 10)
