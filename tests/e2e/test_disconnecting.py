"""The end of a connection, as it is asked for, carried out and told."""

import re

from playwright.sync_api import Locator, Page, expect
from sqlalchemy import Engine, text

from tests.e2e.conftest import SignedIn
from tests.e2e.google import Google
from tests.e2e.people import (
    GOOGLE_ACCOUNT,
    MICROSOFT_ACCOUNT,
    coming_on,
    connect_google,
    connect_microsoft,
    consent,
    disconnect,
    go_to_google,
    meetings,
    open_connections,
    own_card,
)
from tests.support.eventually import eventually


def told(page: Page, words: str) -> Locator:
    return page.get_by_test_id("told").filter(has_text=words)


def test_the_question_counts_and_the_result_is_told_live(staff: Page, google: Google) -> None:
    connect_google(staff)
    google.slow_down("oauth.revoke", 1500)
    coming = coming_on(own_card(staff))
    own_card(staff).get_by_test_id("disconnect").click()
    dialog = staff.get_by_role("alertdialog")
    expect(dialog).to_contain_text(f"{coming} coming meetings leave the timeline.")
    expect(dialog).to_contain_text(re.compile(r"\d+ past meetings stay on the timeline\."))
    dialog.get_by_role("checkbox").click()
    expect(dialog).to_contain_text(re.compile(r"\d+ past meetings leave the timeline\."))
    staff.get_by_test_id("confirm-disconnect").click()

    expect(told(staff, f"Disconnecting {GOOGLE_ACCOUNT}")).to_be_visible()
    expect(told(staff, "Our access was withdrawn at Google.")).to_be_visible()
    expect(staff.get_by_test_id("connection-card")).to_have_count(0)
    staff.goto("/ce/activity")
    staff.get_by_role("tab", name="Past").click()
    expect(meetings(staff)).to_have_count(0)


def test_the_result_waits_for_who_closed_the_page_and_goes_when_put_away(staff: Page, google: Google) -> None:
    connect_google(staff)
    disconnect(staff)
    staff.goto("/ce/contacts")
    eventually(lambda: google.counts().get("oauth.revoke"), 1)
    open_connections(staff)
    notice = told(staff, f"{GOOGLE_ACCOUNT} is disconnected")
    expect(notice).to_be_visible()
    staff.reload()
    expect(notice).to_be_visible()
    notice.get_by_role("button", name="Dismiss this message").click()
    expect(notice).to_have_count(0)
    staff.reload()
    expect(staff.get_by_text("No calendar is connected yet")).to_be_visible()
    expect(notice).to_have_count(0)


def test_access_that_was_withdrawn_before_is_told_as_that(staff: Page, google: Google) -> None:
    connect_google(staff)
    google.withdraw_access()
    disconnect(staff)
    expect(told(staff, "had been withdrawn at Google before")).to_be_visible()


def test_a_google_that_is_down_is_waited_for(staff: Page, google: Google, database: Engine) -> None:
    connect_google(staff)
    google.fail("oauth.revoke", 503)
    disconnect(staff)
    expect(told(staff, "Google cannot be reached")).to_be_visible()
    expect(meetings(staff)).to_have_count(0)
    google.heal()
    # The clockwork tries again every minute.
    expect(told(staff, "Our access was withdrawn at Google.")).to_be_visible(timeout=80_000)
    with database.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM credential_vault")).scalar_one() == 0


def test_access_that_somebody_else_lives_on_is_left_standing(staff: Page, signed_in: SignedIn) -> None:
    connect_google(staff)
    admin = signed_in("admin@demo.example")
    go_to_google(admin)
    consent(admin, GOOGLE_ACCOUNT)
    expect(own_card(admin).get_by_test_id("last-sync")).to_have_text("just now")
    disconnect(staff)
    expect(told(staff, "another connection uses the same account")).to_be_visible()


def test_an_outlook_account_is_forgotten_and_its_owner_led_to_where_they_can_end_it(staff: Page) -> None:
    connect_microsoft(staff)
    own_card(staff, MICROSOFT_ACCOUNT).get_by_test_id("disconnect").click()
    expect(staff.get_by_role("alertdialog")).to_contain_text("Microsoft lets only the person themself")
    staff.get_by_test_id("confirm-disconnect").click()
    notice = told(staff, f"{MICROSOFT_ACCOUNT} is disconnected")
    expect(notice).to_contain_text("Our access was deleted here.")
    expect(notice.get_by_role("link")).to_have_attribute("href", "https://account.live.com/consent/Manage")


def test_an_owner_reads_that_an_admin_disconnected_them(staff: Page, signed_in: SignedIn) -> None:
    connect_google(staff)
    admin = signed_in("admin@demo.example")
    open_connections(admin)
    admin.get_by_test_id("disconnect").click()
    expect(admin.get_by_role("alertdialog")).to_contain_text("of Sam Rivera")
    admin.get_by_test_id("confirm-disconnect").click()
    expect(told(admin, "(Sam Rivera)")).to_contain_text("withdrawn at Google")
    expect(told(staff, "asked for it.")).to_contain_text("withdrawn at Google")


def test_who_lost_the_permission_to_link_accounts_can_still_disconnect(staff: Page, database: Engine) -> None:
    connect_google(staff)
    _give_role(database, "viewer")
    try:
        open_connections(staff)
        for name in ("sync-now", "connect-google", "calendars"):
            expect(staff.get_by_test_id(name)).to_have_count(0)
        disconnect(staff)
        expect(told(staff, "Our access was withdrawn at Google.")).to_be_visible()
    finally:
        _give_role(database, "staff")


def _give_role(database: Engine, role: str) -> None:
    with database.begin() as connection:
        connection.execute(
            text(
                "UPDATE user_roles SET role = :role "
                "WHERE user_id = (SELECT id FROM users WHERE email = 'staff@demo.example')"
            ),
            {"role": role},
        )
