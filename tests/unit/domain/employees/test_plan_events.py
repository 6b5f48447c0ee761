"""What a plan decides about events, case by case, and alike for whole employees and for single tasks."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from ce_calendar.domain.employees.calendars import EmployeeCalendar, EventMapping
from ce_calendar.domain.employees.event import TaskEvent
from ce_calendar.domain.employees.operations import Act, Operation, Urgency
from ce_calendar.domain.employees.plan import BY_HAND, EmployeePlan, plan_employee_calendars, plan_task_events
from ce_calendar.domain.employees.tasks import Task
from tests.unit.domain.employees.builders import (
    RULES,
    event_of,
    make_calendar,
    make_employee,
    make_mapping,
    make_picture,
    make_task,
    make_unmade_calendar,
)

CALENDAR, BOBS = make_calendar(), make_calendar("bob")
ADA, BOB = make_employee(department_ids=("fibre",)), make_employee("bob", department_ids=("fibre", "copper"))
BOTH = replace(RULES, shows_departments=True)
TASK = make_task()


def planned(
    tasks: Sequence[Task],
    mappings: Sequence[EventMapping] = (),
    *,
    calendars: Sequence[EmployeeCalendar] = (CALENDAR,),
    **different: Any,
) -> EmployeePlan:
    """The plan for whole employees, after seeing that the one for single tasks says the same."""
    usual: dict[str, Any] = {"employees": [ADA, BOB][: len(calendars)]}
    picture = make_picture(tasks=tasks, mappings=mappings, calendars=calendars, **{**usual, **different})
    plan = plan_employee_calendars(picture)
    assert plan_task_events(picture) == plan
    return plan


def test_a_task_is_put_where_it_was_not_and_left_alone_where_it_is() -> None:
    plan = planned([TASK])
    assert plan.mappings == [make_mapping(TASK, CALENDAR, was_written=False, etag="")]
    assert plan.operations == [Operation(Act.PUT_EVENT, CALENDAR.id, TASK.id, event_of(TASK).to_json())]
    assert TaskEvent.from_json(plan.operations[0].body) == event_of(TASK)
    assert planned([TASK], plan.mappings).is_empty


@pytest.mark.parametrize(
    "different",
    [
        {"title": "Modem"},
        {"starts_at": datetime(2026, 3, 11, 9, tzinfo=UTC)},
        {"starts_at": None, "day": date(2026, 3, 11)},
        {"status_id": "begun"},
    ],
    ids=["text", "moved", "whole day", "status"],
)
def test_a_task_that_changed_is_put_again(different: dict[str, Any]) -> None:
    changed = replace(TASK, **different)
    plan = planned([changed], [make_mapping(TASK, CALENDAR)])
    assert plan.mappings == [make_mapping(changed, CALENDAR)]
    assert [operation.act for operation in plan.operations] == [Act.PUT_EVENT]


@pytest.mark.parametrize(
    "tasks",
    [
        # Note 14: done. Given to somebody else. Its date was taken away. Moved to before the calendar begins. Removed.
        [replace(TASK, status_id="done")],
        [replace(TASK, employee_ids=("bob",))],
        [replace(TASK, starts_at=None)],
        [replace(TASK, starts_at=datetime(2026, 3, 9, 23, tzinfo=UTC))],
        [],
    ],
    ids=["done", "reassigned", "no date", "moved away", "removed"],
)
def test_a_task_that_shows_no_more_is_deleted_or_withdrawn_if_it_was_never_written(tasks: list[Task]) -> None:
    written = make_mapping(TASK, CALENDAR)
    plan = planned(tasks, [written])
    assert plan.operations == [Operation(Act.DELETE_EVENT, CALENDAR.id, TASK.id)]
    assert plan.mappings == [replace(written, content_hash="")]
    assert not plan.reversals
    plan = planned(tasks, [replace(written, was_written=False)])
    assert plan.reversals == [Operation(Act.DELETE_EVENT, CALENDAR.id, TASK.id)]
    assert plan.mappings == [replace(written, content_hash="", was_written=False)]
    assert not plan.operations
    assert planned(tasks, plan.mappings).is_empty, "what is not planned is not deleted twice"


def test_a_task_that_comes_back_is_put_under_the_mapping_it_had() -> None:
    """Done by mistake, and reopened: the event's id is taken, so an update must bring it back."""
    gone = make_mapping(TASK, CALENDAR, content_hash="")
    plan = planned([TASK], [gone])
    assert plan.mappings == [make_mapping(TASK, CALENDAR)]
    assert [operation.act for operation in plan.operations] == [Act.PUT_EVENT]


