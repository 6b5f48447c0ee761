"""What the sandbox's Google manages on one core, asked over connections that stay open, as clients ask.

The first argument says what is measured. The sandbox is a process of its own, so nothing is counted twice.
"""

import argparse
import json
import os
import resource
import socket
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench.told import Begun
from ce_calendar.commands.processes import Program, answers, sandbox_command
from tests.support.postgres import free_port

ANN = "ann@gmail.example"
ZONE = "Europe/Berlin"
CONNECTIONS = 8
"""Small requests are on their way over so many at a time, so that the sandbox never waits for us."""
PAGE = 2500
PAGES = 15
BATCH = 50
LEAST_BYTES = 200
"""That an event takes in the state file."""
MADE_UP = {"from": "2027-01-01", "days": 365}
EVENTS = "/calendar/v3/calendars/primary/events"
LISTED = f"/calendar/v3/users/me/calendarList/{quote(ANN)}"

Json = dict[str, Any]


def meeting(number: int) -> Json:
    """A meeting with two guests, as insert takes it."""
    day, hour = f"2027-03-{number % 28 + 1:02}", number % 22
    return {
        "summary": f"Visit {number}",
        "location": "Riverside Family Clinic",
        "description": "Some words about what is planned there.",
        "start": {"dateTime": f"{day}T{hour:02}:00:00", "timeZone": ZONE},
        "end": {"dateTime": f"{day}T{hour + 1:02}:00:00", "timeZone": ZONE},
        "attendees": [{"email": f"guest{number}@riverside.example"}, {"email": "bob@riverside.example"}],
    }


class Connection:
    """One that stays open. No library: the measuring must cost less than what is measured."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file = self._socket.makefile("rb")

    def send(self, request: bytes) -> None:
        """Ask."""
        self._socket.sendall(request)

    def read(self) -> bytes:
        """Return the body of an answer, which must be a success."""
        status, length = self._file.readline(), 0
        while (line := self._file.readline()) != b"\r\n":
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        body = self._file.read(length)
        if status.split()[1][:1] != b"2":
            raise RuntimeError(f"The sandbox answered {status!r}: {body[:300]!r}")
        return body

    def ask(self, request: bytes) -> bytes:
        """Ask and return the answer's body."""
        self.send(request)
        return self.read()


def request(verb: str, path: str, *, token: str = "", body: bytes = b"", kind: str = "application/json") -> bytes:
    """A request as it goes over the wire."""
    head = f"{verb} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    if token:
        head += f"Authorization: Bearer {token}\r\n"
    if verb != "GET":
        head += f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


class Sandbox:
    """A running sandbox."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.connection = Connection(port)

    def control(self, name: str, **wish: object) -> Json:
        """Have the control API do something."""
        body = json.dumps(wish).encode()
        done: Json = json.loads(self.connection.ask(request("POST", f"/_sandbox/{name}", body=body)))
        return done

    def token(self) -> str:
        """An access token of the one account."""
        return str(self.control("token", email=ANN)["access_token"])


@contextmanager
def running(*options: str) -> Iterator[Sandbox]:
    """A sandbox on a core of its own, where the system lets us choose."""
    port = free_port()
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    with tempfile.TemporaryDirectory() as folder:
        if cores:
            os.sched_setaffinity(0, cores[:1])  # for the child, which inherits it
        command = sandbox_command("--port", str(port), "--no-quotas", *options)
        program = Program("The sandbox", command, env={}, log=Path(folder) / "sandbox.log")
        if cores:
            os.sched_setaffinity(0, cores[1:] or cores)
        try:
            program.wait_until(answers(f"http://127.0.0.1:{port}/_sandbox/accounts"), seconds=300)
            yield Sandbox(port)
        finally:
            program.stop()


def per_second(sandbox: Sandbox, requests: Sequence[bytes], seconds: float) -> float:
    """How many of these requests are answered in a second."""
    connections = [Connection(sandbox.port) for _ in range(CONNECTIONS)]
    deadline, done, begun = time.perf_counter() + seconds, 0, time.perf_counter()
    for number, connection in enumerate(connections):
        connection.send(requests[number % len(requests)])
    while time.perf_counter() < deadline:
        for connection in connections:
            connection.read()
            done += 1
            connection.send(requests[(done + CONNECTIONS) % len(requests)])
    for connection in connections:
        connection.read()
    return (done + CONNECTIONS) / (time.perf_counter() - begun)


def milliseconds(connection: Connection, asked: bytes, times: int = PAGES) -> float:
    """What one of these requests takes, the median of some."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        connection.ask(asked)
        taken.append((time.perf_counter() - begun) * 1000)
    return statistics.median(taken)


