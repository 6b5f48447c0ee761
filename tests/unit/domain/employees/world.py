"""The least that could carry out plans, and the least of a Google: enough to see where histories end."""

from dataclasses import dataclass, field, replace

from ce_calendar.domain.employees.calendars import CalendarState, EmployeeCalendar, EventMapping, marker_of
from ce_calendar.domain.employees.operations import CALENDAR_ACTS, Act, Operation
from ce_calendar.domain.employees.plan import EmployeePlan

FOREIGN = "somebody's own"
"""A calendar under the central account that we did not make."""


@dataclass
class Kept:
    """A calendar at Google."""

    facts: dict[str, str]
    shares: set[str] = field(default_factory=set)
    events: dict[str, dict[str, object]] = field(default_factory=dict)


@dataclass
class Owed:
    """A row of the outbox."""

    operation: Operation
    was_attempted: bool = False


class World:
    """Rows, the outbox, and Google."""

    def __init__(self) -> None:
        self.google: dict[str, Kept] = {FOREIGN: Kept({"description": "Holidays"}, {"owner"}, {"e1": {}})}
        self.made = 0
        self.forget()

    def forget(self) -> None:
        """What remains with us of an account that is gone."""
        self.calendars: dict[str, EmployeeCalendar] = {}
        self.mappings: dict[tuple[str, str], EventMapping] = {}
        self.outbox: dict[str, Owed] = {}

    def current(self) -> dict[str, EmployeeCalendar]:
        """By employee id; there is never more than one."""
        found: dict[str, EmployeeCalendar] = {}
        for calendar in self.calendars.values():
            if calendar.is_current:
                assert calendar.employee_id not in found, "two calendars of one employee"
                found[calendar.employee_id] = calendar
        return found

    def generations(self) -> dict[str, int]:
        """By employee id."""
        found: dict[str, int] = {}
        for calendar in self.calendars.values():
            found[calendar.employee_id] = max(found.get(calendar.employee_id, 0), calendar.generation)
        return found

    def apply(self, plan: EmployeePlan) -> None:
        """Write a plan down, as its fields say."""
        self._only_ours_is_undone(plan)
        for calendar in plan.calendars:
            self.calendars[calendar.id] = calendar
        for mapping in plan.mappings:
            self.mappings[mapping.calendar_id, mapping.task_id] = mapping
        for operation in plan.reversals:
            waiting = self.outbox.get(operation.key)
            if waiting and not waiting.was_attempted:
                del self.outbox[operation.key]
                self._never_began(operation)
            else:
                self._owe(operation)
        for operation in plan.operations:
            self._owe(operation)

    def _only_ours_is_undone(self, plan: EmployeePlan) -> None:
        """We delete what we planned, and nothing else; and each thing is planned once."""
        keys = [operation.key for operation in (*plan.operations, *plan.reversals)]
        assert len(keys) == len(set(keys))
        for operation in (*plan.operations, *plan.reversals):
            if operation.act is Act.DELETE_CALENDAR:
                assert self.calendars[operation.calendar_id].is_current
            elif operation.act is Act.UNSHARE:
                assert self.calendars[operation.calendar_id].shared_with == operation.subject
            elif operation.act is Act.DELETE_EVENT:
                assert self.mappings[operation.calendar_id, operation.subject].content_hash

    def _never_began(self, operation: Operation) -> None:
        if operation.act is Act.DELETE_EVENT:
            del self.mappings[operation.calendar_id, operation.subject]
        elif operation.act is Act.DELETE_CALENDAR:
            del self.calendars[operation.calendar_id]
            self._drop_all_of(operation.calendar_id)
            self.mappings = {key: each for key, each in self.mappings.items() if key[0] != operation.calendar_id}

    def _owe(self, operation: Operation) -> None:
        if operation.act is Act.DELETE_CALENDAR:
            self._drop_all_of(operation.calendar_id, but=operation.key)
        waiting = self.outbox.setdefault(operation.key, Owed(operation))
        waiting.operation = operation

    def _drop_all_of(self, calendar_id: str, *, but: str = "") -> None:
        self.outbox = {
            key: owed for key, owed in self.outbox.items() if owed.operation.calendar_id != calendar_id or key == but
        }

    def ready(self) -> list[Owed]:
        """What can be sent: nothing can be put into a calendar that is not there."""
        return [
            owed
            for owed in self.outbox.values()
            if owed.operation.act in CALENDAR_ACTS or self.calendars[owed.operation.calendar_id].provider_calendar_id
        ]

    def send(self, owed: Owed, *, arrives: bool = True, is_acknowledged: bool = True) -> None:
        """Carry one operation out, or lose it on its way there or back."""
        owed.was_attempted = True
        if not arrives:
            return
        operation = owed.operation
        provider_id = self._carry_out(operation)
        if not is_acknowledged:
            return
        del self.outbox[operation.key]
        self._acknowledge(operation, provider_id)

    def _carry_out(self, operation: Operation) -> str:
        """At Google; returns its id of the calendar, or an empty one if there is none."""
        found = self._found(operation.calendar_id)
        assert found != FOREIGN
        if operation.act is Act.CREATE_CALENDAR:
            if not found:
                self.made += 1
                found = f"g{self.made}"
                self.google[found] = Kept({})
            self.google[found].facts = dict(operation.body)
        elif operation.act is Act.DELETE_CALENDAR:
            self.google.pop(found, None)
        else:
            self._write(self.google[found], operation)
        return found

    def _write(self, kept: Kept, operation: Operation) -> None:
        if operation.act is Act.UPDATE_CALENDAR:
            kept.facts = dict(operation.body)
        elif operation.act is Act.SHARE:
            kept.shares.add(operation.subject)
        elif operation.act is Act.UNSHARE:
            kept.shares.discard(operation.subject)
        elif operation.act is Act.PUT_EVENT:
            kept.events[operation.subject] = dict(operation.body)
        else:
            kept.events.pop(operation.subject, None)

    def _found(self, calendar_id: str) -> str:
        """By its marker."""
        marked = [key for key, kept in self.google.items() if marker_of(calendar_id) in kept.facts["description"]]
        assert len(marked) <= 1, "one calendar was made twice"
        return marked[0] if marked else ""

    def _acknowledge(self, operation: Operation, provider_id: str) -> None:
        calendar = self.calendars[operation.calendar_id]
        if operation.act is Act.CREATE_CALENDAR:
            calendar = replace(calendar, provider_calendar_id=provider_id, state=CalendarState.MAKING)
        elif operation.act is Act.DELETE_CALENDAR:
            calendar = replace(calendar, state=CalendarState.DELETED)
        elif operation.act is Act.SHARE and calendar.shared_with == operation.subject:
            calendar = replace(calendar, is_shared=True, state=CalendarState.SHARED)
        elif operation.act is Act.PUT_EVENT:
            key = operation.calendar_id, operation.subject
            self.mappings[key] = replace(self.mappings[key], was_written=True)
        self.calendars[calendar.id] = calendar