@pytest.mark.parametrize("status_id", ["open", "begun"])
def test_tasks_with_either_open_role_show(status_id: str) -> None:
    """Note 14."""
    assert len(planned([replace(TASK, status_id=status_id)]).mappings) == 1


def test_a_task_of_two_shows_in_both_calendars_with_one_content() -> None:
    plan = planned([replace(TASK, employee_ids=("ada", "bob"))], calendars=[CALENDAR, BOBS])
    assert [mapping.calendar_id for mapping in plan.mappings] == [CALENDAR.id, BOBS.id]
    assert plan.operations[0].body is plan.operations[1].body, "rendered once"


def test_a_reassigned_task_moves_from_one_calendar_to_the_other() -> None:
    plan = planned([replace(TASK, employee_ids=("bob",))], [make_mapping(TASK, CALENDAR)], calendars=[CALENDAR, BOBS])
    assert [(operation.act, operation.calendar_id) for operation in plan.operations] == [
        (Act.PUT_EVENT, BOBS.id),
        (Act.DELETE_EVENT, CALENDAR.id),
    ]


@pytest.mark.parametrize(
    ("task", "shown"),
    [
        # Of the fibre department, where both work; of the copper department, where Bob works; of nobody's.
        (make_task(employee_ids=(), department_ids=("fibre",)), ["ada", "bob"]),
        (make_task(employee_ids=(), department_ids=("copper",)), ["bob"]),
        (make_task(employee_ids=(), department_ids=("office",)), []),
        # By name and by department, and by both departments: once each.
        (make_task(employee_ids=("ada",), department_ids=("fibre",)), ["ada", "bob"]),
        (make_task(employee_ids=("bob",), department_ids=("fibre", "copper")), ["ada", "bob"]),
    ],
    ids=["of both", "of one", "of none", "by name too", "twice"],
)
def test_what_departments_do_shows_if_the_rules_say_so(task: Task, shown: list[str]) -> None:
    """Note 7."""
    calendars = [CALENDAR, BOBS]
    plan = planned([task], calendars=calendars, rules=BOTH)
    by_id = {calendar.id: calendar.employee_id for calendar in calendars}
    assert sorted(by_id[mapping.calendar_id] for mapping in plan.mappings) == shown
    only_named = planned([task], calendars=calendars)
    assert sorted(by_id[mapping.calendar_id] for mapping in only_named.mappings) == sorted(task.employee_ids)
    # Switched off again: what shows for the department's sake goes.
    back = planned([task], plan.mappings, calendars=calendars)
    assert sorted(by_id[mapping.calendar_id] for mapping in back.mappings) == [
        each for each in shown if each not in task.employee_ids
    ]
    assert {mapping.content_hash for mapping in back.mappings} <= {""}


def test_whoever_leaves_a_department_sees_its_tasks_no_more_and_whoever_joins_it_does() -> None:
    task = make_task(employee_ids=(), department_ids=("copper",))
    moved = [make_employee(department_ids=("copper",)), make_employee("bob", department_ids=())]
    plan = planned([task], [make_mapping(task, BOBS)], calendars=[CALENDAR, BOBS], employees=moved, rules=BOTH)
    assert [(operation.act, operation.calendar_id) for operation in plan.operations] == [
        (Act.PUT_EVENT, CALENDAR.id),
        (Act.DELETE_EVENT, BOBS.id),
    ]


