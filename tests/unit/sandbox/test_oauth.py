"""Google's OAuth as a browser and Authlib see it."""

import pytest
from authlib.integrations.base_client.errors import OAuthError
from googleapiclient.errors import HttpError

from tests.unit.sandbox.driver import ANN, CALENDAR, REDIRECT, Sandbox
from tests.unit.sandbox.signing_in import EMAIL, EVENTS, ask, connect, decide, exchange, refresh


@pytest.fixture(autouse=True)
def ann(sandbox: Sandbox) -> None:
    sandbox.account(ANN)


def test_consent_leads_to_tokens_that_open_the_calendar(sandbox: Sandbox) -> None:
    client = sandbox.authlib()
    url = ask(sandbox, client)
    page = sandbox.http.get(url).text
    assert 'data-testid="consent-allow"' in page
    assert ANN in page
    back = decide(sandbox, url, [CALENDAR])
    assert back["state"] == "st&te"
    token = exchange(sandbox, client, back["code"])
    assert token["scope"] == f"openid {EMAIL} {CALENDAR}"
    assert token["refresh_token"]
    info = client.get(f"{sandbox.url}/oauth2/v3/userinfo").json()
    assert (info["email"], info["email_verified"]) == (ANN, True)
    entries = sandbox.google_with(token["access_token"]).calendarList().list().execute()["items"]
    assert [entry["id"] for entry in entries] == [ANN]


def test_a_denial_comes_back_as_access_denied(sandbox: Sandbox) -> None:
    back = decide(sandbox, ask(sandbox, sandbox.authlib()), [], "deny")
    assert back == {"error": "access_denied", "state": "st&te"}


def test_an_unticked_scope_is_missing_from_the_grant(sandbox: Sandbox) -> None:
    client = sandbox.authlib("openid", "email", EVENTS, CALENDAR + ".freebusy")
    back = decide(sandbox, ask(sandbox, client), [CALENDAR + ".freebusy"])
    assert back["scope"] == f"email {CALENDAR}.freebusy {EMAIL} openid"
    token = exchange(sandbox, client, back["code"])
    with pytest.raises(HttpError) as refused:
        sandbox.google_with(token["access_token"]).events().list(calendarId="primary").execute()
    assert refused.value.status_code == 403
    assert refused.value.error_details[0]["reason"] == "insufficientPermissions"


def test_a_code_works_once_and_only_with_its_verifier(sandbox: Sandbox) -> None:
    client = sandbox.authlib()
    code = decide(sandbox, ask(sandbox, client), [CALENDAR])["code"]
    with pytest.raises(OAuthError, match="verifier"):
        exchange(sandbox, client, code, "w" * 64)
    exchange(sandbox, client, code)
    with pytest.raises(OAuthError, match="invalid_grant"):
        exchange(sandbox, client, code)


def test_a_code_expires(sandbox: Sandbox) -> None:
    client = sandbox.authlib()
    code = decide(sandbox, ask(sandbox, client), [CALENDAR])["code"]
    sandbox.control("clock", advance_seconds=601)
    with pytest.raises(OAuthError, match="invalid_grant"):
        exchange(sandbox, client, code)


def test_another_redirect_uri_is_refused_at_the_token_step(sandbox: Sandbox) -> None:
    client = sandbox.authlib()
    code = decide(sandbox, ask(sandbox, client), [CALENDAR])["code"]
    client.redirect_uri = REDIRECT + "/other"
    with pytest.raises(OAuthError, match="redirect_uri_mismatch"):
        exchange(sandbox, client, code)


def test_a_refresh_token_comes_with_the_first_consent_or_when_consent_is_asked_for(sandbox: Sandbox) -> None:
    assert "refresh_token" in connect(sandbox)
    assert "refresh_token" not in connect(sandbox)
    assert "refresh_token" in connect(sandbox, prompt="consent")
    assert "refresh_token" not in connect(sandbox, client_id="client-2", access_type="online")


def test_access_tokens_live_an_hour_and_are_renewed(sandbox: Sandbox) -> None:
    token = connect(sandbox)
    sandbox.control("clock", advance_seconds=3601)
    old = sandbox.http.get(
        f"{sandbox.url}/calendar/v3/users/me/calendarList", headers={"Authorization": f"Bearer {token['access_token']}"}
    )
    assert old.status_code == 401
    assert old.json()["error"]["errors"][0]["reason"] == "authError"
    renewed = refresh(sandbox, token["refresh_token"]).json()
    assert "refresh_token" not in renewed
    sandbox.google_with(renewed["access_token"]).calendarList().list().execute()


def test_another_client_cannot_use_the_refresh_token(sandbox: Sandbox) -> None:
    answer = refresh(sandbox, connect(sandbox)["refresh_token"], "client-2")
    assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized_client")


def test_revoking_one_token_ends_the_whole_grant_of_that_client(sandbox: Sandbox) -> None:
    first, second = connect(sandbox), connect(sandbox, prompt="consent")
    other = connect(sandbox, client_id="client-2")
    answer = sandbox.http.post(f"{sandbox.url}/revoke", data={"token": first["access_token"]})
    assert answer.status_code == 200
    refused = refresh(sandbox, second["refresh_token"])
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert refresh(sandbox, other["refresh_token"], "client-2").status_code == 200
    unknown = sandbox.http.post(f"{sandbox.url}/revoke", data={"token": first["access_token"]})
    assert (unknown.status_code, unknown.json()["error"]) == (400, "invalid_token")


def test_the_person_can_withdraw_everything(sandbox: Sandbox) -> None:
    token = connect(sandbox)
    sandbox.control("revoke", email=ANN)
    assert refresh(sandbox, token["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_request_without_its_parameters_stays_on_a_page_of_google(sandbox: Sandbox) -> None:
    for wrong in (
        {},
        {"client_id": "c", "redirect_uri": REDIRECT, "response_type": "token", "scope": "openid"},
        {"client_id": "c", "redirect_uri": "javascript:alert(1)", "response_type": "code", "scope": "openid"},
    ):
        assert sandbox.http.get(f"{sandbox.url}/o/oauth2/v2/auth", params=wrong).status_code == 400


def test_userinfo_gives_the_email_only_with_its_scope(sandbox: Sandbox) -> None:
    token = sandbox.token(ANN, "openid")
    info = sandbox.http.get(f"{sandbox.url}/oauth2/v3/userinfo", headers={"Authorization": f"Bearer {token}"}).json()
    assert set(info) == {"sub"}
