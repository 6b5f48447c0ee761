"""Every screen in every state: readable for everybody, on a desk and a phone, in light and dark; and by keyboard."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.conftest import SignedIn
from tests.e2e.google import Google
from tests.e2e.looking import LOOKS, Look, Looker
from tests.e2e.people import (
    ADMIN_ACCOUNT,
    GOOGLE_ACCOUNT,
    connect_google,
    go_to_google,
    meetings,
    open_calendars,
    open_connections,
    own_card,
    sync_now,
    try_to_sign_in,
)


@LOOKS
def test_every_screen_is_accessible_and_fits(
    signed_in: SignedIn, google: Google, screenshots: Path, size: str, color_scheme: str
) -> None:
    """Pictures of all of them stay in var/screenshots."""
    looker = Looker(screenshots, size=size, color_scheme=color_scheme)
    look = looker.look

    def somebody(email: str) -> Page:
        return signed_in(email, **looker.browser)

    _signing_in(somebody(""), look)
    staff = somebody("staff@demo.example")
    _before_connecting(staff, look)
    _connections(staff, google, look)
    _activity(staff, look)
    _contacts(staff, look)
    _others(staff, look, is_phone=size == "phone")
    _of_other_people(somebody, look)
    looker.conclude()


def _signing_in(page: Page, look: Look) -> None:
    page.goto("/login")
    look(page, "login")
    try_to_sign_in(page, "staff@demo.example", "not the password")
    expect(page.get_by_role("alert")).to_be_visible()
    look(page, "login-wrong")


def _before_connecting(page: Page, look: Look) -> None:
    page.goto("/ce/activity")
    expect(page.get_by_text("Connect a calendar first")).to_be_visible()
    look(page, "activity-nothing-connected")
    go_to_google(page)
    page.get_by_test_id("consent-deny").click()
    expect(page.get_by_role("alert")).to_be_visible()
    look(page, "connections-denied")
    open_connections(page)
    expect(page.get_by_text("No calendar is connected yet")).to_be_visible()
    look(page, "connections-empty")


def _connections(page: Page, google: Google, look: Look) -> None:
    connect_google(page)
    look(page, "connections-connected")
    open_connections(page)
    own_card(page).get_by_test_id("disconnect").click()
    expect(page.get_by_test_id("confirm-disconnect")).to_be_visible()
    look(page, "connections-disconnect")
    page.get_by_role("button", name="Keep it").click()
    connect_google(page, ADMIN_ACCOUNT)
    google.withdraw_access()
    own_card(page, GOOGLE_ACCOUNT).get_by_test_id("sync-now").click()
    expect(own_card(page, GOOGLE_ACCOUNT)).to_have_attribute("data-status", "needs_reauth")
    google.fail("events.list", 503)
    sync_now(page, ADMIN_ACCOUNT, says="could not be read just now")
    google.heal()
    look(page, "connections-in-trouble")
    own_card(page, GOOGLE_ACCOUNT).get_by_role("button", name="Sign in again").click()
    page.get_by_test_id("consent-allow").click()
    expect(own_card(page, GOOGLE_ACCOUNT)).to_have_attribute("data-status", "syncing")
    open_connections(page)
    own_card(page, ADMIN_ACCOUNT).get_by_test_id("auto-sync").click()
    expect(own_card(page, ADMIN_ACCOUNT)).to_have_attribute("data-status", "paused")
    own_card(page, GOOGLE_ACCOUNT).get_by_test_id("privacy").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    look(page, "connections-privacy")
    page.keyboard.press("Escape")
    open_calendars(page)
    look(page, "connections-calendars")
    page.keyboard.press("Escape")


def _activity(page: Page, look: Look) -> None:
    page.goto("/ce/activity")
    expect(meetings(page).first).to_be_visible()
    look(page, "activity-coming")
    meetings(page, "Quarterly partner review").first.get_by_role("button").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    look(page, "activity-meeting")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Filter by contact").click()
    expect(page.get_by_role("searchbox", name="Search contacts")).to_be_visible()
    look(page, "activity-filter")
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Past").click()
    expect(meetings(page, "Clinic tour for volunteers").first).to_be_visible()
    look(page, "activity-past")


def _contacts(page: Page, look: Look) -> None:
    page.goto("/ce/contacts")
    expect(page.get_by_test_id("contact-row").first).to_be_visible()
    look(page, "contacts")
    page.get_by_role("button", name="Add contact").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Somebody")
    dialog.get_by_role("textbox", name="Email", exact=True).fill("not an email")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("textbox", name="Email", exact=True)).to_have_attribute("aria-invalid", "true")
    look(page, "contacts-add-wrong")
    page.keyboard.press("Escape")
    page.get_by_role("searchbox", name="Search contacts").fill("zzz")
    expect(page.get_by_text("Nobody found")).to_be_visible()
    look(page, "contacts-nobody-found")


def _others(page: Page, look: Look, *, is_phone: bool) -> None:
    page.goto("/account")
    expect(page.get_by_text("This browser")).to_be_visible()
    look(page, "account")
    page.get_by_test_id("user-menu").click()
    expect(page.get_by_test_id("sign-out")).to_be_visible()
    look(page, "user-menu")
    page.keyboard.press("Escape")
    if is_phone:
        page.get_by_role("button", name="Open navigation").click()
        expect(page.get_by_role("dialog").get_by_role("link", name="Contacts")).to_be_visible()
        look(page, "drawer")
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)


def _of_other_people(somebody: Callable[[str], Page], look: Look) -> None:
    viewer = somebody("viewer@demo.example")
    open_connections(viewer)
    expect(viewer.get_by_test_id("connection-card").first).to_be_visible()
    look(viewer, "connections-viewer")
    viewer.goto("/ce/activity")
    meetings(viewer).first.get_by_role("button").click()
    expect(viewer.get_by_role("dialog")).to_be_visible()
    look(viewer, "activity-meeting-viewer")
    dispatcher = somebody("dispatcher@demo.example")
    dispatcher.goto("/ce/activity")
    expect(dispatcher.get_by_test_id("forbidden")).to_be_visible()
    look(dispatcher, "forbidden")
    dispatcher.goto("/ce/settings/module")
    expect(dispatcher.get_by_test_id("forbidden")).to_be_visible()
    look(dispatcher, "module-forbidden")
    _module(somebody("admin@demo.example"), look)
    other = somebody("admin@other.example")
    other.goto("/ce/contacts")
    expect(other.get_by_text("No contacts yet")).to_be_visible()
    look(other, "contacts-none")


def _module(page: Page, look: Look) -> None:
    page.goto("/ce/settings/module")
    interval = page.get_by_label("Poll interval")
    expect(interval).to_have_value("15")
    look(page, "module")
    interval.fill("90")
    expect(page.get_by_text("Not saved yet")).to_be_visible()
    look(page, "module-unsaved")
    page.get_by_role("button", name="Save").click()
    expect(interval).to_have_attribute("aria-invalid", "true")
    look(page, "module-wrong")


def test_an_unknown_page_says_so_and_leads_back(staff: Page, trouble: list[str]) -> None:
    answer = staff.goto("/ce/no/such/page")
    assert answer is not None
    assert answer.status == 404
    expect(staff.get_by_role("heading", name="There is no such page")).to_be_visible()
    staff.get_by_role("link", name="Go to the start").click()
    expect(staff.get_by_role("heading", level=1, name="Activity")).to_be_visible()
    trouble[:] = [each for each in trouble if "404" not in each]  # the page itself


def test_titles_tell_tabs_apart(staff: Page) -> None:
    for path, title in (
        ("/ce/activity", "Activity · ce_calendar"),
        ("/ce/contacts", "Contacts · ce_calendar"),
        ("/ce/settings/calendar", "Calendar connections · ce_calendar"),
        ("/account", "Account · ce_calendar"),
    ):
        staff.goto(path)
        expect(staff).to_have_title(title)


def test_disconnecting_can_be_done_and_left_by_keyboard_alone(staff: Page) -> None:
    connect_google(staff)
    button = own_card(staff).get_by_test_id("disconnect")
    button.focus()
    staff.keyboard.press("Enter")
    dialog = staff.get_by_role("alertdialog")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_role("button", name="Keep it")).to_be_focused()
    staff.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(button).to_be_focused()
    staff.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    for _ in range(6):
        if staff.get_by_test_id("confirm-disconnect").evaluate("it => it === document.activeElement"):
            break
        staff.keyboard.press("Tab")
    expect(staff.get_by_test_id("confirm-disconnect")).to_be_focused()
    staff.keyboard.press("Enter")
    expect(staff.get_by_test_id("connection-card")).to_have_count(0)


def test_connecting_and_adding_a_contact_work_by_keyboard_alone(staff: Page) -> None:
    open_connections(staff)
    staff.get_by_test_id("connect-google").focus()
    staff.keyboard.press("Enter")
    expect(staff.get_by_test_id("consent-allow")).to_be_visible()
    staff.goto("/ce/contacts")
    staff.get_by_role("button", name="Add contact").focus()
    staff.keyboard.press("Enter")
    dialog = staff.get_by_role("dialog")
    expect(dialog.get_by_label("Name")).to_be_focused()
    staff.keyboard.type("Elena Rossi")
    staff.keyboard.press("Tab")
    staff.keyboard.type("elena.rossi@newpartner.example")
    staff.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(staff.get_by_test_id("contact-row").filter(has_text="Elena Rossi")).to_be_visible()


def test_a_meeting_opens_by_keyboard_and_escape_gives_the_focus_back(staff: Page) -> None:
    connect_google(staff)
    staff.goto("/ce/activity")
    row = meetings(staff).first.get_by_role("button")
    row.focus()
    staff.keyboard.press("Enter")
    expect(staff.get_by_role("dialog")).to_be_visible()
    staff.keyboard.press("Escape")
    expect(staff.get_by_role("dialog")).to_have_count(0)
    expect(row).to_be_focused()


def test_the_first_tab_stop_leads_past_the_navigation(staff: Page) -> None:
    staff.goto("/ce/contacts")
    expect(staff.get_by_test_id("contact-row").first).to_be_visible()
    staff.keyboard.press("Tab")
    expect(staff.get_by_role("link", name="Skip to content")).to_be_focused()
    staff.keyboard.press("Enter")
    expect(staff.locator("#content")).to_be_focused()


def test_light_and_dark_can_be_switched_and_stay(staff: Page) -> None:
    staff.goto("/ce/contacts")
    expect(staff.locator("html")).to_have_class(re.compile("light"))
    staff.get_by_role("button", name="Switch between light and dark").click()
    expect(staff.locator("html")).to_have_class(re.compile("dark"))
    staff.reload()
    expect(staff.locator("html")).to_have_class(re.compile("dark"))
