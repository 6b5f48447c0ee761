"""Somebody who looks into an account at the sandbox, past all our own code."""

from typing import Any

from ce_calendar.domain.meetings.connections import EMPLOYEE_CALENDAR_MARKER
from tests.support.sandbox import GoogleSandbox

OWN_EVENT = {"summary": "Own", "start": {"date": "2030-01-01"}, "end": {"date": "2030-01-02"}}


class Onlooker:
    """Sees what an account shows, as a stranger's client."""

    def __init__(self, google: GoogleSandbox, email: str) -> None:
        google.control("accounts", email=email)
        self._google = google
        self._token = google.control("token", email=email)["access_token"]

    def ask(self, path: str, **query: object) -> list[Any]:
        items: list[Any] = []
        page: dict[str, object] = {}
        while True:
            answer = self._google.call("GET", path, self._token, params={**query, **page})
            items += answer["items"]
            if "nextPageToken" not in answer:
                return items
            page = {"pageToken": answer["nextPageToken"]}

    def own(self) -> None:
        """Have a calendar and events of one's own."""
        self._google.call("POST", "calendars/primary/events", self._token, json=OWN_EVENT)
        made = self._google.call("POST", "calendars", self._token, json={"summary": "Private"})
        self._google.call("POST", f"calendars/{made['id']}/events", self._token, json=OWN_EVENT)

    def calendars(self) -> list[Any]:
        return self.ask("users/me/calendarList", minAccessRole="owner", showHidden="true")

    def kept(self) -> list[Any]:
        """The calendars that are ours."""
        return [each for each in self.calendars() if EMPLOYEE_CALENDAR_MARKER in each.get("description", "")]

    def picture(self) -> list[Any]:
        """All that is not ours, down to the etags."""
        return [
            (each["id"], each["summary"], self.ask(f"calendars/{each['id']}/events", showDeleted="true"))
            for each in self.calendars()
            if EMPLOYEE_CALENDAR_MARKER not in each.get("description", "")
        ]
