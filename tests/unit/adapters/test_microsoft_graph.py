"""Reading from a Graph that says what a test likes."""

import contextlib
import json
import socket
import threading
from datetime import datetime, timedelta
from typing import Any

import pytest

from ce_calendar.adapters.microsoft import graph as microsoft_graph
from ce_calendar.adapters.microsoft.calendar import MicrosoftMeetings
from ce_calendar.domain.errors import ProviderUnavailable
from ce_calendar.domain.meetings.connections import Credential
from ce_calendar.domain.meetings.events import EventPage
from tests.conftest import NOON, FixedClock
from tests.contract.meeting_provider import START, WINDOW
from tests.support.answering import answering, good
from tests.support.pretending import Authority, Pretender, Said, pretending
from tests.support.sandbox import CLIENT_ID


def _times(day: int) -> dict[str, Any]:
    start = START + timedelta(days=day)
    return {"start": _utc(start), "end": _utc(start + timedelta(hours=1))}


def _utc(moment: datetime) -> dict[str, str]:
    return {"dateTime": moment.strftime("%Y-%m-%dT%H:%M:%S"), "timeZone": "UTC"}


def read_from(graph: Pretender, clock: FixedClock, cursor: str = "") -> list[EventPage]:
    meetings = MicrosoftMeetings(clock=clock, graph_url=graph.url, ca_bundle=graph.ca_bundle, timeout_seconds=2)
    credential = Credential(CLIENT_ID, "token", "", NOON)
    try:
        return list(meetings.fetch_events(credential, "c/1", window=WINDOW, cursor=cursor))
    finally:
        meetings.close()


def test_what_occurrences_hold_is_read_by_one_view(authority: Authority, clock: FixedClock) -> None:
    """Also of series that began before the window: a delta does not tell those at all."""

    def bare(day: int, series: str) -> dict[str, Any]:
        return {"id": f"{series}-{day}", "type": "occurrence", "seriesMasterId": series, **_times(day)}

    def full(day: int, series: str) -> dict[str, Any]:
        return {**bare(day, series), "iCalUId": f"uid-{series}", "subject": f"Round {series}"}

    with pretending(authority) as graph:
        cursor = f"{graph.url}/v1.0/delta?$deltatoken=x"
        told = {"id": "new", "type": "seriesMaster", "iCalUId": "uid-new", "subject": "Round new", **_times(1)}
        delta = [bare(1, "new"), *(bare(day, series) for series in ("old", "older") for day in range(4)), told]
        view = [full(1, "new"), *(full(day, series) for series in ("old", "older") for day in range(4))]
        graph.answers["/delta"] = Said(json.dumps({"value": delta, "@odata.deltaLink": cursor}).encode())
        graph.answers["/calendarView"] = Said(json.dumps({"value": view}).encode())

        pages = read_from(graph, clock)

    titles = [event.title for page in pages for event in page.changed]
    assert sorted(titles) == ["Round new", *["Round old"] * 4, *["Round older"] * 4]
    assert len(pages) == len(graph.asked) == 2
    assert [page.cursor for page in pages] == ["", cursor]
    assert "iCalUId" in graph.asked[1].query["$select"]
    assert graph.asked[1].path == "/v1.0/me/calendars/c%2F1/calendarView"


@pytest.mark.parametrize(
    "body",
    [
        {"value": []},  # the last page without a delta link
        {"value": [], "@odata.deltaLink": ""},
        {"value": [], "@odata.deltaLink": 7},
        {"value": [], "@odata.deltaLink": "https://graph.example/v1.0/delta"},
        {"value": "none", "@odata.deltaLink": "{url}/v1.0/delta"},
        {"@odata.deltaLink": "{url}/v1.0/delta"},
        {"value": [], "@odata.nextLink": 7},
        {"value": [], "@odata.nextLink": "https://graph.example/v1.0/next"},
        {"value": [], "@odata.nextLink": "{url}/v1.0/delta"},  # for ever
        {"value": [], "@odata.deltaLink": "{url}/v1.0/" + "x" * 40_000},
        {"value": [], "@odata.deltaLink": "{url}/v1.0/\x00"},  # no database keeps it
        {"value": [], "@odata.nextLink": "{url}/v1.0/\ud800"},  # nobody can ask for it
        [],
        "text",
        None,
    ],
)
def test_a_page_that_is_none_of_graphs_is_unavailable(authority: Authority, clock: FixedClock, body: object) -> None:
    with pretending(authority) as graph:
        graph.answers["/delta"] = Said(json.dumps(body).replace("{url}", graph.url).encode())
        with pytest.raises(ProviderUnavailable):
            read_from(graph, clock)


