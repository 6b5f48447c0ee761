"""Google's OAuth: consent, tokens and revocation, with Authlib."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, TypeGuard

from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from requests import RequestException, Response

from ce_calendar.adapters.retry_after import retry_moment
from ce_calendar.domain.errors import (
    AccessTokenRejected,
    NeedsReauth,
    ProviderForbids,
    ProviderUnavailable,
    RateLimited,
)
from ce_calendar.domain.meetings.connections import Credential, OAuthClient, ProviderAccount, Revocation
from ce_calendar.ports import AuthorizationStart, Clock

_SCOPE_URL = "https://www.googleapis.com/auth/"
CALENDAR_SCOPES = (
    f"{_SCOPE_URL}calendar.events",
    f"{_SCOPE_URL}calendar.calendarlist.readonly",
    f"{_SCOPE_URL}calendar.freebusy",
)
"""What the person may untick, and we cannot do without."""
_SIGN_IN_SCOPES = ("openid", "email")
SCOPES = (*_SIGN_IN_SCOPES, *CALENDAR_SCOPES)
CENTRAL_SCOPES = (*_SIGN_IN_SCOPES, f"{_SCOPE_URL}calendar")
"""For the account under which the employees' calendars lie: to make, share and delete calendars."""

_OPERATOR_ERRORS = {"invalid_client", "unauthorized_client", "redirect_uri_mismatch"}
"""The client itself is set up wrongly, here or at Google."""

VERIFIER_LENGTH = 64
LONGEST_SUBJECT = 255
LONGEST_EMAIL = 320
TIMEOUT_SECONDS = 20
DEFAULT_LIFE_SECONDS = 3600
"""Of an access token whose answer does not say."""
LONGEST_LIFE_SECONDS = 86_400
LONGEST_REFRESH_SECONDS = 10 * 366 * 86_400


@dataclass(frozen=True, slots=True)
class GoogleEndpoints:
    """Where Google's OAuth is."""

    auth_url: str = "https://accounts.google.com/o/oauth2/v2/auth"
    token_url: str = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
    revoke_url: str = "https://oauth2.googleapis.com/revoke"
    userinfo_url: str = "https://openidconnect.googleapis.com/v1/userinfo"


