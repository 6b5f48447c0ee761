"""The whole story of one person, as the first visitor of the demo lives it, on a desk and on a phone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.google import Google
from tests.e2e.people import (
    PHONE,
    WIDE,
    add_contact,
    connect_google,
    disconnect,
    follow,
    meetings,
    own_card,
    sign_in,
    sign_out,
    sync_now,
    tomorrow_at,
)


@pytest.mark.parametrize("viewport", [WIDE, PHONE], ids=["desk", "phone"])
def test_staff_walks_from_signing_in_to_disconnecting(
    new_context: Callable[..., BrowserContext], google: Google, viewport: dict[str, int]
) -> None:
    page = new_context(viewport=viewport).new_page()
    sign_in(page, "staff@demo.example")
    expect(page.get_by_text("Connect a calendar first")).to_be_visible()

    connect_google(page)
    _sees_a_healthy_card(page)
    follow(page, "Activity")
    expect(meetings(page, "Community advisory board").filter(has_text="Maria Lopez")).to_be_visible()

    google.add("Visit of the mayor", tomorrow_at(11), "maria.lopez@riverside.example")
    _syncs(page)
    expect(meetings(page, "Visit of the mayor")).to_contain_text("11:00")

    google.move("Visit of the mayor", tomorrow_at(15))
    _syncs(page)
    expect(meetings(page, "Visit of the mayor")).to_contain_text("15:00")

    google.delete("Visit of the mayor")
    _syncs(page)
    expect(meetings(page).first).to_be_visible()
    expect(meetings(page, "Visit of the mayor")).to_have_count(0)

    _adds_elena_and_sees_her_meetings_appear(page)
    _pauses_and_goes_on(page, google)

    disconnect(page)
    follow(page, "Activity")
    expect(page.get_by_text("Connect a calendar first")).to_be_visible()
    page.get_by_role("tab", name="Past").click()
    expect(meetings(page, "Clinic tour for volunteers").first).to_be_visible()
    google.wait_for_count("oauth.revoke", 1)
    sign_out(page)


def _sees_a_healthy_card(page: Page) -> None:
    card = own_card(page)
    expect(card).to_have_attribute("data-status", "syncing")
    expect(card.get_by_test_id("provider-name")).to_have_text("Google Calendar")
    expect(card.get_by_test_id("account")).to_have_text("staff.demo@gmail.example")
    expect(card.get_by_test_id("sync-badge")).to_have_text("Syncing")
    expect(card.get_by_test_id("auto-sync")).to_be_checked()
    expect(card.get_by_test_id("last-sync")).to_have_text("just now")


def _syncs(page: Page) -> None:
    follow(page, "Calendar connections")
    sync_now(page)
    follow(page, "Activity")


def _adds_elena_and_sees_her_meetings_appear(page: Page) -> None:
    timeline = page.context.new_page()
    timeline.goto("/ce/activity")
    expect(meetings(timeline, "Community advisory board").first).to_be_visible()
    expect(meetings(timeline, "Elena Rossi")).to_have_count(0)
    follow(page, "Contacts")
    add_contact(page, "Elena Rossi", "elena.rossi@newpartner.example", "New Partner")
    expect(page.get_by_test_id("contact-row").filter(has_text="Elena Rossi")).to_be_visible()
    # Nobody touches the other tab.
    expect(meetings(timeline, "Elena Rossi").filter(has_text="Call with Elena")).to_be_visible()
    timeline.close()


def _pauses_and_goes_on(page: Page, google: Google) -> None:
    follow(page, "Calendar connections")
    card = own_card(page)
    card.get_by_test_id("auto-sync").click()
    expect(card).to_have_attribute("data-status", "paused")
    expect(card.get_by_test_id("sync-badge")).to_have_text("Paused")
    google.add("Added while paused", tomorrow_at(12), "tom.baker@greenvalley.example")
    sync_now(page, says="1 new")
    expect(card).to_have_attribute("data-status", "paused")
    mark = google.requests_so_far()
    card.get_by_test_id("auto-sync").click()
    expect(card).to_have_attribute("data-status", "syncing")
    expect(card.get_by_test_id("sync-badge")).to_have_text("Syncing")
    google.wait_for_count("events.list", 2, since=mark)  # going on syncs at once
