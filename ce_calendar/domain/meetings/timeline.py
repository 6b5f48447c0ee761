"""Meetings with contacts: which contacts an event concerns, and what a reader may see of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum

from ce_calendar.domain.contacts import Contact
from ce_calendar.domain.meetings.events import Attendee, CalendarEvent, Dates


def contacts_of(event: CalendarEvent, contacts: Mapping[str, str]) -> frozenset[str]:
    """Ids of the contacts an event is a meeting with.

    Args:
        event: as the provider gave it, before any projection.
        contacts: contact id by lower-case email.

    Returns:
        Empty for an event the calendar's owner declined: that meeting did not happen for them.
    """
    # Most events are with nobody we know: a look at the addresses is enough for them.
    addresses = [guest.email for guest in event.attendees]
    if event.is_declined or contacts.keys().isdisjoint((*addresses, event.organizer_email)):
        return frozenset()
    others = others_of(event.organizer_email, event.attendees)
    return frozenset(contacts[email] for email in others if email in contacts)


def others_of(organizer_email: str, attendees: Iterable[Attendee]) -> frozenset[str]:
    """Addresses of the people the calendar's owner meets."""
    guests = list(attendees)
    people = {guest.email for guest in guests if not guest.is_resource} | {organizer_email}
    # Nobody meets themselves: the owner may well be a contact too, and organizes their own meetings.
    return frozenset(people - {guest.email for guest in guests if guest.is_self})


@dataclass(frozen=True, slots=True)
class HeldBy:
    """A person's calendar that holds the meeting."""

    user_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Meeting:
    """One activity of the timeline, as far as its reader may see it."""

    activity_id: str
    contact: Contact
    starts_at: datetime
    ends_at: datetime
    dates: Dates | None
    held_by: tuple[HeldBy, ...]
    is_visible: bool
    """Whether title, place and guests are the reader's to see; if not they are empty."""
    title: str = ""
    description: str = ""
    location: str = ""
    conference_url: str = ""
    html_link: str = ""
    organizer_email: str = ""
    attendees: tuple[Attendee, ...] = ()


@dataclass(frozen=True, slots=True)
class MeetingTally:
    """What a connection's events stand for, in counts."""

    coming: int = 0
    """Meetings with contacts that have not ended."""
    coming_elsewhere: int = 0
    """Those of them that another connection holds, too."""
    past: int = 0
    past_elsewhere: int = 0
    busy: int = 0
    """Events kept as mere busy time."""


@dataclass(frozen=True, slots=True)
class MeetingSample:
    """A meeting as a connection's owner has it, to show what a privacy level leaves of it."""

    starts_at: datetime
    ends_at: datetime
    dates: Dates | None
    contacts: tuple[str, ...]
    """Names."""
    title: str
    location: str
    guests: tuple[Attendee, ...]


class Span(StrEnum):
    """Which part of the timeline."""

    COMING = "coming"
    PAST = "past"


@dataclass(frozen=True, slots=True)
class MeetingQuery:
    """A page of an organization's timeline for one reader."""

    organization_id: str
    reader_id: str
    sees_all: bool
    """Holds `ce.calendar.view-all`."""
    now: datetime
    today: date
    """The reader's: an all-day meeting of today is still coming, whatever the hour."""
    span: Span
    contact_id: str = ""
    offset: int = 0
    limit: int = 50


def in_reading_order(meetings: Sequence[Meeting], *, zone: tzinfo, span: Span) -> list[Meeting]:
    """Meetings by the reader's days: all-day ones first in theirs, then by the clock; the past newest day first.

    Storage orders all-day meetings by midnight UTC, which for a reader elsewhere is another day's evening.
    """

    def place(meeting: Meeting) -> tuple[date, bool, datetime]:
        first_day = meeting.dates.start if meeting.dates else meeting.starts_at.astimezone(zone).date()
        return first_day, meeting.dates is None, meeting.starts_at

    return sorted(meetings, key=place, reverse=span is Span.PAST)
