"""`ce-calendar selftest`: the whole product against the sandbox, without a browser, a line per step.

It touches nothing of the installation: its own database, its own keys, its own sandbox, on free ports.
"""

import secrets
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin

import httpx
import uvicorn
from cryptography.fernet import Fernet

from ce_calendar.adapters.idle import LeftForLater, NobodyListens
from ce_calendar.adapters.logs import configure_logging
from ce_calendar.bootstrap import build_services, database_state, prepare_database
from ce_calendar.commands.processes import Program, answers, sandbox_command
from ce_calendar.domain.access import Actor, Role
from ce_calendar.domain.errors import ProviderError, Refused
from ce_calendar.domain.meetings.timeline import Span
from ce_calendar.http.app import make_api
from ce_calendar.services.registry import Services, set_services
from ce_calendar.settings import Settings

EMAIL, PASSWORD = "selftest@example.org", secrets.token_urlsafe(16)
ACCOUNT = "selftest@gmail.example"
CONTACT = "contact@partner.example"
COOKIE = "ce_session"


class SelftestFailed(Exception):
    """A step did not end as it should; the text says what was found."""


def expect(found: object, wanted: object, what: str) -> None:
    """Go on only if something is as it should be.

    Raises:
        SelftestFailed: it is not.
    """
    if found != wanted:
        raise SelftestFailed(f"{what}: expected {wanted}, found {found}")


def run_selftest(say: Callable[[str], None] = print) -> bool:
    """Run every step until the first failure; whether all went well."""
    configure_logging("WARNING")
    started = time.monotonic()
    with ExitStack() as stack:
        check = Selftest(stack)
        for title, step in check.steps():
            begun = time.monotonic()
            try:
                counts = step()
            except (SelftestFailed, ProviderError, Refused, httpx.HTTPError, OSError, RuntimeError) as error:
                say(f"FAIL  {title}: {error or type(error).__name__}")
                return False
            say(f"ok    {title:<44} {time.monotonic() - begun:6.2f} s   {counts}")
    say(f"All steps passed in {time.monotonic() - started:.1f} s.")
    return True


