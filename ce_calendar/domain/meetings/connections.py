"""A person's link to one account at a provider, and the calendars of it that we read."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ce_calendar.domain.meetings.privacy import PrivacyLevel
from ce_calendar.domain.window import SyncWindow


class Provider(StrEnum):
    """Whose calendar it is."""

    GOOGLE = "google"
    MICROSOFT = "microsoft"


class Status(StrEnum):
    """How a connection fares. Auto-sync on or off is another matter."""

    HEALTHY = "healthy"
    RETRYING = "retrying"
    NEEDS_REAUTH = "needs_reauth"
    DISCONNECTING = "disconnecting"
    """Disconnect was asked for; the credential is still to be revoked and forgotten."""
    DISCONNECTED = "disconnected"
    """Kept for the past meetings it brought, and renewed if the same account is linked again."""


LINKED = frozenset({Status.HEALTHY, Status.RETRYING, Status.NEEDS_REAUTH})
"""Connections that people see as cards."""


class ClientSource(StrEnum):
    """Whose OAuth client asked for the consent."""

    TENANT = "tenant"
    PLATFORM = "platform"


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """The OAuth client we ask with, and whose it is."""

    client_id: str
    source: ClientSource


@dataclass(frozen=True, slots=True)
class Connection:
    """One account a person has granted us."""

    id: str
    organization_id: str
    user_id: str
    provider: Provider
    subject_id: str
    """The provider's own stable id of the account."""
    account_email: str
    client_id: str
    """The OAuth client that issued the credential; no other can refresh it."""
    client_source: ClientSource
    status: Status
    sync_enabled: bool
    privacy_level: PrivacyLevel
    created_at: datetime
    credential_vault_ref: str | None = None
    full_read_version: int = 1
    """Raised when every calendar must be read in full once (new contact, wider privacy level)."""
    last_sync_at: datetime | None = None
    next_sync_at: datetime | None = None
    last_error: str = ""
    failures: int = 0
    """Failed runs since the last good one."""
    keep_past: bool = True
    """While disconnecting: whether past meetings stay."""


@dataclass(frozen=True, slots=True)
class ProviderCalendar:
    """A calendar in the account, as the provider lists it."""

    provider_calendar_id: str
    name: str
    zone: str
    access_role: str
    is_primary: bool = False
    description: str = ""


@dataclass(frozen=True, slots=True)
class ConnectedCalendar:
    """A calendar of a connection, with how far it has been read."""

    id: str
    organization_id: str
    connection_id: str
    provider_calendar_id: str
    name: str
    zone: str
    access_role: str
    is_primary: bool
    is_selected: bool
    cursor: str = ""
    cursor_version: int = 0
    """The connection's `full_read_version` when the cursor was taken; a cursor of another version is not used."""
    window: SyncWindow | None = None
    """The span the cursor stands for."""


EMPLOYEE_CALENDAR_MARKER = "ce-calendar:employee-calendar"
"""Stands in the description of every calendar the ERP half makes."""

OWNER_ROLE = "owner"


def is_read_by_default(calendar: ProviderCalendar) -> bool:
    """Calendars the account owns; never holidays, nor calendars that carry our employee marker."""
    if EMPLOYEE_CALENDAR_MARKER in calendar.description:
        return False
    return calendar.access_role == OWNER_ROLE


@dataclass(frozen=True, slots=True)
class Credential:
    """What a provider gave us to act for a person. Its tokens never print."""

    client_id: str
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime
    """UTC, of the access token."""
    scopes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ProviderAccount:
    """Whose account a credential opens."""

    subject_id: str
    email: str
