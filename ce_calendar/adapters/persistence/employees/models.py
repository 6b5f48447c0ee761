"""The tables of employee calendars. As in `persistence.models`, all within one organization."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    false,
    text,
)
from sqlmodel import Field, SQLModel

from ce_calendar.adapters.persistence.models import of_row, one_of, within
from ce_calendar.domain.employees.calendars import CURRENT, AccountStatus, CalendarState
from ce_calendar.domain.employees.operations import Act
from ce_calendar.domain.employees.rules import DURATION_MINUTES, IMPORT_DAYS, PACE_PER_MINUTE, OnEmailChange
from ce_calendar.domain.employees.tasks import SystemRole
from ce_calendar.domain.meetings.connections import ClientSource

_IS_CURRENT = text(f"state IN ({', '.join(sorted(repr(state.value) for state in CURRENT))})")


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


class CentralAccountRow(SQLModel, table=True):
    """The one account an organization's employee calendars lie under."""

    __tablename__ = "erp_central_accounts"
    __table_args__ = (
        UniqueConstraint("organization_id"),
        one_of("client_source", ClientSource),
        one_of("status", AccountStatus),
    )

    id: str = Field(primary_key=True, max_length=32)
    organization_id: str = of_row("organizations", index=False)
    subject_id: str = Field(max_length=255)
    email: str = Field(max_length=320)
    client_id: str = Field(max_length=200)
    client_source: str = Field(max_length=16)
    status: str = Field(max_length=16)
    consented_at: datetime
    credential_vault_ref: str | None = Field(default=None, max_length=32)
    refresh_expires_at: datetime | None = None
    last_error: str = Field(default="", max_length=64)
    failures: int = 0
    wait_until: datetime | None = None
    creations_wait_until: datetime | None = None
    creation_failures: int = 0
    checked_at: datetime | None = None


class CentralClientRow(SQLModel, table=True):
    """An organization's own OAuth client for its central account."""

    __tablename__ = "erp_central_clients"

    id: str = Field(primary_key=True, max_length=32)
    organization_id: str = of_row("organizations")
    client_id: str = Field(max_length=200)
    secret_vault_ref: str = Field(max_length=32)
    is_current: bool
    created_at: datetime


class EmployeeCalendarRow(SQLModel, table=True):
    """A calendar kept for an employee, or kept once."""

    __tablename__ = "erp_employee_calendars"
    __table_args__ = (
        UniqueConstraint("employee_id", "generation"),
        Index(
            "uq_erp_employee_calendars_current",
            "employee_id",
            unique=True,
            sqlite_where=_IS_CURRENT,
            postgresql_where=_IS_CURRENT,
        ),
        Index("ix_erp_employee_calendars_organization_id_state", "organization_id", "state"),
        one_of("state", CalendarState),
    )

    id: str = Field(primary_key=True, max_length=32)
    organization_id: str = of_row("organizations", index=False)
    employee_id: str = of_row("erp_employees", index=False)
    account_id: str = of_row("erp_central_accounts")
    generation: int
    name: str
    zone: str = Field(max_length=64)
    shared_with: str = Field(max_length=320)
    shows_from: date
    state: str = Field(max_length=16)
    provider_calendar_id: str = Field(default="", max_length=320)
    is_shared: bool = False
    problem: str = Field(default="", max_length=100)
    created_at: datetime
    changed_at: datetime


class TaskEventRow(SQLModel, table=True):
    """EventMapping: what was last planned for a task in a calendar. No foreign key to tasks: it outlives them."""

    __tablename__ = "erp_task_events"

    calendar_id: str = Field(
        foreign_key="erp_employee_calendars.id", ondelete="CASCADE", primary_key=True, max_length=32
    )
    task_id: str = Field(primary_key=True, index=True, max_length=32)
    organization_id: str = of_row("organizations", index=False)
    content_hash: str = Field(max_length=64)
    was_written: bool
    etag: str = Field(default="", max_length=200)


class OutboxRow(SQLModel, table=True):
    """A write we owe the central account."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("organization_id", "key"),
        # Most may wait for calendars that Google lets us make a few of a day: what is ready is found without them.
        Index("ix_outbox_ready", "account_id", "is_held", "act", "is_bulk", "id"),
        Index("ix_outbox_next", "account_id", "is_held", "next_try_at"),
        Index(
            "ix_outbox_failing",
            "account_id",
            "next_try_at",
            sqlite_where=text("last_error != ''"),
            postgresql_where=text("last_error != ''"),
        ),
        one_of("act", Act),
        # What was sent is told from what came later by id and version: an id must never come again.
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(
        default=None,
        sa_column=Column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    )
    organization_id: str = of_row("organizations", index=False)
    account_id: str = of_row("erp_central_accounts", index=False)
    calendar_id: str = of_row("erp_employee_calendars")
    key: str = Field(max_length=400)
    act: str = Field(max_length=16)
    subject: str = Field(default="", max_length=320)
    body: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    is_bulk: bool
    is_held: bool
    """It waits for its calendar to be made."""
    version: int = 1
    attempts: int = 0
    is_uncertain: bool = False
    next_try_at: datetime
    created_at: datetime
    last_error: str = Field(default="", max_length=100)


class CalendarRulesRow(SQLModel, table=True):
    """What an organization set for its employee calendars, and the one lock of all who change or plan them."""

    __tablename__ = "erp_calendar_rules"
    __table_args__ = (
        within("duration_minutes", DURATION_MINUTES),
        within("first_import_days", IMPORT_DAYS),
        within("pace_per_minute", PACE_PER_MINUTE),
        one_of("on_email_change", OnEmailChange),
    )

    organization_id: str = Field(foreign_key="organizations.id", ondelete="CASCADE", primary_key=True, max_length=32)
    is_enabled: bool
    zone: str = Field(max_length=64)
    calendar_name: str = Field(max_length=200)
    event_title: str = Field(max_length=200)
    event_description: str = Field(max_length=4000)
    duration_minutes: int
    reminder_minutes: list[int] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    shows_departments: bool
    first_import_days: int
    on_email_change: str = Field(max_length=16)
    pace_per_minute: int
    last_task_number: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    """The highest number a removed task had: it is not given again."""
    changed_at: datetime | None = None
    """None in a row that is only there to be locked: nobody saved any rules yet."""
