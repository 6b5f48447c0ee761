import asyncio

import pytest
import reflex as rx
from reflex.event import Event
from reflex.istate.data import HeaderData
from reflex.state import StateUpdate

from ce_calendar.web.contacts.rows import ContactRow
from ce_calendar.web.contacts.state import ContactsState
from ce_calendar.web.frame import FrameState, OneIdentity
from ce_calendar.web.session import token_in
from tests.unit.web.conftest import Desk, tab

HYDRATE = Event(name="reflex___state____state.hydrate_and_load")
CLICK = Event(name="reflex___state____state.contacts_state.look_for")


async def before(root: rx.State, event: Event) -> StateUpdate | None:
    app: rx.App = None  # type: ignore[assignment] # not looked at
    return await OneIdentity().preprocess(app, root, event)


async def filled(root: rx.State) -> ContactsState:
    """A tab that shows something to the person with the cookie `good`."""
    await before(root, HYDRATE)
    contacts = await root.get_state(ContactsState)
    contacts.contacts = [ContactRow(name="Carla Contact")]
    (await root.get_state(FrameState)).name = "Sam Staff"
    return contacts


def switch(root: rx.State, cookie: str) -> None:
    root.rx_router_headers = HeaderData(cookie=f"ce_session={cookie}" if cookie else "")


@pytest.mark.parametrize("event", [HYDRATE, CLICK])
def test_the_same_session_keeps_what_its_tab_shows(event: Event, desk: Desk) -> None:
    async def scene() -> None:
        root = tab(cookie="good")
        contacts = await filled(root)
        assert await before(root, event) is None
        assert len(contacts.contacts) == 1

    asyncio.run(scene())


@pytest.mark.parametrize("cookie", ["", "other"])
def test_another_session_in_the_same_tab_finds_it_empty(cookie: str, desk: Desk) -> None:
    desk.actors["other"] = desk.actors["good"]

    async def scene() -> None:
        root = tab(cookie="good")
        contacts = await filled(root)
        switch(root, cookie)
        assert await before(root, HYDRATE) is None
        assert contacts.contacts == []
        assert (await root.get_state(FrameState)).name == ""

    asyncio.run(scene())


def test_a_session_that_ended_is_not_shown_what_it_once_saw(desk: Desk) -> None:
    async def scene() -> None:
        root = tab(cookie="good")
        contacts = await filled(root)
        desk.actors.clear()
        await before(root, HYDRATE)
        assert contacts.contacts == []

    asyncio.run(scene())


@pytest.mark.parametrize("cookie", ["", "other"])
def test_an_event_with_another_session_than_the_tab_was_filled_for_is_dropped(cookie: str, desk: Desk) -> None:
    async def scene() -> None:
        root = tab(cookie="good")
        contacts = await filled(root)
        switch(root, cookie)
        assert await before(root, CLICK) == StateUpdate()
        assert len(contacts.contacts) == 1  # still there for whom it belongs to

    asyncio.run(scene())


def test_a_tab_whose_state_expired_goes_on_with_its_next_event(desk: Desk) -> None:
    async def scene() -> None:
        assert await before(tab(cookie="good"), CLICK) is None

    asyncio.run(scene())


def test_a_push_to_a_tab_without_state_is_dropped(desk: Desk) -> None:
    async def scene() -> None:
        assert await before(tab(token=""), CLICK) == StateUpdate()

    asyncio.run(scene())
    assert desk.touched == []


def test_looking_whether_a_session_lives_does_not_keep_it_awake(desk: Desk) -> None:
    async def scene() -> None:
        await before(tab(cookie="good"), HYDRATE)

    asyncio.run(scene())
    assert set(desk.touched) <= {False}


@pytest.mark.parametrize(
    "header",
    [
        "ce_session=good",
        'prefs={"a":1}; ce_session=good',  # JSON of another application on the same host
        "ce_session=good; a b=1",
        "name=J\u00f6rg; ce_session=good",
        "; =; ce_session=good",
    ],
)
def test_odd_cookies_of_others_do_not_sign_anybody_out(header: str) -> None:
    assert token_in(header) == "good"
