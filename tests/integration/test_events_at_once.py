"""Two transactions at the same meeting: the second waits for the first, and nothing is doubled, lost or stuck.

PostgreSQL has them side by side; on SQLite the second waits at its start, which must come to the same.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import Engine, text

from ce_calendar.domain.contacts import Contact
from ce_calendar.domain.meetings.connections import ConnectedCalendar
from ce_calendar.domain.meetings.events import RemoteRead
from ce_calendar.ports import OpenUnitOfWork, UnitOfWork
from ce_calendar.services.audit import Audit
from ce_calendar.services.contacts import ContactBook
from tests.builders import Town, settle
from tests.builders_meetings import add_calendar, add_contact, make_event, make_read, sync_into
from tests.conftest import NOON, FixedClock
from tests.support.doubles import ListedAnnouncements, ListedJobs

PATIENCE = 20
HEAD_START = 0.3
"""Seconds in which the second transaction runs into the first."""


@dataclass
class Scene:
    uow: OpenUnitOfWork
    engine: Engine
    town: Town
    mine: ConnectedCalendar
    theirs: ConnectedCalendar
    contacts: list[Contact]

    def meetings(self, *numbers: int) -> RemoteRead:
        """Meetings with all contacts, by number."""
        guests = [contact.email for contact in self.contacts]
        return make_read(*(make_event(f"e{n}", guests=guests) for n in numbers))

    def while_first_is_open(self, first: Callable[[UnitOfWork], object], second: Callable[[], object]) -> None:
        """Run `second` in another thread while the transaction of `first` has not committed yet."""
        problems: list[BaseException] = []

        def run_second() -> None:
            try:
                second()
            except BaseException as problem:  # noqa: BLE001 - reported in the test's own thread
                problems.append(problem)

        thread = threading.Thread(target=run_second)
        with self.uow() as uow:
            first(uow)
            thread.start()
            time.sleep(HEAD_START)
        thread.join(PATIENCE)
        assert not thread.is_alive()
        assert problems == []

    def sync(self, calendar: ConnectedCalendar, read: RemoteRead) -> None:
        with self.uow() as uow:
            sync_into(uow, calendar, read)

    def supporters(self) -> list[int]:
        """How many events stand behind each activity; no activity may have none."""
        with self.engine.connect() as connection:
            rows = connection.execute(
                text(
                    "SELECT count(event_id) AS events FROM ce_activities"
                    " LEFT JOIN ce_event_activities ON activity_id = ce_activities.id GROUP BY ce_activities.id"
                )
            )
            return sorted(row.events for row in rows)


@pytest.fixture
def scene(uow: OpenUnitOfWork, engine: Engine) -> Scene:
    town = settle(uow)
    with uow() as unit:
        mine, theirs = (add_calendar(unit, user) for user in (town.staff, town.colleague))
        contacts = [add_contact(unit, town.organization.id, f"{name}@clinic.example") for name in ("carla", "conrad")]
    return Scene(uow, engine, town, mine, theirs, contacts)


GONE = make_read(removed=["e1"])


@pytest.mark.parametrize(
    ("mine_before", "theirs_before", "mine_now", "theirs_now", "supporters"),
    [
        ((), (), (1,), (1,), [2, 2]),  # both bring it: one activity per contact
        ((), (), (1, 2, 3), (3, 2, 1), [2] * 6),  # … in another order
        ((1,), (), None, (1,), [1, 1]),  # one loses what the other just links
        ((), (1,), (1,), None, [1, 1]),  # … and the other way round
        ((1,), (1,), None, None, []),  # both lose it: nothing is left over
        ((1,), (1,), (1, 2), None, [1] * 4),
    ],
)
def test_two_calendars_apply_at_once(
    scene: Scene,
    *,
    mine_before: tuple[int, ...],
    theirs_before: tuple[int, ...],
    mine_now: tuple[int, ...] | None,
    theirs_now: tuple[int, ...] | None,
    supporters: list[int],
) -> None:
    scene.sync(scene.mine, scene.meetings(*mine_before))
    scene.sync(scene.theirs, scene.meetings(*theirs_before))
    mine = GONE if mine_now is None else scene.meetings(*mine_now)
    theirs = GONE if theirs_now is None else scene.meetings(*theirs_now)
    scene.while_first_is_open(lambda uow: sync_into(uow, scene.mine, mine), lambda: scene.sync(scene.theirs, theirs))
    assert scene.supporters() == supporters


def test_many_threads_that_bring_and_lose_the_same_meetings_leave_a_clean_timeline(scene: Scene) -> None:
    problems: list[BaseException] = []

    def churn(calendar: ConnectedCalendar, order: list[int]) -> None:
        try:
            for round_ in range(6):
                scene.sync(calendar, scene.meetings(*order))
                if round_ < 5:
                    scene.sync(calendar, make_read(removed=[f"e{n}" for n in reversed(order)]))
        except BaseException as problem:  # noqa: BLE001 - reported in the test's own thread
            problems.append(problem)

    numbers = list(range(20))
    orders = ((scene.mine, numbers), (scene.theirs, numbers[::-1]))
    threads = [threading.Thread(target=churn, args=each) for each in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert problems == []
    assert scene.supporters() == [2] * 40


def test_a_disconnect_during_a_write_leaves_nothing_behind(scene: Scene) -> None:
    def disconnect() -> None:
        with scene.uow() as uow:
            uow.events.delete_of_connection(scene.mine.connection_id, since=None, keep_timeline=False)

    scene.while_first_is_open(lambda uow: sync_into(uow, scene.mine, scene.meetings(1)), disconnect)
    assert scene.supporters() == []


def test_a_stricter_level_during_a_write_erases_what_was_written(scene: Scene) -> None:
    def erase() -> None:
        with scene.uow() as uow:
            uow.events.erase_text(scene.mine.connection_id, keep_attendees=False)

    scene.while_first_is_open(lambda uow: sync_into(uow, scene.mine, scene.meetings(1)), erase)
    assert scene.supporters() == []


def contact_book(scene: Scene) -> ContactBook:
    clock = FixedClock()
    return ContactBook(
        open_uow=scene.uow,
        clock=clock,
        audit=Audit(open_uow=scene.uow, clock=clock),
        announcer=ListedAnnouncements(),
        jobs=ListedJobs(),
    )


def test_a_contacts_new_address_during_a_write_takes_their_meetings_away(scene: Scene) -> None:
    carla, actor = scene.contacts[0], scene.town.actor(scene.town.admin)
    scene.while_first_is_open(
        lambda uow: sync_into(uow, scene.mine, scene.meetings(1)),
        lambda: contact_book(scene).edit(actor, contact_id=carla.id, name="Carla", email="new@x.example", company=""),
    )
    assert scene.supporters() == [1]


def test_a_write_during_a_change_of_address_waits_and_matches_the_new_one(scene: Scene) -> None:
    carla = scene.contacts[0]

    def change(uow: UnitOfWork) -> None:
        # In the order of ContactBook.edit: connections, organization, contact. The other way round would deadlock.
        uow.connections.request_full_read(now=NOON, organization_id=carla.organization_id)
        uow.events.unlink_contact(carla.id)
        uow.contacts.save(replace(carla, email="new@clinic.example"))

    scene.while_first_is_open(change, lambda: scene.sync(scene.mine, scene.meetings(1)))
    assert scene.supporters() == [1]


def test_two_contacts_may_be_added_at_once(scene: Scene) -> None:
    organization_id = scene.town.organization.id

    def add(uow: UnitOfWork, email: str) -> None:
        add_contact(uow, organization_id, email)
        uow.connections.request_full_read(now=NOON, organization_id=organization_id)

    def add_another() -> None:
        with scene.uow() as uow:
            add(uow, "b@clinic.example")

    scene.while_first_is_open(lambda uow: add(uow, "a@clinic.example"), add_another)
    with scene.uow() as uow:
        connections = uow.connections.of_organization(organization_id)
        assert {connection.full_read_version for connection in connections} == {3}
