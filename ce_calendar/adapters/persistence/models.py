"""The tables. They stay inside this room; services see domain objects.

Every table that holds an organization's data carries `organization_id`. Moments are UTC and zone-aware, all-day
values are dates, and sets of words are strings with a CHECK, since PostgreSQL leaves enum types behind on the
way down. Column names follow the sources where they name them; docs/glossary.md maps them to our words.
"""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, ForeignKey, Index, String, UniqueConstraint, false
from sqlmodel import Field, SQLModel

from ce_calendar.domain.access import Permission, Role
from ce_calendar.domain.meetings.connections import ClientSource, Provider, Status
from ce_calendar.domain.meetings.module import DURATION_MINUTES, NOTIFICATION_MINUTES, POLL_MINUTES
from ce_calendar.domain.meetings.privacy import PrivacyLevel
from ce_calendar.domain.notices import NoticeKind
from ce_calendar.ports import FlowPurpose

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING


def one_of(column: str, words: Iterable[StrEnum]) -> CheckConstraint:
    """A CHECK that a column holds one of these words."""
    listed = ", ".join(f"'{word.value}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def within(column: str, span: range) -> CheckConstraint:
    """A CHECK that a number lies in a span."""
    return CheckConstraint(f"{column} BETWEEN {span.start} AND {span.stop - 1}", name=column)


def of_row(table: str, *, index: bool = True) -> Any:  # noqa: ANN401 - SQLModel's Field() is typed so
    """A reference that goes when the row it points to goes.

    Args:
        table: where that row is.
        index: whether the reference needs an index of its own; not if a longer one begins with it.
    """
    return Field(
        sa_column=Column(String(32), ForeignKey(f"{table}.id", ondelete="CASCADE"), nullable=False, index=index)
    )


class OrganizationRow(SQLModel, table=True):
    """An organization; its data is seen by nobody else."""

    __tablename__ = "organizations"

    id: str = Field(primary_key=True, max_length=32)
    slug: str = Field(unique=True, max_length=63)
    name: str = Field(max_length=200)
    created_at: datetime


class UserRow(SQLModel, table=True):
    """A person of one organization."""

    __tablename__ = "users"

    id: str = Field(primary_key=True, max_length=32)
    organization_id: str = of_row("organizations")
    email: str = Field(unique=True, max_length=320)
    """Lower case: what the person signs in with."""
    name: str = Field(max_length=200)
    password_hash: str = Field(max_length=500)
    disabled_at: datetime | None = None
    zone: str = Field(default="", max_length=64)
    """IANA name; empty until the browser told it."""
    language: str = Field(default="", max_length=35)
    is_locale_chosen: bool = False
    """Chosen in the account screen, so the browser's word no longer counts."""
    created_at: datetime


class UserRoleRow(SQLModel, table=True):
    """A role a person holds."""

    __tablename__ = "user_roles"
    __table_args__ = (one_of("role", Role),)

    user_id: str = Field(foreign_key="users.id", ondelete="CASCADE", primary_key=True, max_length=32)
    role: str = Field(primary_key=True, max_length=32)


class UserPermissionRow(SQLModel, table=True):
    """A permission given to a person by name, outside roles."""

    __tablename__ = "user_permissions"
    __table_args__ = (one_of("permission", Permission),)

    user_id: str = Field(foreign_key="users.id", ondelete="CASCADE", primary_key=True, max_length=32)
    permission: str = Field(primary_key=True, max_length=64)


class SessionRow(SQLModel, table=True):
    """A signed-in browser; only a hash of its cookie is kept."""

    __tablename__ = "sessions"

    id: str = Field(primary_key=True, max_length=32)
    organization_id: str = of_row("organizations")
    user_id: str = of_row("users")
    token_hash: str = Field(unique=True, max_length=64)
    user_agent: str = Field(default="", max_length=200)
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime = Field(index=True)


class AuditRow(SQLModel, table=True):
    """Who did, or was refused, what. Append-only."""

    __tablename__ = "audit_log"
    __table_args__ = (
        CheckConstraint("outcome IN ('done', 'refused')", name="outcome"),
        Index("ix_audit_log_organization_id_at", "organization_id", "at"),
        Index("ix_audit_log_organization_id_subject_id_at", "organization_id", "subject_id", "at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    organization_id: str | None = Field(default=None, max_length=32)
    """No foreign key: the trail outlives what it speaks of."""
    actor_user_id: str | None = Field(default=None, max_length=32)
    at: datetime
    action: str = Field(max_length=64)
    outcome: str = Field(max_length=16)
    subject_id: str = Field(default="", max_length=64)
    detail: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """Ids, counts and fixed words only."""


class VaultRow(SQLModel, table=True):
    """A sealed secret. Nothing else in the database can hold a token."""

    __tablename__ = "credential_vault"

    id: str = Field(primary_key=True, max_length=32)
    organization_id: str = of_row("organizations")
    purpose: str = Field(max_length=32)
    key_id: str = Field(max_length=32, index=True)
    ciphertext: str
    version: int = 1
    """Raised with every new content: whoever lost the race to refresh sees that there is a newer one."""
    created_at: datetime
    rotated_at: datetime | None = None


class OAuthFlowRow(SQLModel, table=True):
    """A consent under way: what must still be true when the provider sends the person back."""

    __tablename__ = "oauth_flows"
    __table_args__ = (
        one_of("provider", Provider),
        one_of("purpose", FlowPurpose),
    )

    id: str = Field(primary_key=True, max_length=32)
    organization_id: str = of_row("organizations")
    user_id: str = of_row("users")
    session_id: str = of_row("sessions")
    provider: str = Field(max_length=16)
    client_id: str = Field(max_length=200)
    state_hash: str = Field(unique=True, max_length=64)
    verifier_vault_ref: str = Field(max_length=32)
    connection_id: str | None = Field(default=None, max_length=32)
    """The connection to renew, if the person came to sign in again."""
    created_at: datetime
    expires_at: datetime = Field(index=True)
    purpose: str = Field(
        default=FlowPurpose.CONNECTION,
        max_length=16,
        sa_column_kwargs={"server_default": FlowPurpose.CONNECTION.value},
    )


class ContactRow(SQLModel, table=True):
    """Somebody the organization works with; meetings are matched by email."""

    __tablename__ = "ce_contacts"
    __table_args__ = (UniqueConstraint("organization_id", "email"),)

    id: str = Field(primary_key=True, max_length=32)
    organization_id: str = of_row("organizations")
    email: str = Field(max_length=320)
    """Lower case."""
    name: str = Field(max_length=200)
    company: str = Field(default="", max_length=200)
    search_text: str
    """Name, company and addresses without case and accents, for searching and ordering alike on both databases."""
    created_at: datetime


class ContactEmailRow(SQLModel, table=True):
    """An address of a contact, the first one included; nobody else's in the organization."""

    __tablename__ = "ce_contact_emails"

    organization_id: str = Field(foreign_key="organizations.id", ondelete="CASCADE", primary_key=True, max_length=32)
    email: str = Field(primary_key=True, max_length=320)
    """Lower case."""
    contact_id: str = of_row("ce_contacts")


class ContactImportRow(SQLModel, table=True):
    """A file of contacts, read and checked, that waits for its person to take it over or not."""

    __tablename__ = "ce_contact_imports"

    id: str = Field(primary_key=True, max_length=32)
    organization_id: str = of_row("organizations")
    user_id: str = of_row("users")
    content: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    expires_at: datetime = Field(index=True)


class ConnectionRow(SQLModel, table=True):
    """One account a person has granted us."""

    __tablename__ = "ce_calendar_connections"
    __table_args__ = (
        UniqueConstraint("organization_id", "user_id", "provider", "subject_id"),
        one_of("provider", Provider),
        one_of("status", Status),
        one_of("privacy_level", PrivacyLevel),
        one_of("client_source", ClientSource),
    )

    id: str = Field(primary_key=True, max_length=32)
    organization_id: str = of_row("organizations")
    user_id: str = of_row("users")
    provider: str = Field(max_length=16)
    subject_id: str = Field(max_length=255)
    account_email: str = Field(max_length=320)
    client_id: str = Field(max_length=200)
    client_source: str = Field(max_length=16)
    status: str = Field(max_length=16)
    sync_enabled: bool = True
    privacy_level: str = Field(max_length=32)
    credential_vault_ref: str | None = Field(default=None, max_length=32)
    access_token_encrypted: str | None = None
    """Legacy: only in rows brought from an earlier system and not yet in the vault."""
    refresh_token_encrypted: str | None = None
    full_read_version: int = 1
    last_sync_at: datetime | None = None
    next_sync_at: datetime | None = Field(default=None, index=True)
    last_error: str = Field(default="", max_length=64)
    failures: int = 0
    keep_past: bool = True
    """While disconnecting: whether past meetings stay."""
    calendars_chosen: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """The person said which calendars are read."""
    wait_until: datetime | None = None
    """The provider asked us to come back no earlier."""
    created_at: datetime


class BackfillRow(SQLModel, table=True):
    """How far an organization's way into the vault is: the run under way, or the last one."""

    __tablename__ = "ce_vault_backfills"

    organization_id: str = Field(foreign_key="organizations.id", ondelete="CASCADE", primary_key=True, max_length=32)
    started_by: str | None = Field(default=None, max_length=32)
    """No foreign key: what they began goes on without them."""
    started_at: datetime
    finished_at: datetime | None = None
    total: int = 0
    done: int = 0
    failed: int = 0


class ConnectedCalendarRow(SQLModel, table=True):
    """A calendar of a connection, with how far it has been read."""

    __tablename__ = "ce_connected_calendars"
    __table_args__ = (UniqueConstraint("connection_id", "provider_calendar_id"),)

    id: str = Field(primary_key=True, max_length=32)
    organization_id: str = of_row("organizations")
    connection_id: str = of_row("ce_calendar_connections")
    provider_calendar_id: str = Field(max_length=320)
    name: str = Field(max_length=500)
    zone: str = Field(default="", max_length=64)
    access_role: str = Field(max_length=32)
    is_primary: bool = False
    is_selected: bool = True
    cursor: str = ""
    cursor_version: int = 0
    window_start: datetime | None = None
    window_end: datetime | None = None
    owner: str = Field(default="", max_length=320, sa_column_kwargs={"server_default": ""})
    is_employee_calendar: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class ModuleSettingsRow(SQLModel, table=True):
    """What an organization chose for its meetings; without a row it has the defaults."""

    __tablename__ = "ce_module_settings"
    __table_args__ = (
        within("poll_minutes", POLL_MINUTES),
        within("duration_minutes", DURATION_MINUTES),
        within("notification_minutes", NOTIFICATION_MINUTES),
    )

    organization_id: str = Field(
        sa_column=Column(String(32), ForeignKey("organizations.id", ondelete="CASCADE"), primary_key=True)
    )
    poll_minutes: int
    duration_minutes: int
    notification_minutes: int
    changed_at: datetime


class EventRow(SQLModel, table=True):
    """An event of a connected calendar, as far as privacy lets us keep it."""

    __tablename__ = "ce_calendar_events"
    __table_args__ = (
        UniqueConstraint("calendar_id", "provider_event_id"),
        Index("ix_ce_calendar_events_organization_id_identity_key", "organization_id", "identity_key"),
        Index("ix_ce_calendar_events_connection_id_starts_at", "connection_id", "starts_at"),
        CheckConstraint("sync_direction IN ('inbound', 'outbound')", name="sync_direction"),
        CheckConstraint("sync_status IN ('synced', 'pending', 'failed')", name="sync_status"),
    )

    id: str = Field(primary_key=True, max_length=32)
    organization_id: str = of_row("organizations", index=False)
    connection_id: str = Field(foreign_key="ce_calendar_connections.id", ondelete="CASCADE", max_length=32)
    calendar_id: str = Field(foreign_key="ce_connected_calendars.id", ondelete="CASCADE", max_length=32)
    provider_event_id: str = Field(max_length=1100)
    identity_key: str = Field(max_length=64)
    series_id: str = Field(default="", max_length=1100)
    etag: str = Field(default="", max_length=200)
    content_hash: str = Field(max_length=64)
    sync_direction: str = Field(default="inbound", max_length=16)
    sync_status: str = Field(default="synced", max_length=16)
    starts_at: datetime
    ends_at: datetime
    start_date: date | None = None
    end_date: date | None = None
    is_busy: bool = True
    title: str = ""
    description: str = ""
    location: str = ""
    conference_url: str = ""
    html_link: str = ""
    organizer_email: str = ""
    attendees: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))


class ActivityRow(SQLModel, table=True):
    """A meeting with one contact, once, however many calendars hold it."""

    __tablename__ = "ce_activities"
    __table_args__ = (
        UniqueConstraint("organization_id", "identity_key", "contact_id"),
        Index("ix_ce_activities_organization_id_starts_at", "organization_id", "starts_at"),
        Index("ix_ce_activities_organization_id_ends_at", "organization_id", "ends_at"),
        Index("ix_ce_activities_contact_id_starts_at", "contact_id", "starts_at"),
    )

    id: str = Field(primary_key=True, max_length=32)
    organization_id: str = Field(foreign_key="organizations.id", ondelete="CASCADE", max_length=32)
    contact_id: str = Field(foreign_key="ce_contacts.id", ondelete="CASCADE", max_length=32)
    identity_key: str = Field(max_length=64)
    starts_at: datetime
    ends_at: datetime
    start_date: date | None = None
    end_date: date | None = None
    created_at: datetime


class EventActivityRow(SQLModel, table=True):
    """Which events stand behind an activity; an activity without any goes."""

    __tablename__ = "ce_event_activities"

    event_id: str = Field(foreign_key="ce_calendar_events.id", ondelete="CASCADE", primary_key=True, max_length=32)
    activity_id: str = Field(
        foreign_key="ce_activities.id", ondelete="CASCADE", primary_key=True, index=True, max_length=32
    )
    organization_id: str = of_row("organizations")


class SyncRunRow(SQLModel, table=True):
    """What one run did, in counts, with the reasons for what it skipped."""

    __tablename__ = "sync_runs"
    __table_args__ = (
        CheckConstraint("outcome IN ('running', 'done', 'failed')", name="outcome"),
        Index("ix_sync_runs_connection_id_started_at", "connection_id", "started_at"),
    )

    id: str = Field(primary_key=True, max_length=32)
    organization_id: str = of_row("organizations")
    connection_id: str = Field(foreign_key="ce_calendar_connections.id", ondelete="CASCADE", max_length=32)
    started_at: datetime
    finished_at: datetime | None = None
    outcome: str = Field(max_length=16)
    created: int = 0
    updated: int = 0
    deleted: int = 0
    unchanged: int = 0
    skipped: int = 0
    requests: int = 0
    skipped_reasons: dict[str, int] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    error: str = Field(default="", max_length=64)


class NoticeRow(SQLModel, table=True):
    """What became of something a person asked for, until they put it away."""

    __tablename__ = "ce_notices"
    __table_args__ = (one_of("kind", NoticeKind),)

    id: str = Field(primary_key=True, max_length=32)
    organization_id: str = of_row("organizations")
    user_id: str = Field(max_length=32, index=True)
    """Who is told; nobody else is. No foreign key, here and below: a notice is written with its connection locked, and
    must neither wait for who changes the person (they lock connections afterwards) nor fail because a session has just
    ended. It goes with its connection, or when it expires."""
    session_id: str | None = Field(default=None, max_length=32)
    """Set for what concerns one browser only."""
    connection_id: str = of_row("ce_calendar_connections")
    kind: str = Field(max_length=16)
    facts: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """Fixed words, counts, and addresses of accounts the person has shown us themself."""
    created_at: datetime
    expires_at: datetime = Field(index=True)


class LeaseRow(SQLModel, table=True):
    """Who may do a thing right now, until when; how processes keep out of each other's way."""

    __tablename__ = "leases"

    name: str = Field(primary_key=True, max_length=100)
    holder: str = Field(max_length=32)
    expires_at: datetime
