"""Several at once: two who press the button, two processes that work, and people who link and disconnect meanwhile."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import Engine, text

from ce_calendar.domain.errors import Invalid
from ce_calendar.domain.meetings.connections import Status
from ce_calendar.ports import OpenUnitOfWork
from ce_calendar.services.backfill import CHUNK
from tests.conftest import FixedClock
from tests.unit.services.migrating import Migration, csv_file, make_migration

ROWS = 3 * CHUNK


@pytest.fixture
def migration(uow: OpenUnitOfWork, clock: FixedClock) -> Migration:
    return make_migration(uow, clock)


def at_once(*calls: Callable[[], object]) -> None:
    """Start all of them at the same moment; whatever one raises, the test hears."""
    barrier = Barrier(len(calls))

    def after_the_others(call: Callable[[], object]) -> object:
        barrier.wait(10)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        for future in [pool.submit(after_the_others, call) for call in calls]:
            future.result(60)


def lines(migration: Migration) -> list[str]:
    return [migration.line(migration.linking.town.staff, f"a{number:03}@gmail.example") for number in range(ROWS)]


def assert_whole(migration: Migration, engine: Engine, *, live: int) -> None:
    """Every live connection has its one entry in the vault, and there is no other."""
    query = (
        "SELECT (SELECT COUNT(*) FROM credential_vault), (SELECT COUNT(DISTINCT credential_vault_ref)"
        " FROM ce_calendar_connections JOIN credential_vault v ON v.id = credential_vault_ref)"
    )
    with engine.connect() as connection:
        assert tuple(connection.execute(text(query)).one()) == (live, live)
    assert migration.legacy_left() == set()


def test_two_who_press_and_two_who_work_move_each_row_once(migration: Migration, engine: Engine) -> None:
    migration.bring(*lines(migration))
    town = migration.linking.town
    home = town.organization.id
    actors = [migration.linking.actor(town.staff), migration.linking.actor(town.admin)]

    def press_and_work(place: int) -> None:
        backfill = migration.make_backfill(migration.linking.uow)
        try:
            backfill.start(actors[place])
        except Invalid:
            return  # the other was so quick that nothing waits
        backfill.run(home)

    at_once(lambda: press_and_work(0), lambda: press_and_work(1))
    while migration.backfill.owed():
        migration.backfill.run(home)
    assert set(migration.statuses().values()) == {Status.HEALTHY}
    assert_whole(migration, engine, live=ROWS)
    view = migration.backfill.view(actors[0])
    assert view.run
    assert (view.run.done, view.run.failed, view.is_running) == (ROWS, 0, False)


def test_people_link_and_disconnect_while_it_runs(migration: Migration, engine: Engine) -> None:
    migration.bring(*lines(migration))
    linking = migration.linking
    actor = linking.actor(linking.town.staff)
    ids = {each.account_email: each.id for each in migration.connections()}
    migration.backfill.start(actor)

    def link() -> None:
        for number in range(0, ROWS, 7):
            linking.connect(actor, f"a{number:03}@gmail.example")

    def disconnect() -> None:
        for number in range(3, ROWS, 7):
            connection_id = ids[f"a{number:03}@gmail.example"]
            migration.book.disconnect(actor, connection_id=connection_id)
            migration.book.finish_disconnect(connection_id)

    at_once(lambda: migration.backfill.run(actor.organization_id), link, disconnect)
    ended = len(range(3, ROWS, 7))
    assert sorted(migration.statuses().values()) == sorted(
        [Status.DISCONNECTED] * ended + [Status.HEALTHY] * (ROWS - ended)
    )
    assert {each.account_email: each.id for each in migration.connections()} == ids
    assert_whole(migration, engine, live=ROWS - ended)


def test_the_same_file_brought_by_two_at_once_is_there_once(migration: Migration) -> None:
    content = csv_file(*lines(migration))

    def bring() -> None:
        try:
            migration.importing.take(content)
        except Invalid as refusal:
            assert "run it again" in str(refusal)  # noqa: PT017 - only the loser of a close race is refused

    at_once(bring, bring)
    assert len(migration.connections()) == ROWS
    assert migration.importing.take(content).known == ROWS
