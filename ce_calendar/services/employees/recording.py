"""Writes a plan down: rows and what is owed for them, in the caller's transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from ce_calendar.domain.employees.calendars import CalendarState, EmployeeCalendar
from ce_calendar.domain.employees.draft import EmployeePlan
from ce_calendar.domain.employees.operations import CALENDAR_ACTS, Act, Operation
from ce_calendar.domain.employees.plan import Picture
from ce_calendar.ports import UnitOfWork
from ce_calendar.services.employees.history import ENDED, PLANNED, RECREATED, note
from ce_calendar.services.employees.reports import PlanReport


class Recorder:
    """Writes plans for one account. Whoever makes it holds the lock of the organization's rules."""

    def __init__(self, uow: UnitOfWork, *, organization_id: str, account_id: str, now: datetime) -> None:
        self._uow = uow
        self._organization_id = organization_id
        self._account_id = account_id
        self._now = now

    def record(self, plan: EmployeePlan, picture: Picture | None = None) -> PlanReport:
        """Write a plan down; what it takes back and nobody ever sent simply goes.

        Args:
            plan: to be written.
            picture: what it was made from; None for a plan about one calendar alone.
        """
        before = {each.id: each for each in picture.calendars.values()} if picture else {}
        reversals = {each.key: each for each in plan.reversals}
        unsent = self._uow.outbox.withdraw(reversals.keys(), organization_id=self._organization_id)
        removed = {each.calendar_id for key, each in reversals.items() if key in unsent and each.act in CALENDAR_ACTS}
        forgotten = {
            (each.calendar_id, each.subject)
            for key, each in reversals.items()
            if key in unsent and each.act is Act.DELETE_EVENT
        }
        calendars = {each.id: each for each in plan.calendars if each.id not in removed}
        operations = [*plan.operations, *(each for key, each in reversals.items() if key not in unsent)]
        operations, calendars = self._without_idle_shares(operations, {**before, **calendars}, calendars)

        self._uow.employee_calendars.remove(*removed)
        self._uow.event_mappings.remove(forgotten)
        ending = [each.id for each in calendars.values() if each.state is CalendarState.DELETING]
        for calendar_id in ending:
            # What was owed for a calendar that goes would fail, or send somebody mail.
            key = Operation(Act.DELETE_CALENDAR, calendar_id).key
            self._uow.outbox.drop_of_calendar(calendar_id, but=key)
        self._uow.employee_calendars.save(*calendars.values())
        mappings = [each for each in plan.mappings if (each.calendar_id, each.task_id) not in forgotten]
        self._uow.event_mappings.save(mappings)
        self._uow.outbox.owe(
            operations, organization_id=self._organization_id, account_id=self._account_id, now=self._now
        )
        ended = [each for each in plan.calendars if each.state is CalendarState.DELETING]
        begun = [each for each in calendars.values() if each.id not in before and each.is_current]
        self._tell(ended=ended, begun=begun)
        return PlanReport(
            calendars_planned=len(begun),
            calendars_ended=len(ended),
            events=len(plan.mappings),
            operations=len(operations),
        )

    def _without_idle_shares(
        self,
        operations: Sequence[Operation],
        known: Mapping[str, EmployeeCalendar],
        changed: Mapping[str, EmployeeCalendar],
    ) -> tuple[list[Operation], dict[str, EmployeeCalendar]]:
        """Leave out what would only undo a write that was never sent.

        The two acts of a share take turns: where one is planned, only the other can wait. A share that was never
        asked for need not be taken back; and where its end was never asked for, it is still in force. Asking again
        would send a second invitation.
        """
        result = dict(changed)
        shares = {each.key: each for each in operations if each.act in {Act.SHARE, Act.UNSHARE}}
        if not shares:
            return list(operations), result
        idle = self._uow.outbox.withdraw(shares.keys(), organization_id=self._organization_id)
        for key in idle:
            share = shares[key]
            calendar = result.get(share.calendar_id) or known[share.calendar_id]
            if share.act is Act.SHARE and calendar.shared_with == share.subject:
                result[calendar.id] = replace(calendar, is_shared=True, state=CalendarState.SHARED)
        return [each for each in operations if each.key not in idle], result

    def _tell(self, *, ended: Collection[EmployeeCalendar], begun: Collection[EmployeeCalendar]) -> None:
        """Put into the employees' history what becomes of their calendars."""
        gone = {each.employee_id: each for each in ended}
        for calendar in begun:
            was_there = gone.pop(calendar.employee_id, None)
            note(self._uow, RECREATED if was_there else PLANNED, calendar, now=self._now)
        for calendar in gone.values():
            note(self._uow, ENDED, calendar, now=self._now)
