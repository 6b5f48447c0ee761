"""Task statuses in the database."""

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, func, select, update
from sqlmodel import Session as Database

from ce_calendar.adapters.persistence.bulk import upsert
from ce_calendar.adapters.persistence.duplicates import duplicates_told
from ce_calendar.adapters.persistence.employees.departments import folded_name
from ce_calendar.adapters.persistence.employees.tables import STATUSES, TASKS
from ce_calendar.domain.employees.tasks import SystemRole, TaskStatus

_CHANGING = ("name", "folded_name", "role", "color_id", "position")


class SqlTaskStatuses:
    """`ports.TaskStatuses`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, organization_id: str) -> Sequence[TaskStatus]:
        rows = self._database.execute(
            select(STATUSES)
            .where(STATUSES.c.organization_id == organization_id)
            .order_by(STATUSES.c.position, STATUSES.c.folded_name)
        )
        return [
            TaskStatus(
                id=row.id,
                organization_id=row.organization_id,
                name=row.name,
                role=SystemRole(row.role),
                color_id=row.color_id,
                position=row.position,
            )
            for row in rows
        ]

    def save(self, *statuses: TaskStatus) -> None:
        # Ids are nobody's name: two statuses may swap theirs, and rows are written one after the other.
        self._database.execute(
            update(STATUSES)
            .where(STATUSES.c.id.in_([status.id for status in statuses]))
            .values(folded_name="\n" + STATUSES.c.id)
        )
        rows = [
            {
                "id": status.id,
                "organization_id": status.organization_id,
                "name": status.name,
                "folded_name": folded_name(status.name),
                "role": status.role,
                "color_id": status.color_id,
                "position": status.position,
            }
            for status in statuses
        ]
        with duplicates_told():
            upsert(self._database, STATUSES, rows, update=_CHANGING)

    def remove(self, status_id: str) -> None:
        self._database.execute(delete(STATUSES).where(STATUSES.c.id == status_id))

    def used(self, organization_id: str) -> Mapping[str, int]:
        rows = self._database.execute(
            select(TASKS.c.status_id, func.count().label("tasks"))
            # Not by the tasks' own organization: this way the statuses' index is enough.
            .where(TASKS.c.status_id.in_(select(STATUSES.c.id).where(STATUSES.c.organization_id == organization_id)))
            .group_by(TASKS.c.status_id)
        )
        return {row.status_id: row.tasks for row in rows}
