"""Which tokens Google gives, to whom, and when they die."""

import pytest
from authlib.integrations.base_client.errors import OAuthError

from tests.unit.sandbox.driver import ANN, CALENDAR, REDIRECT, Json, Sandbox
from tests.unit.sandbox.signing_in import EMAIL, EVENTS, FREE_BUSY, VERIFIER, ask, connect, decide, exchange, refresh

MONTH = 31 * 86_400


@pytest.fixture(autouse=True)
def ann(sandbox: Sandbox) -> None:
    sandbox.account(ANN)


def test_a_second_use_of_a_code_is_refused_and_what_the_first_brought_lives_on(sandbox: Sandbox) -> None:
    code = decide(sandbox, ask(sandbox, sandbox.authlib()), [CALENDAR])["code"]
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": "client-1",
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
    }
    first = sandbox.http.post(f"{sandbox.url}/token", data=form)
    second = sandbox.http.post(f"{sandbox.url}/token", data=form)
    assert (second.status_code, second.json()) == (400, {"error": "invalid_grant", "error_description": "Bad Request"})
    assert refresh(sandbox, first.json()["refresh_token"]).status_code == 200


def test_another_client_cannot_use_a_code(sandbox: Sandbox) -> None:
    code = decide(sandbox, ask(sandbox, sandbox.authlib()), [CALENDAR])["code"]
    form = {"grant_type": "authorization_code", "code": code, "client_id": "client-2", "redirect_uri": REDIRECT}
    assert sandbox.http.post(f"{sandbox.url}/token", data=form).json()["error"] == "invalid_grant"


def test_a_grant_covers_earlier_consents_only_if_the_application_includes_them(sandbox: Sandbox) -> None:
    connect(sandbox, scopes=("openid", "email", EVENTS))
    alone = connect(sandbox, scopes=(FREE_BUSY,))
    assert alone["scope"] == FREE_BUSY
    together = connect(sandbox, scopes=(FREE_BUSY,), include_granted_scopes="true")
    assert set(together["scope"].split()) == {"openid", EMAIL, EVENTS, FREE_BUSY}


def test_new_scopes_are_a_new_consent_and_bring_a_refresh_token(sandbox: Sandbox) -> None:
    assert "refresh_token" in connect(sandbox, scopes=(EVENTS,))
    assert "refresh_token" not in connect(sandbox, scopes=(EVENTS,))
    assert "refresh_token" in connect(sandbox, scopes=(EVENTS, FREE_BUSY))
    assert "refresh_token" in connect(sandbox, scopes=(EVENTS,), approval_prompt="force")


def test_after_a_revocation_the_next_consent_is_a_first_one(sandbox: Sandbox) -> None:
    token = connect(sandbox)["access_token"]
    assert sandbox.http.post(f"{sandbox.url}/revoke?token={token}").json() == {}
    again = connect(sandbox, scopes=(FREE_BUSY,), include_granted_scopes="true")
    assert (again["scope"], "refresh_token" in again) == (FREE_BUSY, True)


def test_a_refresh_may_ask_for_less_but_not_for_more(sandbox: Sandbox) -> None:
    token = connect(sandbox, scopes=("openid", "email", EVENTS))["refresh_token"]
    assert refresh(sandbox, token, scope=f"email {EVENTS}").json()["scope"] == f"{EMAIL} {EVENTS}"
    assert refresh(sandbox, token).json()["scope"] == f"openid {EMAIL} {EVENTS}"
    more = refresh(sandbox, token, scope=CALENDAR)
    assert (more.status_code, more.json()) == (400, {"error": "invalid_scope", "error_description": "Bad Request"})


