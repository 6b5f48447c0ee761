"""Batches: many Calendar calls in one request, each answered on its own."""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ce_calendar.sandbox import trouble
from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.front import mime
from ce_calendar.sandbox.google.front.entrance import GzipOnRequest, replay
from ce_calendar.sandbox.google.front.gate import PREFIX, caller_of, refused, strike
from ce_calendar.sandbox.google.front.mime import InnerCall
from ce_calendar.sandbox.google.world import World
from ce_calendar.sandbox.requestlog import CutConnection, Entry, entry_of

PATHS = ("/batch", "/batch/calendar/v3")
OPERATION = "batch"

_GOOGLES = ("www.googleapis.com", "calendar-json.googleapis.com")
_NOT_PASSED_ON = ("connection", "transfer-encoding", "accept-encoding", "expect", "x-http-method-override")
"""Of the outer headers; those that speak of its content stay behind too."""
_NOT_HEARD = (b"content-length", b"transfer-encoding", b"accept-encoding")
"""Of a call's own headers: its length may be wrong, as some clients count characters; parts are never compressed."""


class Batch:
    """ASGI application that answers batches by asking another for each call."""

    def __init__(self, calendar: ASGIApp, world: World) -> None:
        """Stand in front of the Calendar API.

        Args:
            calendar: answers the inner calls, one after the other, and records each in the log.
            world: what the sandbox knows.
        """
        self._calendar = calendar
        self._world = world
        self._answering = GzipOnRequest(self._answer)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one batch."""
        request = Request(scope, receive)
        entry_of(scope).operation = OPERATION
        if request.method != "POST":
            await GoogleError(405, "httpMethodNotAllowed", "Method Not Allowed").response()(scope, receive, send)
            return
        fault = strike(self._world, OPERATION, caller_of(self._world, request))
        if fault is None:
            await self._answering(scope, receive, send)
            return

        async def carry_out() -> Response:
            held = trouble.Held()
            await self._answering(scope, receive, held.send)
            return held.response()

        now = self._world.clock.now()
        response = await trouble.meet(fault, carry_out=carry_out, refuse=refused, now=now)
        await response(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await self._answered(request)
        except GoogleError as refusal:
            response = refusal.response()
        await response(scope, receive, send)

    async def _answered(self, request: Request) -> Response:
        parts = mime.read_parts(request.headers.get("content-type", ""), await request.body())
        most = self._world.quotas.batch_calls
        if not parts:
            raise mime.unreadable("There are no calls in it.")
        if len(parts) > most:
            raise mime.unreadable(f"The number of calls, {len(parts)}, exceeds the limit of {most}.")
        answers = []
        for part in parts:
            response = await self._ask(part.call, request.scope)
            if entry_of(request.scope).recorded:
                # A call's connection was cut, and that is the connection of all of them.
                return CutConnection()
            answers.append((part.content_id, response))
        content_type, body = mime.written(answers)
        return Response(body, headers={"Content-Type": content_type})

    async def _ask(self, call: InnerCall | None, outer: Scope) -> Response:
        """Return the answer to one call."""
        if call is None:
            return GoogleError(400, "badRequest", "Bad Request").response()
        if call.host not in ("", urlsplit(self._world.base_url).hostname, *_GOOGLES):
            return GoogleError(400, "badRequest", "All calls of a batch must be for this API.").response()
        if not call.path.startswith(PREFIX):
            return GoogleError(404, "notFound", "Not Found").response()
        answer = _InnerAnswer(entry_of(outer))
        await self._calendar(_inner_scope(call, outer), replay(call.body), answer.send)
        return answer.response()


def _inner_scope(call: InnerCall, outer: Scope) -> Scope:
    """Return the scope of a call: the outer request's headers count for it unless it has its own."""
    own = {name for name, _ in call.headers}
    passed_on = [
        (name, value)
        for name, value in outer["headers"]
        if name not in own and not name.startswith(b"content-") and name.decode("latin-1") not in _NOT_PASSED_ON
    ]
    headers = [pair for pair in call.headers if pair[0] not in _NOT_HEARD]
    return {
        **outer,
        "method": call.method,
        "path": call.path,
        "raw_path": call.raw_path,
        "query_string": call.query,
        "headers": [*headers, *passed_on, (b"content-length", str(len(call.body)).encode())],
    }


class _InnerAnswer(trouble.Held):
    """Takes the answer to a call; to cut its connection is to cut the batch's."""

    def __init__(self, outer: Entry) -> None:
        super().__init__()
        self.transport = self
        self._outer = outer

    def abort(self) -> None:
        """Break the connection off, as the request log does with a transport."""
        if self._outer.cut is not None:
            self._outer.cut()
