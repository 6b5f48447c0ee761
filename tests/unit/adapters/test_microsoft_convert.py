from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from ce_calendar.adapters.microsoft.convert import convert
from ce_calendar.domain.meetings.events import (
    CalendarEvent,
    Dates,
    SkippedEvent,
    Visibility,
)
from tests.builders_microsoft import NINE, graph_event, utc

DAY = timedelta(days=1)


def all_day(first: datetime, after: datetime, **others: Any) -> dict[str, Any]:
    return graph_event(isAllDay=True, start=utc(first), end=utc(after), **others)


def converted(item: dict[str, Any] | None = None, series: dict[str, Any] | None = None, **others: Any) -> CalendarEvent:
    event = convert(item or graph_event(**others), series=series)
    assert isinstance(event, CalendarEvent), event
    return event


# -- times -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ({"dateTime": "2026-03-10T09:00:00.0000000", "timeZone": "UTC"}, NINE),
        ({"dateTime": "2026-03-10T09:00:00Z"}, NINE),
        ({"dateTime": "2026-03-10T09:00:00"}, NINE),  # none named: what we asked for
        ({"dateTime": "2026-03-10T10:00:00", "timeZone": "W. Europe Standard Time"}, NINE),
        ({"dateTime": "2026-03-10T10:00:00", "timeZone": "Europe/Berlin"}, NINE),
        ({"dateTime": "2026-03-10T09:00:00", "timeZone": "tzone://Microsoft/Utc"}, NINE),
        ({"dateTime": "2026-03-10T14:30:00", "timeZone": "India Standard Time"}, NINE),
    ],
)
def test_times_become_utc(start: dict[str, str], expected: datetime) -> None:
    event = converted(start=start, end=utc(NINE + DAY))

    assert event.starts_at == expected
    assert event.starts_at.tzinfo is UTC


@pytest.mark.parametrize(
    ("first", "made_in"),
    [
        (datetime(2026, 3, 10, tzinfo=UTC), "W. Europe Standard Time"),  # as Graph tells it, whatever one asks for
        (datetime(2026, 3, 10, tzinfo=UTC), "tzone://Microsoft/Custom"),
        (datetime(2026, 3, 9, 23, tzinfo=UTC), "W. Europe Standard Time"),  # a real moment: midnight where it was made
        (datetime(2026, 3, 10, 7, tzinfo=UTC), "Pacific Standard Time"),
        (datetime(2026, 3, 9, 11, tzinfo=UTC), "Tonga Standard Time"),
        (datetime(2026, 3, 9, 23, tzinfo=UTC), "tzone://Microsoft/Custom"),  # nobody knows where: the nearest midnight
        (datetime(2026, 3, 10, 7, tzinfo=UTC), "UTC"),
        (datetime(2026, 3, 10, 7, tzinfo=UTC), None),
    ],
)
def test_an_all_day_event_keeps_its_dates(first: datetime, made_in: str | None) -> None:
    event = converted(all_day(first, first + 2 * DAY, originalStartTimeZone=made_in))

    assert event.dates == Dates(date(2026, 3, 10), date(2026, 3, 12))
    assert event.starts_at == datetime(2026, 3, 10, tzinfo=UTC)
    assert event.ends_at == datetime(2026, 3, 12, tzinfo=UTC)


def test_an_all_day_event_lasts_a_day_at_least() -> None:
    midnight = datetime(2026, 3, 10, tzinfo=UTC)
    assert converted(all_day(midnight, midnight)).dates == Dates(date(2026, 3, 10), date(2026, 3, 11))


