"""Whose account it is that an earlier system brought: its email alone is known until the provider is asked."""

from dataclasses import replace

from ce_calendar.domain.errors import NeedsReauth, ProviderUnavailable
from ce_calendar.domain.meetings.connections import LINKED, Connection, ProviderAccount, Status
from ce_calendar.ports import Clock, OpenUnitOfWork, UnitOfWork
from ce_calendar.services.audit import Audit
from ce_calendar.services.credentials import Credentials

OTHER_ACCOUNT = "other_account"
"""The code of a credential that opens another account than its row says."""

_WITHOUT_CREDENTIAL = {Status.PENDING, Status.NEEDS_REAUTH, Status.DISCONNECTED}


class Identifying:
    """Asks the provider, once per connection."""

    def __init__(self, *, open_uow: OpenUnitOfWork, clock: Clock, credentials: Credentials, audit: Audit) -> None:
        self._open_uow = open_uow
        self._clock = clock
        self._credentials = credentials
        self._audit = audit

    def identify(self, connection: Connection) -> Connection | None:
        """The connection with the provider's own id of its account.

        Returns:
            None if the person had linked this account already: then that connection goes on, and this one has gone.

        Raises:
            NeedsReauth: the credential is dead, or opens another account than the connection says.
            ProviderError: the provider could not be asked.
            VaultError: the credential does not open.
        """
        if connection.is_identified:
            return connection
        account = self._credentials.account(connection)
        if account.email != connection.account_email:
            raise NeedsReauth(OTHER_ACCOUNT)
        with self._open_uow() as uow:
            locked = self._both(uow, connection, account)
            brought = locked.pop(connection.id)
            if brought is None or _has_changed(brought, connection):
                return brought
            named = next(iter(locked.values()), None)
            if named:
                self._merge(uow, brought, into=named)
                return None
            identified = replace(brought, subject_id=account.subject_id)
            uow.connections.save(identified)
            return identified

    def _both(self, uow: UnitOfWork, connection: Connection, account: ProviderAccount) -> dict[str, Connection | None]:
        """This connection and the one of the same account, if there is one, locked."""
        named = uow.connections.by_account(
            organization_id=connection.organization_id,
            user_id=connection.user_id,
            provider=connection.provider,
            subject_id=account.subject_id,
        )
        ids = {connection.id, named.id} if named else {connection.id}
        # In the order of their ids, as everybody who locks several.
        return {each: uow.connections.lock(each) for each in sorted(ids)}

    def _merge(self, uow: UnitOfWork, brought: Connection, *, into: Connection) -> None:
        """Leave one connection: the one that has calendars and meetings.

        It takes the credential that was brought if it has none that works.

        Raises:
            ProviderUnavailable: its end is under way; ask again when that is over.
        """
        if into.status is Status.DISCONNECTING:
            raise ProviderUnavailable("ending")
        if into.status in _WITHOUT_CREDENTIAL:
            self._hand_over(uow, brought, to=into)
        self._credentials.forget(uow, brought)
        uow.connections.remove(brought.id)
        self._audit.done(
            None, "connection.merge", into.id, uow=uow, organization_id=into.organization_id, merged=brought.id
        )

    def _hand_over(self, uow: UnitOfWork, brought: Connection, *, to: Connection) -> None:
        credential = self._credentials.read_back(uow, [brought]).get(brought.id)
        if credential is None:
            return
        self._credentials.forget(uow, to)
        renewed = replace(
            to,
            status=Status.HEALTHY,
            client_id=brought.client_id,
            client_source=brought.client_source,
            credential_vault_ref=self._credentials.store(
                uow, credential, organization_id=to.organization_id, holder_id=to.id
            ),
            sync_enabled=to.sync_enabled if to.status in LINKED else brought.sync_enabled,
            full_read_version=to.full_read_version + 1,
            next_sync_at=self._clock(),
            last_error="",
            failures=0,
            keep_past=True,
        )
        uow.connections.save(renewed)
        uow.legacy.clear([to.id])


def _has_changed(now: Connection, before: Connection) -> bool:
    """Whether it was disconnected or linked anew while the provider was asked."""
    return now.is_identified or now.status not in LINKED or now.credential_vault_ref != before.credential_vault_ref
