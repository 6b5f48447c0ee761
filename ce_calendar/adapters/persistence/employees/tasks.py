"""Tasks in the database, each with who it is assigned to."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, case, delete, func, insert, select, update
from sqlmodel import Session as Database

from ce_calendar.adapters.persistence.bulk import chunks
from ce_calendar.adapters.persistence.employees import task_search
from ce_calendar.adapters.persistence.employees.guiding import unindexed
from ce_calendar.adapters.persistence.employees.links import link, linked
from ce_calendar.adapters.persistence.employees.tables import (
    RULES,
    STATUSES,
    TASK_DEPARTMENTS,
    TASK_EMPLOYEES,
    TASKS,
)
from ce_calendar.domain.employees.tasks import OPEN_ROLES, Task
from ce_calendar.domain.folding import folded
from ce_calendar.ports.employees import TaskQuery

_CHANGING = (
    "title",
    "kind",
    "description",
    "address",
    "customer",
    "status_id",
    "day",
    "starts_at",
    "duration_minutes",
    "sorted_at",
    "search_text",
    "changed_at",
)
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)


class SqlTasks:
    """`ports.Tasks`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def next_number(self, organization_id: str) -> int:
        of_removed = self._database.scalar(
            select(RULES.c.last_task_number).where(RULES.c.organization_id == organization_id)
        )
        of_kept = self._database.scalar(
            select(func.max(TASKS.c.number)).where(TASKS.c.organization_id == organization_id)
        )
        return max(of_removed or 0, of_kept or 0) + 1

    def add(self, *tasks: Task) -> None:
        if tasks:
            self._database.connection().execute(insert(TASKS), [_columns(task) for task in tasks])
            self._assign(tasks, are_new=True)

    def get(self, task_id: str, *, organization_id: str, lock: bool = False) -> Task | None:
        query = select(TASKS).where(TASKS.c.id == task_id, TASKS.c.organization_id == organization_id)
        rows = self._database.execute(query.with_for_update(key_share=True) if lock else query).all()
        return next(iter(tasks_of_rows(self._database, rows)), None)

    def several(self, task_ids: Collection[str], *, organization_id: str) -> Sequence[Task]:
        return [
            task
            for chunk in chunks(sorted(set(task_ids)))
            for task in self._found(TASKS.c.id.in_(chunk), unindexed(TASKS.c.organization_id) == organization_id)
        ]

    def save(self, *tasks: Task) -> None:
        if tasks:
            self._database.connection().execute(
                update(TASKS)
                .where(TASKS.c.id == bindparam("its_id"), TASKS.c.organization_id == bindparam("its_home"))
                .values({name: bindparam(f"new_{name}") for name in _CHANGING}),
                [_changes(task) for task in sorted(tasks, key=lambda each: each.id)],
            )
            self._assign(tasks)

    def remove(self, task_id: str) -> None:
        # Assignments refer to it and go with it. Its number is not given again: the rules keep it.
        number = select(TASKS.c.number).where(TASKS.c.id == task_id).scalar_subquery()
        home = select(TASKS.c.organization_id).where(TASKS.c.id == task_id).scalar_subquery()
        self._database.execute(
            update(RULES)
            .where(RULES.c.organization_id == home)
            .values(last_task_number=case((RULES.c.last_task_number < number, number), else_=RULES.c.last_task_number))
        )
        self._database.execute(delete(TASKS).where(TASKS.c.id == task_id))

    def page(self, organization_id: str, query: TaskQuery, *, offset: int, limit: int) -> tuple[Sequence[Task], int]:
        conditions = task_search.conditions(organization_id, query)
        in_order = (TASKS.c.sorted_at, TASKS.c.number)
        if query.search or query.is_unassigned:
            # No index knows of these: every task must be looked at, and once is enough.
            ids = self._database.scalars(select(TASKS.c.id).where(*conditions).order_by(*in_order)).all()
            total, shown = len(ids), select(TASKS).where(TASKS.c.id.in_(ids[offset : offset + limit]))
        else:
            total = self._database.scalar(select(func.count()).select_from(TASKS).where(*conditions)) or 0
            shown = select(TASKS).where(*conditions).offset(offset).limit(limit)
        rows = self._database.execute(shown.order_by(*in_order)).all()
        return tasks_of_rows(self._database, rows), total

    def open_of(
        self, employee_ids: Collection[str], department_ids: Collection[str], *, organization_id: str
    ) -> Sequence[Task]:
        is_open = select(STATUSES.c.id).where(
            STATUSES.c.organization_id == organization_id, STATUSES.c.role.in_(sorted(OPEN_ROLES))
        )
        ids: set[str] = set()
        for table, column, owners in (
            (TASK_EMPLOYEES, TASK_EMPLOYEES.c.employee_id, employee_ids),
            (TASK_DEPARTMENTS, TASK_DEPARTMENTS.c.department_id, department_ids),
        ):
            for chunk in chunks(sorted(set(owners))):
                ids |= set(
                    self._database.scalars(
                        select(table.c.task_id)
                        .join(TASKS, TASKS.c.id == table.c.task_id)
                        .where(
                            column.in_(chunk),
                            table.c.organization_id == organization_id,
                            TASKS.c.sorted_at < _NEVER,
                            unindexed(TASKS.c.status_id).in_(is_open),
                        )
                    )
                )
        return self.several(ids, organization_id=organization_id)

    def _found(self, *conditions: ColumnElement[bool]) -> list[Task]:
        rows = self._database.execute(select(TASKS).where(*conditions).order_by(TASKS.c.id)).all()
        return tasks_of_rows(self._database, rows)

    def _assign(self, tasks: Iterable[Task], *, are_new: bool = False) -> None:
        found = list(tasks)
        to_people = {task.id: (task.organization_id, task.employee_ids) for task in found}
        link(self._database, TASK_EMPLOYEES, to_people, owner="task_id", other="employee_id", is_new=are_new)
        to_groups = {task.id: (task.organization_id, task.department_ids) for task in found}
        link(self._database, TASK_DEPARTMENTS, to_groups, owner="task_id", other="department_id", is_new=are_new)


