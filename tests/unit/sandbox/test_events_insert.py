"""events.insert, import, quickAdd: what is taken, what is filled in, what is refused."""

from typing import Any

import pytest

from tests.unit.sandbox.driver import ANN, Json, Sandbox, at, meeting, refusal

BOB = "bob@riverside.example"
HOME = "Europe/Berlin"


@pytest.fixture
def events(sandbox: Sandbox) -> Any:
    sandbox.account(time_zone=HOME)
    return sandbox.google().events()


def insert(events: Any, body: Json, **params: Any) -> Json:
    made: Json = events.insert(calendarId="primary", body=body, **params).execute()
    return made


@pytest.mark.parametrize("event_id", ["abcd", "ABCDEF", "xyz123", "ab_cde", "ab-cde", "a" * 1025])
def test_an_id_outside_googles_alphabet_is_refused(events: Any, event_id: str) -> None:
    assert refusal(events.insert(calendarId="primary", body=meeting(id=event_id))) == (400, "invalid")


@pytest.mark.parametrize("event_id", ["abcde", "0" * 1024, "v0123456789"])
def test_an_id_of_googles_alphabet_is_taken(events: Any, event_id: str) -> None:
    assert insert(events, meeting(id=event_id))["id"] == event_id


WRONG: dict[str, tuple[Json, str]] = {
    "more than five reminders": (
        {"reminders": {"useDefault": False, "overrides": [{"method": "popup", "minutes": each} for each in range(6)]}},
        "invalid",
    ),
    "a reminder too early": (
        {"reminders": {"useDefault": False, "overrides": [{"method": "popup", "minutes": 40_321}]}},
        "invalid",
    ),
    "a reminder by letter": (
        {"reminders": {"useDefault": False, "overrides": [{"method": "letter", "minutes": 1}]}},
        "invalid",
    ),
    "default reminders and others": (
        {"reminders": {"useDefault": True, "overrides": [{"method": "popup", "minutes": 1}]}},
        "cannotUseDefaultRemindersAndSpecifyOverride",
    ),
    "201 guests": ({"attendees": [{"email": f"g{each}@x.example"} for each in range(201)]}, "invalid"),
    "a guest without an address": ({"attendees": [{"displayName": "Bob"}]}, "invalid"),
    "a guest with half an address": ({"attendees": [{"email": "bob"}]}, "invalid"),
    "an unknown answer": ({"attendees": [{"email": BOB, "responseStatus": "perhaps"}]}, "invalid"),
    "an unknown status": ({"status": "done"}, "invalid"),
    "an unknown visibility": ({"visibility": "secret"}, "invalid"),
    "an unknown transparency": ({"transparency": "glassy"}, "invalid"),
    "a colour that is none": ({"colorId": "12"}, "invalid"),
    "a source that is no page": ({"source": {"title": "Mail", "url": "mailto:bob"}}, "invalid"),
    "an end before the start": ({"end": at(1, 9)}, "timeRangeEmpty"),
    "a day and a moment": ({"end": {"date": "2027-03-02"}}, "invalid"),
    "no such time zone": ({"start": {"dateTime": "2027-03-01T10:00:00", "timeZone": "Mars/Base"}}, "invalid"),
    "no time zone at all": ({"start": {"dateTime": "2027-03-01T10:00:00"}}, "required"),
    "a series without a time zone": (
        {"start": {"dateTime": "2027-03-01T10:00:00Z"}, "recurrence": ["RRULE:FREQ=DAILY"]},
        "required",
    ),
    "a rule that cannot be read": ({"recurrence": ["RRULE:FREQ=SOMETIMES"]}, "invalid"),
    "an event from Gmail": ({"eventType": "fromGmail"}, "eventTypeRestriction"),
    "an unknown type": ({"eventType": "party"}, "eventTypeRestriction"),
    "properties of another type": ({"focusTimeProperties": {"chatStatus": "available"}}, "eventTypeRestriction"),
    "a birthday with a time": ({"eventType": "birthday"}, "malformedBirthdayEvent"),
    "a focus time that is free": (
        {"eventType": "focusTime", "transparency": "transparent"},
        "malformedFocusTimeEvent",
    ),
    "a focus time with guests": ({"eventType": "focusTime", "attendees": [{"email": BOB}]}, "eventTypeRestriction"),
    "a working place that is none": (
        {"eventType": "workingLocation", "workingLocationProperties": {"type": "beach"}},
        "malformedWorkingLocationEvent",
    ),
    "a private working place": (
        {"eventType": "workingLocation", "visibility": "private", "workingLocationProperties": {"type": "homeOffice"}},
        "malformedWorkingLocationEvent",
    ),
    "an unknown way to decline": (
        {"eventType": "outOfOffice", "outOfOfficeProperties": {"autoDeclineMode": "rudely"}},
        "malformedOutOfOfficeEvent",
    ),
    "too many properties": (
        {"extendedProperties": {"private": {f"n{each}": "v" for each in range(301)}}},
        "invalid",
    ),
}


