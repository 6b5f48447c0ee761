"""Meetings with guests who have a calendar here: their copies, and their answers."""

from typing import Any

import pytest
from googleapiclient.errors import HttpError

from tests.unit.sandbox.driver import ANN, Sandbox, at, meeting, reason

Json = dict[str, Any]

BEN, CAT, OUTSIDE = "ben@gmail.example", "cat@gmail.example", "zoe@elsewhere.example"


class Office:
    """Ann, Ben and Cat, each at an own client."""

    def __init__(self, sandbox: Sandbox) -> None:
        for email in (ANN, BEN, CAT):
            sandbox.account(email)
        self.sandbox = sandbox
        self.ann, self.ben, self.cat = (sandbox.google(email).events() for email in (ANN, BEN, CAT))

    def invite(self, *emails: str, **more: Any) -> Json:
        body = meeting(attendees=[{"email": email} for email in emails], **more)
        made: Json = self.ann.insert(calendarId="primary", body=body).execute()
        return made

    def mails(self) -> list[Json]:
        found: list[Json] = self.sandbox.http.get(f"{self.sandbox.url}/_sandbox/outbox").json()["mails"]
        return found


@pytest.fixture
def office(sandbox: Sandbox) -> Office:
    return Office(sandbox)


def get(events: Any, event_id: str) -> Json:
    found: Json = events.get(calendarId="primary", eventId=event_id).execute()
    return found


def change(events: Any, event_id: str, **fields: Any) -> Json:
    changed: Json = events.patch(calendarId="primary", eventId=event_id, body=fields).execute()
    return changed


def listed(events: Any, **query: Any) -> list[Json]:
    found: list[Json] = events.list(calendarId="primary", **query).execute()["items"]
    return found


def answers(event: Json) -> dict[str, str]:
    return {guest["email"]: guest["responseStatus"] for guest in event["attendees"]}


def answer(events: Any, event_id: str, email: str, status: str) -> None:
    guests = get(events, event_id)["attendees"]
    for guest in guests:
        if guest["email"] == email:
            guest["responseStatus"] = status
    change(events, event_id, attendees=guests)


def test_a_guest_has_a_copy_under_the_same_ids(office: Office) -> None:
    made = office.invite(BEN, OUTSIDE, location="Room 1")

    (copy,) = listed(office.ben)

    same = ("id", "iCalUID", "summary", "start", "end", "location", "sequence")
    assert {name: copy[name] for name in same} == {name: made[name] for name in same}
    assert copy["organizer"] == {"email": ANN}
    assert [guest["email"] for guest in copy["attendees"] if guest.get("self")] == [BEN]
    assert copy["htmlLink"] != made["htmlLink"]
    assert listed(office.cat) == []


def test_a_guest_is_known_however_the_email_is_written(office: Office) -> None:
    made = office.invite("Ben@Gmail.Example")

    answer(office.ben, made["id"], BEN, "accepted")

    assert answers(get(office.ann, made["id"])) == {BEN: "accepted"}


def test_what_the_organizer_changes_reaches_every_copy_and_whoever_is_asked_later(office: Office) -> None:
    made = office.invite(BEN)

    change(office.ann, made["id"], summary="Moved visit", start=at(2, 10), end=at(2, 11))
    change(office.ann, made["id"], attendees=[{"email": BEN}, {"email": CAT}])

    for events in (office.ben, office.cat):
        assert get(events, made["id"])["summary"] == "Moved visit"
        assert get(events, made["id"])["start"] == get(office.ann, made["id"])["start"]


def test_who_is_no_longer_a_guest_loses_the_copy(office: Office) -> None:
    made = office.invite(BEN, CAT)
    token = office.ben.list(calendarId="primary").execute()["nextSyncToken"]

    change(office.ann, made["id"], attendees=[{"email": CAT}])

    told = office.ben.list(calendarId="primary", syncToken=token).execute()["items"]
    assert [(event["id"], event["status"]) for event in told] == [(made["id"], "cancelled")]
    assert [event["id"] for event in listed(office.cat)] == [made["id"]]


