import asyncio
import inspect
from dataclasses import replace
from typing import Any

import pytest
import reflex as rx
from reflex_base.event import EventHandler

from ce_calendar.domain.access import Permission
from ce_calendar.domain.errors import AccessDenied, Invalid
from ce_calendar.web.account.state import AccountState
from ce_calendar.web.activity.state import ActivityState
from ce_calendar.web.connections.backfill_state import BackfillState
from ce_calendar.web.connections.calendars import CalendarsState
from ce_calendar.web.connections.disconnect import DisconnectState
from ce_calendar.web.connections.privacy import PrivacyState
from ce_calendar.web.connections.state import ConnectionsState
from ce_calendar.web.contacts.doubles import DoublesState
from ce_calendar.web.contacts.importing import ContactImportState
from ce_calendar.web.contacts.merging import ContactMergeState
from ce_calendar.web.contacts.state import ContactsState
from ce_calendar.web.employee.asking import AskingState
from ce_calendar.web.employee.state import EmployeeState
from ce_calendar.web.employees.adding import AddEmployeeState
from ce_calendar.web.employees.binding import BindingState
from ce_calendar.web.employees.departments import DepartmentsState
from ce_calendar.web.employees.state import EmployeesState
from ce_calendar.web.failures import note_broken_page, say_sorry
from ce_calendar.web.frame import FrameState, IdentityState
from ce_calendar.web.home import HomeState
from ce_calendar.web.live import live
from ce_calendar.web.login.state import LoginState
from ce_calendar.web.module.state import ModuleState
from ce_calendar.web.opening import Page
from ce_calendar.web.tasks.form import TaskFormState
from ce_calendar.web.tasks.state import TasksState
from ce_calendar.web.tasks.statuses import StatusesState
from ce_calendar.web.tasks.team import TeamState
from ce_calendar.web.tasks.whose import WhoseState
from ce_calendar.web.unknown import UnknownState
from tests.builders import make_actor
from tests.unit.web.conftest import TAB, Desk, opened, shown, tab

PAGES: list[type[Page]] = [
    AccountState,
    ActivityState,
    ConnectionsState,
    ContactsState,
    EmployeesState,
    EmployeeState,
    ModuleState,
    TasksState,
]
DIALOGS: list[type[rx.State]] = [
    AddEmployeeState,
    AskingState,
    BindingState,
    CalendarsState,
    DepartmentsState,
    DisconnectState,
    PrivacyState,
    StatusesState,
    TaskFormState,
    TeamState,
    WhoseState,
]
STATES: list[type[rx.State]] = [
    *PAGES,
    *DIALOGS,
    BackfillState,
    ContactImportState,
    ContactMergeState,
    DoublesState,
    FrameState,
    HomeState,
    IdentityState,
    LoginState,
    UnknownState,
]


def handlers_of(state: type[rx.State]) -> dict[str, EventHandler]:
    """By name; Reflex gives every state a `setvar`, which is no handler of ours."""
    return {name: each for name, each in state.event_handlers.items() if each.state is state and name != "setvar"}


# -- opening ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_a_page_fills_itself_and_asks_the_browser_for_its_zone(page: type[Page], busy: Desk) -> None:
    async def scene() -> None:
        state = await opened(page)
        outcome = await state.load()
        assert state.phase == "ready"
        assert "Intl.DateTimeFormat" in str(outcome)
        frame = await state.get_state(FrameState)
        assert frame.email == busy.actors["good"].email
        assert live.pages[TAB].organization_id == busy.actors["good"].organization_id

    asyncio.run(scene())
    assert busy.touched == [True]


@pytest.mark.parametrize("page", PAGES)
def test_a_pushed_refresh_does_not_keep_the_session_awake(page: type[Page], busy: Desk) -> None:
    async def scene() -> None:
        await (await opened(page)).refresh()

    asyncio.run(scene())
    assert busy.touched == [False]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("how", ["load", "refresh"])
def test_a_tab_whose_session_ended_shows_nothing_any_more(page: type[Page], how: str, busy: Desk) -> None:
    async def scene() -> None:
        state = await opened(page)
        await state.load()
        busy.actors.clear()
        outcome = await getattr(state, how)()
        assert "/login" in str(outcome)
        assert shown(state) == shown(await tab().get_state(page))
        assert (await state.get_state(FrameState)).email == ""
        assert TAB not in live.pages

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("page", "call"),
    [(ActivityState, "timeline.page"), (ConnectionsState, "connections.list"), (ModuleState, "module_settings.get")],
)
def test_who_may_not_see_a_page_sees_no_data(page: type[Page], call: str, busy: Desk) -> None:
    async def scene() -> None:
        state = await opened(page)
        await state.load()
        service, method = call.split(".")
        busy.answers(service, method, AccessDenied(Permission.CALENDAR_VIEW))
        await state.refresh()
        empty = shown(await tab().get_state(page))
        assert shown(state) == {**empty, "phase": "forbidden"}

    asyncio.run(scene())


