"""Batches, by Google's client and by hand."""

from collections.abc import Callable
from email import message_from_bytes
from typing import Any

import pytest
import requests
from googleapiclient.errors import HttpError

from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.front.mime import read_parts
from tests.unit.sandbox.driver import ANN, Sandbox, meeting

BATCH = "/batch/calendar/v3"
EVENTS = "/calendar/v3/calendars/primary/events"
BEN = "ben@gmail.example"

Heard = list[tuple[str, Any]]


@pytest.fixture
def google(sandbox: Sandbox) -> Any:
    sandbox.account()
    return sandbox.google()


def listener(heard: Heard) -> Callable[..., None]:
    """A callback that notes ids with answers, or with the status of a refusal."""

    def hear(request_id: str, answer: Any, refusal: HttpError | None) -> None:
        heard.append((request_id, refusal.status_code if refusal else answer))

    return hear


def part(request: str, content_id: str = "", kind: str = "application/http") -> str:
    named = f"Content-ID: {content_id}\r\n" if content_id else ""
    return f"--b\r\nContent-Type: {kind}\r\n{named}\r\n{request}\r\n"


class Raw:
    """Batches written by hand."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.token = sandbox.token(sandbox.account())

    def post(self, body: str | bytes, kind: str = "multipart/mixed; boundary=b", **headers: str) -> requests.Response:
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": kind, **headers}
        url = self.sandbox.url + BATCH
        return self.sandbox.http.post(url, data=body, headers={key: text for key, text in sent.items() if text})

    def ask(self, *requests_made: str, **headers: str) -> list[tuple[str | None, int, str]]:
        """Content-ID, status and the rest of each part of the answer."""
        parts = [part(request, f"<id-{number}>") for number, request in enumerate(requests_made)]
        answer = self.post("".join(parts) + "--b--\r\n", **headers)
        assert answer.status_code == 200, answer.text
        whole = message_from_bytes(
            b"Content-Type: " + answer.headers["Content-Type"].encode() + b"\r\n\r\n" + answer.content
        )
        found = []
        for each in whole.walk():
            if each is not whole:
                text = str(each.get_payload())
                found.append((each["Content-ID"], int(text.split()[1]), text))
        return found

    def statuses(self, *requests_made: str, **headers: str) -> list[int]:
        return [status for _, status, _ in self.ask(*requests_made, **headers)]


@pytest.fixture
def raw(sandbox: Sandbox) -> Raw:
    return Raw(sandbox)


def test_fifty_calls_are_answered_in_their_order_and_51_not_at_all(sandbox: Sandbox, google: Any) -> None:
    heard: Heard = []
    batch = google.new_batch_http_request(callback=listener(heard))
    for number in range(50):
        batch.add(google.events().insert(calendarId="primary", body=meeting(f"Visit {number}")))
    batch.execute()
    assert [(name, answer["summary"]) for name, answer in heard] == [
        (str(number + 1), f"Visit {number}") for number in range(50)
    ]
    assert sandbox.counts() == {"batch": 1, "events.insert": 50}

    batch = google.new_batch_http_request()
    for _ in range(51):
        batch.add(google.events().list(calendarId="primary"))
    with pytest.raises(HttpError) as refusal:
        batch.execute()
    assert (refusal.value.status_code, "limit of 50" in str(refusal.value)) == (400, True)
    sandbox.control("quotas", batch_calls=1000)
    batch.execute()


def test_each_call_succeeds_or_fails_on_its_own(sandbox: Sandbox, google: Any) -> None:
    sandbox.account(events=[meeting(id="there1"), meeting(id="there2")])
    heard: Heard = []
    events = google.events()
    batch = google.new_batch_http_request(callback=listener(heard))
    batch.add(events.get(calendarId="primary", eventId="nothere"), request_id="missing")
    batch.add(events.insert(calendarId="primary", body=meeting(id="there1")), request_id="taken")
    batch.add(events.delete(calendarId="primary", eventId="there1"), request_id="gone")
    batch.add(events.delete(calendarId="primary", eventId="there1"), request_id="gone again")
    stale = events.patch(calendarId="primary", eventId="there2", body={"summary": "New"})
    stale.headers["If-Match"] = '"old"'
    batch.add(stale, request_id="stale")
    batch.add(events.get(calendarId="primary", eventId="there2", fields="summary"), request_id="part/of it#1@x")
    batch.execute()
    assert heard == [
        *(("missing", 404), ("taken", 409), ("gone", ""), ("gone again", 410), ("stale", 412)),
        ("part/of it#1@x", {"summary": "Visit"}),
    ]
    statuses = [(entry["operation"], entry["status"]) for entry in sandbox.log()["requests"]]
    assert statuses == [
        *(("events.get", 404), ("events.insert", 409), ("events.delete", 204), ("events.delete", 410)),
        *(("events.patch", 412), ("events.get", 200), ("batch", 200)),
    ]


def test_calendars_and_titles_of_any_characters_get_through(sandbox: Sandbox, google: Any) -> None:
    calendar = "a#b/c d+ü@group.calendar.example"
    sandbox.account(calendars=[{"id": calendar, "summary": "Odd"}])
    heard: Heard = []
    batch = google.new_batch_http_request(callback=listener(heard))
    batch.add(google.events().insert(calendarId=calendar, body=meeting("Приём \U0001f600 \n--b\n")))
    batch.add(google.events().list(calendarId=calendar, q="приём"))
    batch.execute()
    assert heard[0][1]["summary"] == "Приём \U0001f600 \n--b\n"
    assert heard[1][1]["items"] == [heard[0][1]]


def test_half_a_batch_may_fail(sandbox: Sandbox, google: Any) -> None:
    sandbox.control("faults", operation="events.insert", status=503, every=2)
    heard: Heard = []
    batch = google.new_batch_http_request(callback=listener(heard))
    for number in range(6):
        batch.add(google.events().insert(calendarId="primary", body=meeting(id=f"event{number}")))
    batch.execute()
    assert [isinstance(answer, dict) for _, answer in heard] == [True, False] * 3
    # Whoever repeats the failed ones alone gets there.
    sandbox.http.delete(f"{sandbox.url}/_sandbox/faults")
    listed = google.events().list(calendarId="primary").execute()["items"]
    assert sorted(event["id"] for event in listed) == ["event0", "event2", "event4"]


def test_every_call_counts_against_the_quota(sandbox: Sandbox, google: Any) -> None:
    sandbox.control("quotas", user_requests=2)
    heard: Heard = []
    batch = google.new_batch_http_request(callback=listener(heard))
    for _ in range(3):
        batch.add(google.calendarList().list(fields="kind"))
    batch.execute()
    assert [answer for _, answer in heard] == [{"kind": "calendar#calendarList"}] * 2 + [403]


@pytest.mark.parametrize(
    ("order", "made"),
    [
        ({"operation": "batch", "drop": True}, 0),
        ({"operation": "batch", "drop": True, "when": "after"}, 3),
        ({"operation": "batch", "body": "cut"}, 3),
        ({"operation": "events.insert", "drop": True, "skip": 1}, 1),  # the second call takes the batch with it
        ({"operation": "events.insert", "drop": True, "skip": 1, "when": "after"}, 2),
        ({"operation": "events.insert", "body": "cut", "skip": 2}, 3),
    ],
)
def test_a_connection_cut_in_one_call_is_the_connection_of_all(
    sandbox: Sandbox, order: dict[str, Any], made: int
) -> None:
    token = sandbox.token(sandbox.account())
    sandbox.control("faults", times=1, **order)
    body = '{"start":{"date":"2027-03-01"},"end":{"date":"2027-03-02"}}'
    insert = f"POST {EVENTS}\r\nContent-Type: application/json\r\n\r\n{body}"
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "multipart/mixed; boundary=b"}
    with requests.Session() as fresh, pytest.raises(requests.RequestException):
        fresh.post(sandbox.url + BATCH, data=part(insert) * 3 + "--b--", headers=headers, timeout=5)
    assert len(sandbox.google().events().list(calendarId="primary").execute()["items"]) == made
    assert sandbox.counts()["batch"] == 1


def test_a_batch_as_a_whole_may_fail(sandbox: Sandbox, google: Any) -> None:
    sandbox.control("faults", operation="batch", status=502, body="html", account=ANN)
    batch = google.new_batch_http_request()
    batch.add(google.calendarList().list())
    with pytest.raises(HttpError) as refusal:
        batch.execute()
    assert (refusal.value.status_code, sandbox.counts()) == (502, {"batch": 1})


def test_answers_carry_the_id_of_their_call(raw: Raw) -> None:
    body = part(f"GET {EVENTS}", "<item1:1@barnyard.example>") + part(f"GET {EVENTS}", "bare") + part(f"GET {EVENTS}")
    text = raw.post(body + "--b--").text
    assert "Content-ID: <response-item1:1@barnyard.example>\r\n" in text
    assert "Content-ID: response-bare\r\n" in text
    assert text.count("Content-ID") == 2
    assert text.count("HTTP/1.1 200 OK") == 3


@pytest.mark.parametrize(
    "address",
    [
        *(
            EVENTS,
            EVENTS[1:],
            "https://www.googleapis.com" + EVENTS,
            "/calendar/v3/calendars/ann%40gmail.example/events",
        ),
        *(EVENTS + "?maxResults=5&singleEvents=true", EVENTS + " HTTP/1.1"),
    ],
)
def test_addresses_may_be_written_in_every_way(raw: Raw, address: str) -> None:
    assert raw.statuses(f"GET {address}") == [200]


def test_an_inner_header_wins_over_the_outer_one(sandbox: Sandbox, raw: Raw) -> None:
    bens = sandbox.token(sandbox.account(BEN))
    answers = raw.ask(
        "GET /calendar/v3/calendars/primary", f"GET {EVENTS}\r\nAuthorization: Bearer {bens}\r\n", f"GET {EVENTS}"
    )
    assert [status for _, status, _ in answers[1:]] == [200, 200]
    assert [BEN in text for _, _, text in answers[1:]] == [True, False]
    accounts = [entry["account"] for entry in sandbox.log()["requests"]]
    assert accounts == [ANN, BEN, ANN, ANN]
    # And a batch needs none of its own.
    own = f"\r\nAuthorization: Bearer {bens}\r\n"
    assert raw.statuses(f"GET {EVENTS}{own}", f"GET {EVENTS}", Authorization="") == [200, 401]


@pytest.mark.misfits_allowed
def test_a_part_that_is_no_call_of_the_api_fails_alone(raw: Raw) -> None:
    assert raw.statuses(
        "Good morning",
        "GET /calendar/v3/nothing",
        "GET /token",
        f"POST {BATCH}",
        f"GET https://evil.example{EVENTS}",
        f"GET http://[{EVENTS}",
        f"POST {EVENTS}\r\nContent-Type: application/json\r\n\r\n" + '{"titel": 1}',
        f"POST {EVENTS}\r\n\r\n" + '{"summary": "half',
        f"GET {EVENTS}?maxResults=ü",
        f"GET {EVENTS}",
    ) == [400, 404, 404, 404, 400, 400, 400, 400, 400, 200]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("", "multipart/mixed; boundary=b"),
        ("--b--", "multipart/mixed; boundary=b"),
        (part("GET /x"), "multipart/mixed; boundary=b"),  # never ends
        (part("GET /x") + "--b--", "multipart/mixed; boundary=other"),
        (part("GET /x") + "--b--", "multipart/mixed"),
        (part("GET /x") + "--b--", "multipart/form-data; boundary=b"),
        (part("GET /x", kind="application/json") + "--b--", "multipart/mixed; boundary=b"),
        (part("GET /x", kind="message/rfc822") + "--b--", "multipart/mixed; boundary=b"),
        ("{}", "application/json"),
        ("{}", ""),
        (b"--b\r\n\xff\xfe\0", "multipart/mixed; boundary=b"),
    ],
)
def test_what_is_no_batch_is_refused_as_a_whole(raw: Raw, body: str | bytes, kind: str) -> None:
    answer = raw.post(body, kind)
    assert (answer.status_code, answer.json()["error"]["errors"][0]["reason"]) == (400, "badRequest")
    assert answer.json()["error"]["message"].startswith("Failed to parse batch request, error: ")


def test_parts_in_parts_without_end_are_refused() -> None:
    nested = "".join(f"--b{n}\r\nContent-Type: multipart/mixed; boundary=b{n + 1}\r\n\r\n" for n in range(3000))
    with pytest.raises(GoogleError) as refusal:
        read_parts("multipart/mixed; boundary=b0", nested.encode())
    assert refusal.value.status == 400
