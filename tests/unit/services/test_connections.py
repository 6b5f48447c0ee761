"""Connections on the screen, their switches and their end."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text

from ce_calendar.adapters.memory import MemoryAuthorizer
from ce_calendar.domain.access import Actor, Permission
from ce_calendar.domain.errors import AccessDenied, Invalid, NotFound, ProviderUnavailable
from ce_calendar.domain.meetings.connections import Connection, Provider, Revocation, Status
from ce_calendar.domain.meetings.privacy import PrivacyLevel
from ce_calendar.domain.meetings.runs import RunOutcome, SyncReport, SyncRun
from ce_calendar.domain.meetings.timeline import MeetingTally
from ce_calendar.domain.people import User
from ce_calendar.ports import OpenUnitOfWork
from ce_calendar.services.connections import sync_lease
from ce_calendar.services.endings import DisconnectOutcome
from tests.builders import make_actor, new_id
from tests.builders_meetings import add_contact, make_calendar, make_event, make_read, sync_into
from tests.conftest import FixedClock
from tests.support.doubles import audit_rows
from tests.unit.services.linking import PRIVATE, WORK, Linking, make_linking

CARLA = "carla@clinic.example"


@pytest.fixture
def linking(uow: OpenUnitOfWork, clock: FixedClock) -> Linking:
    return make_linking(uow, clock)


@pytest.fixture
def mine(linking: Linking) -> Connection:
    connection = linking.connect(linking.actor(linking.town.staff))
    linking.jobs.asked.clear()
    linking.announcements.told.clear()
    linking.world.calls.clear()
    return connection


def vault_rows(engine: Engine) -> int:
    with engine.connect() as connection:
        found: int = connection.execute(text("SELECT count(*) FROM credential_vault")).scalar_one()
        return found


# -- the list ----------------------------------------------------------------------------------------------------


def test_ones_own_come_first_and_say_who_may_change_them(linking: Linking, mine: Connection) -> None:
    theirs = linking.connect(linking.actor(linking.town.colleague), PRIVATE)

    views = linking.book.list(linking.actor(linking.town.colleague)).views

    assert [view.connection.id for view in views] == [theirs.id, mine.id]
    assert [(view.is_own, view.may_change) for view in views] == [(True, True), (False, False)]
    assert views[1].owner_name == linking.town.staff.name


def test_an_admin_may_change_all_and_a_viewer_none(linking: Linking, mine: Connection) -> None:
    assert [view.may_change for view in linking.book.list(linking.actor(linking.town.admin)).views] == [True]
    assert [view.may_change for view in linking.book.list(linking.actor(linking.town.viewer)).views] == [False]


def test_another_organization_sees_nothing(linking: Linking, mine: Connection) -> None:
    assert linking.book.list(linking.actor(linking.town.stranger)).total == 0


def test_who_may_not_see_calendars_sees_no_list(linking: Linking, mine: Connection, engine: Engine) -> None:
    with pytest.raises(AccessDenied):
        linking.book.list(make_actor(linking.town.staff, permissions=[Permission.ERP_VIEW]))
    assert ("connection.list", "refused", "") in audit_rows(engine)


def test_a_run_under_way_shows_while_its_lease_is_held(linking: Linking, mine: Connection) -> None:
    run = SyncRun(new_id(), mine.organization_id, mine.id, linking.clock(), RunOutcome.RUNNING, None, SyncReport(3))
    with linking.uow() as uow:
        uow.runs.add(run)
        uow.leases.acquire(sync_lease(mine.id), holder="worker", now=linking.clock(), seconds=60)

    view = linking.book.list(linking.actor(linking.town.staff)).views[0]
    assert view.running == SyncReport(3)
    assert view.latest == run

    linking.clock.advance(timedelta(minutes=2))  # its worker was killed
    assert linking.book.list(linking.actor(linking.town.staff)).views[0].running is None


# -- who may change ----------------------------------------------------------------------------------------------


def attempts(linking: Linking, actor: Actor, connection: Connection) -> list[tuple[str, object]]:
    book, connection_id = linking.book, connection.id
    return [
        ("connection.auto-sync", lambda: book.set_auto_sync(actor, connection_id=connection_id, enabled=False)),
        (
            "connection.privacy",
            lambda: book.set_privacy(actor, connection_id=connection_id, level=PrivacyLevel.BUSY_ONLY),
        ),
        ("connection.disconnect", lambda: book.disconnect_effects(actor, connection_id=connection_id)),
        ("connection.disconnect", lambda: book.disconnect(actor, connection_id=connection_id)),
    ]


def expect_refusals(linking: Linking, user: User, mine: Connection, refusal: type[Exception], engine: Engine) -> None:
    for action, attempt in attempts(linking, linking.actor(user), mine):
        with pytest.raises(refusal):
            attempt()  # type: ignore[operator]  # a list of names and calls
        assert audit_rows(engine)[-1] == (action, "refused", mine.id)
    assert linking.stored(mine) == mine
    assert linking.jobs.asked == []


def test_a_colleague_cannot_change_or_end_my_connection(linking: Linking, mine: Connection, engine: Engine) -> None:
    expect_refusals(linking, linking.town.colleague, mine, AccessDenied, engine)


def test_a_viewer_cannot_change_or_end_a_connection(linking: Linking, mine: Connection, engine: Engine) -> None:
    expect_refusals(linking, linking.town.viewer, mine, AccessDenied, engine)


def test_another_organizations_admin_finds_no_such_connection(
    linking: Linking, mine: Connection, engine: Engine
) -> None:
    expect_refusals(linking, linking.town.stranger, mine, NotFound, engine)


def test_an_admin_can_pause_restrict_and_end_my_connection(linking: Linking, mine: Connection) -> None:
    for _, attempt in attempts(linking, linking.actor(linking.town.admin), mine):
        attempt()  # type: ignore[operator]  # a list of names and calls

    assert linking.stored(mine).status is Status.DISCONNECTING


def test_an_ended_connection_is_not_there_to_change(linking: Linking, mine: Connection) -> None:
    actor = linking.actor(linking.town.staff)
    linking.book.disconnect(actor, connection_id=mine.id)

    with pytest.raises(NotFound):
        linking.book.disconnect(actor, connection_id=mine.id)
    assert linking.book.list(actor).total == 0


@pytest.mark.parametrize("wanted", ["", "x" * 32, "' OR 1=1", "\x00" * 32, "\ud800", None, 7, ["a"], {"a": 1}])
def test_an_id_that_is_none_of_ours_finds_nothing(linking: Linking, wanted: Any) -> None:
    actor = linking.actor(linking.town.staff)

    with pytest.raises(NotFound):
        linking.book.set_auto_sync(actor, connection_id=wanted, enabled=False)
    with pytest.raises(NotFound):
        linking.book.disconnect(actor, connection_id=wanted)


@pytest.mark.parametrize("level", ["", "everything", None, 7, ["full"], {"a": 1}])
def test_a_level_that_is_none_is_refused(linking: Linking, mine: Connection, level: Any) -> None:
    with pytest.raises(Invalid):
        linking.book.set_privacy(linking.actor(linking.town.staff), connection_id=mine.id, level=level)


# -- switches ----------------------------------------------------------------------------------------------------


def test_off_pauses_and_on_syncs_at_once(linking: Linking, mine: Connection) -> None:
    actor = linking.actor(linking.town.staff)

    linking.book.set_auto_sync(actor, connection_id=mine.id, enabled=False)
    assert not linking.stored(mine).sync_enabled
    assert linking.jobs.asked == []
    with linking.uow() as uow:
        assert uow.connections.due(now=linking.clock(), limit=10) == []

    linking.clock.advance(timedelta(hours=3))
    linking.book.set_auto_sync(actor, connection_id=mine.id, enabled=True)
    assert linking.stored(mine).next_sync_at == linking.clock()
    assert linking.jobs.asked == [("sync", mine.id)]
    assert (mine.organization_id, "connections") in linking.announcements.told


def test_switching_to_what_it_is_does_nothing(linking: Linking, mine: Connection) -> None:
    linking.book.set_auto_sync(linking.actor(linking.town.staff), connection_id=mine.id, enabled=True)

    assert linking.jobs.asked == linking.announcements.told == []


def test_a_connection_that_needs_its_person_is_not_queued(linking: Linking, mine: Connection) -> None:
    with linking.uow() as uow:
        uow.connections.save(replace(mine, status=Status.NEEDS_REAUTH, sync_enabled=False))

    linking.book.set_auto_sync(linking.actor(linking.town.staff), connection_id=mine.id, enabled=True)

    assert linking.stored(mine).sync_enabled
    assert linking.jobs.asked == []


def test_less_takes_effect_at_once_and_more_with_a_full_read(linking: Linking, mine: Connection) -> None:
    actor = linking.actor(linking.town.staff)
    meetings(linking, mine)

    linking.book.set_privacy(actor, connection_id=mine.id, level=PrivacyLevel.TIME_AND_ATTENDEES)
    assert titles(linking) == {""}

    linking.jobs.asked.clear()
    linking.book.set_privacy(actor, connection_id=mine.id, level=PrivacyLevel.FULL)
    assert linking.stored(mine).full_read_version == mine.full_read_version + 2
    assert linking.jobs.asked == [("sync", mine.id)]


def test_an_admin_cannot_show_more_than_the_owner_chose(linking: Linking, mine: Connection) -> None:
    with linking.uow() as uow:
        uow.connections.save(replace(mine, privacy_level=PrivacyLevel.BUSY_ONLY))

    with pytest.raises(Invalid):
        linking.book.set_privacy(linking.actor(linking.town.admin), connection_id=mine.id, level=PrivacyLevel.FULL)
    assert linking.stored(mine).privacy_level is PrivacyLevel.BUSY_ONLY


# -- the end -----------------------------------------------------------------------------------------------------


def meetings(linking: Linking, connection: Connection) -> None:
    """A coming and a past meeting with a contact, and past busy time."""
    calendar = make_calendar(connection)
    past = linking.clock() - timedelta(days=2)
    read = make_read(
        make_event("coming", guests=[CARLA]),
        make_event("past", guests=[CARLA], starts_at=past),
        make_event("busy", starts_at=past),
        is_full=True,
    )
    with linking.uow() as uow:
        add_contact(uow, connection.organization_id, CARLA)
        uow.connections.save_calendars([calendar])
        sync_into(uow, calendar, read)


def events(linking: Linking) -> set[str]:
    return {row[0] for row in _rows(linking, "provider_event_id")}


def titles(linking: Linking) -> set[str]:
    return {row[0] for row in _rows(linking, "title")}


def _rows(linking: Linking, column: str) -> list[tuple[str]]:
    with linking.uow() as uow:
        database = uow.connections._database  # type: ignore[attr-defined]  # a look behind the port
        return [tuple(row) for row in database.execute(text(f"SELECT {column} FROM ce_calendar_events"))]


def test_the_confirmation_knows_what_will_go(linking: Linking, mine: Connection) -> None:
    meetings(linking, mine)

    effects = linking.book.disconnect_effects(linking.actor(linking.town.staff), connection_id=mine.id)

    assert effects.connection.id == mine.id
    assert effects.tally == MeetingTally(coming=1, past=1, busy=1)


def test_disconnecting_ends_it_at_once_and_the_job_revokes(linking: Linking, mine: Connection, engine: Engine) -> None:
    meetings(linking, mine)

    linking.book.disconnect(linking.actor(linking.town.staff), connection_id=mine.id)

    assert linking.stored(mine).status is Status.DISCONNECTING
    assert events(linking) == {"past"}
    assert linking.world.calls == []  # nobody waits for the provider
    assert linking.jobs.asked == [("finish-disconnect", mine.id)]
    assert {topic for _, topic in linking.announcements.told} == {"connections", "timeline"}

    assert linking.book.finish_disconnect(mine.id) is DisconnectOutcome.REVOKED

    ended = linking.stored(mine)
    assert (ended.status, ended.credential_vault_ref) == (Status.DISCONNECTED, None)
    assert not linking.world.is_granted(WORK)
    assert vault_rows(engine) == 0
    assert audit_rows(engine)[-1] == ("connection.revoke", "done", mine.id)
    assert linking.book.finish_disconnect(mine.id) is DisconnectOutcome.NOTHING_TO_DO


def test_past_meetings_go_too_if_the_person_ticks_it(linking: Linking, mine: Connection) -> None:
    meetings(linking, mine)

    linking.book.disconnect(linking.actor(linking.town.staff), connection_id=mine.id, delete_past=True)

    assert events(linking) == set()


def test_what_a_run_under_way_wrote_afterwards_goes_with_the_end(linking: Linking, mine: Connection) -> None:
    linking.book.disconnect(linking.actor(linking.town.staff), connection_id=mine.id)
    meetings(linking, mine)

    linking.book.finish_disconnect(mine.id)

    assert events(linking) == {"past"}


def test_a_grant_others_live_on_is_not_revoked(linking: Linking, mine: Connection, engine: Engine) -> None:
    elsewhere = linking.connect(linking.actor(linking.town.stranger))
    linking.book.disconnect(linking.actor(linking.town.staff), connection_id=mine.id)

    assert linking.book.finish_disconnect(mine.id) is DisconnectOutcome.SHARED

    assert linking.credentials.fresh(elsewhere)
    assert "revoke" not in linking.world.calls
    assert vault_rows(engine) == 1

    # The last one to go takes the grant along.
    linking.book.disconnect(linking.actor(linking.town.stranger), connection_id=elsewhere.id)
    assert linking.book.finish_disconnect(elsewhere.id) is DisconnectOutcome.REVOKED


def test_a_provider_that_is_down_is_tried_again(linking: Linking, mine: Connection) -> None:
    linking.book.disconnect(linking.actor(linking.town.staff), connection_id=mine.id)
    linking.world.fail("revoke", ProviderUnavailable())

    assert linking.book.finish_disconnect(mine.id) is DisconnectOutcome.WAITING
    assert linking.stored(mine).credential_vault_ref == mine.credential_vault_ref
    with linking.uow() as uow:
        assert [each.id for each in uow.connections.disconnecting()] == [mine.id]

    assert linking.book.finish_disconnect(mine.id) is DisconnectOutcome.REVOKED


def test_a_grant_that_is_gone_already_is_told_so(linking: Linking, mine: Connection) -> None:
    linking.world.revoke(WORK)
    linking.book.disconnect(linking.actor(linking.town.staff), connection_id=mine.id)

    assert linking.book.finish_disconnect(mine.id) is DisconnectOutcome.ALREADY_REVOKED
    assert linking.stored(mine).status is Status.DISCONNECTED


def test_a_provider_that_ends_no_grants_is_told_apart(
    linking: Linking, mine: Connection, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Microsoft's way: what we forget is all there is to do."""
    monkeypatch.setattr(MemoryAuthorizer, "revoke", lambda *_: Revocation.NOT_OFFERED)
    linking.book.disconnect(linking.actor(linking.town.staff), connection_id=mine.id)

    assert linking.book.finish_disconnect(mine.id) is DisconnectOutcome.FORGOTTEN
    assert linking.stored(mine).status is Status.DISCONNECTED
    assert vault_rows(engine) == 0


