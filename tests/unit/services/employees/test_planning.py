"""What is planned when, and what employees' histories tell of it."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine, text

from ce_calendar.domain.employees.calendars import CalendarState
from ce_calendar.services.employees import planning
from tests.builders_employees import make_department, make_employee, make_task
from tests.support.office import Office


def history_of(engine: Engine, employee_id: str) -> list[str]:
    """Of their calendar, oldest first."""
    query = text(
        "SELECT action FROM audit_log WHERE subject_id = :id AND action LIKE 'employee.calendar.%' ORDER BY id"
    )
    with engine.connect() as connection:
        return [row.action.removeprefix("employee.calendar.") for row in connection.execute(query, {"id": employee_id})]


def test_employees_are_planned_in_pages_each_a_transaction(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "AT_ONCE", 2)
    office.hire_some(5)
    report = office.plan()
    assert (report.employees, report.calendars_planned) == (5, 5)
    with office.uow(reading=True) as unit:
        assert unit.employees.count_plan_owed(office.organization.id) == 0


def test_what_was_planned_is_told_and_drained(office: Office) -> None:
    office.hire_some(1)
    office.jobs.asked.clear()
    office.announcements.told.clear()
    office.plan()
    home = office.organization.id
    assert office.jobs.asked == [("erp-drain", home)]
    assert office.announcements.told == [(home, "employees"), (home, "employee-calendars")]


def test_a_plan_that_changes_nothing_owes_nothing(office: Office) -> None:
    [emma] = office.hire(make_employee())
    office.assign(emma)
    office.work()
    office.save_employee(emma)
    report = office.plan()
    assert (report.employees, report.operations, report.events) == (1, 0, 0)


def test_another_organizations_employees_and_tasks_are_left_alone(office: Office) -> None:
    theirs = make_employee(organization_id=office.other_organization.id)
    with office.uow() as unit:
        unit.employees.add(theirs)
        unit.employees.owe_plan(office.other_organization.id, None)
    [emma] = office.hire(make_employee(name="Emma"))
    office.work()
    assert [each.facts.name for each in office.hosting.calendars.values()] == ["Emma"]
    assert office.planning.owed() == []
    assert office.planning.run(office.other_organization.id).employees == 0
    with office.uow() as unit:
        assert office.planning.tasks_changed(unit, office.other_organization.id, ["any"]).operations == 0
        assert not office.planning.rebuild(unit, office.other_organization.id, emma.id)
    assert office.calendar_of(emma)


def test_without_an_account_plans_stay_owed(office: Office) -> None:
    with office.uow() as unit:
        unit.central_accounts.remove(office.account.id)
    [emma] = office.hire(make_employee(name="Emma"))
    office.assign(emma, title="Router")
    assert (office.planning.owed(), office.plan().employees, office.drain().round_trips) == ([], 0, 0)
    with office.uow() as unit:
        unit.central_accounts.save(office.account)
    assert office.planning.owed() == [office.organization.id]
    office.work()
    assert office.seen_by(emma) == {"Emma": "#1 Router"}


def test_the_history_of_an_employee_tells_what_became_of_their_calendar(office: Office, sqlite_engine: Engine) -> None:
    [emma] = office.hire(make_employee())
    office.work()
    office.save_employee(replace(emma, email="emma.new@work.example"))
    office.work_until_quiet()
    office.save_employee(replace(emma, is_bound=False))
    office.work_until_quiet()
    assert history_of(sqlite_engine, emma.id) == [
        *("plan", "make", "share"),
        *("recreate", "delete", "make", "share"),
        *("end", "delete"),
    ]


def test_tasks_of_departments_reach_their_people_when_the_rules_say_so(office: Office) -> None:
    home = office.organization.id
    with office.uow() as unit:
        department = make_department(organization_id=home)
        unit.departments.save(department)
    emma, _ = office.hire(make_employee(name="Emma", department_ids=[department.id]), make_employee(name="Ann"))
    task = make_task(
        organization_id=home, title="Shift", status_id=office.statuses.waiting.id, department_ids=[department.id]
    )
    office.change(lambda unit: unit.tasks.add(task), tasks=[task.id])
    office.work()
    assert office.seen_by(emma) == {"Emma": ""}
    office.set_rules(shows_departments=True)
    office.work()
    assert office.seen_by(emma) == {"Emma": "#1 Shift"}
    office.save_employee(replace(emma, department_ids=()))
    office.work()
    assert office.seen_by(emma) == {"Emma": ""}


def test_rebuilding_a_calendar_makes_another_one_and_deletes_the_old_one(office: Office) -> None:
    [emma] = office.hire(make_employee(name="Emma"))
    office.assign(emma, title="Router")
    office.work()
    [before] = office.hosting.calendars
    office.rebuild(emma)
    office.work_until_quiet()
    [after] = office.hosting.calendars
    assert after != before
    assert office.seen_by(emma) == {"Emma": "#1 Router"}
    assert [each.state for each in office.calendars_of(emma)] == [CalendarState.SHARED, CalendarState.DELETED]


def test_rebuilding_what_was_never_begun_costs_no_request(office: Office) -> None:
    [emma] = office.hire(make_employee(name="Emma"))
    office.plan()
    office.rebuild(emma)
    office.plan()
    assert [each.state for each in office.calendars_of(emma)] == [CalendarState.WAITING]
    office.drain()
    assert len(office.hosting.calendars) == 1
