"""What a measuring process tells the one that started it: one line of JSON. Standard library alone."""

import json
import resource
import time
from typing import TypedDict


class Taken(TypedDict):
    """How long something took."""

    seconds: float
    """By the clock on the wall."""
    cpu: float
    """Of this process alone, whatever else the machine did."""


class Begun:
    """A stopwatch, running."""

    def __init__(self) -> None:
        self._clock, self._cpu = time.perf_counter(), time.process_time()

    def taken(self) -> Taken:
        """How long it has run."""
        return Taken(seconds=time.perf_counter() - self._clock, cpu=time.process_time() - self._cpu)


def tell(**facts: float) -> None:
    """Say what was found, and how much memory the process took at most."""
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({**facts, "megabytes": round(memory)}), flush=True)
