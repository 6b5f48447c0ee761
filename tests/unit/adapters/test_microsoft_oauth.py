import threading
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from ce_calendar.adapters.microsoft.oauth import MicrosoftAuthorizer
from ce_calendar.adapters.microsoft.scopes import SCOPES
from ce_calendar.domain.errors import (
    NeedsReauth,
    ProviderError,
    ProviderForbids,
    ProviderUnavailable,
    RateLimited,
)
from ce_calendar.domain.meetings.connections import ClientSource, Credential, OAuthClient
from tests.conftest import FixedClock
from tests.support.sandbox import CLIENT_ID, MicrosoftSandbox, refresh_token_in

ANN = "ann@outlook.example"
BACK = "http://localhost:3000/oauth/microsoft/callback"
CLIENT = OAuthClient(CLIENT_ID, ClientSource.TENANT)


@pytest.fixture
def microsoft(microsoft_sandbox: MicrosoftSandbox) -> MicrosoftSandbox:
    microsoft_sandbox.control("accounts", email=ANN)
    return microsoft_sandbox


@pytest.fixture
def authorizer(microsoft: MicrosoftSandbox, clock: FixedClock) -> MicrosoftAuthorizer:
    return MicrosoftAuthorizer(
        client=CLIENT,
        client_secret="shh",
        clock=clock,
        authority=microsoft.authority,
        graph_url=microsoft.url,
        ca_bundle=microsoft.ca_bundle,
        timeout_seconds=5,
    )


def connected(authorizer: MicrosoftAuthorizer, microsoft: MicrosoftSandbox) -> Credential:
    begun = authorizer.begin(redirect_uri=BACK, state="s")
    code = microsoft.consent(begun.url, ANN)["code"]
    return authorizer.exchange(code=code, proof=begun.proof, redirect_uri=BACK)


