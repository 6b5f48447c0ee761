"""Random histories of an organization, with drains in between, troubles of every kind, and processes that die.

Whatever happened: once all is quiet, the provider shows what should be there, one of each; one invitation went out
for each share; a second run makes no request; and nothing of anybody else's was touched.
"""

import copy
import os
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Protocol

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from ce_calendar.adapters.google.host import GoogleCalendarHost
from ce_calendar.adapters.google.oauth import CENTRAL_SCOPES
from ce_calendar.adapters.memory_host import BATCH, NAMES
from ce_calendar.adapters.persistence.unit_of_work import unit_of_work_on
from ce_calendar.domain.employees.calendars import event_id_of
from ce_calendar.domain.employees.event import TaskEvent
from ce_calendar.domain.employees.people import Department, Employee
from ce_calendar.domain.employees.rules import CalendarRules, OnEmailChange
from ce_calendar.domain.employees.tasks import Task
from ce_calendar.domain.errors import (
    Missing,
    ProviderError,
    ProviderForbids,
    ProviderUnavailable,
    RateLimited,
    Rejected,
    Taken,
)
from ce_calendar.domain.meetings.connections import EMPLOYEE_CALENDAR_MARKER, Credential
from ce_calendar.ports import OpenUnitOfWork, UnitOfWork
from ce_calendar.ports.hosting import CalendarFacts, InsertEvent
from tests.builders_employees import make_department, make_employee
from tests.conftest import NOON, FixedClock
from tests.support.mortal import Killed, Power, Wire, mortal_uow
from tests.support.office import CENTRAL, STRANGER, Office
from tests.support.onlooker import Onlooker
from tests.support.sandbox import GoogleSandbox

EXAMPLES = int(os.environ.get("CE_HISTORIES", "25"))
"""Histories in one run of the test; more by hand."""
DAY = timedelta(days=1)
PEOPLE = 3
TASKS = 4
EVENT = TaskEvent("Somebody's own", "", "", "UTC", "", (), start_day=NOON.date(), end_day=NOON.date() + DAY)

Step = Callable[["History"], object]


Shown = dict[str, tuple[str, set[str], dict[str, str]]]
"""By provider's calendar id: its name, its readers, and its events' titles by id."""


class Provider(Protocol):
    """What a history does to, and sees at, the provider."""

    def fail(self, name: str, error: ProviderError, *, times: int, after: bool, cuts: bool) -> None: ...
    def limit(self, left: int | None) -> None: ...
    def expire(self) -> None: ...
    def heal(self) -> None: ...
    def requests(self) -> object:
        """Everything that was asked so far."""

    def shown(self) -> Shown:
        """Of what is ours."""

    def others(self) -> object:
        """All that is anybody else's."""


class InMemory:
    """The host in memory, of an office."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._hosting = office.hosting
        for email in (CENTRAL, STRANGER):
            credential = office.world.grant(email)
            theirs = office.host.create_calendar(credential, CalendarFacts("Private", "UTC", ""))
            office.host.carry_out(credential, [InsertEvent(theirs, "privat", EVENT)])

    def fail(self, name: str, error: ProviderError, *, times: int, after: bool, cuts: bool) -> None:
        self._hosting.fail(name, error, times=times, after=after, cuts=cuts)

    def limit(self, left: int | None) -> None:
        self._hosting.creations_left = left

    def expire(self) -> None:
        self._office.world.reject_access_tokens(CENTRAL)

    def heal(self) -> None:
        self._hosting.heal()

    def requests(self) -> object:
        return list(self._hosting.requests)

    def shown(self) -> Shown:
        assert self._office.host.doubles == []
        return {
            each.id: (each.facts.name, each.readers, {key: event.title for key, event in each.shown().items()})
            for each in self._hosting.calendars.values()
            if EMPLOYEE_CALENDAR_MARKER in each.facts.description
        }

    def others(self) -> object:
        return {
            each.id: copy.deepcopy(each)
            for each in self._hosting.calendars.values()
            if EMPLOYEE_CALENDAR_MARKER not in each.facts.description
        }


class AtSandbox:
    """The running sandbox's Google."""

    def __init__(self, google: GoogleSandbox) -> None:
        self._google = google
        self._onlookers = [Onlooker(google, email) for email in (CENTRAL, STRANGER)]
        for each in self._onlookers:
            each.own()

    def fresh(self, _holder: object) -> Credential:
        """As `FreshCredentials`: what the last sign-in gave."""
        self._credential = getattr(self, "_credential", None) or self._google.grant(CENTRAL, CENTRAL_SCOPES)
        return self._credential

    def renew(self, _holder: object, _rejected: Credential) -> Credential:
        self._credential = self._google.grant(CENTRAL, CENTRAL_SCOPES)
        return self._credential

    def fail(self, name: str, error: ProviderError, *, times: int, after: bool, cuts: bool) -> None:
        when = {"when": "after"} if after else {}
        match error:
            case ProviderUnavailable():
                self._google.control(
                    "faults", operation=name, times=times, **({"drop": True} if cuts else {"status": 503}), **when
                )
            case RateLimited():
                self._google.control("faults", operation=name, times=times, status=429)
            case Rejected():
                self._google.control("faults", operation=name, times=times, status=400)

    def limit(self, left: int | None) -> None:
        self._google.control("quotas", calendars=left and {"limit": left, "seconds": 3600})

    def expire(self) -> None:
        self._google.control("revoke", email=CENTRAL)
        self._onlookers = [Onlooker(self._google, email) for email in (CENTRAL, STRANGER)]

    def heal(self) -> None:
        self._google.heal()

    def requests(self) -> object:
        # What an onlooker reads is not ours.
        return {name: count for name, count in self._google.counts().items() if not name.endswith(".list")}

    def shown(self) -> Shown:
        central = self._onlookers[0]
        found: Shown = {}
        for each in central.kept():
            rules = central.ask(f"calendars/{each['id']}/acl")
            events = central.ask(f"calendars/{each['id']}/events", maxResults=2500)
            readers = {rule["scope"]["value"] for rule in rules} - {CENTRAL}
            found[each["id"]] = each["summary"], readers, {event["id"]: event["summary"] for event in events}
        return found

    def others(self) -> object:
        return [each.picture() for each in self._onlookers]


