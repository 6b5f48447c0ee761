"""The activity timeline: days, filters, pages, and everything that appears on it by itself."""

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from ce_calendar.services.directory import Directory
from tests.e2e.conftest import SignedIn
from tests.e2e.google import Google
from tests.e2e.people import GOOGLE_ACCOUNT, add_contact, connect_google, disconnect, meetings, open_connections
from tests.support.installation import Installation, control

WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "de": ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
}


def test_past_and_coming_are_two_lists_and_today_says_so(staff: Page, google: Google) -> None:
    soon = datetime.now(UTC) + timedelta(minutes=3)
    google.add("Very soon", soon, "maria.lopez@riverside.example")
    connect_google(staff)
    staff.goto("/ce/activity")
    expect(staff.get_by_role("heading", level=2).first).to_contain_text("Today")
    expect(meetings(staff, "Very soon")).to_be_visible()
    staff.get_by_role("tab", name="Past").click()
    expect(meetings(staff, "Clinic tour for volunteers").first).to_be_visible()
    expect(meetings(staff, "Very soon")).to_have_count(0)


def test_one_contacts_meetings_can_be_looked_at_alone(staff: Page) -> None:
    connect_google(staff)
    staff.goto("/ce/activity")
    staff.get_by_role("button", name="Filter by contact").click()
    staff.get_by_role("searchbox", name="Search contacts").fill("baker")
    staff.get_by_role("button", name="Tom Baker tom.baker@").click()
    expect(staff.get_by_role("button", name="Filter by contact")).to_contain_text("Tom Baker")
    expect(meetings(staff, "Maria Lopez")).to_have_count(0)
    expect(meetings(staff, "Tom Baker").first).to_be_visible()
    staff.get_by_role("button", name="Show all contacts").click()
    expect(meetings(staff, "Maria Lopez").first).to_be_visible()


def test_a_contact_without_meetings_says_so_and_leads_back(staff: Page) -> None:
    connect_google(staff)
    staff.goto("/ce/contacts")
    add_contact(staff, "Never Met", "never.met@nowhere.example")
    staff.goto("/ce/activity")
    staff.get_by_role("button", name="Filter by contact").click()
    staff.get_by_role("button", name="Never Met").click()
    expect(staff.get_by_text("No meetings with this contact here")).to_be_visible()
    staff.get_by_role("main").get_by_role("button", name="Show all contacts").last.click()
    expect(meetings(staff).first).to_be_visible()


@pytest.mark.parametrize(
    ("locale", "zone", "clock"),
    [
        ("en-GB", "Europe/Berlin", "%H:%M"),
        ("de-DE", "Asia/Tokyo", "%H:%M"),
        ("en-US", "America/New_York", "%-I:%M"),
    ],
)
def test_days_and_times_are_those_of_the_readers_browser(
    signed_in: SignedIn, installation: Installation, locale: str, zone: str, clock: str
) -> None:
    # 20:00 in UTC is the next day in Tokyo.
    start = (datetime.now(UTC) + timedelta(days=4)).replace(hour=20, minute=0, second=0, microsecond=0)
    event = {
        "summary": "Over there",
        "start": {"dateTime": start.isoformat()},
        "end": {"dateTime": (start + timedelta(hours=1)).isoformat()},
        "attendees": [{"email": "maria.lopez@riverside.example"}],
    }
    control(installation.google, "accounts", email=GOOGLE_ACCOUNT, events=[event])
    reader = signed_in("staff@demo.example", locale=locale, timezone_id=zone)
    connect_google(reader)
    reader.goto("/ce/activity")
    row = meetings(reader, "Over there")
    there = start.astimezone(ZoneInfo(zone))
    expect(row).to_contain_text(there.strftime(clock))
    row.get_by_role("button").click()
    dialog = reader.get_by_role("dialog")
    expect(dialog).to_contain_text(WEEKDAYS[locale[:2]][there.weekday()])
    expect(dialog).to_contain_text(str(there.day))


def test_disconnecting_takes_coming_meetings_and_leaves_past_ones(staff: Page, google: Google) -> None:
    connect_google(staff)
    staff.get_by_test_id("disconnect").click()
    dialog = staff.get_by_role("alertdialog")
    expect(dialog).to_contain_text("coming meetings")
    expect(dialog).to_contain_text("past meetings stay")
    staff.keyboard.press("Escape")
    disconnect(staff)
    google.wait_for_count("oauth.revoke", 1)
    staff.goto("/ce/activity")
    expect(meetings(staff)).to_have_count(0)
    staff.get_by_role("tab", name="Past").click()
    expect(meetings(staff, "Clinic tour for volunteers").first).to_be_visible()


def test_disconnecting_with_the_tick_takes_past_meetings_too(staff: Page) -> None:
    connect_google(staff)
    disconnect(staff, with_past=True)
    staff.goto("/ce/activity")
    staff.get_by_role("tab", name="Past").click()
    expect(staff.get_by_text("Connect a calendar first")).to_be_visible()
    expect(meetings(staff)).to_have_count(0)


def test_two_thousand_meetings_and_three_hundred_contacts_come_in_pages_and_quickly(
    staff: Page, directory: Directory, installation: Installation
) -> None:
    contacts = [(f"Contact {n:03}", f"contact{n:03}@many.example", "Many") for n in range(300)]
    directory.add_contacts(organization_slug="demo", contacts=contacts)
    first = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    events = [
        {
            "summary": f"Meeting {n:04}",
            "start": {"dateTime": (first + timedelta(hours=n)).isoformat()},
            "end": {"dateTime": (first + timedelta(hours=n, minutes=45)).isoformat()},
            "attendees": [{"email": f"contact{n % 300:03}@many.example"}],
        }
        for n in range(2000)
    ]
    control(installation.google, "accounts", email="busy@gmail.example", events=events)
    connect_google(staff, "busy@gmail.example")
    open_connections(staff)
    expect(staff.get_by_test_id("connection-card")).to_contain_text("2,000 coming meetings")

    begun = time.monotonic()
    staff.goto("/ce/activity")
    expect(meetings(staff)).to_have_count(50)
    expect(staff.get_by_text("1–50 of 2,000")).to_be_visible()  # noqa: RUF001 - as it stands there
    assert time.monotonic() - begun < 5
    begun = time.monotonic()
    staff.get_by_role("button", name="Next").click()
    expect(staff.get_by_text("51–100 of 2,000")).to_be_visible()  # noqa: RUF001 - as it stands there
    expect(meetings(staff, "Meeting 0050")).to_be_visible()
    assert time.monotonic() - begun < 3
    staff.get_by_role("button", name="Previous").click()
    expect(meetings(staff, "Meeting 0000")).to_be_visible()

    staff.goto("/ce/contacts")
    expect(staff.get_by_test_id("contact-row")).to_have_count(50)
    expect(staff.get_by_text("1–50 of 306")).to_be_visible()  # noqa: RUF001 - as it stands there
    staff.get_by_role("searchbox", name="Search contacts").fill("contact 299")
    expect(staff.get_by_test_id("contact-row")).to_have_count(1)
