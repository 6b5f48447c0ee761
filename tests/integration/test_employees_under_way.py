"""People change things while others plan and send: on both databases nothing is lost, doubled or locked for ever."""

import threading
from collections.abc import Callable
from dataclasses import replace

from ce_calendar.ports import OpenUnitOfWork
from tests.builders_employees import make_employee
from tests.conftest import FixedClock
from tests.support.office import Office

CHANGES = 15


def test_changes_plans_and_drains_at_the_same_time_end_as_one_after_another(uow: OpenUnitOfWork) -> None:
    office = Office(uow, FixedClock())
    ann, bob = office.hire(make_employee(name="Ann"), make_employee(name="Bob"))
    tasks = [office.assign(ann, title=f"T{number}") for number in range(4)]
    failures: list[BaseException] = []
    is_over = threading.Event()

    def again_and_again(act: Callable[[], object]) -> None:
        try:
            while not is_over.is_set():
                act()
        except BaseException as failure:  # noqa: BLE001 - told in the test's own thread
            failures.append(failure)

    def plan() -> None:
        office.services()[0].run(office.organization.id)

    def drain() -> None:
        office.services()[1].run(office.organization.id)

    workers = [threading.Thread(target=again_and_again, args=[act]) for act in (plan, drain, drain)]
    for worker in workers:
        worker.start()
    for number in range(CHANGES):
        task = tasks[number % 4]
        office.save_task(replace(task, title=f"{task.title} {number}", employee_ids=(ann.id, bob.id)[: 1 + number % 2]))
        office.save_employee(replace(bob, is_bound=number % 3 != 1, email=f"bob{number // 5}@work.example"))
    is_over.set()
    for worker in workers:
        worker.join(60)
    assert failures == []
    bob = office.save_employee(replace(bob, is_bound=True))
    for task in tasks:
        office.save_task(replace(task, employee_ids=(ann.id, bob.id)))
    office.work_until_quiet()
    everything = "#1 T0, #2 T1, #3 T2, #4 T3"
    assert (office.seen_by(ann), office.seen_by(bob)) == ({"Ann": everything}, {"Bob": everything})
    assert len(office.hosting.calendars) == 2
    assert office.host.doubles == []
