"""The employee book, on both databases: who may change what, what it checks, and what it owes the planner."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from ce_calendar.domain.access import Actor
from ce_calendar.domain.employees.calendars import AccountStatus, CalendarState
from ce_calendar.domain.employees.people import Employee
from ce_calendar.domain.errors import AccessDenied, Invalid, NotFound
from ce_calendar.ports import OpenUnitOfWork
from ce_calendar.ports.employees import CalendarFilter, EmployeeQuery
from ce_calendar.services.employees.entered import MOST_AT_ONCE
from tests.builders import new_id
from tests.builders_employees import make_account
from tests.conftest import FixedClock
from tests.support.doubles import audit_rows
from tests.unit.services.employees_scene import Crew, gather


@pytest.fixture
def crew(uow: OpenUnitOfWork, clock: FixedClock) -> Crew:
    return gather(uow, clock)


# -- adding -----------------------------------------------------------------------------------------------------------


def test_a_new_employee_is_kept_as_entered_and_their_plan_is_owed(crew: Crew, engine: Engine) -> None:
    department = crew.put_department()
    saved = crew.book.add(
        crew.dispatcher,
        name="  Emma   Engineer ",
        email=" Emma@Work.Example ",
        position="Technician",
        department_ids=[department.id],
        is_bound=True,
    )
    employee = saved.employee
    assert (employee.name, employee.email, employee.position) == ("Emma Engineer", "emma@work.example", "Technician")
    assert employee.department_ids == (department.id,)
    assert crew.read(employee) == employee
    assert crew.owing(employee) == [True]
    assert (crew.told()[0][0][1], *(name for name, _ in crew.told()[1])) == ("employees", "erp-plan", "erp-drain")
    assert audit_rows(engine) == [("employee.add", "done", employee.id)]


@pytest.mark.parametrize("values", [{"is_bound": False}, {"email": "", "is_bound": True}], ids=["unbound", "no email"])
def test_who_gets_no_calendar_owes_no_plan(crew: Crew, values: dict[str, Any]) -> None:
    employee = crew.book.add(crew.dispatcher, **{"name": "Emma", "email": "emma@work.example", **values}).employee
    assert crew.owing(employee) == [False]


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("name", {"name": " "}),
        ("name", {"name": "x" * 201}),
        ("name", {"name": "Emma\x00"}),
        ("name", {"name": None}),
        ("name", {"name": ["Emma"]}),
        ("email", {"email": "not an address"}),
        ("email", {"email": "x" * 250 + "@work.example"}),
        ("email", {"email": 7}),
        ("position", {"position": "x" * 201}),
        ("is_bound", {"is_bound": "yes"}),
        ("departments", {"department_ids": "all"}),
    ],
    ids=str,
)
def test_what_will_not_do_is_said_at_its_field_and_nothing_is_kept(
    crew: Crew, field: str, values: dict[str, Any]
) -> None:
    with pytest.raises(Invalid) as refusal:
        crew.book.add(crew.dispatcher, **{"name": "Emma", "email": "emma@work.example", **values})
    assert refusal.value.field == field
    assert crew.book.page(crew.dispatcher, query=EmployeeQuery()).total == 0
    assert crew.told() == ([], [])


def test_two_may_have_one_email_and_it_is_said(crew: Crew) -> None:
    first = crew.put(name="Anna", email="team@work.example")
    saved = crew.book.add(crew.dispatcher, name="Boris", email="TEAM@work.example")
    assert [each.name for each in saved.same_email] == ["Anna"]
    again = crew.book.edit(crew.dispatcher, employee_id=first.id, position="Chief")
    assert [each.name for each in again.same_email] == ["Boris"]
    card = crew.book.card(crew.viewer, employee_id=first.id)
    assert [each.name for each in card.same_email] == ["Boris"]


# -- editing ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "values", "owes"),
    [
        ({}, {"email": "new@work.example"}, True),
        ({}, {"email": ""}, True),
        ({}, {"is_bound": False}, True),
        # The calendar is called by the employee's name.
        ({}, {"name": "Emma Other"}, True),
        ({"calendar_name": "Tasks"}, {"name": "Emma Other"}, False),
        ({}, {"position": "Chief"}, False),
        ({"calendar_name": "{employee}, {position}"}, {"position": "Chief"}, True),
        ({}, {"department_ids": "new"}, False),
        ({"shows_departments": True}, {"department_ids": "new"}, True),
        ({"calendar_name": "{employee} {departments}"}, {"department_ids": "new"}, True),
        # Nothing is different.
        ({}, {"name": " Emma  Engineer ", "is_bound": True}, False),
    ],
    ids=str,
)
def test_a_plan_is_owed_for_what_matters_to_the_calendar_alone(
    crew: Crew, rules: dict[str, Any], values: dict[str, Any], *, owes: bool
) -> None:
    employee, other = crew.put(), crew.put(name="Otto")
    crew.set_rules(**rules)
    if "department_ids" in values:
        values = {"department_ids": [crew.put_department().id]}
    crew.book.edit(crew.dispatcher, employee_id=employee.id, **values)
    assert crew.owing(employee, other) == [owes, False]


def test_what_is_not_named_stays_as_somebody_else_left_it(crew: Crew) -> None:
    employee = crew.put(email="old@work.example", position="Technician")
    crew.book.edit(crew.dispatcher, employee_id=employee.id, email="new@work.example")
    crew.book.edit(crew.dispatcher, employee_id=employee.id, position="Chief")
    now = crew.read(employee)
    assert (now.name, now.email, now.position, now.is_bound) == (employee.name, "new@work.example", "Chief", True)


def test_an_edit_that_changes_nothing_leaves_no_trace(crew: Crew, engine: Engine) -> None:
    employee = crew.put()
    crew.book.edit(crew.dispatcher, employee_id=employee.id, name=employee.name, email=employee.email.upper())
    assert audit_rows(engine) == []
    assert crew.told() == ([], [])


def test_another_name_reaches_the_events_of_those_who_share_a_task(crew: Crew) -> None:
    crew.set_rules(event_title="{title}: {employees}")
    employee, colleague = crew.put(name="Emma"), crew.put(name="Carl")
    calendar = crew.put_calendar(colleague)
    crew.put_task(calendar, employee_ids=[employee.id, colleague.id])
    crew.book.edit(crew.dispatcher, employee_id=employee.id, name="Emily")
    with crew.uow(reading=True) as work:
        bodies = [each.operation.body for each in work.outbox.ready(crew.account.id, now=crew.clock(), limit=10)]
    assert [body["title"] for body in bodies] == ["Replace the router: Carl, Emily"]


def test_of_two_edits_at_once_neither_undoes_the_other(crew: Crew) -> None:
    employee = crew.put(position="")
    start = threading.Barrier(2)

    def edit(**values: Any) -> None:
        start.wait()
        crew.book.edit(crew.dispatcher, employee_id=employee.id, **values)

    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(edit, name="Emily"), pool.submit(edit, position="Chief")]
        for each in done:
            each.result(timeout=30)
    assert (crew.read(employee).name, crew.read(employee).position) == ("Emily", "Chief")


def test_a_department_of_others_is_not_joined(crew: Crew) -> None:
    theirs = crew.departments.add(crew.stranger, name="Theirs")
    with pytest.raises(NotFound):
        crew.book.add(crew.dispatcher, name="Emma", department_ids=[theirs.id])


# -- dismissing, re-hiring, rebuilding --------------------------------------------------------------------------------


def test_note_6_who_is_dismissed_wants_no_calendar_and_gets_one_when_re_hired(crew: Crew, engine: Engine) -> None:
    employee, unbound = crew.put(), crew.put(is_bound=False)
    gone = crew.book.dismiss(crew.dispatcher, employee_id=employee.id)
    assert (gone.dismissed_on, gone.wants_calendar) == (date(2026, 3, 10), False)
    assert crew.book.dismiss(crew.dispatcher, employee_id=unbound.id, on="2026-03-01").dismissed_on == date(2026, 3, 1)
    assert crew.owing(employee, unbound) == [True, False]
    assert crew.book.dismiss(crew.dispatcher, employee_id=employee.id, on="2026-02-01") == gone, "pressed twice"
    with crew.uow() as work:
        work.employees.plan_done([employee.id])
    assert crew.book.rehire(crew.dispatcher, employee_id=employee.id) == employee
    assert crew.book.rehire(crew.dispatcher, employee_id=employee.id) == employee
    assert crew.owing(employee) == [True]
    assert [row[0] for row in audit_rows(engine)] == ["employee.dismiss", "employee.dismiss", "employee.rehire"]


@pytest.mark.parametrize("on", ["", "tomorrow", "2026-03-11", 5, ["2026-03-01"]], ids=str)
def test_the_last_day_must_be_a_day_that_has_come(crew: Crew, on: Any) -> None:
    employee = crew.put()
    with pytest.raises(Invalid) as refusal:
        crew.book.dismiss(crew.dispatcher, employee_id=employee.id, on=on)
    assert refusal.value.field == "on"
    assert crew.read(employee).dismissed_on is None


def test_note_3_rebuilding_lets_the_calendar_go_and_owes_a_new_one(crew: Crew, engine: Engine) -> None:
    employee = crew.put()
    crew.put_calendar(employee)
    crew.book.rebuild(crew.dispatcher, employee_id=employee.id)
    assert crew.calendars(employee) == [CalendarState.DELETING]
    assert crew.owing(employee) == [True]
    assert ("employee.rebuild", "done", employee.id) in audit_rows(engine)
    with pytest.raises(Invalid, match="no calendar"):
        crew.book.rebuild(crew.dispatcher, employee_id=employee.id)


def test_nothing_is_rebuilt_while_calendars_are_not_kept(crew: Crew) -> None:
    employee = crew.put()
    crew.put_calendar(employee)
    crew.set_rules(is_enabled=False)
    with pytest.raises(Invalid, match="not kept up to date"):
        crew.book.rebuild(crew.dispatcher, employee_id=employee.id)
    crew.set_rules(is_enabled=True)
    with crew.uow() as work:
        work.central_accounts.save(
            make_account(
                organization_id=crew.home,
                account_id=crew.account.id,
                subject_id=crew.account.subject_id,
                status=AccountStatus.LEAVING,
            )
        )
    with pytest.raises(Invalid, match="not kept up to date"):
        crew.book.rebuild(crew.dispatcher, employee_id=employee.id)
    assert crew.calendars(employee) == [CalendarState.SHARED]


# -- several at once --------------------------------------------------------------------------------------------------


def test_binding_several_says_how_many_changed_and_owes_plans_where_a_calendar_comes_of_it(
    crew: Crew, engine: Engine
) -> None:
    bound = crew.put()
    free, silent = crew.put(is_bound=False), crew.put(is_bound=False, email="")
    gone = crew.put(is_bound=False, dismissed_on=date(2026, 3, 1))
    ids = [each.id for each in (bound, free, silent, gone)]
    effects = crew.book.binding_effects(crew.dispatcher, is_bound=True, employee_ids=ids)
    assert (effects.chosen, effects.changing, effects.calendars) == (4, 3, 1)
    assert (effects.without_email, effects.dismissed) == (1, 1)
    assert crew.book.bind_several(crew.dispatcher, employee_ids=[*ids, free.id]) == 3
    assert crew.owing(bound, free, silent, gone) == [False, True, False, False]
    assert sorted(row[2] for row in audit_rows(engine)) == sorted(each.id for each in (free, silent, gone))
    assert {row[0] for row in audit_rows(engine)} == {"employee.bind"}
    assert crew.book.bind_several(crew.dispatcher, employee_ids=ids) == 0


def test_note_3_unbinding_everybody_a_search_finds_deletes_their_calendars(crew: Crew) -> None:
    one, other, third = crew.put(name="Anna A"), crew.put(name="Anna B"), crew.put(name="Boris")
    crew.put_calendar(one)
    query = EmployeeQuery(search="anna")
    effects = crew.book.binding_effects(crew.dispatcher, is_bound=False, query=query)
    assert (effects.changing, effects.calendars) == (2, 1)
    assert crew.book.unbind_several(crew.dispatcher, query=query) == 2
    assert [crew.read(each).is_bound for each in (one, other, third)] == [False, False, True]
    assert crew.owing(one, other, third) == [True, True, False]


def test_a_foreign_id_among_the_chosen_changes_nothing(crew: Crew) -> None:
    mine = crew.put(is_bound=False)
    theirs = crew.book.add(crew.stranger, name="Theirs").employee
    for foreign in (theirs.id, new_id(), "../..", 7):
        with pytest.raises(NotFound):
            crew.book.bind_several(crew.dispatcher, employee_ids=[mine.id, foreign])  # type: ignore[list-item] # sent
    assert crew.read(mine).is_bound is False
    assert crew.read(theirs).is_bound is False


def test_nobody_and_too_many_are_refused(crew: Crew) -> None:
    crew.put()
    choices: list[dict[str, Any]] = [{}, {"employee_ids": []}, {"query": EmployeeQuery(search="zzz")}]
    for choice in choices:
        with pytest.raises(Invalid, match="Choose employees"):
            crew.book.bind_several(crew.dispatcher, **choice)
    with pytest.raises(Invalid, match="At most 10,000"):
        crew.book.bind_several(crew.dispatcher, employee_ids=[new_id() for _ in range(MOST_AT_ONCE + 1)])


# -- reading ----------------------------------------------------------------------------------------------------------


def test_a_page_tells_state_and_departments_and_what_all_depends_on(crew: Crew) -> None:
    department = crew.put_department()
    shared = crew.put(name="Anna", department_ids=[department.id])
    crew.put_calendar(shared)
    crew.put(name="Boris")
    found = crew.book.page(crew.viewer, query=EmployeeQuery())
    assert [(line.employee.name, line.state) for line in found.lines] == [
        ("Anna", CalendarFilter.SHARED),
        ("Boris", CalendarFilter.WAITING),
    ]
    assert found.departments == [(department, 1)]
    assert found.circumstances.plans
    assert crew.book.page(crew.viewer, query=EmployeeQuery(search="bor")).total == 1
    assert crew.book.page(crew.stranger, query=EmployeeQuery()).total == 0


def test_the_card_has_history_and_earlier_calendars(crew: Crew) -> None:
    employee = crew.book.add(crew.dispatcher, name="Emma", email="emma@work.example", is_bound=True).employee
    crew.put_calendar(employee, generation=1, state=CalendarState.DELETED)
    crew.put_calendar(employee, generation=2)
    crew.clock.advance(timedelta(hours=1))
    crew.book.edit(crew.dispatcher, employee_id=employee.id, position="Chief")
    card = crew.book.card(crew.viewer, employee_id=employee.id)
    assert card.line.calendar is not None
    assert card.line.calendar.generation == 2
    assert [each.generation for each in card.earlier] == [1]
    assert [(each.action, each.actor_name) for each in card.history] == [
        ("employee.edit", "Dana Dispatcher"),
        ("employee.add", "Dana Dispatcher"),
    ]
    assert card.history[0].detail == {"fields": "position"}
    assert card.zone == "Europe/Berlin"


def test_the_week_holds_what_is_planned_in_the_calendar_on_the_rules_clock(crew: Crew) -> None:
    employee = crew.put()
    calendar = crew.put_calendar(employee)
    today = date(2026, 3, 10)
    crew.put_task(calendar, title="Today", day=today, employee_ids=[employee.id])
    crew.put_task(calendar, title="On the seventh day", day=today + timedelta(days=6), employee_ids=[employee.id])
    crew.put_task(calendar, title="A week from today", day=today + timedelta(days=7), employee_ids=[employee.id])
    crew.put_task(calendar, title="Yesterday", day=today - timedelta(days=1), employee_ids=[employee.id])
    crew.put_task(None, title="Not planned", day=today, employee_ids=[employee.id])
    week = crew.book.week(crew.viewer, employee_id=employee.id)
    assert (week.first_day, week.today, week.zone) == (today, today, "Europe/Berlin")
    assert sorted(each.event.title for each in week.events) == ["#1 Today", "#2 On the seventh day"]
    assert {each.status for each in week.events} == {"Not completed"}
    after = crew.book.week(crew.viewer, employee_id=employee.id, weeks_ahead=1)
    assert [each.event.title for each in after.events] == ["#3 A week from today"]
    for far in (521, -521, True, "1", 10**30):
        with pytest.raises(Invalid):
            crew.book.week(crew.viewer, employee_id=employee.id, weeks_ahead=far)  # type: ignore[arg-type] # sent


def test_without_a_calendar_nothing_is_seen(crew: Crew) -> None:
    employee = crew.put()
    crew.put_task(None, employee_ids=[employee.id])
    week = crew.book.week(crew.viewer, employee_id=employee.id)
    assert (week.has_calendar, week.events) == (False, ())


def test_notes_4_and_5_hints_tell_of_the_invitation_the_app_and_ios(crew: Crew) -> None:
    employee = crew.put(name="Emma", email="emma@work.example")
    crew.put_calendar(employee, name="Emma's tasks")
    hints = crew.book.hints(crew.viewer, employee_id=employee.id)
    assert hints.to == "emma@work.example"
    for words in ("Accept the invitation", "calendars@demo.example", "Emma's tasks", "tick it", "iPhone"):
        assert words in hints.text


# -- who may ----------------------------------------------------------------------------------------------------------

CHANGES: dict[str, Callable[[Crew, Actor, Employee], object]] = {
    "add": lambda crew, actor, _: crew.book.add(actor, name="X"),
    "edit": lambda crew, actor, each: crew.book.edit(actor, employee_id=each.id, name="X"),
    "dismiss": lambda crew, actor, each: crew.book.dismiss(actor, employee_id=each.id),
    "rehire": lambda crew, actor, each: crew.book.rehire(actor, employee_id=each.id),
    "rebuild": lambda crew, actor, each: crew.book.rebuild(actor, employee_id=each.id),
    "effects": lambda crew, actor, each: crew.book.binding_effects(actor, is_bound=False, employee_ids=[each.id]),
    "bind": lambda crew, actor, each: crew.book.bind_several(actor, employee_ids=[each.id]),
    "unbind": lambda crew, actor, each: crew.book.unbind_several(actor, query=EmployeeQuery()),
}
READINGS: dict[str, Callable[[Crew, Actor, Employee], object]] = {
    "page": lambda crew, actor, _: crew.book.page(actor, query=EmployeeQuery()),
    "card": lambda crew, actor, each: crew.book.card(actor, employee_id=each.id),
    "week": lambda crew, actor, each: crew.book.week(actor, employee_id=each.id),
    "hints": lambda crew, actor, each: crew.book.hints(actor, employee_id=each.id),
}


@pytest.mark.parametrize("verb", CHANGES)
def test_a_colleague_without_the_right_cannot_change_anything(crew: Crew, engine: Engine, verb: str) -> None:
    employee = crew.put()
    crew.put_calendar(employee)
    actors = [*crew.outsiders, crew.viewer]
    for actor in actors:
        with pytest.raises(AccessDenied):
            CHANGES[verb](crew, actor, employee)
    assert [row[1] for row in audit_rows(engine)] == ["refused"] * len(actors)
    assert crew.read(employee) == employee
    assert crew.calendars(employee) == [CalendarState.SHARED]
    assert crew.told() == ([], [])


@pytest.mark.parametrize("verb", READINGS)
def test_a_colleague_without_the_right_cannot_see_anything(crew: Crew, verb: str) -> None:
    employee = crew.put()
    for actor in crew.outsiders:
        with pytest.raises(AccessDenied):
            READINGS[verb](crew, actor, employee)
    READINGS[verb](crew, crew.viewer, employee)


@pytest.mark.parametrize("verb", ["edit", "dismiss", "rehire", "rebuild", "effects", "bind", "card", "week", "hints"])
def test_a_colleague_of_another_organization_cannot_reach_anybody(crew: Crew, engine: Engine, verb: str) -> None:
    employee = crew.put()
    crew.put_calendar(employee)
    with pytest.raises(NotFound):
        {**CHANGES, **READINGS}[verb](crew, crew.stranger, employee)
    assert [row[1] for row in audit_rows(engine)] == ["refused"]
    assert crew.read(employee) == employee
    assert crew.told() == ([], [])