def test_where_nothing_can_be_revoked_nobody_is_waited_for(linking: Linking, mine: Connection, engine: Engine) -> None:
    """No client of Microsoft's is set up any more, and it would be of no use."""
    with linking.uow() as uow:
        uow.connections.save(replace(mine, provider=Provider.MICROSOFT))
    linking.book.disconnect(linking.actor(linking.town.staff), connection_id=mine.id)

    assert linking.book.finish_disconnect(mine.id) is DisconnectOutcome.FORGOTTEN
    assert linking.world.calls == []
    assert vault_rows(engine) == 0


def test_a_credential_that_does_not_open_is_forgotten_and_told(
    linking: Linking, mine: Connection, engine: Engine
) -> None:
    linking.book.disconnect(linking.actor(linking.town.staff), connection_id=mine.id)
    with engine.begin() as database:
        database.execute(text("UPDATE credential_vault SET ciphertext = 'damaged'"))

    assert linking.book.finish_disconnect(mine.id) is DisconnectOutcome.UNREADABLE
    assert vault_rows(engine) == 0


def test_linking_again_before_the_end_wins(linking: Linking, mine: Connection) -> None:
    actor = linking.actor(linking.town.staff)
    linking.book.disconnect(actor, connection_id=mine.id)
    again = linking.connect(actor)

    assert linking.book.finish_disconnect(mine.id) is DisconnectOutcome.NOTHING_TO_DO
    assert linking.stored(mine) == again
    assert linking.world.is_granted(WORK)


def test_linking_again_waits_for_a_revocation_under_way(linking: Linking, mine: Connection) -> None:
    """While one revokes, the other must not store a credential that is dying."""
    actor = linking.actor(linking.town.staff)
    linking.book.disconnect(actor, connection_id=mine.id)
    told: list[str] = []

    def link_meanwhile(operation: str) -> None:
        if operation == "revoke" and not told:
            told.append("linking")
            try:
                linking.connect(actor)
            except Exception as refusal:  # noqa: BLE001 - which one is asserted below
                told.append(getattr(refusal, "code", repr(refusal)))

    linking.world.before = link_meanwhile
    assert linking.book.finish_disconnect(mine.id) is DisconnectOutcome.REVOKED

    # It waited until its patience ended, and nothing was stored.
    assert told == ["linking", "unavailable"]
    assert linking.stored(mine).status is Status.DISCONNECTED
