"""From tasks to lines and forms, and from refusals to the field they are about."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import date, datetime, timedelta

from babel.dates import format_date, format_skeleton

from ce_calendar.domain.employees.clock import on_clock
from ce_calendar.domain.employees.people import Employee
from ce_calendar.domain.employees.rules import CalendarRules
from ce_calendar.domain.employees.tasks import OPEN_ROLES, Task, TaskStatus
from ce_calendar.domain.errors import Invalid
from ce_calendar.services.employees.showing import PlaceOf, Showing
from ce_calendar.services.employees.statuses import StatusLine
from ce_calendar.services.employees.task_views import TaskOptions, TaskView
from ce_calendar.web.counting import count_words
from ce_calendar.web.dates import date_words, locale_of, time_words, zone_of
from ce_calendar.web.tasks.rows import (
    Choice,
    PlaceRow,
    StatusErrors,
    StatusRow,
    TaskErrors,
    TaskFacts,
    TaskForm,
    TaskRow,
)

NAMES_SHOWN = 3
PLACES_SHOWN = 30
DOT = " \N{MIDDLE DOT} "
NO_DATE = "No date"
ALL_DAY = "All day"

_ERROR_FIELDS = frozenset(each.name for each in fields(TaskErrors))
_LABELS = {
    "title": "title",
    "kind": "kind",
    "status_id": "status",
    "day": "date",
    "time": "time",
    "duration": "duration",
    "address": "address",
    "customer": "customer",
    "description": "description",
    "department_ids": "departments",
}


def to_rows(views: Iterable[TaskView], *, rules: CalendarRules, language: str, now: datetime) -> list[TaskRow]:
    """Lines in the order the service gave."""
    return [_to_row(view, rules=rules, language=language, now=now) for view in views]


def _to_row(view: TaskView, *, rules: CalendarRules, language: str, now: datetime) -> TaskRow:
    task = view.task
    today = now.astimezone(zone_of(rules.zone)).date()
    day, time = when_words(task, rules=rules, language=language, today=today)
    return TaskRow(
        id=task.id,
        number=f"#{task.number}",
        title=task.title,
        kind=task.kind,
        day=day,
        time=time,
        is_late=_is_open(view.status) and _is_over(task, rules, now),
        where=DOT.join(part for part in (task.customer, task.address) if part),
        status=to_status(view.status),
        employees=_names([each.name for each in view.employees]),
        departments=_names([each.name for each in view.departments]),
    )


def when_words(task: Task, *, rules: CalendarRules, language: str, today: date) -> tuple[str, str]:
    """Day and time in the reader's language, on the clock of the rules' zone."""
    if task.day is not None:
        return _short_day(task.day, today, language), ALL_DAY
    if task.starts_at is None:
        return NO_DATE, ""
    day = task.starts_at.astimezone(zone_of(rules.zone)).date()
    return _short_day(day, today, language), time_words(task.starts_at, _end(task, rules), rules.zone, language)


def _short_day(day: date, today: date, language: str) -> str:
    """Such as "Tue, 10 Mar"; with the year if it is another."""
    locale = locale_of(language)
    form = "MMMEd" if day.year == today.year else "yMMMEd"
    if form in locale.datetime_skeletons:
        return format_skeleton(form, day, locale=locale, fuzzy=False)
    return format_date(day, "full", locale=locale)


def _end(task: Task, rules: CalendarRules) -> datetime:
    minutes = rules.duration_minutes if task.duration_minutes is None else task.duration_minutes
    assert task.starts_at is not None  # noqa: S101 - asked of tasks with a time alone
    return task.starts_at + timedelta(minutes=minutes)


def _is_open(status: TaskStatus | None) -> bool:
    return status is not None and status.role in OPEN_ROLES


def _is_over(task: Task, rules: CalendarRules, now: datetime) -> bool:
    if task.starts_at is not None:
        return _end(task, rules) < now
    return task.day is not None and task.day < now.astimezone(zone_of(rules.zone)).date()


def _names(names: Sequence[str]) -> str:
    if len(names) <= NAMES_SHOWN:
        return ", ".join(names)
    return f"{', '.join(names[:NAMES_SHOWN])} and {len(names) - NAMES_SHOWN} more"


def to_status(status: TaskStatus | None) -> StatusRow:
    """A status by itself."""
    if status is None:
        return StatusRow()
    return StatusRow(status.id, status.name, status.role.value, status.color_id)


def to_status_lines(lines: Iterable[StatusLine]) -> list[StatusRow]:
    """Statuses with how many tasks have each."""
    rows = []
    for line in lines:
        row = to_status(line.status)
        row.tasks, row.is_used = count_words(line.tasks, "task", "tasks"), line.tasks > 0
        rows.append(row)
    return rows


def to_departments(options: TaskOptions) -> list[Choice]:
    """Departments by name."""
    return [Choice(each.id, each.name) for each in options.departments]


def to_people(employees: Iterable[Employee]) -> list[Choice]:
    """Employees, told apart by position or address."""
    return [
        Choice(each.id, each.name, DOT.join(part for part in (each.position, each.email) if part)) for each in employees
    ]


def to_form(task: Task, *, zone: str) -> TaskForm:
    """A task as the dialog shows it."""
    shown = on_clock(task, zone)
    return TaskForm(
        id=task.id,
        number=f"#{task.number}",
        title=task.title,
        kind=task.kind,
        status_id=task.status_id,
        day=shown.day,
        time=shown.time,
        duration="" if task.duration_minutes is None else str(task.duration_minutes),
        address=task.address,
        customer=task.customer,
        description=task.description,
        department_ids=list(task.department_ids),
    )


def to_facts(view: TaskView, *, rules: CalendarRules, language: str, now: datetime) -> TaskFacts:
    """A task in words."""
    today = now.astimezone(zone_of(rules.zone)).date()
    day, time = when_words(view.task, rules=rules, language=language, today=today)
    return TaskFacts(
        status=to_status(view.status),
        when=f"{day}, {time}" if time else day,
        employees=", ".join(each.name for each in view.employees),
        departments=", ".join(each.name for each in view.departments),
    )


def changed_words(before: TaskForm, now: TaskForm, *, has_other_people: bool) -> str:
    """What somebody else changed while the dialog was open; empty if nothing the dialog shows."""
    changed = [label for name, label in _LABELS.items() if getattr(before, name) != getattr(now, name)]
    return ", ".join([*changed, *(["employees"] if has_other_people else [])])


def to_errors(refusal: Invalid) -> TaskErrors:
    """The message, beside the field it is about."""
    return TaskErrors(**{refusal.field if refusal.field in _ERROR_FIELDS else "whole": str(refusal)})


def to_status_errors(refusal: Invalid) -> StatusErrors:
    """The message, beside the name or below the form."""
    return StatusErrors(**{"name" if refusal.field == "name" else "whole": str(refusal)})


def to_places(showing: Showing, options: TaskOptions, *, language: str) -> tuple[list[PlaceRow], int]:
    """Where a task shows, and how many people more there are."""
    names = {each.id: each.name for each in options.departments}
    places = [_to_place(each, names, language) for each in showing.places[:PLACES_SHOWN]]
    return places, max(0, len(showing.places) - PLACES_SHOWN)


def _to_place(found: PlaceOf, departments: dict[str, str], language: str) -> PlaceRow:
    through = [] if found.is_direct else [departments[each] for each in found.department_ids if each in departments]
    calendar = found.calendar
    return PlaceRow(
        employee=found.employee.name,
        through=", ".join(through),
        place=found.place.value,
        since=date_words(calendar.shows_from, language) if calendar else "",
        problem=calendar.problem if calendar else "",
    )