def tasks_of_rows(database: Database, rows: Sequence[Row[Any]]) -> list[Task]:
    """In the order of the rows, with their assignments, in two more queries for five hundred."""
    ids = [row.id for row in rows]
    employees = linked(database, TASK_EMPLOYEES, ids, owner="task_id", other="employee_id")
    departments = linked(database, TASK_DEPARTMENTS, ids, owner="task_id", other="department_id")
    return [
        Task(
            id=row.id,
            organization_id=row.organization_id,
            number=row.number,
            title=row.title,
            status_id=row.status_id,
            created_at=row.created_at,
            changed_at=row.changed_at,
            kind=row.kind,
            description=row.description,
            address=row.address,
            customer=row.customer,
            day=row.day,
            starts_at=row.starts_at,
            duration_minutes=row.duration_minutes,
            employee_ids=employees.get(row.id, ()),
            department_ids=departments.get(row.id, ()),
        )
        for row in rows
    ]


def _columns(task: Task) -> dict[str, Any]:
    return {
        "id": task.id,
        "organization_id": task.organization_id,
        "number": task.number,
        "title": task.title,
        "kind": task.kind,
        "description": task.description,
        "address": task.address,
        "customer": task.customer,
        "status_id": task.status_id,
        "day": task.day,
        "starts_at": task.starts_at,
        "duration_minutes": task.duration_minutes,
        "sorted_at": _sorted_at(task),
        "search_text": folded(f"{task.title}\n{task.customer}\n{task.address}"),
        "created_at": task.created_at,
        "changed_at": task.changed_at,
    }


def _changes(task: Task) -> dict[str, Any]:
    columns = _columns(task)
    return {
        "its_id": task.id,
        "its_home": task.organization_id,
        **{f"new_{name}": columns[name] for name in _CHANGING},
    }


def _sorted_at(task: Task) -> datetime:
    if task.day is not None:
        return datetime.combine(task.day, time(), UTC)
    return task.starts_at or _NEVER
