"""events.patch, update, delete, move: what changes, what stays, who is mailed."""

from typing import Any

import pytest

from tests.unit.sandbox.driver import ANN, Json, Sandbox, at, ids, meeting, refusal

BOB = "bob@riverside.example"
CAROL = "carol@gmail.example"
TEAM = "team@group.calendar.google.com"
HOME = "Europe/Berlin"


@pytest.fixture
def events(sandbox: Sandbox) -> Any:
    sandbox.account(time_zone=HOME, calendars=[{"id": TEAM, "summary": "Team"}])
    return sandbox.google().events()


def insert(events: Any, body: Json, **params: Any) -> Json:
    made: Json = events.insert(calendarId="primary", body=body, **params).execute()
    return made


def patch(events: Any, event_id: str, body: Json, **params: Any) -> Json:
    made: Json = events.patch(calendarId="primary", eventId=event_id, body=body, **params).execute()
    return made


def update(events: Any, event_id: str, body: Json, **params: Any) -> Json:
    made: Json = events.update(calendarId="primary", eventId=event_id, body=body, **params).execute()
    return made


def mails(sandbox: Sandbox) -> list[tuple[str, str]]:
    found = sandbox.http.get(f"{sandbox.url}/_sandbox/outbox").json()["mails"]
    return [(mail["kind"], mail["to"]) for mail in found]


def test_an_update_drops_what_it_does_not_name_but_for_what_is_set_once(events: Any) -> None:
    made = insert(events, meeting(location="Here", colorId="3", extendedProperties={"private": {"a": "1"}}))
    changed = update(events, made["id"], meeting("New", id="other1", iCalUID="other@x", organizer={"email": BOB}))
    assert not {"location", "extendedProperties"} & changed.keys()
    assert [changed[name] for name in ("id", "iCalUID", "organizer")] == [
        made[name] for name in ("id", "iCalUID", "organizer")
    ]


def test_the_sequence_rises_with_the_time_alone_and_cannot_go_back(events: Any) -> None:
    made = insert(events, meeting())["id"]
    assert patch(events, made, {"summary": "Other"})["sequence"] == 0
    assert patch(events, made, {"end": at(1, 12)})["sequence"] == 1
    assert patch(events, made, {"end": {"dateTime": "2027-03-01T11:00:00Z"}})["sequence"] == 1
    assert patch(events, made, {"sequence": 7})["sequence"] == 7
    call = events.patch(calendarId="primary", eventId=made, body={"sequence": 3})
    assert refusal(call) == (400, "invalid")


def test_other_reminders_change_the_etag_but_not_when_it_was_updated(events: Any) -> None:
    made = insert(events, meeting())
    changed = patch(events, made["id"], {"reminders": {"useDefault": False}})
    assert changed["updated"] == made["updated"]
    assert changed["etag"] != made["etag"]
    assert patch(events, made["id"], {"summary": "Other"})["updated"] > made["updated"]


def test_a_change_meant_for_another_state_is_refused(events: Any) -> None:
    made = insert(events, meeting())
    patch(events, made["id"], {"summary": "Other"})
    call = events.patch(calendarId="primary", eventId=made["id"], body={"summary": "Mine"})
    call.headers["If-Match"] = made["etag"]
    assert refusal(call) == (412, "conditionNotMet")


def test_an_event_becomes_all_day_when_the_moment_is_taken_away(events: Any) -> None:
    made = insert(events, meeting())["id"]
    half = {"start": {"date": "2027-03-01"}, "end": {"date": "2027-03-02"}}
    assert refusal(events.patch(calendarId="primary", eventId=made, body=half)) == (400, "invalid")
    whole = {name: {**value, "dateTime": None, "timeZone": None} for name, value in half.items()}
    assert patch(events, made, whole)["start"] == {"date": "2027-03-01"}


def test_an_unspecified_end_is_given_all_the_same(events: Any) -> None:
    made = insert(events, meeting())["id"]
    changed = patch(events, made, {"endTimeUnspecified": True, "end": None})
    assert changed["endTimeUnspecified"]
    assert changed["end"]["dateTime"] == changed["start"]["dateTime"]


