from datetime import datetime, timedelta

import pytest

from ce_calendar.adapters.memory import MemoryMeetings, MemoryWorld
from ce_calendar.domain.errors import ProviderUnavailable, RateLimited
from ce_calendar.domain.meetings.connections import Credential, ProviderCalendar
from tests.builders_meetings import make_event
from tests.conftest import FixedClock
from tests.contract.meeting_provider import ANN, START, MeetingProviderContract, ProviderWorld


class Memory(ProviderWorld):
    def __init__(self, clock: FixedClock) -> None:
        self.clock = clock
        self.memory = MemoryWorld(clock, page_size=3)
        self.memory.add_account(ANN)
        self.provider = MemoryMeetings(self.memory)
        self.calendar_id = ANN

    def credential(self) -> Credential:
        return self.memory.grant(ANN)

    def add(self, event_id: str, *, day: int, title: str = "Review") -> None:
        self.memory.put(ANN, make_event(event_id, starts_at=START + timedelta(days=day), title=title))

    def add_many(self, count: int) -> None:
        for number in range(count):
            self.add(f"mmmmm{number}", day=number)

    def move(self, event_id: str, *, day: int) -> None:
        self.add(event_id, day=day)

    def delete(self, event_id: str) -> None:
        self.memory.remove(ANN, event_id)

    def expire_cursors(self) -> None:
        self.memory.expire_cursors()

    def delete_calendar(self) -> str:
        self.memory.add_calendar(ANN, ProviderCalendar("second", "Second", "UTC", "owner"))
        self.memory.remove_calendar("second")
        return "second"

    def be_rate_limited(self, *, seconds: int) -> datetime:
        retry_at = self.clock() + timedelta(seconds=seconds)
        self.memory.fail("fetch_events", RateLimited(retry_at=retry_at))
        return retry_at

    def be_down(self) -> None:
        self.memory.fail("fetch_events", ProviderUnavailable())
        self.memory.fail("list_calendars", ProviderUnavailable())

    def be_down_after_first_page(self) -> None:
        self.be_down()

    def requests(self) -> int:
        return self.memory.calls.count("fetch_events")


@pytest.fixture
def world(clock: FixedClock) -> ProviderWorld:
    return Memory(clock)


class TestMemoryMeetings(MeetingProviderContract):
    pass
