import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from ce_calendar.adapters.google.oauth import CALENDAR_SCOPES, CENTRAL_SCOPES, GoogleAuthorizer, GoogleEndpoints
from ce_calendar.domain.errors import (
    ProviderError,
    ProviderForbids,
    ProviderUnavailable,
    RateLimited,
)
from ce_calendar.domain.meetings.connections import ClientSource, Credential, OAuthClient
from tests.conftest import NOON, FixedClock
from tests.support.answering import answering, good
from tests.support.sandbox import CLIENT_ID, GoogleSandbox

ANN = "ann@gmail.example"
BACK = "http://localhost:3000/oauth/google/callback"


@pytest.fixture
def google(google_sandbox: GoogleSandbox) -> GoogleSandbox:
    google_sandbox.control("accounts", email=ANN)
    return google_sandbox


@pytest.fixture
def authorizer(google: GoogleSandbox, clock: FixedClock) -> GoogleAuthorizer:
    client = OAuthClient(CLIENT_ID, ClientSource.PLATFORM)
    return GoogleAuthorizer(
        client=client, client_secret="shh", clock=clock, endpoints=google.endpoints, timeout_seconds=2
    )


def connected(authorizer: GoogleAuthorizer, google: GoogleSandbox, *, untick: tuple[str, ...] = ()) -> Credential:
    begun = authorizer.begin(redirect_uri=BACK, state="s")
    back = google.consent(begun.url, ANN, untick=untick)
    return authorizer.exchange(code=back["code"], proof=begun.proof, redirect_uri=BACK)


def test_the_consent_address_asks_for_offline_access_with_proof(authorizer: GoogleAuthorizer) -> None:
    begun = authorizer.begin(redirect_uri=BACK, state="the-state")

    asked = {name: values[0] for name, values in parse_qs(urlsplit(begun.url).query).items()}
    assert asked["access_type"] == "offline"
    assert asked["prompt"] == "consent"
    assert asked["code_challenge_method"] == "S256"
    assert set(asked["scope"].split()) == {"openid", "email", *CALENDAR_SCOPES}
    assert "include_granted_scopes" not in asked


def test_an_unticked_scope_is_missing(authorizer: GoogleAuthorizer, google: GoogleSandbox) -> None:
    credential = connected(authorizer, google, untick=(CALENDAR_SCOPES[0],))

    assert authorizer.missing_scopes(credential) == {CALENDAR_SCOPES[0]}


def test_the_central_account_is_asked_for_calendars_as_a_whole(google: GoogleSandbox, clock: FixedClock) -> None:
    client = OAuthClient(CLIENT_ID, ClientSource.PLATFORM)
    authorizer = GoogleAuthorizer(
        client=client, client_secret="shh", clock=clock, endpoints=google.endpoints, scopes=CENTRAL_SCOPES
    )

    begun = authorizer.begin(redirect_uri=BACK, state="s")

    assert parse_qs(urlsplit(begun.url).query)["scope"] == [" ".join(CENTRAL_SCOPES)]
    whole = f"{CALENDAR_SCOPES[0].removesuffix('.events')}"
    assert authorizer.missing_scopes(google.grant(ANN)) == {whole}
    assert authorizer.missing_scopes(google.grant(ANN, CENTRAL_SCOPES)) == frozenset()


@pytest.mark.parametrize(
    ("status", "reason", "expected"),
    [
        (500, "backendError", ProviderUnavailable),
        (503, "invalid_grant", ProviderUnavailable),  # a 5xx is never the person's fault, whatever it says
        (429, "slow_down", RateLimited),
        (401, "invalid_client", ProviderForbids),
        (400, "something_new", ProviderUnavailable),
    ],
)
def test_refusals_are_told_in_our_words(
    authorizer: GoogleAuthorizer, google: GoogleSandbox, status: int, reason: str, expected: type[ProviderError]
) -> None:
    credential = connected(authorizer, google)
    google.control("faults", operation="*", status=status, reason=reason, retry_after=30)

    for call in (authorizer.refresh, authorizer.revoke):
        with pytest.raises(ProviderError) as refused:
            call(credential)
        assert type(refused.value) is expected
        assert "Sandbox" not in str(refused.value)
        if isinstance(refused.value, RateLimited):
            assert refused.value.retry_at == NOON + timedelta(seconds=30)


