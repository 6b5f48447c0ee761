"""Setting up the central account, as seed 003 tells it, and everything that can go wrong on the way."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, text

from tests.e2e.central import (
    CENTRAL_ACCOUNT,
    OWN_CLIENT,
    OWN_SECRET,
    SETTINGS,
    connect_central,
    consent,
    enter_own_client,
    go_to_google,
    is_ticked,
    open_settings,
    register,
)
from tests.e2e.conftest import SignedIn
from tests.e2e.google import Google
from tests.e2e.people import ADMIN_ACCOUNT, press, toast
from tests.support.installation import Installation, control


def _accounts(database: Engine) -> int:
    with database.connect() as connection:
        found: int = connection.execute(text("SELECT count(*) FROM erp_central_accounts")).scalar_one()
        return found


# -- the steps of the seed ---------------------------------------------------------------------------------------


def test_step_1_a_central_account_is_connected_and_named(dispatcher: Page) -> None:
    open_settings(dispatcher)
    is_ticked(dispatcher, 2)  # the environment has a client
    connect_central(dispatcher)
    expect(dispatcher.get_by_test_id("told")).to_contain_text(f"{CENTRAL_ACCOUNT} is connected")
    expect(dispatcher).to_have_url(re.compile(f"{SETTINGS}/?$"))
    is_ticked(dispatcher, 1, 2, 3, 4)


def test_step_2_the_client_of_an_own_project_is_entered_and_used(
    dispatcher: Page, installation: Installation, database: Engine
) -> None:
    register(
        installation.google,
        client_secret=OWN_SECRET,
        redirect_uris=[f"{installation.url}/oauth/google/callback"],
    )
    open_settings(dispatcher)
    enter_own_client(dispatcher)
    connect_central(dispatcher)
    with database.connect() as connection:
        used = connection.execute(text("SELECT client_id FROM erp_central_accounts")).scalar_one()
        kept = str(connection.execute(text("SELECT * FROM erp_central_clients")).all())
        sealed = str(connection.execute(text("SELECT * FROM credential_vault")).all())
    assert used == OWN_CLIENT
    assert OWN_SECRET not in kept + sealed
    # The account needs it, so it cannot be taken away now.
    expect(dispatcher.get_by_test_id("remove-client")).to_have_count(0)


def test_step_3_an_api_that_is_not_enabled_is_told_with_its_cure(dispatcher: Page, installation: Installation) -> None:
    register(installation.google, "test-client.apps.example", enabled=False)
    connect_central(dispatcher)
    trouble = dispatcher.get_by_test_id("central-trouble")
    expect(trouble).to_contain_text("The Google Calendar API is not enabled")
    expect(trouble).to_contain_text("Library")
    is_ticked(dispatcher, 1, 2, 4)
    register(installation.google, "test-client.apps.example", enabled=True)
    trouble.get_by_role("button", name="Check again").click()
    expect(trouble).to_have_count(0)
    is_ticked(dispatcher, 1, 2, 3, 4)


def test_step_4_the_redirect_addresses_can_be_copied_and_the_one_in_use_is_marked(
    dispatcher: Page, installation: Installation
) -> None:
    dispatcher.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_settings(dispatcher)
    addresses = dispatcher.get_by_test_id("redirect-uri")
    expect(addresses).to_have_text(
        [
            f"{installation.url}/oauth/google/callback",
            f"{installation.url}/api.php?cat=google",
            f"{installation.url}/settings_task/google_calendar",
        ]
    )
    expect(addresses.first.locator("xpath=ancestor::li")).to_contain_text("In use")
    for address in addresses.all_inner_texts():
        press(dispatcher, dispatcher.get_by_role("button", name=f"Copy {address}"))
        expect(toast(dispatcher, "Copied")).to_be_visible()
        assert dispatcher.evaluate("navigator.clipboard.readText()") == address


def test_step_4_in_testing_the_days_are_counted_and_when_they_are_over_the_cure_is_told(
    dispatcher: Page, installation: Installation
) -> None:
    register(installation.google, "test-client.apps.example", publishing="testing", test_users=[CENTRAL_ACCOUNT])
    connect_central(dispatcher)
    trouble = dispatcher.get_by_test_id("central-trouble")
    expect(trouble).to_have_attribute("data-kind", "testing")
    expect(trouble).to_contain_text("7 days of 7 left")
    expect(trouble).to_contain_text("Publish app")
    control(installation.google, "clock", advance_seconds=7 * 86_400 + 1)
    dispatcher.get_by_test_id("check-central").click()
    expect(trouble).to_have_attribute("data-kind", "testing_over")
    expect(trouble).to_contain_text("still in Testing")
    # Published and signed in again, it lasts.
    register(installation.google, "test-client.apps.example", publishing="production")
    dispatcher.get_by_test_id("connect-central").click()
    consent(dispatcher)
    expect(dispatcher.get_by_test_id("told")).to_contain_text("is connected")
    expect(trouble).to_have_count(0)


def test_step_4_a_redirect_address_that_is_not_registered_is_explained_beside_the_button(
    dispatcher: Page, installation: Installation, trouble: list[str]
) -> None:
    register(installation.google, "test-client.apps.example", redirect_uris=["https://elsewhere.example/callback"])
    go_to_google(dispatcher)
    expect(dispatcher.get_by_test_id("consent-error")).to_contain_text("redirect_uri_mismatch")
    # The browser notes that Google answered 400, as it should.
    assert all("/o/oauth2/v2/auth" in each for each in trouble)
    trouble.clear()
    open_settings(dispatcher)
    dispatcher.get_by_text("If Google refuses").click()
    help_text = dispatcher.get_by_test_id("if-google-refuses")
    expect(help_text).to_contain_text("Error 400: redirect_uri_mismatch")
    expect(help_text).to_contain_text("Authorized redirect URIs")
    expect(help_text).to_contain_text("Test users")


def test_step_5_the_integration_is_switched_on_and_off(dispatcher: Page, database: Engine) -> None:
    open_settings(dispatcher)
    switch = dispatcher.get_by_test_id("integration-enabled")
    expect(switch).to_have_attribute("aria-checked", "false")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "true")
    dispatcher.reload()
    expect(switch).to_have_attribute("aria-checked", "true")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "false")


def test_step_5_all_parameters_are_set_with_a_preview_that_follows(dispatcher: Page, database: Engine) -> None:
    open_settings(dispatcher)
    dispatcher.get_by_label("Event title").fill("{kind}: {title} ({number})")
    expect(dispatcher.get_by_test_id("preview-title")).not_to_contain_text("#")
    dispatcher.get_by_label("Calendar name").fill("Tasks of {employee}")
    expect(dispatcher.get_by_test_id("preview-calendar")).to_contain_text("Tasks of ")
    dispatcher.get_by_label("Event title").fill("{nonsense}")
    expect(dispatcher.get_by_label("Event title")).to_have_accessible_description(re.compile("no placeholder"))
    dispatcher.get_by_label("Event title").fill("{title}")
    dispatcher.get_by_label("Time zone").fill("Europe/Berlin")
    dispatcher.get_by_label("Default duration").fill("45")
    dispatcher.get_by_label("Reminders").fill("10, 60")
    dispatcher.get_by_label("First import").fill("3")
    dispatcher.get_by_label("Pace").fill("300")
    dispatcher.get_by_label("Show what is given to the employee's departments, too").click()
    dispatcher.get_by_role("radio", name="Keep the calendar").click()
    press(dispatcher, dispatcher.get_by_test_id("save-rules"))
    expect(toast(dispatcher, "Saved")).to_be_visible()
    dispatcher.reload()
    expect(dispatcher.get_by_label("Calendar name")).to_have_value("Tasks of {employee}")
    expect(dispatcher.get_by_label("Event title")).to_have_value("{title}")
    expect(dispatcher.get_by_label("Time zone")).to_have_value("Europe/Berlin")
    expect(dispatcher.get_by_label("Default duration")).to_have_value("45")
    expect(dispatcher.get_by_label("Reminders")).to_have_value("60, 10")
    expect(dispatcher.get_by_label("First import")).to_have_value("3")
    expect(dispatcher.get_by_label("Pace")).to_have_value("300")
    expect(dispatcher.get_by_label("Show what is given to the employee's departments, too")).to_be_checked()
    expect(dispatcher.get_by_role("radio", name="Keep the calendar")).to_be_checked()


# -- refusals ----------------------------------------------------------------------------------------------------


def test_who_denies_is_told_and_sees_what_helps(dispatcher: Page, database: Engine) -> None:
    go_to_google(dispatcher)
    dispatcher.get_by_test_id("consent-deny").click()
    told = dispatcher.get_by_test_id("told")
    expect(told).to_contain_text("Google did not let us in")
    expect(dispatcher.get_by_test_id("if-google-refuses")).to_have_attribute("open", "")
    assert _accounts(database) == 0
    told.get_by_role("button", name="Dismiss").click()
    expect(told).to_have_count(0)


def test_who_unticks_the_calendars_is_asked_to_leave_them_ticked(
    dispatcher: Page, database: Engine, google: Google
) -> None:
    go_to_google(dispatcher)
    dispatcher.get_by_test_id("consent-scope").and_(dispatcher.locator(":enabled")).last.uncheck()
    consent(dispatcher)
    expect(dispatcher.get_by_test_id("told")).to_contain_text("A permission was missing")
    assert _accounts(database) == 0
    assert google.counts()["oauth.revoke"] == 1, "what was granted too little is given back"


def test_another_account_is_refused_while_one_is_connected(dispatcher: Page, database: Engine) -> None:
    connect_central(dispatcher)
    dispatcher.get_by_test_id("connect-central").click()
    consent(dispatcher, ADMIN_ACCOUNT)
    expect(dispatcher.get_by_test_id("told")).to_contain_text("Disconnect it first")
    expect(dispatcher.get_by_test_id("central-account")).to_have_text(CENTRAL_ACCOUNT)
    assert _accounts(database) == 1


def test_an_answer_nobody_asked_for_connects_nothing(dispatcher: Page, database: Engine, google: Google) -> None:
    dispatcher.goto(f"{SETTINGS}?state=central.guessed&code=guessed")
    expect(dispatcher.get_by_test_id("told")).to_contain_text("could not be matched")
    assert "oauth.token" not in google.counts(), "the code is not even tried"
    assert _accounts(database) == 0


# -- the end -----------------------------------------------------------------------------------------------------


def test_disconnecting_says_what_happens_and_withdraws_the_access(
    dispatcher: Page, database: Engine, google: Google
) -> None:
    connect_central(dispatcher)
    dispatcher.get_by_test_id("disconnect-central").click()
    dialog = dispatcher.get_by_role("alertdialog")
    expect(dialog).to_contain_text("our access to the account is withdrawn")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_have_count(0)
    dispatcher.get_by_test_id("disconnect-central").click()
    dispatcher.get_by_test_id("confirm-disconnect-central").click()
    expect(dispatcher.get_by_test_id("central-account")).to_have_count(0)
    assert _accounts(database) == 0
    google.wait_for_count("oauth.revoke", 1)
    is_ticked(dispatcher, 2)


# -- who may -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("email", ["staff@demo.example", "viewer@demo.example"])
def test_who_does_not_manage_employee_calendars_cannot_open_it(signed_in: SignedIn, email: str) -> None:
    page = signed_in(email)
    page.goto(SETTINGS)
    expect(page.get_by_test_id("forbidden")).to_be_visible()
    expect(page.get_by_test_id("connect-central")).to_have_count(0)


def test_another_organization_sees_none_of_it(dispatcher: Page, signed_in: SignedIn) -> None:
    connect_central(dispatcher)
    stranger = signed_in("admin@other.example")
    open_settings(stranger)
    expect(stranger.get_by_test_id("central-account")).to_have_count(0)
    expect(stranger.get_by_text(CENTRAL_ACCOUNT)).to_have_count(0)
