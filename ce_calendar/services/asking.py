"""One question to a provider on behalf of a connection."""

from collections.abc import Callable
from typing import TypeVar

from ce_calendar.domain.errors import AccessTokenRejected, NeedsReauth
from ce_calendar.domain.meetings.connections import Connection, Credential
from ce_calendar.ports import FreshCredentials

Answer = TypeVar("Answer")


def ask(credentials: FreshCredentials, connection: Connection, call: Callable[[Credential], Answer]) -> Answer:
    """Call the provider; once more with a fresh access token if it rejects this one.

    Raises:
        ProviderError: as the call does; `NeedsReauth` if a fresh token is rejected, too.
        VaultError: the credential does not open.
    """
    credential = credentials.fresh(connection)
    try:
        return call(credential)
    except AccessTokenRejected:
        credential = credentials.renew(connection, credential)
    try:
        return call(credential)
    except AccessTokenRejected as error:
        raise NeedsReauth("fresh_token_rejected") from error
