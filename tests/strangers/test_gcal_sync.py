"""gcal-sync, a client written against the real Google, keeps up with the sandbox's."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, date, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from gcal_sync.api import (
    GoogleCalendarService,
    ListEventsRequest,
    LocalListEventsRequest,
    SyncEventsRequest,
)
from gcal_sync.auth import AbstractAuth
from gcal_sync.exceptions import ApiForbiddenException, AuthException
from gcal_sync.model import DateOrDatetime, Event
from gcal_sync.sync import CalendarEventSyncManager, CalendarListSyncManager

from tests.strangers.meeting import ANN, Json, Sandbox

MARCH = (datetime(2027, 3, 1, tzinfo=UTC), datetime(2027, 4, 1, tzinfo=UTC))
DAYS = (1, 2, 3)


class Auth(AbstractAuth):
    """Signs in with a token that is there already."""

    def __init__(self, session: aiohttp.ClientSession, sandbox: Sandbox, token: str) -> None:
        super().__init__(session, f"{sandbox.url}/calendar/v3")
        self._token = token

    async def async_get_access_token(self) -> str:
        return self._token


class Client:
    """The library's service and one sync manager, as an application holds them."""

    def __init__(self, service: GoogleCalendarService) -> None:
        self.service = service
        self.events = CalendarEventSyncManager(service, ANN)

    async def shown(self, span: tuple[datetime, datetime] = MARCH) -> list[tuple[str, str]]:
        """Sync, and tell title and start of what the library's own timeline shows."""
        await self.events.run()
        request = LocalListEventsRequest(start_time=span[0], end_time=span[1])
        found = await self.events.store_service.async_list_events(request)
        return [(event.summary, event.start.value.isoformat()) for event in found.events]


Story = Callable[[Client], Coroutine[Any, Any, None]]
Tell = Callable[[Story], None]


@pytest.fixture
def tell(sandbox: Sandbox) -> Tell:
    """Run a story with a client of an account that has three meetings."""
    sandbox.control("accounts", email=ANN, events=[meeting(day) for day in DAYS])
    token = sandbox.token()

    async def with_client(story: Story) -> None:
        async with aiohttp.ClientSession() as session:
            await story(Client(GoogleCalendarService(Auth(session, sandbox, token))))

    return lambda story: asyncio.run(with_client(story))


def meeting(day: int, **more: Any) -> Json:
    start, end = (f"2027-03-{day:02}T{hour}:00:00Z" for hour in (10, 11))
    return {
        "id": f"visit{day:02}",
        "summary": f"Visit {day}",
        "start": {"dateTime": start, "timeZone": "UTC"},
        "end": {"dateTime": end, "timeZone": "UTC"},
        **more,
    }


def at_ten(*days: int) -> list[tuple[str, str]]:
    return [(f"Visit {day}", f"2027-03-{day:02}T10:00:00+00:00") for day in days]


def counts(sandbox: Sandbox) -> Json:
    found: Json = sandbox.http.get(f"{sandbox.url}/_sandbox/log", timeout=10).json()["counts"]
    return found


def test_it_reads_everything_once_and_then_only_asks_for_changes(sandbox: Sandbox, tell: Tell) -> None:
    async def story(client: Client) -> None:
        assert await client.shown() == at_ten(*DAYS)
        assert await client.shown() == at_ten(*DAYS)

    tell(story)
    assert counts(sandbox) == {"events.list": 2}


def test_it_sees_what_was_added_changed_and_deleted(sandbox: Sandbox, tell: Tell) -> None:
    async def story(client: Client) -> None:
        await client.shown()
        sandbox.google("POST", "calendars/primary/events", body=meeting(9))
        sandbox.google("PATCH", "calendars/primary/events/visit02", body={"summary": "Moved", **times(20)})
        sandbox.google("DELETE", "calendars/primary/events/visit01")
        assert await client.shown() == [*at_ten(3, 9), ("Moved", "2027-03-20T10:00:00+00:00")]

    tell(story)


def times(day: int) -> Json:
    body = meeting(day)
    return {"start": body["start"], "end": body["end"]}


def test_it_begins_anew_when_its_token_has_expired(sandbox: Sandbox, tell: Tell) -> None:
    async def story(client: Client) -> None:
        await client.shown()
        sandbox.control("expire-sync-tokens", email=ANN)
        sandbox.google("DELETE", "calendars/primary/events/visit01")
        assert await client.shown() == at_ten(2, 3)

    tell(story)


def test_it_reads_thousands_of_events_page_by_page(sandbox: Sandbox, tell: Tell) -> None:
    count = 2500
    sandbox.control("events", email=ANN, generate={"count": count, "from": "2027-05-01", "days": 30})

    async def story(client: Client) -> None:
        found = await client.shown((datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)))
        assert len(found) == count + len(DAYS)

    tell(story)
    assert counts(sandbox)["events.list"] == 3


