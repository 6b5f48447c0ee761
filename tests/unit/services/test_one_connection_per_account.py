"""However an account came, by an earlier system or by its person, it is one connection."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, text

from ce_calendar.adapters.persistence.connections import SqlConnections
from ce_calendar.domain.errors import ConnectRefused, Invalid, NeedsReauth, ProviderUnavailable
from ce_calendar.domain.meetings.connections import LINKED, Connection, Status
from ce_calendar.ports import OpenUnitOfWork
from ce_calendar.services.endings import DisconnectOutcome
from ce_calendar.services.identifying import OTHER_ACCOUNT
from tests.builders_meetings import add_contact, make_event
from tests.conftest import FixedClock
from tests.unit.services.linking import PRIVATE, WORK
from tests.unit.services.migrating import LOST_KEY, Migration, csv_line, encrypted, make_migration

CARLA = "carla@clinic.example"


@pytest.fixture
def migration(uow: OpenUnitOfWork, clock: FixedClock) -> Migration:
    return make_migration(uow, clock)


def only(migration: Migration) -> Connection:
    [connection] = migration.connections()
    return connection


def vault_entries(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT COUNT(*) FROM credential_vault")).scalar_one())


def renamed(migration: Migration, connection: Connection, account_email: str) -> None:
    """As if the account had had another email when it was linked."""
    with migration.linking.uow() as uow:
        uow.connections.save(replace(connection, account_email=account_email))


# -- its person links the account -------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["", LOST_KEY])
@pytest.mark.parametrize("is_moved", [False, True])
def test_linking_it_anew_takes_over_what_was_brought(
    migration: Migration, engine: Engine, key: str, *, is_moved: bool
) -> None:
    linking = migration.linking
    brought = migration.bring_one(linking.town.staff, WORK, **({"key": key} if key else {}))
    if is_moved:
        migration.go()
    linked = linking.connect(linking.actor(linking.town.staff), WORK)
    assert linked.id == brought.id
    found = only(migration)
    assert (found.status, found.subject_id) == (Status.HEALTHY, f"subject-of-{WORK}")
    assert migration.legacy_left() == set()
    assert vault_entries(engine) == 1


def test_signing_in_again_keeps_the_row(migration: Migration) -> None:
    linking = migration.linking
    brought = migration.bring_one(linking.town.staff, WORK, key=LOST_KEY)
    migration.go()
    actor = linking.actor(linking.town.staff)
    with pytest.raises(ConnectRefused) as refusal:
        linking.connect(actor, PRIVATE, connection_id=brought.id)
    assert refusal.value.code == "account"
    assert linking.connect(actor, WORK, connection_id=brought.id).id == brought.id
    assert only(migration).status is Status.HEALTHY


def test_a_colleagues_account_of_the_same_name_is_another_connection(migration: Migration) -> None:
    linking = migration.linking
    migration.bring_one(linking.town.colleague, WORK)
    linking.connect(linking.actor(linking.town.staff), WORK)
    assert sorted(each.user_id for each in migration.connections()) == sorted(
        (linking.town.colleague.id, linking.town.staff.id)
    )


def test_linked_under_an_earlier_email_and_brought_under_the_new_one_they_become_one_when_linked_again(
    migration: Migration, engine: Engine
) -> None:
    linking = migration.linking
    actor = linking.actor(linking.town.staff)
    linked = linking.connect(actor, WORK)
    renamed(migration, linked, "sam.before@gmail.example")
    brought = migration.bring_one(linking.town.staff, WORK)
    migration.go()
    assert len(migration.connections()) == 2
    assert linking.connect(actor, WORK, connection_id=brought.id).id == linked.id
    assert (only(migration).account_email, vault_entries(engine)) == (WORK, 1)


def test_a_credential_that_reaches_the_vault_while_the_two_become_one_goes_with_its_row(
    migration: Migration, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    linking = migration.linking
    actor = linking.actor(linking.town.staff)
    linked = linking.connect(actor, WORK)
    renamed(migration, linked, "sam.before@gmail.example")
    migration.bring_one(linking.town.staff, WORK)
    migration.go()
    find = SqlConnections.by_account

    def as_it_was(connections: SqlConnections, **of: Any) -> Connection | None:
        """What a look before the backfill's commit finds; the lock comes after it."""
        found = find(connections, **of)
        return replace(found, credential_vault_ref=None) if found else None

    monkeypatch.setattr(SqlConnections, "by_account", as_it_was)
    linking.connect(actor, WORK)
    assert (only(migration).id, vault_entries(engine)) == (linked.id, 1)


# -- the first sync learns whose it is --------------------------------------------------------------------------------


def moved(migration: Migration, account: str = WORK) -> Connection:
    brought = migration.bring_one(migration.linking.town.staff, account)
    migration.go()
    return brought


def test_the_first_sync_learns_the_providers_id_and_asks_once(migration: Migration) -> None:
    brought = moved(migration)
    for _ in range(2):
        assert migration.syncing.run(brought.id) is not None
    assert only(migration).subject_id == f"subject-of-{WORK}"
    assert migration.linking.world.calls.count("account") == 1