@pytest.mark.parametrize(
    ("task", "zone", "is_shown"),
    [
        # The calendar begins on the 10th. Over on the 9th; begun on the 9th and over on the 10th; until midnight.
        (make_task(starts_at=datetime(2026, 3, 9, 22, tzinfo=UTC)), "UTC", False),
        (make_task(starts_at=datetime(2026, 3, 9, 23, 30, tzinfo=UTC)), "UTC", True),
        (make_task(starts_at=datetime(2026, 3, 9, 23, tzinfo=UTC)), "UTC", False),
        # The same moments elsewhere: the 10th in Kyiv already, and in New York still the 9th at two in the morning.
        (make_task(starts_at=datetime(2026, 3, 9, 22, tzinfo=UTC)), "Europe/Kyiv", True),
        (make_task(starts_at=datetime(2026, 3, 10, 2, tzinfo=UTC)), "America/New_York", False),
        # New York's clocks went forward on the 8th: 23:00 of the 9th there is three, not four, in the morning.
        (make_task(starts_at=datetime(2026, 3, 10, 3, 30, tzinfo=UTC)), "America/New_York", True),
        # Whole days have no zone.
        (make_task(day=date(2026, 3, 9)), "Europe/Kyiv", False),
        (make_task(day=date(2026, 3, 10)), "America/New_York", True),
    ],
    ids=["over", "past midnight", "until midnight", "east", "west", "summer time", "day before", "that day"],
)
def test_a_calendar_shows_what_is_not_over_before_it_begins(task: Task, zone: str, *, is_shown: bool) -> None:
    """Note 1, in the rules' zone."""
    calendar = make_calendar(zone=zone, shows_from=date(2026, 3, 10))
    plan = planned([task], calendars=[calendar], rules=replace(RULES, zone=zone))
    assert bool(plan.mappings) is is_shown


def test_a_calendar_that_waits_collects_its_events() -> None:
    plan = planned([TASK], calendars=[make_unmade_calendar()])
    assert [operation.act for operation in plan.operations] == [Act.PUT_EVENT]


def test_what_was_planned_in_other_calendars_is_left_alone() -> None:
    """Those of employees who are not in the picture, and those that are being deleted."""
    other = make_mapping(TASK, make_calendar("cy"))
    old = make_mapping(TASK, make_calendar(generation=7))
    assert planned([], [other, old]).is_empty


def test_a_task_scope_leaves_calendars_alone_that_are_about_to_go_or_come() -> None:
    unbound = make_employee(is_bound=False)
    picture = make_picture(employees=[unbound, BOB], calendars=[CALENDAR], tasks=[replace(TASK, employee_ids=("bob",))])
    assert plan_task_events(replace(picture, mappings=[make_mapping(TASK, CALENDAR)])).is_empty


def test_many_tasks_at_once_let_single_ones_pass() -> None:
    tasks = [make_task(f"t{n}", number=n) for n in range(BY_HAND + 1)]
    for count, urgency in [(BY_HAND, Urgency.NOW), (BY_HAND + 1, Urgency.BULK)]:
        plan = plan_task_events(make_picture(calendars=[CALENDAR], tasks=tasks[:count]))
        assert {operation.urgency for operation in plan.operations} == {urgency}
        assert len(plan.operations) == count


def test_a_task_whose_status_is_unknown_ends_the_plan() -> None:
    """It must not be taken for one that is done, which would delete its events."""
    with pytest.raises(KeyError):
        plan_task_events(make_picture(calendars=[CALENDAR], tasks=[make_task(status_id="lost")]))


def test_other_rules_put_every_event_again() -> None:
    for different in ({"event_title": "{title}"}, {"reminder_minutes": (10,)}, {"duration_minutes": 30}):
        plan = planned([TASK], [make_mapping(TASK, CALENDAR)], rules=replace(RULES, **different))
        assert [operation.act for operation in plan.operations] == [Act.PUT_EVENT]
