"""Linking an account: what can go wrong on the way to Google and back, and that nothing of it stays."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, Request, expect
from sqlalchemy import Engine, text

from tests.e2e.conftest import SignedIn
from tests.e2e.google import Google
from tests.e2e.people import (
    ADMIN_ACCOUNT,
    GOOGLE_ACCOUNT,
    connect_google,
    consent,
    go_to_google,
    open_connections,
    own_card,
    sync_now,
)
from tests.support.installation import Installation


def _stored(database: Engine) -> dict[str, int]:
    """What a connection, or the way to one, leaves behind."""
    tables = ("ce_calendar_connections", "credential_vault", "oauth_flows")
    with database.connect() as connection:
        return {table: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in tables}


def _is_told_that(page: Page, title: str, what_to_do: str, database: Engine) -> None:
    """The message is there, nothing is stored, and a second try works at once."""
    notice = page.get_by_role("alert").filter(has_text=title)
    expect(notice).to_contain_text(what_to_do)
    expect(page.get_by_test_id("connection-card")).to_have_count(0)
    assert set(_stored(database).values()) == {0}
    page.get_by_test_id("connect-google").click()
    consent(page)
    expect(own_card(page)).to_be_visible()
    expect(notice).to_have_count(0)


def test_who_denies_is_told_that_nothing_was_connected(staff: Page, database: Engine) -> None:
    go_to_google(staff)
    staff.get_by_test_id("consent-deny").click()
    _is_told_that(staff, "Nothing was connected", "try again any time", database)


def test_who_unticks_a_permission_is_asked_to_leave_them_ticked(staff: Page, database: Engine, google: Google) -> None:
    go_to_google(staff)
    staff.get_by_test_id("consent-scope").and_(staff.locator(":enabled")).last.uncheck()
    consent(staff)
    expect(staff.get_by_role("alert")).to_contain_text("Some permissions were missing")
    assert google.counts()["oauth.revoke"] == 1, "what was granted too little is given back"
    _is_told_that(staff, "Some permissions were missing", "every box", database)


def test_an_answer_nobody_asked_for_connects_nothing(staff: Page, database: Engine, google: Google) -> None:
    staff.goto("/oauth/google/callback?state=guessed&code=guessed")
    expect(staff.get_by_role("alert")).to_contain_text("could not be matched")
    assert "oauth.token" not in google.counts(), "the code is not even tried"
    _is_told_that(staff, "could not be matched", "start again from here", database)


def test_who_stays_at_google_for_longer_than_ten_minutes_starts_again(staff: Page, database: Engine) -> None:
    go_to_google(staff)
    with database.begin() as connection:
        connection.execute(text("UPDATE oauth_flows SET expires_at = '2020-01-01 00:00:00'"))
    consent(staff)
    _is_told_that(staff, "That took too long", "start again from here", database)


def test_an_answer_counts_once(staff: Page, database: Engine) -> None:
    answers: list[str] = []

    def listen(request: Request) -> None:
        if "/oauth/google/callback" in request.url:
            answers.append(request.url)

    staff.on("request", listen)
    connect_google(staff)
    before = _stored(database)
    staff.goto(answers[0])
    expect(staff.get_by_role("alert")).to_contain_text("could not be matched")
    expect(own_card(staff)).to_have_attribute("data-status", "syncing")
    assert _stored(database) == before


@pytest.mark.parametrize(
    "other", ["admin@demo.example", "staff@demo.example"], ids=["another person", "another window"]
)
def test_an_answer_counts_only_in_the_session_that_asked(
    staff: Page, signed_in: SignedIn, database: Engine, other: str
) -> None:
    go_to_google(staff)
    stranger = signed_in(other)
    stranger.goto(staff.url)
    consent(stranger)
    expect(stranger.get_by_role("alert")).to_contain_text("could not be matched")
    consent(staff)
    _is_told_that(staff, "could not be matched", "start again from here", database)


@pytest.mark.parametrize("operation", ["token", "userinfo"])
def test_a_google_that_is_down_is_named_and_nothing_is_kept(
    staff: Page, database: Engine, google: Google, operation: str
) -> None:
    go_to_google(staff)
    google.fail(operation, 503)
    consent(staff)
    expect(staff.get_by_role("alert")).to_contain_text("Google could not be reached")
    google.heal()
    _is_told_that(staff, "Google could not be reached", "try again in a few minutes", database)


def test_who_comes_back_signed_out_signs_in_and_is_not_connected(
    staff: Page, database: Engine, new_context: Callable[..., BrowserContext]
) -> None:
    go_to_google(staff)
    consent_page = staff.url
    nobody = new_context().new_page()
    nobody.goto(consent_page)
    consent(nobody)
    expect(nobody.locator("input[name=password]")).to_be_visible()
    assert _stored(database)["ce_calendar_connections"] == 0


def test_connecting_the_same_account_twice_leaves_one_card(staff: Page, database: Engine) -> None:
    connect_google(staff)
    connect_google(staff)
    expect(staff.get_by_test_id("connection-card")).to_have_count(1)
    assert _stored(database) == {"ce_calendar_connections": 1, "credential_vault": 1, "oauth_flows": 0}


def test_two_accounts_make_two_cards_and_each_ends_alone(staff: Page) -> None:
    connect_google(staff)
    connect_google(staff, ADMIN_ACCOUNT)
    expect(staff.get_by_test_id("connection-card")).to_have_count(2)
    own_card(staff, ADMIN_ACCOUNT).get_by_test_id("disconnect").click()
    expect(staff.get_by_role("alertdialog")).to_contain_text(ADMIN_ACCOUNT)
    staff.get_by_test_id("confirm-disconnect").click()
    expect(staff.get_by_test_id("connection-card")).to_have_count(1)
    expect(own_card(staff)).to_be_visible()


def test_who_withdrew_access_at_google_signs_in_again_on_the_same_card(
    staff: Page, database: Engine, google: Google
) -> None:
    connect_google(staff)
    before = _ids(database)
    google.withdraw_access()
    sync_now(staff, says="connect this account again")
    card = own_card(staff)
    expect(card).to_have_attribute("data-status", "needs_reauth")
    expect(card.get_by_test_id("sync-badge")).to_have_text("Sign in again")
    expect(card).to_contain_text("no longer accepts our access")
    expect(card.get_by_test_id("sync-now")).to_be_disabled()

    card.get_by_role("button", name="Sign in again").click()
    expect(staff.get_by_role("radio", checked=True)).to_have_value("staff.demo@gmail.example")
    staff.get_by_test_id("consent-allow").click()
    expect(card).to_have_attribute("data-status", "syncing")
    expect(staff.get_by_test_id("connection-card")).to_have_count(1)
    assert _ids(database) == before
    sync_now(staff, says="nothing had changed")


def test_signing_in_again_takes_no_other_account(staff: Page, database: Engine, google: Google) -> None:
    connect_google(staff)
    google.withdraw_access()
    sync_now(staff, says="connect this account again")
    own_card(staff).get_by_role("button", name="Sign in again").click()
    consent(staff, ADMIN_ACCOUNT)
    notice = staff.get_by_role("alert")
    expect(notice).to_contain_text("That was another account")
    expect(notice).to_contain_text(f"You signed in as {ADMIN_ACCOUNT}; this connection is {GOOGLE_ACCOUNT}.")
    assert "@" not in urlsplit(staff.url).query, "no account stands in an address"
    expect(staff.get_by_test_id("connection-card")).to_have_count(1)
    expect(own_card(staff)).to_have_attribute("data-status", "needs_reauth")


def _ids(database: Engine) -> list[str]:
    with database.connect() as connection:
        return list(connection.execute(text("SELECT id FROM ce_calendar_connections")).scalars())


def test_the_message_is_put_away_and_does_not_come_back(staff: Page) -> None:
    go_to_google(staff)
    staff.get_by_test_id("consent-deny").click()
    notice = staff.get_by_role("alert")
    expect(notice).to_contain_text("Nothing was connected")
    staff.get_by_role("button", name="Dismiss this message").click()
    expect(notice).to_have_count(0)
    expect(staff).to_have_url(re.compile(r"/calendar/?$"))
    staff.reload()
    expect(staff.get_by_text("No calendar is connected yet")).to_be_visible()
    expect(notice).to_have_count(0)


def test_the_screen_says_whose_client_asks_for_consent(staff: Page, installation: Installation) -> None:
    open_connections(staff)
    alert = staff.get_by_test_id("credential-alert")
    expect(alert).to_have_attribute("data-source", "platform")
    expect(alert).to_contain_text("HIPAA")
