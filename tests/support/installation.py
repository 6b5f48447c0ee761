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


def environment_for(folder: Path, *, database_url: str, port: int, google: str) -> dict[str, str]:
    """Settings of an installation of the tests' own."""
    return {
        "CE_PUBLIC_URL": f"http://localhost:{port}",
        "CE_DATABASE_URL": database_url,
        "CE_VAULT_KEYS": Fernet.generate_key().decode(),
        "CE_VAULT_KEYS_FILE": "",
        "CE_LOG_LEVEL": "DEBUG",
        "CE_GOOGLE_API_URL": google,
        "CE_GOOGLE_AUTH_URL": f"{google}/o/oauth2/v2/auth",
        "CE_GOOGLE_TOKEN_URL": f"{google}/token",
        "CE_GOOGLE_REVOKE_URL": f"{google}/revoke",
        "CE_GOOGLE_USERINFO_URL": f"{google}/oauth2/v3/userinfo",
        "CE_CA_BUNDLE": "",
        "GOOGLE_CALENDAR_CLIENT_ID": "test-client.apps.example",
        "GOOGLE_CALENDAR_CLIENT_SECRET": CLIENT_SECRET,
        # A running demo builds its screens elsewhere and is not disturbed.
        "REFLEX_WEB_WORKDIR": str(ROOT / "var" / "test-web"),
        "REFLEX_STATES_WORKDIR": str(folder / "states"),
    }


@contextlib.contextmanager
def running_sandbox(folder: Path, *options: str) -> Iterator[str]:
    """A Google of the tests' own; gives its address."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = sandbox_command("--port", str(port), *options)
    sandbox = Program("The sandbox", command, env={}, log=folder / "sandbox.log")
    try:
        sandbox.wait_until(answers(f"{url}/_sandbox/log"), seconds=30)
        yield url
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
    environment: Mapping[str, str]
    folder: Path
    log: Path
    """What the application wrote."""
    application: Application


def heal(google: str) -> None:
    """Take back the faults that `control(google, "faults", …)` ordered."""
    httpx.delete(f"{google}/_sandbox/faults").raise_for_status()


def control(google: str, name: str, **fields: object) -> dict[str, object]:
    """Ask the sandbox's control API; a GET for what only tells."""
    if name in {"log", "outbox"}:
        answer = httpx.get(f"{google}/_sandbox/{name}", params={k: str(v) for k, v in fields.items()})
    else:
        answer = httpx.post(f"{google}/_sandbox/{name}", json=fields)
    answer.raise_for_status()
    told: dict[str, object] = answer.json()
    return told


def chromium_path() -> str:
    """The browser of this machine."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
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
