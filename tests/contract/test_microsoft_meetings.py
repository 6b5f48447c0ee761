import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from ce_calendar.adapters.microsoft import calendar as microsoft_calendar
from ce_calendar.adapters.microsoft.calendar import MicrosoftMeetings
from ce_calendar.domain.errors import (
    AccessTokenRejected,
    CalendarGone,
    CursorExpired,
    NeedsReauth,
    ProviderError,
    ProviderForbids,
    ProviderUnavailable,
    RateLimited,
)
from ce_calendar.domain.meetings.connections import Credential, is_read_by_default
from tests.conftest import FixedClock
from tests.contract.broken import BrokenAnswers
from tests.contract.meeting_provider import ANN, START, WINDOW, MeetingProviderContract, ProviderWorld
from tests.support.sandbox import Half, MicrosoftSandbox

DELTA = "GET /me/calendars/{id}/calendarView/delta"
VIEW = "GET /me/calendars/{id}/calendarView"
INSTANCES = "GET /me/calendars/{id}/events/{id}/instances"


class Microsoft(ProviderWorld):
    def __init__(self, sandbox: MicrosoftSandbox, clock: FixedClock) -> None:
        self.sandbox = sandbox
        self.clock = clock
        self.calendar_id = str(sandbox.control("accounts", email=ANN)["calendars"][0])
        self.meetings = MicrosoftMeetings(
            clock=clock, graph_url=sandbox.url, ca_bundle=sandbox.ca_bundle, timeout_seconds=5
        )
        self.provider = self.meetings
        self.token = str(sandbox.control("token", email=ANN)["access_token"])
        self.ids: dict[str, str] = {}
        """What Graph called the events that a test named."""

    def credential(self) -> Credential:
        return self.sandbox.grant(ANN)

    def name(self, provider_event_id: str) -> str:
        return {given: name for name, given in self.ids.items()}.get(provider_event_id, provider_event_id)

    def create(self, name: str, **body: Any) -> str:
        made = self.sandbox.call("POST", "/me/events", self.token, json={"subject": name, **body})
        self.ids[name] = str(made["id"])
        return self.ids[name]

    def change(self, event_id: str, **body: Any) -> None:
        self.sandbox.call("PATCH", f"/me/events/{event_id}", self.token, json=body)

    def add(self, event_id: str, *, day: int, title: str = "Review") -> None:
        self.create(event_id, **{"subject": title, **_times(day)})

    def add_many(self, count: int) -> None:
        events = [{"subject": f"Event {number}", **_times(number)} for number in range(count)]
        self.sandbox.control("accounts", email=ANN, events=events)

    def move(self, event_id: str, *, day: int) -> None:
        self.change(self.ids[event_id], **_times(day))

    def delete(self, event_id: str) -> None:
        self.sandbox.call("DELETE", f"/me/events/{self.ids[event_id]}", self.token)

    def expire_cursors(self) -> None:
        self.sandbox.control("expire-sync-tokens")

    def delete_calendar(self) -> str:
        # Another mailbox's: Graph tells both in the same words.
        return str(self.sandbox.control("accounts", email="ben@mail.example")["calendars"][0])

    def be_rate_limited(self, *, seconds: int) -> datetime:
        self.sandbox.control("faults", operation=DELTA, status=429, retry_after=seconds, times=1)
        return self.clock() + timedelta(seconds=seconds)

    def be_down(self) -> None:
        self.sandbox.control("faults", operation="*", status=503, times=2)

    def be_down_after_first_page(self) -> None:
        self.be_down()

    def requests(self) -> int:
        return sum(self.counts().values())

    def counts(self) -> dict[str, int]:
        counted = self.sandbox.counts()
        return {operation: counted.get(operation, 0) for operation in (DELTA, VIEW, INSTANCES)}


def _times(day: int, *, hours: int = 1) -> dict[str, Any]:
    start = START + timedelta(days=day)
    return {"start": _utc(start), "end": _utc(start + timedelta(hours=hours))}


def _utc(moment: datetime) -> dict[str, str]:
    return {"dateTime": moment.strftime("%Y-%m-%dT%H:%M:%S"), "timeZone": "UTC"}


def daily(count: int) -> dict[str, Any]:
    return {"pattern": {"type": "daily", "interval": 1}, "range": {"type": "numbered", "numberOfOccurrences": count}}


@pytest.fixture
def world(
    microsoft_sandbox: MicrosoftSandbox, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ProviderWorld]:
    monkeypatch.setattr(microsoft_calendar, "EVENTS_PER_PAGE", 3)
    microsoft = Microsoft(microsoft_sandbox, clock)
    yield microsoft
    microsoft.meetings.close()


@pytest.fixture
def half(microsoft_sandbox: MicrosoftSandbox) -> Half:
    return microsoft_sandbox


