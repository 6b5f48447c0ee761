"""Partial answers and the other parameters that all operations share."""

from typing import Any

import pytest
import requests

from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.front.partial import read_mask, select
from tests.unit.sandbox.driver import ANN, Sandbox, meeting

NINE, SECOND = "2027-03-01T09:00:00Z", "2027-03-02"
LISTING = {
    "kind": "calendar#events",
    "summary": "Ann",
    "items": [
        {"id": "a", "start": {"dateTime": NINE, "timeZone": "UTC"}, "summary": "One"},
        {"id": "b", "start": {"date": SECOND}, "extendedProperties": {"private": {"key": "x", "other": "y"}}},
    ],
}


@pytest.mark.parametrize(
    ("fields", "left"),
    [
        ("summary", {"summary": "Ann"}),
        ("kind,summary", {"kind": "calendar#events", "summary": "Ann"}),
        ("nextPageToken", {}),
        ("items/id", {"items": [{"id": "a"}, {"id": "b"}]}),
        ("items(id)", {"items": [{"id": "a"}, {"id": "b"}]}),
        (
            "summary, items ( start/dateTime )",
            {"summary": "Ann", "items": [{"start": {"dateTime": NINE}}, {"start": {}}]},
        ),
        ("items/start/date,kind", {"kind": "calendar#events", "items": [{"start": {}}, {"start": {"date": SECOND}}]}),
        ("items(start(date,timeZone))", {"items": [{"start": {"timeZone": "UTC"}}, {"start": {"date": SECOND}}]}),
        ("items/extendedProperties/private/key", {"items": [{}, {"extendedProperties": {"private": {"key": "x"}}}]}),
        ("items/*", {"items": LISTING["items"]}),
        ("*", LISTING),
        ("*/id", {"kind": "calendar#events", "summary": "Ann", "items": [{"id": "a"}, {"id": "b"}]}),
        ("items,items/id", {"items": LISTING["items"]}),  # the whole wins
        ("items/id,items", {"items": LISTING["items"]}),
        ("items(id),items(summary)", {"items": [{"id": "a", "summary": "One"}, {"id": "b"}]}),
        ("items(*,start/date)", {"items": LISTING["items"]}),
    ],
)
def test_a_selection_leaves_what_it_names(fields: str, left: Any) -> None:
    assert select(LISTING, read_mask(fields, "Events")) == left


@pytest.mark.parametrize(
    "fields",
    [
        *("titel", "items/titel", "items(id,titel)", "start", "summary/id", "items(", "items)", "items()", "(id)"),
        *(
            "items(id",
            "items(id))",
            "/id",
            "id/",
            "items//id",
            ",",
            "kind,",
            ",kind",
            "items id",
            "items(id)kind",
            "\0",
        ),
        *("items(" * 500, "a" * 5000, "items/id" + "(id" * 1000 + ")" * 1000, "привет"),
    ],
)
def test_a_selection_of_what_is_not_there_or_not_readable_is_refused(fields: str) -> None:
    with pytest.raises(GoogleError) as refusal:
        read_mask(fields, "Events")
    assert (refusal.value.status, refusal.value.reason, refusal.value.location) == (400, "invalidParameter", "fields")


@pytest.fixture
def get(sandbox: Sandbox) -> Any:
    sandbox.account(events=[meeting(id="abcde")])
    token = sandbox.token(ANN)

    def ask(path: str = "calendars/primary/events", agent: str = "test", **query: str) -> requests.Response:
        headers = {"Authorization": f"Bearer {token}", "User-Agent": agent}
        return sandbox.http.get(f"{sandbox.url}/calendar/v3/{path}", params=query, headers=headers)

    return ask


def test_google_s_client_gets_the_fields_it_asks_for(sandbox: Sandbox, get: Any) -> None:
    events = sandbox.google().events()
    assert events.list(calendarId="primary", fields="items(id,start/timeZone)").execute() == {
        "items": [{"id": "abcde", "start": {"timeZone": "Europe/Berlin"}}]
    }
    assert events.get(calendarId="primary", eventId="abcde", fields="summary").execute() == {"summary": "Visit"}
    made = events.insert(calendarId="primary", body=meeting(), fields="status").execute()
    assert made == {"status": "confirmed"}


@pytest.mark.misfits_allowed
def test_a_write_with_a_wrong_selection_is_not_carried_out(sandbox: Sandbox, get: Any) -> None:
    headers = {"Authorization": f"Bearer {sandbox.token(ANN)}"}
    url = f"{sandbox.url}/calendar/v3/calendars/primary/events"
    answer = sandbox.http.post(url, params={"fields": "titel"}, json=meeting(), headers=headers)
    detail = answer.json()["error"]["errors"][0]
    assert (answer.status_code, detail["location"], detail["message"]) == (
        400,
        "fields",
        "Invalid field selection titel",
    )
    assert len(get().json()["items"]) == 1


@pytest.mark.misfits_allowed
@pytest.mark.parametrize("form", ["media", "xml", "JSON"])
def test_only_json_is_offered(get: Any, form: str) -> None:
    answer = get(alt=form)
    assert (answer.status_code, answer.json()["error"]["errors"][0]["location"]) == (400, "alt")


def test_an_answer_may_be_asked_for_in_lines(get: Any) -> None:
    plain, lines = get(prettyPrint="false"), get(prettyPrint="true", key="api-key", userIp="192.0.2.1")
    assert plain.json()["items"] == lines.json()["items"]
    assert len(plain.text.splitlines()) == 1
    assert lines.text.startswith('{\n  "kind"')


def test_a_token_in_the_address_is_no_token(sandbox: Sandbox) -> None:
    token = sandbox.token(sandbox.account())
    for name in ("access_token", "oauth_token"):
        answer = sandbox.http.get(f"{sandbox.url}/calendar/v3/users/me/calendarList", params={name: token})
        assert (answer.status_code, answer.json()["error"]["errors"][0]["reason"]) == (401, "required")


def test_only_who_asks_as_google_wants_it_is_answered_in_gzip(sandbox: Sandbox, get: Any) -> None:
    sandbox.account(events=[meeting(f"Visit {number}") for number in range(20)])
    plain, packed = get(), get(agent="my program (gzip)")
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) < int(plain.headers["Content-Length"]) / 3
    assert packed.json()["items"] == plain.json()["items"]
