import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ce_calendar.adapters.google.convert import convert, to_page
from ce_calendar.domain.meetings.events import (
    Attendee,
    CalendarEvent,
    Dates,
    Response,
    SkippedEvent,
    Visibility,
)

NINE = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


def google_event(**others: Any) -> dict[str, Any]:
    """As Google sends a plain event; a value of None takes the field away."""
    event = {
        "id": "abc123",
        "status": "confirmed",
        "iCalUID": "abc123@google.com",
        "etag": '"3181161784712000"',
        "summary": "Review",
        "start": {"dateTime": "2026-03-10T10:00:00+01:00", "timeZone": "Europe/Berlin"},
        "end": {"dateTime": "2026-03-10T11:00:00+01:00", "timeZone": "Europe/Berlin"},
        **others,
    }
    return {key: value for key, value in event.items() if value is not None}


def converted(calendar_zone: str = "UTC", **others: Any) -> CalendarEvent:
    event = convert(google_event(**others), calendar_zone=calendar_zone)
    assert isinstance(event, CalendarEvent), event
    return event


def test_a_plain_event_is_read() -> None:
    assert converted(description="Notes", location="Room 1") == CalendarEvent(
        provider_event_id="abc123",
        ical_uid="abc123@google.com",
        starts_at=NINE,
        ends_at=NINE.replace(hour=10),
        title="Review",
        description="Notes",
        location="Room 1",
        etag='"3181161784712000"',
    )


@pytest.mark.parametrize(
    ("start", "calendar_zone"),
    [
        ({"dateTime": "2026-03-10T09:00:00Z"}, ""),
        ({"dateTime": "2026-03-10T10:00:00+01:00"}, ""),
        ({"dateTime": "2026-03-10T10:00:00", "timeZone": "Europe/Berlin"}, "Asia/Tokyo"),  # its own zone counts
        ({"dateTime": "2026-03-10T18:00:00"}, "Asia/Tokyo"),  # none named: the calendar's
        ({"dateTime": "2026-03-10T10:00:00+01:00", "timeZone": "Moon/Crater"}, ""),  # an offset needs no zone
    ],
)
def test_times_become_utc(start: dict[str, str], calendar_zone: str) -> None:
    event = converted(calendar_zone, start=start, end={"dateTime": "2026-03-10T12:00:00Z"})

    assert event.starts_at == NINE
    assert event.starts_at.tzinfo is UTC


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ({"date": "2026-03-12"}, date(2026, 3, 12)),
        ({"date": "2026-03-10"}, date(2026, 3, 11)),  # an importer wrote the last day as end
        ({}, date(2026, 3, 11)),
        (None, date(2026, 3, 11)),
    ],
)
def test_an_all_day_event_keeps_its_dates(end: dict[str, str] | None, expected: date) -> None:
    event = converted(start={"date": "2026-03-10"}, end=end)

    assert event.dates == Dates(date(2026, 3, 10), expected)
    assert event.starts_at == datetime(2026, 3, 10, tzinfo=UTC)


@pytest.mark.parametrize("others", [{"end": None}, {"end": {}}, {"endTimeUnspecified": True}])
def test_an_event_without_an_end_is_a_point_in_time(others: dict[str, Any]) -> None:
    event = converted(**others)

    assert event.starts_at == event.ends_at == NINE


@pytest.mark.parametrize(
    ("others", "reason"),
    [
        ({"iCalUID": None}, "no_ical_uid"),
        ({"end": {"dateTime": "2026-03-10T08:00:00Z"}}, "ends_before_start"),
        ({"start": {"date": "2026-03-10"}, "end": {"date": "2026-03-09"}}, "ends_before_start"),
        ({"start": {"dateTime": "2026-03-10T10:00:00", "timeZone": "Moon/Crater"}}, "unknown_zone"),
        ({"start": {"dateTime": "2026-03-10T10:00:00", "timeZone": "America"}}, "unknown_zone"),  # a folder
        ({"start": {"dateTime": "2026-03-10T10:00:00", "timeZone": "../../etc/passwd"}}, "unknown_zone"),
        ({"start": {"dateTime": "2026-03-10T10:00:00", "timeZone": 7}}, "unknown_zone"),
        ({"start": {"dateTime": "yesterday"}}, "unreadable_time"),
        ({"start": {"dateTime": "0001-01-01T00:00:00+14:00"}}, "unreadable_time"),
        ({"start": {"dateTime": None}}, "unreadable_time"),
        ({"start": {"date": "9999-12-31"}, "end": None}, "unreadable_time"),
        ({"start": None}, "unreadable_time"),
        ({"recurringEventId": "abc", "originalStartTime": None}, "unreadable_time"),  # its identity would be wrong
    ],
)
def test_an_event_that_cannot_be_read_is_skipped_with_the_reason(others: dict[str, Any], reason: str) -> None:
    assert convert(google_event(**others), calendar_zone="UTC") == SkippedEvent("abc123", reason)