def test_a_cancelled_meeting_is_cancelled_everywhere(office: Office) -> None:
    made = office.invite(BEN)

    office.ann.delete(calendarId="primary", eventId=made["id"]).execute()

    assert listed(office.ben) == []
    assert get(office.ben, made["id"])["status"] == "cancelled"


def test_an_answer_flows_to_the_organizer_and_to_the_other_guests(office: Office) -> None:
    made = office.invite(BEN, CAT)

    answer(office.ben, made["id"], BEN, "accepted")

    for events in (office.ann, office.ben, office.cat):
        assert answers(get(events, made["id"])) == {BEN: "accepted", CAT: "needsAction"}


def test_nobody_answers_for_another(office: Office) -> None:
    made = office.invite(BEN, CAT)

    answer(office.ben, made["id"], CAT, "declined")

    assert answers(get(office.ann, made["id"]))[CAT] == "needsAction"


def test_who_deletes_the_copy_has_declined_and_is_not_asked_again(office: Office) -> None:
    made = office.invite(BEN)

    office.ben.delete(calendarId="primary", eventId=made["id"]).execute()
    change(office.ann, made["id"], summary="Another name")

    assert answers(get(office.ann, made["id"])) == {BEN: "declined"}
    assert listed(office.ben) == []


def test_what_is_private_to_a_copy_stays_there(office: Office) -> None:
    made = office.invite(BEN, colorId="5", extendedProperties={"private": {"a": "ann"}, "shared": {"s": "all"}})

    own = {"colorId": "9", "transparency": "transparent", "reminders": {"useDefault": False}}
    change(office.ben, made["id"], extendedProperties={"private": {"b": "ben"}}, **own)
    change(office.ann, made["id"], summary="Another name")

    copy = get(office.ben, made["id"])
    assert {name: copy[name] for name in own} == own
    assert copy["summary"] == "Another name"
    assert copy["extendedProperties"] == {"private": {"b": "ben"}, "shared": {"s": "all"}}
    assert get(office.ann, made["id"])["extendedProperties"]["private"] == {"a": "ann"}
    assert get(office.ann, made["id"])["colorId"] == "5"


def test_a_guest_may_ask_others_unless_the_organizer_forbids_it(office: Office) -> None:
    open_one, closed_one = office.invite(BEN), office.invite(BEN, guestsCanInviteOthers=False, day=2)

    for made in (open_one, closed_one):
        change(office.ben, made["id"], attendees=[*get(office.ben, made["id"])["attendees"], {"email": CAT}])

    assert [event["id"] for event in listed(office.cat)] == [open_one["id"]]
    assert [guest["email"] for guest in get(office.ann, closed_one["id"])["attendees"]] == [BEN]


def test_a_guest_changes_the_meeting_only_where_guests_can_modify(office: Office) -> None:
    free, fixed = office.invite(BEN, guestsCanModify=True), office.invite(BEN, day=2)

    for made in (free, fixed):
        change(office.ben, made["id"], summary="Ben's name")

    assert get(office.ann, free["id"])["summary"] == "Ben's name"
    assert get(office.ann, fixed["id"])["summary"] == "Visit"


def test_a_guest_cannot_set_what_only_the_organizer_decides(office: Office) -> None:
    made = office.invite(BEN)

    with pytest.raises(HttpError) as refused:
        change(office.ben, made["id"], guestsCanModify=True)

    assert (refused.value.status_code, reason(refused.value)) == (403, "forbiddenForNonOrganizer")


def test_guests_who_may_not_see_each_other_see_themselves(office: Office) -> None:
    made = office.invite(BEN, CAT, guestsCanSeeOtherGuests=False)

    assert [guest["email"] for guest in get(office.ben, made["id"])["attendees"]] == [BEN]
    answer(office.ben, made["id"], BEN, "tentative")
    assert answers(get(office.ann, made["id"])) == {BEN: "tentative", CAT: "needsAction"}


