"""Writes down what came of a round trip: what is done, what is tried again and when, and how calendars fare."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from ce_calendar.domain.employees.calendars import AccountStatus, CalendarState, CentralAccount, EmployeeCalendar
from ce_calendar.domain.employees.operations import Act, OwedOperation
from ce_calendar.domain.errors import (
    AccessTokenRejected,
    CreationLimited,
    Missing,
    NeedsReauth,
    ProviderError,
    ProviderUnavailable,
    RateLimited,
    Rejected,
    Taken,
    VaultError,
)
from ce_calendar.domain.retry import LONGEST_OBEYED, next_try
from ce_calendar.domain.spread import share_of
from ce_calendar.ports import UnitOfWork
from ce_calendar.ports.hosting import Call, Done, FindShare, InsertEvent, Outcome, UpdateEvent
from ce_calendar.services.employees.choosing import Create, LookUp, NoNeed, Send, Step, owed_of
from ce_calendar.services.employees.history import DELETED, FAILING, MADE, RECOVERED, SHARED, note
from ce_calendar.services.employees.reports import DrainReport

CALENDAR_GONE = "calendar_gone"
"""Somebody deleted the calendar at Google by hand: Rebuild makes another one."""
UNAVAILABLE = "unavailable"
PATIENCE = 5
"""Attempts without an answer after which a calendar counts as failing; missing ones have less."""
PATIENCE_WITH_MISSING = 3
FIRST_CREATION_WAIT = timedelta(minutes=30)
LONGEST_CREATION_WAIT = timedelta(hours=6)
FIRST_LONG_WAIT = timedelta(hours=6)
"""For what Google cannot take: trying again changes nothing, unless Google has learned something."""
LONGEST_LONG_WAIT = timedelta(days=1)
CODE_LENGTH = 64


class Settling:
    """Settles one round trip in one transaction, which holds the lock of the organization's rules."""

    def __init__(
        self,
        uow: UnitOfWork,
        account: CentralAccount,
        *,
        seen: CentralAccount,
        owed: Collection[OwedOperation],
        now: datetime,
    ) -> None:
        """Prepare.

        Args:
            uow: the transaction.
            account: as it is stored now, locked.
            seen: as it was when the round trip began.
            owed: what the round trip was about, as it was before it began.
            now: UTC.
        """
        self._uow = uow
        self._account = account
        self._seen = seen
        self._now = now
        ids = {each.operation.calendar_id for each in owed}
        self._before = {each.id: each for each in uow.employee_calendars.several(ids)}
        self._calendars = dict(self._before)
        self._touched: set[str] = set()
        """Calendars with something that worked."""
        self.report = DrainReport()

    # -- what was answered ---------------------------------------------------------------------------------------

    def created(self, step: Create, provider_calendar_id: str) -> None:
        """A calendar was made."""
        self._is_made(step.owed, provider_calendar_id)
        stays = self._uow.outbox.done([step.owed])
        if step.owed.id in stays and self._calendars[step.owed.operation.calendar_id].is_current:
            # Named anew while it was being made.
            self._uow.outbox.replace_act(step.owed.id, Act.UPDATE_CALENDAR)
        self._count(done=1)
        self._account = replace(self._account, creations_wait_until=None, creation_failures=0)
        self._answered()

    def looked_up(self, step: LookUp, found: Mapping[str, str]) -> None:
        """It is known which of the uncertain calendars are there."""
        for owed in step.owed:
            calendar = self._calendars[owed.operation.calendar_id]
            provider_calendar_id = found.get(calendar.marker, "")
            if provider_calendar_id:
                self._is_made(owed, provider_calendar_id)
                if calendar.is_current:
                    # Which of its versions made it is not known: it is told its name once more.
                    self._uow.outbox.replace_act(owed.id, Act.UPDATE_CALENDAR)
            elif owed.operation.act is Act.DELETE_CALENDAR:
                self._is_deleted([owed])
                self._uow.outbox.done([owed])
                continue
            self._again(owed, is_uncertain=False)
        self._answered()

    def no_need(self, step: NoNeed) -> None:
        """What was never made need not be deleted."""
        self._is_deleted(step.owed)
        self._uow.outbox.done(step.owed)

    def sent(self, step: Send, outcomes: Sequence[Outcome]) -> None:
        """Each call has its outcome."""
        done: list[OwedOperation] = []
        etags: dict[tuple[str, str], str] = {}
        limits: list[RateLimited] = []
        for owed, call, outcome in zip(step.owed, step.calls, outcomes, strict=True):
            if isinstance(outcome, Done):
                done.append(owed)
                if owed.operation.act is Act.PUT_EVENT:
                    etags[owed.operation.calendar_id, owed.operation.subject] = outcome.etag
            elif isinstance(outcome, RateLimited):
                limits.append(outcome)
                self._again(owed, is_uncertain=owed.is_uncertain)
            else:
                self._failed(owed, call, outcome)
        self._uow.event_mappings.written(etags)
        self._uow.outbox.done(done)
        self._are_done(done)
        if limits:
            self._wait("rate_limited", retry_at=max((each.retry_at for each in limits if each.retry_at), default=None))
        elif done:
            self._answered()

    def refused(self, step: Step, error: ProviderError) -> None:
        """The request as a whole came to nothing, or nobody knows what it came to."""
        if isinstance(step, Create) and isinstance(error, CreationLimited):
            self._limit_creations(step.owed, error)
            return
        if isinstance(step, Create) and isinstance(error, Rejected):
            self._reject(step.owed, error)
            self._answered()
            return
        may_have_happened = isinstance(error, ProviderUnavailable) and not isinstance(step, LookUp)
        for owed in owed_of(step):
            self._again(owed, is_uncertain=owed.is_uncertain or may_have_happened)
        if not isinstance(error, AccessTokenRejected):
            self.unreachable(error)

    def unreachable(self, error: ProviderError | VaultError) -> None:
        """The account as a whole cannot be worked with."""
        if self._account.credential_vault_ref != self._seen.credential_vault_ref:
            # Somebody signed in again meanwhile: this says nothing about the new credential.
            return
        code = error.code[:CODE_LENGTH] if isinstance(error, ProviderError) else "vault"
        if isinstance(error, NeedsReauth) and self._account.status is not AccountStatus.LEAVING:
            self._account = replace(self._account, status=AccountStatus.NEEDS_REAUTH, last_error=code)
        else:
            self._wait(code, retry_at=error.retry_at if isinstance(error, RateLimited) else None)

    def save(self) -> None:
        """Write down how calendars and account fare. Once, at the end."""
        touched = [self._calendars[each] for each in self._touched]
        failing = self._uow.outbox.failing([each.id for each in touched if each.state is CalendarState.FAILING])
        for calendar in touched:
            kept = calendar if calendar.id in failing else self._recovered(calendar)
            self._calendars[calendar.id] = replace(kept, changed_at=self._now)
        changed = [each for each in self._calendars.values() if each != self._before[each.id]]
        self._uow.employee_calendars.save(*changed)
        self._uow.central_accounts.save(self._account)

    # -- one operation -------------------------------------------------------------------------------------------

    def _failed(self, owed: OwedOperation, call: Call, error: ProviderError) -> None:
        """Decide about one call that came to nothing, or to nobody knows what."""
        attempts = owed.attempts + 1
        match error:
            case AccessTokenRejected() | NeedsReauth():
                # The next round trip meets it as a whole, if it lasts.
                self._again(owed, is_uncertain=owed.is_uncertain)
            case Taken() if isinstance(call, InsertEvent):
                # Inserted by an attempt whose answer was lost, or deleted some time ago: it is updated instead.
                self._uow.event_mappings.written({(owed.operation.calendar_id, owed.operation.subject): ""})
                self._again(owed, is_uncertain=False, attempts=attempts)
            case Missing() if isinstance(call, UpdateEvent):
                self._forget_written(owed)
                self._again(owed, is_uncertain=False, attempts=attempts)
            case Missing() if isinstance(call, FindShare):
                self._again(owed, is_uncertain=False)
            case Missing():
                self._put_off(owed, CALENDAR_GONE, until=self._next_try(owed, attempts), is_uncertain=False)
                if attempts >= PATIENCE_WITH_MISSING:
                    self._fails(owed, CALENDAR_GONE)
            case ProviderUnavailable():
                self._put_off(owed, error.code[:CODE_LENGTH], until=self._next_try(owed, attempts), is_uncertain=True)
                if attempts >= PATIENCE:
                    self._fails(owed, UNAVAILABLE)
            case Rejected():
                self._reject(owed, error)
            case _:
                self._put_off(owed, error.code[:CODE_LENGTH], until=self._next_try(owed, attempts), is_uncertain=False)
                self._fails(owed, error.code[:CODE_LENGTH])

    def _again(self, owed: OwedOperation, *, is_uncertain: bool, attempts: int = 0) -> None:
        """Try it at once, or as soon as the account may be asked again.

        Args:
            owed: what.
            is_uncertain: whether an attempt may have been carried out.
            attempts: made so far, where two answers that contradict each other must not chase each other.
        """
        until = self._now if attempts <= PATIENCE_WITH_MISSING else self._next_try(owed, attempts)
        self._uow.outbox.postpone(
            owed, until=until, error="", is_uncertain=_is_in_doubt(owed, is_uncertain=is_uncertain)
        )

    def _put_off(self, owed: OwedOperation, error: str, *, until: datetime, is_uncertain: bool) -> None:
        self._uow.outbox.postpone(
            owed, until=until, error=error, is_uncertain=_is_in_doubt(owed, is_uncertain=is_uncertain)
        )
        self._count(failed=1)

    def _reject(self, owed: OwedOperation, error: ProviderError) -> None:
        wait = min(FIRST_LONG_WAIT * 2.0 ** min(owed.attempts, 10), LONGEST_LONG_WAIT)
        self._put_off(owed, error.code[:CODE_LENGTH], until=self._now + wait, is_uncertain=False)
        self._fails(owed, error.code[:CODE_LENGTH])

    def _next_try(self, owed: OwedOperation, attempts: int) -> datetime:
        return next_try(self._now, failures=attempts, jitter=share_of(f"{owed.id}:{attempts}"))

    def _forget_written(self, owed: OwedOperation) -> None:
        """An event that should be there is not: the next round inserts it."""
        mappings = self._uow.event_mappings.of_tasks([owed.operation.subject])
        self._uow.event_mappings.save(
            [
                replace(each, was_written=False, etag="")
                for each in mappings
                if each.calendar_id == owed.operation.calendar_id
            ]
        )

    # -- calendars -----------------------------------------------------------------------------------------------

    def _is_made(self, owed: OwedOperation, provider_calendar_id: str) -> None:
        calendar = self._calendars[owed.operation.calendar_id]
        state = CalendarState.MAKING if calendar.is_current else calendar.state
        self._calendars[calendar.id] = replace(
            calendar, provider_calendar_id=provider_calendar_id, state=state, problem="", changed_at=self._now
        )
        note(self._uow, MADE, calendar, now=self._now)
        self._count(calendars_made=1)

    def _are_done(self, done: Sequence[OwedOperation]) -> None:
        """What it means for calendars."""
        self._touched |= {each.operation.calendar_id for each in done}
        for owed in done:
            if owed.operation.act is Act.SHARE:
                self._is_shared(owed)
        self._is_deleted([each for each in done if each.operation.act is Act.DELETE_CALENDAR])
        self._count(done=len(done))

    def _is_shared(self, owed: OwedOperation) -> None:
        calendar = self._calendars[owed.operation.calendar_id]
        note(self._uow, SHARED, calendar, now=self._now)
        self._count(calendars_shared=1)
        # Else it is to be shared with somebody else by now, and this share has its end in the outbox.
        if calendar.is_current and calendar.shared_with == owed.operation.subject:
            state = CalendarState.SHARED if calendar.state is CalendarState.MAKING else calendar.state
            self._calendars[calendar.id] = replace(calendar, is_shared=True, state=state)

    def _is_deleted(self, owed: Sequence[OwedOperation]) -> None:
        ids = [each.operation.calendar_id for each in owed]
        if not ids:
            return
        for each in owed:
            calendar = self._calendars[each.operation.calendar_id]
            self._calendars[calendar.id] = replace(
                calendar, state=CalendarState.DELETED, is_shared=False, problem="", changed_at=self._now
            )
            self._uow.outbox.drop_of_calendar(calendar.id, but=each.operation.key)
            note(self._uow, DELETED, calendar, now=self._now)
        gone = self._uow.event_mappings.of_calendars(ids)
        self._uow.event_mappings.remove([(each.calendar_id, each.task_id) for each in gone])
        self._touched -= set(ids)
        self._count(calendars_deleted=len(ids))

    def _fails(self, owed: OwedOperation, problem: str) -> None:
        """Say on the calendar what is refused; one that goes keeps going."""
        calendar = self._calendars[owed.operation.calendar_id]
        if calendar.problem != problem:
            note(self._uow, FAILING, calendar, now=self._now, problem=problem)
        state = CalendarState.FAILING if calendar.is_current else calendar.state
        self._calendars[calendar.id] = replace(calendar, state=state, problem=problem)

    def _recovered(self, calendar: EmployeeCalendar) -> EmployeeCalendar:
        """The calendar after something in it worked, and nothing else of it is still refused: well again."""
        if calendar.state is not CalendarState.FAILING:
            return calendar
        note(self._uow, RECOVERED, calendar, now=self._now)
        state = CalendarState.SHARED if calendar.is_shared else CalendarState.MAKING
        return replace(calendar, state=state, problem="")

    # -- the account ---------------------------------------------------------------------------------------------

    def _answered(self) -> None:
        """It answered well."""
        self._account = replace(self._account, last_error="", failures=0, wait_until=None, checked_at=self._now)

    def _wait(self, problem: str, *, retry_at: datetime | None = None) -> None:
        """Let the whole account wait, longer each time."""
        failures = self._account.failures + 1
        jitter = share_of(f"{self._account.id}:{failures}")
        wait_until = next_try(self._now, failures=failures, jitter=jitter, retry_at=retry_at)
        self._account = replace(self._account, last_error=problem, failures=failures, wait_until=wait_until)

    def _limit_creations(self, owed: OwedOperation, error: CreationLimited) -> None:
        """Let creations alone wait; everything else goes on."""
        wait = min(FIRST_CREATION_WAIT * 2.0 ** min(self._account.creation_failures, 10), LONGEST_CREATION_WAIT)
        until = self._now + wait
        if error.retry_at:
            until = max(until, min(error.retry_at, self._now + LONGEST_OBEYED))
        self._uow.outbox.postpone(owed, until=until, error="", is_uncertain=owed.is_uncertain)
        self._answered()
        failures = self._account.creation_failures + 1
        self._account = replace(self._account, creations_wait_until=until, creation_failures=failures)

    def _count(self, **more: int) -> None:
        self.report += DrainReport(**more)


def _is_in_doubt(owed: OwedOperation, *, is_uncertain: bool) -> bool:
    """Whether to look before it is tried again."""
    # Should the share be wanted again, whether it is still there is looked up first: no second invitation.
    return is_uncertain or owed.operation.act is Act.UNSHARE
