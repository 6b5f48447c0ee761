"""Linking an account: send the person to the provider's consent page, and take them back."""

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from ce_calendar.domain.access import Actor, Permission, permissions_of
from ce_calendar.domain.errors import (
    AccessDenied,
    ConnectRefused,
    NotFound,
    OtherAccount,
    Refused,
)
from ce_calendar.domain.meetings.connections import (
    LINKED,
    ClientSource,
    Connection,
    Credential,
    OAuthClient,
    Provider,
    ProviderAccount,
    Status,
    legacy_subject,
)
from ce_calendar.domain.meetings.privacy import PrivacyLevel
from ce_calendar.ports import (
    Announcer,
    Authorizer,
    Clock,
    CredentialVault,
    FlowPurpose,
    JobQueue,
    OAuthFlow,
    OpenUnitOfWork,
    UnitOfWork,
)
from ce_calendar.services.audit import Audit, recorded_refusals
from ce_calendar.services.clients import Clients
from ce_calendar.services.consents import MESSAGES, REDIRECT_PATHS, Consents, examine, refusal, word_of
from ce_calendar.services.credentials import Credentials
from ce_calendar.services.entered import entered_id
from ce_calendar.services.grants import Pause
from ce_calendar.services.notices import tell_of_consent, tell_of_other_account


