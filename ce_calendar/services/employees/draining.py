"""Draining: carries out what is owed to the central account, at its pace, and never twice."""

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from uuid import uuid4

from ce_calendar.domain.employees.calendars import AccountStatus, CentralAccount
from ce_calendar.domain.retry import next_try
from ce_calendar.domain.spread import share_of
from ce_calendar.ports import Announcer, Clock, FreshCredentials, JobQueue, OpenUnitOfWork
from ce_calendar.ports.hosting import CalendarHost, Pace
from ce_calendar.services.employees.choosing import choose
from ce_calendar.services.employees.planning import DRAIN_JOB, PLAN_JOB, TOPICS
from ce_calendar.services.employees.reports import DrainReport
from ce_calendar.services.employees.sending import Overtaken, Sender, may_send
from ce_calendar.services.grants import Pause

CALL_SECONDS = 20
"""After which a call to the provider is given up, connecting and waiting for its answer each."""
LEASE_SECONDS = 60
"""Longer than a round trip can take; a killed process holds the account up no longer than this."""
SLICE_SECONDS = 15
"""After which another job gets its turn."""
POLL_SECONDS = 0.5
"""While the pace holds the bulk back: how often to look whether something urgent came."""
SCREENS_SECONDS = 1
"""Between two announcements while a bulk of work is done."""
FinishLeaving = Callable[[CentralAccount], object]
"""Revokes the credential of an account under which nothing lives any more, and forgets the account."""


class Draining:
    """Empties the outbox: one run at a time for each account, any number of accounts at once."""

    def __init__(
        self,
        *,
        open_uow: OpenUnitOfWork,
        clock: Clock,
        host: CalendarHost,
        credentials: FreshCredentials[CentralAccount],
        pace: Pace,
        announcer: Announcer,
        jobs: JobQueue,
        finish_leaving: FinishLeaving,
        lease_seconds: float = LEASE_SECONDS,
        slice_seconds: float = SLICE_SECONDS,
        pause: Pause = time.sleep,
        stopwatch: Callable[[], float] = time.monotonic,
    ) -> None:
        """Wire it.

        Args:
            open_uow: opens transactions.
            clock: tells the time.
            host: where the calendars lie. A call to it must end well within the lease.
            credentials: opens the account's credential.
            pace: holds back what would be too quick.
            announcer: tells the open pages.
            jobs: runs what comes next.
            finish_leaving: called when nothing is left under an account that is being disconnected.
            lease_seconds: how long a run that says nothing any more keeps others out.
            slice_seconds: how long a run goes on before it lets other jobs have their turn.
            pause: waits.
            stopwatch: counts seconds, for the slice.
        """
        self._open_uow = open_uow
        self._clock = clock
        self._host = host
        self._credentials = credentials
        self._pace = pace
        self._announcer = announcer
        self._jobs = jobs
        self._finish_leaving = finish_leaving
        self._lease_seconds = lease_seconds
        self._slice_seconds = slice_seconds
        self._pause = pause
        self._stopwatch = stopwatch

    def due(self) -> Sequence[str]:
        """Organizations that owe something now, and for whom nobody is at it; for the clockwork."""
        now = self._clock()
        with self._open_uow(reading=True) as uow:
            ids = uow.central_accounts.due(now)
            held = uow.leases.held([drain_lease(each) for each in ids], now=now)
            free = [each for each in ids if drain_lease(each) not in held]
            accounts = [account for each in free if (account := may_send(uow, each, now=now))]
            # While Google makes no more calendars, all that is owed may be calendars.
            return [
                each.organization_id
                for each in accounts
                if each.status is AccountStatus.LEAVING or choose(uow, each, now=now, most=1)
            ]

    def run(self, organization_id: str) -> DrainReport | None:
        """Send what is owed, as a job: for some seconds, then it asks for itself again.

        Returns:
            what was done; None if another run is under way.
        """
        holder = uuid4().hex
        lease = drain_lease(organization_id)
        with self._open_uow() as uow:
            if not uow.leases.acquire(lease, holder=holder, now=self._clock(), seconds=self._lease_seconds):
                return None
        try:
            with closing(self._host):
                sender, is_over = self._work(organization_id, holder)
        finally:
            with self._open_uow() as uow:
                uow.leases.release(lease, holder=holder)
        if sender.has_news:
            self._announce(organization_id)
        if is_over:
            self._see_off(organization_id)
        else:
            self._jobs.enqueue(DRAIN_JOB, organization_id)
        return sender.report

    def _work(self, organization_id: str, holder: str) -> tuple[Sender, bool]:
        """Send until there is nothing, or the time is over; tells which."""
        sender = Sender(
            organization_id,
            open_uow=self._open_uow,
            clock=self._clock,
            host=self._host,
            credentials=self._credentials,
            pace=self._pace,
            renew_lease=lambda uow: uow.leases.acquire(
                drain_lease(organization_id), holder=holder, now=self._clock(), seconds=self._lease_seconds
            ),
        )
        begun = announced = self._stopwatch()
        while self._stopwatch() - begun < self._slice_seconds:
            try:
                wait = sender.step()
            except Overtaken:
                # Whoever holds the lease now sends the rest.
                return sender, True
            if wait is None and self._rest(organization_id, holder):
                return sender, True
            if wait:
                self._pause(min(wait, POLL_SECONDS))
            if self._stopwatch() - announced > SCREENS_SECONDS:
                announced = self._stopwatch()
                self._announce(organization_id)
        return sender, False

    def _rest(self, organization_id: str, holder: str) -> bool:
        """Let the lease go if there is really nothing to send; whoever owes something later finds it free.

        Both in one transaction under the lock that everybody holds who owes something: with the lease let go a
        moment later, a job that was asked for in between would find it taken, and go.
        """
        with self._open_uow() as uow:
            uow.calendar_rules.get(organization_id, lock=True)
            # Not before: what was owed while this waited for the lock would seem to lie ahead.
            now = self._clock()
            account = may_send(uow, organization_id, now=now)
            if account and choose(uow, account, now=now, most=1):
                return False
            uow.leases.release(drain_lease(organization_id), holder=holder)
        return True

    def _see_off(self, organization_id: str) -> None:
        """End the account that is being disconnected, once nothing is left under it."""
        with self._open_uow(reading=True) as uow:
            account = uow.central_accounts.of(organization_id)
            if account is None or account.status is not AccountStatus.LEAVING:
                return
            is_unplanned = bool(uow.employees.count_plan_owed(organization_id))
            is_empty = not uow.employee_calendars.living(organization_id) and not uow.outbox.count(account.id)
        if is_unplanned:
            self._jobs.enqueue(PLAN_JOB, organization_id)
        elif is_empty:
            self._finish_leaving(account)
            self._try_later_if_still_there(organization_id)
            self._announce(organization_id)

    def _try_later_if_still_there(self, organization_id: str) -> None:
        """Its credential could not be revoked just now: do not ask at every tick."""
        with self._open_uow() as uow:
            uow.calendar_rules.get(organization_id, lock=True)
            account = uow.central_accounts.of(organization_id, lock=True)
            if account and account.status is AccountStatus.LEAVING:
                failures = account.failures + 1
                wait_until = next_try(self._clock(), failures=failures, jitter=share_of(f"{account.id}:{failures}"))
                uow.central_accounts.save(replace(account, failures=failures, wait_until=wait_until))

    def _announce(self, organization_id: str) -> None:
        for topic in TOPICS:
            self._announcer.announce(organization_id, topic)


def drain_lease(organization_id: str) -> str:
    """The lease that keeps two runs apart."""
    return f"erp-drain:{organization_id}"
