"""However many employees, tasks and events there are, work on them takes as many statements."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import Engine

from ce_calendar.adapters.persistence.bulk import CHUNK
from ce_calendar.domain.employees.calendars import CalendarState, EmployeeCalendar, EventMapping
from ce_calendar.domain.employees.operations import Operation
from ce_calendar.domain.employees.people import Employee
from ce_calendar.domain.employees.tasks import OPEN_ROLES, Task
from ce_calendar.ports import OpenUnitOfWork, UnitOfWork
from ce_calendar.ports.employees import CalendarFilter, EmployeeQuery, TaskQuery
from tests.builders import make_organization
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
from tests.conftest import NOON
from tests.support.statements import counted_statements

MANY = CHUNK - 1


class Firm:
    """An organization with so many employees, each with a calendar, two tasks and what is owed for them."""

    def __init__(self, uow: OpenUnitOfWork, size: int) -> None:
        organization = make_organization()
        self.id = organization.id
        self.account = make_account(organization_id=self.id)
        self.department = make_department(organization_id=self.id)
        self.employees: list[Employee] = [
            make_employee(organization_id=self.id, department_ids=[self.department.id]) for _ in range(size)
        ]
        self.calendars: list[EmployeeCalendar] = [
            make_calendar(
                employee=employee,
                account_id=self.account.id,
                state=CalendarState.WAITING if place % 2 else CalendarState.SHARED,
            )
            for place, employee in enumerate(self.employees)
        ]
        with uow() as work:
            work.organizations.add(organization)
            work.departments.save(self.department)
            self.status_id = add_statuses(work, self.id).waiting.id
        self.tasks: list[Task] = [
            make_task(
                organization_id=self.id,
                number=2 * place + number + 1,
                status_id=self.status_id,
                employee_ids=[employee.id],
                department_ids=[self.department.id],
            )
            for place, employee in enumerate(self.employees)
            for number in range(2)
        ]
        self.mappings: list[EventMapping] = [
            make_mapping(calendar_id=self.calendars[place // 2].id, task_id=task.id)
            for place, task in enumerate(self.tasks)
        ]
        self.operations: list[Operation] = [
            make_operation(calendar_id=mapping.calendar_id, subject=mapping.task_id) for mapping in self.mappings
        ]

    def store(self, work: UnitOfWork) -> None:
        work.central_accounts.save(self.account)
        work.employees.add(*self.employees)
        work.tasks.add(*self.tasks)
        work.employee_calendars.save(*self.calendars)
        work.event_mappings.save(self.mappings)
        work.outbox.owe(self.operations, organization_id=self.id, account_id=self.account.id, now=NOON)


def show_employees(work: UnitOfWork, firm: Firm) -> None:
    lines, _ = work.employees.page(firm.id, EmployeeQuery(), offset=0, limit=MANY)
    assert len(lines) == len(firm.employees)
    assert {line.events for line in lines} == {2}
    work.employees.page(firm.id, EmployeeQuery(calendar=CalendarFilter.SHARED), offset=0, limit=MANY)
    assert sum(work.employees.counts(firm.id).values()) == len(firm.employees)


def show_tasks(work: UnitOfWork, firm: Firm) -> None:
    for query in (TaskQuery(), TaskQuery(search="router"), TaskQuery(roles=OPEN_ROLES)):
        tasks, total = work.tasks.page(firm.id, query, offset=0, limit=MANY)
        assert len(tasks) == min(total, MANY)


def picture_of_employees(work: UnitOfWork, firm: Firm) -> None:
    ids = [employee.id for employee in firm.employees]
    work.employees.owe_plan(firm.id)
    assert len(work.employees.plan_owed(firm.id, limit=MANY)) == len(ids)
    assert len(work.employee_calendars.current_of(ids)) == len(ids)
    assert len(work.employee_calendars.generations_of(ids)) == len(ids)
    half = ids[: len(ids) // 2]
    assert len(work.tasks.open_of(half, [], organization_id=firm.id)) == 2 * len(half)
    assert len(work.event_mappings.of_calendars([each.id for each in firm.calendars])) == 2 * len(ids)
    work.employees.plan_done(ids)


def picture_of_tasks(work: UnitOfWork, firm: Firm) -> None:
    ids = [task.id for task in firm.tasks[:MANY]]
    assert len(work.tasks.several(ids, organization_id=firm.id)) == len(ids)
    assert len(work.event_mappings.of_tasks(ids)) == len(ids)
    assert len(work.employees.of_departments([firm.department.id])) == len(firm.employees)


def save_everything(work: UnitOfWork, firm: Firm) -> None:
    work.employees.save(*(replace(each, name="Another") for each in firm.employees))
    work.tasks.save(*(replace(each, title="Another") for each in firm.tasks[:MANY]))
    work.employee_calendars.save(*(replace(each, name="Another") for each in firm.calendars))
    work.event_mappings.save([replace(each, content_hash="another") for each in firm.mappings])
    work.event_mappings.written({(each.calendar_id, each.task_id): "etag" for each in firm.mappings})
    work.employees.bind([each.id for each in firm.employees], organization_id=firm.id, is_bound=False)


def drain(work: UnitOfWork, firm: Firm) -> None:
    owed = work.outbox.ready(firm.account.id, now=NOON, limit=MANY)
    assert len(owed) == 2 * sum(1 for each in firm.calendars if each.provider_calendar_id)
    work.outbox.begin(owed)
    assert work.outbox.done(owed) == frozenset()
    waiting = [each.key for each in firm.operations[:MANY]]
    assert len(work.outbox.withdraw(waiting, organization_id=firm.id)) > 0


@pytest.mark.parametrize(
    "act", [show_employees, show_tasks, picture_of_employees, picture_of_tasks, save_everything, drain]
)
def test_however_many_there_are_it_takes_as_many_statements(
    uow: OpenUnitOfWork, engine: Engine, act: Callable[[UnitOfWork, Firm], None]
) -> None:
    def statements(size: int) -> int:
        firm = Firm(uow, size)
        with uow() as work:
            firm.store(work)
        with uow() as work, counted_statements(engine) as sent:
            act(work, firm)
        return len(sent)

    # Less than fits into one list of ids: beyond that there is one statement more for each five hundred.
    assert statements(4) == statements(MANY // 2 - 1)


def test_storing_takes_as_many_statements_however_many_there_are(uow: OpenUnitOfWork, engine: Engine) -> None:
    def statements(size: int) -> int:
        firm = Firm(uow, size)
        with uow() as work, counted_statements(engine) as sent:
            firm.store(work)
        return len(sent)

    assert statements(4) == statements(MANY // 2 - 1)
