"""The outbox of employee calendars on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ce_calendar.domain.employees.calendars import CalendarState, EmployeeCalendar
from ce_calendar.domain.employees.operations import Act, Operation, OwedOperation, Urgency
from ce_calendar.domain.employees.people import Employee
from ce_calendar.ports import OpenUnitOfWork
from tests.builders import make_organization
from tests.builders_employees import make_account, make_calendar, make_employee, make_operation
from tests.conftest import NOON

HOUR = timedelta(hours=1)


class Scene:
    """An organization with an account and employees' calendars."""

    def __init__(self, uow: OpenUnitOfWork) -> None:
        self.uow = uow
        self.organization = make_organization()
        self.account = make_account(organization_id=self.organization.id)
        with uow() as work:
            work.organizations.add(self.organization)
            work.central_accounts.save(self.account)
        self.made = self.calendar()

    def employee(self) -> Employee:
        employee = make_employee(organization_id=self.organization.id)
        with self.uow() as work:
            work.employees.add(employee)
        return employee

    def calendar(self, state: CalendarState = CalendarState.SHARED) -> EmployeeCalendar:
        calendar = make_calendar(employee=self.employee(), account_id=self.account.id, state=state)
        with self.uow() as work:
            work.employee_calendars.save(calendar)
        return calendar

    def owe(self, *operations: Operation) -> None:
        with self.uow() as work:
            work.outbox.owe(operations, organization_id=self.organization.id, account_id=self.account.id, now=NOON)

    def ready(self, limit: int = 100) -> list[OwedOperation]:
        with self.uow(reading=True) as work:
            return list(work.outbox.ready(self.account.id, now=NOON, limit=limit))

    def event(self, subject: str = "task", urgency: Urgency = Urgency.NOW, **body: str) -> Operation:
        return make_operation(calendar_id=self.made.id, subject=subject, body=body, urgency=urgency)


@pytest.fixture
def scene(uow: OpenUnitOfWork) -> Scene:
    return Scene(uow)


def test_what_is_owed_comes_back_as_it_was_owed(scene: Scene) -> None:
    operation = scene.event(title="Replace the router")
    scene.owe(operation)
    [owed] = scene.ready()
    assert owed == OwedOperation(
        id=owed.id,
        organization_id=scene.organization.id,
        account_id=scene.account.id,
        operation=operation,
        version=1,
        attempts=0,
        is_uncertain=False,
        next_try_at=NOON,
        created_at=NOON,
    )


def test_a_later_operation_takes_an_earlier_ones_place_and_keeps_what_is_uncertain(scene: Scene) -> None:
    scene.owe(scene.event("first"), scene.event("second", title="before"))
    with scene.uow() as work:
        work.outbox.begin(scene.ready())
    later = replace(scene.event("second"), act=Act.DELETE_EVENT)
    scene.owe(later)
    found = scene.ready()[1]
    assert (found.operation, found.version, found.attempts, found.is_uncertain) == (later, 2, 1, True)


def test_urgent_ones_go_first_then_those_owed_first(scene: Scene) -> None:
    scene.owe(scene.event("a", Urgency.BULK), scene.event("b"), scene.event("c", Urgency.BULK), scene.event("d"))
    assert [owed.operation.subject for owed in scene.ready()] == ["b", "d", "a", "c"]
    assert [owed.operation.subject for owed in scene.ready(limit=1)] == ["b"]


def test_what_is_in_a_calendar_waits_until_that_is_made(scene: Scene) -> None:
    waiting = scene.calendar(CalendarState.WAITING)
    acts = (Act.CREATE_CALENDAR, Act.SHARE, Act.PUT_EVENT)
    scene.owe(*(make_operation(calendar_id=waiting.id, act=act) for act in acts))
    assert [owed.operation.act for owed in scene.ready()] == [Act.CREATE_CALENDAR]
    with scene.uow() as work:
        work.employee_calendars.save(replace(waiting, provider_calendar_id="made@group"))
    assert [owed.operation.act for owed in scene.ready()] == list(acts)


def test_what_was_done_goes_and_what_was_replaced_meanwhile_stays_certain_and_due(scene: Scene) -> None:
    scene.owe(scene.event("same"), scene.event("changed"))
    sent = scene.ready()
    with scene.uow() as work:
        assert work.outbox.begin(sent) == {owed.id for owed in sent}
    scene.owe(scene.event("changed", title="after"))
    with scene.uow() as work:
        assert work.outbox.done(sent) == {sent[1].id}
    [stays] = scene.ready()
    assert (stays.id, stays.version, stays.attempts, stays.is_uncertain) == (sent[1].id, 2, 0, False)


def test_what_is_postponed_waits(scene: Scene) -> None:
    scene.owe(scene.event())
    [owed] = scene.ready()
    with scene.uow() as work:
        work.outbox.begin([owed])
        work.outbox.postpone(owed, until=NOON + HOUR, error="rateLimitExceeded", is_uncertain=False)
    assert scene.ready() == []
    with scene.uow() as work:
        assert work.outbox.next_moment(scene.account.id) == NOON + HOUR
        [failing] = work.outbox.failing(scene.account.id, limit=5)
        assert (failing.last_error, failing.is_uncertain, failing.attempts) == ("rateLimitExceeded", False, 1)
        assert len(work.outbox.ready(scene.account.id, now=NOON + HOUR, limit=5)) == 1
