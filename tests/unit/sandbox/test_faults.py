"""What can be ordered to go wrong, when, and for whom."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httplib2
import pytest
import requests
from googleapiclient.errors import HttpError
from urllib3.exceptions import ProtocolError

from ce_calendar.sandbox.faults import Fault, Faults
from tests.unit.sandbox.driver import ANN, CALENDAR, Sandbox, meeting
from tests.unit.sandbox.receiver import until

BEN = "ben@gmail.example"


@pytest.fixture
def events(sandbox: Sandbox) -> Any:
    sandbox.account()
    return sandbox.google().events()


def insert(sandbox: Sandbox, body: dict[str, Any], token: str = "") -> requests.Response:
    """An insert by a client that tries once only, on a connection of its own."""
    headers = {"Authorization": f"Bearer {token or sandbox.token(ANN)}"}
    with requests.Session() as fresh:
        fresh.trust_env = False
        return fresh.post(f"{sandbox.url}/calendar/v3/calendars/primary/events", json=body, headers=headers, timeout=5)


@pytest.mark.parametrize("meanwhile", ["reset", "revoke"])
def test_a_request_that_was_held_up_until_its_token_no_longer_counts_writes_nothing(
    sandbox: Sandbox, meanwhile: str
) -> None:
    token = sandbox.token(sandbox.account())
    sandbox.control("faults", operation="events.insert", latency_ms=500, times=1)
    with ThreadPoolExecutor() as background:
        late = background.submit(insert, sandbox, meeting(), token)
        until(lambda: sandbox.http.get(f"{sandbox.url}/_sandbox/faults").json()["faults"][0]["struck"] == 1)
        sandbox.control(meanwhile, **({"email": ANN} if meanwhile == "revoke" else {}))
        sandbox.account()

    assert late.result().status_code == 401
    assert sandbox.google().events().list(calendarId="primary").execute()["items"] == []


def met(fault: Fault, requests_made: int) -> list[int]:
    """Which of so many requests met an order, counted from 1."""
    faults = Faults()
    faults.add(fault)
    return [number for number in range(1, requests_made + 1) if faults.strike("events.list")]


@pytest.mark.parametrize(
    ("fault", "struck"),
    [
        (Fault("*"), [1, 2, 3, 4, 5, 6]),
        (Fault("*", times=2), [1, 2]),
        (Fault("*", skip=4), [5, 6]),
        (Fault("*", every=3), [3, 6]),
        (Fault("*", skip=1, every=2), [3, 5]),
        (Fault("*", skip=1, every=2, times=1), [3]),
        (Fault("events.insert"), []),
        (Fault("*", account=ANN), []),  # nobody knows whose request it is
    ],
)
def test_an_order_says_which_of_the_fitting_requests_it_meets(fault: Fault, struck: list[int]) -> None:
    assert met(fault, 6) == struck


def test_chances_are_the_same_for_the_same_seed() -> None:
    first, again, other = (met(Fault("*", probability=0.3, seed=seed), 1000) for seed in (7, 7, 8))
    assert first == again != other
    assert 250 < len(first) < 350


def test_the_oldest_order_that_fits_is_met_and_younger_ones_do_not_hear_of_it(sandbox: Sandbox, events: Any) -> None:
    sandbox.control("faults", operation="events.insert", status=500)
    sandbox.control("faults", operation="*", status=429, times=1, skip=1)
    sandbox.control("faults", operation="events.list", status=403, reason="quotaExceeded", every=2)

    statuses = []
    for _ in range(5):
        try:
            events.list(calendarId="primary").execute()
            statuses.append(200)
        except HttpError as refusal:
            statuses.append(refusal.status_code)

    # The third order counts the requests that the second let pass: 1, 3, 4 and 5.
    assert statuses == [200, 429, 403, 200, 403]
    shown = sandbox.http.get(f"{sandbox.url}/_sandbox/faults").json()["faults"]
    assert [(order["n"], order["in_force"], order["seen"], order["struck"]) for order in shown] == [
        (1, True, 0, 0),
        (2, False, 2, 1),
        (3, True, 4, 2),
    ]
    assert shown[1] == {
        "n": 2,
        "operation": "*",
        "status": 429,
        "times": 1,
        "skip": 1,
        "in_force": False,
        "seen": 2,
        "struck": 1,
    }
    sandbox.http.delete(f"{sandbox.url}/_sandbox/faults")
    assert sandbox.http.get(f"{sandbox.url}/_sandbox/faults").json() == {"faults": []}


def test_a_fault_may_be_for_one_account_or_one_client_only(sandbox: Sandbox, events: Any) -> None:
    sandbox.account(BEN)
    sandbox.control("faults", operation="*", status=503, account=ANN)
    with pytest.raises(HttpError):
        events.list(calendarId="primary").execute()
    sandbox.google(BEN).events().list(calendarId="primary").execute()

    sandbox.http.delete(f"{sandbox.url}/_sandbox/faults")
    sandbox.control("faults", operation="*", status=503, client="other-app")
    events.list(calendarId="primary").execute()
    token = sandbox.control("token", email=ANN, client_id="other-app", scopes=[CALENDAR])["access_token"]
    with pytest.raises(HttpError):
        sandbox.google_with(token).events().list(calendarId="primary").execute()


def test_the_refresh_of_one_account_can_fail_alone(sandbox: Sandbox) -> None:
    grants = {}
    for email in (ANN, BEN):
        sandbox.account(email)
        grants[email] = sandbox.control("grant", email=email, client_id="app")["refresh_token"]
    sandbox.control("faults", operation="oauth.token", status=400, reason="invalid_grant", account=BEN)
    statuses = {}
    for email, refresh_token in grants.items():
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token, "client_id": "app", "client_secret": "s"}
        statuses[email] = sandbox.http.post(f"{sandbox.url}/token", data=form).status_code
    assert statuses == {ANN: 200, BEN: 400}


@pytest.mark.parametrize(
    ("trouble", "heard"),
    [
        ({"drop": True}, None),  # the connection breaks
        ({"status": 503}, 503),  # the answer is an error
        ({"status": 502, "body": "html"}, 502),  # and not even JSON
    ],
)
def test_a_write_may_happen_although_its_client_never_hears_of_it(
    sandbox: Sandbox, events: Any, trouble: dict[str, Any], heard: int | None
) -> None:
    sandbox.control("faults", operation="events.insert", when="after", times=1, **trouble)
    if heard is None:
        with pytest.raises(requests.ConnectionError):
            insert(sandbox, meeting(id="abcde"))
    else:
        assert insert(sandbox, meeting(id="abcde")).status_code == heard
    assert sandbox.log()["requests"][0]["status"] == heard
    # So the one who tries again is told that it is there already.
    assert insert(sandbox, meeting(id="abcde")).status_code == 409


def test_a_fault_before_means_that_nothing_was_written(sandbox: Sandbox, events: Any) -> None:
    sandbox.control("faults", operation="events.insert", status=503, times=1)
    assert insert(sandbox, meeting(id="abcde")).status_code == 503
    assert insert(sandbox, meeting(id="abcde")).status_code == 200


def test_a_body_may_break_off_in_its_middle(sandbox: Sandbox, events: Any) -> None:
    sandbox.control("faults", operation="events.insert", body="cut", times=1)
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        insert(sandbox, meeting(id="abcde"))
    assert events.get(calendarId="primary", eventId="abcde").execute()["summary"] == "Visit"


def test_a_cut_body_promises_all_of_it(sandbox: Sandbox, events: Any) -> None:
    sandbox.control("faults", operation="events.list", body="cut", status=500, times=1)
    headers = {"Authorization": f"Bearer {sandbox.token(ANN)}"}
    url = f"{sandbox.url}/calendar/v3/calendars/primary/events"
    with requests.Session() as fresh, fresh.get(url, headers=headers, stream=True) as answer:
        assert answer.status_code == 500
        with pytest.raises(ProtocolError) as broken:
            answer.raw.read()
    told = re.search(r"IncompleteRead\((\d+) bytes read, (\d+) more expected\)", str(broken.value))
    assert told is not None
    came, missing = int(told[1]), int(told[2])
    assert (came > 0, missing > 0, came + missing) == (True, True, int(answer.headers["Content-Length"]))


def test_a_web_page_may_come_instead_of_json(sandbox: Sandbox, events: Any) -> None:
    sandbox.control("faults", operation="events.list", status=502, body="html", times=1, retry_after=3)
    with pytest.raises(HttpError) as refusal:
        events.list(calendarId="primary").execute()
    assert (refusal.value.status_code, refusal.value.resp["retry-after"]) == (502, "3")
    assert refusal.value.resp["content-type"].startswith("text/html")
    assert b"<title>Error 502 (Bad Gateway)" in refusal.value.content
    sandbox.control("faults", operation="events.list", body="html", times=1)
    # Google's client hands over what it cannot read.
    assert "<!DOCTYPE html>" in str(events.list(calendarId="primary").execute())


def test_retry_after_may_be_a_date(sandbox: Sandbox, events: Any) -> None:
    sandbox.control("faults", operation="*", status=429, retry_after=90, retry_after_date=True, times=1)
    with pytest.raises(HttpError) as refusal:
        events.list(calendarId="primary").execute()
    moment = parsedate_to_datetime(refusal.value.resp["retry-after"])
    assert timedelta(seconds=80) < moment - datetime.now(UTC) < timedelta(seconds=100)


def test_an_answer_may_be_late_although_the_work_is_done(sandbox: Sandbox, events: Any) -> None:
    token = sandbox.token(ANN)
    sandbox.control("faults", operation="events.insert", latency_ms=400, when="after", times=1)
    url, headers = f"{sandbox.url}/calendar/v3/calendars/primary/events", {"Authorization": f"Bearer {token}"}
    with requests.Session() as hasty, pytest.raises(requests.ReadTimeout):
        hasty.post(url, json=meeting(id="abcde"), headers=headers, timeout=0.2)
    assert events.get(calendarId="primary", eventId="abcde").execute()["id"] == "abcde"


def test_a_cut_connection_repeated_by_the_client_library_reaches_the_sandbox_twice(sandbox: Sandbox) -> None:
    # httplib2 repeats what was cut on a connection it had kept; an insert with an id of its own shows it.
    sandbox.account()
    token = sandbox.token(ANN)
    sandbox.control("faults", operation="events.insert", when="after", drop=True, times=1)
    http = httplib2.Http(timeout=5)
    http.request(f"{sandbox.url}/_sandbox/log")
    service = sandbox.google_with(token)
    service.calendarList().list().execute()
    with pytest.raises(HttpError) as refusal:
        service.events().insert(calendarId="primary", body=meeting(id="abcde")).execute()
    http.close()
    assert refusal.value.status_code == 409
    assert [entry["status"] for entry in sandbox.log()["requests"]][-2:] == [None, 409]


@pytest.mark.parametrize(
    ("order", "named"),
    [
        ({}, "status"),  # nothing would go wrong
        ({"status": 200}, "status"),
        ({"drop": True, "status": 500}, "drop"),
        ({"body": "xml"}, "body"),
        ({"body": ["cut"]}, "body"),
        ({"status": 500, "when": "later"}, "when"),
        ({"status": 500, "every": 0}, "every"),
        ({"status": 500, "skip": -1}, "skip"),
        ({"status": 500, "probability": 0}, "probability"),
        ({"status": 500, "probability": 1.5}, "probability"),
        ({"status": 500, "probability": "half"}, "probability"),
        ({"status": 500, "seed": 1}, "seed"),
        ({"status": 500, "account": "nobody@gmail.example"}, "account"),
        ({"status": 500, "client": 7}, "client"),
        ({"latency_ms": 10, "retry_after": 1}, "retry_after"),
        ({"status": 500, "retry_after_date": True}, "retry_after_date"),
        ({"status": 500, "time": 1}, "time"),
    ],
)
def test_a_mistake_in_an_order_is_named(sandbox: Sandbox, order: dict[str, Any], named: str) -> None:
    answer = sandbox.http.post(f"{sandbox.url}/_sandbox/faults", json={"operation": "*", **order})
    assert (answer.status_code, named in answer.json()["error"]) == (400, True)
    assert sandbox.http.get(f"{sandbox.url}/_sandbox/faults").json() == {"faults": []}
