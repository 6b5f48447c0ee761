"""Where employees, tasks, their calendars and what we owe the central account are kept. All within one organization."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from ce_calendar.domain.employees.calendars import (
    CentralAccount,
    CentralClient,
    EmployeeCalendar,
    EventMapping,
)
from ce_calendar.domain.employees.operations import Act, Operation, OwedOperation
from ce_calendar.domain.employees.people import Department, Employee
from ce_calendar.domain.employees.rules import CalendarRules
from ce_calendar.domain.employees.tasks import SystemRole, Task, TaskStatus


class CalendarFilter(StrEnum):
    """What of an employee's calendar the list can be narrowed by: the calendar's states, and none at all."""

    NONE = "none"
    """No calendar, and none wanted."""
    WAITING = "waiting"
    """Wanted and not begun, whether a row of it is there already or not."""
    MAKING = "making"
    SHARED = "shared"
    FAILING = "failing"
    DELETING = "deleting"
    """The employee has no current calendar, and an earlier one is being deleted."""


@dataclass(frozen=True, slots=True)
class EmployeeQuery:
    """What the list of employees is narrowed by; empty parts narrow nothing."""

    search: str = ""
    """Words in name, email or position, without case and accents."""
    calendar: CalendarFilter | None = None
    department_id: str = ""
    is_bound: bool | None = None
    is_dismissed: bool | None = False


@dataclass(frozen=True, slots=True)
class EmployeeLine:
    """An employee with what the list shows of their calendar."""

    employee: Employee
    state: CalendarFilter
    calendar: EmployeeCalendar | None
    """The current one, else the one being deleted."""
    events: int
    """Events planned in the current calendar."""
    is_plan_owed: bool


@dataclass(frozen=True, slots=True)
class TaskQuery:
    """What the list of tasks is narrowed by; empty parts narrow nothing."""

    search: str = ""
    """Words in title, customer or address, or the number."""
    roles: frozenset[SystemRole] = frozenset()
    status_id: str = ""
    employee_id: str = ""
    department_id: str = ""
    since: date | None = None
    """First and last day, in `zone`; tasks without a date are left out when either is set."""
    until: date | None = None
    zone: str = "UTC"
    is_unassigned: bool = False


class Employees(Protocol):
    """Employees, with the departments they belong to."""

    def add(self, *employees: Employee) -> None: ...
    def get(self, employee_id: str, *, organization_id: str, lock: bool = False) -> Employee | None: ...
    def several(self, employee_ids: Collection[str], *, organization_id: str) -> Sequence[Employee]: ...
    def save(self, *employees: Employee) -> None:
        """Everything but organization and creation; departments too."""

    def page(
        self, organization_id: str, query: EmployeeQuery, *, offset: int, limit: int
    ) -> tuple[Sequence[EmployeeLine], int]:
        """A page of the list by name, and how many there are in all. No query per row."""

    def line(self, employee_id: str, *, organization_id: str) -> EmployeeLine | None: ...
    def matching(self, organization_id: str, query: EmployeeQuery) -> Sequence[str]:
        """Ids of all that a query finds."""

    def counts(self, organization_id: str) -> Mapping[CalendarFilter, int]:
        """How many who are not dismissed are in each state."""

    def of_departments(self, department_ids: Collection[str]) -> Sequence[Employee]:
        """Who belongs to any of them, each once."""

    def bind(self, employee_ids: Collection[str], *, organization_id: str, is_bound: bool) -> Sequence[str]:
        """Set the binding; returns the ids of those it was changed for."""

    def owe_plan(self, organization_id: str, employee_ids: Collection[str] | None = None) -> int:
        """Note that their calendars must be planned anew (None: of all); returns of how many."""

    def plan_owed(self, organization_id: str, *, limit: int) -> Sequence[Employee]:
        """Some whose plan is owed, in the order of their ids."""

    def count_plan_owed(self, organization_id: str) -> int: ...
    def plan_done(self, employee_ids: Collection[str]) -> None: ...
    def organizations_owing_plans(self) -> Sequence[str]: ...


class Departments(Protocol):
    """Departments by name."""

    def all(self, organization_id: str) -> Sequence[tuple[Department, int]]:
        """With how many who are not dismissed belong to each."""

    def get(self, department_id: str, *, organization_id: str) -> Department | None: ...
    def save(self, department: Department) -> None:
        """Add it, or name it anew.

        Raises:
            Duplicate: another one has this name, whatever its case.
        """

    def remove(self, department_id: str) -> None:
        """With its memberships and what was assigned to it."""


class TaskStatuses(Protocol):
    """Statuses in their order."""

    def all(self, organization_id: str) -> Sequence[TaskStatus]: ...
    def save(self, *statuses: TaskStatus) -> None:
        """Add them, or change them.

        Raises:
            Duplicate: two have the same name, whatever its case.
        """

    def remove(self, status_id: str) -> None: ...
    def used(self, organization_id: str) -> Mapping[str, int]:
        """By status id, how many tasks have it; those without any are left out."""


class Tasks(Protocol):
    """Tasks with their assignments."""

    def next_number(self, organization_id: str) -> int:
        """The number of the next task; the caller holds the rules' lock."""

    def add(self, *tasks: Task) -> None: ...
    def get(self, task_id: str, *, organization_id: str, lock: bool = False) -> Task | None: ...
    def several(self, task_ids: Collection[str], *, organization_id: str) -> Sequence[Task]: ...
    def save(self, *tasks: Task) -> None:
        """Everything but organization, number and creation; assignments too."""

    def remove(self, task_id: str) -> None: ...
    def page(self, organization_id: str, query: TaskQuery, *, offset: int, limit: int) -> tuple[Sequence[Task], int]:
        """A page of the list by when they are, without a date last, and how many there are in all.

        All-day tasks stand at midnight in UTC, whatever the zone.
        """

    def open_of(
        self, employee_ids: Collection[str], department_ids: Collection[str], *, organization_id: str
    ) -> Sequence[Task]:
        """Tasks with a date and an open role, assigned to any of these, each once. Quick at 100,000 tasks."""


