"""What Google refuses to put to a person, and how an application may shape the consent page."""

import base64
import hashlib
from typing import Any
from urllib.parse import urlencode

import pytest
import requests

from tests.unit.sandbox.driver import ANN, CALENDAR, REDIRECT, Sandbox, query_of
from tests.unit.sandbox.signing_in import EVENTS, VERIFIER, decide

BEN = "ben@riverside.example"


@pytest.fixture(autouse=True)
def people(sandbox: Sandbox) -> None:
    sandbox.account(ANN)
    sandbox.account(BEN)


def address(sandbox: Sandbox, **more: str) -> str:
    """The consent page's address; an empty text leaves a parameter out."""
    query = {"client_id": "client-1", "redirect_uri": REDIRECT, "response_type": "code", "scope": EVENTS, **more}
    return f"{sandbox.url}/o/oauth2/v2/auth?" + urlencode({name: value for name, value in query.items() if value})


def page(sandbox: Sandbox, **more: str) -> requests.Response:
    return sandbox.http.get(address(sandbox, **more), allow_redirects=False)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"client_id": ""}, "Missing required parameter: client_id"),
        ({"scope": ""}, "Missing required parameter: scope"),
        ({"response_type": "token"}, "Invalid parameter value for response_type"),
        ({"response_mode": "form_post"}, "Invalid parameter value for response_mode"),
        ({"redirect_uri": "javascript:alert(1)"}, "Invalid parameter value for redirect_uri"),
        ({"redirect_uri": "http://[half"}, "Invalid parameter value for redirect_uri"),
        ({"redirect_uri": "http://localhost/#there"}, "Invalid parameter value for redirect_uri"),
        ({"redirect_uri": "http://localhost/\r\nSet-Cookie: a=b"}, "Invalid parameter value for redirect_uri"),
        ({"access_type": "sometimes"}, "Invalid parameter value for access_type"),
        ({"include_granted_scopes": "yes"}, "Invalid parameter value for include_granted_scopes"),
        ({"prompt": "login"}, "Invalid prompt: login"),
        ({"prompt": "none consent"}, "Invalid prompt: none consent"),
        ({"prompt": "consent", "approval_prompt": "force"}, "Conflict params"),
        ({"code_challenge_method": "S256"}, "Missing required parameter: code_challenge"),
        ({"code_challenge": VERIFIER, "code_challenge_method": "S512"}, "code_challenge_method"),
        ({"code_challenge": "v" * 42}, "Invalid parameter value for code_challenge"),
        ({"code_challenge": "v" * 129}, "Invalid parameter value for code_challenge"),
        ({"code_challenge": "ü" * 43}, "Invalid parameter value for code_challenge"),
    ],
)
def test_a_request_that_cannot_be_answered_ends_on_a_page(sandbox: Sandbox, wrong: dict[str, str], words: str) -> None:
    answer = page(sandbox, **wrong)
    assert answer.status_code == 400
    assert 'data-testid="consent-error"' in answer.text
    assert words in answer.text
    assert "Error 400: invalid_request" in answer.text
    # The form cannot be posted past it either.
    posted = sandbox.http.post(address(sandbox, **wrong), data={"account": ANN, "decision": "allow"})
    assert posted.status_code == 400


def test_a_parameter_that_is_there_twice_ends_on_a_page(sandbox: Sandbox) -> None:
    sandbox.account()
    for name in ("client_id", "redirect_uri", "state"):
        answer = sandbox.http.get(f"{address(sandbox, state='s')}&{name}=http://other.example/")
        assert answer.status_code == 400
        assert f"OAuth 2 parameters can only have a single value: {name}" in answer.text


def test_scopes_nobody_knows_end_on_a_page_that_names_them(sandbox: Sandbox) -> None:
    answer = page(sandbox, scope=f"{EVENTS} {CALENDAR}.everything openid")
    assert (answer.status_code, "Error 400: invalid_scope" in answer.text) == (400, True)
    assert f"{CALENDAR}.everything" in answer.text
    assert EVENTS + "," not in answer.text


def test_every_scope_of_the_calendar_api_can_be_asked_for(sandbox: Sandbox) -> None:
    scopes = (
        f"openid email profile {CALENDAR} {CALENDAR}.app.created {CALENDAR}.acls https://www.googleapis.com/auth/drive"
    )
    text = page(sandbox, scope=scopes).text
    assert text.count('data-testid="consent-scope"') == 7
    assert text.count("checked disabled") == 3


def test_odd_text_never_breaks_the_page(sandbox: Sandbox) -> None:
    for odd in ("\x00", "\U0001f4c5", "%ff%fe", "<script>", "a" * 5000):
        for name in ("client_id", "redirect_uri", "scope", "state", "login_hint", "prompt", "hd"):
            answer = page(sandbox, **{name: odd})
            assert answer.status_code in {200, 400}
            assert "<script>" not in answer.text


