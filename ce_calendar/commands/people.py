"""`ce-calendar org …` and `ce-calendar user …`: the operator's way to organizations and people."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from ce_calendar.domain.access import Permission, Role
from ce_calendar.domain.errors import Refused
from ce_calendar.domain.people import User
from ce_calendar.services.directory import Directory

PasswordOnStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password's one line from standard input, do not ask.")
]


def people_apps(directory: Callable[[], Directory]) -> tuple[typer.Typer, typer.Typer]:
    """The commands `org` and `user`.

    Args:
        directory: opens the directory, when a command runs.
    """
    return _org_app(directory), _user_app(directory)


def _org_app(directory: Callable[[], Directory]) -> typer.Typer:
    app = typer.Typer(help="Organizations.", no_args_is_help=True)

    # Keeps `add` a command of its own although there is no other yet.
    @app.callback()
    def organizations() -> None:
        """Organizations."""

    @app.command()
    def add(
        slug: Annotated[str, typer.Argument(help="Short name for commands: small letters, digits, hyphens.")],
        name: Annotated[str, typer.Option(help="Name as people see it.")],
    ) -> None:
        """Add an organization."""
        with _told_kindly():
            organization = directory().add_organization(slug=slug, name=name)
        typer.echo(f"Added organization {organization.slug}.")

    return app


def _user_app(directory: Callable[[], Directory]) -> typer.Typer:
    app = typer.Typer(help="People who sign in.", no_args_is_help=True)

    @app.command()
    def add(
        email: Annotated[str, typer.Argument(help="What the person signs in with.")],
        *,
        org: Annotated[str, typer.Option(help="Slug of the organization.")],
        name: Annotated[str, typer.Option(help="Name as people see it.")],
        role: Annotated[list[Role], typer.Option(help="May be repeated.")],
        grant: Annotated[
            list[Permission] | None, typer.Option(help="A permission outside roles; may be repeated.")
        ] = None,
        password_stdin: PasswordOnStdin = False,
    ) -> None:
        """Add a person; asks for the password."""
        with _told_kindly():
            user = directory().add_user(
                organization_slug=org,
                email=email,
                name=name,
                password=_password(from_stdin=password_stdin),
                roles=role,
                given=grant or (),
            )
        typer.echo(f"Added {user.email}.")

    @app.command()
    def password(
        email: Annotated[str, typer.Argument(help="Whose password.")],
        *,
        password_stdin: PasswordOnStdin = False,
    ) -> None:
        """Set a person's password and sign them out everywhere; asks for the password."""
        with _told_kindly():
            directory().set_password(email=email, password=_password(from_stdin=password_stdin))
        typer.echo("The password is set; all sessions ended.")

    @app.command()
    def disable(email: Annotated[str, typer.Argument(help="Who shall sign in no more.")]) -> None:
        """Let a person sign in no more, and sign them out everywhere."""
        with _told_kindly():
            directory().disable_user(email=email)
        typer.echo("The person is disabled; all sessions ended.")

    @app.command("list")
    def list_(org: Annotated[str | None, typer.Option(help="Slug of one organization.")] = None) -> None:
        """List people: organization, email, roles and permissions, name."""
        with _told_kindly():
            book = directory()
            slugs = {organization.id: organization.slug for organization in book.organizations()}
            lines = [_line(user, slugs[user.organization_id]) for user in book.users(org)]
        for line in lines:
            typer.echo(line)

    return app


def _line(user: User, slug: str) -> str:
    rights = ", ".join([*sorted(user.roles), *(f"+{permission}" for permission in sorted(user.given))])
    state = "  (disabled)" if user.disabled_at else ""
    return f"{slug}  {user.email}  {rights or '-'}  {user.name}{state}"


def _password(*, from_stdin: bool) -> str:
    """Asked for or read, never an argument: those stand in the process list and in the shell's history."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    entered: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return entered


@contextmanager
def _told_kindly() -> Iterator[None]:
    """A refusal is one line, not a traceback."""
    try:
        yield
    except Refused as refusal:
        typer.echo(str(refusal), err=True)
        raise typer.Exit(1) from refusal