def test_a_refresh_token_dies_after_six_months_without_use(sandbox: Sandbox) -> None:
    used, unused = (connect(sandbox, client_id=client)["refresh_token"] for client in ("client-1", "client-2"))
    for _ in range(6):
        sandbox.control("clock", advance_seconds=MONTH)
        assert refresh(sandbox, used).status_code == 200
    dead = refresh(sandbox, unused, "client-2")
    expected = {"error": "invalid_grant", "error_description": "Token has been expired or revoked."}
    assert (dead.status_code, dead.json()) == (400, expected)
    assert sandbox.http.post(f"{sandbox.url}/revoke", data={"token": unused}).json()["error"] == "invalid_token"
    assert "refresh_token" in connect(sandbox, client_id="client-2"), "there is none that counts"


def test_of_more_than_a_hundred_refresh_tokens_the_oldest_dies(sandbox: Sandbox) -> None:
    def grant(client_id: str) -> str:
        return str(sandbox.control("grant", email=ANN, client_id=client_id, scopes=[EVENTS])["refresh_token"])

    other = grant("client-2")
    first, second, *_ = [grant("client-1") for _ in range(101)]
    assert refresh(sandbox, first).json()["error"] == "invalid_grant"
    assert refresh(sandbox, second).status_code == 200
    assert refresh(sandbox, other, "client-2").status_code == 200


def test_authlib_renews_and_gives_back(sandbox: Sandbox) -> None:
    client = sandbox.authlib()
    token = exchange(sandbox, client, decide(sandbox, ask(sandbox, client), [CALENDAR])["code"])
    renewed = client.refresh_token(f"{sandbox.url}/token", refresh_token=token["refresh_token"])
    assert renewed["access_token"] != token["access_token"]
    assert client.revoke_token(f"{sandbox.url}/revoke", token=token["refresh_token"]).status_code == 200
    with pytest.raises(OAuthError, match="invalid_grant"):
        client.refresh_token(f"{sandbox.url}/token", refresh_token=token["refresh_token"])


def test_an_expired_access_token_cannot_be_revoked(sandbox: Sandbox) -> None:
    token = connect(sandbox)
    sandbox.control("clock", advance_seconds=3601)
    answer = sandbox.http.post(f"{sandbox.url}/revoke", data={"token": token["access_token"]})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_token")
    assert sandbox.http.post(f"{sandbox.url}/revoke", data={"token": token["refresh_token"]}).status_code == 200


BODIES: list[tuple[Json, Json]] = [
    ({"data": b"{}", "headers": {"Content-Type": "application/json"}}, {"error": "invalid_request"}),
    ({"data": b"x", "headers": {"Content-Type": "multipart/form-data"}}, {"error": "invalid_request"}),
    ({"data": b"--b\r\n\r\nx", "headers": {"Content-Type": "multipart/form-data; boundary=b"}}, {}),
    ({"files": {"client_id": b"x", "code": b"\x00"}}, {"error": "invalid_request"}),
    ({"data": {"client_id": "c"}}, {"error": "unsupported_grant_type"}),
    ({"data": {"client_id": "c", "grant_type": "authorization_code"}}, {"error": "invalid_request"}),
    ({"data": {"client_id": "c", "grant_type": "refresh_token", "refresh_token": "\x00"}}, {"error": "invalid_grant"}),
    ({"data": b"client_id=%ff&grant_type=%00"}, {}),
    ({"data": {}, "headers": {"Authorization": "Basic ü".encode("latin-1")}}, {"error": "invalid_client"}),
    ({"data": {}, "headers": {"Authorization": "Basic //79"}}, {"error": "invalid_client"}),
]


@pytest.mark.parametrize(("body", "expected"), BODIES, ids=range(len(BODIES)))
def test_whatever_a_body_holds_is_refused_in_googles_words(sandbox: Sandbox, body: Json, expected: Json) -> None:
    for path in ("token", "revoke", "tokeninfo"):
        answer = sandbox.http.post(f"{sandbox.url}/{path}", **body)
        assert answer.status_code in {400, 401}, path
        assert answer.json()["error"]
        if path == "token":
            assert answer.json().items() >= expected.items()
