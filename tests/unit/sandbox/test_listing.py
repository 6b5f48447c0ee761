"""events.list: pages, sync tokens and the refusals around them."""

from typing import Any

import pytest

from tests.unit.sandbox.driver import ANN, Sandbox, at, ids, meeting, refusal

WINDOW = {"timeMin": "2027-03-01T00:00:00Z", "timeMax": "2027-05-01T00:00:00Z", "singleEvents": True}


def read(events: Any, **params: Any) -> dict[str, Any]:
    """Read all pages, as a client does."""
    items: list[Any] = []
    token: dict[str, str] = {}
    while True:
        answer = events.list(calendarId="primary", **params, **token).execute()
        items += answer["items"]
        if "nextPageToken" not in answer:
            return {**answer, "items": items}
        assert "nextSyncToken" not in answer
        token = {"pageToken": answer["nextPageToken"]}


@pytest.fixture
def events(sandbox: Sandbox) -> Any:
    sandbox.account(time_zone="Europe/Berlin", events=[meeting(f"Visit {day}", day) for day in range(1, 21)])
    return sandbox.google().events()


def test_pages_together_are_the_whole_and_only_the_last_has_a_sync_token(events: Any) -> None:
    whole = read(events, **WINDOW)
    paged = read(events, maxResults=7, **WINDOW)
    assert len(whole["items"]) == 20
    assert ids(paged) == ids(whole)
    assert paged["nextSyncToken"] == whole["nextSyncToken"]


def test_a_listing_stays_as_it_was_while_it_is_paged_through(events: Any) -> None:
    first = events.list(calendarId="primary", maxResults=15, **WINDOW).execute()
    events.delete(calendarId="primary", eventId=first["items"][0]["id"]).execute()
    events.insert(calendarId="primary", body=meeting(day=25)).execute()
    rest = events.list(calendarId="primary", maxResults=15, pageToken=first["nextPageToken"], **WINDOW).execute()
    assert len(rest["items"]) == 5
    later = read(events, syncToken=rest["nextSyncToken"], singleEvents=True)
    assert sorted(event["status"] for event in later["items"]) == ["cancelled", "confirmed"]


def test_a_made_up_page_token_is_refused(events: Any) -> None:
    assert refusal(events.list(calendarId="primary", pageToken="nonsense")) == (400, "invalid")


@pytest.mark.parametrize(
    "forbidden",
    [
        {"timeMin": "2027-03-01T00:00:00Z"},
        {"timeMax": "2027-03-01T00:00:00Z"},
        {"orderBy": "startTime"},
        {"q": "visit"},
        {"updatedMin": "2027-03-01T00:00:00Z"},
        {"iCalUID": "a@b"},
    ],
)
def test_a_sync_token_is_refused_in_company(events: Any, forbidden: dict[str, str]) -> None:
    token = read(events, **WINDOW)["nextSyncToken"]
    call = events.list(calendarId="primary", singleEvents=True, syncToken=token, **forbidden)
    assert refusal(call) == (400, "badRequest")


def test_an_expired_sync_token_asks_for_a_full_read(sandbox: Sandbox, events: Any) -> None:
    token = read(events, **WINDOW)["nextSyncToken"]
    sandbox.control("expire-sync-tokens")
    call = events.list(calendarId="primary", singleEvents=True, syncToken=token)
    assert refusal(call) == (410, "fullSyncRequired")
    fresh = read(events, **WINDOW)["nextSyncToken"]
    assert read(events, singleEvents=True, syncToken=fresh)["items"] == []


def test_the_sync_tokens_of_one_account_can_expire_alone(sandbox: Sandbox, events: Any) -> None:
    sandbox.account("bob@gmail.example")
    token = read(events, **WINDOW)["nextSyncToken"]
    sandbox.control("expire-sync-tokens", email="bob@gmail.example")
    assert read(events, singleEvents=True, syncToken=token)["items"] == []
    sandbox.control("expire-sync-tokens", email=ANN)
    call = events.list(calendarId="primary", singleEvents=True, syncToken=token)
    assert refusal(call) == (410, "fullSyncRequired")


def test_a_sync_token_of_other_parameters_asks_for_a_full_read(events: Any) -> None:
    token = read(events, **WINDOW)["nextSyncToken"]
    call = events.list(calendarId="primary", singleEvents=False, syncToken=token)
    assert refusal(call) == (410, "fullSyncRequired")


def test_a_sync_token_is_good_for_its_own_calendar_only(sandbox: Sandbox, events: Any) -> None:
    token = read(events, **WINDOW)["nextSyncToken"]
    sandbox.account(calendars=[{"id": "second@group.calendar.google.com", "summary": "Second"}])
    call = events.list(calendarId="second@group.calendar.google.com", singleEvents=True, syncToken=token)
    assert refusal(call) == (400, "invalid")
    assert refusal(events.list(calendarId="primary", syncToken="nonsense")) == (400, "invalid")


def test_a_sync_token_keeps_the_window_of_the_first_read(events: Any) -> None:
    token = read(events, **WINDOW)["nextSyncToken"]
    inside = events.insert(calendarId="primary", body=meeting(day=30)).execute()["id"]
    outside = {"start": at(1, 10), "end": at(1, 11)}
    outside = {key: {**value, "dateTime": value["dateTime"].replace("-03-", "-06-")} for key, value in outside.items()}
    events.insert(calendarId="primary", body={"summary": "Too late", **outside}).execute()
    assert ids(read(events, singleEvents=True, syncToken=token)) == [inside]


