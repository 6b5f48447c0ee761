"""The real HTTP libraries at DEBUG against a real server: no secret and nobody's words in what they log."""

import io
import json
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httplib2
import httpx
import pytest
import requests

from ce_calendar.adapters.google.host import GoogleCalendarHost
from ce_calendar.adapters.logs import configure_logging
from ce_calendar.domain.employees.event import TaskEvent
from ce_calendar.domain.errors import ProviderError
from ce_calendar.domain.meetings.connections import Credential
from ce_calendar.ports.hosting import AddShare, Call, InsertEvent
from tests.conftest import NOON, FixedClock
from tests.support.logs import logging_put_back

SECRETS = {
    "query": "querysecret",
    "header": "headersecret",
    "body": "bodysecret",
    "cookie": "cookiesecret",
    "answer": "answersecret",
    "calendar": "carla",
}
PATH = f"/calendars/{SECRETS['calendar']}%40clinic.example/events?syncToken={SECRETS['query']}"
HEADERS = {"Authorization": f"Bearer {SECRETS['header']}"}
BODY = {"refresh_token": SECRETS["body"]}


class Provider(BaseHTTPRequestHandler):
    """Answers everything with a cookie and a body that nobody may log."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        answer = json.dumps({"summary": SECRETS["answer"]}).encode()
        self.send_response(403)
        self.send_header("Set-Cookie", f"session={SECRETS['cookie']}")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Keep the server itself quiet."""


@pytest.fixture
def provider() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def by_requests(url: str) -> None:
    with requests.Session() as session:
        session.post(url, headers=HEADERS, data=BODY, timeout=10).raise_for_status()


def by_httpx(url: str) -> None:
    httpx.post(url, headers=HEADERS, data=BODY).raise_for_status()


def by_httplib2(url: str) -> None:
    client = httplib2.Http()
    answer, content = client.request(url, "POST", headers=HEADERS, body=f"refresh_token={SECRETS['body']}")
    client.close()
    assert answer.status == 403
    raise RuntimeError(content.decode())


def by_the_host_of_employees_calendars(url: str) -> None:
    host = GoogleCalendarHost(clock=FixedClock(), api_url=url)
    credential = Credential("client", SECRETS["header"], "", NOON)
    event = TaskEvent(SECRETS["body"], SECRETS["body"], SECRETS["body"], "UTC", "", (), NOON.date(), NOON.date())
    calendar_id = f"{SECRETS['calendar']}@clinic.example"
    calls: list[Call] = [
        InsertEvent(calendar_id, "aaaaa1", event),
        AddShare(calendar_id, f"{SECRETS['calendar']}@x.example"),
    ]
    try:
        host.carry_out(credential, calls)
    except ProviderError:
        outcomes = host.carry_out(credential, calls[:1])
    host.close()
    assert isinstance(outcomes[0], ProviderError)
    raise outcomes[0]


@pytest.mark.parametrize("ask", [by_requests, by_httpx, by_httplib2, by_the_host_of_employees_calendars])
def test_a_refused_request_leaves_no_secret_in_the_log(
    provider: str, ask: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    stderr = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stderr)
    with logging_put_back():
        configure_logging("DEBUG")
        for name in ("urllib3", "httpcore", "httpx", "httplib2", "requests"):
            logging.getLogger(name).setLevel(logging.DEBUG)
        try:
            ask(provider + PATH)
        except Exception as error:
            logging.getLogger("ce_calendar").exception("the provider refused: %s", error)  # noqa: TRY401 - the worst habit
        for name in ("urllib3", "httpcore", "httpx", "httplib2", "requests"):
            logging.getLogger(name).setLevel(logging.NOTSET)
    printed = stderr.getvalue() + "".join(capfd.readouterr())
    assert "the provider refused" in printed
    for secret in SECRETS.values():
        assert secret not in printed
