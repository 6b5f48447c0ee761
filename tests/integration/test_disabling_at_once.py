"""A person is disabled at the moment when something else happens to what they linked."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from ce_calendar.domain.errors import AccessDenied
from ce_calendar.ports import OpenUnitOfWork
from tests.builders import make_connection
from tests.conftest import FixedClock
from tests.unit.services.linking import WORK, Linking, make_linking

HEAD_START = 0.3
"""Seconds in which the second transaction runs into the first."""


@pytest.fixture
def linking(uow: OpenUnitOfWork, clock: FixedClock) -> Linking:
    return make_linking(uow, clock)


def test_who_is_disabled_while_they_link_an_account_has_linked_none(linking: Linking) -> None:
    person = linking.town.staff
    actor = linking.actor(person)
    code, state = linking.world.consent(linking.start(actor), WORK)
    with ThreadPoolExecutor(1) as pool:
        with linking.uow() as uow:
            user = uow.users.get(person.id, lock=True)
            assert user
            uow.users.save(replace(user, disabled_at=linking.clock()))
            uow.connections.pause_of_user(person.id)
            linked = pool.submit(linking.finish, actor, state=state, code=code)
            time.sleep(HEAD_START)
        with pytest.raises(AccessDenied):
            linked.result(30)
    assert linking.of_organization(person) == []


def test_connections_are_paused_in_the_order_in_which_others_lock_them(linking: Linking) -> None:
    person = linking.town.staff
    low, high = (replace(make_connection(user=person), id=digit * 32) for digit in "0f")
    with linking.uow() as uow:
        uow.connections.add(high)  # PostgreSQL finds them as they were added
        uow.connections.add(low)

    def pause() -> None:
        with linking.uow() as uow:
            assert uow.connections.pause_of_user(person.id) == 2

    with ThreadPoolExecutor(1) as pool:
        with linking.uow() as uow:
            assert uow.connections.lock(low.id)
            paused = pool.submit(pause)
            time.sleep(HEAD_START)
            assert uow.connections.lock(high.id)
        paused.result(30)
    assert not any(each.sync_enabled for each in linking.of_organization(person))


def test_who_writes_a_connection_twice_does_not_wait_for_its_person(linking: Linking) -> None:
    person = linking.town.staff
    connection = make_connection(user=person)
    with linking.uow() as uow:
        uow.connections.add(connection)

    def write_twice() -> None:
        with linking.uow() as uow:
            uow.connections.lock(connection.id)
            uow.connections.save(connection)
            time.sleep(2 * HEAD_START)
            uow.connections.save(connection)

    with ThreadPoolExecutor(1) as pool:
        with linking.uow() as uow:
            assert uow.users.get(person.id, lock=True)
            written = pool.submit(write_twice)
            time.sleep(HEAD_START)
            assert uow.connections.lock(connection.id)
        written.result(30)