class Selftest:
    """The steps, in order, and what they hand to each other."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ce-calendar-selftest-")))
        self._google = ""
        self._url = ""
        self._browser = stack.enter_context(httpx.Client(timeout=20, trust_env=False))
        self._connection_id = ""
        self._services: Services

    def steps(self) -> Iterator[tuple[str, Callable[[], str]]]:
        """Titles and steps."""
        yield "sandbox", self.start_sandbox
        yield "database, organization, person, contact", self.prepare
        yield "sign-in", self.sign_in
        yield "consent", self.consent
        yield "first sync", self.first_sync
        yield "nothing changed", self.sync_without_changes
        yield "a change at Google", self.change
        yield "sync token expired (410)", self.expired
        yield "pause and resume", self.pause
        yield "disconnect", self.disconnect

    def start_sandbox(self) -> str:
        """A Google with one account: one meeting with the contact, one without."""
        port = _free_port()
        self._google = f"http://127.0.0.1:{port}"
        sandbox = Program("The sandbox", sandbox_command("--port", str(port)), env={}, log=self._folder / "sandbox.log")
        self._stack.callback(sandbox.stop)
        sandbox.wait_until(answers(f"{self._google}/_sandbox/log"), seconds=30)
        events = [_event("With the contact", days=2, guests=[CONTACT]), _event("Without", days=3, guests=[])]
        self._control("accounts", email=ACCOUNT, events=events)
        return f"{len(events)} events"

    def prepare(self) -> str:
        """An empty installation with one person and one contact."""
        settings = self._settings()
        prepare_database(settings)
        self._services = build_services(settings, announcer=NobodyListens(), jobs=LeftForLater())
        set_services(self._services)
        directory = self._services.directory
        directory.add_organization(slug="selftest", name="Self-test")
        directory.add_user(
            organization_slug="selftest",
            email=EMAIL,
            name="Self-test",
            password=PASSWORD,
            roles=frozenset({Role.STAFF}),
        )
        directory.add_contacts(organization_slug="selftest", contacts=[("Contact", CONTACT, "Partner")])
        self._stack.enter_context(_served(settings))
        return database_state(settings) or "at the newest schema"

    def _settings(self) -> Settings:
        """Settings of its own, whatever the installation's are."""
        self._url = f"http://127.0.0.1:{_free_port()}"
        values: dict[str, Any] = {
            "CE_PUBLIC_URL": self._url,
            "CE_DATABASE_URL": f"sqlite:///{self._folder / 'selftest.db'}",
            "CE_VAULT_KEYS": Fernet.generate_key().decode(),
            "CE_GOOGLE_API_URL": self._google,
            "CE_GOOGLE_AUTH_URL": f"{self._google}/o/oauth2/v2/auth",
            "CE_GOOGLE_TOKEN_URL": f"{self._google}/token",
            "CE_GOOGLE_REVOKE_URL": f"{self._google}/revoke",
            "CE_GOOGLE_USERINFO_URL": f"{self._google}/oauth2/v3/userinfo",
            "GOOGLE_CALENDAR_CLIENT_ID": "selftest-client",
            "GOOGLE_CALENDAR_CLIENT_SECRET": secrets.token_urlsafe(16),
        }
        return Settings(_env_file=None, **values)

    def sign_in(self) -> str:
        """By the form, as a browser does; a wrong password first."""
        wrong = self._browser.post(f"{self._url}/login", data={"email": EMAIL, "password": "not the password"})
        expect(COOKIE in wrong.cookies, False, "cookie after a wrong password")
        right = self._browser.post(f"{self._url}/login", data={"email": EMAIL, "password": PASSWORD})
        expect(right.status_code, 303, "answer to the right password")
        expect(COOKIE in self._browser.cookies, True, "cookie after the right password")
        return f"as {self._actor().email}"

    def consent(self) -> str:
        """Through the provider's own page and back."""
        start = self._browser.post(f"{self._url}/oauth/google/start")
        expect(start.status_code, 303, "answer to the start of the connection")
        page = self._browser.get(start.headers["location"])
        form = _Form(page.text)
        form.choose("account", ACCOUNT)
        form.choose("decision", "allow")
        # The session cookie is the application's alone.
        decided = httpx.post(urljoin(str(page.url), form.action), data=form.fields, trust_env=False)
        expect(decided.status_code in {302, 303}, True, "the consent page sends the browser back")
        back = self._browser.get(decided.headers["location"])
        wanted = f"{self._url}/ce/settings/calendar?connected=google"
        expect(back.headers.get("location", ""), wanted, "end of the connection")
        connections = self._services.connections.list(self._actor())
        expect(len(connections), 1, "connections")
        self._connection_id = connections[0].connection.id
        return "1 connection"

    def first_sync(self) -> str:
        """Everything in the window, one page."""
        report, requests = self._sync()
        expect((report["created"], requests.get("events.list")), (2, 1), "events and requests")
        expect(self._coming(), ["With the contact"], "coming meetings")
        return "2 events, 1 request, 1 meeting"

    def sync_without_changes(self) -> str:
        """One request, nothing else."""
        report, requests = self._sync()
        expect((report["changed"], requests), (0, {"events.list": 1}), "changes and requests")
        return "0 events, 1 request"

    def change(self) -> str:
        """One more meeting, put in at Google."""
        token = str(self._control("token", email=ACCOUNT)["access_token"])
        answer = httpx.post(
            f"{self._google}/calendar/v3/calendars/{quote(ACCOUNT)}/events",
            json=_event("Another", days=4, guests=[CONTACT]),
            headers={"Authorization": f"Bearer {token}"},
            trust_env=False,
        )
        answer.raise_for_status()
        report, _ = self._sync()
        expect(report["created"], 1, "new events")
        expect(self._coming(), ["With the contact", "Another"], "coming meetings")
        return "1 event, 2 meetings"

    def expired(self) -> str:
        """Everything is read once more and nothing is doubled."""
        self._control("expire-sync-tokens")
        report, requests = self._sync()
        expect((report["changed"], requests.get("events.list")), (0, 2), "changes and requests")
        expect(len(self._coming()), 2, "coming meetings")
        return "0 events, 2 requests"

    def pause(self) -> str:
        """Paused connections are not due; resumed ones at once."""
        connections = self._services.connections
        connections.set_auto_sync(self._actor(), connection_id=self._connection_id, enabled=False)
        expect(self._connection_id in self._services.syncing.due(), False, "due while paused")
        connections.set_auto_sync(self._actor(), connection_id=self._connection_id, enabled=True)
        expect(self._connection_id in self._services.syncing.due(), True, "due when resumed")
        return "not due, due"

    def disconnect(self) -> str:
        """Coming meetings go, access is withdrawn at Google."""
        since = self._log(0)["requests"][-1]["n"]
        self._services.connections.disconnect(self._actor(), connection_id=self._connection_id)
        self._services.connections.finish_disconnect(self._connection_id)
        expect(self._log(since)["counts"].get("oauth.revoke"), 1, "revocations")
        expect(self._coming(), [], "coming meetings")
        expect(self._services.connections.list(self._actor()), [], "connections")
        return "1 revocation"

    def _actor(self) -> Actor:
        return self._services.accounts.actor_for(self._browser.cookies[COOKIE])

    def _sync(self) -> tuple[dict[str, int], dict[str, int]]:
        """Sync now; counts of the report, and what was asked of the calendar API."""
        since = max((entry["n"] for entry in self._log(0)["requests"]), default=0)
        report = self._services.syncing.sync_now(self._actor(), connection_id=self._connection_id)
        changed = report.created + report.updated + report.deleted
        return {"created": report.created, "changed": changed}, self._log(since)["counts"]

    def _coming(self) -> list[str]:
        page = self._services.timeline.page(self._actor(), span=Span.COMING)
        return [meeting.title for meeting in page.meetings]

    def _control(self, name: str, **fields: object) -> dict[str, Any]:
        answer = httpx.post(f"{self._google}/_sandbox/{name}", json=fields, trust_env=False)
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        return told

    def _log(self, since: int) -> dict[str, Any]:
        answer = httpx.get(f"{self._google}/_sandbox/log", params={"since": since}, trust_env=False)
        told: dict[str, Any] = answer.json()
        return told


