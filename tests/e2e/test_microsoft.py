"""Outlook beside Google: the same screen, the same timeline, each meeting once."""

from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import Engine, text

from tests.e2e.google import Google
from tests.e2e.people import (
    MICROSOFT_ACCOUNT,
    connect_google,
    connect_microsoft,
    consent,
    disconnect,
    follow,
    meetings,
    open_connections,
    own_card,
    sync_now,
    tomorrow_at,
)

CONTACT = "maria.lopez@riverside.example"


def reviews(page: Page, contact: str = "Maria Lopez") -> Locator:
    """The meeting that the demo's Google and Outlook calendars both hold, as it stands with one of its contacts."""
    return meetings(page, contact).filter(has=page.get_by_text("Quarterly partner review", exact=True))


def go_to_microsoft(page: Page) -> None:
    """From the settings screen to Microsoft's consent page."""
    open_connections(page)
    page.get_by_test_id("connect-microsoft").click()
    expect(page.get_by_test_id("consent-allow")).to_be_visible()


def test_both_calendars_make_two_cards_and_a_meeting_in_both_stands_once(staff: Page) -> None:
    connect_google(staff)
    connect_microsoft(staff)
    expect(staff.get_by_test_id("connection-card")).to_have_count(2)
    expect(own_card(staff, MICROSOFT_ACCOUNT).get_by_test_id("provider-name")).to_have_text("Microsoft Outlook")
    follow(staff, "Activity")
    expect(reviews(staff)).to_have_count(1)


def test_what_happens_at_outlook_follows_to_the_timeline(staff: Page, microsoft: Google) -> None:
    connect_microsoft(staff)
    microsoft.add("Intake call", tomorrow_at(10), CONTACT)
    sync_now(staff, MICROSOFT_ACCOUNT, says="1 new")
    follow(staff, "Activity")
    expect(meetings(staff, "Intake call")).to_have_count(1)
    microsoft.move("Intake call", tomorrow_at(15) + timedelta(days=1))
    open_connections(staff)
    sync_now(staff, MICROSOFT_ACCOUNT, says="1 changed")
    microsoft.delete("Intake call")
    sync_now(staff, MICROSOFT_ACCOUNT, says="1 removed")
    follow(staff, "Activity")
    expect(meetings(staff, "Intake call")).to_have_count(0)


def test_who_denies_at_microsoft_is_told_that_nothing_was_connected(staff: Page, database: Engine) -> None:
    go_to_microsoft(staff)
    staff.get_by_test_id("consent-deny").click()
    expect(staff.get_by_role("alert")).to_contain_text("Nothing was connected")
    with database.connect() as connection:
        for table in ("ce_calendar_connections", "credential_vault", "oauth_flows"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0


@pytest.mark.parametrize("operation", ["oauth.token", "GET /me"])
def test_a_microsoft_that_is_down_is_named(staff: Page, microsoft: Google, operation: str) -> None:
    go_to_microsoft(staff)
    microsoft.fail(operation, 503)
    consent(staff, MICROSOFT_ACCOUNT)
    expect(staff.get_by_role("alert")).to_contain_text("Microsoft could not be reached")
    microsoft.heal()
    expect(staff.get_by_test_id("connection-card")).to_have_count(0)


def test_a_dead_refresh_token_asks_to_sign_in_again_and_the_same_card_recovers(
    staff: Page, microsoft: Google, database: Engine
) -> None:
    connect_microsoft(staff)
    microsoft.withdraw_access()
    sync_now(staff, MICROSOFT_ACCOUNT, says="connect this account again")
    card = own_card(staff, MICROSOFT_ACCOUNT)
    expect(card).to_have_attribute("data-status", "needs_reauth")

    card.get_by_role("button", name="Sign in again").click()
    consent(staff, MICROSOFT_ACCOUNT)
    expect(card).to_have_attribute("data-status", "syncing")
    expect(staff.get_by_test_id("connection-card")).to_have_count(1)
    with database.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM ce_calendar_connections")).scalar_one() == 1
    sync_now(staff, MICROSOFT_ACCOUNT, says="nothing had changed")


def test_disconnecting_outlook_leaves_the_meeting_that_google_also_holds(staff: Page) -> None:
    connect_google(staff)
    connect_microsoft(staff)
    disconnect(staff, MICROSOFT_ACCOUNT, with_past=True)
    expect(staff.get_by_test_id("connection-card")).to_have_count(1)
    follow(staff, "Activity")
    expect(reviews(staff)).to_have_count(1)
