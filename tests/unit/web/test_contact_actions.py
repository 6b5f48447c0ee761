"""Importing and merging contacts, without a server."""

import asyncio
from dataclasses import replace

import pytest
import reflex as rx

from ce_calendar.domain.access import Permission
from ce_calendar.domain.contact_file import BadLine
from ce_calendar.domain.contacts import ContactEntry, ImportCounts
from ce_calendar.domain.errors import AccessDenied, NotFound
from ce_calendar.services.contact_import import ImportPreview, ImportResult, PreviewedEntry
from ce_calendar.services.contacts import ContactPage, Doubles, EmailTaken
from ce_calendar.web.contacts.doubles import DoublesState
from ce_calendar.web.contacts.importing import ContactImportState
from ce_calendar.web.contacts.merging import ContactMergeState
from ce_calendar.web.contacts.state import ContactsState
from tests.builders import make_contact, new_id
from tests.unit.web.conftest import CONTACT, Desk, opened, shown, tab

# -- merging ----------------------------------------------------------------------------------------------------------


def test_an_address_of_another_contact_offers_to_make_the_two_one(busy: Desk) -> None:
    other = make_contact(name="Carla C.", other_emails=("c@home.example",))
    busy.answers("contacts", "edit", EmailTaken(other, field="other_emails"))
    busy.answers("contacts", "merge", replace(CONTACT, other_emails=(other.email,)))

    async def scene() -> None:
        root = tab(cookie="good")
        book, merging = await root.get_state(ContactsState), await root.get_state(ContactMergeState)
        await book.begin_edit(CONTACT.id)
        await book.save({"name": "Carla", "email": CONTACT.email, "other_emails": "c@home.example"})
        assert (book.is_editing, book.double.id) == (True, other.id)
        assert "already: Carla C." in book.errors.other_emails
        busy.answers(
            "contacts", "get", lambda _actor, contact_id: {each.id: each for each in (CONTACT, other)}[contact_id]
        )
        await merging.begin(CONTACT.id, other.id)
        assert (merging.one.id, merging.other.also, merging.stays) == (CONTACT.id, "c@home.example", CONTACT.id)
        assert "does not exist" in str(merging.choose(new_id()))
        merging.choose(other.id)
        assert "2 email addresses" in str(await merging.merge())
        assert await merging.merge() is None, "pressed twice: nothing is wrong"
        assert shown(merging) == shown(await tab().get_state(ContactMergeState))

    asyncio.run(scene())
    assert busy.asked("contacts.merge") == [{"contact_id": other.id, "other_id": CONTACT.id}]


def test_nothing_is_merged_before_two_contacts_are_shown(busy: Desk) -> None:
    async def scene() -> None:
        merging = await opened(ContactMergeState)
        assert "does not exist" in str(merging.choose(""))
        assert await merging.merge() is None

    asyncio.run(scene())
    assert busy.calls == []


def test_possible_doubles_are_gone_through_one_by_one(busy: Desk) -> None:
    other = make_contact(name="Carla Contact", email="c@home.example")
    busy.answers("contacts", "doubles", Doubles([(CONTACT, other)], 3))
    busy.answers("contacts", "merge", CONTACT)

    async def scene() -> None:
        root = tab(cookie="good")
        found, merging = await root.get_state(DoublesState), await root.get_state(ContactMergeState)
        await found.open()
        assert ([pair.other.email for pair in found.pairs], found.more) == (["c@home.example"], 2)
        found.close()
        assert found.pairs == []
        await merging.begin_from_list(CONTACT.id, CONTACT.id)
        assert "DoublesState.open" in str(merging.close())
        await merging.begin_from_list(CONTACT.id, CONTACT.id)
        assert "DoublesState.open" in str(await merging.merge())
        await merging.begin(CONTACT.id, CONTACT.id)
        assert merging.close() is None

    asyncio.run(scene())


# -- importing contacts -----------------------------------------------------------------------------------------------

PREVIEW = ImportPreview(
    import_id=new_id(),
    counts=ImportCounts(new=2, filled=1, differing=1, unchanged=1, known=2),
    first=[PreviewedEntry(ContactEntry("a@b.example", "A", ""), None)],
    bad=[BadLine(line, "Name is missing.") for line in range(2, 502)],
    doubles=[(line, 2) for line in range(3, 20)],
    columns=[("email", "E-Mail"), ("first", "Vorname")],
    ignored=["Phone"],
    encoding="cp1250",
)


