"""Which of an account's calendars are read: the account's list, and what its owner chose of it.

Names of calendars say a lot about a person, so that only the owner of the connection sees and chooses them, not an
administrator either.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from uuid import uuid4

from ce_calendar.domain.access import Actor, Permission
from ce_calendar.domain.errors import (
    Invalid,
    NeedsReauth,
    NotFound,
    ProviderError,
    ProviderForbids,
    ProviderUnavailable,
    VaultError,
)
from ce_calendar.domain.meetings.connections import (
    LINKED,
    OWNER_ROLE,
    CalendarBar,
    ConnectedCalendar,
    Connection,
    Provider,
    ProviderCalendar,
    Status,
    bar_of,
    is_employee_calendar,
    is_read_by_default,
)
from ce_calendar.ports import Announcer, Clock, FreshCredentials, JobQueue, MeetingProvider, OpenUnitOfWork, UnitOfWork
from ce_calendar.services.asking import ask
from ce_calendar.services.audit import Audit, recorded_refusals
from ce_calendar.services.entered import entered_id

NOTHING_CHOSEN = (
    "Tick at least one calendar. To stop reading this account, switch off Auto-sync; to withdraw our access, "
    "disconnect it."
)
UNIDENTIFIED = "unidentified"
"""The code of an account that an earlier system brought and the provider has not named yet."""


@dataclass(frozen=True, slots=True)
class CalendarView:
    """A calendar, for its owner to choose or not."""

    calendar: ConnectedCalendar
    bar: CalendarBar | None
    """Why it cannot be chosen."""
    events: int
    """How many events of it are kept, busy time included."""


@dataclass(frozen=True, slots=True)
class CalendarChoice:
    """The account's calendars, its own first."""

    connection: Connection
    calendars: Sequence[CalendarView]
    problem: str = ""
    """Why the list is the one we had: a code as in `Connection.last_error`; empty if the provider just told it."""


class Calendars:
    """Shows an account's calendars to its owner, and takes the choice."""

    def __init__(
        self,
        *,
        open_uow: OpenUnitOfWork,
        clock: Clock,
        providers: Mapping[Provider, MeetingProvider],
        credentials: FreshCredentials[Connection],
        audit: Audit,
        announcer: Announcer,
        jobs: JobQueue,
    ) -> None:
        self._open_uow = open_uow
        self._clock = clock
        self._providers = providers
        self._credentials = credentials
        self._audit = audit
        self._announcer = announcer
        self._jobs = jobs

    def choice(self, actor: Actor, *, connection_id: str) -> CalendarChoice:
        """The calendars as the provider lists them now, or as we knew them if it cannot be asked. Takes its time.

        Raises:
            AccessDenied: not allowed to link accounts.
            NotFound: no such connection of the actor.
        """
        with recorded_refusals(self._audit, actor, "connection.calendars", connection_id):
            with self._open_uow(reading=True) as uow:
                connection = self._own(uow, actor, connection_id)
            problem = self._refresh(connection)
            with self._open_uow(reading=True) as uow:
                connection = self._own(uow, actor, connection_id)
                calendars = uow.connections.calendars(connection.id)
                counts = uow.events.count_by_calendar(connection.id)
        views = [CalendarView(each, bar_of(each), counts.get(each.id, 0)) for each in calendars]
        return CalendarChoice(connection, sorted(views, key=_place), problem)

    def choose(self, actor: Actor, *, connection_id: str, calendar_ids: Collection[str]) -> None:
        """Read these calendars and no other: new ones at once, and the events of the others are deleted at once.

        Raises:
            AccessDenied: not allowed to link accounts.
            NotFound: no such connection of the actor, or no such calendar in it.
            Invalid: none at all, or one that cannot be read.
        """
        with (
            recorded_refusals(self._audit, actor, "connection.calendars", connection_id),
            self._open_uow() as uow,
        ):
            connection = self._own(uow, actor, connection_id, lock=True)
            known = {each.id: each for each in uow.connections.calendars(connection.id)}
            wanted = _entered_choice(calendar_ids, known)
            added = [each for each in known.values() if each.id in wanted and not each.is_selected]
            dropped = [each for each in known.values() if each.id not in wanted and each.is_selected]
            now = self._clock()
            # Forgotten with its events: whoever is chosen (again) is read from the start.
            changed = [
                replace(each, is_selected=each.id in wanted, cursor="", cursor_version=0, window=None)
                for each in (*added, *dropped)
            ]
            uow.connections.save_calendars(changed)
            deleted = uow.events.delete_of_calendars([each.id for each in dropped])
            # Due now also tells a run under way, which does not know of them, that another must follow.
            due = now if added and connection.status is not Status.NEEDS_REAUTH else connection.next_sync_at
            uow.connections.save(replace(connection, calendars_chosen=True, next_sync_at=due))
            self._audit.done(
                actor,
                "connection.calendars",
                connection.id,
                uow=uow,
                added=len(added),
                dropped=len(dropped),
                events_deleted=deleted,
            )
        if added and connection.sync_enabled and connection.status is not Status.NEEDS_REAUTH:
            self._jobs.enqueue("sync", connection.id)
        self._announcer.announce(actor.organization_id, "connections")
        if deleted:
            self._announcer.announce(actor.organization_id, "timeline")

    def _own(self, uow: UnitOfWork, actor: Actor, connection_id: str, *, lock: bool = False) -> Connection:
        """The actor's own connection.

        Raises:
            AccessDenied: not allowed to link accounts.
            NotFound: no such connection of the actor.
        """
        actor.require(Permission.CALENDAR_CONNECT)
        wanted = entered_id(connection_id, what="connection")
        find = uow.connections.lock if lock else uow.connections.get
        connection = find(wanted, organization_id=actor.organization_id)
        if connection is None or connection.status not in LINKED or connection.user_id != actor.user_id:
            raise NotFound("connection")
        return connection

    def _refresh(self, connection: Connection) -> str:
        """Take over the account's list of now; a code if that cannot be had."""
        if problem := self._why_not_ask(connection):
            return problem
        try:
            self._take_over(connection, self._listed(connection))
        except ProviderError as error:
            if isinstance(error, NeedsReauth):
                # The next run finds the same, and says so on the card.
                self._jobs.enqueue("sync", connection.id)
            return error.code
        except VaultError:
            return "vault"
        return ""

    def _why_not_ask(self, connection: Connection) -> str:
        """A code for what keeps us from asking the provider; empty if nothing does."""
        if connection.status is Status.NEEDS_REAUTH:
            return connection.last_error or "invalid_grant"
        if connection.status is Status.PENDING:
            return "pending"
        if not connection.is_identified:
            # Until the first sync has asked whose account it is, it may be somebody else's.
            return UNIDENTIFIED
        return "rate_limited" if connection.wait_until and connection.wait_until > self._clock() else ""

    def _take_over(self, asked: Connection, listed: Sequence[ProviderCalendar]) -> None:
        with self._open_uow() as uow:
            connection = uow.connections.lock(asked.id)
            # Linked anew while we asked: the list was that of the old credential, the next run brings the new one.
            is_same = connection is not None and connection.credential_vault_ref == asked.credential_vault_ref
            if connection is None or not is_same or connection.status not in LINKED:
                return
            _, deleted = take_over(uow, connection, listed)
        if deleted:
            self._announcer.announce(asked.organization_id, "timeline")

    def _listed(self, connection: Connection) -> Sequence[ProviderCalendar]:
        provider = self._providers.get(connection.provider)
        if provider is None:
            raise ProviderForbids("not_configured")
        with closing(provider):
            listed = ask(self._credentials, connection, provider.list_calendars)
        if not listed:
            # Every account has its own calendar; an empty list is no reason to delete everything.
            raise ProviderUnavailable("no_calendars")
        return listed


