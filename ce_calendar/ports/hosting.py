"""What is asked of the provider that hosts the employees' calendars, under one central account."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ce_calendar.domain.employees.event import TaskEvent
from ce_calendar.domain.errors import ProviderError
from ce_calendar.domain.meetings.connections import Credential


@dataclass(frozen=True, slots=True)
class CalendarFacts:
    """What a calendar is to be called."""

    name: str
    zone: str
    description: str
    """Holds the marker."""


@dataclass(frozen=True, slots=True)
class UpdateCalendar:
    """Name a calendar anew."""

    provider_calendar_id: str
    facts: CalendarFacts


@dataclass(frozen=True, slots=True)
class DeleteCalendar:
    """Delete a calendar with all in it. One that is gone already is a success."""

    provider_calendar_id: str


@dataclass(frozen=True, slots=True)
class AddShare:
    """Let somebody read a calendar; the provider sends them its invitation."""

    provider_calendar_id: str
    email: str


@dataclass(frozen=True, slots=True)
class FindShare:
    """Ask whether somebody may read a calendar: succeeds if they may, fails with `Missing` if not."""

    provider_calendar_id: str
    email: str


@dataclass(frozen=True, slots=True)
class RemoveShare:
    """Let somebody read it no longer. A share that is gone already is a success."""

    provider_calendar_id: str
    email: str


@dataclass(frozen=True, slots=True)
class InsertEvent:
    """Add an event under an id of ours; fails with `Taken` if it exists, or once did."""

    provider_calendar_id: str
    event_id: str
    event: TaskEvent
    task_id: str = ""
    """Kept with the event at the provider, so that what is found there can be told from others' events."""


@dataclass(frozen=True, slots=True)
class UpdateEvent:
    """Make an event as it should be, also one that was deleted; fails with `Missing` if it never was."""

    provider_calendar_id: str
    event_id: str
    event: TaskEvent
    task_id: str = ""
    """As with `InsertEvent`."""


@dataclass(frozen=True, slots=True)
class DeleteEvent:
    """Delete an event. One that is gone already is a success."""

    provider_calendar_id: str
    event_id: str


Call = UpdateCalendar | DeleteCalendar | AddShare | FindShare | RemoveShare | InsertEvent | UpdateEvent | DeleteEvent


@dataclass(frozen=True, slots=True)
class Done:
    """It was carried out."""

    etag: str = ""
    """Of an event."""


Outcome = Done | ProviderError
"""Of one call; an error is told, not raised, since the others of its batch may have fared well."""


class CalendarHost(Protocol):
    """The writing side, for the central account. No call sends mail but `AddShare`. Nothing is retried inside."""

    most_at_once: int
    """How many calls fit into one request: 50 for Google (PROVIDERS §1)."""

    def close(self) -> None:
        """Let go of this thread's connection, at the end of a run."""

    def check(self, credential: Credential) -> None:
        """One cheap request, to see that the calendars can be reached at all.

        Raises:
            ProviderError: they cannot; `ProviderForbids("api_not_enabled")` if the API is not enabled.
        """

    def create_calendar(self, credential: Credential, facts: CalendarFacts) -> str:
        """Make a calendar; returns the provider's id. Asked twice it makes two.

        Raises:
            CreationLimited: no more calendars for some hours; all else goes on.
            ProviderUnavailable: it may have been made or not.
            ProviderError: it was not made.
        """

    def find_calendars(self, credential: Credential, markers: Collection[str]) -> Mapping[str, str]:
        """The provider's ids of the calendars whose description holds one of these markers, by marker.

        Raises:
            ProviderError: the calendars could not all be read.
        """

    def carry_out(self, credential: Credential, calls: Sequence[Call]) -> Sequence[Outcome]:
        """Send up to `most_at_once` calls in one request; one call alone goes without a batch around it.

        The provider may carry them out in any order.

        Returns:
            the outcome of each, in the order of the calls. A call that got no answer, or a 5xx, has
            `ProviderUnavailable`: it may have been carried out. With any other error it was not.

        Raises:
            AccessTokenRejected, NeedsReauth, RateLimited: the request as a whole, or every call in it, was refused;
                nothing was carried out.
            ProviderForbids: `api_not_enabled`, likewise.
            ProviderUnavailable: no usable answer to the whole; any of the calls may have been carried out.
        """


class Pace(Protocol):
    """Holds back what would be too quick for a provider. Counts calls, each of a batch for itself."""

    def take(self, key: str, cost: int, per_minute: int) -> float:
        """Take so many calls of an account's pace, if they may be made now.

        Calls are spread over the minute, after a first allowance of one batch.

        Args:
            key: the account.
            cost: at most the calls of one batch.
            per_minute: how many may be made.

        Returns:
            0 if they were taken; else the seconds after which to ask again, and nothing was taken.
        """
