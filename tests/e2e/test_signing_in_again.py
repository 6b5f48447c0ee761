"""A connection that waits for its person: why, who has to act, and the way back for either provider."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, text

from tests.e2e.conftest import SignedIn
from tests.e2e.google import Google
from tests.e2e.people import (
    ADMIN_ACCOUNT,
    GOOGLE_ACCOUNT,
    MICROSOFT_ACCOUNT,
    connect_google,
    connect_microsoft,
    consent,
    open_connections,
    own_card,
    sync_now,
)


def _ids(database: Engine) -> list[str]:
    with database.connect() as connection:
        return list(connection.execute(text("SELECT id FROM ce_calendar_connections")).scalars())


@pytest.mark.parametrize("provider", ["google", "microsoft"])
def test_a_dead_sign_in_says_why_and_the_same_row_is_healthy_again(
    staff: Page, database: Engine, google: Google, microsoft: Google, provider: str
) -> None:
    is_google = provider == "google"
    account = GOOGLE_ACCOUNT if is_google else MICROSOFT_ACCOUNT
    (connect_google if is_google else connect_microsoft)(staff)
    before = _ids(database)
    (google if is_google else microsoft).withdraw_access()
    with database.begin() as connection:
        # Its access token would still do for an hour at Microsoft; nobody waits for that.
        connection.execute(
            text("UPDATE ce_calendar_connections SET status = 'needs_reauth', last_error = 'invalid_grant'")
        )
    open_connections(staff)
    card = own_card(staff, account)
    expect(card).to_have_attribute("data-status", "needs_reauth")
    expect(card).to_contain_text(f"{provider.title()} no longer accepts our access")
    expect(card.get_by_test_id("sync-now")).to_be_disabled()

    card.get_by_role("button", name="Sign in again").click()
    consent(staff, account)

    expect(card).to_have_attribute("data-status", "syncing")
    expect(staff.get_by_test_id("told").filter(has_text=f"{account} is signed in again")).to_be_visible()
    assert _ids(database) == before
    sync_now(staff, account)


def test_another_account_is_refused_by_name_and_the_name_is_in_no_address(staff: Page, google: Google) -> None:
    connect_google(staff)
    google.withdraw_access()
    sync_now(staff, says="connect this account again")
    addresses: list[str] = []
    staff.on("framenavigated", lambda frame: addresses.append(frame.url))
    own_card(staff).get_by_role("button", name="Sign in again").click()
    consent(staff, ADMIN_ACCOUNT)

    notice = staff.get_by_role("alert")
    expect(notice).to_contain_text(f"You signed in as {ADMIN_ACCOUNT}; this connection is {GOOGLE_ACCOUNT}.")
    expect(staff.get_by_test_id("connection-card")).to_have_count(1)
    expect(own_card(staff)).to_have_attribute("data-status", "needs_reauth")
    ours = [each for each in addresses if urlsplit(each).netloc == urlsplit(staff.url).netloc]
    assert ours
    assert [each for each in ours if "gmail.example" in each] == []

    staff.reload()
    expect(own_card(staff)).to_be_visible()
    expect(notice).to_have_count(0)


def test_others_read_who_has_to_act_and_cannot_do_it_for_them(staff: Page, google: Google, signed_in: SignedIn) -> None:
    connect_google(staff)
    google.withdraw_access()
    sync_now(staff, says="connect this account again")
    for email in ("admin@demo.example", "viewer@demo.example"):
        other = signed_in(email)
        open_connections(other)
        card = other.get_by_test_id("connection-card")
        expect(card).to_contain_text("Only Sam Rivera can sign in again")
        expect(other.get_by_role("button", name="Sign in again")).to_have_count(0)
    expect(own_card(staff).get_by_role("button", name="Sign in again")).to_be_visible()


def test_a_provider_that_asks_to_wait_is_left_alone_until_then(staff: Page, google: Google) -> None:
    connect_google(staff)
    google.fail("events.list", 429, retry_after=600)
    sync_now(staff, says="could not be read just now")
    card = own_card(staff)
    expect(card).to_contain_text("Google asked us to slow down.")
    expect(card).to_contain_text("Google can be asked again in 10 minutes.")
    expect(card.get_by_test_id("sync-now")).to_be_disabled()
    google.heal()
