"""What somebody enters of a task, checked against what there is."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypedDict

from ce_calendar.domain.employees.clock import When, entered_when, on_clock
from ce_calendar.domain.employees.rules import DURATION_MINUTES, CalendarRules
from ce_calendar.domain.employees.tasks import OPEN_ROLES, Task, TaskStatus
from ce_calendar.domain.errors import Invalid, NotFound
from ce_calendar.ports import UnitOfWork
from ce_calendar.services.employees.statuses import status_with
from ce_calendar.services.entered import entered_id, entered_lines, entered_number, entered_text

TITLE_LENGTH = 300
KIND_LENGTH = 100
ADDRESS_LENGTH = 500
CUSTOMER_LENGTH = 200
DESCRIPTION_LENGTH = 5_000
MOST_EMPLOYEES = 100
MOST_DEPARTMENTS = 50


class ZoneChanged(Invalid):
    """The organization's zone was set anew after the form was opened, so its times may mean something else now."""

    def __init__(self, zone: str) -> None:
        super().__init__(f"Times are in {zone} now. Please check date and time, and save again.", field="time")
        self.zone = zone
        """What they are in from now on."""


@dataclass(frozen=True, slots=True)
class TaskEntry:
    """A task as a form sends it: all of it."""

    title: str
    zone: str
    """What date and time were entered in: the rules' zone when the form was opened."""
    status_id: str = ""
    """Empty: the first open one."""
    kind: str = ""
    day: str = ""
    """ISO 8601; empty for none yet."""
    time: str = ""
    """Hours and minutes; empty for a whole day."""
    duration: str = ""
    """Minutes; empty for the rules' default."""
    address: str = ""
    customer: str = ""
    description: str = ""
    employee_ids: Sequence[str] = ()
    department_ids: Sequence[str] = ()


class TaskFields(TypedDict):
    """What of a task people set."""

    title: str
    status_id: str
    kind: str
    description: str
    address: str
    customer: str
    day: date | None
    starts_at: datetime | None
    duration_minutes: int | None
    employee_ids: tuple[str, ...]
    department_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckedEntry:
    """An entry that will do."""

    fields: TaskFields
    comes_twice: bool
    """The time entered comes twice on that day; the first one was taken."""


def checked_entry(
    uow: UnitOfWork,
    organization_id: str,
    entry: TaskEntry,
    *,
    rules: CalendarRules,
    statuses: Sequence[TaskStatus],
    before: Task | None = None,
) -> CheckedEntry:
    """What is stored of an entry.

    Args:
        uow: holds the rules' lock.
        organization_id: whose task it is.
        entry: of a form.
        rules: of the organization.
        statuses: all there are.
        before: the task as it is, if it is not new.

    Raises:
        Invalid: something entered does not do.
        ZoneChanged: date and time were entered in another zone than the rules'.
        NotFound: a status, an employee or a department of it is not there.
    """
    title = entered_text(entry.title, field="title", label="Title", limit=TITLE_LENGTH, required=True)
    if entry.zone != rules.zone:
        raise ZoneChanged(rules.zone)
    when = _when(entry, before)
    return CheckedEntry(
        {
            "title": title,
            "status_id": _status(entry.status_id, statuses, before).id,
            "kind": entered_text(entry.kind, field="kind", label="Kind", limit=KIND_LENGTH),
            "description": entered_lines(
                entry.description, field="description", label="Description", limit=DESCRIPTION_LENGTH
            ),
            "address": entered_text(entry.address, field="address", label="Address", limit=ADDRESS_LENGTH),
            "customer": entered_text(entry.customer, field="customer", label="Customer", limit=CUSTOMER_LENGTH),
            "day": when.day,
            "starts_at": when.starts_at,
            "duration_minutes": _duration(entry.duration, when),
            "employee_ids": _employees(uow, organization_id, entry.employee_ids, before),
            "department_ids": _departments(uow, organization_id, entry.department_ids),
        },
        when.comes_twice,
    )


def _when(entry: TaskEntry, before: Task | None) -> When:
    if before is not None:
        shown = on_clock(before, entry.zone)
        if (shown.day, shown.time) == (entry.day, entry.time):
            # Left alone: what the form shows is less than what is stored (seconds; the second 02:30 of a night).
            return When(before.day, before.starts_at)
    return entered_when(entry.day, entry.time, entry.zone)


def _duration(entered: object, when: When) -> int | None:
    if entered == "":
        return None
    minutes = entered_number(entered, field="duration", label="The duration", within=DURATION_MINUTES, unit="minutes")
    if when.starts_at is None:
        raise Invalid("A duration needs a time. Without one the task takes the whole day.", field="duration")
    return minutes


def _status(entered: object, statuses: Sequence[TaskStatus], before: Task | None) -> TaskStatus:
    if entered == "" and before is None:
        return next(status for status in statuses if status.role in OPEN_ROLES)
    return status_with(entered, statuses)


def _employees(uow: UnitOfWork, organization_id: str, entered: object, before: Task | None) -> tuple[str, ...]:
    wanted = _ids(entered, what="employee", field="employees", most=MOST_EMPLOYEES)
    found = {each.id: each for each in uow.employees.several(wanted, organization_id=organization_id)}
    kept = frozenset(before.employee_ids) if before else frozenset()
    for employee_id in wanted:
        if employee_id not in found:
            raise NotFound("employee")
        if found[employee_id].dismissed_on and employee_id not in kept:
            raise Invalid(f"{found[employee_id].name} was dismissed. Choose somebody else.", field="employees")
    return wanted


def _departments(uow: UnitOfWork, organization_id: str, entered: object) -> tuple[str, ...]:
    wanted = _ids(entered, what="department", field="departments", most=MOST_DEPARTMENTS)
    known = {each.id for each, _ in uow.departments.all(organization_id)} if wanted else set()
    if not known.issuperset(wanted):
        raise NotFound("department")
    return wanted


def _ids(entered: object, *, what: str, field: str, most: int) -> tuple[str, ...]:
    """Each once, in the order of storage, so that two entries of the same people are equal."""
    if isinstance(entered, str) or not isinstance(entered, Collection):
        raise Invalid(f"The {what}s could not be read. Please reload the page.", field=field)
    if len(entered) > most:
        raise Invalid(f"At most {most} {what}s can be chosen.", field=field)
    return tuple(sorted({entered_id(each, what=what) for each in entered}))
