"""What people do in the browser, in their words."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import Locator, Page, expect

from ce_calendar.commands.demo_data import DEMO_PASSWORD

GOOGLE_ACCOUNT = "staff.demo@gmail.example"
ADMIN_ACCOUNT = "admin.demo@gmail.example"
MICROSOFT_ACCOUNT = "staff.demo@outlook.example"
BERLIN = ZoneInfo("Europe/Berlin")
"""The zone of the tests' browsers."""

JUST_NOW = re.compile(r"^(just now|vor \d+ Sekunden?)$")
"""As English and German readers see it."""

WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}


def sign_in(page: Page, email: str, password: str = DEMO_PASSWORD) -> None:
    """Through the form on /login."""
    page.goto("/login")
    try_to_sign_in(page, email, password)
    expect(page.get_by_test_id("user-menu")).to_be_visible()


def try_to_sign_in(page: Page, email: str, password: str) -> None:
    """Fill the form and send it, whatever comes of it."""
    page.locator("input[name=email]").fill(email)
    page.locator("input[name=password]").fill(password)
    page.locator("button[type=submit]").click()


def sign_out(page: Page) -> None:
    """Through the user menu."""
    page.get_by_test_id("user-menu").click()
    page.get_by_test_id("sign-out").click()
    expect(page.locator("input[name=password]")).to_be_visible()


def follow(page: Page, name: str) -> None:
    """To a page by the navigation, which is a drawer on a phone."""
    drawer = page.get_by_role("button", name="Open navigation")
    if drawer.is_visible():
        drawer.click()
    page.get_by_role("navigation", name="Main").get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()


def open_connections(page: Page) -> None:
    """The settings screen."""
    page.goto("/ce/settings/calendar")


def go_to_google(page: Page) -> None:
    """From the settings screen to Google's consent page."""
    open_connections(page)
    page.get_by_test_id("connect-google").click()
    expect(page.get_by_test_id("consent-allow")).to_be_visible()


def consent(page: Page, account: str = GOOGLE_ACCOUNT) -> None:
    """Choose the account on Google's page and allow everything."""
    page.get_by_test_id("consent-account").filter(has_text=account).click()
    page.get_by_test_id("consent-allow").click()


def connect_google(page: Page, account: str = GOOGLE_ACCOUNT) -> None:
    """From the settings screen through Google's consent page and back, until the first sync is done."""
    go_to_google(page)
    consent(page, account)
    expect(own_card(page, account).get_by_test_id("last-sync")).to_have_text(JUST_NOW)
    expect(own_card(page, account).get_by_test_id("sync-now")).to_be_enabled()


def connect_microsoft(page: Page, account: str = MICROSOFT_ACCOUNT) -> None:
    """The same through Microsoft's."""
    open_connections(page)
    page.get_by_test_id("connect-microsoft").click()
    consent(page, account)
    expect(own_card(page, account).get_by_test_id("last-sync")).to_have_text(JUST_NOW)
    expect(own_card(page, account).get_by_test_id("sync-now")).to_be_enabled()


def own_card(page: Page, account: str = GOOGLE_ACCOUNT) -> Locator:
    """The card of one's own connection."""
    return page.locator('[data-testid=connection-card][data-owner="self"]').filter(has_text=account)


def coming_on(card: Locator) -> int:
    """How many coming meetings a card counts: the hour of the day decides, for demo meetings of today pass."""
    words = card.get_by_text(re.compile(r"^\d+ coming meetings?$")).inner_text()
    return int(words.split()[0])


def toast(page: Page, words: str) -> Locator:
    """A message that appeared since the last `press`."""
    return page.locator("[data-sonner-toast]:not([data-seen])").filter(has_text=words)


def press(page: Page, button: Locator) -> None:
    """Click, and tell the messages that come of it from those that are still there."""
    page.evaluate("document.querySelectorAll('[data-sonner-toast]').forEach(each => each.dataset.seen = 'yes')")
    button.click()


def sync_now(page: Page, account: str = GOOGLE_ACCOUNT, *, says: str = "Synced") -> None:
    """Press the button and wait for the end of the run."""
    button = own_card(page, account).get_by_test_id("sync-now")
    expect(button).to_be_enabled()
    press(page, button)
    expect(toast(page, says)).to_be_visible()


def disconnect(page: Page, account: str = GOOGLE_ACCOUNT, *, with_past: bool = False) -> None:
    """With the confirmation."""
    # A message under the mouse would stay, and on a phone it lies over the buttons.
    page.mouse.move(0, 0)
    own_card(page, account).get_by_test_id("disconnect").click()
    dialog = page.get_by_role("alertdialog")
    if with_past:
        dialog.get_by_role("checkbox").click()
        expect(dialog.get_by_role("checkbox")).to_be_checked()
    page.get_by_test_id("confirm-disconnect").click()
    expect(dialog).to_have_count(0)
    expect(own_card(page, account)).to_have_count(0)


def choose_privacy(page: Page, level: str, account: str = GOOGLE_ACCOUNT) -> None:
    """In its dialog."""
    own_card(page, account).get_by_test_id("privacy").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("radio", name=level).click()
    expect(dialog.get_by_role("radio", name=level)).to_be_checked()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    expect(own_card(page, account).get_by_test_id("privacy")).to_contain_text(level)


def open_calendars(page: Page, account: str = GOOGLE_ACCOUNT) -> Locator:
    """The dialog with the account's calendars, listed."""
    own_card(page, account).get_by_test_id("calendars").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("checkbox").first).to_be_visible()
    return dialog


def add_contact(page: Page, name: str, email: str, company: str = "") -> None:
    """On the contacts screen, in its dialog."""
    page.get_by_role("button", name="Add contact").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_role("textbox", name="Email", exact=True).fill(email)
    dialog.get_by_label("Company").fill(company)
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)


def meetings(page: Page, words: str = "") -> Locator:
    """Lines of the timeline."""
    return page.get_by_test_id("activity-row").filter(has_text=words)


def tomorrow_at(hour: int, zone: ZoneInfo = BERLIN) -> datetime:
    """A moment that is always coming."""
    return (datetime.now(UTC).astimezone(zone) + timedelta(days=1)).replace(
        hour=hour, minute=0, second=0, microsecond=0
    )