@pytest.mark.parametrize(
    ("original", "expected"),
    [
        ({"dateTime": "2026-03-09T10:00:00+01:00"}, "2026-03-09T09:00:00Z"),
        ({"dateTime": "2026-03-09T04:00:00", "timeZone": "America/New_York"}, "2026-03-09T08:00:00Z"),
        ({"date": "2026-03-09"}, "2026-03-09"),
    ],
)
def test_an_occurrence_keeps_its_original_start_in_one_form(original: dict[str, str], expected: str) -> None:
    event = converted(recurringEventId="abc", originalStartTime=original)

    assert (event.series_id, event.original_start) == ("abc", expected)


def test_a_single_event_has_no_original_start() -> None:
    assert converted(originalStartTime={"date": "2026-03-09"}).original_start == ""


def test_guests_are_read_in_lower_case() -> None:
    guests = [
        {"email": "Me@Example.com", "self": True, "responseStatus": "declined"},
        {"email": "Carla@Clinic.example ", "displayName": "Carla", "responseStatus": "accepted", "organizer": True},
        {"email": "room@resource.calendar.google.com", "resource": True, "responseStatus": "tentative"},
        {"displayName": "somebody without an address"},
        {"email": "new@example.com", "responseStatus": "somethingNew"},
        "nobody",
    ]
    event = converted(attendees=guests, organizer={"email": "Carla@Clinic.example"})

    assert event.attendees == (
        Attendee("me@example.com", response=Response.DECLINED, is_self=True),
        Attendee("carla@clinic.example", name="Carla", response=Response.ACCEPTED),
        Attendee("room@resource.calendar.google.com", response=Response.TENTATIVE, is_resource=True),
        Attendee("new@example.com"),
    )
    assert event.organizer_email == "carla@clinic.example"
    assert event.is_declined


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        (None, Visibility.DEFAULT),
        ("default", Visibility.DEFAULT),
        ("public", Visibility.PUBLIC),
        ("private", Visibility.PRIVATE),
        ("confidential", Visibility.CONFIDENTIAL),
        ("topSecret", Visibility.PRIVATE),  # an unknown word may well mean nobody
        (["private"], Visibility.PRIVATE),
    ],
)
def test_visibility_is_read_on_the_safe_side(word: Any, expected: Visibility) -> None:
    assert converted(visibility=word).visibility is expected


def test_time_shown_as_free_is_not_busy() -> None:
    assert not converted(transparency="transparent").is_busy
    assert converted(transparency="opaque").is_busy


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ({"hangoutLink": "https://meet.google.com/abc"}, "https://meet.google.com/abc"),
        (
            {
                "hangoutLink": "https://old.example/1",
                "conferenceData": {
                    "entryPoints": [
                        {"entryPointType": "phone", "uri": "tel:+49"},
                        {"entryPointType": "video", "uri": "https://zoom.example/1"},
                    ]
                },
            },
            "https://zoom.example/1",
        ),
        ({"conferenceData": {"entryPoints": [{"entryPointType": "video", "uri": "javascript:alert(1)"}]}}, ""),
        ({"hangoutLink": "http://meet.example/plain"}, ""),
        ({"hangoutLink": "http://127.0.0.1.meet.example/"}, ""),
        ({"hangoutLink": "http://127.0.0.1:9101/event?eid=x"}, "http://127.0.0.1:9101/event?eid=x"),  # the sandbox's
        ({"hangoutLink": "https://"}, ""),
        ({"hangoutLink": "https://[broken"}, ""),
        ({"hangoutLink": "java\nscript:https://x"}, ""),
    ],
)
def test_only_encrypted_links_are_kept(others: dict[str, Any], expected: str) -> None:
    assert converted(**others).conference_url == expected
    assert converted(htmlLink="javascript:alert(1)").html_link == ""


def test_text_that_no_database_takes_is_cleaned() -> None:
    event = converted(summary="a\x00b\ud800c", attendees=[{"email": "x\x00@example.com"}])

    assert event.title == "abc"
    assert event.attendees[0].email == "x@example.com"


