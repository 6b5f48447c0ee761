"""What every Calendar request passes first: which operation, which fault, whose token, which scopes."""

from dataclasses import dataclass
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ce_calendar.sandbox.faults import Fault, FaultMetError
from ce_calendar.sandbox.google import discovery
from ce_calendar.sandbox.google.discovery import Method
from ce_calendar.sandbox.google.errors import GoogleError, default_reason
from ce_calendar.sandbox.google.world import Account, World
from ce_calendar.sandbox.grants import Token
from ce_calendar.sandbox.requestlog import CutConnection, entry_of

PREFIX = "/calendar/v3/"

_KEY = "ce_calendar.sandbox.call"


@dataclass(frozen=True, slots=True)
class Call:
    """A request that was let through."""

    method: Method
    path_parameters: dict[str, str]
    account: Account
    token: Token


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
            scope[_KEY] = await self._enter(request)
        except GoogleError as refusal:
            await refusal.response()(scope, receive, send)
            return
        except FaultMetError as met:
            await _faulty(met.fault)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _enter(self, request: Request) -> Call:
        entry = entry_of(request.scope)
        # From the raw path: a calendar id may contain an escaped slash.
        raw: bytes = request.scope.get("raw_path") or request.url.path.encode()
        segments = tuple(unquote(part) for part in raw.decode().removeprefix(PREFIX).split("/"))
        match = self._document.match(request.method, segments)
        if match is None:
            entry.operation = "unknown"
            raise GoogleError(404, "notFound", "Not Found: no operation of Calendar v3 has this method and path.")
        method, path_parameters = match
        entry.operation = method.operation
        token = self._world.grants.access(bearer(request))
        account = self._world.accounts.get(token.email) if token else None
        entry.account = account.email if account else None
        await self._world.faults.meet(method.operation)
        if token is None or account is None:
            raise GoogleError(401, "authError", "Invalid Credentials")
        self._world.clients.require_api(token.client_id)
        if not method.scopes.intersection(token.scopes):
            message = "Request had insufficient authentication scopes."
            raise GoogleError(403, "insufficientPermissions", message)
        return Call(method, path_parameters, account, token)


def _faulty(fault: Fault) -> Response:
    if fault.drop or fault.status is None:
        return CutConnection()
    reason = fault.reason or default_reason(fault.status)
    return GoogleError(fault.status, reason, f"Sandbox fault: {reason}", retry_after=fault.retry_after).response()


def bearer(request: Request) -> str:
    """Return the access token a request carries, or an empty text."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""
