"""Push: what channels send, when, and what becomes of it."""

import signal
import socket
import ssl
import threading
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
import trustme

from tests.unit.sandbox.driver import ANN, Sandbox, meeting
from tests.unit.sandbox.receiver import NOBODY, Receiver, channel, report, serve, silent, until, watch
from tests.unit.sandbox.test_process import running

WEEK = 7 * 86_400


def test_a_channel_begins_with_a_sync_message_and_then_tells_of_each_change(
    sandbox: Sandbox, receiver: Receiver
) -> None:
    sandbox.account()
    answer = watch(sandbox, channel(receiver, token="user=42"))
    assert answer | {"expiration": "", "resourceId": ""} == {
        "kind": "api#channel",
        "id": "c-1",
        "resourceId": "",
        "resourceUri": f"{sandbox.url}/calendar/v3/calendars/primary/events?alt=json",
        "token": "user=42",
        "expiration": "",
    }
    first = receiver.next()
    expires = parsedate_to_datetime(first["X-Goog-Channel-Expiration"])
    assert expires.timestamp() * 1000 == int(answer["expiration"])
    assert abs(expires.timestamp() - datetime.now(UTC).timestamp() - WEEK) < 60
    assert {name: value for name, value in first.items() if name.startswith("X-Goog")} == {
        "X-Goog-Channel-ID": "c-1",
        "X-Goog-Channel-Expiration": first["X-Goog-Channel-Expiration"],
        "X-Goog-Channel-Token": "user=42",
        "X-Goog-Message-Number": "1",
        "X-Goog-Resource-ID": answer["resourceId"],
        "X-Goog-Resource-State": "sync",
        "X-Goog-Resource-URI": answer["resourceUri"],
    }
    assert first["User-Agent"].startswith("APIs-Google")
    assert set(receiver.bodies) == {b""}


