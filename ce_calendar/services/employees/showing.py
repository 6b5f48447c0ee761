"""In whose calendar a task shows, how far that has got, and if it does not: why."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from ce_calendar.domain.employees.calendars import CalendarState, EmployeeCalendar, EventMapping
from ce_calendar.domain.employees.content import EventWriter
from ce_calendar.domain.employees.operations import Act, Operation
from ce_calendar.domain.employees.people import Employee
from ce_calendar.domain.employees.rules import CalendarRules
from ce_calendar.domain.employees.tasks import OPEN_ROLES, Task, TaskStatus
from ce_calendar.ports import UnitOfWork


class Hidden(StrEnum):
    """Why a task shows in nobody's calendar."""

    DONE = "done"
    NO_DATE = "no_date"
    NOBODY = "nobody"
    """Assigned to no one."""


class Place(StrEnum):
    """How a task stands in one employee's calendar."""

    WRITTEN = "written"
    """In the calendar, as it is."""
    CHANGING = "changing"
    """In the calendar; the last change is on its way."""
    WAITING = "waiting"
    """On its way into the calendar."""
    CALENDAR_WAITS = "calendar_waits"
    """The calendar itself is to be made first."""
    FAILING = "failing"
    """The calendar is refused again and again."""
    LEAVING = "leaving"
    """Not shown any more; its removal is on its way."""
    BEFORE = "before"
    """It ends before the calendar's first day."""
    DEPARTMENTS_OFF = "departments_off"
    """Theirs through a department alone, and calendars do not show departments' work."""
    DISMISSED = "dismissed"
    NO_EMAIL = "no_email"
    NOT_BOUND = "not_bound"
    PAUSED = "paused"
    """Employee calendars are switched off, so nothing is written."""
    NO_ACCOUNT = "no_account"
    """No central account is connected."""
    ABSENT = "absent"
    """Not in it, and not to be: the whole task is hidden."""


@dataclass(frozen=True, slots=True)
class PlaceOf:
    """One employee's."""

    employee: Employee
    is_direct: bool
    """Assigned by name."""
    department_ids: tuple[str, ...]
    """Assigned departments they belong to."""
    place: Place
    calendar: EmployeeCalendar | None
    """The current one."""


@dataclass(frozen=True, slots=True)
class Showing:
    """Where a task shows."""

    hidden: Hidden | None
    places: Sequence[PlaceOf]
    """Everybody assigned, by name first, then through departments; each in the order of names."""


def showings_of(
    uow: UnitOfWork, task: Task, *, employees: Sequence[Employee], status: TaskStatus | None, rules: CalendarRules
) -> Showing:
    """Where a task shows; as many queries for a thousand people as for one.

    Args:
        uow: to read in.
        task: shown or not.
        employees: assigned by name.
        status: the task's.
        rules: of the organization.
    """
    people = _people(uow, task, employees)
    calendars = uow.employee_calendars.current_of([each.id for each, _, _ in people])
    mappings = {each.calendar_id: each for each in uow.event_mappings.of_tasks([task.id])}
    hidden = _hidden(task, status, has_people=bool(people))
    span = EventWriter(rules, statuses={}, employee_names={}, department_names={}).span_of(task)
    judge = _Judge(
        last_day=span.last_day if span else date.max,
        is_hidden=hidden is not None,
        rules=rules,
        has_account=uow.central_accounts.of(task.organization_id) is not None,
        waiting=_waiting(uow, task, calendars.values()),
    )
    places = []
    for employee, is_direct, departments in people:
        calendar = calendars.get(employee.id)
        mapping = mappings.get(calendar.id) if calendar else None
        place = judge.place(employee, calendar, mapping, is_direct=is_direct)
        places.append(PlaceOf(employee, is_direct, departments, place, calendar))
    return Showing(hidden, places)


def _people(uow: UnitOfWork, task: Task, employees: Sequence[Employee]) -> list[tuple[Employee, bool, tuple[str, ...]]]:
    assigned = frozenset(task.department_ids)

    def through(employee: Employee) -> tuple[str, ...]:
        return tuple(each for each in employee.department_ids if each in assigned)

    direct = {each.id for each in employees}
    others = [each for each in uow.employees.of_departments(assigned) if each.id not in direct] if assigned else []
    # Somebody dismissed keeps what was theirs by name; nobody looks for them in their department.
    others = sorted((each for each in others if each.dismissed_on is None), key=lambda each: each.name.casefold())
    return [(each, True, through(each)) for each in employees] + [(each, False, through(each)) for each in others]


def _hidden(task: Task, status: TaskStatus | None, *, has_people: bool) -> Hidden | None:
    if status is None or status.role not in OPEN_ROLES:
        return Hidden.DONE
    if task.day is None and task.starts_at is None:
        return Hidden.NO_DATE
    return None if has_people else Hidden.NOBODY


def _waiting(uow: UnitOfWork, task: Task, calendars: Collection[EmployeeCalendar]) -> frozenset[str]:
    """Ids of the calendars for which a write of this task's event is owed."""
    keys = {Operation(Act.PUT_EVENT, each.id, task.id).key: each.id for each in calendars}
    return frozenset(keys[key] for key in uow.outbox.owed(keys, organization_id=task.organization_id))


@dataclass(frozen=True, slots=True)
class _Judge:
    """Decides about one task, employee by employee."""

    last_day: date
    """The task's, in the rules' zone."""
    is_hidden: bool
    rules: CalendarRules
    has_account: bool
    waiting: Collection[str]
    """Ids of calendars with something owed for its event."""

    def place(
        self,
        employee: Employee,
        calendar: EmployeeCalendar | None,
        mapping: EventMapping | None,
        *,
        is_direct: bool,
    ) -> Place:
        """How the task stands in this employee's calendar."""
        planned = self._planned(calendar, mapping) if calendar and mapping else None
        return planned or self._missing(employee, calendar, is_direct=is_direct)

    def _planned(self, calendar: EmployeeCalendar, mapping: EventMapping) -> Place | None:
        """What was planned says most; None if nothing of it is, or was, in the calendar."""
        is_waiting = calendar.id in self.waiting
        if not mapping.content_hash:
            return Place.LEAVING if is_waiting and mapping.was_written else None
        if calendar.state is CalendarState.FAILING:
            return Place.FAILING
        if is_waiting and not self.rules.is_enabled:
            return Place.PAUSED
        if not calendar.provider_calendar_id:
            return Place.CALENDAR_WAITS
        if is_waiting:
            return Place.CHANGING if mapping.was_written else Place.WAITING
        return Place.WRITTEN if mapping.was_written else Place.WAITING

    def _missing(self, employee: Employee, calendar: EmployeeCalendar | None, *, is_direct: bool) -> Place:
        """Why there is nothing, beginning with what people would have to change first."""
        reasons = (
            (self.is_hidden, Place.ABSENT),
            (not is_direct and not self.rules.shows_departments, Place.DEPARTMENTS_OFF),
            (employee.dismissed_on is not None, Place.DISMISSED),
            (not employee.is_bound, Place.NOT_BOUND),
            (not employee.email, Place.NO_EMAIL),
            (not self.has_account, Place.NO_ACCOUNT),
            (not self.rules.is_enabled, Place.PAUSED),
            (calendar is None, Place.CALENDAR_WAITS),
            (calendar is not None and self.last_day < calendar.shows_from, Place.BEFORE),
        )
        # Without any reason the plan of the calendar is owed, and will bring it.
        return next((place for is_so, place in reasons if is_so), Place.WAITING)
