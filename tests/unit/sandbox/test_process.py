"""The sandbox as a process: its port, its end, its memory."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.unit.sandbox.driver import ANN, Process, Sandbox, meeting, start


@contextmanager
def running(*arguments: str) -> Iterator[tuple[Process, Sandbox]]:
    process = start(*arguments)
    with requests.Session() as http:
        http.trust_env = False
        sandbox = Sandbox(process.url, http)
        try:
            yield process, sandbox
            # Of one that a test has ended nobody can ask.
            assert process.popen.poll() is not None or sandbox.misfits() == []
        finally:
            sandbox.close_clients()
            process.stop()


def test_accounts_events_and_tokens_survive_a_restart(tmp_path: Path) -> None:
    state = str(tmp_path / "deep" / "state.json")
    with running("--state", state) as (_, sandbox):
        series = meeting(id="series", recurrence=["RRULE:FREQ=DAILY;COUNT=3"])
        sandbox.account(events=[meeting(), series])
        token = sandbox.token(ANN)
        google = sandbox.google_with(token)
        sync = google.events().list(calendarId="primary", singleEvents=True).execute()["nextSyncToken"]
        google.events().delete(calendarId="primary", eventId="series_20270302T090000Z").execute()
    assert (tmp_path / "deep" / "state.json").stat().st_mode & 0o077 == 0
    with running("--state", state) as (_, sandbox):
        events = sandbox.google_with(token).events()
        assert len(events.list(calendarId="primary", singleEvents=True).execute()["items"]) == 3
        since = events.list(calendarId="primary", singleEvents=True, syncToken=sync).execute()["items"]
        assert [(event["id"], event["status"]) for event in since] == [("series_20270302T090000Z", "cancelled")]


def test_a_killed_sandbox_has_saved_what_happened_a_moment_ago(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    with running("--state", str(state)) as (process, sandbox):
        sandbox.account()
        deadline = time.monotonic() + 10
        while ANN not in (state.read_text() if state.exists() else "") and time.monotonic() < deadline:
            time.sleep(0.05)
        process.popen.kill()
        process.popen.wait(timeout=10)
    assert ANN in state.read_text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_at_once_and_cleanly_even_with_connections_open(number: signal.Signals) -> None:
    with running() as (process, sandbox):
        sandbox.account()
        process.popen.send_signal(number)
        begun = time.monotonic()
        assert process.popen.wait(timeout=10) == 0
        assert time.monotonic() - begun < 5


def test_a_busy_port_is_one_clear_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "ce_calendar.sandbox", "--port", str(port)]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr.splitlines() == [f"Port {port} of 127.0.0.1 cannot be used: Address already in use."]


def test_a_file_that_is_no_state_is_left_alone(tmp_path: Path) -> None:
    state = tmp_path / "letter.txt"
    state.write_text("Dear Ann")
    command = [sys.executable, "-m", "ce_calendar.sandbox", "--port", "0", "--state", str(state)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert (ended.returncode, len(ended.stderr.splitlines())) == (2, 1)
    assert state.read_text() == "Dear Ann"


def test_the_demo_accounts_are_there_and_pass_validation() -> None:
    with running("--demo") as (_, sandbox):
        google = sandbox.google("staff.demo@gmail.example")
        calendars = google.calendarList().list().execute()["items"]
        assert [entry["accessRole"] for entry in calendars] == [
            *("owner", "owner", "reader", "freeBusyReader", "reader")
        ]
        tasks = sandbox.google("erp.central@gmail.example").acl().list(calendarId=calendars[-1]["id"]).execute()
        assert [rule["role"] for rule in tasks["items"]] == ["owner", "reader"]
        events = [
            event
            for entry in calendars
            for event in google.events().list(calendarId=entry["id"], maxResults=2500).execute()["items"]
        ]
        assert 50 <= len(events) <= 70
        shared = [event for event in events if event.get("iCalUID") == "quarterly-partner-review@ce-demo.example"]
        theirs = sandbox.google("admin.demo@gmail.example").events().list(calendarId="primary").execute()["items"]
        assert shared[0]["iCalUID"] in [event.get("iCalUID") for event in theirs]
        sandbox.control("reset")
        assert "erp.central@gmail.example" in sandbox.http.get(f"{sandbox.url}/").text
