"""Employees, tasks and their calendars that are valid by default; a test names the one keyword it is about."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ce_calendar.domain.employees.calendars import (
    AccountStatus,
    CalendarState,
    CentralAccount,
    CentralClient,
    EmployeeCalendar,
    EventMapping,
    calendar_id_of,
)
from ce_calendar.domain.employees.operations import Act, Operation, Urgency
from ce_calendar.domain.employees.people import Department, Employee
from ce_calendar.domain.employees.tasks import SystemRole, Task, TaskStatus
from ce_calendar.domain.meetings.connections import ClientSource
from ce_calendar.ports import UnitOfWork
from tests.builders import new_id
from tests.conftest import NOON


def make_employee(
    *,
    organization_id: str = "",
    employee_id: str = "",
    name: str = "Emma Engineer",
    email: str | None = None,
    position: str = "Technician",
    department_ids: Collection[str] = (),
    is_bound: bool = True,
    dismissed_on: date | None = None,
    created_at: datetime = NOON,
) -> Employee:
    employee_id = employee_id or new_id()
    return Employee(
        id=employee_id,
        organization_id=organization_id or new_id(),
        name=name,
        created_at=created_at,
        email=f"{employee_id}@work.example" if email is None else email,
        position=position,
        department_ids=tuple(sorted(department_ids)),
        is_bound=is_bound,
        dismissed_on=dismissed_on,
    )


def make_department(*, organization_id: str = "", department_id: str = "", name: str = "Field service") -> Department:
    return Department(id=department_id or new_id(), organization_id=organization_id or new_id(), name=name)


def make_status(
    *,
    organization_id: str = "",
    status_id: str = "",
    name: str = "Not completed",
    role: SystemRole = SystemRole.NOT_COMPLETED,
    color_id: str = "",
    position: int = 0,
) -> TaskStatus:
    return TaskStatus(
        id=status_id or new_id(),
        organization_id=organization_id or new_id(),
        name=name,
        role=role,
        color_id=color_id,
        position=position,
    )


def make_task(
    *,
    organization_id: str = "",
    task_id: str = "",
    number: int = 1,
    title: str = "Replace the router",
    status_id: str = "",
    kind: str = "Repair",
    description: str = "",
    address: str = "1 Main Street",
    customer: str = "Alpha Clinic",
    day: date | None = None,
    starts_at: datetime | None = None,
    has_date: bool = True,
    duration_minutes: int | None = None,
    employee_ids: Collection[str] = (),
    department_ids: Collection[str] = (),
    created_at: datetime = NOON,
    changed_at: datetime | None = None,
) -> Task:
    """A task at noon, unless another date is named or it has none."""
    return Task(
        id=task_id or new_id(),
        organization_id=organization_id or new_id(),
        number=number,
        title=title,
        status_id=status_id or new_id(),
        created_at=created_at,
        changed_at=changed_at or created_at,
        kind=kind,
        description=description,
        address=address,
        customer=customer,
        day=day,
        starts_at=NOON if has_date and day is None and starts_at is None else starts_at,
        duration_minutes=duration_minutes,
        employee_ids=tuple(sorted(employee_ids)),
        department_ids=tuple(sorted(department_ids)),
    )


def make_account(
    *,
    organization_id: str = "",
    account_id: str = "",
    subject_id: str = "",
    email: str = "calendars@demo.example",
    client_id: str = "platform-client",
    client_source: ClientSource = ClientSource.PLATFORM,
    status: AccountStatus = AccountStatus.HEALTHY,
    consented_at: datetime = NOON,
    credential_vault_ref: str | None = None,
    refresh_expires_at: datetime | None = None,
    last_error: str = "",
    failures: int = 0,
    wait_until: datetime | None = None,
    creations_wait_until: datetime | None = None,
    creation_failures: int = 0,
    checked_at: datetime | None = None,
) -> CentralAccount:
    account_id = account_id or new_id()
    return CentralAccount(
        id=account_id,
        organization_id=organization_id or new_id(),
        subject_id=subject_id or f"subject-{account_id}",
        email=email,
        client_id=client_id,
        client_source=client_source,
        status=status,
        consented_at=consented_at,
        credential_vault_ref=credential_vault_ref,
        refresh_expires_at=refresh_expires_at,
        last_error=last_error,
        failures=failures,
        wait_until=wait_until,
        creations_wait_until=creations_wait_until,
        creation_failures=creation_failures,
        checked_at=checked_at,
    )


def make_client(
    *,
    organization_id: str = "",
    client_record_id: str = "",
    client_id: str = "own-client",
    secret_vault_ref: str = "",
    is_current: bool = True,
    created_at: datetime = NOON,
) -> CentralClient:
    return CentralClient(
        id=client_record_id or new_id(),
        organization_id=organization_id or new_id(),
        client_id=client_id,
        secret_vault_ref=secret_vault_ref or new_id(),
        is_current=is_current,
        created_at=created_at,
    )


def make_calendar(
    *,
    employee: Employee,
    account_id: str = "",
    generation: int = 1,
    name: str = "",
    zone: str = "UTC",
    shared_with: str | None = None,
    shows_from: date | None = None,
    state: CalendarState = CalendarState.SHARED,
    created_at: datetime = NOON,
    changed_at: datetime | None = None,
    provider_calendar_id: str | None = None,
    is_shared: bool | None = None,
    problem: str = "",
) -> EmployeeCalendar:
    """An employee's calendar, by default made and shared; one that waits was never made."""
    account_id = account_id or new_id()
    calendar_id = calendar_id_of(account_id, employee.id, generation)
    made_as = "" if state is CalendarState.WAITING else f"{calendar_id}@group.calendar.google.com"
    return EmployeeCalendar(
        id=calendar_id,
        organization_id=employee.organization_id,
        employee_id=employee.id,
        account_id=account_id,
        generation=generation,
        name=name or employee.name,
        zone=zone,
        shared_with=employee.email if shared_with is None else shared_with,
        shows_from=shows_from or created_at.date(),
        state=state,
        created_at=created_at,
        changed_at=changed_at or created_at,
        provider_calendar_id=made_as if provider_calendar_id is None else provider_calendar_id,
        is_shared=state is CalendarState.SHARED if is_shared is None else is_shared,
        problem=problem,
    )


