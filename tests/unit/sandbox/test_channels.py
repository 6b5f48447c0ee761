"""Push: opening, refusing and ending notification channels."""

from datetime import UTC, datetime

import pytest
from googleapiclient.errors import HttpError

from tests.unit.sandbox.driver import ANN, CALENDAR, Json, Sandbox, meeting, reason
from tests.unit.sandbox.receiver import NOBODY, Receiver, channel, report, silent, watch

BOB = "bob@gmail.example"
WEEK = 7 * 86_400


def refused(sandbox: Sandbox, path: str, body: Json, token: str) -> tuple[int, str, str]:
    """Status, reason and message of a refusal, as it comes over the wire."""
    answer = sandbox.http.post(
        f"{sandbox.url}/calendar/v3/{path}", json=body, headers={"Authorization": f"Bearer {token}"}
    )
    error = answer.json()["error"]
    return answer.status_code, error["errors"][0]["reason"], error["message"]


def test_two_accounts_that_watch_one_calendar_see_the_same_resource(sandbox: Sandbox, receiver: Receiver) -> None:
    shared = "team@group.calendar.google.com"
    for email in (ANN, BOB):
        sandbox.account(email, calendars=[{"id": shared, "summary": "Team"}])
    anns = watch(sandbox, channel(receiver, "ann"), shared)
    bobs = watch(sandbox, channel(receiver, "bob"), shared, BOB)
    other = watch(sandbox, channel(receiver, "own"))
    assert anns["resourceId"] == bobs["resourceId"] != other["resourceId"]
    assert [receiver.state() for _ in range(3)] == ["sync"] * 3
    sandbox.google(BOB).events().insert(calendarId=shared, body=meeting()).execute()
    assert {receiver.next()["X-Goog-Channel-ID"] for _ in range(2)} == {"ann", "bob"}


def test_lists_rules_and_settings_can_be_watched(sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.account()
    google = sandbox.google()
    watches = (
        google.calendarList().watch(body=channel(receiver, "list")),
        google.acl().watch(calendarId=ANN, body=channel(receiver, "acl")),
        google.settings().watch(body=channel(receiver, "settings")),
    )
    assert [each.execute()["resourceUri"].removeprefix(sandbox.url) for each in watches] == [
        "/calendar/v3/users/me/calendarList?alt=json",
        "/calendar/v3/calendars/ann%40gmail.example/acl?alt=json",
        "/calendar/v3/users/me/settings?alt=json",
    ]
    assert [receiver.state() for _ in range(3)] == ["sync"] * 3
    assert {each["resource"] for each in report(sandbox)} == {
        f"{kind}/{ANN}" for kind in ("calendarList", "acl", "settings")
    }


def test_who_may_only_read_cannot_watch_the_rules(sandbox: Sandbox) -> None:
    sandbox.account(calendars=[{"id": "team@example.com", "accessRole": "reader"}])
    with pytest.raises(HttpError) as refusal:
        sandbox.google().acl().watch(calendarId="team@example.com", body=channel(NOBODY)).execute()
    assert refusal.value.status_code == 403


def test_generated_calendars_cannot_be_watched(sandbox: Sandbox) -> None:
    holidays = "en.german#holiday@group.v.calendar.google.com"
    sandbox.account(calendars=[{"id": holidays, "accessRole": "reader"}])
    with pytest.raises(HttpError) as refusal:
        watch(sandbox, channel(NOBODY), holidays)
    assert (refusal.value.status_code, reason(refusal.value)) == (400, "pushNotSupportedForRequestedResource")


def test_a_used_channel_id_is_refused_until_its_channel_is_over(sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.account()
    answer = watch(sandbox, channel(receiver))
    with pytest.raises(HttpError) as refusal:
        watch(sandbox, channel(receiver))
    assert (refusal.value.status_code, reason(refusal.value)) == (400, "channelIdNotUnique")
    sandbox.google().channels().stop(body=answer).execute()
    watch(sandbox, channel(receiver))
    sandbox.control("clock", advance_seconds=WEEK + 1)
    watch(sandbox, channel(receiver))


@pytest.mark.misfits_allowed
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"id": None}, (400, "required")),
        ({"id": "a b"}, (400, "invalid")),
        ({"id": "a" * 65}, (400, "invalid")),
        ({"token": "t" * 257}, (400, "invalid")),
        ({"token": "one\r\nX-Two: 2"}, (400, "invalid")),
        ({"type": None}, (400, "required")),
        ({"type": "pigeon"}, (400, "push.channelTypeNotSupported")),
        ({"address": None}, (400, "required")),
        ({"address": "hook"}, (400, "invalid")),
        ({"address": "http://127.0.0.1:99999/"}, (400, "invalid")),
        ({"address": "http://127.0.0.1:-1/"}, (400, "invalid")),
        ({"address": "https://[::1/"}, (400, "invalid")),
        ({"address": "https://127.0.0.1/\0"}, (400, "invalid")),
        # Never to another machine, whatever it is called; Google wants https first.
        ({"address": "http://example.com/hook"}, (400, "push.webhookUrlNotHttps")),
        ({"address": "https://example.com/hook"}, (401, "push.webhookUrlUnauthorized")),
        ({"address": "https://127.0.0.1@example.com/"}, (401, "push.webhookUrlUnauthorized")),
        ({"address": "https://127.0.0.1.example.com/"}, (401, "push.webhookUrlUnauthorized")),
        ({"expiration": "1000"}, (400, "invalid")),
        ({"expiration": "soon"}, (400, "invalid")),
        ({"params": {"ttl": "0"}}, (400, "invalid")),
        ({"params": {"ttl": "9" * 5000}}, (400, "invalid")),
    ],
)
def test_a_channel_google_would_not_open_is_refused(sandbox: Sandbox, body: Json, expected: tuple[int, str]) -> None:
    token = sandbox.token(sandbox.account())
    status, why, _ = refused(sandbox, "calendars/primary/events/watch", channel(NOBODY) | body, token)
    assert (status, why) == expected
    assert report(sandbox) == []