def test_a_failure_of_ours_is_told_without_its_text(busy: Desk, caplog: pytest.LogCaptureFixture) -> None:
    async def scene() -> None:
        state = await opened(ContactsState)
        busy.answers("contacts", "page", RuntimeError("the database is on fire"))
        assert await state.load() is None
        assert state.phase == "failed"

    asyncio.run(scene())


def test_a_later_refusal_keeps_what_is_on_the_page(busy: Desk) -> None:
    async def scene() -> None:
        state = await opened(ContactsState)
        await state.load()
        busy.answers("contacts", "page", Invalid("Search is too long."))
        assert "Search is too long." in str(await state.refresh())
        assert (state.phase, len(state.contacts)) == ("ready", 1)

    asyncio.run(scene())


# -- nobody without rights --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("state", "name"), [(state, name) for state in STATES for name in sorted(handlers_of(state))])
def test_no_handler_does_anything_for_who_is_not_signed_in(state: type[rx.State], name: str, desk: Desk) -> None:
    """The desk has no service that answers: whatever a handler called would fail the test."""
    junk = [None, "x", "../..", 10**30, ["a"], {"a": 1}, "0f" * 16]

    async def scene() -> None:
        for argument in junk:
            target = await tab().get_state(state)
            handler = handlers_of(state)[name].fn
            wanted = len(inspect.signature(handler).parameters) - 1
            outcome = handler(target, *([argument] * wanted))
            if inspect.isasyncgen(outcome):
                assert [str(each) async for each in outcome]
            elif inspect.isawaitable(outcome):
                await outcome

    asyncio.run(scene())
    assert desk.calls == []


def test_everything_public_of_a_state_is_meant_to_be_called() -> None:
    """A helper without an underscore would be open to anyone with a socket."""
    assert {state.__name__: sorted(handlers_of(state)) for state in STATES if handlers_of(state)} == {
        "AddEmployeeState": ["cancel", "choose_department", "enter", "open_dialog", "save", "set_bound"],
        "AskingState": ["ask", "dismiss", "keep", "rebuild", "rehire"],
        "BindingState": ["ask", "confirm", "keep"],
        "CalendarsState": ["close", "open", "save", "tick"],
        "DepartmentsState": [
            *("add", "ask", "begin_rename", "close", "keep", "keep_name", "open_dialog", "remove", "rename"),
        ],
        "DisconnectState": ["ask", "disconnect", "keep", "set_deletes_past"],
        "PrivacyState": ["choose", "close", "open", "save"],
        "AccountState": ["change_password", "choose_locale", "end_other_sessions", "end_session", "load", "refresh"],
        "ActivityState": [
            *("choose", "close_meeting", "load", "look_for", "next_page", "open_meeting"),
            *("previous_page", "refresh", "set_choosing", "show_span"),
        ],
        "BackfillState": ["start_backfill", "try_unopened_again"],
        "ConnectionsState": [
            *("dismiss", "load", "look_for", "next_page", "previous_page", "refresh"),
            *("set_auto_sync", "show_only", "sync_now"),
        ],
        "ContactImportState": [
            "begin_reading",
            "choose_again",
            "close",
            "confirm",
            "look",
            "open_dialog",
            "set_overwrite",
        ],
        "ContactMergeState": ["begin", "begin_from_list", "choose", "close", "merge"],
        "DoublesState": ["close", "open"],
        "ContactsState": [
            *("begin_add", "begin_edit", "cancel", "load", "look_for", "next_page", "previous_page"),
            *("refresh", "save"),
        ],
        "EmployeesState": [
            *("load", "look_for", "next_page", "pick", "pick_everything", "pick_nobody", "pick_page"),
            *("previous_page", "refresh", "show_all", "show_calendars", "show_department", "show_who"),
        ],
        "EmployeeState": [
            *("choose_department", "copy", "discard", "enter", "load", "next_week", "previous_week", "refresh"),
            *("save", "set_bound", "this_week"),
        ],
        "StatusesState": [
            *("begin_status", "cancel_status", "close_statuses", "move_status", "open_statuses"),
            *("remove_status", "save_status"),
        ],
        "TaskFormState": ["ask_removal", "begin_add", "begin_edit", "cancel", "keep", "remove", "save"],
        "TasksState": [
            *("change_status", "clear_filters", "load", "look_for", "next_page", "previous_page", "refresh"),
            *("set_filtering", "show_department", "show_only", "show_since", "show_status", "show_unassigned"),
            "show_until",
        ],
        "TeamState": ["add_to_team", "look_for_team", "take_from_team"],
        "WhoseState": ["choose", "look_for_people", "set_choosing"],
        "FrameState": ["remember_browser"],
        "HomeState": ["load"],
        "LoginState": ["load"],
        "ModuleState": ["discard", "enter", "load", "refresh", "save"],
        "UnknownState": ["load"],
    }