def test_an_event_moved_out_of_the_window_is_told_as_cancelled(events: Any) -> None:
    full = read(events, **WINDOW)
    moved = full["items"][0]["id"]
    change = {"start": {"dateTime": "2027-06-01T10:00:00Z"}, "end": {"dateTime": "2027-06-01T11:00:00Z"}}
    events.patch(calendarId="primary", eventId=moved, body=change).execute()
    answer = read(events, singleEvents=True, syncToken=full["nextSyncToken"])
    assert [(event["id"], event["status"]) for event in answer["items"]] == [(moved, "cancelled")]


def test_a_series_given_another_rule_tells_the_instances_that_vanished(events: Any) -> None:
    series = events.insert(calendarId="primary", body=meeting(recurrence=["RRULE:FREQ=DAILY;COUNT=4"])).execute()["id"]
    token = read(events, **WINDOW)["nextSyncToken"]
    change = {"recurrence": ["RRULE:FREQ=DAILY;COUNT=2"]}
    events.patch(calendarId="primary", eventId=series, body=change).execute()
    answer = read(events, singleEvents=True, syncToken=token)
    assert sorted(event["status"] for event in answer["items"]) == ["cancelled", "cancelled", "confirmed", "confirmed"]


def test_without_single_events_a_series_is_one_item_and_a_cancelled_instance_another(events: Any) -> None:
    series = events.insert(calendarId="primary", body=meeting(recurrence=["RRULE:FREQ=DAILY;COUNT=3"])).execute()["id"]
    instance = f"{series}_20270302T090000Z"
    full = read(events)
    assert series in ids(full)
    events.delete(calendarId="primary", eventId=instance).execute()
    found = {event["id"]: event for event in read(events, syncToken=full["nextSyncToken"])["items"]}
    assert found[instance]["status"] == "cancelled"
    assert found[instance]["originalStartTime"]["dateTime"] == "2027-03-02T10:00:00+01:00"
    assert instance in ids(read(events))


def test_ordering_by_start_needs_single_events_and_gives_no_sync_token(events: Any) -> None:
    assert refusal(events.list(calendarId="primary", orderBy="startTime")) == (400, "badRequest")
    ordered = read(events, orderBy="startTime", **WINDOW)
    starts = [event["start"]["dateTime"] for event in ordered["items"]]
    assert starts == sorted(starts)
    assert "nextSyncToken" not in ordered


def test_an_all_day_series_names_its_instances_by_day(events: Any) -> None:
    body = {
        "summary": "On call",
        "start": {"date": "2027-03-27"},
        "end": {"date": "2027-03-28"},
        "recurrence": ["RRULE:FREQ=DAILY;UNTIL=20270330", "EXDATE;VALUE=DATE:20270329"],
    }
    series = events.insert(calendarId="primary", body=body).execute()["id"]
    found = [event for event in read(events, **WINDOW)["items"] if event.get("recurringEventId") == series]
    assert [event["id"] for event in found] == [f"{series}_202703{day}" for day in (27, 28, 30)]
    assert found[0]["end"] == {"date": "2027-03-28"}


def test_deleted_events_are_listed_when_asked_for(events: Any) -> None:
    gone = read(events)["items"][0]["id"]
    events.delete(calendarId="primary", eventId=gone).execute()
    assert gone not in ids(read(events))
    assert gone in ids(read(events, showDeleted=True))


def test_events_are_found_by_words_uid_and_private_property(events: Any) -> None:
    body = meeting("Choir", extendedProperties={"private": {"ce": "1"}})
    made = events.insert(calendarId="primary", body=body).execute()
    assert ids(read(events, q="choir")) == [made["id"]]
    assert ids(read(events, iCalUID=made["iCalUID"])) == [made["id"]]
    assert ids(read(events, privateExtendedProperty="ce=1")) == [made["id"]]


def test_a_calendar_of_somebody_else_is_not_found_and_a_subscribed_one_not_writable(sandbox: Sandbox) -> None:
    sandbox.account("bob@gmail.example")
    sandbox.account(calendars=[{"id": "days#holiday@group.v.calendar.google.com", "accessRole": "reader"}])
    google = sandbox.google()
    assert refusal(google.events().list(calendarId="bob@gmail.example")) == (404, "notFound")
    call = google.events().insert(calendarId="days#holiday@group.v.calendar.google.com", body=meeting())
    assert refusal(call) == (403, "requiredAccessLevel")


def test_the_calendar_list_begins_with_the_primary_and_comes_in_pages(sandbox: Sandbox) -> None:
    sandbox.account(calendars=[{"summary": "Team"}, {"summary": "Days", "accessRole": "reader"}])
    lists = sandbox.google().calendarList()
    entries = lists.list().execute()["items"]
    assert [(entry["summary"], entry["accessRole"]) for entry in entries] == [
        (ANN, "owner"),
        ("Team", "owner"),
        ("Days", "reader"),
    ]
    assert [entry.get("primary") for entry in entries] == [True, None, None]
    page = lists.list(maxResults=2).execute()
    rest = lists.list(maxResults=2, pageToken=page["nextPageToken"]).execute()
    assert page["items"] + rest["items"] == entries
    assert lists.get(calendarId="primary").execute() == entries[0]
