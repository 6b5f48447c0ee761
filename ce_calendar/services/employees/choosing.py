"""Chooses what of the outbox goes to the provider next, in one round trip."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ce_calendar.domain.employees.calendars import CentralAccount, EmployeeCalendar, EventMapping, event_id_of
from ce_calendar.domain.employees.event import TaskEvent
from ce_calendar.domain.employees.operations import Act, OwedOperation, Urgency
from ce_calendar.ports import UnitOfWork
from ce_calendar.ports.hosting import (
    AddShare,
    CalendarFacts,
    Call,
    DeleteCalendar,
    DeleteEvent,
    FindShare,
    InsertEvent,
    RemoveShare,
    UpdateCalendar,
    UpdateEvent,
)

CREATIONS = frozenset({Act.CREATE_CALENDAR})
WRITES = frozenset(Act) - CREATIONS


@dataclass(frozen=True, slots=True)
class LookUp:
    """See whether calendars are there whose creation has an unknown outcome: one listing for all of them."""

    owed: Sequence[OwedOperation]
    markers: Collection[str]


@dataclass(frozen=True, slots=True)
class Create:
    """Make a calendar."""

    owed: OwedOperation
    facts: CalendarFacts


@dataclass(frozen=True, slots=True)
class Send:
    """Everything else, as many as fit."""

    owed: Sequence[OwedOperation]
    calls: Sequence[Call]


@dataclass(frozen=True, slots=True)
class NoNeed:
    """Deletions of calendars that were certainly never made."""

    owed: Sequence[OwedOperation]


Step = LookUp | Create | Send | NoNeed


def choose(
    uow: UnitOfWork, account: CentralAccount, *, now: datetime, most: int, only_urgent: bool = False
) -> Step | None:
    """The next step; None if nothing may be sent now.

    A batch goes when it is full, or holds something urgent. Else the next calendar is made, so that what waits for
    it fills the batch; and when there is none to be made, what is there goes.

    Args:
        uow: the transaction; nothing is written in it.
        account: whose outbox it is.
        now: UTC.
        most: calls in one request.
        only_urgent: leave the others for later: the pace allows no more of them just now.
    """
    may_create = account.creations_wait_until is None or account.creations_wait_until <= now
    # All that fits is asked for, although one is made at a time: uncertain ones share a listing.
    creations = uow.outbox.ready(account.id, now=now, limit=most, acts=CREATIONS)
    writes = uow.outbox.ready(account.id, now=now, limit=most, acts=WRITES)
    if only_urgent:
        creations, writes = _urgent(creations), _urgent(writes)
    calendars = {
        each.id: each for each in uow.employee_calendars.several({each.operation.calendar_id for each in writes})
    }
    unmade = [
        each
        for each in writes
        if each.operation.act is Act.DELETE_CALENDAR and not calendars[each.operation.calendar_id].provider_calendar_id
    ]
    uncertain = [each for each in (*creations, *unmade) if each.is_uncertain]
    if uncertain:
        ids = {each.operation.calendar_id for each in uncertain}
        return LookUp(uncertain, frozenset(each.marker for each in uow.employee_calendars.several(ids)))
    if unmade:
        return NoNeed(unmade)
    is_hasty = len(writes) >= most or bool(_urgent(writes))
    if creations and may_create and (not is_hasty or (_urgent(creations) and not _urgent(writes))):
        return Create(creations[0], CalendarFacts(**creations[0].operation.body))
    return Send(writes, _calls(uow, writes, calendars)) if writes else None


def cost_of(step: Step) -> int:
    """Calls to the provider, each of a batch counted."""
    match step:
        case Send(calls=calls):
            return len(calls)
        case NoNeed():
            return 0
        case _:
            return 1


def at_most(step: Step, calls: int) -> Step:
    """The step with no more calls than that."""
    return Send(step.owed[:calls], step.calls[:calls]) if isinstance(step, Send) else step


def owed_of(step: Step) -> Sequence[OwedOperation]:
    """What of the outbox it is about."""
    return [step.owed] if isinstance(step, Create) else step.owed


def is_urgent(step: Step) -> bool:
    """Whether somebody waits for some of it."""
    return bool(_urgent(owed_of(step)))


def _urgent(owed: Sequence[OwedOperation]) -> Sequence[OwedOperation]:
    return [each for each in owed if each.operation.urgency is Urgency.NOW]


def _calls(uow: UnitOfWork, owed: Sequence[OwedOperation], calendars: Mapping[str, EmployeeCalendar]) -> Sequence[Call]:
    tasks = {each.operation.subject for each in owed if each.operation.act in {Act.PUT_EVENT, Act.DELETE_EVENT}}
    mappings = {(each.calendar_id, each.task_id): each for each in uow.event_mappings.of_tasks(tasks)} if tasks else {}
    return [
        _CALLS[each.operation.act](
            each,
            calendars[each.operation.calendar_id].provider_calendar_id,
            mappings.get((each.operation.calendar_id, each.operation.subject)),
        )
        for each in owed
    ]


def _share(owed: OwedOperation, calendar_id: str, _mapping: EventMapping | None) -> Call:
    # Asked again, Google might send a second invitation.
    return (FindShare if owed.is_uncertain else AddShare)(calendar_id, owed.operation.subject)


def _put_event(owed: OwedOperation, calendar_id: str, mapping: EventMapping | None) -> Call:
    operation = owed.operation
    put = UpdateEvent if mapping and mapping.was_written else InsertEvent
    event_id = event_id_of(operation.calendar_id, operation.subject)
    return put(calendar_id, event_id, TaskEvent.from_json(operation.body), task_id=operation.subject)


_CALLS: Mapping[Act, Callable[[OwedOperation, str, EventMapping | None], Call]] = {
    Act.UPDATE_CALENDAR: lambda owed, calendar_id, _: UpdateCalendar(calendar_id, CalendarFacts(**owed.operation.body)),
    Act.DELETE_CALENDAR: lambda _owed, calendar_id, _: DeleteCalendar(calendar_id),
    Act.SHARE: _share,
    Act.UNSHARE: lambda owed, calendar_id, _: RemoveShare(calendar_id, owed.operation.subject),
    Act.PUT_EVENT: _put_event,
    Act.DELETE_EVENT: lambda owed, calendar_id, _: DeleteEvent(
        calendar_id, event_id_of(owed.operation.calendar_id, owed.operation.subject)
    ),
}
