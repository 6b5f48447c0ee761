"""events.*, as Google's own client sees them."""

from typing import Any

import pytest
from googleapiclient.errors import HttpError

from tests.unit.sandbox.driver import ANN, Sandbox, at, ids, meeting, reason

WINDOW = {"timeMin": "2027-03-01T00:00:00Z", "timeMax": "2027-05-01T00:00:00Z", "singleEvents": True}


@pytest.fixture
def events(sandbox: Sandbox) -> Any:
    sandbox.account(time_zone="Europe/Berlin")
    return sandbox.google().events()


def test_an_inserted_event_comes_back_with_what_google_fills_in(events: Any) -> None:
    made = events.insert(calendarId="primary", body=meeting(attendees=[{"email": "bob@riverside.example"}])).execute()
    assert made["status"] == "confirmed"
    assert made["iCalUID"] == made["id"] + "@google.com"
    assert made["start"] == {"dateTime": "2027-03-01T10:00:00+01:00", "timeZone": "Europe/Berlin"}
    assert made["attendees"] == [{"email": "bob@riverside.example", "responseStatus": "needsAction"}]
    assert events.get(calendarId="primary", eventId=made["id"]).execute() == made


def test_a_used_ical_uid_cannot_be_inserted_again(events: Any) -> None:
    body = meeting(iCalUID="shared@riverside.example")
    made = events.insert(calendarId="primary", body=body).execute()["id"]
    events.delete(calendarId="primary", eventId=made).execute()
    with pytest.raises(HttpError) as taken:
        events.insert(calendarId="primary", body=body).execute()
    assert (taken.value.status_code, reason(taken.value)) == (409, "duplicate")


def test_a_meeting_of_somebody_else_keeps_its_organizer(sandbox: Sandbox) -> None:
    foreign = meeting(organizer={"email": "bob@riverside.example", "self": True}, attendees=[{"email": ANN}])
    sandbox.account(events=[foreign])
    (event,) = sandbox.google().events().list(calendarId="primary").execute()["items"]
    assert event["organizer"] == {"email": "bob@riverside.example"}
    assert event["attendees"] == [{"email": ANN, "responseStatus": "needsAction", "self": True}]


def test_a_mere_reader_sees_a_private_event_as_busy_time(sandbox: Sandbox) -> None:
    shared = "team@group.calendar.google.com"
    private = meeting("Secret", visibility="private", attendees=[{"email": "x@y.example"}])
    sandbox.account(calendars=[{"id": shared, "summary": "Team", "events": [private, meeting("Open")]}])
    sandbox.account("bob@gmail.example", calendars=[{"id": shared, "accessRole": "reader"}])
    seen = sandbox.google("bob@gmail.example").events().list(calendarId=shared).execute()["items"]
    assert sorted(event.get("summary", "busy") for event in seen) == ["Open", "busy"]
    assert all("attendees" not in event for event in seen)
    mine = sandbox.google().events().list(calendarId=shared).execute()["items"]
    assert sorted(event["summary"] for event in mine) == ["Open", "Secret"]


def test_a_patch_merges_and_none_takes_away(events: Any) -> None:
    made = events.insert(calendarId="primary", body=meeting(location="Here", description="Old")).execute()["id"]
    patched = events.patch(calendarId="primary", eventId=made, body={"location": None, "description": "New"}).execute()
    assert "location" not in patched
    assert (patched["summary"], patched["description"]) == ("Visit", "New")
    updated = events.update(calendarId="primary", eventId=made, body=meeting("Other")).execute()
    assert "description" not in updated
    assert updated["created"] == patched["created"]


def test_an_outdated_etag_is_refused(events: Any) -> None:
    made = events.insert(calendarId="primary", body=meeting()).execute()
    events.patch(calendarId="primary", eventId=made["id"], body={"summary": "Theirs"}).execute()
    request = events.patch(calendarId="primary", eventId=made["id"], body={"summary": "Mine"})
    request.headers["If-Match"] = made["etag"]
    with pytest.raises(HttpError) as outdated:
        request.execute()
    assert (outdated.value.status_code, reason(outdated.value)) == (412, "conditionNotMet")


def test_an_exception_follows_its_series_in_all_it_did_not_change(events: Any) -> None:
    body = meeting("Old", location="Here", recurrence=["RRULE:FREQ=WEEKLY;COUNT=3"])
    series = events.insert(calendarId="primary", body=body).execute()["id"]
    instance = f"{series}_20270308T090000Z"
    events.patch(calendarId="primary", eventId=instance, body={"location": "There"}).execute()
    events.patch(calendarId="primary", eventId=series, body={"summary": "New"}).execute()
    found = events.get(calendarId="primary", eventId=instance).execute()
    assert (found["summary"], found["location"]) == ("New", "There")


