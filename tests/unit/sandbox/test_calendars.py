"""calendars: making, describing, clearing and deleting calendars."""

from typing import Any

import pytest

from tests.unit.sandbox.driver import ANN, Sandbox, meeting, refusal

BOB = "bob@gmail.example"


@pytest.fixture
def ann(sandbox: Sandbox) -> Any:
    sandbox.account(time_zone="Europe/Berlin")
    return sandbox.google()


@pytest.fixture
def team(ann: Any) -> str:
    """A calendar of Ann's."""
    return str(ann.calendars().insert(body={"summary": "Team"}).execute()["id"])


def test_a_new_calendar_is_the_accounts_own_and_on_its_list(ann: Any) -> None:
    body = {"summary": "Team", "description": "Of us", "location": "Here", "timeZone": "Asia/Tokyo"}
    made = ann.calendars().insert(body=body).execute()
    assert made["id"].endswith("@group.calendar.google.com")
    assert made | body == made
    assert made["dataOwner"] == ANN
    entry = ann.calendarList().get(calendarId=made["id"]).execute()
    assert (entry["accessRole"], entry["selected"], entry["dataOwner"]) == ("owner", True, ANN)
    assert entry | body == entry
    assert ann.calendars().get(calendarId=made["id"]).execute() == made


def test_the_primary_calendar_has_the_accounts_zone_and_no_data_owner(ann: Any) -> None:
    primary = ann.calendars().get(calendarId="primary").execute()
    assert (primary["id"], primary["timeZone"], "dataOwner" in primary) == (ANN, "Europe/Berlin", False)
    assert ann.calendars().insert(body={"summary": "Team"}).execute()["timeZone"] == "Europe/Berlin"


def test_the_primary_calendar_is_found_however_its_email_is_written(ann: Any) -> None:
    written = ANN.title()
    assert ann.calendars().get(calendarId=written).execute()["id"] == ANN
    ann.events().insert(calendarId=written, body=meeting()).execute()
    window = {"timeMin": "2027-03-01T00:00:00Z", "timeMax": "2027-03-02T00:00:00Z", "items": [{"id": written}]}
    assert len(ann.freebusy().query(body=window).execute()["calendars"][written]["busy"]) == 1


def test_a_patch_keeps_what_it_does_not_name_and_an_update_does_not(ann: Any) -> None:
    made = ann.calendars().insert(body={"summary": "Team", "description": "Of us", "location": "Here"}).execute()
    patched = ann.calendars().patch(calendarId=made["id"], body={"summary": "We", "location": None}).execute()
    assert (patched["summary"], patched["description"]) == ("We", "Of us")
    assert "location" not in patched
    updated = ann.calendars().update(calendarId=made["id"], body={"summary": "Us"}).execute()
    assert updated["summary"] == "Us"
    assert "description" not in updated
    assert ann.events().list(calendarId=made["id"]).execute()["summary"] == "Us"


@pytest.mark.misfits_allowed
@pytest.mark.parametrize(
    ("body", "refused"),
    [
        ({"summary": ""}, "required"),
        ({"summary": " "}, "required"),
        ({"summary": "We", "timeZone": "Mars/Base"}, "invalid"),
        ({"summary": "We", "timeZone": "\x00"}, "invalid"),
        ({"summary": "We", "conferenceProperties": {"allowedConferenceSolutionTypes": ["shouting"]}}, "invalid"),
        ({"summary": "We", "labelProperties": {"eventLabels": [{"name": "No colour"}]}}, "invalid"),
        ({"summary": "We", "labelProperties": {"eventLabels": [{"backgroundColor": "red"}]}}, "invalid"),
    ],
)
def test_what_google_would_not_take_is_refused_and_changes_nothing(
    ann: Any, team: str, body: dict[str, Any], refused: str
) -> None:
    before = ann.calendars().get(calendarId=team).execute()
    assert refusal(ann.calendars().update(calendarId=team, body=body)) == (400, refused)
    assert refusal(ann.calendars().insert(body=body)) == (400, refused)
    assert ann.calendars().get(calendarId=team).execute() == before


def test_conference_kinds_and_labels_are_kept(ann: Any, team: str) -> None:
    body = {
        "conferenceProperties": {"allowedConferenceSolutionTypes": ["eventHangout"]},
        "labelProperties": {"eventLabels": [{"name": "Urgent", "backgroundColor": "#039be5"}]},
    }
    patched = ann.calendars().patch(calendarId=team, body=body).execute()
    assert patched["conferenceProperties"] == body["conferenceProperties"]
    (label,) = patched["labelProperties"]["eventLabels"]
    assert (label["name"], len(label["id"])) == ("Urgent", 36)
    assert ann.calendars().patch(calendarId=team, body={"summary": "We"}).execute()["labelProperties"]


