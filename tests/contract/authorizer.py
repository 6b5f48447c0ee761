"""What every `ports.Authorizer` must do. A provider's test subclasses this and says how to arrange its world."""

from abc import ABC, abstractmethod
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from ce_calendar.domain.errors import AccessTokenRejected, NeedsReauth, ProviderUnavailable, RateLimited
from ce_calendar.domain.meetings.connections import Credential, Revocation
from ce_calendar.ports import Authorizer
from tests.conftest import FixedClock

ANN = "ann@mail.example"
BACK = "http://localhost:3000/oauth/callback"


class AuthorizerWorld(ABC):
    """The other side, as a test arranges it. One account, `ANN`."""

    authorizer: Authorizer
    clock: FixedClock
    revocations: tuple[Revocation, Revocation]
    """What ending a grant comes to, and ending it once more."""

    @abstractmethod
    def consent(self, url: str, *, deny: bool = False) -> dict[str, str]:
        """Decide on the consent page; returns the query of the way back."""

    @abstractmethod
    def end_grants(self) -> None:
        """Withdraw whatever the account granted, as its owner can at the provider."""

    @abstractmethod
    def old_credential(self) -> Credential:
        """A credential as an earlier system kept it: a refresh token, and an access token of long ago."""

    @abstractmethod
    def be_rate_limited(self, *, seconds: int) -> datetime:
        """Refuse the next call; returns the moment to come back."""

    @abstractmethod
    def be_down(self) -> None:
        """Refuse the next call."""

    def be_in_testing(self) -> timedelta | None:
        """Let the application not be published; returns how long new grants then last, None if that changes nothing."""
        return None

    def connect(self) -> Credential:
        begun = self.authorizer.begin(redirect_uri=BACK, state="s")
        code = self.consent(begun.url)["code"]
        return self.authorizer.exchange(code=code, proof=begun.proof, redirect_uri=BACK)


