"""A host of employees' calendars in memory, for tests of what stands above the port. It passes the contract's suite."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from ce_calendar.adapters.memory import MemoryWorld
from ce_calendar.adapters.whole import whole_refusal
from ce_calendar.domain.employees.event import TaskEvent
from ce_calendar.domain.errors import (
    CreationLimited,
    Missing,
    ProviderError,
    ProviderForbids,
    Taken,
)
from ce_calendar.domain.meetings.connections import Credential
from ce_calendar.ports.hosting import (
    AddShare,
    CalendarFacts,
    Call,
    DeleteCalendar,
    DeleteEvent,
    Done,
    FindShare,
    InsertEvent,
    Outcome,
    RemoveShare,
    UpdateCalendar,
    UpdateEvent,
)

Found = TypeVar("Found")

BATCH = "batch"
NAMES: Mapping[type[Call], str] = {
    UpdateCalendar: "calendars.patch",
    DeleteCalendar: "calendars.delete",
    AddShare: "acl.insert",
    FindShare: "acl.get",
    RemoveShare: "acl.delete",
    InsertEvent: "events.insert",
    UpdateEvent: "events.update",
    DeleteEvent: "events.delete",
}
"""What the calls are called, as in the sandbox's log."""


@dataclass
class HostedEvent:
    """An event; its id stays taken when it is deleted."""

    event: TaskEvent
    task_id: str
    version: int = 1
    is_deleted: bool = False

    @property
    def etag(self) -> str:
        """Another after each write."""
        return f'"{self.version}"'


@dataclass
class HostedCalendar:
    """A calendar with its readers and events."""

    id: str
    owner: str
    facts: CalendarFacts
    readers: set[str] = field(default_factory=set)
    events: dict[str, HostedEvent] = field(default_factory=dict)

    def shown(self) -> dict[str, TaskEvent]:
        """What a reader sees, by event id."""
        return {event_id: kept.event for event_id, kept in self.events.items() if not kept.is_deleted}


@dataclass
class Trouble:
    """What is to go wrong with calls of a name."""

    name: str
    error: ProviderError
    times: int = 1
    skip: int = 0
    """How many calls it lets pass first."""
    after: bool = False
    """Whether the call is carried out all the same."""
    cuts: bool = False
    """Whether the connection breaks with it: the calls before it were carried out, those after it were not, and the
    error is of the whole request."""

    def strikes(self, name: str) -> bool:
        """Whether it meets a call of this name; counts it."""
        if self.name not in {"*", name} or not self.times:
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.times -= 1
        return True


class _CutError(Exception):
    """The connection broke in the middle of a request."""

    def __init__(self, error: ProviderError) -> None:
        super().__init__()
        self.error = error


class HostingWorld:
    """The calendars of accounts of a `MemoryWorld`, and the troubles a test asks for."""

    def __init__(self, world: MemoryWorld) -> None:
        self.world = world
        self.calendars: dict[str, HostedCalendar] = {}
        """Those that were not deleted."""
        self.mails: list[tuple[str, str]] = []
        """Invitations: to whom, and the id of the calendar."""
        self.calls: list[str] = []
        """Every call by its name in `NAMES`, `calendars.insert` and `calendarList.list`; those of batches too."""
        self.requests: list[tuple[str, int]] = []
        """Round trips: the call's name, or `BATCH`, and the number of calls in it."""
        self.creations_left: int | None = None
        """How many more calendars may be made; None: as many as one likes."""
        self.creations_wait_until: datetime | None = None
        """What is told when none may."""
        self.before: Callable[[str], None] = lambda _name: None
        """Runs at the start of every round trip, for what happens meanwhile elsewhere."""
        self._troubles: list[Trouble] = []
        self._made = 0

    def fail(
        self, name: str, error: ProviderError, *, times: int = 1, skip: int = 0, after: bool = False, cuts: bool = False
    ) -> None:
        """Let calls of a name (`*`: any) fail; see `Trouble`. `BATCH` is the batch as a whole."""
        self._troubles.append(Trouble(name, error, times, skip, after, cuts))

    def heal(self) -> None:
        """Forget the troubles that were asked for."""
        self._troubles.clear()

    def counts(self) -> Mapping[str, int]:
        """How many calls of each name there were."""
        return Counter(self.calls)

    def trouble(self, name: str) -> Trouble | None:
        """The trouble that a call meets."""
        return next((each for each in self._troubles if each.strikes(name)), None)

    def enter(self, credential: Credential, name: str, calls: int) -> str:
        """Begin a round trip; returns the email of the account that asks.

        Raises:
            AccessTokenRejected: the access token does not count.
        """
        self.requests.append((name, calls))
        self.before(name)
        return self.world.email_of(credential)

    def make(self, owner: str, facts: CalendarFacts) -> HostedCalendar:
        """Make a calendar.

        Raises:
            CreationLimited: no more for now.
        """
        if self.creations_left == 0:
            raise CreationLimited(retry_at=self.creations_wait_until)
        if self.creations_left is not None:
            self.creations_left -= 1
        self._made += 1
        made = HostedCalendar(f"c_{self._made}@group.calendar.example", owner, facts)
        self.calendars[made.id] = made
        return made

    def of(self, owner: str, calendar_id: str) -> HostedCalendar:
        """A calendar that the account may write.

        Raises:
            Missing: there is none that it sees.
            ProviderForbids: it may only read it.
        """
        found = self.calendars.get(calendar_id)
        if found is None or owner not in {found.owner, *found.readers}:
            raise Missing("missing")
        if found.owner != owner:
            raise ProviderForbids("forbidden")
        return found


