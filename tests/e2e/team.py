"""Employees and their calendars in the running installation's database, in whatever state a test is about."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, text

from ce_calendar.adapters.persistence.unit_of_work import unit_of_work_on
from ce_calendar.domain.access import Permission, Role
from ce_calendar.domain.employees.calendars import AccountStatus, CalendarState, CentralAccount, EmployeeCalendar
from ce_calendar.domain.employees.operations import Act
from ce_calendar.domain.employees.people import Department, Employee
from ce_calendar.domain.employees.rules import CalendarRules
from ce_calendar.domain.employees.tasks import Task
from ce_calendar.ports.employees import EmployeeQuery
from tests.builders import make_user
from tests.builders_employees import (
    add_statuses,
    make_account,
    make_calendar,
    make_department,
    make_employee,
    make_mapping,
    make_operation,
    make_task,
)

ZONE = "Europe/Berlin"
FIRST = ("Alma", "Bruno", "Clara", "Dario", "Edith", "Farid", "Greta", "Hugo", "Ines", "Jonas")
LAST = ("Adler", "Brandt", "Conti", "Dvořák", "Engel", "Fischer", "Grünwald", "Horn", "Ivanov", "Jansen")


class Team:
    """The demo organization's employees. Nothing here asks Google: states are written as if they had come about."""

    def __init__(self, engine: Engine) -> None:
        self._open_uow = unit_of_work_on(engine)
        with engine.connect() as connection:
            self.organization_id = str(
                connection.execute(text("SELECT id FROM organizations WHERE slug = 'demo'")).scalar_one()
            )
        self.account: CentralAccount | None = None

    def connect_account(self, **values: Any) -> CentralAccount:
        """A central account, with nobody's credential behind it."""
        self.account = make_account(organization_id=self.organization_id, **values)
        with self._open_uow() as uow:
            uow.central_accounts.save(self.account)
        return self.account

    def set_rules(self, **values: Any) -> None:
        with self._open_uow() as uow:
            rules = replace(CalendarRules(is_enabled=True, zone=ZONE), **values)
            uow.calendar_rules.save(self.organization_id, rules, now=datetime.now(UTC))

    def department(self, name: str) -> Department:
        department = make_department(organization_id=self.organization_id, name=name)
        with self._open_uow() as uow:
            uow.departments.save(department)
        return department

    def employee(self, name: str, *, departments: Collection[Department] = (), **values: Any) -> Employee:
        """Somebody whose plan is made."""
        values.setdefault("email", f"{name.split(maxsplit=1)[0].lower()}@team.example")
        ids = [department.id for department in departments]
        employee = make_employee(organization_id=self.organization_id, name=name, department_ids=ids, **values)
        with self._open_uow() as uow:
            uow.employees.add(employee)
            uow.employees.plan_done([employee.id])
        return employee

    def calendar(self, employee: Employee, **values: Any) -> EmployeeCalendar:
        assert self.account is not None
        values.setdefault("changed_at", datetime.now(UTC) - timedelta(minutes=5))
        calendar = make_calendar(
            employee=employee, account_id=self.account.id, zone=ZONE, created_at=datetime.now(UTC), **values
        )
        with self._open_uow() as uow:
            uow.employee_calendars.save(calendar)
        return calendar

    def task(self, title: str, calendar: EmployeeCalendar | None = None, **values: Any) -> Task:
        """A task, planned in the calendar if one is named."""
        if calendar is not None:
            values.setdefault("employee_ids", [calendar.employee_id])
        with self._open_uow() as uow:
            known = uow.task_statuses.all(self.organization_id)
            status = known[0] if known else add_statuses(uow, self.organization_id).waiting
            task = make_task(
                organization_id=self.organization_id,
                number=uow.tasks.next_number(self.organization_id),
                title=title,
                status_id=status.id,
                **values,
            )
            uow.tasks.add(task)
            if calendar is not None:
                uow.event_mappings.save([make_mapping(calendar_id=calendar.id, task_id=task.id, was_written=True)])
        return task

    def in_every_state(self) -> None:
        """One employee for each state, all in one department but the last."""
        self.set_rules()
        if self.account is None:
            self.connect_account()
        field = self.department("Field service")
        states: tuple[tuple[str, CalendarState, dict[str, str]], ...] = (
            ("Anna Shared", CalendarState.SHARED, {}),
            ("Boris Making", CalendarState.MAKING, {}),
            ("Carla Waiting", CalendarState.WAITING, {}),
            ("Dora Failing", CalendarState.FAILING, {"problem": "invalidSharingRequest"}),
            ("Erik Deleting", CalendarState.DELETING, {}),
        )
        for name, state, values in states:
            is_bound = state is not CalendarState.DELETING
            employee = self.employee(name, departments=[field], is_bound=is_bound)
            self.calendar(employee, state=state, **values)
        self.employee("Frida Unbound", is_bound=False, position="")
        self.employee("Gerd Without", email="")
        self.employee("Hanna Gone", dismissed_on=date(2026, 3, 1))

    def hold_up(self, state: str) -> None:
        """Something that keeps calendars from being made: `off`, `no account`, `signed out`, `limit`."""
        people = [self.employee(f"Technician {number}") for number in range(2 if state != "limit" else 130)]
        self.set_rules(is_enabled=state != "off")
        if state == "no account":
            return
        if state != "limit":
            status = AccountStatus.NEEDS_REAUTH if state == "signed out" else AccountStatus.HEALTHY
            self.connect_account(status=status)
            return
        now = datetime.now(UTC)
        later = {"creations_wait_until": now + timedelta(hours=2), "wait_until": now + timedelta(days=1)}
        account = self.connect_account(status=AccountStatus.HEALTHY, **later)
        calendars = [self.calendar(each, state=CalendarState.WAITING) for each in people]
        operations = [make_operation(act=Act.CREATE_CALENDAR, calendar_id=each.id) for each in calendars]
        with self._open_uow() as uow:
            uow.outbox.owe(operations, organization_id=self.organization_id, account_id=account.id, now=now)

    def crowd(self, count: int) -> None:
        """Many employees, every second with a shared calendar."""
        self.set_rules()
        account = self.account or self.connect_account()
        people, calendars = [], []
        for number in range(count):
            name = f"{FIRST[number % 10]} {LAST[number // 10 % 10]} {number}"
            employee = make_employee(
                organization_id=self.organization_id, name=name, email=f"person{number}@crowd.example"
            )
            people.append(employee)
            if number % 2 == 0:
                now = datetime.now(UTC)
                calendars.append(make_calendar(employee=employee, account_id=account.id, created_at=now))
        with self._open_uow() as uow:
            uow.employees.add(*people)
            uow.employees.plan_done([each.id for each in people])
            uow.employee_calendars.save(*calendars)

    def viewer(self) -> str:
        """The email of somebody who may see employee calendars and change nothing: no role is like that."""
        user = make_user(
            organization_id=self.organization_id,
            email="erp-viewer@demo.example",
            name="Vito Viewer",
            roles=[Role.VIEWER],
            given=[Permission.ERP_VIEW],
        )
        with self._open_uow() as uow:
            uow.users.add(user)
        return user.email

    def read(self, employee: Employee) -> Employee:
        with self._open_uow(reading=True) as uow:
            found = uow.employees.get(employee.id, organization_id=self.organization_id)
        assert found is not None
        return found

    def bound(self) -> int:
        """How many employees are bound."""
        with self._open_uow(reading=True) as uow:
            return len(uow.employees.matching(self.organization_id, EmployeeQuery(is_bound=True)))