def test_a_calendar_that_is_deleted_takes_its_meetings_from_the_guests(office: Office) -> None:
    google = office.sandbox.google(ANN)
    team = google.calendars().insert(body={"summary": "Team"}).execute()["id"]
    body = meeting(attendees=[{"email": BEN}])
    google.events().insert(calendarId=team, body=body).execute()
    (copy,) = listed(office.ben)
    assert copy["organizer"] == {"email": team, "displayName": "Team"}

    google.calendars().delete(calendarId=team).execute()

    assert listed(office.ben) == []


def test_a_meeting_that_moves_to_another_calendar_stays_with_its_guests(office: Office) -> None:
    made = office.invite(BEN)
    team = office.sandbox.google(ANN).calendars().insert(body={"summary": "Team"}).execute()["id"]

    office.ann.move(calendarId="primary", eventId=made["id"], destination=team).execute()

    (copy,) = listed(office.ben)
    assert (copy["id"], copy["organizer"]["email"]) == (made["id"], team)


def test_an_answer_is_mailed_to_the_organizer_alone_and_only_if_asked_for(office: Office) -> None:
    made = office.invite(BEN, CAT)
    accepted = {"attendees": [{"email": BEN, "responseStatus": "accepted"}, {"email": CAT}]}
    declined = {"attendees": [{"email": BEN, "responseStatus": "declined"}, {"email": CAT}]}

    office.ben.patch(calendarId="primary", eventId=made["id"], body=accepted).execute()
    assert office.mails() == []
    office.ben.patch(calendarId="primary", eventId=made["id"], body=declined, sendUpdates="all").execute()

    assert office.mails() == [{"kind": "reply", "to": ANN, "about": made["id"]}]


def test_invitations_can_be_hidden_until_they_are_answered(office: Office) -> None:
    office.sandbox.account(BEN, settings={"hideInvitations": "true"})
    made = office.invite(BEN)

    assert listed(office.ben) == []
    assert [event["id"] for event in listed(office.ben, showHiddenInvitations=True)] == [made["id"]]
    answer(office.ben, made["id"], BEN, "tentative")
    assert [event["id"] for event in listed(office.ben)] == [made["id"]]


# -- series ------------------------------------------------------------------------------------------------------

DAILY = ["RRULE:FREQ=DAILY;COUNT=4"]


def instances(events: Any, event_id: str) -> list[tuple[str, str, str]]:
    found = listed(events, singleEvents=True, orderBy="startTime")
    mine = [event for event in found if event.get("recurringEventId") == event_id]
    return [(event["id"], event["start"]["dateTime"][:16], event["summary"]) for event in mine]


def test_the_copy_of_a_series_follows_its_exceptions(office: Office) -> None:
    made = office.invite(BEN, recurrence=DAILY)
    second, third = (instances(office.ann, made["id"])[place][0] for place in (1, 2))

    change(office.ann, second, start=at(2, 15), end=at(2, 16), summary="Later")
    office.ann.delete(calendarId="primary", eventId=third).execute()

    assert instances(office.ben, made["id"]) == instances(office.ann, made["id"])
    assert len(instances(office.ben, made["id"])) == 3


def test_a_new_rule_reaches_the_copy_and_takes_exceptions_along(office: Office) -> None:
    made = office.invite(BEN, recurrence=DAILY)
    last = instances(office.ann, made["id"])[3][0]
    change(office.ann, last, summary="Last")

    change(office.ann, made["id"], recurrence=["RRULE:FREQ=DAILY;COUNT=2"])

    assert len(instances(office.ben, made["id"])) == 2
    assert instances(office.ben, made["id"]) == instances(office.ann, made["id"])


