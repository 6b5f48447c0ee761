"""A provider in memory, for tests of what stands above the ports. It passes the same contract as the real ones."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

from authlib.oauth2.rfc7636 import create_s256_code_challenge

from ce_calendar.domain.errors import (
    AccessTokenRejected,
    CalendarGone,
    CursorExpired,
    NeedsReauth,
    ProviderError,
    ProviderUnavailable,
)
from ce_calendar.domain.meetings.connections import (
    OWNER_ROLE,
    ClientSource,
    Credential,
    OAuthClient,
    ProviderAccount,
    ProviderCalendar,
    Revocation,
)
from ce_calendar.domain.meetings.events import CalendarEvent, EventPage, SkippedEvent
from ce_calendar.domain.window import SyncWindow
from ce_calendar.ports import AuthorizationStart, Clock

MEMORY_SCOPES = frozenset({"events", "calendars", "busy"})
TOKEN_LIFE = timedelta(hours=1)


@dataclass
class _Calendar:
    """A calendar: what it holds, and in which order it changed."""

    listed: ProviderCalendar
    owner: str
    version: int = 0
    events: dict[str, CalendarEvent] = field(default_factory=dict)
    unreadable: dict[str, SkippedEvent] = field(default_factory=dict)
    changes: dict[str, int] = field(default_factory=dict)
    """By event id, at which version it last changed or went."""


@dataclass
class _Grant:
    """What a person allowed a client; dies as a whole."""

    client_id: str
    email: str
    scopes: frozenset[str]


class MemoryWorld:
    """Accounts, calendars and grants, and the troubles a test asks for."""

    def __init__(self, clock: Clock, *, page_size: int = 2500) -> None:
        self.clock = clock
        self.page_size = page_size
        self.refresh_life: timedelta | None = None
        """How long a grant can be refreshed; None: for ever. New grants are told so."""
        self.calls: list[str] = []
        """Operations asked for, in order: `list_calendars`, `fetch_events`, `refresh` … as the ports call them."""
        self.before: Callable[[str], None] = lambda _operation: None
        """Runs at the start of every call, for what happens meanwhile elsewhere."""
        self._subjects: dict[str, str] = {}
        self._calendars: dict[str, _Calendar] = {}
        self._faults: list[tuple[str, ProviderError]] = []
        self._access: dict[str, tuple[_Grant, datetime]] = {}
        self._refresh: dict[str, _Grant] = {}
        self._codes: dict[str, tuple[_Grant, str]] = {}
        self._cursors: dict[str, tuple[str, int, SyncWindow]] = {}
        self._numbers = count(1)

    # -- what a test arranges ------------------------------------------------------------------------------------

    def add_account(self, email: str, *, subject_id: str = "") -> str:
        """Open an account with an own, primary calendar, whose id is the email as at Google; returns its subject id."""
        self._subjects[email] = subject_id or f"subject-of-{email}"
        own = ProviderCalendar(email, email, "UTC", OWNER_ROLE, is_primary=True)
        self.add_calendar(email, own)
        return self._subjects[email]

    def add_calendar(self, email: str, calendar: ProviderCalendar) -> None:
        """Put a calendar into an account's list."""
        self._calendars[calendar.provider_calendar_id] = _Calendar(calendar, email)

    def remove_calendar(self, calendar_id: str) -> None:
        """Delete a calendar."""
        del self._calendars[calendar_id]

    def put(self, calendar_id: str, *events: CalendarEvent) -> None:
        """Add events, or change those with the same id."""
        for event in events:
            calendar = self._touch(calendar_id, event.provider_event_id)
            calendar.unreadable.pop(event.provider_event_id, None)
            calendar.events[event.provider_event_id] = event

    def put_unreadable(self, calendar_id: str, event_id: str, reason: str) -> None:
        """Make an event one that cannot be understood."""
        self._touch(calendar_id, event_id).unreadable[event_id] = SkippedEvent(event_id, reason)

    def remove(self, calendar_id: str, event_id: str) -> None:
        """Delete an event."""
        del self._touch(calendar_id, event_id).events[event_id]

    def _touch(self, calendar_id: str, event_id: str) -> _Calendar:
        calendar = self._calendars[calendar_id]
        calendar.version += 1
        calendar.changes[event_id] = calendar.version
        return calendar

    def expire_cursors(self) -> None:
        """Let every cursor handed out so far be dead."""
        self._cursors.clear()

    def fail(self, operation: str, error: ProviderError, *, times: int = 1) -> None:
        """Let the next calls of an operation fail."""
        self._faults.extend([(operation, error)] * times)

    def heal(self) -> None:
        """Forget the failures that were asked for."""
        self._faults.clear()

    def grant(self, email: str, *, client_id: str = "client", scopes: frozenset[str] = MEMORY_SCOPES) -> Credential:
        """A credential as if the person had consented."""
        return self._credential(_Grant(client_id, email, scopes))

    def reject_access_tokens(self, email: str) -> None:
        """Let the account's access tokens die; refresh tokens stay good."""
        self._access = {token: given for token, given in self._access.items() if given[0].email != email}

    def revoke(self, email: str, *, client_id: str | None = None) -> None:
        """End the account's grants, as the person can at the provider."""

        def stays(grant: _Grant) -> bool:
            return grant.email != email or client_id not in {None, grant.client_id}

        self._access = {token: given for token, given in self._access.items() if stays(given[0])}
        self._refresh = {token: grant for token, grant in self._refresh.items() if stays(grant)}

    def is_granted(self, email: str, *, client_id: str = "client") -> bool:
        """Whether a refresh token of this client still opens the account."""
        return any(grant.email == email and grant.client_id == client_id for grant in self._refresh.values())

    def consent(self, url: str, email: str, *, untick: frozenset[str] = frozenset()) -> tuple[str, str]:
        """Do what a person does on the consent page; returns code and state, as the callback gets them."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        grant = _Grant(asked["client_id"], email, MEMORY_SCOPES - untick)
        code = f"code-{uuid4().hex}"
        self._codes[code] = (grant, asked["code_challenge"])
        return code, asked["state"]

    # -- what the doubles ask ------------------------------------------------------------------------------------

    def enter(self, operation: str) -> None:
        """Count a call and meet the trouble asked for."""
        self.calls.append(operation)
        self.before(operation)
        for index, (meant, error) in enumerate(self._faults):
            if meant == operation:
                del self._faults[index]
                raise error

    def email_of(self, credential: Credential) -> str:
        """Whose access token it is.

        Raises:
            AccessTokenRejected: it does not count (any more).
        """
        given = self._access.get(credential.access_token)
        if given is None or given[1] <= self.clock():
            raise AccessTokenRejected("access_token_rejected")
        return given[0].email

    def subject_of(self, email: str) -> str:
        """The account's stable id."""
        return self._subjects[email]

    def calendars_of(self, email: str) -> list[ProviderCalendar]:
        """The account's list."""
        return [calendar.listed for calendar in self._calendars.values() if calendar.owner == email]

    def redeem(self, code: str, challenge: str) -> Credential:
        """Trade a code once.

        Raises:
            NeedsReauth: used, unknown or unproven.
        """
        grant, expected = self._codes.pop(code, (None, ""))
        if grant is None or expected != challenge:
            raise NeedsReauth("invalid_grant")
        return self._credential(grant)

    def renew(self, credential: Credential) -> Credential:
        """A fresh access token.

        Raises:
            NeedsReauth: the grant has ended.
        """
        grant = self._refresh.get(credential.refresh_token)
        ends_at = credential.refresh_expires_at
        if grant is None or grant.client_id != credential.client_id or (ends_at and ends_at <= self.clock()):
            raise NeedsReauth("invalid_grant")
        fresh = self._credential(grant, refresh_token=credential.refresh_token)
        return replace(fresh, scopes=credential.scopes, refresh_expires_at=credential.refresh_expires_at)

    def end_grant(self, credential: Credential) -> bool:
        """End the whole grant; False if it was not known."""
        grant = self._refresh.get(credential.refresh_token)
        if grant is None:
            return False
        self.revoke(grant.email, client_id=grant.client_id)
        return True

    def _credential(self, grant: _Grant, *, refresh_token: str = "") -> Credential:
        expires_at = self.clock() + TOKEN_LIFE
        number = next(self._numbers)
        access_token = f"access-{number}"
        refresh_token = refresh_token or f"refresh-{number}"
        self._access[access_token] = (grant, expires_at)
        self._refresh[refresh_token] = grant
        ends_at = self.clock() + self.refresh_life if self.refresh_life else None
        return Credential(
            grant.client_id, access_token, refresh_token, expires_at, grant.scopes, refresh_expires_at=ends_at
        )

    def read(self, calendar_id: str, window: SyncWindow, cursor: str) -> list[EventPage]:
        """Pages of a read, the next cursor on the last.

        Raises:
            CalendarGone: no such calendar.
            CursorExpired: the cursor does not count.
        """
        calendar = self._calendars.get(calendar_id)
        if calendar is None:
            raise CalendarGone("calendar_gone")
        since = 0
        if cursor:
            of_calendar, since, window = self._cursors.get(cursor, ("", 0, window))
            if of_calendar != calendar_id:
                raise CursorExpired("cursor_expired")
        next_cursor = f"cursor-{next(self._numbers)}"
        self._cursors[next_cursor] = (calendar_id, calendar.version, window)
        named = [event_id for event_id, version in calendar.changes.items() if version > since]
        parts = [named[at : at + self.page_size] for at in range(0, len(named), self.page_size)] or [[]]
        pages = [_page(calendar, part, window, is_full=not cursor) for part in parts]
        pages[-1] = replace(pages[-1], cursor=next_cursor)
        return pages


