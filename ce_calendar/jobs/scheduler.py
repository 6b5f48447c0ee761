"""The clockwork: finds what is due and runs it on a pool of threads, inside the application's process.

What is owed stands in the database; the queue here is only a hint to look soon. A process that dies loses nothing:
at the next start, or in another process, the ticks find the same again.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, is_dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import Any

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers import SchedulerNotRunningError
from apscheduler.schedulers.background import BackgroundScheduler

logger = structlog.get_logger(__name__)

WORKERS = 4
UNLIMITED = 1_000_000
DUE_SECONDS = 20
DISCONNECT_SECONDS = 60
BACKFILL_SECONDS = 30
EMPLOYEE_CALENDARS_SECONDS = 10
HOUSEKEEPING_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Work:
    """What the clockwork calls: services, each a plain function."""

    sync: Callable[[str], object]
    due: Callable[[str | None], Sequence[str]]
    """Ids of due connections, of one organization or all."""
    finish_disconnect: Callable[[str], object]
    disconnecting: Callable[[], Sequence[str]]
    backfill: Callable[[str], object]
    backfills_owed: Callable[[], Sequence[str]]
    """Ids of the organizations whose backfill has begun and that nobody works on."""
    housekeeping: Callable[[], object]
    plan: Callable[[str], object]
    """Plans the employee calendars of an organization."""
    plans_owed: Callable[[], Sequence[str]]
    drain: Callable[[str], object]
    """Carries out what is owed to an organization's central account."""
    drains_due: Callable[[], Sequence[str]]


class Scheduler:
    """`ports.JobQueue` on APScheduler. Starts no thread before `start`."""

    def __init__(self, work: Callable[[], Work], *, workers: int = WORKERS) -> None:
        """Prepare.

        Args:
            work: asked at each job, so that the services may be built after, and with, this queue.
            workers: jobs at once; ticks have a thread of their own and never wait for them.
        """
        self._work = work
        self._scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(workers), "ticks": ThreadPoolExecutor(1)},
            # A job may start as late as it must; ticks that were missed are made up for by one.
            job_defaults={"misfire_grace_time": None, "coalesce": True},
            timezone=UTC,
        )
        self._lock = Lock()
        self._waiting: set[str] = set()
        """Ids of jobs that were asked for and have not begun."""
        self._is_stopping = False

    def start(self) -> None:
        """Begin to tick, at once: what an earlier process left is due now. Starts once; a new app, a new scheduler."""
        ticks: Mapping[str, tuple[Callable[[], object], int]] = {
            "tick:due": (self.enqueue_due, DUE_SECONDS),
            "tick:finish-disconnect": (self.enqueue_disconnecting, DISCONNECT_SECONDS),
            "tick:backfill": (self.enqueue_backfills, BACKFILL_SECONDS),
            "tick:housekeeping": (self._housekeeping, HOUSEKEEPING_SECONDS),
            "tick:employee-calendars": (self.enqueue_employee_calendars, EMPLOYEE_CALENDARS_SECONDS),
        }
        for job_id, (tick, seconds) in ticks.items():
            self._scheduler.add_job(
                self._run,
                "interval",
                args=[job_id, tick],
                seconds=seconds,
                next_run_time=datetime.now(UTC),
                id=job_id,
                executor="ticks",
                replace_existing=True,
            )
        self._scheduler.start()

    def stop(self) -> None:
        """Let the jobs under way end, and begin no other."""
        self._is_stopping = True
        with suppress(SchedulerNotRunningError):
            # APScheduler's thread breaks if it is stopped while it hands out jobs (it looks for them in the wrong
            # list then): no more of that from here on, and `get_jobs` waits for what is being handed out.
            self._scheduler.pause()
            self._scheduler.get_jobs()
            self._scheduler.shutdown(wait=True)

    def enqueue(self, name: str, key: str) -> None:
        """Ask for the named job with this key; asked twice before it ran, it runs once.

        Raises:
            KeyError: there is no such job.
        """
        job = self._jobs()[name]
        job_id = f"{name}:{key}"
        with self._lock:
            if self._is_stopping or job_id in self._waiting:
                return
            self._waiting.add(job_id)
        # Asked for again while it runs, it runs again: the services' leases, not this queue, keep two apart.
        self._scheduler.add_job(
            self._begin, args=[job_id, job, key], id=job_id, replace_existing=True, max_instances=UNLIMITED
        )

    def enqueue_due(self, organization_id: str | None = None) -> dict[str, int]:
        """Ask for a sync of every due connection, in one organization or all."""
        ids = self._work().due(organization_id)
        for connection_id in ids:
            self.enqueue("sync", connection_id)
        return {"due": len(ids)}

    def enqueue_disconnecting(self) -> dict[str, int]:
        """Ask for the end of every connection whose end is owed."""
        ids = self._work().disconnecting()
        for connection_id in ids:
            self.enqueue("finish-disconnect", connection_id)
        return {"disconnecting": len(ids)}

    def enqueue_backfills(self) -> dict[str, int]:
        """Ask for every backfill whose process has died, or that was never begun."""
        ids = self._work().backfills_owed()
        for organization_id in ids:
            self.enqueue("backfill", organization_id)
        return {"backfills": len(ids)}

    def enqueue_employee_calendars(self) -> dict[str, int]:
        """Ask for every plan that is owed, and for every outbox with something to send now."""
        owed, due = self._work().plans_owed(), self._work().drains_due()
        for organization_id in owed:
            self.enqueue("erp-plan", organization_id)
        for organization_id in due:
            self.enqueue("erp-drain", organization_id)
        return {"plans": len(owed), "drains": len(due)}

    def _housekeeping(self) -> object:
        return self._work().housekeeping()

    def _jobs(self) -> Mapping[str, Callable[[str], object]]:
        return {
            "sync": lambda key: self._work().sync(key),
            "sync-due": self.enqueue_due,
            "finish-disconnect": lambda key: self._work().finish_disconnect(key),
            "backfill": lambda key: self._work().backfill(key),
            "erp-plan": lambda key: self._work().plan(key),
            "erp-drain": lambda key: self._work().drain(key),
        }

    def _begin(self, job_id: str, job: Callable[[str], object], key: str) -> None:
        """Run an asked-for job on a pool thread."""
        with self._lock:
            self._waiting.discard(job_id)
        if not self._is_stopping:
            self._run(job_id, lambda: job(key))

    def _run(self, job_id: str, job: Callable[[], object]) -> None:
        """Run a job and log one line; a failure ends here, so that it stops no other job."""
        begun = time.monotonic()
        try:
            result = job()
        except Exception as error:  # noqa: BLE001 - one failing job never stops the others
            # The type alone: a message may hold anything.
            logger.error("job", job=job_id, outcome="failed", error_type=type(error).__name__)  # noqa: TRY400 - a traceback may hold anything too
            return
        counts = _counts(result)
        if job_id.startswith("tick:") and not any(counts.values()):
            return  # nothing was due: every 20 seconds, that is no news
        seconds = round(time.monotonic() - begun, 3)
        logger.info("job", job=job_id, outcome="done", seconds=seconds, **counts)


def _counts(result: object) -> dict[str, Any]:
    """What of a job's result is fit for a line of log: its numbers."""
    facts = asdict(result) if is_dataclass(result) and not isinstance(result, type) else result
    if not isinstance(facts, dict):
        return {}
    return {str(name): value for name, value in facts.items() if isinstance(value, int)}
