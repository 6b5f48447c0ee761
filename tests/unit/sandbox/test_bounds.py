"""What a sandbox that runs for weeks forgets, so that it stays small."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from ce_calendar.sandbox.clock import Clock
from ce_calendar.sandbox.google.calendars import Calendar
from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.events import listing, store
from ce_calendar.sandbox.google.events.listing import Listings
from ce_calendar.sandbox.google.push.channels import Channel, Channels
from ce_calendar.sandbox.google.world import World as GoogleWorld
from ce_calendar.sandbox.microsoft.world import World as MicrosoftWorld
from ce_calendar.sandbox.outbox import KEPT, Outbox
from tests.unit.sandbox.driver import ANN, meeting

BASE = "http://127.0.0.1:9101"
NOW = datetime(2027, 1, 1, tzinfo=UTC)


def calendar_of(count: int) -> Calendar:
    calendar = Calendar(ANN, "Ann", "Europe/Berlin", ANN)
    calendar.insert_many((meeting(id=f"event{number}") for number in range(count)), Clock(), BASE)
    return calendar


@pytest.mark.parametrize("make", [GoogleWorld, MicrosoftWorld])
def test_the_outbox_keeps_the_newest_mails(make: Callable[[], GoogleWorld | MicrosoftWorld]) -> None:
    world = make()
    for number in range(KEPT + 5):
        world.mails.post({"kind": "invitation", "to": ANN, "about": str(number)})
    kept = world.to_json()["mails"]
    assert (len(kept), kept[0]["about"], kept[-1]["about"]) == (KEPT, "5", str(KEPT + 4))
    again = make()
    again.load(world.to_json())
    assert again.to_json()["mails"] == kept


def test_what_a_request_mailed_is_counted_also_when_the_outbox_is_full() -> None:
    outbox = Outbox()
    for number in range(KEPT):
        outbox.post({"about": str(number)})
    before = outbox.posted
    assert outbox.since(before) == []
    outbox.post({"about": "one"})
    outbox.post({"about": "two"})
    assert outbox.since(before) == [{"about": "two"}, {"about": "one"}]


def test_listings_of_a_big_calendar_do_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "_OPEN_ITEMS", 25)
    calendar, listings = calendar_of(10), Listings()
    tokens = [listings.page(calendar, {"maxResults": 4}, NOW)[1]["nextPageToken"] for _ in range(3)]
    with pytest.raises(GoogleError, match="page token"):
        listings.page(calendar, {"maxResults": 4, "pageToken": tokens[0]}, NOW)
    for token in tokens[1:]:
        items, _ = listings.page(calendar, {"maxResults": 4, "pageToken": token}, NOW)
        assert len(items) == 4


def test_a_listing_longer_than_all_may_be_together_can_still_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "_OPEN_ITEMS", 5)
    calendar, listings = calendar_of(10), Listings()
    _, token = listings.page(calendar, {"maxResults": 4}, NOW)
    items, _ = listings.page(calendar, {"maxResults": 4, "pageToken": token["nextPageToken"]}, NOW)
    assert len(items) == 4


def test_channels_that_expired_unheard_are_forgotten() -> None:
    clock = Clock()
    channels = Channels(clock, lambda _channel: None)
    for number in range(3000):
        until = int(clock.now().timestamp()) + 60
        watched = f"events/{number}"
        channels.open(Channel(f"c{number}", "client", ANN, watched, "", "http://127.0.0.1:9", None, until))
        clock.advance(1)
    assert len(channels._by_id) <= 1200
    assert len(channels._by_id) == len(channels._by_resource)


def test_instances_that_became_exceptions_are_forgotten_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "HISTORY", 10)
    calendar = Calendar(ANN, "Ann", "Europe/Berlin", ANN)
    calendar.insert(meeting(id="series", recurrence=["RRULE:FREQ=DAILY;COUNT=27"]), Clock(), BASE)
    _, token = Listings().page(calendar, {"singleEvents": True}, NOW)
    for day in range(1, 28):
        calendar.change(f"series_202703{day:02}T090000Z", {"summary": "Other"}, Clock())
    assert len(calendar.history) <= 11
    with pytest.raises(GoogleError) as expired:
        Listings().page(calendar, {"singleEvents": True, "syncToken": token["nextSyncToken"]}, NOW)
    assert expired.value.status == 410