class _Form(HTMLParser):
    """The first form of a page, with what a browser would send of it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, list[str]] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form":
            self.action = found.get("action") or ""
        is_sent = found.get("type") in {"hidden", "text"} or "checked" in found
        if tag == "input" and found.get("name") and is_sent and "disabled" not in found:
            self.fields.setdefault(str(found["name"]), []).append(found.get("value") or "")

    def choose(self, name: str, value: str) -> None:
        """Choose one value."""
        self.fields[name] = [value]


def _event(title: str, *, days: int, guests: list[str]) -> dict[str, Any]:
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(days=days)
    return {
        "summary": title,
        "start": {"dateTime": start.isoformat()},
        "end": {"dateTime": (start + timedelta(hours=1)).isoformat()},
        "attendees": [{"email": guest} for guest in guests],
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _served(settings: Settings) -> Iterator[None]:
    """Serve the HTTP side in a thread; the screens are not needed here."""
    api = make_api(public_url=settings.public_url, check=lambda: database_state(settings))
    port = int(settings.public_url.rpartition(":")[2])
    server = uvicorn.Server(uvicorn.Config(api, host="127.0.0.1", port=port, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started:
        if time.monotonic() > deadline:
            raise SelftestFailed("the HTTP side did not start")
        time.sleep(0.02)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(10)
