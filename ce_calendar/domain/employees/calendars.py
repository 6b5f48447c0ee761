"""The calendars kept for employees, the events in them, and the account they lie under."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from ce_calendar.domain.meetings.connections import EMPLOYEE_CALENDAR_MARKER, ClientSource, Provider


class CalendarState(StrEnum):
    """How an employee's calendar fares."""

    WAITING = "waiting"
    """To be made; no attempt yet, or Google's limit of new calendars holds it up."""
    MAKING = "making"
    """Being made or filled: not shared yet."""
    SHARED = "shared"
    FAILING = "failing"
    """Something about it is refused again and again; `problem` says what."""
    DELETING = "deleting"
    DELETED = "deleted"
    """Kept as history, so that the next one gets another id."""


CURRENT = frozenset({CalendarState.WAITING, CalendarState.MAKING, CalendarState.SHARED, CalendarState.FAILING})
"""An employee has at most one of these."""


@dataclass(frozen=True, slots=True)
class EmployeeCalendar:
    """One calendar kept for an employee. A later one of the same employee has a higher generation."""

    id: str
    """Ours, from account, employee and generation: see `calendar_id_of`."""
    organization_id: str
    employee_id: str
    account_id: str
    generation: int
    name: str
    """As last planned."""
    zone: str
    """As last planned."""
    shared_with: str
    """The email it is to be shared with, as last planned."""
    shows_from: date
    """Tasks that end before this day are not shown: one day before it was first planned, or as the rules say."""
    state: CalendarState
    created_at: datetime
    changed_at: datetime
    """When something in it was last written at Google, or planned for the first time."""
    provider_calendar_id: str = ""
    """Google's CalendarID; empty until it was made."""
    is_shared: bool = False
    """The share with `shared_with` was acknowledged: the invitation went out."""
    problem: str = ""
    """While failing: our word, or Google's reason."""

    @property
    def is_current(self) -> bool:
        """Whether it is the employee's calendar, rather than one that goes or went."""
        return self.state in CURRENT

    @property
    def marker(self) -> str:
        """Stands in its description at Google, so that it can be found again if a creation's outcome is unknown."""
        return marker_of(self.id)


def calendar_id_of(account_id: str, employee_id: str, generation: int) -> str:
    """The same for the same account, employee and generation, in every process and every run.

    With the account, since generations begin anew under the next one: what an account that was given up left at Google
    must not be taken for a calendar of now, should the same person sign in again.
    """
    return hashlib.sha256(f"{account_id}:{employee_id}:{generation}".encode()).hexdigest()[:32]


def event_id_of(calendar_id: str, task_id: str) -> str:
    """Google's id of a task's event: the client may choose it, and one that is taken answers 409 (PROVIDERS §1)."""
    return hashlib.sha256(f"{calendar_id}:{task_id}".encode()).hexdigest()[:40]


def marker_of(calendar_id: str) -> str:
    """What a calendar's description holds; personal syncs leave out calendars that carry it."""
    return f"{EMPLOYEE_CALENDAR_MARKER}:{calendar_id}"


@dataclass(frozen=True, slots=True)
class EventMapping:
    """A task's event in one calendar: what was last planned for it. Outlives a deleted event, whose id stays taken."""

    calendar_id: str
    task_id: str
    content_hash: str
    """Of the content last planned; empty if the event should not be there."""
    was_written: bool = False
    """Google has acknowledged an insert once: from then on it is updated, also to bring it back."""
    etag: str = ""
    """As Google last told it."""


class AccountStatus(StrEnum):
    """How the central account fares."""

    HEALTHY = "healthy"
    NEEDS_REAUTH = "needs_reauth"
    """Somebody must sign in again; nothing is written meanwhile."""
    LEAVING = "leaving"
    """Disconnect was asked for: the calendars are being deleted, then the credential goes."""


@dataclass(frozen=True, slots=True)
class CentralAccount:
    """The one Google account under which an organization's employee calendars lie."""

    id: str
    organization_id: str
    subject_id: str
    """Google's own stable id of the account."""
    email: str
    client_id: str
    """The OAuth client that issued the credential; no other can refresh it."""
    client_source: ClientSource
    status: AccountStatus
    consented_at: datetime
    credential_vault_ref: str | None = None
    refresh_expires_at: datetime | None = None
    """When Google said the sign-in will end: it says so while the OAuth app is in Testing."""
    last_error: str = ""
    """Why nothing could be written lately; empty when all is well."""
    failures: int = 0
    """Failed rounds since the last good one."""
    wait_until: datetime | None = None
    """Nothing is sent before."""
    creations_wait_until: datetime | None = None
    """Google's limit of new calendars: no calendar is made before; all else goes on."""
    creation_failures: int = 0
    """Times in a row that Google refused another calendar."""
    checked_at: datetime | None = None
    """When the Calendar API last answered well."""

    @property
    def provider(self) -> Provider:
        """As a connection has it, for whoever opens credentials."""
        return Provider.GOOGLE


@dataclass(frozen=True, slots=True)
class CentralClient:
    """An organization's own OAuth client for its central account. Its secret lies in the vault."""

    id: str
    organization_id: str
    client_id: str
    secret_vault_ref: str
    is_current: bool
    """New consents go through it; an older one only serves the credential it issued."""
    created_at: datetime
