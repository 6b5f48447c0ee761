"""Hold the sandbox's answers against Microsoft's own models: `make test-msgraph`.

Runs in an environment of its own, because the SDK is very large, and starts the sandbox with the application's Python.
Fails when a field of ours is unknown to the model, or when the model cannot make anything of a value of ours.
"""

import argparse
import dataclasses
import json
import re
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Any

import httpx
from kiota_abstractions.serialization import Parsable
from kiota_serialization_json.json_parse_node_factory import JsonParseNodeFactory
from msgraph.generated.models.calendar import Calendar
from msgraph.generated.models.calendar_collection_response import CalendarCollectionResponse
from msgraph.generated.models.event import Event
from msgraph.generated.models.event_collection_response import EventCollectionResponse
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.user import User
from msgraph.generated.users.item.calendar_view.delta.delta_get_response import DeltaGetResponse

Json = dict[str, Any]

STAFF = "staff.demo@outlook.example"
WINDOW = {"startDateTime": "2020-01-01T00:00:00Z", "endDateTime": "2040-01-01T00:00:00Z"}
PREFERENCES = (
    "odata.maxpagesize=200",
    'odata.maxpagesize=200, outlook.timezone="UTC", IdType="ImmutableId", outlook.body-content-type="text"',
)
_ANNOTATIONS = re.compile(r"@odata\.|@removed$")
_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


class Problems:
    """What did not fit, each once."""

    def __init__(self) -> None:
        self.found: dict[str, None] = {}
        self.fields = 0

    def parse(self, answer: Json, model: type[Parsable], where: str) -> None:
        """Let the SDK read an answer, and compare what it made of it."""
        node = JsonParseNodeFactory().get_root_parse_node("application/json", json.dumps(answer).encode())
        self._compare(answer, node.get_object_value(model), where)

    def _compare(self, ours: Any, theirs: Any, where: str) -> None:
        if isinstance(ours, dict):
            self._compare_object(ours, theirs, where)
        elif isinstance(ours, list):
            if not isinstance(theirs, list) or len(theirs) != len(ours):
                self._add(f"{where}: the model does not take this list")
                return
            for mine, other in zip(ours, theirs, strict=True):
                self._compare(mine, other, f"{where}[]")
        elif ours is not None:
            self.fields += 1
            if theirs is None:
                self._add(f"{where}: the model makes nothing of {ours!r}")
            elif isinstance(theirs, (str, bool, int)) and not isinstance(theirs, Enum) and theirs != ours:
                self._add(f"{where}: the model reads {theirs!r} instead of {ours!r}")

    def _compare_object(self, ours: Json, theirs: Any, where: str) -> None:
        if not dataclasses.is_dataclass(theirs):
            self._add(f"{where}: the model makes nothing of this object")
            return
        for name in getattr(theirs, "additional_data", {}):
            if not _ANNOTATIONS.match(name):
                self._add(f"{where}.{name}: unknown to {type(theirs).__name__}")
        for name, value in ours.items():
            attribute = _CAPITAL.sub("_", name).lower().replace("-", "_")
            if hasattr(theirs, attribute):
                self._compare(value, getattr(theirs, attribute), f"{where}.{name}")

    def _add(self, problem: str) -> None:
        self.found[problem] = None


@contextmanager
def running(python: str) -> Iterator[httpx.Client]:
    """Start a sandbox with the demo accounts, and give a client that is signed in."""
    command = [python, "-m", "ce_calendar.sandbox", "--port", "0", "--demo"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        told = [process.stdout.readline().rstrip() for _ in range(4)]
        trust = ssl.create_default_context(cafile=told[3].partition(" in ")[2])
        with httpx.Client(base_url=told[1].split()[-1], verify=trust, trust_env=False) as client:
            token = client.post("/_sandbox/token", json={"email": STAFF}).json()["access_token"]
            client.headers["Authorization"] = f"Bearer {token}"
            yield client
    finally:
        process.terminate()
        process.wait(timeout=10)


def check(client: httpx.Client, problems: Problems) -> None:
    """Fetch every kind of answer, in every manner of asking."""
    problems.parse(client.get("/v1.0/me").json(), User, "me")
    problems.parse(client.get("/v1.0/me/calendars").json(), CalendarCollectionResponse, "calendars")
    problems.parse(client.get("/v1.0/me/calendar").json(), Calendar, "calendar")
    for prefer in PREFERENCES:
        client.headers["Prefer"] = prefer
        for path in ("/v1.0/me/calendarView", "/v1.0/me/events"):
            answer = client.get(path, params={**WINDOW, "$count": "true"}).json()
            problems.parse(answer, EventCollectionResponse, path)
        begin = client.get("/v1.0/me/calendarView/delta", params=WINDOW).json()
        problems.parse(begin, DeltaGetResponse, "delta")
        _write(client, problems)
        changes = client.get(begin["@odata.deltaLink"]).json()
        if not any("@removed" in value for value in changes["value"]):
            raise SystemExit("The second round of the delta told of nothing that is gone.")
        problems.parse(changes, DeltaGetResponse, "delta, second round")
    client.headers["Prefer"] = "odata.maxpagesize=5"
    problems.parse(client.get("/v1.0/me/calendarView/delta", params=WINDOW).json(), DeltaGetResponse, "delta, a page")
    problems.parse(client.get("/v1.0/me/events/nonsense").json(), ODataError, "error")
    problems.parse(client.get("/v1.0/me", headers={"Authorization": ""}).json(), ODataError, "error, signed out")


def _write(client: httpx.Client, problems: Problems) -> None:
    moment = {"dateTime": "2027-03-01T10:00:00", "timeZone": "Europe/Berlin"}
    patterns: tuple[Json, ...] = (
        {"type": "daily", "interval": 2},
        {"type": "weekly", "interval": 1, "daysOfWeek": ["monday"], "firstDayOfWeek": "monday"},
        {"type": "absoluteMonthly", "interval": 1, "dayOfMonth": 1},
        {"type": "relativeYearly", "interval": 1, "month": 3, "daysOfWeek": ["monday"], "index": "last"},
    )
    for pattern in patterns:
        body = {
            "subject": "Series",
            "start": moment,
            "end": moment,
            "recurrence": {"pattern": pattern, "range": {"type": "endDate", "endDate": "2028-03-01"}},
            "attendees": [{"emailAddress": {"address": "bob@riverside.example"}}],
            "location": {"displayName": "Room 2"},
            "isOnlineMeeting": True,
        }
        made = client.post("/v1.0/me/events", json=body).json()
        problems.parse(made, Event, "created")
        path = f"/v1.0/me/events/{made['id']}"
        problems.parse(client.patch(path, json={"subject": "Changed"}).json(), Event, "changed")
        shown = client.get(f"{path}/instances", params=WINDOW).json()
        problems.parse(shown, EventCollectionResponse, "instances")
        client.delete(path).raise_for_status()


def main() -> int:
    """Say what does not fit; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--python", default=sys.executable, help="the Python that has the application's requirements")
    problems = Problems()
    with running(parser.parse_args().python) as client:
        check(client, problems)
    for problem in problems.found:
        print(problem)
    print(f"{problems.fields} fields read by Microsoft's models, {len(problems.found)} problems")
    return 1 if problems.found or not problems.fields else 0


if __name__ == "__main__":
    sys.exit(main())