def requests_and_pages(seconds: float, events: int, *options: str) -> dict[str, float]:
    """Small requests, batches, a page and an unchanged sync, in a calendar with so many events."""
    with running(*options) as sandbox:
        sandbox.control("accounts", email=ANN, time_zone=ZONE)
        added = Begun()
        sandbox.control("events", email=ANN, generate={"count": events, **MADE_UP})
        loading = added.taken()["seconds"]
        # The calendar of the page, so that what is inserted below is not in it.
        token = sandbox.token()
        ask = partial(request, token=token)
        first = sandbox.connection.ask(ask("GET", f"{EVENTS}?maxResults={PAGE}"))
        page: Json = json.loads(first)
        ids_of_page = [each["id"] for each in page["items"]]
        ids = ids_of_page[:200]
        while "nextPageToken" in page:
            page = json.loads(
                sandbox.connection.ask(ask("GET", f"{EVENTS}?maxResults={PAGE}&pageToken={page['nextPageToken']}"))
            )
        unchanged = ask("GET", f"{EVENTS}?maxResults={PAGE}&syncToken={quote(page['nextSyncToken'])}")
        found = {
            "loading": loading,
            "page": milliseconds(sandbox.connection, ask("GET", f"{EVENTS}?maxResults={PAGE}")),
            "page_events": len(ids_of_page),
            "page_bytes": len(first),
            "unchanged": per_second(sandbox, [unchanged], seconds),
            "get": per_second(sandbox, [ask("GET", f"{EVENTS}/{each}") for each in ids], seconds),
            "listed": per_second(sandbox, [ask("GET", LISTED)], seconds),
            "batch": BATCH * per_second(sandbox, [batch(token, ids[:BATCH])], seconds),
        }
        patch = json.dumps({"summary": "Another"}).encode()
        found["patch"] = per_second(sandbox, [ask("PATCH", f"{EVENTS}/{each}", body=patch) for each in ids], seconds)
        bodies = [json.dumps(meeting(number)).encode() for number in range(500)]
        return found | {"insert": per_second(sandbox, [ask("POST", EVENTS, body=body) for body in bodies], seconds)}


def batch(token: str, ids: Sequence[str]) -> bytes:
    """A batch that gets these events."""
    parts = [
        f"--b\r\nContent-Type: application/http\r\nContent-ID: <{number}>\r\n\r\nGET {EVENTS}/{each}\r\n\r\n"
        for number, each in enumerate(ids)
    ]
    body = "".join([*parts, "--b--\r\n"]).encode()
    return request("POST", "/batch/calendar/v3", token=token, body=body, kind="multipart/mixed; boundary=b")


def world(accounts: int, events: int) -> dict[str, float]:
    """Accounts with so many events each, made through the control API."""
    begun = Begun()
    with running("--no-validation") as sandbox:
        meetings = [meeting(number) for number in range(events)]
        for number in range(accounts):
            sandbox.control("accounts", email=f"a{number}@gmail.example", time_zone=ZONE, events=meetings)
        seconds = begun.taken()["seconds"]
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {"seconds": seconds, "megabytes": round(peak)}


def saving(events: int) -> dict[str, float]:
    """The longest that a request waits while so many events are saved, and how long a start takes that reads them."""
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "state.json"
        with running("--no-validation", "--state", str(state)) as sandbox:
            sandbox.control("accounts", email=ANN, time_zone=ZONE)
            token = sandbox.token()
            sandbox.control("events", email=ANN, generate={"count": events, **MADE_UP})
            waits = asking(sandbox, token, lambda: state.exists() and state.stat().st_size > events * LEAST_BYTES)
        begun = Begun()
        with running("--no-validation", "--state", str(state)):
            start = begun.taken()["seconds"]
        return {"wait": max(waits, default=0.0) * 1000, "start": start, "megabytes": state.stat().st_size / 2**20}


def asking(sandbox: Sandbox, token: str, is_saved: Callable[[], bool]) -> list[float]:
    """How long each of many requests waited until the state was saved."""
    waits, deadline = [], time.monotonic() + 120
    asked = request("GET", "/calendar/v3/users/me/calendarList", token=token)
    while not is_saved():
        if time.monotonic() > deadline:
            raise RuntimeError("The sandbox did not save its state.")
        begun = time.perf_counter()
        sandbox.connection.ask(asked)
        waits.append(time.perf_counter() - begun)
        time.sleep(0.002)
    return waits


def main() -> None:
    """Measure what was asked for, and tell."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["requests", "world", "saving"])
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--accounts", type=int, default=10_000)
    parser.add_argument("--validation", action="store_true")
    given = parser.parse_args()
    options = [] if given.validation else ["--no-validation"]
    ways = {
        "requests": partial(requests_and_pages, given.seconds, given.events, *options),
        "world": partial(world, given.accounts, given.events),
        "saving": partial(saving, given.events),
    }
    print(json.dumps(ways[given.what]()), flush=True)


if __name__ == "__main__":
    main()
