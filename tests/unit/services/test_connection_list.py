"""The list of connections: whose come first, a page at a time, searched and filtered; what it costs."""

import time
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, event

from ce_calendar.domain.access import Permission
from ce_calendar.domain.errors import Invalid
from ce_calendar.domain.meetings.connections import Status
from ce_calendar.ports import OpenUnitOfWork
from ce_calendar.services.connection_views import PAGE_LENGTH, Only
from tests.builders import make_actor, make_connection
from tests.builders_meetings import make_calendar
from tests.conftest import FixedClock
from tests.support.many import IN_TROUBLE, add_many_connections
from tests.unit.services.linking import Linking, make_linking

MANY = 200


@pytest.fixture
def linking(uow: OpenUnitOfWork, clock: FixedClock) -> Linking:
    return make_linking(uow, clock)


@pytest.fixture
def crowd(linking: Linking) -> Linking:
    """An organization where everybody has linked an account, staff last."""
    add_many_connections(linking.uow, linking.town.organization.id, MANY)
    with linking.uow() as uow:
        connection = make_connection(user=linking.town.staff)
        uow.connections.add(connection)
        uow.connections.save_calendars(
            [make_calendar(connection), make_calendar(connection, is_selected=False, provider_calendar_id="other")]
        )
    return linking


def test_a_page_holds_twenty_ones_own_first_and_knows_how_many_there_are(crowd: Linking) -> None:
    found = crowd.book.list(crowd.actor(crowd.town.staff))

    assert len(found.views) == PAGE_LENGTH
    assert [view.is_own for view in found.views[:2]] == [True, False]
    assert (found.total, found.everybody, found.attention) == (MANY + 1, MANY + 1, MANY // IN_TROUBLE)


def test_pages_together_hold_everybody_once(crowd: Linking) -> None:
    actor = crowd.actor(crowd.town.staff)
    pages = [crowd.book.list(actor, offset=offset).views for offset in range(0, MANY + 1, PAGE_LENGTH)]

    ids = [view.connection.id for page in pages for view in page]
    assert len(ids) == len(set(ids)) == MANY + 1
    names = [view.owner_name for page in pages for view in page][1:]
    assert names[0].startswith("Alma")
    assert names[-1].startswith("Jonas")


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        # by name, whatever the case and accents
        ("dvorak alma", 2),
        ("GRÜNWALD", 20),
        # by account
        ("person17@mail", 1),
        ("nobody", 0),
    ],
)
def test_people_and_accounts_can_be_searched(crowd: Linking, search: str, expected: int) -> None:
    assert crowd.book.list(crowd.actor(crowd.town.staff), search=search).total == expected


def test_those_that_need_attention_can_be_seen_alone(crowd: Linking) -> None:
    found = crowd.book.list(crowd.actor(crowd.town.staff), only=Only.ATTENTION)

    assert found.total == found.attention == MANY // IN_TROUBLE
    assert {view.connection.status for view in found.views} == {Status.NEEDS_REAUTH}


def test_ones_own_can_be_seen_alone_with_how_many_calendars_are_read(crowd: Linking) -> None:
    found = crowd.book.list(crowd.actor(crowd.town.staff), only=Only.MINE)

    assert [(view.is_own, view.calendars) for view in found.views] == [(True, (1, 2))]
    assert found.everybody == MANY + 1


def test_how_many_calendars_somebody_has_is_told_to_nobody_else(crowd: Linking) -> None:
    found = crowd.book.list(crowd.actor(crowd.town.admin), search="Sam Staff")

    assert [view.calendars for view in found.views] == [(0, 0)] * found.total


@pytest.mark.parametrize(
    "junk", [{"search": None}, {"search": "x" * 201}, {"only": "everything"}, {"only": None}, {"offset": "1"}]
)
def test_junk_is_no_page(linking: Linking, junk: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        linking.book.list(linking.actor(linking.town.staff), **junk)


def test_the_owner_may_withdraw_what_they_granted_and_not_give_more(linking: Linking) -> None:
    connection = linking.connect(linking.actor(linking.town.staff))
    demoted = make_actor(linking.town.staff, permissions=[Permission.CALENDAR_VIEW])

    view = linking.book.list(demoted).views[0]

    assert (view.may_change, view.may_withdraw) == (False, True)
    assert linking.book.list(linking.actor(linking.town.colleague)).views[0].may_withdraw is False
    assert replace(view.connection, id="") == replace(connection, id="")


def test_two_hundred_cost_as_many_queries_as_one(crowd: Linking, engine: Engine) -> None:
    actor = crowd.actor(crowd.town.staff)
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda _c, _u, statement, *_rest: asked.append(statement))
    begun = time.perf_counter()

    crowd.book.list(actor)

    seconds = time.perf_counter() - begun
    queries = [each for each in asked if each.startswith("SELECT")]
    # connections, names, runs, leases, meetings, calendars
    assert len(queries) == 6
    # Measured: some 20 ms, on either database. The bound is for a machine that is busy with other things.
    assert seconds < 1
