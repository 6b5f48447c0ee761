"""A running sandbox, as the tests here meet it: over HTTP."""

from dataclasses import dataclass
from typing import Any

import requests

Json = dict[str, Any]

ANN = "ann@gmail.example"


@dataclass
class Sandbox:
    """Its control API, and its Google with a token."""

    url: str
    http: requests.Session

    def control(self, path: str, **body: Any) -> Json:
        answer = self.http.post(f"{self.url}/_sandbox/{path}", json=body, timeout=60)
        assert answer.status_code == 200, answer.text
        result: Json = answer.json()
        return result

    def token(self, email: str = ANN) -> str:
        return str(self.control("token", email=email)["access_token"])

    def google(self, method: str, path: str, *, body: Json | None = None, **params: Any) -> Json:
        """One request to the Calendar API."""
        headers = {"Authorization": f"Bearer {self.token()}"}
        address = f"{self.url}/calendar/v3/{path}"
        answer = self.http.request(method, address, params=params, json=body, headers=headers, timeout=60)
        assert answer.status_code < 300, answer.text
        result: Json = answer.json() if answer.content else {}
        return result

    def events(self, **params: Any) -> list[Json]:
        """All events of Ann's calendar, page after page."""
        found: list[Json] = []
        token: Json = {}
        while True:
            page = self.google("GET", "calendars/primary/events", maxResults=2500, **params, **token)
            found += page["items"]
            if "nextPageToken" not in page:
                return found
            token = {"pageToken": page["nextPageToken"]}
