"""What people are told on the server's word: that an account is linked, was another, or what became of its end."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from ce_calendar.domain.access import Permission
from ce_calendar.domain.errors import AccessDenied, ConnectRefused, NotFound, OtherAccount, ProviderUnavailable
from ce_calendar.domain.meetings.connections import Connection, Status
from ce_calendar.domain.meetings.runs import RunOutcome, SyncRun
from ce_calendar.domain.notices import NoticeKind
from ce_calendar.domain.people import User
from ce_calendar.ports import OpenUnitOfWork
from ce_calendar.services.audit import Audit
from ce_calendar.services.endings import DisconnectOutcome
from ce_calendar.services.notices import NoticeBoard, NoticeView, tell_of_ending, tell_of_other_account
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
def board(linking: Linking) -> NoticeBoard:
    audit = Audit(open_uow=linking.uow, clock=linking.clock)
    return NoticeBoard(open_uow=linking.uow, clock=linking.clock, audit=audit, announcer=linking.announcements)


def told(board: NoticeBoard, linking: Linking, user: User) -> list[NoticeView]:
    """What somebody reads in a browser they have just opened."""
    return list(board.mine(linking.actor(user)))


def facts(views: list[NoticeView]) -> list[tuple[NoticeKind, dict[str, Any]]]:
    return [(view.notice.kind, dict(view.notice.facts)) for view in views]


# -- after a consent ---------------------------------------------------------------------------------------------


def test_who_linked_an_account_is_told_so_in_that_browser_alone(linking: Linking, board: NoticeBoard) -> None:
    actor = linking.actor(linking.town.staff)
    linking.connect(actor)

    assert facts(list(board.mine(actor))) == [
        (NoticeKind.CONNECTED, {"provider": "google", "account": WORK, "again": 0})
    ]
    assert told(board, linking, linking.town.staff) == [], "another browser of the same person"
    assert told(board, linking, linking.town.admin) == []


def test_the_notice_brings_the_first_run_since_and_its_meetings(linking: Linking, board: NoticeBoard) -> None:
    actor = linking.actor(linking.town.staff)
    connection = linking.connect(actor)
    old, new = (
        SyncRun(new_id(), connection.organization_id, connection.id, linking.clock() + timedelta(minutes=each), outcome)
        for each, outcome in ((-9, RunOutcome.FAILED), (1, RunOutcome.RUNNING))
    )
    with linking.uow() as uow:
        uow.runs.add(old)
    assert board.mine(actor)[0].run is None, "it was before"

    calendar = make_calendar(connection)
    with linking.uow() as uow:
        uow.runs.add(new)
        add_contact(uow, connection.organization_id, CARLA)
        uow.connections.save_calendars([calendar])
        sync_into(uow, calendar, make_read(make_event("coming", guests=[CARLA]), is_full=True))
    view = board.mine(actor)[0]
    assert (view.run, view.coming) == (new, 1)


def test_the_first_run_that_went_well_stays_the_news(linking: Linking, board: NoticeBoard) -> None:
    actor = linking.actor(linking.town.staff)
    connection = linking.connect(actor)
    runs = [
        SyncRun(new_id(), connection.organization_id, connection.id, linking.clock() + timedelta(minutes=each), outcome)
        for each, outcome in enumerate((RunOutcome.FAILED, RunOutcome.DONE, RunOutcome.FAILED))
    ]
    with linking.uow() as uow:
        uow.runs.add(runs[0])
    assert board.mine(actor)[0].run == runs[0]
    with linking.uow() as uow:
        uow.runs.add(runs[1])
        uow.runs.add(runs[2])
    assert board.mine(actor)[0].run == runs[1]


def test_another_account_is_named_to_who_chose_it_and_nothing_is_stored(
    linking: Linking, board: NoticeBoard, engine: Engine
) -> None:
    actor = linking.actor(linking.town.staff)
    connection = linking.connect(actor)
    with linking.uow() as uow:
        uow.connections.save(replace(connection, status=Status.NEEDS_REAUTH))

    with pytest.raises(ConnectRefused) as refusal:
        linking.connect(actor, PRIVATE, connection_id=connection.id)

    assert refusal.value.code == "account"
    assert PRIVATE not in str(refusal.value), "the words of the refusal may travel"
    assert facts(list(board.mine(actor)))[-1] == (
        NoticeKind.OTHER_ACCOUNT,
        {"provider": "google", "account": WORK, "chosen": PRIVATE},
    )
    assert linking.stored(connection).status is Status.NEEDS_REAUTH
    assert told(board, linking, linking.town.staff) == []
    assert PRIVATE not in str(audit_rows(engine))


def test_another_account_and_an_end_at_the_same_moment_wait_for_each_other(linking: Linking) -> None:
    actor = linking.actor(linking.town.staff)
    mine = linking.connect(actor)
    refusal = OtherAccount("another", connection_id=mine.id, chosen=PRIVATE)

    def refuse() -> None:
        with linking.uow() as uow:
            tell_of_other_account(uow, actor, refusal, now=linking.clock())

    with ThreadPoolExecutor(1) as pool:
        with linking.uow() as uow:
            ending = uow.connections.lock(mine.id)
            assert ending
            refused = pool.submit(refuse)
            time.sleep(0.3)  # it waits now, and holds nothing that we need
            tell_of_ending(uow, ending, actor=actor, owner_name="", now=linking.clock())
        refused.result(30)


def test_signing_in_again_takes_back_what_was_said_before(linking: Linking, board: NoticeBoard) -> None:
    actor = linking.actor(linking.town.staff)
    connection = linking.connect(actor)
    with pytest.raises(ConnectRefused):
        linking.connect(actor, PRIVATE, connection_id=connection.id)

    linking.connect(actor, connection_id=connection.id)

    assert [(view.notice.kind, view.notice.facts["again"]) for view in board.mine(actor)] == [(NoticeKind.CONNECTED, 1)]


def test_what_came_of_a_consent_is_soon_no_news(linking: Linking, board: NoticeBoard) -> None:
    actor = linking.actor(linking.town.staff)
    linking.connect(actor)
    linking.clock.advance(timedelta(minutes=15))

    assert board.mine(actor) == []
    with linking.uow() as uow:
        assert uow.notices.forget_expired(now=linking.clock()) == 1


# -- the end of a connection -------------------------------------------------------------------------------------


@pytest.fixture
def mine(linking: Linking) -> Connection:
    connection = linking.connect(linking.actor(linking.town.staff))
    linking.announcements.told.clear()
    return connection


def results(board: NoticeBoard, linking: Linking, user: User) -> list[object]:
    return [view.notice.facts["result"] for view in told(board, linking, user)]


def test_who_disconnects_is_told_at_once_and_again_when_it_is_done(
    linking: Linking, board: NoticeBoard, mine: Connection
) -> None:
    linking.book.disconnect(linking.actor(linking.town.staff), connection_id=mine.id)
    assert facts(told(board, linking, linking.town.staff)) == [
        (NoticeKind.ENDING, {"provider": "google", "account": WORK, "owner": "", "by": "", "result": ""})
    ]
    linking.announcements.told.clear()

    linking.book.finish_disconnect(mine.id)

    assert results(board, linking, linking.town.staff) == ["revoked"]
    assert (mine.organization_id, "connections") in linking.announcements.told
    assert told(board, linking, linking.town.colleague) == []


def test_an_owner_learns_who_ended_their_connection_and_the_admin_whose_it_was(
    linking: Linking, board: NoticeBoard, mine: Connection
) -> None:
    linking.book.disconnect(linking.actor(linking.town.admin), connection_id=mine.id)
    linking.book.finish_disconnect(mine.id)

    owners = told(board, linking, linking.town.staff)[0].notice.facts
    admins = told(board, linking, linking.town.admin)[0].notice.facts
    assert (owners["by"], owners["owner"], owners["result"]) == (linking.town.admin.name, "", "revoked")
    assert (admins["by"], admins["owner"], admins["result"]) == ("", linking.town.staff.name, "revoked")


def test_a_provider_that_is_down_is_told_once_and_then_the_end(
    linking: Linking, board: NoticeBoard, mine: Connection
) -> None:
    linking.book.disconnect(linking.actor(linking.town.staff), connection_id=mine.id)
    linking.world.fail("revoke", ProviderUnavailable(), times=2)
    linking.announcements.told.clear()

    assert linking.book.finish_disconnect(mine.id) is DisconnectOutcome.WAITING
    assert results(board, linking, linking.town.staff) == ["waiting"]
    assert linking.announcements.told == [(mine.organization_id, "connections")]
    linking.book.finish_disconnect(mine.id)
    assert linking.announcements.told == [(mine.organization_id, "connections")], "the same again is no news"

    linking.book.finish_disconnect(mine.id)
    assert results(board, linking, linking.town.staff) == ["revoked"]


def test_linking_again_before_the_end_leaves_no_word_of_it(
    linking: Linking, board: NoticeBoard, mine: Connection
) -> None:
    actor = linking.actor(linking.town.staff)
    linking.book.disconnect(actor, connection_id=mine.id)
    linking.connect(actor)
    linking.book.finish_disconnect(mine.id)

    assert [view.notice.kind for view in board.mine(actor)] == [NoticeKind.CONNECTED]


def test_an_end_waits_a_week_for_its_reader(linking: Linking, board: NoticeBoard, mine: Connection) -> None:
    linking.book.disconnect(linking.actor(linking.town.staff), connection_id=mine.id)
    linking.clock.advance(timedelta(days=6))
    assert len(told(board, linking, linking.town.staff)) == 1
    linking.clock.advance(timedelta(days=1))
    assert told(board, linking, linking.town.staff) == []


# -- putting away ------------------------------------------------------------------------------------------------


def test_a_notice_is_put_away_in_all_windows_of_its_reader(
    linking: Linking, board: NoticeBoard, mine: Connection
) -> None:
    actor = linking.actor(linking.town.staff)
    linking.book.disconnect(actor, connection_id=mine.id)
    linking.announcements.told.clear()

    board.dismiss(actor, notice_id=board.mine(actor)[0].notice.id)

    assert told(board, linking, linking.town.staff) == []
    assert linking.announcements.told == [(mine.organization_id, "connections")]


@pytest.mark.parametrize("who", ["colleague", "admin", "stranger"])
def test_a_colleague_cannot_read_or_put_away_my_notices(
    linking: Linking, board: NoticeBoard, mine: Connection, who: str
) -> None:
    actor = linking.actor(linking.town.staff)
    linking.book.disconnect(actor, connection_id=mine.id)
    notice_id = board.mine(actor)[0].notice.id
    other = linking.actor(getattr(linking.town, who))

    assert board.mine(other) == []
    board.dismiss(other, notice_id=notice_id)

    assert [view.notice.id for view in board.mine(actor)] == [notice_id]


def test_who_may_not_see_calendars_is_told_nothing(linking: Linking, board: NoticeBoard, engine: Engine) -> None:
    nobody = make_actor(linking.town.staff, permissions=[Permission.ERP_VIEW])
    with pytest.raises(AccessDenied):
        board.mine(nobody)
    with pytest.raises(AccessDenied):
        board.dismiss(nobody, notice_id=new_id())
    assert [row[:2] for row in audit_rows(engine)[-2:]] == [("notice.list", "refused"), ("notice.dismiss", "refused")]


@pytest.mark.parametrize("junk", [None, "", "x", 7, ["a"], {}])
def test_junk_is_no_notice(linking: Linking, board: NoticeBoard, junk: Any) -> None:
    with pytest.raises(NotFound):
        board.dismiss(linking.actor(linking.town.staff), notice_id=junk)


def test_a_session_that_ended_meanwhile_does_not_keep_an_account_from_being_linked(linking: Linking) -> None:
    actor = linking.actor(linking.town.staff)
    url = linking.start(actor)
    code, state = linking.world.consent(url, WORK)

    def sign_out(operation: str) -> None:
        if operation == "exchange":
            with linking.uow() as uow:
                uow.sessions.end(actor.session_id)

    linking.world.before = sign_out
    assert linking.finish(actor, state=state, code=code).account_email == WORK
