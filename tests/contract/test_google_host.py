import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ce_calendar.adapters.google import host as google_host
from ce_calendar.adapters.google.host import GoogleCalendarHost
from ce_calendar.domain.employees.calendars import marker_of
from ce_calendar.domain.errors import (
    AccessTokenRejected,
    CreationLimited,
    NeedsReauth,
    ProviderForbids,
    ProviderUnavailable,
    Rejected,
    Taken,
)
from ce_calendar.domain.meetings.connections import Credential
from ce_calendar.ports.hosting import (
    AddShare,
    Call,
    DeleteCalendar,
    DeleteEvent,
    Done,
    FindShare,
    InsertEvent,
    Outcome,
    RemoveShare,
    UpdateCalendar,
    UpdateEvent,
)
from tests.conftest import NOON, FixedClock
from tests.contract.broken import BROKEN
from tests.contract.calendar_host import CalendarHostContract
from tests.contract.hosting import (
    BOB,
    CENTRAL,
    EVENT,
    FACTS,
    MARKER,
    HostWorld,
    inserts,
    kinds,
)
from tests.contract.hosts import Google
from tests.contract.troubled_host import TroubledHostContract
from tests.support.answering import answering, good
from tests.support.sandbox import CLIENT_ID, GoogleSandbox


@pytest.fixture
def world(google_sandbox: GoogleSandbox, clock: FixedClock) -> Iterator[HostWorld]:
    google = Google(google_sandbox, clock)
    yield google
    google.host.close()