class MemoryCalendarHost:
    """`ports.hosting.CalendarHost` on a `HostingWorld`."""

    most_at_once = 50

    def __init__(self, hosting: HostingWorld) -> None:
        self._hosting = hosting

    def close(self) -> None:
        """There is no connection."""

    def check(self, credential: Credential) -> None:
        """One request."""
        self._alone(credential, "calendarList.list", lambda _owner: None)

    def create_calendar(self, credential: Credential, facts: CalendarFacts) -> str:
        """Make a calendar; returns its id."""
        return self._alone(credential, "calendars.insert", lambda owner: self._hosting.make(owner, facts).id)

    def find_calendars(self, credential: Credential, markers: Collection[str]) -> Mapping[str, str]:
        """The account's own calendars that carry one of the markers."""
        return self._alone(
            credential,
            "calendarList.list",
            lambda owner: {
                marker: calendar.id
                for calendar in self._hosting.calendars.values()
                for marker in markers
                if calendar.owner == owner and marker in calendar.facts.description
            },
        )

    def carry_out(self, credential: Credential, calls: Sequence[Call]) -> Sequence[Outcome]:
        """Carry them out in their order; see the port."""
        if len(calls) > self.most_at_once:
            raise ValueError(f"At most {self.most_at_once} calls at once.")
        if not calls:
            return []
        is_batch = len(calls) > 1
        owner = self._hosting.enter(credential, BATCH if is_batch else NAMES[type(calls[0])], len(calls))
        whole = self._hosting.trouble(BATCH) if is_batch else None
        if whole and not whole.after:
            raise whole.error
        try:
            outcomes = [self._one(owner, call) for call in calls]
        except _CutError as cut:
            raise cut.error from cut
        if whole:
            raise whole.error
        if refusal := whole_refusal(outcomes):
            raise refusal
        return outcomes

    def _alone(self, credential: Credential, name: str, act: Callable[[str], Found]) -> Found:
        owner = self._hosting.enter(credential, name, 1)
        self._hosting.calls.append(name)
        trouble = self._hosting.trouble(name)
        if trouble and not trouble.after:
            raise trouble.error
        found = act(owner)
        if trouble:
            raise trouble.error
        return found

    def _one(self, owner: str, call: Call) -> Outcome:
        name = NAMES[type(call)]
        self._hosting.calls.append(name)
        trouble = self._hosting.trouble(name)
        outcome: Outcome = Done()
        if not trouble or trouble.after:
            outcome = self._attempt(owner, call)
        if not trouble:
            return outcome
        if trouble.cuts:
            raise _CutError(trouble.error)
        return trouble.error

    def _attempt(self, owner: str, call: Call) -> Outcome:
        try:
            calendar = self._hosting.of(owner, call.provider_calendar_id)
            match call:
                case InsertEvent() | UpdateEvent() | DeleteEvent():
                    return _of_event(calendar, call)
                case UpdateCalendar():
                    calendar.facts = call.facts
                case DeleteCalendar():
                    del self._hosting.calendars[calendar.id]
                case AddShare() | FindShare() | RemoveShare():
                    self._of_share(calendar, call)
        except Missing as missing:
            is_wanted = isinstance(call, DeleteCalendar | DeleteEvent | RemoveShare)
            return Done() if is_wanted else missing
        except ProviderError as refusal:
            return refusal
        return Done()

    def _of_share(self, calendar: HostedCalendar, call: AddShare | FindShare | RemoveShare) -> None:
        # The owner reads it anyway; nobody is invited to their own.
        others = {call.email} - {calendar.owner}
        match call:
            case AddShare():
                self._hosting.mails.extend((email, calendar.id) for email in others - calendar.readers)
                calendar.readers |= others
            case FindShare():
                if others - calendar.readers:
                    raise Missing("missing")
            case RemoveShare():
                calendar.readers -= others


def _of_event(calendar: HostedCalendar, call: InsertEvent | UpdateEvent | DeleteEvent) -> Outcome:
    kept = calendar.events.get(call.event_id)
    if isinstance(call, InsertEvent):
        if kept is not None:
            return Taken("taken")
        calendar.events[call.event_id] = kept = HostedEvent(call.event, call.task_id)
        return Done(kept.etag)
    if kept is None:
        raise Missing("missing")
    kept.version += 1
    kept.is_deleted = isinstance(call, DeleteEvent)
    if isinstance(call, DeleteEvent):
        return Done()
    kept.event, kept.task_id = call.event, call.task_id
    return Done(kept.etag)
