"""The list of employees and their cards: readable for everybody, on a desk and a phone, in light and dark."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Page, expect

from ce_calendar.domain.employees.calendars import CalendarState
from tests.e2e.conftest import SignedIn
from tests.e2e.looking import LOOKS, Look, Looker
from tests.e2e.team import Team


@LOOKS
def test_every_screen_of_employees_is_accessible_and_fits(
    signed_in: SignedIn, team: Team, screenshots: Path, size: str, color_scheme: str
) -> None:
    """Pictures of all of them stay in var/screenshots."""
    looker = Looker(screenshots, size=size, color_scheme=color_scheme)
    look = looker.look
    dispatcher = signed_in("dispatcher@demo.example", **looker.browser)
    dispatcher.goto("/erp/employees")
    expect(dispatcher.get_by_text("No employees yet")).to_be_visible()
    look(dispatcher, "employees-none")
    team.in_every_state()
    _list(dispatcher, look)
    _card(dispatcher, team, look)
    viewer = signed_in(team.viewer(), **looker.browser)
    viewer.goto("/erp/employees")
    expect(viewer.get_by_test_id("employee-row").first).to_be_visible()
    look(viewer, "employees-viewer")
    viewer.get_by_role("link", name="Anna Shared").click()
    expect(viewer.get_by_test_id("calendar-id")).to_be_visible()
    look(viewer, "employee-viewer")
    staff = signed_in("staff@demo.example", **looker.browser)
    for path in ("/erp/employees", "/erp/employees/0123456789abcdef0123456789abcdef"):
        staff.goto(path)
        expect(staff.get_by_test_id("forbidden")).to_be_visible()
        look(staff, "employees-forbidden")
    looker.conclude()


def _list(page: Page, look: Look) -> None:
    page.goto("/erp/employees")
    expect(page.get_by_test_id("employee-row")).to_have_count(7)
    look(page, "employees")
    page.get_by_role("checkbox", name="Choose Frida Unbound").click()
    page.get_by_role("checkbox", name="Choose Gerd Without").click()
    expect(page.get_by_text("2 chosen")).to_be_visible()
    look(page, "employees-chosen")
    page.get_by_test_id("bind-several").click()
    expect(page.get_by_role("alertdialog")).to_contain_text("1 invitation")
    look(page, "employees-bind")
    page.keyboard.press("Escape")
    page.get_by_test_id("unbind-several").click()
    expect(page.get_by_role("alertdialog")).to_be_visible()
    look(page, "employees-unbind")
    page.keyboard.press("Escape")
    page.get_by_test_id("add-employee").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_test_id("employee-email").fill("not an email")
    dialog.get_by_test_id("save-employee").click()
    expect(dialog.get_by_text("Name is missing")).to_be_visible()
    look(page, "employees-add-wrong")
    page.keyboard.press("Escape")
    page.get_by_test_id("open-departments").click()
    expect(page.get_by_test_id("department-row")).to_have_count(1)
    look(page, "departments")
    page.get_by_role("button", name="Rename Field service").click()
    expect(page.get_by_role("textbox", name="Name", exact=True)).to_be_visible()
    look(page, "departments-rename")
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Remove Field service").click()
    expect(page.get_by_role("alertdialog")).to_contain_text("5 employees")
    look(page, "departments-remove")
    page.keyboard.press("Escape")
    expect(page.get_by_role("alertdialog")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("searchbox", name="Search employees").fill("zzz")
    expect(page.get_by_text("Nobody found")).to_be_visible()
    look(page, "employees-nobody-found")


def _card(page: Page, team: Team, look: Look) -> None:
    ilse = team.employee("Ilse Busy", departments=[team.department("Night shift")], position="Electrician")
    today = datetime.now(UTC).replace(hour=8, minute=0)
    team.calendar(ilse, generation=1, state=CalendarState.DELETED)
    current = team.calendar(ilse, generation=2)
    for number, title in enumerate(("Replace the router", "Inspect the roof", "Measure the line for a new customer")):
        team.task(title, current, starts_at=today + timedelta(days=2 * number))
    team.task("Stocktaking", current, day=(today + timedelta(days=2)).date())
    page.goto(f"/erp/employees/{ilse.id}")
    expect(page.get_by_test_id("week-event").first).to_be_visible()
    look(page, "employee")
    for button, name in (("rebuild-calendar", "employee-rebuild"), ("dismiss", "employee-dismiss")):
        page.get_by_test_id(button).click()
        expect(page.get_by_role("alertdialog")).to_be_visible()
        look(page, name)
        page.keyboard.press("Escape")
        expect(page.get_by_role("alertdialog")).to_have_count(0)
    page.goto("/erp/employees/0123456789abcdef0123456789abcdef")
    expect(page.get_by_text("There is no such employee")).to_be_visible()
    look(page, "employee-missing")
    page.goto("/erp/employees")
    page.get_by_role("link", name="Dora Failing").click()
    expect(page.get_by_text("Google does not share the calendar with this email")).to_be_visible()
    look(page, "employee-failing")
    page.goto("/erp/employees")
    page.get_by_role("link", name="Gerd Without").click()
    expect(page.get_by_text("Enter the email of the employee")).to_be_visible()
    look(page, "employee-without-email")
