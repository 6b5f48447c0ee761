"""Signing in with MSAL, as our application does it."""

import base64
import json
import warnings
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.unit.sandbox.driver import query_of
from tests.unit.sandbox.microsoft.driver import ANN, CLIENT_ID, REDIRECT, SCOPES, Json, Microsoft

ME = ["User.Read"]


def begin(microsoft: Microsoft, app: Any, **more: Any) -> Any:
    with warnings.catch_warnings():
        # MSAL wants form_post, whose cross-site POST would come without a SameSite=Lax cookie.
        warnings.filterwarnings("ignore", message="response_mode='form_post'")
        return app.initiate_auth_code_flow(SCOPES, redirect_uri=REDIRECT, **more)


def sign_in(microsoft: Microsoft, app: Any) -> Json:
    flow = begin(microsoft, app)
    found: Json = app.acquire_token_by_auth_code_flow(flow, microsoft.consent(flow["auth_uri"]))
    return found


def refresh(app: Any) -> Json:
    found: Json = app.acquire_token_silent_with_error(ME, app.get_accounts()[0], force_refresh=True)
    return found


def test_the_configuration_sends_the_browser_to_the_plain_port_and_everything_else_over_tls(
    microsoft: Microsoft,
) -> None:
    found = microsoft.http.get(f"{microsoft.url}/common/v2.0/.well-known/openid-configuration").json()
    assert found["authorization_endpoint"] == f"{microsoft.plain_url}/common/oauth2/v2.0/authorize"
    assert found["token_endpoint"] == f"{microsoft.url}/common/oauth2/v2.0/token"
    assert found["issuer"] == microsoft.url + "/{tenantid}/v2.0"
    assert "revocation_endpoint" not in found


def test_a_person_signs_in_and_msal_knows_the_account(microsoft: Microsoft) -> None:
    microsoft.account(name="Ann Able")
    app = microsoft.msal()
    result = sign_in(microsoft, app)
    assert result["scope"].split() == ["Calendars.ReadWrite", "User.Read", "email", "openid", "profile"]
    assert result["id_token_claims"]["preferred_username"] == ANN
    assert result["id_token_claims"]["email"] == ANN
    (account,) = app.get_accounts()
    assert account["username"] == ANN
    claims = result["id_token_claims"]
    assert account["home_account_id"] == f"{claims['oid']}.{claims['tid']}"
    assert microsoft.http.get(
        f"{microsoft.url}/v1.0/me", headers={"Authorization": f"Bearer {result['access_token']}"}
    ).json() | {"businessPhones": []} == {
        "@odata.context": f"{microsoft.url}/v1.0/$metadata#users/$entity",
        "id": claims["oid"],
        "displayName": "Ann Able",
        "givenName": "Ann",
        "surname": "Able",
        "mail": ANN,
        "userPrincipalName": ANN,
        "businessPhones": [],
        "jobTitle": None,
        "mobilePhone": None,
        "officeLocation": None,
        "preferredLanguage": None,
    }


def test_the_id_token_is_signed_with_a_published_key(microsoft: Microsoft) -> None:
    microsoft.account()
    token = sign_in(microsoft, microsoft.msal())["id_token"]
    published = microsoft.http.get(f"{microsoft.url}/common/discovery/v2.0/keys").json()
    claims = jwt.decode(token, KeySet.import_key_set(published), algorithms=["RS256"]).claims
    assert (claims["aud"], claims["iss"]) == (CLIENT_ID, f"{microsoft.url}/{claims['tid']}/v2.0")


def test_the_consent_page_names_accounts_and_scopes_and_cannot_be_narrowed(microsoft: Microsoft) -> None:
    microsoft.account()
    microsoft.account("bob@outlook.example")
    flow = begin(microsoft, microsoft.msal(), login_hint="BOB@outlook.example")
    page = microsoft.http.get(flow["auth_uri"]).text
    assert flow["auth_uri"].startswith(microsoft.plain_url)
    assert page.count('data-testid="consent-account"') == 2
    assert 'value="bob@outlook.example" required checked' in page
    assert page.count('data-testid="consent-scope"') == page.count("checked disabled") == 6
    assert 'data-testid="consent-allow"' in page
    assert 'data-testid="consent-deny"' in page
    assert "Sandbox - not Microsoft" in page


def test_a_person_who_denies_is_sent_back_without_a_code(microsoft: Microsoft) -> None:
    microsoft.account()
    app = microsoft.msal()
    flow = begin(microsoft, app)
    result = app.acquire_token_by_auth_code_flow(flow, microsoft.consent(flow["auth_uri"], decision="deny"))
    assert result["error"] == "access_denied"
    assert "AADSTS65004" in result["error_description"]


def test_a_silent_sign_in_is_refused_because_nobody_is_signed_in(microsoft: Microsoft) -> None:
    microsoft.account()
    flow = begin(microsoft, microsoft.msal(), prompt="none")
    answer = microsoft.http.get(flow["auth_uri"], allow_redirects=False)
    assert query_of(answer.headers["Location"])["error"] == "login_required"


def test_a_code_needs_its_verifier_and_works_once(microsoft: Microsoft) -> None:
    microsoft.account()
    app = microsoft.msal()
    flow = begin(microsoft, app)
    back = microsoft.consent(flow["auth_uri"])
    wrong = app.acquire_token_by_auth_code_flow({**flow, "code_verifier": "x" * 43}, back)
    assert wrong["error_codes"] == [501481]
    assert "access_token" in app.acquire_token_by_auth_code_flow(flow, back)
    # MSAL remembers answers, so another one asks again.
    assert microsoft.msal().acquire_token_by_auth_code_flow(flow, back)["error_codes"] == [54005]


