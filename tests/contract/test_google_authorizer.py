from datetime import timedelta

import pytest

from ce_calendar.adapters.google.oauth import GoogleAuthorizer
from ce_calendar.domain.meetings.connections import ClientSource, OAuthClient, Revocation
from tests.conftest import FixedClock
from tests.contract.authorizer import ANN, AuthorizerContract, AuthorizerWorld
from tests.contract.sandboxed import SandboxedWorld
from tests.support.sandbox import CLIENT_ID, GoogleSandbox


class Google(SandboxedWorld):
    revocations = (Revocation.REVOKED, Revocation.UNKNOWN)

    def __init__(self, sandbox: GoogleSandbox, clock: FixedClock) -> None:
        super().__init__(sandbox, clock)
        client = OAuthClient(CLIENT_ID, ClientSource.PLATFORM)
        self.authorizer = GoogleAuthorizer(
            client=client, client_secret="shh", clock=clock, endpoints=sandbox.endpoints, timeout_seconds=2
        )

    def be_in_testing(self) -> timedelta | None:
        self.sandbox.control("clients", client_id=CLIENT_ID, publishing="testing", test_users=[ANN])
        return timedelta(days=7)


@pytest.fixture
def world(google_sandbox: GoogleSandbox, clock: FixedClock) -> AuthorizerWorld:
    return Google(google_sandbox, clock)


class TestGoogleAuthorizer(AuthorizerContract):
    pass
