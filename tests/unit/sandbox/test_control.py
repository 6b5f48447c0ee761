"""The control API, the faults it orders, and the log it shows."""

import time
from typing import Any

import httplib2
import pytest
import requests
from googleapiclient.errors import HttpError

from tests.unit.sandbox.driver import ANN, Sandbox, meeting, reason


@pytest.fixture
def events(sandbox: Sandbox) -> Any:
    sandbox.account()
    return sandbox.google().events()


def refused(sandbox: Sandbox, path: str, **body: Any) -> str:
    answer = sandbox.http.post(f"{sandbox.url}/_sandbox/{path}", json=body)
    assert answer.status_code == 400
    return str(answer.json()["error"])


def test_a_fault_meets_as_many_requests_as_it_was_ordered_for(sandbox: Sandbox, events: Any) -> None:
    sandbox.control("faults", operation="events.list", status=403, reason="rateLimitExceeded", times=1)
    with pytest.raises(HttpError) as fault:
        events.list(calendarId="primary").execute()
    assert (fault.value.status_code, reason(fault.value)) == (403, "rateLimitExceeded")
    assert events.list(calendarId="primary").execute()["items"] == []


def test_a_fault_without_a_number_stays_until_the_faults_are_deleted(sandbox: Sandbox, events: Any) -> None:
    sandbox.control("faults", operation="*", status=503, retry_after=7)
    for _ in range(3):
        with pytest.raises(HttpError) as fault:
            events.list(calendarId="primary").execute()
        assert (fault.value.status_code, fault.value.resp["retry-after"]) == (503, "7")
    sandbox.http.delete(f"{sandbox.url}/_sandbox/faults")
    events.list(calendarId="primary").execute()


def test_a_dropped_connection_answers_nothing_and_stands_in_the_log(sandbox: Sandbox) -> None:
    token = sandbox.token(sandbox.account())
    sandbox.control("faults", operation="calendarList.list", drop=True, times=1)
    with requests.Session() as fresh, pytest.raises(requests.ConnectionError):
        fresh.get(f"{sandbox.url}/calendar/v3/users/me/calendarList", headers={"Authorization": f"Bearer {token}"})
    entries = sandbox.log()["requests"]
    assert [(entry["operation"], entry["status"]) for entry in entries] == [("calendarList.list", None)]
    assert sandbox.google().calendarList().list().execute()["items"]


def test_the_token_endpoint_can_be_cut_too(sandbox: Sandbox) -> None:
    sandbox.control("faults", operation="oauth.token", drop=True, times=1)
    with requests.Session() as fresh, pytest.raises(requests.ConnectionError):
        fresh.post(f"{sandbox.url}/token", data={"grant_type": "refresh_token"})
    assert [(entry["operation"], entry["status"]) for entry in sandbox.log()["requests"]] == [("oauth.token", None)]


def test_latency_alone_delays_and_then_answers(sandbox: Sandbox, events: Any) -> None:
    sandbox.control("faults", operation="events.list", latency_ms=150, times=1)
    begun = time.monotonic()
    events.list(calendarId="primary").execute()
    assert time.monotonic() - begun >= 0.15


def test_who_gave_up_waiting_before_a_reset_is_not_counted_after_it(sandbox: Sandbox) -> None:
    sandbox.control("faults", operation="oauth.token", latency_ms=400, times=1)
    with requests.Session() as hasty, pytest.raises(requests.ReadTimeout):
        hasty.post(f"{sandbox.url}/token", data={}, timeout=0.1)

    sandbox.control("reset")
    time.sleep(0.6)

    assert sandbox.log()["requests"] == []


def test_faults_reach_the_oauth_endpoints_in_their_own_form(sandbox: Sandbox) -> None:
    for name, path in (("token", "token"), ("oauth.revoke", "revoke"), ("oauth2.userinfo", "oauth2/v3/userinfo")):
        sandbox.control("faults", operation=name, status=503, times=1)
        answer = sandbox.http.post(f"{sandbox.url}/{path}", data={})
        assert (answer.status_code, answer.json()["error"]) == (503, "backendError")


def test_the_log_counts_operations_and_holds_neither_queries_nor_control_requests(
    sandbox: Sandbox, events: Any
) -> None:
    events.list(calendarId="primary", q="secret-word").execute()
    events.list(calendarId="primary").execute()
    events.insert(calendarId="primary", body=meeting("secret-title")).execute()
    log = sandbox.log()
    assert log["counts"] == {"events.list": 2, "events.insert": 1}
    assert "secret" not in str(log)
    assert [entry["n"] for entry in log["requests"]] == [1, 2, 3]
    assert log["requests"][0] | {"at": ""} == {
        "n": 1,
        "at": "",
        "account": ANN,
        "operation": "events.list",
        "method": "GET",
        "path": "/calendar/v3/calendars/primary/events",
        "status": 200,
    }
    since = sandbox.http.get(f"{sandbox.url}/_sandbox/log?since=2").json()
    assert since["counts"] == {"events.insert": 1}


