"""What a dispatcher does with the central account in the browser, in their words."""

from playwright.sync_api import Locator, Page, expect

from tests.support.installation import control

SETTINGS = "/settings_task/google_calendar"
CENTRAL_ACCOUNT = "erp.central@gmail.example"
OWN_CLIENT = "own-client.apps.googleusercontent.com"
OWN_SECRET = "own-secret-of-the-tests"


def open_settings(page: Page) -> None:
    """The settings screen, as soon as it is filled."""
    page.goto(SETTINGS)
    expect(page.get_by_test_id("integration-enabled")).to_be_visible()


def go_to_google(page: Page) -> None:
    """From the settings screen to Google's consent page."""
    open_settings(page)
    page.get_by_test_id("connect-central").click()


def consent(page: Page, account: str = CENTRAL_ACCOUNT) -> None:
    """Choose the account on Google's page and allow everything."""
    page.get_by_test_id("consent-account").filter(has_text=account).click()
    page.get_by_test_id("consent-allow").click()


def connect_central(page: Page, account: str = CENTRAL_ACCOUNT) -> None:
    """From the settings screen through Google's consent page and back."""
    go_to_google(page)
    consent(page, account)
    expect(page.get_by_test_id("central-account")).to_have_text(account)


def step(page: Page, number: int) -> Locator:
    """One of the seven steps of setting up."""
    return page.get_by_test_id("setup-step").nth(number - 1)


def is_ticked(page: Page, *numbers: int) -> None:
    """Just these steps are done."""
    for number in range(1, 8):
        expect(step(page, number)).to_have_attribute("data-done", "yes" if number in numbers else "no")


def enter_own_client(page: Page, client_id: str = OWN_CLIENT, secret: str = OWN_SECRET) -> None:
    """In the form of the OAuth client."""
    page.get_by_test_id("own-client").click()
    page.get_by_label("Client ID").fill(client_id)
    page.get_by_label("Client secret").fill(secret)
    page.get_by_test_id("save-client").click()
    expect(page.get_by_test_id("client-id")).to_have_text(client_id)


def register(google: str, client_id: str = OWN_CLIENT, **more: object) -> None:
    """In the Google Cloud console, so to speak."""
    control(google, "clients", client_id=client_id, **more)
