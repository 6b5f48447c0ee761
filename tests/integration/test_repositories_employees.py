"""Employees on both databases."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from ce_calendar.domain.employees.calendars import CalendarState
from ce_calendar.ports import OpenUnitOfWork
from ce_calendar.ports.employees import CalendarFilter, EmployeeQuery
from tests.builders_employees import make_department, make_employee, make_mapping
from tests.conftest import NOON
from tests.support.firm import Firm

TODAY = NOON.date()


@pytest.fixture
def firm(uow: OpenUnitOfWork) -> Firm:
    return Firm(uow)


def found(firm: Firm, query: EmployeeQuery) -> list[str]:
    """Names; the page, the total and the ids must agree."""
    with firm.uow(reading=True) as work:
        lines, total = work.employees.page(firm.id, query, offset=0, limit=100)
        ids = work.employees.matching(firm.id, query)
    assert (total, ids) == (len(lines), [line.employee.id for line in lines])
    return [line.employee.name for line in lines]


def test_employees_come_back_as_they_were_stored(firm: Firm) -> None:
    departments = [make_department(organization_id=firm.id, name=name) for name in ("Field", "Office")]
    with firm.uow() as work:
        for department in departments:
            work.departments.save(department)
    employee = firm.employee(department_ids=[each.id for each in departments], dismissed_on=date(2026, 1, 2))
    alone = firm.employee(email="", position="", is_bound=False)
    with firm.uow() as work:
        assert work.employees.get(employee.id, organization_id=firm.id) == employee
        assert work.employees.get(alone.id, organization_id=firm.id, lock=True) == alone
        assert work.employees.several([alone.id, employee.id, "unknown"], organization_id=firm.id) == sorted(
            [alone, employee], key=lambda each: each.id
        )


def test_an_employee_is_found_in_their_own_organization_alone(firm: Firm) -> None:
    employee = firm.employee()
    with firm.uow() as work:
        assert work.employees.get(employee.id, organization_id=firm.other_id) is None
        assert work.employees.several([employee.id], organization_id=firm.other_id) == []
        assert work.employees.line(employee.id, organization_id=firm.other_id) is None
        assert work.employees.bind([employee.id], organization_id=firm.other_id, is_bound=False) == []
        assert work.employees.owe_plan(firm.other_id, [employee.id]) == 0
        assert work.employees.page(firm.other_id, EmployeeQuery(), offset=0, limit=10) == ([], 0)
        work.employees.save(replace(employee, organization_id=firm.other_id, name="Stolen"))
        assert work.employees.get(employee.id, organization_id=firm.id) == employee


def test_saving_writes_everything_but_organization_and_creation(firm: Firm) -> None:
    field, office = (make_department(organization_id=firm.id, name=name) for name in ("Field", "Office"))
    with firm.uow() as work:
        work.departments.save(field)
        work.departments.save(office)
    employee = firm.employee(department_ids=[field.id])
    after = replace(
        employee,
        name="Edda",
        email="edda@work.example",
        position="Head",
        department_ids=(office.id,),
        is_bound=False,
        dismissed_on=TODAY,
    )
    with firm.uow() as work:
        work.employees.save(replace(after, created_at=NOON + timedelta(days=1)))
        assert work.employees.get(employee.id, organization_id=firm.id) == after
    assert found(firm, EmployeeQuery(search="edda head", is_dismissed=True)) == ["Edda"]
    assert found(firm, EmployeeQuery(search="emma", is_dismissed=None)) == []


def test_saving_keeps_that_a_plan_is_owed(firm: Firm) -> None:
    employee = firm.employee()
    with firm.uow() as work:
        work.employees.owe_plan(firm.id, [employee.id])
        work.employees.save(replace(employee, name="Edda"))
        assert work.employees.count_plan_owed(firm.id) == 1


@pytest.mark.parametrize("search", ["åke", "AKE", "ake tech", "ake@work.example", "ANNÉ ake", "  "])
def test_a_search_finds_words_of_name_email_and_position_without_case_and_accents(firm: Firm, search: str) -> None:
    firm.employee("Åke Anne", email="ake@work.example", position="Technician")
    assert found(firm, EmployeeQuery(search=search)) == ["Åke Anne"]


@pytest.mark.parametrize("search", ["a%e", "_ke", "ake office", "\\"])
def test_a_search_takes_every_character_as_itself(firm: Firm, search: str) -> None:
    firm.employee("Åke Anne", email="ake@work.example", position="Technician")
    assert found(firm, EmployeeQuery(search=search)) == []


def test_the_list_is_ordered_by_name_and_comes_in_pages(firm: Firm) -> None:
    for name in ("Zoe", "émile", "Anna", "Eva"):
        firm.employee(name)
    with firm.uow(reading=True) as work:
        lines, total = work.employees.page(firm.id, EmployeeQuery(), offset=1, limit=2)
    assert ([line.employee.name for line in lines], total) == (["émile", "Eva"], 4)


def test_the_list_is_narrowed_by_department_binding_and_dismissal(firm: Firm) -> None:
    department = make_department(organization_id=firm.id)
    with firm.uow() as work:
        work.departments.save(department)
    firm.employee("In it", department_ids=[department.id])
    firm.employee("Unbound", is_bound=False)
    firm.employee("Gone", dismissed_on=TODAY)
    assert found(firm, EmployeeQuery()) == ["In it", "Unbound"]
    assert found(firm, EmployeeQuery(is_dismissed=True)) == ["Gone"]
    assert found(firm, EmployeeQuery(is_dismissed=None)) == ["Gone", "In it", "Unbound"]
    assert found(firm, EmployeeQuery(department_id=department.id)) == ["In it"]
    assert found(firm, EmployeeQuery(is_bound=False)) == ["Unbound"]
    assert found(firm, EmployeeQuery(is_bound=True)) == ["In it"]


@pytest.fixture
def states(firm: Firm) -> Firm:
    """One employee in each state, named after it."""
    firm.employee("none", is_bound=False)
    firm.employee("none: no email", email="")
    firm.employee("waiting: no row")
    firm.calendar(firm.employee("waiting: row"), CalendarState.WAITING)
    for state in (CalendarState.MAKING, CalendarState.SHARED, CalendarState.FAILING, CalendarState.DELETING):
        firm.calendar(firm.employee(state.value), state)
    again = firm.employee("shared: and an older one deleting")
    firm.calendar(again, CalendarState.DELETING)
    firm.calendar(again, CalendarState.SHARED, generation=2)
    firm.calendar(firm.employee("none: was deleted", is_bound=False), CalendarState.DELETED)
    gone = firm.employee("none: dismissed", dismissed_on=TODAY)
    firm.calendar(gone, CalendarState.DELETED)
    return firm


def test_the_state_of_a_calendar_is_the_current_ones_else_that_it_goes_else_whether_one_is_wanted(
    states: Firm,
) -> None:
    with states.uow(reading=True) as work:
        lines, _ = work.employees.page(states.id, EmployeeQuery(is_dismissed=None), offset=0, limit=100)
        alone = [work.employees.line(line.employee.id, organization_id=states.id) for line in lines]
    assert alone == lines
    for line in lines:
        assert line.state == line.employee.name.partition(":")[0]


@pytest.mark.parametrize("state", CalendarFilter)
def test_the_list_is_narrowed_by_the_state_of_the_calendar(states: Firm, state: CalendarFilter) -> None:
    names = found(states, EmployeeQuery(calendar=state, is_dismissed=None))
    assert names
    assert {name.partition(":")[0] for name in names} == {state.value}


def test_states_are_counted_without_those_who_are_dismissed(states: Firm) -> None:
    with states.uow(reading=True) as work:
        counts = work.employees.counts(states.id)
    assert counts == {
        CalendarFilter.NONE: 3,
        CalendarFilter.WAITING: 2,
        CalendarFilter.MAKING: 1,
        CalendarFilter.SHARED: 2,
        CalendarFilter.FAILING: 1,
        CalendarFilter.DELETING: 1,
    }


def test_a_line_shows_the_current_calendar_with_its_events_else_the_newest_that_goes(firm: Firm) -> None:
    shared, going, without = firm.employee("shared"), firm.employee("going"), firm.employee("without")
    firm.calendar(shared, CalendarState.DELETING)
    current = firm.calendar(shared, CalendarState.SHARED, generation=2)
    firm.calendar(going, CalendarState.DELETING)
    newest = firm.calendar(going, CalendarState.DELETING, generation=2)
    with firm.uow() as work:
        work.event_mappings.save(
            [
                make_mapping(calendar_id=current.id),
                make_mapping(calendar_id=current.id),
                make_mapping(calendar_id=current.id, content_hash=""),
                make_mapping(calendar_id=newest.id),
            ]
        )
        work.employees.owe_plan(firm.id, [going.id])
        lines = {
            name: work.employees.line(employee.id, organization_id=firm.id)
            for name, employee in (("shared", shared), ("going", going), ("without", without))
        }
    shown = {name: (line.calendar, line.events, line.is_plan_owed) for name, line in lines.items() if line}
    assert shown == {"shared": (current, 2, False), "going": (newest, 0, True), "without": (None, 0, False)}


def test_binding_tells_whom_it_changed(firm: Firm) -> None:
    bound, unbound = firm.employee(), firm.employee(is_bound=False)
    with firm.uow() as work:
        assert work.employees.bind([bound.id, unbound.id], organization_id=firm.id, is_bound=True) == [unbound.id]
        assert work.employees.bind([bound.id, unbound.id], organization_id=firm.id, is_bound=True) == []
        assert work.employees.get(unbound.id, organization_id=firm.id) == replace(unbound, is_bound=True)


def test_plans_are_owed_until_they_are_done(firm: Firm) -> None:
    employees = sorted((firm.employee() for _ in range(3)), key=lambda each: each.id)
    with firm.uow() as work:
        stranger = make_employee(organization_id=firm.other_id)
        work.employees.add(stranger)
        assert work.employees.organizations_owing_plans() == []
        assert work.employees.owe_plan(firm.id) == 3
        assert work.employees.organizations_owing_plans() == [firm.id]
        assert work.employees.plan_owed(firm.id, limit=2) == employees[:2]
        work.employees.plan_done([each.id for each in employees[:2]])
        assert (work.employees.count_plan_owed(firm.id), work.employees.plan_owed(firm.id, limit=9)) == (
            1,
            employees[2:],
        )
        assert work.employees.owe_plan(firm.id, [employees[0].id, stranger.id]) == 1
        assert work.employees.count_plan_owed(firm.id) == 2