@dataclass
class History:
    """An office under way."""

    office: Office
    provider: Provider
    people: list[Employee]
    tasks: list[Task | None]
    departments: list[Department]

    def person(self, number: int, **changes: Any) -> None:
        """Change an employee, if that changes anything."""
        self.people[number] = self.office.save_employee(replace(self.people[number], **changes))

    def task(self, number: int, **changes: Any) -> None:
        """Change a task, or add it."""
        task = self.tasks[number]
        if task is None:
            self.tasks[number] = task = self.office.assign(title=f"T{number}")
        self.tasks[number] = self.office.save_task(replace(task, **changes))

    def drop_task(self, number: int) -> None:
        if task := self.tasks[number]:
            self.office.remove_task(task)
            self.tasks[number] = None

    def rename(self, number: int, name: str) -> None:
        """Whoever does a task together with them may show the name, too."""
        self.people[number] = replace(self.people[number], name=name)
        self._and_all(lambda unit: unit.employees.save(self.people[number]))

    def rename_department(self, number: int, name: str) -> None:
        self.departments[number] = replace(self.departments[number], name=name)
        self._and_all(lambda unit: unit.departments.save(self.departments[number]))

    def _and_all(self, write: Callable[[UnitOfWork], object]) -> None:
        office = self.office

        def act(unit: UnitOfWork) -> None:
            write(unit)
            office.planning.employees_changed(unit, office.organization.id, None)

        office.change(act)

    def die(self, step: int) -> None:
        """Let a process work until a step kills it."""
        power = Power(fails_at=step)
        office = self.office
        planning, draining = office.services(mortal_uow(office.uow, power), Wire(office.host, power))
        with suppress(Killed):
            planning.run(office.organization.id)
            draining.run(office.organization.id)
        office.clock.advance(timedelta(minutes=2))


# -- what may happen -------------------------------------------------------------------------------------------------

persons = st.integers(0, PEOPLE - 1)
numbers = st.integers(0, TASKS - 1)
subsets = st.sets(persons, max_size=PEOPLE)
emails = st.sampled_from(["a@work.example", "b@work.example", "c@work.example", ""])
days = st.integers(-3, 4).map(lambda days: NOON + days * DAY)

ERRORS: list[ProviderError] = [
    ProviderUnavailable("no_answer"),
    RateLimited("rateLimitExceeded"),
    RateLimited("quotaExceeded", retry_at=NOON + timedelta(hours=3)),
    Rejected("invalid"),
    ProviderForbids("forbidden"),
    ProviderForbids("api_not_enabled"),
    Missing("missing"),
    Taken("taken"),
]


def trouble(name: str, error: ProviderError, times: int, *, after: bool, cuts: bool) -> Step:
    """Order some. Only what got no answer may have been carried out; the rest would be a provider that lies."""
    has_no_answer = isinstance(error, ProviderUnavailable)

    def order(history: History) -> None:
        if name == "calendars.insert" and isinstance(error, Missing | Taken):
            return
        if name == BATCH and not isinstance(error, ProviderUnavailable | RateLimited):
            return
        history.provider.fail(name, error, times=times, after=after and has_no_answer, cuts=cuts and has_no_answer)

    return order


