"""The tables of employees and their tasks. As in `persistence.models`, all within one organization."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, String, UniqueConstraint, false, text
from sqlmodel import Field, SQLModel

from ce_calendar.adapters.persistence.models import of_row, one_of
from ce_calendar.domain.employees.tasks import SystemRole


class EmployeeRow(SQLModel, table=True):
    """Somebody who does tasks."""

    __tablename__ = "erp_employees"
    __table_args__ = (
        # Of very few at most times: finding who is owed a plan must not read everybody.
        Index(
            "ix_erp_employees_plan_owed",
            "organization_id",
            "id",
            sqlite_where=text("is_plan_owed = 1"),
            postgresql_where=text("is_plan_owed"),
        ),
    )

    id: str = Field(primary_key=True, max_length=32)
    organization_id: str = of_row("organizations")
    name: str = Field(max_length=200)
    email: str = Field(default="", max_length=320)
    """Lower case; empty if there is none."""
    position: str = Field(default="", max_length=200)
    is_bound: bool = False
    dismissed_on: date | None = None
    is_plan_owed: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Something their calendar depends on has changed since it was last planned."""
    search_text: str
    """Name, email and position without case and accents, for searching and ordering alike on both databases."""
    created_at: datetime


class DepartmentRow(SQLModel, table=True):
    """A group of employees."""

    __tablename__ = "erp_departments"
    __table_args__ = (UniqueConstraint("organization_id", "folded_name"),)

    id: str = Field(primary_key=True, max_length=32)
    organization_id: str = of_row("organizations", index=False)
    name: str = Field(max_length=100)
    folded_name: str = Field(max_length=400)
    """The name without case: no two may differ in it alone."""


class DepartmentMemberRow(SQLModel, table=True):
    """Who belongs to which department."""

    __tablename__ = "erp_department_members"

    employee_id: str = Field(foreign_key="erp_employees.id", ondelete="CASCADE", primary_key=True, max_length=32)
    department_id: str = Field(
        foreign_key="erp_departments.id", ondelete="CASCADE", primary_key=True, index=True, max_length=32
    )
    organization_id: str = of_row("organizations", index=False)


class TaskStatusRow(SQLModel, table=True):
    """A status by its free name, with its system role."""

    __tablename__ = "erp_task_statuses"
    __table_args__ = (UniqueConstraint("organization_id", "folded_name"), one_of("role", SystemRole))

    id: str = Field(primary_key=True, max_length=32)
    organization_id: str = of_row("organizations", index=False)
    name: str = Field(max_length=100)
    folded_name: str = Field(max_length=400)
    """The name without case: no two may differ in it alone."""
    role: str = Field(max_length=16)
    color_id: str = Field(default="", max_length=2)
    position: int = 0


class TaskRow(SQLModel, table=True):
    """A piece of work."""

    __tablename__ = "erp_tasks"
    __table_args__ = (
        UniqueConstraint("organization_id", "number"),
        CheckConstraint("day IS NULL OR starts_at IS NULL", name="one_date"),
        # The status only so that those of other statuses are passed over, and counted, in the index alone.
        Index("ix_erp_tasks_organization_id_sorted_at", "organization_id", "sorted_at", "number", "status_id"),
    )

    id: str = Field(primary_key=True, max_length=32)
    organization_id: str = of_row("organizations", index=False)
    number: int
    title: str = Field(max_length=300)
    kind: str = Field(default="", max_length=100)
    description: str = Field(default="", max_length=5000)
    address: str = Field(default="", max_length=500)
    customer: str = Field(default="", max_length=200)
    status_id: str = Field(
        # Looked at when the transaction ends: an organization that goes takes its statuses before its tasks.
        sa_column=Column(
            String(32),
            ForeignKey("erp_task_statuses.id", deferrable=True, initially="DEFERRED"),
            nullable=False,
            index=True,
        )
    )
    day: date | None = None
    starts_at: datetime | None = None
    duration_minutes: int | None = None
    sorted_at: datetime
    """The start, or the day's midnight in UTC, or far in the future: lists are ordered by it on both databases."""
    search_text: str
    """Title, customer and address without case and accents."""
    created_at: datetime
    changed_at: datetime


class TaskEmployeeRow(SQLModel, table=True):
    """Who a task is assigned to."""

    __tablename__ = "erp_task_employees"

    task_id: str = Field(foreign_key="erp_tasks.id", ondelete="CASCADE", primary_key=True, max_length=32)
    employee_id: str = Field(
        foreign_key="erp_employees.id", ondelete="CASCADE", primary_key=True, index=True, max_length=32
    )
    organization_id: str = of_row("organizations", index=False)


class TaskDepartmentRow(SQLModel, table=True):
    """Which department a task is assigned to."""

    __tablename__ = "erp_task_departments"

    task_id: str = Field(foreign_key="erp_tasks.id", ondelete="CASCADE", primary_key=True, max_length=32)
    department_id: str = Field(
        foreign_key="erp_departments.id", ondelete="CASCADE", primary_key=True, index=True, max_length=32
    )
    organization_id: str = of_row("organizations", index=False)
