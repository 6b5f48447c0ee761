"""The command `ce-calendar`."""

import os
import sys
from typing import Annotated

import typer

from ce_calendar.bootstrap import prepare_database, services_for_commands
from ce_calendar.commands.demo import run_demo
from ce_calendar.commands.doctor import run_doctor
from ce_calendar.commands.importing import import_app
from ce_calendar.commands.people import people_apps
from ce_calendar.commands.processes import StartFailed, reflex_command, require_free_port, sandbox_command
from ce_calendar.commands.selftest import run_selftest
from ce_calendar.commands.vault import vault_app
from ce_calendar.domain.errors import Refused
from ce_calendar.services.directory import Directory
from ce_calendar.settings import ROOT, SettingsError, get_settings

app = typer.Typer(
    help="Joins an organization's people to their calendars.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _directory() -> Directory:
    return services_for_commands(get_settings()).directory


organizations, people = people_apps(_directory)
app.add_typer(organizations, name="org")
app.add_typer(people, name="user")
app.add_typer(import_app(lambda: services_for_commands(get_settings()).connection_import), name="import")
app.add_typer(vault_app(lambda: services_for_commands(get_settings())), name="vault")


@app.command()
def demo(
    reload: Annotated[bool, typer.Option("--reload", help="Rebuild when the code changes.")] = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Run the application with the sandbox and demo data on http://localhost:3000, until Ctrl-C."""
    run_demo(reload=reload)


@app.command()
def serve(
    host: Annotated[
        str, typer.Option(help="Address to listen on; behind a proxy on this machine keep it.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 3000,
) -> None:
    """Run the application."""
    settings = get_settings()
    services_for_commands(settings)  # says now, and clearly, what would fail later
    require_free_port(port, "the application")
    command = reflex_command(host=host, port=port)
    os.chdir(ROOT)
    # Take this process's place, so that a supervisor's signals reach the server.
    os.execv(command[0], command)  # noqa: S606 - our own command line


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    print(prepare_database(get_settings()))


@app.command(
    # All options are the sandbox's own, `--help` too.
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
)
def sandbox(context: typer.Context) -> None:
    """Run a Google and a Microsoft on this machine, for trying things out."""
    command = sandbox_command(*context.args)
    os.execv(command[0], command)  # noqa: S606 - our own command line


@app.command()
def doctor() -> None:
    """Check this installation and say what to do."""
    if not run_doctor():
        raise typer.Exit(1)


@app.command()
def selftest() -> None:
    """Run the whole product against the sandbox, without a browser, and print a line per step."""
    if not run_selftest():
        raise typer.Exit(1)


def main() -> None:
    """Run a command; what went wrong in a way people can mend is told in a sentence, without a traceback."""
    try:
        app()
    except (SettingsError, StartFailed, Refused) as problem:
        print(f"ce-calendar: {problem}", file=sys.stderr)
        sys.exit(1)