def make_mapping(
    *,
    calendar_id: str = "",
    task_id: str = "",
    content_hash: str = "hash",
    was_written: bool = False,
    etag: str = "",
) -> EventMapping:
    return EventMapping(
        calendar_id=calendar_id or new_id(),
        task_id=task_id or new_id(),
        content_hash=content_hash,
        was_written=was_written,
        etag=etag,
    )


def make_operation(
    *,
    calendar_id: str = "",
    act: Act = Act.PUT_EVENT,
    subject: str | None = None,
    body: Mapping[str, Any] | None = None,
    urgency: Urgency = Urgency.NOW,
) -> Operation:
    """By default an event of a task nobody knows."""
    is_of_event = act in {Act.PUT_EVENT, Act.DELETE_EVENT}
    return Operation(
        act=act,
        calendar_id=calendar_id or new_id(),
        subject=(new_id() if is_of_event else "") if subject is None else subject,
        body={} if body is None else body,
        urgency=urgency,
    )


@dataclass(frozen=True)
class Statuses:
    """One status of each role."""

    waiting: TaskStatus
    under_way: TaskStatus
    done: TaskStatus


def add_statuses(uow: UnitOfWork, organization_id: str) -> Statuses:
    """Store one of each role."""
    statuses = Statuses(
        waiting=make_status(organization_id=organization_id),
        under_way=make_status(
            organization_id=organization_id, name="In progress", role=SystemRole.IN_PROGRESS, position=1
        ),
        done=make_status(organization_id=organization_id, name="Done", role=SystemRole.DONE, position=2),
    )
    uow.task_statuses.save(statuses.waiting, statuses.under_way, statuses.done)
    return statuses
