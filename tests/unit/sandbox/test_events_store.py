"""The store of events: what it keeps, and the door for many at a time."""

from typing import Any

import pytest

from ce_calendar.sandbox.clock import Clock
from ce_calendar.sandbox.google.calendars import Calendar
from ce_calendar.sandbox.google.errors import GoogleError
from tests.unit.sandbox.driver import ANN, meeting

BASE = "http://sandbox"


@pytest.fixture
def calendar() -> Calendar:
    return Calendar(ANN, "Ann", "Europe/Berlin", ANN)


def made(calendar: Calendar, **more: Any) -> str:
    return str(calendar.insert(meeting(**more), Clock(), BASE).resource["id"])


def test_many_events_are_added_at_once_and_those_there_already_left_out(calendar: Calendar) -> None:
    bodies = [meeting(id=f"abc{number:04}") for number in range(5)]
    assert calendar.insert_many(bodies, Clock(), BASE) == 5
    assert calendar.insert_many([*bodies, meeting(iCalUID="new@riverside.example")], Clock(), BASE) == 1
    assert calendar.insert_many([meeting(iCalUID="new@riverside.example")], Clock(), BASE) == 0


def test_an_event_that_says_its_own_uid_and_one_that_does_not_are_both_found_by_it(calendar: Calendar) -> None:
    plain, own = made(calendar, id="plain"), made(calendar, iCalUID="own@riverside.example")
    assert calendar.id_of("plain@google.com") == plain
    assert calendar.id_of("own@riverside.example") == own
    assert calendar.id_of("nobody@google.com") is None


def test_a_uid_that_reads_as_another_events_id_is_free(calendar: Calendar) -> None:
    made(calendar, id="other", iCalUID="own@riverside.example")
    assert calendar.id_of("other@google.com") is None


def test_what_is_read_of_an_event_can_be_changed_without_changing_the_event(calendar: Calendar) -> None:
    item = calendar.get(made(calendar))
    item.resource["summary"] = "Other"
    assert item.resource["summary"] == "Visit"


def test_half_a_character_becomes_a_question_mark(calendar: Calendar) -> None:
    assert calendar.get(made(calendar, summary="half \ud83d")).resource["summary"] == "half ?"


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_ends_of_time_are_taken_or_refused(calendar: Calendar, day: str) -> None:
    for zone in ("Asia/Tokyo", "America/New_York", "UTC"):
        body = {name: {"dateTime": f"{day}T12:00:00", "timeZone": zone} for name in ("start", "end")}
        try:
            calendar.insert(body, Clock(), BASE)
        except GoogleError as refusal:
            assert refusal.status == 400  # noqa: PT017 - either is right


def test_a_restart_keeps_events_series_and_exceptions(calendar: Calendar) -> None:
    series = made(calendar, recurrence=["RRULE:FREQ=DAILY;COUNT=3"], iCalUID="own@riverside.example")
    exception = f"{series}_20270302T090000Z"
    calendar.change(exception, {"summary": "Other"}, Clock())
    again = Calendar.from_json(calendar.to_json())
    assert again.get(exception).resource == calendar.get(exception).resource
    assert again.id_of("own@riverside.example") == series
    again.cancel(series, Clock())
    assert exception not in again.events


def test_a_calendar_that_moves_to_another_zone_writes_its_times_there(calendar: Calendar) -> None:
    timed = made(calendar, recurrence=["RRULE:FREQ=DAILY;COUNT=3"])
    day = str(
        calendar.insert(
            {name: {"date": f"2027-03-0{n}"} for n, name in enumerate(("start", "end"), 1)}, Clock(), BASE
        ).resource["id"]
    )
    before = calendar.get(day).earliest
    calendar.move_to_zone("Asia/Tokyo")
    instance = calendar.get(f"{timed}_20270302T090000Z").resource
    assert instance["start"] == {"dateTime": "2027-03-02T18:00:00+09:00", "timeZone": "Europe/Berlin"}
    assert calendar.get(day).earliest == before - 8 * 3600


def test_a_copy_has_its_own_flags_and_the_same_names(calendar: Calendar) -> None:
    theirs = Calendar("bob@gmail.example", "Bob", "UTC", "bob@gmail.example")
    guests = [{"email": ANN, "responseStatus": "accepted"}, {"email": "bob@gmail.example"}]
    series = made(calendar, attendees=guests, recurrence=["RRULE:FREQ=DAILY;COUNT=3"])
    exception = f"{series}_20270302T090000Z"
    calendar.change(exception, {"summary": "Other"}, Clock())
    for event_id in (series, exception):
        theirs.put(calendar.get(event_id).resource, Clock(), base_url=BASE)
    copy = theirs.get(series).resource
    assert copy["iCalUID"] == f"{series}@google.com"
    assert copy["organizer"] == {"email": ANN}
    assert [guest["email"] for guest in copy["attendees"] if guest.get("self")] == ["bob@gmail.example"]
    assert copy["start"]["dateTime"] == "2027-03-01T09:00:00Z"
    assert theirs.get(exception).resource["summary"] == "Other"
    # Invited to one instance alone: it stands by itself, under its own name.
    alone = Calendar("carol@gmail.example", "Carol", "UTC", "carol@gmail.example")
    alone.put(calendar.get(exception).resource, Clock())
    alone.change(exception, {"colorId": "2"}, Clock())
    assert alone.get(exception).resource["recurringEventId"] == series
