"""Which OAuth client the central account is signed in with: the organization's own, or the environment's."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from ce_calendar.domain.access import Actor, Permission
from ce_calendar.domain.employees.calendars import CentralClient
from ce_calendar.domain.errors import Invalid, NotFound, VaultError
from ce_calendar.domain.meetings.connections import ClientSource, OAuthClient, Provider
from ce_calendar.ports import (
    Announcer,
    Authorizer,
    Clock,
    CredentialVault,
    OpenUnitOfWork,
    UnitOfWork,
    VaultEntry,
)
from ce_calendar.services.audit import Audit, recorded_refusals
from ce_calendar.services.clients import Clients

PURPOSE = "oauth-client"
LONGEST_CLIENT_ID = 200
LONGEST_SECRET = 400
TOPIC = "employee-calendars"

MakeAuthorizer = Callable[[OAuthClient, str], Authorizer]
"""The OAuth side for a client and its secret."""


@dataclass(frozen=True, slots=True)
class ClientChoice:
    """Whose client new consents go through, and what else there is."""

    own: CentralClient | None
    environment: OAuthClient | None
    is_needed: bool
    """The connected account's credential was issued by the own client, so it has to stay."""

    @property
    def in_use(self) -> OAuthClient | None:
        """The client of the next consent; None if there is none at all."""
        if self.own is not None:
            return OAuthClient(self.own.client_id, ClientSource.TENANT)
        return self.environment


