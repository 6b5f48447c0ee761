"""Whatever is sent to Google's routes gets an answer of Google's kind: never a 500 that nobody asked for."""

import asyncio
import json
from typing import Any
from urllib.parse import quote

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ce_calendar.sandbox.google import discovery
from ce_calendar.sandbox.google.app import build_app
from ce_calendar.sandbox.google.discovery import Method
from ce_calendar.sandbox.google.world import World

Json = dict[str, Any]

ANN, BEN, TEAM = "ann@gmail.example", "ben@gmail.example", "team@group.calendar.google.com"
DOCUMENT = discovery.load()
METHODS = sorted(DOCUMENT.methods)
SERIES, SINGLE = "series0", "single0"

ODD_TEXTS = [
    "",
    " ",
    "\x00",
    "\ud800",
    "\u202e",
    "a" * 5000,
    "%2F",
    "..x",
    "null",
    "-1",
    "0",
    "1e999",
    "\xff",
    "'\"<&>",
    "😀",
]
MOMENTS = [
    "2027-03-01T10:00:00Z",
    "2027-03-01T10:00:00+14:00",
    "2027-03-28T02:30:00",
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59-12:00",
    "2027-02-30T10:00:00Z",
    "2027-03-01T24:00:00Z",
    "2027-03-01t10:00:00z",
    "2027-03-01",
    "99999-01-01T00:00:00Z",
]
DAYS = ["2027-03-01", "0001-01-01", "9999-12-31", "2027-13-01", "20270301", "2027-W01-1", ""]
RULES = [
    "RRULE:FREQ=DAILY",
    "RRULE:FREQ=DAILY;COUNT=3",
    "RRULE:FREQ=WEEKLY;UNTIL=99991231T235959Z",
    "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    "RRULE:FREQ=MONTHLY;BYDAY=99MO",
    "RRULE:FREQ=DAILY;UNTIL=00010101",
    "RRULE:FREQ=DAILY;COUNT=99999999999999999999",
    "RRULE:FREQ=DAILY;INTERVAL=99999999999999999999",
    "RRULE:FREQ=HOURLY;BYSECOND=61",
    "RRULE:",
    "RDATE:20270302T100000Z",
    "RDATE;VALUE=PERIOD:20270302T100000Z/PT1H",
    "RDATE;TZID=Nowhere/Never:20270302T100000",
    "RDATE:00010101T000000Z,99991231T235959Z",
    "EXDATE:20270301",
    "EXDATE;TZID=Europe/Berlin:20270308T100000",
    "EXRULE:FREQ=DAILY",
    "\x00",
]
ZONES = [
    "UTC",
    "Europe/Berlin",
    "Nowhere/Never",
    "../../etc/passwd",
    "/etc/localtime",
    "",
    "\x00",
    "Etc/GMT+12",
    "America",
]
IDS = [
    ANN,
    BEN,
    TEAM,
    "primary",
    SERIES,
    SINGLE,
    f"{SERIES}_20270308T090000Z",
    f"{SERIES}_",
    f"{SERIES}_20270230T090000Z",
]
KNOWN = [*IDS, f"user:{BEN}", "user:", "default", "domain:gmail.example", "timezone", "invalid", "abcdefgh"]

Sent = tuple[str, str, list[tuple[str, str]], bytes | None, dict[str, str]]
"""Method, path, query, body, headers."""

odd_text = st.sampled_from(ODD_TEXTS) | st.text(max_size=20)
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | odd_text,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(odd_text, below, max_size=3),
    max_leaves=6,
)


def fitting(schema: Json, depth: int = 0) -> st.SearchStrategy[Any]:
    """Values of a discovery schema's type, plausible ones mixed with such as only its type allows."""
    if "$ref" in schema:
        return objects(schema["$ref"], depth + 1)
    match schema.get("type"):
        case "array":
            return st.lists(fitting(schema["items"], depth), max_size=3)
        case "object":
            below = schema.get("additionalProperties", {"type": "string"})
            names = odd_text | st.sampled_from(["private", "a"])
            return st.dictionaries(names, fitting(below, depth), max_size=3)
        case "boolean":
            return st.booleans()
        case "integer":
            return st.sampled_from([0, 1, -1, 5, 2**31 - 1, -(2**31)]) | st.integers(-(2**31), 2**31 - 1)
        case _:
            return texts(schema)


