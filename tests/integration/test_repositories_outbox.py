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
    other = scene.calendar()
    scene.owe(scene.event())
    [owed] = scene.ready()
    with scene.uow() as work:
        work.outbox.begin([owed])
        work.outbox.postpone(owed, until=NOON + HOUR, error="rateLimitExceeded", is_uncertain=False)
    assert scene.ready() == []
    with scene.uow() as work:
        assert work.outbox.next_moment(scene.account.id) == NOON + HOUR
        calendar_id = owed.operation.calendar_id
        assert work.outbox.failing([calendar_id, other.id]) == {calendar_id}
        [failing] = work.outbox.ready(scene.account.id, now=NOON + HOUR, limit=5)
        assert (failing.last_error, failing.is_uncertain, failing.attempts) == ("rateLimitExceeded", False, 1)


def test_what_waits_is_told_by_key_within_the_organization(scene: Scene) -> None:
    one, other = scene.event("one"), scene.event("other")
    scene.owe(one)
    with scene.uow(reading=True) as work:
        assert work.outbox.owed([one.key, other.key], organization_id=scene.organization.id) == {one.key}
        assert work.outbox.owed([one.key], organization_id=make_organization().id) == frozenset()
        assert work.outbox.owed([], organization_id=scene.organization.id) == frozenset()


def test_an_operation_that_is_replaced_while_it_fails_is_due_at_once(scene: Scene) -> None:
    scene.owe(scene.event())
    [sent] = scene.ready()
    with scene.uow() as work:
        work.outbox.begin([sent])
    scene.owe(scene.event(title="after"))
    with scene.uow() as work:
        work.outbox.postpone(sent, until=NOON + HOUR, error="backendError", is_uncertain=True)
        assert work.outbox.failing([sent.operation.calendar_id]) == frozenset()
    [found] = scene.ready()
    assert (found.version, found.is_uncertain, found.last_error) == (2, True, "")


def test_a_later_operation_makes_a_postponed_one_due(scene: Scene) -> None:
    scene.owe(scene.event())
    [sent] = scene.ready()
    with scene.uow() as work:
        work.outbox.begin([sent])
        work.outbox.postpone(sent, until=NOON + HOUR, error="backendError", is_uncertain=True)
    scene.owe(scene.event(title="after"))
    [found] = scene.ready()
    assert (found.attempts, found.is_uncertain, found.last_error) == (1, True, "")


def test_of_several_operations_with_one_key_the_last_counts(scene: Scene) -> None:
    scene.owe(scene.event(title="before"), scene.event(title="after"))
    [found] = scene.ready()
    assert (found.operation.body, found.version) == ({"title": "after"}, 1)


def test_one_key_in_two_organizations_is_two_operations(scene: Scene) -> None:
    other = Scene(scene.uow)
    operation = scene.event()
    scene.owe(operation)
    with scene.uow() as work:
        work.outbox.owe([operation], organization_id=other.organization.id, account_id=other.account.id, now=NOON)
    assert len(scene.ready()) == len(other.ready()) == 1
    assert scene.ready()[0].version == 1


def test_what_was_never_attempted_is_withdrawn(scene: Scene) -> None:
    attempted, waiting, other = scene.event("a"), scene.event("b"), scene.event("c")
    scene.owe(attempted)
    with scene.uow() as work:
        work.outbox.begin(scene.ready())
    scene.owe(waiting, other)
    with scene.uow() as work:
        asked = [attempted.key, waiting.key, "unknown"]
        assert work.outbox.withdraw(asked, organization_id=Scene(scene.uow).organization.id) == frozenset()
        assert work.outbox.withdraw(asked, organization_id=scene.organization.id) == {waiting.key}
    assert [owed.operation for owed in scene.ready()] == [attempted, other]


def test_what_was_withdrawn_meanwhile_is_not_begun(scene: Scene) -> None:
    scene.owe(scene.event("a"), scene.event("b"))
    first, second = scene.ready()
    with scene.uow() as work:
        work.outbox.withdraw([first.operation.key], organization_id=scene.organization.id)
        assert work.outbox.begin([first, second]) == {second.id}
        assert work.outbox.done([first, second]) == frozenset()


def test_ids_never_come_again(scene: Scene) -> None:
    scene.owe(scene.event("a"))
    [first] = scene.ready()
    with scene.uow() as work:
        work.outbox.done([first])
    scene.owe(scene.event("a"))
    assert scene.ready()[0].id > first.id


