"""Tasks: listed, found, added, assigned, changed and removed, as a dispatcher does it."""

from datetime import date

from playwright.sync_api import Page, expect

from tests.e2e.conftest import SignedIn
from tests.e2e.dispatching import (
    add_task,
    assign,
    begin_task,
    change_status,
    fill,
    open_task,
    open_tasks,
    place,
    rows,
    save,
)
from tests.e2e.people import press, toast
from tests.e2e.team import Team

# -- adding and changing -------------------------------------------------------------------------------------------


def test_a_task_is_added_with_everything_and_stands_in_the_list_in_words(desk: Page) -> None:
    expect(desk.get_by_text("No tasks yet")).to_be_visible()
    dialog = begin_task(desk)
    expect(dialog.get_by_label("Duration")).to_have_attribute("placeholder", "60")
    fill(dialog, title="Replace the router", kind="Repair", date="2027-03-12", time="14:30", duration="45")
    fill(dialog, customer="Alpha Clinic", address="1 Main Street", description="Ring twice.\nAsk for Ann.")
    dialog.get_by_role("checkbox", name="Field service").check()
    assign(dialog, "Boris")
    save(dialog)
    expect(toast(desk, "Task #1 is added.")).to_be_visible()
    row = rows(desk, "Replace the router")
    for words in ("#1", "Repair", "Alpha Clinic · 1 Main Street", "Fri, 12 Mar 2027", "14:30", "15:15"):
        expect(row).to_contain_text(words)
    for words in ("Not completed", "Boris Sidorov", "Field service"):
        expect(row).to_contain_text(words)
    expect(desk.get_by_test_id("zone")).to_have_text("Times are in Europe/Berlin.")
    dialog = open_task(desk, "Replace the router")
    for label, value in (("Date", "2027-03-12"), ("Time", "14:30"), ("Duration", "45"), ("Kind", "Repair")):
        expect(dialog.get_by_label(label)).to_have_value(value)
    expect(dialog.get_by_label("Description")).to_have_value("Ring twice.\nAsk for Ann.")
    expect(dialog.get_by_role("checkbox", name="Field service")).to_be_checked()
    expect(dialog.get_by_test_id("assignee")).to_have_text(["Boris Sidorov"])
    expect(place(dialog, "Boris")).to_contain_text("The calendar binding is off for them.")
    expect(place(dialog, "Anna")).to_contain_text("Calendars do not show departments' work")


def test_the_dialog_is_empty_again_after_a_task_was_looked_at(desk: Page) -> None:
    add_task(desk, "Replace the router", day="2027-03-12", time="10:00", employee="Anna", department="Field service")
    dialog = open_task(desk, "Replace the router")
    expect(dialog.get_by_label("Title")).to_have_value("Replace the router")
    dialog.get_by_role("button", name="Cancel").click()
    dialog = begin_task(desk)
    for label in ("Title", "Date", "Time"):
        expect(dialog.get_by_label(label)).to_have_value("")
    expect(dialog.get_by_role("checkbox", name="Field service")).not_to_be_checked()
    expect(dialog.get_by_test_id("assignee")).to_have_count(0)


def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(desk: Page) -> None:
    dialog = begin_task(desk)
    dialog.get_by_test_id("save-task").click()
    expect(dialog.get_by_role("alert").filter(has_text="Title is missing")).to_be_visible()
    expect(dialog.get_by_label("Title")).to_have_attribute("aria-invalid", "true")
    expect(dialog.get_by_label("Title")).to_be_focused()
    fill(dialog, title="Replace the router", time="10:00")
    dialog.get_by_test_id("save-task").click()
    expect(dialog.get_by_role("alert").filter(has_text="A time needs a date")).to_be_visible()
    # The clocks go forward in that night.
    fill(dialog, date="2027-03-28", time="02:30")
    dialog.get_by_test_id("save-task").click()
    expect(dialog.get_by_role("alert").filter(has_text="there is no 02:30")).to_contain_text("03:30?")
    fill(dialog, time="", duration="30")
    dialog.get_by_test_id("save-task").click()
    expect(dialog.get_by_role("alert").filter(has_text="A duration needs a time")).to_be_visible()
    expect(dialog.get_by_label("Title")).to_have_value("Replace the router")
    fill(dialog, duration="")
    save(dialog)
    expect(rows(desk, "Replace the router")).to_contain_text("All day")


def test_of_a_time_that_comes_twice_the_first_counts_and_it_is_said(desk: Page) -> None:
    dialog = begin_task(desk)
    fill(dialog, title="Night shift", date="2027-10-31", time="02:30")
    save(dialog)
    expect(toast(desk, "02:30 comes twice. The first one counts.")).to_be_visible()
    expect(rows(desk, "Night shift")).to_contain_text("02:30")