@pytest.mark.parametrize(
    "answer",
    [
        good(b"<html>login</html>"),
        good(b"\xff\xfe"),
        good(b'{"value": ' + b"[" * 100_000),  # deeper than Python follows
        good(b""),
        good(b'{"value": ["' + b"x" * 100_000 + b'"]}'),
        b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"value": []}',
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnone",
        b"HTTP/9.9 what\r\n\r\n",
        b"",
    ],
)
def test_an_answer_that_is_no_answer_is_unavailable(
    answer: bytes, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(microsoft_graph, "LARGEST_ANSWER", 150_000 if b"[[" in answer else 50_000)
    with answering(answer) as url:
        meetings = MicrosoftMeetings(clock=clock, graph_url=url, timeout_seconds=2)
        with pytest.raises(ProviderUnavailable):
            list(meetings.fetch_events(Credential(CLIENT_ID, "token", "", NOON), "c", window=WINDOW, cursor=""))
        meetings.close()


def test_an_answer_that_trickles_is_not_waited_for(clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each piece comes in time, and the whole never would."""
    monkeypatch.setattr(microsoft_graph, "LONGEST_ANSWER_SECONDS", 0.3)
    stopped = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def trickle() -> None:
            peer, _ = server.accept()
            with peer, contextlib.suppress(OSError):
                peer.recv(65536)
                peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
                while not stopped.wait(0.02):
                    peer.sendall(b" ")

        thread = threading.Thread(target=trickle)
        thread.start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        meetings = MicrosoftMeetings(clock=clock, graph_url=url, timeout_seconds=5)
        with pytest.raises(ProviderUnavailable, match="too_slow"):
            list(meetings.fetch_events(Credential(CLIENT_ID, "token", "", NOON), "c", window=WINDOW, cursor=""))
        stopped.set()
        meetings.close()
        thread.join()


def test_a_calendar_is_listed_whatever_its_owner_calls_it(authority: Authority, clock: FixedClock) -> None:
    owner = {"address": "Ann@Mail.example"}
    items = [
        "no calendar",
        {"id": "a" * 400, "name": "no id of ours can be so long"},
        {"name": "none"},
        {"id": "b", "name": "n\x00o" + "o" * 600, "canEdit": True, "owner": {"address": "ann@mail.example"}},
        {"id": "c", "name": "\ud800", "canEdit": "yes", "owner": 7},
        {"id": "d", "name": None, "canEdit": True, "isDefaultCalendar": True, "owner": owner},
        {"id": "e", "name": "Ben's", "canEdit": True, "owner": {"address": "ben@mail.example"}},
    ]
    with pretending(authority) as graph:
        graph.answers["/me/calendars"] = Said(json.dumps({"value": items}).encode())
        meetings = MicrosoftMeetings(clock=clock, graph_url=graph.url, ca_bundle=graph.ca_bundle, timeout_seconds=2)
        found = meetings.list_calendars(Credential(CLIENT_ID, "token", "", NOON))
        meetings.close()

    assert [(each.provider_calendar_id, each.name, each.access_role, each.is_primary) for each in found] == [
        ("b", "n" + "o" * 299, "owner", False),
        ("c", "c", "reader", False),
        ("d", "d", "owner", True),
        ("e", "Ben's", "writer", False),
    ]


def test_every_request_asks_for_utc_text_and_ids_that_last(authority: Authority, clock: FixedClock) -> None:
    with pretending(authority) as graph:
        first = f"{graph.url}/v1.0/me/next"
        graph.answers["/delta"] = Said(json.dumps({"value": [], "@odata.nextLink": first}).encode())
        graph.answers["/next"] = Said(json.dumps({"value": [], "@odata.deltaLink": first}).encode())
        read_from(graph, clock)

    assert len(graph.asked) == 2
    for asked in graph.asked:
        prefer = asked.headers["Prefer"]
        for wish in ('outlook.timezone="UTC"', 'IdType="ImmutableId"', "odata.maxpagesize=", 'content-type="text"'):
            assert wish in prefer
        # A delta takes none of OData's options.
        assert not [name for name in asked.query if name.startswith("$")]
