"""The log of provider requests that tests count, kept in memory.

It never holds a query string, a header or a body, so no token, code or title can get into it.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ce_calendar.sandbox.clock import Clock, rfc3339

KEPT = 100_000
"""Older entries are forgotten, so that a benchmark does not fill the memory."""

LONGEST_PATH = 2_048
"""Of a path that is longer, the rest is left out: a server takes paths of 64 kB."""

_KEY = "ce_calendar.sandbox.entry"


@dataclass(slots=True)
class Entry:
    """One request, filled in while it is being answered."""

    method: str
    path: str
    operation: str = ""
    """Empty for control requests and pages, which are not logged."""
    account: str | None = None
    life: int = 0
    """Which life of the log the request began in."""
    recorded: bool = False
    cut: Callable[[], None] | None = None
    """Records the request and breaks the connection off."""


class RequestLog:
    """Numbered entries of what the applications under test asked."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._last = 0
        self.life = 1
        """Goes up with every `clear`."""

    def record(self, entry: Entry, status: int | None) -> None:
        """Add a request once; a status of None means that the connection was cut."""
        if entry.recorded or not entry.operation or entry.life != self.life:
            return
        entry.recorded = True
        self._last += 1
        self._entries.append(
            {
                "n": self._last,
                "at": rfc3339(self._clock.now()),
                "account": entry.account,
                "operation": entry.operation,
                "method": entry.method,
                "path": entry.path,
                "status": status,
            }
        )

    def since(self, number: int) -> dict[str, Any]:
        """Return the entries after this number and how often each operation occurs among them."""
        requests = [entry for entry in self._entries if entry["n"] > number]
        return {"requests": requests, "counts": dict(Counter(entry["operation"] for entry in requests))}

    def clear(self) -> None:
        """Forget everything, what is still being answered too, and number from 1 again."""
        self._entries.clear()
        self._last = 0
        self.life += 1


def entry_of(scope: Scope) -> Entry:
    """Return the log entry of the request being answered."""
    entry: Entry = scope[_KEY]
    return entry


class Recording:
    """ASGI middleware that gives each request an entry and records it as the answer starts.

    Recording before the first byte leaves means that whoever has an answer finds it in the log.
    """

    def __init__(self, app: ASGIApp, log: RequestLog) -> None:
        self._app = app
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and record it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        entry = scope[_KEY] = Entry(method=scope["method"], path=scope["path"][:LONGEST_PATH], life=self._log.life)
        # ASGI has no message for a broken network, so this reaches for uvicorn's transport behind ``send``.
        transport = getattr(getattr(send, "__self__", None), "transport", None)

        def cut() -> None:
            if transport is None:
                raise RuntimeError("Connections can only be cut under uvicorn.")
            self._log.record(entry, None)
            transport.abort()

        entry.cut = cut

        async def recording_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._log.record(entry, message["status"])
            await send(message)

        await self._app(scope, receive, recording_send)


class CutConnection(Response):
    """An answer that is none: the TCP connection breaks off, as in a broken network."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's signature
        """Break off; RuntimeError on another server than uvicorn."""
        cut = entry_of(scope).cut
        if cut is not None:
            cut()
        # uvicorn must hear of the loss before we return, or it would try to answer 500.
        await asyncio.sleep(0.01)