def test_two_who_edit_the_same_task_lose_nothing(desk: Page, signed_in: SignedIn) -> None:
    add_task(desk, "Replace the router", day="2027-03-12")
    mine = open_task(desk, "Replace the router")
    fill(mine, title="Mine", customer="Alpha")
    colleague = signed_in("admin@demo.example")
    open_tasks(colleague)
    theirs = open_task(colleague, "Replace the router")
    fill(theirs, title="Theirs", date="2027-03-13")
    save(theirs)
    expect(rows(desk, "Theirs")).to_have_count(1)
    mine.get_by_test_id("save-task").click()
    told = mine.get_by_test_id("overtaken")
    expect(told).to_contain_text("They changed: title, date.")
    expect(mine.get_by_label("Title")).to_have_value("Mine")
    told.get_by_role("button", name="Take theirs").click()
    expect(mine.get_by_label("Title")).to_have_value("Theirs")
    expect(mine.get_by_label("Date")).to_have_value("2027-03-13")
    expect(told).to_have_count(0)
    change_status(colleague, "Theirs", "In progress")
    fill(mine, title="Mine after all")
    mine.get_by_test_id("save-task").click()
    expect(told).to_contain_text("They changed: status.")
    expect(mine.get_by_test_id("save-task")).to_have_text("Save mine")
    save(mine)
    expect(rows(colleague, "Mine after all")).to_contain_text("Not completed")


def test_a_task_somebody_removed_meanwhile_says_so_in_its_dialog(desk: Page, signed_in: SignedIn) -> None:
    add_task(desk, "Replace the router")
    dialog = open_task(desk, "Replace the router")
    colleague = signed_in("admin@demo.example")
    open_tasks(colleague)
    theirs = open_task(colleague, "Replace the router")
    theirs.get_by_test_id("remove-task").click()
    press(colleague, colleague.get_by_test_id("confirm-remove-task"))
    expect(toast(colleague, "Task #1 is removed.")).to_be_visible()
    expect(dialog.get_by_role("alert").filter(has_text="removed this task meanwhile")).to_be_visible()
    expect(dialog.get_by_test_id("save-task")).to_be_disabled()


def test_removing_can_be_left(desk: Page) -> None:
    add_task(desk, "Replace the router")
    dialog = open_task(desk, "Replace the router")
    dialog.get_by_test_id("remove-task").click()
    question = desk.get_by_role("alertdialog")
    expect(question.get_by_role("button", name="Keep it")).to_be_focused()
    question.get_by_role("button", name="Keep it").click()
    expect(question).to_have_count(0)
    dialog.get_by_role("button", name="Cancel").click()
    expect(rows(desk, "Replace the router")).to_have_count(1)


def test_a_dialog_left_open_by_going_away_is_closed_for_who_comes_back(desk: Page) -> None:
    begin_task(desk)
    desk.goto("/account")
    expect(desk.get_by_role("heading", level=1, name="Your account")).to_be_visible()
    open_tasks(desk)
    expect(desk.get_by_role("dialog")).to_have_count(0)


def test_a_whole_day_stays_the_day_it_is_in_every_zone(desk: Page, team: Team) -> None:
    team.task("A whole day", day=date(2027, 3, 12))
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        team.set_rules(zone=zone)
        open_tasks(desk)
        expect(rows(desk, "A whole day")).to_contain_text("Fri, 12 Mar 2027")
        dialog = open_task(desk, "A whole day")
        expect(dialog.get_by_label("Date")).to_have_value("2027-03-12")
        expect(dialog).to_contain_text(f"Times are in {zone}.")
        desk.keyboard.press("Escape")


# -- statuses ------------------------------------------------------------------------------------------------------


def test_statuses_are_named_coloured_ordered_and_removed(desk: Page) -> None:
    add_task(desk, "Replace the router")
    desk.get_by_test_id("statuses").click()
    dialog = desk.get_by_role("dialog")
    lines = dialog.get_by_test_id("status-row")
    expect(lines).to_contain_text(["Not completed", "In progress", "Done"])
    dialog.get_by_role("button", name="Add status").click()
    dialog.get_by_label("Name").fill("done")
    dialog.get_by_test_id("save-status").click()
    expect(dialog.get_by_role("alert").filter(has_text="with this name already")).to_be_visible()
    dialog.get_by_label("Name").fill("On hold")
    dialog.get_by_label("It means").select_option("In progress")
    dialog.get_by_label("Colour of its events").select_option("Banana")
    dialog.get_by_test_id("save-status").click()
    expect(lines).to_contain_text(["Not completed", "In progress", "Done", "On hold"])
    dialog.get_by_role("button", name="Move On hold up").click()
    expect(lines).to_contain_text(["Not completed", "In progress", "On hold", "Done"])
    expect(dialog.get_by_role("button", name="Remove Not completed")).to_be_disabled()
    dialog.get_by_role("button", name="Remove In progress").click()
    expect(lines).to_contain_text(["Not completed", "On hold", "Done"])
    press(desk, dialog.get_by_role("button", name="Remove Done"))
    expect(toast(desk, "At least one status must mean “done”")).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    change_status(desk, "Replace the router", "On hold")
    expect(rows(desk, "Replace the router")).to_contain_text("On hold")