def test_a_page_keeps_what_can_be_read() -> None:
    items = [google_event(), {"id": "gone", "status": "cancelled"}, google_event(id="bad", start={}), 7, {}]

    page = to_page(items, calendar_zone="UTC", cursor="next")

    assert [event.provider_event_id for event in page.changed] == ["abc123"]
    assert page.removed == ("gone",)
    assert page.skipped == (
        SkippedEvent("bad", "unreadable_time"),
        SkippedEvent("", "unreadable"),
        SkippedEvent("", "no_id"),
    )
    assert page.cursor == "next"


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
MOMENTS = st.datetimes().map(lambda moment: moment.isoformat())
ZONES = st.sampled_from(["Europe/Berlin", "America", "", "../x", "\x00", "x" * 300])
TIMES = st.fixed_dictionaries(
    {}, optional={"dateTime": MOMENTS | ANYTHING, "date": st.dates().map(str) | ANYTHING, "timeZone": ZONES | ANYTHING}
)
PEOPLE = st.fixed_dictionaries({}, optional={"email": ANYTHING, "self": ANYTHING, "responseStatus": ANYTHING})
FIELDS = {
    "id": ANYTHING | st.just("abc"),
    "iCalUID": ANYTHING | st.just("abc@google.com"),
    "status": ANYTHING,
    "start": TIMES | ANYTHING,
    "end": TIMES | ANYTHING,
    "originalStartTime": TIMES | ANYTHING,
    "recurringEventId": ANYTHING | st.just("abc"),
    "attendees": st.lists(PEOPLE, max_size=2) | ANYTHING,
    "organizer": PEOPLE | ANYTHING,
    "visibility": ANYTHING,
    "transparency": ANYTHING,
    "hangoutLink": ANYTHING,
    "conferenceData": ANYTHING,
    "summary": ANYTHING,
    "etag": ANYTHING,
}


@given(st.fixed_dictionaries({}, optional=FIELDS) | ANYTHING, ZONES)
def test_whatever_comes_is_an_event_a_removal_or_a_reason(item: Any, calendar_zone: str) -> None:
    match convert(item, calendar_zone=calendar_zone):
        case CalendarEvent() as event:
            assert event.starts_at <= event.ends_at
            assert event.starts_at.tzinfo is UTC
            json.dumps(event.title + event.provider_event_id).encode()
        case SkippedEvent() as skipped:
            assert skipped.reason
        case removed:
            assert removed


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ({"dateTime": "0001-01-01T05:00:00Z"}, {"dateTime": "2026-03-10T09:00:00Z"}),  # yesterday in America: year 0
        ({"dateTime": "2026-03-10T09:00:00Z"}, {"dateTime": "9999-12-31T23:00:00Z"}),  # tomorrow in Asia: year 10000
        ({"date": "0001-01-01"}, {"date": "2026-03-10"}),
        ({"date": "2026-03-10"}, {"date": "9999-12-31"}),
    ],
)
def test_a_time_that_not_every_zone_can_tell_is_left_out(start: dict[str, str], end: dict[str, str]) -> None:
    left_out = convert(google_event(start=start, end=end), calendar_zone="UTC")
    assert left_out == SkippedEvent("abc123", "unreadable_time")


@pytest.mark.parametrize(
    "of_kind",
    [
        {"eventType": "workingLocation", "transparency": "transparent", "visibility": "public"},
        {"eventType": "birthday", "transparency": "transparent", "visibility": "private", "birthdayProperties": {}},
        {"eventType": "outOfOffice", "outOfOfficeProperties": {"autoDeclineMode": "declineNone"}},
        {"eventType": "focusTime", "focusTimeProperties": {"chatStatus": "doNotDisturb"}},
        {"eventType": "fromGmail", "source": {"url": "https://mail.google.com", "title": "Flight"}},
        {"eventType": "somethingNew"},
    ],
)
def test_what_google_keeps_besides_meetings_is_nobodys_meeting(of_kind: dict[str, Any]) -> None:
    event = converted(organizer={"email": "ann@gmail.example", "self": True}, **of_kind)
    assert event.attendees == ()
    assert event.is_busy is (of_kind.get("transparency") != "transparent")


def test_of_hidden_guests_the_organizer_is_known() -> None:
    hidden: dict[str, Any] = {"attendeesOmitted": True, "attendees": [{"email": "ann@gmail.example", "self": True}]}
    event = converted(organizer={"email": "carla@clinic.example"}, **hidden)
    assert (event.organizer_email, len(event.attendees)) == ("carla@clinic.example", 1)


def test_a_cancelled_occurrence_names_itself_not_its_series() -> None:
    cancelled = {
        "id": "abc123_20260310T090000Z",
        "status": "cancelled",
        "recurringEventId": "abc123",
        "originalStartTime": {"dateTime": "2026-03-10T10:00:00+01:00"},
    }
    assert convert(cancelled, calendar_zone="UTC") == "abc123_20260310T090000Z"
