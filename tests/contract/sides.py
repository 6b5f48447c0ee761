"""An account at each of the sandbox's providers, for the histories."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, ClassVar
from urllib.parse import quote
from uuid import uuid4
from zoneinfo import ZoneInfo

from ce_calendar.adapters.google.calendar import GoogleMeetings
from ce_calendar.adapters.microsoft.calendar import MicrosoftMeetings
from ce_calendar.domain.meetings.connections import Credential, Provider
from ce_calendar.domain.window import SyncWindow
from tests.conftest import FixedClock
from tests.contract.histories import CARLA, Placed, Shown, Side
from tests.support.sandbox import GoogleSandbox, MicrosoftSandbox

BERLIN = "Europe/Berlin"
FAULTS: Sequence[dict[str, Any]] = (
    {"status": 503},
    {"status": 429, "retry_after": 9},
    {"status": 410},
    {"status": 401},
    {"drop": True},
)


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


class Google(Side):
    name = Provider.GOOGLE
    troubles: ClassVar[Sequence[dict[str, Any]]] = [
        *({"operation": "events.list", **fault} for fault in FAULTS),
        {"operation": "calendarList.list", "status": 500},
    ]

    def __init__(self, sandbox: GoogleSandbox) -> None:
        self.sandbox = sandbox
        self.provider = GoogleMeetings(clock=FixedClock(), api_url=sandbox.url, timeout_seconds=5)

    def begin(self) -> None:
        self.email = f"{uuid4().hex[:10]}@gmail.example"
        self.second = f"{uuid4().hex[:10]}@group.calendar.google.com"
        calendars = [{"id": self.second, "summary": "Second", "timeZone": BERLIN}]
        self.sandbox.control("accounts", email=self.email, time_zone=BERLIN, calendars=calendars)
        self.token = self.grant().access_token

    def grant(self) -> Credential:
        return self.sandbox.grant(self.email)

    def calendar_ids(self) -> Sequence[str]:
        return self.email, self.second

    def call(self, method: str, calendar: int, path: str = "", **more: Any) -> Any:
        return self.sandbox.call(method, f"calendars/{self.calendar_ids()[calendar]}/events{path}", self.token, **more)

    def add(self, calendar: int, title: str, placed: Placed, *, uid: str, with_contact: bool, private: bool) -> str:
        body = {"summary": title, **self.span(placed)}
        body |= {"attendees": [{"email": CARLA}]} if with_contact else {}
        body |= {"visibility": "private"} if private else {}
        body |= {"iCalUID": uid} if uid else {}
        body |= {"recurrence": self.rules(placed.count)} if placed.count else {}
        return str(self.call("POST", calendar, json=body)["iCalUID"])

    def move(self, event_id: str, calendar: int, placed: Placed) -> None:
        span = self.span(placed)
        # A patch merges: what the other form of a time has must be taken out.
        for value in span.values():
            value |= {name: None for name in ("date", "dateTime", "timeZone") if name not in value}
        self.call("PATCH", calendar, f"/{event_id}", json=span)

    def rename(self, event_id: str, calendar: int, title: str) -> None:
        self.call("PATCH", calendar, f"/{event_id}", json={"summary": title})

    def repeat(self, event_id: str, calendar: int, count: int) -> None:
        self.call("PATCH", calendar, f"/{event_id}", json={"recurrence": self.rules(count)})

    def delete(self, event_id: str, calendar: int) -> None:
        self.call("DELETE", calendar, f"/{event_id}")

    def tops(self, calendar: int) -> Sequence[str]:
        items = self.call("GET", calendar, params={"maxResults": 2500})["items"]
        return [item["id"] for item in items if item["status"] != "cancelled" and "recurringEventId" not in item]

    def view(self, calendar: int, window: SyncWindow) -> Sequence[Shown]:
        query = {"singleEvents": "true", "maxResults": 2500, "timeMin": iso(window.start), "timeMax": iso(window.end)}
        return [self.shown(item) for item in self.call("GET", calendar, params=query)["items"]]

    def expire_cursors(self) -> None:
        self.sandbox.control("expire-sync-tokens", email=self.email)

    def meet(self, trouble: dict[str, Any]) -> None:
        self.sandbox.control("faults", **trouble, times=1)

    def heal(self) -> None:
        self.sandbox.heal()

    @staticmethod
    def span(placed: Placed) -> dict[str, Any]:
        if placed.hour is None:
            return {"start": {"date": placed.start.date().isoformat()}, "end": {"date": placed.end.date().isoformat()}}
        return {
            name: {"dateTime": moment.replace(tzinfo=ZoneInfo(BERLIN)).isoformat(), "timeZone": BERLIN}
            for name, moment in (("start", placed.start), ("end", placed.end))
        }

    @staticmethod
    def rules(count: int) -> list[str]:
        return [f"RRULE:FREQ=DAILY;INTERVAL=3;COUNT={count}"] if count else []

    @staticmethod
    def shown(item: dict[str, Any]) -> Shown:
        original = item.get("originalStartTime", {})
        stood = original.get("date") or (iso(datetime.fromisoformat(original["dateTime"])) if original else "")
        guests = {guest["email"] for guest in item.get("attendees", [])}
        return Shown(
            event_id=item["id"],
            title=item["summary"],
            start=_google_time(item["start"]),
            end=_google_time(item["end"]),
            identity=(item["iCalUID"], stood),
            is_meeting=CARLA in guests and item.get("visibility") != "private",
            is_occurrence="recurringEventId" in item,
        )


def _google_time(value: dict[str, str]) -> datetime | date:
    if "date" in value:
        return date.fromisoformat(value["date"])
    return datetime.fromisoformat(value["dateTime"]).astimezone(UTC)


class Microsoft(Side):
    name = Provider.MICROSOFT
    troubles: ClassVar[Sequence[dict[str, Any]]] = [
        *({"operation": "GET /me/calendars/{id}/calendarView/delta", **fault} for fault in FAULTS),
        *({"operation": "GET /me/calendars/{id}/calendarView", **fault} for fault in FAULTS),
        *({"operation": "GET /me/calendars/{id}/events/{id}/instances", **fault} for fault in FAULTS),
        {"operation": "GET /me/calendars", "status": 500},
    ]

    def __init__(self, sandbox: MicrosoftSandbox) -> None:
        self.sandbox = sandbox
        self.provider = MicrosoftMeetings(
            clock=FixedClock(), graph_url=sandbox.url, ca_bundle=sandbox.ca_bundle, timeout_seconds=5
        )

    def begin(self) -> None:
        self.email = f"{uuid4().hex[:10]}@outlook.example"
        self.ids: list[str] = self.sandbox.control(
            "accounts", email=self.email, time_zone=BERLIN, calendars=[{"name": "Second"}]
        )["calendars"]
        self.number = 0
        self.token = self.grant().access_token

    def grant(self) -> Credential:
        return self.sandbox.grant(self.email)

    def calendar_ids(self) -> Sequence[str]:
        return self.ids

    def call(self, method: str, path: str, **more: Any) -> Any:
        return self.sandbox.call(method, path, self.token, **more)

    def add(self, calendar: int, title: str, placed: Placed, *, uid: str, with_contact: bool, private: bool) -> str:
        guest = {"emailAddress": {"address": CARLA}, "type": "required"}
        body = {"subject": title, **self.span(placed), "attendees": [guest] if with_contact else []}
        body |= {"sensitivity": "private" if private else "normal", "recurrence": self.rules(placed.count)}
        if not uid:
            return str(self.call("POST", f"/me/calendars/{self.ids[calendar]}/events", json=body)["iCalUId"])
        # A given UID is what comes from elsewhere, with an invitation.
        self.sandbox.control("accounts", email=self.email, events=[{**body, "iCalUId": uid}])
        return uid

    def move(self, event_id: str, calendar: int, placed: Placed) -> None:
        self.call("PATCH", f"/me/events/{quote(event_id)}", json=self.span(placed))

    def rename(self, event_id: str, calendar: int, title: str) -> None:
        self.call("PATCH", f"/me/events/{quote(event_id)}", json={"subject": title})

    def repeat(self, event_id: str, calendar: int, count: int) -> None:
        self.call("PATCH", f"/me/events/{quote(event_id)}", json={"recurrence": self.rules(count)})

    def delete(self, event_id: str, calendar: int) -> None:
        self.call("DELETE", f"/me/events/{quote(event_id)}")

    def tops(self, calendar: int) -> Sequence[str]:
        return [item["id"] for item in self.listed(calendar, "events", {})]

    def view(self, calendar: int, window: SyncWindow) -> Sequence[Shown]:
        span = {"startDateTime": iso(window.start), "endDateTime": iso(window.end)}
        tops = {item["id"]: item for item in self.listed(calendar, "events", {})}
        return [self.shown(item, tops) for item in self.listed(calendar, "calendarView", span)]

    def listed(self, calendar: int, what: str, query: dict[str, str]) -> list[Any]:
        path = f"/me/calendars/{self.ids[calendar]}/{what}"
        found: list[Any] = self.call("GET", path, params={**query, "$top": 1000})["value"]
        return found

    def expire_cursors(self) -> None:
        self.number += 1
        self.sandbox.control("expire-sync-tokens", email=self.email, status=(400, 410)[self.number % 2])

    def meet(self, trouble: dict[str, Any]) -> None:
        self.sandbox.control("faults", **trouble, times=1)

    def heal(self) -> None:
        self.sandbox.heal()

    @staticmethod
    def span(placed: Placed) -> dict[str, Any]:
        times = {"start": placed.start, "end": placed.end}
        written = {name: {"dateTime": moment.isoformat(), "timeZone": BERLIN} for name, moment in times.items()}
        return {**written, "isAllDay": placed.hour is None}

    @staticmethod
    def rules(count: int) -> dict[str, Any] | None:
        if not count:
            return None
        span = {"type": "numbered", "numberOfOccurrences": count}
        return {"pattern": {"type": "daily", "interval": 3}, "range": span}

    @staticmethod
    def shown(item: dict[str, Any], tops: dict[str, dict[str, Any]]) -> Shown:
        guests = {guest["emailAddress"]["address"] for guest in item["attendees"]}
        top = tops[item["seriesMasterId"] or item["id"]]
        stood = item.get("originalStart", "")
        if stood and top["isAllDay"]:
            stood = datetime.fromisoformat(stood).astimezone(ZoneInfo(BERLIN)).date().isoformat()
        return Shown(
            event_id=item["id"],
            title=item["subject"],
            start=_graph_time(item["start"], item),
            end=_graph_time(item["end"], item),
            identity=(top["iCalUId"], stood),
            is_meeting=CARLA in guests and item["sensitivity"] == "normal",
            is_occurrence=item["seriesMasterId"] is not None,
        )


def _graph_time(value: dict[str, str], item: dict[str, Any]) -> datetime | date:
    moment = datetime.fromisoformat(value["dateTime"]).replace(tzinfo=UTC)
    return moment.date() if item["isAllDay"] else moment
