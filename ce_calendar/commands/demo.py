"""`ce-calendar demo`: the application, the sandbox and demo data on this machine, until Ctrl-C."""

import os
import secrets
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from cryptography.fernet import Fernet

from ce_calendar.adapters.logs import configure_logging
from ce_calendar.bootstrap import prepare_database, services_for_commands
from ce_calendar.commands.demo_data import DEMO_PASSWORD, DEMO_PEOPLE, seed_demo
from ce_calendar.commands.processes import (
    Program,
    StartFailed,
    answers,
    reflex_command,
    require_free_port,
    sandbox_command,
)
from ce_calendar.settings import ROOT, get_settings

HOST = "127.0.0.1"
VAR = ROOT / "var"


@dataclass(frozen=True, slots=True)
class DemoPorts:
    """Where the demo listens."""

    application: int = 3000
    google: int = 9101
    microsoft: int = 9102
    """The sandbox's Microsoft, over TLS."""
    microsoft_plain: int = 9103
    """The same for browsers, so that nobody meets a certificate warning."""


DEMO_PORTS = DemoPorts()


def demo_environment(folder: Path, ports: DemoPorts = DEMO_PORTS) -> dict[str, str]:
    """The demo's settings: keys made once and kept, the sandbox in Google's place.

    Args:
        folder: where the keys, the database and the sandbox's state lie.
        ports: where the application and the sandbox listen.
    """
    google = f"http://{HOST}:{ports.google}"
    return {
        **_kept_secrets(folder / "demo.env"),
        "CE_PUBLIC_URL": f"http://localhost:{ports.application}",
        "CE_DATABASE_URL": f"sqlite:///{folder / 'demo.db'}",
        "CE_VAULT_KEYS_FILE": "",
        "CE_GOOGLE_API_URL": google,
        "CE_GOOGLE_AUTH_URL": f"{google}/o/oauth2/v2/auth",
        "CE_GOOGLE_TOKEN_URL": f"{google}/token",
        "CE_GOOGLE_REVOKE_URL": f"{google}/revoke",
        "CE_GOOGLE_USERINFO_URL": f"{google}/oauth2/v3/userinfo",
        "CE_CA_BUNDLE": "",
        "GOOGLE_CALENDAR_CLIENT_ID": "demo-client.apps.sandbox.example",
    }


def _kept_secrets(path: Path) -> dict[str, str]:
    """Keys of the demo: made at its first start, the same ever after, readable by their owner alone."""
    names = ("CE_VAULT_KEYS", "GOOGLE_CALENDAR_CLIENT_SECRET")
    if path.exists():
        lines = path.read_text(encoding="utf-8").splitlines()
        kept = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
        if all(kept.get(name) for name in names):
            return {name: kept[name] for name in names}
    made = dict(zip(names, (Fernet.generate_key().decode(), secrets.token_urlsafe(24)), strict=True))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    # Created closed: a chmod afterwards would leave a moment in which others could read.
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        file.write("# Made by `ce-calendar demo`; without it the demo's stored credentials cannot be opened.\n")
        file.writelines(f"{name}={value}\n" for name, value in made.items())
    return made


class _Stopped(Exception):
    """Somebody asked the demo to end."""


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise _Stopped


def run_demo(*, folder: Path = VAR, ports: DemoPorts = DEMO_PORTS, reload: bool = False) -> None:
    """Run until Ctrl-C, SIGTERM or the end of the terminal.

    Args:
        folder: where everything is kept.
        ports: where to listen.
        reload: rebuild when the code changes.

    Raises:
        StartFailed: a port is taken, or a program does not come up.
    """
    require_free_port(ports.application, "the application")
    require_free_port(ports.google, "the sandbox's Google")
    for each in (ports.microsoft, ports.microsoft_plain):
        require_free_port(each, "the sandbox's Microsoft")
    environment = demo_environment(folder, ports)
    os.environ.update(environment)
    configure_logging("WARNING")
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, _stop)
    programs: list[Program] = []
    try:
        _start(programs, folder, environment, ports, reload=reload)
        _welcome(ports)
        while not any(program.has_ended for program in programs):
            time.sleep(0.3)
        ended = next(program for program in programs if program.has_ended)
        raise StartFailed(f"{ended.name} has ended unexpectedly; see {ended.log}.")
    except _Stopped:
        _say("\nStopping …")
    finally:
        # A second Ctrl-C must not leave half of it running.
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, signal.SIG_IGN)
        for program in reversed(programs):
            program.stop()
    _say("Stopped. What you made is kept in var/ and comes back with the next start.")


def _start(
    programs: list[Program], folder: Path, environment: Mapping[str, str], ports: DemoPorts, *, reload: bool
) -> None:
    """Bring everything up, in order, telling how far it is. What runs is in `programs`, also when this fails."""
    _say("Preparing the database …")
    prepare_database(get_settings())
    seed_demo(services_for_commands(get_settings()))
    _say("Starting the sandbox (a Google on this machine) …")
    options = (
        *("--port", str(ports.google)),
        *("--microsoft-port", str(ports.microsoft)),
        *("--microsoft-plain-port", str(ports.microsoft_plain)),
        *("--microsoft-ca", str(folder / "demo-sandbox-ca.pem")),
        *("--state", str(folder / "demo-sandbox.json")),
        "--demo",
    )
    log = folder / "log"
    sandbox = Program("The sandbox", sandbox_command(*options), env=environment, log=log / "sandbox.log")
    programs.append(sandbox)
    sandbox.wait_until(answers(f"http://{HOST}:{ports.google}/"), seconds=30)
    _say("Building the screens (half a minute the first time, seconds later) …")
    command = reflex_command(host=HOST, port=ports.application, reload=reload)
    application = Program("The application", command, env=environment, log=log / "application.log")
    programs.append(application)
    application.wait_until(answers(f"http://{HOST}:{ports.application}/readyz"), seconds=240)


def _say(text: str) -> None:
    """Print at once, also into a pipe: building takes a while."""
    print(text, flush=True)


def _welcome(ports: DemoPorts) -> None:
    people = "\n".join(f"    {person.email:<28}{person.purpose}" for person in DEMO_PEOPLE)
    _say(
        f"\n  ce_calendar is running:  http://localhost:{ports.application}\n"
        f"  The sandbox's Google:    http://{HOST}:{ports.google}\n\n"
        f"  Sign in with the password  {DEMO_PASSWORD}  as\n{people}\n\n"
        "  Ctrl-C stops it.\n"
    )
