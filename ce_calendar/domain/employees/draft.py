"""A plan while it is being made: what has been decided so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ce_calendar.domain.employees.calendars import CalendarState, EmployeeCalendar, EventMapping
from ce_calendar.domain.employees.content import calendar_facts
from ce_calendar.domain.employees.operations import Act, Operation, Urgency


@dataclass(frozen=True, slots=True)
class EmployeePlan:
    """What follows from a picture. Rows and operations belong into one transaction."""

    calendars: Sequence[EmployeeCalendar] = ()
    """New ones, and those whose row changes. When one is to be deleted, whatever else is owed for it can be dropped."""
    mappings: Sequence[EventMapping] = ()
    """Those whose planned content changes; an empty hash where the event must go."""
    operations: Sequence[Operation] = ()
    """To be owed. If the end of a share waits where the same is to be shared again, and was never attempted, the share
    is still in force: a second invitation can be saved."""
    reversals: Sequence[Operation] = ()
    """Deletions of what was never acknowledged, and perhaps never begun. If what waits under the same key was never
    attempted, withdrawing it is all there is to do: a calendar's row is then removed with all that belongs to it, and
    an event's mapping too. Otherwise the deletion is owed as any operation is."""

    @property
    def is_empty(self) -> bool:
        """Whether all is planned already."""
        return not (self.calendars or self.mappings or self.operations or self.reversals)


class Draft:
    """Collects rows and operations. Knows what belongs together, and decides nothing."""

    def __init__(self, urgency: Urgency) -> None:
        """Begin with nothing; operations go with this urgency unless said otherwise."""
        self._urgency = urgency
        self._calendars: list[EmployeeCalendar] = []
        self._mappings: list[EventMapping] = []
        self._operations: list[Operation] = []
        self._reversals: list[Operation] = []

    def make_calendar(self, calendar: EmployeeCalendar, *, urgency: Urgency | None = None) -> None:
        """Make a new one, and share it."""
        self._calendars.append(calendar)
        self._operations += (
            Operation(Act.CREATE_CALENDAR, calendar.id, body=_facts(calendar), urgency=urgency or self._urgency),
            Operation(Act.SHARE, calendar.id, calendar.shared_with, urgency=urgency or self._urgency),
        )

    def change_calendar(self, before: EmployeeCalendar, after: EmployeeCalendar) -> None:
        """Name it anew, tell it another zone, or share it with somebody else: whatever of this differs."""
        self._calendars.append(after)
        if (before.name, before.zone) != (after.name, after.zone):
            # While Google's limit holds the creation up, it is made with its new name at once.
            act = Act.UPDATE_CALENDAR if after.provider_calendar_id else Act.CREATE_CALENDAR
            self._operations.append(Operation(act, after.id, body=_facts(after), urgency=self._urgency))
        if before.shared_with != after.shared_with:
            # In a calendar that is there the old address may see something, acknowledged or not.
            unshare = Operation(Act.UNSHARE, after.id, before.shared_with)
            self._undo(unshare, was_done=bool(after.provider_calendar_id))
            self._operations.append(Operation(Act.SHARE, after.id, after.shared_with, urgency=self._urgency))

    def delete_calendar(self, calendar: EmployeeCalendar) -> None:
        """Delete it with all that is in it. The share and the events go with it."""
        self._calendars.append(replace(calendar, state=CalendarState.DELETING, problem=""))
        self._undo(Operation(Act.DELETE_CALENDAR, calendar.id), was_done=bool(calendar.provider_calendar_id))

    def put_event(
        self, mapping: EventMapping, content_hash: str, body: Mapping[str, Any], *, urgency: Urgency | None = None
    ) -> None:
        """Let a task's event be there, looking like this."""
        calendar_id, task_id = mapping.calendar_id, mapping.task_id
        self._mappings.append(EventMapping(calendar_id, task_id, content_hash, mapping.was_written, mapping.etag))
        self._operations.append(Operation(Act.PUT_EVENT, calendar_id, task_id, body, urgency or self._urgency))

    def delete_event(self, mapping: EventMapping) -> None:
        """Let it be there no longer. The mapping stays, since the event's id stays taken."""
        calendar_id, task_id = mapping.calendar_id, mapping.task_id
        self._mappings.append(EventMapping(calendar_id, task_id, "", mapping.was_written, mapping.etag))
        self._undo(Operation(Act.DELETE_EVENT, calendar_id, task_id), was_done=mapping.was_written)

    def plan(self) -> EmployeePlan:
        """What was collected."""
        return EmployeePlan(self._calendars, self._mappings, self._operations, self._reversals)

    def _undo(self, deletion: Operation, *, was_done: bool) -> None:
        """Owe a deletion; of what Google never acknowledged only if an attempt was made."""
        owed = self._operations if was_done else self._reversals
        owed.append(replace(deletion, urgency=self._urgency))


def _facts(calendar: EmployeeCalendar) -> Mapping[str, str]:
    return calendar_facts(calendar.id, name=calendar.name, zone=calendar.zone)
