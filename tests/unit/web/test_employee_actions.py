"""What the screens of employees do, without a server: what is asked of the services, and what follows from answers."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
import reflex as rx

from ce_calendar.domain.access import Permission
from ce_calendar.domain.errors import AccessDenied, Invalid, NotFound
from ce_calendar.ports.employees import CalendarFilter, EmployeeQuery
from ce_calendar.services.employees.views import BindingEffects, EmployeePage, Saved
from ce_calendar.web.components.pager import PAGE_SIZE
from ce_calendar.web.employee.asking import AskingState
from ce_calendar.web.employee.state import EmployeeState
from ce_calendar.web.employees.adding import AddEmployeeState, said_of
from ce_calendar.web.employees.binding import BindingState
from ce_calendar.web.employees.departments import DepartmentsState
from ce_calendar.web.employees.state import EmployeesState
from tests.builders import new_id
from tests.builders_employees import make_employee
from tests.unit.web.conftest import DEPARTMENT, EMPLOYEE, LINE, WORKING, Desk, card_of, opened, shown, tab

CARD = f"http://localhost/erp/employees/{EMPLOYEE.id}"
EFFECTS = BindingEffects(chosen=2, changing=2, calendars=2, without_email=0, dismissed=0)


# -- the list ---------------------------------------------------------------------------------------------------------


def test_every_filter_begins_at_the_first_page_with_nobody_chosen(busy: Desk) -> None:
    async def scene() -> None:
        state = await opened(EmployeesState)
        await state.load()
        for narrow in (
            state.look_for("emma"),
            state.show_calendars("failing"),
            state.show_department(DEPARTMENT.id),
            state.show_who("dismissed"),
        ):
            state.offset, state.picked = PAGE_SIZE, [EMPLOYEE.id]
            await narrow
            assert (state.offset, state.picked) == (0, [])
        await state.show_all()

    asyncio.run(scene())
    queries = [each["query"] for each in busy.asked("employees.page")]
    failing = EmployeeQuery(search="emma", calendar=CalendarFilter.FAILING)
    assert queries[1:4] == [
        EmployeeQuery(search="emma"),
        failing,
        replace(failing, department_id=DEPARTMENT.id),
    ]
    # Who was dismissed has no calendar: their states are not asked for.
    assert queries[4] == EmployeeQuery(search="emma", department_id=DEPARTMENT.id, is_dismissed=True)
    assert queries[5] == EmployeeQuery()


def test_words_that_are_no_filter_change_nothing(busy: Desk) -> None:
    async def scene() -> None:
        state = await opened(EmployeesState)
        await state.load()
        assert "does not exist" in str(await state.show_calendars("broken"))
        assert "does not exist" in str(await state.show_who("everybody"))
        assert "does not point" in str(await state.show_department("../.."))
        assert (state.calendar, state.who, state.department) == ("", "working", "")

    asyncio.run(scene())


def test_a_department_that_went_meanwhile_is_filtered_by_no_longer(busy: Desk) -> None:
    async def scene() -> None:
        state = await opened(EmployeesState)
        state.department = new_id()
        await state.refresh()
        assert (state.department, len(state.employees)) == ("", 1)

    asyncio.run(scene())
    assert busy.asked("employees.page")[-1]["query"] == EmployeeQuery()


def test_a_list_that_became_shorter_shows_its_last_page(busy: Desk) -> None:
    def page(_actor: Any, *, offset: int, **_: Any) -> EmployeePage:
        return EmployeePage([LINE] if offset == 0 else [], 1, [], WORKING)

    busy.answers("employees", "page", page)

    async def scene() -> None:
        state = await opened(EmployeesState)
        state.offset = 3 * PAGE_SIZE
        await state.refresh()
        assert (state.offset, len(state.employees)) == (0, 1)

    asyncio.run(scene())


def test_employees_are_chosen_one_by_one_by_page_and_all(busy: Desk) -> None:
    async def scene() -> None:
        state = await opened(EmployeesState)
        await state.load()
        other = new_id()
        state.pick(other, wanted=True)
        state.pick_page(wanted=True)
        assert state.picked == [other, EMPLOYEE.id]
        assert state.is_page_picked
        state.pick_everything()
        assert state.is_everything
        state.pick(other, wanted=False)
        assert (state.picked, state.is_everything) == ([EMPLOYEE.id], False)
        state.pick_page(wanted=False)
        assert state.picked == []
        assert "on or off" in str(state.pick(other, wanted="yes"))

    asyncio.run(scene())


# -- several bindings -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("is_bound", "verb"), [(True, "bind_several"), (False, "unbind_several")])
def test_the_question_is_about_whom_the_answer_is(busy: Desk, verb: str, *, is_bound: bool) -> None:
    busy.answers("employees", "binding_effects", EFFECTS)
    busy.answers("employees", verb, 2)

    async def scene() -> None:
        root = tab(cookie="good")
        page, state = await root.get_state(EmployeesState), await root.get_state(BindingState)
        await page.load()
        page.pick(EMPLOYEE.id, wanted=True)
        await state.ask(is_bound)
        assert state.question.is_open
        said = str(await state.confirm())
        assert "2 employees are" in said
        assert (page.picked, state.question.is_open) == ([], False)
        assert await state.confirm() is None, "pressed twice: nothing is wrong"

    asyncio.run(scene())
    assert busy.asked("employees.binding_effects") == [{"is_bound": is_bound, "employee_ids": [EMPLOYEE.id]}]
    assert busy.asked(f"employees.{verb}") == [{"employee_ids": [EMPLOYEE.id]}]


def test_everything_found_means_the_query_not_a_list(busy: Desk) -> None:
    busy.answers("employees", "binding_effects", EFFECTS)

    async def scene() -> None:
        root = tab(cookie="good")
        page, state = await root.get_state(EmployeesState), await root.get_state(BindingState)
        await page.look_for("emma")
        page.pick_everything()
        await state.ask(True)
        state.keep()
        assert not state.question.is_open

    asyncio.run(scene())
    assert busy.asked("employees.binding_effects") == [{"is_bound": True, "query": EmployeeQuery(search="emma")}]


def test_where_nothing_would_change_nothing_is_asked_of_the_service(busy: Desk) -> None:
    busy.answers("employees", "binding_effects", replace(EFFECTS, changing=0))

    async def scene() -> None:
        state = await opened(BindingState)
        await state.ask(True)
        assert state.question.is_idle
        assert await state.confirm() is None

    asyncio.run(scene())
    assert busy.asked("employees.bind_several") == []


# -- adding -----------------------------------------------------------------------------------------------------------


def test_an_employee_is_added_with_what_stands_in_the_dialog(busy: Desk) -> None:
    busy.answers("employees", "add", Saved(EMPLOYEE))

    async def scene() -> None:
        state = await opened(AddEmployeeState)
        state.open_dialog()
        state.enter("name", "Em")
        state.choose_department(DEPARTMENT.id, True)
        await state.save({"name": " Emma ", "email": "emma@work.example", "position": "", "is_bound": "intruder"})
        assert not state.is_open

    asyncio.run(scene())
    assert busy.asked("employees.add") == [
        {
            "name": "Emma",
            "email": "emma@work.example",
            "position": "",
            "department_ids": [DEPARTMENT.id],
            "is_bound": True,
        }
    ]


def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(busy: Desk) -> None:
    busy.answers("employees", "add", Invalid("This is not an email address.", field="email"))

    async def scene() -> None:
        state = await opened(AddEmployeeState)
        state.open_dialog()
        await state.save({"name": "Emma", "email": "emma", "position": ""})
        assert (state.is_open, state.errors.email) == (True, "This is not an email address.")
        assert (state.entered.name, state.entered.email) == ("Emma", "emma")
        state.open_dialog()
        assert (state.entered.name, state.errors.email) == ("", "")

    asyncio.run(scene())


def test_a_shared_email_is_said() -> None:
    others = [make_employee(name="Anna"), make_employee(name="Boris"), make_employee(name="Carla")]
    assert "Anna has the same email" in str(said_of(Saved(EMPLOYEE, others[:1]), "Saved."))
    assert "Anna and 2 more have the same email" in str(said_of(Saved(EMPLOYEE, others), "Saved."))
    assert len(said_of(Saved(EMPLOYEE), "Saved.")) == 1


# -- departments ------------------------------------------------------------------------------------------------------


def test_departments_are_added_renamed_and_removed_by_what_is_open(busy: Desk) -> None:
    for verb in ("add", "rename", "remove"):
        busy.answers("departments", verb, None)

    async def scene() -> None:
        root = tab(cookie="good")
        page, state = await root.get_state(EmployeesState), await root.get_state(DepartmentsState)
        await page.load()
        state.open_dialog()
        await state.add({"department": "Night shift"})
        assert state.added == 1
        assert await state.rename({"renamed": "Too early"}) is None
        state.begin_rename(DEPARTMENT.id)
        await state.rename({"renamed": "Service"})
        assert state.renaming == ""
        assert await state.remove() is None
        await state.ask(DEPARTMENT.id)
        assert state.removing.members == "1 employee"
        await state.remove()
        assert state.removing.id == ""

    asyncio.run(scene())
    assert busy.asked("departments.add") == [{"name": "Night shift"}]
    assert busy.asked("departments.rename") == [{"department_id": DEPARTMENT.id, "name": "Service"}]
    assert busy.asked("departments.remove") == [{"department_id": DEPARTMENT.id}]


def test_a_name_that_is_taken_is_said_where_it_was_entered(busy: Desk) -> None:
    for verb in ("add", "rename"):
        busy.answers("departments", verb, Invalid("There is a department with this name already.", field="name"))

    async def scene() -> None:
        state = await opened(DepartmentsState)
        await state.add({"department": "Service"})
        assert "already" in state.error
        state.begin_rename(DEPARTMENT.id)
        await state.rename({"renamed": "Service"})
        assert "already" in state.rename_error
        assert state.renaming == DEPARTMENT.id
        state.keep_name()
        assert state.renaming == ""

    asyncio.run(scene())


# -- the card ---------------------------------------------------------------------------------------------------------


def test_only_what_was_touched_is_saved(busy: Desk) -> None:
    busy.answers("employees", "edit", Saved(replace(EMPLOYEE, position="Chief")))

    async def scene() -> None:
        state = await opened(EmployeeState, url=CARD)
        await state.load()
        assert not state.is_unsaved
        state.enter("position", "Chie")
        assert state.is_unsaved
        form = {"name": EMPLOYEE.name, "email": EMPLOYEE.email, "position": "Chief"}
        await state.save(form)
        state.set_bound(False)
        state.choose_department(DEPARTMENT.id, True)
        await state.save(form)

    asyncio.run(scene())
    asked = busy.asked("employees.edit")
    assert asked[0] == {"employee_id": EMPLOYEE.id, "position": "Chief"}
    assert {"is_bound": False, "department_ids": [DEPARTMENT.id]}.items() <= asked[1].items()


def test_what_others_change_reaches_every_field_that_was_not_touched(busy: Desk) -> None:
    async def scene() -> None:
        state = await opened(EmployeeState, url=CARD)
        await state.load()
        state.enter("position", "Chief")
        changed = replace(EMPLOYEE, name="Emily", is_bound=False, department_ids=(DEPARTMENT.id,))
        busy.answers("employees", "card", card_of(replace(LINE, employee=changed)))
        ticks = state.ticks
        await state.refresh()
        assert (state.entered.name, state.entered.position, state.entered.is_bound) == ("Emily", "Chief", False)
        assert state.chosen_departments == [DEPARTMENT.id]
        assert state.ticks == ticks + 1
        await state.refresh()
        assert state.ticks == ticks + 1, "boxes are drawn anew only when they must be"
        state.discard()
        assert (state.entered.position, state.is_unsaved) == (EMPLOYEE.position, False)

    asyncio.run(scene())


@pytest.mark.parametrize("address", ["none", "0" * 32, "%2e%2e"])
def test_an_unknown_address_says_so_and_shows_nobody(busy: Desk, address: str) -> None:
    busy.answers("employees", "card", NotFound("employee"))

    async def scene() -> None:
        state = await opened(EmployeeState, url=f"http://localhost/erp/employees/{address}/")
        await state.load()
        assert (state.is_missing, state.phase, state.card.id) == (True, "ready", "")
        await state.save({})
        assert "does not point" in state.errors.whole

    asyncio.run(scene())
    assert busy.asked("employees.edit") == []


def test_who_may_not_see_employees_sees_nobody(busy: Desk) -> None:
    async def scene() -> None:
        state = await opened(EmployeeState, url=CARD)
        await state.load()
        busy.answers("employees", "card", AccessDenied(Permission.ERP_VIEW))
        await state.refresh()
        assert shown(state) == {**shown(await tab().get_state(EmployeeState)), "phase": "forbidden"}

    asyncio.run(scene())


def test_weeks_are_turned_over(busy: Desk) -> None:
    async def scene() -> None:
        state = await opened(EmployeeState, url=CARD)
        await state.load()
        for turn in (state.next_week, state.next_week, state.previous_week, state.this_week, state.previous_week):
            await turn()

    asyncio.run(scene())
    assert [each["weeks_ahead"] for each in busy.asked("employees.week")] == [0, 1, 2, 1, 0, -1]


def test_only_what_stands_on_the_card_is_copied(busy: Desk) -> None:
    async def scene() -> None:
        state = await opened(EmployeeState, url=CARD)
        await state.load()
        assert state.card.calendar_id in str(state.copy("calendar-id"))
        assert "Accept the invitation" in str(state.copy("hints"))
        assert "nothing to copy" in str(state.copy("password"))

    asyncio.run(scene())


@pytest.mark.parametrize("kind", ["rebuild", "dismiss", "rehire"])
def test_a_question_is_answered_once_and_about_the_employee_of_the_card(busy: Desk, kind: str) -> None:
    busy.answers("employees", kind, EMPLOYEE)

    async def answer(state: AskingState) -> object:
        return await (state.dismiss({"on": "2026-03-01"}) if kind == "dismiss" else getattr(state, kind)())

    async def scene() -> None:
        root: rx.State = tab(cookie="good", url=CARD)
        page, state = await root.get_state(EmployeeState), await root.get_state(AskingState)
        await page.load()
        assert await answer(state) is None, "nothing was asked"
        await state.ask(kind)
        assert state.kind == kind
        assert "EmployeeState.refresh" in str(await answer(state))
        assert await answer(state) is None, "pressed twice: nothing is wrong"
        assert "no such question" in str(await state.ask("everything"))

    asyncio.run(scene())
    expected = {"employee_id": EMPLOYEE.id, **({"on": "2026-03-01"} if kind == "dismiss" else {})}
    assert busy.asked(f"employees.{kind}") == [expected]


def test_what_is_wrong_with_an_answer_is_said_in_the_question(busy: Desk) -> None:
    busy.answers("employees", "dismiss", Invalid("The last day cannot lie ahead.", field="on"))

    async def scene() -> None:
        root = tab(cookie="good", url=CARD)
        page, state = await root.get_state(EmployeeState), await root.get_state(AskingState)
        await page.load()
        await state.ask("dismiss")
        await state.dismiss({"on": "2099-01-01"})
        assert (state.kind, state.error) == ("dismiss", "The last day cannot lie ahead.")
        state.keep()
        assert state.kind == ""

    asyncio.run(scene())
