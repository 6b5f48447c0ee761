"""The module's settings: who may open them, what they say, and that Google is asked as often as they say."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import Engine, text

from tests.e2e.conftest import SignedIn
from tests.e2e.google import Google
from tests.e2e.people import connect_google, follow, open_connections, press, toast
from tests.support.eventually import eventually

SETTINGS = "/ce/settings/module"


def open_settings(page: Page) -> Locator:
    """The field, as soon as it stands there."""
    page.goto(SETTINGS)
    interval = page.get_by_label("Poll interval")
    expect(interval).to_be_visible()
    return interval


def save(page: Page, minutes: str) -> None:
    page.get_by_label("Poll interval").fill(minutes)
    press(page, page.get_by_role("button", name="Save"))


@pytest.fixture
def admin(signed_in: SignedIn) -> Page:
    return signed_in("admin@demo.example")


# -- the screen --------------------------------------------------------------------------------------------------


def test_the_interval_is_found_by_the_navigation_and_stays_as_it_is_set(admin: Page) -> None:
    open_connections(admin)
    follow(admin, "Module settings")
    expect(admin).to_have_title("Module settings · ce_calendar")
    expect(admin.get_by_label("Poll interval")).to_have_value("15")
    save(admin, "20")
    expect(toast(admin, "every 20 minutes from now on")).to_be_visible()
    admin.reload()
    expect(admin.get_by_label("Poll interval")).to_have_value("20")


def test_only_what_has_an_effect_is_shown(admin: Page) -> None:
    open_settings(admin)
    expect(admin.get_by_role("main").get_by_role("textbox")).to_have_count(0)
    expect(admin.get_by_role("main").get_by_role("spinbutton")).to_have_count(1)


@pytest.mark.parametrize(
    ("entered", "says"), [("4", "from 5 to 60"), ("61", "from 5 to 60"), ("", "whole number"), ("7.5", "whole number")]
)
def test_what_will_not_do_is_told_at_the_field(admin: Page, entered: str, says: str) -> None:
    interval = open_settings(admin)
    expect(interval).to_have_attribute("aria-invalid", "false")
    save(admin, entered)
    expect(interval).to_have_attribute("aria-invalid", "true")
    expect(interval).to_have_accessible_description(re.compile(says))
    expect(interval).to_have_value(entered)
    interval.fill("30")
    expect(interval).to_have_attribute("aria-invalid", "false")
    admin.reload()
    expect(interval).to_have_value("15")


def test_what_is_not_saved_says_so_and_can_be_discarded(admin: Page) -> None:
    interval = open_settings(admin)
    expect(admin.get_by_text("Not saved")).to_have_count(0)
    interval.fill("40")
    expect(admin.get_by_text("Not saved yet. It is still 15 minutes.")).to_be_visible()
    admin.get_by_role("button", name="Discard").click()
    expect(interval).to_have_value("15")
    expect(admin.get_by_text("Not saved")).to_have_count(0)
    interval.fill("40")
    follow(admin, "Contacts")
    follow(admin, "Module settings")
    expect(interval).to_have_value("15")


def press_slowly(page: Page, button: Locator) -> None:
    """The field loses the keyboard when the finger goes down, and the page has followed before it comes up."""
    box = button.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 4)
    page.mouse.down()
    expect(page.get_by_role("button", name="Discard")).to_be_visible()
    expect(page.get_by_label("Poll interval")).to_have_attribute("aria-invalid", "false")
    page.wait_for_timeout(200)
    page.mouse.up()


def test_save_stays_under_the_finger_that_presses_it_right_after_typing(admin: Page) -> None:
    interval = open_settings(admin)
    button = admin.get_by_role("button", name="Save")
    interval.fill("20")
    press_slowly(admin, button)
    expect(toast(admin, "every 20 minutes")).to_be_visible()
    save(admin, "4")
    expect(interval).to_have_attribute("aria-invalid", "true")
    interval.fill("25")
    press_slowly(admin, button)
    expect(toast(admin, "every 25 minutes")).to_be_visible()


def test_what_another_admin_sets_shows_without_a_reload(admin: Page, signed_in: SignedIn) -> None:
    colleague = signed_in("admin@demo.example")
    there = open_settings(colleague)
    open_settings(admin)
    save(admin, "20")
    expect(there).to_have_value("20")
    there.fill("45")
    expect(colleague.get_by_text("It is still 20 minutes")).to_be_visible()
    save(admin, "10")
    expect(colleague.get_by_text("Meanwhile somebody set it to 10 minutes")).to_be_visible()
    expect(there).to_have_value("45")
    press(colleague, colleague.get_by_role("button", name="Save"))
    expect(toast(colleague, "every 45 minutes")).to_be_visible()
    expect(admin.get_by_label("Poll interval")).to_have_value("45")


def test_another_organization_keeps_its_own(admin: Page, signed_in: SignedIn) -> None:
    open_settings(admin)
    save(admin, "20")
    expect(toast(admin, "every 20 minutes")).to_be_visible()
    expect(open_settings(signed_in("admin@other.example"))).to_have_value("15")


@pytest.mark.parametrize("who", ["staff", "viewer", "dispatcher"])
def test_who_does_not_manage_finds_no_way_there_and_no_settings(admin: Page, signed_in: SignedIn, who: str) -> None:
    page = signed_in(f"{who}@demo.example")
    page.goto(SETTINGS)
    expect(page.get_by_test_id("forbidden")).to_be_visible()
    expect(page.get_by_label("Poll interval")).to_have_count(0)
    expect(page.get_by_role("link", name="Module settings")).to_have_count(0)
    open_settings(admin)
    expect(admin.get_by_role("link", name="Module settings")).to_be_visible()  # so that the line above could fail


def test_somebody_signed_out_is_led_to_the_sign_in(page: Page) -> None:
    page.goto(SETTINGS)
    expect(page.locator("input[name=password]")).to_be_visible()


def test_it_works_by_keyboard_alone(admin: Page) -> None:
    interval = open_settings(admin)
    interval.focus()
    admin.keyboard.press("ControlOrMeta+a")
    admin.keyboard.type("25")
    admin.keyboard.press("Enter")
    expect(toast(admin, "every 25 minutes")).to_be_visible()
    expect(interval).to_be_focused()


# -- the interval is obeyed at once ------------------------------------------------------------------------------


def due_in(database: Engine) -> timedelta:
    with database.connect() as connection:
        found = connection.execute(text("SELECT next_sync_at FROM ce_calendar_connections")).scalar_one()
    return datetime.fromisoformat(found).replace(tzinfo=UTC) - datetime.now(UTC)


def plan(database: Engine, wait: timedelta) -> None:
    """As if the last sync had been long ago: tests have no quarter of an hour."""
    moment = (datetime.now(UTC) + wait).replace(tzinfo=None).isoformat(sep=" ")
    with database.begin() as connection:
        connection.execute(text("UPDATE ce_calendar_connections SET next_sync_at = :due_at"), {"due_at": moment})


def test_a_shorter_interval_has_google_asked_sooner(admin: Page, staff: Page, google: Google, database: Engine) -> None:
    connect_google(staff)
    open_settings(admin)
    save(admin, "60")
    expect(toast(admin, "every 60 minutes")).to_be_visible()
    assert timedelta(minutes=50) < due_in(database) < timedelta(minutes=60)
    plan(database, timedelta(seconds=36))
    mark = google.requests_so_far()
    save(admin, "5")
    expect(toast(admin, "every 5 minutes")).to_be_visible()
    assert due_in(database) < timedelta(seconds=3)
    # The clockwork looks every 20 seconds.
    google.wait_for_count("events.list", 2, since=mark, seconds=35)
    eventually(lambda: timedelta(minutes=4) < due_in(database) < timedelta(minutes=5), expected=True)


def test_a_longer_interval_has_google_left_alone(admin: Page, staff: Page, google: Google, database: Engine) -> None:
    connect_google(staff)
    open_settings(admin)
    save(admin, "5")
    expect(toast(admin, "every 5 minutes")).to_be_visible()
    plan(database, timedelta(seconds=5))
    mark = google.requests_so_far()
    save(admin, "60")
    expect(toast(admin, "every 60 minutes")).to_be_visible()
    assert timedelta(seconds=40) < due_in(database) < timedelta(seconds=60)
    admin.wait_for_timeout(26_000)  # more than a tick after the moment it was due before
    assert google.counts(since=mark) == {}
