"""Google's OAuth endpoints: authorize, token, revoke, userinfo."""

import base64
from collections.abc import Awaitable, Callable
from urllib.parse import unquote

from starlette.datastructures import FormData, QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ce_calendar.sandbox.consent import sent_back
from ce_calendar.sandbox.faults import Fault, FaultMetError
from ce_calendar.sandbox.google import consent
from ce_calendar.sandbox.google.errors import OAuthError, default_reason
from ce_calendar.sandbox.google.gate import bearer
from ce_calendar.sandbox.google.world import World
from ce_calendar.sandbox.markup import from_own_page
from ce_calendar.sandbox.requestlog import CutConnection, entry_of

AUTHORIZE, TOKEN, REVOKE, USERINFO = "oauth.authorize", "oauth.token", "oauth.revoke", "oauth.userinfo"
OPERATIONS = (AUTHORIZE, TOKEN, REVOKE, USERINFO)

_EMAIL_SCOPES = {"email", "https://www.googleapis.com/auth/userinfo.email"}
_PROFILE_SCOPES = {"profile", "https://www.googleapis.com/auth/userinfo.profile"}

Endpoint = Callable[[Request], Awaitable[Response]]


class OAuth:
    """The four endpoints over one world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[Route]:
        """Return where Google has them."""
        return [
            Route("/o/oauth2/v2/auth", self._as(AUTHORIZE, self.ask), methods=["GET"]),
            Route("/o/oauth2/v2/auth", self._as(AUTHORIZE, self.decide), methods=["POST"]),
            Route("/token", self._as(TOKEN, self.token), methods=["POST"]),
            Route("/revoke", self._as(REVOKE, self.revoke), methods=["POST"]),
            Route("/oauth2/v3/userinfo", self._as(USERINFO, self.userinfo), methods=["GET", "POST"]),
        ]

    def _as(self, operation: str, endpoint: Endpoint) -> Endpoint:
        """Name the operation for the log, and let faults and refusals answer in OAuth's form."""

        async def named(request: Request) -> Response:
            entry_of(request.scope).operation = operation
            try:
                await self._world.faults.meet(operation)
                return await endpoint(request)
            except OAuthError as refusal:
                return refusal.response()
            except FaultMetError as met:
                return _faulty(met.fault)

        return named

    async def ask(self, request: Request) -> Response:
        """Show the consent page."""
        problem = consent.problem_with(request.query_params)
        if problem:
            return consent.refusal_page(problem)
        return consent.consent_page(list(self._world.accounts.values()), request.query_params)

    async def decide(self, request: Request) -> Response:
        """Send the browser back to the application with a code, or with access_denied."""
        query, form = request.query_params, await request.form()
        problem = consent.problem_with(query)
        if problem or not from_own_page(request):
            return consent.refusal_page(problem or "The decision must come from this page.")
        if form.get("decision") != "allow":
            return sent_back(query, {"error": "access_denied"})
        email = str(form.get("account", ""))
        if email not in self._world.accounts:
            return consent.refusal_page("Choose one of the accounts.")
        entry_of(request.scope).account = email
        scopes = consent.granted(query["scope"].split(), {str(scope) for scope in form.getlist("scope")})
        return sent_back(query, {"code": self._new_code(query, email, scopes), "scope": " ".join(scopes)})

    def _new_code(self, query: QueryParams, email: str, scopes: list[str]) -> str:
        grants, client_id = self._world.grants, query["client_id"]
        first = not grants.has_refresh(client_id, email)
        return grants.new_code(
            email=email,
            client_id=client_id,
            redirect_uri=query["redirect_uri"],
            scopes=scopes,
            offline=query.get("access_type") == "offline" and (first or "consent" in query.get("prompt", "").split()),
            challenge=query.get("code_challenge"),
            method=query.get("code_challenge_method", "plain"),
        )

    async def token(self, request: Request) -> Response:
        """Exchange a code or a refresh token."""
        form = await request.form()
        client_id = _client_id(request, form)
        kind = form.get("grant_type")
        grants = self._world.grants
        if kind == "authorization_code":
            verifier = form.get("code_verifier")
            answer = grants.exchange(
                _field(form, "code"),
                client_id=client_id,
                redirect_uri=_field(form, "redirect_uri"),
                verifier=None if verifier is None else str(verifier),
            )
        elif kind == "refresh_token":
            answer = grants.refresh(_field(form, "refresh_token"), client_id=client_id)
        else:
            raise OAuthError(400, "unsupported_grant_type", f"Invalid grant_type: {kind}")
        token = grants.access(answer["access_token"])
        entry_of(request.scope).account = token.email if token else None
        self._world.dirty = True
        return JSONResponse(answer, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})

    async def revoke(self, request: Request) -> Response:
        """End the whole grant a token belongs to."""
        form = await request.form()
        text = form.get("token") or request.query_params.get("token") or ""
        token = self._world.grants.revoke(str(text))
        if token is None:
            raise OAuthError(400, "invalid_token", "Token expired or revoked")
        entry_of(request.scope).account = token.email
        self._world.dirty = True
        return JSONResponse({})

    async def userinfo(self, request: Request) -> Response:
        """Say whose token this is."""
        token = self._world.grants.access(bearer(request))
        account = self._world.accounts.get(token.email) if token else None
        if token is None or account is None:
            raise OAuthError(401, "invalid_request", "Invalid Credentials")
        entry_of(request.scope).account = account.email
        scopes = set(token.scopes)
        claims: dict[str, str | bool] = {"sub": account.subject}
        if scopes & _EMAIL_SCOPES:
            claims |= {"email": account.email, "email_verified": True}
        if scopes & _PROFILE_SCOPES:
            claims["name"] = account.name
        if len(claims) == 1 and "openid" not in scopes:
            raise OAuthError(403, "insufficient_scope", "The token has neither openid nor email.")
        return JSONResponse(claims)


def _faulty(fault: Fault) -> Response:
    if fault.drop or fault.status is None:
        return CutConnection()
    reason = fault.reason or default_reason(fault.status)
    return OAuthError(fault.status, reason, f"Sandbox fault: {reason}", retry_after=fault.retry_after).response()


def _field(form: FormData, name: str) -> str:
    value = form.get(name)
    if not isinstance(value, str) or not value:
        raise OAuthError(400, "invalid_request", f"Missing required parameter: {name}")
    return value


def _client_id(request: Request, form: FormData) -> str:
    kind, _, encoded = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "basic":
        try:
            return unquote(base64.b64decode(encoded).decode().partition(":")[0])
        except ValueError as unreadable:
            raise OAuthError(401, "invalid_client", "Unauthorized") from unreadable
    client_id = form.get("client_id")
    if not client_id:
        raise OAuthError(400, "invalid_request", "Could not determine client ID from request.")
    return str(client_id)
