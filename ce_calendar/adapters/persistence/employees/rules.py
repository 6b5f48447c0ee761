"""What organizations set for their employee calendars, in the database."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session as Database

from ce_calendar.adapters.persistence.bulk import upsert
from ce_calendar.adapters.persistence.employees.tables import RULES
from ce_calendar.domain.employees.rules import CalendarRules, OnEmailChange


class SqlCalendarRules:
    """`ports.CalendarRulesStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, organization_id: str, *, lock: bool = False) -> CalendarRules:
        row = self._row(organization_id, lock=lock)
        if row is None and lock:
            # What is not there cannot be locked. Of two who come at once, the second waits for the first's row here.
            self._database.execute(self._placeholder(organization_id))
            row = self._row(organization_id, lock=True)
        return _to_rules(row) if row is not None and row.changed_at is not None else CalendarRules()

    def is_saved(self, organization_id: str) -> bool:
        row = self._row(organization_id, lock=False)
        return row is not None and row.changed_at is not None

    def save(self, organization_id: str, rules: CalendarRules, *, now: datetime) -> None:
        content = {**_columns(rules), "changed_at": now}
        row = {"organization_id": organization_id, "last_task_number": 0, **content}
        upsert(self._database, RULES, [row], update=content.keys())

    def _row(self, organization_id: str, *, lock: bool) -> Row[Any] | None:
        query = select(RULES).where(RULES.c.organization_id == organization_id)
        # SQLite has no row locks and needs none: there a transaction that writes is alone from its start.
        return self._database.execute(query.with_for_update(key_share=True) if lock else query).first()

    def _placeholder(self, organization_id: str) -> Any:  # noqa: ANN401 - an Insert of one dialect or the other
        is_postgresql = self._database.connection().dialect.name == "postgresql"
        return (
            (postgresql if is_postgresql else sqlite)
            .insert(RULES)
            .values(organization_id=organization_id, **_columns(CalendarRules()))
            .on_conflict_do_nothing(index_elements=["organization_id"])
        )


def _columns(rules: CalendarRules) -> dict[str, Any]:
    return {**asdict(rules), "reminder_minutes": list(rules.reminder_minutes)}


def _to_rules(row: Row[Any]) -> CalendarRules:
    return CalendarRules(
        is_enabled=row.is_enabled,
        zone=row.zone,
        calendar_name=row.calendar_name,
        event_title=row.event_title,
        event_description=row.event_description,
        duration_minutes=row.duration_minutes,
        reminder_minutes=tuple(row.reminder_minutes),
        shows_departments=row.shows_departments,
        first_import_days=row.first_import_days,
        on_email_change=OnEmailChange(row.on_email_change),
        pace_per_minute=row.pace_per_minute,
    )
