"""What the dialogs of tasks and statuses ask of the services, and what they say of their answers."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

from ce_calendar.domain.access import Permission
from ce_calendar.domain.errors import AccessDenied, Invalid, NotFound
from ce_calendar.services.employees.showing import Place, PlaceOf, Showing
from ce_calendar.services.employees.task_entry import MOST_EMPLOYEES, TaskEntry, ZoneChanged
from ce_calendar.services.employees.task_views import FoundPeople, TaskDetails
from ce_calendar.services.employees.tasks import ChangedMeanwhile, SavedTask
from ce_calendar.web.tasks.form import TaskFormState
from ce_calendar.web.tasks.rows import Choice
from ce_calendar.web.tasks.state import TasksState
from ce_calendar.web.tasks.statuses import StatusesState
from ce_calendar.web.tasks.team import TeamState
from tests.builders import new_id
from tests.unit.web.conftest import (
    DEPARTMENT,
    EMPLOYEE,
    STATUSES,
    TASK,
    TASK_OPTIONS,
    TASK_VIEW,
    Desk,
    opened,
    tab,
)

FORM = {
    "title": "Lay cable",
    "status_id": STATUSES[0].id,
    "kind": "",
    "day": "2026-03-12",
    "time": "14:00",
    "duration": "",
    "address": "",
    "customer": "Alpha",
    "description": "One.\nTwo.",
    f"department:{DEPARTMENT.id}": "on",
    "organization_id": "other",
}


def saving(busy: Desk, method: str, answer: Any = None) -> list[TaskEntry]:
    """Let the book save so; gives the entries it was asked to."""
    entries: list[TaskEntry] = []

    def save(_actor: object, entry: TaskEntry, **_more: object) -> SavedTask:
        entries.append(entry)
        if isinstance(answer, Exception):
            raise answer
        return answer or SavedTask(TASK, comes_twice=False)

    setattr(busy.services.tasks, method, save)
    return entries


# -- dialog --------------------------------------------------------------------------------------------------------


def test_a_task_is_added_with_everything_that_was_entered_and_nothing_else(busy: Desk) -> None:
    entries = saving(busy, "add")

    async def scene() -> None:
        root = tab(cookie="good")
        form, team = await root.get_state(TaskFormState), await root.get_state(TeamState)
        await form.begin_add()
        assert (form.is_open, form.form.id, form.form.status_id) == (True, "", STATUSES[0].id)
        await team.look_for_team("em")
        team.add_to_team(EMPLOYEE.id)
        assert "Task #12 is added" in str(await form.save(FORM))
        assert form.is_open is False
        assert await form.save(FORM) is None, "pressed twice"

    asyncio.run(scene())
    assert entries == [
        TaskEntry(
            title="Lay cable",
            zone="Europe/Berlin",
            status_id=STATUSES[0].id,
            day="2026-03-12",
            time="14:00",
            customer="Alpha",
            description="One.\nTwo.",
            employee_ids=[EMPLOYEE.id],
            department_ids=[DEPARTMENT.id],
        )
    ]


def test_what_is_wrong_is_told_beside_its_field_and_the_dialog_stays(busy: Desk) -> None:
    saving(busy, "add", Invalid("A time needs a date.", field="day"))

    async def scene() -> None:
        form = await opened(TaskFormState)
        await form.begin_add()
        assert "aria-invalid" in str(await form.save(FORM)), "the keyboard goes there"
        assert (form.is_open, form.errors.day) == (True, "A time needs a date.")
        saving(busy, "add", NotFound("department"))
        assert "does not exist" in str(await form.save(FORM))
        assert form.is_open is True

    asyncio.run(scene())


def test_after_the_zone_was_set_anew_the_next_save_means_times_in_it(busy: Desk) -> None:
    entries = saving(busy, "add", ZoneChanged("Europe/Kyiv"))

    async def scene() -> None:
        form = await opened(TaskFormState)
        await form.begin_add()
        await form.save(FORM)
        assert (form.is_open, form.form_zone) == (True, "Europe/Kyiv")
        assert "Times are in Europe/Kyiv now" in form.errors.time
        await form.save(FORM)

    asyncio.run(scene())
    assert [each.zone for each in entries] == ["Europe/Berlin", "Europe/Kyiv"]


def test_of_a_time_that_comes_twice_it_is_said_which_counts(busy: Desk) -> None:
    saving(busy, "add", SavedTask(TASK, comes_twice=True))

    async def scene() -> None:
        form = await opened(TaskFormState)
        await form.begin_add()
        assert "14:00 comes twice. The first one counts." in str(await form.save(FORM))

    asyncio.run(scene())


def test_editing_begins_with_the_task_as_it_is_now(busy: Desk) -> None:
    saving(busy, "edit")

    async def scene() -> None:
        root = tab(cookie="good")
        form, team = await root.get_state(TaskFormState), await root.get_state(TeamState)
        await form.begin_edit(TASK.id)
        assert (form.form.title, form.form.number) == (TASK.title, "#12")
        assert [each.id for each in team.chosen] == [EMPLOYEE.id]
        team.take_from_team(EMPLOYEE.id)
        assert team.chosen == []
        version = form.version
        await form.begin_add()
        assert (form.form.title, team.chosen) == ("", [])
        assert form.version > version, "the browser's own fields are made anew"

    asyncio.run(scene())


def test_what_somebody_changed_meanwhile_is_told_and_saving_again_is_a_choice(busy: Desk) -> None:
    theirs = replace(TASK, title="Theirs", changed_at=TASK.changed_at + timedelta(minutes=1))
    seen: list[Any] = []

    def edit(_actor: object, _entry: TaskEntry, *, task_id: str, seen_: Any = None, **more: Any) -> SavedTask:
        seen.append(more["seen"])
        if more["seen"] != theirs.changed_at:
            raise ChangedMeanwhile(theirs)
        return SavedTask(theirs, comes_twice=False)

    busy.services.tasks.edit = edit

    async def scene() -> None:
        form = await opened(TaskFormState)
        await form.begin_edit(TASK.id)
        version = form.version
        assert await form.save(FORM) is None
        assert (form.is_open, form.theirs, form.version) == (True, "title", version)
        assert "Saved." in str(await form.save(FORM))

    asyncio.run(scene())
    assert seen == [TASK.changed_at, theirs.changed_at]


def test_an_open_dialog_follows_where_the_task_shows_and_leaves_the_fields_alone(busy: Desk) -> None:
    async def scene() -> None:
        root = tab(cookie="good")
        page, form = await root.get_state(TasksState), await root.get_state(TaskFormState)
        await form.begin_edit(TASK.id)
        assert form.places == []
        moved = replace(TASK_VIEW, task=replace(TASK, title="Theirs"))
        place = PlaceOf(EMPLOYEE, True, (), Place.WRITTEN, None)
        busy.answers("tasks", "get", TaskDetails(moved, Showing(None, [place]), TASK_OPTIONS))
        await page.refresh()
        assert [each.place for each in form.places] == ["written"]
        assert form.form.title == TASK.title
        busy.answers("tasks", "get", NotFound("task"))
        await page.refresh()
        assert (form.is_gone, form.places, page.phase) == (True, [], "ready")
        form.cancel()
        asked = len(busy.asked("tasks.get"))
        await page.refresh()
        assert len(busy.asked("tasks.get")) == asked, "a closed dialog reads nothing"

    asyncio.run(scene())


def test_removing_asks_first_and_happens_once(busy: Desk) -> None:
    busy.answers("tasks", "remove")

    async def scene() -> None:
        form = await opened(TaskFormState)
        assert await form.remove() is None, "nothing was asked for"
        await form.begin_edit(TASK.id)
        form.ask_removal()
        form.keep()
        assert await form.remove() is None
        form.ask_removal()
        assert "Task #12 is removed" in str(await form.remove())
        assert await form.remove() is None
        assert form.is_open is False

    asyncio.run(scene())
    assert busy.asked("tasks.remove") == [{"task_id": TASK.id}]


def test_people_are_found_by_the_server_and_only_those_found_are_chosen(busy: Desk) -> None:
    async def scene() -> None:
        team = await opened(TeamState)
        assert "choice does not exist" in str(team.add_to_team(EMPLOYEE.id))
        await team.look_for_team("em")
        assert ([each.name for each in team.found], team.more_found) == ([EMPLOYEE.name], 7)
        team.add_to_team(EMPLOYEE.id)
        assert ([each.id for each in team.chosen], team.found, team.team_search) == ([EMPLOYEE.id], [], "")
        await team.look_for_team("  ")
        assert team.found == []
        busy.answers("tasks", "people", FoundPeople([], 0))
        await team.look_for_team("zz")
        team.chosen = [Choice(new_id(), "P")] * MOST_EMPLOYEES
        team.found = [Choice(EMPLOYEE.id, "E")]
        assert "At most 100" in str(team.add_to_team(EMPLOYEE.id))

    asyncio.run(scene())
    assert [each["search"] for each in busy.asked("tasks.people")] == ["em", "zz"]
    assert busy.asked("tasks.people")[1]["but"] == [EMPLOYEE.id]


# -- statuses ------------------------------------------------------------------------------------------------------


def test_a_status_is_added_changed_moved_and_removed(busy: Desk) -> None:
    for method in ("add", "change", "move", "remove"):
        busy.answers("statuses", method, STATUSES[0])
    entered = {"name": "On hold", "role": "in_progress", "color_id": "5"}

    async def scene() -> None:
        state = await opened(StatusesState)
        await state.open_statuses()
        assert [each.name for each in state.lines] == ["Not completed", "Done"]
        assert await state.save_status(entered) is None, "nothing is being edited"
        state.begin_status("")
        assert (state.is_editing, state.status_form.id) == (True, "")
        await state.save_status({**entered, "organization_id": "other"})
        state.begin_status(STATUSES[1].id)
        assert state.status_form.name == "Done"
        await state.save_status(entered)
        assert state.is_editing is False
        assert "does not exist" in str(state.begin_status(new_id()))
        await state.move_status(STATUSES[1].id, True)
        await state.remove_status(STATUSES[1].id)
        state.close_statuses()

    asyncio.run(scene())
    assert [call for call in busy.calls if call[0] != "statuses.all"] == [
        ("statuses.add", entered),
        ("statuses.change", {"status_id": STATUSES[1].id, **entered}),
        ("statuses.move", {"status_id": STATUSES[1].id, "is_up": True}),
        ("statuses.remove", {"status_id": STATUSES[1].id}),
    ]


def test_what_is_wrong_with_a_status_is_told_in_its_form(busy: Desk) -> None:
    async def scene() -> None:
        state = await opened(StatusesState)
        await state.open_statuses()
        state.begin_status("")
        busy.answers("statuses", "add", Invalid("There is a status with this name already.", field="name"))
        await state.save_status({"name": "Done", "role": "done"})
        assert (state.is_editing, state.status_errors.name) == (True, "There is a status with this name already.")
        state.cancel_status()
        busy.answers("statuses", "remove", Invalid("1 task has the status “Done”."))
        assert "1 task has" in str(await state.remove_status(STATUSES[1].id))
        busy.answers("statuses", "all", AccessDenied(Permission.ERP_VIEW))
        state.close_statuses()
        assert "permission" in str(await state.open_statuses())
        assert state.is_shown is False

    asyncio.run(scene())
