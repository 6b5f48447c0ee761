"""The end of a central account: its grant is revoked at Google, the credential and the account forgotten."""

import time

from ce_calendar.domain.access import Actor, Permission
from ce_calendar.domain.employees.calendars import AccountStatus, CentralAccount
from ce_calendar.domain.errors import NeedsReauth, NotFound, ProviderError, Refused, VaultError
from ce_calendar.domain.meetings.connections import ProviderAccount, Revocation
from ce_calendar.ports import Announcer, Clock, OpenUnitOfWork, UnitOfWork
from ce_calendar.services.audit import Audit, recorded_refusals
from ce_calendar.services.credentials import Credentials
from ce_calendar.services.employees.clients import TOPIC, forget_clients
from ce_calendar.services.endings import DisconnectOutcome
from ce_calendar.services.grants import GrantLeases, Pause, others_live_on

_OUTCOMES = {
    Revocation.REVOKED: DisconnectOutcome.REVOKED,
    Revocation.UNKNOWN: DisconnectOutcome.ALREADY_REVOKED,
    Revocation.NOT_OFFERED: DisconnectOutcome.FORGOTTEN,
}

SHUT_OUT = frozenset(
    {"invalid_grant", "fresh_token_rejected", "no_refresh_token", "no_credential", "scope", "client_changed", "vault"}
)
"""What an account's last error says when only another sign-in would let us in again."""


class StillNeeded(Refused):
    """The account cannot be left behind: Google still lets us delete the calendars."""

    def __init__(self) -> None:
        super().__init__("Google still accepts this sign-in, so the calendars can be deleted. Disconnect instead.")


class Leaving:
    """Ends central accounts."""

    def __init__(
        self,
        *,
        open_uow: OpenUnitOfWork,
        clock: Clock,
        credentials: Credentials,
        audit: Audit,
        announcer: Announcer,
        pause: Pause = time.sleep,
    ) -> None:
        self._open_uow = open_uow
        self._clock = clock
        self._credentials = credentials
        self._audit = audit
        self._announcer = announcer
        self._grants = GrantLeases(open_uow=open_uow, clock=clock, pause=pause)

    def finish_leaving(self, account: CentralAccount) -> DisconnectOutcome:
        """End an account that leaves and whose calendars have all been deleted. A job's work.

        A kill after the revocation and before its record makes the next try hear that Google no longer knows the
        credential. While something is still owed, or Google cannot be reached, it is `WAITING`.
        """
        with self._open_uow(reading=True) as uow:
            current = uow.central_accounts.get(account.id)
            if current is None or current.status is not AccountStatus.LEAVING:
                return DisconnectOutcome.NOTHING_TO_DO
            if _is_needed(uow, current):
                return DisconnectOutcome.WAITING
        return self._end(current, actor=None, is_given_up=False)

    def give_up(self, actor: Actor) -> DisconnectOutcome:
        """Forget an account that Google lets us in to no more. Its calendars stay at Google, as they are.

        Raises:
            AccessDenied: not allowed to change employee calendars.
            NotFound: no account is connected.
            StillNeeded: it can be disconnected properly.
        """
        with recorded_refusals(self._audit, actor, "erp.account.give-up"):
            actor.require(Permission.ERP_MANAGE)
            with self._open_uow(reading=True) as uow:
                account = uow.central_accounts.of(actor.organization_id)
            if account is None:
                raise NotFound("account")
        if not may_be_given_up(account):
            raise StillNeeded
        return self._end(account, actor=actor, is_given_up=True)

    def _end(self, account: CentralAccount, *, actor: Actor | None, is_given_up: bool) -> DisconnectOutcome:
        with self._grants.hold(
            provider=account.provider, client_id=account.client_id, subject_id=account.subject_id
        ) as is_held:
            if not is_held:
                return DisconnectOutcome.WAITING
            outcome = self._revoke(account)
            if outcome is DisconnectOutcome.WAITING and not is_given_up:
                return outcome
            return self._record(account, outcome, actor=actor, is_given_up=is_given_up)

    def _revoke(self, account: CentralAccount) -> DisconnectOutcome:
        """Under the grant's lease: nobody links this account, or revokes for somebody else, meanwhile."""
        with self._open_uow(reading=True) as uow:
            is_shared = others_live_on(
                uow,
                provider=account.provider,
                client_id=account.client_id,
                account=ProviderAccount(account.subject_id, account.email),
                but=account.id,
            )
        if is_shared:
            return DisconnectOutcome.SHARED
        try:
            return _OUTCOMES[self._credentials.revoke(account)]
        except NeedsReauth:
            return DisconnectOutcome.ALREADY_REVOKED
        except VaultError:
            return DisconnectOutcome.UNREADABLE
        except ProviderError:
            return DisconnectOutcome.WAITING

    def _record(
        self, seen: CentralAccount, outcome: DisconnectOutcome, *, actor: Actor | None, is_given_up: bool
    ) -> DisconnectOutcome:
        with self._open_uow() as uow:
            uow.calendar_rules.get(seen.organization_id, lock=True)
            account = uow.central_accounts.of(seen.organization_id, lock=True)
            if account is None or account.credential_vault_ref != seen.credential_vault_ref:
                # Somebody signed in again meanwhile: the new consent wins.
                return DisconnectOutcome.NOTHING_TO_DO
            if account.status is not seen.status or (not is_given_up and _is_needed(uow, account)):
                return DisconnectOutcome.WAITING
            self._credentials.forget(uow, account)
            uow.central_accounts.remove(account.id)
            forget_clients(uow, account.organization_id, keep_current=True)
            self._audit.done(
                actor,
                "erp.account.give-up" if is_given_up else "erp.account.end",
                account.id,
                uow=uow,
                organization_id=account.organization_id,
                result=outcome.value,
            )
        self._announcer.announce(seen.organization_id, TOPIC)
        self._announcer.announce(seen.organization_id, "employees")
        return outcome


def may_be_given_up(account: CentralAccount) -> bool:
    """Whether nothing can be done with it any more, unless somebody signs in again."""
    is_stuck = account.status is AccountStatus.LEAVING and account.last_error in SHUT_OUT
    return account.status is AccountStatus.NEEDS_REAUTH or is_stuck


def _is_needed(uow: UnitOfWork, account: CentralAccount) -> bool:
    """Whether something is still to be planned, owed, or at Google."""
    organization_id = account.organization_id
    return bool(
        uow.employees.count_plan_owed(organization_id)
        or uow.outbox.count(account.id)
        or uow.employee_calendars.living(organization_id)
    )
