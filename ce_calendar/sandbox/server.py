"""Runs the sandbox: one loopback port, quick exit, and a state file that survives it."""

import asyncio
import json
import os
import signal
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import structlog
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from ce_calendar.sandbox.google.app import build_app
from ce_calendar.sandbox.google.demo import fill
from ce_calendar.sandbox.google.world import World

HOST = "127.0.0.1"
"""The sandbox is never to be reached from another machine."""
_PAUSE = 0.5
"""Seconds between looks at whether there is something to save."""

log = structlog.get_logger("ce_calendar.sandbox")


class CannotStartError(Exception):
    """The port or the state file cannot be used; the text says why in one line."""


class StateFile:
    """The world as a JSON file, replaced in one step."""

    def __init__(self, path: Path | None, world: World) -> None:
        self._path = path
        self._world = world

    def load(self) -> bool:
        """Fill the world from the file; False when there is none."""
        if self._path is None or not self._path.exists():
            return False
        try:
            self._world.load(json.loads(self._path.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError) as unreadable:
            # Not overwritten: somebody may have named the wrong file.
            raise CannotStartError(f"{self._path} is not a state file of this sandbox. Move it away.") from unreadable
        return True

    def save(self) -> None:
        """Write the world if it changed; a crash meanwhile leaves the old file whole."""
        if self._path is None or not self._world.dirty:
            return
        self._world.dirty = False
        self._path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self._path.with_name(self._path.name + ".new")
        # Tokens are in it, so nobody else on the machine may read it.
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            # dumps, not dump: only that runs in C, and meanwhile no request is answered.
            file.write(json.dumps(self._world.to_json(), separators=(",", ":")))
        unfinished.replace(self._path)

    async def keep_saving(self) -> None:
        """Save soon after every change; the more there is to write, the less often."""
        while True:
            started = time.monotonic()
            try:
                self.save()
            except OSError as failure:
                self._world.dirty = True
                log.warning("state file not written", reason=failure.strerror)
            await asyncio.sleep(_PAUSE + 10 * (time.monotonic() - started))


def listen(port: int) -> socket.socket:
    """Return a listening socket, so that a busy port shows before anything else starts."""
    # With the protocol named: only then asyncio switches Nagle's algorithm off, which costs 40 ms a request.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(2048)
    except OSError as busy:
        listener.close()
        raise CannotStartError(f"Port {port} of {HOST} cannot be used: {busy.strerror}.") from busy
    return listener


def run(*, port: int, state: Path | None, demo: bool, validation: bool) -> None:
    """Serve until SIGTERM or SIGINT; then save and return.

    Raises:
        CannotStartError: before anything was written.
    """
    listener = listen(port)
    world = World()
    world.base_url = f"http://{HOST}:{listener.getsockname()[1]}"
    file = StateFile(state, world)

    def begin() -> None:
        if demo:
            fill(world)

    if not file.load():
        begin()
        world.dirty = True
    app = _with_saving(build_app(world, begin=begin, validation=validation), file, world)
    # Longer than clients usually keep an idle connection, so that the client is the one to close it.
    config = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, http="h11", timeout_keep_alive=120
    )
    # Requests held up by a latency fault do not delay the end. Uvicorn hands this to asyncio.wait_for,
    # which takes fractions of a second; only the annotation does not.
    config.timeout_graceful_shutdown = 0.3  # type: ignore[assignment]
    # uvicorn raises the signal again after its shutdown; ours then lets the process end with code 0.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    uvicorn.Server(config).run(sockets=[listener])
    file.save()
    log.info("sandbox stopped")


def _with_saving(app: ASGIApp, file: StateFile, world: World) -> ASGIApp:
    """Add a lifespan to the application that announces it and keeps saving."""

    @asynccontextmanager
    async def saving() -> AsyncIterator[None]:
        task = asyncio.create_task(file.keep_saving())
        # On stdout, for whoever started us with port 0 and waits to hear where we are.
        print(f"Google sandbox (not Google) on {world.base_url}/", flush=True)  # noqa: T201
        yield
        task.cancel()

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await app(scope, receive, send)
            return
        await receive()
        async with saving():
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    return wrapped