def test_a_conference_stays_until_a_request_that_knows_of_it_leaves_it_out(events: Any) -> None:
    wish = {"createRequest": {"requestId": "r1"}}
    made = insert(events, meeting(conferenceData=wish), conferenceDataVersion=1)
    assert patch(events, made["id"], {"conferenceData": None})["hangoutLink"] == made["hangoutLink"]
    assert update(events, made["id"], meeting())["hangoutLink"] == made["hangoutLink"]
    again = patch(events, made["id"], {"conferenceData": wish}, conferenceDataVersion=1)
    assert again["hangoutLink"] == made["hangoutLink"]
    other = patch(
        events, made["id"], {"conferenceData": {"createRequest": {"requestId": "r2"}}}, conferenceDataVersion=1
    )
    assert other["hangoutLink"] != made["hangoutLink"]
    gone = update(events, made["id"], meeting(), conferenceDataVersion=1)
    assert not {"conferenceData", "hangoutLink"} & gone.keys()
    copied = update(events, made["id"], meeting(conferenceData=made["conferenceData"]), conferenceDataVersion=1)
    assert copied["hangoutLink"] == made["hangoutLink"]


def test_attachments_stay_unless_the_request_knows_of_them(events: Any) -> None:
    file = {"fileUrl": "https://riverside.example/plan.pdf"}
    made = insert(events, meeting(attachments=[file]), supportsAttachments=True)["id"]
    assert update(events, made, meeting())["attachments"] == [file]
    assert "attachments" not in update(events, made, meeting(), supportsAttachments=True)


def test_a_guest_who_sees_not_all_guests_can_answer_alone(events: Any) -> None:
    made = insert(events, meeting(attachments=None, attendees=[{"email": BOB}, {"email": ANN}]))["id"]
    body = {"attendeesOmitted": True, "attendees": [{"email": ANN, "responseStatus": "accepted"}]}
    changed = patch(events, made, body)
    assert [(guest["email"], guest["responseStatus"]) for guest in changed["attendees"]] == [
        (BOB, "needsAction"),
        (ANN, "accepted"),
    ]
    assert "attendeesOmitted" not in changed


def test_shared_properties_belong_to_the_organizer(sandbox: Sandbox, events: Any) -> None:
    foreign = meeting(id="foreign", organizer={"email": BOB}, attendees=[{"email": ANN}])
    sandbox.account(events=[foreign])
    call = events.patch(calendarId="primary", eventId="foreign", body={"extendedProperties": {"shared": {"a": "1"}}})
    assert refusal(call) == (403, "forbiddenForNonOrganizer")
    own = patch(events, "foreign", {"extendedProperties": {"private": {"a": "1"}}})
    assert own["extendedProperties"] == {"private": {"a": "1"}}


def test_an_event_from_gmail_keeps_its_times(sandbox: Sandbox, events: Any) -> None:
    sandbox.account(events=[meeting(id="flight", eventType="fromGmail")])
    assert patch(events, "flight", {"colorId": "2"})["colorId"] == "2"
    call = events.patch(calendarId="primary", eventId="flight", body={"summary": "Train"})
    assert refusal(call) == (400, "eventTypeRestriction")


def test_a_moved_event_is_organized_by_its_new_calendar_and_cancelled_in_the_old(events: Any) -> None:
    rule = ["RRULE:FREQ=DAILY;COUNT=3"]
    made = insert(events, meeting(recurrence=rule, attendees=[{"email": BOB}]))
    instance = f"{made['id']}_20270302T090000Z"
    patch(events, instance, {"summary": "Other"})
    token = events.list(calendarId="primary").execute()["nextSyncToken"]
    moved = events.move(calendarId="primary", eventId=made["id"], destination=TEAM).execute()
    assert (moved["id"], moved["iCalUID"]) == (made["id"], made["iCalUID"])
    assert moved["organizer"] == {"email": TEAM, "displayName": "Team", "self": True}
    assert events.get(calendarId=TEAM, eventId=instance).execute()["summary"] == "Other"
    told = events.list(calendarId="primary", syncToken=token).execute()["items"]
    assert {event["id"]: event["status"] for event in told} == {made["id"]: "cancelled", instance: "cancelled"}
    assert events.get(calendarId="primary", eventId=made["id"]).execute()["status"] == "cancelled"
    back = events.move(calendarId=TEAM, eventId=made["id"], destination="primary").execute()
    assert back["organizer"] == {"email": ANN, "self": True}
    assert events.get(calendarId="primary", eventId=instance).execute()["summary"] == "Other"


