"""Microsoft's OAuth: consent and tokens, with MSAL."""

import json
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeGuard

import msal
import requests

from ce_calendar.adapters.microsoft.entra import Configurations, EntraHttp
from ce_calendar.adapters.microsoft.errors import from_token_answer
from ce_calendar.adapters.microsoft.graph import GRAPH_URL, Graph
from ce_calendar.adapters.microsoft.scopes import NEEDED_SCOPES, SCOPES, missing_of
from ce_calendar.domain.errors import NeedsReauth, ProviderUnavailable
from ce_calendar.domain.meetings.connections import Credential, OAuthClient, ProviderAccount, Revocation
from ce_calendar.ports import AuthorizationStart, Clock

AUTHORITY = "https://login.microsoftonline.com/common"
LONGEST_SUBJECT = 255
LONGEST_EMAIL = 320
TIMEOUT_SECONDS = 20
DEFAULT_LIFE_SECONDS = 3600
"""Of an access token whose answer does not say."""
LONGEST_LIFE_SECONDS = 86_400 * 2

_FLOW = ("state", "redirect_uri", "scope", "code_verifier", "nonce")
"""What MSAL needs again of a flow it began."""
_warnings_lock = threading.Lock()


class MicrosoftAuthorizer:
    """`ports.Authorizer` for Outlook calendars, of work and of personal accounts.

    Instance discovery stays off: which authority we trust is decided by our settings alone, and Microsoft's central
    host need not be asked about it.
    """

    def __init__(
        self,
        *,
        client: OAuthClient,
        client_secret: str,
        clock: Clock,
        authority: str = AUTHORITY,
        graph_url: str = GRAPH_URL,
        ca_bundle: str | None = None,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        """Set it up; touches no network.

        Args:
            client: the application as registered with Entra.
            client_secret: its secret; empty for one registered as a public client.
            clock: tells the time.
            authority: https address with the tenant, or `common`, `organizations`, `consumers`.
            graph_url: where Graph is.
            ca_bundle: certificates to trust instead of the usual ones.
            timeout_seconds: of each request.
        """
        self.client = client
        self._client_secret = client_secret
        self._clock = clock
        self._authority = authority
        self._configurations = Configurations(clock)
        self._ca_bundle = ca_bundle
        self._timeout_seconds = timeout_seconds
        self._graph = Graph(clock=clock, url=graph_url, ca_bundle=ca_bundle, timeout_seconds=timeout_seconds)

    def begin(self, *, redirect_uri: str, state: str, login_hint: str = "") -> AuthorizationStart:
        """Build the consent address. Asks Entra where its pages are, once a day.

        Raises:
            ProviderUnavailable: Entra did not answer.
            RateLimited: try again later.
            ProviderForbids: there is no such authority.
        """
        with self._application(msal.SerializableTokenCache()) as (application, _), _without_advice():
            flow = application.initiate_auth_code_flow(
                list(SCOPES),
                redirect_uri=redirect_uri,
                state=state,
                login_hint=login_hint or None,
                # Whoever is signed in to Microsoft in this browser need not be whose calendar is to be linked.
                prompt=None if login_hint else "select_account",
            )
        kept = {name: flow[name] for name in _FLOW}
        return AuthorizationStart(url=flow["auth_uri"], proof=json.dumps(kept))

    def exchange(self, *, code: str, proof: str, redirect_uri: str) -> Credential:
        """Trade the code for a credential.

        Raises:
            NeedsReauth: the code does not count (any more), or is not the answer to our question.
            ProviderUnavailable: no usable answer.
            RateLimited: try again later.
            ProviderForbids: the client is set up wrongly.
        """
        flow = {**_flow(proof), "redirect_uri": redirect_uri}
        cache = msal.SerializableTokenCache()
        try:
            with self._application(cache) as (application, http), _translated():
                # The state was compared before anybody came here; MSAL wants to see it once more.
                answer = application.acquire_token_by_auth_code_flow(flow, {"code": code, "state": flow["state"]})
        except _WrongNonceError as error:
            raise NeedsReauth("nonce_mismatch") from error
        nothing = Credential(self.client.client_id, "", "", self._clock())
        return self._to_credential(answer, cache, before=nothing, status=http.last_status)

    def refresh(self, credential: Credential) -> Credential:
        """A credential with a fresh access token and, as Entra rotates it each time, the newest refresh token.

        A credential with a refresh token alone, as an earlier system kept it, is moved into a token cache.

        Raises:
            NeedsReauth: the refresh token is dead, or a policy wants to see the person.
            ProviderUnavailable: try again later.
            RateLimited: try again later.
            ProviderForbids: the client is set up wrongly.
        """
        cache = _cache_of(credential)
        answer = None
        with self._application(cache) as (application, http), _translated():
            account = next(iter(application.get_accounts()), None)
            if account:
                answer = application.acquire_token_silent_with_error(list(SCOPES), account, force_refresh=True)
            if answer is None and credential.refresh_token:
                answer = application.acquire_token_by_refresh_token(credential.refresh_token, list(SCOPES))
        if answer is None:
            raise NeedsReauth("no_refresh_token")
        return self._to_credential(answer, cache, before=credential, status=http.last_status)

    def account(self, credential: Credential) -> ProviderAccount:
        """Whose account the credential opens.

        Raises:
            AccessTokenRejected: the access token does not count.
            ProviderUnavailable: no usable answer.
            RateLimited: try again later.
            ProviderForbids: the account may not be read.
        """
        try:
            address = self._graph.address("/me", **{"$select": "id,mail,userPrincipalName"})
            person = self._graph.get(credential, address)
        finally:
            self._graph.close()
        # Personal accounts often have no `mail`.
        subject_id, email = person.get("id"), person.get("mail") or person.get("userPrincipalName")
        if not (_is_word(subject_id, LONGEST_SUBJECT) and _is_word(email, LONGEST_EMAIL)):
            raise ProviderUnavailable("unreadable_answer")
        return ProviderAccount(subject_id=subject_id, email=email.lower())

    def revoke(self, credential: Credential) -> Revocation:  # noqa: ARG002 - the port's; Entra has no use for it
        """Tell that there is nothing to call: Entra has no way for an application to end its own grant.

        The grant's only trace of ours is the token cache inside the credential, which the caller forgets; access
        tokens end by themselves within the hour or two. The person can take the consent away at Microsoft.
        """
        return Revocation.NOT_OFFERED

    def missing_scopes(self, credential: Credential) -> frozenset[str]:
        """Scopes that were asked for and not granted. A person consents to all or to none; an administrator may not."""
        return missing_of(NEEDED_SCOPES, credential.scopes)

    @contextmanager
    def _application(self, cache: msal.SerializableTokenCache) -> Iterator[tuple[Any, EntraHttp]]:
        """MSAL's application object over a cache, for one call, and what it sends its requests with."""
        with requests.Session() as session:
            # Where tokens go is decided by our settings alone, not by proxies and netrc files of the machine; and
            # variables that name certificates would win over ours.
            session.trust_env = False
            session.verify = self._ca_bundle or True
            http = EntraHttp(
                session,
                authority=self._authority,
                configurations=self._configurations,
                clock=self._clock,
                timeout=self._timeout_seconds,
            )
            with _translated():
                application = self._make_application(cache, http)
            yield application, http

    def _make_application(self, cache: msal.SerializableTokenCache, http: EntraHttp) -> Any:  # noqa: ANN401 - MSAL has no types
        options = {
            "authority": self._authority,
            "token_cache": cache,
            "http_client": http,
            "instance_discovery": False,
        }
        if not self._client_secret:
            return msal.PublicClientApplication(self.client.client_id, **options)
        # No region: MSAL would read one from the environment, and send the secret there.
        return msal.ConfidentialClientApplication(
            self.client.client_id, client_credential=self._client_secret, azure_region=False, **options
        )

    def _to_credential(
        self, answer: Mapping[str, Any], cache: msal.SerializableTokenCache, *, before: Credential, status: int
    ) -> Credential:
        """What the token endpoint said; what it did not say again stays.

        Raises:
            ProviderError: it said no, or nothing of use.
        """
        if "error" in answer:
            raise from_token_answer(answer, status)
        access_token, granted = answer.get("access_token"), answer.get("scope")
        if not isinstance(access_token, str) or not access_token:
            raise ProviderUnavailable("unreadable_answer")
        # MSAL finds a refresh token by its account. If the answer did not say whose it is, the token stays by itself.
        refresh_token = answer.get("refresh_token") or before.refresh_token
        is_cached = _holds(cache, "REFRESH_TOKEN") and _holds(cache, "ACCOUNT")
        return Credential(
            client_id=self.client.client_id,
            access_token=access_token,
            refresh_token=refresh_token if isinstance(refresh_token, str) and not is_cached else "",
            expires_at=self._clock() + timedelta(seconds=_life_seconds(answer.get("expires_in"))),
            scopes=frozenset(granted.split()) if isinstance(granted, str) else before.scopes,
            token_cache=cache.serialize() if is_cached else "",
        )


class _WrongNonceError(Exception):
    """The id token is not the answer to our question."""


@contextmanager
def _translated() -> Iterator[None]:
    """Errors of MSAL in our words; what comes from `EntraHttp` is in our words already."""
    try:
        yield
    except (msal.exceptions.MsalError, ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        # JSON of other types, or deeper, than the library reckons with.
        raise ProviderUnavailable("unreadable_answer") from error
    except RuntimeError as error:
        raise _WrongNonceError from error


@contextmanager
def _without_advice() -> Iterator[None]:
    """Without MSAL's warning that `response_mode` had better be `form_post`.

    That would be a POST from another site, without our session's SameSite=Lax cookie. The code in the address counts
    once, only with the proof, and is redirected away from at once.
    """
    with _warnings_lock, warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="response_mode='form_post'", category=UserWarning)
        yield


def _flow(proof: str) -> dict[str, Any]:
    """What `begin` kept.

    Raises:
        NeedsReauth: it is none of ours.
    """
    try:
        flow = json.loads(proof)
    except ValueError:
        flow = None
    if not isinstance(flow, dict) or not all(name in flow for name in _FLOW):
        raise NeedsReauth("invalid_grant")
    return flow


def _cache_of(credential: Credential) -> msal.SerializableTokenCache:
    """The credential's cache; an empty one if there is none, or none that can be read."""
    cache = msal.SerializableTokenCache()
    try:
        cache.deserialize(credential.token_cache)
    except ValueError:
        cache.deserialize("")
    return cache


def _holds(cache: msal.SerializableTokenCache, kind: str) -> bool:
    return any(cache.search(getattr(cache.CredentialType, kind)))


def _is_word(value: object, longest: int) -> TypeGuard[str]:
    """Whether it is text that can be stored as a name for something."""
    return isinstance(value, str) and 0 < len(value) <= longest and value.isprintable()


def _life_seconds(value: object) -> float:
    if isinstance(value, int | float) and 0 < value <= LONGEST_LIFE_SECONDS:
        return value
    return DEFAULT_LIFE_SECONDS
