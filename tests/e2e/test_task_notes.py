"""The notes of seed 003 that are about tasks, from the dispatcher's screen to the employee's calendar at Google."""

import time
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from tests.e2e.central import open_settings
from tests.e2e.dispatching import (
    Integration,
    add_task,
    change_status,
    day_from_today,
    fill,
    open_task,
    open_tasks,
    place,
    rows,
    save,
)
from tests.e2e.people import press, toast
from tests.e2e.team import Team
from tests.support.eventually import eventually
from tests.support.installation import Installation

PROMISED = timedelta(seconds=2)
"""From the dispatcher's save to the employee's calendar."""


@pytest.fixture
def integration(dispatcher: Page, team: Team, database: Engine, installation: Installation) -> Integration:
    return Integration(dispatcher, team, database, installation)


def test_note_1_a_new_calendar_gets_all_tasks_from_one_day_ago_on(
    dispatcher: Page, team: Team, integration: Integration
) -> None:
    integration.begin()
    anna = team.employee("Anna Novak", is_bound=False)
    open_tasks(dispatcher)
    for title, days in (
        ("Long ago", -3),
        ("Two days ago", -2),
        ("Yesterday", -1),
        ("Today", 0),
        ("Next month", 30),
    ):
        add_task(dispatcher, title, day=day_from_today(days), employee="Anna Novak")
    add_task(dispatcher, "Not planned yet", employee="Anna Novak")
    add_task(dispatcher, "Of nobody", day=day_from_today(1))
    integration.bind(anna)
    expected = {
        "#3 Yesterday": day_from_today(-1),
        "#4 Today": day_from_today(0),
        "#5 Next month": day_from_today(30),
    }
    eventually(lambda: integration.sees(anna), expected)
    open_tasks(dispatcher)
    dialog = open_task(dispatcher, "Yesterday")
    expect(place(dialog, "Anna Novak")).to_have_attribute("data-place", "written")
    dispatcher.keyboard.press("Escape")
    dialog = open_task(dispatcher, "Two days ago")
    expect(place(dialog, "Anna Novak")).to_contain_text("Too early")


def test_note_7_the_calendar_shows_the_work_of_departments_if_that_is_chosen(
    dispatcher: Page, team: Team, integration: Integration
) -> None:
    integration.begin()
    crew = team.department("Field service")
    anna = team.employee("Anna Novak", is_bound=False, departments=[crew])
    boris = team.employee("Boris Sidorov", is_bound=False)
    open_tasks(dispatcher)
    day = day_from_today(1)
    add_task(dispatcher, "For the crew", day=day, time="10:00", department="Field service")
    add_task(dispatcher, "For Anna", day=day, time="12:00", employee="Anna Novak")
    for each in (anna, boris):
        integration.bind(each)
    eventually(lambda: integration.sees(anna), {"#2 For Anna": f"{day} 12:00"})
    open_tasks(dispatcher)
    dialog = open_task(dispatcher, "For the crew")
    expect(place(dialog, "Anna Novak")).to_contain_text("through Field service")
    expect(place(dialog, "Anna Novak")).to_have_attribute("data-place", "departments_off")
    _show_departments(dispatcher)
    both = {"#1 For the crew": f"{day} 10:00", "#2 For Anna": f"{day} 12:00"}
    eventually(lambda: integration.sees(anna), both)
    assert integration.sees(boris) == {}
    open_tasks(dispatcher)
    dialog = open_task(dispatcher, "For the crew")
    expect(place(dialog, "Anna Novak")).to_have_attribute("data-place", "written")
    dispatcher.keyboard.press("Escape")
    _show_departments(dispatcher)
    eventually(lambda: integration.sees(anna), {"#2 For Anna": f"{day} 12:00"})


def _show_departments(page: Page) -> None:
    open_settings(page)
    page.get_by_label("Show what is given to the employee's departments, too").click()
    press(page, page.get_by_test_id("save-rules"))
    expect(toast(page, "Saved")).to_be_visible()