def test_what_google_does_not_move_is_refused(sandbox: Sandbox, events: Any) -> None:
    series = insert(events, meeting(recurrence=["RRULE:FREQ=DAILY;COUNT=3"]))["id"]
    focus = insert(events, meeting(eventType="focusTime"))["id"]
    sandbox.account(events=[meeting(id="foreign", organizer={"email": BOB}, attendees=[{"email": ANN}])])
    sandbox.account(calendars=[{"id": "days@group.v.calendar.google.com", "accessRole": "reader"}])

    def move(event_id: str, to: str = TEAM) -> tuple[int, str]:
        return refusal(events.move(calendarId="primary", eventId=event_id, destination=to))

    assert move(f"{series}_20270302T090000Z") == (403, "cannotChangeOrganizerOfInstance")
    assert move(focus) == (400, "eventTypeRestriction")
    assert move("foreign") == (403, "forbiddenForNonOrganizer")
    assert move(series, "days@group.v.calendar.google.com") == (403, "requiredAccessLevel")
    assert move(series, "nowhere@x.example") == (404, "notFound")
    assert move("nothing") == (404, "notFound")
    events.insert(calendarId=TEAM, body=meeting(id=series)).execute()
    assert move(series) == (409, "duplicate")


def test_guests_are_mailed_as_the_request_says(sandbox: Sandbox, events: Any) -> None:
    sandbox.account(CAROL)
    guests = [{"email": BOB}, {"email": CAROL}]
    made = insert(events, meeting(attendees=guests), sendUpdates="all")["id"]
    assert mails(sandbox) == [("invitation", BOB), ("invitation", CAROL)]
    patch(events, made, {"summary": "Other"}, sendUpdates="externalOnly")
    assert mails(sandbox)[2:] == [("update", BOB)]
    patch(events, made, {"summary": "Silent"}, sendUpdates="none")
    patch(events, made, {"summary": "Silent too"})
    assert len(mails(sandbox)) == 3
    patch(events, made, {"attendees": [{"email": CAROL}, {"email": "dora@x.example"}]}, sendNotifications=True)
    assert mails(sandbox)[3:] == [("invitation", "dora@x.example"), ("update", CAROL), ("cancellation", BOB)]
    events.delete(calendarId="primary", eventId=made, sendUpdates="all").execute()
    assert mails(sandbox)[6:] == [("cancellation", CAROL), ("cancellation", "dora@x.example")]


def test_a_deleted_event_cannot_be_deleted_again_but_comes_back_by_its_status(events: Any) -> None:
    made = insert(events, meeting(location="Here"))["id"]
    events.delete(calendarId="primary", eventId=made).execute()
    assert refusal(events.delete(calendarId="primary", eventId=made)) == (410, "deleted")
    gone = events.get(calendarId="primary", eventId=made).execute()
    assert (gone["status"], gone["location"]) == ("cancelled", "Here")
    assert patch(events, made, {"status": "confirmed"})["location"] == "Here"
    assert made in ids(events.list(calendarId="primary").execute())


