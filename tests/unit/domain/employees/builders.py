"""Employees, tasks, statuses and rules that are valid as they come; one keyword to differ."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from ce_calendar.domain.employees.calendars import CalendarState, EmployeeCalendar, EventMapping, calendar_id_of
from ce_calendar.domain.employees.content import EventWriter
from ce_calendar.domain.employees.event import TaskEvent
from ce_calendar.domain.employees.people import Employee
from ce_calendar.domain.employees.plan import Picture
from ce_calendar.domain.employees.rules import CalendarRules
from ce_calendar.domain.employees.tasks import SystemRole, Task, TaskStatus
from tests.conftest import NOON

ORG = "org"
OPEN = TaskStatus("open", ORG, "Not completed", SystemRole.NOT_COMPLETED, color_id="9")
BEGUN = TaskStatus("begun", ORG, "On the way", SystemRole.IN_PROGRESS, position=1)
DONE = TaskStatus("done", ORG, "Done", SystemRole.DONE, position=2)
STATUSES = {status.id: status for status in (OPEN, BEGUN, DONE)}
DEPARTMENTS = {"fibre": "Fibre", "copper": "Copper"}
RULES = CalendarRules(is_enabled=True)
NAMES = {"ada": "Ada", "bob": "Bob"}


def make_employee(employee_id: str = "ada", **different: Any) -> Employee:
    """Somebody who wants a calendar."""
    usual: dict[str, Any] = {"name": employee_id.title(), "email": f"{employee_id}@firm.example", "is_bound": True}
    return Employee(id=employee_id, organization_id=ORG, created_at=NOON, **{**usual, **different})


def make_task(task_id: str = "t1", **different: Any) -> Task:
    """An open task of Ada's, this afternoon."""
    usual: dict[str, Any] = {
        "number": 7,
        "title": "Router",
        "status_id": OPEN.id,
        "created_at": NOON,
        "changed_at": NOON,
        "employee_ids": ("ada",),
    }
    if "day" not in different:
        usual["starts_at"] = datetime(2026, 3, 10, 14, tzinfo=UTC)
    return Task(id=task_id, organization_id=ORG, **{**usual, **different})


def make_calendar(employee_id: str = "ada", **different: Any) -> EmployeeCalendar:
    """A calendar that was made and shared."""
    generation = different.pop("generation", 1)
    usual: dict[str, Any] = {
        "account_id": "account",
        "name": employee_id.title(),
        "zone": "UTC",
        "shared_with": f"{employee_id}@firm.example",
        "shows_from": NOON.date(),
        "state": CalendarState.SHARED,
        "created_at": NOON,
        "changed_at": NOON,
        "provider_calendar_id": f"google-{employee_id}-{generation}",
        "is_shared": True,
    }
    return EmployeeCalendar(
        id=calendar_id_of(different.get("account_id", "account"), employee_id, generation),
        organization_id=ORG,
        employee_id=employee_id,
        generation=generation,
        **{**usual, **different},
    )


def make_unmade_calendar(employee_id: str = "ada", **different: Any) -> EmployeeCalendar:
    """A calendar that waits to be made."""
    usual: dict[str, Any] = {"state": CalendarState.WAITING, "provider_calendar_id": "", "is_shared": False}
    return make_calendar(employee_id, **{**usual, **different})


def make_picture(**different: Any) -> Picture:
    """Ada alone, without a calendar and without tasks; calendars are told as a list."""
    calendars: Iterable[EmployeeCalendar] = different.pop("calendars", ())
    usual: dict[str, Any] = {
        "rules": RULES,
        "account_id": "account",
        "now": NOON,
        "statuses": STATUSES,
        "department_names": DEPARTMENTS,
        "employee_names": NAMES,
        "employees": [make_employee()],
        "calendars": {calendar.employee_id: calendar for calendar in calendars},
        "generations": {calendar.employee_id: calendar.generation for calendar in calendars},
        "tasks": [],
        "mappings": [],
    }
    return Picture(**{**usual, **different})


def event_of(task: Task, rules: CalendarRules = RULES) -> TaskEvent:
    """What a task with a date looks like."""
    writer = EventWriter(rules, statuses=STATUSES, employee_names=NAMES, department_names=DEPARTMENTS)
    span = writer.span_of(task)
    assert span
    return writer.event_of(task, span)


def make_mapping(task: Task, calendar: EmployeeCalendar, **different: Any) -> EventMapping:
    """The task's event as it is, written."""
    usual: dict[str, Any] = {"content_hash": event_of(task).content_hash, "was_written": True, "etag": "e1"}
    return EventMapping(calendar.id, task.id, **{**usual, **different})