def asked_at(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


# -- with the sandbox --------------------------------------------------------------------------------------------


def test_the_consent_address_asks_for_what_we_need_by_redirect(authorizer: MicrosoftAuthorizer) -> None:
    asked = asked_at(authorizer.begin(redirect_uri=BACK, state="s").url)

    assert set(asked["scope"].split()) == {*SCOPES, "openid", "profile", "offline_access"}
    assert asked["code_challenge_method"] == "S256"
    # Query is the default; form_post would lose our session's cookie.
    assert "response_mode" not in asked


def test_only_whoever_signs_in_again_is_not_asked_which_account(authorizer: MicrosoftAuthorizer) -> None:
    assert asked_at(authorizer.begin(redirect_uri=BACK, state="s").url)["prompt"] == "select_account"
    assert "prompt" not in asked_at(authorizer.begin(redirect_uri=BACK, state="s", login_hint=ANN).url)


def test_a_refresh_is_one_request(authorizer: MicrosoftAuthorizer, microsoft: MicrosoftSandbox) -> None:
    credential = connected(authorizer, microsoft)
    before = microsoft.counts()

    for _ in range(3):
        credential = authorizer.refresh(credential)

    after = microsoft.counts()
    assert {name: after[name] - before.get(name, 0) for name in after if after[name] != before.get(name, 0)} == {
        "oauth.token": 3
    }


def test_the_rotated_refresh_token_is_in_what_is_returned(
    authorizer: MicrosoftAuthorizer, microsoft: MicrosoftSandbox
) -> None:
    credential = connected(authorizer, microsoft)

    fresh = authorizer.refresh(credential)

    assert refresh_token_in(fresh) != refresh_token_in(credential)
    assert not fresh.refresh_token


def test_a_legacy_refresh_token_moves_into_the_cache(
    authorizer: MicrosoftAuthorizer, microsoft: MicrosoftSandbox
) -> None:
    legacy = microsoft.grant(ANN)
    assert not legacy.token_cache

    fresh = authorizer.refresh(legacy)

    assert fresh.token_cache
    assert not fresh.refresh_token


def test_a_damaged_cache_is_no_worse_than_none(authorizer: MicrosoftAuthorizer, microsoft: MicrosoftSandbox) -> None:
    legacy = microsoft.grant(ANN)
    for damaged in ("{", "[", "no JSON"):
        assert authorizer.refresh(replace(legacy, token_cache=damaged)).access_token
        with pytest.raises(NeedsReauth):
            authorizer.refresh(replace(legacy, token_cache=damaged, refresh_token=""))


def test_the_configuration_is_fetched_once_a_day_and_an_old_one_serves_when_entra_is_down(
    authorizer: MicrosoftAuthorizer, microsoft: MicrosoftSandbox, clock: FixedClock
) -> None:
    def fetched() -> int:
        return microsoft.counts().get("oauth.configuration", 0)

    authorizer.begin(redirect_uri=BACK, state="s")
    clock.advance(timedelta(hours=23))
    authorizer.begin(redirect_uri=BACK, state="s")
    assert fetched() == 1
    clock.advance(timedelta(hours=2))
    authorizer.begin(redirect_uri=BACK, state="s")
    assert fetched() == 2
    clock.advance(timedelta(days=2))
    microsoft.control("faults", operation="oauth.configuration", status=503)
    assert authorizer.begin(redirect_uri=BACK, state="s").url
    assert fetched() == 3


@pytest.mark.parametrize(
    ("status", "reason", "expected"),
    [
        (400, "invalid_grant", NeedsReauth),
        (400, "interaction_required", NeedsReauth),
        (400, "consent_required", NeedsReauth),
        (400, "login_required", NeedsReauth),
        (401, "invalid_client", ProviderForbids),
        (400, "unauthorized_client", ProviderForbids),
        (400, "invalid_request", ProviderUnavailable),
        (400, "temporarily_unavailable", ProviderUnavailable),
        (429, "slow_down", RateLimited),
        (500, "invalid_grant", ProviderUnavailable),  # a 5xx is never the person's fault, whatever it says
        (503, "temporarily_unavailable", ProviderUnavailable),
    ],
)
def test_refusals_are_told_in_our_words(
    authorizer: MicrosoftAuthorizer,
    microsoft: MicrosoftSandbox,
    status: int,
    reason: str,
    expected: type[ProviderError],
) -> None:
    credential = connected(authorizer, microsoft)
    microsoft.control("faults", operation="oauth.token", status=status, reason=reason, times=2)

    for refused_one in (credential, microsoft.grant(ANN)):
        with pytest.raises(ProviderError) as refused:
            authorizer.refresh(refused_one)
        assert type(refused.value) is expected
        assert "AADSTS" not in str(refused.value)
    # MSAL remembers refusals for a minute; ours must not outlast what caused them.
    assert authorizer.refresh(credential).access_token


def test_a_dropped_connection_and_a_slow_answer_are_unavailable(
    authorizer: MicrosoftAuthorizer, microsoft: MicrosoftSandbox
) -> None:
    credential = connected(authorizer, microsoft)
    hasty = MicrosoftAuthorizer(
        client=CLIENT,
        client_secret="shh",
        clock=FixedClock(),
        authority=microsoft.authority,
        graph_url=microsoft.url,
        ca_bundle=microsoft.ca_bundle,
        timeout_seconds=0.3,
    )
    for trouble in ({"drop": True}, {"latency_ms": 800}):
        microsoft.control("faults", operation="*", times=2, **trouble)
        for call in (hasty.refresh, hasty.account):
            with pytest.raises(ProviderUnavailable):
                call(credential)
        microsoft.heal()


@pytest.mark.parametrize(("status", "expected"), [(503, ProviderUnavailable), (404, ProviderForbids)])
def test_a_start_without_configuration_is_told(
    authorizer: MicrosoftAuthorizer, microsoft: MicrosoftSandbox, status: int, expected: type[ProviderError]
) -> None:
    microsoft.control("faults", operation="oauth.configuration", status=status, times=1)

    with pytest.raises(expected):
        authorizer.begin(redirect_uri=BACK, state="s")


def test_starts_at_once_do_not_let_the_warning_through(authorizer: MicrosoftAuthorizer) -> None:
    """Warnings are errors here, and MSAL warns of what we do on purpose."""
    begun: list[str] = []
    threads = [
        threading.Thread(target=lambda: begun.append(authorizer.begin(redirect_uri=BACK, state="s").url))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(begun) == 8


def test_certificates_that_are_not_there_are_unavailable(microsoft: MicrosoftSandbox, clock: FixedClock) -> None:
    lost = MicrosoftAuthorizer(
        client=CLIENT,
        client_secret="shh",
        clock=clock,
        authority=microsoft.authority,
        graph_url=microsoft.url,
        ca_bundle="/nowhere/ca.pem",
    )
    with pytest.raises(ProviderUnavailable):
        lost.refresh(microsoft.grant(ANN))
    with pytest.raises(ProviderUnavailable):
        lost.account(microsoft.grant(ANN))
