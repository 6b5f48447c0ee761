from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest

from ce_calendar.adapters.memory import MemoryWorld
from ce_calendar.adapters.memory_host import BATCH, HostingWorld, MemoryCalendarHost
from ce_calendar.domain.errors import ProviderUnavailable, RateLimited
from ce_calendar.domain.meetings.connections import Credential
from ce_calendar.ports.hosting import AddShare, CalendarFacts, Call, InsertEvent
from tests.conftest import FixedClock
from tests.contract.calendar_host import (
    BOB,
    CENTRAL,
    EVENT,
    FACTS,
    CalendarHostContract,
    HostWorld,
    Seen,
    Trouble,
    seen,
)


class Memory(HostWorld):
    def __init__(self, clock: FixedClock) -> None:
        self.memory = MemoryWorld(clock)
        for email in (CENTRAL, BOB):
            self.memory.add_account(email)
        self.hosting = HostingWorld(self.memory)
        self.host = MemoryCalendarHost(self.hosting)
        self.credential = self.memory.grant(CENTRAL)
        self.retry_at = clock() + timedelta(minutes=1)

    def credential_of_bob(self) -> Credential:
        return self.memory.grant(BOB)

    def calendar_of_bob(self) -> str:
        theirs = self.host.create_calendar(self.credential_of_bob(), FACTS)
        calls: list[Call] = [InsertEvent(theirs, "bobsown1", EVENT), AddShare(theirs, CENTRAL)]
        self.host.carry_out(self.credential_of_bob(), calls)
        return theirs

    def calendars(self) -> Mapping[str, CalendarFacts]:
        return {each.id: each.facts for each in self.hosting.calendars.values() if each.owner == CENTRAL}

    def readers(self, calendar_id: str) -> frozenset[str]:
        return frozenset(self.hosting.calendars[calendar_id].readers)

    def events(self, calendar_id: str) -> Mapping[str, Seen]:
        kept = self.hosting.calendars[calendar_id].events
        return {
            event_id: seen(event, kept[event_id].task_id)
            for event_id, event in self.hosting.calendars[calendar_id].shown().items()
        }

    def mails(self) -> Sequence[tuple[str, str]]:
        return self.hosting.mails

    def calls(self) -> Mapping[str, int]:
        return Counter([*self.hosting.calls, *[name for name, _ in self.hosting.requests if name == BATCH]])

    def trouble(self, operation: str, trouble: Trouble, *, skip: int = 0, times: int = 1) -> None:
        limited = trouble is Trouble.TOO_MANY
        self.hosting.fail(
            operation,
            RateLimited(retry_at=self.retry_at) if limited else ProviderUnavailable("no_answer"),
            times=times,
            skip=skip,
            after=trouble in {Trouble.DOWN_AFTER, Trouble.CUT_AFTER},
            cuts=trouble in {Trouble.CUT, Trouble.CUT_AFTER},
        )

    def limit_creations(self, left: int) -> None:
        self.hosting.creations_left = left


@pytest.fixture
def world(clock: FixedClock) -> HostWorld:
    return Memory(clock)


class TestMemoryCalendarHost(CalendarHostContract):
    pass