def test_a_full_read_ends_with_a_sync_token_and_the_next_read_is_empty(events: Any) -> None:
    made = events.insert(calendarId="primary", body=meeting()).execute()
    full = events.list(calendarId="primary", **WINDOW).execute()
    assert ids(full) == [made["id"]]
    again = events.list(calendarId="primary", syncToken=full["nextSyncToken"], singleEvents=True).execute()
    assert again["items"] == []


def test_an_incremental_read_tells_what_was_added_changed_and_deleted(events: Any) -> None:
    kept, changed, deleted = (
        events.insert(calendarId="primary", body=meeting(day=day)).execute()["id"] for day in (1, 2, 3)
    )
    token = events.list(calendarId="primary", **WINDOW).execute()["nextSyncToken"]
    events.patch(calendarId="primary", eventId=changed, body={"summary": "Other"}).execute()
    events.delete(calendarId="primary", eventId=deleted).execute()
    added = events.insert(calendarId="primary", body=meeting(day=4)).execute()["id"]
    answer = events.list(calendarId="primary", syncToken=token, singleEvents=True).execute()
    found = {event["id"]: event for event in answer["items"]}
    assert set(found) == {changed, deleted, added}
    assert found[changed]["summary"] == "Other"
    assert found[deleted]["status"] == "cancelled"
    assert "summary" not in found[deleted]
    assert kept not in found


def test_a_deleted_event_cannot_be_deleted_again_and_its_id_stays_taken(events: Any) -> None:
    body = meeting(id="abc123")
    events.insert(calendarId="primary", body=body).execute()
    events.delete(calendarId="primary", eventId="abc123").execute()
    with pytest.raises(HttpError) as gone:
        events.delete(calendarId="primary", eventId="abc123").execute()
    assert (gone.value.status_code, reason(gone.value)) == (410, "deleted")
    with pytest.raises(HttpError) as taken:
        events.insert(calendarId="primary", body=body).execute()
    assert (taken.value.status_code, reason(taken.value)) == (409, "duplicate")
    events.update(calendarId="primary", eventId="abc123", body=body).execute()
    assert events.get(calendarId="primary", eventId="abc123").execute()["status"] == "confirmed"


def test_a_series_keeps_its_wall_time_when_the_clocks_change(events: Any) -> None:
    series = events.insert(calendarId="primary", body=meeting(day=22, recurrence=["RRULE:FREQ=WEEKLY"])).execute()
    answer = events.list(calendarId="primary", orderBy="startTime", **WINDOW).execute()
    starts = [event["start"]["dateTime"] for event in answer["items"]]
    assert starts[:2] == ["2027-03-22T10:00:00+01:00", "2027-03-29T10:00:00+02:00"]
    first = answer["items"][0]
    assert first["id"] == series["id"] + "_20270322T090000Z"
    assert first["recurringEventId"] == series["id"]
    assert first["iCalUID"] == series["iCalUID"]
    assert first["originalStartTime"] == first["start"]


def test_a_moved_and_a_cancelled_instance_are_told_incrementally(events: Any) -> None:
    rule = ["RRULE:FREQ=WEEKLY;COUNT=4"]
    series = events.insert(calendarId="primary", body=meeting(recurrence=rule)).execute()["id"]
    full = events.list(calendarId="primary", **WINDOW).execute()
    assert len(full["items"]) == 4
    moved, cancelled = full["items"][1]["id"], full["items"][2]["id"]
    events.patch(calendarId="primary", eventId=moved, body={"start": at(9, 15), "end": at(9, 16)}).execute()
    events.delete(calendarId="primary", eventId=cancelled).execute()
    answer = events.list(calendarId="primary", syncToken=full["nextSyncToken"], singleEvents=True).execute()
    found = {event["id"]: event for event in answer["items"]}
    assert set(found) == {moved, cancelled}
    assert found[moved]["start"]["dateTime"] == "2027-03-09T15:00:00+01:00"
    assert found[moved]["originalStartTime"]["dateTime"] == "2027-03-08T10:00:00+01:00"
    assert found[cancelled]["status"] == "cancelled"
    assert found[cancelled]["recurringEventId"] == series
    assert len(events.list(calendarId="primary", **WINDOW).execute()["items"]) == 3


def test_a_deleted_series_returns_its_instances_as_cancelled(events: Any) -> None:
    rule = ["RRULE:FREQ=DAILY;COUNT=3"]
    series = events.insert(calendarId="primary", body=meeting(recurrence=rule)).execute()["id"]
    full = events.list(calendarId="primary", **WINDOW).execute()
    events.delete(calendarId="primary", eventId=series).execute()
    answer = events.list(calendarId="primary", syncToken=full["nextSyncToken"], singleEvents=True).execute()
    assert sorted(ids(answer)) == sorted(ids(full))
    assert {event["status"] for event in answer["items"]} == {"cancelled"}
