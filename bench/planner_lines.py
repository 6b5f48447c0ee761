"""What the report says of the planner of employee calendars."""

import statistics

from bench.report import Line, Told, measure, times, verdict

EMPLOYEES, TASKS = 5_000, 100_000
"""What the aims are about."""
MOST_SECONDS, MOST_MEGABYTES, MOST_MILLISECONDS = 2.0, 200, 50


def planner(*, employees: int, tasks: int, runs: int) -> list[Line]:
    """A whole organization, planned in several ways, and one task of it."""
    found: dict[str, list[Told]] = {way: [] for way in ("first", "in_pages", "again", "retitled", "single")}
    for _ in range(runs):
        for way, told in found.items():
            told.append(measure("planner", way, employees, tasks))
    is_aimed_at = employees >= EMPLOYEES and tasks >= TASKS
    first = found["first"]
    # What the process needs of one core: on the clock stands also what others on the machine are busy with.
    cpu, megabytes = (statistics.median(each[unit] for each in first) for unit in ("cpu", "megabytes"))
    single, longest = (
        statistics.median(each[unit] for each in found["single"]) for unit in ("milliseconds", "longest")
    )

    def compared(aim: str, *, met: bool) -> str:
        return f"aim: at most {aim}: {verdict(met)}" if is_aimed_at else ""

    is_met = cpu <= MOST_SECONDS and megabytes <= MOST_MEGABYTES
    size = f"{employees:,} employees, {tasks:,} tasks"
    return [
        Line(
            f"plan of {size}: {first[0]['events']:,.0f} events, all at once",
            times(first),
            compared(f"{MOST_SECONDS:g} s of one core and {MOST_MEGABYTES} MB", met=is_met),
        ),
        Line("the same in pages of 100 employees, as the job plans", times(found["in_pages"])),
        Line("the same once more, nothing changed", times(found["again"])),
        Line("another title for every event", times(found["retitled"])),
        Line(
            "plan of one task that was moved",
            f"{single:.2f} ms (longest of 200: {longest:.2f})",
            compared(f"{MOST_MILLISECONDS} ms", met=longest <= MOST_MILLISECONDS),
        ),
    ]
