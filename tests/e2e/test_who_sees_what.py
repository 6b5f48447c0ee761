"""The same screens as everybody who may open them sees them, and as those who may not."""

import re

import pytest
from playwright.sync_api import Page, expect

from ce_calendar.commands.demo_data import DEMO_PASSWORD
from ce_calendar.domain.access import Role
from ce_calendar.services.directory import Directory
from tests.e2e.conftest import SignedIn
from tests.e2e.people import ADMIN_ACCOUNT, connect_google, disconnect, meetings, open_connections, own_card

BUTTONS = ("sync-now", "auto-sync", "disconnect")


def _colleagues_card(page: Page) -> None:
    open_connections(page)
    card = page.locator('[data-testid=connection-card][data-owner="other"]')
    expect(card).to_contain_text("Sam Rivera")
    expect(card.get_by_test_id("sync-badge")).to_have_text("Syncing")


def test_a_viewer_sees_cards_but_no_button(staff: Page, signed_in: SignedIn) -> None:
    connect_google(staff)
    viewer = signed_in("viewer@demo.example")
    _colleagues_card(viewer)
    for name in (*BUTTONS, "connect-google"):
        expect(viewer.get_by_test_id(name)).to_have_count(0)
        expect(staff.get_by_test_id(name)).to_be_visible()  # so that the line above could fail
    for name in ("privacy", "calendars"):
        expect(viewer.get_by_test_id(name)).to_have_count(0)
        expect(staff.get_by_test_id(name)).to_be_visible()


def test_a_viewer_sees_of_a_meeting_when_with_whom_and_whose_it_is(staff: Page, signed_in: SignedIn) -> None:
    connect_google(staff)
    viewer = signed_in("viewer@demo.example")
    viewer.goto("/ce/activity")
    row = meetings(viewer, "Maria Lopez").first
    expect(row).to_contain_text("Sam Rivera")
    expect(viewer.get_by_text("Community advisory board")).to_have_count(0)
    row.get_by_role("button").click()
    dialog = viewer.get_by_role("dialog")
    expect(dialog).to_contain_text("Maria Lopez")
    expect(dialog).to_contain_text("only shown to the people who hold this meeting")
    expect(dialog.get_by_text("Guests", exact=True)).to_have_count(0)
    expect(dialog.get_by_role("link")).to_have_count(0)


def test_a_viewer_reads_contacts_and_changes_none(staff: Page, signed_in: SignedIn) -> None:
    viewer = signed_in("viewer@demo.example")
    for page in (viewer, staff):
        page.goto("/ce/contacts")
        expect(page.get_by_test_id("contact-row")).to_have_count(6)
    for name in ("Add contact", "Edit Maria Lopez"):
        expect(viewer.get_by_role("button", name=name)).to_have_count(0)
        expect(staff.get_by_role("button", name=name)).to_be_visible()


def test_who_holds_the_meeting_sees_its_details(staff: Page) -> None:
    connect_google(staff)
    staff.goto("/ce/activity")
    meetings(staff, "Quarterly partner review").filter(has_text="Maria Lopez").first.get_by_role("button").click()
    dialog = staff.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Quarterly partner review")).to_be_visible()
    expect(dialog).to_contain_text("Riverside Family Clinic, room 2")
    expect(dialog).to_contain_text("james.chen@riverside.example")
    with staff.expect_popup() as popup:
        dialog.get_by_role("link", name="Open in the calendar").click()
    expect(popup.value.get_by_test_id("sandbox-event").filter(has_text="Quarterly partner review")).to_be_visible()


def test_view_all_is_given_by_name_and_being_an_admin_is_not_enough(
    staff: Page, signed_in: SignedIn, directory: Directory
) -> None:
    directory.add_user(
        organization_slug="demo",
        email="second.admin@demo.example",
        name="Second Admin",
        password=DEMO_PASSWORD,
        roles={Role.ADMIN},
    )
    connect_google(staff)
    for email, times in (("admin@demo.example", 3), ("second.admin@demo.example", 0)):
        page = signed_in(email)
        page.goto("/ce/activity")
        expect(meetings(page, "Maria Lopez").first).to_be_visible()
        expect(meetings(page, "Community advisory board")).to_have_count(times)


