"""The module's settings, on both databases: who may set them, what will do, and that syncs follow."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import IntegrityError

from ce_calendar.domain.errors import AccessDenied, Invalid, RateLimited
from ce_calendar.domain.meetings.connections import Connection, Status
from ce_calendar.domain.meetings.module import ModuleValues
from ce_calendar.domain.people import User
from ce_calendar.ports import OpenUnitOfWork
from ce_calendar.services.audit import Audit
from ce_calendar.services.module_settings import ModuleSettings
from tests.builders import Town, make_connection, settle
from tests.conftest import NOON, FixedClock
from tests.support.doubles import ListedAnnouncements, audit_rows
from tests.unit.services.syncing_scene import Scene, set_scene


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


@pytest.fixture
def town(uow: OpenUnitOfWork) -> Town:
    return settle(uow)


@pytest.fixture
def announcements() -> ListedAnnouncements:
    return ListedAnnouncements()


@pytest.fixture
def settings(uow: OpenUnitOfWork, clock: FixedClock, announcements: ListedAnnouncements) -> ModuleSettings:
    return ModuleSettings(open_uow=uow, clock=clock, audit=Audit(open_uow=uow, clock=clock), announcer=announcements)


def put(uow: OpenUnitOfWork, user: User, **others: Any) -> Connection:
    connection = make_connection(user=user, **others)
    with uow() as unit:
        unit.connections.add(connection)
    return connection


def planned(uow: OpenUnitOfWork, connection: Connection) -> datetime | None:
    with uow(reading=True) as unit:
        found = unit.connections.get(connection.id)
    assert found is not None
    # All but the moment is as it was.
    assert replace(found, next_sync_at=connection.next_sync_at) == connection
    return found.next_sync_at


# -- keeping -----------------------------------------------------------------------------------------------------


def test_an_organization_that_never_chose_has_the_defaults(settings: ModuleSettings, town: Town) -> None:
    assert settings.get(town.actor(town.admin)) == ModuleValues()


def test_what_is_set_stays_and_the_rest_is_left_alone(settings: ModuleSettings, town: Town) -> None:
    admin = town.actor(town.admin)
    settings.change(admin, poll_minutes=20)
    settings.change(admin, duration_minutes=45)
    changed = settings.change(admin, notification_minutes="1440")
    assert changed == settings.get(admin) == ModuleValues(20, 45, 1440)


def test_the_other_organization_keeps_its_own(settings: ModuleSettings, town: Town) -> None:
    settings.change(town.actor(town.admin), poll_minutes=5)
    assert settings.get(town.actor(town.stranger)) == ModuleValues()
    settings.change(town.actor(town.stranger), poll_minutes=60)
    assert settings.get(town.actor(town.admin)).poll_minutes == 5


def test_of_two_changes_the_later_counts(settings: ModuleSettings, town: Town) -> None:
    settings.change(town.actor(town.admin), poll_minutes=10)
    settings.change(town.actor(town.admin), poll_minutes=40)
    assert settings.get(town.actor(town.admin)).poll_minutes == 40


@pytest.mark.parametrize(
    ("field", "good"),
    [
        ("poll_minutes", [5, 60, "5", " 60 "]),
        ("duration_minutes", [15, 480]),
        ("notification_minutes", [5, 1440]),
    ],
)
def test_the_ends_of_each_span_will_do(settings: ModuleSettings, town: Town, field: str, good: list[object]) -> None:
    for value in good:
        assert getattr(settings.change(town.actor(town.admin), **{field: value}), field) == int(str(value))


@pytest.mark.parametrize(
    ("entered", "says"),
    [
        ({"poll_minutes": 4}, "from 5 to 60 minutes"),
        ({"poll_minutes": 61}, "from 5 to 60 minutes"),
        ({"poll_minutes": "-5"}, "from 5 to 60 minutes"),
        ({"duration_minutes": 14}, "from 15 to 480 minutes"),
        ({"duration_minutes": 481}, "from 15 to 480 minutes"),
        ({"notification_minutes": 4}, "from 5 to 1440 minutes"),
        ({"notification_minutes": 1441}, "from 5 to 1440 minutes"),
        # What handlers may be called with.
        ({"poll_minutes": ""}, "whole number of minutes"),
        ({"poll_minutes": "7.5"}, "whole number of minutes"),
        ({"poll_minutes": 7.5}, "whole number of minutes"),
        ({"poll_minutes": True}, "whole number of minutes"),
        ({"poll_minutes": "1e1"}, "whole number of minutes"),
        ({"poll_minutes": "\u0661\u0665"}, "whole number of minutes"),  # digits, but not ours
        ({"poll_minutes": "9" * 5000}, "whole number of minutes"),
        ({"poll_minutes": [15]}, "whole number of minutes"),
    ],
)
def test_anything_else_is_refused_at_its_field_and_changes_nothing(
    settings: ModuleSettings, town: Town, engine: Engine, entered: dict[str, Any], says: str
) -> None:
    with pytest.raises(Invalid, match=says) as refusal:
        settings.change(town.actor(town.admin), **entered)
    assert refusal.value.field in entered
    assert settings.get(town.actor(town.admin)) == ModuleValues()
    assert audit_rows(engine) == []


def test_the_database_itself_takes_nothing_out_of_bounds(uow: OpenUnitOfWork, town: Town) -> None:
    for bad in (ModuleValues(poll_minutes=4), ModuleValues(duration_minutes=481), ModuleValues(notification_minutes=0)):
        with pytest.raises(IntegrityError), uow() as unit:
            unit.module_settings.save(town.organization.id, bad, now=NOON)


# -- who may -----------------------------------------------------------------------------------------------------


def test_a_staff_member_cannot_read_or_change_them(settings: ModuleSettings, town: Town, engine: Engine) -> None:
    for user in (town.staff, town.viewer):
        with pytest.raises(AccessDenied):
            settings.get(town.actor(user))
        with pytest.raises(AccessDenied):
            settings.change(town.actor(user), poll_minutes=5)
    assert [row[:2] for row in audit_rows(engine)] == [("module.read", "refused"), ("module.change", "refused")] * 2
    assert settings.get(town.actor(town.admin)) == ModuleValues()


def test_a_change_is_in_the_trail_and_told_to_open_pages(
    settings: ModuleSettings, town: Town, engine: Engine, announcements: ListedAnnouncements
) -> None:
    settings.change(town.actor(town.admin), poll_minutes=20)
    settings.change(town.actor(town.admin), poll_minutes=20)  # no news
    assert audit_rows(engine) == [("module.change", "done", town.organization.id)]
    assert announcements.told == [(town.organization.id, "module")]


# -- the interval is obeyed --------------------------------------------------------------------------------------


def test_a_shorter_interval_moves_healthy_ones_up_and_a_longer_one_back(
    settings: ModuleSettings, town: Town, uow: OpenUnitOfWork
) -> None:
    first = put(uow, town.staff, next_sync_at=NOON + minutes(12))
    second = put(uow, town.colleague, next_sync_at=NOON + minutes(3))
    settings.change(town.actor(town.admin), poll_minutes=5)
    assert [planned(uow, each) for each in (first, second)] == [NOON + minutes(4), NOON + minutes(1)]
    settings.change(town.actor(town.admin), poll_minutes=60)
    assert [planned(uow, each) for each in (first, second)] == [NOON + minutes(48), NOON + minutes(12)]


@pytest.mark.parametrize(
    ("status", "due_in"),
    [
        (Status.RETRYING, 50),  # the provider may have said until when to wait
        (Status.NEEDS_REAUTH, 7),  # waits for its person
        (Status.DISCONNECTING, 7),
        (Status.HEALTHY, None),
        (Status.HEALTHY, 0),  # due, or running
        (Status.HEALTHY, -4),
    ],
)
def test_others_keep_their_moment(
    settings: ModuleSettings, town: Town, uow: OpenUnitOfWork, status: Status, due_in: float | None
) -> None:
    due_at = None if due_in is None else NOON + minutes(due_in)
    connection = put(uow, town.staff, status=status, next_sync_at=due_at)
    settings.change(town.actor(town.admin), poll_minutes=5)
    assert planned(uow, connection) == due_at


def test_other_values_and_other_organizations_move_nobody(
    settings: ModuleSettings, town: Town, uow: OpenUnitOfWork
) -> None:
    ours = put(uow, town.staff, next_sync_at=NOON + minutes(12))
    theirs = put(uow, town.stranger, next_sync_at=NOON + minutes(12))
    settings.change(town.actor(town.admin), duration_minutes=60, notification_minutes=60)
    assert planned(uow, ours) == NOON + minutes(12)
    settings.change(town.actor(town.admin), poll_minutes=5)
    assert planned(uow, ours) == NOON + minutes(4)
    assert planned(uow, theirs) == NOON + minutes(12)


@pytest.mark.parametrize("was", [Status.HEALTHY, Status.RETRYING])
def test_a_run_that_ends_at_the_same_moment_is_planned_anew(
    settings: ModuleSettings, town: Town, uow: OpenUnitOfWork, was: Status
) -> None:
    connection = put(uow, town.staff, status=was, next_sync_at=NOON)
    with ThreadPoolExecutor(1) as elsewhere:
        with uow() as unit:
            ending = unit.connections.lock(connection.id)
            assert ending is not None
            interval = unit.module_settings.get(connection.organization_id).poll_interval
            changing = elsewhere.submit(settings.change, town.actor(town.admin), poll_minutes=60)
            with pytest.raises(TimeoutError):
                changing.result(timeout=0.3)  # it waits for the run
            ended = replace(ending, status=Status.HEALTHY, next_sync_at=NOON + interval)
            unit.connections.save(ended)
        changing.result(timeout=10)
    assert planned(uow, ended) == NOON + minutes(60)


def test_a_paused_one_is_planned_and_not_synced(settings: ModuleSettings, town: Town, uow: OpenUnitOfWork) -> None:
    connection = put(uow, town.staff, sync_enabled=False, next_sync_at=NOON + minutes(12))
    settings.change(town.actor(town.admin), poll_minutes=5)
    assert planned(uow, connection) == NOON + minutes(4)


def test_however_many_there_are_it_takes_as_many_statements(
    settings: ModuleSettings, town: Town, uow: OpenUnitOfWork, engine: Engine
) -> None:
    def statements(poll_minutes: int) -> int:
        seen: list[str] = []

        def note(*told: Any) -> None:
            seen.append(told[2])

        event.listen(engine, "before_cursor_execute", note)
        settings.change(town.actor(town.admin), poll_minutes=poll_minutes)
        event.remove(engine, "before_cursor_execute", note)
        return len(seen)

    put(uow, town.staff, next_sync_at=NOON + minutes(12))
    few = statements(20)
    for number in range(30):
        put(uow, town.staff, next_sync_at=NOON + minutes(number))
    assert statements(5) == few


def test_a_change_that_fails_leaves_both_the_value_and_the_plan(
    settings: ModuleSettings, town: Town, uow: OpenUnitOfWork, engine: Engine
) -> None:
    connection = put(uow, town.staff, next_sync_at=NOON + minutes(12))
    with engine.begin() as database:
        database.execute(text("ALTER TABLE audit_log RENAME TO audit_log_away"))
    try:
        with pytest.raises(Exception, match="audit_log"):
            settings.change(town.actor(town.admin), poll_minutes=5)
    finally:
        with engine.begin() as database:
            database.execute(text("ALTER TABLE audit_log_away RENAME TO audit_log"))
    assert settings.get(town.actor(town.admin)) == ModuleValues()
    assert planned(uow, connection) == NOON + minutes(12)


# -- syncs follow ------------------------------------------------------------------------------------------------


@pytest.fixture
def scene(uow: OpenUnitOfWork, clock: FixedClock) -> Scene:
    return set_scene(uow, clock)


def of_scene(scene: Scene) -> ModuleSettings:
    audit = Audit(open_uow=scene.uow, clock=scene.clock)
    return ModuleSettings(open_uow=scene.uow, clock=scene.clock, audit=audit, announcer=scene.announcements)


@pytest.mark.parametrize("interval", [5, 60])
def test_every_run_plans_the_next_by_its_organizations_interval(scene: Scene, interval: int) -> None:
    of_scene(scene).change(scene.town.actor(scene.town.admin), poll_minutes=interval)
    of_scene(scene).change(scene.town.actor(scene.town.stranger), poll_minutes=33)
    scene.run()
    due_at = scene.connection().next_sync_at
    assert due_at is not None
    assert NOON + minutes(interval * 0.9) <= due_at <= NOON + minutes(interval)


def test_what_changes_while_a_run_is_under_way_counts_at_its_end(scene: Scene) -> None:
    admin = scene.town.actor(scene.town.admin)

    def change(_operation: str) -> None:
        of_scene(scene).change(admin, poll_minutes=60)

    scene.world.before = change
    scene.run()
    due_at = scene.connection().next_sync_at
    assert due_at is not None
    assert due_at >= NOON + minutes(54)


def test_a_shorter_interval_makes_due_what_was_not(scene: Scene) -> None:
    scene.run()
    scene.clock.advance(minutes(4))
    of_scene(scene).change(scene.town.actor(scene.town.admin), poll_minutes=5)
    assert scene.syncing.due() == []
    scene.clock.advance(minutes(5))
    assert scene.syncing.due() == [scene.connection_id]


def test_a_provider_that_said_when_to_come_back_is_not_asked_before(scene: Scene) -> None:
    scene.world.fail("fetch_events", RateLimited(retry_at=NOON + minutes(45)))
    scene.run()
    of_scene(scene).change(scene.town.actor(scene.town.admin), poll_minutes=5)
    assert scene.connection().next_sync_at == NOON + minutes(45)
