"""An organization with employees, rules and a central account, for tests of who keeps them."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from ce_calendar.domain.access import Actor, Permission, Role
from ce_calendar.domain.employees.calendars import CalendarState, CentralAccount, EmployeeCalendar
from ce_calendar.domain.employees.people import Department, Employee
from ce_calendar.domain.employees.rules import CalendarRules
from ce_calendar.domain.employees.tasks import Task
from ce_calendar.ports import OpenUnitOfWork
from ce_calendar.services.audit import Audit
from ce_calendar.services.employees.book import EmployeeBook
from ce_calendar.services.employees.departments import DepartmentBook
from ce_calendar.services.employees.planning import Planning
from tests.builders import Town, make_actor, make_user, settle
from tests.builders_employees import (
    Statuses,
    add_statuses,
    make_account,
    make_calendar,
    make_department,
    make_employee,
    make_mapping,
    make_task,
)
from tests.conftest import NOON, FixedClock
from tests.support.doubles import ListedAnnouncements, ListedJobs


@dataclass(frozen=True)
class Crew:
    """Everything a test of employees needs."""

    uow: OpenUnitOfWork
    clock: FixedClock
    town: Town
    book: EmployeeBook
    departments: DepartmentBook
    jobs: ListedJobs
    announcements: ListedAnnouncements
    dispatcher: Actor
    viewer: Actor
    """May see employee calendars, and change nothing."""
    account: CentralAccount
    statuses: Statuses

    @property
    def home(self) -> str:
        return self.town.organization.id

    @property
    def outsiders(self) -> list[Actor]:
        """Those who may not even look: staff, and an administrator of another organization sees nothing of ours."""
        return [self.town.actor(self.town.staff), self.town.actor(self.town.viewer)]

    @property
    def stranger(self) -> Actor:
        return self.town.actor(self.town.stranger)

    def put(self, **values: Any) -> Employee:
        """An employee whose plan is made."""
        employee = make_employee(organization_id=self.home, **values)
        with self.uow() as work:
            work.employees.add(employee)
            work.employees.plan_done([employee.id])
        return employee

    def put_calendar(self, employee: Employee, **values: Any) -> EmployeeCalendar:
        calendar = make_calendar(employee=employee, account_id=self.account.id, **values)
        with self.uow() as work:
            work.employee_calendars.save(calendar)
        return calendar

    def put_department(self, name: str = "Field service") -> Department:
        department = make_department(organization_id=self.home, name=name)
        with self.uow() as work:
            work.departments.save(department)
        return department

    def put_task(self, calendar: EmployeeCalendar | None = None, **values: Any) -> Task:
        """A task, planned in the calendar if one is named."""
        status = values.pop("status_id", self.statuses.waiting.id)
        with self.uow() as work:
            number = work.tasks.next_number(self.home)
            task = make_task(organization_id=self.home, status_id=status, number=number, **values)
            work.tasks.add(task)
            if calendar is not None:
                work.event_mappings.save([make_mapping(calendar_id=calendar.id, task_id=task.id, was_written=True)])
        return task

    def set_rules(self, **values: Any) -> None:
        with self.uow() as work:
            rules = replace(work.calendar_rules.get(self.home), **values)
            work.calendar_rules.save(self.home, rules, now=NOON)

    def read(self, employee: Employee) -> Employee:
        with self.uow(reading=True) as work:
            found = work.employees.get(employee.id, organization_id=employee.organization_id)
        assert found is not None
        return found

    def owing(self, *employees: Employee) -> list[bool]:
        """Whether the plan of each is owed."""
        with self.uow(reading=True) as work:
            lines = [work.employees.line(each.id, organization_id=self.home) for each in employees]
        return [line.is_plan_owed for line in lines if line is not None]

    def calendars(self, employee: Employee) -> list[CalendarState]:
        """States of theirs, the newest generation first."""
        with self.uow(reading=True) as work:
            return [each.state for each in work.employee_calendars.of_employee(employee.id)]

    def told(self) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        """What was announced, and which jobs were asked for."""
        return self.announcements.told, self.jobs.asked


def make_viewer(town: Town, permissions: Collection[Permission] = (Permission.ERP_VIEW,)) -> Actor:
    """Somebody who was given rights by name."""
    user = make_user(organization_id=town.organization.id, roles=[])
    return make_actor(user, organization=town.organization, permissions=permissions)


def gather(uow: OpenUnitOfWork, clock: FixedClock) -> Crew:
    """An organization whose integration works."""
    town = settle(uow)
    jobs, announcements = ListedJobs(), ListedAnnouncements()
    audit = Audit(open_uow=uow, clock=clock)
    planning = Planning(open_uow=uow, clock=clock, announcer=announcements, jobs=jobs)
    dispatcher = make_user(organization_id=town.organization.id, roles=[Role.DISPATCHER], name="Dana Dispatcher")
    account = make_account(organization_id=town.organization.id)
    with uow() as work:
        work.users.add(dispatcher)
        work.central_accounts.save(account)
        rules = CalendarRules(is_enabled=True, zone="Europe/Berlin")
        work.calendar_rules.save(town.organization.id, rules, now=NOON)
        statuses = add_statuses(work, town.organization.id)
    return Crew(
        uow=uow,
        clock=clock,
        town=town,
        book=EmployeeBook(open_uow=uow, clock=clock, audit=audit, announcer=announcements, planning=planning),
        departments=DepartmentBook(open_uow=uow, audit=audit, announcer=announcements, planning=planning),
        jobs=jobs,
        announcements=announcements,
        dispatcher=make_actor(dispatcher, organization=town.organization),
        viewer=make_viewer(town),
        account=account,
        statuses=statuses,
    )
