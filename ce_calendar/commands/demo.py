"""`ce-calendar demo`: the application, the sandbox and demo data on this machine, until Ctrl-C."""

import os
import secrets
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from cryptography.fernet import Fernet

from ce_calendar.adapters.logs import configure_logging
from ce_calendar.adapters.system import system_clock
from ce_calendar.bootstrap import prepare_database, services_for_commands
from ce_calendar.commands.demo_data import DEMO_PASSWORD, DEMO_PEOPLE, seed_demo
from ce_calendar.commands.demo_employees import seed_employees
from ce_calendar.commands.demo_legacy import LegacyWorld, seed_legacy
from ce_calendar.commands.processes import (
    Program,
    StartFailed,
    answers,
    reflex_command,
    require_free_port,
    sandbox_command,
)
from ce_calendar.domain.meetings.connections import Provider
from ce_calendar.settings import ROOT, get_settings

HOST = "127.0.0.1"
VAR = ROOT / "var"
SANDBOX_CA = "demo-sandbox-ca.pem"
SECRETS: Mapping[str, Callable[[], str]] = {
    "CE_VAULT_KEYS": lambda: Fernet.generate_key().decode(),
    "CE_LEGACY_TOKEN_KEYS": lambda: Fernet.generate_key().decode(),
    "GOOGLE_CALENDAR_CLIENT_SECRET": lambda: secrets.token_urlsafe(24),
    "MICROSOFT_CALENDAR_CLIENT_SECRET": lambda: secrets.token_urlsafe(24),
}
"""What the demo keeps to itself, and how each is made."""


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
    """The demo's settings: keys made once and kept, the sandbox in the providers' place.

    Args:
        folder: where the keys, the database and the sandbox's state lie.
        ports: where the application and the sandbox listen.
    """
    google = f"http://{HOST}:{ports.google}"
    microsoft = f"https://localhost:{ports.microsoft}"
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
        "CE_MICROSOFT_AUTHORITY": f"{microsoft}/common",
        "CE_MICROSOFT_GRAPH_URL": microsoft,
        "CE_CA_BUNDLE": str(folder / SANDBOX_CA),
        # The platform's client, so that the warning about it shows; one's own is an operator's decision.
        "GOOGLE_CALENDAR_CLIENT_ID": "demo-client.apps.sandbox.example",
        "VITE_GOOGLE_CALENDAR_CLIENT_ID": "",
        "VITE_MICROSOFT_CALENDAR_CLIENT_ID": "d3300000-0000-4000-8000-00000000c0de",
    }


def _kept_secrets(path: Path) -> dict[str, str]:
    """Keys of the demo: each made when it is first needed, the same ever after, readable by their owner alone."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    kept = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    missing = {name: make() for name, make in SECRETS.items() if not kept.get(name)}
    if missing:
        kept |= missing
        path.parent.mkdir(parents=True, exist_ok=True)
        made = path.with_suffix(".new")
        made.unlink(missing_ok=True)
        # Created closed: a chmod afterwards would leave a moment in which others could read.
        with os.fdopen(os.open(made, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
            file.write("# Made by `ce-calendar demo`; without it the demo's stored credentials cannot be opened.\n")
            file.writelines(f"{name}={value}\n" for name, value in kept.items())
        made.replace(path)
    return {name: kept[name] for name in SECRETS}


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
    services = services_for_commands(get_settings())
    seed_demo(services)
    seed_employees(services, system_clock())
    _say("Starting the sandbox (a Google and a Microsoft on this machine) …")
    options = (
        *("--port", str(ports.google)),
        *("--microsoft-port", str(ports.microsoft)),
        *("--microsoft-plain-port", str(ports.microsoft_plain)),
        *("--microsoft-ca", str(folder / SANDBOX_CA)),
        *("--state", str(folder / "demo-sandbox.json")),
        "--demo",
    )
    log = folder / "log"
    sandbox = Program("The sandbox", sandbox_command(*options), env=environment, log=log / "sandbox.log")
    programs.append(sandbox)
    sandbox.wait_until(answers(f"http://{HOST}:{ports.google}/"), seconds=30)
    seed_legacy(services.connection_import, _legacy_world(environment, ports))
    _say("Building the screens (half a minute the first time, seconds later) …")
    command = reflex_command(host=HOST, port=ports.application, reload=reload)
    application = Program("The application", command, env=environment, log=log / "application.log")
    programs.append(application)
    application.wait_until(answers(f"http://{HOST}:{ports.application}/readyz"), seconds=240)


def _legacy_world(environment: Mapping[str, str], ports: DemoPorts) -> LegacyWorld:
    """Where the demo's earlier system got its grants, and its key."""
    return LegacyWorld(
        addresses={
            Provider.GOOGLE: f"http://{HOST}:{ports.google}",
            Provider.MICROSOFT: f"http://{HOST}:{ports.microsoft_plain}",
        },
        clients={
            Provider.GOOGLE: environment["GOOGLE_CALENDAR_CLIENT_ID"],
            Provider.MICROSOFT: environment["VITE_MICROSOFT_CALENDAR_CLIENT_ID"],
        },
        key=environment["CE_LEGACY_TOKEN_KEYS"],
    )


def _say(text: str) -> None:
    """Print at once, also into a pipe: building takes a while."""
    print(text, flush=True)


def _welcome(ports: DemoPorts) -> None:
    people = "\n".join(f"    {person.email:<28}{person.purpose}" for person in DEMO_PEOPLE)
    _say(
        f"\n  ce_calendar is running:  http://localhost:{ports.application}\n"
        f"  The sandbox's Google:    http://{HOST}:{ports.google}\n"
        f"  The sandbox's Microsoft: http://{HOST}:{ports.microsoft_plain}\n\n"
        f"  Sign in with the password  {DEMO_PASSWORD}  as\n{people}\n\n"
        "  Ctrl-C stops it.\n"
    )