def test_a_dropped_connection_and_a_slow_answer_are_unavailable(
    authorizer: GoogleAuthorizer, google: GoogleSandbox
) -> None:
    credential = connected(authorizer, google)
    for trouble in ({"drop": True}, {"latency_ms": 3000}):
        google.control("faults", operation="*", times=1, **trouble)
        with pytest.raises(ProviderUnavailable):
            authorizer.refresh(credential)
        google.heal()


def answered(body: object, clock: FixedClock, call: str, **given: Any) -> Any:
    """Ask a Google that answers everything with this."""
    client = OAuthClient(CLIENT_ID, ClientSource.PLATFORM)
    with answering(good(json.dumps(body).encode())) as url:
        endpoints = GoogleEndpoints(token_url=f"{url}/token", revoke_url=f"{url}/revoke", userinfo_url=f"{url}/info")
        authorizer = GoogleAuthorizer(client=client, client_secret="shh", clock=clock, endpoints=endpoints)
        return getattr(authorizer, call)(**given)


OLD = Credential(CLIENT_ID, "old-access", "old-refresh", NOON, frozenset(CALENDAR_SCOPES))


@pytest.mark.parametrize(
    ("said", "refresh_token"),
    [
        ({}, "old-refresh"),  # the usual: none
        ({"refresh_token": "new-refresh"}, "new-refresh"),
        ({"refresh_token": ""}, "old-refresh"),
        ({"refresh_token": None}, "old-refresh"),
        ({"refresh_token": 7}, "old-refresh"),
    ],
)
def test_a_refresh_keeps_the_refresh_token_unless_there_is_another(
    clock: FixedClock, said: dict[str, object], refresh_token: str
) -> None:
    body = {"access_token": "new-access", "expires_in": 3599, "token_type": "Bearer", **said}
    fresh = answered(body, clock, "refresh", credential=OLD)
    assert (fresh.access_token, fresh.refresh_token, fresh.scopes) == ("new-access", refresh_token, OLD.scopes)


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ({}, 3),  # not told again: it ends when it was to end
        ({"refresh_token_expires_in": 86_400}, 1),
        ({"refresh_token_expires_in": 0}, 3),
        ({"refresh_token_expires_in": -5}, 3),
        ({"refresh_token_expires_in": 1e20}, 3),  # no moment that could be told
        ({"refresh_token_expires_in": "soon"}, 3),
        ({"refresh_token_expires_in": None}, 3),
    ],
    ids=["nothing", "a day", "zero", "less", "ages", "a word", "null"],
)
def test_the_end_of_a_refresh_token_is_kept_unless_another_is_told(
    clock: FixedClock, said: dict[str, object], left: int
) -> None:
    before = replace(OLD, refresh_expires_at=NOON + timedelta(days=3))
    body = {"access_token": "new-access", "expires_in": 3599, "token_type": "Bearer", **said}
    fresh = answered(body, clock, "refresh", credential=before)
    assert fresh.refresh_expires_at == NOON + timedelta(days=left)


def test_granted_scopes_count_in_any_order_and_in_their_long_forms(clock: FixedClock) -> None:
    granted = [*reversed(CALENDAR_SCOPES), "https://www.googleapis.com/auth/userinfo.email", "openid"]
    body = {"access_token": "a", "refresh_token": "r", "token_type": "Bearer", "scope": " ".join(granted)}
    credential = answered(body, clock, "exchange", code="c", proof="v" * 64, redirect_uri=BACK)
    assert frozenset(CALENDAR_SCOPES) <= credential.scopes


def test_userinfo_need_not_say_that_the_email_is_verified(clock: FixedClock) -> None:
    account = answered({"sub": "108", "email": "Ann@Gmail.example"}, clock, "account", credential=OLD)
    assert (account.subject_id, account.email) == ("108", ANN)


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"sub": "108"},
        {"email": ANN},
        {"sub": 108, "email": ANN},
        {"sub": "1" * 256, "email": ANN},
        {"sub": "108", "email": "a" * 400},
        {"sub": "1\x000", "email": ANN},
        {"sub": "108", "email": "ann\ud800@gmail.example"},
    ],
)
def test_an_account_that_cannot_be_stored_is_no_answer(clock: FixedClock, body: object) -> None:
    with pytest.raises(ProviderUnavailable):
        answered(body, clock, "account", credential=OLD)
