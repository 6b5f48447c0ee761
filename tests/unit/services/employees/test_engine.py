"""Planning and draining together, on an account in memory."""

from dataclasses import replace

from ce_calendar.domain.employees.calendars import CalendarState
from tests.builders_employees import make_employee
from tests.support.office import Office


def test_a_bound_employee_gets_a_calendar_with_their_tasks_and_one_invitation(office: Office) -> None:
    [emma] = office.hire(make_employee(name="Emma"))
    office.assign(emma, title="Router")
    report = office.work()
    assert office.seen_by(emma) == {"Emma": "#1 Router"}
    assert [to for to, _ in office.hosting.mails] == [emma.email]
    assert (report.round_trips, report.calls, report.calendars_made, report.calendars_shared) == (2, 3, 1, 1)
    calendar = office.calendar_of(emma)
    assert calendar
    assert (calendar.state, calendar.is_shared) == (CalendarState.SHARED, True)


def test_nothing_changed_nothing_is_sent(office: Office) -> None:
    [emma] = office.hire(make_employee())
    task = office.assign(emma)
    office.work()
    office.new_requests()
    office.save_employee(emma)
    office.save_task(task)
    assert office.work().round_trips == 0
    assert office.new_requests() == []


def test_a_task_that_moves_is_one_request(office: Office) -> None:
    [emma] = office.hire(make_employee())
    task = office.assign(emma)
    office.work()
    office.new_requests()
    office.save_task(replace(task, title="Switch"))
    office.drain()
    assert office.new_requests() == [("events.update", 1)]
    assert "#1 Switch" in office.seen_by(emma).values()
