"""One question to a provider with somebody's credential."""

from collections.abc import Callable
from typing import TypeVar

from ce_calendar.domain.errors import AccessTokenRejected, NeedsReauth
from ce_calendar.domain.meetings.connections import Credential
from ce_calendar.ports import CredentialHolder, FreshCredentials

Answer = TypeVar("Answer")
Holder = TypeVar("Holder", bound=CredentialHolder)


def ask(credentials: FreshCredentials[Holder], holder: Holder, call: Callable[[Credential], Answer]) -> Answer:
    """Call the provider; once more with a fresh access token if it rejects this one.

    Raises:
        ProviderError: as the call does; `NeedsReauth` if a fresh token is rejected, too.
        VaultError: the credential does not open.
    """
    credential = credentials.fresh(holder)
    try:
        return call(credential)
    except AccessTokenRejected:
        credential = credentials.renew(holder, credential)
    try:
        return call(credential)
    except AccessTokenRejected as error:
        raise NeedsReauth("fresh_token_rejected") from error
