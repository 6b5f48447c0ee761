"""One at a time with a person's grant at a provider.

A provider revokes a grant as a whole: every credential of the same client and account dies with it, a newly obtained
one too. So whoever revokes, and whoever stores a new credential, first holds the grant's lease.
"""

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import uuid4

from ce_calendar.domain.meetings.connections import Provider, ProviderAccount
from ce_calendar.ports import Clock, OpenUnitOfWork, UnitOfWork

LEASE_SECONDS = 90
"""Longer than a revocation can take; a killed process blocks the grant no longer than this."""
PAUSE_SECONDS = 0.2
PATIENCE = 100
"""Pauses before giving up: 20 seconds."""

Pause = Callable[[float], None]


class GrantLeases:
    """Hands out the leases."""

    def __init__(self, *, open_uow: OpenUnitOfWork, clock: Clock, pause: Pause = time.sleep) -> None:
        self._open_uow = open_uow
        self._clock = clock
        self._pause = pause

    @contextmanager
    def hold(self, *, provider: Provider, client_id: str, subject_id: str) -> Iterator[bool]:
        """Hold the grant's lease while the block runs; False if somebody else would not let go of it."""
        # Hashed: the parts together are longer than a lease's name may be.
        name = "grant:" + hashlib.sha256(f"{provider}\n{client_id}\n{subject_id}".encode()).hexdigest()
        holder = uuid4().hex
        is_held = self._acquire(name, holder)
        try:
            yield is_held
        finally:
            if is_held:
                with self._open_uow() as uow:
                    uow.leases.release(name, holder=holder)

    def _acquire(self, name: str, holder: str) -> bool:
        for attempt in range(PATIENCE):
            if attempt:
                self._pause(PAUSE_SECONDS)
            with self._open_uow() as uow:
                if uow.leases.acquire(name, holder=holder, now=self._clock(), seconds=LEASE_SECONDS):
                    return True
        return False


def others_live_on(
    uow: UnitOfWork, *, provider: Provider, client_id: str, account: ProviderAccount, but: str = ""
) -> bool:
    """Whether the grant must stay, since another credential of it is in use: a connection's, or a central account's.

    Args:
        uow: an open transaction.
        provider: whose grant it is.
        client_id: of the OAuth client it was given to.
        account: whose grant it is; by the email, what an earlier system brought is found.
        but: id of the connection or central account that is about to end.
    """
    connections = uow.connections.with_grant(
        provider=provider, client_id=client_id, subject_id=account.subject_id, account_email=account.email
    )
    if any(other.id != but for other in connections):
        return True
    if provider is not Provider.GOOGLE:
        return False
    centrals = uow.central_accounts.with_grant(client_id=client_id, subject_id=account.subject_id)
    ending = uow.central_accounts.get(but) if but else None
    is_counted = ending is not None and (ending.client_id, ending.subject_id) == (client_id, account.subject_id)
    return centrals > int(is_counted)
