"""An organization of five thousand employees: nothing slow, and everything that is found can be chosen."""

import time

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.people import press, toast
from tests.e2e.team import Team

MANY = 5_000


@pytest.fixture
def crowd(team: Team) -> Team:
    team.crowd(MANY)
    # Nothing is made of it: there is no credential behind the account.
    team.set_rules(is_enabled=False)
    return team


@pytest.mark.usefixtures("crowd")
def test_the_list_of_five_thousand_opens_quickly_and_sends_little(dispatcher: Page) -> None:
    sent: list[int] = []
    dispatcher.on("websocket", lambda socket: socket.on("framereceived", lambda frame: sent.append(len(frame))))
    rows = dispatcher.get_by_test_id("employee-row")
    begun = time.monotonic()
    dispatcher.goto("/erp/employees")
    expect(rows).to_have_count(50)
    # Measured: 1.7 s with eleven processes on two cores. The bound is for a machine that is busier still.
    assert time.monotonic() - begun < 5
    assert sum(sent) < 120_000, "50 rows, however many there are"
    expect(dispatcher.get_by_text(f"1\N{EN DASH}50 of {MANY:,}")).to_be_visible()
    dispatcher.get_by_role("button", name="Next").click()
    expect(dispatcher.get_by_text(f"51\N{EN DASH}100 of {MANY:,}")).to_be_visible()
    dispatcher.get_by_role("searchbox", name="Search employees").fill("grunwald 4962")
    expect(rows).to_have_count(1)


def test_everybody_a_search_finds_is_unbound_in_one_go(dispatcher: Page, crowd: Team) -> None:
    dispatcher.goto("/erp/employees")
    dispatcher.get_by_role("searchbox", name="Search employees").fill("alma")
    found = MANY // 10
    expect(dispatcher.get_by_text(f"1\N{EN DASH}50 of {found}")).to_be_visible()
    dispatcher.get_by_role("checkbox", name="Choose everybody on this page").click()
    expect(dispatcher.get_by_text("50 chosen")).to_be_visible()
    dispatcher.get_by_test_id("choose-everything").click()
    expect(dispatcher.get_by_text(f"{found} chosen")).to_be_visible()
    dispatcher.get_by_test_id("unbind-several").click()
    expect(dispatcher.get_by_role("alertdialog")).to_contain_text(f"{found} calendars are deleted")
    press(dispatcher, dispatcher.get_by_test_id("confirm-binding"))
    expect(toast(dispatcher, f"{found} employees are unbound")).to_be_visible()
    expect(dispatcher.get_by_text("chosen")).to_have_count(0)
    assert crowd.bound() == MANY - found
