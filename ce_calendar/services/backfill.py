"""The way into the vault for credentials that an earlier system left in its own columns.

A row is opened, stored in the vault, and in a second transaction read back, compared, and only then emptied. A process
that dies between the two leaves a row that names its vault entry and still waits: the next one goes on from there.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import uuid4

import structlog

from ce_calendar.domain.access import Actor, Permission, permissions_of
from ce_calendar.domain.errors import Invalid
from ce_calendar.domain.meetings.connections import Connection, Credential, Status
from ce_calendar.domain.meetings.legacy import BackfillRun, LegacyConnection, LegacyProblem, LegacyTokenError
from ce_calendar.domain.people import User
from ce_calendar.ports import Announcer, Clock, JobQueue, LegacyKeys, OpenUnitOfWork, UnitOfWork
from ce_calendar.services.audit import Audit, recorded_refusals
from ce_calendar.services.credentials import Credentials
from ce_calendar.services.grants import Pause

logger = structlog.get_logger(__name__)

ACTION = "vault.backfill"
CHUNK = 50
"""Rows of one transaction: few, so that others can write in between and everybody sees it go on."""
PAUSE_SECONDS = 0.05
"""Between chunks. SQLite hands its one write lock to nobody in particular; without a pause others could starve."""
LEASE_SECONDS = 60
"""Longer than a chunk can take; a killed process holds the others up no longer than this."""
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
"""When a legacy access token ends, for all we know: it is refreshed before its first use."""

NO_KEYS = (
    "The keys of the earlier system are not set here, so its credentials cannot be opened. "
    "Ask whoever runs this installation to set CE_LEGACY_TOKEN_KEYS."
)
NOTHING_PENDING = "Nothing waits for the vault any more."


@dataclass(frozen=True, slots=True)
class Unopened:
    """A connection whose credential could not be opened."""

    connection: Connection
    owner_name: str
    owner_may_connect: bool
    """Whether its owner can sign in again by themselves."""


@dataclass(frozen=True, slots=True)
class BackfillView:
    """How an organization's way into the vault stands, as one reader sees it."""

    pending: int
    """Connections that wait."""
    run: BackfillRun | None
    """The one under way, or the last one."""
    unopened: Sequence[Unopened]
    """Empty for who may do nothing about it."""
    may_start: bool
    has_keys: bool
    """Whether this installation has any key of the earlier system."""

    @property
    def is_running(self) -> bool:
        """Whether one is under way, or owed."""
        return self.run is not None and self.run.finished_at is None


class _Overtaken(Exception):
    """Another process holds the lease now: this one may not write any more."""


