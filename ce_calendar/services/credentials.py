"""Credentials: sealed in the vault, opened for whoever acts with them, refreshed by one at a time."""

import json
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import uuid4

from ce_calendar.domain.errors import NeedsReauth, ProviderForbids, ProviderUnavailable, VaultError
from ce_calendar.domain.meetings.connections import Credential, ProviderAccount, Revocation
from ce_calendar.ports import (
    Authorizer,
    Clock,
    CredentialHolder,
    CredentialVault,
    IssuingClients,
    OpenUnitOfWork,
    UnitOfWork,
    VaultEntry,
)
from ce_calendar.services.asking import ask
from ce_calendar.services.grants import Pause

PURPOSE = "oauth-credential"
MARGIN = timedelta(minutes=2)
"""An access token that ends sooner is refreshed first, so that it lasts for the request it is meant for."""
LEASE_SECONDS = 60
"""Longer than a refresh can take; after a kill the next one may try."""
PAUSE_SECONDS = 0.2
PATIENCE = 150
"""Pauses while another process refreshes: 30 seconds."""

CurrentRef = Callable[[UnitOfWork, str], str | None]
"""Looks up, by a holder's id, where in the vault its credential lies now; None if there is none."""

_Holder = TypeVar("_Holder", bound=CredentialHolder)


def of_connection(uow: UnitOfWork, connection_id: str) -> str | None:
    """Where a connection's credential lies."""
    current = uow.connections.get(connection_id)
    return current.credential_vault_ref if current else None


