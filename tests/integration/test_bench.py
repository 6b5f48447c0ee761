"""`make bench` with next to nothing to measure: its figures mean nothing here, but it must not rot."""

import subprocess
import sys

import pytest

from ce_calendar.settings import ROOT

LITTLE = "--events 200 --runs 1 --seconds 0.2 --connections 3 --contacts 260 --no-browser"
LITTLE_PLANNER = "--employees 120 --tasks 1001"
LITTLE_SANDBOX = "--sandbox-events 300 --sandbox-accounts 3"


@pytest.mark.timeout(240)
def test_the_bench_measures_everything_there_is_without_the_library_it_compares_with() -> None:
    command = [sys.executable, "-m", "bench", *LITTLE.split(), *LITTLE_PLANNER.split(), *LITTLE_SANDBOX.split()]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    lines = [line.split("|")[1:4] for line in answer.stdout.splitlines() if line.startswith("| ")][2:]
    assert [what.strip() for what, _, _ in lines] == [
        "first sync of 200 events into SQLite",
        "floor: same JSON parsed, one bulk upsert",
        "nothing-changed syncs, one after the other",
        "the same, 4 at a time",
        "cards page of 3 connections, on the server",
        "timeline page over 200 events: coming",
        "timeline page over 200 events: past",
        "contacts page of 260 contacts: first",
        "contacts page of 260 contacts: last",
        "contacts page of 260 contacts: searched",
        "plan of 120 employees, 1,001 tasks: 1,504 events, all at once",
        "the same in pages of 100 employees, as the job plans",
        "the same once more, nothing changed",
        "another title for every event",
        "plan of one task that was moved",
        "120 employees, 1,001 tasks planned into SQLite by the job",
        "a task's status changed: checked, planned, owed, committed",
        "employees page of 120, on the server",
        "tasks page of 1,001, on the server",
        "sandbox: events.get",
        "sandbox: events.insert, two guests",
        "sandbox: events.patch",
        "sandbox: calendarList.get",
        "sandbox: events.get, in batches of 50",
        "sandbox: events.list with a sync token, nothing changed",
        "sandbox: a page of 300 events (0.2 MB)",
        "sandbox: 300 events through the control API",
        "sandbox: longest answer while 300 events are saved",
        "sandbox: start with these",
        "sandbox: 3 accounts with 100 events each, made one by one",
    ]
    assert all(measured.strip() for _, measured, _ in lines)
