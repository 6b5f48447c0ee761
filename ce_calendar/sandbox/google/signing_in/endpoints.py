"""Google's OAuth endpoints: the consent, tokens for it, and its end."""

from collections.abc import Awaitable, Callable

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ce_calendar.sandbox import trouble
from ce_calendar.sandbox.consent import sent_back
from ce_calendar.sandbox.forms import optional, whose
from ce_calendar.sandbox.google.errors import OAuthError, default_reason
from ce_calendar.sandbox.google.signing_in import consent
from ce_calendar.sandbox.google.signing_in import scopes as names
from ce_calendar.sandbox.google.signing_in.consent import BlockedError
from ce_calendar.sandbox.google.signing_in.forms import client_of, field, read_form
from ce_calendar.sandbox.google.signing_in.identity import Identity
from ce_calendar.sandbox.google.signing_in.tokens import full_answer
from ce_calendar.sandbox.google.world import World
from ce_calendar.sandbox.grants import Code
from ce_calendar.sandbox.markup import from_own_page
from ce_calendar.sandbox.requestlog import entry_of

AUTHORIZE, TOKEN, REVOKE, USERINFO = "oauth.authorize", "oauth.token", "oauth.revoke", "oauth.userinfo"
CERTS, CONFIGURATION, TOKENINFO = "oauth.certs", "oauth.configuration", "oauth.tokeninfo"
OPERATIONS = (AUTHORIZE, TOKEN, REVOKE, USERINFO, CERTS, CONFIGURATION, TOKENINFO)

Endpoint = Callable[[Request], Awaitable[Response]]


