"""Signing in at an Entra that says what a test likes, over TLS as MSAL insists."""

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from ce_calendar.adapters.microsoft.errors import from_token_answer
from ce_calendar.adapters.microsoft.oauth import MicrosoftAuthorizer
from ce_calendar.adapters.microsoft.scopes import NEEDED_SCOPES, SCOPES
from ce_calendar.domain.errors import NeedsReauth, ProviderError, ProviderForbids, ProviderUnavailable
from ce_calendar.domain.meetings.connections import ClientSource, Credential, OAuthClient, ProviderAccount
from tests.conftest import NOON, FixedClock
from tests.support.pretending import Authority, Pretender, Said, pretending
from tests.support.sandbox import CLIENT_ID, refresh_token_in

ANN = "ann@outlook.example"
BACK = "http://localhost:3000/oauth/microsoft/callback"
CLIENT = OAuthClient(CLIENT_ID, ClientSource.TENANT)


@pytest.fixture
def entra(authority: Authority) -> Iterator[Pretender]:
    with pretending(authority) as entra:
        tenant = f"{entra.url}/common"
        entra.answers["openid-configuration"] = said(
            {
                "issuer": f"{tenant}/v2.0",
                "authorization_endpoint": f"{tenant}/oauth2/v2.0/authorize",
                "token_endpoint": f"{tenant}/oauth2/v2.0/token",
            }
        )
        entra.answers["/token"] = said(tokens())
        yield entra


def said(body: object, status: int = 200, **headers: str) -> Said:
    return Said(json.dumps(body).encode(), status, headers)


def tokens(**more: object) -> dict[str, object]:
    """A token answer; None takes a field out."""
    body = {
        "token_type": "Bearer",
        "scope": " ".join(SCOPES),
        "expires_in": 3599,
        "access_token": "new-access",
        "refresh_token": "new-refresh",
        "client_info": packed({"uid": "u", "utid": "t"}),
        **more,
    }
    return {name: value for name, value in body.items() if value is not None}


