"""`ce-calendar org` and `ce-calendar user`."""

import pytest
import typer
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from ce_calendar.adapters.persistence.unit_of_work import unit_of_work_on
from ce_calendar.commands.people import people_apps
from ce_calendar.domain.access import Permission, Role
from ce_calendar.domain.people import User
from ce_calendar.services.audit import Audit
from ce_calendar.services.directory import Directory
from tests.conftest import FixedClock
from tests.support.doubles import PlainPasswords

PASSWORD = "demo-password"
STAFF = ["user", "add", "staff@demo.example", "--org", "demo", "--name", "Sam Staff", "--role", "staff"]


class Command:
    """`ce-calendar` with these two sub-commands."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self._app = typer.Typer()
        organizations, people = people_apps(lambda: directory)
        self._app.add_typer(organizations, name="org")
        self._app.add_typer(people, name="user")

    def run(self, *arguments: str, stdin: str = "") -> Result:
        return CliRunner().invoke(self._app, arguments, input=stdin)

    def staff(self) -> User:
        [user] = [user for user in self.directory.users() if user.email == "staff@demo.example"]
        return user


@pytest.fixture
def command(sqlite_engine: Engine, clock: FixedClock) -> Command:
    open_uow = unit_of_work_on(sqlite_engine)
    audit = Audit(open_uow=open_uow, clock=clock)
    command = Command(Directory(open_uow=open_uow, clock=clock, hasher=PlainPasswords(), audit=audit))
    assert command.run("org", "add", "demo", "--name", "Demo Health").exit_code == 0
    return command


def test_a_person_is_added_with_a_password_typed_twice(command: Command) -> None:
    result = command.run(
        *STAFF, "--role", "viewer", "--grant", "ce.calendar.view-all", stdin=f"{PASSWORD}\n{PASSWORD}\n"
    )
    assert (result.exit_code, PASSWORD in result.output) == (0, False)
    staff = command.staff()
    assert staff.roles == frozenset({Role.STAFF, Role.VIEWER})
    assert staff.given == frozenset({Permission.CALENDAR_VIEW_ALL})
    assert staff.password_hash == f"hash of {PASSWORD}"


def test_a_script_gives_the_password_on_standard_input(command: Command) -> None:
    assert command.run(*STAFF, "--password-stdin", stdin=f"{PASSWORD}\r\n").exit_code == 0
    assert command.staff().password_hash == f"hash of {PASSWORD}"


def test_a_password_is_never_an_argument(command: Command) -> None:
    assert command.run(*STAFF, "--password", PASSWORD).exit_code == 2


def test_a_refusal_is_one_line_and_an_exit_code(command: Command) -> None:
    result = command.run(*STAFF, "--password-stdin", stdin="short\n")
    assert result.exit_code == 1
    assert result.stderr == "The password needs at least 10 characters.\n"
    assert command.run("org", "add", "demo", "--name", "Again").exit_code == 1
    assert command.run("user", "disable", "nobody@demo.example").exit_code == 1


def test_a_role_that_is_none_is_refused(command: Command) -> None:
    assert command.run(*STAFF, "--role", "king", "--password-stdin", stdin=PASSWORD).exit_code == 2


def test_a_password_is_set_anew(command: Command) -> None:
    command.run(*STAFF, "--password-stdin", stdin=PASSWORD)
    assert command.run("user", "password", "staff@demo.example", "--password-stdin", stdin="another one").exit_code == 0
    assert command.staff().password_hash == "hash of another one"


def test_a_disabled_person_is_listed_as_such(command: Command) -> None:
    command.run(*STAFF, "--grant", "ce.calendar.view-all", "--password-stdin", stdin=PASSWORD)
    assert command.run("user", "disable", "staff@demo.example").exit_code == 0
    assert command.run("user", "list").output == (
        "demo  staff@demo.example  staff, +ce.calendar.view-all  Sam Staff  (disabled)\n"
    )


def test_people_are_listed_by_organization(command: Command) -> None:
    command.run("org", "add", "other", "--name", "Other Health")
    command.run(*STAFF, "--password-stdin", stdin=PASSWORD)
    assert command.run("user", "list", "--org", "other").output == ""
    assert "staff@demo.example" in command.run("user", "list", "--org", "demo").output
    assert command.run("user", "list", "--org", "unknown").exit_code == 1
