"""A provider of the sandbox, as the authorizers' suite arranges it."""

from datetime import datetime, timedelta
from typing import ClassVar

from ce_calendar.domain.meetings.connections import Credential
from tests.conftest import FixedClock
from tests.contract.authorizer import ANN, AuthorizerWorld
from tests.support.sandbox import GoogleSandbox, MicrosoftSandbox


class SandboxedWorld(AuthorizerWorld):
    """What is the same at both providers."""

    limited: ClassVar = "*"
    """The operation that is refused when there were too many requests."""

    def __init__(self, sandbox: GoogleSandbox | MicrosoftSandbox, clock: FixedClock) -> None:
        self.sandbox = sandbox
        self.clock = clock
        sandbox.control("accounts", email=ANN)

    def consent(self, url: str, *, deny: bool = False) -> dict[str, str]:
        return self.sandbox.consent(url, ANN, deny=deny)

    def end_grants(self) -> None:
        self.sandbox.control("revoke", email=ANN)

    def old_credential(self) -> Credential:
        return self.sandbox.grant(ANN)

    def be_rate_limited(self, *, seconds: int) -> datetime:
        self.sandbox.control("faults", operation=self.limited, status=429, retry_after=seconds, times=1)
        return self.clock() + timedelta(seconds=seconds)

    def be_down(self) -> None:
        self.sandbox.control("faults", operation="*", status=500, times=1)
