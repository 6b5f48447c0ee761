"""A meeting as we understand it, whichever provider it came from."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum, StrEnum, auto


class Response(StrEnum):
    """A guest's answer to an invitation."""

    NEEDS_ACTION = "needs_action"
    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    DECLINED = "declined"


class Visibility(StrEnum):
    """How private its owner made an event at the provider."""

    DEFAULT = "default"
    PUBLIC = "public"
    PRIVATE = "private"
    CONFIDENTIAL = "confidential"


@dataclass(frozen=True, slots=True)
class Attendee:
    """A guest, the organizer included."""

    email: str
    """Lower case."""
    name: str = ""
    response: Response = Response.NEEDS_ACTION
    is_self: bool = False
    """Whether this guest is the owner of the calendar that was read."""
    is_resource: bool = False
    """A room or a device, not a person."""


@dataclass(frozen=True, slots=True)
class Dates:
    """An all-day span, `start` to `end` (exclusive)."""

    start: date
    end: date


@dataclass(frozen=True, slots=True)
class CalendarEvent:
    """One event, or one occurrence of a series; providers expand series before we see them."""

    provider_event_id: str
    ical_uid: str
    """Of the single event, or of the series this is an occurrence of."""
    starts_at: datetime
    """UTC. Of an all-day event: midnight UTC of its first day, for ordering only."""
    ends_at: datetime
    dates: Dates | None = None
    """Set exactly for all-day events."""
    series_id: str = ""
    """The provider's id of the series master; empty for a single event."""
    original_start: str = ""
    """ISO 8601 date, or UTC moment, at which this occurrence stood originally; empty for a single event."""
    title: str = ""
    description: str = ""
    location: str = ""
    conference_url: str = ""
    html_link: str = ""
    organizer_email: str = ""
    attendees: tuple[Attendee, ...] = ()
    visibility: Visibility = Visibility.DEFAULT
    is_busy: bool = True
    """False if its owner shows the time as free."""
    is_declined: bool = False
    """The owner of the calendar has said no."""
    etag: str = ""


@dataclass(frozen=True, slots=True)
class SkippedEvent:
    """An event of the provider that could not be understood."""

    provider_event_id: str
    reason: str
    """A word of ours, never the event's text."""


@dataclass(frozen=True, slots=True)
class EventPage:
    """One page of a provider's answer."""

    changed: tuple[CalendarEvent, ...] = ()
    removed: tuple[str, ...] = ()
    """Provider ids of cancelled events."""
    absent: tuple[str, ...] = ()
    """Provider ids, of events or of whole series, that are not in the window any more, be they deleted or moved."""
    series: tuple[str, ...] = ()
    """Provider ids of series read anew as a whole: occurrences in the window that are not named are gone."""
    skipped: tuple[SkippedEvent, ...] = ()
    cursor: str = ""
    """Only on the last page: where the next read goes on."""


class _Gone(Enum):
    """The last word about an event that is not there."""

    REMOVED = auto()
    ABSENT = auto()


@dataclass(frozen=True, slots=True)
class RemoteRead:
    """Everything one read of a calendar brought, all its pages together."""

    is_full: bool
    """A full read covers the whole window, so that absence means deleted; an incremental one does not."""
    cursor: str
    changed: tuple[CalendarEvent, ...] = ()
    removed: frozenset[str] = field(default_factory=frozenset)
    skipped: tuple[SkippedEvent, ...] = ()
    pages: int = 1
    absent: frozenset[str] = field(default_factory=frozenset)
    series: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def of_pages(cls, pages: Sequence[EventPage], *, is_full: bool) -> "RemoteRead":
        """All pages of a read together.

        An event may be named on several pages when it changes while they are read: the last word about it counts.
        """
        told: dict[str, CalendarEvent | SkippedEvent | _Gone] = {}
        for page in pages:
            told.update(dict.fromkeys(page.removed, _Gone.REMOVED))
            told.update(dict.fromkeys(page.absent, _Gone.ABSENT))
            told.update((event.provider_event_id, event) for event in page.changed)
            told.update((unreadable.provider_event_id, unreadable) for unreadable in page.skipped)
        return cls(
            is_full=is_full,
            cursor=pages[-1].cursor if pages else "",
            changed=tuple(each for each in told.values() if isinstance(each, CalendarEvent)),
            removed=frozenset(event_id for event_id, each in told.items() if each is _Gone.REMOVED),
            absent=frozenset(event_id for event_id, each in told.items() if each is _Gone.ABSENT),
            series=frozenset(series_id for page in pages for series_id in page.series),
            skipped=tuple(each for each in told.values() if isinstance(each, SkippedEvent)),
            pages=len(pages),
        )

    @property
    def is_complete(self) -> bool:
        """Whether the last page came: only it carries a cursor, and only then may anything be concluded."""
        return bool(self.cursor)

    @property
    def named(self) -> frozenset[str]:
        """Provider ids the read says anything about."""
        return frozenset(event.provider_event_id for event in self.changed) | self.removed | self.absent

    @property
    def superseded(self) -> frozenset[str]:
        """Provider ids that are no series any more, or whose occurrences were all read anew: older ones are gone."""
        return self.named | self.series
