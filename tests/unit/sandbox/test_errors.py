"""Refusals in Google's form, and requests that no well-behaved client would send."""

import asyncio
import json
import socket
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from starlette.types import Receive, Scope, Send

from ce_calendar.sandbox.google.errors import GoogleError, insufficient_scopes
from ce_calendar.sandbox.google.front.entrance import replay
from ce_calendar.sandbox.google.front.gate import Gate
from ce_calendar.sandbox.google.world import World
from ce_calendar.sandbox.requestlog import Recording
from ce_calendar.sandbox.trouble import Held
from tests.unit.sandbox.driver import ANN, CALENDAR, Sandbox, meeting

EVENTS = "/calendar/v3/calendars/primary/events"
LIST = "/calendar/v3/users/me/calendarList"

pytestmark = pytest.mark.misfits_allowed


@pytest.fixture
def headers(sandbox: Sandbox) -> dict[str, str]:
    return {"Authorization": f"Bearer {sandbox.token(sandbox.account())}"}


def detail_of(answer: requests.Response) -> dict[str, str]:
    error = answer.json()["error"]
    assert error["code"] == answer.status_code
    detail: dict[str, str] = error["errors"][0]
    return detail


def test_a_refusal_has_google_s_form() -> None:
    assert GoogleError(404, "notFound", "Not Found").body() == {
        "error": {
            "errors": [{"domain": "global", "reason": "notFound", "message": "Not Found"}],
            "code": 404,
            "message": "Not Found",
        }
    }
    assert GoogleError(403, "rateLimitExceeded", "Slow").body()["error"]["errors"][0]["domain"] == "usageLimits"
    assert GoogleError(400, "required", "x", location="timeMin").body()["error"]["errors"][0] == {
        "domain": "global",
        "reason": "required",
        "message": "x",
        "locationType": "parameter",
        "location": "timeMin",
    }


@pytest.mark.parametrize(
    ("reason", "rest"),
    [
        ("requiredAccessLevel", {"domain": "calendar"}),
        ("fullSyncRequired", {"domain": "calendar", "locationType": "parameter", "location": "syncToken"}),
        ("conditionNotMet", {"domain": "global", "locationType": "header", "location": "If-Match"}),
        ("quotaExceeded", {"domain": "usageLimits"}),
        ("duplicate", {"domain": "global"}),
    ],
)
def test_a_refusal_says_which_part_of_google_refuses_and_what_it_is_about(reason: str, rest: dict[str, str]) -> None:
    detail = GoogleError(400, reason, "x").body()["error"]["errors"][0]

    assert detail == {"reason": reason, "message": "x", **rest}


def test_a_window_that_is_empty_is_refused_for_its_end(sandbox: Sandbox, headers: dict[str, str]) -> None:
    window = {"timeMin": "2027-03-02T00:00:00Z", "timeMax": "2027-03-01T00:00:00Z"}

    detail = detail_of(sandbox.http.get(sandbox.url + EVENTS, params=window, headers=headers))

    assert (detail["domain"], detail["reason"], detail["location"]) == ("calendar", "timeRangeEmpty", "timeMax")


@pytest.mark.parametrize(
    ("authorization", "reason"),
    [({}, "required"), ({"Authorization": "Bearer gone"}, "authError"), ({"Authorization": "Basic YTpi"}, "required")],
)
def test_who_does_not_say_who_it_is_is_told_which_header_is_wrong(
    sandbox: Sandbox, authorization: dict[str, str], reason: str
) -> None:
    answer = sandbox.http.get(sandbox.url + LIST, headers=authorization)
    detail = detail_of(answer)
    assert (answer.status_code, detail["reason"]) == (401, reason)
    assert (detail["locationType"], detail["location"]) == ("header", "Authorization")
    assert answer.json()["error"]["status"] == "UNAUTHENTICATED"
    assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="https://accounts.google.com/"')


def test_a_token_for_something_else_is_told_what_it_lacks(sandbox: Sandbox) -> None:
    token = sandbox.token(sandbox.account(), "openid")
    answer = sandbox.http.get(sandbox.url + LIST, headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, detail_of(answer)["reason"]) == (403, "insufficientPermissions")
    assert answer.json()["error"]["status"] == "PERMISSION_DENIED"
    assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]
    assert insufficient_scopes(frozenset(("b", "a"))).response().headers["www-authenticate"].endswith('scope="a b"')


