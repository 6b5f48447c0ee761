"""A whole installation for the browser tests: sandbox and application, as users start them, on ports of their own."""

import contextlib
import functools
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
from cryptography.fernet import Fernet

from ce_calendar.commands.processes import Program, answers, reflex_command, sandbox_command
from ce_calendar.settings import ROOT
from tests.support.postgres import free_port

CLIENT_SECRET = "test-client-secret-7f3a"


@dataclass(frozen=True)
class Providers:
    """Where the tests' own Google and Microsoft are."""

    google: str
    microsoft: str
    """As browsers reach it, without TLS."""
    microsoft_tls: str
    ca_bundle: str


def environment_for(folder: Path, *, database_url: str, port: int, providers: Providers) -> dict[str, str]:
    """Settings of an installation of the tests' own."""
    google = providers.google
    return {
        "CE_PUBLIC_URL": f"http://localhost:{port}",
        "CE_DATABASE_URL": database_url,
        "CE_VAULT_KEYS": Fernet.generate_key().decode(),
        "CE_VAULT_KEYS_FILE": "",
        "CE_LEGACY_TOKEN_KEYS": Fernet.generate_key().decode(),
        "CE_LOG_LEVEL": "DEBUG",
        "CE_GOOGLE_API_URL": google,
        "CE_GOOGLE_AUTH_URL": f"{google}/o/oauth2/v2/auth",
        "CE_GOOGLE_TOKEN_URL": f"{google}/token",
        "CE_GOOGLE_REVOKE_URL": f"{google}/revoke",
        "CE_GOOGLE_USERINFO_URL": f"{google}/oauth2/v3/userinfo",
        "CE_MICROSOFT_AUTHORITY": f"{providers.microsoft_tls}/common",
        "CE_MICROSOFT_GRAPH_URL": providers.microsoft_tls,
        "CE_CA_BUNDLE": providers.ca_bundle,
        "GOOGLE_CALENDAR_CLIENT_ID": "test-client.apps.example",
        "GOOGLE_CALENDAR_CLIENT_SECRET": CLIENT_SECRET,
        "VITE_GOOGLE_CALENDAR_CLIENT_ID": "",
        "VITE_MICROSOFT_CALENDAR_CLIENT_ID": "00000000-0000-4000-8000-0000000c1e47",
        "MICROSOFT_CALENDAR_CLIENT_SECRET": CLIENT_SECRET,
        # Neither a running demo nor another worker of the tests builds its screens there.
        "REFLEX_WEB_WORKDIR": str(ROOT / "var" / f"test-web-{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"),
        "REFLEX_STATES_WORKDIR": str(folder / "states"),
    }


@contextlib.contextmanager
def running_sandbox(folder: Path, *options: str) -> Iterator[Providers]:
    """Providers of the tests' own, as long as it runs."""
    google, plain, tls = free_port(), free_port(), free_port()
    ca_bundle = folder / "sandbox-ca.pem"
    ports = {"--port": google, "--microsoft-plain-port": plain, "--microsoft-port": tls, "--microsoft-ca": ca_bundle}
    # The tests ask for more in a minute than people would.
    command = sandbox_command("--no-quotas", *(str(word) for pair in ports.items() for word in pair), *options)
    sandbox = Program("The sandbox", command, env={}, log=folder / "sandbox.log")
    try:
        for port in (google, plain):
            sandbox.wait_until(answers(f"http://127.0.0.1:{port}/_sandbox/log"), seconds=30)
        yield Providers(
            google=f"http://127.0.0.1:{google}",
            microsoft=f"http://127.0.0.1:{plain}",
            microsoft_tls=f"https://localhost:{tls}",
            ca_bundle=str(ca_bundle),
        )
    finally:
        sandbox.stop()


@contextlib.contextmanager
def running_application(environment: Mapping[str, str], *, port: int, log: Path) -> Iterator[Program]:
    """The application in production mode."""
    command = reflex_command(host="127.0.0.1", port=port)
    application = Program("The application", command, env=environment, log=log)
    try:
        application.wait_until(answers(f"http://127.0.0.1:{port}/readyz"), seconds=240)
        yield application
    finally:
        application.stop()


class Application:
    """A running application that a test may stop and start again, on the same port and database."""

    def __init__(self, environment: Mapping[str, str], *, port: int, log: Path) -> None:
        self._start = functools.partial(running_application, environment, port=port, log=log)
        self._stack = contextlib.ExitStack()

    def start(self) -> None:
        """Returns when it answers."""
        self._stack.enter_context(self._start())

    def stop(self) -> None:
        """Returns when nothing of it is left."""
        self._stack.close()


@dataclass(frozen=True)
class Installation:
    """Where the running programs are, and what they were started with."""

    url: str
    google: str
    microsoft: str
    environment: Mapping[str, str]
    folder: Path
    log: Path
    """What the application wrote."""
    application: Application


def heal(provider: str) -> None:
    """Take back the faults that `control(provider, "faults", …)` ordered."""
    httpx.delete(f"{provider}/_sandbox/faults").raise_for_status()


def control(provider: str, name: str, **fields: object) -> dict[str, object]:
    """Ask the sandbox's control API; a GET for what only tells."""
    if name in {"log", "outbox"}:
        answer = httpx.get(f"{provider}/_sandbox/{name}", params={k: str(v) for k, v in fields.items()})
    else:
        answer = httpx.post(f"{provider}/_sandbox/{name}", json=fields)
    answer.raise_for_status()
    told: dict[str, object] = answer.json()
    return told


def chromium_path() -> str:
    """The browser of this machine."""
    # First the one without windows: it takes half the processor time.
    for name in ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"):
        for folder in os.environ["PATH"].split(os.pathsep):
            if (path := Path(folder) / name).exists():
                return str(path)
    raise RuntimeError("No Chromium: `apt-get install chromium`, or run `make test`.")


CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
