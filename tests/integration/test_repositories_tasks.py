"""Tasks on both databases."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from ce_calendar.domain.employees.tasks import OPEN_ROLES, SystemRole, Task
from ce_calendar.ports import OpenUnitOfWork
from ce_calendar.ports.employees import TaskQuery
from tests.builders import make_organization
from tests.builders_employees import add_statuses, make_department, make_employee, make_task
from tests.conftest import NOON

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class Scene:
    """An organization with an employee, a department and statuses; and another one."""

    def __init__(self, uow: OpenUnitOfWork) -> None:
        self.uow = uow
        organization, other = make_organization(), make_organization()
        self.id, self.other_id = organization.id, other.id
        self.department = make_department(organization_id=self.id)
        self.employee, self.colleague = (make_employee(organization_id=self.id) for _ in range(2))
        self._number = 0
        with uow() as work:
            work.organizations.add(organization)
            work.organizations.add(other)
            work.departments.save(self.department)
            work.employees.add(self.employee, self.colleague)
            self.statuses = add_statuses(work, self.id)
            self.other_statuses = add_statuses(work, other.id)

    def task(self, title: str = "A task", **others: object) -> Task:
        self._number += 1
        task = make_task(
            **{  # type: ignore[arg-type] # the builder's own
                "organization_id": self.id,
                "number": self._number,
                "title": title,
                "status_id": self.statuses.waiting.id,
                **others,
            }
        )
        with self.uow() as work:
            work.tasks.add(task)
        return task

    def found(self, query: TaskQuery) -> list[str]:
        with self.uow(reading=True) as work:
            tasks, total = work.tasks.page(self.id, query, offset=0, limit=100)
        assert total == len(tasks)
        return [task.title for task in tasks]


@pytest.fixture
def scene(uow: OpenUnitOfWork) -> Scene:
    return Scene(uow)


def test_tasks_come_back_as_they_were_stored(scene: Scene) -> None:
    full = scene.task(
        description="Ask at the door.",
        duration_minutes=30,
        starts_at=NOON + HOUR,
        employee_ids=[scene.employee.id, scene.colleague.id],
        department_ids=[scene.department.id],
    )
    bare = scene.task(kind="", address="", customer="", has_date=False)
    of_a_day = scene.task(day=date(2026, 3, 10))
    with scene.uow() as work:
        assert work.tasks.get(full.id, organization_id=scene.id) == full
        assert work.tasks.get(bare.id, organization_id=scene.id, lock=True) == bare
        assert work.tasks.several([full.id, of_a_day.id], organization_id=scene.id) == sorted(
            [full, of_a_day], key=lambda each: each.id
        )


def test_a_task_is_found_in_its_own_organization_alone(scene: Scene) -> None:
    task = scene.task(employee_ids=[scene.employee.id])
    with scene.uow() as work:
        assert work.tasks.get(task.id, organization_id=scene.other_id) is None
        assert work.tasks.several([task.id], organization_id=scene.other_id) == []
        assert work.tasks.open_of([scene.employee.id], [], organization_id=scene.other_id) == []
        assert work.tasks.page(scene.other_id, TaskQuery(), offset=0, limit=10) == ([], 0)
        assert work.tasks.page(scene.other_id, TaskQuery(employee_id=scene.employee.id), offset=0, limit=10) == ([], 0)
        work.tasks.save(replace(task, organization_id=scene.other_id, title="Stolen", employee_ids=()))
        assert work.tasks.get(task.id, organization_id=scene.id) == task


def test_saving_writes_everything_but_organization_number_and_creation(scene: Scene) -> None:
    task = scene.task(employee_ids=[scene.employee.id])
    after = replace(
        task,
        title="Another",
        status_id=scene.statuses.done.id,
        kind="Visit",
        description="Soon",
        address="2 Side Street",
        customer="Beta",
        day=date(2026, 3, 12),
        starts_at=None,
        duration_minutes=15,
        employee_ids=(scene.colleague.id,),
        department_ids=(scene.department.id,),
        changed_at=NOON + HOUR,
    )
    with scene.uow() as work:
        work.tasks.save(replace(after, number=77, created_at=NOON + DAY))
        assert work.tasks.get(task.id, organization_id=scene.id) == after
    assert scene.found(TaskQuery(search="beta")) == ["Another"]
    assert scene.found(TaskQuery(search="alpha")) == []


def test_numbers_count_up_and_one_of_a_removed_task_is_not_given_again(scene: Scene) -> None:
    first, last = scene.task(), scene.task()
    with scene.uow() as work:
        work.calendar_rules.get(scene.id, lock=True)
        assert (work.tasks.next_number(scene.id), work.tasks.next_number(scene.other_id)) == (3, 1)
        work.tasks.remove(last.id)
        assert work.tasks.get(last.id, organization_id=scene.id) is None
        work.tasks.remove(first.id)
        assert work.tasks.next_number(scene.id) == 3


def test_a_status_that_tasks_have_cannot_go(scene: Scene) -> None:
    scene.task()
    with pytest.raises(IntegrityError), scene.uow() as work:
        work.task_statuses.remove(scene.statuses.waiting.id)


# -- the list ----------------------------------------------------------------------------------------------------


def test_the_list_is_ordered_by_when_tasks_are_without_a_date_last_and_comes_in_pages(scene: Scene) -> None:
    scene.task("never", has_date=False)
    scene.task("noon")
    scene.task("all day", day=NOON.date())
    scene.task("yesterday", starts_at=NOON - DAY)
    assert scene.found(TaskQuery()) == ["yesterday", "all day", "noon", "never"]
    with scene.uow(reading=True) as work:
        tasks, total = work.tasks.page(scene.id, TaskQuery(), offset=1, limit=2)
    assert ([task.title for task in tasks], total) == (["all day", "noon"], 4)


@pytest.mark.parametrize("search", ["ROUTER", "reseau", "alpha main", "#12", "12", "router 12"])
def test_a_search_finds_words_of_title_customer_and_address_or_the_number(scene: Scene, search: str) -> None:
    scene.task("Router du réseau", number=12)
    scene.task("Other", customer="Beta", address="", number=123)
    assert scene.found(TaskQuery(search=search)) == ["Router du réseau"]


@pytest.mark.parametrize("search", ["rou%er", "99999999999999999999", "²", "#", "1"])
def test_a_search_for_what_is_not_there_finds_nothing(scene: Scene, search: str) -> None:
    scene.task("Router", number=12, address="")
    assert scene.found(TaskQuery(search=search)) == []


def test_the_list_is_narrowed_by_role_and_status(scene: Scene) -> None:
    scene.task("waiting")
    scene.task("under way", status_id=scene.statuses.under_way.id)
    scene.task("done", status_id=scene.statuses.done.id)
    assert scene.found(TaskQuery(roles=OPEN_ROLES)) == ["waiting", "under way"]
    assert scene.found(TaskQuery(roles=frozenset({SystemRole.DONE}))) == ["done"]
    assert scene.found(TaskQuery(status_id=scene.statuses.under_way.id)) == ["under way"]


def test_the_list_is_narrowed_by_who_does_it(scene: Scene) -> None:
    scene.task("hers", employee_ids=[scene.employee.id])
    scene.task("both", employee_ids=[scene.employee.id, scene.colleague.id], department_ids=[scene.department.id])
    scene.task("theirs", department_ids=[scene.department.id])
    scene.task("nobody's")
    assert scene.found(TaskQuery(employee_id=scene.employee.id)) == ["hers", "both"]
    assert scene.found(TaskQuery(department_id=scene.department.id)) == ["both", "theirs"]
    assert scene.found(TaskQuery(is_unassigned=True)) == ["nobody's"]


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("UTC", ["the day", "first", "last"]),
        # There the day begins 13 hours earlier: what is late in UTC belongs to the next one.
        ("Pacific/Auckland", ["before", "the day", "first"]),
        ("America/Los_Angeles", ["the day", "last", "after"]),
    ],
)
def test_days_are_days_of_the_zone(scene: Scene, zone: str, expected: list[str]) -> None:
    midnight = datetime(2026, 3, 10, tzinfo=UTC)
    scene.task("before", starts_at=midnight - HOUR)
    scene.task("first", starts_at=midnight + HOUR)
    scene.task("last", starts_at=midnight + 23 * HOUR)
    scene.task("after", starts_at=midnight + 25 * HOUR)
    scene.task("the day", day=date(2026, 3, 10))
    scene.task("the day before", day=date(2026, 3, 9))
    scene.task("the day after", day=date(2026, 3, 11))
    scene.task("without a date", has_date=False)
    day = date(2026, 3, 10)
    assert scene.found(TaskQuery(since=day, until=day, zone=zone)) == expected


def test_one_end_of_the_days_may_be_open(scene: Scene) -> None:
    for offset in (-1, 0, 1):
        scene.task(f"{offset}", starts_at=NOON + offset * DAY)
    scene.task("without a date", has_date=False)
    assert scene.found(TaskQuery(since=NOON.date())) == ["0", "1"]
    assert scene.found(TaskQuery(until=NOON.date())) == ["-1", "0"]


# -- what shows in calendars -------------------------------------------------------------------------------------


def test_open_tasks_with_a_date_come_once_however_they_are_assigned(scene: Scene) -> None:
    hers = scene.task(employee_ids=[scene.employee.id], department_ids=[scene.department.id])
    of_the_department = scene.task(department_ids=[scene.department.id], day=date(2026, 3, 10))
    scene.task("done", employee_ids=[scene.employee.id], status_id=scene.statuses.done.id)
    scene.task("without a date", employee_ids=[scene.employee.id], has_date=False)
    scene.task("a colleague's", employee_ids=[scene.colleague.id])
    with scene.uow(reading=True) as work:
        assert work.tasks.open_of([scene.employee.id], [], organization_id=scene.id) == [hers]
        both = work.tasks.open_of([scene.employee.id], [scene.department.id], organization_id=scene.id)
        assert both == sorted([hers, of_the_department], key=lambda each: each.id)
        assert work.tasks.open_of([], [], organization_id=scene.id) == []
