"""What calendars and events will look like under rules that nobody has saved yet, on a real task."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ce_calendar.domain.access import Actor, Permission
from ce_calendar.domain.employees.content import CalendarNamer, EventWriter
from ce_calendar.domain.employees.people import Department, Employee
from ce_calendar.domain.employees.rules import CalendarRules
from ce_calendar.domain.employees.tasks import OPEN_ROLES, SystemRole, Task, TaskStatus
from ce_calendar.ports import Clock, OpenUnitOfWork, UnitOfWork
from ce_calendar.ports.employees import EmployeeQuery, TaskQuery
from ce_calendar.services.audit import Audit, recorded_refusals
from ce_calendar.services.employees.rules import InvalidRules, checked

SHOWN = ("zone", "calendar_name", "event_title", "event_description", "duration_minutes")
"""The rules that a preview depends on."""


@dataclass(frozen=True, slots=True)
class Preview:
    """One calendar and one event in it."""

    calendar_name: str
    title: str
    description: str
    location: str
    color_id: str
    starts_at: datetime | None
    """In the rules' zone; None for an all-day event."""
    ends_at: datetime | None
    is_sample_task: bool
    """There is no open task with a date, so it is a made-up one."""
    is_sample_employee: bool
    problems: Mapping[str, str]
    """By rule: what keeps it from being shown; what counts now stands in its place."""


@dataclass(frozen=True, slots=True)
class _Scene:
    """What the rules are shown on."""

    task: Task
    employee: Employee
    statuses: Mapping[str, TaskStatus]
    employee_names: Mapping[str, str]
    department_names: Mapping[str, str]
    is_sample_task: bool
    is_sample_employee: bool


class Previewing:
    """Shows rules before they are saved."""

    def __init__(self, *, open_uow: OpenUnitOfWork, clock: Clock, audit: Audit) -> None:
        self._open_uow = open_uow
        self._clock = clock
        self._audit = audit

    def preview(self, actor: Actor, **entered: object) -> Preview:
        """The next open task, in the calendar of somebody it is assigned to, as these rules would have it.

        Args:
            actor: who is about to change the rules.
            entered: rules by name, as `RuleBook.change` takes them; those that cannot be taken are told and left out.

        Raises:
            AccessDenied: not allowed to change employee calendars.
        """
        with recorded_refusals(self._audit, actor, "erp.rules.preview"):
            actor.require(Permission.ERP_MANAGE)
        wanted, problems = _what_can_be_taken({name: entered[name] for name in SHOWN if name in entered})
        with self._open_uow(reading=True) as uow:
            rules = replace(uow.calendar_rules.get(actor.organization_id), **wanted)  # type: ignore[arg-type]  # as checked, by name
            scene = self._scene(uow, actor.organization_id, rules)
        return _shown(scene, rules, problems)

    def _scene(self, uow: UnitOfWork, organization_id: str, rules: CalendarRules) -> _Scene:
        now = self._clock()
        today = now.astimezone(ZoneInfo(rules.zone)).date()
        coming = TaskQuery(roles=OPEN_ROLES, since=today, zone=rules.zone)
        dated = TaskQuery(roles=OPEN_ROLES, since=today - timedelta(days=366), zone=rules.zone)
        found = next(
            (
                tasks[0]
                for query in (coming, dated)
                if (tasks := uow.tasks.page(organization_id, query, offset=0, limit=1)[0])
            ),
            None,
        )
        task = found or _sample_task(organization_id, now)
        assigned = uow.employees.several(task.employee_ids, organization_id=organization_id)
        anybody = [line.employee for line in uow.employees.page(organization_id, EmployeeQuery(), offset=0, limit=1)[0]]
        employee = next(iter([*assigned, *anybody]), None)
        statuses = {each.id: each for each in uow.task_statuses.all(organization_id)}
        sample = _sample_employee(organization_id, now)
        employee_names = {each.id: each.name for each in assigned}
        return _Scene(
            task=task,
            employee=employee or sample,
            statuses=statuses if found else {**statuses, SAMPLE_STATUS: _sample_status(organization_id)},
            employee_names=employee_names if found else {SAMPLE_EMPLOYEE: (employee or sample).name},
            department_names=_names(department for department, _ in uow.departments.all(organization_id)),
            is_sample_task=found is None,
            is_sample_employee=employee is None,
        )


def _what_can_be_taken(entered: Mapping[str, object]) -> tuple[dict[str, object], Mapping[str, str]]:
    try:
        return checked(entered), {}
    except InvalidRules as refusal:
        good = {name: value for name, value in entered.items() if name not in refusal.problems}
        return checked(good), refusal.problems


def _shown(scene: _Scene, rules: CalendarRules, problems: Mapping[str, str]) -> Preview:
    writer = EventWriter(
        rules,
        statuses=scene.statuses,
        employee_names=scene.employee_names,
        department_names=scene.department_names,
    )
    span = writer.span_of(scene.task) or writer.span_of(_sample_task("", scene.task.created_at))
    if span is None:
        raise AssertionError("A sample has a moment.")
    event = writer.event_of(scene.task, span)
    zone = ZoneInfo(rules.zone)
    return Preview(
        calendar_name=CalendarNamer(rules, department_names=scene.department_names).name_of(scene.employee),
        title=event.title,
        description=event.description,
        location=event.location,
        color_id=event.color_id,
        starts_at=event.starts_at.astimezone(zone) if event.starts_at else None,
        ends_at=event.ends_at.astimezone(zone) if event.ends_at else None,
        is_sample_task=scene.is_sample_task,
        is_sample_employee=scene.is_sample_employee,
        problems=problems,
    )


SAMPLE_STATUS = "sample-status"
SAMPLE_EMPLOYEE = "sample-employee"


def _sample_status(organization_id: str) -> TaskStatus:
    return TaskStatus(SAMPLE_STATUS, organization_id, "Not completed", SystemRole.NOT_COMPLETED)


def _sample_employee(organization_id: str, now: datetime) -> Employee:
    return Employee(SAMPLE_EMPLOYEE, organization_id, "Alex Morgan", now, position="Technician")


def _sample_task(organization_id: str, now: datetime) -> Task:
    return Task(
        id="sample-task",
        organization_id=organization_id,
        number=1024,
        title="Replace the router",
        status_id=SAMPLE_STATUS,
        created_at=now,
        changed_at=now,
        kind="Repair",
        description="The customer has no internet since yesterday.",
        address="12 Mill Lane",
        customer="Jo Baker",
        starts_at=(now + timedelta(days=1)).replace(hour=9, minute=0, second=0, microsecond=0),
        employee_ids=(SAMPLE_EMPLOYEE,),
    )


def _names(departments: Iterable[Department]) -> dict[str, str]:
    return {each.id: each.name for each in departments}
