"""Credentials of an earlier system on their way into the vault."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from ce_calendar.adapters.legacy_keys import FernetLegacyKeys
from ce_calendar.domain.errors import AccessDenied, Invalid
from ce_calendar.domain.meetings.connections import Status
from ce_calendar.domain.meetings.legacy import LegacyProblem
from ce_calendar.ports import OpenUnitOfWork
from ce_calendar.services.backfill import CHUNK, LEASE_SECONDS, NO_KEYS
from tests.conftest import FixedClock
from tests.support.doubles import audit_rows
from tests.unit.services.migrating import (
    LOST_KEY,
    OLD_KEY,
    OLDER_KEY,
    Migration,
    csv_line,
    encrypted,
    make_migration,
)

OLGA = "olga@gmail.example"


@pytest.fixture
def migration(uow: OpenUnitOfWork, clock: FixedClock) -> Migration:
    return make_migration(uow, clock)


def many(migration: Migration, count: int) -> None:
    town = migration.linking.town
    migration.bring(*(migration.line(town.viewer, f"a{number}@gmail.example") for number in range(count)))


# -- a row ------------------------------------------------------------------------------------------------------------


def test_a_legacy_credential_ends_in_the_vault_and_its_columns_are_empty(migration: Migration) -> None:
    connection = migration.bring_one(migration.linking.town.viewer, OLGA)
    assert connection.status is Status.PENDING
    run = migration.go()
    assert (run.total, run.done, run.failed) == (1, 1, 0)
    moved = migration.of_account(OLGA)
    assert (moved.id, moved.status, moved.last_error) == (connection.id, Status.HEALTHY, "")
    assert migration.legacy_left() == set()
    assert migration.linking.credentials.open(moved).refresh_token.startswith("refresh-")


def test_what_was_moved_is_due_and_syncs(migration: Migration) -> None:
    migration.bring_one(migration.linking.town.viewer, OLGA)
    migration.go()
    assert ("sync-due", migration.linking.town.organization.id) in migration.linking.jobs.asked
    [due] = migration.syncing.due()
    assert migration.syncing.run(due) is not None
    synced = migration.of_account(OLGA)
    assert (synced.status, synced.subject_id) == (Status.HEALTHY, f"subject-of-{OLGA}")


def test_each_of_the_earlier_systems_keys_opens_what_it_encrypted(migration: Migration) -> None:
    town = migration.linking.town
    migration.bring(
        migration.line(town.viewer, "new@gmail.example", key=OLD_KEY),
        migration.line(town.viewer, "old@gmail.example", key=OLDER_KEY),
    )
    assert migration.go().done == 2


@pytest.mark.parametrize(
    ("access", "refresh", "problem"),
    [
        # encrypted with a key that nobody has any more
        (encrypted("a", LOST_KEY), encrypted("r", LOST_KEY), LegacyProblem.KEY),
        # one of the two is enough to keep both
        (encrypted("a"), encrypted("r", LOST_KEY), LegacyProblem.KEY),
        # cut off on the way
        (encrypted("a")[:40], encrypted("r"), LegacyProblem.DAMAGED),
        # a letter changed: the signature does not fit
        (encrypted("a"), encrypted("r")[:-3] + "AA=", LegacyProblem.KEY),
        ("", "not-encrypted-at-all", LegacyProblem.DAMAGED),
        # it opens, and is no token
        ("", encrypted("two words"), LegacyProblem.CONTENT),
        ("", encrypted(""), LegacyProblem.CONTENT),
        ("", encrypted("käse"), LegacyProblem.CONTENT),
    ],
)
def test_what_cannot_be_opened_is_kept_with_its_reason(
    migration: Migration, access: str, refresh: str, problem: LegacyProblem
) -> None:
    town = migration.linking.town
    migration.bring(
        csv_line(user=town.viewer.email, account=OLGA, access=access, refresh=refresh),
        migration.line(town.viewer, "good@gmail.example"),
    )
    run = migration.go()
    assert (run.total, run.done, run.failed) == (2, 1, 1)
    kept = migration.of_account(OLGA)
    assert (kept.status, kept.last_error, kept.credential_vault_ref) == (Status.NEEDS_REAUTH, problem, None)
    assert migration.legacy_left() == {OLGA}
    view = migration.backfill.view(migration.linking.actor(town.staff))
    assert (view.pending, view.is_running) == (0, False)
    [unopened] = view.unopened
    assert (unopened.connection.account_email, unopened.owner_name) == (OLGA, town.viewer.name)
    assert not unopened.owner_may_connect, "a viewer cannot sign in again"


def test_a_refresh_token_alone_is_enough(migration: Migration) -> None:
    credential = migration.granted(OLGA)
    line = csv_line(user=migration.linking.town.viewer.email, account=OLGA, refresh=encrypted(credential.refresh_token))
    migration.bring(line)
    assert migration.go().done == 1
    assert migration.syncing.run(migration.of_account(OLGA).id) is not None
    assert migration.of_account(OLGA).status is Status.HEALTHY


def test_what_the_vault_does_not_give_back_is_not_let_go(migration: Migration, monkeypatch: pytest.MonkeyPatch) -> None:
    migration.bring_one(migration.linking.town.viewer, OLGA)
    read_back = migration.linking.credentials.read_back

    def forgetful(*arguments: Any) -> Any:
        return {key: replace(each, refresh_token="another") for key, each in read_back(*arguments).items()}

    monkeypatch.setattr(migration.linking.credentials, "read_back", forgetful)
    assert migration.go().failed == 1
    kept = migration.of_account(OLGA)
    assert (kept.last_error, kept.credential_vault_ref) == (LegacyProblem.NOT_READ_BACK, None)
    assert migration.legacy_left() == {OLGA}
    monkeypatch.undo()
    assert migration.go(again=True).done == 1


# -- the whole --------------------------------------------------------------------------------------------------------


def test_a_thousand_words_later_all_are_moved_in_chunks_and_each_was_told(migration: Migration) -> None:
    many(migration, 3 * CHUNK + 1)
    told: list[int] = []
    actor = migration.linking.actor(migration.linking.town.staff)
    migration.backfill.start(actor)
    run = migration.backfill.run(actor.organization_id, tell=lambda each: told.append(each.done))
    assert run is not None
    assert (run.total, run.done) == (3 * CHUNK + 1, 3 * CHUNK + 1)
    assert told == [CHUNK, 2 * CHUNK, 3 * CHUNK]
    assert len(migration.pauses) == 3
    assert set(migration.statuses().values()) == {Status.HEALTHY}


def test_how_far_it_is_stands_in_the_database_while_it_runs(migration: Migration) -> None:
    many(migration, 2 * CHUNK)
    reader = migration.linking.actor(migration.linking.town.viewer)
    seen: list[tuple[int, int, bool]] = []

    def look(_run: object) -> None:
        view = migration.backfill.view(reader)
        assert view.run
        seen.append((view.run.done, view.run.total, view.is_running))

    actor = migration.linking.actor(migration.linking.town.staff)
    migration.backfill.start(actor)
    assert migration.backfill.view(reader).is_running
    migration.backfill.run(actor.organization_id, tell=look)
    assert seen == [(CHUNK, 2 * CHUNK, True)]
    assert not migration.backfill.view(reader).is_running


def test_the_second_who_presses_joins_the_first(migration: Migration, engine: Engine) -> None:
    many(migration, 2)
    town = migration.linking.town
    migration.backfill.start(migration.linking.actor(town.staff))
    migration.backfill.start(migration.linking.actor(town.admin))
    run = migration.backfill.run(town.organization.id)
    assert run is not None
    assert (run.started_by, run.total, run.done) == (town.staff.id, 2, 2)
    assert migration.backfill.run(town.organization.id) is None
    with engine.connect() as connection:
        assert connection.execute(text("SELECT COUNT(*) FROM credential_vault")).scalar_one() == 2


def test_one_works_on_it_at_a_time_and_a_dead_one_is_taken_over(migration: Migration, clock: FixedClock) -> None:
    many(migration, 2 * CHUNK)
    home = migration.linking.town.organization.id
    migration.backfill.start(migration.linking.actor(migration.linking.town.staff))

    class Dead(BaseException):
        """The first process dies after its first chunk, lease and all."""

    @contextmanager
    def dying(*_: Any, **mode: Any) -> Iterator[Any]:
        if migration.legacy_left() != {each.account_email for each in migration.connections()}:
            raise Dead
        with migration.linking.uow(**mode) as unit:
            yield unit

    with pytest.raises(Dead):
        migration.make_backfill(dying).run(home)
    assert migration.backfill.owed() == []
    assert migration.backfill.run(home) is None, "its lease still stands"
    clock.advance(timedelta(seconds=LEASE_SECONDS + 1))
    assert migration.backfill.owed() == [home]
    run = migration.backfill.run(home)
    assert run is not None
    assert (run.total, run.done) == (2 * CHUNK, 2 * CHUNK)


def test_who_was_overtaken_writes_no_more(migration: Migration, clock: FixedClock) -> None:
    many(migration, 2 * CHUNK)
    home = migration.linking.town.organization.id
    migration.backfill.start(migration.linking.actor(migration.linking.town.staff))

    def sleeps_too_long(_run: object) -> None:
        clock.advance(timedelta(seconds=LEASE_SECONDS + 1))
        assert migration.backfill.run(home) is not None

    assert migration.make_backfill(migration.linking.uow).run(home, tell=sleeps_too_long) is None
    view = migration.backfill.view(migration.linking.actor(migration.linking.town.staff))
    assert view.run
    assert (view.run.total, view.run.done) == (2 * CHUNK, 2 * CHUNK)


def test_what_comes_while_it_runs_is_moved_too(migration: Migration) -> None:
    many(migration, CHUNK + 1)
    actor = migration.linking.actor(migration.linking.town.staff)
    migration.backfill.start(actor)
    late = migration.line(migration.linking.town.viewer, OLGA)

    def brings_more(_run: object) -> None:
        migration.bring(late)

    run = migration.backfill.run(actor.organization_id, tell=brings_more)
    assert run is not None
    assert (run.total, run.done) == (CHUNK + 2, CHUNK + 2)


def test_run_twice_it_finds_nothing(migration: Migration) -> None:
    many(migration, 1)
    migration.go()
    with pytest.raises(Invalid, match="Nothing waits"):
        migration.go()


def test_with_the_missing_key_set_what_was_kept_can_be_tried_again(migration: Migration) -> None:
    migration.bring_one(migration.linking.town.viewer, OLGA, key=LOST_KEY)
    assert migration.go().failed == 1
    with pytest.raises(Invalid):
        migration.go()
    migration.keys = FernetLegacyKeys([OLD_KEY, LOST_KEY])
    migration.backfill = migration.make_backfill(migration.linking.uow)
    assert migration.go(again=True).done == 1
    assert migration.of_account(OLGA).status is Status.HEALTHY


def test_without_any_key_nothing_is_begun(migration: Migration) -> None:
    many(migration, 1)
    actor = migration.linking.actor(migration.linking.town.staff)
    keyless = migration.make_backfill(migration.linking.uow, keys=FernetLegacyKeys([]))
    assert not keyless.view(actor).has_keys
    with pytest.raises(Invalid) as refusal:
        keyless.start(actor)
    assert str(refusal.value) == NO_KEYS
    assert set(migration.statuses().values()) == {Status.PENDING}


# -- who may ----------------------------------------------------------------------------------------------------------


def test_a_viewer_sees_how_far_it_is_but_cannot_start_it(migration: Migration, engine: Engine) -> None:
    town = migration.linking.town
    migration.bring_one(town.staff, OLGA, key=LOST_KEY)
    viewer = migration.linking.actor(town.viewer)
    with pytest.raises(AccessDenied):
        migration.backfill.start(viewer)
    assert ("vault.backfill", "refused", "") in audit_rows(engine)
    assert migration.backfill.view(viewer).pending == 1
    migration.go()
    assert migration.backfill.view(viewer).unopened == []
    assert not migration.backfill.view(viewer).may_start


def test_another_organization_neither_sees_nor_moves_them(migration: Migration) -> None:
    migration.bring_one(migration.linking.town.viewer, OLGA, key=LOST_KEY)
    stranger = migration.linking.actor(migration.linking.town.stranger)
    with pytest.raises(Invalid):
        migration.backfill.start(stranger, again=True)
    migration.go()
    view = migration.backfill.view(stranger)
    assert (view.pending, view.run, list(view.unopened)) == (0, None, [])
    with pytest.raises(Invalid):
        migration.backfill.start(stranger, again=True)
    assert migration.legacy_left() == {OLGA}
