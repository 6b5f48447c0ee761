"""The worlds of both hosts: Google's in the sandbox, and the one in memory."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from ce_calendar.adapters.google.events import TASK_PROPERTY
from ce_calendar.adapters.google.host import GoogleCalendarHost
from ce_calendar.adapters.google.oauth import CENTRAL_SCOPES
from ce_calendar.adapters.memory import MemoryWorld
from ce_calendar.adapters.memory_host import BATCH, HostingWorld, MemoryCalendarHost
from ce_calendar.domain.errors import ProviderUnavailable, RateLimited
from ce_calendar.domain.meetings.connections import Credential
from ce_calendar.ports.hosting import AddShare, CalendarFacts, Call, InsertEvent
from tests.conftest import FixedClock
from tests.contract.hosting import BOB, CENTRAL, EVENT, FACTS, HostWorld, Seen, Trouble, seen
from tests.support.sandbox import GoogleSandbox


class Memory(HostWorld):
    def __init__(self, clock: FixedClock) -> None:
        self.memory = MemoryWorld(clock)
        for email in (CENTRAL, BOB):
            self.memory.add_account(email)
        self.hosting = HostingWorld(self.memory)
        self.host = MemoryCalendarHost(self.hosting)
        self.credential = self.memory.grant(CENTRAL)
        self.retry_at = clock() + timedelta(minutes=1)

    def credential_of_bob(self) -> Credential:
        return self.memory.grant(BOB)

    def calendar_of_bob(self) -> str:
        theirs = self.host.create_calendar(self.credential_of_bob(), FACTS)
        calls: list[Call] = [InsertEvent(theirs, "bobsown1", EVENT), AddShare(theirs, CENTRAL)]
        self.host.carry_out(self.credential_of_bob(), calls)
        return theirs

    def calendars(self) -> Mapping[str, CalendarFacts]:
        return {each.id: each.facts for each in self.hosting.calendars.values() if each.owner == CENTRAL}

    def readers(self, calendar_id: str) -> frozenset[str]:
        return frozenset(self.hosting.calendars[calendar_id].readers)

    def events(self, calendar_id: str) -> Mapping[str, Seen]:
        kept = self.hosting.calendars[calendar_id].events
        return {
            event_id: seen(event, kept[event_id].task_id)
            for event_id, event in self.hosting.calendars[calendar_id].shown().items()
        }

    def mails(self) -> Sequence[tuple[str, str]]:
        return self.hosting.mails

    def calls(self) -> Mapping[str, int]:
        return Counter([*self.hosting.calls, *[name for name, _ in self.hosting.requests if name == BATCH]])

    def trouble(self, operation: str, trouble: Trouble, *, skip: int = 0, times: int = 1) -> None:
        limited = trouble is Trouble.TOO_MANY
        self.hosting.fail(
            operation,
            RateLimited(retry_at=self.retry_at) if limited else ProviderUnavailable("no_answer"),
            times=times,
            skip=skip,
            after=trouble in {Trouble.DOWN_AFTER, Trouble.CUT_AFTER},
            cuts=trouble in {Trouble.CUT, Trouble.CUT_AFTER},
        )

    def limit_creations(self, left: int) -> None:
        self.hosting.creations_left = left


ORDERS: Mapping[Trouble, dict[str, Any]] = {
    Trouble.DOWN: {"status": 503},
    Trouble.DOWN_AFTER: {"status": 503, "when": "after"},
    Trouble.CUT: {"drop": True},
    Trouble.CUT_AFTER: {"drop": True, "when": "after"},
    Trouble.TOO_MANY: {"status": 429, "retry_after": 60},
}


class Google(HostWorld):
    def __init__(self, sandbox: GoogleSandbox, clock: FixedClock) -> None:
        self.sandbox = sandbox
        for email in (CENTRAL, BOB):
            sandbox.control("accounts", email=email)
        self.host = GoogleCalendarHost(clock=clock, api_url=sandbox.url, timeout_seconds=5)
        self.credential = sandbox.grant(CENTRAL, CENTRAL_SCOPES)
        self.token = str(sandbox.control("token", email=CENTRAL)["access_token"])
        self.token_of_bob = str(sandbox.control("token", email=BOB)["access_token"])
        self.seen_before: dict[str, int] = {}

    def ask(self, path: str, **query: object) -> Any:
        """What a stranger's client reads, without its reading being counted."""
        before = self.sandbox.counts()
        token = self.token_of_bob if path.startswith(self.of_bob) else self.token
        answer = self.sandbox.call("GET", path, token, params=query)
        for operation, count in self.sandbox.counts().items():
            self.seen_before[operation] = self.seen_before.get(operation, 0) + count - before.get(operation, 0)
        return answer

    of_bob = "calendars/nobody"

    def credential_of_bob(self) -> Credential:
        return self.sandbox.grant(BOB, CENTRAL_SCOPES)

    def calendar_of_bob(self) -> str:
        theirs = self.host.create_calendar(self.credential_of_bob(), FACTS)
        calls: list[Call] = [InsertEvent(theirs, "bobsown1", EVENT), AddShare(theirs, CENTRAL)]
        self.host.carry_out(self.credential_of_bob(), calls)
        self.of_bob = f"calendars/{theirs}"
        return theirs

    def calendars(self) -> Mapping[str, CalendarFacts]:
        items = self.ask("users/me/calendarList", minAccessRole="owner")["items"]
        return {
            item["id"]: CalendarFacts(item["summary"], item["timeZone"], item.get("description", ""))
            for item in items
            if not item.get("primary")
        }

    def readers(self, calendar_id: str) -> frozenset[str]:
        rules = self.ask(f"calendars/{calendar_id}/acl")["items"]
        return frozenset(rule["scope"]["value"] for rule in rules if rule["role"] == "reader")

    def events(self, calendar_id: str) -> Mapping[str, Seen]:
        items = self.ask(f"calendars/{calendar_id}/events", maxResults=2500)["items"]
        return {item["id"]: _seen(item) for item in items}

    def mails(self) -> Sequence[tuple[str, str]]:
        mails = self.sandbox.http.get(f"{self.sandbox.url}/_sandbox/outbox").json()["mails"]
        assert {mail["kind"] for mail in mails} <= {"sharing"}
        return [(mail["to"], mail["about"]) for mail in mails]

    def calls(self) -> Mapping[str, int]:
        left = {name: count - self.seen_before.get(name, 0) for name, count in self.sandbox.counts().items()}
        return {name: count for name, count in left.items() if count}

    def trouble(self, operation: str, trouble: Trouble, *, skip: int = 0, times: int = 1) -> None:
        self.sandbox.control("faults", operation=operation, skip=skip, times=times, **ORDERS[trouble])

    def limit_creations(self, left: int) -> None:
        self.sandbox.control("quotas", calendars=left)


def _seen(item: Mapping[str, Any]) -> Seen:
    assert item["status"] == "confirmed"
    assert item.get("transparency", "opaque") == "opaque"
    assert item["reminders"]["useDefault"] is False
    overrides = item["reminders"].get("overrides", [])
    assert {each["method"] for each in overrides} <= {"popup"}
    start, end = (
        date.fromisoformat(item[name]["date"])
        if "date" in item[name]
        else datetime.fromisoformat(item[name]["dateTime"])
        for name in ("start", "end")
    )
    return Seen(
        title=item["summary"],
        description=item.get("description", ""),
        location=item.get("location", ""),
        color_id=item.get("colorId", ""),
        reminder_minutes=tuple(sorted(each["minutes"] for each in overrides)),
        start=start,
        end=end,
        task_id=item.get("extendedProperties", {}).get("private", {}).get(TASK_PROPERTY, ""),
    )
