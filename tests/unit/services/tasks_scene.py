"""An organization with employees and tasks, and what services of tasks are asked and told in it."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from ce_calendar.domain.access import Actor, Permission
from ce_calendar.domain.employees.calendars import EmployeeCalendar
from ce_calendar.domain.employees.people import Department, Employee
from ce_calendar.domain.employees.rules import CalendarRules
from ce_calendar.domain.employees.tasks import Task
from ce_calendar.ports import OpenUnitOfWork, UnitOfWork
from ce_calendar.services.audit import Audit
from ce_calendar.services.employees.planning import Planning
from ce_calendar.services.employees.statuses import StatusBook
from ce_calendar.services.employees.task_entry import TaskEntry
from ce_calendar.services.employees.tasks import TaskBook
from tests.builders import Town, make_actor, make_user, settle
from tests.builders_employees import (
    Statuses,
    add_statuses,
    make_account,
    make_calendar,
    make_department,
    make_employee,
    make_task,
)
from tests.conftest import FixedClock
from tests.support.doubles import ListedAnnouncements, ListedJobs

ZONE = "Europe/Berlin"


class ListedPlanning(Planning):
    """The real one, which also writes down what it was asked."""

    asked: list[tuple[str, Any]]

    def tasks_changed(self, uow: UnitOfWork, organization_id: str, task_ids: Collection[str]) -> Any:
        self.asked.append(("tasks", (organization_id, list(task_ids))))
        return super().tasks_changed(uow, organization_id, task_ids)

    def employees_changed(self, uow: UnitOfWork, organization_id: str, employee_ids: Collection[str] | None) -> int:
        self.asked.append(("employees", (organization_id, employee_ids)))
        return super().employees_changed(uow, organization_id, employee_ids)


@dataclass
class TaskScene:
    """Both books over one database, and who asks them."""

    town: Town
    open_uow: OpenUnitOfWork
    clock: FixedClock
    manager: Actor
    viewer: Actor
    """Sees employee calendars, and changes nothing."""
    outsider: Actor
    """Of the same organization, without any of it."""
    stranger: Actor
    """Manages another organization."""
    planning: ListedPlanning
    tasks: TaskBook
    statuses: StatusBook
    jobs: ListedJobs = field(default_factory=ListedJobs)
    announcements: ListedAnnouncements = field(default_factory=ListedAnnouncements)

    @property
    def home(self) -> str:
        return self.town.organization.id

    def entry(self, **values: Any) -> TaskEntry:
        return TaskEntry(**{"title": "Replace the router", "zone": ZONE, **values})

    def rules(self, **values: Any) -> CalendarRules:
        rules = CalendarRules(**{"zone": ZONE, **values})
        with self.open_uow() as uow:
            uow.calendar_rules.save(self.home, rules, now=self.clock())
        return rules

    def with_statuses(self) -> Statuses:
        with self.open_uow() as uow:
            return add_statuses(uow, self.home)

    def employee(self, **values: Any) -> Employee:
        employee = make_employee(**{"organization_id": self.home, **values})
        with self.open_uow() as uow:
            uow.employees.add(employee)
        return employee

    def department(self, name: str = "Field service", organization_id: str = "") -> Department:
        department = make_department(organization_id=organization_id or self.home, name=name)
        with self.open_uow() as uow:
            uow.departments.save(department)
        return department

    def with_account(self) -> str:
        account = make_account(organization_id=self.home)
        with self.open_uow() as uow:
            uow.central_accounts.save(account)
        return account.id

    def calendar(self, employee: Employee, account_id: str, **values: Any) -> EmployeeCalendar:
        calendar = make_calendar(**{"employee": employee, "account_id": account_id, **values})
        with self.open_uow() as uow:
            uow.employee_calendars.save(calendar)
        return calendar

    def task(self, statuses: Statuses, **values: Any) -> Task:
        """Stored without any service."""
        with self.open_uow() as uow:
            number = uow.tasks.next_number(self.home)
            given = {"organization_id": self.home, "status_id": statuses.waiting.id, "number": number, **values}
            task = make_task(**given)
            uow.tasks.add(task)
        return task

    def stored(self, task_id: str) -> Task | None:
        with self.open_uow(reading=True) as uow:
            return uow.tasks.get(task_id, organization_id=self.home)


def set_scene(open_uow: OpenUnitOfWork, clock: FixedClock) -> TaskScene:
    """Two organizations; the first has rules in Berlin's zone, and nothing else."""
    town = settle(open_uow)
    audit = Audit(open_uow=open_uow, clock=clock)
    jobs, announcements = ListedJobs(), ListedAnnouncements()
    planning = ListedPlanning(open_uow=open_uow, clock=clock, announcer=announcements, jobs=jobs)
    planning.asked = []
    looker = make_user(organization_id=town.organization.id, email="looker@demo.example", roles=())
    with open_uow() as uow:
        uow.users.add(looker)
    scene = TaskScene(
        town=town,
        open_uow=open_uow,
        clock=clock,
        manager=town.actor(town.admin),
        viewer=make_actor(looker, organization=town.organization, permissions={Permission.ERP_VIEW}),
        outsider=town.actor(town.staff),
        stranger=town.actor(town.stranger),
        planning=planning,
        tasks=TaskBook(open_uow=open_uow, clock=clock, audit=audit, announcer=announcements, planning=planning),
        statuses=StatusBook(open_uow=open_uow, audit=audit, announcer=announcements, planning=planning),
        jobs=jobs,
        announcements=announcements,
    )
    scene.rules()
    return scene
