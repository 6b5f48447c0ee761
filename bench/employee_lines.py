"""What the report says of employee calendars: of the planner alone, and of the product that keeps them."""

import statistics

from bench.report import Line, Told, measure, times, verdict

EMPLOYEES, TASKS = 5_000, 100_000
"""What the aims are about."""
MOST_SECONDS, MOST_MEGABYTES, MOST_MILLISECONDS, MOST_PAGE = 2.0, 200, 50, 1000


def planner(*, employees: int, tasks: int, runs: int) -> list[Line]:
    """A whole organization, planned in several ways, and one task of it."""
    found: dict[str, list[Told]] = {way: [] for way in ("first", "in_pages", "again", "retitled", "single")}
    for _ in range(runs):
        for way, told in found.items():
            told.append(measure("planner", way, employees, tasks))
    is_aimed_at = employees >= EMPLOYEES and tasks >= TASKS
    first = found["first"]
    seconds, megabytes = (statistics.median(each[unit] for each in first) for unit in ("seconds", "megabytes"))
    single, longest = (
        statistics.median(each[unit] for each in found["single"]) for unit in ("milliseconds", "longest")
    )

    def compared(aim: str, *, met: bool) -> str:
        return f"aim: at most {aim}: {verdict(met)}" if is_aimed_at else ""

    is_met = seconds <= MOST_SECONDS and megabytes <= MOST_MEGABYTES
    size = f"{employees:,} employees, {tasks:,} tasks"
    return [
        Line(
            f"plan of {size}: {first[0]['events']:,.0f} events, all at once",
            times(first),
            compared(f"{MOST_SECONDS:g} s and {MOST_MEGABYTES} MB", met=is_met),
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


def product(*, employees: int, tasks: int, browser: bool) -> list[Line]:
    """The same organization in a database: planned by the job, one task changed, the lists opened."""
    told = measure("employees", employees, tasks, "browser" if browser else "server")
    is_aimed_at = employees >= EMPLOYEES and tasks >= TASKS

    def compared(aim: str, *, met: bool) -> str:
        return f"aim: at most {aim}: {verdict(met)}" if is_aimed_at else ""

    size = f"{employees:,} employees, {tasks:,} tasks"
    lines = [
        Line(f"{size} planned into SQLite by the job", f"{told['seconds']:.1f} s (CPU {told['cpu']:.1f} s)"),
        Line(
            "a task's status changed: checked, planned, owed, committed",
            f"{told['change']:.1f} ms (longest: {told['longest']:.1f})",
            compared(f"{MOST_MILLISECONDS} ms", met=told["longest"] <= MOST_MILLISECONDS),
        ),
        Line(f"employees page of {employees:,}, on the server", f"{told['employees']:.0f} ms"),
        Line(f"tasks page of {tasks:,}, on the server", f"{told['tasks']:.0f} ms"),
    ]
    if browser:
        found = Line(
            f"employees page in Chromium, until row {told['shown']:.0f} stands there",
            f"{told['seen']:.0f} ms",
            compared(f"{MOST_PAGE:,} ms", met=told["seen"] <= MOST_PAGE),
        )
        lines.insert(3, found)
    return lines
