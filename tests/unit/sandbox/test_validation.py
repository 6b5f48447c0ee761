"""Requests and answers against Google's discovery document."""

import json
from typing import Any

import pytest
import requests
from starlette.types import Message

from ce_calendar.sandbox.google import discovery
from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.front.validation import Checks
from tests.unit.sandbox.driver import Sandbox, meeting

pytestmark = pytest.mark.misfits_allowed


class Plain:
    """Requests as no well-behaved client would send them."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._headers = {"Authorization": f"Bearer {sandbox.token(sandbox.account())}"}

    def list(self, **query: str) -> requests.Response:
        url = f"{self._sandbox.url}/calendar/v3/calendars/primary/events"
        return self._sandbox.http.get(url, params=query, headers=self._headers)

    def insert(self, body: Any) -> requests.Response:
        url = f"{self._sandbox.url}/calendar/v3/calendars/primary/events"
        return self._sandbox.http.post(url, json=body, headers=self._headers)


@pytest.fixture
def plain(sandbox: Sandbox) -> Plain:
    return Plain(sandbox)


def message_of(answer: requests.Response) -> str:
    assert answer.status_code == 400, answer.text
    return str(answer.json()["error"]["message"])


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"calendar": "primary"}, "calendar"),  # no such parameter
        ({"maxResults": "many"}, "maxResults"),  # not a number
        ({"maxResults": "0"}, "maxResults"),  # below the minimum
        ({"maxResults": "3000000000"}, "maxResults"),  # more than 32 bits
        ({"singleEvents": "yes"}, "singleEvents"),  # not a boolean
        ({"orderBy": "title"}, "orderBy"),  # not one of the values
        ({"timeMin": "2027-03-01"}, "timeMin"),  # a day, not a moment
        ({"timeMin": "2027-03-01T00:00:00"}, "timeMin"),  # no offset
    ],
)
def test_a_query_that_google_would_not_take_is_refused(plain: Plain, query: dict[str, str], named: str) -> None:
    assert named in message_of(plain.list(**query))


@pytest.mark.parametrize(
    ("field", "named"),
    [
        ({"title": "Visit"}, "title"),  # no such field
        ({"summary": 7}, "summary"),  # not a text
        ({"attendees": {"email": "a@b.example"}}, "attendees"),  # not a list
        ({"attendees": [{"mail": "a@b.example"}]}, "mail"),  # no such field further down
        ({"start": {"date": "tomorrow"}}, "start"),  # not a day
        ({"start": None}, "start"),  # required
        ({"sequence": 2**31}, "sequence"),  # more than 32 bits
    ],
)
def test_a_body_that_google_would_not_take_is_refused(plain: Plain, field: dict[str, Any], named: str) -> None:
    assert named in message_of(plain.insert(meeting() | field))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"end": {"dateTime": "2027-03-01T08:00:00Z"}}, "empty"),  # ends before it starts
        ({"start": {"dateTime": "2027-03-01T09:00:00"}}, "time zone"),  # local time of nowhere
        ({"start": {"date": "2027-03-01"}}, "start"),  # a day that ends at a moment
        ({"recurrence": ["RRULE:FREQ=SOMETIMES"]}, "recurrence"),  # no such rule
        ({"recurrence": ["RRULE:FREQ=DAILY;INTERVAL=0"]}, "recurrence"),  # never gets anywhere
        ({"id": "UPPER"}, "id"),  # characters Google does not take
        ({"id": "abc"}, "id"),  # too short
    ],
)
def test_an_event_that_makes_no_sense_is_refused(plain: Plain, change: dict[str, Any], named: str) -> None:
    assert named in message_of(plain.insert(meeting() | change))


@pytest.mark.parametrize("expiration", ["1_0", " 10", "\uff11", "1e3", "", "9223372036854775808"])
def test_a_long_number_is_written_in_plain_digits(expiration: str) -> None:
    method = discovery.load().methods["events.watch"]
    with pytest.raises(GoogleError, match="expiration"):
        Checks(discovery.load()).body(method, json.dumps({"id": "c", "expiration": expiration}).encode())


@pytest.mark.parametrize("day", ["20270301", "2027-W09-1", "2027-3-1", "2027-02-29", "\uff12027-03-01"])
def test_a_day_is_written_with_dashes(plain: Plain, day: str) -> None:
    assert "start" in message_of(plain.insert(meeting(start={"date": day}, end={"date": "2027-03-02"})))


def test_a_refusal_does_not_repeat_what_was_sent(plain: Plain) -> None:
    assert "secret" not in message_of(plain.insert(meeting() | {"location": ["secret"]}))


def test_a_misreading_of_the_sandbox_itself_is_loud() -> None:
    checks = Checks(discovery.load())
    method = discovery.load().methods["events.get"]

    def answer(**event: Any) -> list[Message]:
        return [{"type": "http.response.start", "status": 200}, {"body": json.dumps(event).encode()}]

    checks.answer(method, answer(id="a", sequence=1))
    for field, value in (("sequence", "1"), ("titel", "x"), ("updated", "yesterday")):
        with pytest.raises(GoogleError, match=field) as loud:
            checks.answer(method, answer(id="a", **{field: value}))
        assert loud.value.status == 500