@pytest.mark.parametrize(
    ("shape", "chosen"),
    [
        ({}, ANN),
        ({"login_hint": BEN.upper()}, BEN),
        ({"login_hint": "nobody@gmail.example"}, ANN),
        ({"hd": "riverside.example"}, BEN),
        ({"hd": "riverside.example", "login_hint": ANN}, ANN),
        ({"prompt": "select_account", "login_hint": BEN}, None),  # the person is to choose
    ],
)
def test_the_page_marks_the_account_the_application_hints_at(
    sandbox: Sandbox, shape: dict[str, str], chosen: str | None
) -> None:
    text = page(sandbox, **shape).text
    assert [email for email in (ANN, BEN) if f'value="{email}" required checked' in text] == (
        [chosen] if chosen else []
    )


def test_a_hint_may_be_the_accounts_number(sandbox: Sandbox) -> None:
    token = sandbox.token(BEN, "openid")
    number = sandbox.http.get(f"{sandbox.url}/oauth2/v3/userinfo", params={"access_token": token}).json()["sub"]
    assert f'value="{BEN}" required checked' in page(sandbox, login_hint=number).text


def test_without_a_prompt_nobody_is_asked_and_only_what_was_consented_to_is_given(sandbox: Sandbox) -> None:
    silent = {"prompt": "none", "state": "s"}
    unknown = query_of(page(sandbox, **silent).headers["location"])
    assert unknown == {"error": "login_required", "state": "s"}
    refused = query_of(page(sandbox, **silent, login_hint=ANN).headers["location"])
    assert refused == {"error": "interaction_required", "error_subtype": "access_denied", "state": "s"}

    decide(sandbox, address(sandbox), [EVENTS])

    given = query_of(page(sandbox, **silent, login_hint=ANN).headers["location"])
    assert (given["state"], given["prompt"], given["scope"]) == ("s", "none", EVENTS)
    more = query_of(page(sandbox, **silent, login_hint=ANN, scope=CALENDAR).headers["location"])
    assert more["error"] == "interaction_required"


def test_the_way_back_keeps_the_query_of_the_redirect_uri_and_tells_what_google_tells(sandbox: Sandbox) -> None:
    back = decide(sandbox, address(sandbox, redirect_uri=REDIRECT + "?from=google", state="a b&c"), [EVENTS])
    assert back.pop("code").startswith("4/0")
    expected = {"from": "google", "state": "a b&c", "scope": EVENTS, "authuser": "0", "prompt": "consent"}
    assert back == expected


def test_a_decision_from_a_foreign_page_or_for_nobody_counts_for_nothing(sandbox: Sandbox) -> None:
    forms: list[tuple[dict[str, Any], dict[str, str]]] = [
        ({"account": ANN, "decision": "allow"}, {"Sec-Fetch-Site": "cross-site"}),
        ({"account": "nobody@gmail.example", "decision": "allow"}, {}),
        ({"decision": "allow"}, {}),
    ]
    for form, headers in forms:
        answer = sandbox.http.post(address(sandbox), data=form, headers=headers, allow_redirects=False)
        assert (answer.status_code, "consent-error" in answer.text) == (400, True)


def code_for(sandbox: Sandbox, **challenge: str) -> str:
    return decide(sandbox, address(sandbox, **challenge), [EVENTS])["code"]


def exchanged(sandbox: Sandbox, code: str, **verifier: str) -> tuple[int, str]:
    form = {"grant_type": "authorization_code", "code": code, "client_id": "client-1", "redirect_uri": REDIRECT}
    answer = sandbox.http.post(f"{sandbox.url}/token", data=form | verifier)
    return answer.status_code, answer.json().get("error_description", "")


S256 = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("challenge", "verifier", "expected"),
    [
        ({}, {}, (200, "")),
        ({}, {"code_verifier": VERIFIER}, (400, "code_verifier or verifier is not needed.")),
        ({"code_challenge": VERIFIER}, {"code_verifier": VERIFIER}, (200, "")),
        ({"code_challenge": VERIFIER, "code_challenge_method": "plain"}, {"code_verifier": VERIFIER}, (200, "")),
        ({"code_challenge": S256, "code_challenge_method": "S256"}, {"code_verifier": VERIFIER}, (200, "")),
        ({"code_challenge": S256, "code_challenge_method": "S256"}, {}, (400, "Missing code verifier.")),
        ({"code_challenge": S256}, {"code_verifier": VERIFIER}, (400, "Invalid code verifier.")),
        ({"code_challenge": VERIFIER}, {"code_verifier": "ü" * 43}, (400, "Invalid code verifier.")),
    ],
)
def test_a_code_asks_for_the_verifier_of_its_challenge(
    sandbox: Sandbox, challenge: dict[str, str], verifier: dict[str, str], expected: tuple[int, str]
) -> None:
    assert exchanged(sandbox, code_for(sandbox, **challenge), **verifier) == expected
