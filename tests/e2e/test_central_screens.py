"""The settings of employee calendars in every state: readable for everybody, on a desk and a phone, light and dark."""

import re
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from playwright.sync_api import Page, expect
from sqlalchemy import Engine, text

from ce_calendar.adapters.persistence.unit_of_work import unit_of_work_on
from ce_calendar.adapters.system import system_clock
from ce_calendar.domain.employees.people import Employee
from tests.e2e.central import CENTRAL_ACCOUNT, connect_central, go_to_google, open_settings, register
from tests.e2e.conftest import SignedIn
from tests.e2e.looking import LOOKS, Look, Looker
from tests.support.installation import Installation, control


def employ(database: Engine, *emails: str) -> None:
    """Employees who want a calendar."""
    with unit_of_work_on(database)() as uow:
        organization = uow.organizations.by_slug("demo")
        assert organization
        uow.employees.add(
            *(
                Employee(uuid4().hex, organization.id, f"Employee {number}", system_clock(), email=email, is_bound=True)
                for number, email in enumerate(emails, start=1)
            )
        )


def account_is(database: Engine, **values: object) -> None:
    """Put the account into a state, as it is stored."""
    names = ", ".join(f"{name} = :{name}" for name in values)
    with database.begin() as connection:
        connection.execute(text(f"UPDATE erp_central_accounts SET {names}"), values)


@LOOKS
def test_the_settings_of_employee_calendars_are_accessible_and_fit(  # noqa: PLR0917 - fixtures
    signed_in: SignedIn,
    installation: Installation,
    database: Engine,
    screenshots: Path,
    size: str,
    color_scheme: str,
) -> None:
    looker = Looker(screenshots, size=size, color_scheme=color_scheme)
    page = signed_in("dispatcher@demo.example", **looker.browser)
    _before(page, looker.look)
    _connecting(page, looker.look, installation, database)
    _in_trouble(page, looker.look, database)
    stranger = signed_in("viewer@demo.example", **looker.browser)
    stranger.goto("/settings_task/google_calendar")
    expect(stranger.get_by_test_id("forbidden")).to_be_visible()
    looker.look(stranger, "central-forbidden")
    looker.conclude()


def _before(page: Page, look: Look) -> None:
    open_settings(page)
    look(page, "central-nothing")
    page.get_by_test_id("own-client").click()
    page.get_by_test_id("save-client").click()
    expect(page.get_by_text("The client ID is missing.")).to_be_visible()
    look(page, "central-client")
    page.get_by_label("Event title").fill("{oops}")
    expect(page.get_by_label("Event title")).to_have_accessible_description(re.compile("no placeholder"))
    look(page, "central-rules-wrong")
    go_to_google(page)
    page.get_by_test_id("consent-deny").click()
    expect(page.get_by_test_id("told")).to_be_visible()
    look(page, "central-denied")


def _connecting(page: Page, look: Look, installation: Installation, database: Engine) -> None:
    register(installation.google, "test-client.apps.example", publishing="testing", test_users=[CENTRAL_ACCOUNT])
    connect_central(page)
    look(page, "central-testing")
    employ(database, "lena.fischer@gmail.example", "marcus.hill@gmail.example", "hana.weiss@gmail.example")
    control(installation.google, "quotas", calendars={"limit": 1, "seconds": 3600})
    page.get_by_test_id("integration-enabled").click()
    expect(page.get_by_role("alertdialog")).to_contain_text("3 calendars are made")
    look(page, "central-enable")
    page.get_by_test_id("confirm-integration").click()
    expect(page.get_by_test_id("integration-enabled")).to_have_attribute("aria-checked", "true")
    expect(page.get_by_test_id("creations-waiting")).to_be_visible(timeout=30_000)
    look(page, "central-limited")
    page.get_by_test_id("integration-enabled").click()
    expect(page.get_by_role("alertdialog")).to_contain_text("Nothing is deleted")
    look(page, "central-pause")
    page.get_by_role("alertdialog").get_by_role("button", name="Cancel").click()
    page.get_by_test_id("disconnect-central").click()
    expect(page.get_by_role("alertdialog")).to_contain_text("deleted at Google")
    look(page, "central-disconnect")
    page.get_by_role("alertdialog").get_by_role("button", name="Cancel").click()


def _in_trouble(page: Page, look: Look, database: Engine) -> None:
    account_is(database, last_error="api_not_enabled")
    open_settings(page)
    expect(page.get_by_test_id("central-trouble")).to_contain_text("not enabled")
    look(page, "central-api-not-enabled")
    account_is(
        database,
        status="needs_reauth",
        last_error="invalid_grant",
        consented_at=system_clock() - timedelta(days=7),
    )
    open_settings(page)
    expect(page.get_by_test_id("central-trouble")).to_contain_text("still in Testing")
    look(page, "central-testing-over")
    account_is(database, status="needs_reauth", last_error="invalid_grant", refresh_expires_at=None, checked_at=None)
    account_is(database, consented_at=system_clock() - timedelta(days=40))
    open_settings(page)
    expect(page.get_by_test_id("central-trouble")).to_contain_text("no longer accepts")
    page.get_by_test_id("disconnect-central").click()
    expect(page.get_by_role("alertdialog")).to_contain_text("nothing can be deleted there")
    look(page, "central-forget")


def test_by_keyboard_alone_the_integration_is_switched_on(signed_in: SignedIn) -> None:
    page = signed_in("dispatcher@demo.example")
    open_settings(page)
    switch = page.get_by_role("switch", name="Calendar integration")
    switch.focus()
    page.keyboard.press("Space")
    expect(switch).to_have_attribute("aria-checked", "true")