def test_one_instance_can_be_declined(office: Office) -> None:
    made = office.invite(BEN, recurrence=DAILY)
    second = instances(office.ben, made["id"])[1][0]

    answer(office.ben, second, BEN, "declined")

    assert answers(get(office.ann, second)) == {BEN: "declined"}
    assert answers(get(office.ann, made["id"])) == {BEN: "needsAction"}
    assert len(instances(office.ben, made["id"])) == 4


def test_one_instance_can_be_deleted_from_the_copy(office: Office) -> None:
    made = office.invite(BEN, recurrence=DAILY)
    second = instances(office.ben, made["id"])[1][0]

    office.ben.delete(calendarId="primary", eventId=second).execute()
    change(office.ann, made["id"], location="Room 2")

    assert answers(get(office.ann, second)) == {BEN: "declined"}
    assert len(instances(office.ben, made["id"])) == 3


def test_a_guest_of_one_instance_has_that_one_alone(office: Office) -> None:
    made = office.invite(BEN, recurrence=DAILY)
    second = instances(office.ann, made["id"])[1][0]

    change(office.ann, second, attendees=[{"email": BEN}, {"email": CAT}])
    assert [event["id"] for event in listed(office.cat)] == [second]
    change(office.ann, second, attendees=[{"email": CAT}])

    assert [event["id"] for event in listed(office.cat)] == [second]
    assert second not in [event_id for event_id, _, _ in instances(office.ben, made["id"])]
    answer(office.cat, second, CAT, "accepted")
    assert answers(get(office.ann, second)) == {CAT: "accepted"}
    change(office.ann, second, attendees=[])
    assert listed(office.cat) == []


def test_a_series_taken_away_takes_all_copies_along(office: Office) -> None:
    made = office.invite(BEN, recurrence=DAILY)
    change(office.ann, instances(office.ann, made["id"])[1][0], summary="Own")

    office.ann.delete(calendarId="primary", eventId=made["id"]).execute()

    assert listed(office.ben, singleEvents=True) == []


def test_a_guest_of_one_instance_is_mailed_when_the_series_is_cancelled(office: Office) -> None:
    made = office.invite(BEN, recurrence=DAILY)
    second = instances(office.ann, made["id"])[1][0]
    change(office.ann, second, attendees=[{"email": BEN}, {"email": CAT}])

    office.ann.delete(calendarId="primary", eventId=made["id"], sendUpdates="all").execute()

    assert sorted(mail["to"] for mail in office.mails()) == [BEN, CAT]
    assert {(mail["kind"], mail["about"]) for mail in office.mails()} == {("cancellation", made["id"])}


def test_a_guest_of_one_instance_loses_it_with_the_series(office: Office) -> None:
    made = office.invite(BEN, recurrence=DAILY)
    second, third = (found[0] for found in instances(office.ann, made["id"])[1:3])
    for event_id in (second, third):
        change(office.ann, event_id, attendees=[{"email": CAT}])
    token = office.cat.list(calendarId="primary").execute()["nextSyncToken"]

    change(office.ann, made["id"], recurrence=["RRULE:FREQ=DAILY;COUNT=2"])
    assert [event["id"] for event in listed(office.cat)] == [second]
    office.ann.delete(calendarId="primary", eventId=made["id"]).execute()

    assert office.mails() == []
    told = listed(office.cat, syncToken=token)
    assert {event["id"]: event["status"] for event in told} == {second: "cancelled", third: "cancelled"}


# -- who has no copy ---------------------------------------------------------------------------------------------


def test_an_own_event_of_the_same_id_is_left_alone(office: Office) -> None:
    office.ben.insert(calendarId="primary", body=meeting("Ben's own", id="sameid")).execute()

    office.invite(BEN, id="sameid")

    assert get(office.ben, "sameid")["summary"] == "Ben's own"


def test_a_private_copy_is_its_owners_alone(office: Office) -> None:
    office.invite(BEN, privateCopy=True)

    assert listed(office.ben) == []
