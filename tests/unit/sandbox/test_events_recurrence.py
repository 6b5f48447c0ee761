"""Series and their exceptions, over the clocks' changes, in and between zones."""

from typing import Any

import pytest

from ce_calendar.sandbox.clock import Clock
from ce_calendar.sandbox.google.calendars import Calendar
from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.events import listing
from ce_calendar.sandbox.google.events.times import parse_moment
from tests.unit.sandbox.driver import ANN, Json, at, meeting

HOME = "Europe/Berlin"
CLOCK = Clock()
YEAR = (parse_moment("2027-01-01T00:00:00Z").timestamp(), parse_moment("2028-01-01T00:00:00Z").timestamp())


@pytest.fixture
def calendar() -> Calendar:
    return Calendar(ANN, "Ann", HOME, ANN)


def insert(calendar: Calendar, **body: Any) -> str:
    return str(calendar.insert(body, CLOCK, "http://sandbox").resource["id"])


def shown(calendar: Calendar) -> list[Json]:
    items = sorted(listing.instances(calendar, *YEAR), key=lambda item: item.earliest)
    return [item.resource for item in items]


def starts(calendar: Calendar) -> list[str]:
    return [event["start"].get("dateTime") or event["start"]["date"] for event in shown(calendar)]


def zoned(moment: str, zone: str = HOME) -> Json:
    return {"dateTime": moment, "timeZone": zone}


def series_at(first: str, last: str, *lines: str, zone: str = HOME, end_zone: str | None = None) -> Json:
    return {"start": zoned(first, zone), "end": zoned(last, end_zone or zone), "recurrence": list(lines)}


SERIES: dict[str, tuple[Json, list[str]]] = {
    # Ten o'clock stays ten o'clock when summer begins ...
    "into summer": (
        series_at("2027-03-27T10:00:00", "2027-03-27T11:00:00", "RRULE:FREQ=DAILY;COUNT=3"),
        ["2027-03-27T10:00:00+01:00", "2027-03-28T10:00:00+02:00", "2027-03-29T10:00:00+02:00"],
    ),
    # ... and when it ends.
    "into winter": (
        series_at("2027-10-30T10:00:00", "2027-10-30T11:00:00", "RRULE:FREQ=DAILY;COUNT=3"),
        ["2027-10-30T10:00:00+02:00", "2027-10-31T10:00:00+01:00", "2027-11-01T10:00:00+01:00"],
    ),
    # Half past two does not exist on that day: it is half past three then.
    "in the hour that is left out": (
        series_at("2027-03-27T02:30:00", "2027-03-27T03:00:00", "RRULE:FREQ=DAILY;COUNT=3"),
        ["2027-03-27T02:30:00+01:00", "2027-03-28T03:30:00+02:00", "2027-03-29T02:30:00+02:00"],
    ),
    # And on this day it exists twice: the first counts.
    "in the hour that comes twice": (
        series_at("2027-10-30T02:30:00", "2027-10-30T03:00:00", "RRULE:FREQ=DAILY;COUNT=2"),
        ["2027-10-30T02:30:00+02:00", "2027-10-31T02:30:00+02:00"],
    ),
    # America changes its clocks two weeks earlier; the calendar is in Berlin.
    "in another zone": (
        series_at("2027-03-13T10:00:00", "2027-03-13T11:00:00", "RRULE:FREQ=DAILY;COUNT=2", zone="America/New_York"),
        ["2027-03-13T16:00:00+01:00", "2027-03-14T15:00:00+01:00"],
    ),
    # A day in Tokyo is another day in Berlin: rules follow the event's own zone.
    "on Mondays of another zone": (
        series_at(
            "2027-03-01T06:00:00", "2027-03-01T07:00:00", "RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=2", zone="Asia/Tokyo"
        ),
        ["2027-02-28T22:00:00+01:00", "2027-03-07T22:00:00+01:00"],
    ),
    "until a moment, which still counts": (
        series_at("2027-03-01T10:00:00", "2027-03-01T11:00:00", "RRULE:FREQ=DAILY;UNTIL=20270303T090000Z"),
        ["2027-03-01T10:00:00+01:00", "2027-03-02T10:00:00+01:00", "2027-03-03T10:00:00+01:00"],
    ),
    "until just before a moment": (
        series_at("2027-03-01T10:00:00", "2027-03-01T11:00:00", "RRULE:FREQ=DAILY;UNTIL=20270303T085959Z"),
        ["2027-03-01T10:00:00+01:00", "2027-03-02T10:00:00+01:00"],
    ),
    "with one more and one less": (
        series_at(
            "2027-03-01T10:00:00",
            "2027-03-01T11:00:00",
            "RRULE:FREQ=DAILY;COUNT=3",
            "RDATE;TZID=America/New_York:20270310T120000",
            "EXDATE;TZID=Europe/Berlin:20270302T100000",
        ),
        ["2027-03-01T10:00:00+01:00", "2027-03-03T10:00:00+01:00", "2027-03-10T18:00:00+01:00"],
    ),
    "of added days alone, with the first": (
        series_at("2027-03-01T10:00:00", "2027-03-01T11:00:00", "RDATE;TZID=Europe/Berlin:20270305T100000"),
        ["2027-03-01T10:00:00+01:00", "2027-03-05T10:00:00+01:00"],
    ),
    "of whole days": (
        {
            "start": {"date": "2027-03-27"},
            "end": {"date": "2027-03-29"},
            "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE;VALUE=DATE:20270403"],
        },
        ["2027-03-27", "2027-04-10"],
    ),
    "on the last day of months": (
        {
            "start": {"date": "2027-01-31"},
            "end": {"date": "2027-02-01"},
            "recurrence": ["RRULE:FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3"],
        },
        ["2027-01-31", "2027-02-28", "2027-03-31"],
    ),
    # A wall time with a zone's name and nothing else is of that zone; an offset is obeyed.
    "given by offset": (
        series_at("2027-03-01T10:00:00-05:00", "2027-03-01T16:30:00", "RRULE:FREQ=DAILY;COUNT=1"),
        ["2027-03-01T16:00:00+01:00"],
    ),
}


