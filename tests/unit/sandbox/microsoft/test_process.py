"""The sandbox as a process: its ports, its CA, its memory of Microsoft."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
import requests

from tests.unit.sandbox.driver import Process, start
from tests.unit.sandbox.microsoft.driver import Graph, Microsoft, clients, meeting

STAFF = "staff.demo@outlook.example"
SHARED = "quarterly-partner-review@ce-demo.example"
_GET = (
    "import sys, requests\n"
    "requests.get(sys.argv[1], verify=sys.argv[2], headers={'Authorization': 'Bearer ' + sys.argv[3]})"
)


@contextmanager
def running(*arguments: str) -> Iterator[tuple[Process, Microsoft]]:
    process = start(*arguments)
    with requests.Session() as http:
        try:
            yield process, clients(process, http)
        finally:
            process.stop()


def test_tokens_links_and_the_certificate_authority_survive_a_restart(tmp_path: Path) -> None:
    options = ("--state", str(tmp_path / "state.json"), "--microsoft-ca", str(tmp_path / "ca.pem"))
    with running(*options) as (_, microsoft):
        microsoft.account(events=[meeting()], calendars=[{"name": "Team"}])
        graph = microsoft.graph()
        made = graph.create(meeting("Later", 2))
        _, link = graph.round()
        graph.delete(made["id"])
        authority = (tmp_path / "ca.pem").read_text()
    assert (tmp_path / "state.json").stat().st_mode & 0o077 == 0
    with running(*options) as (_, again):
        later = Graph(again, graph.token)
        assert [event["subject"] for event in later.view()] == ["Visit"]
        assert len(later.get("/me/calendars")["value"]) == 2
        token = link.partition("?")[2]
        assert [each["@removed"] for each in later.round(f"/me/calendarView/delta?{token}")[0]] == [
            {"reason": "deleted"}
        ]
        assert (tmp_path / "ca.pem").read_text() == authority


def test_a_state_file_of_before_there_was_a_microsoft_is_taken_up(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    account = {"email": "ann@gmail.example", "name": "Ann", "time_zone": "UTC", "entries": {}}
    grants: dict[str, object] = {"access": {}, "refresh": {}}
    old = {"format": 1, "advanced": 0.0, "accounts": [account], "calendars": [], "grants": grants, "mails": []}
    state.write_text(json.dumps(old))
    with running("--state", str(state), "--demo") as (process, microsoft):
        google = microsoft.http.get(f"{process.url}/_sandbox/accounts").json()
        assert google == {"accounts": [{"email": "ann@gmail.example"}]}
        # What was not in the file begins as any sandbox does.
        assert {"email": STAFF} in microsoft.http.get(f"{microsoft.url}/_sandbox/accounts").json()["accounts"]
    assert json.loads(state.read_text().splitlines()[0])["format"] == 3


@pytest.mark.parametrize("option", ["--microsoft-port", "--microsoft-plain-port"])
def test_a_busy_port_is_one_clear_line(option: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "ce_calendar.sandbox", "--port", "0", option, str(port)]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.splitlines() == [f"Port {port} of 127.0.0.1 cannot be used: Address already in use."]


def test_a_place_where_no_certificate_can_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    command = [sys.executable, "-m", "ce_calendar.sandbox", "--port", "0", "--microsoft-ca", str(tmp_path / "file/ca")]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert (ended.returncode, ended.stdout, len(ended.stderr.splitlines())) == (2, "", 1)


def test_it_ends_at_once_even_with_idle_and_waiting_tls_connections() -> None:
    with running() as (process, microsoft):
        microsoft.account()
        microsoft.control("faults", operation="GET /me", latency_ms=60_000)
        graph = microsoft.graph()
        command = [sys.executable, "-c", _GET, f"{microsoft.url}/v1.0/me", str(microsoft.http.verify), graph.token]
        waiting = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        # Long enough for it to have asked; there is nothing to see of a request before it is answered.
        time.sleep(0.8)
        process.popen.send_signal(signal.SIGTERM)
        begun = time.monotonic()
        assert process.popen.wait(timeout=10) == 0
        assert time.monotonic() - begun < 5
        waiting.wait(timeout=10)


def test_the_temporary_certificate_is_gone_after_the_end() -> None:
    with running() as (process, microsoft):
        assert microsoft.http.get(microsoft.url + "/").status_code == 200
        assert process.microsoft_ca.exists()
    assert not process.microsoft_ca.exists()


def test_the_demo_accounts_share_one_meeting_with_googles() -> None:
    with running("--demo") as (process, microsoft):
        graph = microsoft.graph(email=STAFF)
        window = {"startDateTime": "2000-01-01T00:00:00Z", "endDateTime": "2100-01-01T00:00:00Z"}
        events = graph.view(**window)
        kinds = {event["type"] for event in events}
        assert kinds == {"singleInstance", "occurrence", "exception"}
        assert 25 <= len(events) <= 45
        assert {"private", "confidential"} <= {event["sensitivity"] for event in events}
        zones = {event["originalStartTimeZone"] for event in events}
        assert {"Central Standard Time", "tzone://Microsoft/Custom", "tzone://Microsoft/Utc"} <= zones
        (ours,) = [event for event in events if event["iCalUId"] == SHARED]
        headers = {"Authorization": f"Bearer {_google_token(process, microsoft)}"}
        address = f"{process.url}/calendar/v3/calendars/primary/events?iCalUID={SHARED}"
        (theirs,) = microsoft.http.get(address, headers=headers).json()["items"]
        start = datetime.fromisoformat(theirs["start"]["dateTime"])
        assert start == datetime.fromisoformat(ours["start"]["dateTime"][:19] + "+00:00")
        microsoft.control("reset")
        assert len(microsoft.graph(email=STAFF).view(**window)) == len(events)
        assert microsoft.graph(email="admin.demo@outlook.example").view(**window)


def _google_token(process: Process, microsoft: Microsoft) -> str:
    body = {"email": "staff.demo@gmail.example"}
    return str(microsoft.http.post(f"{process.url}/_sandbox/token", json=body).json()["access_token"])
