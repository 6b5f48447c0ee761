"""Which task shows in which calendar, compared with what was planned there before."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from ce_calendar.domain.employees.calendars import EmployeeCalendar, EventMapping
from ce_calendar.domain.employees.content import EventWriter
from ce_calendar.domain.employees.draft import Draft
from ce_calendar.domain.employees.event import content_hash_of
from ce_calendar.domain.employees.operations import Urgency
from ce_calendar.domain.employees.people import Employee
from ce_calendar.domain.employees.tasks import OPEN_ROLES, Task, TaskStatus

_NOTHING: Mapping[str, Any] = {}


class Holders:
    """Whose calendars a task shows in, as far as its assignments go."""

    def __init__(self, shown: Iterable[tuple[Employee, EmployeeCalendar]], *, shows_departments: bool) -> None:
        """Look at employees with the calendars kept for them."""
        self._of_employee: dict[str, EmployeeCalendar] = {}
        self._of_department: dict[str, list[EmployeeCalendar]] = defaultdict(list)
        for employee, calendar in shown:
            self._of_employee[employee.id] = calendar
            for department_id in employee.department_ids if shows_departments else ():
                self._of_department[department_id].append(calendar)

    def of(self, task: Task) -> Collection[EmployeeCalendar]:
        """Each once, also of somebody who is assigned by name and by department."""
        found = [self._of_employee[each] for each in task.employee_ids if each in self._of_employee]
        departments = [each for each in task.department_ids if each in self._of_department]
        for each in departments:
            found += self._of_department[each]
        return {calendar.id: calendar for calendar in found}.values() if len(found) > 1 else found


class Placing:
    """Places tasks in calendars. Each task is written as an event at most once, however many calendars show it."""

    def __init__(
        self,
        shown: Sequence[tuple[Employee, EmployeeCalendar]],
        writer: EventWriter,
        *,
        statuses: Mapping[str, TaskStatus],
        shows_departments: bool,
        new_calendar_ids: Collection[str],
    ) -> None:
        """Prepare for many tasks.

        Args:
            shown: employees with the calendars to plan for; what was planned in others is left alone.
            writer: of events.
            statuses: by id; those of all tasks to come.
            shows_departments: whether calendars show what their employees' departments have to do.
            new_calendar_ids: those that are filled for the first time: a bulk of work that lets others pass.
        """
        self._holders = Holders(shown, shows_departments=shows_departments)
        self._calendar_ids = frozenset(calendar.id for _, calendar in shown)
        self._writer = writer
        # A task whose status is unknown ends the plan: it must not be taken for one that is done.
        self._is_open = {status.id: status.role in OPEN_ROLES for status in statuses.values()}
        self._new_calendar_ids = new_calendar_ids

    def plan(self, tasks: Iterable[Task], mappings: Iterable[EventMapping], draft: Draft) -> None:
        """Compare what should show with what was planned to.

        Args:
            tasks: each once.
            mappings: whatever was planned in these calendars, for these tasks and for others that show no more.
            draft: takes what differs.

        Raises:
            KeyError: a task's status is not among those that were told.
        """
        planned: dict[str, list[EventMapping]] = defaultdict(list)
        for mapping in mappings:
            if mapping.calendar_id in self._calendar_ids:
                planned[mapping.task_id].append(mapping)
        for task in tasks:
            self._place(task, planned.pop(task.id, ()), draft)
        for gone in planned.values():
            # Tasks that were removed, are done, or have nothing to do with these calendars any more.
            _delete(gone, draft)

    def _place(self, task: Task, planned: Sequence[EventMapping], draft: Draft) -> None:
        """Compare one task with its events."""
        holders = self._holders.of(task) if self._is_open[task.status_id] else ()
        span = self._writer.span_of(task) if holders else None
        if span is None:
            # Done, without a date, or given to somebody else.
            _delete(planned, draft)
            return
        before = {mapping.calendar_id: mapping for mapping in planned}
        content_hash, body = "", _NOTHING
        for calendar in holders:
            if span.last_day < calendar.shows_from:
                # Over before the calendar begins; or moved there, and then what was planned goes below.
                continue
            if not body:
                body = self._writer.event_of(task, span).to_json()
                content_hash = content_hash_of(body)
            mapping = before.pop(calendar.id, None)
            if mapping and mapping.content_hash == content_hash:
                # Nothing changed, or nothing that shows.
                continue
            # New in this calendar; brought back to it, where its mapping tells nothing is planned; or changed.
            urgency = Urgency.BULK if calendar.id in self._new_calendar_ids else None
            draft.put_event(mapping or EventMapping(calendar.id, task.id, ""), content_hash, body, urgency=urgency)
        # Taken from these people, or from their department, or they left it.
        _delete(before.values(), draft)


def _delete(mappings: Iterable[EventMapping], draft: Draft) -> None:
    """Let events be there no longer, but for those that are not planned anyway."""
    for mapping in mappings:
        if mapping.content_hash:
            draft.delete_event(mapping)
