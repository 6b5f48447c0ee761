"""Runs the sandbox: three loopback ports in one process, quick exit, and a state that survives it."""

import asyncio
import contextlib
import gc
import signal
import socket
import ssl
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import structlog
import uvicorn
from starlette.types import ASGIApp

from ce_calendar.sandbox.certificates import Authority
from ce_calendar.sandbox.google import demo as google_demo
from ce_calendar.sandbox.google.app import build_app as build_google
from ce_calendar.sandbox.google.world import World as GoogleWorld
from ce_calendar.sandbox.microsoft import demo as microsoft_demo
from ce_calendar.sandbox.microsoft.app import build_app as build_microsoft
from ce_calendar.sandbox.microsoft.world import World as MicrosoftWorld
from ce_calendar.sandbox.state import CannotStartError, StateFile

HOST = "127.0.0.1"
"""The sandbox is never to be reached from another machine."""

_ENDINGS = (signal.SIGTERM, signal.SIGINT)

log = structlog.get_logger("ce_calendar.sandbox")


@dataclass(frozen=True, slots=True)
class Options:
    """How the sandbox shall run; a port of 0 takes a free one."""

    google_port: int
    microsoft_port: int
    microsoft_plain_port: int
    microsoft_ca: Path | None
    """Where the CA's certificate is written; None for a file that lives as long as the process."""
    state: Path | None
    demo: bool
    validation: bool
    quotas: bool


class Listener(uvicorn.Server):
    """One of several servers in a loop; who runs them all also hears the signals."""

    def __init__(self, app: ASGIApp, opened: socket.socket, context: ssl.SSLContext | None = None) -> None:
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            http="h11",
            lifespan="off",
            # Longer than clients usually keep an idle connection, so that the client is the one to close it.
            timeout_keep_alive=120,
            ssl_context_factory=(lambda _config, _default: context) if context else None,
        )
        # Requests held up by a latency fault do not delay the end. Uvicorn hands this to asyncio.wait_for,
        # which takes fractions of a second; only the annotation does not.
        config.timeout_graceful_shutdown = 0.3  # type: ignore[assignment]  # typed as whole seconds, used as a float
        super().__init__(config)
        self._opened = opened
        self.ready = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals alone."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        self.ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End quickly: a TLS connection closes only once the client says goodbye too, which an idle one will not."""
        for connection in list(self.server_state.connections) if self.config.is_ssl else []:
            cycle, transport = getattr(connection, "cycle", None), getattr(connection, "transport", None)
            if transport is not None and (cycle is None or cycle.response_complete):
                transport.abort()
        await super().shutdown(sockets)

    async def run_until_told(self) -> None:
        """Answer until ``should_exit``."""
        await self.serve(sockets=[self._opened])


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


def run(options: Options) -> None:
    """Serve until SIGTERM or SIGINT; then save and return.

    Raises:
        CannotStartError: before anything was written.
    """
    for number in _ENDINGS:
        signal.signal(number, _end)
    with contextlib.ExitStack() as leaving:
        ports = (options.google_port, options.microsoft_port, options.microsoft_plain_port)
        opened = [leaving.enter_context(listen(port)) for port in ports]
        folder = Path(leaving.enter_context(tempfile.TemporaryDirectory(prefix="ce-calendar-sandbox-")))
        _serve(options, opened, options.microsoft_ca or folder / "microsoft-ca.pem")
    log.info("sandbox stopped")


def _serve(options: Options, opened: list[socket.socket], ca_path: Path) -> None:
    google_port, tls_port, plain_port = (each.getsockname()[1] for each in opened)
    google, microsoft, authority = GoogleWorld(), MicrosoftWorld(), Authority()
    google.base_url = f"http://{HOST}:{google_port}"
    microsoft.base_url, microsoft.plain_url = f"https://localhost:{tls_port}", f"http://{HOST}:{plain_port}"
    if not options.quotas:
        google.quotas.begin_without()
    file = StateFile(options.state, google, microsoft, authority)
    begin_google, begin_microsoft = _beginnings(google, microsoft, demo=options.demo)
    known = file.load()
    for name, begin in (("google", begin_google), ("microsoft", begin_microsoft)):
        if name not in known:
            begin()
            file.touch()
    try:
        authority.write(ca_path)
    except OSError as failure:
        raise CannotStartError(f"{ca_path} cannot be written: {failure.strerror}.") from failure
    google_app = build_google(google, begin=begin_google, validation=options.validation)
    microsoft_app = build_microsoft(microsoft, begin=begin_microsoft)
    announcement = (
        f"Google sandbox (not Google) on {google.base_url}/\n"
        f"Microsoft sandbox (not Microsoft) on {microsoft.base_url}/\n"
        f"Microsoft sandbox, the browser's part, on {microsoft.plain_url}/\n"
        f"Microsoft sandbox's CA certificate in {ca_path}"
    )
    _calm_collector()
    contexts = (None, authority.server_context(), None)
    apps = (google_app, microsoft_app, microsoft_app)
    asyncio.run(_answer(list(zip(apps, opened, contexts, strict=True)), file, announcement))
    file.save()


def _calm_collector() -> None:
    """Let Python's garbage collector walk through the world less often, and never through what a start loads.

    An answer makes hundreds of objects, nearly none of them in a circle; by default the collector looks after 700.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


def _beginnings(
    google: GoogleWorld, microsoft: MicrosoftWorld, *, demo: bool
) -> tuple[Callable[[], None], Callable[[], None]]:
    """Return what each half does at its start and after a reset."""

    def nothing() -> None:
        """Begin empty."""

    if not demo:
        return nothing, nothing
    # Microsoft after Google: one meeting stands in the calendars of both.
    return (
        lambda: google_demo.fill(google),
        lambda: microsoft_demo.fill(microsoft, shared_day=google_demo.shared_day(google)),
    )


def _end(_number: int, _frame: FrameType | None) -> None:
    """Leave before anything is served: there is nothing to save yet."""
    raise SystemExit(0)


async def _answer(
    parts: list[tuple[ASGIApp, socket.socket, ssl.SSLContext | None]], file: StateFile, announcement: str
) -> None:
    listeners = [Listener(*part) for part in parts]

    def stop() -> None:
        for listener in listeners:
            listener.should_exit = True

    loop = asyncio.get_running_loop()
    for number in _ENDINGS:
        loop.add_signal_handler(number, stop)
    serving = asyncio.gather(*(listener.run_until_told() for listener in listeners))
    saving = asyncio.create_task(file.keep_saving())
    ready = asyncio.gather(*(listener.ready.wait() for listener in listeners))
    # Whichever comes first: a listener that cannot start must not leave us waiting.
    await asyncio.wait((serving, ready), return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        await serving
    # On stdout, for whoever started us with port 0 and waits to hear where we are.
    print(announcement, flush=True)  # noqa: T201 - whoever started it reads where it listens
    await serving
    saving.cancel()
