"""What the tasks page asks of the services, and what it says of their answers."""

import asyncio
from dataclasses import replace

import pytest

from ce_calendar.domain.access import Permission
from ce_calendar.domain.employees.tasks import OPEN_ROLES, SystemRole
from ce_calendar.domain.errors import AccessDenied, NotFound
from ce_calendar.services.employees.task_views import TaskPage
from ce_calendar.services.employees.tasks import TaskFilter
from ce_calendar.web.components.pager import PAGE_SIZE
from ce_calendar.web.tasks.form import TaskFormState
from ce_calendar.web.tasks.state import TasksState
from ce_calendar.web.tasks.team import TeamState
from ce_calendar.web.tasks.whose import WhoseState
from tests.builders import make_actor, new_id
from tests.unit.web.conftest import (
    EMPLOYEE,
    STATUSES,
    TASK,
    TASK_OPTIONS,
    TASK_VIEW,
    Desk,
    opened,
    shown,
    tab,
)


def only(busy: Desk) -> TaskFilter:
    found: TaskFilter = busy.asked("tasks.page")[-1]["only"]
    return found


# -- list ----------------------------------------------------------------------------------------------------------


def test_the_list_begins_with_what_is_open(busy: Desk) -> None:
    async def scene() -> None:
        state = await opened(TasksState)
        await state.load()
        assert [each.number for each in state.tasks] == ["#12"]
        assert (state.zone, state.default_minutes, state.has_any) == ("Europe/Berlin", "60", True)
        assert (state.is_narrowed, state.filters) == (False, 0)

    asyncio.run(scene())
    assert only(busy) == TaskFilter(roles=OPEN_ROLES)


def test_whoever_may_not_manage_sees_and_is_offered_nothing_to_change(busy: Desk) -> None:
    busy.actors["looker"] = make_actor(permissions={Permission.ERP_VIEW})

    async def scene() -> None:
        for cookie, may in (("looker", False), ("good", False)):
            state = await opened(TasksState, cookie=cookie)
            await state.load()
            assert state.may_change is may
        busy.actors["dispatcher"] = make_actor(permissions={Permission.ERP_VIEW, Permission.ERP_MANAGE})
        state = await opened(TasksState, cookie="dispatcher")
        await state.load()
        assert state.may_change is True

    asyncio.run(scene())


def test_who_may_not_see_the_page_sees_no_data_and_no_open_dialog(busy: Desk) -> None:
    async def scene() -> None:
        root = tab(cookie="good")
        page, form = await root.get_state(TasksState), await root.get_state(TaskFormState)
        team = await root.get_state(TeamState)
        await page.load()
        await form.begin_edit(TASK.id)
        assert team.chosen
        busy.answers("tasks", "page", AccessDenied(Permission.ERP_VIEW))
        await page.refresh()
        fresh = tab()
        assert shown(page) == {**shown(await fresh.get_state(TasksState)), "phase": "forbidden"}
        assert shown(form) == shown(await fresh.get_state(TaskFormState))
        assert shown(team) == shown(await fresh.get_state(TeamState))

    asyncio.run(scene())


def test_every_filter_reaches_the_service_and_begins_at_the_first_page(busy: Desk) -> None:
    status, department = new_id(), new_id()

    async def scene() -> None:
        root = tab(cookie="good")
        state, whose = await root.get_state(TasksState), await root.get_state(WhoseState)
        for act in (
            state.look_for("router "),
            state.show_only("done"),
            state.show_department(department),
            state.show_since("2026-03-01"),
            state.show_until("2026-03-31"),
            state.show_unassigned(True),
            state.show_status(status),
        ):
            state.offset = PAGE_SIZE
            assert await act is None
            assert state.offset == 0
        await whose.set_choosing(True)
        state.offset = PAGE_SIZE
        whose.choose(EMPLOYEE.id)
        assert (state.employee.name, state.offset, whose.is_choosing) == (EMPLOYEE.name, 0, False)
        await state.refresh()
        assert (state.filters, state.is_narrowed) == (5, True)
        assert only(busy) == TaskFilter(
            search="router ",
            roles=frozenset(),
            status_id=status,
            employee_id=EMPLOYEE.id,
            department_id=department,
            since="2026-03-01",
            until="2026-03-31",
            is_unassigned=True,
        )
        await state.clear_filters()
        assert only(busy) == TaskFilter(roles=OPEN_ROLES)

    asyncio.run(scene())
    assert busy.asked("tasks.page")[1]["only"].roles == {SystemRole.DONE}


@pytest.mark.parametrize(
    ("since", "until", "says"),
    [("0002-03-01", "", "between 2000"), ("", "x", "not a date"), ("2026-03-02", "2026-03-01", "before the first")],
    ids=["half-a-year", "no-date", "turned-round"],
)
def test_a_span_that_is_none_is_told_beside_the_fields(busy: Desk, since: str, until: str, says: str) -> None:
    async def scene() -> None:
        state = await opened(TasksState)
        await state.show_since(since)
        await state.show_until(until)
        assert says in state.span_error
        await state.refresh()
        assert (only(busy).since, only(busy).until) == ("", "")

    asyncio.run(scene())


def test_a_list_that_became_shorter_shows_its_last_page(busy: Desk) -> None:
    def page(_actor: object, *, offset: int, **_more: object) -> TaskPage:
        return TaskPage([] if offset else [TASK_VIEW], 1, has_any=True, options=TASK_OPTIONS)

    busy.answers("tasks", "page", page)

    async def scene() -> None:
        state = await opened(TasksState)
        state.offset = 2 * PAGE_SIZE
        await state.load()
        assert (state.offset, len(state.tasks)) == (0, 1)

    asyncio.run(scene())


def test_note_14_the_status_is_changed_from_the_list_and_it_is_said(busy: Desk) -> None:
    busy.answers("tasks", "change_status", replace(TASK, status_id=STATUSES[1].id))

    async def scene() -> None:
        state = await opened(TasksState)
        await state.load()
        assert "#12 is “Done” now" in str(await state.change_status(TASK.id, STATUSES[1].id))
        busy.answers("tasks", "change_status", NotFound("task"))
        assert "does not exist" in str(await state.change_status(TASK.id, STATUSES[1].id))

    asyncio.run(scene())
    assert busy.asked("tasks.change_status")[0] == {"task_id": TASK.id, "status_id": STATUSES[1].id}


def test_only_somebody_found_can_be_filtered_by(busy: Desk) -> None:
    async def scene() -> None:
        state = await opened(WhoseState)
        assert "choice does not exist" in str(state.choose(new_id()))
        await state.set_choosing(True)
        await state.look_for_people("em")
        state.choose(EMPLOYEE.id)
        assert state.employee.id == EMPLOYEE.id
        state.choose("")
        assert state.employee.id == ""

    asyncio.run(scene())
    assert busy.asked("tasks.people")[-1] == {"search": "em", "with_dismissed": True}
