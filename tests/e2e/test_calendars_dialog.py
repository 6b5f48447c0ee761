"""Choosing which calendars are read, and seeing it matter on the timeline."""

import re

from playwright.sync_api import Locator, Page, expect
from sqlalchemy import Engine, text

from tests.e2e.conftest import SignedIn
from tests.e2e.google import Google
from tests.e2e.people import (
    GOOGLE_ACCOUNT,
    MICROSOFT_ACCOUNT,
    connect_google,
    connect_microsoft,
    meetings,
    open_calendars,
    open_connections,
    own_card,
    sync_now,
)

OUTREACH, HOLIDAYS = "Community outreach", "Holidays in United States"
OF_OUTREACH = "Blood pressure screening, Harbor"


def tick(dialog: Locator, name: str, *, wanted: bool) -> None:
    box = dialog.get_by_role("checkbox", name=name)
    box.click()
    expect(box).to_be_checked(checked=wanted)


def save(page: Page) -> None:
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)


def test_the_dialog_shows_all_calendars_with_those_read_by_default_ticked(staff: Page) -> None:
    connect_google(staff)
    dialog = open_calendars(staff)
    expect(dialog).to_have_accessible_description(re.compile(f"^Of {re.escape(GOOGLE_ACCOUNT)}"))
    for name, is_ticked in ((GOOGLE_ACCOUNT, True), (OUTREACH, True), (HOLIDAYS, False)):
        expect(dialog.get_by_role("checkbox", name=name)).to_be_checked(checked=is_ticked)
    for name, reason in (("Priya Nair", "Only free and busy"), ("Sam Demo, tasks", "Filled by this application")):
        expect(dialog.get_by_role("checkbox", name=name)).to_be_disabled()
        expect(dialog.get_by_test_id("calendar-choice").filter(has_text=name)).to_contain_text(reason)
    expect(dialog.get_by_test_id("calendar-choice").filter(has_text=OUTREACH)).to_contain_text("6 events kept")


def test_a_calendar_without_its_tick_leaves_the_timeline_and_comes_back_with_it(staff: Page) -> None:
    connect_google(staff)
    timeline = staff.context.new_page()
    timeline.goto("/ce/activity")
    expect(meetings(timeline, OF_OUTREACH)).to_be_visible()

    tick(open_calendars(staff), OUTREACH, wanted=False)
    save(staff)
    expect(meetings(timeline, OF_OUTREACH)).to_have_count(0)
    expect(meetings(timeline, "Community advisory board").first).to_be_visible()
    expect(own_card(staff).get_by_test_id("calendars")).to_contain_text("1 of 5")

    tick(open_calendars(staff), OUTREACH, wanted=True)
    save(staff)
    expect(meetings(timeline, OF_OUTREACH)).to_be_visible()


def test_an_outlook_calendar_can_be_chosen_too(staff: Page, database: Engine) -> None:
    connect_microsoft(staff)
    dialog = open_calendars(staff, MICROSOFT_ACCOUNT)
    unticked = dialog.get_by_role("checkbox", checked=False).and_(dialog.locator(":enabled")).first
    name = unticked.get_attribute("aria-label") or ""
    tick(dialog, name, wanted=True)
    save(staff)
    expect(own_card(staff, MICROSOFT_ACCOUNT).get_by_test_id("sync-now")).to_be_enabled()
    expect(own_card(staff, MICROSOFT_ACCOUNT).get_by_test_id("calendars")).to_contain_text("3 of")
    with database.connect() as connection:
        query = "SELECT is_selected FROM ce_connected_calendars WHERE name = :name"
        assert connection.execute(text(query), {"name": name}).scalar_one()


def test_no_calendar_at_all_is_refused_with_what_to_do_instead(staff: Page) -> None:
    connect_google(staff)
    dialog = open_calendars(staff)
    for name in (GOOGLE_ACCOUNT, OUTREACH):
        tick(dialog, name, wanted=False)
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Tick at least one calendar")
    dialog.get_by_role("button", name="Cancel").click()
    expect(own_card(staff).get_by_test_id("calendars")).to_contain_text("2 of 5")


def test_the_list_is_of_now_or_says_that_it_is_not(staff: Page, google: Google) -> None:
    connect_google(staff)
    google.fail("calendarList.list", 503)
    dialog = open_calendars(staff)
    expect(dialog.get_by_role("status")).to_contain_text("Google could not be asked just now")
    google.heal()
    staff.keyboard.press("Escape")
    google.withdraw_access()
    sync_now(staff, says="connect this account again")
    expect(open_calendars(staff).get_by_role("status")).to_contain_text("Sign in again")


def test_the_dialog_works_by_keyboard_and_gives_the_focus_back(staff: Page) -> None:
    connect_google(staff)
    button = own_card(staff).get_by_test_id("calendars")
    button.focus()
    staff.keyboard.press("Enter")
    box = staff.get_by_role("dialog").get_by_role("checkbox", name=OUTREACH)
    expect(box).to_be_visible()
    box.focus()
    staff.keyboard.press("Space")
    expect(box).not_to_be_checked()
    staff.keyboard.press("Escape")
    expect(staff.get_by_role("dialog")).to_have_count(0)
    expect(button).to_be_focused()
    expect(open_calendars(staff).get_by_role("checkbox", name=OUTREACH)).to_be_checked()


def test_nobody_else_gets_to_the_list_an_admin_neither(staff: Page, signed_in: SignedIn) -> None:
    connect_google(staff)
    expect(own_card(staff).get_by_test_id("calendars")).to_be_visible()
    for email in ("admin@demo.example", "viewer@demo.example"):
        other = signed_in(email)
        open_connections(other)
        expect(other.get_by_test_id("connection-card")).to_be_visible()
        expect(other.get_by_test_id("calendars")).to_have_count(0)
