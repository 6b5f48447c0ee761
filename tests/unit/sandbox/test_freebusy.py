"""freebusy.query: when somebody is busy, and who may know."""

from typing import Any

import pytest
from googleapiclient.errors import HttpError

from ce_calendar.sandbox.google.methods.freebusy import Period, joined
from tests.unit.sandbox.driver import ANN, Json, Sandbox, at, meeting, reason

BOB = "bob@gmail.example"
MARCH = {"timeMin": "2027-03-01T00:00:00Z", "timeMax": "2027-03-08T00:00:00Z"}


def query(sandbox: Sandbox, *ids: str, email: str = ANN, **more: Any) -> Json:
    body = {**MARCH, "items": [{"id": each} for each in ids], **more}
    answer: Json = sandbox.google(email).freebusy().query(body=body).execute()
    return answer


def busy(sandbox: Sandbox, *events: Json, **more: Any) -> list[tuple[str, str]]:
    """When Ann, in Berlin, is busy with these events."""
    sandbox.account(time_zone="Europe/Berlin", events=list(events))
    found = query(sandbox, "primary", **more)["calendars"]["primary"]
    assert "errors" not in found
    return [(period["start"], period["end"]) for period in found["busy"]]


def span(begins: Json, ends: Json, **more: Any) -> Json:
    return {"start": begins, "end": ends, **more}


@pytest.mark.parametrize(
    ("periods", "expected"),
    [
        ([], []),
        # Apart.
        ([(3, 4), (1, 2)], [(1, 2), (3, 4)]),
        # Overlapping, one within the other, touching.
        ([(1, 3), (2, 4)], [(1, 4)]),
        ([(1, 9), (2, 3)], [(1, 9)]),
        ([(1, 2), (2, 3)], [(1, 3)]),
        # Without length.
        ([(1, 1)], []),
    ],
)
def test_periods_that_overlap_or_touch_are_one(periods: list[Period], expected: list[Period]) -> None:
    assert joined(periods) == expected


def test_the_answer_names_the_span_and_each_calendar_as_it_was_asked_for(sandbox: Sandbox) -> None:
    sandbox.account(events=[meeting()])
    period = {"start": "2027-03-01T09:00:00Z", "end": "2027-03-01T10:00:00Z"}
    assert query(sandbox, "primary", ANN, ANN) == {
        "kind": "calendar#freeBusy",
        "timeMin": "2027-03-01T00:00:00.000Z",
        "timeMax": "2027-03-08T00:00:00.000Z",
        "calendars": {"primary": {"busy": [period]}, ANN: {"busy": [period]}},
    }


def test_the_answer_comes_in_the_zone_that_was_asked_for(sandbox: Sandbox) -> None:
    assert busy(sandbox, meeting(), timeZone="Asia/Tokyo") == [
        ("2027-03-01T18:00:00+09:00", "2027-03-01T19:00:00+09:00")
    ]


def test_only_what_takes_time_counts(sandbox: Sandbox) -> None:
    declined = [{"email": ANN, "responseStatus": "declined"}]
    invited = [{"email": ANN, "responseStatus": "needsAction"}, {"email": BOB, "responseStatus": "declined"}]
    assert busy(
        sandbox,
        meeting(day=1, transparency="transparent"),
        meeting(day=2, status="cancelled"),
        meeting(day=3, attendees=declined),
        span(at(4, 9), at(4, 9)),
        # These do: maybe, not answered yet, private.
        meeting(day=5, status="tentative"),
        meeting(day=6, attendees=invited),
        meeting(day=7, visibility="private"),
    ) == [(f"2027-03-{day:02}T09:00:00Z", f"2027-03-{day:02}T10:00:00Z") for day in (5, 6, 7)]


def test_a_series_is_busy_at_each_instance_that_still_stands(sandbox: Sandbox) -> None:
    sandbox.account(events=[meeting(id="series", recurrence=["RRULE:FREQ=DAILY;COUNT=3"])])
    events = sandbox.google().events()
    events.delete(calendarId="primary", eventId="series_20270302T090000Z").execute()
    events.patch(calendarId="primary", eventId="series_20270303T090000Z", body=span(at(3, 15), at(3, 16))).execute()
    found = query(sandbox, "primary")["calendars"]["primary"]["busy"]
    assert [period["start"] for period in found] == ["2027-03-01T09:00:00Z", "2027-03-03T14:00:00Z"]


