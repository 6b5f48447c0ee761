"""The end of a connection: the grant is revoked at the provider, the credential forgotten, and the result told."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from ce_calendar.domain.errors import NeedsReauth, ProviderError, VaultError
from ce_calendar.domain.meetings.connections import ENDS_GRANTS, Connection, ProviderAccount, Revocation, Status
from ce_calendar.ports import Announcer, Clock, OpenUnitOfWork, UnitOfWork
from ce_calendar.services.credentials import Credentials
from ce_calendar.services.grants import GrantLeases, Pause, others_live_on
from ce_calendar.services.notices import tell_result

TakeOver = Callable[[str], bool]
"""Puts what an earlier system left of a connection into the vault; False if it does not open."""


def nothing_to_take_over(_connection_id: str) -> bool:
    """Where no connection can come from an earlier system."""
    return True


class DisconnectOutcome(StrEnum):
    """How the end of a connection stands. The words are part of the audit trail."""

    REVOKED = "revoked"
    ALREADY_REVOKED = "already_revoked"
    """The provider no longer knew the credential."""
    FORGOTTEN = "forgotten"
    """Forgotten here, and that is all there is: the provider lets only the person take the consent away."""
    SHARED = "shared"
    """Another connection lives on the same grant, so it was only forgotten here."""
    UNREADABLE = "unreadable"
    """The credential does not open; the person can only revoke it at the provider."""
    WAITING = "waiting"
    """The provider cannot be reached; it is tried again."""
    NOTHING_TO_DO = "nothing_to_do"
    """Not, or no longer, disconnecting: finished before, or linked again meanwhile."""


_ENDS = {
    Revocation.REVOKED: DisconnectOutcome.REVOKED,
    Revocation.UNKNOWN: DisconnectOutcome.ALREADY_REVOKED,
    Revocation.NOT_OFFERED: DisconnectOutcome.FORGOTTEN,
}


class Endings:
    """Ends what people disconnected."""

    def __init__(
        self,
        *,
        open_uow: OpenUnitOfWork,
        clock: Clock,
        credentials: Credentials,
        announcer: Announcer,
        take_over: TakeOver = nothing_to_take_over,
        pause: Pause = time.sleep,
    ) -> None:
        self._open_uow = open_uow
        self._clock = clock
        self._credentials = credentials
        self._announcer = announcer
        self._take_over = take_over
        self._grants = GrantLeases(open_uow=open_uow, clock=clock, pause=pause)

    def owed(self) -> Sequence[str]:
        """Ids of the connections whose end is still owed, for the job that retries."""
        with self._open_uow(reading=True) as uow:
            return [each.id for each in uow.connections.disconnecting()]

    def finish(self, connection_id: str) -> DisconnectOutcome:
        """Revoke the grant unless another connection lives on it, and forget the credential.

        A job's work: nobody asks for it in person. A kill after the revocation and before its record makes the
        next try hear that the provider no longer knows the credential.
        """
        connection = self._ending(connection_id)
        if connection is None:
            return DisconnectOutcome.NOTHING_TO_DO
        account = self._whose_grant(connection)
        if isinstance(account, DisconnectOutcome):
            return self._conclude(connection_id, account)
        with self._grants.hold(
            provider=connection.provider, client_id=connection.client_id, subject_id=account.subject_id
        ) as is_held:
            if not is_held:
                return DisconnectOutcome.WAITING
            return self._finish_alone(connection_id, account)

    def _conclude(self, connection_id: str, outcome: DisconnectOutcome) -> DisconnectOutcome:
        """Record an outcome that needs no call to the provider any more."""
        connection = self._ending(connection_id)
        if connection is None:
            return DisconnectOutcome.NOTHING_TO_DO
        if outcome is DisconnectOutcome.WAITING:
            self._tell_waiting(connection)
            return outcome
        return self._record_end(connection, outcome)

    def _ending(self, connection_id: str) -> Connection | None:
        with self._open_uow(reading=True) as uow:
            connection = uow.connections.get(connection_id)
        return connection if connection and connection.status is Status.DISCONNECTING else None

    def _whose_grant(self, connection: Connection) -> ProviderAccount | DisconnectOutcome:
        """The account whose grant ends, or how it ends without one.

        What an earlier system brought is known by its email alone, and revoking blindly could end the grant that
        another connection lives on: so the provider is asked first, if there is anything to revoke.
        """
        if connection.is_identified or connection.provider not in ENDS_GRANTS:
            return ProviderAccount(connection.subject_id, connection.account_email)
        if not self._take_over(connection.id):
            return DisconnectOutcome.UNREADABLE
        try:
            # As the provider tells it, email included: the credential may be another account's than the row says.
            return self._credentials.account(connection)
        except NeedsReauth as error:
            is_dead = error.code == "invalid_grant"
            return DisconnectOutcome.ALREADY_REVOKED if is_dead else DisconnectOutcome.UNREADABLE
        except VaultError:
            return DisconnectOutcome.UNREADABLE
        except ProviderError:
            return DisconnectOutcome.WAITING

    def _finish_alone(self, connection_id: str, account: ProviderAccount) -> DisconnectOutcome:
        """Under the grant's lease: nobody links this account, or revokes for another connection, meanwhile."""
        connection = self._ending(connection_id)
        if connection is None:
            # Linked again while we waited: the new consent wins.
            return DisconnectOutcome.NOTHING_TO_DO
        with self._open_uow(reading=True) as uow:
            is_shared = others_live_on(
                uow,
                provider=connection.provider,
                client_id=connection.client_id,
                account=account,
                but=connection_id,
            )
        outcome = DisconnectOutcome.SHARED if is_shared else self._revoke(connection)
        if outcome is DisconnectOutcome.WAITING:
            self._tell_waiting(connection)
            return outcome
        return self._record_end(connection, outcome)

    def _tell_waiting(self, connection: Connection) -> None:
        """Say, once, that the provider cannot be reached."""
        with self._open_uow() as uow:
            is_news = tell_result(uow, connection.id, DisconnectOutcome.WAITING.value)
        if is_news:
            self._announcer.announce(connection.organization_id, "connections")

    def _revoke(self, connection: Connection) -> DisconnectOutcome:
        if connection.provider not in ENDS_GRANTS:
            # No call, so no outage and no client that is no longer set up keeps what we were told to forget.
            return DisconnectOutcome.FORGOTTEN
        try:
            return _ENDS[self._credentials.revoke(connection)]
        except NeedsReauth:
            return DisconnectOutcome.ALREADY_REVOKED
        except VaultError:
            return DisconnectOutcome.UNREADABLE
        except ProviderError:
            return DisconnectOutcome.WAITING

    def _record_end(self, seen: Connection, outcome: DisconnectOutcome) -> DisconnectOutcome:
        """Forget the credential and say what became of it."""
        with self._open_uow() as uow:
            connection = uow.connections.lock(seen.id)
            if connection is None or connection.credential_vault_ref != seen.credential_vault_ref:
                # The lease had run out and somebody linked the account again.
                return DisconnectOutcome.NOTHING_TO_DO
            now = self._clock()
            self._credentials.forget(uow, connection)
            uow.connections.save(replace(connection, status=Status.DISCONNECTED, credential_vault_ref=None))
            uow.legacy.clear([connection.id])
            # Once more: a run that was under way may have written after the disconnect.
            delete_events(uow, connection, now)
            tell_result(uow, connection.id, outcome.value)
            uow.audit.add(
                at=now,
                action="connection.revoke",
                outcome="done",
                organization_id=connection.organization_id,
                actor_user_id=None,
                subject_id=connection.id,
                detail={"provider": connection.provider.value, "result": outcome.value},
            )
        self._announcer.announce(seen.organization_id, "connections")
        return outcome


def delete_events(uow: UnitOfWork, connection: Connection, now: datetime) -> int:
    """Delete coming meetings and busy time, and past meetings too unless they stay."""
    return uow.events.delete_of_connection(connection.id, since=now, keep_timeline=connection.keep_past)
