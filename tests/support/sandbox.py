"""A Google on this machine for tests: one process, emptied before each test."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import requests

from ce_calendar.adapters.google.oauth import CALENDAR_SCOPES, SCOPES, GoogleEndpoints
from ce_calendar.domain.meetings.connections import Credential
from tests.conftest import NOON
from tests.unit.sandbox.driver import Json, start

CLIENT_ID = "client"


@dataclass
class GoogleSandbox:
    """The running sandbox, its control API, and what a person does on its consent page."""

    url: str
    http: requests.Session

    @property
    def endpoints(self) -> GoogleEndpoints:
        return GoogleEndpoints(
            auth_url=f"{self.url}/o/oauth2/v2/auth",
            token_url=f"{self.url}/token",
            revoke_url=f"{self.url}/revoke",
            userinfo_url=f"{self.url}/oauth2/v3/userinfo",
        )

    def control(self, path: str, **body: object) -> Json:
        answer = self.http.post(f"{self.url}/_sandbox/{path}", json=body)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    def heal(self) -> None:
        self.http.delete(f"{self.url}/_sandbox/faults")

    def counts(self) -> dict[str, int]:
        found: dict[str, int] = self.http.get(f"{self.url}/_sandbox/log").json()["counts"]
        return found

    def grant(self, email: str, scopes: Collection[str] = SCOPES) -> Credential:
        """A credential as if the person had consented."""
        given = self.control("grant", email=email, client_id=CLIENT_ID, scopes=list(scopes))
        return Credential(CLIENT_ID, given["access_token"], given["refresh_token"], NOON, frozenset(scopes))

    def call(self, method: str, path: str, token: str, **more: object) -> Json:
        """One request to the Calendar API, by a stranger's client."""
        headers = {"Authorization": f"Bearer {token}"}
        answer = self.http.request(method, f"{self.url}/calendar/v3/{path}", headers=headers, **more)  # type: ignore[arg-type]  # requests' many parameters
        assert answer.ok, answer.text
        found: Json = answer.json() if answer.content else {}
        return found

    def consent(self, url: str, email: str, *, untick: Collection[str] = (), deny: bool = False) -> dict[str, str]:
        """Decide on the consent page; returns the query of the way back."""
        decision = {
            "account": email,
            "scope": [scope for scope in CALENDAR_SCOPES if scope not in untick],
            "decision": "deny" if deny else "allow",
        }
        answer = self.http.post(url, data=decision, allow_redirects=False)
        assert answer.status_code == 302, answer.text
        return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


@contextmanager
def running_sandbox() -> Iterator[GoogleSandbox]:
    """Start one on a free port, and stop it."""
    process = start()
    try:
        with requests.Session() as http:
            http.trust_env = False
            yield GoogleSandbox(process.url, http)
    finally:
        process.stop()