def step(act: Callable[..., object], *arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[str, Step]]:
    """An act with its arguments, and what it is called when a history is told."""

    def made(values: tuple[Any, ...]) -> tuple[str, Step]:
        return f"{act.__name__}{values}", lambda history: act(history, *values)

    return st.tuples(*arguments).map(made)


def bind(history: History, who: int, is_bound: bool) -> None:  # noqa: FBT001 - drawn
    history.person(who, is_bound=is_bound)


def set_email(history: History, who: int, email: str) -> None:
    # Two with the same address would share it in the oracle's eyes.
    history.person(who, email=f"{who}{email}" if email else "")


def dismiss(history: History, who: int, is_gone: bool) -> None:  # noqa: FBT001 - drawn
    history.person(who, dismissed_on=NOON.date() if is_gone else None)


def join(history: History, who: int, which: set[int]) -> None:
    history.person(who, department_ids=tuple(sorted(history.departments[each].id for each in which)))


def rename(history: History, who: int, name: str) -> None:
    history.rename(who, name)


def rename_department(history: History, which: int, name: str) -> None:
    history.rename_department(which, f"{name} {which}")


def assign(history: History, number: int, who: set[int], which: set[int]) -> None:
    history.task(
        number,
        employee_ids=tuple(sorted(history.people[each].id for each in who)),
        department_ids=tuple(sorted(history.departments[each].id for each in which)),
    )


def move(history: History, number: int, when: Any) -> None:
    history.task(number, starts_at=when, day=None)


def make_all_day(history: History, number: int, when: Any) -> None:
    history.task(number, starts_at=None, day=when.date())


def retitle(history: History, number: int, title: str) -> None:
    history.task(number, title=title)


def finish(history: History, number: int, is_done: bool) -> None:  # noqa: FBT001 - drawn
    statuses = history.office.statuses
    history.task(number, status_id=(statuses.done if is_done else statuses.under_way).id)


def drop(history: History, number: int) -> None:
    history.drop_task(number)


def set_rules(history: History, rules: dict[str, Any]) -> None:
    history.office.set_rules(**rules)


def rebuild(history: History, who: int) -> None:
    history.office.rebuild(history.people[who])


def plan(history: History) -> None:
    history.office.plan()


def work(history: History) -> None:
    history.office.work()


def wait(history: History, minutes: int) -> None:
    history.office.clock.advance(timedelta(minutes=minutes))


def die(history: History, at: int) -> None:
    history.die(at)


def limit(history: History, left: int) -> None:
    history.provider.limit(left)


def expire(history: History) -> None:
    history.provider.expire()


RULES: list[dict[str, Any]] = [
    {"shows_departments": True},
    {"shows_departments": False},
    {"on_email_change": OnEmailChange.RECREATE},
    {"on_email_change": OnEmailChange.SHARE_ANEW},
    {"event_title": "{title} {employees} {departments}"},
    {"event_title": "#{number} {title}"},
    {"calendar_name": "{employee} {departments}"},
    {"is_enabled": False},
    {"is_enabled": True},
    {"zone": "Asia/Tokyo"},
    {"zone": "UTC"},
]

names = st.sampled_from(["Ann", "Bob", "Cleo"])
ordered = st.builds(
    trouble,
    st.sampled_from([*NAMES.values(), BATCH, "calendars.insert", "calendarList.list"]),
    st.sampled_from(ERRORS),
    st.integers(1, 4),
    after=st.booleans(),
    cuts=st.booleans(),
)
steps = st.one_of(
    step(bind, persons, st.booleans()),
    step(set_email, persons, emails),
    step(dismiss, persons, st.booleans()),
    step(join, persons, st.sets(st.integers(0, 1))),
    step(rename, persons, names),
    step(rename_department, st.integers(0, 1), st.sampled_from(["East", "West"])),
    step(assign, numbers, subsets, st.sets(st.integers(0, 1))),
    step(assign, numbers, subsets, st.just(set())),
    step(move, numbers, days),
    step(make_all_day, numbers, days),
    step(retitle, numbers, names),
    step(finish, numbers, st.booleans()),
    step(drop, numbers),
    step(set_rules, st.sampled_from(RULES)),
    step(rebuild, persons),
    step(plan),
    step(work),
    step(work),
    step(wait, st.sampled_from([1, 60, 1440])),
    step(die, st.integers(1, 60)),
    step(limit, st.integers(0, 2)),
    step(expire),
    ordered.map(lambda order: ("trouble", order)),
)


