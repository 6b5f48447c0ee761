"""Who plans, who writes at Google and who changes things, at once: nothing is lost, nobody fails for it."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from ce_calendar.adapters.persistence.engine import make_engine
from ce_calendar.adapters.persistence.unit_of_work import unit_of_work_on
from ce_calendar.domain.employees.calendars import CalendarState, EmployeeCalendar
from ce_calendar.domain.employees.operations import Operation, OwedOperation
from ce_calendar.domain.employees.rules import CalendarRules
from ce_calendar.ports import OpenUnitOfWork
from tests.builders import make_organization
from tests.builders_employees import add_statuses, make_account, make_calendar, make_employee, make_operation, make_task
from tests.conftest import NOON

PATIENCE = 30
SHORTLY = 0.3
"""Seconds in which a transaction that waits for nobody would be through by far."""


class Scene:
    """An organization with an account and one calendar."""

    def __init__(self, uow: OpenUnitOfWork) -> None:
        self.uow = uow
        organization = make_organization()
        self.id = organization.id
        self.account = make_account(organization_id=self.id)
        with uow() as work:
            work.organizations.add(organization)
            work.central_accounts.save(self.account)
        self.made = self.calendar()

    def calendar(self, state: CalendarState = CalendarState.SHARED) -> EmployeeCalendar:
        employee = make_employee(organization_id=self.id)
        calendar = make_calendar(employee=employee, account_id=self.account.id, state=state)
        with self.uow() as work:
            work.employees.add(employee)
            work.employee_calendars.save(calendar)
        return calendar

    def events(self, count: int, title: str = "before") -> list[Operation]:
        return [
            make_operation(calendar_id=self.made.id, subject=f"{number:03}", body={"title": title})
            for number in range(count)
        ]

    def owe(self, operations: list[Operation]) -> None:
        with self.uow() as work:
            work.outbox.owe(operations, organization_id=self.id, account_id=self.account.id, now=NOON)

    def ready(self) -> list[OwedOperation]:
        with self.uow(reading=True) as work:
            return list(work.outbox.ready(self.account.id, now=NOON + timedelta(days=1), limit=1000))


@pytest.fixture
def scene(uow: OpenUnitOfWork) -> Scene:
    return Scene(uow)


@pytest.fixture
def others() -> Iterator[ThreadPoolExecutor]:
    """Threads for those who come second."""
    with ThreadPoolExecutor(2) as pool:
        yield pool


def at_once(*acts: Callable[[], object]) -> None:
    """Start all at the same moment; whatever one raises is raised here."""
    begin = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> None:
        begin.wait(PATIENCE)
        act()

    with ThreadPoolExecutor(len(acts)) as pool:
        for future in [pool.submit(run, act) for act in acts]:
            future.result(timeout=PATIENCE)


def waits(future: Future[object]) -> bool:
    """Whether it is not through, though it had time enough."""
    try:
        future.result(timeout=SHORTLY)
    except TimeoutError:
        return True
    return False


# -- the rules' lock ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_saved", [False, True])
def test_whoever_comes_second_waits_for_the_rules(scene: Scene, others: ThreadPoolExecutor, *, is_saved: bool) -> None:
    rules = CalendarRules(is_enabled=True)
    if is_saved:
        with scene.uow() as work:
            work.calendar_rules.save(scene.id, CalendarRules(), now=NOON)
    seen: list[CalendarRules] = []

    def second() -> None:
        with scene.uow() as work:
            seen.append(work.calendar_rules.get(scene.id, lock=True))

    with scene.uow() as work:
        work.calendar_rules.get(scene.id, lock=True)
        future: Future[object] = others.submit(second)
        assert waits(future)
        work.calendar_rules.save(scene.id, rules, now=NOON)
    future.result(timeout=PATIENCE)
    assert seen == [rules]


def test_reading_the_rules_waits_for_nobody(scene: Scene) -> None:
    with scene.uow() as work:
        work.calendar_rules.get(scene.id, lock=True)
        with scene.uow(reading=True) as reading:
            assert reading.calendar_rules.get(scene.id) == CalendarRules()


def test_organizations_do_not_wait_for_each_other(postgres_url: str) -> None:
    engine = make_engine(postgres_url)
    uow = unit_of_work_on(engine)
    scenes = [Scene(uow), Scene(uow)]
    with uow() as first, uow() as second:
        first.calendar_rules.get(scenes[0].id, lock=True)
        second.calendar_rules.get(scenes[1].id, lock=True)
    engine.dispose()


def test_numbers_of_tasks_added_at_once_differ(scene: Scene) -> None:
    with scene.uow() as work:
        status_id = add_statuses(work, scene.id).waiting.id

    def add() -> None:
        for _ in range(5):
            with scene.uow() as work:
                work.calendar_rules.get(scene.id, lock=True)
                number = work.tasks.next_number(scene.id)
                work.tasks.add(make_task(organization_id=scene.id, number=number, status_id=status_id))

    at_once(add, add, add)
    with scene.uow() as work:
        assert work.tasks.next_number(scene.id) == 16


# -- the outbox --------------------------------------------------------------------------------------------------


def test_what_is_owed_anew_while_it_is_done_is_never_lost(scene: Scene) -> None:
    count, rounds = 60, 8
    scene.owe(scene.events(count))
    last_sent: dict[str, int] = {}

    def drain() -> None:
        for _ in range(rounds * 2):
            owed = scene.ready()
            with scene.uow() as work:
                work.outbox.begin(owed)
            with scene.uow() as work:
                work.outbox.done(owed)
            last_sent.update(
                {
                    each.operation.subject: each.operation.body["round"]
                    for each in owed
                    if each.operation.body.get("round")
                }
            )

    def plan() -> None:
        for number in range(1, rounds + 1):
            events = [replace(each, body={"round": number}) for each in scene.events(count)]
            # The other way round: whoever locks several must do so in one order.
            scene.owe(events[::-1])

    at_once(drain, plan)
    drain()
    assert scene.ready() == []
    assert last_sent == {f"{number:03}": rounds for number in range(count)}


def test_two_plan_the_same_the_other_way_round(scene: Scene) -> None:
    events = scene.events(100)

    def plan(operations: list[Operation]) -> Callable[[], None]:
        def owe() -> None:
            for _ in range(5):
                scene.owe(operations)

        return owe

    scene.owe(events)
    at_once(plan(events), plan(events[::-1]), plan(events[50:]))
    assert {each.version for each in scene.ready()} == {11, 16}


def test_what_is_owed_while_somebody_notes_that_its_calendar_was_made_is_sent(
    scene: Scene, others: ThreadPoolExecutor
) -> None:
    waiting = scene.calendar(CalendarState.WAITING)
    operation = make_operation(calendar_id=waiting.id)
    with scene.uow() as work:
        work.employee_calendars.save(replace(waiting, provider_calendar_id="made@group"))
        future: Future[object] = others.submit(scene.owe, [operation])
        assert waits(future)
    future.result(timeout=PATIENCE)
    assert [each.operation for each in scene.ready()] == [operation]


def test_what_is_being_owed_when_somebody_notes_that_its_calendar_was_made_is_sent(
    scene: Scene, others: ThreadPoolExecutor
) -> None:
    waiting = scene.calendar(CalendarState.WAITING)
    operation = make_operation(calendar_id=waiting.id)

    def note() -> None:
        with scene.uow() as work:
            work.employee_calendars.save(replace(waiting, provider_calendar_id="made@group"))

    with scene.uow() as work:
        work.outbox.owe([operation], organization_id=scene.id, account_id=scene.account.id, now=NOON)
        future: Future[object] = others.submit(note)
        assert waits(future)
    future.result(timeout=PATIENCE)
    assert [each.operation for each in scene.ready()] == [operation]
