"""`ce-calendar selftest`: the whole product against the sandbox, without a browser, a line per step.

It touches nothing of the installation: its own database, its own keys, its own sandbox, on free ports.
"""

import secrets
import ssl
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin

import httpx
from cryptography.fernet import Fernet

from ce_calendar.adapters.idle import LeftForLater, NobodyListens
from ce_calendar.adapters.logs import configure_logging
from ce_calendar.bootstrap import build_services, database_state, prepare_database
from ce_calendar.commands.processes import Program, answers, sandbox_command
from ce_calendar.commands.selftest_employees import EmployeeSteps
from ce_calendar.commands.selftest_parts import Form, SelftestFailed, expect, free_port, served
from ce_calendar.domain.access import Actor, Role
from ce_calendar.domain.errors import ProviderError, Refused
from ce_calendar.domain.meetings.timeline import Span
from ce_calendar.services.importing import COLUMNS
from ce_calendar.services.registry import Services, set_services
from ce_calendar.settings import Settings

EMAIL, PASSWORD = "selftest@example.org", secrets.token_urlsafe(16)
ACCOUNT = "selftest@gmail.example"
BROUGHT = "selftest.brought@gmail.example"
OUTLOOK = "selftest@outlook.example"
SHARED_UID = "shared@selftest.example"
DELTA = "GET /me/calendars/{id}/calendarView/delta"
CLIENT_ID = "selftest-client"
CONTACT = "contact@partner.example"
COOKIE = "ce_session"


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
        self.google = self._microsoft = self._microsoft_plain = self._url = ""
        self._ca = self._folder / "microsoft-ca.pem"
        self._browser = stack.enter_context(httpx.Client(timeout=20, trust_env=False))
        self._connection_id = ""
        self._legacy_key = Fernet.generate_key().decode()
        self.services: Services

    def steps(self) -> Iterator[tuple[str, Callable[[], str]]]:
        """Titles and steps."""
        yield "sandbox", self.start_sandbox
        yield "database, organization, person, contact", self.prepare
        yield "sign-in", self.sign_in
        yield "consent", lambda: self.consent("google", ACCOUNT)
        yield "first sync", self.first_sync
        yield "nothing changed", self.sync_without_changes
        yield "a change at Google", self.change
        yield "sync token expired (410)", self.expired
        yield "pause and resume", self.pause
        yield "disconnect", self.disconnect
        yield "moving over from an earlier system", self.move_over
        yield "consent at Microsoft", lambda: self.consent("microsoft", OUTLOOK)
        yield "first sync of Outlook", self.first_sync_of_outlook
        yield "a changed series", self.change_series
        yield "delta link dead (400)", self.dead_link
        yield "disconnect from Microsoft", self.disconnect_from_microsoft
        yield from EmployeeSteps(self).steps()

    def start_sandbox(self) -> str:
        """A Google with one account: one meeting with the contact, one without; and a Microsoft."""
        google, microsoft, plain = free_port(), free_port(), free_port()
        self.google = f"http://127.0.0.1:{google}"
        self._microsoft = f"https://localhost:{microsoft}"
        self._microsoft_plain = f"http://127.0.0.1:{plain}"
        command = sandbox_command(
            *("--port", str(google)),
            *("--microsoft-port", str(microsoft)),
            *("--microsoft-plain-port", str(plain)),
            *("--microsoft-ca", str(self._ca)),
        )
        sandbox = Program("The sandbox", command, env={}, log=self._folder / "sandbox.log")
        self._stack.callback(sandbox.stop)
        sandbox.wait_until(answers(f"{self.google}/_sandbox/log"), seconds=30)
        events = [_event("With the contact", days=2, guests=[CONTACT]), _event("Without", days=3, guests=[])]
        self.control("accounts", email=ACCOUNT, events=events)
        self.control("accounts", at=self._microsoft_plain, email=OUTLOOK)
        return f"{len(events)} events"

    def prepare(self) -> str:
        """An empty installation with one person and one contact."""
        settings = self._settings()
        prepare_database(settings)
        self.services = build_services(settings, announcer=NobodyListens(), jobs=LeftForLater())
        set_services(self.services)
        directory = self.services.directory
        directory.add_organization(slug="selftest", name="Self-test")
        directory.add_user(
            organization_slug="selftest",
            email=EMAIL,
            name="Self-test",
            password=PASSWORD,
            roles=frozenset({Role.STAFF, Role.DISPATCHER}),
        )
        directory.add_contacts(organization_slug="selftest", contacts=[("Contact", CONTACT, "Partner")])
        self._stack.enter_context(served(settings))
        return database_state(settings) or "at the newest schema"

    def _settings(self) -> Settings:
        """Settings of its own, whatever the installation's are."""
        self._url = f"http://127.0.0.1:{free_port()}"
        values: dict[str, Any] = {
            "CE_PUBLIC_URL": self._url,
            "CE_DATABASE_URL": f"sqlite:///{self._folder / 'selftest.db'}",
            "CE_VAULT_KEYS": Fernet.generate_key().decode(),
            "CE_LEGACY_TOKEN_KEYS": self._legacy_key,
            "CE_GOOGLE_API_URL": self.google,
            "CE_GOOGLE_AUTH_URL": f"{self.google}/o/oauth2/v2/auth",
            "CE_GOOGLE_TOKEN_URL": f"{self.google}/token",
            "CE_GOOGLE_REVOKE_URL": f"{self.google}/revoke",
            "CE_GOOGLE_USERINFO_URL": f"{self.google}/oauth2/v3/userinfo",
            "GOOGLE_CALENDAR_CLIENT_ID": CLIENT_ID,
            "GOOGLE_CALENDAR_CLIENT_SECRET": secrets.token_urlsafe(16),
            "CE_MICROSOFT_AUTHORITY": f"{self._microsoft}/common",
            "CE_MICROSOFT_GRAPH_URL": self._microsoft,
            "CE_CA_BUNDLE": str(self._ca),
            "VITE_MICROSOFT_CALENDAR_CLIENT_ID": CLIENT_ID,
            "MICROSOFT_CALENDAR_CLIENT_SECRET": secrets.token_urlsafe(16),
        }
        return Settings(_env_file=None, **values)

    def sign_in(self) -> str:
        """By the form, as a browser does; a wrong password first."""
        wrong = self._browser.post(f"{self._url}/login", data={"email": EMAIL, "password": "not the password"})
        expect(COOKIE in wrong.cookies, False, "cookie after a wrong password")
        right = self._browser.post(f"{self._url}/login", data={"email": EMAIL, "password": PASSWORD})
        expect(right.status_code, 303, "answer to the right password")
        expect(COOKIE in self._browser.cookies, True, "cookie after the right password")
        return f"as {self.actor().email}"

    def consent(self, provider: str, account: str) -> str:
        """Through the provider's own page and back."""
        led_to = self.through_consent(f"/oauth/{provider}/start", account)
        expect(led_to, f"/ce/settings/calendar?connected={provider}", "end of the connection")
        views = self.services.connections.list(self.actor()).views
        linked = [view.connection.id for view in views if view.connection.account_email == account]
        expect(len(linked), 1, "connections")
        self._connection_id = linked[0]
        return "1 connection"

    def through_consent(self, path: str, account: str) -> str:
        """Let an account's owner say yes; returns the path the browser ends at."""
        start = self._browser.post(f"{self._url}{path}")
        # A redirect, or a page that leads on where the form may not.
        expect(start.status_code in {200, 303}, True, "the start of the connection leads on")
        page = self._browser.get(start.headers.get("location") or Form(start.text).link)
        form = Form(page.text)
        form.choose("account", account)
        form.choose("decision", "allow")
        # The session cookie is the application's alone.
        decided = httpx.post(urljoin(str(page.url), form.action), data=form.fields, trust_env=False)
        expect(decided.status_code in {302, 303}, True, "the consent page sends the browser back")
        back = self._browser.get(decided.headers["location"])
        return str(back.headers.get("location", "")).removeprefix(self._url)

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
        token = str(self.control("token", email=ACCOUNT)["access_token"])
        answer = httpx.post(
            f"{self.google}/calendar/v3/calendars/{quote(ACCOUNT)}/events",
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
        self.control("expire-sync-tokens")
        report, requests = self._sync()
        expect((report["changed"], requests.get("events.list")), (0, 2), "changes and requests")
        expect(len(self._coming()), 2, "coming meetings")
        return "0 events, 2 requests"

    def pause(self) -> str:
        """Paused connections are not due; resumed ones at once."""
        connections = self.services.connections
        connections.set_auto_sync(self.actor(), connection_id=self._connection_id, enabled=False)
        expect(self._connection_id in self.services.syncing.due(), False, "due while paused")
        connections.set_auto_sync(self.actor(), connection_id=self._connection_id, enabled=True)
        expect(self._connection_id in self.services.syncing.due(), True, "due when resumed")
        return "not due, due"

    def disconnect(self) -> str:
        """Coming meetings go, access is withdrawn at Google."""
        since = self.log(0)["requests"][-1]["n"]
        self.services.connections.disconnect(self.actor(), connection_id=self._connection_id)
        self.services.connections.finish_disconnect(self._connection_id)
        expect(self.log(since)["counts"].get("oauth.revoke"), 1, "revocations")
        expect(self._coming(), [], "coming meetings")
        expect(self.services.connections.list(self.actor()).total, 0, "connections")
        return "1 revocation"

    def move_over(self) -> str:
        """An encrypted token from a file, into the vault, and its calendar onto the timeline."""
        shared = {**_event("Brought along", days=5, guests=[CONTACT]), "iCalUID": SHARED_UID}
        self.control("accounts", email=BROUGHT, events=[shared])
        granted = self.control("grant", email=BROUGHT, client_id=CLIENT_ID)
        token = Fernet(self._legacy_key).encrypt(granted["refresh_token"].encode()).decode()
        row = (EMAIL, "google", BROUGHT, "", token, CLIENT_ID)
        file = "\n".join(",".join(line) for line in (COLUMNS, row))
        expect(self.services.connection_import.take(file.encode()).added, 1, "imported connections")
        actor = self.actor()
        self.services.backfill.start(actor)
        run = self.services.backfill.run(actor.organization_id)
        expect((run.done, run.failed) if run else None, (1, 0), "moved to the vault, and not")
        for connection_id in self.services.syncing.due(actor.organization_id):
            self.services.syncing.run(connection_id)
        expect(self._coming(), ["Brought along"], "coming meetings")
        return "1 connection, 1 meeting"

    def first_sync_of_outlook(self) -> str:
        """A meeting that stands in the Google calendar too, and a series: each once."""
        series = {
            "pattern": {"type": "daily", "interval": 1},
            "range": {"type": "numbered", "numberOfOccurrences": 3},
        }
        events = [
            {**_outlook_event("Brought along", days=5), "iCalUId": SHARED_UID},
            {**_outlook_event("Round", days=6), "recurrence": series},
        ]
        self.control("accounts", at=self._microsoft_plain, email=OUTLOOK, events=events)
        report, requests = self._sync(at=self._microsoft_plain)
        # The changes, and a view for what the occurrences of the series hold.
        expect((report["created"], sum(requests.values())), (4, 2 + 1), "events and requests")
        expect(self._coming(), ["Brought along", "Round", "Round", "Round"], "coming meetings")
        return "4 events, 2 requests, 4 meetings"

    def change_series(self) -> str:
        """Moved as a whole: one request tells of the change, one more of the series."""
        token = str(self.control("token", at=self._microsoft_plain, email=OUTLOOK)["access_token"])
        with httpx.Client(
            base_url=f"{self._microsoft}/v1.0/me/",
            headers={"Authorization": f"Bearer {token}"},
            verify=ssl.create_default_context(cafile=self._ca),
            trust_env=False,
        ) as graph:
            masters = [item["id"] for item in graph.get("events").json()["value"] if item["type"] == "seriesMaster"]
            graph.patch(f"events/{masters[0]}", json=_outlook_event("Moved", days=9)).raise_for_status()
        report, requests = self._sync(at=self._microsoft_plain)
        expect((report["changed"] > 0, sum(requests.values())), (True, 2), "changes and requests")
        expect(self._coming(), ["Brought along", "Moved", "Moved", "Moved"], "coming meetings")
        return "3 meetings, 2 requests"

    def dead_link(self) -> str:
        """Everything is read once more and nothing is doubled."""
        self.control("expire-sync-tokens", at=self._microsoft_plain, status=400)
        report, requests = self._sync(at=self._microsoft_plain)
        expect((report["changed"], requests.get(DELTA)), (0, 2), "changes and requests")
        return "0 events, 2 requests"

    def disconnect_from_microsoft(self) -> str:
        """Its meetings go, but for the one that the Google calendar holds, too."""
        self.services.connections.disconnect(self.actor(), connection_id=self._connection_id)
        outcome = self.services.connections.finish_disconnect(self._connection_id)
        expect(outcome.value, "forgotten", "what came of the grant")
        expect(self._coming(), ["Brought along"], "coming meetings")
        return "1 meeting stays"

    def actor(self) -> Actor:
        """Who is signed in."""
        return self.services.accounts.actor_for(self._browser.cookies[COOKIE])

    def _sync(self, *, at: str = "") -> tuple[dict[str, int], dict[str, int]]:
        """Sync now; counts of the report, and what was asked of the calendar API."""
        since = max((entry["n"] for entry in self.log(0, at=at)["requests"]), default=0)
        report = self.services.syncing.sync_now(self.actor(), connection_id=self._connection_id)
        changed = report.created + report.updated + report.deleted
        return {"created": report.created, "changed": changed}, self.log(since, at=at)["counts"]

    def _coming(self) -> list[str]:
        page = self.services.timeline.page(self.actor(), span=Span.COMING)
        return [meeting.title for meeting in page.meetings]

    def control(self, name: str, *, at: str = "", **fields: object) -> dict[str, Any]:
        """Ask something of a sandbox's control side; of Google's if none is named."""
        answer = httpx.post(f"{at or self.google}/_sandbox/{name}", json=fields, trust_env=False)
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        return told

    def log(self, since: int, *, at: str = "") -> dict[str, Any]:
        """What a sandbox was asked after the request of this number."""
        answer = httpx.get(f"{at or self.google}/_sandbox/log", params={"since": since}, trust_env=False)
        told: dict[str, Any] = answer.json()
        return told


def _event(title: str, *, days: int, guests: list[str]) -> dict[str, Any]:
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(days=days)
    return {
        "summary": title,
        "start": {"dateTime": start.isoformat()},
        "end": {"dateTime": (start + timedelta(hours=1)).isoformat()},
        "attendees": [{"email": guest} for guest in guests],
    }


def _outlook_event(title: str, *, days: int) -> dict[str, Any]:
    """The same at Microsoft, with the contact."""
    event = _event(title, days=days, guests=[CONTACT])
    times = {name: {"dateTime": event[name]["dateTime"], "timeZone": "UTC"} for name in ("start", "end")}
    guest = {"emailAddress": {"address": CONTACT}, "type": "required"}
    return {"subject": title, **times, "attendees": [guest]}
