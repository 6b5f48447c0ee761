"""A Google and a Microsoft on this machine for tests: one process, emptied before each test."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import requests

from ce_calendar.adapters.google.oauth import CALENDAR_SCOPES, SCOPES, GoogleEndpoints
from ce_calendar.adapters.microsoft.scopes import SCOPES as MICROSOFT_SCOPES
from ce_calendar.domain.meetings.connections import Credential
from tests.conftest import NOON
from tests.unit.sandbox.driver import Json, start

CLIENT_ID = "client"


@dataclass
class Half:
    """One provider of the running sandbox, with its control API and its consent page."""

    url: str
    """Of Microsoft: over TLS."""
    http: requests.Session

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

    def decide(self, url: str, decision: Mapping[str, Sequence[str]]) -> dict[str, str]:
        """Send the consent page's form; returns the query of the way back."""
        answer = self.http.post(url, data=decision, allow_redirects=False)
        assert answer.status_code == 302, answer.text
        return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


@dataclass
class GoogleSandbox(Half):
    """The running sandbox's Google, and what a person does on its consent page."""

    @property
    def endpoints(self) -> GoogleEndpoints:
        return GoogleEndpoints(
            auth_url=f"{self.url}/o/oauth2/v2/auth",
            token_url=f"{self.url}/token",
            revoke_url=f"{self.url}/revoke",
            userinfo_url=f"{self.url}/oauth2/v3/userinfo",
        )

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
        return self.decide(url, decision)


@dataclass
class MicrosoftSandbox(Half):
    """The running sandbox's Microsoft, and what a person does on its consent page."""

    ca_bundle: str

    @property
    def authority(self) -> str:
        return f"{self.url}/common"

    def grant(self, email: str, scopes: Collection[str] = MICROSOFT_SCOPES) -> Credential:
        """A credential as if the person had consented, without a cache of MSAL's."""
        given = self.control("grant", email=email, client_id=CLIENT_ID, scopes=list(scopes))
        return Credential(CLIENT_ID, given["access_token"], given["refresh_token"], NOON, frozenset(scopes))

    def call(self, method: str, path: str, token: str, **more: object) -> Json:
        """One request to Graph, by a stranger's client."""
        headers = {"Authorization": f"Bearer {token}", "Prefer": 'IdType="ImmutableId", outlook.timezone="UTC"'}
        answer = self.http.request(method, f"{self.url}/v1.0{path}", headers=headers, **more)  # type: ignore[arg-type]  # requests' many parameters
        assert answer.ok, answer.text
        found: Json = answer.json() if answer.content else {}
        return found

    def consent(self, url: str, email: str, *, deny: bool = False) -> dict[str, str]:
        """Decide on the consent page; returns the query of the way back."""
        decision = {"account": email, "decision": "deny" if deny else "allow"}
        return self.decide(url, decision)


@dataclass
class Sandboxes:
    """Both halves of one process."""

    google: GoogleSandbox
    microsoft: MicrosoftSandbox


@contextmanager
def running_sandbox() -> Iterator[Sandboxes]:
    """Start one on free ports, and stop it."""
    process = start()
    ca_bundle = str(process.microsoft_ca)
    try:
        with requests.Session() as http, requests.Session() as secure:
            # Environment variables that name a CA would win over `verify`.
            http.trust_env = secure.trust_env = False
            secure.verify = ca_bundle
            yield Sandboxes(
                GoogleSandbox(process.url, http), MicrosoftSandbox(process.microsoft_url, secure, ca_bundle)
            )
    finally:
        process.stop()


def refresh_token_in(credential: Credential) -> str:
    """The one refresh token in a credential's cache of MSAL's."""
    kept = json.loads(credential.token_cache)["RefreshToken"]
    secrets = [entry["secret"] for entry in kept.values()]
    assert len(secrets) == 1
    return str(secrets[0])