# -- frame, home, login -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "found", [None, "UTC", [], ["Europe/Prague"], [1, 2], ["x" * 100, "en"], ["", "en"], ["Europe/Berlin", "en-GB"]]
)
def test_what_the_browser_says_is_checked_and_mostly_nothing_new(found: Any, desk: Desk) -> None:
    async def scene() -> None:
        assert await (await opened(FrameState)).remember_browser(found) is None

    asyncio.run(scene())
    assert desk.calls == []


def test_another_zone_is_remembered_and_the_page_reads_again(busy: Desk) -> None:
    def remember(actor: Any, **said: str) -> None:
        busy.actors["good"] = replace(actor, **said)

    busy.answers("accounts", "remember_browser", remember)

    async def scene() -> None:
        root = tab(cookie="good")
        await (await root.get_state(ContactsState)).load()
        outcome = await (await root.get_state(FrameState)).remember_browser(["Europe/Prague", "cs"])
        assert "refresh" in str(outcome)

    asyncio.run(scene())


def test_who_chose_a_zone_keeps_it(busy: Desk) -> None:
    busy.answers("accounts", "remember_browser")

    async def scene() -> None:
        assert await (await opened(FrameState)).remember_browser(["Europe/Prague", "cs"]) is None

    asyncio.run(scene())


def test_a_zone_nobody_knows_is_let_be(busy: Desk) -> None:
    busy.answers("accounts", "remember_browser", Invalid("There is no such time zone."))

    async def scene() -> None:
        assert await (await opened(FrameState)).remember_browser(["Mars/Base", "cs"]) is None

    asyncio.run(scene())


def test_the_first_address_leads_on(desk: Desk) -> None:
    desk.actors["erp"] = make_actor(permissions={Permission.ERP_VIEW})
    desk.actors["nobody"] = make_actor(permissions=())
    desk.actors["manager"] = make_actor(permissions={Permission.ORG_MANAGE})

    async def scene() -> None:
        assert "/ce/activity" in str(await (await opened(HomeState)).load())
        assert "/erp/employees" in str(await (await opened(HomeState, cookie="erp")).load())
        assert "/account" in str(await (await opened(HomeState, cookie="nobody")).load())
        assert "/ce/settings/module" in str(await (await opened(HomeState, cookie="manager")).load())
        assert "/login" in str(await (await opened(HomeState, cookie="")).load())

    asyncio.run(scene())


def test_the_sign_in_page_is_for_who_is_not_signed_in(desk: Desk) -> None:
    async def scene() -> None:
        state = await opened(LoginState, cookie="", url="http://localhost/login?problem=credentials")
        assert await state.load() is None
        assert "do not belong together" in state.problem
        assert "_redirect" in str(await (await opened(LoginState)).load())

    asyncio.run(scene())


def test_an_unknown_page_shows_the_frame_to_who_is_signed_in(desk: Desk) -> None:
    async def scene() -> None:
        root = tab(cookie="good")
        await (await root.get_state(UnknownState)).load()
        assert (await root.get_state(FrameState)).email == desk.actors["good"].email

    asyncio.run(scene())


def test_a_handler_that_breaks_says_so_without_the_failures_words(caplog: pytest.LogCaptureFixture) -> None:
    said = str(say_sorry(RuntimeError("row 7 of Carla")))
    assert "went wrong" in said
    assert "Carla" not in said
    assert "RuntimeError" in caplog.records[0].getMessage()


def test_what_a_browser_says_of_a_broken_page_does_not_reach_the_log(caplog: pytest.LogCaptureFixture) -> None:
    note_broken_page(RuntimeError('Objects are not valid: Review with Carla\n{"event": "audit"}'))
    assert [record.getMessage() for record in caplog.records] == ["A page broke in a browser"]
    assert caplog.records[0].exc_info is None
