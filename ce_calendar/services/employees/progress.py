"""How far the employee calendars are: what is owed, what holds it up, and how long it will take."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from ce_calendar.domain.access import Actor, Permission
from ce_calendar.domain.employees.calendars import AccountStatus, CentralAccount
from ce_calendar.domain.employees.operations import Act
from ce_calendar.ports import Clock, OpenUnitOfWork
from ce_calendar.ports.employees import CalendarFilter
from ce_calendar.services.audit import Audit, recorded_refusals

CREATIONS_AT_ONCE = 60
CREATION_WINDOW = timedelta(hours=6)
"""Google makes about so many calendars, then none for some hours (PROVIDERS §1)."""


@dataclass(frozen=True, slots=True)
class AccountView:
    """The central account as the screens see it."""

    id: str
    email: str
    status: AccountStatus
    problem: str
    """Why nothing could be written lately: our word, or Google's reason; empty when all is well."""
    consented_at: datetime
    refresh_expires_at: datetime | None
    """When Google said the sign-in will end: it says so while the OAuth app is in Testing."""
    checked_at: datetime | None
    """When Google last answered well."""
    wait_until: datetime | None
    """Nothing is sent before; None if nothing holds it up now."""


@dataclass(frozen=True, slots=True)
class Overview:
    """How an organization's employee calendars are getting on."""

    is_enabled: bool
    account: AccountView | None
    calendars: Mapping[CalendarFilter, int]
    """How many employees, not counting who is dismissed, are in each state."""
    plans_owed: int
    """Employees whose calendar is yet to be planned."""
    owed: Mapping[Act, int]
    """Operations in the outbox by kind."""
    seconds_to_go: int
    """What is owed, but for what waits at Google's limit of new calendars, takes at the pace; 0 if nothing is owed."""
    creations_waiting: int
    """Calendars to be made that wait at Google's limit; 0 while it is not in the way."""
    creations_take: timedelta
    """About how long until the last of all calendars owed is made, by Google's limit of new ones."""
    creations_wait_until: datetime | None
    """No calendar is made before; None while nothing is in the way."""
    next_moment: datetime | None
    """When the next operation is due; None if nothing is owed."""

    @property
    def operations(self) -> int:
        """All that is owed."""
        return sum(self.owed.values())

    @property
    def is_quiet(self) -> bool:
        """Whether all is as it should be, as far as we know."""
        return not self.operations and not self.plans_owed


class Progress:
    """Tells it."""

    def __init__(self, *, open_uow: OpenUnitOfWork, clock: Clock, audit: Audit) -> None:
        self._open_uow = open_uow
        self._clock = clock
        self._audit = audit

    def of(self, actor: Actor) -> Overview:
        """How the actor's organization's employee calendars are getting on.

        Raises:
            AccessDenied: the actor may not see them.
        """
        with recorded_refusals(self._audit, actor, "erp.progress"):
            actor.require(Permission.ERP_VIEW)
        now = self._clock()
        with self._open_uow(reading=True) as uow:
            rules = uow.calendar_rules.get(actor.organization_id)
            account = uow.central_accounts.of(actor.organization_id)
            calendars = uow.employees.counts(actor.organization_id)
            plans_owed = uow.employees.count_plan_owed(actor.organization_id)
            owed = uow.outbox.count(account.id) if account else {}
            held = uow.outbox.held(account.id) if account else 0
            next_moment = uow.outbox.next_moment(account.id) if account else None
        creations = owed.get(Act.CREATE_CALENDAR, 0)
        limited_until = _coming(account.creations_wait_until if account else None, now)
        waiting = creations if limited_until else 0
        # What such a calendar is to hold waits with it.
        calls = sum(owed.values()) - (waiting + held if waiting else 0)
        return Overview(
            is_enabled=rules.is_enabled,
            account=_view(account, now) if account else None,
            calendars=calendars,
            plans_owed=plans_owed,
            owed=owed,
            seconds_to_go=math.ceil(calls * 60 / rules.pace_per_minute),
            creations_waiting=waiting,
            creations_take=creations_take(creations, limited_until=limited_until, now=now),
            creations_wait_until=limited_until,
            next_moment=next_moment,
        )


def creations_take(creations: int, *, limited_until: datetime | None, now: datetime) -> timedelta:
    """About how long until the last of so many calendars is made.

    Google does not tell how many it still makes: while it has not refused one, the first sixty count as made at once.
    """
    if not creations:
        return timedelta()
    windows = (creations - 1) // CREATIONS_AT_ONCE
    return windows * CREATION_WINDOW + (limited_until - now if limited_until else timedelta())


def _view(account: CentralAccount, now: datetime) -> AccountView:
    return AccountView(
        id=account.id,
        email=account.email,
        status=account.status,
        problem=account.last_error,
        consented_at=account.consented_at,
        refresh_expires_at=account.refresh_expires_at,
        checked_at=account.checked_at,
        wait_until=_coming(account.wait_until, now),
    )


def _coming(moment: datetime | None, now: datetime) -> datetime | None:
    return moment if moment and moment > now else None
