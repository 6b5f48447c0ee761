"""The engine of the employee calendars, killed between any two steps: whoever comes next ends as an undisturbed run.

As in `test_crashes`: each scenario runs once in peace, which counts its steps (every transaction's begin and commit,
every call to the provider and every answer), then once more for each step, and is killed there.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from ce_calendar.adapters.persistence.engine import make_engine
from ce_calendar.adapters.persistence.unit_of_work import unit_of_work_on
from ce_calendar.domain.employees.people import Employee
from ce_calendar.domain.employees.rules import OnEmailChange
from ce_calendar.domain.errors import ProviderError
from tests.builders_employees import make_employee
from tests.conftest import FixedClock
from tests.support.mortal import Killed, Power, Wire, mortal_uow
from tests.support.office import Office

Prepare = Callable[[Office], None]


def new_office(engine: Engine) -> Office:
    with engine.begin() as connection:
        for table in ("organizations", "audit_log", "leases"):
            connection.execute(text(f"DELETE FROM {table}"))
    return Office(unit_of_work_on(engine), FixedClock())


def staff(office: Office) -> tuple[Employee, Employee]:
    ann, bob = office.hire(
        make_employee(employee_id="ann", name="Ann", email="ann@work.example"),
        make_employee(employee_id="bob", name="Bob", email="bob@work.example"),
    )
    return ann, bob


def hired(office: Office) -> None:
    ann, bob = staff(office)
    office.assign(ann, bob, title="Both")
    office.assign(ann, title="Hers")
    office.plan()


def at_work(office: Office) -> tuple[Employee, Employee]:
    ann, bob = staff(office)
    office.assign(ann, bob, title="Both", task_id="both")
    office.assign(ann, title="Hers", task_id="hers")
    office.work_until_quiet()
    return ann, bob


def changed(office: Office) -> None:
    _, bob = at_work(office)
    with office.uow(reading=True) as unit:
        both, hers = (unit.tasks.get(each, organization_id=office.organization.id) for each in ("both", "hers"))
    assert both
    assert hers
    office.save_task(replace(both, title="Moved"))
    office.save_task(replace(hers, employee_ids=(bob.id,)))
    office.assign(bob, title="New")


def recreated(office: Office) -> None:
    ann, _ = at_work(office)
    office.save_employee(replace(ann, email="ann.new@work.example"))


def shared_anew(office: Office) -> None:
    ann, _ = at_work(office)
    office.set_rules(on_email_change=OnEmailChange.SHARE_ANEW)
    office.save_employee(replace(ann, email="ann.new@work.example"))


def dismissed(office: Office) -> None:
    ann, _ = at_work(office)
    office.save_employee(replace(ann, dismissed_on=office.clock().date()))


def renamed_and_rebuilt(office: Office) -> None:
    ann, bob = at_work(office)
    office.rebuild(bob)
    office.save_employee(replace(ann, name="Anna"))


def unbound_while_uncertain(office: Office) -> None:
    ann, _ = staff(office)
    office.plan()
    with office.uow() as unit:
        unit.outbox.begin(unit.outbox.ready(office.account.id, now=office.clock(), limit=50))
    office.save_employee(replace(ann, is_bound=False))


def disconnected(office: Office) -> None:
    at_work(office)
    office.disconnect()


SCENARIOS: dict[str, Prepare] = {
    "first import": hired,
    "tasks changed": changed,
    "recreated": recreated,
    "shared anew": shared_anew,
    "dismissed": dismissed,
    "renamed and rebuilt": renamed_and_rebuilt,
    "unbound while uncertain": unbound_while_uncertain,
    "disconnected": disconnected,
}


def play(engine: Engine, prepare: Prepare, power: Power) -> object:
    """Let a process work and die, let the next one take over, and look."""
    office = new_office(engine)
    prepare(office)
    planning, draining = office.services(mortal_uow(office.uow, power), Wire(office.host, power))
    with suppress(Killed, OSError, ProviderError):
        planning.run(office.organization.id)
        draining.run(office.organization.id)
    # The lease of the dead runs out.
    office.clock.advance(timedelta(minutes=2))
    office.work_until_quiet(*office.services())
    quiet = list(office.hosting.requests)
    office.work_until_quiet(*office.services())
    assert office.hosting.requests == quiet, "a second run has nothing to do"
    assert office.host.doubles == []
    return picture(office)


def picture(office: Office) -> object:
    """All that should not depend on what a run met with."""
    with office.uow(reading=True) as unit:
        rows = [
            (each.generation, each.state, each.is_shared, each.problem, bool(each.provider_calendar_id))
            for employee_id in ("ann", "bob")
            for each in unit.employee_calendars.of_employee(employee_id)
        ]
        owed = unit.outbox.count(office.account.id)
    calendars = sorted(
        (each.facts.name, sorted(each.readers), sorted(event.title for event in each.shown().values()))
        for each in office.hosting.calendars.values()
    )
    return calendars, sorted(to for to, _ in office.hosting.mails), rows, owed, office.finished == [office.account.id]


def break_everywhere(engine: Engine, prepare: Prepare, *, for_good: bool, every: int = 1) -> None:
    peaceful = Power()
    expected = play(engine, prepare, peaceful)
    assert peaceful.steps > 10
    for step in range(1, peaceful.steps + 1, every):
        found = play(engine, prepare, Power(fails_at=step, for_good=for_good))
        assert found == expected, f"broken off at step {step} of {peaceful.steps}"


@pytest.mark.parametrize("name", SCENARIOS)
def test_wherever_the_engine_is_killed_the_end_is_the_same(sqlite_engine: Engine, name: str) -> None:
    # Every other step is all there is: before a commit nothing has changed since before its transaction began.
    break_everywhere(sqlite_engine, SCENARIOS[name], for_good=True, every=2)


@pytest.mark.parametrize("name", ["first import", "recreated"])
def test_postgresql_forgets_what_a_killed_engine_had_not_committed(postgres_url: str, name: str) -> None:
    # It takes longer, and differs in none of this but in how it forgets a transaction.
    engine = make_engine(postgres_url)
    break_everywhere(engine, SCENARIOS[name], for_good=True, every=11)
    engine.dispose()


@pytest.mark.parametrize("name", SCENARIOS)
def test_whichever_step_of_the_engine_fails_once_the_end_is_the_same(sqlite_engine: Engine, name: str) -> None:
    break_everywhere(sqlite_engine, SCENARIOS[name], for_good=False, every=3)
