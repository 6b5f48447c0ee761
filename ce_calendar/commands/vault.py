"""`ce-calendar vault …`: what lies in the vault, what waits for it, and under which key."""

from collections.abc import Callable, Mapping
from time import sleep
from typing import Annotated

import typer

from ce_calendar.domain.errors import Refused
from ce_calendar.domain.meetings.legacy import BackfillRun, LegacyProblem
from ce_calendar.services.backfill import Backfill
from ce_calendar.services.registry import Services
from ce_calendar.services.vault_keeping import VaultKeeping, VaultStanding

REASONS: Mapping[str, str] = {
    LegacyProblem.KEY: "encrypted with a key that is not among CE_LEGACY_TOKEN_KEYS, or changed since",
    LegacyProblem.DAMAGED: "damaged: not in the form of an encrypted token",
    LegacyProblem.CONTENT: "it opens, but what is in it is no token",
    LegacyProblem.NOT_READ_BACK: "the vault did not give back what it was given",
}
WATCH_SECONDS = 1.0

Organization = Annotated[
    str | None, typer.Option("--organization", "--org", help="Slug of one organization; without it, all.")
]


def vault_app(services: Callable[[], Services]) -> typer.Typer:
    """The command `vault`.

    Args:
        services: opens them, when a command runs.
    """
    app = typer.Typer(help="The credential vault.", no_args_is_help=True)

    @app.command()
    def status(organization: Organization = None) -> None:
        """Say what lies in the vault, what waits for it, what could not be opened, and which keys are in use."""
        keeping = services().vault_keeping
        for standing in _standing(keeping, organization):
            _tell_standing(standing, keeping)

    @app.command()
    def backfill(organization: Organization = None) -> None:
        """Move what an earlier system left into the vault; also tries again what could not be opened before.

        Ends with 1 if something could not be opened.
        """
        if not _backfill(services(), organization):
            raise typer.Exit(1)

    @app.command()
    def rotate() -> None:
        """Seal everything with the newest key.

        First put the new key in front of CE_VAULT_KEYS and restart the application, so that it can open what this
        seals. Afterwards the older keys can go. Broken off, it goes on where it was. Ends with 1 if something does not
        open with any key.
        """
        if not _rotate(services().vault_keeping):
            raise typer.Exit(1)

    return app


def _backfill(services: Services, organization: str | None) -> bool:
    """Whether all is in the vault now."""
    keeping = services.vault_keeping
    waiting = [each for each in _standing(keeping, organization) if each.pending or each.unopened]
    if not waiting:
        typer.echo("Nothing waits for the vault.")
    for standing in waiting:
        _work(services.backfill, standing)
    left = [each for each in _standing(keeping, organization) if each.pending or each.unopened]
    for standing in left:
        _tell_unopened(standing, err=True)
    return not left


def _rotate(keeping: VaultKeeping) -> bool:
    """Whether everything could be sealed anew."""
    rotation = keeping.rotate(tell=lambda so_far: typer.echo(f"{so_far.resealed} sealed anew …"))
    typer.echo(f"Sealed anew with key {keeping.newest_key}: {rotation.resealed}.")
    if rotation.unopened:
        typer.echo(
            f"{rotation.unopened} do not open with any of the keys set, and stay as they are. "
            "`ce-calendar vault status` names the keys.",
            err=True,
        )
    return not rotation.unopened


def _standing(keeping: VaultKeeping, organization: str | None) -> list[VaultStanding]:
    try:
        return keeping.standing(organization)
    except Refused as refusal:
        typer.echo(str(refusal), err=True)
        raise typer.Exit(1) from refusal


def _tell_standing(standing: VaultStanding, keeping: VaultKeeping) -> None:
    run = standing.run
    under_way = f" (under way: {_progress(run)})" if run and run.finished_at is None else ""
    typer.echo(
        f"{standing.organization.slug}: {standing.in_vault} in the vault, {standing.pending} pending, "
        f"{len(standing.unopened)} could not be opened{under_way}"
    )
    _tell_unopened(standing, err=False)
    for key, count in standing.keys.items():
        if key == keeping.newest_key:
            remark = "the newest"
        else:
            remark = "older" if key in keeping.key_ids else "NOT among CE_VAULT_KEYS: these do not open"
        typer.echo(f"  key {key}: {count} ({remark})")


def _tell_unopened(standing: VaultStanding, *, err: bool) -> None:
    for connection, owner in standing.unopened:
        reason = REASONS.get(connection.last_error, "not opened")
        typer.echo(f"  {owner}  {connection.provider}  {connection.account_email}: {reason}", err=err)


def _work(backfill: Backfill, standing: VaultStanding) -> None:
    """Begin, and work until the end; or watch, if the application was quicker."""
    organization = standing.organization

    def tell(run: BackfillRun) -> None:
        typer.echo(f"{organization.slug}: {_progress(run)}")

    try:
        backfill.start_for(organization.id)
    except Refused as refusal:
        typer.echo(f"{organization.slug}: {refusal}", err=True)
        raise typer.Exit(1) from refusal
    run: BackfillRun | None = None
    while run is None:
        run = backfill.run(organization.id, tell=tell) or backfill.standing(organization.id)
        if run is not None and run.finished_at is None:
            tell(run)
            sleep(WATCH_SECONDS)
            run = None
    tell(run)


def _progress(run: BackfillRun) -> str:
    failed = f", {run.failed} could not be opened" if run.failed else ""
    return f"{run.done} of {run.total} moved{failed}"