@pytest.fixture
def importing(busy: Desk) -> Desk:
    for method, answer in (("allow", None), ("cancel", None), ("preview", PREVIEW)):
        busy.answers("contact_import", method, answer)
    return busy


async def looking(root: rx.State) -> ContactImportState:
    state: ContactImportState = await root.get_state(ContactImportState)
    await state.open_dialog()
    state.begin_reading()
    await state.look({"id": PREVIEW.import_id})
    return state


def test_a_file_is_shown_as_the_service_read_it(importing: Desk) -> None:
    async def scene() -> None:
        state = await looking(tab(cookie="good"))
        seen = state.preview
        assert (state.step, seen.new, seen.overwritten, seen.more) == ("looking", 2, 1, 3)
        assert (len(seen.bad), seen.bad_total, seen.encoding) == (200, 500, "Windows-1250")
        assert seen.double_lines == "Lines 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and others"
        assert seen.columns == "Email from “E-Mail”, First name from “Vorname”"
        assert PREVIEW.import_id not in str(shown(state))

    asyncio.run(scene())


@pytest.mark.parametrize("answer", [{"problem": "This file is empty."}, {"id": ""}, {}, None, [], "x", {"id": 7}])
def test_a_file_that_was_refused_leaves_the_choice_open(importing: Desk, answer: dict[str, str]) -> None:
    async def scene() -> None:
        state = await opened(ContactImportState)
        await state.open_dialog()
        state.begin_reading()
        await state.look(answer)
        assert state.step == "choosing"

    asyncio.run(scene())
    assert importing.asked("contact_import.preview") == []


def test_what_was_shown_is_taken_once(importing: Desk) -> None:
    importing.answers("contact_import", "confirm", ImportResult(added=2, changed=1, unchanged=1))

    async def scene() -> None:
        state = await looking(tab(cookie="good"))
        state.set_overwrite(True)
        said = [str(each) async for each in state.confirm()]
        assert "2 contacts added, 1 contact changed, 1 here already." in said[-1]
        assert state.step == "closed"
        assert [each async for each in state.confirm()] == [None], "pressed twice: nothing is wrong"
        await state.open_dialog()
        assert "Choose a file first." in str([str(each) async for each in state.confirm()])

    asyncio.run(scene())
    assert importing.asked("contact_import.confirm") == [{"import_id": PREVIEW.import_id, "overwrite": True}]
    assert importing.asked("contact_import.cancel") == []


def test_a_file_that_has_gone_meanwhile_is_to_be_chosen_again(importing: Desk) -> None:
    importing.answers("contact_import", "confirm", NotFound("file"))

    async def scene() -> None:
        state = await looking(tab(cookie="good"))
        assert [each async for each in state.confirm()] == [None]
        assert (state.step, "choose it again" in state.problem) == ("choosing", True)

    asyncio.run(scene())


def test_closing_forgets_the_file_on_the_server(importing: Desk) -> None:
    async def scene() -> None:
        for leave in ("close", "choose_again"):
            state = await looking(tab(cookie="good"))
            await getattr(state, leave)()
            assert state.preview.new == 0

    asyncio.run(scene())
    assert importing.asked("contact_import.cancel") == [{"import_id": PREVIEW.import_id}] * 2


def test_who_may_not_import_sees_no_dialog(importing: Desk) -> None:
    importing.answers("contact_import", "allow", AccessDenied(Permission.CALENDAR_CONNECT))

    async def scene() -> None:
        state = await opened(ContactImportState)
        assert "permission" in str(await state.open_dialog())
        assert state.step == "closed"

    asyncio.run(scene())


# -- paging -----------------------------------------------------------------------------------------------------------


def test_a_list_that_became_shorter_shows_its_last_page(busy: Desk) -> None:
    def page(_actor: object, *, offset: int, **_more: object) -> ContactPage:
        return ContactPage([CONTACT] if offset <= 100 else [], 101)

    busy.answers("contacts", "page", page)

    async def scene() -> None:
        state = await opened(ContactsState)
        state.offset = 500
        await state.load()
        assert (state.offset, len(state.contacts)) == (100, 1)

    asyncio.run(scene())
