"""Talks to a sandbox's Microsoft as a stranger's clients do: MSAL for tokens, plain requests for Graph."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import msal
import requests

from tests.unit.sandbox.driver import Process, query_of

Json = dict[str, Any]

ANN = "ann@outlook.example"
CLIENT_ID = "client-1"
REDIRECT = "http://localhost:3000/oauth/microsoft/callback"
SCOPES = ["User.Read", "Calendars.ReadWrite", "email"]
UTC = 'outlook.timezone="UTC"'
IMMUTABLE = 'IdType="ImmutableId"'
WINDOW = {"startDateTime": "2027-03-01T00:00:00Z", "endDateTime": "2027-04-01T00:00:00Z"}


@dataclass
class Microsoft:
    """A running sandbox's Microsoft half, its control API, and clients for it."""

    url: str
    """Over TLS."""
    plain_url: str
    http: requests.Session
    """Trusts the sandbox's CA."""

    def control(self, path: str, **body: Any) -> Json:
        answer = self.http.post(f"{self.url}/_sandbox/{path}", json=body)
        assert answer.status_code == 200, answer.text
        result: Json = answer.json()
        return result

    def account(self, email: str = ANN, **more: Any) -> str:
        self.control("accounts", email=email, **more)
        return email

    def graph(self, *scopes: str, email: str = ANN) -> "Graph":
        chosen = {"scopes": list(scopes)} if scopes else {}
        return Graph(self, str(self.control("token", email=email, **chosen)["access_token"]))

    def msal(self, tenant: str = "common") -> msal.ConfidentialClientApplication:
        """MSAL as our application sets it up, with a cache of its own."""
        return msal.ConfidentialClientApplication(
            CLIENT_ID,
            client_credential="secret-1",
            authority=f"{self.url}/{tenant}",
            instance_discovery=False,
            http_client=self.http,
        )

    def consent(self, address: str, email: str = ANN, decision: str = "allow") -> dict[str, str]:
        """Decide on the consent page; returns the query of the way back."""
        form = {"account": email, "decision": decision}
        answer = self.http.post(address, data=form, allow_redirects=False)
        assert answer.status_code == 302, answer.text
        return query_of(answer.headers["Location"])

    def log(self) -> Json:
        result: Json = self.http.get(f"{self.url}/_sandbox/log").json()
        return result


@dataclass
class Graph:
    """Graph, signed in."""

    microsoft: Microsoft
    token: str

    def call(self, method: str, path: str, *, prefer: str = UTC, body: Json | None = None, **headers: str) -> Any:
        address = path if path.startswith("https://") else f"{self.microsoft.url}/v1.0{path}"
        sent = {"Authorization": f"Bearer {self.token}", **headers}
        if prefer:
            sent["Prefer"] = prefer
        return self.microsoft.http.request(method, address, json=body, headers=sent)

    def get(self, path: str, *, prefer: str = UTC, **query: str) -> Json:
        answer = self.call("GET", path + ("?" + urlencode(query) if query else ""), prefer=prefer)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    def create(self, body: Json, path: str = "/me/events", *, prefer: str = UTC) -> Json:
        answer = self.call("POST", path, body=body, prefer=prefer)
        assert answer.status_code == 201, answer.text
        made: Json = answer.json()
        return made

    def change(self, event_id: str, body: Json, *, prefer: str = UTC) -> Json:
        answer = self.call("PATCH", f"/me/events/{quote(event_id)}", body=body, prefer=prefer)
        assert answer.status_code == 200, answer.text
        changed: Json = answer.json()
        return changed

    def delete(self, event_id: str) -> None:
        assert self.call("DELETE", f"/me/events/{quote(event_id)}").status_code == 204

    def view(self, *, prefer: str = UTC, **query: str) -> list[Json]:
        values: list[Json] = self.get("/me/calendarView", prefer=prefer, **{**WINDOW, "$top": "1000", **query})["value"]
        return values

    def round(self, link: str = "", *, prefer: str = UTC + ", odata.maxpagesize=100") -> tuple[list[Json], str]:
        """Follow a delta, or begin one: what it tells, and the next delta link."""
        told: list[Json] = []
        for page in self.pages(link or "/me/calendarView/delta?" + urlencode(WINDOW), prefer=prefer):
            told += page["value"]
        return told, str(page["@odata.deltaLink"])

    def pages(self, link: str, *, prefer: str) -> Iterator[Json]:
        following: str | None = link
        while following:
            page = self.get(following, prefer=prefer)
            yield page
            following = page.get("@odata.nextLink")


def clients(process: Process, http: requests.Session) -> Microsoft:
    """Clients for what this process told on start; ``http`` learns to trust its CA."""
    http.verify = str(process.microsoft_ca)
    # Environment variables that name a CA would win over ``verify``.
    http.trust_env = False
    return Microsoft(process.microsoft_url, process.microsoft_plain_url, http)


def refused(answer: requests.Response) -> tuple[int, str]:
    """Status and code of a Graph refusal."""
    error = answer.json()["error"]
    assert {"date", "request-id", "client-request-id"} <= set(error["innerError"])
    return answer.status_code, str(error["code"])


def at(day: int, hour: int, minute: int = 0, zone: str = "Europe/Berlin") -> Json:
    """A moment in March 2027."""
    return {"dateTime": f"2027-03-{day:02}T{hour:02}:{minute:02}:00", "timeZone": zone}


def meeting(subject: str = "Visit", day: int = 1, **more: Any) -> Json:
    """A one-hour meeting in March 2027."""
    return {"subject": subject, "start": at(day, 10), "end": at(day, 11), **more}


def guest(address: str) -> Json:
    """Somebody to invite."""
    return {"emailAddress": {"address": address, "name": address.partition("@")[0]}, "type": "required"}


def weekly(day: str = "monday", count: int = 4) -> Json:
    """A recurrence from 1 March 2027, which is a Monday."""
    return {
        "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": [day], "firstDayOfWeek": "monday"},
        "range": {"type": "numbered", "startDate": "2027-03-01", "numberOfOccurrences": count},
    }
