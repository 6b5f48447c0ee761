import asyncio

from ce_calendar.domain.errors import Invalid, NotFound
from ce_calendar.domain.meetings.timeline import Span
from ce_calendar.services.contacts import ContactPage
from ce_calendar.services.timeline import TimelinePage
from ce_calendar.web.account.state import AccountState
from ce_calendar.web.activity.state import ActivityState
from ce_calendar.web.components.pager import PAGE_SIZE
from ce_calendar.web.contacts.state import ContactsState
from tests.builders import new_id
from tests.unit.web.conftest import CONTACT, MEETING, Desk, opened, shown

# -- activity ---------------------------------------------------------------------------------------------------------


def test_an_empty_timeline_knows_what_is_missing(busy: Desk) -> None:
    busy.answers("timeline", "page", TimelinePage([], 0))
    busy.answers("contacts", "page", ContactPage([], 0))

    async def scene() -> None:
        state = await opened(ActivityState)
        await state.load()
        assert (state.has_connection, state.has_contacts) == (False, False)

    asyncio.run(scene())


def test_details_are_only_of_meetings_on_the_readers_own_page(busy: Desk) -> None:
    async def scene() -> None:
        state = await opened(ActivityState)
        await state.load()
        assert "does not exist" in str(await state.open_meeting(new_id()))
        await state.open_meeting(MEETING.activity_id)
        assert state.opened.title == "Review"
        # it was deleted while it was open
        busy.answers("timeline", "page", TimelinePage([], 0))
        await state.refresh()
        assert state.opened.id == ""

    asyncio.run(scene())


def test_choosing_a_contact_begins_at_the_first_page(busy: Desk) -> None:
    async def scene() -> None:
        state = await opened(ActivityState)
        state.offset, state.total = PAGE_SIZE, 3 * PAGE_SIZE
        await state.choose(CONTACT.id)
        assert (state.contact.name, state.offset) == ("Carla Contact", 0)
        await state.choose("")
        assert state.contact.id == ""

    asyncio.run(scene())
    assert [each["contact_id"] for each in busy.asked("timeline.page")] == [CONTACT.id, ""]


def test_a_contact_of_somebody_else_is_not_filtered_by(busy: Desk) -> None:
    busy.answers("contacts", "get", NotFound("contact"))

    async def scene() -> None:
        state = await opened(ActivityState)
        assert "does not exist" in str(await state.choose(new_id()))
        assert state.contact.id == ""

    asyncio.run(scene())


def test_paging_stays_within_the_list(busy: Desk) -> None:
    async def scene() -> None:
        state = await opened(ActivityState)
        await state.load()
        await state.next_page()
        assert state.offset == 0
        state.total = PAGE_SIZE + 1
        await state.next_page()
        assert state.offset == PAGE_SIZE
        await state.previous_page()
        await state.previous_page()
        assert state.offset == 0

    asyncio.run(scene())


def test_only_coming_and_past_are_spans(busy: Desk) -> None:
    async def scene() -> None:
        state = await opened(ActivityState)
        await state.show_span("past")
        assert "choice does not exist" in str(await state.show_span("all"))
        assert state.span == Span.PAST

    asyncio.run(scene())


def test_the_choice_of_contacts_is_searched_on_the_server(busy: Desk) -> None:
    async def scene() -> None:
        state = await opened(ActivityState)
        await state.set_choosing(True)
        await state.look_for("car")
        assert [choice.name for choice in state.choices] == ["Carla Contact"]

    asyncio.run(scene())
    assert [each["search"] for each in busy.asked("contacts.page")] == ["", "car"]


# -- contacts ---------------------------------------------------------------------------------------------------------


