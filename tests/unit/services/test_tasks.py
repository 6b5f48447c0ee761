"""The task book, on both databases: who may do what, what will do, and that calendars follow."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from ce_calendar.domain.access import Actor
from ce_calendar.domain.employees.tasks import Task
from ce_calendar.domain.errors import AccessDenied, Invalid, NotFound
from ce_calendar.ports import OpenUnitOfWork
from ce_calendar.services.employees.tasks import ChangedMeanwhile
from tests.builders import new_id
from tests.builders_employees import add_statuses, make_status
from tests.conftest import NOON, FixedClock
from tests.support.doubles import audit_rows
from tests.unit.services.tasks_scene import TaskScene, set_scene


@pytest.fixture
def scene(uow: OpenUnitOfWork, clock: FixedClock) -> TaskScene:
    return set_scene(uow, clock)


def edit(scene: TaskScene, task: Task, **values: Any) -> Task:
    """As a form filled with the task would."""
    kept = {
        "title": task.title,
        "status_id": task.status_id,
        "employee_ids": task.employee_ids,
        "department_ids": task.department_ids,
    }
    return scene.tasks.edit(
        scene.manager, scene.entry(**{**kept, **values}), task_id=task.id, seen=task.changed_at
    ).task


# -- adding --------------------------------------------------------------------------------------------------------


def test_a_task_is_kept_as_entered_with_its_time_in_utc(scene: TaskScene) -> None:
    emma, crew = scene.employee(name="Emma"), scene.department()
    saved = scene.tasks.add(
        scene.manager,
        scene.entry(
            title="  Replace   the router ",
            kind="Repair",
            day="2026-03-12",
            time="14:30",
            duration="90",
            address="1 Main Street",
            customer="Alpha Clinic",
            description="Ring twice.\n\n  Ask for Ann.  \n",
            employee_ids=[emma.id],
            department_ids=[crew.id],
        ),
    )
    task = scene.stored(saved.task.id)
    assert task == saved.task
    assert not saved.comes_twice
    assert (task.title, task.kind, task.address, task.customer) == (
        "Replace the router",
        "Repair",
        "1 Main Street",
        "Alpha Clinic",
    )
    assert task.description == "Ring twice.\n\n  Ask for Ann."
    assert (task.day, task.starts_at, task.duration_minutes) == (None, datetime(2026, 3, 12, 13, 30, tzinfo=UTC), 90)
    assert (task.employee_ids, task.department_ids) == ((emma.id,), (crew.id,))
    assert (task.created_at, task.changed_at) == (NOON, NOON)


def test_a_task_without_a_time_takes_a_day_and_one_without_a_date_none(scene: TaskScene) -> None:
    whole = scene.tasks.add(scene.manager, scene.entry(day="2026-03-12")).task
    undated = scene.tasks.add(scene.manager, scene.entry()).task
    assert (whole.day, whole.starts_at) == (date(2026, 3, 12), None)
    assert (undated.day, undated.starts_at) == (None, None)


def test_numbers_count_up_within_the_organization_and_are_never_given_again(scene: TaskScene) -> None:
    first, second = (scene.tasks.add(scene.manager, scene.entry()).task for _ in range(2))
    foreign = scene.tasks.add(scene.stranger, scene.entry(zone="UTC")).task
    scene.tasks.remove(scene.manager, task_id=second.id)
    third = scene.tasks.add(scene.manager, scene.entry()).task
    assert [each.number for each in (first, second, foreign, third)] == [1, 2, 1, 3]


def test_the_first_task_of_an_organization_brings_the_three_statuses(scene: TaskScene) -> None:
    task = scene.tasks.add(scene.manager, scene.entry()).task
    names = {each.status.id: each.status.name for each in scene.statuses.all(scene.manager)}
    assert list(names.values()) == ["Not completed", "In progress", "Done"]
    assert names[task.status_id] == "Not completed"


def test_a_new_task_has_the_first_open_status_unless_one_is_named(scene: TaskScene) -> None:
    statuses = scene.with_statuses()
    with scene.open_uow() as uow:
        uow.task_statuses.save(replace(statuses.done, position=-1))
    assert scene.tasks.add(scene.manager, scene.entry()).task.status_id == statuses.waiting.id
    named = scene.tasks.add(scene.manager, scene.entry(status_id=statuses.done.id)).task
    assert named.status_id == statuses.done.id


def test_of_a_time_that_comes_twice_the_first_counts_and_it_is_said(scene: TaskScene) -> None:
    saved = scene.tasks.add(scene.manager, scene.entry(day="2026-10-25", time="02:30"))
    assert saved.comes_twice
    assert saved.task.starts_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("title", {"title": " "}),
        ("title", {"title": "x" * 301}),
        ("title", {"title": None}),
        ("kind", {"kind": "x" * 101}),
        ("address", {"address": "x" * 501}),
        ("customer", {"customer": "Alp\x00ha"}),
        ("description", {"description": "x" * 5_001}),
        ("description", {"description": "a\x00b"}),
        ("description", {"description": 7}),
        ("day", {"day": "soon"}),
        ("day", {"time": "10:00"}),
        ("time", {"day": "2026-03-12", "time": "25:00"}),
        # the clocks go forward
        ("time", {"day": "2026-03-29", "time": "02:30"}),
        # entered in a zone that the rules have no more
        ("time", {"zone": "America/Chicago"}),
        ("duration", {"day": "2026-03-12", "time": "10:00", "duration": "4"}),
        ("duration", {"day": "2026-03-12", "time": "10:00", "duration": "1441"}),
        ("duration", {"day": "2026-03-12", "time": "10:00", "duration": "an hour"}),
        # a whole day has no duration
        ("duration", {"day": "2026-03-12", "duration": "60"}),
        ("employees", {"employee_ids": "x"}),
        ("employees", {"employee_ids": None}),
        ("employees", {"employee_ids": ["0" * 32] * 101}),
        ("departments", {"department_ids": 7}),
    ],
)
def test_what_will_not_do_is_said_at_its_field_and_nothing_is_kept(
    scene: TaskScene, field: str, values: dict[str, Any]
) -> None:
    with pytest.raises(Invalid) as refusal:
        scene.tasks.add(scene.manager, scene.entry(**values))
    assert refusal.value.field == field
    assert scene.tasks.page(scene.manager).total == 0
    assert (scene.planning.asked, scene.jobs.asked) == ([], [])


@pytest.mark.parametrize("name", ["employee_ids", "department_ids", "status_id"])
def test_what_is_another_organizations_cannot_be_chosen(scene: TaskScene, name: str, engine: Engine) -> None:
    foreign = scene.town.other_organization.id
    with scene.open_uow() as uow:
        status = add_statuses(uow, foreign).waiting
    ids = {
        "employee_ids": [scene.employee(organization_id=foreign).id],
        "department_ids": [scene.department(organization_id=foreign).id],
        "status_id": status.id,
    }
    with pytest.raises(NotFound):
        scene.tasks.add(scene.manager, scene.entry(**{name: ids[name]}))
    assert audit_rows(engine) == [("task.add", "refused", "")]


def test_who_was_dismissed_is_given_nothing_new_and_keeps_what_they_have(scene: TaskScene) -> None:
    gone = scene.employee(name="Gone Person", dismissed_on=date(2026, 3, 1))
    with pytest.raises(Invalid, match="Gone Person was dismissed") as refusal:
        scene.tasks.add(scene.manager, scene.entry(employee_ids=[gone.id]))
    assert refusal.value.field == "employees"
    task = scene.task(scene.with_statuses(), employee_ids=[gone.id])
    assert edit(scene, task, title="Another").employee_ids == (gone.id,)


# -- changing ------------------------------------------------------------------------------------------------------


def test_a_change_is_kept_planned_recorded_and_told(scene: TaskScene, engine: Engine) -> None:
    task = scene.task(scene.with_statuses())
    scene.clock.advance(timedelta(minutes=1))
    edited = edit(scene, task, title="Replace the switch", day="2026-03-13", time="09:00")
    assert scene.stored(task.id) == edited
    assert (edited.title, edited.number, edited.created_at) == ("Replace the switch", task.number, task.created_at)
    assert edited.changed_at == scene.clock()
    assert scene.planning.asked == [("tasks", (scene.home, [task.id]))]
    assert scene.jobs.asked == [("erp-plan", scene.home), ("erp-drain", scene.home)]
    assert scene.announcements.told == [(scene.home, "tasks"), (scene.home, "employees")]
    assert audit_rows(engine) == [("task.edit", "done", task.id)]


def test_saving_without_a_change_does_nothing(scene: TaskScene) -> None:
    task = scene.tasks.add(scene.manager, scene.entry(day="2026-03-12", time="10:00", duration="30")).task
    scene.planning.asked.clear()
    assert edit(scene, task, day="2026-03-12", time="10:00", duration="30") == task
    assert scene.planning.asked == []


def test_what_somebody_changed_meanwhile_is_not_lost(scene: TaskScene) -> None:
    task = scene.task(scene.with_statuses())
    theirs = edit(scene, task, title="Theirs")
    # The clock stands still: even so the two are told apart.
    with pytest.raises(ChangedMeanwhile, match="Somebody changed this task") as refusal:
        edit(scene, task, title="Mine")
    assert refusal.value.task == theirs == scene.stored(task.id)
    assert edit(scene, replace(task, changed_at=theirs.changed_at), title="Mine").title == "Mine"


def test_a_time_that_was_left_alone_stays_to_the_second(scene: TaskScene) -> None:
    """What a form shows is less than what is stored: the second 02:30 of that night, and seconds."""
    second = datetime(2026, 10, 25, 1, 30, 20, tzinfo=UTC)
    task = scene.task(scene.with_statuses(), starts_at=second)
    assert edit(scene, task, title="Another", day="2026-10-25", time="02:30").starts_at == second
    moved = edit(scene, scene.stored(task.id) or task, day="2026-10-25", time="02:31")
    assert moved.starts_at == datetime(2026, 10, 25, 0, 31, tzinfo=UTC)


def test_note_14_a_task_changes_its_status_from_the_list(scene: TaskScene, engine: Engine) -> None:
    statuses = scene.with_statuses()
    task = scene.task(statuses)
    done = scene.tasks.change_status(scene.manager, task_id=task.id, status_id=statuses.done.id)
    assert scene.stored(task.id) == done == replace(task, status_id=statuses.done.id, changed_at=done.changed_at)
    assert done.changed_at > task.changed_at
    assert scene.planning.asked == [("tasks", (scene.home, [task.id]))]
    assert scene.jobs.asked == [("erp-plan", scene.home), ("erp-drain", scene.home)]
    assert audit_rows(engine) == [("task.status", "done", task.id)]
    scene.tasks.change_status(scene.manager, task_id=task.id, status_id=statuses.done.id)
    assert len(scene.planning.asked) == 1, "the same again is no change"


def test_a_removed_task_is_gone_and_planned_out_of_calendars(scene: TaskScene, engine: Engine) -> None:
    task = scene.task(scene.with_statuses(), employee_ids=[scene.employee().id])
    scene.tasks.remove(scene.manager, task_id=task.id)
    assert scene.stored(task.id) is None
    assert scene.planning.asked == [("tasks", (scene.home, [task.id]))]
    assert audit_rows(engine) == [("task.remove", "done", task.id)]
    with pytest.raises(NotFound):
        scene.tasks.remove(scene.manager, task_id=task.id)


def test_two_who_add_the_first_task_at_once_make_the_statuses_once(scene: TaskScene) -> None:
    with ThreadPoolExecutor(4) as pool:
        saved = list(pool.map(lambda _: scene.tasks.add(scene.manager, scene.entry()).task, range(8)))
    assert sorted(each.number for each in saved) == list(range(1, 9))
    assert len(scene.statuses.all(scene.manager)) == 3


def test_status_of_no_known_id_is_refused(scene: TaskScene) -> None:
    statuses = scene.with_statuses()
    task = scene.task(statuses)
    for junk in ("", new_id(), make_status().id):
        with pytest.raises(NotFound):
            scene.tasks.change_status(scene.manager, task_id=task.id, status_id=junk)


# -- who may -------------------------------------------------------------------------------------------------------

Verb = Callable[[TaskScene, Actor, Task, str], object]
READING: dict[str, Verb] = {
    "page": lambda scene, actor, task, status: scene.tasks.page(actor),
    "get": lambda scene, actor, task, status: scene.tasks.get(actor, task_id=task.id),
    "options": lambda scene, actor, task, status: scene.tasks.options(actor),
    "people": lambda scene, actor, task, status: scene.tasks.people(actor),
}
CHANGING: dict[str, Verb] = {
    "add": lambda scene, actor, task, status: scene.tasks.add(actor, scene.entry()),
    "edit": lambda scene, actor, task, status: scene.tasks.edit(
        actor, scene.entry(), task_id=task.id, seen=task.changed_at
    ),
    "change_status": lambda scene, actor, task, status: scene.tasks.change_status(
        actor, task_id=task.id, status_id=status
    ),
    "remove": lambda scene, actor, task, status: scene.tasks.remove(actor, task_id=task.id),
}


@pytest.mark.parametrize("verb", [*READING, *CHANGING])
def test_a_colleague_without_the_permission_cannot(scene: TaskScene, verb: str, engine: Engine) -> None:
    statuses = scene.with_statuses()
    task = scene.task(statuses)
    with pytest.raises(AccessDenied):
        (READING | CHANGING)[verb](scene, scene.outsider, task, statuses.done.id)
    assert scene.stored(task.id) == task
    assert [outcome for _, outcome, _ in audit_rows(engine)] == ["refused"]


@pytest.mark.parametrize("verb", CHANGING)
def test_a_colleague_who_may_only_look_cannot_change(scene: TaskScene, verb: str, engine: Engine) -> None:
    statuses = scene.with_statuses()
    task = scene.task(statuses)
    for read in READING.values():
        read(scene, scene.viewer, task, "")
    with pytest.raises(AccessDenied):
        CHANGING[verb](scene, scene.viewer, task, statuses.done.id)
    assert scene.stored(task.id) == task
    assert [outcome for _, outcome, _ in audit_rows(engine)] == ["refused"]


@pytest.mark.parametrize("verb", ["get", "edit", "change_status", "remove"])
def test_another_organizations_task_does_not_exist(scene: TaskScene, verb: str, engine: Engine) -> None:
    statuses = scene.with_statuses()
    task = scene.task(statuses)
    with pytest.raises(NotFound):
        (READING | CHANGING)[verb](scene, scene.stranger, task, statuses.done.id)
    assert scene.stored(task.id) == task
    assert [outcome for _, outcome, _ in audit_rows(engine)] == ["refused"]
    assert scene.tasks.page(scene.stranger).total == 0


@pytest.mark.parametrize("junk", ["", "x", "0" * 31, None, 7, ["0" * 32], "0" * 32])
def test_an_id_that_is_none_finds_nothing(scene: TaskScene, junk: Any) -> None:
    with pytest.raises(NotFound):
        scene.tasks.get(scene.manager, task_id=junk)
