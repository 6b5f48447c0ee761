"""How one meeting is recognised across people and providers."""

import hashlib

from ce_calendar.domain.meetings.events import CalendarEvent


def identity_key(event: CalendarEvent) -> str:
    """The same 64 hex digits for the same meeting, whoever's calendar it was read from.

    iCalUID of the single event or the series, and the original start of the occurrence: an occurrence that was
    moved keeps its original start, and a single event that was moved keeps its iCalUID. Both providers share
    iCalUID across guests; whether occurrences of a series share it, sources disagree, hence the original start.
    """
    return hashlib.sha256(f"{event.ical_uid}\n{event.original_start}".encode()).hexdigest()
