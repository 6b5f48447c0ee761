"""Who somebody is: id tokens that strangers' libraries check, userinfo and tokeninfo."""

import base64
import hashlib
import time
from typing import Any

import pytest
from authlib.oidc.core import CodeIDToken
from google.auth import jwt as google_jwt
from google.auth.transport.requests import Request
from google.oauth2 import id_token as google_id_token
from joserfc import jwt
from joserfc.errors import BadSignatureError
from joserfc.jwk import KeySet

from tests.unit.sandbox.driver import ANN, CALENDAR, Json, Sandbox
from tests.unit.sandbox.signing_in import EMAIL, connect, refresh

BEN = "ben@riverside.example"
SIGN_IN = ("openid", "email", "profile")


@pytest.fixture(autouse=True)
def people(sandbox: Sandbox) -> None:
    sandbox.account(ANN, name="Ann Able")
    sandbox.account(BEN, name="Ben")


def get(sandbox: Sandbox, path: str, **query: str) -> Json:
    answer = sandbox.http.get(f"{sandbox.url}/{path}", params=query)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def claims_of(sandbox: Sandbox, token: str) -> Json:
    """What joserfc reads in a token, by the published keys."""
    keys = KeySet.import_key_set(get(sandbox, "oauth2/v3/certs"))  # type: ignore[arg-type]  # JSON has no narrower type
    return dict(jwt.decode(token, keys, algorithms=["RS256"]).claims)


def test_a_sign_in_brings_an_id_token_about_this_person_for_this_client(sandbox: Sandbox) -> None:
    token = connect(sandbox, scopes=SIGN_IN, nonce="n-0S6")
    claims = claims_of(sandbox, token["id_token"])
    digest = hashlib.sha256(token["access_token"].encode()).digest()[:16]
    assert abs(claims.pop("iat") - time.time()) < 60
    assert abs(claims.pop("exp") - time.time() - 3600) < 60
    assert claims == {
        "iss": sandbox.url,
        "azp": "client-1",
        "aud": "client-1",
        "sub": get(sandbox, "oauth2/v3/userinfo", access_token=token["access_token"])["sub"],
        "email": ANN,
        "email_verified": True,
        "name": "Ann Able",
        "given_name": "Ann",
        "family_name": "Able",
        "at_hash": base64.urlsafe_b64encode(digest).decode().rstrip("="),
        "nonce": "n-0S6",
    }


def test_authlib_takes_everything_from_the_configuration_and_accepts_the_token(sandbox: Sandbox) -> None:
    found = get(sandbox, ".well-known/openid-configuration")
    assert found["issuer"] == sandbox.url
    assert found["token_endpoint"] == f"{sandbox.url}/token"
    assert found["revocation_endpoint"] == f"{sandbox.url}/revoke"
    for name in ("jwks_uri", "authorization_endpoint", "userinfo_endpoint"):
        answer = sandbox.http.get(found[name])
        assert answer.status_code in {200, 400, 401}, f"{name} is not where the configuration says"
    token = connect(sandbox, scopes=SIGN_IN, nonce="n")
    claims = claims_of(sandbox, token["id_token"])
    options = {"iss": {"values": [found["issuer"]]}, "aud": {"value": "client-1"}}
    params = {"nonce": "n", "client_id": "client-1", "access_token": token["access_token"]}
    CodeIDToken(claims, {"alg": "RS256"}, options, params).validate()


@pytest.mark.parametrize("certificates", ["oauth2/v1/certs", "oauth2/v3/certs"])
def test_google_auth_accepts_the_token_by_either_form_of_the_keys(sandbox: Sandbox, certificates: str) -> None:
    token = connect(sandbox)["id_token"]
    verify: Any = google_id_token.verify_token
    claims = verify(token, Request(sandbox.http), audience="client-1", certs_url=f"{sandbox.url}/{certificates}")
    assert (claims["email"], claims["iss"]) == (ANN, sandbox.url)


def test_google_auths_own_jwt_refuses_what_was_tampered_with_and_other_audiences(sandbox: Sandbox) -> None:
    token = connect(sandbox)["id_token"]
    decode: Any = google_jwt.decode
    certificates = get(sandbox, "oauth2/v1/certs")
    assert decode(token, certs=certificates, audience="client-1")["email"] == ANN
    with pytest.raises(ValueError, match="audience"):
        decode(token, certs=certificates, audience="client-2")
    head, _, signature = token.split(".")
    forged = base64.urlsafe_b64encode(b'{"email":"eve@gmail.example"}').decode().rstrip("=")
    with pytest.raises(ValueError, match="signature"):
        decode(f"{head}.{forged}.{signature}", certs=certificates)
    with pytest.raises(BadSignatureError):
        claims_of(sandbox, f"{head}.{forged}.{signature}")