def _page(calendar: _Calendar, named: list[str], window: SyncWindow, *, is_full: bool) -> EventPage:
    changed, removed, skipped = [], [], []
    for event_id in named:
        event = calendar.events.get(event_id)
        if event_id in calendar.unreadable:
            skipped.append(calendar.unreadable[event_id])
        elif event and window.overlaps(event.starts_at, event.ends_at):
            changed.append(event)
        elif not is_full:
            removed.append(event_id)
    return EventPage(changed=tuple(changed), removed=tuple(removed), skipped=tuple(skipped))


class MemoryMeetings:
    """`ports.MeetingProvider` on a `MemoryWorld`."""

    def __init__(self, world: MemoryWorld) -> None:
        self._world = world

    def close(self) -> None:
        """There is no connection."""

    def list_calendars(self, credential: Credential) -> Sequence[ProviderCalendar]:
        """All calendars in the account."""
        self._world.enter("list_calendars")
        return self._world.calendars_of(self._world.email_of(credential))

    def fetch_events(
        self, credential: Credential, calendar_id: str, *, window: SyncWindow, cursor: str
    ) -> Iterator[EventPage]:
        """Read a calendar page by page; every page counts as a call."""
        self._world.enter("fetch_events")
        self._world.email_of(credential)
        pages = self._world.read(calendar_id, window, cursor)
        yield pages[0]
        for page in pages[1:]:
            self._world.enter("fetch_events")
            yield page


