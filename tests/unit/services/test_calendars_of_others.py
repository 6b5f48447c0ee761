"""Whose choice the calendars of an account are, and when nobody may be asked for them."""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from ce_calendar.domain.access import Permission
from ce_calendar.domain.errors import (
    AccessDenied,
    AskedToWait,
    Invalid,
    NotFound,
    RateLimited,
)
from ce_calendar.domain.meetings.connections import (
    Status,
)
from ce_calendar.domain.people import User
from ce_calendar.ports import OpenUnitOfWork
from tests.builders import make_actor, new_id
from tests.conftest import FixedClock
from tests.support.doubles import audit_rows
from tests.unit.services.choosing import TEAM, Desk, set_desk
from tests.unit.services.syncing_scene import ACCOUNT


@pytest.fixture
def desk(uow: OpenUnitOfWork, clock: FixedClock) -> Desk:
    return set_desk(uow, clock)


def test_nobody_asks_before_the_moment_the_provider_named(desk: Desk) -> None:
    scene = desk.scene
    scene.world.fail("fetch_events", RateLimited(retry_at=scene.clock() + timedelta(minutes=7)))
    scene.syncing.run(scene.connection_id)
    assert scene.connection().wait_until == scene.clock() + timedelta(minutes=7)
    scene.asked()

    with pytest.raises(AskedToWait, match="7 minutes"):
        scene.syncing.sync_now(desk.owner, connection_id=scene.connection_id)
    assert scene.syncing.run(scene.connection_id) is None
    assert desk.look().problem == "rate_limited"
    assert scene.asked() == []

    scene.clock.advance(timedelta(minutes=7))
    scene.run()
    assert scene.connection().wait_until is None


def test_a_failure_without_such_a_moment_can_be_tried_again_at_once(desk: Desk) -> None:
    scene = desk.scene
    scene.world.fail("fetch_events", RateLimited(), times=2)
    scene.syncing.run(scene.connection_id)

    assert scene.connection().wait_until is None
    scene.run()


@pytest.mark.parametrize("who", ["colleague", "admin", "stranger"])
def test_a_colleague_cannot_see_or_choose_my_calendars_nor_can_an_admin(desk: Desk, who: str, engine: Engine) -> None:
    desk.scene.run()
    user: User = getattr(desk.scene.town, who)
    actor = desk.scene.town.actor(user)
    ids = list(desk.ids().values())

    with pytest.raises(NotFound):
        desk.calendars.choice(actor, connection_id=desk.scene.connection_id)
    with pytest.raises(NotFound):
        desk.calendars.choose(actor, connection_id=desk.scene.connection_id, calendar_ids=ids[:1])

    assert desk.chosen() == {ACCOUNT, TEAM}
    assert audit_rows(engine)[-2:] == [("connection.calendars", "refused", desk.scene.connection_id)] * 2


def test_seeing_all_meetings_is_not_seeing_the_list_of_calendars(desk: Desk) -> None:
    permissions = {Permission.CALENDAR_CONNECT, Permission.CALENDAR_VIEW_ALL, Permission.ORG_MANAGE}
    actor = make_actor(desk.scene.town.colleague, permissions=permissions)

    with pytest.raises(NotFound):
        desk.calendars.choice(actor, connection_id=desk.scene.connection_id)


def test_who_may_not_link_accounts_chooses_nothing(desk: Desk) -> None:
    actor = make_actor(desk.scene.town.staff, permissions={Permission.CALENDAR_VIEW})

    with pytest.raises(AccessDenied):
        desk.calendars.choice(actor, connection_id=desk.scene.connection_id)
    with pytest.raises(AccessDenied):
        desk.calendars.choose(actor, connection_id=desk.scene.connection_id, calendar_ids=[new_id()])


def test_an_ended_connection_has_no_calendars_to_choose(desk: Desk) -> None:
    desk.look()
    desk.scene.change(status=Status.DISCONNECTING)

    with pytest.raises(NotFound):
        desk.choose(ACCOUNT)


@pytest.mark.parametrize("entered", [None, "", "abc", 7, {}, [], [None], ["x" * 32], [["a"]]])
def test_a_choice_that_is_none_changes_nothing(desk: Desk, entered: Any) -> None:
    desk.look()

    with pytest.raises((Invalid, NotFound)):
        desk.calendars.choose(desk.owner, connection_id=desk.scene.connection_id, calendar_ids=entered)
    assert desk.chosen() == {ACCOUNT, TEAM}


def test_a_calendar_of_another_connection_is_not_found(desk: Desk) -> None:
    desk.look()
    other = replace(desk.scene.connection(), id=new_id(), subject_id="other")
    with desk.scene.uow() as uow:
        uow.connections.add(other)
    mixed: Collection[str] = [*desk.ids().values(), new_id()]

    with pytest.raises(NotFound):
        desk.calendars.choose(desk.owner, connection_id=desk.scene.connection_id, calendar_ids=mixed)
    with pytest.raises(NotFound):
        desk.calendars.choose(desk.owner, connection_id=other.id, calendar_ids=list(desk.ids().values()))
