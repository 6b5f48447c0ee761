"""Signing in and out, and how sessions end."""

import re
from collections.abc import Callable
from uuid import uuid4

import httpx
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import Engine, text

from tests.e2e.conftest import SignedIn
from tests.e2e.people import follow, meetings, sign_in, sign_out, try_to_sign_in
from tests.support.installation import Installation

WRONG = "That email and password do not belong together"


def test_a_wrong_password_and_an_unknown_email_are_told_in_the_same_words(page: Page) -> None:
    page.goto("/login")
    for email in ("staff@demo.example", "nobody@demo.example"):
        try_to_sign_in(page, email, "not the password")
        expect(page.get_by_role("alert")).to_contain_text(WRONG)
        expect(page.locator("input[name=password]")).to_have_value("")
    try_to_sign_in(page, "staff@demo.example", "demo-password")
    expect(page.get_by_test_id("user-menu")).to_be_visible()


def test_too_many_attempts_are_told_when_to_try_again(page: Page, installation: Installation) -> None:
    # Counted in the application's memory, so nobody else may use this address.
    email = f"{uuid4().hex}@demo.example"
    for _ in range(10):
        httpx.post(f"{installation.url}/login", data={"email": email, "password": "guess"})
    page.goto("/login")
    try_to_sign_in(page, email, "guess")
    expect(page.get_by_role("alert")).to_contain_text("too many attempts")
    expect(page.get_by_role("alert")).to_contain_text(re.compile(r"in 1\d minutes"))
    try_to_sign_in(page, "staff@demo.example", "demo-password")
    expect(page.get_by_test_id("user-menu")).to_be_visible()


def test_signing_in_works_before_any_script_has_run(new_context: Callable[..., BrowserContext]) -> None:
    page = new_context(java_script_enabled=False).new_page()
    page.goto("/login")
    page.locator("input[name=email]").fill("staff@demo.example")
    page.locator("input[name=password]").fill("demo-password")
    page.locator("button[type=submit]").click()
    assert [cookie["name"] for cookie in page.context.cookies()] == ["ce_session"]


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(page: Page) -> None:
    sign_in(page, "staff@demo.example")
    [cookie] = [each for each in page.context.cookies() if each["name"] == "ce_session"]
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Lax", "/")
    assert "ce_session" not in page.evaluate("document.cookie")
    assert page.evaluate("Object.values({...localStorage, ...sessionStorage}).join()").count(cookie["value"]) == 0


def test_who_is_signed_in_does_not_see_the_sign_in_page(staff: Page) -> None:
    staff.goto("/login")
    expect(staff.get_by_role("heading", level=1, name="Activity")).to_be_visible()


def test_after_signing_out_the_back_button_shows_nothing(staff: Page) -> None:
    staff.goto("/ce/contacts")
    expect(staff.get_by_text("Maria Lopez")).to_be_visible()
    sign_out(staff)
    staff.go_back()
    expect(staff.locator("input[name=password]")).to_be_visible()
    expect(staff.get_by_text("Maria Lopez")).to_have_count(0)


def test_signing_out_in_one_tab_leaves_no_data_in_the_other_once_it_is_touched(staff: Page) -> None:
    other = staff.context.new_page()
    other.goto("/ce/contacts")
    expect(other.get_by_text("Maria Lopez")).to_be_visible()
    staff.goto("/ce/contacts")
    sign_out(staff)
    other.get_by_role("searchbox", name="Search contacts").fill("maria")
    expect(other.locator("input[name=password]")).to_be_visible()
    expect(other.get_by_text("Maria Lopez")).to_have_count(0)


def test_a_session_that_ended_elsewhere_leads_to_the_sign_in_page_by_the_navigation_too(
    staff: Page, database: Engine
) -> None:
    staff.goto("/ce/contacts")
    # The answer comes after all that the page asks by itself when it opens.
    staff.get_by_role("searchbox", name="Search contacts").fill("lopez")
    expect(staff.get_by_test_id("contact-row")).to_have_count(1)
    with database.begin() as connection:
        connection.execute(text("DELETE FROM sessions"))
    staff.get_by_role("navigation", name="Main").get_by_role("link", name="Calendar connections").click()
    expect(staff.locator("input[name=password]")).to_be_visible()


def test_the_next_person_in_the_same_tab_sees_nothing_of_the_one_before(page: Page, installation: Installation) -> None:
    sign_in(page, "staff@demo.example")
    follow(page, "Contacts")
    expect(page.get_by_text("Maria Lopez")).to_be_visible()
    sign_out(page)
    sign_in(page, "admin@other.example")
    follow(page, "Contacts")
    expect(page.get_by_text("No contacts yet")).to_be_visible()
    expect(page.get_by_text("Maria Lopez")).to_have_count(0)
    expect(page.get_by_text("Northern Valley Clinic")).to_be_visible()


def test_two_people_in_two_browsers_stay_apart(signed_in: SignedIn) -> None:
    staff, stranger = signed_in("staff@demo.example"), signed_in("admin@other.example")
    for page in (staff, stranger):
        page.goto("/ce/contacts")
    expect(staff.get_by_text("Lakeside Health Partners")).to_be_visible()
    expect(stranger.get_by_text("Northern Valley Clinic")).to_be_visible()
    expect(staff.get_by_test_id("contact-row")).to_have_count(6)
    expect(stranger.get_by_test_id("contact-row")).to_have_count(0)
    expect(meetings(stranger)).to_have_count(0)


def test_an_idle_session_has_to_sign_in_again(staff: Page, database: Engine) -> None:
    staff.goto("/ce/contacts")
    expect(staff.get_by_text("Maria Lopez")).to_be_visible()
    with database.begin() as connection:
        connection.execute(text("UPDATE sessions SET last_seen_at = '2020-01-01 00:00:00'"))
    staff.reload()
    expect(staff.locator("input[name=password]")).to_be_visible()
