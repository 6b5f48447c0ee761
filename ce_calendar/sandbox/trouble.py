"""How a fault shows: delays, refusals, cut connections and answers that arrive broken."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus

from starlette.responses import HTMLResponse, Response
from starlette.types import Message, Receive, Scope, Send

from ce_calendar.sandbox.faults import Fault
from ce_calendar.sandbox.requestlog import CutConnection

_PAGE = """<!DOCTYPE html>
<html lang=en>
  <meta charset=utf-8>
  <title>Error {status} ({words})!!1</title>
  <p><b>{status}.</b> <ins>That&rsquo;s an error.</ins>
  <p>The server encountered a temporary error and could not complete your request.
  <p>Please try again in 30 seconds. <ins>That&rsquo;s all we know.</ins>
</html>
"""
"""As a provider's front end answers when it does not reach the service behind it."""


async def meet(
    fault: Fault,
    *,
    carry_out: Callable[[], Awaitable[Response]],
    refuse: Callable[[int, str | None], Response],
    now: datetime,
) -> Response:
    """Return the answer to a request that meets this fault.

    Args:
        fault: the order it meets.
        carry_out: does what the request asks for, and answers as usual.
        refuse: writes a status and a reason (None for the usual one) in the form of the endpoint.
        now: the provider's present moment, from which a date in Retry-After counts.
    """
    response: Response | None = None
    if fault.after:
        response = await carry_out()
    if fault.latency_ms:
        await asyncio.sleep(fault.latency_ms / 1000)
    if fault.drop:
        return CutConnection()
    if fault.status is not None:
        response = refuse(fault.status, fault.reason)
        if fault.retry_after is not None:
            response.headers["Retry-After"] = _retry_after(fault, fault.retry_after, now)
    elif response is None:
        response = await carry_out()
    return _spoiled(response, fault.body)


def _retry_after(fault: Fault, seconds: int, now: datetime) -> str:
    if not fault.retry_after_date:
        return str(seconds)
    return format_datetime(now + timedelta(seconds=seconds), usegmt=True)


def _spoiled(response: Response, how: str | None) -> Response:
    if how == "html":
        words = HTTPStatus(response.status_code).phrase if response.status_code in set(HTTPStatus) else "Error"
        kept = {"Retry-After": response.headers["Retry-After"]} if "Retry-After" in response.headers else {}
        # A web page cannot come with 204.
        status = response.status_code if response.body else HTTPStatus.OK
        return HTMLResponse(_PAGE.format(status=response.status_code, words=words), status, headers=kept)
    if how == "cut":
        return CutBody(response)
    return response


class CutBody(Response):
    """The first half of another answer's body, under a header that promises the whole."""

    def __init__(self, whole: Response) -> None:
        super().__init__(status_code=whole.status_code)
        self._whole = whole

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the half and break off; an answer without a body breaks off at once."""
        body = bytes(self._whole.body)
        if body:
            start = {"type": "http.response.start", "status": self.status_code, "headers": self._whole.raw_headers}
            await send(start)
            await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        await CutConnection()(scope, receive, send)


class Held:
    """Takes an ASGI application's answer instead of a client."""

    def __init__(self) -> None:
        self._status = 500
        self._headers: list[tuple[bytes, bytes]] = []
        self._body: list[bytes] = []

    async def send(self, message: Message) -> None:
        """Keep a part of the answer."""
        if message["type"] == "http.response.start":
            self._status, self._headers = message["status"], list(message.get("headers", ()))
        else:
            self._body.append(message.get("body", b""))

    def response(self) -> Response:
        """Return the whole answer."""
        response = Response(b"".join(self._body), self._status)
        response.raw_headers = self._headers
        return response