def packed(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def authorizer_of(entra: Pretender, *, secret: str = "shh") -> MicrosoftAuthorizer:
    return MicrosoftAuthorizer(
        client=CLIENT,
        client_secret=secret,
        clock=FixedClock(),
        authority=f"{entra.url}/common",
        graph_url=entra.url,
        ca_bundle=entra.ca_bundle,
        timeout_seconds=5,
    )


OLD = Credential(CLIENT_ID, "old-access", "old-refresh", NOON, frozenset(SCOPES))


def test_a_client_with_a_secret_sends_it_and_a_public_one_sends_none(entra: Pretender) -> None:
    for secret in ("shh", ""):
        fresh = authorizer_of(entra, secret=secret).refresh(OLD)
        assert refresh_token_in(fresh) == "new-refresh"

    forms = [asked.form for asked in entra.asked if asked.method == "POST"]
    assert [form.get("client_secret") for form in forms] == ["shh", None]
    assert {form["client_id"] for form in forms} == {CLIENT_ID}


def test_the_environment_decides_nothing(entra: Pretender, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy there would get the tokens, a region would get the secret, a bundle would shut out our own."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("MSAL_FORCE_REGION", "westus2")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere")
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere")
    entra.answers["/me"] = said({"id": "u", "mail": ANN})
    authorizer = authorizer_of(entra)

    assert authorizer.account(authorizer.refresh(OLD)).email == ANN


@pytest.mark.parametrize(
    "body",
    [
        [],
        None,
        "tokens",
        {},
        tokens(access_token=None),
        tokens(access_token=7),
        tokens(access_token=""),
        tokens(expires_in="soon"),
        tokens(expires_in=[]),
        tokens(scope=["a"]),
        tokens(client_info="%%%"),
        tokens(id_token="no.jwt"),
        tokens(id_token=f"{packed({})}.{packed({'aud': 'x'})}.x", client_info=None),  # without a subject
        {"error": 7},
        {"error": None},
        {"error": {"code": "invalid_grant"}},
        {"error": "invalid_grand"},
    ],
)
def test_an_answer_that_is_none_of_entras_is_unavailable(entra: Pretender, body: object) -> None:
    entra.answers["/token"] = said(body)

    with pytest.raises(ProviderUnavailable):
        authorizer_of(entra).refresh(OLD)


@pytest.mark.parametrize(
    "answer",
    [
        Said(b"<html>login</html>"),
        Said(b"\xff\xfe"),
        Said(b""),
        Said(b"[" * 100_000),  # deeper than Python follows
        Said(b'{"a":' * 100_000),
        Said(b'{"a": "' + b"x" * 2_000_000 + b'"}'),
        Said(b"{}", 302, {"Location": "https://localhost:1/token"}),
        Said(b"{}", 307, {"Location": "https://localhost:1/token"}),
        Said(b"{}", 200, {"Content-Length": "500"}),
        Said(b"not gzip", 200, {"Content-Encoding": "gzip"}),
    ],
)
def test_an_answer_that_is_no_answer_is_unavailable(entra: Pretender, answer: Said) -> None:
    configuration = entra.answers["openid-configuration"]
    authorizer = authorizer_of(entra)
    for path in ("openid-configuration", "/token", "/me"):
        entra.answers |= {"openid-configuration": configuration, "/token": said(tokens()), path: answer}
        with pytest.raises(ProviderUnavailable):
            authorizer.account(authorizer.refresh(OLD))


@pytest.mark.parametrize(
    "configuration",
    [
        {},
        {"authorization_endpoint": "https://localhost/a"},
        {"authorization_endpoint": "https://localhost/a", "token_endpoint": "http://localhost/common/token"},
        {"authorization_endpoint": "https://localhost/a", "token_endpoint": 7},
    ],
)
def test_a_configuration_that_leads_nowhere_is_unavailable(entra: Pretender, configuration: object) -> None:
    entra.answers["openid-configuration"] = said(configuration)

    with pytest.raises(ProviderUnavailable):
        authorizer_of(entra).refresh(OLD)


def test_secrets_and_tokens_go_to_the_authority_alone(entra: Pretender, authority: Authority) -> None:
    """Whoever can write the configuration, or answer for it once, must not get them."""
    with pretending(authority) as elsewhere:
        elsewhere.answers["/token"] = said(tokens())
        good = entra.answers["openid-configuration"]
        configuration = {**json.loads(good.body), "token_endpoint": f"{elsewhere.url}/common/oauth2/v2.0/token"}
        entra.answers["openid-configuration"] = said(configuration)
        authorizer = authorizer_of(entra)
        with pytest.raises(ProviderUnavailable):
            authorizer.refresh(OLD)
        assert elsewhere.asked == []

        entra.answers["openid-configuration"] = good
        assert refresh_token_in(authorizer.refresh(OLD)) == "new-refresh", "and the odd one was not kept"


@pytest.mark.parametrize("page", ["javascript:alert(1)//", "http://elsewhere.example/authorize", "//x", 7, None])
def test_people_are_sent_to_a_page_of_the_web_alone(entra: Pretender, page: object) -> None:
    configuration = json.loads(entra.answers["openid-configuration"].body)
    entra.answers["openid-configuration"] = said({**configuration, "authorization_endpoint": page})

    with pytest.raises(ProviderUnavailable):
        authorizer_of(entra).begin(redirect_uri=BACK, state="s")


def test_an_id_token_for_another_question_is_refused(entra: Pretender) -> None:
    """A code of somebody else's consent, slipped to our callback."""
    authorizer = authorizer_of(entra)
    begun = authorizer.begin(redirect_uri=BACK, state="s")
    claims = {"sub": "s", "aud": CLIENT_ID, "nonce": "another", "exp": 4_000_000_000}
    entra.answers["/token"] = said(tokens(id_token=f"{packed({})}.{packed(claims)}.x"))

    with pytest.raises(NeedsReauth, match="nonce_mismatch"):
        authorizer.exchange(code="c", proof=begun.proof, redirect_uri=BACK)


def test_a_consent_without_offline_access_is_not_renewable(entra: Pretender) -> None:
    authorizer = authorizer_of(entra)
    begun = authorizer.begin(redirect_uri=BACK, state="s")
    entra.answers["/token"] = said(tokens(refresh_token=None))

    credential = authorizer.exchange(code="c", proof=begun.proof, redirect_uri=BACK)

    assert not credential.is_renewable


@pytest.mark.parametrize("client_info", [None, packed([]), packed("u"), packed({"uid": "u"})])
def test_an_answer_that_does_not_say_whose_it_is_stays_renewable(entra: Pretender, client_info: str | None) -> None:
    authorizer = authorizer_of(entra)
    entra.answers["/token"] = said(tokens(client_info=client_info))

    first = authorizer.refresh(OLD)
    second = authorizer.refresh(first)

    assert second.is_renewable
    assert [asked.form["refresh_token"] for asked in entra.asked if asked.method == "POST"] == [
        "old-refresh",
        "new-refresh",
    ]


@pytest.mark.parametrize(
    ("granted", "missing"),
    [
        ("Calendars.ReadWrite User.Read", set()),
        ("calendars.readwrite user.read email openid profile", set()),
        ("https://graph.microsoft.com/Calendars.ReadWrite https://graph.microsoft.com/User.Read", set()),
        ("User.Read Calendars.Read", {"Calendars.ReadWrite"}),
        ("", set(NEEDED_SCOPES)),
    ],
)
def test_scopes_count_in_any_case_and_form(entra: Pretender, granted: str, missing: set[str]) -> None:
    entra.answers["/token"] = said(tokens(scope=granted))
    authorizer = authorizer_of(entra)

    assert authorizer.missing_scopes(authorizer.refresh(OLD)) == missing


def test_what_a_refresh_does_not_say_stays(entra: Pretender) -> None:
    entra.answers["/token"] = said(tokens(scope=None, expires_in=None))
    authorizer = authorizer_of(entra)
    first = authorizer.refresh(OLD)
    entra.answers["/token"] = said(tokens(scope=None, refresh_token=None, access_token="third"))

    second = authorizer.refresh(first)

    assert first.scopes == second.scopes == OLD.scopes
    assert first.expires_at == NOON + timedelta(hours=1)
    assert refresh_token_in(second) == "new-refresh"


@pytest.mark.parametrize(
    ("person", "account"),
    [
        ({"id": "u", "mail": "Ann@Outlook.example"}, ProviderAccount("u", ANN)),
        # Personal accounts, and those without a mailbox of their own.
        ({"id": "u", "mail": None, "userPrincipalName": ANN}, ProviderAccount("u", ANN)),
        ({"id": "u", "mail": "", "userPrincipalName": ANN}, ProviderAccount("u", ANN)),
    ],
)
def test_the_account_is_told_by_id_and_mail(entra: Pretender, person: object, account: ProviderAccount) -> None:
    entra.answers["/me"] = said(person)

    assert authorizer_of(entra).account(OLD) == account


@pytest.mark.parametrize(
    "person",
    [
        [],
        {"id": "u"},
        {"mail": ANN},
        {"id": 7, "mail": ANN},
        {"id": "u" * 256, "mail": ANN},
        {"id": "u", "mail": "a" * 400},
        {"id": "u\x00", "mail": ANN},
        {"id": "u", "mail": 7, "userPrincipalName": ANN},
        {"id": "u", "mail": "ann\ud800@outlook.example"},
    ],
)
def test_an_account_that_cannot_be_stored_is_no_answer(entra: Pretender, person: object) -> None:
    entra.answers["/me"] = said(person)

    with pytest.raises(ProviderUnavailable):
        authorizer_of(entra).account(OLD)


@pytest.mark.parametrize(
    ("answer", "expected", "code"),
    [
        ({"error": "invalid_grant", "error_codes": [50173]}, NeedsReauth, "invalid_grant"),  # revoked
        ({"error": "invalid_grant", "error_codes": [700082]}, NeedsReauth, "invalid_grant"),  # unused too long
        ({"error": "invalid_grant", "error_codes": [65001]}, NeedsReauth, "consent_required"),
        ({"error": "invalid_grant", "error_codes": [50076]}, NeedsReauth, "invalid_grant"),  # wants a second factor
        ({"error": "interaction_required", "suberror": "basic_action"}, NeedsReauth, "interaction_required"),
        ({"error": "invalid_client", "error_codes": [7000222]}, ProviderForbids, "invalid_client"),  # out of date
        ({"error": "invalid_request", "error_codes": [50194]}, ProviderForbids, "single_tenant_client"),
        ({"error": "invalid_grant", "error_codes": [7000215]}, ProviderForbids, "invalid_client"),  # the code decides
        ({"error": "unauthorized_client", "error_codes": [700016]}, ProviderForbids, "unauthorized_client"),
        ({"error": "invalid_scope", "error_codes": [70011]}, ProviderForbids, "invalid_scope"),
        ({"error": "invalid_request", "error_codes": [90013]}, ProviderUnavailable, "http_400"),
        ({"error": "invalid_grant", "error_codes": "50173"}, NeedsReauth, "invalid_grant"),
        ({"error": "invalid_grant", "error_codes": [None, {}, "65001"]}, NeedsReauth, "invalid_grant"),
        ({"error": ["invalid_grant"]}, ProviderUnavailable, "http_400"),
    ],
)
def test_what_a_refusal_of_the_token_endpoint_means(
    answer: dict[str, Any], expected: type[ProviderError], code: str
) -> None:
    meant = from_token_answer(answer, 400)

    assert (type(meant), meant.code) == (expected, code)
