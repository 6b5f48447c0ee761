"""The list of tasks: found, narrowed, followed by open pages, seen by those who may; and quick with ten thousand."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from ce_calendar.adapters.persistence.unit_of_work import unit_of_work_on
from ce_calendar.domain.employees.tasks import Task
from ce_calendar.ports.employees import EmployeeQuery
from tests.builders_employees import make_task
from tests.e2e.conftest import SignedIn
from tests.e2e.dispatching import (
    add_task,
    assign,
    begin_task,
    change_status,
    day_from_today,
    fill,
    open_task,
    open_tasks,
    rows,
    save,
)
from tests.e2e.team import Team

MANY = 10_000


# -- finding -------------------------------------------------------------------------------------------------------


def test_the_list_is_searched_and_narrowed(desk: Page) -> None:
    tomorrow, next_week = day_from_today(1), day_from_today(8)
    add_task(desk, "Replace the router", day=tomorrow, employee="Anna")
    add_task(desk, "Lay cable", day=next_week, department="Field service")
    add_task(desk, "Call back")
    change_status(desk, "Call back", "In progress")
    search = desk.get_by_role("searchbox", name="Search tasks")
    for words, found in (("ROUTER", "Replace the router"), ("2", "Lay cable"), ("call", "Call back")):
        search.fill(words)
        expect(rows(desk)).to_have_count(1)
        expect(rows(desk)).to_contain_text(found)
    search.fill("zzz")
    expect(desk.get_by_text("No such task")).to_be_visible()
    desk.get_by_role("button", name="Show all open tasks").click()
    expect(rows(desk)).to_have_count(3)
    expect(search).to_have_value("")
    desk.get_by_role("button", name="Filters").click()
    filters = desk.get_by_role("group", name="Filters")
    filters.get_by_label("Status").select_option("In progress")
    expect(rows(desk)).to_have_count(1)
    expect(rows(desk)).to_contain_text("Call back")
    filters.get_by_label("Status").select_option("Any status")
    filters.get_by_label("Department").select_option("Field service")
    expect(rows(desk)).to_contain_text(["Lay cable"])
    filters.get_by_label("Department").select_option("Any department")
    filters.get_by_role("button", name="Employee: Everybody").click()
    desk.get_by_role("searchbox", name="Search employees").fill("anna")
    desk.get_by_role("list", name="Employees found").get_by_role("button", name="Anna Novak").click()
    expect(rows(desk)).to_contain_text(["Replace the router"])
    expect(desk.get_by_role("button", name="Filters (1)")).to_be_visible()
    filters.get_by_role("button", name="Show everybody's tasks").click()
    expect(rows(desk)).to_have_count(3)
    filters.get_by_label("From").fill(day_from_today(2))
    expect(rows(desk)).to_contain_text(["Lay cable"])
    filters.get_by_label("From").fill("")
    filters.get_by_label("To").fill(day_from_today(2))
    expect(rows(desk)).to_contain_text(["Replace the router"])
    filters.get_by_label("From").fill(next_week)
    expect(filters.get_by_role("alert")).to_have_text("The last day lies before the first.")
    filters.get_by_role("button", name="Clear all filters").click()
    expect(rows(desk)).to_have_count(3)
    filters.get_by_role("checkbox", name="Only tasks that nobody has").click()
    expect(rows(desk)).to_contain_text(["Call back"])


def test_a_list_where_everything_is_done_says_so(desk: Page) -> None:
    add_task(desk, "Replace the router")
    change_status(desk, "Replace the router", "Done")
    expect(desk.get_by_text("Nothing is open")).to_be_visible()
    desk.get_by_role("button", name="Done", exact=True).click()
    expect(rows(desk)).to_have_count(1)


def test_an_open_task_whose_time_is_over_says_so(desk: Page) -> None:
    add_task(desk, "Forgotten", day=day_from_today(-2))
    expect(rows(desk, "Forgotten")).to_contain_text("Overdue")
    change_status(desk, "Forgotten", "Done")
    desk.get_by_role("button", name="All", exact=True).click()
    expect(rows(desk, "Forgotten")).not_to_contain_text("Overdue")


def test_days_and_times_are_in_the_readers_language_and_the_organizations_zone(desk: Page, signed_in: SignedIn) -> None:
    add_task(desk, "Replace the router", day="2027-03-12", time="14:30")
    german = signed_in("admin@demo.example", locale="de-DE", timezone_id="America/Chicago")
    open_tasks(german)
    expect(rows(german)).to_contain_text("Fr., 12. März 2027")
    expect(rows(german)).to_contain_text("14:30")


# -- live, roles, keyboard -----------------------------------------------------------------------------------------


def test_what_one_dispatcher_does_shows_on_the_others_open_list(desk: Page, signed_in: SignedIn) -> None:
    colleague = signed_in("admin@demo.example")
    open_tasks(colleague)
    add_task(desk, "Replace the router", employee="Anna")
    expect(rows(colleague, "Replace the router")).to_contain_text("Anna Novak")
    change_status(desk, "Replace the router", "In progress")
    expect(rows(colleague, "Replace the router")).to_contain_text("In progress")


def test_who_may_only_look_sees_everything_and_is_offered_no_change(
    desk: Page, team: Team, signed_in: SignedIn
) -> None:
    dialog = begin_task(desk)
    fill(dialog, title="Replace the router", date="2027-03-12", customer="Alpha Clinic", description="Ring twice.")
    assign(dialog, "Anna")
    save(dialog)
    viewer = signed_in(team.viewer())
    open_tasks(viewer)
    expect(rows(viewer)).to_contain_text("Replace the router")
    for name in ("Add task", "Statuses", "Status of task #1"):
        expect(viewer.get_by_role("button", name=name)).to_have_count(0)
        expect(desk.get_by_role("button", name=name)).to_have_count(1)  # so that the line above could fail
    looking = open_task(viewer, "Replace the router")
    for words in ("Replace the router", "Fri, 12 Mar 2027, All day", "Alpha Clinic", "Ring twice.", "Anna Novak"):
        expect(looking).to_contain_text(words)
    expect(looking.get_by_test_id("save-task")).to_have_count(0)
    expect(looking.get_by_role("textbox")).to_have_count(0)


def test_another_organization_sees_nothing_of_it(desk: Page, signed_in: SignedIn) -> None:
    add_task(desk, "Replace the router")
    stranger = signed_in("admin@other.example")
    open_tasks(stranger)
    expect(stranger.get_by_text("No tasks yet")).to_be_visible()


@pytest.mark.parametrize("email", ["staff@demo.example", "viewer@demo.example"])
def test_who_has_nothing_to_do_with_employee_calendars_is_kindly_kept_out(signed_in: SignedIn, email: str) -> None:
    page = signed_in(email)
    page.goto("/erp/tasks")
    expect(page.get_by_test_id("forbidden")).to_contain_text("This page is not open to you")


def test_a_task_is_added_and_its_status_changed_by_keyboard_alone(desk: Page) -> None:
    desk.get_by_test_id("add-task").first.focus()
    desk.keyboard.press("Enter")
    dialog = desk.get_by_role("dialog")
    dialog.get_by_label("Title").focus()
    desk.keyboard.type("Replace the router")
    dialog.get_by_test_id("assignee-search").focus()
    desk.keyboard.type("anna")
    expect(dialog.get_by_test_id("found-employee")).to_have_count(1)
    # Enter in the search must not save the task.
    desk.keyboard.press("Enter")
    expect(dialog.get_by_test_id("found-employee")).to_have_count(1)
    desk.keyboard.press("Tab")
    desk.keyboard.press("Enter")
    expect(dialog.get_by_test_id("assignee")).to_have_text(["Anna Novak"])
    dialog.get_by_label("Title").focus()
    desk.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    rows(desk, "Replace the router").get_by_test_id("task-status").focus()
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("menuitem", name="Not completed")).to_be_focused()
    desk.keyboard.press("ArrowDown")
    expect(desk.get_by_role("menuitem", name="In progress")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(rows(desk, "Replace the router")).to_contain_text("In progress")
    # The menu gives the keyboard back when it has faded out.
    expect(rows(desk, "Replace the router").get_by_test_id("task-status")).to_be_focused()
    button = rows(desk, "Replace the router").get_by_test_id("open-task")
    button.focus()
    desk.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    desk.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(button).to_be_focused()


# -- many ----------------------------------------------------------------------------------------------------------


def test_ten_thousand_tasks_and_five_thousand_employees_stay_quick(
    dispatcher: Page, team: Team, database: Engine
) -> None:
    team.crowd(5_000)
    _add_many(team, database)
    open_tasks(dispatcher)
    expect(rows(dispatcher)).to_have_count(50)
    expect(dispatcher.get_by_text(f"of {MANY:,}")).to_be_visible()
    took = {}

    def clocked(what: str, act: Callable[[], object], shown: Callable[[], object]) -> None:
        begun = time.monotonic()
        act()
        shown()
        took[what] = time.monotonic() - begun

    clocked(
        "next page",
        lambda: dispatcher.get_by_role("button", name="Next").click(),
        lambda: expect(dispatcher.get_by_text("51")).not_to_have_count(0),
    )
    clocked(
        "search",
        lambda: dispatcher.get_by_role("searchbox", name="Search tasks").fill("cabinet 9999"),
        lambda: expect(rows(dispatcher)).to_have_count(1),
    )
    dispatcher.get_by_role("searchbox", name="Search tasks").fill("")
    expect(rows(dispatcher)).to_have_count(50)
    dialog = begin_task(dispatcher)
    clocked(
        "find an employee",
        lambda: dialog.get_by_test_id("assignee-search").fill("grünwald 4261"),
        lambda: expect(dialog.get_by_test_id("found-employee")).to_have_count(1),
    )
    dialog.get_by_test_id("found-employee").click()
    fill(dialog, title="One more", date=day_from_today(1))
    clocked("save", lambda: dialog.get_by_test_id("save-task").click(), lambda: expect(dialog).to_have_count(0))
    assert {what: round(seconds, 2) for what, seconds in took.items() if seconds > 2} == {}


def _add_many(team: Team, database: Engine) -> None:
    open_uow = unit_of_work_on(database)
    with open_uow(reading=True) as uow:
        people = list(uow.employees.matching(team.organization_id, EmployeeQuery()))
    first = team.task("The first")
    moment = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    tasks: list[Task] = [
        make_task(
            organization_id=team.organization_id,
            number=number,
            title=f"Inspect cabinet {number}",
            status_id=first.status_id,
            starts_at=moment + timedelta(minutes=number),
            employee_ids=[people[number % len(people)]],
        )
        for number in range(2, MANY + 1)
    ]
    with open_uow() as uow:
        uow.tasks.add(*tasks)