class AuthorizerContract:
    """The suite."""

    def test_the_consent_address_carries_our_state_and_asks_for_proof(self, world: AuthorizerWorld) -> None:
        begun = world.authorizer.begin(redirect_uri=BACK, state="the-state", login_hint=ANN)

        asked = {name: values[0] for name, values in parse_qs(urlsplit(begun.url).query).items()}
        assert asked["client_id"] == world.authorizer.client.client_id
        assert asked["state"] == "the-state"
        assert asked["login_hint"] == ANN
        assert asked["redirect_uri"] == BACK
        assert asked["code_challenge"]
        assert begun.proof not in begun.url
        assert begun.proof not in repr(begun)

    def test_no_two_starts_share_their_proof(self, world: AuthorizerWorld) -> None:
        first, second = (world.authorizer.begin(redirect_uri=BACK, state="s") for _ in range(2))

        assert first.proof != second.proof

    def test_a_consent_comes_back_with_our_state_and_becomes_a_credential(self, world: AuthorizerWorld) -> None:
        begun = world.authorizer.begin(redirect_uri=BACK, state="the-state")
        back = world.consent(begun.url)
        credential = world.authorizer.exchange(code=back["code"], proof=begun.proof, redirect_uri=BACK)

        assert back["state"] == "the-state"
        assert credential.access_token
        assert credential.is_renewable
        assert credential.client_id == world.authorizer.client.client_id
        assert timedelta(minutes=50) < credential.expires_at - world.clock() <= timedelta(hours=1)
        assert world.authorizer.missing_scopes(credential) == frozenset()
        assert world.authorizer.account(credential).email == ANN
        assert world.authorizer.account(credential).subject_id

    def test_whoever_says_no_comes_back_with_access_denied(self, world: AuthorizerWorld) -> None:
        begun = world.authorizer.begin(redirect_uri=BACK, state="the-state")

        back = world.consent(begun.url, deny=True)

        assert (back["error"], back["state"]) == ("access_denied", "the-state")
        assert "code" not in back

    def test_a_code_counts_once_and_with_its_proof_only(self, world: AuthorizerWorld) -> None:
        begun = world.authorizer.begin(redirect_uri=BACK, state="s")
        code = world.consent(begun.url)["code"]
        another = world.authorizer.begin(redirect_uri=BACK, state="s")

        with pytest.raises(NeedsReauth):
            world.authorizer.exchange(code=code, proof=another.proof, redirect_uri=BACK)
        world_code = world.consent(begun.url)["code"]
        world.authorizer.exchange(code=world_code, proof=begun.proof, redirect_uri=BACK)
        with pytest.raises(NeedsReauth):
            world.authorizer.exchange(code=world_code, proof=begun.proof, redirect_uri=BACK)

    def test_a_code_that_never_was_counts_as_little(self, world: AuthorizerWorld) -> None:
        begun = world.authorizer.begin(redirect_uri=BACK, state="s")

        with pytest.raises(NeedsReauth):
            world.authorizer.exchange(code="no code of yours", proof=begun.proof, redirect_uri=BACK)

    @pytest.mark.parametrize("proof", ["x" * 64, "{}", "null", "[1]", ""])
    def test_a_proof_that_is_none_of_ours_is_refused(self, world: AuthorizerWorld, proof: str) -> None:
        code = world.consent(world.authorizer.begin(redirect_uri=BACK, state="s").url)["code"]

        with pytest.raises(NeedsReauth):
            world.authorizer.exchange(code=code, proof=proof, redirect_uri=BACK)

    def test_a_refresh_brings_another_access_token_and_keeps_the_rest(self, world: AuthorizerWorld) -> None:
        credential = world.connect()

        fresh = world.authorizer.refresh(credential)

        assert fresh.access_token != credential.access_token
        assert fresh.is_renewable
        assert (fresh.client_id, fresh.scopes) == (credential.client_id, credential.scopes)
        assert world.authorizer.account(fresh) == world.authorizer.account(credential)

    def test_refreshes_follow_each_other(self, world: AuthorizerWorld) -> None:
        credential = world.connect()
        tokens = set()
        for _ in range(4):
            credential = world.authorizer.refresh(credential)
            tokens.add(credential.access_token)

        assert len(tokens) == 4

    def test_what_an_earlier_system_kept_is_renewed_and_stays_renewable(self, world: AuthorizerWorld) -> None:
        fresh = world.authorizer.refresh(world.old_credential())

        assert world.authorizer.account(fresh).email == ANN
        assert world.authorizer.missing_scopes(fresh) == frozenset()
        assert world.authorizer.refresh(fresh).access_token != fresh.access_token

    def test_nothing_to_renew_with_needs_the_person(self, world: AuthorizerWorld) -> None:
        with pytest.raises(NeedsReauth):
            world.authorizer.refresh(Credential("client", "access", "", world.clock()))

    def test_an_ended_grant_needs_the_person(self, world: AuthorizerWorld) -> None:
        credential = world.connect()
        world.end_grants()

        with pytest.raises(NeedsReauth):
            world.authorizer.refresh(credential)
        with pytest.raises(AccessTokenRejected):
            world.authorizer.account(credential)

    def test_a_new_consent_counts_at_once_after_a_refusal(self, world: AuthorizerWorld) -> None:
        credential = world.connect()
        world.end_grants()
        with pytest.raises(NeedsReauth):
            world.authorizer.refresh(credential)

        again = world.connect()

        assert world.authorizer.account(world.authorizer.refresh(again)).email == ANN

    def test_ending_a_grant_says_what_came_of_it(self, world: AuthorizerWorld) -> None:
        credential = world.connect()

        assert (world.authorizer.revoke(credential), world.authorizer.revoke(credential)) == world.revocations

    def test_when_a_grant_is_to_end_is_told_and_kept(self, world: AuthorizerWorld) -> None:
        life = world.be_in_testing()
        told = world.clock() + life if life else None

        credential = world.connect()
        fresh = world.authorizer.refresh(credential)

        for each in (credential, fresh):
            if told is None or each.refresh_expires_at is None:
                assert told is each.refresh_expires_at
            else:
                # The sandbox counts whole seconds on a clock of its own.
                assert abs(each.refresh_expires_at - told) < timedelta(seconds=30)

    def test_a_rate_limit_says_when_to_come_back(self, world: AuthorizerWorld) -> None:
        credential = world.connect()
        retry_at = world.be_rate_limited(seconds=90)

        with pytest.raises(RateLimited) as refused:
            world.authorizer.refresh(credential)

        assert refused.value.retry_at == retry_at

    def test_a_provider_that_is_down_is_unavailable_and_then_works_at_once(self, world: AuthorizerWorld) -> None:
        credential = world.connect()
        world.be_down()
        with pytest.raises(ProviderUnavailable):
            world.authorizer.refresh(credential)

        assert world.authorizer.refresh(credential).access_token

    def test_neither_a_credential_nor_its_authorizer_prints_a_secret(self, world: AuthorizerWorld) -> None:
        credential = world.connect()

        printed = repr(credential) + repr(world.authorizer)
        assert credential.access_token not in printed
        assert not credential.refresh_token or credential.refresh_token not in printed
        assert not credential.token_cache or credential.token_cache not in printed
