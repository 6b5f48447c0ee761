"""The settings of employee calendars without a server: what they show, and what they do with whatever is sent."""

import asyncio
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from ce_calendar.domain.access import Permission
from ce_calendar.domain.employees.rules import CalendarRules
from ce_calendar.domain.errors import AccessDenied, Invalid, SignedOut
from ce_calendar.domain.meetings.connections import ClientSource, OAuthClient
from ce_calendar.services.employees.central import LeavingEffects
from ce_calendar.services.employees.clients import ClientChoice
from ce_calendar.services.employees.previewing import Preview
from ce_calendar.services.employees.rules import InvalidRules, SwitchEffects
from ce_calendar.web.employee_calendars.client_state import ClientState
from ce_calendar.web.employee_calendars.rules_state import RulesState
from ce_calendar.web.employee_calendars.state import EmployeeCalendarsState
from ce_calendar.web.opening import FORBIDDEN, READY
from tests.builders_employees import make_account
from tests.unit.web.conftest import Desk, make_overview, opened

ACCOUNT = make_account(organization_id="o", email="calendars@gmail.example")
SHARED = OAuthClient("shared.apps", ClientSource.PLATFORM)
URL = "http://localhost/settings_task/google_calendar"


def shown_with(**values: Any) -> Preview:
    fields: dict[str, Any] = {
        "calendar_name": "Emma",
        "title": "#1 Router",
        "description": "",
        "location": "",
        "color_id": "",
        "starts_at": None,
        "ends_at": None,
        "is_sample_task": True,
        "is_sample_employee": True,
        "problems": {},
    }
    return Preview(**{**fields, **values})


@pytest.fixture
def office(busy: Desk) -> Desk:
    """A desk with a connected account."""
    for name in ("central", "central_clients", "central_leaving", "rules", "rule_preview"):
        setattr(busy.services, name, SimpleNamespace())
    busy.answers("central", "account", ACCOUNT)
    busy.answers("central", "redirect_uris", [("http://localhost/oauth/google/callback", True)])
    busy.answers("central_clients", "choice", ClientChoice(None, SHARED, is_needed=False))
    busy.answers("rules", "get", CalendarRules(is_enabled=True))
    busy.answers("rules", "is_saved", True)
    busy.answers("rules", "switch")
    busy.answers("rule_preview", "preview", shown_with())
    busy.answers("progress", "of", make_overview())
    return busy


async def page_and_rules(url: str = URL) -> tuple[EmployeeCalendarsState, RulesState]:
    page = await opened(EmployeeCalendarsState, url=url)
    await page.load()
    return page, await page.get_state(RulesState)


def test_the_page_shows_account_client_addresses_and_steps(office: Desk) -> None:
    async def scene() -> None:
        page, rules = await page_and_rules()
        assert (page.phase, page.is_enabled, page.account.email) == (READY, True, ACCOUNT.email)
        assert (page.client.source, page.addresses[0].is_in_use, len(page.steps)) == ("platform", True, 7)
        assert rules.entered == rules.stored
        assert rules.preview.title == "#1 Router"

    asyncio.run(scene())


def test_who_may_not_sees_nothing(office: Desk) -> None:
    office.answers("central", "account", AccessDenied(Permission.ERP_MANAGE))

    async def scene() -> None:
        page, rules = await page_and_rules()
        assert (page.phase, page.account.email, page.addresses) == (FORBIDDEN, "", [])
        assert rules.preview.title == ""

    asyncio.run(scene())


def test_a_session_that_ends_empties_the_page(office: Desk) -> None:
    async def scene() -> None:
        page, _ = await page_and_rules()
        office.answers("central", "account", SignedOut())
        await page.refresh()
        assert (page.account.email, page.steps) == ("", [])

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("query", "kind", "is_new"),
    [("problem=denied", "denied", False), ("problem=%3Cb%3E", "", False), ("connected=central", "", True)],
    ids=["denied", "forged", "connected"],
)
def test_the_address_tells_what_came_of_a_consent(office: Desk, query: str, kind: str, *, is_new: bool) -> None:
    async def scene() -> None:
        page, _ = await page_and_rules(f"{URL}?{query}")
        assert (page.told.kind, page.is_new) == (kind, is_new)
        page.dismiss()
        assert (page.told.kind, page.is_new) == ("", False)

    asyncio.run(scene())


def test_the_switch_asks_first_where_it_has_effects(office: Desk) -> None:
    office.answers("rules", "switch_effects", SwitchEffects(to_make=2, kept=0, has_account=True))

    async def scene() -> None:
        page, _ = await page_and_rules()
        await page.ask_to_switch(True)
        assert page.question.kind == "enable"
        assert office.asked("rules.switch") == []
        await page.confirm()
        assert office.asked("rules.switch") == [{"enabled": True}]
        await page.confirm()  # pressed twice
        assert len(office.asked("rules.switch")) == 1

    asyncio.run(scene())