def take_over(
    uow: UnitOfWork, connection: Connection, listed: Collection[ProviderCalendar]
) -> tuple[list[ConnectedCalendar], int]:
    """Take over an account's list: new calendars in, vanished ones out with their events.

    Args:
        uow: an open transaction that holds the connection's lock.
        connection: as locked.
        listed: all calendars of the account, at least one.

    Returns:
        The calendars of now, and how many events went.
    """
    known = {each.provider_calendar_id: each for each in uow.connections.calendars(connection.id)}
    # Each once: a calendar may be told on two pages of the list when another is made meanwhile.
    told = {each.provider_calendar_id: each for each in listed}
    current = [_as_listed(each, known.pop(each.provider_calendar_id, None), connection) for each in told.values()]
    uow.connections.save_calendars(current)
    vanished = [calendar.id for calendar in known.values()]
    deleted = uow.events.delete_of_calendars(vanished)
    uow.connections.remove_calendars(vanished)
    return current, deleted


def _as_listed(listed: ProviderCalendar, known: ConnectedCalendar | None, connection: Connection) -> ConnectedCalendar:
    """The calendar with the provider's present words; whether it is read stays as it was."""
    if known is None:
        known = ConnectedCalendar(
            id=uuid4().hex,
            organization_id=connection.organization_id,
            connection_id=connection.id,
            provider_calendar_id=listed.provider_calendar_id,
            name="",
            zone="",
            access_role="",
            is_primary=False,
            # Who chose did not choose this one: a new calendar may be as private as the ones left out.
            is_selected=is_read_by_default(listed) and not connection.calendars_chosen,
        )
    return replace(
        known,
        name=listed.name,
        zone=listed.zone,
        access_role=listed.access_role,
        is_primary=listed.is_primary,
        owner=listed.owner,
        is_employee_calendar=is_employee_calendar(listed),
    )


def _entered_choice(entered: object, known: Mapping[str, ConnectedCalendar]) -> frozenset[str]:
    """The ids that were chosen; handlers pass on whatever came over the socket.

    Raises:
        NotFound: one is not of this connection.
        Invalid: none, or one that cannot be read and is not read already.
    """
    if not isinstance(entered, Collection) or isinstance(entered, str | bytes):
        raise Invalid(NOTHING_CHOSEN, field="calendars")
    wanted = frozenset(entered_id(each, what="calendar") for each in entered)
    if not wanted:
        raise Invalid(NOTHING_CHOSEN, field="calendars")
    if not wanted <= known.keys():
        raise NotFound("calendar")
    if any(bar_of(known[each]) and not known[each].is_selected for each in wanted):
        raise Invalid("One of these calendars cannot be read.", field="calendars")
    return wanted


def _place(view: CalendarView) -> tuple[bool, bool, bool, str]:
    """The account's main calendar, its own, those of others, and last what cannot be chosen."""
    calendar = view.calendar
    return view.bar is not None, not calendar.is_primary, calendar.access_role != OWNER_ROLE, calendar.name.casefold()
