"""Employees in the database, each with their departments."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, bindparam, func, insert, select, update
from sqlmodel import Session as Database

from ce_calendar.adapters.persistence.bulk import chunks
from ce_calendar.adapters.persistence.employees import lines
from ce_calendar.adapters.persistence.employees.guiding import unindexed
from ce_calendar.adapters.persistence.employees.links import link, linked
from ce_calendar.adapters.persistence.employees.tables import EMPLOYEES, MEMBERS
from ce_calendar.adapters.persistence.people import rows_touched
from ce_calendar.domain.employees.people import Employee
from ce_calendar.domain.folding import folded
from ce_calendar.ports.employees import CalendarFilter, EmployeeLine, EmployeeQuery

_CHANGING = ("name", "email", "position", "is_bound", "dismissed_on", "search_text")


class SqlEmployees:
    """`ports.Employees`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, *employees: Employee) -> None:
        if employees:
            self._database.connection().execute(insert(EMPLOYEES), [_columns(employee) for employee in employees])
            self._join_departments(employees, are_new=True)

    def get(self, employee_id: str, *, organization_id: str, lock: bool = False) -> Employee | None:
        query = select(EMPLOYEES).where(EMPLOYEES.c.id == employee_id, EMPLOYEES.c.organization_id == organization_id)
        rows = self._database.execute(query.with_for_update(key_share=True) if lock else query)
        return next(iter(self._to_employees(rows)), None)

    def several(self, employee_ids: Collection[str], *, organization_id: str) -> Sequence[Employee]:
        return [
            employee
            for chunk in chunks(sorted(set(employee_ids)))
            for employee in self._found(
                EMPLOYEES.c.id.in_(chunk), unindexed(EMPLOYEES.c.organization_id) == organization_id
            )
        ]

    def save(self, *employees: Employee) -> None:
        if employees:
            self._database.connection().execute(
                update(EMPLOYEES)
                .where(EMPLOYEES.c.id == bindparam("its_id"), EMPLOYEES.c.organization_id == bindparam("its_home"))
                .values({name: bindparam(f"new_{name}") for name in _CHANGING}),
                [_changes(employee) for employee in sorted(employees, key=lambda each: each.id)],
            )
            self._join_departments(employees)

    def page(
        self, organization_id: str, query: EmployeeQuery, *, offset: int, limit: int
    ) -> tuple[Sequence[EmployeeLine], int]:
        conditions = lines.conditions(organization_id, query)
        total = self._database.scalar(lines.selected(func.count()).where(*conditions)) or 0
        rows = self._database.execute(
            lines.selected(EMPLOYEES, lines.state_of(organization_id).label("state"))
            .where(*conditions)
            .order_by(EMPLOYEES.c.search_text, EMPLOYEES.c.id)
            .offset(offset)
            .limit(limit)
        ).all()
        return self._to_lines(rows), total

    def line(self, employee_id: str, *, organization_id: str) -> EmployeeLine | None:
        rows = self._database.execute(
            lines.selected(EMPLOYEES, lines.state_of(organization_id).label("state")).where(
                EMPLOYEES.c.id == employee_id, EMPLOYEES.c.organization_id == organization_id
            )
        ).all()
        return next(iter(self._to_lines(rows)), None)

    def matching(self, organization_id: str, query: EmployeeQuery) -> Sequence[str]:
        return self._database.scalars(
            lines.selected(EMPLOYEES.c.id)
            .where(*lines.conditions(organization_id, query))
            .order_by(EMPLOYEES.c.search_text, EMPLOYEES.c.id)
        ).all()

    def counts(self, organization_id: str) -> Mapping[CalendarFilter, int]:
        states = (
            lines.selected(lines.state_of(organization_id).label("state"))
            .where(EMPLOYEES.c.organization_id == organization_id, EMPLOYEES.c.dismissed_on.is_(None))
            .subquery()
        )
        rows = self._database.execute(select(states.c.state, func.count()).group_by(states.c.state))
        return {CalendarFilter(state): people for state, people in rows}

    def of_departments(self, department_ids: Collection[str]) -> Sequence[Employee]:
        found: dict[str, Employee] = {}
        for chunk in chunks(sorted(set(department_ids))):
            members = select(MEMBERS.c.employee_id).where(MEMBERS.c.department_id.in_(chunk))
            found |= {employee.id: employee for employee in self._found(EMPLOYEES.c.id.in_(members))}
        return list(found.values())

    def bind(self, employee_ids: Collection[str], *, organization_id: str, is_bound: bool) -> Sequence[str]:
        changed: list[str] = []
        for chunk in chunks(sorted(set(employee_ids))):
            ids = self._database.scalars(
                select(EMPLOYEES.c.id)
                .where(
                    EMPLOYEES.c.id.in_(chunk),
                    unindexed(EMPLOYEES.c.organization_id) == organization_id,
                    EMPLOYEES.c.is_bound.is_not(is_bound),
                )
                # As everybody who locks several.
                .order_by(EMPLOYEES.c.id)
                .with_for_update(key_share=True)
            ).all()
            self._database.execute(update(EMPLOYEES).where(EMPLOYEES.c.id.in_(ids)).values(is_bound=is_bound))
            changed += ids
        return changed

    def owe_plan(self, organization_id: str, employee_ids: Collection[str] | None = None) -> int:
        owing = update(EMPLOYEES).values(is_plan_owed=True)
        if employee_ids is None:
            return rows_touched(self._database.execute(owing.where(EMPLOYEES.c.organization_id == organization_id)))
        theirs = owing.where(unindexed(EMPLOYEES.c.organization_id) == organization_id)
        return sum(
            rows_touched(self._database.execute(theirs.where(EMPLOYEES.c.id.in_(chunk))))
            for chunk in chunks(sorted(set(employee_ids)))
        )

    def plan_owed(self, organization_id: str, *, limit: int) -> Sequence[Employee]:
        rows = self._database.execute(
            select(EMPLOYEES)
            .where(EMPLOYEES.c.organization_id == organization_id, EMPLOYEES.c.is_plan_owed)
            .order_by(EMPLOYEES.c.id)
            .limit(limit)
        )
        return self._to_employees(rows)

    def count_plan_owed(self, organization_id: str) -> int:
        return (
            self._database.scalar(
                select(func.count())
                .select_from(EMPLOYEES)
                .where(EMPLOYEES.c.organization_id == organization_id, EMPLOYEES.c.is_plan_owed)
            )
            or 0
        )

    def plan_done(self, employee_ids: Collection[str]) -> None:
        for chunk in chunks(sorted(set(employee_ids))):
            self._database.execute(update(EMPLOYEES).where(EMPLOYEES.c.id.in_(chunk)).values(is_plan_owed=False))

    def organizations_owing_plans(self) -> Sequence[str]:
        return self._database.scalars(
            select(EMPLOYEES.c.organization_id)
            .where(EMPLOYEES.c.is_plan_owed)
            .distinct()
            .order_by(EMPLOYEES.c.organization_id)
        ).all()

    def _found(self, *conditions: ColumnElement[bool]) -> list[Employee]:
        return self._to_employees(self._database.execute(select(EMPLOYEES).where(*conditions).order_by(EMPLOYEES.c.id)))

    def _to_employees(self, rows: Iterable[Any]) -> list[Employee]:
        """In the order of the rows, with their departments, in one more query for five hundred."""
        found = list(rows)
        departments = linked(
            self._database, MEMBERS, [row.id for row in found], owner="employee_id", other="department_id"
        )
        return [_to_employee(row, departments.get(row.id, ())) for row in found]

    def _to_lines(self, rows: Sequence[Any]) -> list[EmployeeLine]:
        employees = self._to_employees(rows)
        shown = lines.shown_calendars(self._database, [employee.id for employee in employees])
        events = lines.count_events(self._database, [each.id for each in shown.values() if each.is_current])
        return [
            EmployeeLine(
                employee=employee,
                state=CalendarFilter(row.state),
                calendar=(calendar := shown.get(employee.id)),
                events=events.get(calendar.id, 0) if calendar else 0,
                is_plan_owed=row.is_plan_owed,
            )
            for employee, row in zip(employees, rows, strict=True)
        ]

    def _join_departments(self, employees: Iterable[Employee], *, are_new: bool = False) -> None:
        links = {employee.id: (employee.organization_id, employee.department_ids) for employee in employees}
        link(self._database, MEMBERS, links, owner="employee_id", other="department_id", is_new=are_new)


def _columns(employee: Employee) -> dict[str, Any]:
    return {
        "id": employee.id,
        "organization_id": employee.organization_id,
        "name": employee.name,
        "email": employee.email,
        "position": employee.position,
        "is_bound": employee.is_bound,
        "dismissed_on": employee.dismissed_on,
        # The name first: lists are ordered by this column.
        "search_text": folded(f"{employee.name}\n{employee.email}\n{employee.position}"),
        "created_at": employee.created_at,
    }


def _changes(employee: Employee) -> dict[str, Any]:
    columns = _columns(employee)
    return {
        "its_id": employee.id,
        "its_home": employee.organization_id,
        **{f"new_{name}": columns[name] for name in _CHANGING},
    }


def _to_employee(row: Any, department_ids: tuple[str, ...]) -> Employee:  # noqa: ANN401 - a row of Core's
    return Employee(
        id=row.id,
        organization_id=row.organization_id,
        name=row.name,
        created_at=row.created_at,
        email=row.email,
        position=row.position,
        department_ids=department_ids,
        is_bound=row.is_bound,
        dismissed_on=row.dismissed_on,
    )