@pytest.mark.parametrize(
    ("item", "master", "expected"),
    [
        # An occurrence nobody touched is where it was.
        ({"type": "occurrence"}, {}, "2026-03-10T09:00:00Z"),
        ({"type": "occurrence", "originalStart": "2026-03-10T09:00:00Z"}, None, "2026-03-10T09:00:00Z"),
        ({"type": "exception", "originalStart": "2026-03-09T09:00:00Z"}, {}, "2026-03-09T09:00:00Z"),
        ({"type": "exception", "originalStart": "2026-03-09T10:00:00+01:00"}, {}, "2026-03-09T09:00:00Z"),
        ({"type": "exception", "originalStart": "2026-03-09T09:00:00.1234567Z"}, {}, "2026-03-09T09:00:00Z"),
        # Not told: better where it is now than not at all.
        ({"type": "exception"}, {}, "2026-03-10T09:00:00Z"),
        # One of an all-day series that now has an hour; the moment is midnight of somewhere.
        ({"type": "exception", "originalStart": "2026-03-09T23:00:00Z"}, {"isAllDay": True}, "2026-03-10"),
        ({"type": "exception", "originalStart": "2026-03-10T00:00:00Z"}, {"isAllDay": True}, "2026-03-10"),
        ({"type": "exception", "originalStart": "2026-03-10T07:00:00Z"}, {"isAllDay": True}, "2026-03-10"),
    ],
)
def test_the_original_start_of_an_occurrence(
    item: dict[str, Any], master: dict[str, Any] | None, expected: str
) -> None:
    whole = graph_event(seriesMasterId="m", **item)

    assert converted(whole, None if master is None else graph_event(**master)).original_start == expected


def test_an_occurrence_of_an_all_day_series_began_on_its_day() -> None:
    midnight = datetime(2026, 3, 10, tzinfo=UTC)
    occurrence = all_day(midnight, midnight + DAY, type="occurrence", seriesMasterId="m")
    told = {**occurrence, "originalStart": "2026-03-09T11:00:00Z"}  # midnight in Tonga, that nobody knows of

    for item in (occurrence, told):
        assert converted(item).original_start == "2026-03-10"


@pytest.mark.parametrize(
    ("others", "reason"),
    [
        ({"iCalUId": None}, "no_ical_uid"),
        ({"iCalUId": ""}, "no_ical_uid"),
        ({"end": utc(NINE.replace(hour=8))}, "ends_before_start"),
        ({"start": utc(NINE, "tzone://Microsoft/Custom")}, "unknown_zone"),  # its rules stand in the invitation only
        ({"start": utc(NINE, "Moon Standard Time")}, "unknown_zone"),
        ({"start": utc(NINE, "America")}, "unknown_zone"),  # a folder
        ({"start": utc(NINE, "../../etc/passwd")}, "unknown_zone"),
        ({"start": {"dateTime": "yesterday"}}, "unreadable_time"),
        ({"start": {"dateTime": "0001-01-01T00:00:00", "timeZone": "UTC"}}, "unreadable_time"),
        ({"start": {"dateTime": 7}}, "unreadable_time"),
        ({"start": None}, "unreadable_time"),
        ({"start": "2026-03-10"}, "unreadable_time"),
        ({"seriesMasterId": "m", "type": "exception", "originalStart": "long ago"}, "unreadable_time"),
        ({"seriesMasterId": "m", "type": "exception", "originalStart": 7}, "unreadable_time"),
    ],
)
def test_an_event_that_cannot_be_read_is_skipped_with_the_reason(others: dict[str, Any], reason: str) -> None:
    assert convert(graph_event(**others)) == SkippedEvent("AAkALg1", reason)


@pytest.mark.parametrize("event_id", [None, "", 7, "a" * 1025])
def test_an_event_without_a_usable_id_is_skipped(event_id: object) -> None:
    assert convert({**graph_event(), "id": event_id}) == SkippedEvent("", "no_id")


def test_a_meeting_that_was_called_off_is_gone() -> None:
    assert convert(graph_event(isCancelled=True)) == "AAkALg1"


# -- people, places, privacy -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sensitivity", "visibility"),
    [
        ("normal", Visibility.DEFAULT),
        ("Normal", Visibility.DEFAULT),
        (None, Visibility.DEFAULT),
        ("personal", Visibility.PRIVATE),
        ("private", Visibility.PRIVATE),
        ("confidential", Visibility.CONFIDENTIAL),
        ("secret", Visibility.PRIVATE),
        (7, Visibility.PRIVATE),
    ],
)
def test_sensitivity_is_privacy(sensitivity: object, visibility: Visibility) -> None:
    assert converted(sensitivity=sensitivity).visibility is visibility


