from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from ce_calendar.adapters.memory import MemoryAuthorizer, MemoryWorld
from ce_calendar.domain.errors import ProviderUnavailable, RateLimited
from ce_calendar.domain.meetings.connections import Credential, Revocation
from tests.conftest import FixedClock
from tests.contract.authorizer import ANN, AuthorizerContract, AuthorizerWorld


class Memory(AuthorizerWorld):
    revocations = (Revocation.REVOKED, Revocation.UNKNOWN)

    def __init__(self, clock: FixedClock) -> None:
        self.clock = clock
        self.memory = MemoryWorld(clock)
        self.memory.add_account(ANN)
        self.authorizer = MemoryAuthorizer(self.memory)

    def consent(self, url: str, *, deny: bool = False) -> dict[str, str]:
        state = parse_qs(urlsplit(url).query)["state"][0]
        if deny:
            return {"error": "access_denied", "state": state}
        return {"code": self.memory.consent(url, ANN)[0], "state": state}

    def end_grants(self) -> None:
        self.memory.revoke(ANN)

    def old_credential(self) -> Credential:
        return self.memory.grant(ANN)

    def be_in_testing(self) -> timedelta | None:
        self.memory.refresh_life = timedelta(days=7)
        return self.memory.refresh_life

    def be_rate_limited(self, *, seconds: int) -> datetime:
        retry_at = self.clock() + timedelta(seconds=seconds)
        self.memory.fail("refresh", RateLimited(retry_at=retry_at))
        return retry_at

    def be_down(self) -> None:
        self.memory.fail("refresh", ProviderUnavailable())


@pytest.fixture
def world(clock: FixedClock) -> AuthorizerWorld:
    return Memory(clock)


class TestMemoryAuthorizer(AuthorizerContract):
    pass