def test_an_admin_may_sync_and_disconnect_a_colleagues_calendar(staff: Page, signed_in: SignedIn) -> None:
    connect_google(staff)
    admin = signed_in("admin@demo.example")
    _colleagues_card(admin)
    card = admin.get_by_test_id("connection-card")
    card.get_by_test_id("sync-now").click()
    expect(admin.locator("[data-sonner-toast]").filter(has_text="Synced")).to_be_visible()
    card.get_by_test_id("disconnect").click()
    admin.get_by_test_id("confirm-disconnect").click()
    expect(admin.get_by_test_id("connection-card")).to_have_count(0)
    # Its owner is told without a reload.
    expect(own_card(staff)).to_have_count(0)


def test_a_meeting_two_people_hold_appears_once_and_stays_until_both_are_gone(staff: Page, signed_in: SignedIn) -> None:
    connect_google(staff)
    admin = signed_in("admin@demo.example")
    connect_google(admin, ADMIN_ACCOUNT)
    timeline = staff.context.new_page()
    timeline.goto("/ce/activity")
    shared = meetings(timeline, "Maria Lopez").filter(has_text="Quarterly partner review").filter(has_text="Riverside")
    expect(shared).to_have_count(1)
    expect(shared).to_contain_text("Alex Morgan, Sam Rivera")
    disconnect(staff)
    expect(meetings(timeline, "Alex Morgan").filter(has_text="Maria Lopez")).to_have_count(1)
    disconnect(admin, ADMIN_ACCOUNT)
    expect(meetings(timeline)).to_have_count(0)


def test_another_organization_sees_nothing_of_it(staff: Page, signed_in: SignedIn) -> None:
    connect_google(staff)
    stranger = signed_in("admin@other.example")
    stranger.goto("/ce/settings/calendar")
    expect(stranger.get_by_text("No calendar is connected yet")).to_be_visible()
    expect(stranger.get_by_test_id("connection-card")).to_have_count(0)
    stranger.goto("/ce/contacts")
    expect(stranger.get_by_text("No contacts yet")).to_be_visible()
    stranger.goto("/ce/activity")
    expect(stranger.get_by_text("Connect a calendar first")).to_be_visible()
    expect(stranger.get_by_text("Northern Valley Clinic")).to_be_visible()
    expect(stranger.get_by_text("Lakeside")).to_have_count(0)


@pytest.mark.parametrize("path", ["/ce/activity", "/ce/contacts", "/ce/settings/calendar"])
def test_a_dispatcher_is_kindly_kept_from_the_pages_of_community_engagement(
    staff: Page, signed_in: SignedIn, path: str
) -> None:
    dispatcher = signed_in("dispatcher@demo.example")
    dispatcher.goto(path)
    forbidden = dispatcher.get_by_test_id("forbidden")
    expect(forbidden).to_contain_text("This page is not open to you")
    expect(dispatcher.get_by_role("navigation", name="Main").get_by_role("link")).to_have_text(
        ["Employees", "Tasks", "Google Calendar"]
    )
    forbidden.get_by_role("link", name="Your account").click()
    expect(dispatcher.get_by_role("heading", level=1, name="Your account")).to_be_visible()
    staff.goto(path)
    expect(staff.get_by_role("heading", level=1)).to_be_visible()
    expect(staff.get_by_test_id("forbidden")).to_have_count(0)


def test_a_dispatchers_home_is_a_page_that_works(signed_in: SignedIn) -> None:
    dispatcher = signed_in("dispatcher@demo.example")
    dispatcher.goto("/")
    expect(dispatcher).to_have_url(re.compile("/erp/employees/?$"))
    expect(dispatcher.get_by_role("heading", level=1, name="Employees")).to_be_visible()


@pytest.mark.parametrize("path", ["/", "/ce/activity", "/ce/contacts", "/ce/settings/calendar", "/account"])
def test_who_is_not_signed_in_comes_to_the_sign_in_page(page: Page, path: str) -> None:
    page.goto(path)
    expect(page.get_by_role("heading", name="Sign in to CE Calendar")).to_be_visible()