@pytest.mark.parametrize("name", list(SERIES))
def test_a_series_has_the_instances_a_person_would_expect(calendar: Calendar, name: str) -> None:
    body, expected = SERIES[name]
    insert(calendar, **body)
    assert starts(calendar) == expected


def test_an_instance_lasts_as_long_as_the_first_and_keeps_both_zones(calendar: Calendar) -> None:
    flight = series_at("2027-03-27T20:00:00", "2027-03-28T06:00:00", "RRULE:FREQ=DAILY;COUNT=2", end_zone="Asia/Tokyo")
    insert(calendar, **flight)
    spans = [(event["start"], event["end"]) for event in shown(calendar)]
    assert spans[0] == (zoned("2027-03-27T20:00:00+01:00"), zoned("2027-03-27T22:00:00+01:00", "Asia/Tokyo"))
    assert spans[1] == (zoned("2027-03-28T20:00:00+02:00"), zoned("2027-03-28T22:00:00+02:00", "Asia/Tokyo"))


@pytest.fixture
def daily(calendar: Calendar) -> str:
    return insert(calendar, **meeting(recurrence=["RRULE:FREQ=DAILY;COUNT=4"]))


def third(series: str) -> str:
    return f"{series}_20270303T090000Z"


def test_a_moved_instance_keeps_its_id_and_says_when_it_was_to_begin(calendar: Calendar, daily: str) -> None:
    calendar.change(third(daily), {"start": at(9, 15), "end": at(9, 16)}, CLOCK)
    moved = calendar.get(third(daily)).resource
    assert moved["start"]["dateTime"] == "2027-03-09T15:00:00+01:00"
    assert moved["originalStartTime"]["dateTime"] == "2027-03-03T10:00:00+01:00"
    assert (moved["recurringEventId"], moved["iCalUID"]) == (daily, f"{daily}@google.com")
    assert "recurrence" not in moved
    assert len(shown(calendar)) == 4


def test_an_instance_may_become_all_day_and_the_series_still_change(calendar: Calendar, daily: str) -> None:
    whole = {"start": {"date": "2027-03-03"}, "end": {"date": "2027-03-04"}}
    calendar.change(third(daily), {"summary": "All day", **whole}, CLOCK, replace=True)
    calendar.change(daily, {"location": "Here"}, CLOCK)
    changed = calendar.get(third(daily)).resource
    assert (changed["start"], changed["summary"], changed["location"]) == ({"date": "2027-03-03"}, "All day", "Here")


def test_a_series_changed_afterwards_leaves_an_instance_what_it_has_of_its_own(calendar: Calendar, daily: str) -> None:
    calendar.change(third(daily), {"summary": "Other", "start": at(3, 12), "end": at(3, 13)}, CLOCK)
    calendar.change(daily, {"summary": "New", "location": "Here", "end": at(1, 10, 30)}, CLOCK)
    changed = calendar.get(third(daily)).resource
    assert (changed["summary"], changed["location"]) == ("Other", "Here")
    assert changed["end"]["dateTime"] == "2027-03-03T13:00:00+01:00"


