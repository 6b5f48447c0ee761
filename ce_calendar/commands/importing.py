"""`ce-calendar import …`: what an earlier system left, from files."""

from collections.abc import Callable
from typing import Annotated

import typer

from ce_calendar.domain.errors import Refused
from ce_calendar.services.importing import LARGEST_FILE, ConnectionImport, ImportRefused

MOST_LINES = 50
"""Of reasons; more would hide the first ones."""


def import_app(connection_import: Callable[[], ConnectionImport]) -> typer.Typer:
    """The command `import`.

    Args:
        connection_import: opens the service, when a command runs.
    """
    app = typer.Typer(help="Bring in what an earlier system left.", no_args_is_help=True)

    # Keeps `connections` a command of its own although there is no other yet.
    @app.callback()
    def importing() -> None:
        """Bring in what an earlier system left."""

    @app.command()
    def connections(
        file: Annotated[typer.FileBinaryRead, typer.Argument(help="CSV with a header, UTF-8; - is standard input.")],
        organization: Annotated[
            str | None, typer.Option("--organization", "--org", help="Slug: take people of this organization alone.")
        ] = None,
    ) -> None:
        """Bring in calendar connections with their encrypted tokens: all rows of the file, or none.

        Columns, in any order: user_email, provider, account, access_token_encrypted, refresh_token_encrypted,
        client_id. What is here already stays as it is.
        """
        try:
            report = connection_import().take(file.read(LARGEST_FILE + 1), organization_slug=organization)
        except ImportRefused as refusal:
            for bad in refusal.rows[:MOST_LINES]:
                typer.echo(f"line {bad.line}: {bad.reason}", err=True)
            if len(refusal.rows) > MOST_LINES:
                typer.echo(f"… and {len(refusal.rows) - MOST_LINES} more.", err=True)
            typer.echo(f"{refusal} ({len(refusal.rows)} of them)", err=True)
            raise typer.Exit(1) from refusal
        except Refused as refusal:
            typer.echo(f"Nothing was imported. {refusal}", err=True)
            raise typer.Exit(1) from refusal
        verb = "was" if report.known == 1 else "were"
        typer.echo(f"Imported {_words(report.added)}; {report.known} {verb} here already.")
        if report.added:
            typer.echo(
                "Their credentials wait for the vault: run `ce-calendar vault backfill`, or use the button on the "
                "calendar connections screen."
            )

    return app


def _words(count: int) -> str:
    return f"{count} connection" if count == 1 else f"{count} connections"
