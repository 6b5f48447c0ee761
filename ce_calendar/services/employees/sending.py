"""One run over an outbox: a round trip at a time, each between two transactions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from traceback import extract_tb

import structlog

from ce_calendar.domain.employees.calendars import AccountStatus, CentralAccount
from ce_calendar.domain.employees.operations import OwedOperation
from ce_calendar.domain.employees.rules import PACE_PER_MINUTE
from ce_calendar.domain.errors import (
    AccessTokenRejected,
    NeedsReauth,
    ProviderError,
    ProviderUnavailable,
    VaultError,
)
from ce_calendar.domain.meetings.connections import Credential
from ce_calendar.ports import Clock, FreshCredentials, OpenUnitOfWork, UnitOfWork
from ce_calendar.ports.hosting import CalendarHost, Pace
from ce_calendar.services.employees.choosing import (
    Create,
    LookUp,
    NoNeed,
    Send,
    Step,
    at_most,
    choose,
    cost_of,
    is_urgent,
    owed_of,
)
from ce_calendar.services.employees.reports import DrainReport
from ce_calendar.services.employees.settling import Settling

logger = structlog.get_logger(__name__)

RenewLease = Callable[[UnitOfWork], bool]
"""Keeps the run's lease in the caller's transaction; False if it is another's by now."""
Settle = Callable[[Settling], None]


class Overtaken(Exception):
    """The lease ran out and another run has it: this one may send nothing any more."""


@dataclass(frozen=True, slots=True)
class Room:
    """What the pace allows now."""

    calls: int
    only_urgent: bool


@dataclass(frozen=True, slots=True)
class Begun:
    """A step of which the outbox says that it has begun."""

    step: Step
    account: CentralAccount
    """As it was then."""


def may_send(uow: UnitOfWork, organization_id: str, *, now: datetime) -> CentralAccount | None:
    """The organization's account, if something may be sent to it now."""
    account = uow.central_accounts.of(organization_id)
    if account is None or account.status is AccountStatus.NEEDS_REAUTH:
        return None
    if account.wait_until and account.wait_until > now:
        return None
    # Deletions under an account that leaves go out even while the integration is switched off.
    is_leaving = account.status is AccountStatus.LEAVING
    return account if is_leaving or uow.calendar_rules.get(organization_id).is_enabled else None


