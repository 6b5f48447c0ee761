"""One's own password, browsers, zone and language."""

import re

import pytest
from playwright.sync_api import Page, expect

from ce_calendar.domain.access import Role
from ce_calendar.services.directory import Directory
from tests.e2e.conftest import SignedIn
from tests.e2e.google import Google
from tests.e2e.people import connect_google, meetings, sign_in, tomorrow_at

EMAIL, PASSWORD = "pat.account@demo.example", "a-first-password"


@pytest.fixture
def pat(directory: Directory) -> str:
    """Somebody whose password no other test needs."""
    directory.add_user(organization_slug="demo", email=EMAIL, name="Pat Account", password=PASSWORD, roles={Role.STAFF})
    return EMAIL


def _change_password(page: Page, current: str, new: str, again: str) -> None:
    page.goto("/account")
    page.get_by_label("Current password").fill(current)
    page.get_by_label("New password", exact=True).fill(new)
    page.get_by_label("New password again").fill(again)
    page.get_by_role("button", name="Change password").click()


def test_a_new_password_counts_and_signs_out_the_other_browsers(pat: str, signed_in: SignedIn, page: Page) -> None:
    here, there = signed_in(pat), signed_in(pat)
    there.goto("/ce/contacts")
    expect(there.get_by_text("Maria Lopez")).to_be_visible()
    _change_password(here, PASSWORD, "a-second-password", "a-second-password")
    expect(here.get_by_text("Your password is changed")).to_be_visible()
    expect(here.get_by_label("Current password")).to_have_value("")
    there.get_by_role("searchbox").fill("maria")
    expect(there.locator("input[name=password]")).to_be_visible()
    sign_in(page, pat, "a-second-password")
    here.reload()
    expect(here.get_by_text("Pat Account")).to_be_visible()


@pytest.mark.parametrize(
    ("entered", "field", "says"),
    [
        (("not it", "a-second-password", "a-second-password"), "Current password", "wrong"),
        ((PASSWORD, "short", "short"), "New password", "10"),
        ((PASSWORD, "a-second-password", "another-password"), "New password again", "not the same"),
    ],
)
def test_a_password_that_does_not_do_is_told_at_its_field(
    pat: str, signed_in: SignedIn, entered: tuple[str, str, str], field: str, says: str
) -> None:
    page = signed_in(pat)
    _change_password(page, *entered)
    wrong = page.get_by_label(field, exact=True)
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(wrong).to_have_accessible_description(re.compile(says))


def test_other_browsers_are_listed_and_ended_one_by_one_or_all(pat: str, signed_in: SignedIn) -> None:
    here, others = signed_in(pat), [signed_in(pat) for _ in range(3)]
    for other in others:
        other.goto("/ce/contacts")
        expect(other.get_by_text("Maria Lopez")).to_be_visible()
    here.goto("/account")
    expect(here.get_by_text("This browser")).to_have_count(1)
    ends = here.get_by_role("button", name="End the session of Chrome on Linux")
    expect(ends).to_have_count(3)
    ends.first.click()
    expect(ends).to_have_count(2)
    here.get_by_role("button", name="End all others").click()
    expect(ends).to_have_count(0)
    for other in others:
        other.reload()
        expect(other.locator("input[name=password]")).to_be_visible()
    here.reload()
    expect(here.get_by_text("This browser")).to_be_visible()


def test_a_chosen_zone_and_language_stay_whatever_the_next_browser_says(signed_in: SignedIn, google: Google) -> None:
    google.add("At eleven in Berlin", tomorrow_at(11), "maria.lopez@riverside.example")
    page = signed_in("staff@demo.example")
    connect_google(page)
    page.goto("/account")
    page.get_by_label("Time zone").fill("Asia/Tokyo")
    page.get_by_label("Language of dates").select_option("en-US")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.", exact=False)).to_be_visible()
    elsewhere = signed_in("staff@demo.example", locale="de-DE", timezone_id="America/New_York")
    for reader in (page, elsewhere):
        reader.goto("/ce/activity")
        expect(meetings(reader, "At eleven in Berlin")).to_contain_text(re.compile(r"[67]:00\s?PM"))
    elsewhere.goto("/account")
    expect(elsewhere.get_by_label("Time zone")).to_have_value("Asia/Tokyo")
    expect(elsewhere.get_by_label("Language of dates")).to_have_value("en-US")


def test_a_zone_that_does_not_exist_is_refused(staff: Page) -> None:
    staff.goto("/account")
    expect(staff.get_by_label("Time zone")).to_have_value("Europe/Berlin")  # as the browser said just now
    staff.get_by_label("Time zone").fill("Middle/Earth")
    staff.get_by_role("button", name="Save").click()
    expect(staff.get_by_text("There is no such time zone.")).to_be_visible()
    staff.reload()
    expect(staff.get_by_label("Time zone")).to_have_value("Europe/Berlin")
