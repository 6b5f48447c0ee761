"""A client of the application's websocket that is no browser: it sends whichever event it likes.

Speaks just enough Socket.IO 5 over Engine.IO 4 for Reflex's `/_event` namespace.
"""

import contextlib
import json
import time
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

NAMESPACE = "/_event"


class RawSocket:
    """One connection, as one tab would have it."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self.frames: list[str] = []
        """Everything the server sent."""

    def send(self, name: str, payload: Mapping[str, Any], *, path: str = "/") -> None:
        """Send an event by its handler's full name."""
        where = {"pathname": path, "asPath": path, "query": {}}
        event = {"name": name, "payload": dict(payload), "router_data": where}
        self._connection.send(f"42{NAMESPACE},{json.dumps(['event', event])}")

    def drain(self, *, quiet_seconds: float, at_most: float = 10) -> list[str]:
        """What comes until nothing has come for a while."""
        received: list[str] = []
        deadline = time.monotonic() + at_most
        while time.monotonic() < deadline:
            try:
                frame = self._connection.recv(timeout=quiet_seconds)
            except (TimeoutError, ConnectionClosed):
                break
            if frame == "2":
                self._connection.send("3")  # a ping wants its pong
                continue
            received.append(str(frame))
        self.frames.extend(received)
        return received


@contextlib.contextmanager
def raw_socket(url: str, *, cookie: str = "") -> Iterator[RawSocket]:
    """Connect to an application, with a session cookie or without.

    Args:
        url: where the application is, http.
        cookie: value of the session cookie.
    """
    address = f"{url.replace('http', 'ws', 1)}/_event/?EIO=4&transport=websocket&token={uuid4()}"
    headers = {"Cookie": f"ce_session={cookie}"} if cookie else {}
    with connect(address, origin=Origin(url), additional_headers=headers, max_size=None) as connection:
        connection.recv(timeout=10)
        connection.send(f"40{NAMESPACE},")
        connection.recv(timeout=10)
        yield RawSocket(connection)
