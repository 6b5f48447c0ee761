"""What a dispatcher does with tasks in the browser, and what an employee then sees at Google."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import Engine, text

from ce_calendar.domain.employees.people import Employee
from tests.e2e.central import connect_central, open_settings
from tests.e2e.people import BERLIN, press, toast
from tests.e2e.team import ZONE, Team
from tests.support.eventually import eventually
from tests.support.installation import Installation, control

TASKS = "/erp/tasks"


def open_tasks(page: Page) -> None:
    """The list, as soon as it is filled."""
    page.goto(TASKS)
    expect(page.get_by_role("searchbox", name="Search tasks")).to_be_visible()


def rows(page: Page, words: str = "") -> Locator:
    """Lines of the list."""
    return page.get_by_test_id("task-row").filter(has_text=words)


def begin_task(page: Page) -> Locator:
    """The empty dialog."""
    page.get_by_test_id("add-task").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Title")).to_be_visible()
    return dialog


def open_task(page: Page, title: str) -> Locator:
    """Its dialog."""
    rows(page, title).get_by_test_id("open-task").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Task #")).to_be_visible()
    return dialog


def assign(dialog: Locator, name: str) -> None:
    """Find somebody, and choose them."""
    dialog.get_by_test_id("assignee-search").fill(name)
    dialog.get_by_test_id("found-employee").filter(has_text=name).first.click()
    expect(dialog.get_by_test_id("assignee").filter(has_text=name)).to_be_visible()


def fill(dialog: Locator, **fields: str) -> None:
    """By the names of the labels, in lower case."""
    for label, value in fields.items():
        dialog.get_by_label(label.capitalize()).fill(value)


def save(dialog: Locator) -> None:
    """And wait for the dialog to go."""
    dialog.get_by_test_id("save-task").click()
    expect(dialog).to_have_count(0)


def add_task(
    page: Page, title: str, *, day: str = "", time: str = "", employee: str = "", department: str = ""
) -> None:
    """Through the dialog."""
    dialog = begin_task(page)
    fill(dialog, title=title, date=day, time=time)
    if department:
        dialog.get_by_role("checkbox", name=department).check()
    if employee:
        assign(dialog, employee)
    save(dialog)


def change_status(page: Page, title: str, status: str) -> None:
    """By the menu of its line."""
    rows(page, title).get_by_test_id("task-status").click()
    press(page, page.get_by_role("menuitem", name=status, exact=True))
    expect(toast(page, f"is “{status}” now")).to_be_visible()


def place(dialog: Locator, name: str) -> Locator:
    """How a task stands in somebody's calendar."""
    return dialog.get_by_test_id("task-place").filter(has_text=name)


def day_from_today(days: int) -> str:
    """As a date field has it, in the organization's zone."""
    return (datetime.now(UTC).astimezone(BERLIN) + timedelta(days=days)).date().isoformat()


class Integration:
    """Employee calendars that really lie at the sandbox's Google."""

    def __init__(self, page: Page, team: Team, database: Engine, installation: Installation) -> None:
        self._page = page
        self._team = team
        self._database = database
        self._google = installation.google

    def begin(self, **rules: object) -> None:
        """Connect the central account and switch the calendars on."""
        self._team.set_rules(**{"is_enabled": False, "zone": ZONE, **rules})
        connect_central(self._page)
        open_settings(self._page)
        self._page.get_by_test_id("integration-enabled").click()
        expect(self._page.get_by_test_id("integration-enabled")).to_have_attribute("aria-checked", "true")

    def bind(self, employee: Employee) -> None:
        """On their card; returns when they can see the calendar."""
        control(self._google, "accounts", email=employee.email)
        self._page.goto(f"/erp/employees/{employee.id}")
        self._page.get_by_test_id("calendar-binding").click()
        self._page.get_by_test_id("save-employee").click()
        eventually(lambda: self._row(employee).get("state"), "shared")

    def sees(self, employee: Employee) -> dict[str, str]:
        """Titles of the events the employee sees, each with its day or moment in the organization's zone."""
        token = control(self._google, "token", email=employee.email)["access_token"]
        calendar_id = self._row(employee)["provider_calendar_id"]
        answer = httpx.get(
            f"{self._google}/calendar/v3/calendars/{calendar_id}/events",
            params={"timeZone": ZONE},
            headers={"Authorization": f"Bearer {token}"},
        )
        answer.raise_for_status()
        return {each["summary"]: _when(each["start"]) for each in answer.json()["items"]}

    def _row(self, employee: Employee) -> dict[str, str]:
        query = "SELECT state, provider_calendar_id FROM erp_employee_calendars WHERE employee_id = :id"
        with self._database.connect() as connection:
            row = connection.execute(text(query), {"id": employee.id}).mappings().first()
        return dict(row) if row else {}


def _when(start: dict[str, str]) -> str:
    if "date" in start:
        return start["date"]
    return datetime.fromisoformat(start["dateTime"]).astimezone(ZoneInfo(ZONE)).strftime("%Y-%m-%d %H:%M")
