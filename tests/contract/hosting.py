"""The other side of a `ports.hosting.CalendarHost`, as the suites arrange it, and what they write there."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import Enum

from ce_calendar.domain.employees.calendars import event_id_of, marker_of
from ce_calendar.domain.employees.event import TaskEvent
from ce_calendar.domain.meetings.connections import Credential
from ce_calendar.ports.hosting import (
    CalendarFacts,
    CalendarHost,
    Call,
    Done,
    InsertEvent,
    Outcome,
)

CENTRAL = "central@gmail.example"
BOB = "bob@gmail.example"
ZOE = "zoe@elsewhere.example"
"""Has no account at the provider."""
MARKER = marker_of("0" * 32)
FACTS = CalendarFacts("Bob Miller", "Europe/Berlin", f"Kept by us.\n{MARKER}")
NINE = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)
EVENT = TaskEvent(
    title="#7 Repair",
    description="Bring tools.\nÜber den Hof.",
    location="Main Street 1",
    zone="Europe/Berlin",
    color_id="5",
    reminder_minutes=(30, 10),
    starts_at=NINE,
    ends_at=NINE + timedelta(hours=1),
)
ALL_DAY = replace(
    EVENT,
    color_id="",
    reminder_minutes=(),
    description="",
    starts_at=None,
    ends_at=None,
    start_day=date(2027, 3, 2),
    end_day=date(2027, 3, 4),
)


class Trouble(Enum):
    """What may go wrong with a call."""

    DOWN = "the provider answers 5xx"
    DOWN_AFTER = "the provider answers 5xx, having done it"
    CUT = "the connection breaks before it is done"
    CUT_AFTER = "the connection breaks after it was done"
    TOO_MANY = "429"


@dataclass(frozen=True)
class Seen:
    """An event as its readers see it."""

    title: str
    description: str
    location: str
    color_id: str
    reminder_minutes: tuple[int, ...]
    start: date | datetime
    end: date | datetime
    task_id: str


def seen(event: TaskEvent, task_id: str = "") -> Seen:
    """How an event of ours must look."""
    start, end = event.start_day or event.starts_at, event.end_day or event.ends_at
    assert start is not None
    assert end is not None
    return Seen(
        title=event.title,
        description=event.description,
        location=event.location,
        color_id=event.color_id,
        reminder_minutes=tuple(sorted(event.reminder_minutes)),
        start=start,
        end=end,
        task_id=task_id,
    )


class HostWorld(ABC):
    """The other side, as a test arranges it: the central account, Bob's, and nothing in them."""

    host: CalendarHost
    credential: Credential
    """The central account's."""

    @abstractmethod
    def credential_of_bob(self) -> Credential: ...
    @abstractmethod
    def calendar_of_bob(self) -> str:
        """Make a calendar of Bob's with an event `bobsown1` that the central account may read; returns its id."""

    @abstractmethod
    def calendars(self) -> Mapping[str, CalendarFacts]:
        """The central account's own calendars, but for the primary one."""

    @abstractmethod
    def readers(self, calendar_id: str) -> frozenset[str]:
        """Who may read a calendar besides its owner."""

    @abstractmethod
    def events(self, calendar_id: str) -> Mapping[str, Seen]: ...
    @abstractmethod
    def mails(self) -> Sequence[tuple[str, str]]:
        """Whatever the provider mailed: to whom, and about which calendar."""

    @abstractmethod
    def calls(self) -> Mapping[str, int]:
        """How often each operation was called, those in batches too; `batch` is a batch as a whole."""

    @abstractmethod
    def trouble(self, operation: str, trouble: Trouble, *, skip: int = 0, times: int = 1) -> None:
        """Let it go wrong. `TOO_MANY` says to come back a minute later."""

    @abstractmethod
    def limit_creations(self, left: int) -> None:
        """Let so many more calendars be made."""

    def make(self, facts: CalendarFacts = FACTS) -> str:
        return self.host.create_calendar(self.credential, facts)

    def do(self, *calls: Call) -> Sequence[Outcome]:
        return self.host.carry_out(self.credential, calls)

    def do_well(self, *calls: Call) -> None:
        outcomes = self.do(*calls)
        assert all(isinstance(each, Done) for each in outcomes), outcomes


def kinds(outcomes: Sequence[Outcome]) -> list[type]:
    return [type(each) for each in outcomes]


def inserts(calendar_id: str, count: int, event: TaskEvent = EVENT) -> list[Call]:
    return [InsertEvent(calendar_id, event_id_of(calendar_id, str(n)), event, str(n)) for n in range(count)]