# -- what should be there --------------------------------------------------------------------------------------------


def last_day(task: Task, rules: CalendarRules) -> date | None:
    """In the rules' zone, which has no summer time in these histories; all tasks last the default hour."""
    if task.day:
        return task.day
    offset = timedelta(hours=9 if rules.zone == "Asia/Tokyo" else 0)
    return (task.starts_at + timedelta(minutes=rules.duration_minutes - 1) + offset).date() if task.starts_at else None


def title_of(history: History, task: Task, rules: CalendarRules) -> str:
    """As the two templates of these histories say."""
    if rules.event_title.startswith("#"):
        return f"#{task.number} {task.title}"
    names = ", ".join(sorted(each.name for each in history.people if each.id in task.employee_ids))
    departments = ", ".join(sorted(each.name for each in history.departments if each.id in task.department_ids))
    return " ".join(f"{task.title} {names} {departments}".split())


def expected(history: History) -> Shown:
    """What should be there."""
    office = history.office
    found: Shown = {}
    with office.uow(reading=True) as unit:
        rules = unit.calendar_rules.get(office.organization.id)
        current = unit.employee_calendars.current_of([each.id for each in history.people])
    for person in history.people:
        if not (person.is_bound and person.email and person.dismissed_on is None):
            assert person.id not in current
            continue
        calendar = current[person.id]
        events = {}
        for task in history.tasks:
            if task is None or task.status_id == office.statuses.done.id:
                continue
            is_theirs = person.id in task.employee_ids or (
                rules.shows_departments and set(person.department_ids) & set(task.department_ids)
            )
            last = last_day(task, rules)
            if is_theirs and last and last >= calendar.shows_from:
                events[event_id_of(calendar.id, task.id)] = title_of(history, task, rules)
        departments = ", ".join(sorted(each.name for each in history.departments if each.id in person.department_ids))
        name = rules.calendar_name.format(employee=person.name, departments=departments).strip()
        found[calendar.provider_calendar_id] = (name, {person.email}, events)
    return found


def emptied(engine: Engine) -> OpenUnitOfWork:
    with engine.begin() as connection:
        for table in ("organizations", "audit_log", "leases"):
            connection.execute(text(f"DELETE FROM {table}"))
    return unit_of_work_on(engine)


def live(office: Office, provider: Provider, history: Sequence[tuple[str, Step]]) -> None:
    """Let it all happen in an office with people and departments, and hold what always holds."""
    departments = [make_department(organization_id=office.organization.id, name=name) for name in ("North", "South")]
    with office.uow() as unit:
        for each in departments:
            unit.departments.save(each)
    people = office.hire(*(make_employee(employee_id=f"p{n}", email=f"{n}@work.example") for n in range(PEOPLE)))
    foreign = provider.others()
    lived = History(office, provider, people, [None] * TASKS, departments)
    for name, act in history:
        note(name)
        act(lived)
    provider.heal()
    provider.limit(None)
    office.set_rules(is_enabled=True)
    office.work_until_quiet()
    assert provider.shown() == expected(lived)
    assert provider.others() == foreign
    requests = provider.requests()
    office.set_rules()
    office.work_until_quiet()
    assert provider.requests() == requests, "a second run has nothing to do"


def histories(examples: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """So many histories for a test."""

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        settled = settings(
            max_examples=examples,
            deadline=None,
            # A history is told as it was, rather than made shorter for minutes.
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
            suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
        )
        return settled(given(history=st.lists(steps, min_size=5, max_size=25))(test))

    return decorate


@pytest.mark.timeout(120 + 10 * EXAMPLES)
@histories(EXAMPLES)
def test_whatever_happens_in_the_end_the_provider_shows_what_should_be_there(
    sqlite_engine: Engine, history: list[tuple[str, Step]]
) -> None:
    office = Office(emptied(sqlite_engine), FixedClock())
    live(office, InMemory(office), history)


@pytest.mark.timeout(120 + 10 * EXAMPLES)
@histories(max(3, EXAMPLES // 5))
def test_the_same_holds_at_the_sandbox(
    sqlite_engine: Engine, google_sandbox: GoogleSandbox, history: list[tuple[str, Step]]
) -> None:
    google_sandbox.control("reset")
    clock = FixedClock()
    host = GoogleCalendarHost(clock=clock, api_url=google_sandbox.url, timeout_seconds=5)
    provider = AtSandbox(google_sandbox)
    with closing(host):
        live(Office(emptied(sqlite_engine), clock, host=host, credentials=provider), provider, history)
