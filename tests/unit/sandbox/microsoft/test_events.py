"""Reading and writing events."""

from urllib.parse import quote

import pytest

from tests.unit.sandbox.microsoft.driver import (
    ANN,
    IMMUTABLE,
    UTC,
    WINDOW,
    Graph,
    Json,
    Microsoft,
    at,
    guest,
    meeting,
    refused,
    weekly,
)

BOB = "bob@riverside.example"


def test_a_created_event_comes_back_with_all_that_exchange_fills_in(graph: Graph) -> None:
    made = graph.create(
        meeting(attendees=[guest(BOB)], body={"contentType": "html", "content": "<p>Tea &amp; talk</p>"})
    )
    assert made["start"] == {"dateTime": "2027-03-01T09:00:00.0000000", "timeZone": "UTC"}
    assert made["originalStartTimeZone"] == "W. Europe Standard Time"
    assert (made["type"], made["isOrganizer"], made["bodyPreview"]) == ("singleInstance", True, "Tea & talk")
    assert made["responseStatus"]["response"] == "organizer"
    assert made["organizer"]["emailAddress"]["address"] == ANN
    assert made["attendees"] == [guest(BOB) | {"status": {"response": "none", "time": "0001-01-01T00:00:00Z"}}]
    assert graph.get(f"/me/events/{quote(made['id'])}") | {"@odata.context": ""} == made | {"@odata.context": ""}


def test_times_come_in_the_zone_that_is_asked_for(graph: Graph) -> None:
    event = "/me/events/" + quote(graph.create(meeting())["id"])
    own = graph.get(event, prefer="")
    assert own["start"] == {"dateTime": "2027-03-01T10:00:00.0000000", "timeZone": "W. Europe Standard Time"}
    for zone in ("Eastern Standard Time", "America/New_York"):
        asked = graph.get(event, prefer=f'outlook.timezone="{zone}"')
        assert asked["start"] == {"dateTime": "2027-03-01T04:00:00.0000000", "timeZone": zone}
    answer = graph.call("GET", event, prefer='outlook.timezone="Mars Standard Time"')
    assert refused(answer) == (400, "TimeZoneNotSupportedException")


@pytest.mark.parametrize(
    ("zone", "name"),
    [
        ("Asia/Kolkata", "India Standard Time"),  # Windows' map has its older name
        ("America/Detroit", "Eastern Standard Time"),  # Windows has no zone of its own for it
        ("Etc/UTC", "UTC"),
        ("central standard time", "Central Standard Time"),  # small letters are understood
    ],
)
def test_zones_are_kept_by_their_windows_names(graph: Graph, zone: str, name: str) -> None:
    made = graph.create(meeting(start=at(1, 10, zone=zone), end=at(1, 11, zone=zone)), prefer="")
    assert made["start"] == {"dateTime": "2027-03-01T10:00:00.0000000", "timeZone": name}


def test_an_all_day_event_is_from_midnight_to_midnight_in_every_zone(graph: Graph) -> None:
    body = {"subject": "Fair", "isAllDay": True, "start": at(3, 0), "end": at(4, 0)}
    made = graph.create(body)
    for prefer in ("", UTC, 'outlook.timezone="Tokyo Standard Time"'):
        event = graph.get(f"/me/events/{quote(made['id'])}", prefer=prefer)
        assert [event[name]["dateTime"][:16] for name in ("start", "end")] == ["2027-03-03T00:00", "2027-03-04T00:00"]


@pytest.mark.parametrize(("zone", "hour"), [("tzone://Microsoft/Custom", 16), ("tzone://Microsoft/Utc", 10)])
def test_zones_of_other_mail_programs_tell_their_rules_only_in_utc(microsoft: Microsoft, zone: str, hour: int) -> None:
    custom = {"customTimeZone": "America/Chicago"} if "Custom" in zone else {}
    odd = {"subject": "Odd", "start": at(1, 10, zone=zone), "end": at(1, 11, zone=zone), **custom}
    microsoft.account(events=[odd])
    graph = microsoft.graph()
    (own,), (utc,) = graph.view(prefer=""), graph.view()
    assert own["start"] == {"dateTime": "2027-03-01T10:00:00.0000000", "timeZone": zone}
    assert utc["start"] == {"dateTime": f"2027-03-01T{hour}:00:00.0000000", "timeZone": "UTC"}
    assert utc["originalStartTimeZone"] == zone


