import json
import socket
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from ce_calendar.adapters.google import calendar as google_calendar
from ce_calendar.adapters.google.calendar import GoogleMeetings
from ce_calendar.domain.errors import (
    CursorExpired,
    NeedsReauth,
    ProviderError,
    ProviderForbids,
    ProviderUnavailable,
    RateLimited,
)
from ce_calendar.domain.meetings.connections import Credential
from tests.conftest import NOON, FixedClock
from tests.contract.broken import BrokenAnswers
from tests.contract.meeting_provider import ANN, START, WINDOW, MeetingProviderContract, ProviderWorld
from tests.support.answering import answering, good
from tests.support.sandbox import GoogleSandbox, Half


class Google(ProviderWorld):
    def __init__(self, sandbox: GoogleSandbox, clock: FixedClock) -> None:
        self.sandbox = sandbox
        self.clock = clock
        sandbox.control("accounts", email=ANN)
        self.meetings = GoogleMeetings(clock=clock, api_url=sandbox.url, timeout_seconds=2)
        self.provider = self.meetings
        self.calendar_id = ANN
        self.token = str(sandbox.control("token", email=ANN)["access_token"])

    def credential(self) -> Credential:
        return self.sandbox.grant(ANN)

    def add(self, event_id: str, *, day: int, title: str = "Review") -> None:
        body = {"id": event_id, "summary": title, **_times(day)}
        self.sandbox.call("POST", f"calendars/{ANN}/events", self.token, json=body)

    def add_many(self, count: int) -> None:
        events = [{"id": f"mmmmm{number}", **_times(number)} for number in range(count)]
        self.sandbox.control("accounts", email=ANN, events=events)

    def move(self, event_id: str, *, day: int) -> None:
        self.sandbox.call("PATCH", f"calendars/{ANN}/events/{event_id}", self.token, json=_times(day))

    def delete(self, event_id: str) -> None:
        self.sandbox.call("DELETE", f"calendars/{ANN}/events/{event_id}", self.token)

    def expire_cursors(self) -> None:
        self.sandbox.control("expire-sync-tokens")

    def delete_calendar(self) -> str:
        return "never-was@group.calendar.google.com"

    def be_rate_limited(self, *, seconds: int) -> datetime:
        self.sandbox.control("faults", operation="events.list", status=429, retry_after=seconds, times=1)
        return self.clock() + timedelta(seconds=seconds)

    def be_down(self) -> None:
        self.sandbox.control("faults", operation="*", status=503, times=2)

    def be_down_after_first_page(self) -> None:
        self.be_down()

    def requests(self) -> int:
        return self.sandbox.counts().get("events.list", 0)


def _times(day: int) -> dict[str, dict[str, str]]:
    start = START + timedelta(days=day)
    return {"start": {"dateTime": start.isoformat()}, "end": {"dateTime": (start + timedelta(hours=1)).isoformat()}}