@pytest.mark.parametrize("name", sorted(WRONG))
def test_what_google_does_not_take_is_refused(events: Any, name: str) -> None:
    more, why = WRONG[name]
    assert refusal(events.insert(calendarId="primary", body=meeting() | more)) == (400, why)


def test_what_everybody_takes_for_granted_is_not_written(events: Any) -> None:
    taken: Json = {"transparency": "opaque", "visibility": "default", "guestsCanInviteOthers": True, "location": ""}
    made = insert(events, meeting(**taken, attendees=[{"email": BOB, "optional": False, "additionalGuests": 0}]))
    assert not taken.keys() & made.keys()
    assert made["attendees"] == [{"email": BOB, "responseStatus": "needsAction"}]


def test_all_that_can_be_said_of_an_event_comes_back(events: Any) -> None:
    body = meeting(
        description="<b>Bold</b>",
        location="Here",
        colorId="5",
        transparency="transparent",
        visibility="public",
        guestsCanModify=True,
        guestsCanInviteOthers=False,
        guestsCanSeeOtherGuests=False,
        anyoneCanAddSelf=True,
        privateCopy=True,
        source={"title": "Page", "url": "https://riverside.example/1"},
        extendedProperties={"private": {"a": "1"}, "shared": {"b": "2"}},
        reminders={"useDefault": False, "overrides": [{"method": "email", "minutes": 0}]},
        attendees=[
            {"email": BOB, "displayName": "Bob", "optional": True, "comment": "Maybe", "additionalGuests": 2},
            {"email": "room@riverside.example", "resource": True, "responseStatus": "accepted"},
        ],
    )
    made = insert(events, body)
    expected = {name: value for name, value in body.items() if name not in ("start", "end", "attendees")}
    assert {name: made[name] for name in expected} == expected
    assert made["attendees"][0] == {**body["attendees"][0], "responseStatus": "needsAction"}
    assert made["attendees"][1] == body["attendees"][1]
    assert made["creator"] == {"email": ANN, "self": True}


def test_the_organizer_cannot_be_set_and_is_known_among_the_guests(events: Any) -> None:
    made = insert(events, meeting(organizer={"email": BOB}, attendees=[{"email": ANN.upper()}, {"email": BOB}]))
    assert made["organizer"] == {"email": ANN, "self": True}
    assert made["attendees"][0]["self"]
    assert made["attendees"][0]["organizer"]
    assert "organizer" not in made["attendees"][1]


def test_times_come_in_the_calendars_zone_and_keep_their_own_zones_name(events: Any) -> None:
    made = insert(
        events,
        {
            "start": {"dateTime": "2027-03-01T10:00:00", "timeZone": "America/New_York"},
            "end": {"dateTime": "2027-03-01T12:00:00-05:00", "timeZone": "Asia/Tokyo"},
        },
    )
    assert made["start"] == {"dateTime": "2027-03-01T16:00:00+01:00", "timeZone": "America/New_York"}
    assert made["end"] == {"dateTime": "2027-03-01T18:00:00+01:00", "timeZone": "Asia/Tokyo"}
    without = insert(events, {name: {"dateTime": "2027-03-01T10:00:00.750Z"} for name in ("start", "end")})
    assert without["start"] == {"dateTime": "2027-03-01T11:00:00+01:00", "timeZone": HOME}


