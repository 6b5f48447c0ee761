"""MSAL, requests and httpx with their loggers wide open: no token and nobody's words in what they log."""

import io
import json
import logging
import sys
from pathlib import Path

import pytest

from ce_calendar.adapters.logs import configure_logging
from ce_calendar.adapters.microsoft.calendar import MicrosoftMeetings
from ce_calendar.adapters.microsoft.oauth import MicrosoftAuthorizer
from ce_calendar.domain.errors import ProviderError
from ce_calendar.domain.meetings.connections import ClientSource, Credential, OAuthClient
from ce_calendar.domain.window import window_around
from tests.conftest import NOON, FixedClock
from tests.support.logs import logging_put_back
from tests.support.pretending import Authority, Pretender, Said, pretending

SECRETS = {
    "code": "1.AcodeSecret77",
    "verifier": "verifierSecret77",
    "client": "clientSecret77",
    "access": "EwBaccessSecret77",
    "refresh": "1.AXrefreshSecret77",
    "description": "carlas-words",
    "title": "carlas-title",
    "token": "deltaSecret77",
    "state": "stateSecret77",
}
CLIENT = OAuthClient("client", ClientSource.TENANT)
LIBRARIES = ("msal", "msal.application", "msal.token_cache", "msal.oauth2cli.oauth2", "urllib3", "httpx", "httpcore")


def test_a_life_with_microsoft_leaves_no_secret_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    stderr = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stderr)
    with logging_put_back(), pretending(Authority(tmp_path)) as microsoft:
        configure_logging("DEBUG")
        before = {name: logging.getLogger(name).level for name in LIBRARIES}
        for name in LIBRARIES:
            logging.getLogger(name).setLevel(logging.DEBUG)
        live(microsoft)
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)
    printed = stderr.getvalue() + "".join(capfd.readouterr())
    assert printed.count("the provider said no") == 4
    for name, secret in SECRETS.items():
        assert secret not in printed, name


def live(microsoft: Pretender) -> None:
    """Consent, refresh, refusals of every form, and a read."""
    tenant = f"{microsoft.url}/common"
    endpoints = {"authorization_endpoint": f"{tenant}/authorize", "token_endpoint": f"{tenant}/token"}
    microsoft.answers["openid-configuration"] = Said(json.dumps(endpoints).encode())
    authorizer = MicrosoftAuthorizer(
        client=CLIENT,
        client_secret=SECRETS["client"],
        clock=FixedClock(),
        authority=tenant,
        graph_url=microsoft.url,
        ca_bundle=microsoft.ca_bundle,
    )
    begun = authorizer.begin(redirect_uri="http://localhost/back", state=SECRETS["state"])
    proof = json.dumps({**json.loads(begun.proof), "code_verifier": SECRETS["verifier"]})
    good = {
        "access_token": SECRETS["access"],
        "refresh_token": SECRETS["refresh"],
        "client_info": "eyJ1aWQiOiJ1IiwidXRpZCI6InQifQ",
        "expires_in": 3599,
    }
    microsoft.answers["/token"] = Said(json.dumps(good).encode())
    credential = authorizer.exchange(code=SECRETS["code"], proof=proof, redirect_uri="http://localhost/back")
    credential = authorizer.refresh(credential)
    refused = {"error": "invalid_grant", "error_description": SECRETS["description"], "error_codes": [50173]}
    for answer in (Said(json.dumps(refused).encode(), 400), Said(SECRETS["description"].encode()), Said(b"", 503)):
        microsoft.answers["/token"] = answer
        told_no(lambda: authorizer.refresh(credential))
    told_no(lambda: read(microsoft, credential))


def read(microsoft: Pretender, credential: Credential) -> None:
    event = {"id": "e", "subject": SECRETS["title"], "start": {"dateTime": "2026-03-10T09:00:00"}}
    next_link = f"{microsoft.url}/v1.0/refused?$skiptoken={SECRETS['token']}"
    microsoft.answers["/delta"] = Said(json.dumps({"value": [event], "@odata.nextLink": next_link}).encode())
    error = {"error": {"code": "ErrorAccessDenied", "message": SECRETS["description"]}}
    microsoft.answers["/refused"] = Said(json.dumps(error).encode(), 403)
    meetings = MicrosoftMeetings(clock=FixedClock(), graph_url=microsoft.url, ca_bundle=microsoft.ca_bundle)
    try:
        list(meetings.fetch_events(credential, "c", window=window_around(NOON), cursor=""))
    finally:
        meetings.close()


def told_no(call: object) -> None:
    try:
        call()  # type: ignore[operator]  # a function of no arguments
    except ProviderError as error:
        logging.getLogger("ce_calendar").exception("the provider said no: %s", error)  # noqa: TRY401 - the worst habit
