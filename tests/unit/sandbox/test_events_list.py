"""events.list: filters, order, deleted events, pages and sync tokens beyond the simplest."""

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from ce_calendar.sandbox.clock import Clock
from ce_calendar.sandbox.google.calendars import Calendar
from ce_calendar.sandbox.google.events.listing import Listings, Reader
from tests.unit.sandbox.driver import ANN, Json, Sandbox, at, ids, meeting, refusal

BOB = "bob@riverside.example"
HOME = "Europe/Berlin"
RULE = ["RRULE:FREQ=DAILY;COUNT=3"]


@pytest.fixture
def events(sandbox: Sandbox) -> Any:
    sandbox.account(time_zone=HOME)
    return sandbox.google().events()


def insert(events: Any, body: Json) -> str:
    return str(events.insert(calendarId="primary", body=body).execute()["id"])


def read(events: Any, **params: Any) -> Json:
    answer: Json = events.list(calendarId="primary", **params).execute()
    assert "nextPageToken" not in answer
    return answer


def test_the_window_leaves_out_what_only_touches_it(events: Any) -> None:
    made = insert(events, meeting())

    def found(**window: str) -> bool:
        return made in ids(read(events, **window))

    assert not found(timeMin="2027-03-01T10:00:00Z")  # it ends then
    assert found(timeMin="2027-03-01T09:59:59Z")
    assert not found(timeMax="2027-03-01T09:00:00Z")  # it starts then
    assert found(timeMax="2027-03-01T09:00:01Z")
    assert found(timeMin="2027-03-01T10:59:59.999+01:00", timeMax="2027-03-02T00:00:00-08:00")


@pytest.mark.parametrize(
    "wrong",
    [
        {"timeMin": "2027-03-02T00:00:00Z", "timeMax": "2027-03-01T00:00:00Z"},
        {"timeMin": "2027-03-01T00:00:00Z", "timeMax": "2027-03-01T00:00:00Z"},
        {"timeMin": "2027-03-01T00:00:00"},
        {"timeMax": "tomorrow"},
        {"updatedMin": "yesterday"},
        {"orderBy": "startTime"},
        {"timeZone": "Mars/Base"},
        {"maxResults": 0},
        {"maxAttendees": 0},
        {"privateExtendedProperty": "a"},
        {"syncToken": "nonsense"},
        {"syncToken": "W10"},
        {"pageToken": "x.y"},
    ],
    ids=str,
)
@pytest.mark.misfits_allowed
def test_a_query_that_means_nothing_is_refused(events: Any, wrong: Json) -> None:
    assert refusal(events.list(calendarId="primary", **wrong))[0] == 400


def test_words_are_found_in_all_the_places_google_names(events: Any) -> None:
    by_place = {
        "summary": meeting("Harvest festival"),
        "description": meeting(description="about the harvest"),
        "location": meeting(location="Harvest Hall"),
        "name": meeting(attendees=[{"email": BOB, "displayName": "Harvest Moon"}]),
        "email": meeting(attendees=[{"email": "harvest@x.example"}]),
        "place": meeting(
            eventType="workingLocation",
            workingLocationProperties={"type": "customLocation", "customLocation": {"label": "Harvest farm"}},
        ),
    }
    made = {insert(events, body) for body in by_place.values()}
    insert(events, meeting("Something else"))
    assert set(ids(read(events, q="HARVEST"))) == made
    assert len(ids(read(events, q="festival harvest"))) == 1
    assert ids(read(events, q="harvest nowhere")) == []
    assert len(ids(read(events, q="ann@gmail.example"))) == 7  # who organizes them all
    absence = insert(events, meeting("Away", eventType="outOfOffice"))
    assert ids(read(events, q="out of office")) == [absence]


def test_properties_must_all_match(events: Any) -> None:
    both = insert(events, meeting(extendedProperties={"private": {"a": "1", "b": "2"}, "shared": {"c": "3=4"}}))
    insert(events, meeting(extendedProperties={"private": {"a": "1"}}))
    assert len(read(events, privateExtendedProperty="a=1")["items"]) == 2
    assert ids(read(events, privateExtendedProperty=["a=1", "b=2"])) == [both]
    assert ids(read(events, privateExtendedProperty=["a=1"], sharedExtendedProperty="c=3=4")) == [both]
    assert ids(read(events, privateExtendedProperty="c=3=4")) == []