def test_all_day_events_follow_their_calendar_into_another_zone(ann: Any, team: str) -> None:
    day = {"start": {"date": "2027-03-05"}, "end": {"date": "2027-03-06"}}
    ann.events().insert(calendarId=team, body={"summary": "Trip", **day}).execute()
    evening = {"timeMin": "2027-03-05T17:00:00Z", "timeMax": "2027-03-05T18:00:00Z"}
    assert len(ann.events().list(calendarId=team, **evening).execute()["items"]) == 1
    ann.calendars().patch(calendarId=team, body={"timeZone": "Asia/Tokyo"}).execute()
    assert ann.events().list(calendarId=team, **evening).execute()["items"] == []


def test_a_calendar_is_changed_only_as_it_was_seen(ann: Any, team: str) -> None:
    seen = ann.calendars().get(calendarId=team).execute()["etag"]
    newer = ann.calendars().patch(calendarId=team, body={"summary": "Theirs"}).execute()["etag"]
    assert newer != seen
    for request in (
        ann.calendars().patch(calendarId=team, body={"summary": "Mine"}),
        ann.calendars().update(calendarId=team, body={"summary": "Mine"}),
        ann.calendars().delete(calendarId=team),
    ):
        request.headers["If-Match"] = seen
        assert refusal(request) == (412, "conditionNotMet")
    request = ann.calendars().delete(calendarId=team)
    request.headers["If-Match"] = newer
    request.execute()


def test_a_deleted_calendar_is_gone_for_everybody(sandbox: Sandbox, ann: Any, team: str) -> None:
    sandbox.account(BOB, calendars=[{"id": team, "accessRole": "owner"}])
    bob = sandbox.google(BOB)
    token = bob.calendarList().list().execute()["nextSyncToken"]
    assert refusal(bob.calendars().delete(calendarId=team)) == (403, "forbidden"), "he is not the data owner"

    ann.calendars().delete(calendarId=team).execute()

    for google in (ann, bob):
        for call in (
            google.calendars().get(calendarId=team),
            google.calendars().delete(calendarId=team),
            google.calendarList().get(calendarId=team),
            google.calendarList().insert(body={"id": team}),
            google.events().list(calendarId=team),
            google.events().insert(calendarId=team, body=meeting()),
            google.acl().list(calendarId=team),
        ):
            assert refusal(call) == (404, "notFound")
        assert [entry["id"] for entry in google.calendarList().list().execute()["items"]] in ([ANN], [BOB])
    changes = bob.calendarList().list(syncToken=token).execute()["items"]
    assert [(entry["id"], entry["deleted"]) for entry in changes] == [(team, True)]


def test_the_primary_calendar_is_cleared_and_not_deleted_and_others_the_other_way(ann: Any, team: str) -> None:
    calendars, events = ann.calendars(), ann.events()
    events.insert(calendarId="primary", body=meeting()).execute()
    series = events.insert(calendarId="primary", body=meeting(recurrence=["RRULE:FREQ=DAILY;COUNT=3"])).execute()
    moved = f"{series['id']}_20270302T090000Z"
    events.patch(calendarId="primary", eventId=moved, body={"summary": "Moved"}).execute()
    token = events.list(calendarId="primary", singleEvents=True).execute()["nextSyncToken"]
    assert refusal(calendars.delete(calendarId="primary")) == (403, "cannotDeletePrimaryCalendar")
    assert refusal(calendars.clear(calendarId=team)) == (400, "invalid")

    calendars.clear(calendarId="primary").execute()

    assert events.list(calendarId="primary").execute()["items"] == []
    changes = events.list(calendarId="primary", singleEvents=True, syncToken=token).execute()["items"]
    assert [change["status"] for change in changes] == ["cancelled"] * 4
    assert calendars.get(calendarId="primary").execute()["summary"] == ANN


def test_ownership_moves_only_by_an_administrators_hand(ann: Any, team: str) -> None:
    transfer = ann.calendars().transferOwnership
    assert refusal(transfer(calendarId=team, newDataOwner=BOB, useAdminAccess=True)) == (403, "forbidden")
    assert refusal(transfer(calendarId=team, newDataOwner=BOB, useAdminAccess=False)) == (400, "invalid")


def test_the_calendars_scope_is_enough_for_calendars_and_no_more(sandbox: Sandbox, ann: Any, team: str) -> None:
    narrow = sandbox.google(ANN, "https://www.googleapis.com/auth/calendar.calendars")
    assert narrow.calendars().patch(calendarId=team, body={"summary": "We"}).execute()["summary"] == "We"
    assert refusal(narrow.events().list(calendarId=team)) == (403, "insufficientPermissions")
    assert refusal(narrow.acl().list(calendarId=team)) == (403, "insufficientPermissions")
