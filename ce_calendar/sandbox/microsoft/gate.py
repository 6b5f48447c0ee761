"""What every Graph request passes first: which operation, which fault, whose token, which scopes, how many at once."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ce_calendar.sandbox import trouble
from ce_calendar.sandbox.microsoft import graph
from ce_calendar.sandbox.microsoft.errors import GraphError, default_code
from ce_calendar.sandbox.microsoft.grants import plain
from ce_calendar.sandbox.microsoft.graph import Answer, Handler, Task
from ce_calendar.sandbox.microsoft.shapes import Shape, Wishes
from ce_calendar.sandbox.microsoft.world import Account, World
from ce_calendar.sandbox.requestlog import Entry, entry_of

PREFIX = "/v1.0/"

_PROFILE = frozenset({"user.read", "user.readwrite"})
_READ = frozenset({"calendars.read", "calendars.readwrite"})
_WRITE = frozenset({"calendars.readwrite"})


@dataclass(frozen=True, slots=True)
class Method:
    """One operation of Graph."""

    verb: str
    segments: tuple[str, ...]
    """Of the path; those in braces stand for an id."""
    scopes: frozenset[str]
    """Any of these will do."""
    handler: Handler

    @property
    def operation(self) -> str:
        """Its name in the log."""
        return f"{self.verb} /{'/'.join(self.segments)}".replace("{calendar}", "{id}").replace("{event}", "{id}")


def _methods() -> Iterator[Method]:
    yield Method("GET", ("me",), _PROFILE, graph.me)
    yield Method("GET", ("me", "calendars"), _READ, graph.calendars_list)
    calendars: tuple[tuple[str, ...], ...] = (("me",), ("me", "calendar"), ("me", "calendars", "{calendar}"))
    for calendar in calendars:
        if len(calendar) > 1:
            yield Method("GET", calendar, _READ, graph.calendars_get)
        yield Method("GET", (*calendar, "calendarView"), _READ, graph.calendar_view)
        yield Method("GET", (*calendar, "calendarView", "delta"), _READ, graph.view_delta)
        yield Method("GET", (*calendar, "events"), _READ, graph.events_list)
        yield Method("POST", (*calendar, "events"), _WRITE, graph.events_create)
        event = (*calendar, "events", "{event}")
        yield Method("GET", event, _READ, graph.events_get)
        yield Method("PATCH", event, _WRITE, graph.events_change)
        yield Method("DELETE", event, _WRITE, graph.events_delete)
        yield Method("GET", (*event, "instances"), _READ, graph.instances)


METHODS = tuple(_methods())
OPERATIONS = tuple(method.operation for method in METHODS)


class Gate:
    """ASGI application: lets a request through to its handler, or refuses it."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except GraphError as refusal:
            response = self._said(refusal, request)
        await response(scope, receive, send)

    def _said(self, refusal: GraphError, request: Request) -> Response:
        return refusal.response(self._world.clock.now(), request.headers.get("client-request-id"))

    async def _answer(self, request: Request) -> Response:
        entry = entry_of(request.scope)
        method, path = _found(request, entry)
        token = self._world.grants.access(_bearer(request))
        account = self._world.accounts.get(token.email) if token else None
        entry.account = account.email if account else None
        raw = await request.body()
        with self._in_flight(account):
            email, client = account.email if account else None, token.client_id if token else None
            fault = self._world.faults.strike(method.operation, email, client)

            async def carry_out() -> Response:
                try:
                    return self._carried_out(request, method, path, raw)
                except GraphError as refusal:
                    return self._said(refusal, request)

            if fault is None:
                return await carry_out()
            return await trouble.meet(fault, carry_out=carry_out, refuse=self._refused, now=self._world.clock.now())

    def _carried_out(self, request: Request, method: Method, path: dict[str, str], raw: bytes) -> Response:
        # Asked again: while a fault held it up, the grant may have ended, or a reset have begun another world.
        token = self._world.grants.access(_bearer(request))
        account = self._world.accounts.get(token.email) if token else None
        if token is None or account is None:
            empty = not _bearer(request)
            message = "Access token is empty." if empty else "Lifetime validation failed, the token is expired."
            raise GraphError(401, "InvalidAuthenticationToken", message)
        if not method.scopes.intersection(map(plain, token.scopes)):
            raise GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
        wishes = Wishes.read(request.headers.getlist("prefer"))
        answer = method.handler(self._task(request, account, path, raw, wishes))
        return _response(answer, wishes)

    def _task(self, request: Request, account: Account, path: dict[str, str], raw: bytes, wishes: Wishes) -> Task:
        url = request.url
        return Task(
            world=self._world,
            account=account,
            path=path,
            query=request.query_params,
            raw=raw,
            shape=Shape(wishes, self._world.plain_url),
            address=str(url.replace(query="")),
            root=f"{url.scheme}://{url.netloc}{PREFIX.rstrip('/')}",
            if_match=request.headers.get("if-match"),
        )

    @contextmanager
    def _in_flight(self, account: Account | None) -> Iterator[None]:
        """Count a request of a mailbox while it is worked on, and refuse one too many."""
        if account is None:
            yield
            return
        limits = self._world.limits
        if account.in_flight >= limits.concurrency:
            message = "Application is over its MailboxConcurrency limit."
            raise GraphError(limits.status, "ApplicationThrottled", message, retry_after=limits.retry_after)
        account.in_flight += 1
        try:
            yield
        finally:
            account.in_flight -= 1

    def _refused(self, status: int, reason: str | None) -> Response:
        code = reason or default_code(status)
        return GraphError(status, code, f"Sandbox fault: {code}").response(self._world.clock.now(), None)


def _found(request: Request, entry: Entry) -> tuple[Method, dict[str, str]]:
    # From the raw path: an id may contain an escaped slash.
    raw: bytes = request.scope.get("raw_path") or request.url.path.encode()
    segments = [unquote(part) for part in raw.decode().removeprefix(PREFIX).rstrip("/").split("/")]
    # OData writes functions with and without brackets.
    segments[-1] = segments[-1].removesuffix("()")
    offered = False
    for method in METHODS:
        path = _matched(method.segments, segments)
        if path is not None:
            offered = True
            if method.verb == request.method:
                entry.operation = method.operation
                return method, path
    entry.operation = "unknown"
    if offered:
        raise GraphError(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")
    message = f"Resource not found for the segment '{segments[-1][:60]}', or not offered by the sandbox yet."
    raise GraphError(400, "BadRequest", message)


def _matched(pattern: tuple[str, ...], segments: list[str]) -> dict[str, str] | None:
    if len(pattern) != len(segments):
        return None
    found = {}
    for name, given in zip(pattern, segments, strict=True):
        if name.startswith("{"):
            found[name[1:-1]] = given
        elif name.lower() != given.lower():
            return None
    return found


def _bearer(request: Request) -> str:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def _response(answer: Answer, wishes: Wishes) -> Response:
    headers = wishes.applied()
    if answer.body is None:
        return Response(status_code=answer.status, headers=headers)
    text = json.dumps(answer.body, ensure_ascii=False, separators=(",", ":"))
    return Response(text, status_code=answer.status, headers=headers, media_type="application/json")
