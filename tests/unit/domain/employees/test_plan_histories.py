"""Random histories of an organization: whatever happens, what is planned is what should show, and nothing twice."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ce_calendar.domain.employees.calendars import CalendarState
from ce_calendar.domain.employees.people import Employee
from ce_calendar.domain.employees.plan import Picture, plan_employee_calendars, plan_removal, plan_task_events
from ce_calendar.domain.employees.rules import CalendarRules, OnEmailChange
from ce_calendar.domain.employees.tasks import SystemRole
from tests.conftest import NOON
from tests.unit.domain.employees.builders import DEPARTMENTS, STATUSES, make_employee, make_task
from tests.unit.domain.employees.naive import Organization
from tests.unit.domain.employees.world import FOREIGN, World

DAY = timedelta(days=1)
EMPLOYEES = [f"e{n}" for n in range(4)]
SOME_EMPLOYEES = st.lists(st.sampled_from(EMPLOYEES), max_size=3, unique=True).map(tuple)
SOME_DEPARTMENTS = st.lists(st.sampled_from(list(DEPARTMENTS)), max_size=2, unique=True).map(tuple)
MOSTLY = st.integers(0, 3).map(bool)
EMPLOYEE_CHANGES = st.one_of(
    st.fixed_dictionaries({"is_bound": MOSTLY}),
    st.fixed_dictionaries({"email": st.sampled_from(["a@x.example", "b@x.example", "c@x.example", ""])}),
    st.fixed_dictionaries({"dismissed_on": st.sampled_from([None, None, NOON.date()])}),
    st.fixed_dictionaries({"name": st.sampled_from(["Ada", "Bob"])}),
    st.fixed_dictionaries({"position": st.sampled_from(["Fitter", "Chief"])}),
    st.fixed_dictionaries({"department_ids": SOME_DEPARTMENTS}),
)
MINUTES = st.sampled_from([None, 5, 60, 24 * 60])
DATES = st.one_of(
    st.integers(-72, 72).map(lambda hours: {"starts_at": NOON + timedelta(hours=hours), "day": None}),
    st.integers(-3, 3).map(lambda days: {"starts_at": None, "day": NOON.date() + days * DAY}),
    st.just({"starts_at": None, "day": None}),
)
TASK_CHANGES = st.one_of(
    DATES,
    st.fixed_dictionaries({"title": st.sampled_from(["Router", "Modem {x}"])}),
    st.fixed_dictionaries({"address": st.sampled_from(["", "1 Main St"])}),
    st.fixed_dictionaries({"status_id": st.sampled_from(list(STATUSES))}),
    st.fixed_dictionaries({"duration_minutes": MINUTES}),
    st.fixed_dictionaries({"employee_ids": SOME_EMPLOYEES}),
    st.fixed_dictionaries({"department_ids": SOME_DEPARTMENTS}),
)
STATUS_CHANGES = st.one_of(
    st.fixed_dictionaries({"role": st.sampled_from(SystemRole)}),
    st.fixed_dictionaries({"name": st.sampled_from(["Open", "Closed"])}),
    st.fixed_dictionaries({"color_id": st.sampled_from(["", "3"])}),
)
RULES_CHANGES = st.one_of(
    st.fixed_dictionaries({"is_enabled": MOSTLY}),
    st.fixed_dictionaries({"zone": st.sampled_from(["UTC", "America/New_York", "Pacific/Kiritimati"])}),
    st.fixed_dictionaries({"calendar_name": st.sampled_from(["{employee}", "{employee} ({position}) {departments}."])}),
    st.fixed_dictionaries({"event_title": st.sampled_from(["#{number} {title}", "{title} with {employees}"])}),
    st.fixed_dictionaries({"event_description": st.sampled_from(["{address}\n{departments}", "{status}: {title}"])}),
    st.fixed_dictionaries({"duration_minutes": st.sampled_from([5, 60])}),
    st.fixed_dictionaries({"reminder_minutes": st.sampled_from([(), (10,)])}),
    st.fixed_dictionaries({"shows_departments": st.booleans()}),
    st.fixed_dictionaries({"first_import_days": st.integers(0, 3)}),
    st.fixed_dictionaries({"on_email_change": st.sampled_from(OnEmailChange)}),
)
FIRST_RULES = CalendarRules(is_enabled=True, shows_departments=True, event_description="{address}\n{departments}")


class OrganizationHistory(RuleBasedStateMachine):
    """People change things; task changes are planned at once, all else when somebody finds the time."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.ours = Organization(FIRST_RULES, dict(STATUSES), dict(DEPARTMENTS))
        self.now: datetime = NOON
        self.owed: set[str] = set()
        """Employees whose plan is owed."""
        self.begins: dict[str, date] = {}
        """From when on each calendar should show tasks, by its id."""

    @initialize(
        departments=st.lists(SOME_DEPARTMENTS, min_size=4, max_size=4),
        dates=st.lists(DATES, min_size=4, max_size=4),
        assigned=st.lists(st.tuples(SOME_EMPLOYEES, SOME_DEPARTMENTS), min_size=4, max_size=4),
        different=RULES_CHANGES,
    )
    def begin(
        self,
        departments: list[tuple[str, ...]],
        dates: list[dict[str, Any]],
        assigned: list[tuple[tuple[str, ...], tuple[str, ...]]],
        different: dict[str, Any],
    ) -> None:
        for employee_id, department_ids in zip(EMPLOYEES, departments, strict=True):
            self.ours.employees[employee_id] = make_employee(employee_id, department_ids=department_ids)
        for number, (when, (employee_ids, department_ids)) in enumerate(zip(dates, assigned, strict=True)):
            self.ours.tasks[f"t{number}"] = make_task(
                f"t{number}", number=number, employee_ids=employee_ids, department_ids=department_ids, **when
            )
        self.change_rules(different)
        self.plan_page(EMPLOYEES)

    @rule(employee_id=st.sampled_from(EMPLOYEES), different=EMPLOYEE_CHANGES)
    def change_employee(self, employee_id: str, different: dict[str, Any]) -> None:
        employee = replace(self.ours.employees[employee_id], **different)
        self.ours.employees[employee_id] = employee
        if "name" in different:
            # Whoever shares a task with them may see their name.
            self.owe_all()
        self.owed.add(employee_id)

    @rule(number=st.integers(0, 6), employee_ids=SOME_EMPLOYEES, dates=DATES, different=TASK_CHANGES)
    def put_task(
        self, number: int, employee_ids: tuple[str, ...], dates: dict[str, Any], different: dict[str, Any]
    ) -> None:
        task_id = f"t{number}"
        task = self.ours.tasks.get(task_id)
        if task is None:
            task = make_task(task_id, number=number, employee_ids=employee_ids, **dates)
        self.ours.tasks[task_id] = replace(task, **different)
        self.plan_task(task_id)

    @rule(number=st.integers(0, 6))
    def remove_task(self, number: int) -> None:
        if self.ours.tasks.pop(f"t{number}", None):
            self.plan_task(f"t{number}")

    @rule(status_id=st.sampled_from(list(STATUSES)), different=STATUS_CHANGES)
    def change_status(self, status_id: str, different: dict[str, Any]) -> None:
        self.ours.statuses[status_id] = replace(self.ours.statuses[status_id], **different)
        self.owe_all()

    @rule(department_id=st.sampled_from(list(DEPARTMENTS)), name=st.sampled_from(["Fibre", "Glass"]))
    def rename_department(self, department_id: str, name: str) -> None:
        self.ours.department_names[department_id] = name
        self.owe_all()

    @rule(different=RULES_CHANGES)
    def change_rules(self, different: dict[str, Any]) -> None:
        self.ours.rules = replace(self.ours.rules, **different)
        self.owe_all()

    @rule(hours=st.integers(1, 60))
    def let_time_pass(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(employee_id=st.sampled_from(EMPLOYEES))
    def rebuild(self, employee_id: str) -> None:
        if calendar := self.world.current().get(employee_id):
            self.world.apply(plan_removal(calendar))
            self.owed.add(employee_id)

    @rule(stays=MOSTLY)
    def disconnect_or_think_better_of_it(self, *, stays: bool) -> None:
        self.ours.is_leaving = not stays
        self.owe_all()

    @precondition(lambda self: self.ours.is_leaving)
    @rule()
    def connect_again(self) -> None:
        self.settle()
        assert set(self.world.google) == {FOREIGN}
        self.world.forget()
        self.ours.is_leaving = False
        self.owe_all()

    @rule(count=st.integers(1, 4))
    def plan_some(self, count: int) -> None:
        self.plan_page(sorted(self.owed)[:count])

    @rule(
        picks=st.lists(st.integers(0, 99), max_size=12),
        fate=st.sampled_from(["done", "done", "lost on the way", "lost on the way back"]),
    )
    def drain_some(self, picks: list[int], fate: str) -> None:
        for pick in picks:
            if ready := self.world.ready():
                owed = ready[pick % len(ready)]
                self.world.send(owed, arrives=fate != "lost on the way", is_acknowledged=fate == "done")

    @rule()
    def settle(self) -> None:
        """Plan and do all that is owed."""
        self.plan_page(sorted(self.owed))
        while ready := self.world.ready():
            self.world.send(ready[0])
        assert not self.world.outbox
        if not self.owed:
            self.google_shows_what_should_show()

    @invariant()
    def whoever_owes_no_plan_is_planned(self) -> None:
        employees = [each for employee_id, each in self.ours.employees.items() if employee_id not in self.owed]
        assert plan_employee_calendars(self.picture(employees, self.ours.tasks)).is_empty
        if not self.owed and self.is_planning():
            assert plan_task_events(self.picture(employees, self.ours.tasks)).is_empty
            self.planned_is_what_should_show()

    def owe_all(self) -> None:
        self.owed.update(EMPLOYEES)

    def is_planning(self) -> bool:
        return self.ours.rules.is_enabled or self.ours.is_leaving

    def plan_page(self, employee_ids: Collection[str]) -> None:
        """As the job does: while the calendars are switched off, plans stay owed."""
        if not self.is_planning():
            return
        plan = plan_employee_calendars(
            self.picture([self.ours.employees[each] for each in employee_ids], self.ours.tasks)
        )
        known = set(self.world.calendars)
        self.world.apply(plan)
        today = (self.now + timedelta(hours=OFFSETS[self.ours.rules.zone])).date()
        for calendar in plan.calendars:
            if calendar.id not in known and calendar.state is CalendarState.WAITING:
                self.begins[calendar.id] = today - self.ours.rules.first_import_days * DAY
        self.owed.difference_update(employee_ids)

    def plan_task(self, task_id: str) -> None:
        """At once, from a picture of this task alone."""
        mappings = [each for each in self.world.mappings.values() if each.task_id == task_id]
        holders = {self.world.calendars[each.calendar_id].employee_id for each in mappings}
        tasks = {task_id: self.ours.tasks[task_id]} if task_id in self.ours.tasks else {}
        for task in tasks.values():
            holders.update(task.employee_ids)
            if self.ours.rules.shows_departments:
                members = (
                    each.id for each in self.ours.employees.values() if {*each.department_ids} & {*task.department_ids}
                )
                holders.update(members)
        picture = self.picture([self.ours.employees[each] for each in sorted(holders)], tasks)
        self.world.apply(plan_task_events(replace(picture, mappings=mappings)))

    def picture(self, employees: Collection[Employee], tasks: dict[str, Any]) -> Picture:
        ids = {each.id for each in employees}
        return Picture(
            rules=self.ours.rules,
            account_id="account",
            now=self.now,
            statuses=self.ours.statuses,
            department_names=self.ours.department_names,
            employee_names={each.id: each.name for each in self.ours.employees.values()},
            employees=list(employees),
            calendars={key: each for key, each in self.world.current().items() if key in ids},
            generations=self.world.generations(),
            tasks=list(tasks.values()),
            mappings=list(self.world.mappings.values()),
            is_leaving=self.ours.is_leaving,
        )

    def planned_is_what_should_show(self) -> None:
        """Whatever of it has reached Google."""
        current = self.world.current()
        assert set(current) == {each.id for each in self.ours.employees.values() if self.ours.wants(each)}
        planned = {key for key, each in self.world.mappings.items() if each.content_hash}
        assert {key for key in planned if self.world.calendars[key[0]].is_current} == {
            (calendar.id, task.id)
            for calendar in current.values()
            for task in self.ours.tasks.values()
            if self.ours.shows(self.ours.employees[calendar.employee_id], task, self.begins[calendar.id])
        }

    def google_shows_what_should_show(self) -> None:
        """Thought out anew, and compared with what really is there."""
        current = self.world.current()
        wanted = [each for each in self.ours.employees.values() if self.ours.wants(each)]
        assert {each.id for each in wanted} == set(current)
        google = dict(self.world.google)
        foreign = google.pop(FOREIGN)
        assert (foreign.facts, foreign.shares, foreign.events) == ({"description": "Holidays"}, {"owner"}, {"e1": {}})
        for employee in wanted:
            calendar = current[employee.id]
            kept = google.pop(calendar.provider_calendar_id)
            assert (calendar.state, calendar.is_shared) == (CalendarState.SHARED, True)
            assert (kept.facts["name"], kept.facts["zone"]) == (self.ours.name_of(employee), self.ours.rules.zone)
            assert kept.shares == {employee.email}
            assert calendar.shows_from == self.begins[calendar.id]
            assert kept.events == {
                task.id: self.ours.event_of(task)
                for task in self.ours.tasks.values()
                if self.ours.shows(employee, task, self.begins[calendar.id])
            }
        assert not google, "a calendar that nobody wants"

    def teardown(self) -> None:
        """However it went, it ends well."""
        self.ours.rules = replace(self.ours.rules, is_enabled=True)
        self.owe_all()
        self.settle()


OFFSETS = {"UTC": 0, "America/New_York": -4, "Pacific/Kiritimati": 14}
"""Of March after the 8th, when these histories take place."""

TestOrganizationHistory = OrganizationHistory.TestCase
TestOrganizationHistory.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
