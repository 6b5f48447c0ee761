"""What of a meeting is kept at all."""

from dataclasses import replace

import pytest

from ce_calendar.domain.meetings.events import CalendarEvent, Visibility
from ce_calendar.domain.meetings.privacy import PrivacyLevel, is_private, is_stricter, project
from tests.builders_meetings import make_event

FULL, WHO_AND_WHEN, BUSY = PrivacyLevel.FULL, PrivacyLevel.TIME_AND_ATTENDEES, PrivacyLevel.BUSY_ONLY

EVENT = make_event(
    "e1",
    guests=["carla@clinic.example"],
    title="Title",
    description="Text",
    location="Room",
    conference_url="https://meet.example",
    html_link="https://calendar.example",
    organizer_email="staff@mail.example",
)


def text_of(event: CalendarEvent) -> str:
    return f"{event.title}{event.description}{event.location}{event.conference_url}{event.html_link}"


@pytest.mark.parametrize(
    ("level", "visibility", "has_contact", "text", "people"),
    [
        (FULL, Visibility.DEFAULT, True, True, True),
        (FULL, Visibility.PUBLIC, True, True, True),
        (FULL, Visibility.PRIVATE, True, False, False),  # its owner's business, whatever the level
        (FULL, Visibility.CONFIDENTIAL, True, False, False),
        (FULL, Visibility.DEFAULT, False, False, False),  # private life: nobody we work with
        (WHO_AND_WHEN, Visibility.DEFAULT, True, False, True),
        (WHO_AND_WHEN, Visibility.PRIVATE, True, False, False),
        (WHO_AND_WHEN, Visibility.DEFAULT, False, False, False),
        (BUSY, Visibility.DEFAULT, True, False, False),
    ],
)
def test_what_a_level_keeps(
    *, level: PrivacyLevel, visibility: Visibility, has_contact: bool, text: bool, people: bool
) -> None:
    kept = project(replace(EVENT, visibility=visibility), level, has_contact=has_contact)
    assert bool(text_of(kept)) is text
    assert bool(kept.attendees) is people
    assert bool(kept.organizer_email) is people
    assert (kept.starts_at, kept.ends_at, kept.is_busy) == (EVENT.starts_at, EVENT.ends_at, EVENT.is_busy)


@pytest.mark.parametrize(
    ("new", "old", "stricter"),
    [
        (WHO_AND_WHEN, FULL, True),
        (BUSY, WHO_AND_WHEN, True),
        (FULL, FULL, False),
        (FULL, BUSY, False),
    ],
)
def test_which_change_must_erase(*, new: PrivacyLevel, old: PrivacyLevel, stricter: bool) -> None:
    assert is_stricter(new, old) is stricter


def test_private_and_confidential_are_private() -> None:
    private = {visibility for visibility in Visibility if is_private(replace(EVENT, visibility=visibility))}
    assert private == {Visibility.PRIVATE, Visibility.CONFIDENTIAL}


def test_whoever_declined_is_free() -> None:
    declined = replace(EVENT, is_declined=True)
    assert not project(declined, FULL, has_contact=False).is_busy