def test_types_of_events_are_told_apart_also_by_sync_tokens(events: Any) -> None:
    plain, focus = insert(events, meeting()), insert(events, meeting(eventType="focusTime"))
    assert ids(read(events, eventTypes="focusTime")) == [focus]
    assert set(ids(read(events, eventTypes=["focusTime", "default"]))) == {plain, focus}
    token = read(events, eventTypes="default")["nextSyncToken"]
    for each in (plain, focus):
        events.delete(calendarId="primary", eventId=each).execute()
    assert ids(read(events, eventTypes="default", syncToken=token)) == [plain]
    call = events.list(calendarId="primary", eventTypes="focusTime", syncToken=token)
    assert refusal(call) == (410, "fullSyncRequired")


def test_deleted_events_and_series_are_shown_as_the_parameters_say(events: Any) -> None:
    single, series, holed = (
        insert(events, meeting(day=day, recurrence=rule)) for day, rule in ((1, []), (2, RULE), (9, RULE))
    )
    hole = f"{holed}_20270310T090000Z"
    for each in (single, series, hole):
        events.delete(calendarId="primary", eventId=each).execute()

    def statuses(**params: Any) -> dict[str, str]:
        return {event["id"]: event["status"] for event in read(events, **params)["items"]}

    assert statuses() == {holed: "confirmed", hole: "cancelled"}
    assert set(statuses(singleEvents=True)) == {f"{holed}_202703{day:02}T090000Z" for day in (9, 11)}
    assert statuses(showDeleted=True) == {
        single: "cancelled",
        series: "cancelled",
        holed: "confirmed",
        hole: "cancelled",
    }
    expanded = statuses(showDeleted=True, singleEvents=True)
    gone = {single, hole, *(f"{series}_202703{day:02}T090000Z" for day in (2, 3, 4))}
    assert {each for each, status in expanded.items() if status == "cancelled"} == gone
    assert series not in expanded
    details = {event["id"]: event for event in read(events, showDeleted=True)["items"]}
    assert details[single]["summary"] == "Visit"
    assert details[hole].keys() >= {"id", "recurringEventId", "originalStartTime"}


def test_what_was_deleted_since_is_told_with_updated_min(sandbox: Sandbox, events: Any) -> None:
    old, gone, changed = (insert(events, meeting(day=day)) for day in (1, 2, 3))
    sandbox.control("clock", advance_seconds=600)
    since = datetime.fromtimestamp(time.time() + 300, UTC).isoformat()
    events.delete(calendarId="primary", eventId=gone).execute()
    events.patch(calendarId="primary", eventId=changed, body={"summary": "Other"}).execute()
    found = read(events, updatedMin=since)
    assert {event["id"]: event["status"] for event in found["items"]} == {gone: "cancelled", changed: "confirmed"}
    assert old not in ids(found)
    assert "nextSyncToken" not in found


def test_events_can_be_ordered_by_their_last_change(events: Any) -> None:
    made = []
    for day in (1, 2, 3):
        made.append(insert(events, meeting(day=day)))
        time.sleep(0.002)
    first, second, third = made
    events.patch(calendarId="primary", eventId=first, body={"summary": "Other"}).execute()
    events.patch(calendarId="primary", eventId=second, body={"reminders": {"useDefault": False}}).execute()
    assert ids(read(events, orderBy="updated")) == [second, third, first]


def test_an_answer_in_another_zone_says_so(events: Any) -> None:
    insert(events, meeting(recurrence=RULE))
    answer = read(events, timeZone="America/New_York", singleEvents=True)
    assert answer["timeZone"] == "America/New_York"
    assert answer["items"][0]["start"] == {"dateTime": "2027-03-01T04:00:00-05:00", "timeZone": HOME}
    assert answer["items"][0]["originalStartTime"] == answer["items"][0]["start"]
    assert read(events)["timeZone"] == HOME


def test_a_page_token_wants_the_same_company(events: Any) -> None:
    for day in (1, 2, 3):
        insert(events, meeting(day=day))
    token = events.list(calendarId="primary", maxResults=1, q="visit").execute()["nextPageToken"]
    for other in ({}, {"q": "other"}, {"q": "visit", "singleEvents": True}):
        assert refusal(events.list(calendarId="primary", pageToken=token, **other)) == (400, "invalid")
    assert len(events.list(calendarId="primary", pageToken=token, q="visit").execute()["items"]) == 2


def test_a_sync_token_cannot_be_asked_to_hide_what_was_deleted(events: Any) -> None:
    made = insert(events, meeting(location="Here"))
    token = read(events)["nextSyncToken"]
    events.delete(calendarId="primary", eventId=made).execute()
    call = events.list(calendarId="primary", syncToken=token, showDeleted=False)
    assert refusal(call) == (400, "badRequest")
    (bare,) = read(events, syncToken=token)["items"]
    assert "location" not in bare
    (full,) = read(events, syncToken=token, showDeleted=True)["items"]
    assert (full["status"], full["location"]) == ("cancelled", "Here")


