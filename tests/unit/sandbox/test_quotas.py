"""Google's quotas: requests, calendars, events and guests, on the sandbox's own clock."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from googleapiclient.errors import HttpError

from ce_calendar.sandbox.clock import Clock
from ce_calendar.sandbox.fields import Fields
from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.front.quotas import CALENDARS, EVENTS, GUESTS, Quotas
from tests.unit.sandbox.driver import ANN, Sandbox, meeting, start

BEN = "ben@gmail.example"


class Still(Clock):
    """A clock that moves only when told to."""

    def now(self) -> datetime:
        return datetime.fromtimestamp(1_800_000_000 + self.advanced, UTC)


def refusal_of(quotas: Quotas, client: str = "app", user: str = ANN) -> tuple[int, str] | None:
    try:
        quotas.request(client, user)
    except GoogleError as refusal:
        return refusal.status, refusal.reason
    return None


def test_a_user_may_ask_600_times_a_minute_and_as_often_again_a_minute_later() -> None:
    clock = Still()
    quotas = Quotas(clock)
    assert [refusal_of(quotas) for _ in range(600)] == [None] * 600
    assert refusal_of(quotas) == (403, "userRateLimitExceeded")
    # Somebody else, and the same person through another application, are not concerned.
    assert refusal_of(quotas, user=BEN) is None
    assert refusal_of(quotas, client="other") is None
    clock.advance(58)
    assert refusal_of(quotas) == (403, "userRateLimitExceeded")
    clock.advance(2)
    assert [refusal_of(quotas) for _ in range(600)] == [None] * 600


def test_the_window_slides_so_what_was_asked_later_stays_longer() -> None:
    clock = Still()
    quotas = Quotas(clock)
    quotas.set(Fields({"user_requests": 2}))
    assert refusal_of(quotas) is None
    clock.advance(40)
    assert refusal_of(quotas) is None
    clock.advance(30)
    assert [refusal_of(quotas) is None for _ in range(2)] == [True, False]


def test_a_project_may_ask_10_000_times_a_minute_for_all_its_users() -> None:
    quotas = Quotas(Still())
    for number in range(10_000):
        quotas.request("app", f"user{number % 20}@gmail.example")
    assert refusal_of(quotas) == (403, "rateLimitExceeded")


@pytest.mark.parametrize(("name", "limit"), [(CALENDARS, 60), (EVENTS, 100_000), (GUESTS, 10_000)])
def test_what_was_made_counts_for_six_hours(name: str, limit: int) -> None:
    clock = Still()
    quotas = Quotas(clock)
    quotas.spend(name, ANN, limit - 1)
    quotas.check(name, ANN)
    with pytest.raises(GoogleError) as refusal:
        quotas.check(name, ANN, 2)
    assert (refusal.value.status, refusal.value.reason) == (403, "quotaExceeded")
    assert refusal.value.message == "Calendar usage limits exceeded."
    clock.advance(5 * 3600)
    with pytest.raises(GoogleError):
        quotas.check(name, ANN, 2)
    clock.advance(3600 + 360)
    quotas.check(name, ANN, limit)


def test_a_flood_of_made_up_users_does_not_fill_the_memory() -> None:
    quotas = Quotas(Still())
    quotas.set(Fields({"project_requests": None}))
    for number in range(25_000):
        quotas.request("app", f"made-up-{number}")
    assert len(quotas.shown()["quotas"]["user_requests"]["used"]) <= 10_000


@pytest.fixture
def events(sandbox: Sandbox) -> Any:
    sandbox.account()
    return sandbox.google().events()


def status_of(request: Any) -> tuple[int, str]:
    with pytest.raises(HttpError) as refusal:
        request.execute()
    detail = refusal.value.error_details[0]
    return refusal.value.status_code, f"{detail['domain']} {detail['reason']}"


def test_quotas_that_the_sandbox_began_without_can_be_switched_on_until_a_reset(sandbox: Sandbox, events: Any) -> None:
    shown = sandbox.http.get(f"{sandbox.url}/_sandbox/quotas").json()
    assert {quota["limit"] for quota in shown["quotas"].values()} == {None}
    sandbox.control("quotas", user_requests=2)
    for _ in range(2):
        events.list(calendarId="primary").execute()
    assert status_of(events.list(calendarId="primary")) == (403, "usageLimits userRateLimitExceeded")
    used = sandbox.http.get(f"{sandbox.url}/_sandbox/quotas").json()["quotas"]["user_requests"]["used"]
    assert used == {f"{ANN} sandbox-control": 2}

    sandbox.control("clock", advance_seconds=61)
    events.list(calendarId="primary").execute()
    sandbox.control("quotas", user_requests=None)
    for _ in range(3):
        events.list(calendarId="primary").execute()
    sandbox.control("reset")
    assert sandbox.http.get(f"{sandbox.url}/_sandbox/quotas").json() == shown


def test_too_many_requests_may_be_refused_with_429(sandbox: Sandbox, events: Any) -> None:
    sandbox.control("quotas", project_requests=0, status=429)
    assert status_of(events.list(calendarId="primary")) == (429, "usageLimits rateLimitExceeded")


def test_quota_user_splits_what_one_account_may_ask(sandbox: Sandbox, events: Any) -> None:
    sandbox.control("quotas", user_requests=1)
    events.list(calendarId="primary", quotaUser="desk-1").execute()
    events.list(calendarId="primary", quotaUser="desk-2").execute()
    events.list(calendarId="primary").execute()
    assert status_of(events.list(calendarId="primary", quotaUser="desk-1"))[0] == 403
    assert status_of(events.list(calendarId="primary", quotaUser="d" * 41)) == (400, "global invalidParameter")


def test_events_are_counted_when_they_are_made_and_not_when_they_are_refused(sandbox: Sandbox, events: Any) -> None:
    sandbox.control("quotas", events=2)
    events.insert(calendarId="primary", body=meeting(id="abcde")).execute()
    assert status_of(events.insert(calendarId="primary", body=meeting(id="abcde")))[0] == 409
    events.patch(calendarId="primary", eventId="abcde", body={"summary": "Other"}).execute()
    events.insert(calendarId="primary", body=meeting()).execute()
    assert status_of(events.insert(calendarId="primary", body=meeting())) == (403, "usageLimits quotaExceeded")
    events.delete(calendarId="primary", eventId="abcde").execute()


def test_only_invitations_that_are_mailed_to_strangers_count(sandbox: Sandbox, events: Any) -> None:
    sandbox.account(BEN)
    sandbox.control("quotas", guests=2)
    body = meeting(attendees=[{"email": f"guest{number}@riverside.example"} for number in range(2)] + [{"email": BEN}])
    events.insert(calendarId="primary", body=body).execute()
    events.insert(calendarId="primary", body=body, sendUpdates="all").execute()
    shown = sandbox.http.get(f"{sandbox.url}/_sandbox/quotas").json()
    assert shown["quotas"]["guests"]["used"] == {ANN: 2}
    refused = events.insert(calendarId="primary", body=body, sendUpdates="all")
    assert status_of(refused) == (403, "usageLimits quotaExceeded")
    events.insert(calendarId="primary", body=body, sendUpdates="none").execute()


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"requests": 5}, "requests"),
        ({"events": -1}, "events.limit"),
        ({"events": "many"}, "events.limit"),
        ({"events": {"limit": 5, "second": 9}}, "second"),
        ({"events": {"limit": 5, "seconds": 1}}, "events.seconds"),
        ({"status": 404}, "status"),
        ({"batch_calls": 1001}, "batch_calls"),
    ],
)
def test_a_mistake_in_quotas_is_named_and_changes_nothing(sandbox: Sandbox, body: dict[str, Any], named: str) -> None:
    before = sandbox.http.get(f"{sandbox.url}/_sandbox/quotas").json()
    answer = sandbox.http.post(f"{sandbox.url}/_sandbox/quotas", json={"guests": 1, **body})
    assert (answer.status_code, named in answer.json()["error"]) == (400, True)
    assert sandbox.http.get(f"{sandbox.url}/_sandbox/quotas").json() == before


def test_quotas_are_on_unless_told_otherwise_and_what_is_used_survives_a_restart(tmp_path: Path) -> None:
    used = []
    for _ in range(2):
        process = start("--state", str(tmp_path / "state.json"), quotas=True)
        try:
            with requests.Session() as http:
                http.trust_env = False
                sandbox = Sandbox(process.url, http)
                sandbox.account()
                sandbox.google().events().insert(calendarId="primary", body=meeting()).execute()
                shown = http.get(f"{sandbox.url}/_sandbox/quotas").json()
                sandbox.close_clients()
        finally:
            process.stop()
        assert {name: quota["limit"] for name, quota in shown["quotas"].items()} == {
            "user_requests": 600,
            "project_requests": 10_000,
            "calendars": 60,
            "events": 100_000,
            "guests": 10_000,
        }
        used.append(shown["quotas"]["events"]["used"])
    assert used == [{ANN: 1}, {ANN: 2}]
