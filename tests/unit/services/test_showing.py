"""Where a task shows, as its dialog says: for whom, through what, how far it is, and if not: why."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event

from ce_calendar.domain.employees.calendars import CalendarState, EmployeeCalendar
from ce_calendar.domain.employees.people import Employee
from ce_calendar.domain.employees.tasks import Task
from ce_calendar.ports import OpenUnitOfWork
from ce_calendar.services.employees.showing import Hidden, Place, PlaceOf, Showing
from tests.builders_employees import Statuses, make_calendar, make_employee, make_mapping, make_operation
from tests.conftest import NOON, FixedClock
from tests.unit.services.tasks_scene import TaskScene, set_scene

TODAY = NOON.date()


@pytest.fixture
def scene(uow: OpenUnitOfWork, clock: FixedClock) -> TaskScene:
    return set_scene(uow, clock)


@dataclass
class Case:
    """An enabled organization with an account and an employee; a case changes what it is about."""

    scene: TaskScene
    statuses: Statuses
    account_id: str

    def employee(self, **values: Any) -> Employee:
        return self.scene.employee(**values)

    def calendar(self, employee: Employee, **values: Any) -> EmployeeCalendar:
        return self.scene.calendar(employee, self.account_id, **values)

    def planned(self, calendar: EmployeeCalendar, task: Task, *, is_owed: bool = False, **values: Any) -> None:
        with self.scene.open_uow() as uow:
            uow.event_mappings.save([make_mapping(calendar_id=calendar.id, task_id=task.id, **values)])
            if is_owed:
                operation = make_operation(calendar_id=calendar.id, subject=task.id)
                uow.outbox.owe([operation], organization_id=self.scene.home, account_id=self.account_id, now=NOON)

    def showing(self, task: Task) -> Showing:
        return self.scene.tasks.get(self.scene.viewer, task_id=task.id).showing

    def place(self, task: Task) -> PlaceOf:
        places = self.showing(task).places
        assert len(places) == 1
        return places[0]


@pytest.fixture
def case(scene: TaskScene) -> Case:
    statuses = scene.with_statuses()
    scene.rules(is_enabled=True)
    return Case(scene, statuses, scene.with_account())


# -- how far it is -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("calendar", "mapping", "rules", "expected"),
    [
        ({}, {"was_written": True}, {}, Place.WRITTEN),
        ({}, {"was_written": True, "is_owed": True}, {}, Place.CHANGING),
        ({}, {"is_owed": True}, {}, Place.WAITING),
        ({"state": CalendarState.WAITING}, {"is_owed": True}, {}, Place.CALENDAR_WAITS),
        ({"state": CalendarState.FAILING, "problem": "forbidden"}, {"is_owed": True}, {}, Place.FAILING),
        # not shown any more, and Google does not know yet
        ({}, {"content_hash": "", "was_written": True, "is_owed": True}, {}, Place.LEAVING),
        # switched off: what is owed stays owed, what is there stays
        ({}, {"is_owed": True}, {"is_enabled": False}, Place.PAUSED),
        ({}, {"was_written": True}, {"is_enabled": False}, Place.WRITTEN),
    ],
    ids=["written", "changing", "waiting", "calendar-waits", "failing", "leaving", "paused", "paused-written"],
)
def test_how_far_a_task_is_in_a_calendar(
    case: Case, calendar: dict[str, Any], mapping: dict[str, Any], rules: dict[str, Any], expected: Place
) -> None:
    emma = case.employee()
    task = case.scene.task(case.statuses, employee_ids=[emma.id])
    case.planned(case.calendar(emma, **calendar), task, **mapping)
    case.scene.rules(**{"is_enabled": True, **rules})
    found = case.place(task)
    assert (found.employee, found.is_direct, found.place) == (emma, True, expected)


# -- why not -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("employee", "expected"),
    [
        ({"is_bound": False}, Place.NOT_BOUND),
        ({"email": ""}, Place.NO_EMAIL),
        ({"dismissed_on": TODAY}, Place.DISMISSED),
        # wanted, and not begun
        ({}, Place.CALENDAR_WAITS),
    ],
    ids=["not-bound", "no-email", "dismissed", "not-begun"],
)
def test_who_has_no_calendar_is_told_with_the_reason(case: Case, employee: dict[str, Any], expected: Place) -> None:
    task = case.scene.task(case.statuses, employee_ids=[case.employee(**employee).id])
    assert case.place(task).place is expected


def test_note_1_a_task_that_ends_before_the_calendars_first_day_is_not_in_it(case: Case) -> None:
    emma = case.employee()
    calendar = case.calendar(emma, shows_from=TODAY - timedelta(days=1))
    early = case.scene.task(case.statuses, day=TODAY - timedelta(days=2), employee_ids=[emma.id])
    yesterday = case.scene.task(case.statuses, day=TODAY - timedelta(days=1), employee_ids=[emma.id])
    found = case.place(early)
    assert (found.place, found.calendar) == (Place.BEFORE, calendar)
    # Its plan is owed: it will come.
    assert case.place(yesterday).place is Place.WAITING


def test_note_7_work_of_a_department_shows_only_if_calendars_show_it(case: Case) -> None:
    crew = case.scene.department()
    emma = case.employee(department_ids=[crew.id])
    task = case.scene.task(case.statuses, department_ids=[crew.id])
    found = case.place(task)
    assert (found.place, found.is_direct, found.department_ids) == (Place.DEPARTMENTS_OFF, False, (crew.id,))
    case.planned(case.calendar(emma), task, was_written=True)
    case.scene.rules(is_enabled=True, shows_departments=True)
    assert case.place(task).place is Place.WRITTEN


def test_who_has_a_task_by_name_and_by_department_is_told_once(case: Case) -> None:
    crew = case.scene.department()
    emma = case.employee(name="Emma", department_ids=[crew.id])
    adam = case.employee(name="adam", department_ids=[crew.id])
    zoe = case.employee(name="Zoe")
    case.employee(name="Gone", department_ids=[crew.id], dismissed_on=TODAY)
    task = case.scene.task(case.statuses, employee_ids=[emma.id, zoe.id], department_ids=[crew.id])
    places = case.showing(task).places
    assert [(each.employee.name, each.is_direct, each.department_ids) for each in places] == [
        ("Emma", True, (crew.id,)),
        ("Zoe", True, ()),
        ("adam", False, (crew.id,)),
    ]
    assert adam.id == places[2].employee.id


Change = Callable[[Case], dict[str, Any]]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (lambda case: {"status_id": case.statuses.done.id}, Hidden.DONE),
        (lambda case: {"has_date": False}, Hidden.NO_DATE),
        (lambda case: {"employee_ids": ()}, Hidden.NOBODY),
        (lambda case: {"status_id": case.statuses.under_way.id}, None),
    ],
    ids=["note-14-done", "no-date", "nobody", "note-14-in-progress"],
)
def test_note_14_why_a_task_shows_nowhere_is_said_once(case: Case, values: Change, expected: Hidden | None) -> None:
    emma = case.employee()
    case.calendar(emma)
    task = case.scene.task(case.statuses, **{"employee_ids": [emma.id], **values(case)})
    showing = case.showing(task)
    assert showing.hidden is expected
    assert [each.place for each in showing.places] in ([], [Place.ABSENT], [Place.WAITING])


def test_without_an_account_nothing_is_promised(scene: TaskScene) -> None:
    statuses = scene.with_statuses()
    task = scene.task(statuses, employee_ids=[scene.employee().id])
    for rules in ({}, {"is_enabled": True}):
        scene.rules(**rules)
        showing = scene.tasks.get(scene.manager, task_id=task.id).showing
        assert [each.place for each in showing.places] == [Place.NO_ACCOUNT]
    scene.with_account()
    scene.rules()
    assert scene.tasks.get(scene.manager, task_id=task.id).showing.places[0].place is Place.PAUSED


def test_a_task_of_a_whole_department_asks_as_often_as_one_of_one_person(case: Case) -> None:
    crew = case.scene.department()
    case.scene.rules(is_enabled=True, shows_departments=True)
    one = case.scene.task(case.statuses, employee_ids=[case.employee().id], department_ids=[crew.id])
    asked: list[int] = []

    def count(*_: Any) -> None:
        asked[-1] += 1

    for many in (2, 40):
        with case.scene.open_uow() as uow:
            people = [make_employee(organization_id=case.scene.home, department_ids=[crew.id]) for _ in range(many)]
            uow.employees.add(*people)
            uow.employee_calendars.save(*(make_calendar(employee=each, account_id=case.account_id) for each in people))
        asked.append(0)
        event.listen(Engine, "before_cursor_execute", count)
        showing = case.showing(one)
        event.remove(Engine, "before_cursor_execute", count)
    assert len(showing.places) == 43
    assert asked[0] == asked[1]


def test_a_days_work_ends_with_its_day(case: Case) -> None:
    """At midnight of the rules' zone: 22:30 in UTC is the next day in Berlin."""
    emma = case.employee()
    case.calendar(emma, shows_from=date(2026, 7, 11))
    starts = NOON.replace(month=7, day=10, hour=21, minute=30)
    late = case.scene.task(case.statuses, starts_at=starts, duration_minutes=60, employee_ids=[emma.id])
    ends_at_midnight = case.scene.task(case.statuses, starts_at=starts, duration_minutes=30, employee_ids=[emma.id])
    assert case.place(late).place is Place.WAITING
    assert case.place(ends_at_midnight).place is Place.BEFORE
