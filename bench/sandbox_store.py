"""How much memory the sandbox's store of events takes, and how long it takes to fill it.

python -m bench.sandbox_store 10000 100
"""

import resource
import sys
import time
from typing import Any

from ce_calendar.sandbox.clock import Clock
from ce_calendar.sandbox.google.calendars import Calendar

ZONE = "Europe/Berlin"


def meeting(number: int) -> dict[str, Any]:
    """A meeting with two guests, as insert takes it."""
    day, hour = f"2027-03-{number % 28 + 1:02}", number % 22
    return {
        "summary": f"Visit {number}",
        "location": "Riverside Family Clinic",
        "description": "Some words about what is planned there.",
        "start": {"dateTime": f"{day}T{hour:02}:00:00", "timeZone": ZONE},
        "end": {"dateTime": f"{day}T{hour + 1:02}:00:00", "timeZone": ZONE},
        "attendees": [{"email": f"guest{number}@riverside.example"}, {"email": "bob@riverside.example"}],
    }


def main(accounts: int, events: int) -> None:
    """Fill calendars and say what it took."""
    clock, calendars = Clock(), []
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in range(accounts):
        calendar = Calendar(f"a{number}@gmail.example", "Work", ZONE, f"a{number}@gmail.example")
        calendar.insert_many((meeting(each) for each in range(events)), clock, "http://127.0.0.1:9101")
        calendars.append(calendar)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    each = (peak - before) * 1024 / (accounts * events)
    print(f"{accounts * events} events in {seconds:.1f} s, {peak / 1024:.0f} MB at most, {each:.0f} bytes an event")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
