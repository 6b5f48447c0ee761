"""What stands at Google's end of the employee calendars: asked of the sandbox as the account concerned would ask."""

from typing import Any
from urllib.parse import quote

import httpx

from tests.e2e.central import CENTRAL_ACCOUNT
from tests.support.installation import control

DEMO = "tasks.demo@group.calendar.google.com"
"""A calendar the sandbox's demo starts with."""
LENA = "lena.fischer@gmail.example"
MARCUS = "marcus.hill@gmail.example"
"""Technicians with a Google account."""


class AtGoogle:
    """The sandbox's Google, through its API."""

    def __init__(self, url: str) -> None:
        self._url = url

    def ask(self, method: str, path: str, *, account: str, json: object = None) -> httpx.Response:
        """A request of the calendar API, as this account."""
        token = control(self._url, "token", email=account)["access_token"]
        return httpx.request(
            method, f"{self._url}/calendar/v3{path}", headers={"Authorization": f"Bearer {token}"}, json=json
        )

    def calendars(self) -> dict[str, str]:
        """The employees' calendars under the central account: names by id."""
        items = self._items("/users/me/calendarList", CENTRAL_ACCOUNT)
        return {each["id"]: each["summary"] for each in items if not each.get("primary") and each["id"] != DEMO}

    def titles(self, calendar_id: str, *, account: str) -> list[str]:
        """Of the events in a calendar, as the account sees it."""
        return sorted(each["summary"] for each in self._items(_events(calendar_id), account))

    def invitations(self, email: str) -> int:
        """Mails about a calendar shared with somebody."""
        mails: Any = control(self._url, "outbox")["mails"]
        return sum(mail["kind"] == "sharing" and mail["to"] == email for mail in mails)

    def writes(self, calendar_id: str, *, account: str) -> set[int]:
        """What Google answers to somebody who tries every way to change a calendar with one event, and its sharing."""
        calendar, events = f"/calendars/{quote(calendar_id, safe='')}", _events(calendar_id)
        event = f"{events}/{self._items(events, account)[0]['id']}"
        mine = {"summary": "Mine", "start": {"date": "2026-12-01"}, "end": {"date": "2026-12-02"}}
        rule = {"role": "owner", "scope": {"type": "user", "value": account}}
        tried: tuple[tuple[str, str, object], ...] = (
            ("POST", events, mine),
            ("POST", f"{events}/import", {**mine, "iCalUID": "mine@demo.example"}),
            ("POST", f"{events}/quickAdd?text=Mine", None),
            ("PUT", event, mine),
            ("PATCH", event, {"summary": "Mine"}),
            ("POST", f"{event}/move?destination={quote(account)}", None),
            ("DELETE", event, None),
            ("PATCH", calendar, {"summary": "Mine"}),
            ("PUT", calendar, {"summary": "Mine"}),
            ("DELETE", calendar, None),
            ("POST", f"{calendar}/acl", rule),
            ("PUT", f"{calendar}/acl/user:{account}", rule),
            ("DELETE", f"{calendar}/acl/user:{account}", None),
        )
        return {self.ask(method, path, account=account, json=body).status_code for method, path, body in tried}

    def _items(self, path: str, account: str) -> list[dict[str, Any]]:
        answer = self.ask("GET", path, account=account)
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()["items"]
        return found


def _events(calendar_id: str) -> str:
    return f"/calendars/{quote(calendar_id, safe='')}/events"
