"""Departments and task statuses on both databases."""

from dataclasses import replace

import pytest

from ce_calendar.domain.employees.tasks import SystemRole
from ce_calendar.domain.errors import Duplicate
from ce_calendar.ports import OpenUnitOfWork
from tests.builders_employees import add_statuses, make_department, make_status, make_task
from tests.conftest import NOON
from tests.support.firm import Firm

TODAY = NOON.date()


@pytest.fixture
def firm(uow: OpenUnitOfWork) -> Firm:
    return Firm(uow)


# -- departments -------------------------------------------------------------------------------------------------


def test_departments_come_by_name_with_how_many_belong_to_each(firm: Firm) -> None:
    office, field = (make_department(organization_id=firm.id, name=name) for name in ("office", "Field"))
    with firm.uow() as work:
        work.departments.save(office)
        work.departments.save(field)
    firm.employee(department_ids=[office.id])
    firm.employee(department_ids=[office.id], dismissed_on=TODAY)
    with firm.uow() as work:
        assert work.departments.all(firm.id) == [(field, 0), (office, 1)]
        assert work.departments.all(firm.other_id) == []
        assert work.departments.get(office.id, organization_id=firm.id) == office
        assert work.departments.get(office.id, organization_id=firm.other_id) is None


def test_who_belongs_to_several_of_the_departments_comes_once(firm: Firm) -> None:
    departments = [make_department(organization_id=firm.id, name=name) for name in ("Field", "Office", "Store")]
    ids = [department.id for department in departments]
    with firm.uow() as work:
        for department in departments:
            work.departments.save(department)
    both, one = firm.employee(department_ids=ids[:2]), firm.employee(department_ids=ids[:1])
    firm.employee(department_ids=ids[2:])
    with firm.uow() as work:
        assert work.employees.of_departments(ids[:2]) == sorted([both, one], key=lambda each: each.id)
        assert work.employees.of_departments([]) == []


@pytest.mark.parametrize("name", ["Straße", "STRASSE", " strasse "])
def test_no_two_departments_differ_in_the_case_of_their_name_alone(firm: Firm, name: str) -> None:
    with firm.uow() as work:
        work.departments.save(make_department(organization_id=firm.id, name="Strasse"))
        work.departments.save(make_department(organization_id=firm.other_id, name="Strasse"))
    with pytest.raises(Duplicate), firm.uow() as work:
        work.departments.save(make_department(organization_id=firm.id, name=name))


def test_a_department_can_change_the_case_of_its_own_name(firm: Firm) -> None:
    department = make_department(organization_id=firm.id, name="field")
    with firm.uow() as work:
        work.departments.save(department)
        work.departments.save(replace(department, name="Field"))
        assert work.departments.all(firm.id) == [(replace(department, name="Field"), 0)]


def test_a_department_goes_with_its_memberships_and_what_was_assigned_to_it(firm: Firm) -> None:
    department = make_department(organization_id=firm.id)
    with firm.uow() as work:
        work.departments.save(department)
        statuses = add_statuses(work, firm.id)
    employee = firm.employee(department_ids=[department.id])
    task = make_task(organization_id=firm.id, status_id=statuses.waiting.id, department_ids=[department.id])
    with firm.uow() as work:
        work.tasks.add(task)
        work.departments.remove(department.id)
        assert work.employees.get(employee.id, organization_id=firm.id) == replace(employee, department_ids=())
        assert work.tasks.get(task.id, organization_id=firm.id) == replace(task, department_ids=())


# -- statuses ----------------------------------------------------------------------------------------------------


def test_statuses_come_in_their_order(firm: Firm) -> None:
    last, first = (make_status(organization_id=firm.id, name=f"At {place}", position=place) for place in (2, 1))
    with firm.uow() as work:
        work.task_statuses.save(last, first)
        assert work.task_statuses.all(firm.id) == [first, last]
        changed = replace(first, name="Later", role=SystemRole.DONE, color_id="11", position=3)
        work.task_statuses.save(changed)
        assert work.task_statuses.all(firm.id) == [last, changed]
        assert work.task_statuses.all(firm.other_id) == []
        work.task_statuses.remove(last.id)
        assert work.task_statuses.all(firm.id) == [changed]


def test_two_statuses_swap_their_names(firm: Firm) -> None:
    with firm.uow() as work:
        statuses = add_statuses(work, firm.id)
        one, other = replace(statuses.waiting, name="done"), replace(statuses.done, name="not completed")
        work.task_statuses.save(one, other)
        assert work.task_statuses.all(firm.id) == [one, statuses.under_way, other]


def test_no_two_statuses_differ_in_the_case_of_their_name_alone(firm: Firm) -> None:
    with firm.uow() as work:
        statuses = add_statuses(work, firm.id)
    with pytest.raises(Duplicate), firm.uow() as work:
        work.task_statuses.save(replace(statuses.waiting, name="DONE"))
    with firm.uow() as work:
        assert work.task_statuses.all(firm.id)[0] == statuses.waiting


def test_used_statuses_are_counted(firm: Firm) -> None:
    with firm.uow() as work:
        statuses, others = add_statuses(work, firm.id), add_statuses(work, firm.other_id)
        work.tasks.add(
            *(make_task(organization_id=firm.id, number=n, status_id=statuses.done.id) for n in (1, 2)),
            make_task(organization_id=firm.other_id, status_id=others.done.id),
        )
        assert work.task_statuses.used(firm.id) == {statuses.done.id: 2}
