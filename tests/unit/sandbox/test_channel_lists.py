"""Push: what sharing, lists and settings tell those who watch them."""

from typing import Any

import pytest
from googleapiclient.errors import HttpError

from tests.unit.sandbox.driver import ANN, Sandbox, reason
from tests.unit.sandbox.receiver import NOBODY, Receiver, channel, silent

BOB = "bob@gmail.example"
READER: dict[str, Any] = {"role": "reader", "scope": {"type": "user", "value": BOB}}


def told(receiver: Receiver, number: int) -> set[tuple[str, str]]:
    """Channel and state of the next messages, and that there are no more."""
    messages = [receiver.next() for _ in range(number)]
    assert silent(receiver)
    return {(message["X-Goog-Channel-ID"], message["X-Goog-Resource-State"]) for message in messages}


def test_sharing_and_deleting_a_calendar_is_told_to_those_whom_it_concerns(
    sandbox: Sandbox, receiver: Receiver
) -> None:
    sandbox.account()
    sandbox.account(BOB)
    ann, bob = sandbox.google(), sandbox.google(BOB)
    team = ann.calendars().insert(body={"summary": "Team"}).execute()["id"]
    ann.acl().watch(calendarId=team, body=channel(receiver, "rules")).execute()
    ann.calendarList().watch(body=channel(receiver, "anns")).execute()
    bob.calendarList().watch(body=channel(receiver, "bobs")).execute()
    assert told(receiver, 3) == {("rules", "sync"), ("anns", "sync"), ("bobs", "sync")}

    ann.acl().insert(calendarId=team, body=READER).execute()
    assert told(receiver, 1) == {("rules", "exists")}
    ann.acl().insert(calendarId=team, body=READER).execute()
    assert silent(receiver), "nothing has changed"
    bob.calendarList().insert(body={"id": team}).execute()
    assert told(receiver, 1) == {("bobs", "exists")}
    ann.calendars().delete(calendarId=team).execute()
    assert told(receiver, 3) == {("rules", "not_exists"), ("anns", "exists"), ("bobs", "exists")}


def test_a_changed_setting_is_told(sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.account()
    sandbox.google().settings().watch(body=channel(receiver, "settings")).execute()
    assert told(receiver, 1) == {("settings", "sync")}
    sandbox.account(settings={"weekStart": "1"})
    assert told(receiver, 1) == {("settings", "exists")}
    sandbox.account(settings={"weekStart": "1"})
    assert silent(receiver)


def test_a_token_of_little_scope_watches_no_more_than_it_reads(sandbox: Sandbox) -> None:
    sandbox.account()
    sandbox.account(BOB)
    sandbox.google().acl().insert(calendarId="primary", body=READER).execute()
    narrow = sandbox.google(BOB, "https://www.googleapis.com/auth/calendar.events.owned")
    with pytest.raises(HttpError) as refused:
        narrow.events().watch(calendarId=ANN, body=channel(NOBODY)).execute()
    assert (refused.value.status_code, reason(refused.value)) == (403, "insufficientPermissions")
