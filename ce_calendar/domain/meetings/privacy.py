"""What of a meeting is kept at all. Applied before anything is stored."""

from dataclasses import replace
from enum import StrEnum

from ce_calendar.domain.meetings.events import CalendarEvent, Visibility


class PrivacyLevel(StrEnum):
    """How much of a person's meetings the organization sees, as that person chose."""

    FULL = "full"
    TIME_AND_ATTENDEES = "time_and_attendees"
    BUSY_ONLY = "busy_only"


_STRICTNESS = [PrivacyLevel.FULL, PrivacyLevel.TIME_AND_ATTENDEES, PrivacyLevel.BUSY_ONLY]


def is_stricter(new: PrivacyLevel, old: PrivacyLevel) -> bool:
    """Whether changing from `old` to `new` must erase something."""
    return _STRICTNESS.index(new) > _STRICTNESS.index(old)


def is_private(event: CalendarEvent) -> bool:
    """Whether its owner marked the event as nobody else's business."""
    return event.visibility in {Visibility.PRIVATE, Visibility.CONFIDENTIAL}


def busy_time(event: CalendarEvent) -> CalendarEvent:
    """The event as mere occupied time: when, and nothing about what, where and with whom.

    What stays is named here; a field that is new stays away until somebody decides.
    """
    return CalendarEvent(
        provider_event_id=event.provider_event_id,
        ical_uid=event.ical_uid,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        dates=event.dates,
        series_id=event.series_id,
        original_start=event.original_start,
        visibility=event.visibility,
        # With the guests goes the answer that the owner gave: whoever declined is free.
        is_busy=event.is_busy and not event.is_declined,
        etag=event.etag,
    )


def project(event: CalendarEvent, level: PrivacyLevel, *, has_contact: bool) -> CalendarEvent:
    """The event as it may be stored under this level.

    Private and confidential events and events without a contact of the organization are busy time under every
    level; `time_and_attendees` keeps who and when.
    """
    if not has_contact or level is PrivacyLevel.BUSY_ONLY or is_private(event):
        return busy_time(event)
    if level is PrivacyLevel.TIME_AND_ATTENDEES:
        return replace(event, title="", description="", location="", conference_url="", html_link="")
    return event