def test_google_says_which_address_it_may_not_call(sandbox: Sandbox) -> None:
    token = sandbox.token(sandbox.account())
    body = channel("https://example.com/hook")
    message = refused(sandbox, "calendars/primary/events/watch", body, token)[2]
    assert message == "Unauthorized WebHook callback channel: https://example.com/hook"


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ({}, WEEK),
        ({"params": {"ttl": "60"}}, 60),
        ({"params": {"ttl": "99999999"}}, 30 * 86_400),
        ({"expiration": "99999999999999"}, 30 * 86_400),
        # A number instead of a text.
        ({"expiration": 99999999999999}, 30 * 86_400),
        # Both: the earlier one.
        ({"expiration": "99999999999999", "params": {"ttl": "60"}}, 60),
    ],
    ids=["default", "short", "too-long", "too-late", "number", "both"],
)
def test_a_channel_lives_as_long_as_is_asked_within_bounds(sandbox: Sandbox, asked: Json, seconds: int) -> None:
    sandbox.account()
    expiration = int(watch(sandbox, channel(NOBODY, **asked))["expiration"]) / 1000
    assert abs(expiration - datetime.now(UTC).timestamp() - seconds) < 5


def test_an_expired_channel_is_silent_and_forgotten(sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.account()
    watch(sandbox, channel(receiver, params={"ttl": "600"}))
    assert receiver.state() == "sync"
    sandbox.control("clock", advance_seconds=601)
    sandbox.google().events().insert(calendarId="primary", body=meeting()).execute()
    assert silent(receiver)
    assert report(sandbox) == []


def test_a_stopped_channel_is_silent(sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.account()
    opened = watch(sandbox, channel(receiver))
    assert receiver.state() == "sync"
    stop = sandbox.google().channels().stop
    stop(body={"id": opened["id"], "resourceId": opened["resourceId"]}).execute()
    sandbox.google().events().insert(calendarId="primary", body=meeting()).execute()
    assert silent(receiver)
    with pytest.raises(HttpError) as again:
        stop(body={"id": opened["id"], "resourceId": opened["resourceId"]}).execute()
    assert again.value.status_code == 404


def test_only_who_opened_a_channel_can_stop_it_and_must_know_both_ids(sandbox: Sandbox) -> None:
    sandbox.account()
    sandbox.account(BOB)
    opened = watch(sandbox, channel(NOBODY))
    mine, bobs = sandbox.token(ANN), sandbox.token(BOB)
    another = str(sandbox.control("token", email=ANN, client_id="another", scopes=[CALENDAR])["access_token"])
    right = {"id": "c-1", "resourceId": opened["resourceId"]}
    unknown = (404, "notFound", "Channel 'c-1' not found for project 'sandbox-control'")
    assert refused(sandbox, "channels/stop", right, bobs) == unknown
    assert refused(sandbox, "channels/stop", right | {"resourceId": "wrong"}, mine) == unknown
    assert refused(sandbox, "channels/stop", right, another)[:2] == (404, "notFound")
    assert refused(sandbox, "channels/stop", {"id": "c-1"}, mine)[:2] == (400, "required")
    assert len(report(sandbox)) == 1


def test_a_revoked_grant_ends_its_channels(sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.account()
    sandbox.account(BOB)
    watch(sandbox, channel(receiver))
    watch(sandbox, channel(NOBODY, "bob"), email=BOB)
    assert receiver.state() == "sync"
    sandbox.control("revoke", email=ANN)
    sandbox.google().events().insert(calendarId="primary", body=meeting()).execute()
    assert silent(receiver)
    assert [each["account"] for each in report(sandbox)] == [BOB]


def test_a_reset_ends_all_channels(sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.account()
    watch(sandbox, channel(receiver))
    sandbox.control("reset")
    assert report(sandbox) == []
