"""Starts a sandbox as a process of its own and talks to it with strangers' clients."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import google_auth_httplib2
import httplib2
import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build_from_document
from googleapiclient.errors import HttpError

Json = dict[str, Any]

ANN = "ann@gmail.example"
CALENDAR = "https://www.googleapis.com/auth/calendar"
REDIRECT = "http://localhost:3000/oauth/google/callback"
DOCUMENT = (
    resources.files("googleapiclient")
    .joinpath("discovery_cache/documents/calendar.v3.json")
    .read_text(encoding="utf-8")
)

_credentials: Callable[..., Any] = Credentials  # google-auth does not type its constructor


@dataclass
class Sandbox:
    """A running sandbox, its control API, and clients for it."""

    url: str
    http: requests.Session
    opened: list[Any] = field(default_factory=list)

    def control(self, path: str, **body: Any) -> Json:
        answer = self.http.post(f"{self.url}/_sandbox/{path}", json=body)
        assert answer.status_code == 200, answer.text
        result: Json = answer.json()
        return result

    def account(self, email: str = ANN, **more: Any) -> str:
        self.control("accounts", email=email, **more)
        return email

    def token(self, email: str, *scopes: str) -> str:
        chosen = {"scopes": list(scopes)} if scopes else {}
        return str(self.control("token", email=email, **chosen)["access_token"])

    def google(self, email: str = ANN, *scopes: str) -> Any:
        """Google's own client, signed in as this account."""
        return self.google_with(self.token(email, *scopes))

    def google_with(self, token: str) -> Any:
        document = json.loads(DOCUMENT)
        document["rootUrl"] = self.url + "/"
        plain = httplib2.Http(timeout=10)
        self.opened.append(plain)
        # httplib2 repeats a request whose connection was cut; a test wants to see each one.
        http = google_auth_httplib2.AuthorizedHttp(_credentials(token=token), http=plain)
        return build_from_document(document, http=http)

    def authlib(self, *scopes: str, client_id: str = "client-1", **more: Any) -> OAuth2Session:
        """Authlib's client, as our application sets it up."""
        session = OAuth2Session(
            client_id=client_id,
            client_secret="secret-1",
            scope=" ".join(scopes or ("openid", "email", CALENDAR)),
            redirect_uri=REDIRECT,
            code_challenge_method="S256",
            **more,
        )
        self.opened.append(session)
        return session

    def log(self) -> Json:
        result: Json = self.http.get(f"{self.url}/_sandbox/log").json()
        return result

    def counts(self) -> dict[str, int]:
        result: dict[str, int] = self.log()["counts"]
        return result

    def misfits(self) -> list[Json]:
        """What did not fit Google's discovery document, on either side."""
        found: list[Json] = self.http.get(f"{self.url}/_sandbox/misfits").json()["misfits"]
        return found

    def close_clients(self) -> None:
        while self.opened:
            self.opened.pop().close()


@dataclass
class Process:
    """The sandbox's process."""

    popen: "subprocess.Popen[str]"
    url: str
    """Of its Google."""
    microsoft_url: str
    microsoft_plain_url: str
    microsoft_ca: Path

    def stop(self) -> int:
        self.popen.terminate()
        code = self.popen.wait(timeout=10)
        assert self.popen.stdout is not None
        self.popen.stdout.close()
        return code


def start(*arguments: str, quotas: bool = False) -> Process:
    """Start a sandbox on a free port and return once it serves; quotas are off unless a test is about them."""
    without = [] if quotas else ["--no-quotas"]
    command = [sys.executable, "-m", "ce_calendar.sandbox", "--port", "0", *without, *arguments]
    popen = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert popen.stdout is not None
    # One line each for Google, Microsoft over TLS, Microsoft for browsers, and its CA.
    told = [popen.stdout.readline().rstrip() for _ in range(4)]
    assert "http://" in told[0], "the sandbox did not start"
    google, tls, plain = (line.split()[-1].rstrip("/") for line in told[:3])
    return Process(popen, google, tls, plain, Path(told[3].partition(" in ")[2]))


def query_of(location: str) -> dict[str, str]:
    """The parameters of a redirect."""
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def ids(answer: Json) -> list[str]:
    """The ids in a listing."""
    return [event["id"] for event in answer["items"]]


def reason(refusal: HttpError) -> str:
    """Why Google refused."""
    return str(refusal.error_details[0]["reason"])


def refusal(call: Any) -> tuple[int, str]:
    """With which status and why Google refuses a call."""
    with pytest.raises(HttpError) as refused:
        call.execute()
    return refused.value.status_code, reason(refused.value)


def status(call: Any) -> int:
    """What Google answers, whatever that is."""
    try:
        call.execute()
    except HttpError as refused:
        return int(refused.status_code)
    return 200


def at(day: int, hour: int, minute: int = 0) -> Json:
    """A moment in March 2027, in Berlin."""
    return {"dateTime": f"2027-03-{day:02}T{hour:02}:{minute:02}:00", "timeZone": "Europe/Berlin"}


def meeting(summary: str = "Visit", day: int = 1, **more: Any) -> Json:
    """A one-hour meeting in March 2027."""
    return {"summary": summary, "start": at(day, 10), "end": at(day, 11), **more}