def test_without_effects_the_switch_acts_at_once(office: Desk) -> None:
    office.answers("rules", "switch_effects", SwitchEffects(to_make=0, kept=0, has_account=False))

    async def scene() -> None:
        page, _ = await page_and_rules()
        await page.ask_to_switch(False)
        assert page.question.kind == ""
        assert office.asked("rules.switch") == [{"enabled": False}]

    asyncio.run(scene())


def test_a_question_that_is_not_answered_does_nothing(office: Desk) -> None:
    office.answers("central", "leaving_effects", LeavingEffects(ACCOUNT, 2, 2, 9, can_delete=True))
    office.answers("central", "disconnect")

    async def scene() -> None:
        page, _ = await page_and_rules()
        await page.confirm()
        await page.ask_to_disconnect()
        page.keep()
        await page.confirm()
        assert office.asked("central.disconnect") == []
        await page.ask_to_disconnect()
        await page.confirm()
        assert office.asked("central.disconnect") == [{}]

    asyncio.run(scene())


@pytest.mark.parametrize("sent", ["yes", 1, None, [], {}], ids=repr)
def test_only_a_flag_is_taken_for_a_switch(office: Desk, sent: Any) -> None:
    async def scene() -> None:
        page, rules = await page_and_rules()
        await page.ask_to_switch(sent)
        await rules.show_departments(sent)
        assert office.asked("rules.switch") == []
        assert rules.entered == rules.stored

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("name", "text"),
    [("is_enabled", "yes"), ("shows_departments", "yes"), ("nonsense", "x"), ("zone", 7), ("zone", "x" * 5001)],
    ids=["switch", "choice", "nonsense", "number", "long"],
)
def test_only_what_is_typed_is_taken_as_typed(office: Desk, name: str, text: Any) -> None:
    async def scene() -> None:
        _, rules = await page_and_rules()
        await rules.enter(name, text)
        await rules.choose_on_email_change("forget")
        assert rules.entered == rules.stored

    asyncio.run(scene())


def test_what_is_typed_is_previewed_stays_on_news_and_goes_on_coming_back(office: Desk) -> None:
    async def scene() -> None:
        page, rules = await page_and_rules()
        office.answers("rule_preview", "preview", lambda _actor, **entered: shown_with(title=entered["event_title"]))
        await rules.enter("event_title", "{title}")
        assert rules.preview.title == "{title}"
        office.answers("rules", "get", CalendarRules(zone="Europe/Berlin"))
        await page.refresh()
        assert (rules.entered["event_title"], rules.entered["zone"]) == ("{title}", "Europe/Berlin")
        await page.load()
        assert rules.entered == rules.stored

    asyncio.run(scene())


def test_everything_that_will_not_do_is_told_at_its_field(office: Desk) -> None:
    office.answers("rules", "change", InvalidRules({"zone": "No such zone.", "pace_per_minute": "Too fast."}))

    async def scene() -> None:
        _, rules = await page_and_rules()
        await rules.save({"zone": "Mars", "pace_per_minute": "9999", "is_enabled": "true"})
        assert rules.errors == {"zone": "No such zone.", "pace_per_minute": "Too fast."}
        assert "is_enabled" not in office.asked("rules.change")[0]
        assert office.asked("rules.change")[0]["zone"] == "Mars"

    asyncio.run(scene())


def test_what_was_saved_counts(office: Desk) -> None:
    office.answers("rules", "change", replace(CalendarRules(), zone="Europe/Berlin"))

    async def scene() -> None:
        _, rules = await page_and_rules()
        await rules.save({"zone": "Europe/Berlin"})
        assert rules.stored["zone"] == rules.entered["zone"] == "Europe/Berlin"

    asyncio.run(scene())


def test_a_clients_secret_stands_in_no_var(office: Desk) -> None:
    office.answers("central_clients", "set_own", Invalid("The client ID is missing.", field="client_id"))

    async def scene() -> None:
        page, _ = await page_and_rules()
        form = await page.get_state(ClientState)
        form.open()
        await form.save({"client_id": "", "client_secret": "GOCSPX-secret"})
        assert (form.is_open, form.field, form.error) == (True, "client_id", "The client ID is missing.")
        assert "GOCSPX-secret" not in str(page.dict())
        office.answers("central_clients", "set_own")
        await form.save({"client_id": "own.apps", "client_secret": "GOCSPX-secret"})
        assert office.asked("central_clients.set_own")[-1] == {"client_id": "own.apps", "secret": "GOCSPX-secret"}
        assert not form.is_open

    asyncio.run(scene())


def test_the_client_form_is_closed_for_whoever_comes_back(office: Desk) -> None:
    async def scene() -> None:
        page, _ = await page_and_rules()
        form = await page.get_state(ClientState)
        form.open()
        await page.refresh()
        assert form.is_open
        await page.load()
        assert not form.is_open

    asyncio.run(scene())
