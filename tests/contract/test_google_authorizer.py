from datetime import datetime, timedelta

import pytest

from ce_calendar.adapters.google.oauth import GoogleAuthorizer
from ce_calendar.domain.meetings.connections import ClientSource, Credential, OAuthClient, Revocation
from tests.conftest import FixedClock
from tests.contract.authorizer import ANN, AuthorizerContract, AuthorizerWorld
from tests.support.sandbox import CLIENT_ID, GoogleSandbox


class Google(AuthorizerWorld):
    revocations = (Revocation.REVOKED, Revocation.UNKNOWN)

    def __init__(self, sandbox: GoogleSandbox, clock: FixedClock) -> None:
        self.sandbox = sandbox
        self.clock = clock
        sandbox.control("accounts", email=ANN)
        client = OAuthClient(CLIENT_ID, ClientSource.PLATFORM)
        self.authorizer = GoogleAuthorizer(
            client=client, client_secret="shh", clock=clock, endpoints=sandbox.endpoints, timeout_seconds=2
        )

    def consent(self, url: str, *, deny: bool = False) -> dict[str, str]:
        return self.sandbox.consent(url, ANN, deny=deny)

    def end_grants(self) -> None:
        self.sandbox.control("revoke", email=ANN)

    def old_credential(self) -> Credential:
        return self.sandbox.grant(ANN)

    def be_rate_limited(self, *, seconds: int) -> datetime:
        self.sandbox.control("faults", operation="*", status=429, retry_after=seconds, times=1)
        return self.clock() + timedelta(seconds=seconds)

    def be_down(self) -> None:
        self.sandbox.control("faults", operation="*", status=500, times=1)


@pytest.fixture
def world(google_sandbox: GoogleSandbox, clock: FixedClock) -> AuthorizerWorld:
    return Google(google_sandbox, clock)


class TestGoogleAuthorizer(AuthorizerContract):
    pass