class MemoryAuthorizer:
    """`ports.Authorizer` on a `MemoryWorld`."""

    def __init__(self, world: MemoryWorld, *, client: OAuthClient | None = None) -> None:
        self._world = world
        self.client = client or OAuthClient("client", ClientSource.PLATFORM)

    def begin(self, *, redirect_uri: str, state: str, login_hint: str = "") -> AuthorizationStart:
        """Build the consent address."""
        verifier = uuid4().hex * 2
        query = {
            "client_id": self.client.client_id,
            "redirect_uri": redirect_uri,
            "state": state,
            "login_hint": login_hint,
            "code_challenge": create_s256_code_challenge(verifier),
        }
        return AuthorizationStart(f"https://consent.example/auth?{urlencode(query)}", verifier)

    def exchange(self, *, code: str, proof: str, redirect_uri: str) -> Credential:
        """Trade the code for a credential."""
        self._world.enter("exchange")
        if not redirect_uri:
            raise ProviderUnavailable("http_400")
        return self._world.redeem(code, create_s256_code_challenge(proof))

    def refresh(self, credential: Credential) -> Credential:
        """A credential with a fresh access token."""
        self._world.enter("refresh")
        return self._world.renew(credential)

    def account(self, credential: Credential) -> ProviderAccount:
        """Whose account the credential opens."""
        self._world.enter("account")
        email = self._world.email_of(credential)
        return ProviderAccount(self._world.subject_of(email), email)

    def revoke(self, credential: Credential) -> Revocation:
        """End the whole grant."""
        self._world.enter("revoke")
        return Revocation.REVOKED if self._world.end_grant(credential) else Revocation.UNKNOWN

    def missing_scopes(self, credential: Credential) -> frozenset[str]:
        """Scopes that were asked for and not granted."""
        return MEMORY_SCOPES - credential.scopes
