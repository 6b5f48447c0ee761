"""Departments in the database."""

import unicodedata
from collections.abc import Sequence

from sqlalchemy import delete, func, select
from sqlmodel import Session as Database

from ce_calendar.adapters.persistence.bulk import upsert
from ce_calendar.adapters.persistence.duplicates import duplicates_told
from ce_calendar.adapters.persistence.employees.tables import DEPARTMENTS, EMPLOYEES, MEMBERS
from ce_calendar.domain.employees.people import Department


def folded_name(name: str) -> str:
    """A name as it is compared with others: case, and how its characters are put together, do not count."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


class SqlDepartments:
    """`ports.Departments`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, organization_id: str) -> Sequence[tuple[Department, int]]:
        present = (
            select(MEMBERS.c.department_id, func.count().label("people"))
            .join(EMPLOYEES, EMPLOYEES.c.id == MEMBERS.c.employee_id)
            .where(EMPLOYEES.c.organization_id == organization_id, EMPLOYEES.c.dismissed_on.is_(None))
            .group_by(MEMBERS.c.department_id)
            .subquery()
        )
        rows = self._database.execute(
            select(DEPARTMENTS, func.coalesce(present.c.people, 0).label("people"))
            .outerjoin(present, present.c.department_id == DEPARTMENTS.c.id)
            .where(DEPARTMENTS.c.organization_id == organization_id)
            .order_by(DEPARTMENTS.c.folded_name, DEPARTMENTS.c.id)
        )
        return [(Department(row.id, row.organization_id, row.name), row.people) for row in rows]

    def get(self, department_id: str, *, organization_id: str) -> Department | None:
        row = self._database.execute(
            select(DEPARTMENTS).where(
                DEPARTMENTS.c.id == department_id, DEPARTMENTS.c.organization_id == organization_id
            )
        ).first()
        return Department(row.id, row.organization_id, row.name) if row else None

    def save(self, department: Department) -> None:
        row = {
            "id": department.id,
            "organization_id": department.organization_id,
            "name": department.name,
            "folded_name": folded_name(department.name),
        }
        with duplicates_told():
            upsert(self._database, DEPARTMENTS, [row], update=["name", "folded_name"])

    def remove(self, department_id: str) -> None:
        # Memberships and assignments refer to it and go with it.
        self._database.execute(delete(DEPARTMENTS).where(DEPARTMENTS.c.id == department_id))