def test_a_day_is_busy_from_midnight_to_midnight_in_the_calendars_zone(sandbox: Sandbox) -> None:
    assert busy(sandbox, span({"date": "2027-03-03"}, {"date": "2027-03-04"})) == [
        ("2027-03-02T23:00:00Z", "2027-03-03T23:00:00Z")
    ]


def test_what_reaches_over_the_edges_is_cut_off_there(sandbox: Sandbox) -> None:
    week_before = {"dateTime": "2027-02-22T10:00:00Z"}
    assert busy(sandbox, span(week_before, {"dateTime": "2027-04-01T10:00:00Z"})) == [
        ("2027-03-01T00:00:00Z", "2027-03-08T00:00:00Z")
    ]


def test_whoever_may_see_the_busy_times_sees_them_and_nobody_else(sandbox: Sandbox) -> None:
    team = "team@group.calendar.google.com"
    sandbox.account(calendars=[{"id": team, "summary": "Team", "events": [meeting()]}])
    sandbox.account(BOB, calendars=[{"id": team, "accessRole": "freeBusyReader"}])
    unknown = {"errors": [{"domain": "global", "reason": "notFound"}], "busy": []}
    found = query(sandbox, team, ANN, "nobody@gmail.example", email=BOB)["calendars"]
    assert len(found[team]["busy"]) == 1
    assert found[ANN] == found["nobody@gmail.example"] == unknown


def test_more_calendars_than_may_be_asked_for_are_named_as_too_many(sandbox: Sandbox) -> None:
    sandbox.account()
    ids = ["primary", *(f"c{number}@example.com" for number in range(60))]
    reasons = [
        each.get("errors", [{"reason": None}])[0]["reason"] for each in query(sandbox, *ids)["calendars"].values()
    ]
    assert reasons == [None, *["notFound"] * 49, *["tooManyCalendarsRequested"] * 11]
    few = query(sandbox, "primary", ANN, calendarExpansionMax=1)["calendars"]
    assert few[ANN]["errors"][0]["reason"] == "tooManyCalendarsRequested"


@pytest.mark.misfits_allowed
@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"timeMin": None}, "required"),
        ({"timeMax": None}, "required"),
        ({"timeMax": MARCH["timeMin"]}, "timeRangeEmpty"),
        ({"timeMax": "2027-02-01T00:00:00Z"}, "timeRangeEmpty"),
        ({"timeMax": "2027-05-30T00:00:01Z"}, "timeRangeTooLong"),
        ({"timeMin": "2027-03-01"}, "invalid"),
        ({"timeMin": "0001-01-01T00:00:00+14:00"}, "badRequest"),
        ({"timeMax": "9999-12-31T23:59:59-14:00"}, "badRequest"),
        ({"timeZone": "Mars/Olympus"}, "invalid"),
        ({"timeZone": "America"}, "invalid"),
        ({"calendarExpansionMax": 51}, "invalid"),
        ({"calendarExpansionMax": 0}, "invalid"),
        ({"groupExpansionMax": 101}, "invalid"),
        ({"items": [{}]}, "required"),
        ({"items": ["primary"]}, "invalid"),
    ],
)
def test_a_question_google_would_not_answer_is_refused(sandbox: Sandbox, change: Json, expected: str) -> None:
    sandbox.account()
    with pytest.raises(HttpError) as refusal:
        query(sandbox, "primary", **change)
    assert (refusal.value.status_code, reason(refusal.value)) == (400, expected)


def test_ninety_days_can_be_asked_for(sandbox: Sandbox) -> None:
    assert busy(sandbox, meeting(), timeMax="2027-05-30T00:00:00Z") == [
        ("2027-03-01T09:00:00Z", "2027-03-01T10:00:00Z")
    ]


def test_a_question_about_nothing_has_an_answer(sandbox: Sandbox) -> None:
    sandbox.account()
    assert query(sandbox)["calendars"] == {}