def test_a_wall_time_the_clocks_skip_becomes_the_next_real_one(events: Any) -> None:
    made = insert(events, {"start": at(28, 2, 30), "end": at(28, 4)})
    assert made["start"]["dateTime"] == "2027-03-28T03:30:00+02:00"


def test_long_names_of_properties_are_dropped_and_long_values_cut(events: Any) -> None:
    made = insert(events, meeting(extendedProperties={"private": {"n" * 45: "v", "kept": "v" * 2000}}))
    assert made["extendedProperties"] == {"private": {"kept": "v" * 1024}}


def test_a_conference_is_made_when_the_request_knows_of_conferences(events: Any) -> None:
    wish = {"createRequest": {"requestId": "r1", "conferenceSolutionKey": {"type": "hangoutsMeet"}}}
    assert "conferenceData" not in insert(events, meeting(conferenceData=wish))
    made = insert(events, meeting(conferenceData=wish), conferenceDataVersion=1)
    data = made["conferenceData"]
    assert data["createRequest"]["status"] == {"statusCode": "success"}
    assert data["entryPoints"][0]["uri"] == made["hangoutLink"] == f"https://meet.google.com/{data['conferenceId']}"
    assert data["conferenceSolution"]["key"] == {"type": "hangoutsMeet"}
    other = {"createRequest": {"requestId": "r2", "conferenceSolutionKey": {"type": "eventHangout"}}}
    call = events.insert(calendarId="primary", body=meeting(conferenceData=other), conferenceDataVersion=1)
    assert refusal(call) == (400, "invalid")


def test_a_calendar_may_take_no_conferences(events: Any, sandbox: Sandbox) -> None:
    properties = {"conferenceProperties": {"allowedConferenceSolutionTypes": ["eventHangout"]}}
    sandbox.google().calendars().patch(calendarId="primary", body=properties).execute()
    body = meeting(conferenceData={"createRequest": {"requestId": "r1"}})
    call = events.insert(calendarId="primary", body=body, conferenceDataVersion=1)
    assert refusal(call) == (400, "invalid")


def test_a_label_takes_the_colours_place_when_the_request_knows_of_labels(events: Any, sandbox: Sandbox) -> None:
    label = {"id": "0b7e6c1e-5d0f-4d2a-9a51-6a1d3b1c2d3e", "name": "Field", "backgroundColor": "#039be5"}
    calendars = sandbox.google().calendars()
    calendars.patch(calendarId="primary", body={"labelProperties": {"eventLabels": [label]}}).execute()
    body = meeting(eventLabelId=label["id"], colorId="3")
    assert "eventLabelId" not in insert(events, body)
    made = insert(events, body, eventLabelVersion=1)
    assert made["eventLabelId"] == label["id"]
    assert "colorId" not in made
    call = events.insert(calendarId="primary", body=meeting(eventLabelId="other"), eventLabelVersion=1)
    assert refusal(call) == (400, "invalid")


def test_attachments_are_taken_when_the_request_knows_of_attachments(events: Any) -> None:
    file = {"fileUrl": "https://docs.google.com/document/d/abc-123/edit", "title": "Plan"}
    assert "attachments" not in insert(events, meeting(attachments=[file]))
    made = insert(events, meeting(attachments=[file]), supportsAttachments=True)
    assert made["attachments"] == [{**file, "fileId": "abc-123"}]
    for wrong in ([{"title": "No file"}], [file] * 26):
        call = events.insert(calendarId="primary", body=meeting(attachments=wrong), supportsAttachments=True)
        assert refusal(call)[0] == 400


SPECIAL: dict[str, Json] = {
    "outOfOffice": {"outOfOfficeProperties": {"autoDeclineMode": "declineAllConflictingInvitations"}},
    "focusTime": {"focusTimeProperties": {"chatStatus": "doNotDisturb", "autoDeclineMode": "declineNone"}},
    "workingLocation": {"workingLocationProperties": {"type": "officeLocation", "officeLocation": {"label": "HQ"}}},
    "birthday": {
        "start": {"date": "2027-03-01"},
        "end": {"date": "2027-03-02"},
        "recurrence": ["RRULE:FREQ=YEARLY"],
    },
}