class OAuth:
    """The endpoints over one world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[Route]:
        """Return where Google has them, on whichever of its hosts."""
        identity = Identity(self._world)
        both = ("GET", "POST")
        table: list[tuple[str, str, Endpoint, tuple[str, ...]]] = [
            ("/o/oauth2/v2/auth", AUTHORIZE, self.ask, ("GET",)),
            ("/o/oauth2/v2/auth", AUTHORIZE, self.decide, ("POST",)),
            ("/token", TOKEN, self.token, ("POST",)),
            ("/revoke", REVOKE, self.revoke, ("POST",)),
            ("/oauth2/v3/userinfo", USERINFO, identity.userinfo, both),
            ("/v1/userinfo", USERINFO, identity.userinfo, both),
            ("/tokeninfo", TOKENINFO, identity.tokeninfo, both),
            ("/oauth2/v3/tokeninfo", TOKENINFO, identity.tokeninfo, both),
            ("/oauth2/v3/certs", CERTS, identity.keys, ("GET",)),
            ("/oauth2/v1/certs", CERTS, identity.certificates, ("GET",)),
            ("/.well-known/openid-configuration", CONFIGURATION, identity.configuration, ("GET",)),
        ]
        return [Route(path, self._as(name, endpoint), methods=list(verbs)) for path, name, endpoint, verbs in table]

    def _as(self, operation: str, endpoint: Endpoint) -> Endpoint:
        """Name the operation for the log, and let faults and refusals answer in OAuth's form."""

        async def named(request: Request) -> Response:
            entry_of(request.scope).operation = operation
            fault = self._world.faults.strike(operation, *await whose(request, self._world.grants))
            if fault is None:
                return await carry_out(request)
            now = self._world.clock.now()
            return await trouble.meet(fault, carry_out=lambda: carry_out(request), refuse=_refused, now=now)

        async def carry_out(request: Request) -> Response:
            try:
                return await endpoint(request)
            except (OAuthError, BlockedError) as refusal:
                return refusal.response()

        return named

    async def ask(self, request: Request) -> Response:
        """Show the consent page, unless the application asks for an answer without one."""
        query, accounts = request.query_params, self._world.accounts
        consent.check(query, self._world.clients)
        if query.get("prompt") != "none":
            return consent.consent_page(accounts, query)
        # There are no sessions here: whom the application hints at counts as signed in.
        account = consent.hinted(accounts, query)
        if account is None:
            return sent_back(query, {"error": "login_required"})
        consent.require_tester(query, self._world.clients, account.email)
        entry_of(request.scope).account = account.email
        asked = names.canonical(query["scope"].split())
        if not set(asked) <= set(self._world.grants.consented(query["client_id"], account.email)):
            return sent_back(query, {"error": "interaction_required", "error_subtype": "access_denied"})
        return self._with_code(query, account.email, asked)

    async def decide(self, request: Request) -> Response:
        """Send the browser back to the application with a code, or with access_denied."""
        query, form = request.query_params, await read_form(request)
        consent.check(query, self._world.clients)
        if not from_own_page(request):
            raise BlockedError("invalid_request", "The decision must come from this page.")
        if form.get("decision") != "allow":
            return sent_back(query, {"error": "access_denied"})
        email = optional(form, "account")
        if email is None or email not in self._world.accounts:
            raise BlockedError("invalid_request", "Choose one of the accounts.")
        entry_of(request.scope).account = email
        consent.require_tester(query, self._world.clients, email)
        ticked = {str(scope) for scope in form.getlist("scope")}
        return self._with_code(query, email, consent.granted(query["scope"].split(), ticked))

    def _with_code(self, query: QueryParams, email: str, scopes: list[str]) -> Response:
        """Take note of the consent and send the browser back with a code for it."""
        grants, client_id = self._world.grants, query["client_id"]
        if query.get("include_granted_scopes") == "true":
            scopes = names.canonical([*grants.consented(client_id, email), *scopes])
        is_new = grants.consent(client_id, email, scopes)
        is_forced = "consent" in query.get("prompt", "").split() or query.get("approval_prompt") == "force"
        code = Code(
            email=email,
            client_id=client_id,
            redirect_uri=query["redirect_uri"],
            scopes=scopes,
            challenge=query.get("code_challenge"),
            method=query.get("code_challenge_method", "plain"),
            nonce=query.get("nonce"),
            offline=query.get("access_type") == "offline" and (is_new or is_forced),
        )
        self._world.dirty = True
        answer = {"code": grants.new_code(code), "scope": " ".join(names.with_short_names(scopes)), "authuser": "0"}
        return sent_back(query, answer | {"prompt": query.get("prompt") or "consent"})

    async def token(self, request: Request) -> Response:
        """Exchange a code or a refresh token."""
        form = await read_form(request)
        client_id, secret = client_of(request, form)
        self._world.clients.authenticate(client_id, secret)
        kind, grants = form.get("grant_type"), self._world.grants
        if kind == "authorization_code":
            code = grants.exchange(
                field(form, "code"),
                client_id=client_id,
                redirect_uri=field(form, "redirect_uri"),
                verifier=optional(form, "code_verifier"),
            )
            email = code.email
            answer = full_answer(self._world, email, client_id, code.scopes, nonce=code.nonce, new_refresh=code.offline)
        elif kind == "refresh_token":
            text = field(form, "refresh_token")
            token = grants.renew(text, client_id=client_id)
            email = token.email
            scopes = _narrowed(token.scopes, (optional(form, "scope") or "").split())
            answer = full_answer(self._world, email, client_id, scopes, refresh=text)
        else:
            raise OAuthError(400, "unsupported_grant_type", f"Invalid grant_type: {kind}")
        entry_of(request.scope).account = email
        return JSONResponse(answer, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})

    async def revoke(self, request: Request) -> Response:
        """End the whole grant a token belongs to."""
        text = optional(await read_form(request), "token") or request.query_params.get("token", "")
        if not text:
            raise OAuthError(400, "invalid_request", "Missing required parameter: token")
        email = self._world.grants.revoke(text)
        if email is None:
            raise OAuthError(400, "invalid_token", "Token expired or revoked")
        entry_of(request.scope).account = email
        self._world.dirty = True
        return JSONResponse({})


def _narrowed(granted: list[str], asked: list[str]) -> list[str]:
    """Return what a refresh is for: what it asks of the granted scopes, all of them if it asks for none."""
    wanted = names.canonical(asked)
    if not set(wanted) <= set(names.canonical(granted)):
        raise OAuthError(400, "invalid_scope", "Bad Request")
    return wanted or granted


def _refused(status: int, reason: str | None) -> Response:
    reason = reason or default_reason(status)
    return OAuthError(status, reason, f"Sandbox fault: {reason}").response()
