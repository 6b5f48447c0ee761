"""What every Calendar request passes first: which operation, which fault, whose token, which scopes, which quota."""

import traceback
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ce_calendar.sandbox import trouble
from ce_calendar.sandbox.faults import Fault
from ce_calendar.sandbox.google import discovery
from ce_calendar.sandbox.google.discovery import Method
from ce_calendar.sandbox.google.errors import (
    GoogleError,
    default_reason,
    insufficient_scopes,
    invalid_credentials,
    invalid_parameter,
    login_required,
)
from ce_calendar.sandbox.google.world import Account, World
from ce_calendar.sandbox.grants import Token
from ce_calendar.sandbox.requestlog import entry_of

PREFIX = "/calendar/v3/"

_KEY = "ce_calendar.sandbox.call"
_QUOTA_USER = 40
"""Characters it may have, says the discovery document."""

log = structlog.get_logger("ce_calendar.sandbox")


@dataclass(frozen=True, slots=True)
class Call:
    """A request that was let through."""

    method: Method
    path_parameters: dict[str, str]
    account: Account
    token: Token


@dataclass(frozen=True, slots=True)
class Caller:
    """Who knocks, as far as that is known."""

    token: Token | None
    account: Account | None


def call_of(scope: Scope) -> Call:
    """Return the call the gate found in this request."""
    call: Call = scope[_KEY]
    return call


class Gate:
    """ASGI middleware in front of validation and handlers."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self._app = app
        self._world = world
        self._document = discovery.load()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through to the application behind, or refuse it."""
        request = Request(scope, receive)
        try:
            method, path_parameters = self._operation(scope)
        except GoogleError as refusal:
            await refusal.response()(scope, receive, send)
            return
        caller = caller_of(self._world, request)
        fault = strike(self._world, method.operation, caller)
        if fault is None:
            await self._carry_out(request, send, method, path_parameters, caller)
            return

        async def carry_out() -> Response:
            held = trouble.Held()
            # Asked again: while the fault held it up, the grant may have ended, or a reset have begun another world.
            await self._carry_out(request, held.send, method, path_parameters, caller_of(self._world, request))
            return held.response()

        now = self._world.clock.now()
        response = await trouble.meet(fault, carry_out=carry_out, refuse=refused, now=now)
        await response(scope, receive, send)

    def verbs(self, scope: Scope) -> list[str]:
        """Return the HTTP methods that a path has."""
        return self._document.verbs(_segments(scope))

    def _operation(self, scope: Scope) -> tuple[Method, dict[str, str]]:
        """Return the operation and its path parameters, and name it in the log."""
        entry, segments = entry_of(scope), _segments(scope)
        # Whoever asks for the head alone gets the headers of the whole: uvicorn leaves the body out.
        verb = "GET" if scope["method"] == "HEAD" else scope["method"]
        match = self._document.match(verb, segments)
        if match is not None:
            entry.operation = match[0].operation
            return match
        entry.operation = "unknown"
        known = self.verbs(scope)
        self._world.misfits.record("unknown", "request", "no operation has this method and path")
        if known:
            raise GoogleError(405, "httpMethodNotAllowed", f"Method Not Allowed. Known here: {', '.join(known)}.")
        raise GoogleError(404, "notFound", "Not Found: no operation of Calendar v3 has this method and path.")

    async def _carry_out(
        self, request: Request, send: Send, method: Method, path_parameters: dict[str, str], caller: Caller
    ) -> None:
        """Answer as usual, refusals and the sandbox's own failures included."""
        scope, receive = request.scope, request.receive
        try:
            scope[_KEY] = Call(method, path_parameters, *self._admitted(request, method, caller))
            await self._app(scope, receive, send)
        except GoogleError as refusal:
            await refusal.response()(scope, receive, send)
        except ClientDisconnect:
            return
        except Exception as failure:  # noqa: BLE001 - whatever a handler stumbles over is answered as Google would, and told
            await self._failed(method, failure).response()(scope, receive, send)

    def _failed(self, method: Method, failure: Exception) -> GoogleError:
        # The place and the kind alone: a message might repeat somebody's title.
        place = traceback.extract_tb(failure.__traceback__)[-1]
        what = f"{type(failure).__name__} at {Path(place.filename).name}:{place.lineno}"
        log.error("sandbox failed", operation=method.operation, what=what)
        self._world.misfits.record(method.operation, "answer", what)
        return GoogleError(500, "backendError", "Backend Error")

    def _admitted(self, request: Request, method: Method, caller: Caller) -> tuple[Account, Token]:
        """Return the account that acts, and by which token; GoogleError if it may not, or not now."""
        token, account = caller.token, caller.account
        if token is None or account is None:
            raise invalid_credentials() if bearer(request) else login_required()
        self._world.clients.require_api(token.client_id)
        if not method.scopes.intersection(token.scopes):
            raise insufficient_scopes(method.scopes)
        self._world.quotas.request(token.client_id, _quota_user(request) or account.email)
        return account, token


def _segments(scope: Scope) -> tuple[str, ...]:
    # From the raw path: a calendar id may contain an escaped slash.
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return tuple(unquote(part) for part in raw.decode(errors="replace").removeprefix(PREFIX).split("/"))


def caller_of(world: World, request: Request) -> Caller:
    """Return whose token a request carries, and note it in the log."""
    token = world.grants.access(bearer(request))
    account = world.accounts.get(token.email) if token else None
    entry_of(request.scope).account = account.email if account else None
    return Caller(token, account)


def strike(world: World, operation: str, caller: Caller) -> Fault | None:
    """Return the fault that a request meets, if there is one."""
    email = caller.account.email if caller.account else None
    return world.faults.strike(operation, email, caller.token.client_id if caller.token else None)


def refused(status: int, reason: str | None) -> Response:
    """Return the refusal that a fault asks for."""
    reason = reason or default_reason(status)
    return GoogleError(status, reason, f"Sandbox fault: {reason}").response()


def _quota_user(request: Request) -> str:
    query: bytes = request.scope["query_string"]
    if b"quotaUser" not in query:
        return ""
    user = parse_qs(query.decode("latin-1")).get("quotaUser", [""])[0]
    if len(user) > _QUOTA_USER:
        raise invalid_parameter("quotaUser", f"quotaUser must not exceed {_QUOTA_USER} characters.")
    return user


def bearer(request: Request) -> str:
    """Return the access token a request carries, or an empty text."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""