def test_without_openid_there_is_no_id_token(sandbox: Sandbox) -> None:
    assert "id_token" not in connect(sandbox, scopes=("email", CALENDAR))


def test_a_refresh_brings_a_fresh_id_token_without_the_nonce(sandbox: Sandbox) -> None:
    token = connect(sandbox, nonce="n")
    sandbox.control("clock", advance_seconds=86_400)
    claims = claims_of(sandbox, refresh(sandbox, token["refresh_token"]).json()["id_token"])
    assert (claims["email"], "nonce" in claims) == (ANN, False)
    assert abs(claims["exp"] - time.time() - 3600) < 60, "whoever checks it has the real time"


def test_accounts_of_an_organization_carry_its_domain(sandbox: Sandbox) -> None:
    domains = {
        email: claims_of(sandbox, sandbox.control("grant", email=email)["id_token"]).get("hd") for email in (ANN, BEN)
    }
    assert domains == {ANN: None, BEN: "riverside.example"}


@pytest.mark.parametrize("path", ["oauth2/v3/userinfo", "v1/userinfo"])
def test_userinfo_tells_what_the_scopes_allow(sandbox: Sandbox, path: str) -> None:
    told = {
        scopes: set(get(sandbox, path, access_token=sandbox.token(ANN, *scopes.split())))
        for scopes in ("openid", "email", "openid profile", f"openid {EMAIL}")
    }
    assert told == {
        "openid": {"sub"},
        "email": {"sub", "email", "email_verified"},
        "openid profile": {"sub", "name", "given_name", "family_name"},
        f"openid {EMAIL}": {"sub", "email", "email_verified"},
    }
    for token, status in ((sandbox.token(ANN, CALENDAR), 403), ("nonsense", 401), ("", 401)):
        assert sandbox.http.get(f"{sandbox.url}/{path}", params={"access_token": token}).status_code == status


def test_tokeninfo_tells_what_an_access_token_is_good_for(sandbox: Sandbox) -> None:
    token = connect(sandbox)
    found = get(sandbox, "tokeninfo", access_token=token["access_token"])
    assert 3590 <= int(found.pop("expires_in")) <= 3600
    assert abs(int(found.pop("exp")) - time.time() - 3600) < 60
    assert found.pop("sub").isdecimal()
    assert found == {
        "azp": "client-1",
        "aud": "client-1",
        "scope": f"openid {EMAIL} {CALENDAR}",
        "email": ANN,
        "email_verified": "true",
        "access_type": "offline",
    }
    online = sandbox.token(ANN, CALENDAR)
    posted = sandbox.http.post(f"{sandbox.url}/oauth2/v3/tokeninfo", data={"access_token": online}).json()
    assert (posted["access_type"], "email" in posted) == ("online", False)


def test_tokeninfo_reads_an_id_token_as_text(sandbox: Sandbox) -> None:
    token = connect(sandbox)["id_token"]
    found = get(sandbox, "tokeninfo", id_token=token)
    assert (found["email"], found["email_verified"], found["alg"]) == (ANN, "true", "RS256")
    assert all(isinstance(value, str) for value in found.values())


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ({}, "invalid_request"),
        ({"access_token": "nonsense"}, "invalid_token"),
        ({"id_token": "nonsense"}, "invalid_token"),
        ({"id_token": "e30.e30."}, "invalid_token"),
        ({"id_token": "\x00.\ufffd.x"}, "invalid_token"),
    ],
)
def test_tokeninfo_refuses_what_is_no_token(sandbox: Sandbox, query: dict[str, str], error: str) -> None:
    answer = sandbox.http.get(f"{sandbox.url}/tokeninfo", params=query)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_the_new_endpoints_have_names_for_faults_and_the_log(sandbox: Sandbox) -> None:
    paths = {
        "oauth.certs": "oauth2/v3/certs",
        "oauth.configuration": ".well-known/openid-configuration",
        "oauth.tokeninfo": "tokeninfo",
    }
    for name, path in paths.items():
        sandbox.control("faults", operation=name, status=503, times=1)
        assert sandbox.http.get(f"{sandbox.url}/{path}").status_code == 503
    assert sandbox.counts() == dict.fromkeys(paths, 1)
