"""How runs fail, keep out of each other's way, and who may start one; on both databases."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from ce_calendar.adapters.memory import MemoryMeetings, MemoryWorld
from ce_calendar.domain.errors import (
    AccessDenied,
    AccessTokenRejected,
    CalendarGone,
    Invalid,
    NeedsReauth,
    NotFound,
    ProviderError,
    ProviderForbids,
    ProviderUnavailable,
    RateLimited,
    SyncAlreadyRunning,
    SyncFailed,
)
from ce_calendar.domain.meetings.connections import Credential, Provider, ProviderCalendar, Status
from ce_calendar.domain.meetings.events import EventPage
from ce_calendar.domain.meetings.runs import INTERRUPTED, RunOutcome
from ce_calendar.domain.people import User
from ce_calendar.domain.window import SyncWindow
from ce_calendar.ports import OpenUnitOfWork
from ce_calendar.services.connections import sync_lease
from ce_calendar.services.reading import LEASE_SECONDS
from tests.builders import make_session, new_id
from tests.builders_meetings import add_contact, make_event
from tests.conftest import NOON, FixedClock
from tests.support.doubles import audit_rows
from tests.unit.services.syncing_scene import ACCOUNT, DAY, QUARTER, Scene, meeting, put, set_scene


@pytest.fixture
def scene(uow: OpenUnitOfWork, clock: FixedClock) -> Scene:
    return set_scene(uow, clock)


# -- failures ----------------------------------------------------------------------------------------------------


class HalfARead:
    """A provider whose last page never comes."""

    def __init__(self, world: MemoryWorld) -> None:
        self._whole = MemoryMeetings(world)
        self.list_calendars, self.close = self._whole.list_calendars, self._whole.close

    def fetch_events(
        self, credential: Credential, calendar_id: str, *, window: SyncWindow, cursor: str
    ) -> Iterator[EventPage]:
        for page in self._whole.fetch_events(credential, calendar_id, window=window, cursor=cursor):
            yield replace(page, cursor="")


def test_a_read_without_its_last_page_moves_no_cursor_and_deletes_nothing(scene: Scene) -> None:
    put(scene, meeting("e1"))
    scene.run()
    with scene.uow() as uow:
        before = uow.connections.calendars(scene.connection_id)
    scene.world.remove(ACCOUNT, "e1")
    scene.world.expire_cursors()
    scene.syncing._providers = {Provider.GOOGLE: HalfARead(scene.world)}
    scene.run()
    with scene.uow() as uow:
        assert uow.connections.calendars(scene.connection_id) == before
    assert scene.connection().last_error == "incomplete_read"
    assert scene.titles() == ["Review"]


def test_a_failure_is_retried_later_and_later_and_a_success_forgets_it(scene: Scene) -> None:
    scene.world.fail("fetch_events", ProviderUnavailable("timeout"), times=3)
    waits = []
    for _ in range(3):
        scene.run()
        connection = scene.connection()
        assert (connection.status, connection.last_error) == (Status.RETRYING, "timeout")
        assert connection.next_sync_at is not None
        waits.append(connection.next_sync_at - scene.clock())
    assert timedelta(seconds=30) <= waits[0] < waits[1] < waits[2]
    scene.run()
    connection = scene.connection()
    assert (connection.status, connection.failures, connection.last_error) == (Status.HEALTHY, 0, "")


def test_a_provider_that_names_a_moment_is_not_asked_before(scene: Scene) -> None:
    scene.world.fail("fetch_events", RateLimited(retry_at=NOON + timedelta(minutes=50)))
    scene.run()
    connection = scene.connection()
    assert (connection.status, connection.next_sync_at) == (Status.RETRYING, NOON + timedelta(minutes=50))


def test_a_new_contact_does_not_make_us_ask_before_that_moment(scene: Scene) -> None:
    put(scene, make_event("e1", guests=["new@clinic.example"], title="With somebody new"))
    scene.run()
    scene.world.fail("fetch_events", RateLimited(retry_at=NOON + timedelta(minutes=50)))
    scene.run()
    with scene.uow() as uow:
        add_contact(uow, scene.town.organization.id, "new@clinic.example")
        uow.connections.request_full_read(now=scene.clock(), organization_id=scene.town.organization.id)
    assert scene.syncing.due() == []
    scene.clock.advance(timedelta(minutes=50))
    assert scene.syncing.due() == [scene.connection_id]
    scene.run()
    assert scene.titles() == ["With somebody new"]


def test_a_rejected_access_token_is_renewed_once(scene: Scene) -> None:
    put(scene, meeting("e1"))
    scene.run()
    scene.world.reject_access_tokens(ACCOUNT)
    scene.run()
    assert scene.connection().status is Status.HEALTHY


@pytest.mark.parametrize(
    ("error", "times", "status"),
    [
        (AccessTokenRejected(), 2, Status.NEEDS_REAUTH),  # 401 after a fresh token
        (NeedsReauth("invalid_grant"), 1, Status.NEEDS_REAUTH),  # the grant is dead, or lacks a scope
        (RateLimited(), 1, Status.RETRYING),  # a 403 that means wait
        (ProviderUnavailable(), 1, Status.RETRYING),  # time-out
        (RuntimeError("title of a meeting"), 1, Status.RETRYING),  # an error of ours
    ],
)
def test_only_the_persons_own_cure_asks_the_person(
    scene: Scene, *, error: Exception, times: int, status: Status
) -> None:
    scene.world.fail("fetch_events", error, times=times)  # type: ignore[arg-type]  # also what no provider raises
    scene.run()
    assert scene.connection().status is status
    assert scene.runs()[0].outcome is RunOutcome.FAILED
    assert "title" not in scene.runs()[0].error


def test_what_one_calendar_brought_stays_when_the_next_fails(scene: Scene) -> None:
    scene.world.add_calendar(ACCOUNT, ProviderCalendar("second", "Second", "UTC", "owner"))
    put(scene, meeting("e1"))
    put(scene, meeting("e2", "Second"), calendar="second")
    fetched: list[str] = []

    def fail_the_second(operation: str) -> None:
        fetched.append(operation)
        if fetched.count("fetch_events") == 2:
            raise ProviderUnavailable("timeout")

    scene.world.before = fail_the_second
    assert scene.run().created == 1
    scene.world.before = lambda _operation: None
    assert scene.run().created == 1
    assert scene.titles() == ["Review", "Second"]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ProviderUnavailable("http_500"), "http_500"),  # Google does so for a calendar it cannot serve, for ever
        (ProviderForbids("forbidden"), "forbidden"),
        (CalendarGone("calendar_gone"), "calendar_missing"),  # listed, and yet not there
    ],
)
def test_a_calendar_that_cannot_be_read_keeps_no_other_from_it(scene: Scene, error: ProviderError, said: str) -> None:
    scene.world.add_calendar(ACCOUNT, ProviderCalendar("second", "Second", "UTC", "owner"))
    put(scene, meeting("e1"))
    put(scene, meeting("e2", "Second"), calendar="second")
    scene.world.fail("fetch_events", error)
    assert scene.run().created == 1
    assert scene.titles() == ["Second"]
    assert (scene.connection().status, scene.connection().last_error) == (Status.RETRYING, said)
    assert scene.run().created == 1
    assert scene.connection().status is Status.HEALTHY


@pytest.mark.parametrize("error", [RateLimited(), NeedsReauth("scope")])
def test_what_concerns_the_whole_account_ends_the_run_at_once(scene: Scene, error: ProviderError) -> None:
    scene.world.add_calendar(ACCOUNT, ProviderCalendar("second", "Second", "UTC", "owner"))
    scene.world.fail("fetch_events", error)
    scene.run()
    assert scene.asked().count("fetch_events") == 1


# -- one at a time, and not any more -----------------------------------------------------------------------------


def hold_lease(scene: Scene, holder: str) -> bool:
    with scene.uow() as uow:
        return uow.leases.acquire(
            sync_lease(scene.connection_id), holder=holder, now=scene.clock(), seconds=LEASE_SECONDS
        )


def test_a_second_run_at_the_same_time_does_nothing(scene: Scene) -> None:
    assert hold_lease(scene, "somebody")
    assert scene.syncing.run(scene.connection_id) is None
    assert scene.syncing.due() == []
    with pytest.raises(SyncAlreadyRunning):
        scene.syncing.sync_now(scene.town.actor(scene.town.staff), connection_id=scene.connection_id)
    assert scene.asked() == []


def test_the_lease_is_free_after_a_run_whatever_its_end(scene: Scene) -> None:
    scene.run()
    scene.world.fail("fetch_events", ProviderUnavailable())
    scene.run()
    assert hold_lease(scene, "somebody")


def test_a_run_that_lost_its_lease_writes_nothing(scene: Scene) -> None:
    put(scene, meeting("e1"))

    def be_overtaken(operation: str) -> None:
        if operation == "fetch_events":
            scene.clock.advance(timedelta(seconds=LEASE_SECONDS + 1))
            assert hold_lease(scene, "somebody")

    scene.world.before = be_overtaken
    before = scene.connection()
    scene.run()
    assert scene.connection() == before
    assert scene.event_count() == 0
    assert (scene.runs()[0].outcome, scene.runs()[0].error) == (RunOutcome.FAILED, INTERRUPTED)


@pytest.mark.parametrize(
    "change",
    [
        {"status": Status.DISCONNECTING, "next_sync_at": None},  # disconnected
        {"credential_vault_ref": "f" * 32},  # linked anew
    ],
)
def test_a_connection_that_changed_hands_while_pages_are_read_is_not_written(
    scene: Scene, change: dict[str, object]
) -> None:
    put(scene, meeting("e1"))
    scene.run()
    put(scene, meeting("e2", "Second"))

    def change_meanwhile(_operation: str) -> None:
        scene.world.before = lambda _operation: None
        scene.change(**change)

    scene.world.before = change_meanwhile
    scene.run()
    assert scene.titles() == ["Review"]
    assert scene.connection().status is change.get("status", Status.HEALTHY)


def test_a_dead_credential_does_not_condemn_the_one_that_replaced_it(scene: Scene) -> None:
    def sign_in_meanwhile(_operation: str) -> None:
        scene.change(credential_vault_ref="f" * 32)
        raise NeedsReauth("invalid_grant")

    scene.world.before = sign_in_meanwhile
    scene.run()
    connection = scene.connection()
    assert (connection.status, connection.next_sync_at) == (Status.HEALTHY, scene.clock())
    assert scene.jobs.asked == [("sync", scene.connection_id)]


def test_pausing_while_a_run_is_under_way_lasts(scene: Scene) -> None:
    scene.world.before = lambda _operation: scene.change(sync_enabled=False)
    scene.run()
    assert not scene.connection().sync_enabled
    scene.clock.advance(DAY)
    assert scene.syncing.due() == []


@pytest.mark.parametrize("status", [Status.NEEDS_REAUTH, Status.DISCONNECTING, Status.DISCONNECTED])
def test_what_cannot_be_synced_is_left_alone(scene: Scene, status: Status) -> None:
    scene.change(status=status)
    assert scene.syncing.due() == []
    assert scene.syncing.run(scene.connection_id) is None
    assert scene.syncing.run("0" * 32) is None
    assert scene.runs() == []


def test_a_paused_connection_is_synced_by_hand_alone(scene: Scene) -> None:
    scene.change(sync_enabled=False)
    put(scene, meeting("e1"))
    assert scene.syncing.due() == []
    assert scene.syncing.run(scene.connection_id) is None
    report = scene.syncing.sync_now(scene.town.actor(scene.town.staff), connection_id=scene.connection_id)
    assert report.created == 1
    assert not scene.connection().sync_enabled


# -- when --------------------------------------------------------------------------------------------------------


def test_the_next_sync_is_due_within_the_poll_interval(scene: Scene) -> None:
    scene.run()
    connection = scene.connection()
    assert connection.last_sync_at == NOON
    assert connection.next_sync_at is not None
    assert NOON + 0.9 * QUARTER <= connection.next_sync_at <= NOON + QUARTER
    assert scene.syncing.due() == []
    scene.clock.advance(QUARTER)
    assert scene.syncing.due() == [scene.connection_id]
    assert scene.syncing.due(scene.town.organization.id) == [scene.connection_id]
    assert scene.syncing.due(scene.town.other_organization.id) == []


def test_housekeeping_closes_runs_of_dead_processes_and_forgets_what_is_old(scene: Scene) -> None:
    scene.run()
    with scene.uow() as uow:
        dead = replace(scene.runs()[0], id=new_id(), outcome=RunOutcome.RUNNING, finished_at=None)
        uow.runs.add(dead)
        uow.sessions.add(make_session(user=scene.town.staff, expires_at=NOON - DAY))
    found = scene.syncing.housekeeping()
    assert (found.interrupted_runs, found.expired_sessions, found.old_runs) == (1, 1, 0)
    assert {run.error for run in scene.runs()} == {"", INTERRUPTED}
    scene.clock.advance(100 * DAY)
    assert scene.syncing.housekeeping().old_runs == 2


def test_housekeeping_leaves_a_run_under_way_alone(scene: Scene) -> None:
    seen: list[int] = []
    scene.world.before = lambda _operation: seen.append(scene.syncing.housekeeping().interrupted_runs)
    scene.run()
    assert seen == [0, 0]
    assert scene.runs()[0].outcome is RunOutcome.DONE


def test_the_next_run_closes_and_completes_one_that_died(scene: Scene) -> None:
    put(scene, meeting("e1"))

    def die(_operation: str) -> None:
        raise KeyboardInterrupt

    scene.world.before = die
    with pytest.raises(KeyboardInterrupt):
        scene.syncing.run(scene.connection_id)
    scene.world.before = lambda _operation: None
    assert scene.syncing.run(scene.connection_id) is None
    scene.clock.advance(timedelta(seconds=LEASE_SECONDS))
    assert scene.syncing.due() == [scene.connection_id]
    scene.run()
    assert {run.outcome for run in scene.runs()} == {RunOutcome.FAILED, RunOutcome.DONE}
    assert scene.titles() == ["Review"]


# -- who ---------------------------------------------------------------------------------------------------------


def test_an_administrator_may_sync_a_colleagues_calendar(scene: Scene) -> None:
    scene.syncing.sync_now(scene.town.actor(scene.town.admin), connection_id=scene.connection_id)
    assert len(scene.runs()) == 1


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        ("colleague", AccessDenied),  # staff, but not the owner
        ("viewer", AccessDenied),  # may look only
        ("stranger", NotFound),  # admin of another organization
    ],
)
def test_a_colleague_cannot_sync_it_and_a_stranger_does_not_learn_of_it(
    scene: Scene, engine: Engine, who: str, refusal: type[Exception]
) -> None:
    user: User = getattr(scene.town, who)
    with pytest.raises(refusal):
        scene.syncing.sync_now(scene.town.actor(user), connection_id=scene.connection_id)
    assert scene.asked() == []
    assert scene.runs() == []
    assert audit_rows(engine) == [("connection.sync", "refused", scene.connection_id)]


def test_who_asked_for_a_sync_is_told_why_there_is_none(scene: Scene) -> None:
    actor = scene.town.actor(scene.town.staff)
    scene.world.fail("fetch_events", ProviderUnavailable("timeout"))
    with pytest.raises(SyncFailed, match="tried again") as refused:
        scene.syncing.sync_now(actor, connection_id=scene.connection_id)
    assert refused.value.code == "timeout"
    scene.change(sync_enabled=False)
    scene.world.fail("fetch_events", ProviderUnavailable("timeout"))
    with pytest.raises(SyncFailed, match="paused, so please try again"):
        scene.syncing.sync_now(actor, connection_id=scene.connection_id)
    scene.world.fail("fetch_events", NeedsReauth("invalid_grant"))
    with pytest.raises(SyncFailed, match="connect this account again"):
        scene.syncing.sync_now(actor, connection_id=scene.connection_id)
    with pytest.raises(Invalid, match="connect this account again"):
        scene.syncing.sync_now(actor, connection_id=scene.connection_id)
    scene.change(status=Status.DISCONNECTED)
    for gone in (scene.connection_id, "0" * 32, "'; DROP TABLE"):
        with pytest.raises(NotFound):
            scene.syncing.sync_now(actor, connection_id=gone)