def test_a_change_keeps_what_it_does_not_name_and_the_answers_of_guests(microsoft: Microsoft) -> None:
    answered = guest(BOB) | {"status": {"response": "accepted", "time": "2027-01-01T00:00:00Z"}}
    microsoft.account(events=[meeting(attendees=[answered], sensitivity="private")])
    graph = microsoft.graph()
    (event,) = graph.view()
    changed = graph.change(event["id"], {"start": at(2, 10), "end": at(2, 12), "attendees": [guest(BOB), guest(ANN)]})
    assert (changed["subject"], changed["sensitivity"]) == ("Visit", "private")
    assert changed["start"]["dateTime"] == "2027-03-02T09:00:00.0000000"
    assert [each["status"]["response"] for each in changed["attendees"]] == ["accepted", "none"]
    assert changed["changeKey"] != event["changeKey"]


def test_a_deleted_event_is_gone(graph: Graph) -> None:
    made = graph.create(meeting())
    graph.delete(made["id"])
    assert refused(graph.call("GET", f"/me/events/{quote(made['id'])}")) == (404, "ErrorItemNotFound")
    assert refused(graph.call("DELETE", f"/me/events/{quote(made['id'])}")) == (404, "ErrorItemNotFound")


def test_who_changes_an_old_version_is_refused(graph: Graph) -> None:
    made = graph.create(meeting())
    path = f"/me/events/{quote(made['id'])}"
    graph.change(made["id"], {"subject": "Newer"})
    late = graph.call("PATCH", path, body={"subject": "Late"}, **{"If-Match": made["@odata.etag"]})
    assert refused(late) == (412, "ErrorIrresolvableConflict")


def test_the_same_transaction_makes_one_event(graph: Graph) -> None:
    first = graph.create(meeting(transactionId="t-1"))
    again = graph.create(meeting(transactionId="t-1"))
    assert (again["id"], len(graph.view())) == (first["id"], 1)
    assert first["transactionId"] == "t-1"


def test_ids_of_both_kinds_are_understood_and_only_the_immutable_one_survives_a_move(microsoft: Microsoft) -> None:
    microsoft.account(events=[meeting()], calendars=[{"name": "Team"}])
    graph = microsoft.graph()
    (ordinary,), (immutable,) = graph.view(), graph.view(prefer=IMMUTABLE)
    assert ordinary["id"] != immutable["id"]
    for known in (ordinary["id"], immutable["id"]):
        assert graph.get(f"/me/events/{quote(known)}")["id"] == ordinary["id"]
        assert graph.get(f"/me/events/{quote(known)}", prefer=IMMUTABLE)["id"] == immutable["id"]
    team = graph.get("/me/calendars")["value"][1]["id"]
    moved = microsoft.control("move", email=ANN, event=ordinary["id"], calendar=team)
    assert moved["immutable_id"] == immutable["id"]
    assert refused(graph.call("GET", f"/me/events/{quote(ordinary['id'])}")) == (404, "ErrorItemNotFound")
    assert graph.get(f"/me/events/{quote(immutable['id'])}")["id"] == moved["id"]
    assert graph.view() == []
    held = graph.get(f"/me/calendars/{quote(team)}/calendarView", **WINDOW)["value"]
    assert [event["subject"] for event in held] == ["Visit"]


def test_a_series_is_expanded_in_a_view_with_its_exceptions(graph: Graph) -> None:
    made = graph.create(meeting("Weekly", recurrence=weekly()))
    assert made["type"] == "seriesMaster"
    first, second, third, fourth = graph.view()
    graph.change(second["id"], {"subject": "Moved", "start": at(9, 15), "end": at(9, 16)})
    graph.delete(third["id"])
    seen = graph.view()
    assert [(event["type"], event["subject"], event["start"]["dateTime"][:16]) for event in seen] == [
        ("occurrence", "Weekly", "2027-03-01T09:00"),
        ("exception", "Moved", "2027-03-09T14:00"),
        ("occurrence", "Weekly", "2027-03-22T09:00"),
    ]
    assert [event["id"] for event in seen] == [first["id"], second["id"], fourth["id"]]
    assert {event["seriesMasterId"] for event in seen} == {made["id"]}
    # The exception says where its rule had put it.
    assert seen[1]["originalStart"] == "2027-03-08T09:00:00Z"
    assert seen[1]["recurrence"] is None


def test_a_weekly_meeting_keeps_its_hour_when_the_clocks_change(graph: Graph) -> None:
    graph.create(meeting("Weekly", recurrence=weekly(count=6)))
    starts = [event["start"]["dateTime"] for event in graph.view(endDateTime="2027-05-01T00:00:00Z")]
    assert [start[11:13] for start in starts] == ["09", "09", "09", "09", "08", "08"]


