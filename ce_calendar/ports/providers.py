"""What is asked of a provider: consent, and the calendars behind it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from ce_calendar.domain.meetings.connections import (
    Credential,
    OAuthClient,
    Provider,
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


class IssuingClients(Protocol):
    """The OAuth clients that issue credentials of one kind."""

    def for_new(self, provider: Provider, organization_id: str) -> Authorizer | None:
        """What people of the organization are sent to the provider with; None if no client is set up for them."""

    def that_issued(self, provider: Provider, client_id: str, *, organization_id: str) -> Authorizer | None:
        """The one whose client this is; None if it is no longer set up."""

    def any_of(self, provider: Provider, *, organization_id: str) -> Authorizer | None:
        """Any client of the provider, for what needs none in particular; None if there is none at all."""


class CredentialHolder(Protocol):
    """Whatever has a credential in the vault: a connection, or a central account."""

    @property
    def id(self) -> str: ...
    @property
    def organization_id(self) -> str: ...
    @property
    def provider(self) -> Provider: ...
    @property
    def credential_vault_ref(self) -> str | None: ...


Holder_contra = TypeVar("Holder_contra", bound=CredentialHolder, contravariant=True)


class FreshCredentials(Protocol[Holder_contra]):
    """Opens a holder's credential, with an access token that counts. Both may raise any `ProviderError`."""

    def fresh(self, holder: Holder_contra, /) -> Credential:
        """A credential whose access token is good for now."""

    def renew(self, holder: Holder_contra, rejected: Credential, /) -> Credential:
        """Another one after the provider rejected this one's access token."""
