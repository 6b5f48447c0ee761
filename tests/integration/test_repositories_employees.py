"""Employees, departments and statuses on both databases."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from ce_calendar.domain.employees.calendars import CalendarState, EmployeeCalendar
from ce_calendar.domain.employees.people import Employee
from ce_calendar.domain.employees.tasks import SystemRole
from ce_calendar.domain.errors import Duplicate
from ce_calendar.ports import OpenUnitOfWork
from ce_calendar.ports.employees import CalendarFilter, EmployeeQuery
from tests.builders import make_organization
from tests.builders_employees import (
    add_statuses,
    make_account,
    make_calendar,
    make_department,
    make_employee,
    make_mapping,
    make_status,
    make_task,
)
from tests.conftest import NOON

TODAY = NOON.date()


class Scene:
    """An organization with an account, and another one."""

    def __init__(self, uow: OpenUnitOfWork) -> None:
        self.uow = uow
        self.id = self._organization()
        self.other_id = self._organization()
        self.account = make_account(organization_id=self.id)
        with uow() as work:
            work.central_accounts.save(self.account)

    def _organization(self) -> str:
        organization = make_organization()
        with self.uow() as work:
            work.organizations.add(organization)
        return organization.id

    def employee(self, name: str = "Emma Engineer", **others: object) -> Employee:
        employee = make_employee(**{"organization_id": self.id, "name": name, **others})  # type: ignore[arg-type] # the builder's own
        with self.uow() as work:
            work.employees.add(employee)
        return employee

    def calendar(self, employee: Employee, state: CalendarState, generation: int = 1) -> EmployeeCalendar:
        calendar = make_calendar(employee=employee, account_id=self.account.id, state=state, generation=generation)
        with self.uow() as work:
            work.employee_calendars.save(calendar)
        return calendar

    def found(self, query: EmployeeQuery) -> list[str]:
        """Names; the page, the total and the ids must agree."""
        with self.uow(reading=True) as work:
            lines, total = work.employees.page(self.id, query, offset=0, limit=100)
            ids = work.employees.matching(self.id, query)
        assert (total, ids) == (len(lines), [line.employee.id for line in lines])
        return [line.employee.name for line in lines]


@pytest.fixture
def scene(uow: OpenUnitOfWork) -> Scene:
    return Scene(uow)


# -- employees ---------------------------------------------------------------------------------------------------


def test_employees_come_back_as_they_were_stored(scene: Scene) -> None:
    departments = [make_department(organization_id=scene.id, name=name) for name in ("Field", "Office")]
    with scene.uow() as work:
        for department in departments:
            work.departments.save(department)
    employee = scene.employee(department_ids=[each.id for each in departments], dismissed_on=date(2026, 1, 2))
    alone = scene.employee(email="", position="", is_bound=False)
    with scene.uow() as work:
        assert work.employees.get(employee.id, organization_id=scene.id) == employee
        assert work.employees.get(alone.id, organization_id=scene.id, lock=True) == alone
        assert work.employees.several([alone.id, employee.id, "unknown"], organization_id=scene.id) == sorted(
            [alone, employee], key=lambda each: each.id
        )


def test_an_employee_is_found_in_their_own_organization_alone(scene: Scene) -> None:
    employee = scene.employee()
    with scene.uow() as work:
        assert work.employees.get(employee.id, organization_id=scene.other_id) is None
        assert work.employees.several([employee.id], organization_id=scene.other_id) == []
        assert work.employees.line(employee.id, organization_id=scene.other_id) is None
        assert work.employees.bind([employee.id], organization_id=scene.other_id, is_bound=False) == []
        assert work.employees.owe_plan(scene.other_id, [employee.id]) == 0
        assert work.employees.page(scene.other_id, EmployeeQuery(), offset=0, limit=10) == ([], 0)
        work.employees.save(replace(employee, organization_id=scene.other_id, name="Stolen"))
        assert work.employees.get(employee.id, organization_id=scene.id) == employee


def test_saving_writes_everything_but_organization_and_creation(scene: Scene) -> None:
    field, office = (make_department(organization_id=scene.id, name=name) for name in ("Field", "Office"))
    with scene.uow() as work:
        work.departments.save(field)
        work.departments.save(office)
    employee = scene.employee(department_ids=[field.id])
    after = replace(
        employee,
        name="Edda",
        email="edda@work.example",
        position="Head",
        department_ids=(office.id,),
        is_bound=False,
        dismissed_on=TODAY,
    )
    with scene.uow() as work:
        work.employees.save(replace(after, created_at=NOON + timedelta(days=1)))
        assert work.employees.get(employee.id, organization_id=scene.id) == after
    assert scene.found(EmployeeQuery(search="edda head", is_dismissed=True)) == ["Edda"]
    assert scene.found(EmployeeQuery(search="emma", is_dismissed=None)) == []


def test_saving_keeps_that_a_plan_is_owed(scene: Scene) -> None:
    employee = scene.employee()
    with scene.uow() as work:
        work.employees.owe_plan(scene.id, [employee.id])
        work.employees.save(replace(employee, name="Edda"))
        assert work.employees.count_plan_owed(scene.id) == 1


@pytest.mark.parametrize("search", ["åke", "AKE", "ake tech", "ake@work.example", "ANNÉ ake", "  "])
def test_a_search_finds_words_of_name_email_and_position_without_case_and_accents(scene: Scene, search: str) -> None:
    scene.employee("Åke Anne", email="ake@work.example", position="Technician")
    assert scene.found(EmployeeQuery(search=search)) == ["Åke Anne"]


@pytest.mark.parametrize("search", ["a%e", "_ke", "ake office", "\\"])
def test_a_search_takes_every_character_as_itself(scene: Scene, search: str) -> None:
    scene.employee("Åke Anne", email="ake@work.example", position="Technician")
    assert scene.found(EmployeeQuery(search=search)) == []


def test_the_list_is_ordered_by_name_and_comes_in_pages(scene: Scene) -> None:
    for name in ("Zoe", "émile", "Anna", "Eva"):
        scene.employee(name)
    with scene.uow(reading=True) as work:
        lines, total = work.employees.page(scene.id, EmployeeQuery(), offset=1, limit=2)
    assert ([line.employee.name for line in lines], total) == (["émile", "Eva"], 4)


def test_the_list_is_narrowed_by_department_binding_and_dismissal(scene: Scene) -> None:
    department = make_department(organization_id=scene.id)
    with scene.uow() as work:
        work.departments.save(department)
    scene.employee("In it", department_ids=[department.id])
    scene.employee("Unbound", is_bound=False)
    scene.employee("Gone", dismissed_on=TODAY)
    assert scene.found(EmployeeQuery()) == ["In it", "Unbound"]
    assert scene.found(EmployeeQuery(is_dismissed=True)) == ["Gone"]
    assert scene.found(EmployeeQuery(is_dismissed=None)) == ["Gone", "In it", "Unbound"]
    assert scene.found(EmployeeQuery(department_id=department.id)) == ["In it"]
    assert scene.found(EmployeeQuery(is_bound=False)) == ["Unbound"]
    assert scene.found(EmployeeQuery(is_bound=True)) == ["In it"]


@pytest.fixture
def states(scene: Scene) -> Scene:
    """One employee in each state, named after it."""
    scene.employee("none", is_bound=False)
    scene.employee("none: no email", email="")
    scene.employee("waiting: no row")
    scene.calendar(scene.employee("waiting: row"), CalendarState.WAITING)
    for state in (CalendarState.MAKING, CalendarState.SHARED, CalendarState.FAILING, CalendarState.DELETING):
        scene.calendar(scene.employee(state.value), state)
    again = scene.employee("shared: and an older one deleting")
    scene.calendar(again, CalendarState.DELETING)
    scene.calendar(again, CalendarState.SHARED, generation=2)
    scene.calendar(scene.employee("none: was deleted", is_bound=False), CalendarState.DELETED)
    gone = scene.employee("none: dismissed", dismissed_on=TODAY)
    scene.calendar(gone, CalendarState.DELETED)
    return scene


def test_the_state_of_a_calendar_is_the_current_ones_else_that_it_goes_else_whether_one_is_wanted(
    states: Scene,
) -> None:
    with states.uow(reading=True) as work:
        lines, _ = work.employees.page(states.id, EmployeeQuery(is_dismissed=None), offset=0, limit=100)
        alone = [work.employees.line(line.employee.id, organization_id=states.id) for line in lines]
    assert alone == lines
    for line in lines:
        assert line.state == line.employee.name.partition(":")[0]


@pytest.mark.parametrize("state", CalendarFilter)
def test_the_list_is_narrowed_by_the_state_of_the_calendar(states: Scene, state: CalendarFilter) -> None:
    found = states.found(EmployeeQuery(calendar=state, is_dismissed=None))
    assert found
    assert {name.partition(":")[0] for name in found} == {state.value}


def test_states_are_counted_without_those_who_are_dismissed(states: Scene) -> None:
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


def test_a_line_shows_the_current_calendar_with_its_events_else_the_newest_that_goes(scene: Scene) -> None:
    shared, going, without = scene.employee("shared"), scene.employee("going"), scene.employee("without")
    scene.calendar(shared, CalendarState.DELETING)
    current = scene.calendar(shared, CalendarState.SHARED, generation=2)
    scene.calendar(going, CalendarState.DELETING)
    newest = scene.calendar(going, CalendarState.DELETING, generation=2)
    with scene.uow() as work:
        work.event_mappings.save(
            [
                make_mapping(calendar_id=current.id),
                make_mapping(calendar_id=current.id),
                make_mapping(calendar_id=current.id, content_hash=""),
                make_mapping(calendar_id=newest.id),
            ]
        )
        work.employees.owe_plan(scene.id, [going.id])
        lines = {
            name: work.employees.line(employee.id, organization_id=scene.id)
            for name, employee in (("shared", shared), ("going", going), ("without", without))
        }
    shown = {name: (line.calendar, line.events, line.is_plan_owed) for name, line in lines.items() if line}
    assert shown == {"shared": (current, 2, False), "going": (newest, 0, True), "without": (None, 0, False)}


def test_binding_tells_whom_it_changed(scene: Scene) -> None:
    bound, unbound = scene.employee(), scene.employee(is_bound=False)
    with scene.uow() as work:
        assert work.employees.bind([bound.id, unbound.id], organization_id=scene.id, is_bound=True) == [unbound.id]
        assert work.employees.bind([bound.id, unbound.id], organization_id=scene.id, is_bound=True) == []
        assert work.employees.get(unbound.id, organization_id=scene.id) == replace(unbound, is_bound=True)


def test_plans_are_owed_until_they_are_done(scene: Scene) -> None:
    employees = sorted((scene.employee() for _ in range(3)), key=lambda each: each.id)
    with scene.uow() as work:
        stranger = make_employee(organization_id=scene.other_id)
        work.employees.add(stranger)
        assert work.employees.organizations_owing_plans() == []
        assert work.employees.owe_plan(scene.id) == 3
        assert work.employees.organizations_owing_plans() == [scene.id]
        assert work.employees.plan_owed(scene.id, limit=2) == employees[:2]
        work.employees.plan_done([each.id for each in employees[:2]])
        assert (work.employees.count_plan_owed(scene.id), work.employees.plan_owed(scene.id, limit=9)) == (
            1,
            employees[2:],
        )
        assert work.employees.owe_plan(scene.id, [employees[0].id, stranger.id]) == 1
        assert work.employees.count_plan_owed(scene.id) == 2


# -- departments -------------------------------------------------------------------------------------------------


def test_departments_come_by_name_with_how_many_belong_to_each(scene: Scene) -> None:
    office, field = (make_department(organization_id=scene.id, name=name) for name in ("office", "Field"))
    with scene.uow() as work:
        work.departments.save(office)
        work.departments.save(field)
    scene.employee(department_ids=[office.id])
    scene.employee(department_ids=[office.id], dismissed_on=TODAY)
    with scene.uow() as work:
        assert work.departments.all(scene.id) == [(field, 0), (office, 1)]
        assert work.departments.all(scene.other_id) == []
        assert work.departments.get(office.id, organization_id=scene.id) == office
        assert work.departments.get(office.id, organization_id=scene.other_id) is None


def test_who_belongs_to_several_of_the_departments_comes_once(scene: Scene) -> None:
    departments = [make_department(organization_id=scene.id, name=name) for name in ("Field", "Office", "Store")]
    ids = [department.id for department in departments]
    with scene.uow() as work:
        for department in departments:
            work.departments.save(department)
    both, one = scene.employee(department_ids=ids[:2]), scene.employee(department_ids=ids[:1])
    scene.employee(department_ids=ids[2:])
    with scene.uow() as work:
        assert work.employees.of_departments(ids[:2]) == sorted([both, one], key=lambda each: each.id)
        assert work.employees.of_departments([]) == []


@pytest.mark.parametrize("name", ["Straße", "STRASSE", " strasse "])
def test_no_two_departments_differ_in_the_case_of_their_name_alone(scene: Scene, name: str) -> None:
    with scene.uow() as work:
        work.departments.save(make_department(organization_id=scene.id, name="Strasse"))
        work.departments.save(make_department(organization_id=scene.other_id, name="Strasse"))
    with pytest.raises(Duplicate), scene.uow() as work:
        work.departments.save(make_department(organization_id=scene.id, name=name))


def test_a_department_can_change_the_case_of_its_own_name(scene: Scene) -> None:
    department = make_department(organization_id=scene.id, name="field")
    with scene.uow() as work:
        work.departments.save(department)
        work.departments.save(replace(department, name="Field"))
        assert work.departments.all(scene.id) == [(replace(department, name="Field"), 0)]


def test_a_department_goes_with_its_memberships_and_what_was_assigned_to_it(scene: Scene) -> None:
    department = make_department(organization_id=scene.id)
    with scene.uow() as work:
        work.departments.save(department)
        statuses = add_statuses(work, scene.id)
    employee = scene.employee(department_ids=[department.id])
    task = make_task(organization_id=scene.id, status_id=statuses.waiting.id, department_ids=[department.id])
    with scene.uow() as work:
        work.tasks.add(task)
        work.departments.remove(department.id)
        assert work.employees.get(employee.id, organization_id=scene.id) == replace(employee, department_ids=())
        assert work.tasks.get(task.id, organization_id=scene.id) == replace(task, department_ids=())


# -- statuses ----------------------------------------------------------------------------------------------------


def test_statuses_come_in_their_order(scene: Scene) -> None:
    last, first = (make_status(organization_id=scene.id, name=f"At {place}", position=place) for place in (2, 1))
    with scene.uow() as work:
        work.task_statuses.save(last, first)
        assert work.task_statuses.all(scene.id) == [first, last]
        changed = replace(first, name="Later", role=SystemRole.DONE, color_id="11", position=3)
        work.task_statuses.save(changed)
        assert work.task_statuses.all(scene.id) == [last, changed]
        assert work.task_statuses.all(scene.other_id) == []
        work.task_statuses.remove(last.id)
        assert work.task_statuses.all(scene.id) == [changed]


def test_two_statuses_swap_their_names(scene: Scene) -> None:
    with scene.uow() as work:
        statuses = add_statuses(work, scene.id)
        one, other = replace(statuses.waiting, name="done"), replace(statuses.done, name="not completed")
        work.task_statuses.save(one, other)
        assert work.task_statuses.all(scene.id) == [one, statuses.under_way, other]


def test_no_two_statuses_differ_in_the_case_of_their_name_alone(scene: Scene) -> None:
    with scene.uow() as work:
        statuses = add_statuses(work, scene.id)
    with pytest.raises(Duplicate), scene.uow() as work:
        work.task_statuses.save(replace(statuses.waiting, name="DONE"))
    with scene.uow() as work:
        assert work.task_statuses.all(scene.id)[0] == statuses.waiting


def test_used_statuses_are_counted(scene: Scene) -> None:
    with scene.uow() as work:
        statuses, others = add_statuses(work, scene.id), add_statuses(work, scene.other_id)
        work.tasks.add(
            *(make_task(organization_id=scene.id, number=n, status_id=statuses.done.id) for n in (1, 2)),
            make_task(organization_id=scene.other_id, status_id=others.done.id),
        )
        assert work.task_statuses.used(scene.id) == {statuses.done.id: 2}