class EmployeeCalendars(Protocol):
    """The calendars, current and gone."""

    def current_of(self, employee_ids: Collection[str]) -> Mapping[str, EmployeeCalendar]:
        """By employee id."""

    def generations_of(self, employee_ids: Collection[str]) -> Mapping[str, int]:
        """The highest generation each has had, by employee id; without any they are left out."""

    def several(self, calendar_ids: Collection[str]) -> Sequence[EmployeeCalendar]: ...
    def of_employee(self, employee_id: str) -> Sequence[EmployeeCalendar]:
        """The newest generation first."""

    def save(self, *calendars: EmployeeCalendar) -> None:
        """Add them, or change all but ids and creation. One that was made stays made."""

    def remove(self, *calendar_ids: str) -> None:
        """With their mappings and whatever is owed for them: of calendars that were never made."""

    def living(self, organization_id: str) -> Sequence[EmployeeCalendar]:
        """All that are, or may be, at Google: every state but `deleted`."""

    def count(self, organization_id: str) -> Mapping[str, int]:
        """By state."""


class EventMappings(Protocol):
    """Which task has which event in which calendar."""

    def of_calendars(self, calendar_ids: Collection[str]) -> Sequence[EventMapping]: ...
    def count(self, calendar_ids: Collection[str]) -> int:
        """How many events should be in these calendars in all."""

    def of_tasks(self, task_ids: Collection[str]) -> Sequence[EventMapping]:
        """In current calendars alone."""

    def save(self, mappings: Sequence[EventMapping]) -> None:
        """Add them, or change hash, etag and whether it was written."""

    def written(self, etags: Mapping[tuple[str, str], str]) -> None:
        """Note what Google acknowledged: etags by calendar and task id. Hashes stay as planned."""

    def remove(self, keys: Collection[tuple[str, str]]) -> None:
        """Of events that never were at Google, by calendar and task id."""

    def planned_tasks(self, calendar_id: str, *, since: datetime, until: datetime) -> Sequence[Task]:
        """Tasks that should be in the calendar (their hash is not empty) and lie, in part, in the span.

        All-day tasks count by their day at UTC with a day's margin.
        """


