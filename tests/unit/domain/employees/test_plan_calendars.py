"""What a plan decides about calendars and shares, case by case."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from ce_calendar.domain.employees.calendars import CalendarState, EmployeeCalendar, calendar_id_of, marker_of
from ce_calendar.domain.employees.operations import Act, Operation, Urgency
from ce_calendar.domain.employees.people import Employee
from ce_calendar.domain.employees.plan import (
    BY_HAND,
    EmployeePlan,
    first_day,
    plan_employee_calendars,
    plan_removal,
    plan_task_events,
)
from ce_calendar.domain.employees.rules import CalendarRules, OnEmailChange
from tests.conftest import NOON
from tests.unit.domain.employees.builders import (
    RULES,
    make_calendar,
    make_employee,
    make_mapping,
    make_picture,
    make_task,
    make_unmade_calendar,
)

SHARE_ANEW = replace(RULES, on_email_change=OnEmailChange.SHARE_ANEW)
MADE, WAITING = make_calendar(), make_unmade_calendar()
UNSHARED = make_calendar(is_shared=False, state=CalendarState.MAKING)
ADA, NEW_EMAIL = make_employee(), make_employee(email="ada@home.example")


def acts(operations: object) -> list[tuple[Act, str]]:
    assert isinstance(operations, list)
    return [(operation.act, operation.subject) for operation in operations]


def test_a_bound_employee_gets_a_calendar_with_a_marker_a_share_and_their_tasks() -> None:
    """Notes 1 and 6, and step 7."""
    rules = replace(RULES, zone="Europe/Kyiv", calendar_name="{employee} ({position})")
    plan = plan_employee_calendars(
        make_picture(rules=rules, employees=[make_employee(position="Fitter")], tasks=[make_task()])
    )
    (calendar,) = plan.calendars
    assert calendar == make_unmade_calendar(
        name="Ada (Fitter)", zone="Europe/Kyiv", shows_from=NOON.date() - timedelta(days=1)
    )
    assert acts(plan.operations) == [
        (Act.CREATE_CALENDAR, ""),
        (Act.SHARE, "ada@firm.example"),
        (Act.PUT_EVENT, "t1"),
    ]
    create, _, put = plan.operations
    assert (create.body["name"], create.body["zone"]) == ("Ada (Fitter)", "Europe/Kyiv")
    assert marker_of(calendar.id) in create.body["description"]
    assert put.urgency is Urgency.BULK, "a first import lets changes by hand pass"
    (mapping,) = plan.mappings
    assert (mapping.calendar_id, mapping.task_id, mapping.was_written) == (calendar.id, "t1", False)
    assert not plan.reversals


@pytest.mark.parametrize(
    "employee",
    [
        # Not bound; bound without an address to share it with; gone.
        make_employee(is_bound=False),
        make_employee(email=""),
        make_employee(dismissed_on=date(2026, 3, 1)),
    ],
    ids=["not bound", "no email", "dismissed"],
)
def test_who_wants_no_calendar_has_none_and_loses_the_one_they_had(employee: Employee) -> None:
    """Notes 3 and 6."""
    assert plan_employee_calendars(make_picture(employees=[employee], tasks=[make_task()])).is_empty
    mapping = make_mapping(make_task(), MADE)
    plan = plan_employee_calendars(
        make_picture(employees=[employee], calendars=[MADE], tasks=[make_task()], mappings=[mapping])
    )
    assert plan.calendars == [replace(MADE, state=CalendarState.DELETING)]
    assert plan.operations == [Operation(Act.DELETE_CALENDAR, MADE.id)]
    assert not plan.mappings, "its events go with it"
    assert not plan.reversals


def test_a_calendar_that_was_never_made_is_withdrawn_rather_than_deleted() -> None:
    plan = plan_employee_calendars(make_picture(employees=[make_employee(is_bound=False)], calendars=[WAITING]))
    assert plan.calendars == [replace(WAITING, state=CalendarState.DELETING)]
    assert plan.reversals == [Operation(Act.DELETE_CALENDAR, WAITING.id)]
    assert not plan.operations


def test_whoever_comes_back_gets_another_calendar() -> None:
    plan = plan_employee_calendars(make_picture(generations={"ada": 2}))
    (calendar,) = plan.calendars
    assert (calendar.generation, calendar.id) == (3, calendar_id_of("account", "ada", 3))
    assert calendar.id != calendar_id_of("account", "ada", 2)


def test_under_another_account_the_first_calendar_is_not_the_first_of_before() -> None:
    """What an account that was given up left at Google carries the marker of that one."""
    (before,) = plan_employee_calendars(make_picture()).calendars
    (calendar,) = plan_employee_calendars(make_picture(account_id="another")).calendars
    assert calendar.generation == before.generation
    assert calendar.marker != before.marker


def test_another_email_recreates_the_calendar() -> None:
    """Note 2."""
    old = replace(MADE, shows_from=date(2026, 1, 1), state=CalendarState.FAILING, problem="rejected")
    past = make_task("past", starts_at=NOON - timedelta(days=9))
    mappings = [make_mapping(task, old) for task in (past, make_task())]
    plan = plan_employee_calendars(
        make_picture(employees=[NEW_EMAIL], calendars=[old], tasks=[past, make_task()], mappings=mappings)
    )
    gone, new = plan.calendars
    assert gone == replace(old, state=CalendarState.DELETING, problem="")
    assert new == make_unmade_calendar(generation=2, shared_with=NEW_EMAIL.email, shows_from=date(2026, 3, 9))
    assert [(operation.act, operation.calendar_id, operation.subject) for operation in plan.operations] == [
        (Act.DELETE_CALENDAR, old.id, ""),
        (Act.CREATE_CALENDAR, new.id, ""),
        (Act.SHARE, new.id, NEW_EMAIL.email),
        (Act.PUT_EVENT, new.id, "t1"),
    ]
    assert [mapping.calendar_id for mapping in plan.mappings] == [new.id]


def test_a_calendar_is_shared_anew_if_the_rules_say_so() -> None:
    mapping = make_mapping(make_task(), MADE)
    plan = plan_employee_calendars(
        make_picture(rules=SHARE_ANEW, employees=[NEW_EMAIL], calendars=[MADE], tasks=[make_task()], mappings=[mapping])
    )
    assert plan.calendars == [replace(MADE, shared_with=NEW_EMAIL.email, is_shared=False, state=CalendarState.MAKING)]
    assert acts(plan.operations) == [(Act.UNSHARE, ADA.email), (Act.SHARE, NEW_EMAIL.email)]
    assert not plan.reversals


@pytest.mark.parametrize("rules", [RULES, SHARE_ANEW], ids=["recreate", "share anew"])
@pytest.mark.parametrize(
    ("calendar", "state", "is_made"),
    [
        # Waiting for Google's limit of new calendars; creation refused.
        (WAITING, CalendarState.WAITING, False),
        (replace(WAITING, state=CalendarState.FAILING, problem="x"), CalendarState.FAILING, False),
        # Made, and the invitation is still owed; or refused, since there is no such address.
        (UNSHARED, CalendarState.MAKING, True),
        (replace(UNSHARED, state=CalendarState.FAILING, problem="no such address"), CalendarState.MAKING, True),
    ],
    ids=["waiting", "not made", "not shared", "share refused"],
)
def test_as_long_as_nobody_was_invited_another_email_only_changes_the_invitation(
    calendar: EmployeeCalendar, state: CalendarState, rules: CalendarRules, *, is_made: bool
) -> None:
    plan = plan_employee_calendars(make_picture(rules=rules, employees=[NEW_EMAIL], calendars=[calendar]))
    (kept,) = plan.calendars
    assert (kept.id, kept.shared_with, kept.is_shared, kept.state) == (calendar.id, NEW_EMAIL.email, False, state)
    unshare, share = [(Act.UNSHARE, ADA.email)], [(Act.SHARE, NEW_EMAIL.email)]
    assert acts(plan.operations) == ([*unshare, *share] if is_made else share)
    assert acts(plan.reversals) == ([] if is_made else unshare), "nobody sees a calendar that is not there"


@pytest.mark.parametrize(
    ("calendar", "act"),
    [
        # It is named at Google; it is made with its new name at once.
        (MADE, Act.UPDATE_CALENDAR),
        (WAITING, Act.CREATE_CALENDAR),
    ],
    ids=["made", "waiting"],
)
def test_another_name_or_zone_reaches_the_calendar(calendar: EmployeeCalendar, act: Act) -> None:
    for picture, name, zone in [
        (make_picture(employees=[make_employee(name="Ada Low")], calendars=[calendar]), "Ada Low", "UTC"),
        (make_picture(rules=replace(RULES, calendar_name="W: {employee}"), calendars=[calendar]), "W: Ada", "UTC"),
        (make_picture(rules=replace(RULES, zone="Europe/Kyiv"), calendars=[calendar]), "Ada", "Europe/Kyiv"),
    ]:
        plan = plan_employee_calendars(picture)
        assert plan.calendars == [replace(calendar, name=name, zone=zone)]
        (operation,) = plan.operations
        assert (operation.act, operation.calendar_id) == (act, calendar.id)
        assert (operation.body["name"], operation.body["zone"]) == (name, zone)


@pytest.mark.parametrize(
    "employee", [make_employee(position="Chief"), make_employee(department_ids=("fibre",))], ids=["position", "group"]
)
def test_what_the_name_does_not_show_changes_nothing(employee: Employee) -> None:
    assert plan_employee_calendars(make_picture(employees=[employee], calendars=[MADE])).is_empty


def test_switched_off_or_without_an_account_nothing_is_planned() -> None:
    """A pause keeps all as it is: nobody loses a calendar, and nobody gets one."""
    bob = make_employee("bob", is_bound=False)
    whole = make_picture(employees=[ADA, bob], calendars=[make_calendar("bob")], tasks=[make_task()])
    assert not plan_employee_calendars(whole).is_empty
    for picture in (replace(whole, rules=replace(RULES, is_enabled=False)), replace(whole, account_id="")):
        assert plan_employee_calendars(picture).is_empty
        assert plan_task_events(picture).is_empty


@pytest.mark.parametrize("is_enabled", [True, False])
def test_an_account_that_is_leaving_takes_every_calendar_with_it(*, is_enabled: bool) -> None:
    bob, waiting = make_employee("bob"), make_unmade_calendar("bob")
    picture = make_picture(
        rules=replace(RULES, is_enabled=is_enabled),
        employees=[ADA, bob, make_employee("cy")],
        calendars=[MADE, waiting],
        tasks=[make_task()],
        mappings=[make_mapping(make_task(), MADE)],
        is_leaving=True,
    )
    plan = plan_employee_calendars(picture)
    assert [operation.key for operation in plan.operations] == [f"calendar:{MADE.id}"]
    assert [operation.key for operation in plan.reversals] == [f"calendar:{waiting.id}"]
    assert {calendar.state for calendar in plan.calendars} == {CalendarState.DELETING}
    assert not plan.mappings
    assert plan_task_events(picture).is_empty


def test_a_calendar_is_rebuilt_by_its_removal_and_the_next_plan() -> None:
    """Note 3: “to recreate the calendar and its events if synchronization problems occur”."""
    removal = plan_removal(MADE)
    assert removal.operations == [Operation(Act.DELETE_CALENDAR, MADE.id)]
    assert removal.calendars == [replace(MADE, state=CalendarState.DELETING)]
    assert acts(plan_removal(WAITING).reversals) == [(Act.DELETE_CALENDAR, "")]
    plan = plan_employee_calendars(make_picture(generations={"ada": 1}, tasks=[make_task()]))
    assert [calendar.generation for calendar in plan.calendars] == [2]
    assert [operation.act for operation in plan.operations] == [Act.CREATE_CALENDAR, Act.SHARE, Act.PUT_EVENT]


def test_the_first_day_is_counted_in_the_rules_zone() -> None:
    """Note 1: from one day ago."""
    assert first_day(RULES, date(2026, 3, 1)) == date(2026, 2, 28)
    assert first_day(replace(RULES, first_import_days=0), date(2026, 3, 1)) == date(2026, 3, 1)
    late = datetime(2026, 3, 10, 23, tzinfo=UTC)
    plan = plan_employee_calendars(make_picture(rules=replace(RULES, zone="Europe/Kyiv"), now=late))
    assert plan.calendars[0].shows_from == date(2026, 3, 10), "in Kyiv it is the 11th already"


def urgencies(plan: EmployeePlan) -> set[Urgency]:
    return {operation.urgency for operation in plan.operations}


def test_many_at_once_let_single_changes_pass_but_who_had_a_calendar_does_not_wait_behind_who_never_did() -> None:
    some = [make_employee(f"e{n}") for n in range(BY_HAND)]
    assert urgencies(plan_employee_calendars(make_picture(employees=some))) == {Urgency.NOW}
    many = [*some, NEW_EMAIL]
    plan = plan_employee_calendars(make_picture(employees=many, calendars=[MADE]))
    soon = [operation.act for operation in plan.operations if operation.urgency is Urgency.NOW]
    assert soon == [Act.CREATE_CALENDAR, Act.SHARE]
    renamed = [replace(employee, name="New") for employee in many]
    calendars = [make_calendar(employee.id, shared_with=employee.email) for employee in many]
    assert urgencies(plan_employee_calendars(make_picture(employees=renamed, calendars=calendars))) == {Urgency.BULK}


def test_a_plan_goes_through_employees_in_their_order() -> None:
    people = [make_employee(name) for name in ("cy", "ada", "bob")]
    plan = plan_employee_calendars(make_picture(employees=people))
    assert [calendar.employee_id for calendar in plan.calendars] == ["cy", "ada", "bob"]