class CentralIssuers:
    """`ports.IssuingClients` for central accounts, and what people do about their own client."""

    def __init__(
        self,
        *,
        open_uow: OpenUnitOfWork,
        clock: Clock,
        vault: CredentialVault,
        environment: Clients,
        make: MakeAuthorizer,
        audit: Audit,
        announcer: Announcer,
    ) -> None:
        self._open_uow = open_uow
        self._clock = clock
        self._vault = vault
        self._environment = environment
        self._make = make
        self._audit = audit
        self._announcer = announcer

    # -- for consents and credentials ----------------------------------------------------------------------------

    def for_new(self, provider: Provider, organization_id: str) -> Authorizer | None:
        """The organization's own client, else the environment's; None if there is none."""
        current = next((each for each in self._own(organization_id) if each.is_current), None)
        own = self._authorizer(current) if current else None
        return own or self._environment.for_new(provider, organization_id)

    def that_issued(self, provider: Provider, client_id: str, *, organization_id: str) -> Authorizer | None:
        """The one whose client this is; None if it is no longer set up."""
        for each in self._own(organization_id):
            if each.client_id == client_id and (own := self._authorizer(each)):
                return own
        return self._environment.that_issued(provider, client_id, organization_id=organization_id)

    def any_of(self, provider: Provider, *, organization_id: str) -> Authorizer | None:
        """Any client, for what needs none in particular; None if there is none at all."""
        return self.for_new(provider, organization_id) or self._environment.any_of(
            provider, organization_id=organization_id
        )

    def _own(self, organization_id: str) -> list[CentralClient]:
        with self._open_uow(reading=True) as uow:
            return list(uow.central_clients.all(organization_id))

    def _authorizer(self, client: CentralClient) -> Authorizer | None:
        """With its secret from the vault; None if that does not open."""
        with self._open_uow(reading=True) as uow:
            entry = uow.vault.get(client.secret_vault_ref)
        if entry is None:
            return None
        try:
            secret = self._vault.open(
                entry.sealed, organization_id=client.organization_id, owner_id=client.id, purpose=PURPOSE
            )
        except VaultError:
            return None
        return self._make(OAuthClient(client.client_id, ClientSource.TENANT), secret.decode())

    # -- for people ----------------------------------------------------------------------------------------------

    def choice(self, actor: Actor) -> ClientChoice:
        """What the central account is, or would be, signed in with.

        Raises:
            AccessDenied: not allowed to change employee calendars.
        """
        with recorded_refusals(self._audit, actor, "erp.client.read"):
            actor.require(Permission.ERP_MANAGE)
        with self._open_uow(reading=True) as uow:
            clients = uow.central_clients.all(actor.organization_id)
            account = uow.central_accounts.of(actor.organization_id)
        own = next((each for each in clients if each.is_current), None)
        return ClientChoice(
            own=own,
            environment=self._environment.client(Provider.GOOGLE, actor.organization_id),
            is_needed=own is not None and account is not None and account.client_id == own.client_id,
        )

    def set_own(self, actor: Actor, *, client_id: object, secret: object) -> None:
        """Let new consents go through the organization's own client. An older one stays while the account needs it.

        Raises:
            AccessDenied: not allowed to change employee calendars.
            Invalid: id or secret is missing, too long, or not what Google hands out.
        """
        action = "erp.client.set"
        with recorded_refusals(self._audit, actor, action):
            actor.require(Permission.ERP_MANAGE)
        wanted = _entered(client_id, field="client_id", label="The client ID", longest=LONGEST_CLIENT_ID)
        entered = _entered(secret, field="client_secret", label="The client secret", longest=LONGEST_SECRET)
        now = self._clock()
        client = CentralClient(
            id=uuid4().hex,
            organization_id=actor.organization_id,
            client_id=wanted,
            secret_vault_ref=uuid4().hex,
            is_current=True,
            created_at=now,
        )
        sealed = self._vault.seal(
            entered.encode(), organization_id=client.organization_id, owner_id=client.id, purpose=PURPOSE
        )
        entry = VaultEntry(client.secret_vault_ref, client.organization_id, PURPOSE, sealed, version=1)
        with self._open_uow() as uow:
            uow.calendar_rules.get(actor.organization_id, lock=True)
            account = uow.central_accounts.of(actor.organization_id)
            # One of the same id is replaced: its secret was renewed at Google.
            issued = account.client_id if account and account.client_id != wanted else ""
            forget_clients(uow, actor.organization_id, but_that_issued=issued)
            uow.vault.add(entry, now=now)
            uow.central_clients.add(client)
            self._audit.done(actor, action, client.id, uow=uow)
        self._announcer.announce(actor.organization_id, TOPIC)

    def remove_own(self, actor: Actor) -> None:
        """Let new consents go through the environment's client again.

        Raises:
            AccessDenied: not allowed to change employee calendars.
            NotFound: there is no own client.
            Invalid: the connected account was signed in with it.
        """
        action = "erp.client.remove"
        with recorded_refusals(self._audit, actor, action), self._open_uow() as uow:
            actor.require(Permission.ERP_MANAGE)
            uow.calendar_rules.get(actor.organization_id, lock=True)
            clients = uow.central_clients.all(actor.organization_id)
            own = next((each for each in clients if each.is_current), None)
            if own is None:
                raise NotFound("client")
            account = uow.central_accounts.of(actor.organization_id)
            if account and account.client_id == own.client_id:
                raise Invalid(
                    "The connected account was signed in with this client, and no other can act for it. Disconnect "
                    "the account first."
                )
            uow.central_clients.remove(own.id)
            uow.vault.forget(own.secret_vault_ref)
            self._audit.done(actor, action, own.id, uow=uow)
        self._announcer.announce(actor.organization_id, TOPIC)


def forget_clients(
    uow: UnitOfWork, organization_id: str, *, but_that_issued: str = "", keep_current: bool = False
) -> None:
    """Drop own clients that nothing needs any more, with their secrets.

    Args:
        uow: an open transaction.
        organization_id: whose.
        but_that_issued: Google's id of the client whose credential is still in use.
        keep_current: the one that new consents go through stays.
    """
    for each in uow.central_clients.all(organization_id):
        if each.client_id == but_that_issued or (keep_current and each.is_current):
            continue
        uow.central_clients.remove(each.id)
        uow.vault.forget(each.secret_vault_ref)


def _entered(value: object, *, field: str, label: str, longest: int) -> str:
    """A word that was copied from Google's console.

    Raises:
        Invalid: it is none.
    """
    text = value.strip() if isinstance(value, str) else ""
    if not text:
        raise Invalid(f"{label} is missing.", field=field)
    if len(text) > longest:
        raise Invalid(f"{label} is too long: at most {longest} characters.", field=field)
    if not text.isascii() or not text.isprintable() or " " in text:
        raise Invalid(f"{label} holds characters that Google does not use. Copy it once more.", field=field)
    return text
