"""One run: reads the calendars of one connection and writes what changed."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace

from ce_calendar.domain.errors import (
    CalendarGone,
    CursorExpired,
    ProviderError,
    ProviderForbids,
    ProviderUnavailable,
)
from ce_calendar.domain.meetings.connections import (
    LINKED,
    ConnectedCalendar,
    Connection,
    Credential,
)
from ce_calendar.domain.meetings.events import EventPage, RemoteRead
from ce_calendar.domain.meetings.plan_sync import is_suspicious, plan_sync
from ce_calendar.domain.meetings.runs import SUSPICIOUS, SyncReport, SyncRun
from ce_calendar.domain.window import SyncWindow, needs_new_window, window_around
from ce_calendar.ports import Announcer, Clock, FreshCredentials, MeetingProvider, OpenUnitOfWork, UnitOfWork
from ce_calendar.services.asking import Answer, ask
from ce_calendar.services.calendars import take_over
from ce_calendar.services.connections import sync_lease

LEASE_SECONDS = 120
"""Longer than one page may take; renewed with every page and every write."""


class RunAbandoned(Exception):
    """The run may not write any more: disconnected, linked anew, or overtaken by another run."""


class SuspiciousPicture(ProviderError):
    """A full calendar came back empty: nothing of it was deleted, and it must be asked again."""

    def __init__(self) -> None:
        super().__init__(SUSPICIOUS)


class ConnectionReader:
    """Reads one connection, once. Whoever makes it holds the connection's lease, with the run's id as holder.

    Each calendar is a transaction of its own, so that a run that breaks off leaves whole calendars behind, each with
    the cursor that fits its events.
    """

    def __init__(
        self,
        *,
        run: SyncRun,
        connection: Connection,
        open_uow: OpenUnitOfWork,
        clock: Clock,
        provider: MeetingProvider,
        credentials: FreshCredentials[Connection],
        announcer: Announcer,
    ) -> None:
        self._run = run
        self._connection = connection
        self._open_uow = open_uow
        self._clock = clock
        self._provider = provider
        self._credentials = credentials
        self._announcer = announcer
        self._has_suspicion = False
        self.report = SyncReport()
        """What has been written so far."""

    def read(self) -> None:
        """Bring every selected calendar up to date.

        Raises:
            ProviderError: a calendar could not be read; or it concerns all of them, and the rest is for the next run.
            RunAbandoned: the connection is no longer this run's to write.
        """
        with closing(self._provider):
            self._read_calendars()

    def _read_calendars(self) -> None:
        calendars = self._known_calendars()
        done: set[str] = set()
        failures: list[ProviderError] = []
        while waiting := [calendar for calendar in calendars if calendar.id not in done]:
            calendar = waiting[0]
            done.add(calendar.id)
            try:
                self._bring_up_to_date(calendar)
            except CalendarGone as error:
                calendars = self._list_calendars()
                if any(listed.id == calendar.id for listed in calendars):
                    # Listed and yet not there: the provider contradicts itself, and may know better later.
                    failures.append(ProviderUnavailable("calendar_missing"))
                    failures[-1].__cause__ = error
            except (ProviderForbids, ProviderUnavailable) as error:
                # It may be this calendar's alone, and last: the others must not wait for it for ever.
                failures.append(error)
        # The suspicion first: it must be remembered for the next run to believe what it sees then.
        if self._has_suspicion:
            raise SuspiciousPicture
        if failures:
            raise failures[0]

    # -- calendars -----------------------------------------------------------------------------------------------

    def _known_calendars(self) -> list[ConnectedCalendar]:
        """The selected calendars. The provider is asked at the first sync and whenever a new window opens.

        Who chose, and whose chosen calendars have all gone since, is not read until they choose again.
        """
        with self._open_uow(reading=True) as uow:
            selected = [each for each in uow.connections.calendars(self._connection.id) if each.is_selected]
        is_unknown = not selected and not self._connection.calendars_chosen
        if is_unknown or any(each.window and self._must_slide(each.window) for each in selected):
            return self._list_calendars()
        return selected

    def _must_slide(self, window: SyncWindow) -> bool:
        return needs_new_window(window, self._clock(), self._connection.id)

    def _list_calendars(self) -> list[ConnectedCalendar]:
        """Take over the account's list: new calendars in, vanished ones out with their events."""
        listed = self._ask(self._provider.list_calendars)
        if not listed:
            # Every account has its own calendar; an empty list is no reason to delete everything.
            raise ProviderUnavailable("no_calendars")
        with self._writing() as (uow, connection):
            current, _ = take_over(uow, connection, listed)
        return [calendar for calendar in current if calendar.is_selected]

    # -- events --------------------------------------------------------------------------------------------------

    def _bring_up_to_date(self, calendar: ConnectedCalendar) -> None:
        """Read what changed if the cursor still counts, else everything."""
        if calendar.window and self._has_good_cursor(calendar):
            try:
                self._read(calendar, calendar.window, cursor=calendar.cursor)
            except CursorExpired:
                pass  # ordinary: read everything once and compare
            else:
                return
        self._read(calendar, window_around(self._clock()), cursor="")

    def _has_good_cursor(self, calendar: ConnectedCalendar) -> bool:
        return bool(
            calendar.cursor
            and calendar.cursor_version == self._connection.full_read_version
            and calendar.window
            and not self._must_slide(calendar.window)
        )

    def _read(self, calendar: ConnectedCalendar, window: SyncWindow, *, cursor: str) -> None:
        pages = self._ask(lambda credential: self._fetch(credential, calendar, window, cursor))
        read = RemoteRead.of_pages(pages, is_full=not cursor)
        if not read.is_complete:
            raise ProviderUnavailable("incomplete_read")
        self._write(calendar, read, window)

    def _fetch(
        self, credential: Credential, calendar: ConnectedCalendar, window: SyncWindow, cursor: str
    ) -> Sequence[EventPage]:
        pages: list[EventPage] = []
        for page in self._provider.fetch_events(
            credential, calendar.provider_calendar_id, window=window, cursor=cursor
        ):
            pages.append(page)
            if not page.cursor:
                # After the last page the write itself is the news.
                self._show_progress(pages=len(pages))
        return pages

    def _write(self, calendar: ConnectedCalendar, read: RemoteRead, window: SyncWindow) -> None:
        """Events, activities and cursor in one transaction.

        Contacts and privacy are those of now, under the lock: what changed while pages were read counts at once here,
        and `full_read_version` brings it to the events this read did not name.
        """
        now = self._clock()
        with self._writing() as (uow, connection):
            current = next((each for each in uow.connections.calendars(connection.id) if each.id == calendar.id), None)
            if current is None or not current.is_selected or current.cursor != calendar.cursor:
                return  # gone, no longer chosen, or chosen anew while its pages were read
            # Where nothing changed there is nobody to recognise, and an organization may have very many contacts.
            contacts = dict(uow.contacts.ids_by_email(connection.organization_id)) if read.changed else {}
            contacts.pop(connection.account_email, None)  # nobody meets themselves
            stored = uow.events.stored(calendar.id, only=None if read.is_full else read.superseded)
            plan = plan_sync(stored, read, window=window, level=connection.privacy_level, contacts=contacts)
            if is_suspicious(plan, stored, read, now=now) and self._connection.last_error != SUSPICIOUS:
                self._has_suspicion = True
                return
            uow.events.apply(plan, connection=connection, calendar_id=calendar.id, now=now)
            # The version as of the start: raised meanwhile, it makes the next sync read in full.
            version = self._connection.full_read_version
            uow.connections.save_calendars(
                [replace(current, cursor=read.cursor, cursor_version=version, window=window)]
            )
            self.report += plan.report
            uow.runs.save(replace(self._run, report=self.report))

    # -- what every step needs -----------------------------------------------------------------------------------

    def _ask(self, call: Callable[[Credential], Answer]) -> Answer:
        return ask(self._credentials, self._connection, call)

    def _show_progress(self, *, pages: int) -> None:
        """Renew the lease and tell how far the run is."""
        report = replace(self.report, requests=self.report.requests + pages)
        with self._open_uow() as uow:
            self._renew_lease(uow)
            uow.runs.save(replace(self._run, report=report))
        self._announcer.announce(self._connection.organization_id, "connections")

    @contextmanager
    def _writing(self) -> Iterator[tuple[UnitOfWork, Connection]]:
        """A transaction in which the connection is ours, as it is now.

        Raises:
            RunAbandoned: it is not.
        """
        with self._open_uow() as uow:
            connection = uow.connections.lock(self._connection.id)
            if connection is None or not is_still(self._connection, connection):
                raise RunAbandoned
            self._renew_lease(uow)
            yield uow, connection

    def _renew_lease(self, uow: UnitOfWork) -> None:
        is_ours = uow.leases.acquire(
            sync_lease(self._connection.id), holder=self._run.id, now=self._clock(), seconds=LEASE_SECONDS
        )
        if not is_ours:
            raise RunAbandoned


def is_still(before: Connection, now: Connection) -> bool:
    """Whether a connection is still the link a run started with: not disconnected, not linked anew."""
    return now.status in LINKED and now.credential_vault_ref == before.credential_vault_ref
