"""What the list of tasks is narrowed by."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, exists, literal, or_, select

from ce_calendar.adapters.persistence.employees.guiding import unindexed
from ce_calendar.adapters.persistence.employees.tables import (
    STATUSES,
    TASK_DEPARTMENTS,
    TASK_EMPLOYEES,
    TASKS,
)
from ce_calendar.domain.folding import folded
from ce_calendar.ports.employees import TaskQuery

_DAY = timedelta(days=1)
_LARGEST_NUMBER = 2**31 - 1


def conditions(organization_id: str, query: TaskQuery) -> list[ColumnElement[bool]]:
    """What a query asks of tasks."""
    # Of one employee, or of one department, it is a few: they are to be found by that.
    is_of_few = bool(query.employee_id or query.department_id)
    home = unindexed(TASKS.c.organization_id) if is_of_few else TASKS.c.organization_id
    asked: list[ColumnElement[bool]] = [home == organization_id]
    asked += [_has(word) for word in folded(query.search).split()]
    if query.roles:
        meant = select(STATUSES.c.id).where(
            STATUSES.c.organization_id == organization_id, STATUSES.c.role.in_(sorted(query.roles))
        )
        asked.append(unindexed(TASKS.c.status_id).in_(meant))
    if query.status_id:
        asked.append(TASKS.c.status_id == query.status_id)
    if query.employee_id:
        theirs = select(TASK_EMPLOYEES.c.task_id).where(TASK_EMPLOYEES.c.employee_id == query.employee_id)
        asked.append(TASKS.c.id.in_(theirs))
    if query.department_id:
        theirs = select(TASK_DEPARTMENTS.c.task_id).where(TASK_DEPARTMENTS.c.department_id == query.department_id)
        asked.append(TASKS.c.id.in_(theirs))
    if query.is_unassigned:
        asked += [
            ~exists(select(literal(1)).where(table.c.task_id == TASKS.c.id))
            for table in (TASK_EMPLOYEES, TASK_DEPARTMENTS)
        ]
    return asked + _between(query)


def _has(word: str) -> ColumnElement[bool]:
    in_text = TASKS.c.search_text.contains(word, autoescape=True)
    digits = word.removeprefix("#")
    if digits.isdecimal() and int(digits) <= _LARGEST_NUMBER:
        return or_(in_text, TASKS.c.number == int(digits))
    return in_text


def _between(query: TaskQuery) -> list[ColumnElement[bool]]:
    """First and last day: of timed tasks the start counts, in the zone."""
    if query.since is None and query.until is None:
        return []
    of_days: list[ColumnElement[bool]] = [TASKS.c.day.is_not(None)]
    of_times: list[ColumnElement[bool]] = [TASKS.c.starts_at.is_not(None)]
    # Of both kinds, and in the index: it leaves out nearly all others, a day more or less.
    near: list[ColumnElement[bool]] = []
    if query.since is not None:
        of_days.append(TASKS.c.day >= query.since)
        of_times.append(TASKS.c.starts_at >= _midnight(query.since, query.zone))
        near.append(TASKS.c.sorted_at >= _midnight(query.since, "UTC") - _DAY)
    if query.until is not None:
        after = query.until + _DAY
        of_days.append(TASKS.c.day < after)
        of_times.append(TASKS.c.starts_at < _midnight(after, query.zone))
        near.append(TASKS.c.sorted_at < _midnight(after, "UTC") + _DAY)
    return [*near, or_(and_(*of_days), and_(*of_times))]


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