def test_it_expands_series_to_the_instances_google_would_list(sandbox: Sandbox, tell: Tell) -> None:
    """It follows rules with a library of its own, in the zone the sandbox names."""
    zone = {"timeZone": "Europe/Berlin"}
    daily = {
        "id": "standup",
        "summary": "Daily",
        "start": {"dateTime": "2027-03-26T09:00:00", **zone},
        "end": {"dateTime": "2027-03-26T09:30:00", **zone},
        "recurrence": ["RRULE:FREQ=DAILY;COUNT=6", "EXDATE;TZID=Europe/Berlin:20270327T090000"],
    }
    sandbox.google("POST", "calendars/primary/events", body=daily)
    # The clocks change on the 28th.
    sandbox.google("PATCH", "calendars/primary/events/standup_20270329T070000Z", body={"summary": "Late", **times(29)})
    sandbox.google("DELETE", "calendars/primary/events/standup_20270330T070000Z")
    span = (datetime(2027, 3, 25, tzinfo=UTC), datetime(2027, 4, 5, tzinfo=UTC))

    async def story(client: Client) -> None:
        expanded = set(await client.shown(span))
        request = ListEventsRequest(calendar_id=ANN, start_time=span[0], end_time=span[1])
        listed = (await client.service.async_list_events(request)).items
        assert expanded == {(event.summary, event.start.value.isoformat()) for event in listed}
        assert len(expanded) == 4

    tell(story)


def test_it_shows_whole_days(sandbox: Sandbox, tell: Tell) -> None:
    days = {"start": {"date": "2027-03-10"}, "end": {"date": "2027-03-12"}}
    sandbox.google("POST", "calendars/primary/events", body={"summary": "Fair", **days})

    async def story(client: Client) -> None:
        assert ("Fair", "2027-03-10") in await client.shown()

    tell(story)


def test_it_adds_a_series_takes_a_day_out_of_it_and_deletes_it(sandbox: Sandbox, tell: Tell) -> None:
    first = date(2027, 3, 8)
    series = Event(
        summary="Weekly",
        start=DateOrDatetime(date=first),
        end=DateOrDatetime(date=first + timedelta(days=1)),
        recurrence=["RRULE:FREQ=WEEKLY;COUNT=3"],
    )

    async def story(client: Client) -> None:
        store = client.events.store_service
        await store.async_add_event(series)
        weekly = [start for title, start in await client.shown() if title == "Weekly"]
        assert weekly == ["2027-03-08", "2027-03-15", "2027-03-22"]
        [made] = [event for event in sandbox.events() if event["summary"] == "Weekly"]
        await store.async_delete_event(made["iCalUID"], f"{made['id']}_20270315")
        assert [start for title, start in await client.shown() if title == "Weekly"] == ["2027-03-08", "2027-03-22"]
        await store.async_delete_event(made["iCalUID"])
        assert await client.shown() == at_ten(*DAYS)

    tell(story)


def test_it_keeps_to_the_window_it_began_with(sandbox: Sandbox, tell: Tell) -> None:
    async def story(client: Client) -> None:
        window = SyncEventsRequest(calendar_id=ANN, start_time=datetime(2027, 3, 2, tzinfo=UTC))
        client.events = CalendarEventSyncManager(client.service, request_template=window)
        assert await client.shown() == at_ten(2, 3)
        sandbox.google("POST", "calendars/primary/events", body=meeting(5))
        assert await client.shown() == at_ten(2, 3, 5)

    tell(story)


def test_it_searches(tell: Tell) -> None:
    async def story(client: Client) -> None:
        request = ListEventsRequest(calendar_id=ANN, start_time=MARCH[0], search="visit 2")
        found = await client.service.async_list_events(request)
        assert [event.summary for event in found.items] == ["Visit 2"]

    tell(story)


def test_it_reads_the_list_of_calendars(sandbox: Sandbox, tell: Tell) -> None:
    sandbox.control("accounts", email=ANN, calendars=[{"summary": "Team", "accessRole": "reader"}])

    async def story(client: Client) -> None:
        found = (await client.service.async_list_calendars()).items
        assert [(each.summary, each.access_role.value, each.primary) for each in found] == [
            (ANN, "owner", True),
            ("Team", "reader", False),
        ]

    tell(story)


def test_it_keeps_up_with_the_list_of_calendars(sandbox: Sandbox, tell: Tell) -> None:
    team = {"id": "team@group.calendar.google.com", "summary": "Team", "accessRole": "reader"}

    async def story(client: Client) -> None:
        calendars = CalendarListSyncManager(client.service)

        async def shown() -> set[str]:
            await calendars.run()
            return {each.summary for each in (await calendars.store_service.async_list_calendars()).calendars}

        assert await shown() == {ANN}
        sandbox.control("accounts", email=ANN, calendars=[team])
        assert await shown() == {ANN, "Team"}
        sandbox.google("PATCH", f"users/me/calendarList/{team['id']}", body={"summaryOverride": "Ours"})
        assert await shown() == {ANN, "Team"}
        sandbox.control("expire-sync-tokens", email=ANN)
        assert await shown() == {ANN, "Team"}

    tell(story)
    assert counts(sandbox)["calendarList.list"] == 5


def test_it_understands_what_the_sandbox_refuses(sandbox: Sandbox, tell: Tell) -> None:
    async def story(client: Client) -> None:
        sandbox.control("faults", operation="events.list", status=403, reason="forbidden", times=1)
        with pytest.raises(ApiForbiddenException):
            await client.events.run()
        sandbox.control("revoke", email=ANN)
        with pytest.raises(AuthException):
            await client.events.run()

    tell(story)
