"""The tasks screen in every state: readable for everybody, on a desk and a phone, in light and dark."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.conftest import SignedIn
from tests.e2e.dispatching import begin_task, fill, open_task, open_tasks, rows
from tests.e2e.looking import LOOKS, Look, Looker
from tests.e2e.team import Team

LONG = "Replace the router, the switch and all cables between the distribution cabinet and the reception desk"


@LOOKS
def test_every_state_of_the_tasks_is_accessible_and_fits(
    signed_in: SignedIn, team: Team, screenshots: Path, size: str, color_scheme: str
) -> None:
    looker = Looker(screenshots, size=size, color_scheme=color_scheme)
    page = signed_in("dispatcher@demo.example", **looker.browser)
    _empty(page, looker.look)
    _many(page, team, looker.look)
    _dialogs(page, looker.look)
    _statuses(page, looker.look)
    viewer = signed_in(team.viewer(), **looker.browser)
    open_tasks(viewer)
    looker.look(viewer, "tasks-viewer")
    open_task(viewer, LONG)
    looker.look(viewer, "tasks-viewer-task")
    stranger = signed_in("staff@demo.example", **looker.browser)
    stranger.goto("/erp/tasks")
    expect(stranger.get_by_test_id("forbidden")).to_be_visible()
    looker.look(stranger, "tasks-forbidden")
    looker.conclude()


def _empty(page: Page, look: Look) -> None:
    open_tasks(page)
    expect(page.get_by_text("No tasks yet")).to_be_visible()
    look(page, "tasks-none")


def _many(page: Page, team: Team, look: Look) -> None:
    team.in_every_state()
    people = {name: team.employee(name) for name in ("Anna Assigned", "Otto Other")}
    calendar = team.calendar(people["Anna Assigned"])
    soon = datetime.now(UTC) + timedelta(days=1)
    team.task(LONG, calendar, starts_at=soon, address="Distribution cabinet 17, 2nd basement, 1 Main Street")
    team.task("Lay cable", calendar, day=date(2026, 3, 1), kind="Installation")
    for number in range(60):
        team.task(f"Inspect cabinet {number}", has_date=False)
    open_tasks(page)
    expect(page.get_by_text("of 62")).to_be_visible()
    look(page, "tasks")
    page.get_by_role("button", name="Filters", exact=True).click()
    filters = page.get_by_role("group", name="Filters")
    filters.get_by_label("From").fill("2026-03-10")
    filters.get_by_label("To").fill("2026-03-09")
    expect(filters.get_by_role("alert")).to_have_text("The last day lies before the first.")
    look(page, "tasks-filters")
    filters.get_by_role("button", name="Employee: Everybody").click()
    expect(page.get_by_role("list", name="Employees found").get_by_role("listitem").first).to_be_visible()
    look(page, "tasks-employee-filter")
    page.keyboard.press("Escape")
    filters.get_by_role("button", name="Clear all filters").click()
    page.get_by_role("searchbox", name="Search tasks").fill("zzz")
    expect(page.get_by_text("No such task")).to_be_visible()
    look(page, "tasks-none-found")
    page.get_by_role("button", name="Show all open tasks").click()
    page.get_by_role("button", name="Filters", exact=True).click()
    rows(page, LONG).get_by_test_id("task-status").click()
    expect(page.get_by_role("menuitem").first).to_be_visible()
    look(page, "tasks-status-menu", but="aria-hidden-focus")
    page.keyboard.press("Escape")


def _dialogs(page: Page, look: Look) -> None:
    dialog = begin_task(page)
    look(page, "tasks-add")
    fill(dialog, time="10:00")
    dialog.get_by_role("checkbox", name="Field service").check()
    dialog.get_by_test_id("assignee-search").fill("a")
    dialog.get_by_test_id("found-employee").first.click()
    dialog.get_by_test_id("assignee-search").fill("o")
    expect(dialog.get_by_test_id("found-employee").first).to_be_visible()
    dialog.get_by_test_id("save-task").click()
    expect(dialog.get_by_label("Title")).to_have_attribute("aria-invalid", "true")
    look(page, "tasks-add-wrong")
    page.keyboard.press("Escape")
    dialog = open_task(page, LONG)
    dialog.get_by_test_id("task-places").scroll_into_view_if_needed()
    look(page, "tasks-edit")
    dialog.get_by_test_id("remove-task").click()
    expect(page.get_by_test_id("confirm-remove-task")).to_be_visible()
    look(page, "tasks-remove")
    page.get_by_role("button", name="Keep it").click()
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_have_count(0)


def _statuses(page: Page, look: Look) -> None:
    page.get_by_test_id("statuses").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_test_id("status-row")).to_have_count(3)
    look(page, "tasks-statuses")
    dialog.get_by_role("button", name="Add status").click()
    dialog.get_by_label("Name").fill("Done")
    dialog.get_by_test_id("save-status").click()
    expect(dialog.get_by_role("alert").filter(has_text="with this name already")).to_be_visible()
    look(page, "tasks-status-wrong")
    page.keyboard.press("Escape")
