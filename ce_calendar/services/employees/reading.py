"""What the screens show of employees; nothing is changed here."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ce_calendar.domain.access import Actor, Permission
from ce_calendar.domain.employees.calendars import CURRENT
from ce_calendar.domain.employees.content import EventWriter
from ce_calendar.domain.employees.people import Employee
from ce_calendar.domain.employees.rules import CalendarRules
from ce_calendar.domain.errors import Invalid, NotFound
from ce_calendar.ports import Clock, OpenUnitOfWork, UnitOfWork
from ce_calendar.ports.employees import EmployeeLine, EmployeeQuery
from ce_calendar.services.audit import DONE, Audit, recorded_refusals
from ce_calendar.services.employees.entered import entered_query
from ce_calendar.services.employees.hints import Hints, hints_for
from ce_calendar.services.employees.views import (
    EmployeeCard,
    EmployeePage,
    EmployeeWeek,
    HistoryEntry,
    SeenEvent,
    circumstances_of,
)
from ce_calendar.services.entered import entered_id, entered_page

HISTORY_SHOWN = 50
WEEKS = range(-520, 521)
"""How far from this one a week may lie."""


class EmployeeReading:
    """Employees for whoever may see them."""

    def __init__(self, *, open_uow: OpenUnitOfWork, clock: Clock, audit: Audit) -> None:
        self._open_uow = open_uow
        self._clock = clock
        self._audit = audit

    def page(self, actor: Actor, *, query: EmployeeQuery, offset: int = 0, limit: int = 50) -> EmployeePage:
        """A page of the list by name.

        Raises:
            AccessDenied: not allowed to see employee calendars.
            Invalid: nothing can be looked for like that.
        """
        home = actor.organization_id
        with recorded_refusals(self._audit, actor, "employee.list"):
            actor.require(Permission.ERP_VIEW)
            wanted = entered_query(query)
        offset, limit = entered_page(offset, limit)
        with self._open_uow(reading=True) as uow:
            lines, total = uow.employees.page(home, wanted, offset=offset, limit=limit)
            return EmployeePage(
                lines=lines,
                total=total,
                departments=uow.departments.all(home),
                circumstances=circumstances_of(uow.calendar_rules.get(home), uow.central_accounts.of(home)),
            )

    def card(self, actor: Actor, *, employee_id: str) -> EmployeeCard:
        """One employee, their calendar, its history and those before it.

        Raises:
            AccessDenied: not allowed to see employee calendars.
            NotFound: no employee of the actor's organization.
        """
        home = actor.organization_id
        with recorded_refusals(self._audit, actor, "employee.read", employee_id):
            actor.require(Permission.ERP_VIEW)
            with self._open_uow(reading=True) as uow:
                line = _line(uow, actor, employee_id)
                rules = uow.calendar_rules.get(home)
                shown = line.calendar.id if line.calendar is not None else ""
                of_employee = uow.employee_calendars.of_employee(line.employee.id)
                return EmployeeCard(
                    line=line,
                    departments=[department for department, _ in uow.departments.all(home)],
                    same_email=same_email(uow, line.employee),
                    earlier=[each for each in of_employee if each.state not in CURRENT],
                    waiting=uow.outbox.waiting_for([shown]).get(shown, 0) if shown else 0,
                    history=_history(uow, line.employee),
                    zone=rules.zone,
                    circumstances=circumstances_of(rules, uow.central_accounts.of(home)),
                )

    def week(self, actor: Actor, *, employee_id: str, weeks_ahead: int = 0) -> EmployeeWeek:
        """What an employee's calendar shows in seven days, as planned.

        Args:
            actor: the reader.
            employee_id: whose calendar.
            weeks_ahead: from the seven days that begin today; may be negative.

        Raises:
            AccessDenied: not allowed to see employee calendars.
            NotFound: no employee of the actor's organization.
            Invalid: no number, or too far away.
        """
        home = actor.organization_id
        with recorded_refusals(self._audit, actor, "employee.read", employee_id):
            actor.require(Permission.ERP_VIEW)
            # A flag is a number to Python.
            if type(weeks_ahead) is not int or weeks_ahead not in WEEKS:
                raise Invalid("There is no such week.")
            with self._open_uow(reading=True) as uow:
                line = _line(uow, actor, employee_id)
                rules = uow.calendar_rules.get(home)
                zone = ZoneInfo(rules.zone)
                today = self._clock().astimezone(zone).date()
                first = today + timedelta(weeks=weeks_ahead)
                return EmployeeWeek(
                    first_day=first,
                    today=today,
                    zone=rules.zone,
                    has_calendar=line.calendar is not None and line.calendar.is_current,
                    events=_seen(uow, line, rules, first) if line.calendar is not None else (),
                )

    def hints(self, actor: Actor, *, employee_id: str) -> Hints:
        """What to tell an employee, so that the calendar shows on their phone (seed 003, step 7, notes 4 and 5).

        Raises:
            AccessDenied: not allowed to see employee calendars.
            NotFound: no employee of the actor's organization.
        """
        with recorded_refusals(self._audit, actor, "employee.read", employee_id):
            actor.require(Permission.ERP_VIEW)
            with self._open_uow(reading=True) as uow:
                line = _line(uow, actor, employee_id)
                account = uow.central_accounts.of(actor.organization_id)
        return hints_for(
            line.employee,
            calendar=line.calendar if line.calendar is not None and line.calendar.is_current else None,
            organization_name=actor.organization_name,
            sender=account.email if account is not None else "",
        )


def same_email(uow: UnitOfWork, employee: Employee) -> list[Employee]:
    """Others of the organization, not dismissed, with the same address."""
    if not employee.email:
        return []
    lines, _ = uow.employees.page(employee.organization_id, EmployeeQuery(search=employee.email), offset=0, limit=50)
    found = [line.employee for line in lines]
    return [each for each in found if each.email == employee.email and each.id != employee.id]


def _seen(uow: UnitOfWork, line: EmployeeLine, rules: CalendarRules, first: date) -> list[SeenEvent]:
    """What lies, in part, in the seven days, on the rules' clock."""
    if line.calendar is None or not line.calendar.is_current:
        return []
    home, zone = line.employee.organization_id, ZoneInfo(rules.zone)
    end = first + timedelta(days=7)
    since, until = _midnight(first, zone), _midnight(end, zone)
    tasks = uow.event_mappings.planned_tasks(line.calendar.id, since=since, until=until)
    statuses = {status.id: status for status in uow.task_statuses.all(home)}
    doers = {employee_id for task in tasks for employee_id in task.employee_ids}
    writer = EventWriter(
        rules,
        statuses=statuses,
        employee_names={each.id: each.name for each in uow.employees.several(doers, organization_id=home)},
        department_names={department.id: department.name for department, _ in uow.departments.all(home)},
    )
    seen = []
    for task in tasks:
        span = writer.span_of(task)
        if span is None:
            continue
        event = writer.event_of(task, span)
        if event.start_day is not None and event.end_day is not None:
            is_within = event.start_day < end and event.end_day > first
        else:
            is_within = event.starts_at is not None and event.starts_at < until and (event.ends_at or until) > since
        if is_within:
            seen.append(SeenEvent(event, statuses[task.status_id].name))
    return seen


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _line(uow: UnitOfWork, actor: Actor, employee_id: object) -> EmployeeLine:
    wanted = entered_id(employee_id, what="employee")
    line = uow.employees.line(wanted, organization_id=actor.organization_id)
    if line is None:
        raise NotFound("employee")
    return line


def _history(uow: UnitOfWork, employee: Employee) -> list[HistoryEntry]:
    entries = uow.audit.of_subject(employee.organization_id, employee.id, limit=HISTORY_SHOWN)
    return [
        HistoryEntry(entry.at, entry.action, entry.actor_name, entry.detail)
        for entry in entries
        if entry.outcome == DONE
    ]