def test_occurrences_have_uids_of_their_own_unless_the_series_comes_from_elsewhere(microsoft: Microsoft) -> None:
    ours, theirs = meeting("Ours", recurrence=weekly()), meeting("Theirs", recurrence=weekly(), iCalUId="x@elsewhere")
    microsoft.account(events=[ours, theirs])
    seen = microsoft.graph().view()
    assert len({event["iCalUId"] for event in seen if event["subject"] == "Ours"}) == 4
    assert {event["iCalUId"] for event in seen if event["subject"] == "Theirs"} == {"x@elsewhere"}


@pytest.mark.parametrize(
    ("pattern", "days"),
    [
        ({"type": "daily", "interval": 10}, ["01", "11", "21", "31"]),
        ({"type": "weekly", "interval": 2, "daysOfWeek": ["monday", "friday"]}, ["01", "05", "15", "19", "29"]),
        ({"type": "absoluteMonthly", "interval": 1, "dayOfMonth": 1}, ["01"]),
        ({"type": "relativeMonthly", "interval": 1, "daysOfWeek": ["monday"], "index": "last"}, ["29"]),
        ({"type": "absoluteYearly", "interval": 1, "month": 3, "dayOfMonth": 1}, ["01"]),
        ({"type": "relativeYearly", "interval": 1, "month": 3, "daysOfWeek": ["tuesday"], "index": "second"}, ["09"]),
    ],
)
def test_every_kind_of_recurrence_is_followed(graph: Graph, pattern: Json, days: list[str]) -> None:
    graph.create(meeting(recurrence={"pattern": pattern, "range": {"type": "noEnd", "startDate": "2027-03-01"}}))
    assert [event["start"]["dateTime"][8:10] for event in graph.view()] == days


def test_a_new_time_for_a_series_undoes_its_exceptions(graph: Graph) -> None:
    made = graph.create(meeting(recurrence=weekly()))
    graph.delete(graph.view()[1]["id"])
    graph.change(made["id"], {"start": at(1, 14), "end": at(1, 15)})
    assert [event["start"]["dateTime"][11:13] for event in graph.view()] == ["13", "13", "13", "13"]


def test_somebody_elses_meeting_shows_my_answer_and_its_cancellation(microsoft: Microsoft) -> None:
    theirs = meeting(
        organizer={"emailAddress": {"address": BOB, "name": "Bob"}},
        responseStatus={"response": "tentativelyAccepted", "time": "2027-01-01T00:00:00Z"},
        isCancelled=True,
        showAs="tentative",
    )
    microsoft.account(events=[theirs])
    (event,) = microsoft.graph().view()
    assert (event["isOrganizer"], event["isCancelled"], event["showAs"]) == (False, True, "tentative")
    assert event["responseStatus"]["response"] == "tentativelyAccepted"


def test_guests_are_always_mailed_because_nobody_can_ask_exchange_not_to(microsoft: Microsoft, graph: Graph) -> None:
    made = graph.create(meeting(attendees=[guest(BOB)]))
    graph.delete(made["id"])
    mails = microsoft.http.get(f"{microsoft.url}/_sandbox/outbox").json()["mails"]
    assert [(mail["kind"], mail["to"]) for mail in mails] == [("invitation", BOB), ("cancellation", BOB)]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"subject": "No times"}, "ErrorPropertyValidationFailure"),
        (meeting(end=at(1, 9)), "ErrorPropertyValidationFailure"),
        (meeting(isAllDay=True), "ErrorPropertyValidationFailure"),
        (meeting(start=at(1, 10, zone="Mars")), "TimeZoneNotSupportedException"),
        (meeting(start=at(1, 10, zone="tzone://Microsoft/Custom")), "TimeZoneNotSupportedException"),
        (meeting(titel="Misspelt"), "RequestBodyRead"),
        (meeting(sensitivity="secret"), "RequestBodyRead"),
        (meeting(extensions=[]), "notImplemented"),
        (meeting(attendees=[{"emailAddress": {"address": "nobody"}}]), "ErrorInvalidRecipients"),
        (
            meeting(recurrence={"pattern": {"type": "hourly"}, "range": {"type": "noEnd"}}),
            "ErrorPropertyValidationFailure",
        ),
        (meeting(iCalUId="mine@elsewhere", customTimeZone="UTC"), "RequestBodyRead"),
    ],
)
def test_what_exchange_would_not_take_is_refused(graph: Graph, body: Json, code: str) -> None:
    assert refused(graph.call("POST", "/me/events", body=body)) == (501 if code == "notImplemented" else 400, code)
    assert graph.view() == []
