"""What every `ports.MeetingProvider` must do. A provider's test subclasses this and says how to arrange its world."""

from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta

import pytest

from ce_calendar.domain.errors import (
    AccessTokenRejected,
    CalendarGone,
    CursorExpired,
    ProviderUnavailable,
    RateLimited,
)
from ce_calendar.domain.meetings.connections import Credential
from ce_calendar.domain.meetings.events import CalendarEvent, EventPage
from ce_calendar.domain.window import SyncWindow
from ce_calendar.ports import MeetingProvider

ANN = "ann@gmail.example"
START = datetime(2027, 3, 1, tzinfo=UTC)
WINDOW = SyncWindow(START, START + timedelta(days=100))


class ProviderWorld(ABC):
    """The other side, as a test arranges it. One account, `ANN`, whose own calendar is empty."""

    provider: MeetingProvider
    calendar_id: str

    @abstractmethod
    def credential(self) -> Credential: ...
    @abstractmethod
    def add(self, event_id: str, *, day: int, title: str = "Review") -> None: ...
    @abstractmethod
    def add_many(self, count: int) -> None:
        """Events in the window, enough of them for several pages."""

    @abstractmethod
    def move(self, event_id: str, *, day: int) -> None: ...
    @abstractmethod
    def delete(self, event_id: str) -> None: ...
    @abstractmethod
    def expire_cursors(self) -> None: ...
    @abstractmethod
    def delete_calendar(self) -> str:
        """Delete a calendar and return its id."""

    @abstractmethod
    def be_rate_limited(self, *, seconds: int) -> datetime:
        """Refuse the next read; returns the moment to come back."""

    @abstractmethod
    def be_down(self) -> None: ...
    @abstractmethod
    def be_down_after_first_page(self) -> None: ...
    @abstractmethod
    def requests(self) -> int:
        """Reads of events so far."""

    def name(self, provider_event_id: str) -> str:
        """The id a test gave an event; providers that choose ids themselves look it up."""
        return provider_event_id

    def changed(self, pages: list[EventPage]) -> dict[str, CalendarEvent]:
        return {self.name(event.provider_event_id): event for page in pages for event in page.changed}

    def gone(self, pages: list[EventPage]) -> set[str]:
        return {self.name(event_id) for page in pages for event_id in (*page.removed, *page.absent)}

    def read(self, cursor: str = "", credential: Credential | None = None) -> list[EventPage]:
        credential = credential or self.credential()
        return list(self.provider.fetch_events(credential, self.calendar_id, window=WINDOW, cursor=cursor))


class MeetingProviderContract:
    """The suite."""

    def test_it_lists_the_own_calendar_as_primary_and_owned(self, world: ProviderWorld) -> None:
        calendars = world.provider.list_calendars(world.credential())

        own = next(calendar for calendar in calendars if calendar.is_primary)
        assert own.provider_calendar_id == world.calendar_id
        assert own.access_role == "owner"

    def test_a_read_without_cursor_brings_the_whole_window_and_a_cursor(self, world: ProviderWorld) -> None:
        world.add("aaaaa1", day=1, title="Review")
        world.add("aaaaa2", day=200)

        pages = world.read()

        assert set(world.changed(pages)) == {"aaaaa1"}
        assert world.changed(pages)["aaaaa1"].title == "Review"
        assert world.changed(pages)["aaaaa1"].starts_at == START + timedelta(days=1)
        assert pages[-1].cursor

    def test_an_empty_calendar_is_one_page_with_a_cursor(self, world: ProviderWorld) -> None:
        pages = world.read()

        assert len(pages) == 1
        assert pages[0].cursor
        assert not pages[0].changed

    def test_nothing_changed_is_one_request_and_nothing_named(self, world: ProviderWorld) -> None:
        world.add("aaaaa1", day=1)
        cursor = world.read()[-1].cursor
        before = world.requests()

        pages = world.read(cursor)

        assert (world.changed(pages), world.gone(pages)) == ({}, set())
        assert world.requests() == before + 1

    def test_a_cursor_brings_what_changed_since_and_what_was_deleted(self, world: ProviderWorld) -> None:
        world.add("aaaaa1", day=1)
        world.add("aaaaa2", day=2)
        world.add("aaaaa3", day=3)
        cursor = world.read()[-1].cursor
        world.move("aaaaa1", day=5)
        world.delete("aaaaa2")
        world.add("aaaaa4", day=4)

        pages = world.read(cursor)

        assert set(world.changed(pages)) == {"aaaaa1", "aaaaa4"}
        assert world.changed(pages)["aaaaa1"].starts_at == START + timedelta(days=5)
        assert world.gone(pages) == {"aaaaa2"}

    def test_the_next_cursor_goes_on_from_there(self, world: ProviderWorld) -> None:
        first = world.read()[-1].cursor
        world.add("aaaaa1", day=1)
        second = world.read(first)[-1].cursor
        world.add("aaaaa2", day=2)

        assert set(world.changed(world.read(second))) == {"aaaaa2"}

    def test_only_the_last_of_several_pages_has_a_cursor(self, world: ProviderWorld) -> None:
        world.add_many(7)

        pages = world.read()

        assert len(pages) > 1
        assert len(world.changed(pages)) == 7
        assert [bool(page.cursor) for page in pages] == [False] * (len(pages) - 1) + [True]

    def test_a_page_that_fails_ends_the_read_with_an_error(self, world: ProviderWorld) -> None:
        world.add_many(7)
        pages = world.provider.fetch_events(world.credential(), world.calendar_id, window=WINDOW, cursor="")
        assert not next(pages).cursor
        world.be_down_after_first_page()

        with pytest.raises(ProviderUnavailable):
            list(pages)

    def test_a_dead_cursor_is_told_and_a_read_without_it_goes_on(self, world: ProviderWorld) -> None:
        world.add("aaaaa1", day=1)
        cursor = world.read()[-1].cursor
        world.expire_cursors()

        with pytest.raises(CursorExpired):
            world.read(cursor)

        assert set(world.changed(world.read())) == {"aaaaa1"}

    def test_a_cursor_that_never_was_is_as_dead(self, world: ProviderWorld) -> None:
        with pytest.raises(CursorExpired):
            world.read("no cursor of yours")

    def test_a_deleted_calendar_is_gone(self, world: ProviderWorld) -> None:
        calendar_id = world.delete_calendar()

        with pytest.raises(CalendarGone):
            list(world.provider.fetch_events(world.credential(), calendar_id, window=WINDOW, cursor=""))

    def test_a_rate_limit_says_when_to_come_back(self, world: ProviderWorld) -> None:
        retry_at = world.be_rate_limited(seconds=90)

        with pytest.raises(RateLimited) as refused:
            world.read()

        assert refused.value.retry_at == retry_at

    def test_a_provider_that_is_down_is_unavailable(self, world: ProviderWorld) -> None:
        world.be_down()

        with pytest.raises(ProviderUnavailable):
            world.read()
        with pytest.raises(ProviderUnavailable):
            world.provider.list_calendars(world.credential())

    def test_a_token_that_does_not_count_is_rejected(self, world: ProviderWorld) -> None:
        stale = Credential("client", "no-such-token", "", START)

        with pytest.raises(AccessTokenRejected):
            world.read(credential=stale)
        with pytest.raises(AccessTokenRejected):
            world.provider.list_calendars(stale)
