"""What both providers' grants have in common, without a process."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from ce_calendar.sandbox.clock import Clock
from ce_calendar.sandbox.google.signing_in.clients import Clients
from ce_calendar.sandbox.google.signing_in.grants import GoogleGrants
from ce_calendar.sandbox.grants import Code, Grants
from ce_calendar.sandbox.microsoft.grants import EntraGrants

ANN, BEN = "ann@gmail.example", "ben@gmail.example"
DAY = 86_400


@dataclass
class Kept:
    """How much there is in memory."""

    codes: int
    access: int
    refresh: int


def kept(grants: Grants) -> Kept:
    inner = [grant for clients in grants._grants.values() for grant in clients.values()]
    found = Kept(len(grants._codes), len(grants._access), len(grants._refresh))
    assert sum(len(grant.codes) for grant in inner) == found.codes
    assert sum(len(grant.access) for grant in inner) == found.access
    assert sum(len(grant.refresh) for grant in inner) == found.refresh
    return found


MAKERS: dict[str, Callable[[], Grants]] = {
    "google": lambda: GoogleGrants(Clock(), Clients()),
    "entra": lambda: EntraGrants(Clock()),
}


@pytest.fixture(params=list(MAKERS))
def make(request: pytest.FixtureRequest) -> Callable[[], Grants]:
    return MAKERS[request.param]


@pytest.fixture
def grants(make: Callable[[], Grants]) -> Grants:
    return make()


def code(email: str = ANN, client_id: str = "c") -> Code:
    return Code(email, client_id, "http://localhost/back", ["openid"], None, "plain")


def test_what_died_a_day_ago_is_forgotten_and_refresh_tokens_are_not(grants: Grants) -> None:
    for _ in range(3):
        grants.new_code(code())
        grants.new_access(ANN, "c", ["openid"])
        grants.new_refresh(ANN, "c", ["openid"])
    grants._clock.advance(DAY + 4000)
    grants.new_access(ANN, "c", ["openid"])
    assert kept(grants) == Kept(0, 1, 3)


def test_a_revocation_ends_one_account_and_no_other(grants: Grants) -> None:
    for email in (ANN, BEN):
        for client in ("c", "d"):
            grants.new_code(code(email, client))
            grants.new_access(email, client, ["openid"])
            grants.new_refresh(email, client, ["openid"])
    assert grants.revoke_account(ANN) == 4
    assert grants.revoke_account(ANN) == 0
    assert kept(grants) == Kept(2, 2, 2)


def test_tokens_survive_in_a_file_and_codes_do_not(make: Callable[[], Grants], grants: Grants) -> None:
    grants.new_code(code())
    access, refresh = grants.new_access(ANN, "c", ["openid"]), grants.new_refresh(ANN, "c", ["openid"])
    again = make()
    again.load(grants.to_json())
    token = again.access(access)
    assert token is not None
    assert token.email == ANN
    assert set(again.to_json()["refresh"]) == {refresh}
    assert kept(again) == Kept(0, 1, 1)


def test_tokens_of_an_older_file_are_taken_up(grants: Grants) -> None:
    token = {"email": ANN, "client_id": "c", "scopes": ["openid"], "expires": None}
    grants.load({"access": {"a": {**token, "expires": 1.0}}, "refresh": {"r": token}})
    assert grants.access("a") is None
    assert grants.revoke_account(ANN) == 2


def test_ten_thousand_accounts_do_not_slow_each_other_down(grants: Grants) -> None:
    begun = time.monotonic()
    for number in range(10_000):
        grants.new_code(code(f"a{number}@gmail.example"))
        grants.new_access(f"a{number}@gmail.example", "c", ["openid"])
        grants.new_refresh(f"a{number}@gmail.example", "c", ["openid"])
    grants._clock.advance(2 * DAY)
    grants.new_access(ANN, "c", ["openid"])
    for number in range(10_000):
        grants.revoke_account(f"a{number}@gmail.example")
    # A third of a second; hours, if each account looked at all the others.
    assert time.monotonic() - begun < 20
    assert kept(grants) == Kept(0, 1, 0)
