"""A whole organization's employee calendars in the product: planned by the job, changed by hand, and looked at."""

import asyncio
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bench.browser import measure, served
from bench.installation import CLIENT_ID, Installation, install
from bench.pages import opening
from bench.planner import DEPARTMENTS, STATUSES, picture_of
from bench.told import Begun, tell
from ce_calendar.domain.employees.calendars import AccountStatus, CentralAccount
from ce_calendar.domain.employees.people import Department
from ce_calendar.domain.employees.tasks import SystemRole, Task
from ce_calendar.domain.meetings.connections import ClientSource
from ce_calendar.services.registry import set_services
from ce_calendar.web.components.pager import PAGE_SIZE
from ce_calendar.web.employees.state import EmployeesState
from ce_calendar.web.tasks.state import TasksState

NOWHERE = "http://127.0.0.1:9"
"""Nothing is sent: the account has no credential."""
CHANGES = 30
STATUS_IDS = {role: f"{number:032x}" for number, role in enumerate(STATUSES)}
"""As screens know them, by the planner's."""
AT_ONCE = 1000
"""Tasks in one transaction of the filling."""


def task_id(number: int) -> str:
    """As screens know it."""
    return f"{number:032x}"


def _stored(task: Task, organization_id: str) -> Task:
    return replace(task, id=task_id(task.number), organization_id=organization_id, status_id=STATUS_IDS[task.status_id])


def fill(home: Installation, employees: int, tasks: int) -> None:
    """An organization whose calendars were just switched on: everybody's plan is owed."""
    home_id = home.actor.organization_id
    picture = picture_of(employees, tasks)
    people = [replace(each, organization_id=home_id) for each in picture.employees]
    now = datetime.now(UTC)
    account = CentralAccount(
        id="account",
        organization_id=home_id,
        subject_id="subject",
        email="central@bench.example",
        client_id=CLIENT_ID,
        client_source=ClientSource.PLATFORM,
        status=AccountStatus.HEALTHY,
        consented_at=now,
    )
    with home.open_uow() as uow:
        uow.calendar_rules.save(home_id, picture.rules, now=now)
        uow.central_accounts.save(account)
        uow.task_statuses.save(
            *[replace(each, id=STATUS_IDS[role], organization_id=home_id) for role, each in STATUSES.items()]
        )
        for each in DEPARTMENTS:
            uow.departments.save(Department(each, home_id, each.title()))
        uow.employees.add(*people)
        uow.employees.owe_plan(home_id)
    for begin in range(0, tasks, AT_ONCE):
        with home.open_uow() as uow:
            page = picture.tasks[begin : begin + AT_ONCE]
            uow.tasks.add(*[_stored(each, home_id) for each in page])


def planned(home: Installation, employees: int, tasks: int) -> Begun:
    """Fill, and let the job plan; what that took has begun to count."""
    fill(home, employees, tasks)
    begun = Begun()
    home.services.planning.run(home.actor.organization_id)
    return begun


def changes(home: Installation, tasks: int) -> list[float]:
    """Milliseconds of a task's change of status, with the plan of its events and the commit."""
    taken = []
    for number in range(0, tasks, max(1, tasks // CHANGES)):
        begun = time.perf_counter()
        home.services.tasks.change_status(home.actor, task_id=task_id(number), status_id=STATUS_IDS[SystemRole.DONE])
        taken.append((time.perf_counter() - begun) * 1000)
    return taken


def main(employees: int, tasks: int, *, browser: bool) -> None:
    """Measure in one organization."""
    with tempfile.TemporaryDirectory() as folder:
        home = install(Path(folder) / "firm", google=NOWHERE)
        taken = planned(home, employees, tasks).taken()
        changed = changes(home, tasks)
        set_services(home.services)
        page = asyncio.run(opening(home, EmployeesState))
        listed = asyncio.run(opening(home, TasksState))
    seen = 0.0
    shown = min(employees, PAGE_SIZE)
    if browser:

        def fill_and_plan(home: Installation) -> None:
            planned(home, employees, tasks)

        with served(fill_and_plan, google=NOWHERE) as url:
            seen = measure(url, "/erp/employees", test_id="employee-row", shown=shown)
    tell(
        seconds=taken["seconds"],
        cpu=taken["cpu"],
        change=statistics.median(changed),
        longest=max(changed),
        employees=page,
        tasks=listed,
        seen=seen,
        shown=shown,
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), browser=sys.argv[3] == "browser")
