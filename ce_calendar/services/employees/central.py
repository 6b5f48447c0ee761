"""The one Google account under which an organization's employee calendars lie: from the consent to its end."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from ce_calendar.domain.access import Actor, Permission, permissions_of
from ce_calendar.domain.employees.calendars import AccountStatus, CentralAccount
from ce_calendar.domain.errors import (
    AccessDenied,
    ConnectRefused,
    NeedsReauth,
    NotFound,
    OtherAccount,
    ProviderError,
    Refused,
    VaultError,
)
from ce_calendar.domain.meetings.connections import Credential, OAuthClient, Provider, ProviderAccount
from ce_calendar.ports import Announcer, Clock, FlowPurpose, OpenUnitOfWork, UnitOfWork
from ce_calendar.ports.hosting import CalendarHost
from ce_calendar.services.asking import ask
from ce_calendar.services.audit import Audit, recorded_refusals
from ce_calendar.services.consents import Consents, examine, refusal, word_of
from ce_calendar.services.credentials import Credentials
from ce_calendar.services.employees.clients import TOPIC, CentralIssuers, forget_clients
from ce_calendar.services.employees.leaving import may_be_given_up
from ce_calendar.services.employees.planning import Planning

API_NOT_ENABLED = "api_not_enabled"

OTHER_ACCOUNT = (
    "Another account is connected already, and the employees' calendars lie under it. Disconnect it first; then "
    "connect the other one."
)
NO_CLIENT = "No Google client is set up for this yet: enter your own, or ask whoever runs this installation."


@dataclass(frozen=True, slots=True)
class LeavingEffects:
    """What disconnecting the account does, for the confirmation to say."""

    account: CentralAccount
    calendars: int
    shares: int
    """How many employees lose what they were invited to."""
    events: int
    can_delete: bool
    """Google still accepts the sign-in; otherwise the calendars can only be left behind."""


def of_central_account(uow: UnitOfWork, account_id: str) -> str | None:
    """Where a central account's credential lies; see `Credentials`."""
    current = uow.central_accounts.get(account_id)
    return current.credential_vault_ref if current else None


