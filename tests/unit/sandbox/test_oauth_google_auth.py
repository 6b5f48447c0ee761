"""google-auth's credentials, pointed at the sandbox: they renew themselves, and learn why they cannot."""

from collections.abc import Callable
from typing import Any

import google_auth_httplib2
import httplib2
import pytest
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request
from google.oauth2.credentials import Credentials

from tests.unit.sandbox.driver import ANN, CALENDAR, Sandbox
from tests.unit.sandbox.signing_in import EVENTS, connect

CLIENT = "client-1"
DAY = 86_400

_credentials: Callable[..., Any] = Credentials  # google-auth does not type its constructor


@pytest.fixture(autouse=True)
def ann(sandbox: Sandbox) -> None:
    sandbox.account(ANN)
    sandbox.control("clients", client_id=CLIENT, client_secret="secret-1", publishing="testing", test_users=[ANN])


@pytest.fixture
def credentials(sandbox: Sandbox) -> Any:
    """What an application keeps after its person has consented."""
    return kept(sandbox, connect(sandbox))


def kept(sandbox: Sandbox, token: dict[str, Any], **more: Any) -> Any:
    return _credentials(
        token=token["access_token"],
        refresh_token=token["refresh_token"],
        token_uri=f"{sandbox.url}/token",
        client_id=CLIENT,
        **{"client_secret": "secret-1", **more},
    )


def why(sandbox: Sandbox, credentials: Any) -> str:
    """Why a refresh is refused."""
    with pytest.raises(RefreshError) as refused:
        credentials.refresh(Request(sandbox.http))
    return str(refused.value.args[1]["error"])


def test_credentials_renew_themselves(sandbox: Sandbox, credentials: Any) -> None:
    old = credentials.token
    credentials.refresh(Request(sandbox.http))
    assert credentials.token != old
    assert credentials.id_token


def test_an_expired_access_token_is_renewed_in_the_middle_of_the_work(sandbox: Sandbox, credentials: Any) -> None:
    sandbox.control("clock", advance_seconds=2 * 3600)
    plain = httplib2.Http(timeout=10)
    sandbox.opened.append(plain)
    http = google_auth_httplib2.AuthorizedHttp(credentials, http=plain)
    answer, _ = http.request(f"{sandbox.url}/calendar/v3/users/me/calendarList")
    assert answer.status == 200
    assert sandbox.counts() == {"oauth.authorize": 1, "oauth.token": 2, "calendarList.list": 2}


def test_credentials_may_ask_for_fewer_scopes(sandbox: Sandbox) -> None:
    narrow = kept(sandbox, connect(sandbox, scopes=("openid", "email", EVENTS)), scopes=[EVENTS])
    narrow.refresh(Request(sandbox.http))
    assert narrow.granted_scopes == [EVENTS]
    wide = kept(sandbox, {"access_token": "", "refresh_token": narrow.refresh_token}, scopes=[CALENDAR])
    assert why(sandbox, wide) == "invalid_scope"


def test_credentials_of_an_application_in_testing_die_after_seven_days(sandbox: Sandbox, credentials: Any) -> None:
    sandbox.control("clock", advance_seconds=7 * DAY - 60)
    credentials.refresh(Request(sandbox.http))
    sandbox.control("clock", advance_seconds=60)
    assert why(sandbox, credentials) == "invalid_grant"


def test_credentials_die_with_a_password_change(sandbox: Sandbox, credentials: Any) -> None:
    sandbox.control("revoke", email=ANN)
    assert why(sandbox, credentials) == "invalid_grant"


def test_credentials_can_be_given_back(sandbox: Sandbox, credentials: Any) -> None:
    answer = sandbox.http.post(f"{sandbox.url}/revoke", data={"token": credentials.refresh_token})
    assert answer.status_code == 200
    assert why(sandbox, credentials) == "invalid_grant"


def test_a_rotated_secret_is_told_apart_from_a_dead_grant(sandbox: Sandbox, credentials: Any) -> None:
    sandbox.control("clients", client_id=CLIENT, client_secret="secret-2")
    assert why(sandbox, credentials) == "invalid_client"
    fresh = kept(sandbox, {"access_token": "", "refresh_token": credentials.refresh_token}, client_secret="secret-2")
    fresh.refresh(Request(sandbox.http))


def test_a_deleted_client_is_told_apart_too(sandbox: Sandbox, credentials: Any) -> None:
    sandbox.control("clients", client_id=CLIENT, state="deleted")
    assert why(sandbox, credentials) == "deleted_client"