class Sender:
    """Sends for one organization. Whoever makes it holds the lease.

    A kill between any two lines leaves a state from which the next run goes on. What was begun counts as uncertain:
    events, deletions and names are simply sent again, since they come to the same; calendars and shares are looked
    for first.
    """

    def __init__(
        self,
        organization_id: str,
        *,
        open_uow: OpenUnitOfWork,
        clock: Clock,
        host: CalendarHost,
        credentials: FreshCredentials[CentralAccount],
        pace: Pace,
        renew_lease: RenewLease,
    ) -> None:
        self._organization_id = organization_id
        self._open_uow = open_uow
        self._clock = clock
        self._host = host
        self._credentials = credentials
        self._pace = pace
        self._renew_lease = renew_lease
        self._rejected: Credential | None = None
        """Whose access token was refused just now."""
        self.has_news = False
        """Something was written down that open pages show."""
        self.report = DrainReport()

    def step(self) -> float | None:
        """Send what goes next.

        Returns:
            seconds to wait before the next step, because of the pace; None if there is nothing to send.

        Raises:
            Overtaken: the lease is another's.
        """
        room = self._room()
        if not isinstance(room, Room):
            return room
        # Before the lease is renewed: to open a credential may take as long as a round trip.
        credential = self._open()
        begun = self._begin(room) if credential else None
        if begun and credential:
            self._send(begun, credential)
        return 0

    # -- before --------------------------------------------------------------------------------------------------

    def _room(self) -> Room | float | None:
        """Take of the pace what the next step needs; else how long to wait; None if there is no next step."""
        now = self._clock()
        most = self._host.most_at_once
        with self._open_uow(reading=True) as uow:
            account = may_send(uow, self._organization_id, now=now)
            step = choose(uow, account, now=now, most=most) if account else None
            if account is None or step is None:
                return None
            hasty = choose(uow, account, now=now, most=most, only_urgent=True) if is_urgent(step) else None
            per_minute = uow.calendar_rules.get(self._organization_id).pace_per_minute
        wait = self._pace.take(account.id, cost_of(step), per_minute) if cost_of(step) else 0
        if not wait:
            return Room(cost_of(step) or most, only_urgent=False)
        spare = PACE_PER_MINUTE.stop - per_minute - 2 * most
        # What Google allows beyond the pace is kept for changes that somebody waits for.
        if hasty and spare > 0 and not self._pace.take(f"{account.id}:urgent", cost_of(hasty) or 1, spare):
            return Room(cost_of(hasty) or most, only_urgent=True)
        return wait

    def _open(self) -> Credential | None:
        """The account's credential; None if there is none that counts, which is then written down."""
        with self._open_uow(reading=True) as uow:
            account = uow.central_accounts.of(self._organization_id)
        if account is None:
            return None
        try:
            if self._rejected is None:
                return self._credentials.fresh(account)
            return self._credentials.renew(account, self._rejected)
        except (ProviderError, VaultError) as error:
            reason = error
        self._settle(account, [], lambda settling: settling.unreachable(reason))
        return None

    def _begin(self, room: Room) -> Begun | None:
        """Choose the next step and say in the outbox that it has begun; None if there is none any more."""
        now = self._clock()
        with self._open_uow() as uow:
            uow.calendar_rules.get(self._organization_id, lock=True)
            if not self._renew_lease(uow):
                raise Overtaken
            account = may_send(uow, self._organization_id, now=now)
            # Chosen anew: what was to be sent may have changed, or gone, before the lock was taken.
            most = self._host.most_at_once
            step = choose(uow, account, now=now, most=most, only_urgent=room.only_urgent) if account else None
            if account is None or step is None:
                return None
            step = at_most(step, room.calls)
            if isinstance(step, Create | Send):
                uow.outbox.begin(owed_of(step))
        return Begun(step, account)

    # -- the round trip, and after it ----------------------------------------------------------------------------

    def _send(self, begun: Begun, credential: Credential) -> None:
        step = begun.step
        try:
            settle = self._ask(step, credential)
        except AccessTokenRejected as error:
            # Nothing was carried out. The next step asks with a fresh token; if that counts no more, a person must act.
            reason = NeedsReauth("fresh_token_rejected") if self._rejected else error
            self._rejected = credential
            settle = _refused(step, reason)
        except ProviderError as error:
            settle = _refused(step, error)
        except Exception as error:  # noqa: BLE001 - a fault of ours: it waits as if nobody had answered, and is tried again
            _log(begun.account, error)
            settle = _refused(step, ProviderUnavailable("internal"))
        else:
            self._rejected = None
        self._settle(begun.account, owed_of(step), settle)
        if cost_of(step):
            self.report += DrainReport(round_trips=1, calls=cost_of(step))

    def _ask(self, step: Step, credential: Credential) -> Settle:
        """Make the round trip; returns what is to be done with its answer."""
        match step:
            case LookUp():
                found = self._host.find_calendars(credential, step.markers)
                return lambda settling: settling.looked_up(step, found)
            case Create():
                provider_calendar_id = self._host.create_calendar(credential, step.facts)
                return lambda settling: settling.created(step, provider_calendar_id)
            case Send():
                outcomes = self._host.carry_out(credential, step.calls)
                return lambda settling: settling.sent(step, outcomes)
            case NoNeed():
                return lambda settling: settling.no_need(step)

    def _settle(self, seen: CentralAccount, owed: Sequence[OwedOperation], settle: Settle) -> None:
        """Write down what came of it, whoever holds the lease by now: what was carried out was carried out."""
        with self._open_uow() as uow:
            uow.calendar_rules.get(self._organization_id, lock=True)
            account = uow.central_accounts.of(self._organization_id, lock=True)
            if account is None or account.id != seen.id:
                return
            settling = Settling(uow, account, seen=seen, owed=owed, now=self._clock())
            settle(settling)
            settling.save()
            report = settling.report
        self.has_news = True
        self.report += report


def _log(account: CentralAccount, error: Exception) -> None:
    """Say where it went wrong; neither the message nor the values around it, which may hold texts of tasks."""
    places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in extract_tb(error.__traceback__)]
    logger.error("drain", account_id=account.id, error_type=type(error).__name__, at=places[-3:])


def _refused(step: Step, error: ProviderError) -> Settle:
    return lambda settling: settling.refused(step, error)
