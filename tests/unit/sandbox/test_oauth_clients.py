"""Registered applications: in testing or in production, with secrets and redirect URIs of their own, and gone."""

from pathlib import Path
from typing import Any

import pytest
from googleapiclient.errors import HttpError

from tests.unit.sandbox.driver import ANN, CALENDAR, REDIRECT, Json, Sandbox, reason
from tests.unit.sandbox.signing_in import EVENTS, ask, connect, decide, refresh
from tests.unit.sandbox.test_process import running

BEN = "ben@riverside.example"
DAY = 86_400


@pytest.fixture(autouse=True)
def people(sandbox: Sandbox) -> None:
    sandbox.account(ANN)
    sandbox.account(BEN)


def register(sandbox: Sandbox, **more: Any) -> Json:
    return sandbox.control("clients", client_id="client-1", **more)


def listed(sandbox: Sandbox) -> list[Json]:
    found: list[Json] = sandbox.http.get(f"{sandbox.url}/_sandbox/clients").json()["clients"]
    return found


def test_a_client_is_registered_and_changed_field_by_field(sandbox: Sandbox) -> None:
    assert listed(sandbox) == []
    register(sandbox, client_secret="one", publishing="testing", test_users=[ANN.upper()])
    register(sandbox, redirect_uris=[REDIRECT])
    assert listed(sandbox) == [
        {
            "client_id": "client-1",
            "client_secret": "one",
            "redirect_uris": [REDIRECT],
            "publishing": "testing",
            "test_users": [ANN],
            "enabled": True,
            "state": "active",
        }
    ]
    sandbox.control("reset")
    assert listed(sandbox) == []


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"publishing": "beta"}, "publishing"),
        ({"state": "asleep"}, "state"),
        ({"redirect_uris": ["nowhere"]}, "redirect_uris"),
        ({"redirect_uris": ["http://[half"]}, "redirect_uris"),
        ({"test_users": [1]}, "test_users"),
        ({"enabled": "yes"}, "enabled"),
        ({"client_secret": "\ud800"}, "client_secret"),
        ({"clientSecret": "x"}, "clientSecret"),
        ({"\ud800": "x"}, "unknown"),
    ],
)
def test_a_registration_that_cannot_be_used_changes_nothing(sandbox: Sandbox, wrong: Json, named: str) -> None:
    answer = sandbox.http.post(f"{sandbox.url}/_sandbox/clients", json={"client_id": "client-1", **wrong})
    assert answer.status_code == 400
    assert named in answer.json()["error"]
    assert listed(sandbox) == []


def test_json_of_any_depth_is_refused_in_words(sandbox: Sandbox) -> None:
    for body in ("[" * 200_000, '{"client_id":' * 50_000, '{"client_id": "\\ud800"}', "\x00"):
        answer = sandbox.http.post(
            f"{sandbox.url}/_sandbox/clients", data=body, headers={"Content-Type": "application/json"}
        )
        assert (answer.status_code, "error" in answer.json()) == (400, True)


def test_a_wrong_or_missing_secret_is_refused_and_a_rotated_one_counts_at_once(sandbox: Sandbox) -> None:
    register(sandbox, client_secret="secret-1")
    token = connect(sandbox)["refresh_token"]
    register(sandbox, client_secret="secret-2")
    old = refresh(sandbox, token, client_secret="secret-1")
    assert (old.status_code, old.json()["error"]) == (401, "invalid_client")
    none = refresh(sandbox, token, client_secret="")
    assert none.json() == {"error": "invalid_request", "error_description": "client_secret is missing."}
    assert refresh(sandbox, token, client_secret="secret-2").status_code == 200
    form = {"grant_type": "refresh_token", "refresh_token": token}
    for secret, status in (("secret-2", 200), ("secret-1", 401)):
        answer = sandbox.http.post(f"{sandbox.url}/token", data=form, auth=("client-1", secret))
        assert answer.status_code == status


def test_a_redirect_uri_that_is_not_registered_ends_on_a_page_that_names_it(sandbox: Sandbox) -> None:
    register(sandbox, redirect_uris=["https://app.example/back"])
    answer = sandbox.http.get(ask(sandbox, sandbox.authlib()), allow_redirects=False)
    assert answer.status_code == 400
    assert 'data-testid="consent-error"' in answer.text
    assert "Error 400: redirect_uri_mismatch" in answer.text
    assert f"redirect_uri={REDIRECT}" in answer.text
    register(sandbox, redirect_uris=["https://app.example/back", REDIRECT])
    assert "refresh_token" in connect(sandbox)


@pytest.fixture
def testing(sandbox: Sandbox) -> None:
    register(sandbox, publishing="testing", test_users=[ANN])