class GoogleAuthorizer:
    """`ports.Authorizer` for Google accounts: personal ones, or with other scopes the central one."""

    def __init__(
        self,
        *,
        client: OAuthClient,
        client_secret: str,
        clock: Clock,
        scopes: Sequence[str] = SCOPES,
        endpoints: GoogleEndpoints | None = None,
        ca_bundle: str | None = None,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        self.client = client
        self._client_secret = client_secret
        self._clock = clock
        self._scopes = tuple(scopes)
        self._endpoints = endpoints or GoogleEndpoints()
        self._ca_bundle = ca_bundle
        self._timeout_seconds = timeout_seconds

    def begin(self, *, redirect_uri: str, state: str, login_hint: str = "") -> AuthorizationStart:
        """Build the consent address. Touches no network.

        Not `include_granted_scopes`: it would merge the central account's full scope into a personal token.
        """
        verifier = generate_token(VERIFIER_LENGTH)
        hint = {"login_hint": login_hint} if login_hint else {}
        with self._session() as session:
            url, _ = session.create_authorization_url(
                self._endpoints.auth_url,
                state=state,
                code_verifier=verifier,
                redirect_uri=redirect_uri,
                access_type="offline",
                # Only a consent brings a refresh token, also the second time.
                prompt="consent",
                **hint,
            )
        return AuthorizationStart(url=url, proof=verifier)

    def exchange(self, *, code: str, proof: str, redirect_uri: str) -> Credential:
        """Trade the code for a credential.

        Raises:
            NeedsReauth: the code does not count (any more).
            ProviderUnavailable: no usable answer.
            RateLimited: try again later.
            ProviderForbids: the client is set up wrongly.
        """
        with self._session() as session, _translated():
            session.register_compliance_hook("access_token_response", self._refuse)
            token = session.fetch_token(
                self._endpoints.token_url, code=code, code_verifier=proof, redirect_uri=redirect_uri
            )
        return self._to_credential(token, Credential(self.client.client_id, "", "", self._clock()))

    def refresh(self, credential: Credential) -> Credential:
        """A credential with a fresh access token.

        Raises:
            NeedsReauth: the refresh token is dead.
            ProviderUnavailable: try again later.
            RateLimited: try again later.
            ProviderForbids: the client is set up wrongly.
        """
        if not credential.refresh_token:
            raise NeedsReauth("no_refresh_token")
        # Without `scope`: Google then gives again what was granted.
        with self._session(scope=None) as session, _translated():
            session.register_compliance_hook("refresh_token_response", self._refuse)
            token = session.refresh_token(self._endpoints.token_url, refresh_token=credential.refresh_token)
        return self._to_credential(token, credential)

    def account(self, credential: Credential) -> ProviderAccount:
        """Whose account the credential opens.

        Raises:
            AccessTokenRejected: the access token does not count.
            ProviderUnavailable: no usable answer.
            RateLimited: try again later.
        """
        with self._session() as session, _translated():
            # Not as the session's own token: Authlib would add its idea of expiry and refresh.
            answer = session.get(
                self._endpoints.userinfo_url,
                withhold_token=True,
                allow_redirects=False,
                headers={"Authorization": f"Bearer {credential.access_token}"},
            )
            if answer.status_code == HTTPStatus.UNAUTHORIZED:
                raise AccessTokenRejected("access_token_rejected")
            info = self._json(self._refuse(answer))
        subject_id, email = info.get("sub"), info.get("email")
        if not (_is_word(subject_id, LONGEST_SUBJECT) and _is_word(email, LONGEST_EMAIL)):
            raise ProviderUnavailable("unreadable_answer")
        return ProviderAccount(subject_id=subject_id, email=email.lower())

    def revoke(self, credential: Credential) -> Revocation:
        """End the whole grant.

        Raises:
            ProviderUnavailable: try again later.
            RateLimited: try again later.
        """
        # Revocation asks for no client; the token alone decides.
        with self._session(revocation_endpoint_auth_method="none") as session, _translated():
            answer = session.revoke_token(
                self._endpoints.revoke_url,
                token=credential.refresh_token or credential.access_token,
                timeout=self._timeout_seconds,
                allow_redirects=False,
            )
            is_bad = answer.status_code == HTTPStatus.BAD_REQUEST
            if is_bad and _error_word(answer) in {"invalid_token", "invalid_grant"}:
                return Revocation.UNKNOWN
            self._refuse(answer)
        return Revocation.REVOKED

    def missing_scopes(self, credential: Credential) -> frozenset[str]:
        """Scopes that were asked for and not granted; those of signing in cannot be unticked."""
        return frozenset(self._scopes) - frozenset(_SIGN_IN_SCOPES) - credential.scopes

    def _session(self, **options: Any) -> OAuth2Session:  # noqa: ANN401 - Authlib's own options
        return OAuth2Session(
            **{
                "client_id": self.client.client_id,
                "client_secret": self._client_secret,
                "token_endpoint_auth_method": "client_secret_post",
                "scope": " ".join(self._scopes),
                "code_challenge_method": "S256",
                "default_timeout": self._timeout_seconds,
                "verify": self._ca_bundle or True,
                # Where tokens go is decided by our settings alone, not by proxies and netrc files of the machine.
                "trust_env": False,
                **options,
            }
        )

    def _refuse(self, answer: Response) -> Response:
        """Let a good answer pass.

        Raises:
            ProviderError: what the refusal means.
        """
        if answer.ok and not answer.is_redirect:
            return answer
        if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            raise RateLimited(retry_at=retry_moment(answer.headers.get("Retry-After"), self._clock()))
        word = _error_word(answer) if answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR else ""
        if word == "invalid_grant":
            raise NeedsReauth("invalid_grant")
        if word in _OPERATOR_ERRORS:
            raise ProviderForbids(word)
        raise ProviderUnavailable(f"http_{answer.status_code}")

    def _json(self, answer: Response) -> dict[str, Any]:
        body = answer.json()
        if not isinstance(body, dict):
            raise ProviderUnavailable("unreadable_answer")
        return body

    def _to_credential(self, token: dict[str, Any], before: Credential) -> Credential:
        """What the token endpoint said; what it did not say again stays."""
        access_token = token.get("access_token")
        if not isinstance(access_token, str) or not access_token:
            raise ProviderUnavailable("unreadable_answer")
        granted = token.get("scope")
        new_refresh_token = token.get("refresh_token")
        return Credential(
            client_id=self.client.client_id,
            access_token=access_token,
            refresh_token=new_refresh_token
            if isinstance(new_refresh_token, str) and new_refresh_token
            else before.refresh_token,
            expires_at=self._clock() + timedelta(seconds=_life_seconds(token.get("expires_in"))),
            scopes=frozenset(granted.split()) if isinstance(granted, str) else before.scopes,
            refresh_expires_at=self._end_in(token.get("refresh_token_expires_in")) or before.refresh_expires_at,
        )

    def _end_in(self, seconds: object) -> datetime | None:
        """The moment, if so many seconds mean one."""
        if not isinstance(seconds, int | float) or not 0 < seconds <= LONGEST_REFRESH_SECONDS:
            return None
        return self._clock() + timedelta(seconds=seconds)


@contextmanager
def _translated() -> Iterator[None]:
    """Errors of the libraries in our words."""
    try:
        yield
    except OAuthError as error:
        # The hooks have seen every refusal; this is one in a 200.
        raise ProviderUnavailable("unreadable_answer") from error
    except RequestException as error:
        raise ProviderUnavailable("no_answer") from error
    except (ValueError, TypeError, RecursionError) as error:
        # No JSON, or JSON of other types, or deeper, than the library reckons with.
        raise ProviderUnavailable("unreadable_answer") from error


def _error_word(answer: Response) -> str:
    try:
        body = answer.json()
    except (ValueError, RecursionError):
        return ""
    word = body.get("error") if isinstance(body, dict) else None
    return word if isinstance(word, str) else ""


def _is_word(value: object, longest: int) -> TypeGuard[str]:
    """Whether it is text that can be stored as a name for something."""
    return isinstance(value, str) and 0 < len(value) <= longest and value.isprintable()


def _life_seconds(value: object) -> float:
    if isinstance(value, int | float) and 0 < value <= LONGEST_LIFE_SECONDS:
        return value
    return DEFAULT_LIFE_SECONDS