def test_who_may_only_read_sees_private_events_as_busy(sandbox: Sandbox, events: Any) -> None:
    secret: Json = {"visibility": "private", "attendees": [{"email": BOB}], "location": "Here"}
    events.insert(calendarId=TEAM, body=meeting("Secret", id="secret", **secret)).execute()
    events.insert(calendarId=TEAM, body=meeting("Open", id="open0", location="There")).execute()
    for role, open_too in (("reader", False), ("freeBusyReader", True)):
        email = f"{role.lower()}@gmail.example"
        sandbox.account(email, calendars=[{"id": TEAM, "accessRole": role}])
        theirs = sandbox.google(email).events()
        for seen in (
            {event["id"]: event for event in theirs.list(calendarId=TEAM).execute()["items"]},
            {each: theirs.get(calendarId=TEAM, eventId=each).execute() for each in ("secret", "open0")},
        ):
            assert not {"summary", "location", "attendees", "creator"} & seen["secret"].keys()
            assert seen["secret"]["start"]["dateTime"]
            assert ("summary" not in seen["open0"]) == open_too
        found = theirs.list(calendarId=TEAM, q="Secret").execute()["items"]
        assert found == []


def test_an_answer_can_leave_out_guests_and_be_in_another_zone(events: Any) -> None:
    made = insert(events, meeting(attendees=[{"email": ANN}, {"email": BOB}, {"email": CAROL}]))["id"]
    few = events.get(calendarId="primary", eventId=made, maxAttendees=2).execute()
    assert few["attendeesOmitted"]
    assert [guest["email"] for guest in few["attendees"]] == [ANN]
    assert "attendeesOmitted" not in events.get(calendarId="primary", eventId=made, maxAttendees=3).execute()
    far = events.get(calendarId="primary", eventId=made, timeZone="Asia/Tokyo").execute()
    assert far["start"] == {"dateTime": "2027-03-01T18:00:00+09:00", "timeZone": HOME}
    call = events.get(calendarId="primary", eventId=made, timeZone="Mars/Base")
    assert refusal(call) == (400, "invalid")


def test_the_source_is_the_creators_alone(sandbox: Sandbox, events: Any) -> None:
    source = {"title": "Page", "url": "https://riverside.example/1"}
    events.insert(calendarId=TEAM, body=meeting(id="sourced", source=source)).execute()
    sandbox.account("bob@gmail.example", calendars=[{"id": TEAM, "accessRole": "writer"}])
    theirs = sandbox.google("bob@gmail.example").events()
    assert "source" not in theirs.get(calendarId=TEAM, eventId="sourced").execute()
    assert events.get(calendarId=TEAM, eventId="sourced").execute()["source"] == source


def test_a_locked_copy_keeps_its_main_fields(sandbox: Sandbox, events: Any) -> None:
    sandbox.account(events=[meeting(id="locked", locked=True)])
    assert patch(events, "locked", {"colorId": "2"})["locked"]
    call = events.patch(calendarId="primary", eventId="locked", body={"summary": "Mine"})
    assert refusal(call) == (403, "forbidden")


def test_a_guest_who_may_not_see_the_others_sees_itself(sandbox: Sandbox, events: Any) -> None:
    guests = [{"email": ANN}, {"email": BOB}]
    body = meeting(id="hidden", organizer={"email": CAROL}, attendees=guests, guestsCanSeeOtherGuests=False)
    sandbox.account(events=[body])
    seen = events.get(calendarId="primary", eventId="hidden").execute()
    assert [guest["email"] for guest in seen["attendees"]] == [ANN]
    assert seen["attendeesOmitted"]


def test_who_may_write_but_not_see_private_events_cannot_change_them(sandbox: Sandbox, events: Any) -> None:
    events.insert(calendarId=TEAM, body=meeting("Secret", id="secret", visibility="private")).execute()
    role = "writerWithoutPrivateAccess"
    sandbox.account("bob@gmail.example", calendars=[{"id": TEAM, "accessRole": role}])
    theirs = sandbox.google("bob@gmail.example").events()
    assert "summary" not in theirs.get(calendarId=TEAM, eventId="secret").execute()
    call = theirs.patch(calendarId=TEAM, eventId="secret", body={"summary": "Mine"})
    assert refusal(call) == (403, "requiredAccessLevel")
    uid = events.get(calendarId=TEAM, eventId="secret").execute()["iCalUID"]
    assert refusal(theirs.import_(calendarId=TEAM, body=meeting("Mine", iCalUID=uid))) == (403, "requiredAccessLevel")
    assert theirs.insert(calendarId=TEAM, body=meeting("Ours")).execute()["summary"] == "Ours"
