"""Rules that no dialog makes: what is no rule is refused, and what never ends does not hold anybody up."""

import time
from typing import Any

import pytest
from googleapiclient.errors import HttpError

from ce_calendar.sandbox.recurrence import LONGEST
from tests.unit.sandbox.driver import ANN, Sandbox, at

ZONE = "Europe/Berlin"


@pytest.fixture
def events(sandbox: Sandbox) -> Any:
    sandbox.account(time_zone=ZONE)
    return sandbox.google().events()


def series(*lines: str, start: str = "2027-03-01T10:00:00", end: str = "2027-03-01T11:00:00") -> dict[str, Any]:
    zone = {"timeZone": ZONE}
    return {"start": {"dateTime": start, **zone}, "end": {"dateTime": end, **zone}, "recurrence": list(lines)}


def starts(events: Any, body: dict[str, Any], **params: Any) -> list[str]:
    events.insert(calendarId="primary", body=body).execute()
    answer = events.list(calendarId="primary", singleEvents=True, orderBy="startTime", maxResults=2500, **params)
    return [event["start"]["dateTime"] for event in answer.execute()["items"]]


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SOMETIMES",
        "FREQ=MINUTELY",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=-1",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=-1",
        "FREQ=DAILY;UNTIL=soon",
        "FREQ=YEARLY;BYMONTH=13",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=MONTHLY;BYDAY=0MO",
        "FREQ=MONTHLY;BYDAY=XX",
        "FREQ=DAILY;BYHOUR=24",
        "FREQ=YEARLY;BYEASTER=0",  # dateutil's own
        "RSCALE=CHINESE;FREQ=YEARLY",
        "FREQ=DAILY\nRRULE:FREQ=DAILY",
        "COUNT=3",
        "",
    ],
)
def test_what_is_no_rule_is_refused(events: Any, rule: str) -> None:
    with pytest.raises(HttpError) as refusal:
        events.insert(calendarId="primary", body=series(f"RRULE:{rule}")).execute()
    assert refusal.value.status_code == 400


@pytest.mark.parametrize(
    "line", ["DTSTART:20270301T000000Z", "RDATE;TZID=../../etc/passwd:20270301T000000", "RDATE:", "x"]
)
def test_what_is_no_line_of_a_series_is_refused(events: Any, line: str) -> None:
    with pytest.raises(HttpError) as refusal:
        events.insert(calendarId="primary", body=series(line)).execute()
    assert refusal.value.status_code == 400


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=WEEKLY;BYMONTH=2;BYSETPOS=100",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYSETPOS=2",
        "FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;INTERVAL=100000",
    ],
)
def test_a_rule_that_fits_no_day_has_its_start_and_ends_soon(events: Any, rule: str) -> None:
    begun = time.monotonic()
    assert starts(events, series(f"RRULE:{rule}")) == ["2027-03-01T10:00:00+01:00"]
    assert time.monotonic() - begun < 5


def test_the_start_is_an_occurrence_even_where_the_rule_does_not_fit_it(events: Any) -> None:
    found = starts(events, series("RRULE:FREQ=WEEKLY;BYDAY=WE;COUNT=2"))
    assert [start[:10] for start in found] == ["2027-03-01", "2027-03-03", "2027-03-10"]


def test_what_another_rule_takes_out_is_gone(events: Any) -> None:
    found = starts(events, series("RRULE:FREQ=DAILY;COUNT=4", "EXRULE:FREQ=DAILY;INTERVAL=2"))
    assert [start[:10] for start in found] == ["2027-03-02", "2027-03-04"]


def test_two_wall_times_that_are_one_moment_are_one_occurrence(events: Any) -> None:
    """At two the clocks go to three, so that both of these begin then."""
    body = series("RRULE:FREQ=DAILY;BYHOUR=2,3;COUNT=4", start="2027-03-27T02:00:00", end="2027-03-27T02:30:00")
    assert starts(events, body) == [
        "2027-03-27T02:00:00+01:00",
        "2027-03-27T03:00:00+01:00",
        "2027-03-28T03:00:00+02:00",
    ]


def test_a_series_ends_with_the_last_day_there_is(events: Any) -> None:
    body = series("RRULE:FREQ=DAILY", start="9999-12-29T10:00:00", end="9999-12-30T11:00:00")
    found = starts(events, body, timeMin="9999-12-01T00:00:00Z")
    assert [start[:10] for start in found] == ["9999-12-29", "9999-12-30"]


def test_a_series_has_no_more_than_ten_thousand_instances(sandbox: Sandbox) -> None:
    sandbox.account(events=[{"start": at(1, 10), "end": at(1, 11), "recurrence": ["RRULE:FREQ=HOURLY"]}])
    events, found, token = sandbox.google().events(), 0, None
    while True:
        more: dict[str, Any] = {"pageToken": token} if token else {}
        window = {"timeMin": "2027-01-01T00:00:00Z", "timeMax": "2029-01-01T00:00:00Z"}
        page = events.list(calendarId=ANN, singleEvents=True, maxResults=2500, **window, **more).execute()
        found += len(page["items"])
        token = page.get("nextPageToken")
        if token is None:
            break
    assert found == LONGEST
