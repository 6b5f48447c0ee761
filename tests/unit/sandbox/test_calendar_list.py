"""calendarList: which calendars an account has on its list, how it sees them, and what has changed there."""

from typing import Any

import pytest

from tests.unit.sandbox.driver import ANN, Sandbox, refusal

BOB = "bob@gmail.example"
TEAM = "team@group.calendar.google.com"


@pytest.fixture
def lists(sandbox: Sandbox) -> Any:
    """Ann's list: her own calendar, a team's and somebody's that she reads."""
    sandbox.account(calendars=[{"id": TEAM, "summary": "Team"}, {"id": BOB, "accessRole": "reader"}])
    return sandbox.google().calendarList()


def names(answer: dict[str, Any]) -> list[str]:
    return [entry["id"] for entry in answer["items"]]


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ({"summaryOverride": "Us"}, {"summaryOverride": "Us", "summary": "Team"}),
        ({"colorId": "9"}, {"colorId": "9", "backgroundColor": "#7bd148", "foregroundColor": "#000000"}),
        ({"backgroundColor": "#000001"}, {"backgroundColor": "#d06b64"}),  # not without colorRgbFormat
        ({"hidden": True, "selected": True}, {"hidden": True, "selected": True}),
        ({"accessRole": "reader", "summary": "Mine"}, {"accessRole": "owner", "summary": "Team"}),  # read-only
        (
            {"defaultReminders": [{"method": "email", "minutes": 40320}]},
            {"defaultReminders": [{"method": "email", "minutes": 40320}]},
        ),
        (
            {"notificationSettings": {"notifications": [{"type": "agenda", "method": "email"}]}},
            {"notificationSettings": {"notifications": [{"type": "agenda", "method": "email"}]}},
        ),
    ],
)
def test_an_account_sees_a_calendar_as_it_likes(lists: Any, body: dict[str, Any], shown: dict[str, Any]) -> None:
    lists.patch(calendarId=TEAM, body={"colorId": "2"}).execute()
    patched = lists.patch(calendarId=TEAM, body=body).execute()
    assert patched | shown == patched
    assert lists.get(calendarId=TEAM).execute() == patched


@pytest.mark.parametrize(
    "body",
    [
        {"colorId": "25"},
        {"defaultReminders": [{"method": "popup"}]},
        {"defaultReminders": [{"method": "popup", "minutes": 40321}]},
        {"defaultReminders": [{"method": "sms", "minutes": 5}]},
        {"defaultReminders": [{"method": "popup", "minutes": 5}] * 6},
        {"notificationSettings": {"notifications": [{"type": "agenda", "method": "pigeon"}]}},
        {"notificationSettings": {"notifications": [{"type": "gossip", "method": "email"}]}},
    ],
)
def test_a_wish_that_google_would_not_take_is_refused_and_changes_nothing(
    sandbox: Sandbox, lists: Any, body: dict[str, Any]
) -> None:
    before = lists.get(calendarId=TEAM).execute()
    assert refusal(lists.patch(calendarId=TEAM, body={"selected": False, **body})) == (400, "invalid")
    assert lists.get(calendarId=TEAM).execute() == before
    lists.delete(calendarId=TEAM).execute()
    assert refusal(lists.insert(body={"id": TEAM, **body})) == (400, "invalid")
    assert TEAM not in names(lists.list().execute())


def test_colours_of_ones_own_come_with_the_nearest_of_the_palette(lists: Any) -> None:
    own = {"backgroundColor": "#ad735f", "foregroundColor": "#ffffff"}
    patched = lists.patch(calendarId=TEAM, body=own, colorRgbFormat=True).execute()
    assert patched | own == patched
    assert patched["colorId"] == "1"
    assert refusal(lists.patch(calendarId=TEAM, body={"backgroundColor": "red"}, colorRgbFormat=True))[0] == 400
    named = lists.patch(calendarId=TEAM, body={"colorId": "2"}).execute()
    assert (named["backgroundColor"], named["foregroundColor"]) == ("#d06b64", "#000000")


def test_an_update_takes_back_what_it_does_not_name(lists: Any) -> None:
    lists.patch(calendarId=TEAM, body={"summaryOverride": "Us", "hidden": True, "colorId": "2"}).execute()
    updated = lists.update(calendarId=TEAM, body={"selected": True}).execute()
    assert (updated["selected"], updated["colorId"]) == (True, "2")
    assert not {"summaryOverride", "hidden"} & set(updated)


def test_reminders_of_the_list_are_those_of_the_events(sandbox: Sandbox, lists: Any) -> None:
    reminders = [{"method": "email", "minutes": 10}]
    lists.patch(calendarId="primary", body={"defaultReminders": reminders}).execute()
    assert sandbox.google().events().list(calendarId="primary").execute()["defaultReminders"] == reminders


def test_an_entry_is_changed_only_as_it_was_seen(lists: Any) -> None:
    seen = lists.get(calendarId=TEAM).execute()["etag"]
    assert lists.patch(calendarId=TEAM, body={"hidden": True}).execute()["etag"] != seen
    for request in (
        lists.patch(calendarId=TEAM, body={"hidden": False}),
        lists.update(calendarId=TEAM, body={}),
        lists.delete(calendarId=TEAM),
    ):
        request.headers["If-Match"] = seen
        assert refusal(request) == (412, "conditionNotMet")