def test_a_credential_of_another_account_is_refused_by_reason(migration: Migration) -> None:
    linking = migration.linking
    others = migration.granted(PRIVATE)
    migration.bring(csv_line(user=linking.town.staff.email, account=WORK, refresh=encrypted(others.refresh_token)))
    migration.go()
    migration.syncing.run(only(migration).id)
    found = only(migration)
    assert (found.status, found.last_error) == (Status.NEEDS_REAUTH, OTHER_ACCOUNT)
    with linking.uow() as uow:
        assert uow.connections.calendars(found.id) == [], "nothing of the other account was read"
    assert linking.connect(linking.actor(linking.town.staff), WORK, connection_id=found.id).id == found.id


def test_a_dead_token_asks_its_person_to_sign_in_again_on_the_same_row(migration: Migration) -> None:
    linking = migration.linking
    brought = moved(migration)
    linking.world.revoke(WORK)
    migration.syncing.run(brought.id)
    assert (only(migration).status, only(migration).last_error) == (Status.NEEDS_REAUTH, "invalid_grant")
    linking.connect(linking.actor(linking.town.staff), WORK, connection_id=brought.id)
    assert (only(migration).id, only(migration).status) == (brought.id, Status.HEALTHY)


def test_tokens_of_a_client_that_is_not_set_up_here_are_kept_and_ask_for_a_new_sign_in(
    migration: Migration, engine: Engine
) -> None:
    brought = migration.bring_one(migration.linking.town.staff, WORK, client_id="of-the-earlier-system")
    migration.go()
    migration.syncing.run(brought.id)
    assert (only(migration).status, only(migration).last_error) == (Status.NEEDS_REAUTH, "client_changed")
    assert vault_entries(engine) == 1


def test_a_provider_that_does_not_answer_is_asked_again_later(migration: Migration) -> None:
    brought = moved(migration)
    migration.linking.world.fail("account", ProviderUnavailable("http_503"))
    migration.syncing.run(brought.id)
    assert (only(migration).status, only(migration).is_identified) == (Status.RETRYING, False)
    migration.syncing.run(brought.id)
    assert (only(migration).status, only(migration).is_identified) == (Status.HEALTHY, True)


def linked_under_an_earlier_email(migration: Migration) -> Connection:
    """Linked, synced, and with meetings; then brought once more by another email."""
    linking = migration.linking
    linked = linking.connect(linking.actor(linking.town.staff), WORK)
    with linking.uow() as uow:
        add_contact(uow, linking.town.organization.id, CARLA)
    linking.world.put(WORK, make_event("review", guests=[CARLA]))
    migration.syncing.run(linked.id)
    renamed(migration, linking.stored(linked), "sam.before@gmail.example")
    return linked


@pytest.mark.parametrize("status", [Status.HEALTHY, Status.RETRYING, Status.NEEDS_REAUTH, Status.DISCONNECTED])
def test_what_the_provider_names_twice_becomes_one_and_keeps_its_meetings(
    migration: Migration, engine: Engine, status: Status
) -> None:
    linked = linked_under_an_earlier_email(migration)
    if status is Status.DISCONNECTED:
        with migration.linking.uow() as uow:
            stored = uow.connections.get(linked.id)
            assert stored
            migration.linking.credentials.forget(uow, stored)
            uow.connections.save(replace(stored, credential_vault_ref=None, status=status, sync_enabled=False))
    else:
        with migration.linking.uow() as uow:
            stored = uow.connections.get(linked.id)
            assert stored
            uow.connections.save(replace(stored, status=status, last_error="x" if status in LINKED else ""))
    brought = moved(migration)
    assert migration.syncing.run(brought.id) is not None
    assert only(migration).id == linked.id
    assert vault_entries(engine) == 1
    assert linked.id in migration.syncing.due() or status in {Status.HEALTHY, Status.RETRYING}
    migration.syncing.run(linked.id)
    assert only(migration).status is Status.HEALTHY
    with engine.connect() as connection:
        assert connection.execute(text("SELECT COUNT(*) FROM ce_calendar_events")).scalar_one() == 1
        leases = "SELECT COUNT(*) FROM leases WHERE name LIKE 'sync:%'"
        assert connection.execute(text(leases)).scalar_one() == 0


def test_one_whose_end_is_under_way_is_waited_for(migration: Migration) -> None:
    linked = linked_under_an_earlier_email(migration)
    brought = moved(migration)
    migration.book.disconnect(migration.linking.actor(migration.linking.town.staff), connection_id=linked.id)
    migration.syncing.run(brought.id)
    found = {each.id: each.status for each in migration.connections()}
    assert found == {linked.id: Status.DISCONNECTING, brought.id: Status.RETRYING}


# -- what waits cannot be synced --------------------------------------------------------------------------------------


