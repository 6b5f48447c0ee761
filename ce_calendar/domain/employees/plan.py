"""What should exist at Google, compared with what was planned before: the reconciler's decision. Touches nothing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from ce_calendar.domain.employees.calendars import CalendarState, EmployeeCalendar, EventMapping, calendar_id_of
from ce_calendar.domain.employees.content import CalendarNamer, EventWriter
from ce_calendar.domain.employees.draft import Draft, EmployeePlan
from ce_calendar.domain.employees.operations import Urgency
from ce_calendar.domain.employees.people import Employee
from ce_calendar.domain.employees.placing import Placing
from ce_calendar.domain.employees.rules import CalendarRules, OnEmailChange
from ce_calendar.domain.employees.tasks import Task, TaskStatus

__all__ = [
    "BY_HAND",
    "EmployeePlan",
    "Picture",
    "first_day",
    "plan_employee_calendars",
    "plan_removal",
    "plan_task_events",
]

BY_HAND = 20
"""Of so many employees, or tasks, a change may still be one that somebody made by hand and waits for."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What a plan is made from. Complete for the employees in it, or for the tasks in it: see the two functions."""

    rules: CalendarRules
    account_id: str
    """Empty if there is no central account: then nothing is planned."""
    now: datetime
    statuses: Mapping[str, TaskStatus]
    """All of the organization, by id."""
    department_names: Mapping[str, str]
    employee_names: Mapping[str, str]
    """Of everybody a task in the picture is assigned to."""
    employees: Sequence[Employee]
    calendars: Mapping[str, EmployeeCalendar]
    """The current ones, by employee id."""
    generations: Mapping[str, int]
    """The highest each employee has had, by employee id."""
    tasks: Sequence[Task]
    mappings: Sequence[EventMapping]
    is_leaving: bool = False
    """The account is being disconnected: every calendar is to go, also while the rules are switched off."""


def plan_employee_calendars(picture: Picture) -> EmployeePlan:
    """Calendars, shares and events of the picture's employees.

    Args:
        picture: holds all tasks that may show for its employees, and all mappings of their current calendars.
    """
    draft = Draft(_urgency(len(picture.employees)))
    if not _may_plan(picture):
        return draft.plan()
    calendars = _Calendars(picture, draft)
    shown = [(each, calendar) for each in picture.employees if (calendar := calendars.plan(each))]
    _plan_events(picture, draft, shown, new_calendar_ids=calendars.new_ids)
    return draft.plan()


def plan_task_events(picture: Picture) -> EmployeePlan:
    """Events of the picture's tasks, in calendars that exist or are planned already; decides about no calendar.

    Args:
        picture: holds everybody its tasks are, or were, shown for, and all mappings of its tasks in current calendars.
            A task that was removed has mappings alone.
    """
    draft = Draft(_urgency(len(picture.tasks)))
    if not _may_plan(picture):
        return draft.plan()
    # Whose calendar is about to come, or to go, has a plan of their own owed, which sees to all of their events.
    shown = [
        (each, picture.calendars[each.id])
        for each in picture.employees
        if each.id in picture.calendars and _is_wanted(each, picture)
    ]
    _plan_events(picture, draft, shown)
    return draft.plan()


def plan_removal(calendar: EmployeeCalendar) -> EmployeePlan:
    """Delete one calendar, whatever its employee wants: the next plan of theirs makes a new one. That is to rebuild it.

    Args:
        calendar: a current one.
    """
    draft = Draft(Urgency.NOW)
    draft.delete_calendar(calendar)
    return draft.plan()


def first_day(rules: CalendarRules, today: date) -> date:
    """From when on a new calendar shows tasks (seed 003, note 1).

    Args:
        rules: of the organization.
        today: in the rules' zone.
    """
    return today - timedelta(days=rules.first_import_days)


