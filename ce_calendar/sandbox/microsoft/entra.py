"""Entra's endpoints: the OpenID configuration, keys, authorize and token."""

import base64
import hashlib
import json
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from starlette.datastructures import FormData, QueryParams
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from ce_calendar.sandbox import consent, pkce, trouble
from ce_calendar.sandbox.consent import Person, Wish
from ce_calendar.sandbox.forms import NotAFormError, read_form, whose
from ce_calendar.sandbox.grants import ACCESS_SECONDS, Code
from ce_calendar.sandbox.markup import from_own_page, page, text
from ce_calendar.sandbox.microsoft.errors import EntraError
from ce_calendar.sandbox.microsoft.grants import SIGN_IN, plain
from ce_calendar.sandbox.microsoft.world import Account, World
from ce_calendar.sandbox.requestlog import entry_of

CONFIGURATION, KEYS, AUTHORIZE, TOKEN = "oauth.configuration", "oauth.keys", "oauth.authorize", "oauth.token"
OPERATIONS = (CONFIGURATION, KEYS, AUTHORIZE, TOKEN)

_MEANINGS = {
    "openid": "Sign you in",
    "email": "View your email address",
    "profile": "View your basic profile",
    "offline_access": "Maintain access to data you have given it access to",
    "user.read": "Read your profile",
    "calendars.read": "Read your calendars",
    "calendars.readwrite": "Have full access to your calendars",
}
_UNNAMED = ("offline_access",)
"""Entra honours it and does not list it in the answer's scope."""

Endpoint = Callable[[Request], Awaitable[Response]]