class CentralBook:
    """What people do with the central account."""

    def __init__(
        self,
        *,
        open_uow: OpenUnitOfWork,
        clock: Clock,
        issuers: CentralIssuers,
        credentials: Credentials,
        consents: Consents,
        host: CalendarHost,
        planning: Planning,
        audit: Audit,
        announcer: Announcer,
    ) -> None:
        self._open_uow = open_uow
        self._clock = clock
        self._issuers = issuers
        self._credentials = credentials
        self._consents = consents
        self._host = host
        self._planning = planning
        self._audit = audit
        self._announcer = announcer

    def account(self, actor: Actor) -> CentralAccount | None:
        """The account; None if none is connected.

        Raises:
            AccessDenied: not allowed to change employee calendars.
        """
        with recorded_refusals(self._audit, actor, "erp.account.read"):
            actor.require(Permission.ERP_MANAGE)
        with self._open_uow(reading=True) as uow:
            return uow.central_accounts.of(actor.organization_id)

    def redirect_uris(self, actor: Actor) -> Sequence[tuple[str, bool]]:
        """The addresses that may be registered at Google, and whether each is the one in use.

        Raises:
            AccessDenied: not allowed to change employee calendars.
        """
        actor.require(Permission.ERP_MANAGE)
        return self._consents.redirect_uris()

    # -- to Google and back --------------------------------------------------------------------------------------

    def start(self, actor: Actor) -> str:
        """Where to send the browser.

        Raises:
            AccessDenied: not allowed to change employee calendars.
            ConnectRefused: no client is set up.
        """
        with recorded_refusals(self._audit, actor, "erp.account.start"):
            actor.require(Permission.ERP_MANAGE)
        authorizer = self._issuers.for_new(Provider.GOOGLE, actor.organization_id)
        if authorizer is None:
            raise ConnectRefused("not_configured", NO_CLIENT)
        with self._open_uow(reading=True) as uow:
            known = uow.central_accounts.of(actor.organization_id)
        return self._consents.start(
            actor,
            authorizer,
            purpose=FlowPurpose.CENTRAL,
            provider=Provider.GOOGLE,
            hint=known.email if known else "",
        )

    def finish(self, actor: Actor, *, state: str, code: str, error: str) -> CentralAccount:
        """Take the person back: connect the account, or sign the same one in again.

        What a kill leaves is as in `Connecting.finish`; a check that was not made is made by the first write.

        Args:
            actor: who came back.
            state: as given to Google.
            code: to exchange; empty if the person refused.
            error: Google's word if something went wrong there.

        Raises:
            AccessDenied: not allowed to change employee calendars (any more).
            ConnectRefused: nothing was stored; its code says why.
        """
        action = "erp.account.connect"
        try:
            with recorded_refusals(self._audit, actor, action):
                actor.require(Permission.ERP_MANAGE)
                account = self._finish(actor, state=state, code=code, error=error)
        except ConnectRefused as refused:
            self._audit.refused(actor, action, reason=refused.code)
            raise
        checked = self._look(account)
        self._tell(actor.organization_id)
        return checked

    def _finish(self, actor: Actor, *, state: str, code: str, error: str) -> CentralAccount:
        provider = Provider.GOOGLE
        # The state before anything else: an answer nobody asked for must not even make us talk to the provider.
        flow, verifier = self._consents.take(actor, purpose=FlowPurpose.CENTRAL, provider=provider, state=state)
        if error:
            raise refusal(word_of(error))
        authorizer = self._issuers.that_issued(provider, flow.client_id, organization_id=flow.organization_id)
        if not code or authorizer is None:
            raise refusal("failed")
        credential, named = self._consents.exchange(authorizer, provider=provider, code=code, verifier=verifier)
        before = self._before(actor)
        try:
            examine(authorizer, credential)
            with self._consents.storing(authorizer, provider=provider, credential=credential, account=named):
                account = self._store(actor, authorizer.client, credential, named)
        except Refused:
            self._consents.give_back(authorizer, provider=provider, credential=credential, account=named)
            raise
        if before is not None and before.client_id != account.client_id:
            # What the client before this one was granted is needed no longer. Ending it takes its token alone.
            self._consents.give_back(authorizer, provider=provider, credential=before, account=named)
        return account

    def _before(self, actor: Actor) -> Credential | None:
        """The credential that a new sign-in takes the place of, if it opens."""
        with self._open_uow(reading=True) as uow:
            known = uow.central_accounts.of(actor.organization_id)
        try:
            return self._credentials.open(known) if known else None
        except (ProviderError, VaultError):
            return None

    def _store(
        self, actor: Actor, client: OAuthClient, credential: Credential, named: ProviderAccount
    ) -> CentralAccount:
        """Credential and account, in one transaction.

        Raises:
            AccessDenied: the person may not do this any more.
            ConnectRefused: another account is connected.
        """
        with self._open_uow() as uow:
            uow.calendar_rules.get(actor.organization_id, lock=True)
            user = uow.users.get(actor.user_id, lock=True)
            rights = permissions_of(user.roles, user.given) if user and not user.disabled_at else frozenset()
            if Permission.ERP_MANAGE not in rights:
                raise AccessDenied(Permission.ERP_MANAGE)
            known = uow.central_accounts.of(actor.organization_id, lock=True)
            if known and known.subject_id != named.subject_id:
                raise OtherAccount(OTHER_ACCOUNT, connection_id=known.id, chosen=named.email)
            now = self._clock()
            account_id = known.id if known else uuid4().hex
            # Who signs an account in that is leaving lets it finish: its calendars are half gone.
            is_leaving = known is not None and known.status is AccountStatus.LEAVING
            ref = self._credentials.store(uow, credential, organization_id=actor.organization_id, holder_id=account_id)
            account = CentralAccount(
                id=account_id,
                organization_id=actor.organization_id,
                subject_id=named.subject_id,
                email=named.email,
                client_id=client.client_id,
                client_source=client.source,
                status=AccountStatus.LEAVING if is_leaving else AccountStatus.HEALTHY,
                consented_at=now,
                credential_vault_ref=ref,
                refresh_expires_at=credential.refresh_expires_at,
                # Google counts new calendars by account, whoever signs it in.
                creations_wait_until=known.creations_wait_until if known else None,
                creation_failures=known.creation_failures if known else 0,
            )
            if known:
                # The newer credential is of the same grant: forgetting the older one takes nothing away.
                self._credentials.forget(uow, known)
            uow.central_accounts.save(account)
            forget_clients(uow, actor.organization_id, but_that_issued=client.client_id, keep_current=True)
            if known is None:
                self._planning.employees_changed(uow, actor.organization_id, None)
            self._audit.done(
                actor,
                "erp.account.connect",
                account.id,
                uow=uow,
                client_source=client.source.value,
                again=int(known is not None),
            )
        return account

    # -- whether it can be written to ----------------------------------------------------------------------------

    def check(self, actor: Actor) -> CentralAccount:
        """Look anew whether calendars can be written, after somebody changed something at Google.

        Raises:
            AccessDenied: not allowed to change employee calendars.
            NotFound: no account is connected.
        """
        with recorded_refusals(self._audit, actor, "erp.account.check"):
            actor.require(Permission.ERP_MANAGE)
            with self._open_uow(reading=True) as uow:
                account = uow.central_accounts.of(actor.organization_id)
            if account is None:
                raise NotFound("account")
        checked = self._look(account)
        self._tell(actor.organization_id)
        return checked

    def _look(self, account: CentralAccount) -> CentralAccount:
        """Ask Google one cheap question, and keep what came of it."""
        problem, status = "", account.status
        try:
            ask(self._credentials, account, self._host.check)
        except NeedsReauth as error:
            problem = error.code
            status = AccountStatus.NEEDS_REAUTH if status is AccountStatus.HEALTHY else status
        except ProviderError as error:
            problem = error.code
        except VaultError:
            problem = "vault"
        finally:
            self._host.close()
        with self._open_uow() as uow:
            now = self._clock()
            current = uow.central_accounts.of(account.organization_id, lock=True)
            if current is None or current.credential_vault_ref != account.credential_vault_ref:
                return account
            checked = _found_bad(current, problem, status) if problem else _found_good(current, now)
            uow.central_accounts.save(checked)
        return checked

    # -- the end -------------------------------------------------------------------------------------------------

    def leaving_effects(self, actor: Actor) -> LeavingEffects:
        """What disconnecting would do.

        Raises:
            AccessDenied: not allowed to change employee calendars.
            NotFound: no account is connected.
        """
        with recorded_refusals(self._audit, actor, "erp.account.disconnect"), self._open_uow(reading=True) as uow:
            actor.require(Permission.ERP_MANAGE)
            account = uow.central_accounts.of(actor.organization_id)
            if account is None:
                raise NotFound("account")
            living = uow.employee_calendars.living(actor.organization_id)
            made = [each for each in living if each.provider_calendar_id]
            return LeavingEffects(
                account=account,
                calendars=len(made),
                shares=sum(each.is_shared for each in made),
                events=uow.event_mappings.count([each.id for each in made]),
                can_delete=not may_be_given_up(account),
            )

    def disconnect(self, actor: Actor) -> None:
        """Begin the end: the calendars are deleted at Google, then the credential is revoked and forgotten.

        Raises:
            AccessDenied: not allowed to change employee calendars.
            NotFound: no account is connected, or it is leaving already.
        """
        action = "erp.account.disconnect"
        with recorded_refusals(self._audit, actor, action), self._open_uow() as uow:
            actor.require(Permission.ERP_MANAGE)
            uow.calendar_rules.get(actor.organization_id, lock=True)
            account = uow.central_accounts.of(actor.organization_id, lock=True)
            if account is None or account.status is AccountStatus.LEAVING:
                raise NotFound("account")
            uow.central_accounts.save(replace(account, status=AccountStatus.LEAVING, last_error="", failures=0))
            self._planning.employees_changed(uow, actor.organization_id, None)
            self._audit.done(actor, action, account.id, uow=uow)
        self._tell(actor.organization_id)

    def _tell(self, organization_id: str) -> None:
        self._planning.hurry(organization_id)
        self._announcer.announce(organization_id, TOPIC)


def _found_good(account: CentralAccount, now: datetime) -> CentralAccount:
    """It answers again. A moment that Google named itself is still waited for."""
    was_for_people = account.last_error == API_NOT_ENABLED
    return replace(
        account,
        last_error="",
        failures=0,
        checked_at=now,
        wait_until=None if was_for_people else account.wait_until,
    )


def _found_bad(account: CentralAccount, problem: str, status: AccountStatus) -> CentralAccount:
    return replace(account, last_error=problem, status=status)
