"""Which task has which event in which calendar, in the database."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, or_, select, true, update
from sqlmodel import Session as Database

from ce_calendar.adapters.persistence.bulk import chunks, upsert_columns
from ce_calendar.adapters.persistence.employees.calendars import IS_CURRENT
from ce_calendar.adapters.persistence.employees.rules import SqlCalendarRules
from ce_calendar.adapters.persistence.employees.tables import CALENDARS, MAPPINGS, TASKS
from ce_calendar.adapters.persistence.employees.tasks import tasks_of_rows
from ce_calendar.domain.employees.calendars import EventMapping
from ce_calendar.domain.employees.tasks import Task

_DAY = timedelta(days=1)


class SqlEventMappings:
    """`ports.EventMappings`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_calendars(self, calendar_ids: Collection[str]) -> Sequence[EventMapping]:
        return [
            mapping
            for chunk in chunks(sorted(set(calendar_ids)))
            for mapping in _to_mappings(
                self._database.execute(select(MAPPINGS).where(MAPPINGS.c.calendar_id.in_(chunk)))
            )
        ]

    def count(self, calendar_ids: Collection[str]) -> int:
        return sum(
            self._database.scalar(
                select(func.count())
                .select_from(MAPPINGS)
                .where(MAPPINGS.c.calendar_id.in_(chunk), MAPPINGS.c.content_hash != "")
            )
            or 0
            for chunk in chunks(sorted(set(calendar_ids)))
        )

    def of_tasks(self, task_ids: Collection[str]) -> Sequence[EventMapping]:
        return [
            mapping
            for chunk in chunks(sorted(set(task_ids)))
            for mapping in _to_mappings(
                self._database.execute(
                    select(MAPPINGS)
                    .join(CALENDARS, CALENDARS.c.id == MAPPINGS.c.calendar_id)
                    .where(MAPPINGS.c.task_id.in_(chunk), IS_CURRENT)
                )
            )
        ]

    def save(self, mappings: Sequence[EventMapping]) -> None:
        if not mappings:
            return
        homes: dict[str, str] = {}
        for chunk in chunks(sorted({mapping.calendar_id for mapping in mappings})):
            rows = self._database.execute(
                select(CALENDARS.c.id, CALENDARS.c.organization_id).where(CALENDARS.c.id.in_(chunk))
            )
            homes |= {row.id: row.organization_id for row in rows}
        # In the order of their keys, as everybody who writes several.
        ordered = sorted(mappings, key=lambda mapping: (mapping.calendar_id, mapping.task_id))
        columns: dict[str, list[Any]] = {
            "calendar_id": [mapping.calendar_id for mapping in ordered],
            "task_id": [mapping.task_id for mapping in ordered],
            "organization_id": [homes[mapping.calendar_id] for mapping in ordered],
            "content_hash": [mapping.content_hash for mapping in ordered],
            "was_written": [mapping.was_written for mapping in ordered],
            "etag": [mapping.etag for mapping in ordered],
        }
        upsert_columns(self._database, MAPPINGS, columns, update=["content_hash", "was_written", "etag"])

    def written(self, etags: Mapping[tuple[str, str], str]) -> None:
        if etags:
            self._database.connection().execute(
                update(MAPPINGS)
                .where(MAPPINGS.c.calendar_id == bindparam("in_calendar"), MAPPINGS.c.task_id == bindparam("of_task"))
                .values(etag=bindparam("new_etag"), was_written=true()),
                [{**_key(*key), "new_etag": etag} for key, etag in sorted(etags.items())],
            )

    def remove(self, keys: Collection[tuple[str, str]]) -> None:
        if keys:
            self._database.connection().execute(
                delete(MAPPINGS).where(
                    MAPPINGS.c.calendar_id == bindparam("in_calendar"), MAPPINGS.c.task_id == bindparam("of_task")
                ),
                [_key(*key) for key in sorted(keys)],
            )

    def planned_tasks(self, calendar_id: str, *, since: datetime, until: datetime) -> Sequence[Task]:
        last_day = (until + _DAY).astimezone(UTC).date()
        rows = self._database.execute(
            select(TASKS)
            .join(MAPPINGS, MAPPINGS.c.task_id == TASKS.c.id)
            .where(
                MAPPINGS.c.calendar_id == calendar_id,
                MAPPINGS.c.content_hash != "",
                or_(TASKS.c.starts_at < until, TASKS.c.day <= last_day),
            )
            .order_by(TASKS.c.sorted_at, TASKS.c.number)
        ).all()
        tasks = tasks_of_rows(self._database, rows)
        if not tasks:
            return []
        # How long a task takes may be the organization's default; a calendar holds few enough to look at each.
        default = SqlCalendarRules(self._database).get(tasks[0].organization_id).duration_minutes
        return [task for task in tasks if _end(task, default) > since]


def _end(task: Task, default_minutes: int) -> datetime:
    if task.starts_at is not None:
        minutes = default_minutes if task.duration_minutes is None else task.duration_minutes
        return task.starts_at + timedelta(minutes=minutes)
    assert task.day is not None  # noqa: S101 - those without any date are left out above
    return datetime.combine(task.day, time(), UTC) + 2 * _DAY


def _key(calendar_id: str, task_id: str) -> dict[str, str]:
    return {"in_calendar": calendar_id, "of_task": task_id}


def _to_mappings(rows: Iterable[Any]) -> list[EventMapping]:
    return [
        EventMapping(
            calendar_id=row.calendar_id,
            task_id=row.task_id,
            content_hash=row.content_hash,
            was_written=row.was_written,
            etag=row.etag,
        )
        for row in rows
    ]
