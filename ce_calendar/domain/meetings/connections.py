"""A person's link to one account at a provider, and the calendars of it that we read."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ce_calendar.domain.meetings.privacy import PrivacyLevel
from ce_calendar.domain.window import SyncWindow


class Provider(StrEnum):
    """Whose calendar it is."""

    GOOGLE = "google"
    MICROSOFT = "microsoft"


ENDS_GRANTS = frozenset({Provider.GOOGLE})
"""Providers that let an application end a grant. At the others only the person can, and forgetting is all we do."""


class Status(StrEnum):
    """How a connection fares. Auto-sync on or off is another matter."""

    PENDING = "pending"
    """Brought from an earlier system; its credential still lies in the legacy columns and waits for the vault."""
    HEALTHY = "healthy"
    RETRYING = "retrying"
    NEEDS_REAUTH = "needs_reauth"
    DISCONNECTING = "disconnecting"
    """Disconnect was asked for; the credential is still to be revoked and forgotten."""
    DISCONNECTED = "disconnected"
    """Kept for the past meetings it brought, and renewed if the same account is linked again."""


LINKED = frozenset({Status.PENDING, Status.HEALTHY, Status.RETRYING, Status.NEEDS_REAUTH})
"""Connections that people see as cards."""

SYNCED = frozenset({Status.HEALTHY, Status.RETRYING})
"""Connections that a sync reads; the others wait for a person."""


class ClientSource(StrEnum):
    """Whose OAuth client asked for the consent."""

    TENANT = "tenant"
    PLATFORM = "platform"


_LEGACY_SUBJECT = "legacy:"


def legacy_subject(account_email: str) -> str:
    """Stands for the provider's own id of an account that we know by email alone.

    The same for the same email, so that storage refuses a second connection; no provider's id looks like it.
    """
    return _LEGACY_SUBJECT + hashlib.sha256(account_email.lower().encode()).hexdigest()


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
    calendars_chosen: bool = False
    """The person said which calendars are read; ones that appear later then stay unread until they choose again."""
    wait_until: datetime | None = None
    """The provider asked us to come back no earlier."""

    @property
    def is_identified(self) -> bool:
        """Whether the provider has told which account it is. What an earlier system brought is known by email alone."""
        return not self.subject_id.startswith(_LEGACY_SUBJECT)


@dataclass(frozen=True, slots=True)
class ProviderCalendar:
    """A calendar in the account, as the provider lists it."""

    provider_calendar_id: str
    name: str
    zone: str
    access_role: str
    is_primary: bool = False
    description: str = ""
    owner: str = ""
    """Email or name of whose it is; empty if the provider does not say."""


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
    owner: str = ""
    is_employee_calendar: bool = False
    """Made by our own ERP half, as its marker says."""


EMPLOYEE_CALENDAR_MARKER = "ce-calendar:employee-calendar"
"""Stands in the description of every calendar the ERP half makes."""

OWNER_ROLE = "owner"
FREE_BUSY_ROLE = "freeBusyReader"


def is_employee_calendar(calendar: ProviderCalendar) -> bool:
    """Whether our own ERP half made it."""
    return EMPLOYEE_CALENDAR_MARKER in calendar.description


def is_read_by_default(calendar: ProviderCalendar) -> bool:
    """Calendars the account owns; never holidays, nor calendars that carry our employee marker."""
    return calendar.access_role == OWNER_ROLE and not is_employee_calendar(calendar)


class CalendarBar(StrEnum):
    """Why a calendar cannot be chosen."""

    EMPLOYEE_CALENDAR = "employee_calendar"
    """It holds tasks that we wrote there ourselves."""
    TIMES_ONLY = "times_only"
    """Only free and busy are shared with the account: no guest, so no meeting with a contact."""


def bar_of(calendar: ConnectedCalendar) -> CalendarBar | None:
    """What keeps a calendar from being read; None if nothing does."""
    if calendar.is_employee_calendar:
        return CalendarBar.EMPLOYEE_CALENDAR
    return CalendarBar.TIMES_ONLY if calendar.access_role == FREE_BUSY_ROLE else None


@dataclass(frozen=True, slots=True)
class Credential:
    """What a provider gave us to act for a person. Its tokens never print."""

    client_id: str
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime
    """UTC, of the access token."""
    scopes: frozenset[str] = frozenset()
    token_cache: str = field(default="", repr=False)
    """What a provider's own library keeps of the grant (MSAL's serialized cache); empty where there is none."""
    refresh_expires_at: datetime | None = None
    """When the provider said that it will take no refresh any more (UTC): Google does while the OAuth app is in
    Testing."""

    @property
    def is_renewable(self) -> bool:
        """Whether another access token can be had without the person."""
        return bool(self.refresh_token or self.token_cache)


class Revocation(StrEnum):
    """What asking a provider to end a grant came to."""

    REVOKED = "revoked"
    UNKNOWN = "unknown"
    """The provider no longer knew the credential."""
    NOT_OFFERED = "not_offered"
    """The provider lets no application end a grant: what we forget is all there is to do."""


@dataclass(frozen=True, slots=True)
class ProviderAccount:
    """Whose account a credential opens."""

    subject_id: str
    email: str