@pytest.mark.parametrize(
    ("query", "reason", "location"),
    [
        ({"maxResults": "many"}, "invalidParameter", "maxResults"),
        ({"maxResults": "1_0"}, "invalidParameter", "maxResults"),  # Python would read it
        ({"maxResults": "\uff11\uff10"}, "invalidParameter", "maxResults"),  # digits, but not these
        ({"maxResults": "9" * 5000}, "invalidParameter", "maxResults"),
        ({"timeMin": "20270301T000000Z"}, "invalidParameter", "timeMin"),
        ({"timeMin": "2027-03-01T00:00:00\u0660Z"}, "invalidParameter", "timeMin"),
        ({"title": "x"}, "invalidParameter", "title"),
        ({"orderBy": "\0"}, "invalidParameter", "orderBy"),
    ],
)
def test_a_wrong_parameter_is_named(
    sandbox: Sandbox, headers: dict[str, str], query: dict[str, str], reason: str, location: str
) -> None:
    detail = detail_of(sandbox.http.get(sandbox.url + EVENTS, params=query, headers=headers))
    assert (detail["reason"], detail["locationType"], detail["location"]) == (reason, "parameter", location)


def test_a_missing_parameter_is_named(sandbox: Sandbox, headers: dict[str, str]) -> None:
    detail = detail_of(sandbox.http.post(f"{sandbox.url}{EVENTS}/abcde/move", headers=headers))
    assert (detail["reason"], detail["location"]) == ("required", "destination")


@pytest.mark.parametrize(
    ("method", "path", "refusal"),
    [
        ("GET", "/calendar/v3/nothing", (404, "notFound")),
        ("GET", "/calendar/v3/", (404, "notFound")),
        ("GET", "/calendar/v3/calendars/%FF%FE/events/%00/x/y", (404, "notFound")),
        ("DELETE", LIST, (405, "httpMethodNotAllowed")),
        ("PURGE", EVENTS, (405, "httpMethodNotAllowed")),
        ("GET", "/batch/calendar/v3", (405, "httpMethodNotAllowed")),
        ("GET", "/calendar/v3/calendars/%FF/events", (404, "notFound")),  # no such calendar
    ],
)
def test_what_is_not_there_is_refused(
    sandbox: Sandbox, headers: dict[str, str], method: str, path: str, refusal: tuple[int, str]
) -> None:
    answer = sandbox.http.request(method, sandbox.url + path, headers=headers)
    assert (answer.status_code, detail_of(answer)["reason"]) == refusal


def test_the_head_alone_comes_without_a_body_and_options_are_told(sandbox: Sandbox, headers: dict[str, str]) -> None:
    head = sandbox.http.head(sandbox.url + LIST, headers=headers)
    assert (head.status_code, head.content, int(head.headers["Content-Length"]) > 0) == (200, b"", True)
    options = sandbox.http.options(sandbox.url + LIST)
    assert (options.status_code, options.headers["Allow"]) == (200, "OPTIONS, GET, POST")
    assert not [name for name in options.headers if name.lower().startswith("access-control")]


DEEP = 5000


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        ("summary=Visit", "application/x-www-form-urlencoded", "parseError"),
        ("Visit", "text/plain", "badContent"),
        ("{", "application/json", "parseError"),
        ("[]", "application/json", "parseError"),
        ('"x"', "application/json; charset=utf-8", "parseError"),
        ('{"sequence": NaN}', "application/json", "parseError"),
        ('{"sequence": 1e999}', "application/json", "parseError"),
        ('{"sequence": ' + "9" * 5000 + "}", "application/json", "parseError"),
        (b'{"summary": "\xff"}', "application/json", "parseError"),
        (r'{"summary": "\ud800"}', "application/json", "parseError"),
        ('{"summary": ' + "[" * DEEP + "]" * DEEP + "}", "application/json", "parseError"),
        ('{"a":' * DEEP + "1" + "}" * DEEP, "application/json", "parseError"),
        (json.dumps(meeting(start={"date": "20270301"})), "application/json", "invalid"),
        (json.dumps(meeting(sequence=10**30)), "application/json", "invalid"),
    ],
)
def test_a_body_that_is_no_json_object_is_refused(
    sandbox: Sandbox, headers: dict[str, str], body: Any, content_type: str, reason: str
) -> None:
    answer = sandbox.http.post(sandbox.url + EVENTS, data=body, headers=headers | {"Content-Type": content_type})
    assert (answer.status_code, detail_of(answer)["reason"]) == (400, reason)


def test_odd_but_whole_characters_are_kept(sandbox: Sandbox, headers: dict[str, str]) -> None:
    for summary in ("\U0001f600", "\u202eback", "line\nline", "a\u0000b"):
        answer = sandbox.http.post(sandbox.url + EVENTS, json=meeting(summary), headers=headers)
        assert (answer.status_code, answer.json()["summary"]) == (200, summary)