@pytest.mark.parametrize("number", ["-1", "x", "9" * 5000])
def test_what_is_no_number_of_a_request_is_refused(sandbox: Sandbox, number: str) -> None:
    assert sandbox.http.get(f"{sandbox.url}/_sandbox/log", params={"since": number}).status_code == 400


def test_the_clock_does_not_leave_the_calendar(sandbox: Sandbox) -> None:
    ten_years = 10 * 366 * 86_400
    for _ in range(100):
        sandbox.control("clock", advance_seconds=ten_years)
    refused = sandbox.http.post(f"{sandbox.url}/_sandbox/clock", json={"advance_seconds": ten_years})
    assert (refused.status_code, refused.json()["error"][:16]) == (400, "advance_seconds:")

    state = sandbox.http.get(f"{sandbox.url}/_sandbox/state").json() | {"advanced": 2e11}
    assert sandbox.http.post(f"{sandbox.url}/_sandbox/state", json=state).status_code == 400
    sandbox.account()
    sandbox.google().events().insert(calendarId="primary", body=meeting()).execute()


def test_refused_requests_are_logged_too(sandbox: Sandbox) -> None:
    sandbox.http.get(f"{sandbox.url}/calendar/v3/users/me/calendarList")
    assert [(entry["account"], entry["status"]) for entry in sandbox.log()["requests"]] == [(None, 401)]


def test_mails_go_to_the_outbox_only_when_they_are_asked_for(sandbox: Sandbox, events: Any) -> None:
    body = meeting(attendees=[{"email": "bob@riverside.example"}, {"email": ANN}])
    events.insert(calendarId="primary", body=body, sendUpdates="none").execute()
    events.insert(calendarId="primary", body=body).execute()
    assert sandbox.http.get(f"{sandbox.url}/_sandbox/outbox").json() == {"mails": []}
    made = events.insert(calendarId="primary", body=body, sendUpdates="all").execute()["id"]
    events.delete(calendarId="primary", eventId=made, sendUpdates="all").execute()
    assert sandbox.http.get(f"{sandbox.url}/_sandbox/outbox").json()["mails"] == [
        {"kind": "invitation", "to": "bob@riverside.example", "about": made},
        {"kind": "cancellation", "to": "bob@riverside.example", "about": made},
    ]


def test_the_same_account_twice_is_one_account(sandbox: Sandbox) -> None:
    description = {
        "email": ANN,
        "events": [meeting()],
        "calendars": [{"summary": "Team", "events": [meeting(), meeting(day=2)]}],
    }
    assert sandbox.control("accounts", **description)["events_added"] == 3
    assert sandbox.control("accounts", **description)["events_added"] == 0


def test_thousands_of_events_arrive_in_one_request(sandbox: Sandbox) -> None:
    begun = time.monotonic()
    sandbox.account(events=[meeting(f"Visit {number}", 1 + number % 28) for number in range(3000)])
    assert time.monotonic() - begun < 10
    answer = sandbox.google().events().list(calendarId="primary", maxResults=2500).execute()
    assert len(answer["items"]) == 2500


def test_bad_input_is_named(sandbox: Sandbox) -> None:
    sandbox.account()
    assert "email" in refused(sandbox, "accounts", email="nobody")
    assert "calender" in refused(sandbox, "accounts", email=ANN, calender=[])
    assert "events[0]" in refused(sandbox, "accounts", email=ANN, events=[{"summary": "No times"}])
    assert "titel" in refused(sandbox, "accounts", email=ANN, events=[meeting() | {"titel": "Misspelt"}])
    assert "bob@gmail.example" in refused(sandbox, "token", email="bob@gmail.example")
    assert "events.lists" in refused(sandbox, "faults", operation="events.lists", status=500)
    assert "status" in refused(sandbox, "faults", operation="*", status="500")
    assert "advance_seconds" in refused(sandbox, "clock", advance_seconds="soon")


def test_a_form_of_a_foreign_page_cannot_control_the_sandbox(sandbox: Sandbox) -> None:
    answer = sandbox.http.post(f"{sandbox.url}/_sandbox/reset", data="{}", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415
    answer = sandbox.http.post(f"{sandbox.url}/_sandbox/reset", headers={"Origin": "http://evil.example"})
    assert answer.status_code == 415
    assert sandbox.http.post(f"{sandbox.url}/_sandbox/reset").status_code == 200
    named = sandbox.http.get(f"{sandbox.url}/", headers={"Host": "evil.example"})
    assert named.status_code == 400


def test_a_grant_is_as_good_as_a_consent(sandbox: Sandbox) -> None:
    sandbox.account()
    grant = sandbox.control("grant", email=ANN, client_id="c", scopes=["openid"])
    form = {"grant_type": "refresh_token", "refresh_token": grant["refresh_token"], "client_id": "c"}
    assert sandbox.http.post(f"{sandbox.url}/token", data=form).json()["scope"] == "openid"


@pytest.mark.misfits_allowed
def test_a_stranger_without_a_known_host_still_gets_json(sandbox: Sandbox) -> None:
    http = httplib2.Http()
    answer, content = http.request(f"{sandbox.url}/calendar/v3/nothing")
    http.close()
    assert (answer.status, b"notFound" in content) == (404, True)