def test_what_waits_is_neither_due_nor_synced_by_hand(migration: Migration) -> None:
    linking = migration.linking
    brought = migration.bring_one(linking.town.staff, WORK)
    actor = linking.actor(linking.town.staff)
    assert migration.syncing.run(brought.id) is None
    with pytest.raises(Invalid, match="must be moved to the vault first"):
        migration.syncing.sync_now(actor, connection_id=brought.id)
    migration.book.set_auto_sync(actor, connection_id=brought.id, enabled=False)
    migration.book.set_auto_sync(actor, connection_id=brought.id, enabled=True)
    assert migration.syncing.due() == []
    assert linking.jobs.asked == []


# -- disconnecting ----------------------------------------------------------------------------------------------------


def ended(migration: Migration, connection: Connection) -> DisconnectOutcome:
    actor = migration.linking.actor(migration.linking.town.staff)
    migration.book.disconnect(actor, connection_id=connection.id)
    outcome = migration.book.finish_disconnect(connection.id)
    assert migration.linking.stored(connection).status is (
        Status.DISCONNECTING if outcome is DisconnectOutcome.WAITING else Status.DISCONNECTED
    )
    return outcome


@pytest.mark.parametrize("is_moved", [False, True])
def test_disconnecting_what_was_brought_ends_its_grant_and_leaves_nothing(
    migration: Migration, engine: Engine, *, is_moved: bool
) -> None:
    brought = migration.bring_one(migration.linking.town.staff, WORK)
    if is_moved:
        migration.go()
    assert ended(migration, brought) is DisconnectOutcome.REVOKED
    assert not migration.linking.world.is_granted(WORK)
    assert migration.legacy_left() == set()
    assert vault_entries(engine) == 0


def test_disconnecting_what_does_not_open_says_so_and_leaves_nothing(migration: Migration) -> None:
    brought = migration.bring_one(migration.linking.town.staff, WORK, key=LOST_KEY)
    migration.go()
    assert ended(migration, brought) is DisconnectOutcome.UNREADABLE
    assert migration.legacy_left() == set()


def test_disconnecting_what_nobody_can_revoke_asks_nobody_whose_it_is(migration: Migration) -> None:
    brought = migration.bring_one(migration.linking.town.staff, WORK, provider="microsoft")
    assert ended(migration, brought) is DisconnectOutcome.FORGOTTEN
    assert (migration.legacy_left(), migration.linking.world.calls) == (set(), [])


def test_disconnecting_does_not_end_a_grant_that_a_colleague_lives_on(migration: Migration) -> None:
    linking = migration.linking
    linking.connect(linking.actor(linking.town.colleague), WORK)
    migration.bring(migration.line(linking.town.staff, WORK))
    [brought] = [each for each in migration.connections() if each.user_id == linking.town.staff.id]
    assert ended(migration, brought) is DisconnectOutcome.SHARED
    assert linking.world.is_granted(WORK)


def test_a_token_of_another_account_does_not_take_that_accounts_grant_along(migration: Migration) -> None:
    """The file mixed two people up, and the one whose token it is waits for the vault as well."""
    linking = migration.linking
    theirs = migration.granted(PRIVATE)
    token = encrypted(theirs.refresh_token)
    migration.bring(
        csv_line(user=linking.town.staff.email, account=WORK, refresh=token),
        csv_line(user=linking.town.colleague.email, account=PRIVATE, refresh=token),
    )
    assert ended(migration, migration.of_account(WORK)) is DisconnectOutcome.SHARED
    assert linking.world.is_granted(PRIVATE)


def test_a_colleagues_end_does_not_take_the_grant_from_what_waits(migration: Migration) -> None:
    linking = migration.linking
    mine = linking.connect(linking.actor(linking.town.staff), WORK)
    migration.bring(migration.line(linking.town.colleague, WORK))
    assert ended(migration, mine) is DisconnectOutcome.SHARED
    migration.go()
    [waiting] = [each for each in migration.connections() if each.user_id == linking.town.colleague.id]
    migration.syncing.run(waiting.id)
    assert linking.stored(waiting).status is Status.HEALTHY


@pytest.mark.parametrize(
    ("trouble", "outcome"),
    [
        (ProviderUnavailable("http_503"), DisconnectOutcome.WAITING),
        (NeedsReauth("invalid_grant"), DisconnectOutcome.ALREADY_REVOKED),
        (NeedsReauth("scope"), DisconnectOutcome.UNREADABLE),
    ],
)
def test_disconnecting_what_the_provider_will_not_name(
    migration: Migration, trouble: Exception, outcome: DisconnectOutcome
) -> None:
    brought = moved(migration)
    migration.linking.world.fail("account", trouble)  # type: ignore[arg-type] # all of them are provider errors
    assert ended(migration, brought) is outcome


def test_tokens_of_a_foreign_client_end_without_a_revocation(migration: Migration) -> None:
    brought = migration.bring_one(migration.linking.town.staff, WORK, client_id="of-the-earlier-system")
    assert ended(migration, brought) is DisconnectOutcome.UNREADABLE
    assert migration.legacy_left() == set()