def test_an_updated_instance_lacks_what_the_update_left_out(calendar: Calendar, daily: str) -> None:
    calendar.change(daily, {"location": "Here"}, CLOCK)
    calendar.change(third(daily), {"summary": "Other", "start": at(3, 10), "end": at(3, 11)}, CLOCK, replace=True)
    assert "location" not in calendar.get(third(daily)).resource


def test_an_exdate_takes_an_exception_away(calendar: Calendar, daily: str) -> None:
    calendar.change(third(daily), {"summary": "Other"}, CLOCK)
    lines = ["RRULE:FREQ=DAILY;COUNT=4", "EXDATE:20270303T090000Z"]
    calendar.change(daily, {"recurrence": lines}, CLOCK)
    assert "Other" not in [event["summary"] for event in shown(calendar)]
    with pytest.raises(GoogleError, match="Not Found"):
        calendar.get(third(daily))
    calendar.change(daily, {"recurrence": lines[:1]}, CLOCK)
    assert [event["summary"] for event in shown(calendar)] == ["Visit"] * 4


def test_a_cancelled_instance_stays_cancelled_when_its_series_changes_and_can_come_back(
    calendar: Calendar, daily: str
) -> None:
    calendar.cancel(third(daily), CLOCK)
    calendar.change(daily, {"summary": "New"}, CLOCK)
    assert len(shown(calendar)) == 3
    with pytest.raises(GoogleError, match="deleted"):
        calendar.cancel(third(daily), CLOCK)
    calendar.change(third(daily), {"status": "confirmed"}, CLOCK)
    assert [event["summary"] for event in shown(calendar)] == ["New"] * 4


def test_this_and_following_is_an_earlier_end_and_a_new_series(calendar: Calendar, daily: str) -> None:
    calendar.change(f"{daily}_20270304T090000Z", {"summary": "Other"}, CLOCK)
    calendar.change(daily, {"recurrence": ["RRULE:FREQ=DAILY;UNTIL=20270303T085959Z"]}, CLOCK)
    insert(calendar, **meeting("Later", 3, start=at(3, 15), end=at(3, 16), recurrence=["RRULE:FREQ=DAILY;COUNT=2"]))
    assert [(event["summary"], event["start"]["dateTime"][8:13]) for event in shown(calendar)] == [
        ("Visit", "01T10"),
        ("Visit", "02T10"),
        ("Later", "03T15"),
        ("Later", "04T15"),
    ]


def test_another_time_of_the_series_undoes_its_exceptions(calendar: Calendar, daily: str) -> None:
    calendar.change(third(daily), {"summary": "Other"}, CLOCK)
    calendar.change(daily, {"start": at(1, 14), "end": at(1, 15)}, CLOCK)
    assert [(event["summary"], event["start"]["dateTime"][11:13]) for event in shown(calendar)] == [("Visit", "14")] * 4


def test_a_series_without_a_rule_is_a_single_event(calendar: Calendar, daily: str) -> None:
    calendar.change(third(daily), {"summary": "Other"}, CLOCK)
    calendar.change(daily, {"recurrence": None}, CLOCK)
    assert [event["id"] for event in shown(calendar)] == [daily]


def test_a_stricter_visibility_of_an_instance_is_the_whole_series_and_a_looser_one_nobodys(
    calendar: Calendar, daily: str
) -> None:
    calendar.change(third(daily), {"visibility": "private"}, CLOCK)
    assert {event["visibility"] for event in shown(calendar)} == {"private"}
    calendar.change(third(daily), {"visibility": "public"}, CLOCK)
    assert {event["visibility"] for event in shown(calendar)} == {"private"}


def test_an_instance_cannot_be_given_a_rule(calendar: Calendar, daily: str) -> None:
    calendar.change(third(daily), {"recurrence": ["RRULE:FREQ=DAILY"], "summary": "Other"}, CLOCK)
    assert "recurrence" not in calendar.get(third(daily)).resource


@pytest.mark.parametrize("stamp", ["20270305T090000Z", "20270303", "20270303T100000Z", "", "x", "99999999T999999Z"])
def test_an_instance_that_is_none_is_not_found(calendar: Calendar, daily: str, stamp: str) -> None:
    with pytest.raises(GoogleError, match="Not Found"):
        calendar.get(f"{daily}_{stamp}")


def test_the_instances_of_a_deleted_series_are_deleted(calendar: Calendar, daily: str) -> None:
    calendar.cancel(daily, CLOCK)
    assert calendar.get(third(daily)).resource["status"] == "cancelled"
    with pytest.raises(GoogleError, match="deleted"):
        calendar.cancel(third(daily), CLOCK)
    with pytest.raises(GoogleError, match="Not Found"):
        calendar.change(third(daily), {"status": "confirmed"}, CLOCK)