def texts(schema: Json) -> st.SearchStrategy[str]:
    formats = {"date-time": MOMENTS, "date": DAYS}
    if schema.get("format") in formats:
        return st.sampled_from(formats[schema["format"]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    return st.sampled_from([*KNOWN, *ZONES, *RULES, "confirmed", "cancelled", "reader", "owner", "web_hook"]) | odd_text


DEPTH = 4
USEFUL = {
    "start": st.builds(
        lambda moment, zone: {"dateTime": moment, "timeZone": zone}, *map(st.sampled_from, (MOMENTS, ZONES))
    )
    | st.builds(lambda day: {"date": day}, st.sampled_from(DAYS)),
    "recurrence": st.lists(st.sampled_from(RULES), max_size=3),
    "timeZone": st.sampled_from(ZONES),
    "status": st.sampled_from(["confirmed", "tentative", "cancelled", "gone"]),
    "eventType": st.sampled_from(
        ["default", "outOfOffice", "focusTime", "workingLocation", "birthday", "fromGmail", "x"]
    ),
    "address": st.sampled_from(
        ["https://127.0.0.1:1/hook", "http://localhost:1", "https://elsewhere.example/", "x", ""]
    ),
    "role": st.sampled_from(["none", "freeBusyReader", "reader", "writer", "owner", "king"]),
    "expiration": st.sampled_from(["0", "-1", "4000000000000", "99999999999999999999", "soon"]),
}
USEFUL["end"] = USEFUL["originalStartTime"] = USEFUL["start"]


def objects(name: str, depth: int = 0) -> st.SearchStrategy[Json]:
    """Objects of one of Google's schemas, any field present or not."""
    if depth > DEPTH:
        return st.just({})
    fields = DOCUMENT.schemas[name].get("properties", {})
    optional = {
        field: (USEFUL[field] | fitting(schema, depth) if field in USEFUL else fitting(schema, depth))
        for field, schema in fields.items()
    }
    return st.fixed_dictionaries({}, optional=optional)


BODIES = {
    name: objects(name) for name in sorted({method.request for method in DOCUMENT.methods.values() if method.request})
}


def query_value(schema: Json) -> st.SearchStrategy[str]:
    return (
        fitting(schema).map(lambda value: json.dumps(value) if isinstance(value, bool | int) else str(value)) | odd_text
    )


@st.composite
def requests(draw: st.DrawFn) -> Sent:
    """One request: mostly of a real operation, with parts of it odd."""
    method: Method = DOCUMENT.methods[draw(st.sampled_from(METHODS))]
    parts = [draw(st.sampled_from(KNOWN) | odd_text) if part.startswith("{") else part for part in method.template]
    path = "/calendar/v3/" + "/".join(quote(part, safe="", errors="surrogatepass") for part in parts)
    names = draw(st.lists(st.sampled_from(sorted(method.parameters)) | odd_text, max_size=4))
    query = [(name, draw(query_value(method.parameters.get(name, {})))) for name in names]
    body = None
    if method.request:
        content = draw(BODIES[method.request] | junk)
        body = json.dumps(content).encode("utf-8", "surrogatepass")
        if draw(st.integers(0, 20)) == 0:
            body = draw(st.binary(max_size=30) | st.just(b"[" * 20_000))
    headers = {"If-Match": draw(st.sampled_from(["*", '"1"', "x", ""]))} if draw(st.booleans()) else {}
    return method.http_method, path, query, body, headers


class Town:
    """An application in this process, with two accounts who know each other."""

    def __init__(self) -> None:
        self.world = World()
        self.app = build_app(self.world, begin=lambda: None)
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://127.0.0.1")
        ann = self.world.add_account(ANN, time_zone="Europe/Berlin")
        self.world.add_account(BEN)
        self.world.add_calendar(ann, TEAM, summary="Team", time_zone="America/New_York")
        scopes = ["https://www.googleapis.com/auth/calendar"]
        self.token = self.world.grants.new_access(ANN, "client-1", scopes)
        for event in (
            {"id": SERIES, "recurrence": ["RRULE:FREQ=WEEKLY"], "attendees": [{"email": BEN}]},
            {"id": SINGLE},
        ):
            span = {
                "start": {"dateTime": "2027-03-01T10:00:00", "timeZone": "Europe/Berlin"},
                "end": {"dateTime": "2027-03-01T11:00:00", "timeZone": "Europe/Berlin"},
            }
            self.world.calendars[ANN].insert({**event, **span}, self.world.clock, self.world.base_url)

    async def send(
        self, request: tuple[str, str, list[tuple[str, str]], bytes | None, dict[str, str]]
    ) -> httpx.Response:
        verb, path, query, body, headers = request
        pairs = "&".join(
            f"{quote(name, safe='', errors='surrogatepass')}={quote(value, safe='', errors='surrogatepass')}"
            for name, value in query
        )
        return await self.client.request(
            verb,
            f"{path}?{pairs}" if pairs else path,
            content=body,
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **headers},
        )


@given(history=st.lists(requests(), min_size=1, max_size=6))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_no_request_meets_a_500(history: list[Sent]) -> None:
    async def live() -> None:
        town = Town()
        async with town.client:
            for request in history:
                answer = await town.send(request)
                assert answer.status_code < 500, (request, answer.text)
                if answer.status_code >= 400:
                    assert answer.json()["error"]["code"] == answer.status_code

    asyncio.run(live())
