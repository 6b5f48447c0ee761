"""The list of tasks and the search for people, on both databases."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event

from ce_calendar.domain.employees.tasks import OPEN_ROLES, SystemRole
from ce_calendar.domain.errors import Invalid
from ce_calendar.ports import OpenUnitOfWork
from ce_calendar.services.employees.tasks import TaskFilter
from tests.builders_employees import make_employee, make_task
from tests.conftest import NOON, FixedClock
from tests.unit.services.tasks_scene import ZONE, TaskScene, set_scene


@pytest.fixture
def scene(uow: OpenUnitOfWork, clock: FixedClock) -> TaskScene:
    return set_scene(uow, clock)


# -- listing -------------------------------------------------------------------------------------------------------


def test_the_list_names_everybody_and_is_ordered_by_when(scene: TaskScene) -> None:
    statuses, crew = scene.with_statuses(), scene.department()
    zoe, adam = scene.employee(name="Zoe"), scene.employee(name="adam")
    late = scene.task(statuses, starts_at=NOON + timedelta(days=2), employee_ids=[zoe.id, adam.id])
    undated = scene.task(statuses, has_date=False, department_ids=[crew.id])
    whole = scene.task(statuses, day=date(2026, 3, 11), status_id=statuses.done.id)
    page = scene.tasks.page(scene.viewer)
    assert [each.task.id for each in page.tasks] == [whole.id, late.id, undated.id]
    assert [each.name for each in page.tasks[1].employees] == ["adam", "Zoe"]
    assert [each.name for each in page.tasks[2].departments] == ["Field service"]
    assert page.tasks[0].status == statuses.done
    assert (page.total, page.has_any, page.options.zone) == (3, True, ZONE)


@pytest.mark.parametrize(
    ("only", "found"),
    [
        (TaskFilter(), ["done", "plain", "undated"]),
        (TaskFilter(search="rouTER"), ["plain"]),
        (TaskFilter(search="2"), ["plain"]),
        (TaskFilter(search="clinic router"), ["plain"]),
        (TaskFilter(search="nothing"), []),
        (TaskFilter(roles=OPEN_ROLES), ["plain", "undated"]),
        (TaskFilter(roles=[SystemRole.DONE]), ["done"]),
        (TaskFilter(since="2026-03-11"), ["plain"]),
        (TaskFilter(until="2026-03-10"), ["done"]),
        (TaskFilter(is_unassigned=True), ["undated"]),
    ],
    ids=["all", "title", "number", "words", "none", "open", "done", "since", "until", "unassigned"],
)
def test_the_list_can_be_narrowed(scene: TaskScene, only: TaskFilter, found: list[str]) -> None:
    statuses, crew = scene.with_statuses(), scene.department()
    emma = scene.employee(name="Emma")
    names = {
        scene.task(
            statuses, title="Lay cable", day=date(2026, 3, 10), status_id=statuses.done.id, department_ids=[crew.id]
        ).id: "done",
        # 23:30 UTC is the next day in Berlin
        scene.task(
            statuses, title="Router", starts_at=datetime(2026, 3, 10, 23, 30, tzinfo=UTC), employee_ids=[emma.id]
        ).id: "plain",
        scene.task(statuses, title="Call back", has_date=False).id: "undated",
    }
    page = scene.tasks.page(scene.manager, only=only)
    assert [names[each.task.id] for each in page.tasks] == found
    assert (page.total, page.has_any) == (len(found), True)


def test_the_list_can_be_narrowed_to_a_status_an_employee_or_a_department(scene: TaskScene) -> None:
    statuses, crew, emma = scene.with_statuses(), scene.department(), scene.employee()
    hers = scene.task(statuses, employee_ids=[emma.id])
    theirs = scene.task(statuses, department_ids=[crew.id], status_id=statuses.under_way.id)
    for only, expected in (
        (TaskFilter(employee_id=emma.id), hers),
        (TaskFilter(department_id=crew.id), theirs),
        (TaskFilter(status_id=statuses.under_way.id), theirs),
    ):
        assert [each.task.id for each in scene.tasks.page(scene.manager, only=only).tasks] == [expected.id]


def test_an_organization_without_any_task_is_told_from_one_where_none_is_found(scene: TaskScene) -> None:
    statuses = scene.with_statuses()
    assert not scene.tasks.page(scene.manager).has_any
    assert not scene.tasks.page(scene.manager, only=TaskFilter(search="x")).has_any
    scene.task(statuses)
    assert scene.tasks.page(scene.manager, only=TaskFilter(search="nothing")).has_any


@pytest.mark.parametrize(
    "only",
    [
        TaskFilter(search="x" * 101),
        TaskFilter(since="soon"),
        TaskFilter(until="0001-01-01"),
        TaskFilter(is_unassigned="yes"),  # type: ignore[arg-type] # as somebody with a socket would send it
    ],
    ids=["search", "since", "until", "unassigned"],
)
def test_a_filter_that_is_none_is_refused(scene: TaskScene, only: TaskFilter) -> None:
    with pytest.raises(Invalid):
        scene.tasks.page(scene.manager, only=only)


def test_a_page_asks_as_often_for_fifty_tasks_as_for_two(scene: TaskScene, engine: Engine) -> None:
    statuses, crew = scene.with_statuses(), scene.department()
    people = [scene.employee(name=f"Person {number}").id for number in range(5)]
    asked: list[int] = []

    def count(*_: Any) -> None:
        asked[-1] += 1

    for many in (2, 48):
        with scene.open_uow() as uow:
            first = uow.tasks.next_number(scene.home)
            uow.tasks.add(
                *(
                    make_task(
                        organization_id=scene.home,
                        number=first + number,
                        status_id=statuses.waiting.id,
                        employee_ids=people,
                        department_ids=[crew.id],
                    )
                    for number in range(many)
                )
            )
        asked.append(0)
        event.listen(Engine, "before_cursor_execute", count)
        found = len(scene.tasks.page(scene.manager).tasks)
        event.remove(Engine, "before_cursor_execute", count)
        assert found in {2, 50}
    assert asked[0] == asked[1]


# -- people to assign ----------------------------------------------------------------------------------------------


def test_people_are_found_by_words_without_those_chosen_and_the_dismissed(scene: TaskScene) -> None:
    emma, emil = scene.employee(name="Emma Engineer"), scene.employee(name="Emil Engineer")
    gone = scene.employee(name="Emmy Engineer", dismissed_on=date(2026, 3, 1))
    scene.employee(name="Zoe Boss", position="Director")
    foreign = scene.employee(name="Emma Elsewhere", organization_id=scene.town.other_organization.id)
    found = scene.tasks.people(scene.viewer, search="em engi")
    assert ([each.id for each in found.employees], found.more) == ([emil.id, emma.id], 0)
    assert [each.id for each in scene.tasks.people(scene.viewer, search="em", but=[emil.id]).employees] == [emma.id]
    everybody = scene.tasks.people(scene.viewer, search="emm", with_dismissed=True).employees
    assert [each.id for each in everybody] == [emma.id, gone.id]
    assert foreign.id not in {each.id for each in everybody}


def test_of_many_people_a_few_are_shown_and_the_others_counted(scene: TaskScene) -> None:
    with scene.open_uow() as uow:
        uow.employees.add(*(make_employee(organization_id=scene.home, name=f"P {n:02}") for n in range(25)))
    found = scene.tasks.people(scene.manager)
    assert (len(found.employees), found.more) == (20, 5)
