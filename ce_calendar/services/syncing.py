"""Syncing: which connections are due, one run at a time for each, and what a run's end means for its connection."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from traceback import extract_tb
from uuid import uuid4

import structlog

from ce_calendar.domain.access import Actor, Permission
from ce_calendar.domain.errors import (
    AskedToWait,
    Invalid,
    NeedsReauth,
    NotFound,
    ProviderError,
    ProviderForbids,
    RateLimited,
    SyncAlreadyRunning,
    SyncFailed,
    VaultError,
)
from ce_calendar.domain.meetings.connections import LINKED, SYNCED, Connection, Provider, Status
from ce_calendar.domain.meetings.module import next_poll
from ce_calendar.domain.meetings.runs import INTERRUPTED, SUSPICIOUS, RunOutcome, SyncReport, SyncRun
from ce_calendar.domain.retry import next_try
from ce_calendar.domain.spread import share_of
from ce_calendar.ports import Announcer, Clock, FreshCredentials, JobQueue, MeetingProvider, OpenUnitOfWork
from ce_calendar.services.audit import Audit, recorded_refusals
from ce_calendar.services.connections import sync_lease
from ce_calendar.services.entered import entered_id
from ce_calendar.services.reading import LEASE_SECONDS, ConnectionReader, RunAbandoned, is_still

logger = structlog.get_logger(__name__)

CODE_LENGTH = 64
DUE_AT_ONCE = 200
RUNS_KEPT_FOR = timedelta(days=90)

RECONNECT = "Please connect this account again; until then it cannot be synced."
PENDING = "This account came from an earlier system, and its credentials must be moved to the vault first."
FAILURES = {
    SUSPICIOUS: "The calendar came back empty, so nothing was deleted. It is read again in a minute to make sure.",
}
FAILED = "The calendar could not be read just now. It will be tried again by itself."
FAILED_WHILE_PAUSED = "The calendar could not be read just now. It is paused, so please try again in a while."


@dataclass(frozen=True, slots=True)
class Housekeeping:
    """What was cleared away, in counts."""

    interrupted_runs: int
    old_runs: int
    expired_sessions: int
    expired_flows: int
    expired_notices: int
    expired_imports: int


class Syncing:
    """Runs syncs, on demand and when due."""

    def __init__(
        self,
        *,
        open_uow: OpenUnitOfWork,
        clock: Clock,
        providers: Mapping[Provider, MeetingProvider],
        credentials: FreshCredentials[Connection],
        audit: Audit,
        announcer: Announcer,
        jobs: JobQueue,
        identify: Callable[[Connection], Connection | None] = lambda connection: connection,
    ) -> None:
        self._open_uow = open_uow
        self._clock = clock
        self._providers = providers
        self._credentials = credentials
        self._audit = audit
        self._announcer = announcer
        self._jobs = jobs
        self._identify = identify

    def sync_now(self, actor: Actor, *, connection_id: str) -> SyncReport:
        """Sync one connection and wait for it, also while it is paused.

        Raises:
            NotFound: not a connection of the actor's organization.
            Invalid: it must be connected again first.
            SyncAlreadyRunning: one is under way.
            AskedToWait: the provider named a moment before which it does not want to be asked.
            SyncFailed: it ended without a result.
        """
        action = "connection.sync"
        with recorded_refusals(self._audit, actor, action, connection_id):
            actor.require(Permission.CALENDAR_CONNECT)
            connection = self._connection_of(actor, connection_id)
            if connection.user_id != actor.user_id:
                actor.require(Permission.ORG_MANAGE)
        if connection.status is Status.NEEDS_REAUTH:
            raise Invalid(RECONNECT)
        if connection.status is Status.PENDING:
            raise Invalid(PENDING)
        self._audit.done(actor, action, connection.id)
        run = self._sync(connection.id, even_paused=True)
        if run is None:
            raise NotFound("connection")
        if run.outcome is RunOutcome.FAILED:
            raise SyncFailed(run.error, self._why_failed(actor, run))
        return run.report

    def _why_failed(self, actor: Actor, run: SyncRun) -> str:
        """What to tell who asked; that it is tried again only if it is."""
        connection = self._connection_of(actor, run.connection_id)
        if connection.status is Status.NEEDS_REAUTH:
            return RECONNECT
        return FAILURES.get(run.error, FAILED) if connection.sync_enabled else FAILED_WHILE_PAUSED

    def run(self, connection_id: str) -> SyncReport | None:
        """Sync one connection, as a job.

        Returns:
            What was written, also by a run that failed; None if another run is under way, or if the connection is
            paused, disconnected, or waits for its person or until the provider wants to be asked again.
        """
        try:
            run = self._sync(connection_id, even_paused=False)
        except (SyncAlreadyRunning, AskedToWait):
            return None
        return run.report if run else None

    def due(self, organization_id: str | None = None) -> list[str]:
        """Ids of the connections whose next sync is due and not under way, in one organization or all."""
        now = self._clock()
        with self._open_uow(reading=True) as uow:
            ids = [each.id for each in uow.connections.due(now=now, limit=DUE_AT_ONCE, organization_id=organization_id)]
            held = uow.leases.held([sync_lease(connection_id) for connection_id in ids], now=now)
        return [connection_id for connection_id in ids if sync_lease(connection_id) not in held]

    def housekeeping(self) -> Housekeeping:
        """Close the runs of processes that died, and forget what is old."""
        now = self._clock()
        with self._open_uow() as uow:
            running = uow.runs.running()
            held = uow.leases.held([sync_lease(run.connection_id) for run in running], now=now)
            dead = [run for run in running if sync_lease(run.connection_id) not in held]
            found = Housekeeping(
                interrupted_runs=uow.runs.interrupt([run.id for run in dead], now=now),
                old_runs=uow.runs.forget_before(now - RUNS_KEPT_FOR),
                expired_sessions=uow.sessions.end_expired(now=now),
                expired_flows=uow.flows.forget_expired(now=now),
                expired_notices=uow.notices.forget_expired(now=now),
                expired_imports=uow.contact_imports.forget_expired(now=now),
            )
        for organization_id in {run.organization_id for run in dead}:
            self._announcer.announce(organization_id, "connections")
        return found

    def _connection_of(self, actor: Actor, connection_id: str) -> Connection:
        wanted = entered_id(connection_id, what="connection")
        with self._open_uow(reading=True) as uow:
            connection = uow.connections.get(wanted, organization_id=actor.organization_id)
        if connection is None or connection.status not in LINKED:
            raise NotFound("connection")
        return connection

    # -- a run ---------------------------------------------------------------------------------------------------

    def _sync(self, connection_id: str, *, even_paused: bool) -> SyncRun | None:
        """One run from its lease to its end; None if the connection is not to be synced.

        Raises:
            SyncAlreadyRunning: another run holds the lease.
            AskedToWait: the provider does not want to be asked yet.
        """
        started = self._start(connection_id, even_paused=even_paused)
        if started is None:
            return None
        run, connection = started
        self._announce(connection, "connections")
        reader: ConnectionReader | None = None
        failure: Exception | None = None
        try:
            identified = self._identify(connection)
            if identified is None:
                raise RunAbandoned  # noqa: TRY301 - merged into another connection; the run ends here as others do
            reader = self._reader(run, identified)
            reader.read()
        except Exception as error:  # noqa: BLE001 - whatever it was, the run ends and its connection is tried again
            failure = error
        report = reader.report if reader else SyncReport()
        ended = replace(
            run,
            outcome=RunOutcome.FAILED if failure else RunOutcome.DONE,
            error=_code_of(failure) if failure else "",
            report=report,
            finished_at=self._clock(),
        )
        _log(ended, failure)
        self._finish(ended, connection, failure)
        self._announce(connection, "connections", "timeline")
        return ended

    def _start(self, connection_id: str, *, even_paused: bool) -> tuple[SyncRun, Connection] | None:
        """Take the lease and open the run."""
        now = self._clock()
        with self._open_uow() as uow:
            connection = uow.connections.lock(connection_id)
            if connection is None or connection.status not in SYNCED:
                return None
            if not connection.sync_enabled and not even_paused:
                return None
            if connection.wait_until and connection.wait_until > now:
                # Whoever asks earlier is made to wait longer.
                raise AskedToWait(connection.wait_until, now=now)
            run = SyncRun(
                id=uuid4().hex,
                organization_id=connection.organization_id,
                connection_id=connection.id,
                started_at=now,
                outcome=RunOutcome.RUNNING,
            )
            if not uow.leases.acquire(sync_lease(connection.id), holder=run.id, now=now, seconds=LEASE_SECONDS):
                raise SyncAlreadyRunning
            # The lease was free, so whatever still calls itself running here has died.
            uow.runs.interrupt([dead.id for dead in uow.runs.running(connection.id)], now=now)
            uow.runs.add(run)
        return run, connection

    def _reader(self, run: SyncRun, connection: Connection) -> ConnectionReader:
        provider = self._providers.get(connection.provider)
        if provider is None:
            # The operator's to cure; it is tried again.
            raise ProviderForbids("not_configured")
        return ConnectionReader(
            run=run,
            connection=connection,
            open_uow=self._open_uow,
            clock=self._clock,
            provider=provider,
            credentials=self._credentials,
            announcer=self._announcer,
        )

    def _finish(self, run: SyncRun, before: Connection, failure: Exception | None) -> None:
        """Close the run, let the lease go, and say on the connection how it fares and when it is next due."""
        lease = sync_lease(before.id)
        with self._open_uow() as uow:
            connection = uow.connections.lock(before.id)
            # Renewing tells whether it is still ours: of a run that was overtaken nothing counts but its row.
            is_ours = uow.leases.acquire(lease, holder=run.id, now=self._clock(), seconds=LEASE_SECONDS)
            if is_ours or run.id in {each.id for each in uow.runs.running(before.id)}:
                uow.runs.save(run)
            if not is_ours:
                return
            uow.leases.release(lease, holder=run.id)
            if connection is None or connection.status not in LINKED:
                return
            # Read under the lock: whoever changes the interval plans anew what was saved before.
            interval = uow.module_settings.get(connection.organization_id).poll_interval
            after = self._after(connection, before, failure, interval=interval)
            uow.connections.save(after)
        if after.sync_enabled and after.next_sync_at and after.next_sync_at <= self._clock():
            self._jobs.enqueue("sync", after.id)

    def _after(
        self, now_stored: Connection, before: Connection, failure: Exception | None, *, interval: timedelta
    ) -> Connection:
        """The connection as a run leaves it.

        Args:
            now_stored: as it is now; people may have paused it, or linked it anew.
            before: as it was when the run started.
            failure: what ended the run, if it did not end well.
            interval: between two syncs, as the organization chose.
        """
        now = self._clock()
        if not is_still(before, now_stored) or isinstance(failure, RunAbandoned):
            # Linked anew meanwhile: the run says nothing about the new credential.
            return replace(now_stored, next_sync_at=now)
        if failure is None:
            # Asked for again meanwhile, perhaps for what this run did not know of (a calendar just chosen).
            is_stale = (now_stored.full_read_version, now_stored.next_sync_at) != (
                before.full_read_version,
                before.next_sync_at,
            )
            return replace(
                now_stored,
                status=Status.HEALTHY,
                failures=0,
                last_error="",
                last_sync_at=now,
                wait_until=None,
                next_sync_at=now if is_stale else next_poll(now, interval=interval, key=now_stored.id),
            )
        failures = now_stored.failures + 1
        failed = replace(now_stored, failures=failures, last_error=_code_of(failure))
        if isinstance(failure, NeedsReauth):
            return replace(failed, status=Status.NEEDS_REAUTH, next_sync_at=None)
        retry_at = failure.retry_at if isinstance(failure, RateLimited) else None
        jitter = share_of(f"{now_stored.id}:{failures}")
        next_sync_at = next_try(now, failures=failures, jitter=jitter, retry_at=retry_at)
        return replace(
            failed,
            status=Status.RETRYING,
            next_sync_at=next_sync_at,
            wait_until=min(retry_at, next_sync_at) if retry_at else None,
        )

    def _announce(self, connection: Connection, *topics: str) -> None:
        for topic in topics:
            self._announcer.announce(connection.organization_id, topic)


def _code_of(failure: Exception) -> str:
    """A short word for a failure; never its message, which may hold anything."""
    if isinstance(failure, ProviderError):
        return failure.code[:CODE_LENGTH]
    if isinstance(failure, RunAbandoned):
        return INTERRUPTED
    return "vault" if isinstance(failure, VaultError) else "internal"


def _log(run: SyncRun, failure: Exception | None) -> None:
    """One line of ids and counts; for a failure of ours also where it happened."""
    report = run.report
    facts: dict[str, object] = {
        "connection_id": run.connection_id,
        "run_id": run.id,
        "outcome": run.outcome.value,
        "created": report.created,
        "updated": report.updated,
        "deleted": report.deleted,
        "unchanged": report.unchanged,
        "skipped": report.skipped,
        "requests": report.requests,
    }
    if failure is None:
        logger.info("sync", **facts)
    elif isinstance(failure, ProviderError | RunAbandoned):
        logger.warning("sync", error=run.error, **facts)
    else:
        # Neither the message nor the traceback's values: they may hold titles and guests.
        places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in extract_tb(failure.__traceback__)]
        logger.error("sync", error=run.error, error_type=type(failure).__name__, at=places[-3:], **facts)