def test_a_calendar_off_the_list_can_still_be_read_and_put_back(sandbox: Sandbox, lists: Any) -> None:
    lists.delete(calendarId=TEAM).execute()
    assert refusal(lists.get(calendarId=TEAM)) == (404, "notFound")
    assert refusal(lists.delete(calendarId=TEAM)) == (404, "notFound")
    assert sandbox.google().events().list(calendarId=TEAM).execute()["accessRole"] == "owner"
    back = lists.insert(body={"id": TEAM, "selected": True, "colorId": "3"}).execute()
    assert (back["selected"], back["colorId"]) == (True, "3")
    assert names(lists.list().execute())[-1] == TEAM


@pytest.mark.misfits_allowed
def test_what_cannot_be_put_on_or_taken_off_is_refused(sandbox: Sandbox, lists: Any) -> None:
    sandbox.account("eve@gmail.example")
    assert refusal(lists.insert(body={"id": "eve@gmail.example"})) == (404, "notFound")
    assert refusal(lists.insert(body={"id": "nobody@nowhere.example"})) == (404, "notFound")
    assert refusal(lists.insert(body={"selected": True})) == (400, "required")
    assert refusal(lists.delete(calendarId="primary")) == (403, "cannotChangeOwnPrimarySubscription")


@pytest.mark.parametrize(
    ("params", "listed"),
    [
        ({}, [ANN, TEAM]),
        ({"showHidden": True}, [ANN, TEAM, BOB]),
        ({"showHidden": True, "minAccessRole": "writer"}, [ANN, TEAM]),
        ({"showHidden": True, "minAccessRole": "reader"}, [ANN, TEAM, BOB]),
        ({"showDeleted": True}, [ANN, TEAM, "days@group.calendar.google.com"]),
        ({"maxResults": 1}, [ANN]),
    ],
)
def test_a_listing_holds_what_was_asked_for(
    sandbox: Sandbox, lists: Any, params: dict[str, Any], listed: list[str]
) -> None:
    sandbox.account(calendars=[{"id": "days@group.calendar.google.com", "accessRole": "reader"}])
    lists.delete(calendarId="days@group.calendar.google.com").execute()
    lists.patch(calendarId=BOB, body={"hidden": True}).execute()
    answer = lists.list(**params).execute()
    assert names(answer) == listed
    # Only the last page can be followed, and no listing that left calendars out for their role.
    assert ("nextSyncToken" in answer) == ("maxResults" not in params and "minAccessRole" not in params)


def test_a_sync_token_brings_what_was_removed_and_hidden_but_not_what_others_changed(
    sandbox: Sandbox, lists: Any
) -> None:
    token = lists.list().execute()["nextSyncToken"]
    google = sandbox.google()
    google.calendars().patch(calendarId=TEAM, body={"summary": "We"}).execute()
    assert lists.list(syncToken=token).execute()["items"] == []
    lists.patch(calendarId=TEAM, body={"hidden": True}).execute()
    lists.delete(calendarId=BOB).execute()
    changes = lists.list(syncToken=token).execute()
    assert {entry["id"]: (entry.get("hidden"), entry.get("deleted")) for entry in changes["items"]} == {
        TEAM: (True, None),
        BOB: (None, True),
    }
    first = lists.list(syncToken=token, maxResults=1).execute()
    rest = lists.list(syncToken=token, maxResults=1, pageToken=first["nextPageToken"]).execute()
    assert first["items"] + rest["items"] == changes["items"]
    assert rest["nextSyncToken"] == changes["nextSyncToken"]


@pytest.mark.parametrize(
    "company",
    [
        {"minAccessRole": "reader"},
        {"showOwnOrganizationOnly": True},
        {"showDeleted": False},
        {"showHidden": False},
    ],
)
def test_a_sync_token_is_refused_in_company(lists: Any, company: dict[str, Any]) -> None:
    token = lists.list().execute()["nextSyncToken"]
    assert refusal(lists.list(syncToken=token, **company)) == (400, "badRequest")
    assert lists.list(syncToken=token, showDeleted=True, showHidden=True).execute()["items"] == []


def test_sync_tokens_expire_and_belong_to_one_account(sandbox: Sandbox, lists: Any) -> None:
    token = lists.list().execute()["nextSyncToken"]
    sandbox.account("eve@gmail.example")
    assert refusal(sandbox.google("eve@gmail.example").calendarList().list(syncToken=token)) == (400, "invalid")
    sandbox.control("expire-sync-tokens", email="eve@gmail.example")
    assert lists.list(syncToken=token).execute()["items"] == []
    sandbox.control("expire-sync-tokens", email=ANN)
    assert refusal(lists.list(syncToken=token)) == (410, "fullSyncRequired")
    for nonsense in ("nonsense", "é", "A" * 1000, "=", "AAAA"):
        assert refusal(lists.list(syncToken=nonsense)) == (400, "invalid")
        assert refusal(lists.list(pageToken=nonsense)) == (400, "invalid")