def test_note_14_a_task_leaves_the_calendar_when_it_is_done_and_comes_back_when_it_is_not(
    dispatcher: Page, team: Team, integration: Integration
) -> None:
    integration.begin()
    anna = team.employee("Anna Novak", is_bound=False)
    integration.bind(anna)
    day = day_from_today(1)
    open_tasks(dispatcher)
    add_task(dispatcher, "Replace the router", day=day, employee="Anna Novak")
    there = {"#1 Replace the router": day}
    eventually(lambda: integration.sees(anna), there)
    change_status(dispatcher, "Replace the router", "In progress")
    dialog = open_task(dispatcher, "Replace the router")
    expect(place(dialog, "Anna Novak")).to_have_attribute("data-place", "written")
    assert integration.sees(anna) == there
    dispatcher.keyboard.press("Escape")
    change_status(dispatcher, "Replace the router", "Done")
    eventually(lambda: integration.sees(anna), {})
    expect(rows(dispatcher)).to_have_count(0)
    dispatcher.get_by_role("button", name="Done", exact=True).click()
    dialog = open_task(dispatcher, "Replace the router")
    expect(dialog.get_by_test_id("task-hidden")).to_contain_text("means “done”")
    dispatcher.keyboard.press("Escape")
    change_status(dispatcher, "Replace the router", "Not completed")
    eventually(lambda: integration.sees(anna), there)


def test_note_14_what_a_status_means_counts_and_not_what_it_is_called(
    dispatcher: Page, team: Team, integration: Integration
) -> None:
    integration.begin()
    anna = team.employee("Anna Novak", is_bound=False)
    integration.bind(anna)
    day = day_from_today(1)
    open_tasks(dispatcher)
    add_task(dispatcher, "Replace the router", day=day, employee="Anna Novak")
    eventually(lambda: integration.sees(anna), {"#1 Replace the router": day})
    dispatcher.get_by_test_id("statuses").click()
    dialog = dispatcher.get_by_role("dialog")
    dialog.get_by_role("button", name="Edit Not completed").click()
    dialog.get_by_label("Name").fill("Parked")
    dialog.get_by_label("It means").select_option("Done")
    dialog.get_by_test_id("save-status").click()
    expect(dialog.get_by_test_id("status-row").first).to_contain_text("Parked")
    eventually(lambda: integration.sees(anna), {})


def test_the_dispatchers_change_is_in_the_employees_calendar_within_two_seconds(
    dispatcher: Page, team: Team, integration: Integration
) -> None:
    integration.begin()
    anna, boris = (team.employee(name, is_bound=False) for name in ("Anna Novak", "Boris Sidorov"))
    for each in (anna, boris):
        integration.bind(each)
    day = day_from_today(2)
    open_tasks(dispatcher)
    add_task(dispatcher, "Replace the router", day=day, time="10:00", employee="Anna Novak")
    eventually(lambda: integration.sees(anna), {"#1 Replace the router": f"{day} 10:00"})
    dialog = open_task(dispatcher, "Replace the router")
    fill(dialog, time="11:30")
    begun = time.monotonic()
    save(dialog)
    eventually(lambda: integration.sees(anna), {"#1 Replace the router": f"{day} 11:30"}, seconds=2)
    assert time.monotonic() - begun < PROMISED.total_seconds()
    dialog = open_task(dispatcher, "Replace the router")
    dialog.get_by_role("button", name="Take the task from Anna Novak").click()
    dialog.get_by_test_id("assignee-search").fill("boris")
    dialog.get_by_test_id("found-employee").first.click()
    expect(dialog.get_by_test_id("assignee")).to_have_text(["Boris Sidorov"])
    begun = time.monotonic()
    save(dialog)
    eventually(lambda: integration.sees(boris), {"#1 Replace the router": f"{day} 11:30"}, seconds=2)
    eventually(lambda: integration.sees(anna), {}, seconds=2)
    assert time.monotonic() - begun < PROMISED.total_seconds()


def test_a_removed_task_leaves_the_calendar_and_an_open_dialog_follows_how_it_gets_there(
    dispatcher: Page, team: Team, integration: Integration
) -> None:
    integration.begin()
    anna = team.employee("Anna Novak", is_bound=False)
    integration.bind(anna)
    open_tasks(dispatcher)
    add_task(dispatcher, "Replace the router", day=day_from_today(1), employee="Anna Novak")
    dialog = open_task(dispatcher, "Replace the router")
    # Without a reload: the page hears when Google has it.
    expect(place(dialog, "Anna Novak")).to_have_attribute("data-place", "written")
    dialog.get_by_test_id("remove-task").click()
    dispatcher.get_by_test_id("confirm-remove-task").click()
    expect(rows(dispatcher)).to_have_count(0)
    eventually(lambda: integration.sees(anna), {})