def test_a_cancelled_instance_is_told_with_its_series_and_original_start(events: Any) -> None:
    series = insert(events, meeting(recurrence=RULE))
    tokens = {single: read(events, singleEvents=single)["nextSyncToken"] for single in (True, False)}
    instance = f"{series}_20270302T090000Z"
    events.delete(calendarId="primary", eventId=instance).execute()
    for single, token in tokens.items():
        (told,) = read(events, singleEvents=single, syncToken=token)["items"]
        assert told["recurringEventId"] == series
        assert told["originalStartTime"] == {"dateTime": "2027-03-02T10:00:00+01:00", "timeZone": HOME}
        assert (told["id"], told["status"]) == (instance, "cancelled")
        assert "summary" not in told


def test_the_accounts_settings_say_whether_invitations_are_hidden(sandbox: Sandbox, events: Any) -> None:
    sandbox.account(events=[meeting(id="foreign", organizer={"email": BOB}, attendees=[{"email": ANN}])])
    assert ids(read(events)) == ["foreign"]
    sandbox.account(settings={"hideInvitations": "true"})
    assert ids(read(events)) == []
    assert ids(read(events, showHiddenInvitations=True)) == ["foreign"]


def test_unanswered_invitations_stay_hidden_from_who_wants_it_so() -> None:
    calendar, clock = Calendar(ANN, "Ann", HOME, ANN), Clock()
    foreign = meeting(id="foreign", organizer={"email": BOB}, attendees=[{"email": ANN}])
    calendar.insert(foreign, clock, "http://sandbox", as_given=True)
    listings, reader = Listings(), Reader(hides_invitations=True)

    def seen(**params: Any) -> tuple[list[Json], str]:
        items, token = listings.page(calendar, params, clock.now(), reader)
        return [item.resource for item in items], token["nextSyncToken"]

    hidden, token = seen()
    assert hidden == []
    assert [event["id"] for event in seen(showHiddenInvitations=True)[0]] == ["foreign"]
    answers = {"accepted": "confirmed", "needsAction": "cancelled"}
    for answer, status in answers.items():
        guests = [{"email": ANN, "responseStatus": answer}]
        calendar.change("foreign", {"attendees": guests}, clock)
        told, token = seen(syncToken=token)
        assert [event["status"] for event in told] == [status]


def test_instances_of_a_series_are_listed_with_its_exceptions(events: Any) -> None:
    series = insert(events, meeting(recurrence=["RRULE:FREQ=DAILY;COUNT=5"]))
    first, second, third, fourth, fifth = (f"{series}_2027030{day}T090000Z" for day in range(1, 6))
    events.patch(calendarId="primary", eventId=second, body={"start": at(9, 10), "end": at(9, 11)}).execute()
    events.delete(calendarId="primary", eventId=third).execute()

    def found(**params: Any) -> list[str]:
        return ids(events.instances(calendarId="primary", eventId=series, **params).execute())

    assert found() == [first, fourth, fifth, second]
    assert set(found(showDeleted=True)) == {first, second, third, fourth, fifth}
    assert found(timeMin="2027-03-05T00:00:00Z") == [fifth, second]
    assert found(timeMin="2027-03-05T10:00:00Z") == [fifth, second]  # an end at timeMin counts here
    assert found(timeMax="2027-03-02T00:00:00Z") == [first]
    assert found(originalStart="2027-03-02T10:00:00+01:00") == [second]
    assert found(originalStart="2027-03-02") == []
    page = events.instances(calendarId="primary", eventId=series, maxResults=3).execute()
    rest = events.instances(calendarId="primary", eventId=series, pageToken=page["nextPageToken"]).execute()
    assert ids(page) + ids(rest) == found()
    far = events.instances(calendarId="primary", eventId=series, timeZone="UTC", maxAttendees=1).execute()
    assert far["items"][0]["start"]["dateTime"] == "2027-03-01T09:00:00Z"
    events.delete(calendarId="primary", eventId=series).execute()
    assert found() == []
    assert len(found(showDeleted=True)) == 5


def test_what_is_no_series_has_no_instances(events: Any) -> None:
    single = insert(events, meeting())
    assert events.instances(calendarId="primary", eventId=single).execute()["items"] == []
    assert refusal(events.instances(calendarId="primary", eventId="nothing")) == (404, "notFound")
