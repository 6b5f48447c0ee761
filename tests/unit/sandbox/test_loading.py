"""Control: many events at once, calendars in iCalendar's form, and the whole world as JSON."""

import json
import time
from typing import Any

import pytest

from tests.unit.sandbox.driver import ANN, Sandbox, meeting

BOB = "bob@riverside.example"

VISIT = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//tests//
BEGIN:VEVENT
UID:visit@riverside.example
DTSTAMP:20270101T000000Z
DTSTART;TZID=W. Europe Standard Time:20270301T100000
DTEND;TZID=W. Europe Standard Time:20270301T110000
SUMMARY:Visit
DESCRIPTION:Bring the plans\\, all of them
LOCATION:Riverside Hall
STATUS:TENTATIVE
CLASS:CONFIDENTIAL
TRANSP:TRANSPARENT
ORGANIZER;CN=Bob:mailto:bob@riverside.example
ATTENDEE;CN=Ann;PARTSTAT=ACCEPTED:MAILTO:Ann@gmail.example
ATTENDEE;PARTSTAT=DECLINED;ROLE=OPT-PARTICIPANT:mailto:cid@riverside.example
ATTENDEE;CUTYPE=ROOM:mailto:room4@riverside.example
ATTENDEE:http://riverside.example/nobody
RRULE:FREQ=WEEKLY;COUNT=3
EXDATE;TZID=W. Europe Standard Time:20270308T100000
END:VEVENT
BEGIN:VEVENT
UID:visit@riverside.example
RECURRENCE-ID;TZID=W. Europe Standard Time:20270315T100000
DTSTART;TZID=W. Europe Standard Time:20270316T120000
DTEND;TZID=W. Europe Standard Time:20270316T130000
SUMMARY:Late visit
END:VEVENT
END:VCALENDAR
"""


def refused(sandbox: Sandbox, path: str, **body: Any) -> str:
    answer = sandbox.http.post(f"{sandbox.url}/_sandbox/{path}", json=body)
    assert answer.status_code == 400
    return str(answer.json()["error"])


def listed(sandbox: Sandbox, **params: Any) -> list[Any]:
    answer = sandbox.google().events().list(calendarId="primary", maxResults=2500, **params).execute()
    items: list[Any] = answer["items"]
    return items


def ics(*lines: str, uid: str = "one@riverside.example") -> str:
    event = ["BEGIN:VEVENT", f"UID:{uid}", *lines, "END:VEVENT"]
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//tests//", *event, "END:VCALENDAR", ""])


def test_many_events_are_added_at_once_and_not_again(sandbox: Sandbox) -> None:
    sandbox.account(calendars=[{"id": "team@group.calendar.google.com"}])
    events = [meeting(f"Visit {number}") for number in range(500)]
    for calendar in ("primary", "team@group.calendar.google.com"):
        assert sandbox.control("events", email=ANN, calendar=calendar, events=events) == {"events_added": 500}
        assert sandbox.control("events", email=ANN, calendar=calendar, events=events) == {"events_added": 0}
    assert len(listed(sandbox)) == 500


@pytest.mark.parametrize(
    "bad",
    [
        meeting() | {"titel": "Misspelt"},  # no field of Google's
        {"summary": "No times"},
        meeting() | {"start": {"dateTime": "2027-03-01T10:00:00", "timeZone": "Mars/Olympus"}},
        meeting() | {"recurrence": ["RRULE:FREQ=SOMETIMES"]},
        meeting() | {"id": "visit00"},  # twice in one request
        meeting() | {"iCalUID": "visit00@google.com"},
        meeting() | {"id": "Not an id!"},
    ],
    ids=["field", "times", "zone", "rule", "id", "uid", "alphabet"],
)
def test_one_bad_event_is_named_and_none_is_added(sandbox: Sandbox, bad: dict[str, Any]) -> None:
    sandbox.account()
    good = [meeting(id=f"visit{number:02}") for number in range(3)]
    assert "events[3]" in refused(sandbox, "events", email=ANN, events=[*good, bad, meeting(id="after")])
    assert listed(sandbox) == []


def test_events_are_made_up_the_same_way_each_time(sandbox: Sandbox) -> None:
    wish = {"count": 300, "seed": 7, "from": "2027-01-01", "days": 30}
    first = []
    for _ in range(2):
        sandbox.control("reset")
        sandbox.account()
        assert sandbox.control("events", email=ANN, generate=wish) == {"events_added": 300}
        assert sandbox.control("events", email=ANN, generate=wish) == {"events_added": 0}
        first.append([(event["id"], event["summary"], event["start"]) for event in listed(sandbox)])
    assert first[0] == first[1]
    assert len(listed(sandbox, timeMin="2027-01-01T00:00:00Z", timeMax="2027-02-01T00:00:00Z")) == 300


@pytest.mark.parametrize(
    "wish",
    [{"count": 0}, {"from": "soon"}, {"count": 1, "from": "9999-12-31"}, {"count": 1, "from": "2027-01-01", "day": 1}],
    ids=["nothing", "day", "end of time", "unknown"],
)
def test_wishes_that_cannot_be_met_are_named(sandbox: Sandbox, wish: dict[str, Any]) -> None:
    sandbox.account()
    assert "generate." in refused(sandbox, "events", email=ANN, generate=wish)


def test_ten_thousand_events_arrive_within_seconds(sandbox: Sandbox) -> None:
    sandbox.account()
    begun = time.monotonic()
    sandbox.control("events", email=ANN, generate={"count": 10_000, "from": "2027-01-01"})
    assert time.monotonic() - begun < 30


def test_a_calendar_in_icalendar_form_becomes_events(sandbox: Sandbox) -> None:
    sandbox.account(time_zone="Europe/Berlin")
    assert sandbox.control("ics", email=ANN, ics=VISIT) == {"events_added": 1, "refused": []}
    assert sandbox.control("ics", email=ANN, ics=VISIT) == {"events_added": 0, "refused": []}
    master = next(event for event in listed(sandbox) if "recurrence" in event)
    assert master | {"id": "", "etag": "", "htmlLink": "", "created": "", "updated": ""} == {
        "kind": "calendar#event",
        "id": "",
        "etag": "",
        "htmlLink": "",
        "created": "",
        "updated": "",
        "status": "tentative",
        "summary": "Visit",
        "description": "Bring the plans, all of them",
        "location": "Riverside Hall",
        "visibility": "confidential",
        "transparency": "transparent",
        "creator": {"email": ANN, "self": True},
        "organizer": {"email": BOB, "displayName": "Bob"},
        "iCalUID": "visit@riverside.example",
        "sequence": 0,
        "reminders": {"useDefault": True},
        "eventType": "default",
        "start": {"dateTime": "2027-03-01T10:00:00+01:00", "timeZone": "Europe/Berlin"},
        "end": {"dateTime": "2027-03-01T11:00:00+01:00", "timeZone": "Europe/Berlin"},
        "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE;TZID=Europe/Berlin:20270308T100000"],
        "attendees": [
            {"email": ANN, "displayName": "Ann", "responseStatus": "accepted", "self": True},
            {"email": "cid@riverside.example", "responseStatus": "declined", "optional": True},
            {"email": "room4@riverside.example", "responseStatus": "needsAction", "resource": True},
        ],
    }
    shown = listed(sandbox, singleEvents=True, orderBy="startTime")
    assert [(event["summary"], event["start"]["dateTime"]) for event in shown] == [
        ("Visit", "2027-03-01T10:00:00+01:00"),
        ("Late visit", "2027-03-16T12:00:00+01:00"),
    ]
    late = shown[1]
    assert late["recurringEventId"] == master["id"]
    assert late["originalStartTime"]["dateTime"] == "2027-03-15T10:00:00+01:00"
    # An exception in iCalendar is whole: what it does not say it does not have.
    assert not {"location", "attendees"} & set(late)


def test_an_occurrence_without_its_series_is_an_event(sandbox: Sandbox) -> None:
    sandbox.account()
    text = ics("RECURRENCE-ID:20270308T090000Z", "DTSTART:20270309T090000Z", "DURATION:PT1H", "SUMMARY:Guest")
    sandbox.control("ics", email=ANN, ics=text)
    [event] = listed(sandbox)
    assert (event["summary"], event["start"]["dateTime"]) == ("Guest", "2027-03-09T09:00:00Z")


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["SUMMARY:No start"], "DTSTART is missing"),
        (["DTSTART:20270399T000000Z"], "DTSTART"),
        (["DTSTART:20270301T100000Z", "DTEND:20270301T090000Z"], "time range is empty"),
        (["DTSTART:20270301T100000Z", "RRULE:FREQ=WEEKLY;BYDAY=XX"], "recurrence rule"),
        (["DTSTART:20270301T100000Z", "RRULE:FREQ=MINUTELY"], "recurrence rule"),
        (["DTSTART:20270301T100000Z", "DTSTART:20270302T100000Z"], "twice"),
        (["RECURRENCE-ID:20270301T100000Z", "RECURRENCE-ID:20270301T100000Z"], "DTSTART is missing"),
        (["DTSTART;TZID=Atlantis:20270301T100000"], "Atlantis"),
    ],
    ids=["missing", "impossible", "backwards", "rule", "minutely", "two starts", "two originals", "zone"],
)
def test_what_cannot_be_taken_is_told_with_its_reason(sandbox: Sandbox, lines: list[str], reason: str) -> None:
    sandbox.account()
    answer = sandbox.control("ics", email=ANN, ics=ics(*lines))
    assert [entry["uid"] for entry in answer["refused"]] == ["one@riverside.example"]
    assert reason in answer["refused"][0]["reason"]
    assert answer["events_added"] == len(listed(sandbox)) == 0


def test_all_that_follows_cannot_be_changed_at_once(sandbox: Sandbox) -> None:
    sandbox.account()
    series = ics("DTSTART:20270301T100000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=4", "SUMMARY:Old")
    later = ics(
        "RECURRENCE-ID;RANGE=THISANDFUTURE:20270303T100000Z", "DTSTART:20270303T120000Z", "DURATION:PT1H", "SUMMARY:New"
    )
    answer = sandbox.control("ics", email=ANN, ics=series.replace("END:VCALENDAR\r\n", later.split("//\r\n")[1]))
    assert (answer["events_added"], len(answer["refused"])) == (1, 1)
    assert [event["summary"] for event in listed(sandbox, singleEvents=True)] == ["Old"] * 4


@pytest.mark.parametrize("text", ["", "nothing", "BEGIN:VCALENDAR", "\0"])
def test_what_is_no_calendar_is_refused(sandbox: Sandbox, text: str) -> None:
    sandbox.account()
    assert "ics" in refused(sandbox, "ics", email=ANN, ics=text)


def test_half_a_character_is_refused_before_it_can_do_harm(sandbox: Sandbox) -> None:
    sandbox.account()
    assert "ics: a text" in refused(sandbox, "ics", email=ANN, ics="\ud800")
    assert "events: holds half a character" in refused(sandbox, "events", email=ANN, events=[meeting("\udfff")])
    state = sandbox.http.get(f"{sandbox.url}/_sandbox/state").json()
    assert "half a character" in refused(sandbox, "state", **state | {"mails": ["\udfff"]})
    assert "not JSON" in refused_raw(sandbox, "[" * 100_000)


def refused_raw(sandbox: Sandbox, text: str) -> str:
    headers = {"Content-Type": "application/json"}
    answer = sandbox.http.post(f"{sandbox.url}/_sandbox/events", data=text, headers=headers)
    assert answer.status_code == 400
    return str(answer.json()["error"])


def test_the_world_can_be_put_aside_and_brought_back(sandbox: Sandbox) -> None:
    sandbox.account(events=[meeting()])
    sandbox.control("ics", email=ANN, ics=VISIT)
    grant = sandbox.control("grant", email=ANN, client_id="c")
    token = sandbox.google().events().list(calendarId="primary").execute()["nextSyncToken"]
    before = listed(sandbox, singleEvents=True)
    state = sandbox.http.get(f"{sandbox.url}/_sandbox/state").json()

    sandbox.control("reset")
    assert sandbox.control("state", **state) == {"accounts": [ANN]}

    assert sandbox.http.get(f"{sandbox.url}/_sandbox/state").json() == state
    assert listed(sandbox, singleEvents=True) == before
    assert sandbox.google().events().list(calendarId="primary", syncToken=token).execute()["items"] == []
    form = {"grant_type": "refresh_token", "refresh_token": grant["refresh_token"], "client_id": "c"}
    assert sandbox.http.post(f"{sandbox.url}/token", data=form).status_code == 200


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        ("accounts", None),
        ("accounts", [{"email": ANN}]),
        ("calendars", {}),
        ("calendars", [7]),
        ("calendars", [{"id": "x", "events": [[{"titel": "Misspelt"}, 1, None]]}]),
        ("calendars", [{"id": "x", "events": [[]]}]),
        ("grants", []),
        ("advanced", "soon"),
        ("advanced", 1e300),
    ],
)
def test_a_state_that_cannot_be_taken_up_changes_nothing(sandbox: Sandbox, place: str, wrong: object) -> None:
    sandbox.account(events=[meeting()])
    before = sandbox.http.get(f"{sandbox.url}/_sandbox/state").json()
    assert refused(sandbox, "state", **{**before, place: wrong})
    assert refused(sandbox, "state")
    assert sandbox.http.get(f"{sandbox.url}/_sandbox/state").json() == before
    assert json.dumps(listed(sandbox))