class Outbox(Protocol):
    """The writes we owe, until they are done."""

    def owe(self, operations: Sequence[Operation], *, organization_id: str, account_id: str, now: datetime) -> None:
        """Add them; one whose key waits already takes its place: act, body, urgency, version + 1, due now.

        What is uncertain stays so.
        """

    def withdraw(self, keys: Collection[str], *, organization_id: str) -> frozenset[str]:
        """Drop those of these that were never attempted; returns the keys of what was dropped."""

    def ready(
        self, account_id: str, *, now: datetime, limit: int, acts: Collection[Act] | None = None
    ) -> Sequence[OwedOperation]:
        """What may be sent now, at most `limit`: urgent ones first, then in the order they were owed.

        That is what is due and has its calendar made; creations and deletions of calendars need none.
        """

    def begin(self, owed: Collection[OwedOperation]) -> frozenset[int]:
        """Before they are sent: one attempt more, and their outcome is unknown.

        Returns:
            the ids of those still owed; what was withdrawn meanwhile is not to be sent.
        """

    def done(self, owed: Collection[OwedOperation]) -> frozenset[int]:
        """Drop what was carried out; what got a later operation meanwhile stays, certain and due.

        Returns:
            the ids of what stays.
        """

    def postpone(self, owed: OwedOperation, *, until: datetime, error: str, is_uncertain: bool) -> None:
        """Try it again later; a version that came meanwhile is due at once."""

    def replace_act(self, owed_id: int, act: Act) -> None:
        """Make of a waiting creation an update, after an earlier version of it was carried out."""

    def drop_of_calendar(self, calendar_id: str, *, but: str = "") -> None:
        """Forget what is owed for a calendar that goes, but for the operation with this key."""

    def count(self, account_id: str) -> Mapping[Act, int]: ...
    def held(self, account_id: str) -> int:
        """How many of them wait for their calendar to be made."""

    def owed(self, keys: Collection[str], *, organization_id: str) -> frozenset[str]:
        """Those of these keys under which something waits."""

    def waiting_for(self, calendar_ids: Collection[str]) -> Mapping[str, int]:
        """How many operations each calendar waits for."""

    def failing(self, calendar_ids: Collection[str]) -> frozenset[str]:
        """Those of these calendars for which something failed and waits for its next try."""

    def next_moment(self, account_id: str) -> datetime | None:
        """When the next operation is due, of those that do not wait for their calendar to be made."""


class CentralAccounts(Protocol):
    """At most one for each organization."""

    def of(self, organization_id: str, *, lock: bool = False) -> CentralAccount | None: ...
    def get(self, account_id: str) -> CentralAccount | None: ...
    def save(self, account: CentralAccount) -> None:
        """Add it, or change it.

        Raises:
            Duplicate: the organization has one.
        """

    def remove(self, account_id: str) -> None:
        """With everything that was kept of its calendars."""

    def with_grant(self, *, client_id: str, subject_id: str) -> int:
        """How many, of any organization, live on this grant."""

    def due(self, now: datetime) -> Sequence[str]:
        """Organizations whose account may be asked now and owes something that may be sent, or is leaving.

        One that needs a sign-in may not be asked, nor may one of an organization that is paused.
        """


class CentralClients(Protocol):
    """Organizations' own OAuth clients for their central accounts."""

    def all(self, organization_id: str) -> Sequence[CentralClient]: ...
    def add(self, client: CentralClient) -> None:
        """It becomes the current one."""

    def remove(self, client_id: str) -> None:
        """By our id of it."""


class CalendarRulesStore(Protocol):
    """What each organization set."""

    def get(self, organization_id: str, *, lock: bool = False) -> CalendarRules:
        """The defaults for an organization that never saved any.

        Args:
            organization_id: whose.
            lock: keep others who plan, or change the rules, waiting until the transaction ends. Whoever writes
                tasks, employees, plans or what became of them at the provider takes this lock first, before any
                other row.
        """

    def is_saved(self, organization_id: str) -> bool: ...
    def save(self, organization_id: str, rules: CalendarRules, *, now: datetime) -> None: ...
