"""Employees' calendars in the database."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, func, select
from sqlmodel import Session as Database

from ce_calendar.adapters.persistence.bulk import chunks, upsert
from ce_calendar.adapters.persistence.employees.outbox import release
from ce_calendar.adapters.persistence.employees.tables import CALENDARS
from ce_calendar.domain.employees.calendars import CURRENT, CalendarState, EmployeeCalendar

IS_CURRENT: Final[ColumnElement[bool]] = CALENDARS.c.state.in_(sorted(CURRENT))
_CHANGING = (
    "name",
    "zone",
    "shared_with",
    "shows_from",
    "state",
    "changed_at",
    "provider_calendar_id",
    "is_shared",
    "problem",
)


class SqlEmployeeCalendars:
    """`ports.EmployeeCalendars`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def current_of(self, employee_ids: Collection[str]) -> Mapping[str, EmployeeCalendar]:
        return {
            calendar.employee_id: calendar
            for chunk in chunks(sorted(set(employee_ids)))
            for calendar in self._found(CALENDARS.c.employee_id.in_(chunk), IS_CURRENT)
        }

    def generations_of(self, employee_ids: Collection[str]) -> Mapping[str, int]:
        highest: dict[str, int] = {}
        for chunk in chunks(sorted(set(employee_ids))):
            rows = self._database.execute(
                select(CALENDARS.c.employee_id, func.max(CALENDARS.c.generation).label("highest"))
                .where(CALENDARS.c.employee_id.in_(chunk))
                .group_by(CALENDARS.c.employee_id)
            )
            highest |= {row.employee_id: row.highest for row in rows}
        return highest

    def several(self, calendar_ids: Collection[str]) -> Sequence[EmployeeCalendar]:
        return [
            calendar
            for chunk in chunks(sorted(set(calendar_ids)))
            for calendar in self._found(CALENDARS.c.id.in_(chunk))
        ]

    def of_employee(self, employee_id: str) -> Sequence[EmployeeCalendar]:
        return sorted(self._found(CALENDARS.c.employee_id == employee_id), key=lambda each: -each.generation)

    def save(self, *calendars: EmployeeCalendar) -> None:
        # Those that go before those that come: an employee never has two current ones, and rows are written one after
        # the other. Within both, in the order of their ids, as everybody who writes several.
        ordered = sorted(calendars, key=lambda each: (each.is_current, each.id))
        upsert(self._database, CALENDARS, [asdict(calendar) for calendar in ordered], update=_CHANGING)
        release(self._database, [calendar.id for calendar in calendars if calendar.provider_calendar_id])

    def remove(self, *calendar_ids: str) -> None:
        # Mappings and what is owed refer to them and go with them.
        for chunk in chunks(sorted(calendar_ids)):
            self._database.execute(delete(CALENDARS).where(CALENDARS.c.id.in_(chunk)))

    def living(self, organization_id: str) -> Sequence[EmployeeCalendar]:
        return self._found(CALENDARS.c.organization_id == organization_id, CALENDARS.c.state != CalendarState.DELETED)

    def count(self, organization_id: str) -> Mapping[str, int]:
        rows = self._database.execute(
            select(CALENDARS.c.state, func.count().label("calendars"))
            .where(CALENDARS.c.organization_id == organization_id)
            .group_by(CALENDARS.c.state)
        )
        return {row.state: row.calendars for row in rows}

    def _found(self, *conditions: ColumnElement[bool]) -> list[EmployeeCalendar]:
        return to_calendars(self._database.execute(select(CALENDARS).where(*conditions).order_by(CALENDARS.c.id)))


def to_calendars(rows: Iterable[Any]) -> list[EmployeeCalendar]:
    """What services see of rows."""
    return [
        EmployeeCalendar(
            id=row.id,
            organization_id=row.organization_id,
            employee_id=row.employee_id,
            account_id=row.account_id,
            generation=row.generation,
            name=row.name,
            zone=row.zone,
            shared_with=row.shared_with,
            shows_from=row.shows_from,
            state=CalendarState(row.state),
            created_at=row.created_at,
            changed_at=row.changed_at,
            provider_calendar_id=row.provider_calendar_id,
            is_shared=row.is_shared,
            problem=row.problem,
        )
        for row in rows
    ]
