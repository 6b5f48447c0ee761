"""What the report of `make bench` is made of."""

import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

Told = dict[str, float]


@dataclass(frozen=True)
class Line:
    """A line of the report."""

    what: str
    found: str
    compared: str = ""


def measure(module: str, *arguments: object, python: str = sys.executable) -> Told:
    """Run one measuring process and take what it told."""
    command = [python, "-m", f"bench.{module}", *map(str, arguments)]
    answer = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own
    told: Told = json.loads(answer.stdout.splitlines()[-1])
    return told


def times(found: Sequence[Told]) -> str:
    """Seconds, CPU and memory: the medians of some runs."""
    seconds = sorted(each["seconds"] for each in found)
    cpu = statistics.median(each["cpu"] for each in found)
    memory = statistics.median(each["megabytes"] for each in found)
    return f"{statistics.median(seconds):.2f} s ({seconds[0]:.2f}-{seconds[-1]:.2f}; CPU {cpu:.2f} s; {memory:.0f} MB)"


def verdict(is_met: bool) -> str:  # noqa: FBT001 - yes or no is all it is about
    """Whether an aim is met."""
    return "met" if is_met else "NOT MET"