@pytest.mark.usefixtures("testing")
def test_only_test_users_can_consent_while_the_application_is_in_testing(sandbox: Sandbox) -> None:
    url = ask(sandbox, sandbox.authlib())
    form = {"account": BEN, "scope": [CALENDAR], "decision": "allow"}
    answer = sandbox.http.post(url, data=form, allow_redirects=False)
    assert answer.status_code == 403
    assert 'data-testid="consent-error"' in answer.text
    assert "Error 403: access_denied" in answer.text
    assert "localhost:3000 has not completed the Google verification process" in answer.text
    assert "code" in decide(sandbox, url, [CALENDAR])
    register(sandbox, publishing="production")
    assert "code" in decide(sandbox, url, [CALENDAR], email=BEN)


@pytest.mark.usefixtures("testing")
def test_a_stranger_is_blocked_without_a_prompt_too(sandbox: Sandbox) -> None:
    url = ask(sandbox, sandbox.authlib(), prompt="none", login_hint=BEN)
    assert sandbox.http.get(url, allow_redirects=False).status_code == 403


@pytest.mark.usefixtures("testing")
def test_refresh_tokens_of_an_application_in_testing_live_seven_days(sandbox: Sandbox) -> None:
    token = connect(sandbox)
    assert 7 * DAY - 5 <= token["refresh_token_expires_in"] <= 7 * DAY
    sandbox.control("clock", advance_seconds=6 * DAY)
    assert refresh(sandbox, token["refresh_token"]).json()["refresh_token_expires_in"] <= DAY
    register(sandbox, publishing="production")
    sandbox.control("clock", advance_seconds=DAY)
    dead = refresh(sandbox, token["refresh_token"])
    expected = {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
    assert (dead.status_code, dead.json()) == (400, expected)
    again = connect(sandbox)
    assert "refresh_token_expires_in" not in again
    sandbox.control("clock", advance_seconds=30 * DAY)
    assert refresh(sandbox, again["refresh_token"]).status_code == 200


@pytest.mark.usefixtures("testing")
def test_who_only_signs_people_in_is_spared_the_seven_days(sandbox: Sandbox) -> None:
    token = connect(sandbox, scopes=("openid", "email"))
    sandbox.control("clock", advance_seconds=30 * DAY)
    assert "refresh_token_expires_in" not in token
    assert refresh(sandbox, token["refresh_token"]).status_code == 200


@pytest.mark.parametrize(
    ("state", "error", "words"),
    [
        ("deleted", "deleted_client", "The OAuth client was deleted."),
        ("disabled", "disabled_client", "The OAuth client was disabled."),
        ("unknown", "invalid_client", "The OAuth client was not found."),
    ],
)
def test_a_client_that_is_gone_gets_nothing_any_more(sandbox: Sandbox, state: str, error: str, words: str) -> None:
    token = connect(sandbox)
    register(sandbox, state=state)
    refused = refresh(sandbox, token["refresh_token"])
    assert (refused.status_code, refused.json()) == (401, {"error": error, "error_description": words})
    page = sandbox.http.get(ask(sandbox, sandbox.authlib()))
    assert (page.status_code, f"Error 401: {error}" in page.text, words in page.text) == (401, True, True)
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    call = sandbox.http.get(f"{sandbox.url}/calendar/v3/users/me/calendarList", headers=headers)
    assert (call.status_code, call.json()["error"]["errors"][0]["reason"]) == (401, "authError")
    register(sandbox, state="active")
    assert refresh(sandbox, token["refresh_token"]).status_code == 200


def test_calendar_requests_of_a_project_without_the_api_are_refused(sandbox: Sandbox) -> None:
    client_id = "123456789012-abc.apps.googleusercontent.com"
    grant = sandbox.control("grant", email=ANN, client_id=client_id, scopes=[EVENTS])
    sandbox.control("clients", client_id=client_id, enabled=False)
    events = sandbox.google_with(grant["access_token"]).events()
    with pytest.raises(HttpError) as refused:
        events.list(calendarId="primary").execute()
    assert (refused.value.status_code, reason(refused.value)) == (403, "accessNotConfigured")
    assert refused.value.error_details[0]["domain"] == "usageLimits"
    assert "has not been used in project 123456789012 before or it is disabled" in str(refused.value)
    assert refresh(sandbox, grant["refresh_token"], client_id).status_code == 200, "tokens are given all the same"
    sandbox.control("clients", client_id=client_id, enabled=True)
    events.list(calendarId="primary").execute()


def test_clients_consents_and_the_seven_days_survive_a_restart(tmp_path: Path) -> None:
    state = str(tmp_path / "state.json")
    with running("--state", state) as (_, sandbox):
        sandbox.account(ANN)
        register(sandbox, client_secret="secret-1", publishing="testing", test_users=[ANN])
        token = connect(sandbox)
        before = listed(sandbox)
    with running("--state", state) as (_, sandbox):
        assert listed(sandbox) == before
        again = refresh(sandbox, token["refresh_token"], client_secret="secret-1").json()
        assert again["refresh_token_expires_in"] <= 7 * DAY
        assert "refresh_token" not in connect(sandbox), "the consent is remembered"
        sandbox.control("clock", advance_seconds=7 * DAY)
        dead = refresh(sandbox, token["refresh_token"], client_secret="secret-1")
        assert dead.json()["error"] == "invalid_grant"