class _Calendars:
    """Decides about each employee's calendar and its share."""

    def __init__(self, picture: Picture, draft: Draft) -> None:
        self._picture = picture
        self._rules = picture.rules
        self._draft = draft
        self._naming = CalendarNamer(picture.rules, department_names=picture.department_names)
        today = picture.now.astimezone(ZoneInfo(picture.rules.zone)).date()
        self._first_day = first_day(picture.rules, today)
        self.new_ids: set[str] = set()

    def plan(self, employee: Employee) -> EmployeeCalendar | None:
        """The calendar the employee is to have; None if they are to have none."""
        current = self._picture.calendars.get(employee.id)
        if not _is_wanted(employee, self._picture):
            if current:
                # The email was removed or the binding switched off (note 3), the employee was dismissed (note 6),
                # or the central account is being disconnected.
                self._draft.delete_calendar(current)
            return None
        if current is None:
            # Bound for the first time, bound again, re-hired; or the last one was removed to be rebuilt.
            return self._new(employee)
        if current.shared_with != employee.email and current.is_shared and self._recreates:
            # Somebody else's calendar from now on, and the old address must see nothing any more (note 2).
            self._draft.delete_calendar(current)
            return self._new(employee, after=current)
        return self._kept(employee, current)

    @property
    def _recreates(self) -> bool:
        return self._rules.on_email_change is OnEmailChange.RECREATE

    def _new(self, employee: Employee, *, after: EmployeeCalendar | None = None) -> EmployeeCalendar:
        """A new calendar."""
        picture = self._picture
        generation = 1 + max(picture.generations.get(employee.id, 0), after.generation if after else 0)
        calendar = EmployeeCalendar(
            id=calendar_id_of(picture.account_id, employee.id, generation),
            organization_id=employee.organization_id,
            employee_id=employee.id,
            account_id=picture.account_id,
            generation=generation,
            name=self._naming.name_of(employee),
            zone=self._rules.zone,
            shared_with=employee.email,
            shows_from=self._first_day,
            state=CalendarState.WAITING,
            created_at=picture.now,
            changed_at=picture.now,
        )
        # Whoever had a calendar does not wait behind hundreds who never did.
        self._draft.make_calendar(calendar, urgency=Urgency.NOW if after else None)
        self.new_ids.add(calendar.id)
        return calendar

    def _kept(self, employee: Employee, current: EmployeeCalendar) -> EmployeeCalendar:
        """The calendar as it is to be from now on."""
        # Another name, position, department or template; another zone in the rules.
        kept = replace(current, name=self._naming.name_of(employee), zone=self._rules.zone)
        if current.shared_with != employee.email:
            # The rules say to keep the calendar; or it is not made, or not shared, so that nobody was invited yet and
            # a new one would be no different.
            kept = replace(kept, shared_with=employee.email, is_shared=False)
            if current.provider_calendar_id:
                # Also if it was refused: what was wrong with the old address says nothing about the new one.
                kept = replace(kept, state=CalendarState.MAKING, problem="")
        if kept != current:
            self._draft.change_calendar(current, kept)
        return kept


def _plan_events(
    picture: Picture,
    draft: Draft,
    shown: Sequence[tuple[Employee, EmployeeCalendar]],
    *,
    new_calendar_ids: Collection[str] = (),
) -> None:
    if not shown:
        return
    writer = EventWriter(
        picture.rules,
        statuses=picture.statuses,
        employee_names=picture.employee_names,
        department_names=picture.department_names,
    )
    placing = Placing(
        shown,
        writer,
        statuses=picture.statuses,
        shows_departments=picture.rules.shows_departments,
        new_calendar_ids=new_calendar_ids,
    )
    placing.plan(picture.tasks, picture.mappings, draft)


def _may_plan(picture: Picture) -> bool:
    """Whether anything may be planned: while the rules are off all stays as it is, but for a disconnect asked for."""
    return bool(picture.account_id) and (picture.rules.is_enabled or picture.is_leaving)


def _is_wanted(employee: Employee, picture: Picture) -> bool:
    """Whether the employee is to have a calendar."""
    return employee.wants_calendar and not picture.is_leaving


def _urgency(count: int) -> Urgency:
    """Of a change of so many employees or tasks: what was made by hand must not wait for what was imported."""
    return Urgency.NOW if count <= BY_HAND else Urgency.BULK
