"""The command as an operator meets it: a new installation step by step, and what it says when something is missing."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs the command against an empty installation of its own."""
    environment = {
        **os.environ,
        "CE_DATABASE_URL": f"sqlite:///{tmp_path / 'new.db'}",
        "CE_VAULT_KEYS": Fernet.generate_key().decode(),
        "CE_VAULT_KEYS_FILE": "",
        "GOOGLE_CALENDAR_CLIENT_ID": "client",
        "GOOGLE_CALENDAR_CLIENT_SECRET": "the-clients-secret",
    }

    def call(*arguments: str, typed: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", "from ce_calendar.cli import main; main()", *arguments],
            input=typed,
            capture_output=True,
            text=True,
            env=environment | settings,
            check=False,
        )

    return call


def test_an_operator_sets_up_an_installation(run: Run) -> None:
    assert "run `ce-calendar migrate`" in run("doctor").stdout
    assert run("org", "add", "lakeside", "--name", "Lakeside").returncode == 1, "not before the schema is there"
    assert run("migrate").stdout.startswith("The database is at revision")
    assert run("org", "add", "lakeside", "--name", "Lakeside").returncode == 0
    added = run(
        *("user", "add", "alex@lakeside.example", "--org", "lakeside", "--name", "Alex", "--role", "admin"),
        "--password-stdin",
        typed="a-long-password\n",
    )
    assert (added.returncode, added.stderr) == (0, "")
    assert "alex@lakeside.example  admin" in run("user", "list").stdout
    healthy = run("doctor")
    assert (healthy.returncode, healthy.stdout.splitlines()[-1]) == (0, "Everything needed is there.")
    assert "http://localhost:3000/oauth/google/callback" in healthy.stdout


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        # Without keys nothing could be sealed.
        ({"CE_VAULT_KEYS": ""}, "CE_VAULT_KEYS is not set"),
        # Copied from an example and never filled in.
        ({"CE_VAULT_KEYS": "change-me"}, "CE_VAULT_KEYS is still the placeholder"),
        ({"CE_VAULT_KEYS": "c29tZXRoaW5nIHNob3J0"}, "CE_VAULT_KEYS"),
        ({"CE_VAULT_KEYS": "", "CE_VAULT_KEYS_FILE": "/nowhere/keys"}, "CE_VAULT_KEYS_FILE cannot be read"),
        ({"CE_PUBLIC_URL": "calendar.example.org"}, "CE_PUBLIC_URL must be an address"),
        ({"CE_PUBLIC_URL": "https://example.org/calendar"}, "does not run under a path"),
        ({"CE_SESSION_HOURS": "-1"}, "CE_SESSION_HOURS"),
        ({"CE_LOG_LEVEL": "LOUD"}, "CE_LOG_LEVEL"),
    ],
)
def test_unusable_settings_are_told_by_name_and_never_by_value(run: Run, settings: dict[str, str], says: str) -> None:
    told = run("user", "list", **settings)
    assert told.returncode == 1
    assert says in told.stderr
    assert "Traceback" not in told.stderr
    secrets = [value for name, value in settings.items() if name == "CE_VAULT_KEYS" and value]
    assert [value for value in secrets if value in told.stderr] == []
    assert run("doctor", **settings).returncode == 1


def test_the_doctor_names_what_is_worth_knowing_and_does_not_fail_for_it(run: Run) -> None:
    run("migrate")
    told = run("doctor", CE_PUBLIC_URL="http://calendar.example.org", GOOGLE_CALENDAR_CLIENT_SECRET="")
    assert told.returncode == 0
    assert "note  Public address http://calendar.example.org: is not https" in told.stdout
    assert "note  Google client" in told.stdout
    assert "set CE_PROXIES=1" in run("doctor", CE_PUBLIC_URL="https://calendar.example.org").stdout


def test_the_doctor_does_not_tell_the_database_password(run: Run) -> None:
    told = run("doctor", CE_DATABASE_URL="postgresql://someone:tell-nobody@127.0.0.1:9/none")
    assert told.returncode == 1
    assert "Database: cannot be reached" in told.stdout
    assert "tell-nobody" not in told.stdout + told.stderr


@pytest.mark.parametrize("command", [("migrate",), ("user", "list"), ("serve", "--port", "1")])
def test_a_database_that_cannot_be_reached_is_told_without_its_password(run: Run, command: tuple[str, ...]) -> None:
    told = run(*command, CE_DATABASE_URL="postgresql://someone:tell-nobody@127.0.0.1:9/none")
    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr.startswith("ce-calendar: The database cannot be reached")
    assert "tell-nobody" not in told.stderr


def test_the_selftest_passes_every_step(run: Run) -> None:
    told = run("selftest", CE_VAULT_KEYS="", CE_DATABASE_URL="postgresql://nobody@127.0.0.1:9/none")
    assert told.returncode == 0, told.stdout + told.stderr
    *steps, last = told.stdout.splitlines()
    assert [step.startswith("ok    ") for step in steps] == [True] * 23
    assert last.startswith("All steps passed")
