"""The connections page and its dialogs, without a server."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from ce_calendar.domain.errors import Invalid, NotFound, SyncAlreadyRunning
from ce_calendar.domain.meetings.privacy import PrivacyLevel
from ce_calendar.domain.meetings.runs import RunOutcome, SyncReport, SyncRun
from ce_calendar.domain.meetings.timeline import MeetingTally
from ce_calendar.domain.notices import Notice, NoticeKind
from ce_calendar.services.calendars import CalendarChoice, CalendarView
from ce_calendar.services.connection_views import PAGE_LENGTH, ConnectionPage, ConnectionView, Only
from ce_calendar.services.connections import DisconnectEffects, PrivacyPreview
from ce_calendar.services.notices import NoticeView
from ce_calendar.web.connections.calendars import CalendarsState
from ce_calendar.web.connections.disconnect import DisconnectState
from ce_calendar.web.connections.privacy import PrivacyState
from ce_calendar.web.connections.state import ConnectionsState
from ce_calendar.web.vars import as_var
from tests.builders import new_id
from tests.builders_meetings import make_calendar
from tests.conftest import NOON
from tests.unit.web.conftest import CONNECTION, Desk, opened, shown

OWN, TEAM = make_calendar(CONNECTION), make_calendar(CONNECTION, is_selected=False, name="Team", is_primary=False)
CHOICE = CalendarChoice(CONNECTION, [CalendarView(OWN, None, 12), CalendarView(TEAM, None, 0)])


def notice(kind: NoticeKind, **facts: Any) -> Notice:
    return Notice(
        id=new_id(),
        organization_id=CONNECTION.organization_id,
        user_id=CONNECTION.user_id,
        kind=kind,
        connection_id=CONNECTION.id,
        created_at=NOON,
        expires_at=NOON,
        facts={"provider": "google", "account": "sam@gmail.example", **facts},
    )


# -- the page --------------------------------------------------------------------------------------------------------


def test_connections_show_whose_client_asks_for_consent(busy: Desk) -> None:
    async def scene() -> None:
        state = await opened(ConnectionsState)
        await state.load()
        assert (state.credential_source, state.google_available) == ("platform", True)
        assert not state.microsoft_available

    asyncio.run(scene())


def test_without_a_client_nothing_can_be_connected(busy: Desk) -> None:
    async def scene() -> None:
        busy.answers("connecting", "clients", {})
        state = await opened(ConnectionsState)
        await state.load()
        assert (state.credential_source, state.google_available) == ("", False)

    asyncio.run(scene())


def test_what_the_address_says_is_told_once_and_wiped_off_it(busy: Desk) -> None:
    async def scene() -> None:
        state = await opened(ConnectionsState, url="http://localhost/ce/settings/calendar?problem=denied")
        assert "replaceState" in str(await state.load())
        assert [each.tone for each in state.told] == ["bad"]
        await state.refresh()
        assert len(state.told) == 1, "a refresh does not take it away"
        await state.dismiss("")
        assert state.told == []

    asyncio.run(scene())


def test_an_address_without_words_is_left_alone(busy: Desk) -> None:
    async def scene() -> None:
        assert "replaceState" not in str(await (await opened(ConnectionsState)).load())

    asyncio.run(scene())


def test_a_notice_is_put_away_on_the_server(busy: Desk) -> None:
    told = notice(NoticeKind.ENDING, result="revoked")
    busy.answers("notices", "mine", [NoticeView(told)])
    busy.answers("notices", "dismiss")

    async def scene() -> None:
        state = await opened(ConnectionsState)
        await state.load()
        assert state.told[0].id == told.id
        await state.dismiss(told.id)

    asyncio.run(scene())
    assert busy.asked("notices.dismiss") == [{"notice_id": told.id}]


def test_what_came_of_a_consent_goes_when_the_page_is_opened_anew_and_an_ending_stays(busy: Desk) -> None:
    connected, ending = notice(NoticeKind.CONNECTED), notice(NoticeKind.ENDING, result="revoked")
    run = SyncRun(new_id(), "o", CONNECTION.id, NOON, RunOutcome.DONE, NOON, SyncReport(created=3))
    busy.answers("notices", "mine", [NoticeView(connected, run, 2), NoticeView(ending)])
    busy.answers("notices", "dismiss")

    async def scene() -> None:
        state = await opened(ConnectionsState)
        await state.load()
        await state.refresh()
        assert busy.asked("notices.dismiss") == []
        await state.load()

    asyncio.run(scene())
    assert busy.asked("notices.dismiss") == [{"notice_id": connected.id}]


def test_what_came_of_a_consent_is_told_to_who_comes_back_although_it_was_read_before(busy: Desk) -> None:
    run = SyncRun(new_id(), "o", CONNECTION.id, NOON, RunOutcome.DONE, NOON, SyncReport(created=3))
    busy.answers("notices", "mine", [NoticeView(notice(NoticeKind.CONNECTED), run, 2)])
    busy.answers("notices", "dismiss")

    async def scene() -> None:
        state = await opened(ConnectionsState, url="http://localhost/ce/settings/calendar/?connected=google")
        await state.refresh()
        await state.load()

    asyncio.run(scene())
    assert busy.asked("notices.dismiss") == []


def test_a_consent_whose_first_sync_is_not_done_is_told_again(busy: Desk) -> None:
    busy.answers("notices", "mine", [NoticeView(notice(NoticeKind.CONNECTED))])

    async def scene() -> None:
        state = await opened(ConnectionsState)
        await state.load()
        await state.load()
        assert [each.tone for each in state.told] == ["wait"]

    asyncio.run(scene())


def test_a_minute_that_passes_sends_no_card_again(busy: Desk) -> None:
    async def scene() -> None:
        state = await opened(ConnectionsState)
        await state.load()
        state._clean()
        running = ConnectionView(CONNECTION, "Sam", True, True, SyncReport(created=40), None, 3, True, (2, 3))
        busy.answers("connections", "list", ConnectionPage([running], total=1, everybody=1))
        await state.refresh()
        assert {"pulses"} == {name for name in shown(state) if name in state.dirty_vars}

    asyncio.run(scene())


def test_searching_and_filtering_begin_at_the_first_page(busy: Desk) -> None:
    async def scene() -> None:
        state = await opened(ConnectionsState)
        state.offset = PAGE_LENGTH
        await state.look_for("sam ")
        assert (state.search, state.offset) == ("sam ", 0)
        state.offset = PAGE_LENGTH
        await state.show_only("attention")
        assert (state.only, state.offset) == ("attention", 0)
        assert "choice does not exist" in str(await state.show_only("everything"))

    asyncio.run(scene())
    assert busy.asked("connections.list") == [
        {"search": "sam ", "only": Only.ALL, "offset": 0, "limit": PAGE_LENGTH},
        {"search": "sam ", "only": Only.ATTENTION, "offset": 0, "limit": PAGE_LENGTH},
    ]


def test_many_connections_come_a_page_at_a_time(busy: Desk) -> None:
    view = ConnectionView(CONNECTION, "Sam", True, True, None, None, 3)
    busy.answers("connections", "list", ConnectionPage([view] * PAGE_LENGTH, total=200, everybody=200))

    async def scene() -> None:
        state = await opened(ConnectionsState)
        await state.load()
        assert state.page_words == "1\N{EN DASH}20 of 200"
        await state.next_page()
        assert state.offset == PAGE_LENGTH

    asyncio.run(scene())


def test_pausing_reaches_the_service(busy: Desk) -> None:
    busy.answers("connections", "set_auto_sync")

    async def scene() -> None:
        state = await opened(ConnectionsState)
        await state.set_auto_sync(CONNECTION.id, False)

    asyncio.run(scene())
    assert busy.asked("connections.set_auto_sync") == [{"connection_id": CONNECTION.id, "enabled": False}]


@pytest.mark.parametrize(
    ("connection_id", "value"),
    [("../x", True), (7, True), (CONNECTION.id, "yes")],
    ids=["a path", "a number", "a word for a flag"],
)
def test_bad_arguments_change_nothing_and_are_told(connection_id: Any, value: Any, busy: Desk) -> None:
    async def scene() -> None:
        state = await opened(ConnectionsState)
        assert "reload the page" in str(await state.set_auto_sync(connection_id, value))

    asyncio.run(scene())
    assert busy.calls == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (SyncReport(created=4), "4 new"),
        (SyncAlreadyRunning(), "right now"),
        (NotFound("connection"), "does not exist"),
    ],
)
def test_sync_now_tells_how_it_ended_and_the_spinner_ends(answer: object, said: str, busy: Desk) -> None:
    busy.answers("syncing", "sync_now", answer)

    async def scene() -> None:
        state = await opened(ConnectionsState)
        outcomes = [str(each) async for each in as_var(ConnectionsState.sync_now).fn(state, CONNECTION.id)]
        assert said in outcomes[0]
        assert state.syncing == []

    asyncio.run(scene())


def test_sync_now_pressed_twice_runs_once_and_says_so_once(busy: Desk) -> None:
    busy.answers("syncing", "sync_now", SyncReport())

    async def scene() -> None:
        state = await opened(ConnectionsState)
        state.syncing = [CONNECTION.id]
        assert [each async for each in as_var(ConnectionsState.sync_now).fn(state, CONNECTION.id)] == []
        assert state.syncing == [CONNECTION.id], "the spinner is the first one's to end"

    asyncio.run(scene())
    assert busy.asked("syncing.sync_now") == []


def test_a_sync_that_breaks_ends_its_spinner_too(busy: Desk) -> None:
    busy.answers("syncing", "sync_now", RuntimeError("the disk is full"))

    async def scene() -> None:
        state = await opened(ConnectionsState)
        with pytest.raises(RuntimeError):
            await anext(as_var(ConnectionsState.sync_now).fn(state, CONNECTION.id))
        assert state.syncing == []

    asyncio.run(scene())


# -- disconnecting ---------------------------------------------------------------------------------------------------


def test_disconnecting_asks_first_and_says_what_goes(busy: Desk) -> None:
    busy.answers("connections", "disconnect_effects", DisconnectEffects(CONNECTION, "Sam", MeetingTally(coming=3)))
    busy.answers("connections", "disconnect")

    async def scene() -> None:
        state = await opened(DisconnectState)
        await state.ask(CONNECTION.id)
        assert state.question.account == "sam@gmail.example"
        assert busy.asked("connections.disconnect") == []
        state.set_deletes_past(True)
        assert "refresh" in str(await state.disconnect())
        assert state.question.connection_id == ""
        assert await state.disconnect() is None, "pressed twice: nothing is wrong"

    asyncio.run(scene())
    assert busy.asked("connections.disconnect") == [{"connection_id": CONNECTION.id, "delete_past": True}]


def test_the_box_is_not_ticked_from_the_last_time(busy: Desk) -> None:
    busy.answers("connections", "disconnect_effects", DisconnectEffects(CONNECTION, "Sam", MeetingTally()))

    async def scene() -> None:
        state = await opened(DisconnectState)
        state.set_deletes_past(True)
        await state.ask(CONNECTION.id)
        assert state.deletes_past is False

    asyncio.run(scene())


# -- calendars -------------------------------------------------------------------------------------------------------


async def calendars_opened(connection_id: Any = CONNECTION.id) -> tuple[CalendarsState, list[str]]:
    state = await opened(CalendarsState)
    said = [str(each) async for each in as_var(CalendarsState.open).fn(state, connection_id)]
    return state, said


def test_the_calendars_come_with_the_chosen_ones_ticked(busy: Desk) -> None:
    busy.answers("calendars", "choice", CHOICE)

    async def scene() -> None:
        state, said = await calendars_opened()
        assert said == []
        assert [each.name for each in state.calendars] == [OWN.name, "Team"]
        assert (state.ticked, state.is_loading, state.problem) == ([OWN.id], False, "")

    asyncio.run(scene())


def test_ticks_are_saved_and_the_page_reads_again(busy: Desk) -> None:
    busy.answers("calendars", "choice", CHOICE)
    busy.answers("calendars", "choose")

    async def scene() -> None:
        state, _ = await calendars_opened()
        state.tick(TEAM.id, True)
        state.tick(OWN.id, False)
        assert "refresh" in str(await state.save())
        assert state.connection_id == ""
        assert await state.save() is None, "pressed twice: nothing is wrong"

    asyncio.run(scene())
    assert busy.asked("calendars.choose") == [{"connection_id": CONNECTION.id, "calendar_ids": [TEAM.id]}]


def test_only_what_is_listed_can_be_ticked(busy: Desk) -> None:
    busy.answers("calendars", "choice", CHOICE)

    async def scene() -> None:
        state, _ = await calendars_opened()
        state.tick(new_id(), True)
        assert state.ticked == [OWN.id]
        assert "reload" in str(state.tick(OWN.id, "no"))

    asyncio.run(scene())


def test_a_refused_choice_is_told_in_the_dialog(busy: Desk) -> None:
    busy.answers("calendars", "choice", CHOICE)
    busy.answers("calendars", "choose", Invalid("Tick at least one calendar.", field="calendars"))

    async def scene() -> None:
        state, _ = await calendars_opened()
        state.tick(OWN.id, False)
        assert await state.save() is None
        assert (state.connection_id, state.refusal) == (CONNECTION.id, "Tick at least one calendar.")
        state.tick(OWN.id, True)
        assert state.refusal == ""

    asyncio.run(scene())


def test_an_account_of_somebody_else_opens_nothing(busy: Desk) -> None:
    busy.answers("calendars", "choice", NotFound("connection"))

    async def scene() -> None:
        state, said = await calendars_opened()
        assert "does not exist" in said[0]
        assert (state.connection_id, state.is_loading) == ("", False)
        _, said = await calendars_opened("../x")
        assert "reload" in said[0]

    asyncio.run(scene())


def test_a_dialog_closed_while_the_provider_was_asked_stays_closed(busy: Desk) -> None:
    async def scene() -> None:
        state = await opened(CalendarsState)

        def closing(actor: Any, **_arguments: Any) -> CalendarChoice:
            state.connection_id = ""
            return CHOICE

        busy.answers("calendars", "choice", closing)
        assert [each async for each in as_var(CalendarsState.open).fn(state, CONNECTION.id)] == []
        assert (state.connection_id, state.calendars) == ("", [])

    asyncio.run(scene())


# -- privacy ---------------------------------------------------------------------------------------------------------


def preview(level: PrivacyLevel = PrivacyLevel.FULL) -> PrivacyPreview:
    return PrivacyPreview(replace(CONNECTION, privacy_level=level), "Sam", True, True, None)


def test_a_level_is_chosen_in_the_dialog_and_saved_on_request(busy: Desk) -> None:
    busy.answers("connections", "privacy_preview", preview())
    busy.answers("connections", "set_privacy")

    async def scene() -> None:
        state = await opened(PrivacyState)
        await state.open(CONNECTION.id)
        assert (state.current, state.level) == ("full", "full")
        state.choose("busy_only")
        assert busy.asked("connections.set_privacy") == []
        assert "Saved" in str(await state.save())
        assert state.connection_id == ""
        assert await state.save() is None, "pressed twice: nothing is wrong"

    asyncio.run(scene())
    assert busy.asked("connections.set_privacy") == [{"connection_id": CONNECTION.id, "level": PrivacyLevel.BUSY_ONLY}]


def test_a_level_there_is_not_is_not_chosen(busy: Desk) -> None:
    busy.answers("connections", "privacy_preview", preview())

    async def scene() -> None:
        state = await opened(PrivacyState)
        await state.open(CONNECTION.id)
        assert "choice does not exist" in str(state.choose("everything"))
        assert state.level == "full"

    asyncio.run(scene())


def test_a_refusal_to_show_more_keeps_the_dialog_open(busy: Desk) -> None:
    busy.answers("connections", "privacy_preview", preview(PrivacyLevel.BUSY_ONLY))
    busy.answers("connections", "set_privacy", Invalid("Only the owner can.", field="level"))

    async def scene() -> None:
        state = await opened(PrivacyState)
        await state.open(CONNECTION.id)
        state.choose("full")
        assert "Only the owner can" in str(await state.save())
        assert state.connection_id == CONNECTION.id

    asyncio.run(scene())