class Backfill:
    """Moves an organization's legacy credentials into the vault, in the background."""

    def __init__(
        self,
        *,
        open_uow: OpenUnitOfWork,
        clock: Clock,
        keys: LegacyKeys,
        credentials: Credentials,
        audit: Audit,
        announcer: Announcer,
        jobs: JobQueue,
        pause: Pause = time.sleep,
    ) -> None:
        self._open_uow = open_uow
        self._clock = clock
        self._keys = keys
        self._credentials = credentials
        self._audit = audit
        self._announcer = announcer
        self._jobs = jobs
        self._pause = pause

    # -- what people see and ask for -----------------------------------------------------------------------------

    def view(self, actor: Actor) -> BackfillView:
        """How many wait, how far it is, and what could not be opened.

        Raises:
            AccessDenied: not allowed to see calendars.
        """
        with recorded_refusals(self._audit, actor, "vault.view"):
            actor.require(Permission.CALENDAR_VIEW)
        may_start = actor.may(Permission.CALENDAR_CONNECT)
        with self._open_uow(reading=True) as uow:
            unopened = uow.legacy.unopened(actor.organization_id) if may_start else ()
            people = uow.users.of_organization(actor.organization_id) if unopened else ()
            owners = {user.id: user for user in people}
            return BackfillView(
                pending=uow.legacy.count_pending(actor.organization_id),
                run=uow.backfills.get(actor.organization_id),
                unopened=[_as_seen(each, owners.get(each.user_id)) for each in unopened],
                may_start=may_start,
                has_keys=not self._keys.is_empty,
            )

    def start(self, actor: Actor, *, again: bool = False) -> None:
        """Begin, or join what is under way. The job that follows does the work.

        Args:
            actor: who asks, for the whole organization.
            again: also try what could not be opened before.

        Raises:
            AccessDenied: not allowed to connect calendars.
            Invalid: nothing waits, or there is no key.
        """
        with recorded_refusals(self._audit, actor, ACTION):
            actor.require(Permission.CALENDAR_CONNECT)
        self._begin(actor.organization_id, actor, again=again is True)
        # Lost if we are killed here; the scheduler looks for what is owed.
        self._jobs.enqueue("backfill", actor.organization_id)

    def start_for(self, organization_id: str) -> None:
        """Begin as the operator, and try again what could not be opened before. Queues no job: whoever asks works.

        Raises:
            Invalid: nothing waits, or there is no key.
        """
        self._begin(organization_id, None, again=True)

    def _begin(self, organization_id: str, actor: Actor | None, *, again: bool) -> None:
        if self._keys.is_empty:
            raise Invalid(NO_KEYS)
        with self._open_uow() as uow:
            reopened = uow.legacy.reopen(organization_id) if again else 0
            pending = uow.legacy.count_pending(organization_id)
            if not pending:
                raise Invalid(NOTHING_PENDING)
            run = BackfillRun(
                organization_id=organization_id,
                started_by=actor.user_id if actor else None,
                started_at=self._clock(),
                total=pending,
            )
            is_first = uow.backfills.begin(run)
            self._audit.done(
                actor,
                ACTION,
                uow=uow,
                organization_id=organization_id,
                pending=pending,
                again=reopened,
                joined=int(not is_first),
            )
        self._announcer.announce(organization_id, "connections")

    def standing(self, organization_id: str) -> BackfillRun | None:
        """The one under way, or the last one, for the operator."""
        with self._open_uow(reading=True) as uow:
            return uow.backfills.get(organization_id)

    # -- the job -------------------------------------------------------------------------------------------------

    def owed(self) -> list[str]:
        """Ids of the organizations whose backfill has begun and is not finished, and that nobody works on."""
        now = self._clock()
        with self._open_uow(reading=True) as uow:
            ids = [run.organization_id for run in uow.backfills.unfinished()]
            held = uow.leases.held([_lease(each) for each in ids], now=now)
        return [each for each in ids if _lease(each) not in held]

    def run(
        self, organization_id: str, *, tell: Callable[[BackfillRun], None] = lambda _run: None
    ) -> BackfillRun | None:
        """Work on what was begun, to its end.

        Args:
            organization_id: whose.
            tell: hears how far it is, after each chunk.

        Returns:
            what came of it; None if nothing is owed, or somebody else works on it.
        """
        holder = uuid4().hex
        if not self._take(organization_id, holder):
            return None
        try:
            while (run := self._next_chunk(organization_id, holder)).finished_at is None:
                tell(run)
                self._announcer.announce(organization_id, "connections")
                self._pause(PAUSE_SECONDS)
        except _Overtaken:
            return None
        finally:
            with self._open_uow() as uow:
                uow.leases.release(_lease(organization_id), holder=holder)
        logger.info("backfill", organization_id=organization_id, total=run.total, done=run.done, failed=run.failed)
        self._jobs.enqueue("sync-due", organization_id)
        self._announcer.announce(organization_id, "connections")
        return run

    def _take(self, organization_id: str, holder: str) -> bool:
        with self._open_uow() as uow:
            run = uow.backfills.get(organization_id)
            if run is None or run.finished_at is not None:
                return False
            return self._renew(uow, organization_id, holder)

    def _next_chunk(self, organization_id: str, holder: str) -> BackfillRun:
        """Some rows, or the end if there are none."""
        with self._open_uow() as uow:
            rows = uow.legacy.lock_pending(organization_id, limit=CHUNK)
            self._keep_lease(uow, organization_id, holder)
            stored = self._store(uow, rows)
            run = self._count(uow, organization_id, failed=len(rows) - len(stored))
        if not stored:
            return run
        with self._open_uow() as uow:
            waiting = [each for each in uow.legacy.lock(stored) if each.connection.status is Status.PENDING]
            self._keep_lease(uow, organization_id, holder)
            done = self._let_go(uow, waiting)
            return self._count(uow, organization_id, done=done, failed=len(waiting) - done)

    def _count(self, uow: UnitOfWork, organization_id: str, *, done: int = 0, failed: int = 0) -> BackfillRun:
        """Write down how far it is, in the same transaction as the rows; nothing left is the end."""
        before = uow.backfills.get(organization_id)
        if before is None or before.finished_at is not None:
            raise _Overtaken  # while we slept somebody else came to the end, or the organization has gone
        pending = uow.legacy.count_pending(organization_id)
        run = replace(before, done=before.done + done, failed=before.failed + failed)
        # People may have linked accounts anew meanwhile, or brought more.
        run = replace(run, total=run.done + run.failed + pending, finished_at=None if pending else self._clock())
        uow.backfills.save(run)
        return run

    def take_over(self, connection_id: str) -> bool:
        """Put one that is about to end into the vault, whence it can be revoked; False if it does not open."""
        with self._open_uow() as uow:
            row = next(iter(uow.legacy.lock([connection_id])), None)
            if row is None or row.connection.credential_vault_ref:
                return True
            try:
                opened = {row.connection: self._opened(row)}
            except LegacyTokenError:
                return False
            uow.legacy.save(self._sealed(uow, opened))
            uow.legacy.clear([connection_id])
        return True

    # -- rows ----------------------------------------------------------------------------------------------------

    def _store(self, uow: UnitOfWork, rows: Sequence[LegacyConnection]) -> list[str]:
        """Open them and seal them; returns the ids of those that now lie in the vault."""
        # Whoever stored those that have an entry died before comparing.
        stored = [each.connection.id for each in rows if each.connection.credential_vault_ref]
        opened: dict[Connection, Credential] = {}
        unopened: list[Connection] = []
        for row in rows:
            if row.connection.credential_vault_ref:
                continue
            try:
                opened[row.connection] = self._opened(row)
            except LegacyTokenError as error:
                unopened.append(_unopened(row.connection, error.problem))
        sealed = self._sealed(uow, opened)
        uow.legacy.save([*sealed, *unopened])
        return stored + [each.id for each in sealed]

    def _sealed(self, uow: UnitOfWork, opened: Mapping[Connection, Credential]) -> list[Connection]:
        """The connections with their credentials in the vault, unsaved."""
        refs = self._credentials.store_several(uow, opened)
        return [replace(connection, credential_vault_ref=ref) for connection, ref in refs.items()]

    def _let_go(self, uow: UnitOfWork, rows: Sequence[LegacyConnection]) -> int:
        """Make them connections like any other, if the vault gives back what it was given; returns how many."""
        given_back = self._credentials.read_back(uow, [each.connection for each in rows])
        good = [each.connection for each in rows if self._is_same(each, given_back.get(each.connection.id))]
        bad = [each.connection for each in rows if each.connection not in good]
        now = self._clock()
        uow.legacy.save(
            [
                *(replace(each, status=Status.HEALTHY, last_error="", failures=0, next_sync_at=now) for each in good),
                *(_unopened(replace(each, credential_vault_ref=None), LegacyProblem.NOT_READ_BACK) for each in bad),
            ]
        )
        self._credentials.forget(uow, *bad)
        uow.legacy.clear([each.id for each in good])
        return len(good)

    def _is_same(self, row: LegacyConnection, given_back: Credential | None) -> bool:
        try:
            return given_back == self._opened(row)
        except LegacyTokenError:
            return False  # a key was taken away since it was stored

    def _opened(self, row: LegacyConnection) -> Credential:
        """What the earlier system kept.

        Raises:
            LegacyTokenError: it does not open.
        """
        if not row.access_token and not row.refresh_token:
            raise LegacyTokenError(LegacyProblem.CONTENT)
        return Credential(
            client_id=row.connection.client_id,
            access_token=self._keys.open(row.access_token) if row.access_token else "",
            refresh_token=self._keys.open(row.refresh_token) if row.refresh_token else "",
            expires_at=LONG_AGO,
        )

    # -- one at a time -------------------------------------------------------------------------------------------

    def _keep_lease(self, uow: UnitOfWork, organization_id: str, holder: str) -> None:
        if not self._renew(uow, organization_id, holder):
            raise _Overtaken

    def _renew(self, uow: UnitOfWork, organization_id: str, holder: str) -> bool:
        return uow.leases.acquire(_lease(organization_id), holder=holder, now=self._clock(), seconds=LEASE_SECONDS)


def _as_seen(connection: Connection, owner: User | None) -> Unopened:
    rights = permissions_of(owner.roles, owner.given) if owner and not owner.disabled_at else frozenset()
    return Unopened(connection, owner.name if owner else "", Permission.CALENDAR_CONNECT in rights)


def _lease(organization_id: str) -> str:
    return f"backfill:{organization_id}"


def _unopened(connection: Connection, problem: LegacyProblem) -> Connection:
    return replace(connection, status=Status.NEEDS_REAUTH, last_error=problem.value, next_sync_at=None)