@pytest.mark.parametrize(
    ("shown", "is_busy"),
    [("free", False), ("workingElsewhere", False), ("tentative", True), ("busy", True), ("oof", True), ("new", True)],
)
def test_time_shown_as_free_is_free(shown: str, is_busy: bool) -> None:  # noqa: FBT001 - a column of the table
    assert converted(showAs=shown).is_busy is is_busy


@pytest.mark.parametrize(
    ("response", "is_declined"),
    [("declined", True), ("accepted", False), ("tentativelyAccepted", False), ("none", False), ("organizer", False)],
)
def test_the_owners_answer_counts_also_without_a_place_among_the_guests(
    response: str,
    is_declined: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """Whoever was invited as part of a group is not among them."""
    assert converted(responseStatus={"response": response}).is_declined is is_declined


def person(email: str, **others: Any) -> dict[str, Any]:
    return {"emailAddress": {"address": email, "name": "N"}, **others}


def test_the_organizer_is_among_the_guests_once() -> None:
    me, carla = person("Me@lakeside.example"), person("carla@clinic.example")
    mine = converted(organizer=me, attendees=[carla], isOrganizer=True)
    theirs = converted(organizer=carla, attendees=[me, carla])
    alone = converted(organizer=me, isOrganizer=True)

    assert [(guest.email, guest.is_self) for guest in mine.attendees] == [
        ("me@lakeside.example", True),
        ("carla@clinic.example", False),
    ]
    assert [guest.email for guest in theirs.attendees] == ["me@lakeside.example", "carla@clinic.example"]
    assert alone.attendees == ()
    assert alone.organizer_email == "me@lakeside.example"


@pytest.mark.parametrize(
    ("others", "url"),
    [
        (
            {"onlineMeeting": {"joinUrl": "https://teams.example/1"}, "onlineMeetingUrl": "https://old.example"},
            "https://teams.example/1",
        ),
        ({"onlineMeeting": None, "onlineMeetingUrl": "https://old.example"}, "https://old.example"),
        ({"onlineMeeting": {"joinUrl": "javascript:alert(1)"}}, ""),
        ({"onlineMeeting": "https://teams.example/1"}, ""),
        ({"onlineMeetingUrl": "sip:ann@lakeside.example"}, ""),
    ],
)
def test_where_to_join(others: dict[str, Any], url: str) -> None:
    assert converted(**others).conference_url == url


@pytest.mark.parametrize(
    ("others", "description"),
    [
        ({"body": {"contentType": "text", "content": " Notes\r\n"}, "bodyPreview": "No"}, "Notes"),
        ({"body": {"contentType": "html", "content": "<b>Notes</b>"}, "bodyPreview": "Notes"}, "Notes"),
        ({"body": None, "bodyPreview": "Notes"}, "Notes"),
        ({"body": 7}, ""),
        ({"body": {"contentType": "text", "content": "x" * 20_000}}, "x" * 8192),
    ],
)
def test_the_description_is_text(others: dict[str, Any], description: str) -> None:
    assert converted(**others).description == description


@pytest.mark.parametrize(
    ("others", "location"),
    [
        ({"location": {"displayName": "Room 1"}}, "Room 1"),
        ({"location": {"displayName": ""}, "locations": [{"displayName": "A"}, {"displayName": "B"}]}, "A; B"),
        ({"locations": [{"displayName": "A"}, 7, {"displayName": "A"}, {}]}, "A"),
        ({"location": "Room 1"}, ""),
    ],
)
def test_the_place(others: dict[str, Any], location: str) -> None:
    assert converted(**others).location == location


def test_text_that_no_database_takes_is_cleaned() -> None:
    event = converted(
        subject="A\x00B\ud800", attendees=[person("a\x00@b.example")], organizer=person("o\ud800@b.example")
    )

    assert event.title == "AB"
    assert {guest.email for guest in event.attendees} == {"a@b.example", "o@b.example"}