def test_one_act_after_another_is_asked_for(scene: Scene) -> None:
    scene.owe(scene.event("a"), replace(scene.event("b"), act=Act.DELETE_EVENT), scene.event("c"))

    def ready(*acts: Act) -> list[str]:
        with scene.uow(reading=True) as work:
            found = work.outbox.ready(scene.account.id, now=NOON, limit=5, acts=acts)
        return [owed.operation.subject for owed in found]

    assert ready(Act.DELETE_EVENT) == ["b"]
    assert ready(Act.DELETE_EVENT, Act.PUT_EVENT) == ["a", "b", "c"]
    assert ready(Act.SHARE) == []
    assert ready() == []


def test_a_calendar_that_was_never_made_can_be_deleted_but_not_updated(scene: Scene) -> None:
    for act, is_ready in ((Act.UPDATE_CALENDAR, False), (Act.DELETE_CALENDAR, True)):
        calendar = scene.calendar(CalendarState.WAITING)
        scene.owe(make_operation(calendar_id=calendar.id, act=act))
        found = [owed for owed in scene.ready() if owed.operation.calendar_id == calendar.id]
        assert bool(found) is is_ready


def test_a_creation_that_was_carried_out_leaves_an_update_when_it_was_replaced(scene: Scene) -> None:
    calendar = scene.calendar(CalendarState.WAITING)
    creation = make_operation(calendar_id=calendar.id, act=Act.CREATE_CALENDAR)
    scene.owe(creation)
    sent = scene.ready()
    with scene.uow() as work:
        work.outbox.begin(sent)
    scene.owe(replace(creation, body={"name": "after"}))
    with scene.uow() as work:
        [stays] = work.outbox.done(sent)
        work.outbox.replace_act(stays, Act.UPDATE_CALENDAR)
        work.employee_calendars.save(replace(calendar, provider_calendar_id="made@group"))
    assert [owed.operation for owed in scene.ready()] == [
        replace(creation, act=Act.UPDATE_CALENDAR, body={"name": "after"})
    ]


def test_what_is_owed_for_a_calendar_that_goes_is_forgotten_but_for_its_deletion(scene: Scene) -> None:
    deletion = make_operation(calendar_id=scene.made.id, act=Act.DELETE_CALENDAR)
    other = make_operation(calendar_id=scene.calendar().id)
    scene.owe(scene.event(), make_operation(calendar_id=scene.made.id, act=Act.SHARE, subject="a@b"), deletion, other)
    with scene.uow() as work:
        work.outbox.drop_of_calendar(scene.made.id, but=deletion.key)
    assert [owed.operation for owed in scene.ready()] == [deletion, other]


def test_what_is_owed_is_counted_by_act_and_by_calendar(scene: Scene) -> None:
    waiting = scene.calendar(CalendarState.WAITING)
    scene.owe(
        scene.event("a"),
        scene.event("b"),
        make_operation(calendar_id=waiting.id, act=Act.CREATE_CALENDAR),
        make_operation(calendar_id=waiting.id),
    )
    with scene.uow(reading=True) as work:
        assert work.outbox.count(scene.account.id) == {Act.PUT_EVENT: 3, Act.CREATE_CALENDAR: 1}
        assert work.outbox.count("unknown") == {}
        assert work.outbox.waiting_for([scene.made.id, waiting.id, "unknown"]) == {scene.made.id: 2, waiting.id: 2}


def test_what_waits_for_its_calendar_is_counted(scene: Scene) -> None:
    waiting = scene.calendar(CalendarState.WAITING)
    scene.owe(
        scene.event(),
        make_operation(calendar_id=waiting.id, act=Act.CREATE_CALENDAR),
        make_operation(calendar_id=waiting.id),
        make_operation(calendar_id=waiting.id),
    )
    with scene.uow(reading=True) as work:
        assert (work.outbox.held(scene.account.id), work.outbox.held("another")) == (2, 0)


def test_the_next_moment_is_that_of_what_does_not_wait_for_its_calendar(scene: Scene) -> None:
    with scene.uow() as work:
        assert work.outbox.next_moment(scene.account.id) is None
    scene.owe(make_operation(calendar_id=scene.calendar(CalendarState.WAITING).id))
    with scene.uow() as work:
        assert work.outbox.next_moment(scene.account.id) is None
    scene.owe(scene.event())
    with scene.uow() as work:
        assert work.outbox.next_moment(scene.account.id) == NOON


def test_many_operations_come_and_go(scene: Scene) -> None:
    scene.owe(*(scene.event(f"{number:04}") for number in range(1100)))
    sent = scene.ready(limit=2000)
    assert [owed.operation.subject for owed in sent] == [f"{number:04}" for number in range(1100)]
    scene.owe(*(scene.event(f"{number:04}", title="after") for number in range(1050)))
    with scene.uow() as work:
        assert len(work.outbox.begin(sent)) == 1100
        assert len(work.outbox.done(sent)) == 1050
    with scene.uow() as work:
        assert (
            len(work.outbox.withdraw([owed.operation.key for owed in sent], organization_id=scene.organization.id))
            == 1050
        )