class TestMicrosoftMeetings(BrokenAnswers, MeetingProviderContract):
    @pytest.mark.parametrize(
        ("status", "reason", "retry_after", "expected"),
        [
            (429, "ApplicationThrottled", 30, RateLimited),
            (429, "activityLimitReached", None, RateLimited),
            (503, "ApplicationThrottled", 30, RateLimited),  # too much at once for one mailbox
            (503, "serviceNotAvailable", None, ProviderUnavailable),
            (500, "generalException", 30, ProviderUnavailable),
            (403, "ErrorAccessDenied", None, ProviderForbids),
            (403, "MailboxNotEnabledForRESTAPI", None, ProviderForbids),
            (404, "MailboxNotEnabledForRESTAPI", None, ProviderForbids),
            (404, "ErrorItemNotFound", None, CalendarGone),
            (400, "ErrorInvalidRequest", None, ProviderUnavailable),  # without a cursor it is not the cursor's fault
            (410, "syncStateNotFound", None, ProviderUnavailable),
            (401, "InvalidAuthenticationToken", None, AccessTokenRejected),
        ],
    )
    def test_a_refusal_is_told_in_our_words(
        self, world: Microsoft, status: int, reason: str, retry_after: int | None, expected: type[ProviderError]
    ) -> None:
        fault = {"operation": DELTA, "status": status, "reason": reason, "times": 1}
        world.sandbox.control("faults", **fault, **({"retry_after": retry_after} if retry_after else {}))

        with pytest.raises(ProviderError) as refused:
            world.read()

        assert type(refused.value) is expected
        assert "Sandbox" not in str(refused.value)

    @pytest.mark.parametrize("status", [400, 410])
    def test_a_dead_link_dies_of_either_status(self, world: Microsoft, status: int) -> None:
        cursor = world.read()[-1].cursor
        world.sandbox.control("expire-sync-tokens", status=status)

        with pytest.raises(CursorExpired):
            world.read(cursor)

    def test_a_link_to_a_stranger_is_dead_and_nobody_gets_the_token(self, world: Microsoft) -> None:
        host = world.sandbox.url.removeprefix("https://")
        for link in (
            "https://graph.example/v1.0/me/calendarView/delta?$deltatoken=x",
            f"http://{host}/v1.0/me/calendarView/delta?$deltatoken=x",
            f"https://{host}.example/v1.0/me/calendarView/delta",
            f"https://{host}@evil.example/v1.0/me/calendarView/delta",
            f"https://evil@{host}/v1.0/me/calendarView/delta",
            f"https://{host}/beta/me/calendarView/delta",
            f"https://{host}:1/v1.0/me/calendarView/delta",
            "https://[::1/v1.0/",
        ):
            with pytest.raises(CursorExpired):
                world.read(link)
        assert world.requests() == 0

    def test_a_token_without_the_scope_needs_the_person(self, world: Microsoft) -> None:
        with pytest.raises(NeedsReauth):
            world.read(credential=world.sandbox.grant(ANN, ["User.Read"]))

    def test_the_ids_of_events_survive_a_move_to_another_calendar(self, world: Microsoft) -> None:
        world.add("aaaaa1", day=1)
        world.sandbox.control("accounts", email=ANN, calendars=[{"name": "Second"}])
        second = world.sandbox.control("accounts", email=ANN)["calendars"][1]
        cursor = world.read()[-1].cursor
        world.sandbox.control("move", email=ANN, event=world.ids["aaaaa1"], calendar=second)

        there = list(world.provider.fetch_events(world.credential(), second, window=WINDOW, cursor=""))

        assert world.gone(world.read(cursor)) == {"aaaaa1"}
        assert set(world.changed(there)) == {"aaaaa1"}

    def test_a_dropped_connection_is_unavailable_and_the_next_read_works(self, world: Microsoft) -> None:
        world.sandbox.control("faults", operation=DELTA, drop=True, times=10)
        with pytest.raises(ProviderUnavailable):
            world.read()
        world.sandbox.heal()

        assert world.read()[-1].cursor

    def test_a_slow_answer_is_unavailable(self, world: Microsoft) -> None:
        hasty = MicrosoftMeetings(
            clock=world.clock, graph_url=world.sandbox.url, ca_bundle=world.sandbox.ca_bundle, timeout_seconds=0.3
        )
        world.sandbox.control("faults", operation=DELTA, latency_ms=1000, times=1)

        with pytest.raises(ProviderUnavailable):
            list(hasty.fetch_events(world.credential(), world.calendar_id, window=WINDOW, cursor=""))
        hasty.close()

    def test_pages_without_end_are_not_read_to_the_end(self, world: Microsoft, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(microsoft_calendar, "MOST_PAGES", 2)
        world.add_many(7)

        with pytest.raises(ProviderUnavailable, match="too_many_pages"):
            world.read()

    def test_several_threads_read_at_once(self, world: Microsoft) -> None:
        world.sandbox.control("limits", concurrency=100)
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

    # -- series --------------------------------------------------------------------------------------------------

    def test_the_occurrences_of_a_series_come_with_all_they_hold(self, world: Microsoft) -> None:
        guest = {"emailAddress": {"address": "Carla@Clinic.example", "name": "Carla"}, "type": "required"}
        series = world.create("Round", **_times(1), recurrence=daily(5), attendees=[guest], sensitivity="private")

        pages = world.read()

        events = list(world.changed(pages).values())
        assert [event.starts_at for event in events] == [START + timedelta(days=day) for day in range(1, 6)]
        assert {event.title for event in events} == {"Round"}
        assert {event.series_id for event in events} == {series}
        assert all("carla@clinic.example" in {guest.email for guest in event.attendees} for event in events)
        assert {event.visibility for event in events} == {"private"}
        assert {event.original_start for event in events} == {f"2027-03-0{day}T00:00:00Z" for day in range(2, 7)}
        assert len({event.ical_uid for event in events}) == 1
        # Both in pages of three: the series with its occurrences, then the view.
        assert world.counts() == {DELTA: 2, VIEW: 2, INSTANCES: 0}
        assert len(pages) == 4

    def test_a_series_that_changed_is_read_as_a_whole_in_one_request(self, world: Microsoft) -> None:
        series = world.create("Round", **_times(1), recurrence=daily(3))
        cursor = world.read()[-1].cursor
        before = world.counts()
        world.change(series, **_times(11, hours=2))

        pages = world.read(cursor)

        events = world.changed(pages).values()
        assert [event.starts_at for event in events] == [START + timedelta(days=day) for day in (11, 12, 13)]
        assert {series_id for page in pages for series_id in page.series} == {series}
        assert [bool(page.cursor) for page in pages] == [False] * (len(pages) - 1) + [True]
        after = world.counts()
        assert after[INSTANCES] - before[INSTANCES] == 1
        assert after[DELTA] - before[DELTA] == 1

    def test_a_series_is_told_alike_however_it_was_read(self, world: Microsoft) -> None:
        """Or a full read would find changes where there are none."""
        series = world.create("Round", **_times(1), recurrence=daily(3))
        cursor = world.read()[-1].cursor
        world.change(series, subject="Another")

        assert world.changed(world.read(cursor)) == world.changed(world.read())

    def test_an_exception_keeps_its_original_start_and_its_series_uid(self, world: Microsoft) -> None:
        world.create("Round", **_times(1), recurrence=daily(3))
        first = list(world.changed(world.read()).values())
        world.change(first[1].provider_event_id, **_times(20))

        full = world.read()
        world.change(first[1].provider_event_id, subject="Moved")
        later = world.read(full[-1].cursor)

        for pages in (full, later):
            moved = next(event for event in world.changed(pages).values() if event.starts_at.day == 21)
            assert moved.original_start == first[1].original_start
            assert moved.ical_uid == first[1].ical_uid
            assert moved.provider_event_id == first[1].provider_event_id

    def test_the_last_exception_of_an_older_series_keeps_its_original_start(self, world: Microsoft) -> None:
        """Its series began before the window and is not told; nothing else of it is in the window."""
        series = world.create("Days", **_times(-1, hours=24), isAllDay=True, recurrence=daily(2))
        world.read()
        day = START.isoformat(timespec="seconds").replace("+00:00", "")
        (second,) = (event for event in world.changed(world.read()).values() if event.series_id == series)
        world.change(second.provider_event_id, **_times(20), isAllDay=False)

        pages = world.read()

        (moved,) = world.changed(pages).values()
        assert (moved.original_start, moved.dates) == (day[:10], None)
        assert moved.ical_uid == second.ical_uid
        assert [bool(page.cursor) for page in pages] == [False] * (len(pages) - 1) + [True]

    def test_many_changed_series_call_for_a_full_read(self, world: Microsoft, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(microsoft_calendar, "MOST_SERIES", 2)
        cursor = world.read()[-1].cursor
        for number in range(3):
            world.create(f"Round {number}", **_times(1), recurrence=daily(2))

        with pytest.raises(CursorExpired, match="many_series"):
            world.read(cursor)

    @pytest.mark.parametrize("status", [400, 404, 410])
    def test_a_series_that_cannot_be_read_alone_calls_for_a_full_read(self, world: Microsoft, status: int) -> None:
        """It went meanwhile, or it is one that Graph refuses for ever."""
        cursor = world.read()[-1].cursor
        world.create("Round", **_times(1), recurrence=daily(2))
        world.sandbox.control("faults", operation=INSTANCES, status=status, times=1)

        with pytest.raises(CursorExpired, match="series_unclear"):
            world.read(cursor)

    # -- calendars -----------------------------------------------------------------------------------------------

    def test_own_calendars_are_read_by_default_and_holidays_are_not(self, world: Microsoft) -> None:
        calendars = [{"name": "Clinic"}, {"name": "Holidays", "canEdit": False}]
        world.sandbox.control("accounts", email=ANN, calendars=calendars)

        found = world.provider.list_calendars(world.credential())

        assert [(each.name, each.access_role, is_read_by_default(each)) for each in found] == [
            ("Calendar", "owner", True),
            ("Clinic", "owner", True),
            ("Holidays", "reader", False),
        ]
        assert {each.owner for each in found} == {ANN}

    def test_all_calendars_are_listed_page_by_page(self, world: Microsoft, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(microsoft_calendar, "CALENDARS_PER_PAGE", 2)
        world.sandbox.control("accounts", email=ANN, calendars=[{"name": f"Calendar {number}"} for number in range(5)])

        assert len(world.provider.list_calendars(world.credential())) == 6