def test_a_body_that_is_too_large_is_refused_by_its_length(sandbox: Sandbox, headers: dict[str, str]) -> None:
    body = b" " * (10 * 1024 * 1024 + 1)
    answer = sandbox.http.post(sandbox.url + EVENTS, data=body, headers=headers)
    assert (answer.status_code, detail_of(answer)["reason"]) == (413, "uploadTooLarge")
    parts = (b" " * 65536 for _ in range(161))
    answer = sandbox.http.post(sandbox.url + EVENTS, data=parts, headers=headers)
    assert answer.status_code == 413


def test_a_post_without_a_length_is_refused(sandbox: Sandbox) -> None:
    address = urlsplit(sandbox.url)
    with socket.create_connection((str(address.hostname), address.port or 0), timeout=5) as raw:
        raw.sendall(f"POST {EVENTS} HTTP/1.1\r\nHost: {address.netloc}\r\nConnection: close\r\n\r\n".encode())
        assert raw.recv(100).startswith(b"HTTP/1.1 411 ")


def test_a_get_may_be_sent_as_a_post_with_its_query_as_a_form(sandbox: Sandbox, headers: dict[str, str]) -> None:
    sandbox.account(events=[meeting("Roof"), meeting("Cellar")])
    override = headers | {"X-HTTP-Method-Override": "GET"}
    answer = sandbox.http.post(sandbox.url + EVENTS, data={"q": "roof"}, headers=override)
    assert [event["summary"] for event in answer.json()["items"]] == ["Roof"]
    last = sandbox.log()["requests"][-1]
    assert (last["operation"], last["method"]) == ("events.list", "GET")
    patched = sandbox.http.post(
        f"{sandbox.url}{EVENTS}/{answer.json()['items'][0]['id']}",
        json={"summary": "Attic"},
        headers=headers | {"X-HTTP-Method-Override": "PATCH"},
    )
    assert patched.json()["summary"] == "Attic"


def test_google_s_client_sends_long_questions_so(sandbox: Sandbox) -> None:
    sandbox.account(events=[meeting("Roof")])
    events = sandbox.google().events()
    answer = events.list(calendarId="primary", q="roof", privateExtendedProperty=["k=" + "v" * 50] * 60).execute()
    assert answer["items"] == []
    assert sandbox.log()["requests"][-1]["method"] == "GET"


def test_what_does_not_fit_is_remembered_without_values(sandbox: Sandbox, headers: dict[str, str]) -> None:
    sandbox.http.get(sandbox.url + EVENTS, params={"maxResults": "secret"}, headers=headers)
    sandbox.http.post(sandbox.url + EVENTS, json=meeting(location=["secret"]), headers=headers)
    sandbox.http.get(sandbox.url + "/calendar/v3/secret", headers=headers)
    misfits = sandbox.http.get(f"{sandbox.url}/_sandbox/misfits").json()["misfits"]
    assert [(misfit["n"], misfit["operation"], misfit["side"]) for misfit in misfits] == [
        *((1, "events.list", "request"), (2, "events.insert", "request"), (3, "unknown", "request"))
    ]
    assert ("maxResults" in misfits[0]["what"], "location" in misfits[1]["what"]) == (True, True)
    assert "secret" not in json.dumps(misfits)
    sandbox.control("reset")
    assert sandbox.http.get(f"{sandbox.url}/_sandbox/misfits").json() == {"misfits": []}


def test_a_well_behaved_client_leaves_no_misfits(sandbox: Sandbox, headers: dict[str, str]) -> None:
    sandbox.google(ANN).events().insert(calendarId="primary", body=meeting()).execute()
    assert sandbox.http.get(f"{sandbox.url}/_sandbox/misfits").json() == {"misfits": []}


def test_what_the_sandbox_stumbles_over_is_answered_as_google_would_and_told() -> None:
    world = World()
    email = world.add_account(ANN).email
    token = world.grants.new_access(email, "app", [CALENDAR])

    async def stumbling(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise KeyError("somebody's title")

    held = Held()
    scope = {
        "type": "http",
        "method": "GET",
        "path": LIST,
        "raw_path": LIST.encode(),
        "query_string": b"",
        "headers": [(b"authorization", f"Bearer {token}".encode())],
    }
    asyncio.run(Recording(Gate(stumbling, world), world.log)(scope, replay(b""), held.send))

    answer = held.response()
    assert (answer.status_code, json.loads(bytes(answer.body))["error"]["errors"][0]["reason"]) == (500, "backendError")
    misfit = world.misfits.to_json()[0]
    assert (misfit["operation"], misfit["side"]) == ("calendarList.list", "answer")
    assert misfit["what"].startswith("KeyError at test_errors.py:")
