"""Connections of an earlier system from a CSV file: all of its rows, or none."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from ce_calendar.adapters.persistence.engine import make_engine
from ce_calendar.adapters.persistence.unit_of_work import unit_of_work_on
from ce_calendar.domain.errors import Invalid, NotFound, Refused
from ce_calendar.domain.meetings.connections import ClientSource, Provider, Status
from ce_calendar.domain.meetings.privacy import PrivacyLevel
from ce_calendar.ports import OpenUnitOfWork
from ce_calendar.services import importing
from ce_calendar.services.importing import COLUMNS, ImportRefused
from tests.builders import make_user
from tests.conftest import FixedClock
from tests.support.doubles import audit_rows
from tests.unit.services.migrating import Migration, csv_file, csv_line, encrypted, make_migration

STAFF = "staff@demo.example"
GOOD = csv_line(user=STAFF, account="sam.work@gmail.example", refresh=encrypted("r"))


@pytest.fixture
def migration(uow: OpenUnitOfWork, clock: FixedClock) -> Migration:
    return make_migration(uow, clock)


def refusal_of(migration: Migration, content: bytes, **options: str) -> Refused:
    with pytest.raises(Refused) as refusal:
        migration.importing.take(content, **options)
    assert migration.connections() == []
    return refusal.value


# -- what is taken ----------------------------------------------------------------------------------------------------


def test_a_row_becomes_a_connection_that_waits_for_the_vault(migration: Migration) -> None:
    report = migration.bring(csv_line(user=STAFF, account="Sam.Work@Gmail.example", refresh=encrypted("r")))
    assert (report.added, report.known) == (1, 0)
    [connection] = migration.connections()
    assert connection.user_id == migration.linking.town.staff.id
    assert (connection.provider, connection.account_email) == (Provider.GOOGLE, "sam.work@gmail.example")
    assert (connection.status, connection.sync_enabled) == (Status.PENDING, True)
    assert (connection.privacy_level, connection.client_id) == (PrivacyLevel.FULL, "client")
    assert not connection.is_identified
    assert connection.credential_vault_ref is None
    assert migration.syncing.due() == []


@pytest.mark.parametrize(
    "shape",
    [
        # spreadsheets put it in front
        lambda content: b"\xef\xbb\xbf" + content,
        # of Windows
        lambda content: content.replace(b"\n", b"\r\n"),
        # of a Mac long ago
        lambda content: content.replace(b"\n", b"\r"),
        lambda content: content.rstrip(b"\n"),
        # blank lines, and lines of nothing but commas, are what spreadsheets leave
        lambda content: content.replace(b"\n", b"\n\n") + b",,,,,\n \n",
        lambda content: content.replace(b"staff@demo.example", b'"staff@demo.example"'),
        lambda content: content.replace(b"staff@demo.example", b"  STAFF@demo.example "),
        lambda content: content.replace(b",google,", b",Google,"),
        lambda content: content.replace(b"user_email", b" User_Email "),
    ],
)
def test_what_spreadsheets_make_of_it_is_taken_as_well(migration: Migration, shape: Callable[[bytes], bytes]) -> None:
    assert migration.importing.take(shape(csv_file(GOOD))).added == 1
    [connection] = migration.connections()
    assert connection.account_email == "sam.work@gmail.example"


def test_columns_may_stand_in_any_order(migration: Migration) -> None:
    order = list(COLUMNS)
    random.Random(7).shuffle(order)
    values = dict(zip(COLUMNS, GOOD.split(","), strict=True))
    content = "\n".join((",".join(order), ",".join(values[name] for name in order)))
    assert migration.importing.take(content.encode()).added == 1


def test_the_same_file_twice_changes_nothing(migration: Migration, engine: Engine) -> None:
    migration.bring(GOOD)
    before, trail = migration.connections(), audit_rows(engine)
    report = migration.bring(GOOD)
    assert (report.added, report.known) == (0, 1)
    assert migration.connections() == before
    assert audit_rows(engine) == trail


def test_what_was_moved_or_ended_since_does_not_come_back(migration: Migration) -> None:
    connection = migration.bring_one(migration.linking.town.staff, "sam.work@gmail.example")
    migration.go()
    line = csv_line(user=STAFF, account="sam.work@gmail.example", refresh=encrypted("r"))
    assert migration.bring(line).known == 1
    migration.book.disconnect(migration.linking.actor(migration.linking.town.staff), connection_id=connection.id)
    migration.book.finish_disconnect(connection.id)
    assert migration.bring(line).known == 1
    assert migration.statuses() == {"sam.work@gmail.example": Status.DISCONNECTED}


def test_an_account_that_its_person_linked_already_is_known(migration: Migration) -> None:
    linking = migration.linking
    linking.connect(linking.actor(linking.town.staff), "sam@gmail.example")
    assert migration.bring(csv_line(user=STAFF, account="sam@gmail.example", refresh=encrypted("r"))).known == 1


def test_two_people_may_share_an_account(migration: Migration) -> None:
    other = GOOD.replace(STAFF, "colleague@demo.example")
    assert migration.bring(GOOD, other).added == 2


def test_calendars_of_who_signs_in_no_more_stay_paused(migration: Migration, clock: FixedClock) -> None:
    with migration.linking.uow() as uow:
        uow.users.add(
            make_user(
                organization_id=migration.linking.town.organization.id, email="gone@demo.example", disabled_at=clock()
            )
        )
    migration.bring(GOOD.replace(STAFF, "gone@demo.example"))
    [connection] = migration.connections()
    assert not connection.sync_enabled


def test_the_client_that_issued_the_tokens_is_remembered_with_whose_it_is(migration: Migration) -> None:
    migration.bring(GOOD, csv_line(user=STAFF, account="b@gmail.example", refresh="x", client_id="strange-client"))
    sources = {each.client_id: each.client_source for each in migration.connections()}
    assert sources == {"client": ClientSource.PLATFORM, "strange-client": ClientSource.TENANT}


def test_an_import_is_in_the_trail_of_each_organization(migration: Migration, engine: Engine) -> None:
    migration.bring(GOOD, GOOD.replace(STAFF, "admin@other.example"))
    assert [row[:2] for row in audit_rows(engine)].count(("connection.import", "done")) == 2


def test_hundreds_are_taken_at_once(migration: Migration) -> None:
    lines = [csv_line(user=STAFF, account=f"a{number}@gmail.example", refresh="x" * 60) for number in range(700)]
    assert migration.bring(*lines).added == 700


# -- what is not ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("google", "yahoo"), "provider is neither google nor microsoft"),
        (("staff@demo.example", "nobody@demo.example"), "Nobody here signs in with this user_email"),
        (("staff@demo.example", "staff"), "user_email is not an email address"),
        (("staff@demo.example", ""), "user_email is not an email address"),
        (("sam.work@gmail.example", "sam.work"), "account is not an email address"),
        (("sam.work@gmail.example", "sam work@gmail.example"), "account is not an email address"),
        ((",client", ","), "client_id is missing"),
        ((",client", ",a client"), "client_id is not the id of a client"),
        ((",client", "," + "c" * 201), "client_id is too long"),
        ((",client", ""), "There are 5 fields where 6 belong"),
        ((",client", ",client,"), "There are 7 fields where 6 belong"),
        ((encrypted("")[:5], "two words"), "refresh_token_encrypted holds characters"),
        # a mistake that must not put a token into the database
        (("gAAAA", "1//0"), "looks like a token in the clear"),
        (("gAAAA", "ya29.a0"), "looks like a token in the clear"),
        (("gAAAA", "eyJ0eXAi.eyJ"), "looks like a token in the clear"),
        (("gAAAA", "A" * 40_000), "refresh_token_encrypted is longer than 32,768 characters"),
    ],
)
def test_a_bad_row_is_told_by_line_and_reason_and_no_row_is_taken(
    migration: Migration, change: tuple[str, str], says: str
) -> None:
    bad = GOOD.replace("sam.work", "other").replace("other@gmail", "sam.work@gmail").replace(*change)
    fine = csv_line(user=STAFF, account="fine@gmail.example", refresh=encrypted("r"))
    refusal = refusal_of(migration, csv_file(fine, "", bad))
    assert isinstance(refusal, ImportRefused)
    [told] = refusal.rows
    assert told.line == 4
    assert says in told.reason


def test_a_row_without_any_token_is_bad(migration: Migration) -> None:
    refusal = refusal_of(migration, csv_file(csv_line(user=STAFF, account="a@gmail.example")))
    assert isinstance(refusal, ImportRefused)
    assert "neither an access_token_encrypted nor" in refusal.rows[0].reason


def test_the_same_account_twice_in_a_file_is_bad(migration: Migration) -> None:
    refusal = refusal_of(migration, csv_file(GOOD, GOOD.replace("sam.work", "SAM.WORK")))
    assert isinstance(refusal, ImportRefused)
    assert (refusal.rows[0].line, refusal.rows[0].reason) == (
        3,
        "The same person, provider and account stand in line 2.",
    )


def test_bad_rows_are_told_in_the_order_of_the_file(migration: Migration) -> None:
    unknown = GOOD.replace(STAFF, "nobody@demo.example")
    refusal = refusal_of(migration, csv_file(unknown, GOOD.replace("google", "yahoo"), unknown.replace("sam", "tom")))
    assert isinstance(refusal, ImportRefused)
    assert [row.line for row in refusal.rows] == [2, 3, 4]


def test_lines_are_counted_as_an_editor_does(migration: Migration) -> None:
    quoted = GOOD.replace("client", '"cli\nent"')
    refusal = refusal_of(migration, csv_file(quoted, GOOD.replace("google", "yahoo").replace("sam", "tom")))
    assert isinstance(refusal, ImportRefused)
    assert [row.line for row in refusal.rows] == [2, 4]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "The file is empty"),
        (b"\n\n", "The file is empty"),
        (csv_file().replace(b",provider", b""), "columns missing: provider"),
        (csv_file().replace(b"provider", b"account"), "columns named twice: account"),
        (csv_file().replace(b"provider,", b"provider,scopes,"), "columns that do not belong here, by their number: 3"),
        # no header at all: the first line is a row
        (GOOD.encode(), "columns missing: user_email, provider"),
        (csv_file(GOOD).replace(b",", b";"), "columns missing"),
        (csv_file(GOOD) + b"caf\xe9,google", "not UTF-8 text (line 3)"),
        (csv_file(GOOD).decode().encode("utf-16"), "not UTF-8 text (line 1)"),
        (csv_file(GOOD) + b"\0", "not text (line 3)"),
        (csv_file(GOOD, '"never closed,google'), "no CSV from line 3 on"),
        (csv_file(GOOD, "x" * 200_000), "no CSV from line 3 on"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_as_a_whole(migration: Migration, content: bytes, says: str) -> None:
    assert says in str(refusal_of(migration, content))


def test_a_file_without_end_is_refused(migration: Migration, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "LARGEST_FILE", 3 * 1024 * 1024)
    assert "larger than 3 MB" in str(refusal_of(migration, b"x" * (3 * 1024 * 1024 + 1)))
    monkeypatch.setattr(importing, "MOST_ROWS", 2)
    lines = [GOOD.replace("sam", f"sam{number}") for number in range(3)]
    assert "more than 2 rows" in str(refusal_of(migration, csv_file(*lines)))


def test_no_reason_repeats_what_stood_in_the_file(migration: Migration) -> None:
    secret = "gAAAAABsecretsecret"
    columns_mixed_up = [
        csv_line(user=secret, account=secret, access=secret, refresh=secret, provider=secret, client_id=secret),
        csv_line(user=STAFF, account=secret, refresh="a b " + secret, client_id="a b " + secret),
        secret,
    ]
    refusal = refusal_of(migration, csv_file(*columns_mixed_up))
    assert isinstance(refusal, ImportRefused)
    assert len(refusal.rows) == 3
    assert secret not in repr(refusal.rows)
    assert secret not in str(refusal_of(migration, (secret + ",b\n").encode()))


def test_people_of_another_organization_are_nobody_here(migration: Migration) -> None:
    foreign = GOOD.replace(STAFF, "admin@other.example")
    refusal = refusal_of(migration, csv_file(GOOD, foreign), organization_slug="demo")
    assert isinstance(refusal, ImportRefused)
    assert [row.line for row in refusal.rows] == [3]
    assert migration.importing.take(csv_file(GOOD), organization_slug="demo").added == 1
    with pytest.raises(NotFound):
        migration.importing.take(csv_file(GOOD), organization_slug="nowhere")


# -- at random --------------------------------------------------------------------------------------------------------

fields = st.one_of(
    st.sampled_from([STAFF, "colleague@demo.example", "nobody@demo.example", "google", "microsoft", "client", ""]),
    st.sampled_from([encrypted("r"), "ya29.token", '"', '"a"', "a,b", "\n", "a@b.example", "ä", "\x00", " ", "x" * 40]),
    st.text(max_size=12),
)
lines = st.one_of(
    st.just(GOOD),
    st.integers(0, 5).map(lambda number: GOOD.replace("sam", f"sam{number}")),
    st.lists(fields, max_size=8).map(",".join),
)


@pytest.fixture(scope="module")
def settled(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Migration:
    path = tmp_path_factory.mktemp("random") / "random.db"
    shutil.copy(migrated_sqlite, path)
    return make_migration(unit_of_work_on(make_engine(f"sqlite:///{path}")), FixedClock())


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    header=st.one_of(st.just(",".join(COLUMNS)), st.permutations(COLUMNS).map(",".join), lines), rows=st.lists(lines)
)
def test_whatever_stands_in_a_file_it_is_taken_whole_or_not_at_all(
    settled: Migration, header: str, rows: list[str]
) -> None:
    before = settled.connections()
    content = "\n".join((header, *rows)).encode("utf-8", "replace")
    try:
        report = settled.importing.take(content)
    except (Invalid, ImportRefused):
        assert settled.connections() == before
    else:
        assert len(settled.connections()) == len(before) + report.added
        again = settled.importing.take(content)
        assert (again.added, again.known) == (0, report.added + report.known)


def test_tokens_are_stored_as_they_came(migration: Migration, engine: Engine) -> None:
    sealed = encrypted("r")
    migration.bring(csv_line(user=STAFF, account="a@gmail.example", refresh=sealed))
    with engine.connect() as connection:
        query = "SELECT access_token_encrypted, refresh_token_encrypted FROM ce_calendar_connections"
        assert [tuple(row) for row in connection.execute(text(query))] == [(None, sealed)]
