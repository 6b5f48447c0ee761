"""A receiver of notifications, and what a test does with it: open a channel, wait, look how it fared."""

import queue
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.unit.sandbox.driver import ANN, Json, Sandbox

PATIENCE = 10.0
"""Seconds to wait for what must come; it comes in a few milliseconds."""
NOBODY = "http://127.0.0.1:9/hook"
"""Where nothing listens."""


@dataclass
class Receiver:
    """Where messages arrive."""

    url: str
    arrived: "queue.Queue[Message]" = field(default_factory=queue.Queue)
    """The headers of each request, as it came."""
    statuses: list[int] = field(default_factory=list)
    """What to answer next; 200 when there is nothing left."""
    hold: threading.Event | None = None
    """If there is one, answers wait for it."""
    bodies: list[bytes] = field(default_factory=list)

    def next(self) -> Message:
        return self.arrived.get(timeout=PATIENCE)

    def state(self) -> str:
        return str(self.next()["X-Goog-Resource-State"])

    def answer(self) -> int:
        if self.hold is not None:
            self.hold.wait(PATIENCE)
        return self.statuses.pop(0) if self.statuses else 200


def serve(context: ssl.SSLContext | None = None) -> tuple[Receiver, Callable[[], None]]:
    """Start a receiver, over TLS if there is a context; also return what ends it."""
    receiver = Receiver("")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            receiver.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            receiver.arrived.put(self.headers)
            self.send_response(receiver.answer())
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's signature
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    receiver.url = f"{'https' if context else 'http'}://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()

    def end() -> None:
        if receiver.hold is not None:
            receiver.hold.set()
        server.shutdown()
        server.server_close()
        thread.join()

    return receiver, end


def channel(receiver: Receiver | str, name: str = "c-1", **more: Any) -> Json:
    address = receiver if isinstance(receiver, str) else receiver.url
    return {"id": name, "type": "web_hook", "address": address, **more}


def watch(sandbox: Sandbox, body: Json, calendar: str = "primary", email: str = ANN) -> Json:
    answer: Json = sandbox.google(email).events().watch(calendarId=calendar, body=body).execute()
    return answer


def report(sandbox: Sandbox) -> list[Json]:
    channels: list[Json] = sandbox.http.get(f"{sandbox.url}/_sandbox/channels").json()["channels"]
    return channels


def until(met: Callable[[], bool]) -> None:
    """Wait for what comes a moment after a message has arrived: the sandbox's knowing of it."""
    deadline = time.monotonic() + PATIENCE
    while not met():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def silent(receiver: Receiver) -> bool:
    """Whether nothing comes in the time a message usually takes, many times over."""
    time.sleep(0.15)
    return receiver.arrived.empty()
