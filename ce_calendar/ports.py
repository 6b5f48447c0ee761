"""What services need of the outside world, as Protocols; bootstrap decides what stands behind each.

Repositories live in a unit of work: one transaction, opened and closed by the service that uses it.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from ce_calendar.domain.contacts import Contact
from ce_calendar.domain.meetings.connections import (
    ConnectedCalendar,
    Connection,
    Credential,
    OAuthClient,
    Provider,
    ProviderAccount,
    ProviderCalendar,
)
from ce_calendar.domain.meetings.events import EventPage
from ce_calendar.domain.meetings.plan_sync import StoredEvent, SyncPlan
from ce_calendar.domain.meetings.runs import SyncRun
from ce_calendar.domain.meetings.timeline import Meeting, MeetingQuery
from ce_calendar.domain.people import Organization, Session, User
from ce_calendar.domain.window import SyncWindow

Clock = Callable[[], datetime]
"""Tells the time, UTC."""


# -- providers ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AuthorizationStart:
    """Where to send the person, and what must be kept until they come back."""

    url: str
    code_verifier: str = field(repr=False)


class Authorizer(Protocol):
    """The OAuth side of one provider, for one client."""

    @property
    def client(self) -> OAuthClient:
        """The client it asks with."""

    def begin(self, *, redirect_uri: str, state: str, login_hint: str = "") -> AuthorizationStart:
        """Build the consent address. Touches no network."""

    def exchange(self, *, code: str, code_verifier: str, redirect_uri: str) -> Credential:
        """Trade the code for a credential.

        Raises:
            NeedsReauth: the code does not count (any more).
            ProviderUnavailable: no usable answer.
            RateLimited: try again later.
            ProviderForbids: the client is set up wrongly.
        """

    def refresh(self, credential: Credential) -> Credential:
        """A credential with a fresh access token.

        Raises:
            NeedsReauth: the refresh token is dead.
            ProviderUnavailable: try again later.
            RateLimited: try again later.
            ProviderForbids: the client is set up wrongly.
        """

    def account(self, credential: Credential) -> ProviderAccount:
        """Whose account the credential opens.

        Raises:
            AccessTokenRejected: the access token does not count.
            ProviderUnavailable: no usable answer.
            RateLimited: try again later.
        """

    def revoke(self, credential: Credential) -> bool:
        """End the whole grant. False if the provider no longer knew the credential.

        Raises:
            ProviderUnavailable: try again later.
            RateLimited: try again later.
        """

    def missing_scopes(self, credential: Credential) -> frozenset[str]:
        """Scopes that were asked for and not granted."""


class MeetingProvider(Protocol):
    """The calendar side of one provider. Every call to it may raise any `ProviderError`."""

    def close(self) -> None:
        """Let go of this thread's connection, at the end of a run: kept until the next, it would be found dead."""

    def list_calendars(self, credential: Credential) -> Sequence[ProviderCalendar]:
        """All calendars in the account."""

    def fetch_events(
        self, credential: Credential, calendar_id: str, *, window: SyncWindow, cursor: str
    ) -> Iterator[EventPage]:
        """Read a calendar page by page: changes since the cursor, or the whole window if it is empty.

        Raises:
            CursorExpired: read again without a cursor.
            CalendarGone: the calendar is not there any more.
        """


class FreshCredentials(Protocol):
    """Opens a connection's credential, with an access token that counts. Both may raise any `ProviderError`."""

    def fresh(self, connection: Connection) -> Credential:
        """A credential whose access token is good for now."""

    def renew(self, connection: Connection, rejected: Credential) -> Credential:
        """Another one after the provider rejected this one's access token."""


# -- secrets -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sealed:
    """A ciphertext and the id of the key that opens it."""

    ciphertext: str
    key_id: str


class CredentialVault(Protocol):
    """Seals secrets so that they open only for the organization and the owner they were sealed for."""

    def seal(self, content: bytes, *, organization_id: str, owner_id: str, purpose: str) -> Sealed:
        """Encrypt with the newest key."""

    def open(self, sealed: Sealed, *, organization_id: str, owner_id: str, purpose: str) -> bytes:
        """Decrypt.

        Raises:
            VaultError: wrong key, damaged, or sealed for another organization, owner or purpose.
        """


class PasswordHasher(Protocol):
    """Hashes passwords, slowly."""

    def hash(self, password: str) -> str:
        """A salted hash."""

    def verify(self, password: str, password_hash: str) -> bool:
        """Whether the password is the one that was hashed. Takes as long for an empty hash."""


class AttemptLimiter(Protocol):
    """Counts attempts per key."""

    def hit(self, key: str) -> int:
        """Count one attempt. 0 if it is allowed, else the seconds to wait."""

    def clear(self, key: str) -> None:
        """Forget the attempts of a key."""


# -- storage -----------------------------------------------------------------------------------------------------


