import pytest

from ce_calendar.adapters.microsoft.oauth import MicrosoftAuthorizer
from ce_calendar.domain.meetings.connections import ClientSource, OAuthClient, Revocation
from tests.conftest import FixedClock
from tests.contract.authorizer import AuthorizerContract, AuthorizerWorld
from tests.contract.sandboxed import SandboxedWorld
from tests.support.sandbox import CLIENT_ID, MicrosoftSandbox


class Microsoft(SandboxedWorld):
    revocations = (Revocation.NOT_OFFERED, Revocation.NOT_OFFERED)
    limited = "oauth.token"

    def __init__(self, sandbox: MicrosoftSandbox, clock: FixedClock) -> None:
        super().__init__(sandbox, clock)
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


@pytest.fixture
def world(microsoft_sandbox: MicrosoftSandbox, clock: FixedClock) -> AuthorizerWorld:
    return Microsoft(microsoft_sandbox, clock)


class TestMicrosoftAuthorizer(AuthorizerContract):
    pass