class Entra:
    """The endpoints over one world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[Route]:
        """Return where Entra has them."""
        version = "/{tenant}/oauth2/v2.0/"
        return [
            Route(
                "/{tenant}/v2.0/.well-known/openid-configuration",
                self._as(CONFIGURATION, self.configuration),
                methods=["GET"],
            ),
            Route("/{tenant}/discovery/v2.0/keys", self._as(KEYS, self.keys), methods=["GET"]),
            Route(version + "authorize", self._as(AUTHORIZE, self.ask), methods=["GET"]),
            Route(version + "authorize", self._as(AUTHORIZE, self.decide), methods=["POST"]),
            Route(version + "token", self._as(TOKEN, self.token), methods=["POST"]),
        ]

    def _as(self, operation: str, endpoint: Endpoint) -> Endpoint:
        """Name the operation for the log, and let faults and refusals answer in Entra's form."""

        async def named(request: Request) -> Response:
            entry_of(request.scope).operation = operation
            fault = self._world.faults.strike(operation, *await whose(request, self._world.grants))
            if fault is None:
                return await carry_out(request)
            now = self._world.clock.now()
            return await trouble.meet(fault, carry_out=lambda: carry_out(request), refuse=self._refused, now=now)

        async def carry_out(request: Request) -> Response:
            try:
                return await endpoint(request)
            except EntraError as refusal:
                return refusal.response(self._world.clock.now())

        return named

    def _refused(self, status: int, reason: str | None) -> Response:
        reason = reason or ("invalid_grant" if status == HTTPStatus.BAD_REQUEST else "temporarily_unavailable")
        return EntraError.named(status, reason).response(self._world.clock.now())

    async def configuration(self, request: Request) -> Response:
        """Say where everything is; the browser's part is on the plain port, so that no browser meets our CA."""
        tenant = request.path_params["tenant"]
        tls, plain_http = f"{self._world.base_url}/{tenant}", f"{self._world.plain_url}/{tenant}"
        shared = tenant in ("common", "organizations", "consumers")
        return JSONResponse(
            {
                "issuer": f"{self._world.base_url}/{'{tenantid}' if shared else tenant}/v2.0",
                "authorization_endpoint": f"{plain_http}/oauth2/v2.0/authorize",
                "token_endpoint": f"{tls}/oauth2/v2.0/token",
                "jwks_uri": f"{tls}/discovery/v2.0/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
                "response_modes_supported": ["query"],
                "response_types_supported": ["code"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "scopes_supported": ["openid", "profile", "email", "offline_access"],
                "code_challenge_methods_supported": ["S256", "plain"],
            }
        )

    async def keys(self, _request: Request) -> Response:
        """Return what id_tokens are signed with."""
        return JSONResponse(self._world.signer.keys())

    async def ask(self, request: Request) -> Response:
        """Show the consent page, unless the application asks for an answer without one."""
        query = request.query_params
        problem = _problem_with(query)
        if problem:
            return _refusal_page(problem)
        if query.get("prompt") == "none":
            # Nobody is ever signed in here without having seen the page.
            return consent.sent_back(
                query, {"error": "login_required", "error_description": "AADSTS50058: No session."}
            )
        people = [Person(account.email, account.name) for account in self._world.accounts.values()]
        # As with Entra, one consents to all or to nothing.
        wishes = [_wish(scope) for scope in dict.fromkeys(query["scope"].split())]
        return consent.consent_page("Microsoft", people, wishes, query, chosen=consent.hinted(query, people))

    async def decide(self, request: Request) -> Response:
        """Send the browser back to the application with a code, or with access_denied."""
        query, form = request.query_params, await _form(request)
        problem = _problem_with(query)
        if problem or not from_own_page(request):
            return _refusal_page(problem or "AADSTS90014: The decision must come from this page.")
        if form.get("decision") != "allow":
            denied = "AADSTS65004: User declined to consent to access the app."
            return consent.sent_back(query, {"error": "access_denied", "error_description": denied})
        email = str(form.get("account", ""))
        if email not in self._world.accounts:
            return _refusal_page("AADSTS50034: Choose one of the accounts.")
        entry_of(request.scope).account = email
        code = Code(
            email=email,
            client_id=query["client_id"],
            redirect_uri=query["redirect_uri"],
            scopes=list(dict.fromkeys(query["scope"].split())),
            challenge=query.get("code_challenge"),
            method=query.get("code_challenge_method", "plain"),
            nonce=query.get("nonce"),
        )
        return consent.sent_back(query, {"code": self._world.grants.new_code(code)})

    async def token(self, request: Request) -> Response:
        """Exchange a code or a refresh token."""
        form = await _form(request)
        client_id = _client_id(request, form)
        kind, grants = form.get("grant_type"), self._world.grants
        asked = str(form.get("scope", "")).split()
        nonce = None
        if kind == "authorization_code":
            verifier = form.get("code_verifier")
            code = grants.exchange(
                _field(form, "code"),
                client_id=client_id,
                redirect_uri=_field(form, "redirect_uri"),
                verifier=None if verifier is None else str(verifier),
            )
            email, scopes, nonce = code.email, code.scopes, code.nonce
        elif kind == "refresh_token":
            renewed = grants.renew(_field(form, "refresh_token"), client_id=client_id, scopes=asked)
            email = renewed.email
            scopes = list(dict.fromkeys([*renewed.scopes, *(scope for scope in asked if plain(scope) in SIGN_IN)]))
        else:
            raise EntraError(400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type.")
        entry_of(request.scope).account = email
        answer = self.issue(self._world.accounts[email], client_id, scopes, nonce=nonce)
        return JSONResponse(answer, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})

    def issue(self, account: Account, client_id: str, scopes: list[str], *, nonce: str | None = None) -> dict[str, Any]:
        """Return a token answer: a new access token, and a new refresh token each time if offline_access was given."""
        grants, names = self._world.grants, set(map(plain, scopes))
        answer: dict[str, Any] = {
            "token_type": "Bearer",
            "scope": " ".join(scope for scope in scopes if plain(scope) not in _UNNAMED),
            "expires_in": ACCESS_SECONDS - 1,
            "ext_expires_in": ACCESS_SECONDS - 1,
            "access_token": grants.new_access(account.email, client_id, scopes),
        }
        if "offline_access" in names:
            answer["refresh_token"] = grants.new_refresh(account.email, client_id, scopes)
        if "openid" in names:
            answer["id_token"] = self._world.signer.sign(self._claims(account, client_id, names, nonce))
        who = json.dumps({"uid": account.object_id, "utid": account.tenant_id}).encode()
        answer["client_info"] = base64.urlsafe_b64encode(who).decode().rstrip("=")
        self._world.dirty = True
        return answer

    def _claims(self, account: Account, client_id: str, names: set[str], nonce: str | None) -> dict[str, Any]:
        # The real time: whoever checks the token has not heard of the sandbox's clock being advanced.
        now = int(self._world.clock.now().timestamp() - self._world.clock.advanced)
        claims: dict[str, Any] = {
            "aud": client_id,
            "iss": f"{self._world.base_url}/{account.tenant_id}/v2.0",
            "iat": now,
            "nbf": now,
            "exp": now + ACCESS_SECONDS,
            "sub": _pairwise(account, client_id),
            "oid": account.object_id,
            "tid": account.tenant_id,
            "name": account.name,
            "preferred_username": account.email,
            "ver": "2.0",
        }
        if "email" in names:
            claims["email"] = account.email
        if nonce is not None:
            claims["nonce"] = nonce
        return claims


def _pairwise(account: Account, client_id: str) -> str:
    """Return the subject Entra tells one application and no other."""
    digest = hashlib.sha256(f"{account.object_id}:{client_id}".encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _problem_with(query: QueryParams) -> str | None:
    """Return what makes a request unanswerable; the browser is then not sent back, for the address may be wrong."""
    for name in ("client_id", "redirect_uri", "response_type", "scope"):
        if not query.get(name):
            return f"AADSTS900144: The request must contain the following parameter: '{name}'."
    if query["response_type"] != "code":
        return "AADSTS700054: The sandbox offers response_type 'code' only."
    if query.get("response_mode", "query") != "query":
        return "AADSTS70011: The sandbox offers response_mode 'query' only."
    if not consent.is_web_address(query["redirect_uri"]):
        return "AADSTS90102: 'redirect_uri' value must be a valid absolute URI."
    if query.get("code_challenge_method", "plain") not in pkce.METHODS:
        return "AADSTS501491: Invalid value of code_challenge_method."
    return None


def _refusal_page(problem: str) -> HTMLResponse:
    return page(
        "Sorry, but we're having trouble signing you in",
        f'<p data-testid="consent-error">{text(problem)}</p>',
        provider="Microsoft",
        status=400,
        narrow=True,
    )


def _wish(scope: str) -> Wish:
    return Wish(scope, _MEANINGS.get(plain(scope), "Access named by the scope"), fixed=True)


async def _form(request: Request) -> FormData:
    try:
        return await read_form(request)
    except NotAFormError as unreadable:
        message = "Invalid request. Request is malformed or invalid."
        raise EntraError(400, "invalid_request", 9002313, message) from unreadable


def _field(form: FormData, name: str) -> str:
    value = form.get(name)
    if not isinstance(value, str) or not value:
        message = f"The request body must contain the following parameter: '{name}'."
        raise EntraError(400, "invalid_request", 900144, message)
    return value


def _client_id(request: Request, form: FormData) -> str:
    """Return who asks; as with Entra's web applications, only with a secret. Any secret is accepted."""
    kind, _, encoded = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "basic":
        try:
            client_id, _, secret = base64.b64decode(encoded).decode().partition(":")
        except ValueError as unreadable:
            raise EntraError.named(401, "invalid_client") from unreadable
        return _with_secret(unquote(client_id), secret)
    secret = str(form.get("client_secret") or form.get("client_assertion") or "")
    return _with_secret(_field(form, "client_id"), secret)


def _with_secret(client_id: str, secret: str) -> str:
    if not secret:
        message = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
        raise EntraError(401, "invalid_client", 7000218, message)
    return client_id
