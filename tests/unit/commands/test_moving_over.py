"""`ce-calendar import connections` and `ce-calendar vault`, as an operator meets them."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
import typer
from cryptography.fernet import Fernet
from sqlalchemy import Engine
from structlog.testing import capture_logs
from typer.testing import CliRunner, Result

from ce_calendar.adapters.legacy_keys import FernetLegacyKeys
from ce_calendar.adapters.persistence.unit_of_work import unit_of_work_on
from ce_calendar.adapters.persistence.vault_care import vault_care_on
from ce_calendar.adapters.vault import FernetVault
from ce_calendar.commands import importing, vault
from ce_calendar.commands.importing import import_app
from ce_calendar.commands.vault import vault_app
from ce_calendar.services.backfill import CHUNK, NO_KEYS
from ce_calendar.services.importing import COLUMNS
from ce_calendar.services.registry import Services
from ce_calendar.services.vault_keeping import VaultKeeping
from tests.conftest import FixedClock
from tests.unit.services.linking import KEYS
from tests.unit.services.migrating import (
    LOST_KEY,
    OLD_KEY,
    Migration,
    csv_file,
    csv_line,
    encrypted,
    make_migration,
)

STAFF = "staff@demo.example"


class Command:
    """`ce-calendar` with these two sub-commands."""

    def __init__(self, engine: Engine, clock: FixedClock, folder: Path) -> None:
        self.engine, self.folder = engine, folder
        self.migration: Migration = make_migration(unit_of_work_on(engine), clock)
        self.keys = list(KEYS)

    def run(self, *arguments: str, stdin: bytes | None = None) -> Result:
        app = typer.Typer()
        services = cast(
            Services,
            SimpleNamespace(
                backfill=self.migration.backfill,
                vault_keeping=VaultKeeping(
                    open_uow=self.migration.linking.uow,
                    open_care=vault_care_on(self.engine),
                    keys=FernetVault(self.keys),
                    clock=self.migration.linking.clock,
                    audit=self.migration.audit,
                ),
            ),
        )
        app.add_typer(import_app(lambda: self.migration.importing), name="import")
        app.add_typer(vault_app(lambda: services), name="vault")
        # The commands of an installation set the log up; here it would go to standard output.
        with capture_logs():
            return CliRunner().invoke(app, arguments, input=stdin)

    def bring(self, *lines: str, options: tuple[str, ...] = ()) -> Result:
        file = self.folder / "connections.csv"
        file.write_bytes(csv_file(*lines))
        return self.run("import", "connections", str(file), *options)

    def good(self, account: str = "sam.work@gmail.example") -> str:
        return self.migration.line(self.migration.linking.town.staff, account)

    def broken(self, account: str = "lost@gmail.example") -> str:
        return csv_line(user=STAFF, account=account, refresh=encrypted("r", LOST_KEY))


@pytest.fixture
def command(sqlite_engine: Engine, clock: FixedClock, tmp_path: Path) -> Command:
    return Command(sqlite_engine, clock, tmp_path)


# -- import -----------------------------------------------------------------------------------------------------------


def test_an_import_says_what_it_did_and_what_comes_next(command: Command) -> None:
    first = command.bring(command.good())
    assert (first.exit_code, first.stderr) == (0, "")
    assert first.stdout.startswith("Imported 1 connection; 0 were here already.\n")
    assert "ce-calendar vault backfill" in first.stdout
    again = command.bring(command.good(), command.good("b@gmail.example"), command.good("c@gmail.example"))
    assert again.stdout.startswith("Imported 2 connections; 1 was here already.\n")
    unchanged = command.bring(command.good())
    assert (unchanged.exit_code, unchanged.stdout) == (0, "Imported 0 connections; 1 was here already.\n")


def test_standard_input_is_a_file_too(command: Command) -> None:
    told = command.run("import", "connections", "-", stdin=csv_file(command.good()))
    assert (told.exit_code, len(command.migration.connections())) == (0, 1)


def test_bad_rows_are_told_on_stderr_by_line_and_nothing_is_taken(command: Command) -> None:
    told = command.bring(command.good(), "half,a,row", command.good("b@gmail.example").replace("google", "yahoo"))
    assert (told.exit_code, told.stdout) == (1, "")
    assert told.stderr == (
        "line 3: There are 3 fields where 6 belong.\n"
        "line 4: provider is neither google nor microsoft.\n"
        "Nothing was imported: some rows cannot be taken. (2 of them)\n"
    )
    assert command.migration.connections() == []


def test_of_very_many_bad_rows_the_first_are_told(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "MOST_LINES", 2)
    told = command.bring(*["a,b"] * 5)
    assert told.stderr.splitlines()[2:] == [
        "… and 3 more.",
        "Nothing was imported: some rows cannot be taken. (5 of them)",
    ]


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "The file is empty"), (b"a,b\n", "columns missing"), (b"\xff\xfe", "not UTF-8")],
)
def test_a_file_that_cannot_be_used_is_told_in_a_line(command: Command, content: bytes, says: str) -> None:
    told = command.run("import", "connections", "-", stdin=content)
    assert (told.exit_code, told.stdout) == (1, "")
    assert told.stderr.startswith("Nothing was imported. ")
    assert says in told.stderr


def test_a_file_that_is_not_there_is_a_usage_error(command: Command) -> None:
    assert command.run("import", "connections", "/nowhere/at-all.csv").exit_code == 2


def test_an_import_can_be_kept_to_one_organization(command: Command) -> None:
    assert command.bring(command.good(), options=("--organization", "other")).exit_code == 1
    assert command.bring(command.good(), options=("--organization", "nowhere")).exit_code == 1
    assert command.bring(command.good(), options=("--organization", "demo")).exit_code == 0


# -- vault ------------------------------------------------------------------------------------------------------------


def test_the_status_says_how_each_organization_stands(command: Command) -> None:
    command.bring(command.good(), command.broken())
    command.run("vault", "backfill")
    command.bring(command.good("later@gmail.example"))
    told = command.run("vault", "status")
    key = FernetVault(KEYS).newest
    assert told.exit_code == 0
    assert told.stdout == (
        "demo: 1 in the vault, 1 pending, 1 could not be opened\n"
        f"  {STAFF}  google  lost@gmail.example: "
        "encrypted with a key that is not among CE_LEGACY_TOKEN_KEYS, or changed since\n"
        f"  key {key}: 1 (the newest)\n"
        "other: 0 in the vault, 0 pending, 0 could not be opened\n"
    )
    assert command.run("vault", "status", "--organization", "other").stdout.startswith("other:")
    unknown = command.run("vault", "status", "--organization", "nowhere")
    assert (unknown.exit_code, unknown.stdout) == (1, "")


def test_a_move_under_way_shows_in_the_status(command: Command) -> None:
    command.bring(command.good())
    home = command.migration.linking.town.organization.id
    command.migration.backfill.start_for(home)
    assert "demo: 0 in the vault, 1 pending, 0 could not be opened (under way: 0 of 1 moved)" in (
        command.run("vault", "status").stdout
    )


def test_the_move_tells_its_progress_and_ends_well(command: Command) -> None:
    command.bring(*(command.good(f"a{number}@gmail.example") for number in range(CHUNK + 1)))
    told = command.run("vault", "backfill")
    assert (told.exit_code, told.stderr) == (0, "")
    assert told.stdout == f"demo: {CHUNK} of {CHUNK + 1} moved\ndemo: {CHUNK + 1} of {CHUNK + 1} moved\n"
    nothing = command.run("vault", "backfill")
    assert (nothing.exit_code, nothing.stdout) == (0, "Nothing waits for the vault.\n")


def test_what_could_not_be_opened_makes_it_end_with_1_until_the_key_is_there(command: Command) -> None:
    command.bring(command.good(), command.broken())
    told = command.run("vault", "backfill", "--organization", "demo")
    assert (told.exit_code, told.stdout) == (1, "demo: 1 of 2 moved, 1 could not be opened\n")
    assert told.stderr.startswith(f"  {STAFF}  google  lost@gmail.example: encrypted with a key that is not among")
    migration = command.migration
    migration.keys = FernetLegacyKeys([OLD_KEY, LOST_KEY])
    migration.backfill = migration.make_backfill(migration.linking.uow)
    again = command.run("vault", "backfill")
    assert (again.exit_code, again.stdout) == (0, "demo: 1 of 1 moved\n")


def test_without_keys_it_says_what_to_set(command: Command) -> None:
    command.bring(command.good())
    migration = command.migration
    migration.backfill = migration.make_backfill(migration.linking.uow, keys=FernetLegacyKeys([]))
    told = command.run("vault", "backfill")
    assert (told.exit_code, told.stdout) == (1, "")
    assert "CE_LEGACY_TOKEN_KEYS" in told.stderr


def test_if_the_application_is_at_it_the_command_watches(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    command.bring(command.good())
    migration = command.migration
    home = migration.linking.town.organization.id
    migration.backfill.start_for(home)
    with migration.linking.uow() as uow:
        assert uow.leases.acquire(f"backfill:{home}", holder="application", now=migration.linking.clock(), seconds=60)

    def application_comes_to_its_end(_seconds: float) -> None:
        with migration.linking.uow() as uow:
            uow.leases.release(f"backfill:{home}", holder="application")
        migration.backfill.run(home)

    monkeypatch.setattr(vault, "sleep", application_comes_to_its_end)
    told = command.run("vault", "backfill")
    assert (told.exit_code, told.stdout) == (0, "demo: 0 of 1 moved\ndemo: 1 of 1 moved\n")


def test_rotation_says_how_far_it_is_and_which_key_it_is(command: Command) -> None:
    command.bring(command.good())
    command.run("vault", "backfill")
    command.keys = [Fernet.generate_key().decode(), *KEYS]
    newest = FernetVault(command.keys).newest
    assert f"  key {FernetVault(KEYS).newest}: 1 (older)\n" in command.run("vault", "status").stdout
    told = command.run("vault", "rotate")
    assert (told.exit_code, told.stdout) == (0, f"1 sealed anew …\nSealed anew with key {newest}: 1.\n")
    command.keys = [Fernet.generate_key().decode()]
    assert "(NOT among CE_VAULT_KEYS: these do not open)" in command.run("vault", "status").stdout
    lost = command.run("vault", "rotate")
    assert lost.exit_code == 1
    assert "1 do not open with any of the keys set" in lost.stderr


def test_no_output_holds_a_token(command: Command) -> None:
    """Neither in the clear nor encrypted."""
    good, broken = command.good(), command.broken()
    secrets = [field for line in (good, broken) for field in line.split(",") if field.startswith("gAAAA")]
    credential = command.migration.granted("sam.work@gmail.example")
    secrets += [credential.refresh_token, OLD_KEY, *KEYS]
    told = [
        command.bring(good, broken, "x"),
        command.bring(good, broken),
        command.run("vault", "status"),
        command.run("vault", "backfill"),
        command.run("vault", "rotate"),
    ]
    output = "".join(each.stdout + each.stderr for each in told)
    assert [secret for secret in secrets if secret in output] == []


# -- the real command -------------------------------------------------------------------------------------------------


def test_an_installation_moves_over(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "CE_DATABASE_URL": f"sqlite:///{tmp_path / 'new.db'}",
        "CE_VAULT_KEYS": Fernet.generate_key().decode(),
        "CE_VAULT_KEYS_FILE": "",
        "CE_LEGACY_TOKEN_KEYS": f"{LOST_KEY},\n{OLD_KEY}",
    }

    def run(*arguments: str, typed: str = "", **settings: str) -> tuple[int, str]:
        told = subprocess.run(
            [sys.executable, "-c", "from ce_calendar.cli import main; main()", *arguments],
            input=typed,
            capture_output=True,
            text=True,
            env=environment | settings,
            check=False,
        )
        assert "Traceback" not in told.stderr
        return told.returncode, told.stdout + told.stderr

    file = tmp_path / "connections.csv"
    line = csv_line(user="alex@lakeside.example", account="alex@gmail.example", refresh=encrypted("1//0refresh"))
    file.write_text("\n".join((",".join(COLUMNS), line)), encoding="utf-8")
    assert run("migrate")[0] == 0
    assert run("org", "add", "lakeside", "--name", "Lakeside")[0] == 0
    person = ("user", "add", "alex@lakeside.example", "--org", "lakeside", "--name", "Alex", "--role", "staff")
    assert run(*person, "--password-stdin", typed="a-long-password\n")[0] == 0
    assert run("import", "connections", str(file))[0] == 0
    assert run("vault", "backfill", CE_LEGACY_TOKEN_KEYS="") == (1, f"lakeside: {NO_KEYS}\n")
    assert run("vault", "backfill") == (0, "lakeside: 1 of 1 moved\n")
    assert run("vault", "rotate")[0] == 0
    assert run("vault", "status")[1].startswith("lakeside: 1 in the vault, 0 pending, 0 could not be opened\n")
    for wrong, says in (("change-me", "CE_LEGACY_TOKEN_KEYS is still the placeholder"), ("half-a-key", "Key 1 is not")):
        code, told = run("vault", "status", CE_LEGACY_TOKEN_KEYS=wrong)
        assert (code, says in told, wrong == "change-me" or wrong not in told) == (1, True, True)
        assert run("doctor", CE_LEGACY_TOKEN_KEYS=wrong)[0] == 1