class Organizations(Protocol):
    """Organizations."""

    def add(self, organization: Organization) -> None:
        """Raises `Duplicate` if the slug is taken."""

    def get(self, organization_id: str) -> Organization | None: ...
    def by_slug(self, slug: str) -> Organization | None: ...
    def all(self) -> Sequence[Organization]: ...


class Users(Protocol):
    """People, with their roles and the permissions given by name."""

    def add(self, user: User) -> None:
        """Raises `Duplicate` if the email signs somebody in already."""

    def save(self, user: User) -> None:
        """Write all of it, rights included. Read it with `lock` before, or a change made meanwhile is undone."""

    def get(self, user_id: str, *, lock: bool = False) -> User | None:
        """`lock` keeps others from changing the person until the transaction ends."""

    def by_email(self, email: str) -> User | None: ...
    def of_organization(self, organization_id: str) -> Sequence[User]: ...


class Sessions(Protocol):
    """Signed-in browsers."""

    def add(self, session: Session) -> None: ...
    def by_token_hash(self, token_hash: str) -> Session | None: ...
    def of_user(self, user_id: str) -> Sequence[Session]: ...
    def touch(self, session_id: str, *, now: datetime) -> None: ...
    def end(self, session_id: str) -> None: ...
    def end_of_user(self, user_id: str, *, except_id: str = "") -> int: ...
    def end_expired(self, *, now: datetime) -> int: ...


