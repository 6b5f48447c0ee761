"""The clockwork, with work that only writes down; its ticks are called by hand, or at its start."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from structlog.testing import capture_logs

from ce_calendar.domain.meetings.runs import SyncReport
from ce_calendar.jobs.scheduler import Scheduler, Work

PATIENCE = 10


@dataclass
class Listed:
    """Work that writes down what it was asked, and waits or fails as a test likes."""

    due_ids: list[str] = field(default_factory=list)
    disconnecting_ids: list[str] = field(default_factory=list)
    backfill_ids: list[str] = field(default_factory=list)
    plan_ids: list[str] = field(default_factory=list)
    drain_ids: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    news: threading.Condition = field(default_factory=threading.Condition)

    def work(self) -> Work:
        return Work(
            sync=self.sync,
            due=self.due,
            finish_disconnect=lambda key: self.note(f"finish {key}"),
            disconnecting=lambda: self.disconnecting_ids,
            backfill=lambda key: self.note(f"backfill {key}"),
            backfills_owed=lambda: self.backfill_ids,
            housekeeping=lambda: self.note("housekeeping"),
            plan=lambda key: self.note(f"plan {key}"),
            plans_owed=lambda: self.plan_ids,
            drain=lambda key: self.note(f"drain {key}"),
            drains_due=lambda: self.drain_ids,
        )

    def sync(self, key: str) -> SyncReport:
        if key == "slow":
            self.note("slow begins")
            self.gate.wait(PATIENCE)
        if key == "bad":
            self.note("bad")
            raise RuntimeError("Quarterly review with Carla")
        self.note(f"sync {key}")
        return SyncReport(created=3)

    def due(self, organization_id: str | None) -> list[str]:
        return [f"{organization_id}-1"] if organization_id else self.due_ids

    def note(self, what: str) -> None:
        with self.news:
            self.done.append(what)
            self.news.notify_all()

    def wait_for(self, is_there: Callable[[list[str]], bool]) -> None:
        with self.news:
            assert self.news.wait_for(lambda: is_there(self.done), PATIENCE), self.done


@pytest.fixture
def listed() -> Listed:
    return Listed()


@pytest.fixture
def scheduler(listed: Listed) -> Iterator[Scheduler]:
    scheduler = Scheduler(listed.work, workers=2)
    yield scheduler
    listed.gate.set()
    scheduler.stop()


def test_nothing_runs_before_the_start_and_what_was_asked_runs_after_it(scheduler: Scheduler, listed: Listed) -> None:
    threads = threading.active_count()
    scheduler.enqueue("sync", "a")
    assert (listed.done, threading.active_count()) == ([], threads)
    scheduler.start()
    listed.wait_for(lambda done: "sync a" in done)


def test_the_start_takes_up_what_an_earlier_process_left(scheduler: Scheduler, listed: Listed) -> None:
    listed.due_ids, listed.disconnecting_ids, listed.backfill_ids = ["a", "b"], ["c"], ["d"]
    listed.plan_ids, listed.drain_ids = ["e"], ["f"]
    scheduler.start()
    left = {"sync a", "sync b", "finish c", "backfill d", "plan e", "drain f"}
    listed.wait_for({*left, "housekeeping"}.issubset)


def test_asked_twice_before_it_ran_it_runs_once(scheduler: Scheduler, listed: Listed) -> None:
    scheduler.enqueue("sync", "a")
    scheduler.enqueue("sync", "a")
    scheduler.start()
    scheduler.enqueue("sync", "b")
    listed.wait_for(lambda done: "sync b" in done)
    assert listed.done.count("sync a") == 1


def test_asked_while_it_runs_it_runs_again(scheduler: Scheduler, listed: Listed) -> None:
    scheduler.start()
    scheduler.enqueue("sync", "slow")
    listed.wait_for(lambda done: "slow begins" in done)
    scheduler.enqueue("sync", "slow")
    listed.gate.set()
    listed.wait_for(lambda done: done.count("sync slow") == 2)


def test_a_job_that_fails_stops_no_other_and_its_message_stays_out_of_the_log(
    scheduler: Scheduler, listed: Listed
) -> None:
    with capture_logs() as logs:
        scheduler.start()
        for key in ("bad", "a", "bad", "b"):
            scheduler.enqueue("sync", key)
        listed.wait_for({"bad", "sync a", "sync b"}.issubset)
        scheduler.stop()
    assert "Quarterly" not in str(logs)
    lines = {(line["job"], line["outcome"]) for line in logs}
    assert {("sync:bad", "failed"), ("sync:a", "done"), ("sync:b", "done")} <= lines
    assert next(line for line in logs if line["job"] == "sync:a")["created"] == 3


def test_one_slow_calendar_holds_up_neither_ticks_nor_others(scheduler: Scheduler, listed: Listed) -> None:
    scheduler.start()
    scheduler.enqueue("sync", "slow")
    listed.wait_for(lambda done: "slow begins" in done)
    scheduler.enqueue("sync", "a")
    listed.wait_for({"sync a", "housekeeping"}.issubset)
    assert "sync slow" not in listed.done


def test_an_organizations_due_connections_are_synced_on_demand(scheduler: Scheduler, listed: Listed) -> None:
    scheduler.start()
    scheduler.enqueue("sync-due", "org")
    listed.wait_for(lambda done: "sync org-1" in done)


def test_stopping_lets_the_job_under_way_end_and_begins_no_other(scheduler: Scheduler, listed: Listed) -> None:
    scheduler.start()
    scheduler.enqueue("sync", "slow")
    listed.wait_for(lambda done: "slow begins" in done)
    stopping = threading.Thread(target=scheduler.stop)
    scheduler._is_stopping = True
    scheduler.enqueue("sync", "late")
    stopping.start()
    listed.gate.set()
    stopping.join(PATIENCE)
    assert not stopping.is_alive()
    assert "sync slow" in listed.done
    assert "sync late" not in listed.done
    scheduler.enqueue("sync", "much later")


def test_a_job_nobody_knows_is_an_error_of_whoever_asks(scheduler: Scheduler) -> None:
    with pytest.raises(KeyError):
        scheduler.enqueue("sing", "a")