@pytest.fixture
def world(google_sandbox: GoogleSandbox, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[ProviderWorld]:
    monkeypatch.setattr(google_calendar, "EVENTS_PER_PAGE", 3)
    google = Google(google_sandbox, clock)
    yield google
    google.meetings.close()


@pytest.fixture
def half(google_sandbox: GoogleSandbox) -> Half:
    return google_sandbox


class TestGoogleMeetings(BrokenAnswers, MeetingProviderContract):
    @pytest.mark.parametrize(
        ("status", "reason", "expected"),
        [
            (403, "rateLimitExceeded", RateLimited),
            (403, "userRateLimitExceeded", RateLimited),
            (403, "quotaExceeded", RateLimited),
            (403, "dailyLimitExceeded", RateLimited),
            (403, "insufficientPermissions", NeedsReauth),
            (403, "accessNotConfigured", ProviderForbids),
            (403, "forbidden", ProviderForbids),
            (403, "somethingNew", ProviderForbids),
            (400, "badRequest", ProviderUnavailable),  # without a cursor it is not the cursor's fault
            (410, "gone", ProviderUnavailable),
            (500, "backendError", ProviderUnavailable),
        ],
    )
    def test_a_refusal_is_told_in_our_words(
        self, world: Google, status: int, reason: str, expected: type[ProviderError]
    ) -> None:
        world.sandbox.control("faults", operation="events.list", status=status, reason=reason, times=1)

        with pytest.raises(ProviderError) as refused:
            world.read()

        assert type(refused.value) is expected
        assert "Sandbox" not in str(refused.value)

    def test_a_400_with_a_cursor_means_the_cursor(self, world: Google) -> None:
        cursor = world.read()[-1].cursor
        world.sandbox.control("faults", operation="events.list", status=400, reason="invalid", times=1)

        with pytest.raises(CursorExpired):
            world.read(cursor)

    def test_a_token_without_the_scope_needs_the_person(self, world: Google) -> None:
        with pytest.raises(NeedsReauth):
            world.read(credential=world.sandbox.grant(ANN, ["openid", "email"]))

    def test_a_dropped_connection_is_unavailable_and_the_next_read_works(self, world: Google) -> None:
        world.sandbox.control("faults", operation="events.list", drop=True, times=10)
        with pytest.raises(ProviderUnavailable):
            world.read()
        world.sandbox.heal()

        assert world.read()[-1].cursor

    def test_a_slow_answer_is_unavailable(self, world: Google) -> None:
        hasty = GoogleMeetings(clock=world.clock, api_url=world.sandbox.url, timeout_seconds=0.2)
        world.sandbox.control("faults", operation="events.list", latency_ms=1500, times=1)

        with pytest.raises(ProviderUnavailable):
            list(hasty.fetch_events(world.credential(), ANN, window=WINDOW, cursor=""))
        hasty.close()

    def test_pages_without_end_are_not_read_to_the_end(self, world: Google, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(google_calendar, "MOST_PAGES", 2)
        world.add_many(7)

        with pytest.raises(ProviderUnavailable, match="too_many_pages"):
            world.read()

    def test_several_threads_read_at_once(self, world: Google) -> None:
        world.add_many(7)
        found: list[int] = []

        def read() -> None:
            found.append(len(world.changed(world.read())))
            world.meetings.close()

        threads = [threading.Thread(target=read) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert found == [7] * 6


@pytest.mark.parametrize(
    "body",
    [
        b'{"items": []}',  # the last page without a cursor
        b'{"items": "none", "nextSyncToken": "x"}',
        b'{"items": [], "nextPageToken": 7}',
        b'{"items": [], "nextPageToken": "again"}',  # for ever
        b"[]",
        b'"text"',
        b"null",
        b"<html>login</html>",
        b"\xff\xfe",
        b'{"items": ' + b"[" * 100_000,  # deeper than Python follows
        b"",
    ],
)
def test_an_answer_that_is_none_of_googles_is_unavailable(body: bytes) -> None:
    with answering(good(body)) as url:
        _expect_unavailable(url)


def test_an_answer_that_is_cut_is_unavailable() -> None:
    with answering(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"items": [], "nextSyncToken": "x"}') as url:
        _expect_unavailable(url)


def test_a_redirect_is_not_followed_with_the_token() -> None:
    with answering(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n") as url:
        _expect_unavailable(url)


def test_nobody_there_is_unavailable() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        _expect_unavailable(f"http://127.0.0.1:{unused.getsockname()[1]}")


def test_a_calendar_is_listed_whatever_its_owner_calls_it() -> None:
    """Names are written by whoever shares the calendar, and PostgreSQL refuses what is too long or holds a NUL."""
    items = [
        {"id": "a" * 400, "summary": "no id of ours can be so long"},
        {"id": "b", "summary": "n\x00o" + "o" * 600, "timeZone": "Z" * 100, "accessRole": "owner" * 20},
        {"id": "c", "summary": "\ud800", "summaryOverride": 7, "timeZone": None},
    ]
    body = json.dumps({"items": items}).encode()
    with answering(good(body)) as url:
        meetings = GoogleMeetings(clock=FixedClock(), api_url=url, timeout_seconds=2)
        found = meetings.list_calendars(Credential("client", "token", "", NOON))
        meetings.close()
    assert [(each.provider_calendar_id, each.name, each.zone) for each in found] == [
        ("b", "n" + "o" * 299, "Z" * 64),
        ("c", "c", ""),
    ]
    assert found[0].access_role == ("owner" * 20)[:32]


def test_a_calendar_says_whose_it_is_as_far_as_google_does() -> None:
    items = [
        {"id": "ann@gmail.example", "primary": True},
        {"id": "team@group.calendar.google.com", "dataOwner": "bob@gmail.example"},
        {"id": "en.usa#holiday@group.v.calendar.google.com"},
        {"id": "not-an-address"},
    ]
    with answering(good(json.dumps({"items": items}).encode())) as url:
        meetings = GoogleMeetings(clock=FixedClock(), api_url=url, timeout_seconds=2)
        found = meetings.list_calendars(Credential("client", "token", "", NOON))
        meetings.close()
    assert [each.owner for each in found] == ["ann@gmail.example", "bob@gmail.example", "", ""]


def _expect_unavailable(url: str) -> None:
    meetings = GoogleMeetings(clock=FixedClock(), api_url=url, timeout_seconds=2)
    with pytest.raises(ProviderUnavailable):
        list(meetings.fetch_events(Credential("client", "token", "", NOON), ANN, window=WINDOW, cursor=""))
    meetings.close()