class AuditTrail(Protocol):
    """Append-only record of who did what."""

    def add(
        self,
        *,
        at: datetime,
        action: str,
        outcome: str,
        organization_id: str | None,
        actor_user_id: str | None,
        subject_id: str = "",
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        """Append an entry; `detail` holds ids, counts and fixed words only."""


class Contacts(Protocol):
    """An organization's contacts."""

    def add(self, contact: Contact) -> None:
        """Raises `Duplicate` if the organization has a contact with this email."""

    def save(self, contact: Contact) -> None:
        """Raises `Duplicate` as `add` does."""

    def get(self, contact_id: str, *, organization_id: str) -> Contact | None: ...
    def by_email(self, email: str, *, organization_id: str) -> Contact | None: ...
    def ids_by_email(self, organization_id: str) -> Mapping[str, str]: ...
    def page(self, organization_id: str, *, search: str, offset: int, limit: int) -> tuple[Sequence[Contact], int]:
        """By name, and how many there are in all. Every word of `search` occurs; case and accents do not matter."""


@dataclass(frozen=True, slots=True)
class VaultEntry:
    """A sealed secret as stored."""

    id: str
    organization_id: str
    purpose: str
    sealed: Sealed
    version: int


class VaultEntries(Protocol):
    """Where sealed secrets lie."""

    def add(self, entry: VaultEntry, *, now: datetime) -> None: ...
    def get(self, entry_id: str) -> VaultEntry | None: ...
    def replace(self, entry: VaultEntry, *, expected_version: int, now: datetime) -> bool:
        """Put new content with `version = expected_version + 1`; False if somebody else was first."""

    def forget(self, entry_id: str) -> None: ...


VERIFIER_PURPOSE = "oauth-verifier"
"""What the vault keeps for a consent under way, for as long as its flow."""


@dataclass(frozen=True, slots=True)
class OAuthFlow:
    """A consent under way."""

    id: str
    organization_id: str
    user_id: str
    session_id: str
    provider: Provider
    client_id: str
    state_hash: str
    verifier_vault_ref: str
    connection_id: str | None
    created_at: datetime
    expires_at: datetime


class OAuthFlows(Protocol):
    """Consents under way; each can be taken once."""

    def add(self, flow: OAuthFlow) -> None: ...
    def take(self, state_hash: str) -> OAuthFlow | None:
        """Remove and return it: whoever comes second gets nothing."""

    def forget_expired(self, *, now: datetime) -> int:
        """Remove those nobody came back from, and every verifier whose flow is gone; returns how many flows."""


class Connections(Protocol):
    """Connections and the calendars of each."""

    def add(self, connection: Connection) -> None: ...
    def save(self, connection: Connection) -> None: ...
    def get(self, connection_id: str, *, organization_id: str | None = None) -> Connection | None: ...
    def lock(self, connection_id: str, *, organization_id: str | None = None) -> Connection | None:
        """Read it to change it: nobody else can until the transaction ends. `save` writes what was locked.

        Comes before any other lock of the transaction.
        """

    def by_account(
        self, *, organization_id: str, user_id: str, provider: Provider, subject_id: str
    ) -> Connection | None: ...
    def of_organization(self, organization_id: str) -> Sequence[Connection]: ...
    def due(self, *, now: datetime, limit: int, organization_id: str | None = None) -> Sequence[Connection]:
        """Those whose next sync is due, longest waiting first; neither paused ones nor those a person must cure."""

    def disconnecting(self) -> Sequence[Connection]: ...
    def with_grant(self, *, provider: Provider, client_id: str, subject_id: str) -> Sequence[Connection]:
        """Every connection, in any organization, whose credential belongs to the same grant."""

    def pause_of_user(self, user_id: str) -> int: ...
    def request_full_read(self, *, now: datetime, organization_id: str, connection_id: str | None = None) -> int:
        """Raise `full_read_version` and make due at once, for one connection or all; returns how many.

        One that waits to be tried again after a failure is read in full then.
        """

    def calendars(self, connection_id: str) -> Sequence[ConnectedCalendar]: ...
    def save_calendars(self, calendars: Collection[ConnectedCalendar]) -> None: ...
    def remove_calendars(self, calendar_ids: Collection[str]) -> None: ...


class Events(Protocol):
    """Stored events and the activities they stand behind. Writes are bulk."""

    def stored(self, calendar_id: str, *, only: Collection[str] | None = None) -> Mapping[str, StoredEvent]:
        """By provider event id; all of a calendar, or only those named."""

    def apply(self, plan: SyncPlan, *, connection: Connection, calendar_id: str, now: datetime) -> None:
        """Write the plan's events and bring the activities into line. The connection is locked before."""

    def erase_text(self, connection_id: str, *, keep_attendees: bool) -> None:
        """Make what is stored as private as a stricter level wants it; without attendees it is busy time."""

    def delete_of_connection(self, connection_id: str, *, since: datetime | None, keep_timeline: bool) -> int:
        """Delete a connection's events and what they alone supported; returns how many events.

        With `keep_timeline`, meetings on the timeline that were over by `since` stay. Without, everything goes.
        """

    def delete_of_calendars(self, calendar_ids: Collection[str]) -> None:
        """Delete the events of calendars; comes before `remove_calendars`."""

    def unlink_contact(self, contact_id: str) -> None:
        """Take a contact off all meetings; a full read brings back those that are still theirs."""

    def count_by_connection(self, organization_id: str, *, now: datetime) -> Mapping[str, int]:
        """By connection id: coming meetings with contacts. Connections without any are not in it."""

    def meetings(self, query: MeetingQuery) -> tuple[Sequence[Meeting], int]:
        """One page of the timeline and how many there are in all."""


class SyncRuns(Protocol):
    """What each run did."""

    def add(self, run: SyncRun) -> None: ...
    def save(self, run: SyncRun) -> None: ...
    def latest(self, connection_ids: Collection[str]) -> Mapping[str, SyncRun]: ...
    def of_connection(self, connection_id: str, *, limit: int) -> Sequence[SyncRun]: ...
    def running(self, connection_id: str | None = None) -> Sequence[SyncRun]:
        """Runs that have not been closed, of one connection or all."""

    def interrupt(self, run_ids: Collection[str], *, now: datetime) -> int:
        """Close those of them that still run as failed; returns how many."""

    def forget_before(self, moment: datetime) -> int: ...


class Leases(Protocol):
    """Named, time-limited permissions to do a thing alone, across processes."""

    def acquire(self, name: str, *, holder: str, now: datetime, seconds: float) -> bool: ...
    def release(self, name: str, *, holder: str) -> None: ...
    def held(self, names: Collection[str], *, now: datetime) -> frozenset[str]: ...


class UnitOfWork(Protocol):
    """One transaction: commits when its block ends well, rolls back when it does not."""

    @property
    def organizations(self) -> Organizations: ...
    @property
    def users(self) -> Users: ...
    @property
    def sessions(self) -> Sessions: ...
    @property
    def audit(self) -> AuditTrail: ...
    @property
    def contacts(self) -> Contacts: ...
    @property
    def vault(self) -> VaultEntries: ...
    @property
    def flows(self) -> OAuthFlows: ...
    @property
    def connections(self) -> Connections: ...
    @property
    def events(self) -> Events: ...
    @property
    def runs(self) -> SyncRuns: ...
    @property
    def leases(self) -> Leases: ...


class OpenUnitOfWork(Protocol):
    """Begin a transaction. Short ones only: nothing inside may wait for the network."""

    def __call__(self, *, reading: bool = False) -> AbstractContextManager[UnitOfWork]:
        """Open one.

        Args:
            reading: promise to write nothing. Such a transaction waits for nobody, and what it writes is refused.
        """


class Announcer(Protocol):
    """Tells open pages that something of an organization changed, so that they read again."""

    def announce(self, organization_id: str, topic: str) -> None:
        """Say that a topic (`connections`, `timeline`, `contacts`) changed. Never blocks, never fails."""


class JobQueue(Protocol):
    """Runs work soon, outside the caller's request."""

    def enqueue(self, name: str, key: str) -> None:
        """Ask for the named job with this key; asked twice before it ran, it runs once."""