class Connecting:
    """Consents, from the button to the first sync."""

    def __init__(
        self,
        *,
        open_uow: OpenUnitOfWork,
        clock: Clock,
        vault: CredentialVault,
        clients: Clients,
        credentials: Credentials,
        audit: Audit,
        announcer: Announcer,
        jobs: JobQueue,
        public_url: str,
        redirect_paths: Mapping[Provider, str] = REDIRECT_PATHS,
        pause: Pause = time.sleep,
    ) -> None:
        self._open_uow = open_uow
        self._clock = clock
        self._clients = clients
        self._credentials = credentials
        self._consents = Consents(
            open_uow=open_uow,
            clock=clock,
            vault=vault,
            public_url=public_url,
            redirect_paths=redirect_paths,
            pause=pause,
        )
        self._audit = audit
        self._announcer = announcer
        self._jobs = jobs

    def clients(self, actor: Actor) -> Mapping[Provider, OAuthClient]:
        """The clients that people of the actor's organization are sent to the providers with.

        Raises:
            AccessDenied: not allowed to see connections.
        """
        actor.require(Permission.CALENDAR_VIEW)
        found = ((provider, self._clients.client(provider, actor.organization_id)) for provider in Provider)
        return {provider: client for provider, client in found if client}

    # -- to the provider -----------------------------------------------------------------------------------------

    def start(self, actor: Actor, *, provider: Provider, connection_id: str = "") -> str:
        """Where to send the browser.

        Args:
            actor: who links an account.
            provider: whose.
            connection_id: the connection to sign in again, one of the actor's own; empty for any account.

        Raises:
            AccessDenied: not allowed to link accounts.
            NotFound: no such connection of the actor.
            ConnectRefused: no client is set up for the provider.
        """
        with recorded_refusals(self._audit, actor, "connection.start", connection_id):
            actor.require(Permission.CALENDAR_CONNECT)
            authorizer = self._authorizer(actor, provider)
            hint = self._own_account(actor, provider, connection_id) if connection_id else ""
        return self._consents.start(
            actor,
            authorizer,
            purpose=FlowPurpose.CONNECTION,
            provider=provider,
            hint=hint,
            connection_id=connection_id,
        )

    def _own_account(self, actor: Actor, provider: Provider, connection_id: str) -> str:
        wanted = entered_id(connection_id, what="connection")
        with self._open_uow() as uow:
            connection = uow.connections.get(wanted, organization_id=actor.organization_id)
        if connection is None or connection.user_id != actor.user_id or connection.provider is not provider:
            raise NotFound("connection")
        return connection.account_email

    # -- and back ------------------------------------------------------------------------------------------------

    def finish(self, actor: Actor, *, provider: Provider, state: str, code: str, error: str) -> Connection:
        """Take the person back and link the account, or sign it in again if it is linked.

        What a kill leaves: before the exchange, a used-up state. Between exchange and storing, a grant at the
        provider of which we know nothing; the next consent of the person takes it over. After storing, a
        connection that is due, so that it is synced although the job was never queued.

        Args:
            actor: who came back.
            provider: from where.
            state: as given to the provider.
            code: to exchange; empty if the person refused.
            error: the provider's word if something went wrong there.

        Raises:
            AccessDenied: not allowed to link accounts (any more).
            ConnectRefused: nothing was stored; its code says why.
        """
        try:
            with recorded_refusals(self._audit, actor, "connection.connect"):
                actor.require(Permission.CALENDAR_CONNECT)
                connection = self._finish(actor, provider=provider, state=state, code=code, error=error)
        except ConnectRefused as refused:
            self._audit.refused(actor, "connection.connect", provider=provider, reason=refused.code)
            if isinstance(refused, OtherAccount):
                with self._open_uow() as uow:
                    tell_of_other_account(uow, actor, refused, now=self._clock())
            raise
        if connection.sync_enabled:
            self._jobs.enqueue("sync", connection.id)
        self._announcer.announce(actor.organization_id, "connections")
        return connection

    def _finish(self, actor: Actor, *, provider: Provider, state: str, code: str, error: str) -> Connection:
        # The state before anything else: an answer nobody asked for must not even make us talk to the provider.
        flow, verifier = self._consents.take(actor, purpose=FlowPurpose.CONNECTION, provider=provider, state=state)
        if error:
            raise refusal(word_of(error))
        authorizer = self._clients.that_issued(provider, flow.client_id, organization_id=flow.organization_id)
        if not code or authorizer is None:
            raise refusal("failed")
        credential, account = self._consents.exchange(authorizer, provider=provider, code=code, verifier=verifier)
        try:
            examine(authorizer, credential)
            with self._consents.storing(authorizer, provider=provider, credential=credential, account=account):
                return self._store(actor, flow, authorizer.client, credential, account)
        except Refused:
            self._consents.give_back(authorizer, provider=provider, credential=credential, account=account)
            raise

    def _store(
        self, actor: Actor, flow: OAuthFlow, client: OAuthClient, credential: Credential, account: ProviderAccount
    ) -> Connection:
        """Credential and connection, in one transaction.

        Raises:
            AccessDenied: the person may not do this any more.
            ConnectRefused: another account than the one to sign in again.
        """
        with self._open_uow() as uow:
            # Locked, before any connection, as whoever disables them does: what is linked later would not be paused.
            user = uow.users.get(actor.user_id, lock=True)
            rights = permissions_of(user.roles, user.given) if user and not user.disabled_at else frozenset()
            if Permission.CALENDAR_CONNECT not in rights:
                raise AccessDenied(Permission.CALENDAR_CONNECT)
            known = self._known(uow, actor, flow, account)
            now = self._clock()
            connection = _renewed(known, now) if known else _linked(actor, flow.provider, account, now)
            connection = replace(
                connection,
                subject_id=account.subject_id,
                account_email=account.email,
                client_id=client.client_id,
                client_source=client.source,
                credential_vault_ref=self._credentials.store(
                    uow, credential, organization_id=actor.organization_id, holder_id=connection.id
                ),
            )
            if known:
                # The newer credential is of the same grant: forgetting the older one takes nothing away.
                self._credentials.forget(uow, known)
                uow.connections.save(connection)
                uow.legacy.clear([connection.id])
            else:
                uow.connections.add(connection)
            tell_of_consent(uow, connection, actor=actor, is_again=flow.connection_id is not None, now=now)
            uow.audit.add(
                at=now,
                action="connection.connect",
                outcome="done",
                organization_id=actor.organization_id,
                actor_user_id=actor.user_id,
                subject_id=connection.id,
                detail={"provider": flow.provider, "client_source": client.source, "again": known is not None},
            )
        return connection

    def _known(self, uow: UnitOfWork, actor: Actor, flow: OAuthFlow, account: ProviderAccount) -> Connection | None:
        """The person's connection to this account, locked; None for a new one.

        An earlier system may have brought the account by its email: that connection is this one, and if there are
        both, only the one that the provider named stays.
        """
        named, brought = (
            uow.connections.by_account(
                organization_id=actor.organization_id,
                user_id=actor.user_id,
                provider=flow.provider,
                subject_id=subject_id,
            )
            for subject_id in (account.subject_id, legacy_subject(account.email))
        )
        found = sorted(each.id for each in (named, brought) if each)
        if flow.connection_id and flow.connection_id not in found:
            raise OtherAccount(MESSAGES["account"], connection_id=flow.connection_id, chosen=account.email)
        # In the order of their ids, as everybody who locks several.
        locked = {each: uow.connections.lock(each) for each in found}
        kept = named or brought
        if named and brought and (gone := locked[brought.id]):
            # As locked: the backfill may have put its credential into the vault since it was found.
            self._credentials.forget(uow, gone)
            uow.connections.remove(gone.id)
        return locked[kept.id] if kept else None

    def _authorizer(self, actor: Actor, provider: Provider) -> Authorizer:
        authorizer = self._clients.for_new(provider, actor.organization_id)
        if authorizer is None:
            raise ConnectRefused("not_configured", f"Linking {provider.title()} accounts is not set up here.")
        return authorizer


def _linked(actor: Actor, provider: Provider, account: ProviderAccount, now: datetime) -> Connection:
    """A new connection; whose client and credential follow."""
    return Connection(
        id=uuid4().hex,
        organization_id=actor.organization_id,
        user_id=actor.user_id,
        provider=provider,
        subject_id=account.subject_id,
        account_email=account.email,
        client_id="",
        client_source=ClientSource.PLATFORM,
        status=Status.HEALTHY,
        sync_enabled=True,
        privacy_level=PrivacyLevel.FULL,
        created_at=now,
        next_sync_at=now,
    )


def _renewed(known: Connection, now: datetime) -> Connection:
    """The same connection after its person signed in again: everything is read once more and compared."""
    return replace(
        known,
        status=Status.HEALTHY,
        # Paused stays paused; a connection that had ended begins anew.
        sync_enabled=known.sync_enabled or known.status not in LINKED,
        full_read_version=known.full_read_version + 1,
        next_sync_at=now,
        last_error="",
        failures=0,
        keep_past=True,
    )
