"""What is asked of a provider: consent, and the calendars behind it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ce_calendar.domain.meetings.connections import (
    Connection,
    Credential,
    OAuthClient,
    ProviderAccount,
    ProviderCalendar,
    Revocation,
)
from ce_calendar.domain.meetings.events import EventPage
from ce_calendar.domain.window import SyncWindow


@dataclass(frozen=True, slots=True)
class AuthorizationStart:
    """Where to send the person, and what must be kept until they come back."""

    url: str
    proof: str = field(repr=False)
    """Shows at the exchange that it was us who asked: a PKCE verifier, or what else is kept of the start."""


class Authorizer(Protocol):
    """The OAuth side of one provider, for one client."""

    @property
    def client(self) -> OAuthClient:
        """The client it asks with."""

    def begin(self, *, redirect_uri: str, state: str, login_hint: str = "") -> AuthorizationStart:
        """Build the consent address.

        Raises:
            ProviderUnavailable: the provider tells where its consent page is, and did not answer.
            RateLimited: try again later.
        """

    def exchange(self, *, code: str, proof: str, redirect_uri: str) -> Credential:
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

    def revoke(self, credential: Credential) -> Revocation:
        """End the whole grant, if the provider lets us; says what came of it. The caller forgets the credential.

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
