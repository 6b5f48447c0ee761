"""The outermost of the Calendar API: what is about HTTP alone, before anybody asks which operation it is."""

from collections.abc import Callable
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.requestlog import entry_of

LARGEST = 10 * 1024 * 1024
"""Bytes a request's body may have."""

_BODIES = ("POST", "PUT", "PATCH")
_OVERRIDES = ("GET", "PUT", "PATCH", "DELETE")
_FORM = "application/x-www-form-urlencoded"


class Entrance:
    """ASGI middleware: sizes of bodies, methods written as POST, and what OPTIONS asks for."""

    def __init__(self, app: ASGIApp, verbs: Callable[[Scope], list[str]]) -> None:
        """Stand in front of an application.

        Args:
            app: the application.
            verbs: returns the HTTP methods that a path has.
        """
        self._app = app
        self._verbs = verbs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on in plain form, or refuse it."""
        entry = entry_of(scope)
        if scope["method"] == "OPTIONS":
            entry.operation = "unknown"
            await self._options(scope)(scope, receive, send)
            return
        if scope["method"] in _BODIES:
            try:
                raw = await _read(scope, receive)
            except ClientDisconnect:
                # Nobody is there any more to be answered, and half a request must not be carried out.
                return
            except GoogleError as refusal:
                entry.operation = "unknown"
                await refusal.response()(scope, receive, send)
                return
            receive = replay(raw)
            override = Headers(scope=scope).get("x-http-method-override", "").upper()
            if scope["method"] == "POST" and override in _OVERRIDES:
                scope, receive = _as_meant(scope, override, raw)
                entry.method = override
        await self._app(scope, receive, send)

    def _options(self, scope: Scope) -> Response:
        """Say what a path takes, but never to a web page of elsewhere: there are no headers of CORS."""
        verbs = self._verbs(scope)
        if not verbs:
            return GoogleError(404, "notFound", "Not Found").response()
        return Response(status_code=HTTPStatus.OK, headers={"Allow": ", ".join(["OPTIONS", *verbs])})


async def _read(scope: Scope, receive: Receive) -> bytes:
    headers = Headers(scope=scope)
    announced = headers.get("content-length")
    if announced is None and "transfer-encoding" not in headers:
        raise GoogleError(411, "required", "POST requests require a Content-length header.")
    parts, size, more = [], 0, True
    if announced is not None and int(announced) > LARGEST:
        raise _too_large()
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > LARGEST:
            raise _too_large()
        more = message.get("more_body", False)
    return b"".join(parts)


def _too_large() -> GoogleError:
    return GoogleError(413, "uploadTooLarge", "Request Entity Too Large")


def _as_meant(scope: Scope, method: str, raw: bytes) -> tuple[Scope, Receive]:
    """Return a request of the method that X-HTTP-Method-Override names.

    Google's clients send a GET whose address would be too long as a POST, with the query as a form.
    """
    kind = Headers(scope=scope).get("content-type", "").partition(";")[0].strip().lower()
    meant = {**scope, "method": method}
    if method == "GET" and kind == _FORM:
        meant["query_string"] = b"&".join(part for part in (scope["query_string"], raw.strip()) if part)
        return meant, replay(b"")
    return meant, replay(raw)


def replay(raw: bytes) -> Receive:
    """Return a ``receive`` that brings this body."""

    async def receive() -> Message:
        return {"type": "http.request", "body": raw, "more_body": False}

    return receive


class GzipOnRequest:
    """ASGI middleware: compresses what is worth it, for clients that ask as Google wants to be asked.

    Google's documentation wants two things: the header Accept-Encoding, and the word gzip in the User-Agent.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._plain = app
        # The lowest level: on one machine the time for more is lost.
        self._compressed = GZipMiddleware(app, minimum_size=1024, compresslevel=1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        headers = Headers(scope=scope)
        wanted = "gzip" in headers.get("accept-encoding", "") and "gzip" in headers.get("user-agent", "")
        await (self._compressed if wanted else self._plain)(scope, receive, send)