def test_a_contact_is_added_or_shows_what_is_wrong_beside_the_field(busy: Desk) -> None:
    async def scene() -> None:
        state = await opened(ContactsState)
        state.begin_add()
        busy.answers("contacts", "add", Invalid("This is not an email address.", field="email"))
        await state.save({"name": "A", "email": "nope"})
        assert (state.is_editing, state.errors.email) == (True, "This is not an email address.")
        busy.answers("contacts", "add", CONTACT)
        assert "Added" in str(await state.save({"name": "A", "email": "a@b.example", "organization_id": "other"}))
        assert state.is_editing is False

    asyncio.run(scene())
    assert busy.asked("contacts.add")[-1] == {
        "name": "A",
        "email": "a@b.example",
        "company": "",
        "other_emails": "",
    }


def test_editing_starts_with_the_contact_as_it_is_now(busy: Desk) -> None:
    busy.answers("contacts", "edit", CONTACT)

    async def scene() -> None:
        state = await opened(ContactsState)
        await state.begin_edit(CONTACT.id)
        assert state.form.name == "Carla Contact"
        await state.save({"name": "Carla", "email": "c@d.example", "id": new_id()})
        state.cancel()

    asyncio.run(scene())
    assert busy.asked("contacts.edit")[0]["contact_id"] == CONTACT.id


def test_searching_begins_at_the_first_page(busy: Desk) -> None:
    async def scene() -> None:
        state = await opened(ContactsState)
        state.offset = PAGE_SIZE
        await state.look_for("car ")
        assert (state.search, state.offset) == ("car ", 0)

    asyncio.run(scene())


# -- account ----------------------------------------------------------------------------------------------------------


def test_ones_own_things_reach_the_service(busy: Desk) -> None:
    for method in ("change_password", "choose_locale", "end_session", "end_other_sessions"):
        busy.answers("accounts", method)
    session_id = new_id()

    async def scene() -> None:
        state = await opened(AccountState)
        await state.change_password({"current": " old", "new": "long-enough-1", "again": "long-enough-1"})
        await state.choose_locale({"zone": "Europe/Prague", "language": "cs-CZ"})
        await state.end_session(session_id)
        await state.end_other_sessions()

    asyncio.run(scene())
    assert [call for call in busy.calls if call[0] != "accounts.sessions"] == [
        ("accounts.change_password", {"current": " old", "new": "long-enough-1"}),
        ("accounts.choose_locale", {"zone": "Europe/Prague", "language": "cs-CZ"}),
        ("accounts.end_session", {"session_id": session_id}),
        ("accounts.end_other_sessions", {}),
    ]


def test_a_wrong_zone_is_told_beside_its_field(busy: Desk) -> None:
    busy.answers("accounts", "choose_locale", Invalid("There is no such time zone.", field="zone"))

    async def scene() -> None:
        state = await opened(AccountState)
        assert await state.choose_locale({"zone": "Mars/Base", "language": "en-GB"}) is None
        assert state.zone_error == "There is no such time zone."
        busy.answers("accounts", "choose_locale")
        await state.choose_locale({"zone": "Europe/Prague", "language": "cs-CZ"})
        assert state.zone_error == ""

    asyncio.run(scene())


def test_the_filter_lets_go_of_a_contact_that_was_merged(busy: Desk) -> None:
    def page(_actor: object, *, contact_id: str, **_more: object) -> TimelinePage:
        if contact_id:
            raise NotFound("contact")
        return TimelinePage([], 0)

    async def scene() -> None:
        state = await opened(ActivityState)
        await state.choose(CONTACT.id)
        busy.answers("timeline", "page", page)
        await state.refresh()
        assert (state.phase, state.contact.id) == ("ready", "")

    asyncio.run(scene())


def test_a_wrong_password_is_told_beside_its_field(busy: Desk) -> None:
    busy.answers("accounts", "change_password", Invalid("The current password is wrong.", field="current"))

    async def scene() -> None:
        state = await opened(AccountState)
        await state.change_password({"current": "x", "new": "long-enough-1", "again": "long-enough-1"})
        assert state.errors.current == "The current password is wrong."
        assert "long-enough-1" not in str(shown(state))

    asyncio.run(scene())
