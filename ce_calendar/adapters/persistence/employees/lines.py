"""What the list of employees says of each one's calendar, and what it is narrowed by."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, select
from sqlmodel import Session as Database

from ce_calendar.adapters.persistence.bulk import chunks
from ce_calendar.adapters.persistence.employees.calendars import IS_CURRENT, to_calendars
from ce_calendar.adapters.persistence.employees.tables import CALENDARS, EMPLOYEES, MAPPINGS, MEMBERS
from ce_calendar.domain.employees.calendars import CalendarState, EmployeeCalendar
from ce_calendar.domain.folding import folded
from ce_calendar.ports.employees import CalendarFilter, EmployeeQuery

_GOING = CALENDARS.alias("going")
_IS_WANTED = and_(EMPLOYEES.c.is_bound, EMPLOYEES.c.email != "", EMPLOYEES.c.dismissed_on.is_(None))
"""As `Employee.wants_calendar`."""


def state_of(organization_id: str) -> ColumnElement[str]:
    """The state of each one's calendar, in a query made by `selected`: both kinds of state use the same words."""
    with_one_going = select(_GOING.c.employee_id).where(
        _GOING.c.organization_id == organization_id, _GOING.c.state == CalendarState.DELETING
    )
    return case(
        (CALENDARS.c.state.is_not(None), CALENDARS.c.state),
        (EMPLOYEES.c.id.in_(with_one_going), literal(CalendarFilter.DELETING.value)),
        (_IS_WANTED, literal(CalendarFilter.WAITING.value)),
        else_=literal(CalendarFilter.NONE.value),
    )


def selected(*columns: Any) -> Select[Any]:  # noqa: ANN401 - columns and tables, as `select` takes them
    """A query over employees and their current calendars, of which nobody has two."""
    return (
        select(*columns)
        .select_from(EMPLOYEES)
        .outerjoin(CALENDARS, and_(CALENDARS.c.employee_id == EMPLOYEES.c.id, IS_CURRENT))
    )


def conditions(organization_id: str, query: EmployeeQuery) -> list[ColumnElement[bool]]:
    """What a query asks of employees."""
    asked: list[ColumnElement[bool]] = [EMPLOYEES.c.organization_id == organization_id]
    asked += [EMPLOYEES.c.search_text.contains(word, autoescape=True) for word in folded(query.search).split()]
    if query.calendar is not None:
        asked.append(state_of(organization_id) == query.calendar)
    if query.department_id:
        members = select(MEMBERS.c.employee_id).where(MEMBERS.c.department_id == query.department_id)
        asked.append(EMPLOYEES.c.id.in_(members))
    if query.is_bound is not None:
        asked.append(EMPLOYEES.c.is_bound.is_(query.is_bound))
    if query.is_dismissed is not None:
        is_present = EMPLOYEES.c.dismissed_on.is_(None)
        asked.append(~is_present if query.is_dismissed else is_present)
    return asked


def shown_calendars(database: Database, employee_ids: Collection[str]) -> Mapping[str, EmployeeCalendar]:
    """By employee id, the current one, else the newest that is being deleted."""
    shown: dict[str, EmployeeCalendar] = {}
    for chunk in chunks(sorted(employee_ids)):
        rows = database.execute(
            select(CALENDARS)
            .where(CALENDARS.c.employee_id.in_(chunk), CALENDARS.c.state != CalendarState.DELETED)
            .order_by(CALENDARS.c.generation)
        )
        for calendar in to_calendars(rows):
            earlier = shown.get(calendar.employee_id)
            if earlier is None or calendar.is_current or not earlier.is_current:
                shown[calendar.employee_id] = calendar
    return shown


def count_events(database: Database, calendar_ids: Collection[str]) -> Mapping[str, int]:
    """Events planned, by calendar; those without any are left out."""
    counts: dict[str, int] = {}
    for chunk in chunks(sorted(calendar_ids)):
        rows = database.execute(
            select(MAPPINGS.c.calendar_id, func.count().label("events"))
            .where(MAPPINGS.c.calendar_id.in_(chunk), MAPPINGS.c.content_hash != "")
            .group_by(MAPPINGS.c.calendar_id)
        )
        counts |= {row.calendar_id: row.events for row in rows}
    return counts
