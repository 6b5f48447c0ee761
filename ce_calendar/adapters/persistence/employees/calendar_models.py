"""The tables of employees' calendars, of the account they lie under, and of what is owed to it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Index, Integer, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from ce_calendar.adapters.persistence.models import of_row, one_of, within
from ce_calendar.domain.employees.calendars import CURRENT, AccountStatus, CalendarState
from ce_calendar.domain.employees.operations import Act
from ce_calendar.domain.employees.rules import DURATION_MINUTES, IMPORT_DAYS, PACE_PER_MINUTE, OnEmailChange
from ce_calendar.domain.meetings.connections import ClientSource

_IS_CURRENT = text(f"state IN ({', '.join(sorted(repr(state.value) for state in CURRENT))})")


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
