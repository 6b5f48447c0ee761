"""The control API, the faults it orders, Graph's refusals, and the log."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import pytest
import requests

from tests.unit.sandbox.microsoft.driver import ANN, WINDOW, Graph, Microsoft, meeting, refused


def test_a_fault_has_graphs_form_and_meets_as_many_requests_as_it_was_ordered_for(
    microsoft: Microsoft, graph: Graph
) -> None:
    microsoft.control("faults", operation="GET /me/calendarView/delta", status=429, retry_after=7, times=1)
    beginning = "/me/calendarView/delta?startDateTime=2027-03-01&endDateTime=2027-04-01"
    answer = graph.call("GET", beginning)
    assert (*refused(answer), answer.headers["Retry-After"]) == (429, "ApplicationThrottled", "7")
    assert graph.call("GET", beginning).status_code == 200


def test_a_fault_on_everything_stays_until_the_faults_are_deleted(microsoft: Microsoft, graph: Graph) -> None:
    microsoft.control("faults", operation="*", status=503, reason="serviceNotAvailable")
    assert [refused(graph.call("GET", "/me"))[0] for _ in range(2)] == [503, 503]
    microsoft.http.delete(f"{microsoft.url}/_sandbox/faults")
    assert graph.get("/me")["mail"] == ANN


@pytest.mark.parametrize("path", ["/v1.0/me", "/common/oauth2/v2.0/token"])
def test_a_connection_can_be_cut_over_tls_too(microsoft: Microsoft, path: str) -> None:
    microsoft.control("faults", operation="*", drop=True, times=1)
    method = "GET" if path.startswith("/v1.0") else "POST"
    with requests.Session() as fresh:
        fresh.trust_env = False
        with pytest.raises(requests.ConnectionError):
            fresh.request(method, microsoft.url + path, verify=str(microsoft.http.verify))
    assert [entry["status"] for entry in microsoft.log()["requests"]] == [None]


def test_too_many_requests_at_once_for_a_mailbox_are_refused(microsoft: Microsoft, graph: Graph) -> None:
    microsoft.control("limits", concurrency=2, status=503, retry_after=3)
    microsoft.control("faults", operation="GET /me/calendars", latency_ms=400)

    def one(_number: int) -> requests.Response:
        headers = {"Authorization": f"Bearer {graph.token}"}
        address = f"{microsoft.plain_url}/v1.0/me/calendars"
        with requests.Session() as alone:
            alone.trust_env = False
            return alone.get(address, headers=headers, timeout=10)

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(one, range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 503, 503]
    late = next(answer for answer in answers if answer.status_code == 503)
    assert (*refused(late), late.headers["Retry-After"]) == (503, "ApplicationThrottled", "3")
    microsoft.http.delete(f"{microsoft.url}/_sandbox/faults")
    assert graph.call("GET", "/me/calendars").status_code == 200


def test_a_request_without_a_good_token_is_refused(microsoft: Microsoft, graph: Graph) -> None:
    assert refused(microsoft.http.get(f"{microsoft.url}/v1.0/me")) == (401, "InvalidAuthenticationToken")
    microsoft.control("clock", advance_seconds=3601)
    answer = graph.call("GET", "/me")
    assert refused(answer) == (401, "InvalidAuthenticationToken")
    assert "WWW-Authenticate" in answer.headers


@pytest.mark.parametrize(
    ("scopes", "method", "path"),
    [
        (("Calendars.ReadWrite",), "GET", "/me"),
        (("User.Read",), "GET", "/me/calendars"),
        (("Calendars.Read",), "POST", "/me/events"),
    ],
)
def test_a_token_reaches_no_further_than_its_scopes(
    microsoft: Microsoft, scopes: tuple[str, ...], method: str, path: str
) -> None:
    microsoft.account()
    assert refused(microsoft.graph(*scopes).call(method, path, body={})) == (403, "ErrorAccessDenied")


def test_scopes_may_be_written_with_their_resource(microsoft: Microsoft) -> None:
    microsoft.account()
    assert microsoft.graph("https://graph.microsoft.com/Calendars.Read").get("/me/calendars")["value"]


def test_a_calendar_of_others_or_one_that_is_only_read_is_protected(microsoft: Microsoft) -> None:
    microsoft.account("bob@outlook.example", events=[meeting()])
    microsoft.account(calendars=[{"name": "Holidays", "canEdit": False, "events": [meeting("Easter")]}])
    bob, ann = microsoft.graph(email="bob@outlook.example"), microsoft.graph()
    theirs = bob.view()[0]["id"]
    assert refused(ann.call("GET", f"/me/events/{quote(theirs)}")) == (404, "ErrorItemNotFound")
    holidays = ann.get("/me/calendars")["value"][1]
    assert holidays["canEdit"] is False
    path = f"/me/calendars/{quote(holidays['id'])}"
    assert refused(ann.call("POST", f"{path}/events", body=meeting())) == (403, "ErrorAccessDenied")
    easter = ann.get(f"{path}/calendarView", **WINDOW)["value"][0]["id"]
    assert refused(ann.call("DELETE", f"/me/events/{quote(easter)}")) == (403, "ErrorAccessDenied")
    assert refused(ann.call("GET", "/me/events/nonsense")) == (400, "ErrorInvalidIdMalformed")
    assert refused(ann.call("GET", "/me/calendars/nonsense")) == (400, "ErrorInvalidIdMalformed")


def test_what_is_not_offered_says_so(graph: Graph) -> None:
    assert refused(graph.call("GET", "/me/messages")) == (400, "BadRequest")
    assert refused(graph.call("PUT", "/me/events")) == (405, "Request_BadRequest")
    assert refused(graph.call("GET", "/me/events?$filter=x")) == (501, "notImplemented")
    assert refused(graph.call("GET", "/me/calendarView?startDateTime=soon&endDateTime=later"))[0] == 400


def test_lists_come_in_pages_with_the_fields_that_are_asked_for(graph: Graph) -> None:
    for day in (3, 1, 2):
        graph.create(meeting(f"Day {day}", day))
    first = graph.get("/me/calendarView", **WINDOW, **{"$top": "2", "$select": "subject", "$count": "true"})
    assert [set(event) for event in first["value"]] == [{"id", "subject", "@odata.etag"}] * 2
    second = graph.get(first["@odata.nextLink"])
    assert [event["subject"] for event in first["value"] + second["value"]] == ["Day 1", "Day 2", "Day 3"]
    assert (first["@odata.count"], "@odata.nextLink" in second) == (3, False)


def test_the_log_counts_operations_by_their_names_in_graph(microsoft: Microsoft, graph: Graph) -> None:
    made = graph.create(meeting("secret-title"))
    graph.get(f"/me/events/{quote(made['id'])}")
    calendar = quote(graph.get("/me/calendar")["id"])
    graph.round(f"/me/calendars/{calendar}/calendarView/delta?startDateTime=2027-03-01&endDateTime=2027-04-01")
    log = microsoft.log()
    assert log["counts"] == {
        "POST /me/events": 1,
        "GET /me/events/{id}": 1,
        "GET /me/calendar": 1,
        "GET /me/calendars/{id}/calendarView/delta": 1,
    }
    assert {entry["account"] for entry in log["requests"]} == {ANN}
    assert "secret" not in str(log)


def test_the_same_account_twice_is_one_account(microsoft: Microsoft) -> None:
    description: dict[str, Any] = {
        "events": [meeting()],
        "calendars": [{"name": "Team", "events": [meeting(), meeting(day=2)]}],
    }
    assert microsoft.control("accounts", email=ANN, **description)["events_added"] == 3
    assert microsoft.control("accounts", email=ANN, **description)["events_added"] == 0


def test_thousands_of_events_arrive_in_one_request_and_leave_in_long_pages(microsoft: Microsoft) -> None:
    begun = time.monotonic()
    microsoft.account(events=[meeting(f"Visit {number}", 1 + number % 28) for number in range(3000)])
    values, _ = microsoft.graph().round(prefer="odata.maxpagesize=1000")
    assert len(values) == 3000
    assert time.monotonic() - begun < 10


def test_bad_input_is_named(microsoft: Microsoft) -> None:
    microsoft.account()

    def wrong(path: str, **body: Any) -> str:
        answer = microsoft.http.post(f"{microsoft.url}/_sandbox/{path}", json=body)
        assert answer.status_code == 400
        return str(answer.json()["error"])

    assert "email" in wrong("accounts", email="nobody")
    assert "Mars" in wrong("accounts", email=ANN, time_zone="Mars")
    assert "events[0]" in wrong("accounts", email=ANN, events=[{"subject": "No times"}])
    assert "calendars[0].events[0]" in wrong("accounts", email=ANN, calendars=[{"name": "T", "events": [{}]}])
    assert "bob@outlook.example" in wrong("token", email="bob@outlook.example")
    assert "GET /me/mail" in wrong("faults", operation="GET /me/mail", status=500)
    assert "status" in wrong("expire-sync-tokens", status=404)
    assert "Id is malformed" in wrong("move", email=ANN, event="x", calendar="y")


def test_a_foreign_web_page_cannot_control_the_sandbox(microsoft: Microsoft) -> None:
    for address in (microsoft.url, microsoft.plain_url):
        answer = microsoft.http.post(f"{address}/_sandbox/reset", headers={"Origin": "http://evil.example"})
        assert answer.status_code == 415
        for path in ("/", "/v1.0/me"):
            assert microsoft.http.get(address + path, headers={"Host": "evil.example"}).status_code == 400


def test_each_half_has_a_log_and_accounts_of_its_own(microsoft: Microsoft, graph: Graph, sandbox: Any) -> None:
    graph.get("/me")
    assert sandbox.counts() == {}
    sandbox.control("reset")
    assert microsoft.log()["counts"] == {"GET /me": 1}
    assert sandbox.http.get(f"{sandbox.url}/_sandbox/accounts").json() == {"accounts": []}


def test_the_world_can_be_put_aside_and_brought_back(microsoft: Microsoft, graph: Graph) -> None:
    made = graph.create(meeting())
    state = microsoft.http.get(f"{microsoft.url}/_sandbox/state").json()

    microsoft.control("reset")
    assert microsoft.control("state", **state) == {"accounts": [ANN]}

    assert graph.get(f"/me/events/{made['id']}")["subject"] == "Visit"
    assert microsoft.http.get(f"{microsoft.url}/_sandbox/state").json() == state


def test_a_state_of_something_else_changes_nothing(microsoft: Microsoft, graph: Graph) -> None:
    graph.create(meeting())
    before = microsoft.http.get(f"{microsoft.url}/_sandbox/state").json()
    wrong: list[dict[str, Any]] = [{}, before | {"accounts": [{"email": ANN}]}, before | {"advanced": "soon"}]
    for state in wrong:
        answer = microsoft.http.post(f"{microsoft.url}/_sandbox/state", json=state)
        assert (answer.status_code, answer.json()["error"][:24]) == (400, "This is no state of this")
    assert microsoft.http.get(f"{microsoft.url}/_sandbox/state").json() == before
