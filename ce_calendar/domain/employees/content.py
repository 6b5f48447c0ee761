"""What calendars and events say: templates filled in, and made fit for Google."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ce_calendar.domain.employees.calendars import marker_of
from ce_calendar.domain.employees.event import TaskEvent
from ce_calendar.domain.employees.people import Employee
from ce_calendar.domain.employees.rules import CalendarRules
from ce_calendar.domain.employees.tasks import Task, TaskStatus
from ce_calendar.domain.employees.templates import (
    calendar_name_template,
    event_description_template,
    event_title_template,
)

MOST_TITLE = 1024
MOST_DESCRIPTION = 8192
MOST_LOCATION = 1024
MOST_CALENDAR_NAME = 200

CALENDAR_NOTE = (
    "Tasks of one employee, kept up to date by the ERP. Changes made here are lost: change the task in the ERP."
)
"""Stands in the description of every calendar, before the marker."""

_MOMENT = timedelta(microseconds=1)
_DAY = timedelta(days=1)
_BREAK = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_LINE_END = re.compile(r"[^\S\n]+\n")
_GAP = re.compile(r"\n{3,}")


def one_line(text: str, most: int) -> str:
    """A text without line breaks, control characters and superfluous space, at most so many characters."""
    if not text.isprintable():
        text = " ".join(_UNSEEN.sub("", _BREAK.sub("\n", text)).split())
    elif "  " in text or text != text.strip():
        text = " ".join(text.split())
    # Mostly there was nothing to tidy up, and it is still the very text that was handed in.
    return _cut(text, most)


def several_lines(text: str, most: int) -> str:
    """A text without control characters, with at most one empty line in a row, at most so many characters."""
    if is_odd := not text.replace("\n", "").isprintable():
        text = _UNSEEN.sub("", _BREAK.sub("\n", text))
    if is_odd or " \n" in text:
        text = _LINE_END.sub("\n", text)
    if "\n\n\n" in text:
        text = _GAP.sub("\n\n", text)
    return _cut(text.strip(), most)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


class TaskSpan(NamedTuple):
    """When a task takes place: either both days or both moments are set."""

    last_day: date
    """In the rules' zone; a task that ends at midnight ends the day before."""
    start_day: date | None = None
    end_day: date | None = None
    """The day after the last."""
    starts_at: datetime | None = None
    ends_at: datetime | None = None


class EventWriter:
    """Writes tasks as events, all under the same rules; templates are taken apart once."""

    def __init__(
        self,
        rules: CalendarRules,
        *,
        statuses: Mapping[str, TaskStatus],
        employee_names: Mapping[str, str],
        department_names: Mapping[str, str],
    ) -> None:
        """Prepare for many tasks.

        Args:
            rules: of the organization.
            statuses: by id; those of all tasks to come.
            employee_names: by id; of everybody the tasks are assigned to. Who is missing is not named.
            department_names: by id, likewise.

        Raises:
            Invalid: a template cannot be taken, which is found out when rules are saved.
        """
        self._rules = rules
        self._zone = ZoneInfo(rules.zone)
        self._duration = timedelta(minutes=rules.duration_minutes)
        self._title = event_title_template(rules)
        self._description = event_description_template(rules)
        self._used = self._title.placeholders | self._description.placeholders
        self._statuses = statuses
        self._employee_names = employee_names
        self._department_names = department_names

    def span_of(self, task: Task) -> TaskSpan | None:
        """When it takes place; None if it has no date, or one that no calendar reaches."""
        try:
            if task.day:
                return TaskSpan(task.day, start_day=task.day, end_day=task.day + _DAY)
            if task.starts_at:
                minutes = task.duration_minutes
                starts_at = task.starts_at.astimezone(UTC)
                ends_at = starts_at + (self._duration if minutes is None else timedelta(minutes=minutes))
                # An end is the first moment after it, and so belongs to the next day only if it is past midnight.
                last = max(starts_at, ends_at - _MOMENT).astimezone(self._zone)
                return TaskSpan(last.date(), starts_at=starts_at, ends_at=ends_at)
        except OverflowError:
            # The last days of the year 9999, by mistake.
            return None
        return None

    def event_of(self, task: Task, span: TaskSpan) -> TaskEvent:
        """What the task looks like in a calendar, the same in each of them.

        Args:
            task: whatever its status.
            span: what `span_of` said of it.
        """
        status = self._statuses[task.status_id]
        values = {
            "number": str(task.number),
            "title": task.title,
            "kind": task.kind,
            "status": status.name,
            "address": task.address,
            "customer": task.customer,
            "description": task.description,
        }
        if "employees" in self._used:
            values["employees"] = _names(task.employee_ids, self._employee_names)
        if "departments" in self._used:
            values["departments"] = _names(task.department_ids, self._department_names)
        return TaskEvent(
            # With every placeholder empty there is still something to point at.
            title=one_line(self._title.render(values), MOST_TITLE) or f"#{task.number}",
            description=several_lines(self._description.render(values), MOST_DESCRIPTION),
            location=one_line(task.address, MOST_LOCATION),
            zone=self._rules.zone,
            color_id=status.color_id,
            reminder_minutes=self._rules.reminder_minutes,
            start_day=span.start_day,
            end_day=span.end_day,
            starts_at=span.starts_at,
            ends_at=span.ends_at,
        )


class CalendarNamer:
    """Names calendars, all under the same rules."""

    def __init__(self, rules: CalendarRules, *, department_names: Mapping[str, str]) -> None:
        """Prepare for many employees.

        Raises:
            Invalid: the template cannot be taken, which is found out when rules are saved.
        """
        self._template = calendar_name_template(rules)
        self._department_names = department_names

    def name_of(self, employee: Employee) -> str:
        """What the employee's calendar is called."""
        values = {
            "employee": employee.name,
            "position": employee.position,
            "departments": _names(employee.department_ids, self._department_names),
        }
        # With every placeholder empty, say of a position, a calendar still needs a name.
        named = one_line(self._template.render(values), MOST_CALENDAR_NAME)
        return named or one_line(employee.name, MOST_CALENDAR_NAME)


def calendar_facts(calendar_id: str, *, name: str, zone: str) -> Mapping[str, str]:
    """Name, zone and description of a calendar, as an operation holds them.

    Args:
        calendar_id: ours.
        name: as it was planned.
        zone: IANA name.
    """
    return {"name": name, "zone": zone, "description": f"{CALENDAR_NOTE}\n\n{marker_of(calendar_id)}"}


def _names(ids: Iterable[str], names: Mapping[str, str]) -> str:
    """In the order of the alphabet, since the order of ids means nothing and may differ from read to read."""
    return ", ".join(sorted(names[each] for each in ids if each in names))
