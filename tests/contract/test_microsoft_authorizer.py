from datetime import datetime, timedelta

import pytest

from ce_calendar.adapters.microsoft.oauth import MicrosoftAuthorizer
from ce_calendar.domain.meetings.connections import ClientSource, Credential, OAuthClient, Revocation
from tests.conftest import FixedClock
from tests.contract.authorizer import ANN, AuthorizerContract, AuthorizerWorld
from tests.support.sandbox import CLIENT_ID, MicrosoftSandbox


class Microsoft(AuthorizerWorld):
    revocations = (Revocation.NOT_OFFERED, Revocation.NOT_OFFERED)

    def __init__(self, sandbox: MicrosoftSandbox, clock: FixedClock) -> None:
        self.sandbox = sandbox
        self.clock = clock
        sandbox.control("accounts", email=ANN)
        client = OAuthClient(CLIENT_ID, ClientSource.TENANT)
        self.authorizer = MicrosoftAuthorizer(
            client=client,
            client_secret="shh",
            clock=clock,
            authority=sandbox.authority,
            graph_url=sandbox.url,
            ca_bundle=sandbox.ca_bundle,
            timeout_seconds=5,
        )

    def consent(self, url: str, *, deny: bool = False) -> dict[str, str]:
        return self.sandbox.consent(url, ANN, deny=deny)

    def end_grants(self) -> None:
        self.sandbox.control("revoke", email=ANN)

    def old_credential(self) -> Credential:
        return self.sandbox.grant(ANN)

    def be_rate_limited(self, *, seconds: int) -> datetime:
        self.sandbox.control("faults", operation="oauth.token", status=429, retry_after=seconds, times=1)
        return self.clock() + timedelta(seconds=seconds)

    def be_down(self) -> None:
        self.sandbox.control("faults", operation="*", status=500, times=1)


@pytest.fixture
def world(microsoft_sandbox: MicrosoftSandbox, clock: FixedClock) -> AuthorizerWorld:
    return Microsoft(microsoft_sandbox, clock)


class TestMicrosoftAuthorizer(AuthorizerContract):
    pass
