"""An organization with employees, tasks and a central account in memory, and the engine that keeps its calendars."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from ce_calendar.adapters.memory import MemoryWorld
from ce_calendar.adapters.memory_host import HostingWorld, MemoryCalendarHost
from ce_calendar.domain.access import Actor, Permission
from ce_calendar.domain.employees.calendars import AccountStatus, CentralAccount, EmployeeCalendar
from ce_calendar.domain.employees.people import Employee
from ce_calendar.domain.employees.rules import CalendarRules
from ce_calendar.domain.employees.tasks import Task
from ce_calendar.domain.errors import NeedsReauth
from ce_calendar.domain.meetings.connections import Credential
from ce_calendar.ports import OpenUnitOfWork, UnitOfWork
from ce_calendar.ports.hosting import AddShare, CalendarFacts, Call, Outcome
from ce_calendar.services.audit import Audit
from ce_calendar.services.employees.draining import Draining
from ce_calendar.services.employees.planning import Planning
from ce_calendar.services.employees.progress import Progress
from ce_calendar.services.employees.reports import DrainReport, PlanReport
from tests.builders import make_actor, make_organization
from tests.builders_employees import Statuses, add_statuses, make_account, make_employee, make_task
from tests.conftest import FixedClock
from tests.support.doubles import ListedAnnouncements, ListedJobs

CENTRAL = "calendars@demo.example"
STRANGER = "stranger@elsewhere.example"
ROUNDS = 60


class GrantedCredentials:
    """`ports.FreshCredentials` for accounts of a `MemoryWorld`, by their email."""

    def __init__(self, world: MemoryWorld) -> None:
        self._world = world
        self._kept: dict[str, Credential] = {}

    def grant(self, email: str) -> None:
        """Sign in, for the first time or again."""
        self._kept[email] = self._world.grant(email)

    def fresh(self, holder: CentralAccount) -> Credential:
        kept = self._kept.get(holder.email)
        if kept is None:
            raise NeedsReauth("no_credential")
        if kept.expires_at - self._world.clock() > timedelta(minutes=2):
            return kept
        return self.renew(holder, kept)

    def renew(self, holder: CentralAccount, rejected: Credential) -> Credential:
        self._kept[holder.email] = fresh = self._world.renew(rejected)
        return fresh


@dataclass
class FreePace:
    """`ports.hosting.Pace` that writes down, and holds back as long as a test says."""

    taken: list[tuple[str, int, int]] = field(default_factory=list)
    waits: dict[str, float] = field(default_factory=dict)
    """By key: what it answers instead of taking."""

    def take(self, key: str, cost: int, per_minute: int) -> float:
        if wait := self.waits.get(key, 0):
            return wait
        self.taken.append((key, cost, per_minute))
        return 0


class WatchedHost(MemoryCalendarHost):
    """Writes down what would be a second calendar, or a second invitation, at a host that cannot tell."""

    def __init__(self, hosting: HostingWorld) -> None:
        super().__init__(hosting)
        self._world = hosting
        self.doubles: list[str] = []

    def create_calendar(self, credential: Credential, facts: CalendarFacts) -> str:
        if facts.description and any(
            facts.description == each.facts.description for each in self._world.calendars.values()
        ):
            self.doubles.append("calendar")
        return super().create_calendar(credential, facts)

    def carry_out(self, credential: Credential, calls: Sequence[Call]) -> Sequence[Outcome]:
        for call in calls:
            calendar = self._world.calendars.get(call.provider_calendar_id)
            if isinstance(call, AddShare) and calendar and call.email in calendar.readers:
                self.doubles.append("invitation")
        return super().carry_out(credential, calls)


class Office:
    """What outlives a process: database, provider and clock; with the services of one process."""

    def __init__(self, uow: OpenUnitOfWork, clock: FixedClock, *, host: Any = None, credentials: Any = None) -> None:
        """Settle in.

        Args:
            uow: opens transactions of an empty database.
            clock: tells the time.
            host: another one than that in memory.
            credentials: what opens the central account there.
        """
        self.uow = uow
        self.clock = clock
        self.world = MemoryWorld(clock)
        for email in (CENTRAL, STRANGER):
            self.world.add_account(email)
        self.hosting = HostingWorld(self.world)
        self.host: Any = host or WatchedHost(self.hosting)
        self.credentials: Any = credentials or GrantedCredentials(self.world)
        if credentials is None:
            self.credentials.grant(CENTRAL)
        self.pace = FreePace()
        self.jobs = ListedJobs()
        self.announcements = ListedAnnouncements()
        self.finished: list[str] = []
        """Ids of accounts that were seen off."""
        self.organization = make_organization(slug="demo")
        self.other_organization = make_organization(slug="other")
        self.account = make_account(organization_id=self.organization.id, email=CENTRAL)
        self._next_number = 1
        with uow() as unit:
            unit.organizations.add(self.organization)
            unit.organizations.add(self.other_organization)
            self.statuses: Statuses = add_statuses(unit, self.organization.id)
            unit.central_accounts.save(self.account)
            unit.calendar_rules.save(self.organization.id, CalendarRules(is_enabled=True), now=clock())
        self.planning, self.draining = self.services()
        audit = Audit(open_uow=uow, clock=clock)
        self.progress = Progress(open_uow=uow, clock=clock, audit=audit)

    def services(self, open_uow: Any = None, host: Any = None, **more: Any) -> tuple[Planning, Draining]:
        """The engine of another process."""
        common: dict[str, Any] = {"open_uow": open_uow or self.uow, "clock": self.clock}
        told: dict[str, Any] = {"announcer": self.announcements, "jobs": self.jobs}
        draining = Draining(
            **common,
            **told,
            host=host or self.host,
            credentials=self.credentials,
            pace=self.pace,
            **{
                "pause": self._pause,
                "stopwatch": lambda: self.clock().timestamp(),
                "finish_leaving": self._finish_leaving,
                **more,
            },
        )
        return Planning(**common, **told), draining

    def _finish_leaving(self, account: CentralAccount) -> None:
        self.finished.append(account.id)
        with self.uow() as unit:
            unit.central_accounts.remove(account.id)

    def _pause(self, seconds: float) -> None:
        self.clock.advance(timedelta(seconds=seconds))

    # -- what people do ------------------------------------------------------------------------------------------

    def actor(self, *permissions: Permission, elsewhere: bool = False) -> Actor:
        """Somebody with these permissions alone."""
        organization = self.other_organization if elsewhere else self.organization
        return make_actor(organization=organization, permissions=permissions or [Permission.ERP_VIEW])

    def hire(self, *employees: Employee) -> list[Employee]:
        """Add employees of the organization."""
        ours = [replace(each, organization_id=self.organization.id) for each in employees]
        self.change(lambda unit: unit.employees.add(*ours), employees=[each.id for each in ours])
        return ours

    def hire_some(self, count: int, **more: Any) -> list[Employee]:
        return self.hire(*(make_employee(name=f"Employee {number}", **more) for number in range(count)))

    def save_employee(self, employee: Employee) -> Employee:
        self.change(lambda unit: unit.employees.save(employee), employees=[employee.id])
        return employee

    def assign(self, *employees: Employee, **more: Any) -> Task:
        """Add a task for some employees."""
        task = make_task(
            organization_id=self.organization.id,
            number=self._next_number,
            status_id=more.pop("status_id", self.statuses.waiting.id),
            employee_ids=[each.id for each in employees],
            **more,
        )
        self._next_number += 1
        self.change(lambda unit: unit.tasks.add(task), tasks=[task.id])
        return task

    def save_task(self, task: Task) -> Task:
        self.change(lambda unit: unit.tasks.save(task), tasks=[task.id])
        return task

    def remove_task(self, task: Task) -> None:
        self.change(lambda unit: unit.tasks.remove(task.id), tasks=[task.id])

    def set_rules(self, **rules: Any) -> None:
        def save(unit: UnitOfWork) -> None:
            before = unit.calendar_rules.get(self.organization.id)
            unit.calendar_rules.save(self.organization.id, replace(before, **rules), now=self.clock())
            self.planning.employees_changed(unit, self.organization.id, None)

        self.change(save)

    def rebuild(self, employee: Employee) -> None:
        self.change(lambda unit: self.planning.rebuild(unit, self.organization.id, employee.id))

    def disconnect(self) -> None:
        def leave(unit: UnitOfWork) -> None:
            unit.central_accounts.save(replace(self.stored_account(unit), status=AccountStatus.LEAVING))
            self.planning.employees_changed(unit, self.organization.id, None)

        self.change(leave)

    def sign_in_again(self) -> None:
        self.credentials.grant(CENTRAL)
        with self.uow() as unit:
            account = replace(self.stored_account(unit), status=AccountStatus.HEALTHY, last_error="", wait_until=None)
            unit.central_accounts.save(account)

    def change(
        self,
        write: Callable[[UnitOfWork], object],
        *,
        employees: Collection[str] = (),
        tasks: Collection[str] = (),
    ) -> None:
        """What the other services do: lock, write, tell the planning, and hurry it."""
        with self.uow() as unit:
            unit.calendar_rules.get(self.organization.id, lock=True)
            write(unit)
            if employees:
                self.planning.employees_changed(unit, self.organization.id, employees)
            if tasks:
                self.planning.tasks_changed(unit, self.organization.id, tasks)
        self.planning.hurry(self.organization.id)

    # -- what the clockwork does ---------------------------------------------------------------------------------

    def plan(self) -> PlanReport:
        return self.planning.run(self.organization.id)

    def drain(self) -> DrainReport:
        """One run."""
        report = self.draining.run(self.organization.id)
        assert report is not None
        return report

    def work(self) -> DrainReport:
        """Plan, and send what may be sent now."""
        self.plan()
        return self.drain()

    def work_until_quiet(self, planning: Planning | None = None, draining: Draining | None = None) -> int:
        """Let time pass until nothing is owed; returns how often something was done."""
        planning, draining = planning or self.planning, draining or self.draining
        for round_ in range(ROUNDS):
            for organization_id in planning.owed():
                planning.run(organization_id)
            for organization_id in draining.due():
                draining.run(organization_id)
            if self.is_quiet():
                return round_
            self.clock.advance(timedelta(hours=1))
        raise AssertionError("There is no end to what is owed.")

    def is_quiet(self) -> bool:
        with self.uow(reading=True) as unit:
            account = unit.central_accounts.of(self.organization.id)
            owed = unit.outbox.count(account.id) if account else {}
            is_leaving = account is not None and account.status is AccountStatus.LEAVING
            return not owed and not unit.employees.count_plan_owed(self.organization.id) and not is_leaving

    # -- what there is to see ------------------------------------------------------------------------------------

    def stored_account(self, unit: UnitOfWork | None = None) -> CentralAccount:
        if unit is None:
            with self.uow(reading=True) as reading:
                return self.stored_account(reading)
        account = unit.central_accounts.of(self.organization.id)
        assert account
        return account

    def calendar_of(self, employee: Employee) -> EmployeeCalendar | None:
        with self.uow(reading=True) as unit:
            return unit.employee_calendars.current_of([employee.id]).get(employee.id)

    def calendars_of(self, employee: Employee) -> Sequence[EmployeeCalendar]:
        """All, the newest first."""
        with self.uow(reading=True) as unit:
            return unit.employee_calendars.of_employee(employee.id)

    def seen_by(self, employee: Employee) -> dict[str, str]:
        """What the employee sees at Google: by calendar name, sorted titles of its events."""
        return {
            each.facts.name: ", ".join(sorted(event.title for event in each.shown().values()))
            for each in self.hosting.calendars.values()
            if employee.email in each.readers
        }

    def new_requests(self) -> list[tuple[str, int]]:
        """Round trips since this was asked last."""
        seen = list(self.hosting.requests)
        self.hosting.requests.clear()
        return seen