@pytest.mark.parametrize("kind", sorted(SPECIAL))
def test_special_events_are_taken_on_a_primary_calendar_alone(sandbox: Sandbox, kind: str) -> None:
    team = "team@group.calendar.google.com"
    sandbox.account(calendars=[{"id": team, "summary": "Team"}])
    events = sandbox.google().events()
    body = meeting(eventType=kind) | SPECIAL[kind]
    made = insert(events, body)
    assert made["eventType"] == kind
    assert f"{kind}Properties" in made
    assert refusal(events.insert(calendarId=team, body=body)) == (400, "eventTypeRestriction")
    change = events.patch(calendarId="primary", eventId=made["id"], body={"eventType": "default"})
    assert refusal(change) == (400, "eventTypeRestriction")


def imported(events: Any, **more: Any) -> Json:
    body = meeting(iCalUID="meeting@riverside.example", **more)
    made: Json = events.import_(calendarId="primary", body=body).execute()
    return made


def test_an_imported_meeting_keeps_its_organizer_and_is_changed_by_the_next_import(events: Any) -> None:
    people = {"organizer": {"email": BOB, "displayName": "Bob"}, "attendees": [{"email": ANN}, {"email": BOB}]}
    first = imported(events, **people)
    assert first["organizer"] == {"email": BOB, "displayName": "Bob"}
    assert [guest["email"] for guest in first["attendees"] if guest.get("organizer")] == [BOB]
    second = imported(events, summary="Renamed", **people)
    assert (second["id"], second["summary"]) == (first["id"], "Renamed")
    assert second["iCalUID"] == "meeting@riverside.example"
    events.delete(calendarId="primary", eventId=first["id"]).execute()
    assert imported(events, **people)["status"] == "confirmed"


def test_an_import_is_ones_own_however_its_organizer_is_written(events: Any) -> None:
    body = meeting(iCalUID="own@elsewhere.example", organizer={"email": ANN.title()})
    made = events.import_(calendarId="primary", body=body).execute()
    assert made["organizer"] == {"email": ANN, "self": True}


@pytest.mark.misfits_allowed
def test_an_import_needs_a_uid_and_somebody_of_this_calendar(events: Any) -> None:
    assert refusal(events.import_(calendarId="primary", body=meeting())) == (400, "required")
    foreign = meeting(iCalUID="x@riverside.example", organizer={"email": BOB})
    call = events.import_(calendarId="primary", body=foreign)
    assert refusal(call) == (400, "participantIsNeitherOrganizerNorAttendee")


def test_an_imported_exception_finds_its_series(events: Any) -> None:
    series = imported(events, recurrence=["RRULE:FREQ=DAILY;COUNT=3"])
    made = imported(events, summary="Later", originalStartTime=at(2, 10), start=at(2, 15), end=at(2, 16))
    assert made["recurringEventId"] == series["id"]
    assert made["id"] == series["id"] + "_20270302T090000Z"
    assert made["start"]["dateTime"] == "2027-03-02T15:00:00+01:00"


def test_an_import_is_of_the_default_type_and_mails_nobody(sandbox: Sandbox, events: Any) -> None:
    special = imported(events, eventType="focusTime", focusTimeProperties={"chatStatus": "available"})
    assert special["eventType"] == "default"
    assert "focusTimeProperties" not in special
    imported(events, attendees=[{"email": BOB}])
    assert sandbox.http.get(f"{sandbox.url}/_sandbox/outbox").json()["mails"] == []


def test_quick_add_reads_a_simple_sentence(events: Any) -> None:
    made = events.quickAdd(calendarId="primary", text="Lunch with Bob at Luigi's on 2027-03-01 12pm-1pm").execute()
    assert (made["summary"], made["location"]) == ("Lunch with Bob", "Luigi's")
    assert made["start"]["dateTime"] == "2027-03-01T12:00:00+01:00"
    assert made["end"]["dateTime"] == "2027-03-01T13:00:00+01:00"
