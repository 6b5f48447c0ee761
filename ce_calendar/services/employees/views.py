"""Employees as the screens see them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ce_calendar.domain.employees.calendars import CURRENT, AccountStatus, CentralAccount, EmployeeCalendar
from ce_calendar.domain.employees.event import TaskEvent
from ce_calendar.domain.employees.people import Department, Employee
from ce_calendar.domain.employees.rules import CalendarRules
from ce_calendar.ports.employees import EmployeeLine


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What of settings and central account every employee's calendar depends on."""

    is_enabled: bool
    """The integration is switched on."""
    account: AccountStatus | None
    """Of the central account; None if none is connected."""
    creations_wait_until: datetime | None = None
    """Google's limit of new calendars: no calendar is made before."""

    @property
    def plans(self) -> bool:
        """Whether calendars are planned at all; while somebody must sign in, what is planned waits."""
        return self.is_enabled and self.account in {AccountStatus.HEALTHY, AccountStatus.NEEDS_REAUTH}


def circumstances_of(rules: CalendarRules, account: CentralAccount | None) -> Circumstances:
    """What the screens say of them."""
    if account is None:
        return Circumstances(rules.is_enabled, None)
    return Circumstances(rules.is_enabled, account.status, account.creations_wait_until)


@dataclass(frozen=True, slots=True)
class EmployeePage:
    """Some of the employees, and what the list says besides."""

    lines: Sequence[EmployeeLine]
    total: int
    """Of those that were asked for."""
    departments: Sequence[tuple[Department, int]]
    """With how many belong to each."""
    circumstances: Circumstances


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """Something that was done to an employee or their calendar."""

    at: datetime
    action: str
    actor_name: str
    """Who did it; empty for the system."""
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EmployeeCard:
    """One employee with all that is known of their calendar."""

    line: EmployeeLine
    departments: Sequence[Department]
    """All of the organization."""
    same_email: Sequence[Employee]
    """Others with the same address."""
    earlier: Sequence[EmployeeCalendar]
    """Calendars that go or went, the newest first."""
    waiting: int
    """Changes of the current calendar that are on their way to Google."""
    history: Sequence[HistoryEntry]
    """The newest first."""
    zone: str
    """The rules' zone: what times of tasks are told in."""
    circumstances: Circumstances


@dataclass(frozen=True, slots=True)
class SeenEvent:
    """A task as it is in the employee's calendar."""

    event: TaskEvent
    status: str
    """What the organization calls the task's status."""


@dataclass(frozen=True, slots=True)
class EmployeeWeek:
    """What an employee's calendar shows in seven days."""

    first_day: date
    today: date
    zone: str
    """The rules' zone: days and times are told in it."""
    has_calendar: bool
    """There is one, or one is about to be made."""
    events: Sequence[SeenEvent]
    """As planned; in no particular order."""


@dataclass(frozen=True, slots=True)
class Saved:
    """An employee as they were stored."""

    employee: Employee
    same_email: Sequence[Employee] = ()
    """Others with the same address: allowed, and worth saying."""


@dataclass(frozen=True, slots=True)
class BindingEffects:
    """What binding, or unbinding, several employees would do."""

    chosen: int
    changing: int
    """Whose binding differs from what is wanted."""
    calendars: int
    """How many calendars would be made, or deleted."""
    without_email: int
    """Of the changing: nobody to share a calendar with."""
    dismissed: int
    """Of the changing: get no calendar before they are re-hired."""


def binding_effects(
    employees: Sequence[Employee], current: Mapping[str, EmployeeCalendar], *, bind: bool
) -> BindingEffects:
    """Count what would happen.

    Args:
        employees: the chosen ones.
        current: calendars by employee id.
        bind: whether to bind or to unbind.
    """
    changing = [each for each in employees if each.is_bound != bind]
    if bind:
        calendars = sum(bool(each.email) and each.dismissed_on is None for each in changing)
    else:
        calendars = sum(each.id in current and current[each.id].state in CURRENT for each in changing)
    return BindingEffects(
        chosen=len(employees),
        changing=len(changing),
        calendars=calendars,
        without_email=sum(not each.email and each.dismissed_on is None for each in changing),
        dismissed=sum(each.dismissed_on is not None for each in changing),
    )
