"""Choosing what others see, tried on a meeting of one's own."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.conftest import SignedIn
from tests.e2e.google import Google
from tests.e2e.people import (
    GOOGLE_ACCOUNT,
    choose_privacy,
    connect_google,
    meetings,
    open_connections,
    own_card,
    tomorrow_at,
)

NEXT = "First thing with Maria"


def level(page: Page, name: str) -> object:
    return page.get_by_role("dialog").locator(".level").filter(has=page.get_by_role("radio", name=name))


def test_each_level_is_shown_on_the_next_meeting_and_never_on_a_private_one(staff: Page, google: Google) -> None:
    google.add("Secret with Maria", tomorrow_at(0), "maria.lopez@riverside.example", is_private=True)
    connect_google(staff)
    own_card(staff).get_by_test_id("privacy").click()
    dialog = staff.get_by_role("dialog")
    expect(dialog).to_have_accessible_description(re.compile(f"^Of {re.escape(GOOGLE_ACCOUNT)}. Shown on your next"))
    expect(dialog).not_to_contain_text("Secret with Maria")
    full = dialog.locator(".level").filter(has=staff.get_by_role("radio", name="Full details"))
    guests = dialog.locator(".level").filter(has=staff.get_by_role("radio", name="Time and guests"))
    busy = dialog.locator(".level").filter(has=staff.get_by_role("radio", name="Busy time only"))
    title = staff.locator(".preview").first.locator("span").nth(1)
    expect(title).not_to_be_empty()
    expect(full).to_contain_text("Everybody in the organization sees")
    expect(guests).to_contain_text("with ")
    expect(busy).to_contain_text("Nobody sees a meeting")
    expect(busy).not_to_contain_text("with ")


def test_what_is_chosen_is_what_a_colleague_and_the_owner_then_see(staff: Page, signed_in: SignedIn) -> None:
    connect_google(staff)
    timeline, colleague = staff.context.new_page(), signed_in("viewer@demo.example")
    for page in (timeline, colleague):
        page.goto("/ce/activity")
        expect(meetings(page, "Maria Lopez").first).to_be_visible()
    expect(meetings(timeline, "Community advisory board").first).to_be_visible()
    expect(meetings(colleague, "Community advisory board")).to_have_count(0)

    choose_privacy(staff, "Time and guests")
    expect(meetings(timeline, "Community advisory board")).to_have_count(0)
    expect(meetings(colleague, "Maria Lopez").first).to_be_visible()

    choose_privacy(staff, "Busy time only")
    for page in (timeline, colleague):
        expect(meetings(page)).to_have_count(0)

    own_card(staff).get_by_test_id("privacy").click()
    dialog = staff.get_by_role("dialog")
    expect(dialog).to_contain_text("Shown on an example")
    dialog.get_by_role("radio", name="Full details").click()
    expect(dialog.get_by_role("status")).to_contain_text("read again at once")
    dialog.get_by_role("button", name="Save").click()
    expect(meetings(timeline, "Community advisory board").first).to_be_visible()


def test_an_admin_restricts_without_reading_along_and_cannot_widen(staff: Page, signed_in: SignedIn) -> None:
    connect_google(staff)
    admin = signed_in("admin@demo.example")
    open_connections(admin)
    card = admin.get_by_test_id("connection-card")
    card.get_by_test_id("privacy").click()
    dialog = admin.get_by_role("dialog")
    expect(dialog).to_contain_text("Shown on an example")
    dialog.get_by_role("radio", name="Busy time only").click()
    dialog.get_by_role("button", name="Save").click()
    expect(card.get_by_test_id("privacy")).to_contain_text("Busy time only")
    card.get_by_test_id("privacy").click()
    expect(dialog.get_by_role("radio", name="Full details")).to_be_disabled()
    expect(dialog).to_contain_text("can let others see more")
    expect(own_card(staff).get_by_test_id("privacy")).to_contain_text("Busy time only")
