"""The planner of employee calendars: a whole organization, at once and in pages, and one task of it."""

import random
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from statistics import median

from bench.told import Begun, tell
from ce_calendar.adapters.system import calm_collector
from ce_calendar.domain.employees.calendars import EventMapping
from ce_calendar.domain.employees.people import Employee
from ce_calendar.domain.employees.plan import Picture, plan_employee_calendars, plan_task_events
from ce_calendar.domain.employees.rules import CalendarRules
from ce_calendar.domain.employees.tasks import SystemRole, Task, TaskStatus

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
FIRM = "firm"
DEPARTMENTS = tuple(f"department-{n:02}" for n in range(100))
DEPARTMENT_TASKS = 500
"""One of so many tasks is given to a department besides, all of whose people see it."""
WORK = ("Router replacement", "Line repair", "New connection", "Meter reading", "Cabinet inspection", "Fibre splice")
STATUSES = {role.value: TaskStatus(role.value, FIRM, role.name.title(), role) for role in SystemRole}
PAGE = 100
"""Employees that the job plans in one transaction."""
SINGLE = 200
"""Single tasks, of which the median is told."""


def employee(n: int) -> Employee:
    """One who wants a calendar."""
    return Employee(
        f"employee-{n:05}",
        FIRM,
        f"Person {n}",
        NOW,
        email=f"person{n}@firm.example",
        position="Technician",
        department_ids=(DEPARTMENTS[n % len(DEPARTMENTS)],),
        is_bound=True,
    )


def task(n: int, employee_ids: Sequence[str], chance: random.Random) -> Task:
    """An open one within four weeks, mostly with a time."""
    day = date(2026, 11, 20) + timedelta(days=chance.randrange(28))
    is_timed = chance.random() < 0.8  # noqa: PLR2004 - a share like any other
    return Task(
        f"task-{n:06}",
        FIRM,
        n,
        f"{chance.choice(WORK)} {n}",
        chance.choice(("not_completed", "in_progress")),
        NOW,
        NOW,
        kind=chance.choice(WORK),
        description=f"The customer called about it on {day}. Bring the long ladder and two spare parts, type {n % 97}.",
        address=f"{n % 300} Main Street, flat {n % 60}",
        customer=f"Customer {n % 20_000}",
        day=None if is_timed else day,
        starts_at=datetime(day.year, day.month, day.day, 6 + n % 12, tzinfo=UTC) if is_timed else None,
        employee_ids=tuple(chance.sample(employee_ids, 1 + n % 2)),
        department_ids=() if n % DEPARTMENT_TASKS else (chance.choice(DEPARTMENTS),),
    )


def picture_of(employees: int, tasks: int) -> Picture:
    """An organization that has just switched its calendars on."""
    chance = random.Random(7)  # noqa: S311 - made-up tasks, the same in each run
    people = [employee(n) for n in range(employees)]
    ids = [each.id for each in people]
    return Picture(
        rules=CalendarRules(is_enabled=True, zone="Europe/Kyiv", shows_departments=True),
        account_id="account",
        now=NOW,
        statuses=STATUSES,
        department_names={each: each.title() for each in DEPARTMENTS},
        employee_names={each.id: each.name for each in people},
        employees=people,
        calendars={},
        generations={},
        tasks=[task(n, ids, chance) for n in range(tasks)],
        mappings=(),
    )


def pages_of(whole: Picture) -> Iterator[Picture]:
    """What the job loads, a hundred employees at a time."""
    by_holder: dict[str, list[Task]] = defaultdict(list)
    for each in whole.tasks:
        for holder in (*each.employee_ids, *each.department_ids):
            by_holder[holder].append(each)
    for begin in range(0, len(whole.employees), PAGE):
        people = whole.employees[begin : begin + PAGE]
        holders = {each.id for each in people} | {department for each in people for department in each.department_ids}
        shown = {each.id: each for holder in holders for each in by_holder[holder]}
        yield replace(whole, employees=people, tasks=list(shown.values()))


def after_first(whole: Picture) -> Picture:
    """The same organization, once all of it is planned."""
    plan = plan_employee_calendars(whole)
    return replace(whole, calendars={each.employee_id: each for each in plan.calendars}, mappings=plan.mappings)


def first(whole: Picture) -> None:
    """All calendars and events at once."""
    begun = Begun()
    plan = plan_employee_calendars(whole)
    taken = begun.taken()
    assert len(plan.calendars) == len(whole.employees)
    assert len(plan.operations) == 2 * len(plan.calendars) + len(plan.mappings)
    tell(**taken, events=len(plan.mappings))


def in_pages(whole: Picture) -> None:
    """The same as the job does it."""
    seconds = cpu = events = 0.0
    for page in pages_of(whole):
        begun = Begun()
        plan = plan_employee_calendars(page)
        taken = begun.taken()
        seconds, cpu, events = seconds + taken["seconds"], cpu + taken["cpu"], events + len(plan.mappings)
    tell(seconds=seconds, cpu=cpu, events=events)


def again(whole: Picture) -> None:
    """Once more, when nothing has changed."""
    planned = after_first(whole)
    begun = Begun()
    plan = plan_employee_calendars(planned)
    taken = begun.taken()
    assert plan.is_empty
    tell(**taken, events=len(planned.mappings))


def retitled(whole: Picture) -> None:
    """Another title for every event."""
    planned = after_first(whole)
    planned = replace(planned, rules=replace(planned.rules, event_title="{kind}: {title}"))
    begun = Begun()
    plan = plan_employee_calendars(planned)
    taken = begun.taken()
    assert len(plan.operations) == len(planned.mappings)
    tell(**taken, events=len(plan.mappings))


def single(whole: Picture) -> None:
    """One task after the other is moved, each with a plan of its own."""
    planned = after_first(whole)
    mappings: dict[str, list[EventMapping]] = defaultdict(list)
    for mapping in planned.mappings:
        mappings[mapping.task_id].append(mapping)
    people = {each.id: each for each in planned.employees}
    holders = {each.id: each.employee_id for each in planned.calendars.values()}
    taken = []
    for moved in planned.tasks[:: max(1, len(planned.tasks) // SINGLE)]:
        known = mappings[moved.id]
        # No task begins at such a minute, so that each is really moved.
        tomorrow = replace(moved, starts_at=NOW + timedelta(days=1, minutes=17), day=None)
        picture = replace(
            planned,
            employees=[people[holders[each.calendar_id]] for each in known],
            calendars={holders[each.calendar_id]: planned.calendars[holders[each.calendar_id]] for each in known},
            tasks=[tomorrow],
            mappings=known,
        )
        begun = Begun()
        plan = plan_task_events(picture)
        taken.append(begun.taken()["seconds"])
        assert len(plan.operations) == len(known)
    tell(milliseconds=median(taken) * 1000, longest=max(taken) * 1000)


WAYS = {"first": first, "in_pages": in_pages, "again": again, "retitled": retitled, "single": single}


def main(way: str, employees: int, tasks: int) -> None:
    """Plan in one of the ways, in a process of its own."""
    calm_collector()
    WAYS[way](picture_of(employees, tasks))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