def test_an_old_code_is_refused(microsoft: Microsoft) -> None:
    microsoft.account()
    app = microsoft.msal()
    flow = begin(microsoft, app)
    back = microsoft.consent(flow["auth_uri"])
    microsoft.control("clock", advance_seconds=601)
    assert app.acquire_token_by_auth_code_flow(flow, back)["error_codes"] == [70008]


def test_every_refresh_brings_a_new_refresh_token_and_leaves_the_old_one_good(microsoft: Microsoft) -> None:
    microsoft.account()
    app = microsoft.msal()
    first = sign_in(microsoft, app)["refresh_token"]
    second = refresh(app)["refresh_token"]
    assert second != first
    for token in (first, second):
        assert "access_token" in microsoft.msal().acquire_token_by_refresh_token(token, ME)


def test_a_refresh_cannot_reach_further_than_the_consent(microsoft: Microsoft) -> None:
    microsoft.account()
    app = microsoft.msal()
    sign_in(microsoft, app)
    result = app.acquire_token_silent_with_error(["Mail.Read"], app.get_accounts()[0])
    assert (result["error"], result["suberror"], result["error_codes"]) == (
        "invalid_grant",
        "consent_required",
        [65001],
    )


@pytest.mark.parametrize(
    ("reason", "code", "suberror"),
    [
        ("invalid_grant", 50173, ""),
        ("interaction_required", 50076, "basic_action"),
        ("invalid_client", 7000215, ""),
    ],
)
def test_the_next_refresh_can_be_made_to_fail(microsoft: Microsoft, reason: str, code: int, suberror: str) -> None:
    microsoft.account()
    app = microsoft.msal()
    sign_in(microsoft, app)
    microsoft.control("faults", operation="oauth.token", status=400, reason=reason, times=1)
    result = refresh(app)
    assert (result["error"], result["error_codes"], result.get("suberror", "")) == (reason, [code], suberror)
    assert f"AADSTS{code}: " in result["error_description"]
    assert {"trace_id", "correlation_id", "timestamp"} <= set(result)


def test_after_a_revocation_neither_token_counts(microsoft: Microsoft) -> None:
    microsoft.account()
    app = microsoft.msal()
    access = sign_in(microsoft, app)["access_token"]
    assert microsoft.control("revoke", email=ANN)["revoked_tokens"] == 2
    assert refresh(app)["error"] == "invalid_grant"
    answer = microsoft.http.get(f"{microsoft.url}/v1.0/me", headers={"Authorization": f"Bearer {access}"})
    assert answer.status_code == 401


def test_there_is_no_revocation_endpoint(microsoft: Microsoft) -> None:
    assert microsoft.http.post(f"{microsoft.url}/common/oauth2/v2.0/revoke", data={}).status_code == 404


def test_who_brings_no_secret_gets_no_token(microsoft: Microsoft) -> None:
    form = {"client_id": CLIENT_ID, "grant_type": "refresh_token", "refresh_token": "x"}
    answer = microsoft.http.post(f"{microsoft.url}/common/oauth2/v2.0/token", data=form)
    assert (answer.status_code, answer.json()["error"], answer.json()["error_codes"]) == (
        401,
        "invalid_client",
        [7000218],
    )


def test_a_request_that_cannot_be_answered_ends_on_a_page(microsoft: Microsoft) -> None:
    microsoft.account()
    flow = begin(microsoft, microsoft.msal())
    for wrong in (
        "&response_mode=form_post",
        "&redirect_uri=javascript:1",
        "&redirect_uri=http://[half",
        "&response_type=token",
    ):
        # Of a parameter named twice the last one counts.
        answer = microsoft.http.get(flow["auth_uri"] + wrong, allow_redirects=False)
        assert answer.status_code == 400
        assert "AADSTS" in answer.text
        assert 'data-testid="consent-error"' in answer.text


def test_a_body_that_is_no_form_is_refused_in_entras_words(microsoft: Microsoft) -> None:
    for kind in ("multipart/form-data", "multipart/form-data; boundary=b", "application/json"):
        answer = microsoft.http.post(
            f"{microsoft.url}/common/oauth2/v2.0/token", data=b"--b\r\n\r\nx", headers={"Content-Type": kind}
        )
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_a_grant_is_as_good_as_a_consent(microsoft: Microsoft) -> None:
    microsoft.account()
    grant = microsoft.control("grant", email=ANN, client_id=CLIENT_ID, scopes=["offline_access", "User.Read"])
    assert "id_token" not in grant
    who = json.loads(base64.urlsafe_b64decode(grant["client_info"] + "=="))
    assert set(who) == {"uid", "utid"}
    app = microsoft.msal()
    result = app.acquire_token_by_refresh_token(grant["refresh_token"], ME)
    assert result["scope"].split() == ["User.Read", "openid", "profile"]
    assert [account["username"] for account in app.get_accounts()] == [ANN]


def test_a_grant_always_brings_a_refresh_token(microsoft: Microsoft) -> None:
    microsoft.account()
    assert microsoft.control("grant", email=ANN, scopes=["Calendars.Read"])["refresh_token"]