def test_each_write_is_told_with_a_rising_number(sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.account()
    watch(sandbox, channel(receiver))
    numbers = [int(receiver.next()["X-Goog-Message-Number"])]
    events = sandbox.google().events()
    made = {"calendarId": "primary", "eventId": "visit1"}
    for write in (
        events.insert(calendarId="primary", body=meeting(id="visit1")),
        events.patch(**made, body={"summary": "Other"}),
        events.update(**made, body=meeting("Third")),
        events.delete(**made),
    ):
        write.execute()
        message = receiver.next()
        assert message["X-Goog-Resource-State"] == "exists"
        numbers.append(int(message["X-Goog-Message-Number"]))
    assert numbers == sorted(set(numbers))


def test_a_channel_without_a_token_sends_none(sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.account()
    assert "token" not in watch(sandbox, channel(receiver))
    assert "X-Goog-Channel-Token" not in receiver.next()


def test_reading_and_changes_elsewhere_tell_nothing(sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.account(calendars=[{"id": "team@group.calendar.google.com", "summary": "Team"}])
    watch(sandbox, channel(receiver))
    assert receiver.state() == "sync"
    events = sandbox.google().events()
    events.list(calendarId="primary").execute()
    events.insert(calendarId="team@group.calendar.google.com", body=meeting()).execute()
    assert silent(receiver)


def test_many_changes_at_once_are_one_message(sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.account()
    watch(sandbox, channel(receiver))
    assert receiver.state() == "sync"
    receiver.hold = threading.Event()
    events = sandbox.google().events()
    events.insert(calendarId="primary", body=meeting()).execute()
    assert receiver.state() == "exists"
    for number in range(10):
        events.insert(calendarId="primary", body=meeting(f"Visit {number}")).execute()
    receiver.hold.set()
    # The first message was still on its way when these happened; they are told together.
    assert receiver.state() == "exists"
    assert silent(receiver)


def test_changes_on_the_page_and_by_the_control_api_are_told_too(sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.account()
    watch(sandbox, channel(receiver))
    assert receiver.state() == "sync"
    form = {"account": ANN, "title": "Walk", "start": "2027-03-01T10:00", "end": "2027-03-01T11:00"}
    assert sandbox.http.post(f"{sandbox.url}/events/add", data=form).status_code == 200
    assert receiver.state() == "exists"
    sandbox.account(events=[meeting("Found later")])
    assert receiver.state() == "exists"


def test_a_failing_receiver_is_tried_again_with_the_same_message(sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.account()
    receiver.statuses = [503, 500]
    watch(sandbox, channel(receiver))
    tries = [receiver.next() for _ in range(3)]
    assert [each["X-Goog-Message-Number"] for each in tries] == ["1"] * 3
    until(lambda: report(sandbox)[0]["sent"] == 1)
    assert [report(sandbox)[0][name] for name in ("sent", "failed", "last_status")] == [1, 0, 200]


@pytest.mark.parametrize("status", [404, 410, 302, 400])
def test_a_refused_message_is_not_sent_again_but_the_next_one_is(
    sandbox: Sandbox, receiver: Receiver, status: int
) -> None:
    sandbox.account()
    receiver.statuses = [status]
    watch(sandbox, channel(receiver))
    assert receiver.state() == "sync"
    until(lambda: report(sandbox)[0]["failed"] == 1)
    assert report(sandbox)[0]["last_status"] == status
    sandbox.google().events().insert(calendarId="primary", body=meeting()).execute()
    assert receiver.state() == "exists"


def test_a_dead_receiver_delays_nobody(sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.account()
    watch(sandbox, channel(NOBODY, "dead"))
    receiver.hold = threading.Event()
    watch(sandbox, channel(receiver, "asleep"))
    watch(sandbox, channel(receiver, "asleep-too"))
    events = sandbox.google().events()
    begun = time.monotonic()
    for number in range(20):
        events.insert(calendarId="primary", body=meeting(f"Visit {number}")).execute()
    assert time.monotonic() - begun < 2.5
    assert [(each["sent"], each["last_status"]) for each in report(sandbox)] == [(0, None)] * 3


def test_a_receiver_that_sleeps_does_not_hold_up_another(sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.account()
    receiver.hold = threading.Event()
    watch_events = sandbox.google().events().watch
    for number in range(60):
        watch_events(calendarId="primary", body=channel(receiver, f"asleep-{number}")).execute()
    awake, end = serve()
    try:
        begun = time.monotonic()
        watch_events(calendarId="primary", body=channel(awake, "awake")).execute()
        assert awake.state() == "sync"
        assert time.monotonic() - begun < 2.5
    finally:
        end()


def test_a_test_can_ask_for_a_message_although_nothing_changed(sandbox: Sandbox, receiver: Receiver) -> None:
    team = "team@group.calendar.google.com"
    sandbox.account(calendars=[{"id": team, "summary": "Team"}])
    watch(sandbox, channel(receiver, "own"))
    watch(sandbox, channel(receiver, "team"), team)
    assert [receiver.state(), receiver.state()] == ["sync"] * 2
    assert sandbox.control("notify", email=ANN, calendar=team) == {"channels": ["team"]}
    assert receiver.next()["X-Goog-Channel-ID"] == "team"
    assert sandbox.control("notify", email=ANN, calendar="primary") == {"channels": ["own"]}
    assert receiver.next()["X-Goog-Channel-ID"] == "own"
    assert sorted(sandbox.control("notify", email=ANN)["channels"]) == ["own", "team"]
    assert {receiver.next()["X-Goog-Channel-ID"] for _ in range(2)} == {"own", "team"}
    until(lambda: [each["sent"] for each in report(sandbox)] == [3, 3])
    assert report(sandbox)[0] | {"expiration": ""} == {
        "id": "own",
        "resource": f"events/{ANN}",
        "account": ANN,
        "address": receiver.url,
        "expiration": "",
        "sent": 3,
        "failed": 0,
        "last_status": 200,
    }
    assert {entry["operation"] for entry in sandbox.log()["requests"]} == {"events.watch"}


def test_a_receiver_with_a_certificate_of_its_own_is_believed(sandbox: Sandbox) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(context)
    receiver, end = serve(context)
    try:
        sandbox.account()
        watch(sandbox, channel(receiver.url.replace("127.0.0.1", "localhost")))
        assert receiver.state() == "sync"
    finally:
        end()


def test_a_state_does_not_lead_messages_to_another_host(sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.account()
    watch(sandbox, channel(receiver))
    assert receiver.state() == "sync"
    state = sandbox.http.get(f"{sandbox.url}/_sandbox/state").json()
    # This machine too, but under a name that no channel can be opened with.
    state["channels"][0]["address"] = receiver.url.replace("127.0.0.1", "0.0.0.0")

    sandbox.control("state", **state)
    sandbox.google().events().insert(calendarId="primary", body=meeting()).execute()

    until(lambda: report(sandbox)[0]["failed"] == 1)
    assert silent(receiver)


def test_channels_go_on_after_a_restart(tmp_path: Path, receiver: Receiver) -> None:
    state = tmp_path / "state.json"
    with running("--state", str(state)) as (_, sandbox):
        sandbox.account()
        watch(sandbox, channel(receiver, token="t"))
        sync = receiver.next()
    with running("--state", str(state)) as (_, sandbox):
        assert len(report(sandbox)) == 1
        sandbox.account(events=[meeting()])
        message = receiver.next()
    assert (message["X-Goog-Resource-State"], message["X-Goog-Channel-Token"]) == ("exists", "t")
    assert int(message["X-Goog-Message-Number"]) > 1
    assert message["X-Goog-Resource-ID"] == sync["X-Goog-Resource-ID"]


def test_the_sandbox_ends_at_once_although_a_receiver_does_not_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf, running() as (process, sandbox):
        sandbox.account()
        for scheme in ("http", "https"):
            watch(sandbox, channel(f"{scheme}://127.0.0.1:{deaf.getsockname()[1]}/", scheme))
        process.popen.send_signal(signal.SIGTERM)
        begun = time.monotonic()
        assert process.popen.wait(timeout=10) == 0
        assert time.monotonic() - begun < 2.5