class Credentials:
    """What calls to a provider are made with, for one kind of holder: connections, or central accounts."""

    def __init__(
        self,
        *,
        open_uow: OpenUnitOfWork,
        clock: Clock,
        vault: CredentialVault,
        clients: IssuingClients,
        current_ref: CurrentRef = of_connection,
        pause: Pause = time.sleep,
    ) -> None:
        self._open_uow = open_uow
        self._clock = clock
        self._vault = vault
        self._clients = clients
        self._current_ref = current_ref
        self._pause = pause

    def store(self, uow: UnitOfWork, credential: Credential, *, organization_id: str, holder_id: str) -> str:
        """Seal a new credential in the caller's transaction; returns its vault id, for the holder to keep."""
        entry = self._sealed(credential, organization_id=organization_id, holder_id=holder_id)
        uow.vault.add(entry, now=self._clock())
        return entry.id

    def store_several(self, uow: UnitOfWork, credentials: Mapping[_Holder, Credential]) -> dict[_Holder, str]:
        """Seal new credentials in the caller's transaction; returns their vault ids, for the holders to keep."""
        entries = {
            holder: self._sealed(credential, organization_id=holder.organization_id, holder_id=holder.id)
            for holder, credential in credentials.items()
        }
        uow.vault.add(*entries.values(), now=self._clock())
        return {holder: entry.id for holder, entry in entries.items()}

    def _sealed(self, credential: Credential, *, organization_id: str, holder_id: str) -> VaultEntry:
        sealed = self._vault.seal(
            to_bytes(credential), organization_id=organization_id, owner_id=holder_id, purpose=PURPOSE
        )
        return VaultEntry(id=uuid4().hex, organization_id=organization_id, purpose=PURPOSE, sealed=sealed, version=1)

    def read_back(self, uow: UnitOfWork, holders: Collection[CredentialHolder]) -> Mapping[str, Credential]:
        """What the vault gives back for holders, in the caller's transaction.

        Returns:
            by holder's id; what is not there or does not open is not in it.
        """
        entries = {each.id: each for each in uow.vault.several([each.credential_vault_ref or "" for each in holders])}
        found: dict[str, Credential] = {}
        for holder in holders:
            entry = entries.get(holder.credential_vault_ref or "")
            with suppress(VaultError):
                if entry:
                    found[holder.id] = self._opened(holder, entry)
        return found

    def forget(self, uow: UnitOfWork, *holders: CredentialHolder) -> None:
        """Drop their credentials in the caller's transaction."""
        uow.vault.forget(*[each.credential_vault_ref for each in holders if each.credential_vault_ref])

    def open(self, holder: CredentialHolder) -> Credential:
        """The credential as it lies there, fresh or not.

        Raises:
            NeedsReauth: there is none.
            VaultError: it does not open.
        """
        return self._current(holder)[1]

    def fresh(self, holder: CredentialHolder) -> Credential:
        """A credential whose access token is good for now.

        Raises:
            NeedsReauth: only the person can cure this.
            ProviderError: the refresh failed in another way.
            VaultError: the credential does not open.
        """
        entry, credential = self._current(holder)
        if credential.expires_at - self._clock() > MARGIN:
            return credential
        return self._refresh(holder, entry, credential)

    def renew(self, holder: CredentialHolder, rejected: Credential) -> Credential:
        """Another credential after the provider rejected this one's access token.

        Raises:
            NeedsReauth: only the person can cure this.
            ProviderError: the refresh failed in another way.
            VaultError: the credential does not open.
        """
        entry, credential = self._current(holder)
        if credential.access_token != rejected.access_token:
            # Somebody refreshed meanwhile, or the person signed in again.
            return credential
        return self._refresh(holder, entry, credential)

    def account(self, holder: CredentialHolder) -> ProviderAccount:
        """Whose account the credential opens.

        Raises:
            NeedsReauth: only the person can cure this.
            ProviderError: the provider could not be asked.
            VaultError: the credential does not open.
        """
        return ask(self, holder, lambda credential: self._authorizer_of(holder, credential).account(credential))

    def revoke(self, holder: CredentialHolder) -> Revocation:
        """End the holder's whole grant at the provider, if it lets us; says what came of it.

        The caller holds the grant's lease and has seen that nobody else lives on the grant.

        Raises:
            NeedsReauth: there is no credential to revoke with.
            ProviderError: try again later.
            VaultError: the credential does not open.
        """
        credential = self.open(holder)
        # Ending a grant takes its tokens alone: a client that is no longer set up must not keep it alive.
        authorizer = self._clients.that_issued(
            holder.provider, credential.client_id, organization_id=holder.organization_id
        ) or self._clients.any_of(holder.provider, organization_id=holder.organization_id)
        if authorizer is None:
            raise ProviderForbids("not_configured")
        return authorizer.revoke(credential)

    def _refresh(self, holder: CredentialHolder, entry: VaultEntry, credential: Credential) -> Credential:
        """Refresh, or wait for whoever does and take theirs."""
        authorizer = self._authorizer_of(holder, credential)
        name, lease_holder = f"refresh:{entry.id}", uuid4().hex
        for _ in range(PATIENCE):
            newest, opened = self._current(holder)
            if (newest.id, newest.version) != (entry.id, entry.version):
                return opened
            with self._open_uow() as uow:
                is_mine = uow.leases.acquire(name, holder=lease_holder, now=self._clock(), seconds=LEASE_SECONDS)
            if is_mine:
                return self._refresh_alone(holder, entry, credential, authorizer, name=name, lease_holder=lease_holder)
            self._pause(PAUSE_SECONDS)
        raise ProviderUnavailable("refresh_busy")

    def _refresh_alone(
        self,
        holder: CredentialHolder,
        entry: VaultEntry,
        credential: Credential,
        authorizer: Authorizer,
        *,
        name: str,
        lease_holder: str,
    ) -> Credential:
        """Refresh under the lease. A kill before the result is stored costs one more refresh, nothing else."""
        try:
            newest, opened = self._current(holder)
            if (newest.id, newest.version) != (entry.id, entry.version):
                # Another one finished between our look and our lease.
                return opened
            fresh = authorizer.refresh(credential)
            sealed = self._vault.seal(
                to_bytes(fresh),
                organization_id=holder.organization_id,
                owner_id=holder.id,
                purpose=PURPOSE,
            )
            renewed = VaultEntry(
                id=entry.id,
                organization_id=entry.organization_id,
                purpose=PURPOSE,
                sealed=sealed,
                version=entry.version + 1,
            )
            with self._open_uow() as uow:
                is_stored = uow.vault.replace(renewed, expected_version=entry.version, now=self._clock())
            # Not stored: the lease outlived us, or the person signed in again. What lies there now is newer.
            return fresh if is_stored else self._current(holder)[1]
        finally:
            with self._open_uow() as uow:
                uow.leases.release(name, holder=lease_holder)

    def _current(self, holder: CredentialHolder) -> tuple[VaultEntry, Credential]:
        """The holder's credential of now: the caller's copy of the holder may be older than a new sign-in."""
        with self._open_uow(reading=True) as uow:
            ref = self._current_ref(uow, holder.id)
            entry = uow.vault.get(ref) if ref else None
        if entry is None:
            raise NeedsReauth("no_credential")
        return entry, self._opened(holder, entry)

    def _opened(self, holder: CredentialHolder, entry: VaultEntry) -> Credential:
        content = self._vault.open(
            entry.sealed, organization_id=holder.organization_id, owner_id=holder.id, purpose=PURPOSE
        )
        return from_bytes(content)

    def _authorizer_of(self, holder: CredentialHolder, credential: Credential) -> Authorizer:
        """The authorizer whose client issued the credential: no other can refresh it.

        Raises:
            NeedsReauth: that client is no longer set up, and another one is.
            ProviderForbids: none is set up.
        """
        issuer = self._clients.that_issued(
            holder.provider, credential.client_id, organization_id=holder.organization_id
        )
        if issuer is not None:
            return issuer
        if self._clients.any_of(holder.provider, organization_id=holder.organization_id) is None:
            # The operator's to cure; marking everybody as signed out would outlast a slip in the settings.
            raise ProviderForbids("not_configured")
        raise NeedsReauth("client_changed")


def to_bytes(credential: Credential) -> bytes:
    """The credential as the vault keeps it."""
    return json.dumps(
        {
            "client_id": credential.client_id,
            "access_token": credential.access_token,
            "refresh_token": credential.refresh_token,
            "expires_at": credential.expires_at.isoformat(),
            "scopes": sorted(credential.scopes),
            "token_cache": credential.token_cache,
            "refresh_expires_at": credential.refresh_expires_at and credential.refresh_expires_at.isoformat(),
        }
    ).encode()


def from_bytes(content: bytes) -> Credential:
    """What `to_bytes` wrote."""
    stored = json.loads(content)
    refresh_expires_at = stored.get("refresh_expires_at")
    return Credential(
        client_id=stored["client_id"],
        access_token=stored["access_token"],
        refresh_token=stored["refresh_token"],
        expires_at=datetime.fromisoformat(stored["expires_at"]),
        scopes=frozenset(stored["scopes"]),
        # Absent in what earlier releases sealed, as is the end of the refresh token.
        token_cache=stored.get("token_cache", ""),
        refresh_expires_at=datetime.fromisoformat(refresh_expires_at) if refresh_expires_at else None,
    )
