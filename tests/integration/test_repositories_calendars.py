"""Employees' calendars and what is mapped to them on both databases."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from ce_calendar.domain.employees.calendars import CalendarState
from ce_calendar.domain.employees.rules import CalendarRules
from ce_calendar.ports import OpenUnitOfWork
from tests.builders_employees import (
    add_statuses,
    make_calendar,
    make_mapping,
    make_operation,
    make_task,
)
from tests.conftest import NOON
from tests.support.firm import Firm

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def firm(uow: OpenUnitOfWork) -> Firm:
    return Firm(uow)


# -- calendars ---------------------------------------------------------------------------------------------------


def test_calendars_come_back_as_they_were_stored(firm: Firm) -> None:
    calendar = replace(firm.calendar(), problem="cannotShare", state=CalendarState.FAILING, changed_at=NOON + HOUR)
    with firm.uow() as work:
        work.employee_calendars.save(replace(calendar, created_at=NOON + DAY))
        assert work.employee_calendars.several([calendar.id, "unknown"]) == [calendar]


def test_an_employees_calendars_are_the_current_one_and_those_before(firm: Firm) -> None:
    employee, other = firm.employee(), firm.employee()
    gone = firm.calendar(employee, CalendarState.DELETED)
    going = firm.calendar(employee, CalendarState.DELETING, generation=2)
    current = firm.calendar(employee, CalendarState.WAITING, generation=3)
    with firm.uow() as work:
        assert work.employee_calendars.of_employee(employee.id) == [current, going, gone]
        assert work.employee_calendars.current_of([employee.id, other.id]) == {employee.id: current}
        assert work.employee_calendars.generations_of([employee.id, other.id]) == {employee.id: 3}
        assert set(work.employee_calendars.living(firm.id)) == {current, going}
        assert work.employee_calendars.living(firm.other_id) == []
        assert work.employee_calendars.count(firm.id) == {"deleted": 1, "deleting": 1, "waiting": 1}


def test_one_calendar_follows_another_in_one_saving(firm: Firm) -> None:
    employee = firm.employee()
    before = firm.calendar(employee)
    after = make_calendar(employee=employee, account_id=firm.account.id, generation=2, state=CalendarState.WAITING)
    with firm.uow() as work:
        work.employee_calendars.save(after, replace(before, state=CalendarState.DELETING))
        assert work.employee_calendars.current_of([employee.id]) == {employee.id: after}


def test_an_employee_never_has_two_current_calendars(firm: Firm) -> None:
    employee = firm.employee()
    firm.calendar(employee)
    with pytest.raises(IntegrityError):
        firm.calendar(employee, CalendarState.WAITING, generation=2)


def test_a_calendar_is_removed_with_its_mappings_and_what_is_owed_for_it(firm: Firm) -> None:
    going, staying = firm.calendar(), firm.calendar()
    mapping = make_mapping(calendar_id=staying.id)
    with firm.uow() as work:
        work.event_mappings.save([mapping, make_mapping(calendar_id=going.id)])
        work.outbox.owe(
            [make_operation(calendar_id=each.id) for each in (going, staying)],
            organization_id=firm.id,
            account_id=firm.account.id,
            now=NOON,
        )
        work.employee_calendars.remove(going.id)
        assert work.employee_calendars.several([going.id, staying.id]) == [staying]
        assert work.event_mappings.of_calendars([going.id, staying.id]) == [mapping]
        assert work.outbox.waiting_for([going.id, staying.id]) == {staying.id: 1}


# -- mappings ----------------------------------------------------------------------------------------------------


def test_mappings_come_by_calendar_and_by_task_of_current_calendars(firm: Firm) -> None:
    current, going = firm.calendar(), firm.calendar(state=CalendarState.DELETING)
    task_id, other_id = "a" * 32, "b" * 32
    here = make_mapping(calendar_id=current.id, task_id=task_id, etag="etag", was_written=True)
    other = make_mapping(calendar_id=current.id, task_id=other_id, content_hash="")
    there = make_mapping(calendar_id=going.id, task_id=task_id)
    with firm.uow() as work:
        work.event_mappings.save([there, other, here])
        assert set(work.event_mappings.of_calendars([current.id, going.id])) == {here, other, there}
        assert work.event_mappings.of_tasks([task_id]) == [here]
        assert work.event_mappings.of_tasks([]) == []


def test_saving_a_mapping_again_changes_it(firm: Firm) -> None:
    mapping = make_mapping(calendar_id=firm.calendar().id)
    after = replace(mapping, content_hash="other", was_written=True, etag="etag")
    with firm.uow() as work:
        work.event_mappings.save([mapping])
        work.event_mappings.save([after])
        assert work.event_mappings.of_calendars([mapping.calendar_id]) == [after]


def test_what_google_acknowledged_is_noted_and_the_hash_stays_as_planned(firm: Firm) -> None:
    calendar = firm.calendar()
    written, other = (make_mapping(calendar_id=calendar.id, task_id=letter * 32) for letter in "ab")
    with firm.uow() as work:
        work.event_mappings.save([written, other])
        work.event_mappings.written({(calendar.id, written.task_id): "etag"})
        found = work.event_mappings.of_calendars([calendar.id])
    assert set(found) == {replace(written, was_written=True, etag="etag"), other}


def test_mappings_of_events_that_never_were_are_removed(firm: Firm) -> None:
    calendar = firm.calendar()
    gone, stays = (make_mapping(calendar_id=calendar.id, task_id=letter * 32) for letter in "ab")
    with firm.uow() as work:
        work.event_mappings.save([gone, stays])
        work.event_mappings.remove([(calendar.id, gone.task_id)])
        work.event_mappings.remove([])
        assert work.event_mappings.of_calendars([calendar.id]) == [stays]


def test_a_calendar_shows_the_tasks_planned_for_it_that_lie_in_the_span(firm: Firm) -> None:
    calendar = firm.calendar()
    since, until = NOON, NOON + 2 * HOUR

    def timed(title: str, starts_at: datetime, minutes: int | None = None) -> dict[str, object]:
        return {"title": title, "starts_at": starts_at, "duration_minutes": minutes}

    wanted: list[dict[str, object]] = [
        {"title": "the day before", "day": since.date() - DAY},
        {"title": "the day", "day": since.date()},
        timed("until after its start, by the rules", since - HOUR),
        timed("in it", since + HOUR),
        {"title": "the day after", "day": since.date() + DAY},
    ]
    others: list[dict[str, object]] = [
        timed("until its start", since - HOUR, 60),
        timed("from its end", until),
        {"title": "two days before", "day": since.date() - 2 * DAY},
        {"title": "two days after", "day": since.date() + 2 * DAY},
    ]
    with firm.uow() as work:
        work.calendar_rules.save(firm.id, CalendarRules(duration_minutes=90), now=NOON)
        status_id = add_statuses(work, firm.id).waiting.id
        tasks = [
            make_task(organization_id=firm.id, number=number, status_id=status_id, **each)  # type: ignore[arg-type] # as the builder takes them
            for number, each in enumerate([*wanted, *others, timed("not to be there", since)])
        ]
        work.tasks.add(*tasks)
        work.event_mappings.save(
            [make_mapping(calendar_id=calendar.id, task_id=task.id) for task in tasks[:-1]]
            + [make_mapping(calendar_id=calendar.id, task_id=tasks[-1].id, content_hash="")]
        )
        found = work.event_mappings.planned_tasks(calendar.id, since=since, until=until)
        assert work.event_mappings.planned_tasks("unknown", since=since, until=until) == []
    assert [task.title for task in found] == [each["title"] for each in wanted]