class TestGoogleCalendarHost(CalendarHostContract, TroubledHostContract):
    def test_a_hidden_calendar_is_found_on_whatever_page_it_is(
        self, world: Google, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(google_host, "CALENDARS_PER_PAGE", 2)
        markers = [marker_of(f"{number:032}") for number in range(5)]
        made = {marker: world.make(replace(FACTS, description=marker)) for marker in markers}
        path = f"users/me/calendarList/{made[markers[3]]}"
        world.sandbox.call("PATCH", path, world.token, json={"hidden": True, "selected": False})
        before = world.calls().get("calendarList.list", 0)

        assert world.host.find_calendars(world.credential, markers) == made
        assert world.calls()["calendarList.list"] - before == 3

    def test_of_two_calendars_with_one_marker_it_is_always_the_same(self, world: Google) -> None:
        made = [world.make(), world.make()]

        assert world.host.find_calendars(world.credential, [MARKER]) == {MARKER: min(made)}

    @pytest.mark.parametrize("email", ["bob+tasks@gmail.example", "o'neil@x.example"])
    def test_an_address_may_have_any_characters(self, world: Google, email: str) -> None:
        made = world.make()

        world.do_well(AddShare(made, email), AddShare(made, BOB))
        world.do_well(FindShare(made, email), RemoveShare(made, email))

        assert world.readers(made) == {BOB}

    @pytest.mark.parametrize(
        ("call", "reason"),
        [
            (InsertEvent("", "not-an-id", EVENT), "invalid"),
            (InsertEvent("", "aaaaa1", replace(EVENT, color_id="99")), "invalid"),
            (InsertEvent("", "aaaaa1", replace(EVENT, zone="Nowhere/At all")), "invalid"),
            pytest.param(
                InsertEvent("", "aaaaa1", replace(EVENT, title="half \ud800")),
                "parseError",
                marks=pytest.mark.misfits_allowed,
            ),
            (AddShare("", "nobody"), "invalidScopeValue"),
            (UpdateCalendar("", replace(FACTS, name="")), "required"),
        ],
        ids=["event id", "colour", "zone", "half a character", "email", "no name"],
    )
    def test_what_google_cannot_take_is_rejected_alone(self, world: Google, call: Call, reason: str) -> None:
        made = world.make()

        outcomes = world.do(replace(call, provider_calendar_id=made), InsertEvent(made, "bbbbb1", EVENT))

        assert kinds(outcomes) == [Rejected, Done]
        assert isinstance(outcomes[0], Rejected)
        assert outcomes[0].code == reason

    def test_an_api_that_is_not_enabled_is_told(self, world: Google) -> None:
        made = world.make()
        world.sandbox.control("clients", client_id=CLIENT_ID, enabled=False)

        for ask in (
            lambda: world.host.check(world.credential),
            world.make,
            lambda: world.do(DeleteCalendar(made)),
            lambda: world.do(*inserts(made, 3)),
        ):
            with pytest.raises(ProviderForbids, match="api_not_enabled"):
                ask()

    def test_a_personal_grant_is_not_enough(self, world: Google) -> None:
        personal = world.sandbox.grant(CENTRAL)

        with pytest.raises(NeedsReauth, match="scope"):
            world.host.create_calendar(personal, FACTS)

    def test_googles_limit_says_when_to_come_back_if_it_does(self, world: Google) -> None:
        order = {"operation": "calendars.insert", "status": 403, "reason": "quotaExceeded", "times": 1}
        for wait in ({}, {"retry_after": 3600}):
            world.sandbox.control("faults", **order, **wait)
            with pytest.raises(CreationLimited) as refused:
                world.make()
            assert refused.value.retry_at == (NOON + timedelta(hours=1) if wait else None)

    def test_a_token_that_dies_in_the_middle_of_a_batch_costs_the_rest_of_it(self, world: Google) -> None:
        made = world.make()
        world.sandbox.control("faults", operation="events.insert", status=401, skip=2)

        outcomes = world.do(*inserts(made, 4))

        assert kinds(outcomes) == [Done, Done, AccessTokenRejected, AccessTokenRejected]
        assert world.calls()["batch"] == 1
        assert len(world.events(made)) == 2

    @pytest.mark.parametrize("trouble", BROKEN.values(), ids=BROKEN)
    @pytest.mark.parametrize("operation", ["batch", "events.insert"])
    def test_an_answer_that_breaks_is_followed_by_another_try_that_makes_no_double(
        self, world: Google, operation: str, trouble: dict[str, Any]
    ) -> None:
        made = world.make()
        world.sandbox.control("faults", operation=operation, skip=0 if operation == "batch" else 2, times=1, **trouble)

        with suppress(ProviderUnavailable):
            assert kinds(world.do(*inserts(made, 5))).count(ProviderUnavailable) == 1

        assert set(kinds(world.do(*inserts(made, 5)))) <= {Done, Taken}
        assert len(world.events(made)) == 5

    @pytest.mark.parametrize("trouble", BROKEN.values(), ids=BROKEN)
    def test_a_calendar_whose_making_breaks_is_made_at_most_once(self, world: Google, trouble: dict[str, Any]) -> None:
        world.sandbox.control("faults", operation="calendars.insert", times=1, **trouble)

        with pytest.raises(ProviderUnavailable):
            world.make()

        assert world.calls()["calendars.insert"] == 1
        assert set(world.host.find_calendars(world.credential, [MARKER]).values()) == set(world.calendars())

    def test_a_slow_answer_is_unavailable(self, world: Google, clock: FixedClock) -> None:
        hasty = GoogleCalendarHost(clock=clock, api_url=world.sandbox.url, timeout_seconds=0.2)
        world.sandbox.control("faults", operation="calendars.insert", latency_ms=1000, times=1)

        with pytest.raises(ProviderUnavailable):
            hasty.create_calendar(world.credential, FACTS)
        hasty.close()

    def test_several_threads_write_at_once(self, world: Google) -> None:
        made = [world.make() for _ in range(4)]
        outcomes: list[Outcome] = []

        def fill(calendar_id: str) -> None:
            for _ in range(3):
                outcomes.extend(world.do(*inserts(calendar_id, 20)))
            world.host.close()

        threads = [threading.Thread(target=fill, args=(each,)) for each in made]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert kinds(outcomes).count(Done) == 80
        assert kinds(outcomes).count(Taken) == 160
        assert [len(world.events(each)) for each in made] == [20] * 4


@pytest.mark.parametrize(
    "answer",
    [
        good(b"{}"),
        good(b"<html>login</html>"),
        good(b""),
        b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{}",  # cut
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
        b"rubbish\r\n\r\n",
        b"",
    ],
    ids=["an empty object", "html", "nothing", "cut", "a redirect", "rubbish", "silence"],
)
def test_an_answer_that_is_none_of_googles_is_unavailable(answer: bytes) -> None:
    with answering(answer) as url:
        host = GoogleCalendarHost(clock=FixedClock(), api_url=url, timeout_seconds=2)
        credential = Credential("client", "token", "", NOON)
        with pytest.raises(ProviderUnavailable):
            host.create_calendar(credential, FACTS)
        try:
            outcomes = host.carry_out(credential, inserts("c", 3))
        except ProviderUnavailable:
            outcomes = [ProviderUnavailable()] * 3
        host.close()
    assert kinds(outcomes) == [ProviderUnavailable] * 3


def test_calls_without_a_part_in_the_answer_are_unavailable_and_the_others_count() -> None:
    body = (
        b"--b\r\nContent-Type: application/http\r\nContent-ID: <response-call-2>\r\n\r\n"
        b'HTTP/1.1 200 OK\r\n\r\n{"etag": "x"}\r\n--b--\r\n'
    )
    head = b"HTTP/1.1 200 OK\r\nContent-Type: multipart/mixed; boundary=b\r\nContent-Length: %d\r\n\r\n" % len(body)
    with answering(head + body) as url:
        host = GoogleCalendarHost(clock=FixedClock(), api_url=url, timeout_seconds=2)
        outcomes = host.carry_out(Credential("client", "token", "", NOON), inserts("c", 4))
        host.close()

    assert kinds(outcomes) == [ProviderUnavailable, ProviderUnavailable, Done, ProviderUnavailable]


@pytest.mark.parametrize(
    ("call", "query"),
    [
        (InsertEvent("c", "aaaaa1", EVENT), "sendUpdates=none"),
        (UpdateEvent("c", "aaaaa1", EVENT), "sendUpdates=none"),
        (DeleteEvent("c", "aaaaa1"), "sendUpdates=none"),
        (AddShare("c", BOB), "sendNotifications=true"),
    ],
    ids=["insert", "update", "delete", "share"],
)
def test_every_write_of_an_event_forbids_mail_and_only_sharing_asks_for_it(call: Call, query: str) -> None:
    request = GoogleCalendarHost(clock=FixedClock())._request(call)

    assert query in request.uri.partition("?")[2].split("&")


def test_an_event_without_a_time_is_a_mistake_of_ours() -> None:
    timeless = replace(EVENT, starts_at=None)
    host = GoogleCalendarHost(clock=FixedClock(), api_url="http://127.0.0.1:1")

    with pytest.raises(ValueError, match="day or a moment"):
        host.carry_out(Credential("client", "token", "", NOON), [InsertEvent("c", "aaaaa1", timeless)])
