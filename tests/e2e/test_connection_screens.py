"""Every state of the connections screen, judged and pictured as the other screens are."""

from pathlib import Path

from playwright.sync_api import Locator, Page, expect
from sqlalchemy import Engine, text

from ce_calendar.adapters.persistence.unit_of_work import unit_of_work_on
from tests.e2e.conftest import SignedIn
from tests.e2e.google import Google
from tests.e2e.looking import LOOKS, Look, Looker
from tests.e2e.people import (
    ADMIN_ACCOUNT,
    GOOGLE_ACCOUNT,
    MICROSOFT_ACCOUNT,
    connect_google,
    connect_microsoft,
    consent,
    go_to_google,
    open_calendars,
    open_connections,
    own_card,
    sync_now,
)
from tests.support.many import add_many_connections


@LOOKS
def test_every_state_of_the_cards_is_accessible_and_fits(  # noqa: PLR0917 - fixtures
    signed_in: SignedIn,
    google: Google,
    microsoft: Google,
    database: Engine,
    screenshots: Path,
    size: str,
    color_scheme: str,
) -> None:
    looker = Looker(screenshots, size=size, color_scheme=color_scheme)
    staff = signed_in("staff@demo.example", **looker.browser)
    _first_sync(staff, google, looker.look)
    _dialogs(staff, google, looker.look)
    admin = signed_in("admin@demo.example", **looker.browser)
    _trouble(staff, admin, google, looker.look)
    _endings(staff, google, looker.look)
    _many(staff, database, looker.look)
    looker.conclude()


def told(page: Page, words: str) -> Locator:
    return page.get_by_test_id("told").filter(has_text=words)


def _first_sync(page: Page, google: Google, look: Look) -> None:
    google.slow_down("events.list", 4000)
    go_to_google(page)
    consent(page)
    expect(told(page, "being read")).to_be_visible()
    look(page, "cards-first-sync")
    google.heal()
    expect(told(page, "on the timeline")).to_be_visible(timeout=30_000)
    look(page, "cards-first-sync-done")
    connect_microsoft(page)
    open_connections(page)
    expect(page.get_by_test_id("connection-card")).to_have_count(2)
    look(page, "cards-both")


def _dialogs(page: Page, google: Google, look: Look) -> None:
    own_card(page).get_by_role("button", name="exact time").click()
    expect(page.get_by_text("Next:")).to_be_visible()
    look(page, "cards-last-sync")
    page.keyboard.press("Escape")
    own_card(page).get_by_test_id("privacy").click()
    page.get_by_role("radio", name="Busy time only").click()
    expect(page.get_by_role("radio", name="Busy time only")).to_be_checked()
    look(page, "privacy-busy")
    page.keyboard.press("Escape")
    own_card(page).get_by_test_id("disconnect").click()
    page.get_by_role("alertdialog").get_by_role("checkbox").click()
    expect(page.get_by_role("alertdialog").get_by_role("checkbox")).to_be_checked()
    look(page, "disconnect-with-past")
    page.keyboard.press("Escape")
    own_card(page, MICROSOFT_ACCOUNT).get_by_test_id("disconnect").click()
    expect(page.get_by_role("alertdialog")).to_contain_text(MICROSOFT_ACCOUNT)
    look(page, "disconnect-microsoft")
    page.keyboard.press("Escape")
    dialog = open_calendars(page)
    expect(dialog.get_by_role("checkbox", disabled=True)).to_have_count(2)
    look(page, "calendars")
    page.keyboard.press("Escape")
    google.fail("calendarList.list", 503)
    dialog = open_calendars(page)
    expect(dialog.get_by_text("as we last saw it")).to_be_visible()
    for name in (GOOGLE_ACCOUNT, "Community outreach"):
        dialog.get_by_role("checkbox", name=name).click()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    look(page, "calendars-refused")
    google.heal()
    page.keyboard.press("Escape")


def _trouble(page: Page, admin: Page, google: Google, look: Look) -> None:
    google.fail("events.list", 429, retry_after=600)
    sync_now(page, says="could not be read just now")
    expect(own_card(page)).to_contain_text("Google can be asked again")
    look(page, "cards-asked-to-wait")
    google.heal()
    google.withdraw_access()
    open_connections(admin)
    own = admin.get_by_test_id("connection-card").filter(has_text=GOOGLE_ACCOUNT)
    own.get_by_test_id("privacy").click()
    expect(admin.get_by_role("dialog")).to_contain_text("Only Sam Rivera can let others see more")
    look(admin, "privacy-of-somebody-else")
    admin.keyboard.press("Escape")


def _endings(page: Page, google: Google, look: Look) -> None:
    for account in (GOOGLE_ACCOUNT, MICROSOFT_ACCOUNT):
        open_connections(page)
        own_card(page, account).get_by_test_id("disconnect").click()
        page.get_by_test_id("confirm-disconnect").click()
        expect(told(page, f"{account} is disconnected")).to_be_visible()
    look(page, "endings")
    connect_google(page, ADMIN_ACCOUNT)
    google.fail("oauth.revoke", 503)
    own_card(page, ADMIN_ACCOUNT).get_by_test_id("disconnect").click()
    page.get_by_test_id("confirm-disconnect").click()
    expect(told(page, "cannot be reached")).to_be_visible()
    look(page, "ending-waits")
    google.heal()


def _many(page: Page, database: Engine, look: Look) -> None:
    with database.connect() as connection:
        organization_id = connection.execute(text("SELECT id FROM organizations WHERE slug = 'demo'")).scalar_one()
    add_many_connections(unit_of_work_on(database), organization_id, 60)
    open_connections(page)
    expect(page.get_by_test_id("connection-card")).to_have_count(20)
    look(page, "cards-many")
    page.get_by_role("button", name="Needs attention (3)").click()
    expect(page.get_by_test_id("connection-card")).to_have_count(3)
    look(page, "cards-attention")
    page.get_by_role("searchbox", name="Search people and accounts").fill("nobody at all")
    expect(page.get_by_role("heading", name="Nothing needs attention")).to_be_visible()
    look(page, "cards-none-found")
