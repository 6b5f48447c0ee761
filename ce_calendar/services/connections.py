"""The connections of an organization: who sees them, who changes them, and how they end."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ce_calendar.domain.access import Actor, Permission
from ce_calendar.domain.errors import Invalid, NotFound
from ce_calendar.domain.meetings.connections import LINKED, SYNCED, Connection, Status
from ce_calendar.domain.meetings.privacy import PrivacyLevel, is_stricter
from ce_calendar.domain.meetings.runs import RunOutcome, SyncReport, SyncRun
from ce_calendar.domain.meetings.timeline import MeetingSample, MeetingTally
from ce_calendar.ports import Announcer, Clock, JobQueue, OpenUnitOfWork, UnitOfWork
from ce_calendar.services.audit import Audit, recorded_refusals
from ce_calendar.services.connection_views import (
    NEEDS_ATTENTION,
    PAGE_LENGTH,
    ConnectionPage,
    ConnectionView,
    Only,
    asked_for,
    entered_filter,
    in_reading_order,
    may_change,
    may_withdraw,
)
from ce_calendar.services.credentials import Credentials
from ce_calendar.services.endings import DisconnectOutcome, Endings, TakeOver, delete_events, nothing_to_take_over
from ce_calendar.services.entered import entered_id, entered_page
from ce_calendar.services.grants import Pause
from ce_calendar.services.notices import tell_of_ending


@dataclass(frozen=True, slots=True)
class DisconnectEffects:
    """What disconnecting will do, for the confirmation to say."""

    connection: Connection
    owner_name: str
    tally: MeetingTally


@dataclass(frozen=True, slots=True)
class PrivacyPreview:
    """What a person sees before they choose a privacy level."""

    connection: Connection
    owner_name: str
    is_own: bool
    may_widen: bool
    """Whether the reader may choose a level that shows more."""
    sample: MeetingSample | None
    """A coming meeting of the owner's, as it is stored; None for anybody else, and if there is none."""


class ConnectionBook:
    """What people do with connections once they are linked."""

    def __init__(
        self,
        *,
        open_uow: OpenUnitOfWork,
        clock: Clock,
        credentials: Credentials,
        audit: Audit,
        announcer: Announcer,
        jobs: JobQueue,
        take_over: TakeOver = nothing_to_take_over,
        pause: Pause = time.sleep,
    ) -> None:
        self._open_uow = open_uow
        self._clock = clock
        self._audit = audit
        self._announcer = announcer
        self._jobs = jobs
        self._endings = Endings(
            open_uow=open_uow,
            clock=clock,
            credentials=credentials,
            announcer=announcer,
            take_over=take_over,
            pause=pause,
        )

    def list(
        self,
        actor: Actor,
        *,
        search: str = "",
        only: Only = Only.ALL,
        offset: int = 0,
        limit: int = PAGE_LENGTH,
    ) -> ConnectionPage:
        """The organization's connections, the actor's own first.

        Args:
            actor: the reader.
            search: words of an owner's name or of an account.
            only: all, the actor's own, or those that need attention.
            offset: how many to leave out at the start.
            limit: how many to show at most.

        Raises:
            AccessDenied: not allowed to see calendars.
            Invalid: no such page, or nothing to search for.
        """
        with recorded_refusals(self._audit, actor, "connection.list"):
            actor.require(Permission.CALENDAR_VIEW)
        search, only = entered_filter(search, only)
        offset, limit = entered_page(offset, limit)
        now = self._clock()
        with self._open_uow(reading=True) as uow:
            linked = [each for each in uow.connections.of_organization(actor.organization_id) if each.status in LINKED]
            names = uow.users.names(actor.organization_id)
            ordered = in_reading_order(linked, names, reader_id=actor.user_id)
            found = asked_for(ordered, names, reader_id=actor.user_id, search=search, only=only)
            shown = found[offset : offset + limit]
            views = self._views(uow, actor, shown, names, now)
        return ConnectionPage(
            views=views,
            total=len(found),
            everybody=len(linked),
            attention=sum(each.status in NEEDS_ATTENTION for each in linked),
        )

    def _views(
        self, uow: UnitOfWork, actor: Actor, shown: Sequence[Connection], names: Mapping[str, str], now: datetime
    ) -> Sequence[ConnectionView]:
        """What the cards show, in as many queries for one as for all."""
        ids = [each.id for each in shown]
        latest = uow.runs.latest(ids)
        # A killed run stays "running" in its row; only its lease tells whether somebody is at it.
        held = uow.leases.held([sync_lease(each) for each in ids], now=now)
        coming = uow.events.count_by_connection(ids, now=now)
        calendars = uow.connections.count_calendars([each.id for each in shown if each.user_id == actor.user_id])
        return [
            ConnectionView(
                connection=each,
                owner_name=names.get(each.user_id, ""),
                is_own=each.user_id == actor.user_id,
                may_change=may_change(actor, each),
                running=_running(latest.get(each.id)) if sync_lease(each.id) in held else None,
                latest=latest.get(each.id),
                coming=coming.get(each.id, 0),
                may_withdraw=may_withdraw(actor, each),
                calendars=calendars.get(each.id, (0, 0)),
            )
            for each in shown
        ]

    def set_auto_sync(self, actor: Actor, *, connection_id: str, enabled: bool) -> None:
        """Pause, or go on and sync at once.

        Raises:
            AccessDenied: neither the owner nor an administrator.
            NotFound: no such connection in the organization.
        """
        with recorded_refusals(self._audit, actor, "connection.auto-sync", connection_id), self._open_uow() as uow:
            # Handlers can be called with anything: only a plain yes switches on.
            enabled = enabled is True
            connection = self._changeable(uow, actor, connection_id, withdraws=not enabled)
            if connection.sync_enabled == enabled:
                return
            now = self._clock()
            # A provider that asked us to wait is not asked earlier for that.
            next_sync_at = max(now, connection.wait_until or now) if enabled else connection.next_sync_at
            uow.connections.save(replace(connection, sync_enabled=enabled, next_sync_at=next_sync_at))
            self._trail(uow, actor, "connection.auto-sync", connection_id, now, enabled=int(enabled))
        if enabled and connection.status in SYNCED:
            self._jobs.enqueue("sync", connection_id)
        self._announcer.announce(actor.organization_id, "connections")

    def set_privacy(self, actor: Actor, *, connection_id: str, level: PrivacyLevel) -> None:
        """Choose how much of the meetings the organization sees. Less takes effect at once, more with the next read.

        An administrator may choose less for somebody, never more: what was given away is the owner's to decide.

        Raises:
            AccessDenied: neither the owner nor an administrator.
            NotFound: no such connection in the organization.
            Invalid: more than its owner chose.
        """
        with recorded_refusals(self._audit, actor, "connection.privacy", connection_id), self._open_uow() as uow:
            connection = self._changeable(uow, actor, connection_id, withdraws=True)
            level = _entered_level(level)
            if connection.privacy_level is level:
                return
            is_less = is_stricter(level, connection.privacy_level)
            if not is_less:
                actor.require(Permission.CALENDAR_CONNECT)
            if not is_less and connection.user_id != actor.user_id:
                raise Invalid("Only the person whose calendar it is can let others see more of it.", field="level")
            now = self._clock()
            uow.connections.save(replace(connection, privacy_level=level))
            if is_less:
                uow.events.erase_text(connection_id, keep_attendees=level is PrivacyLevel.TIME_AND_ATTENDEES)
            # Also for less: a run under way may have projected with the old level, and then reads once more.
            uow.connections.request_full_read(
                now=now, organization_id=actor.organization_id, connection_id=connection_id
            )
            self._trail(uow, actor, "connection.privacy", connection_id, now, level=level.value)
        if connection.sync_enabled and connection.status in SYNCED:
            self._jobs.enqueue("sync", connection_id)
        self._announcer.announce(actor.organization_id, "connections")
        self._announcer.announce(actor.organization_id, "timeline")

    def privacy_preview(self, actor: Actor, *, connection_id: str) -> PrivacyPreview:
        """What choosing a level is about, on a meeting of one's own.

        Raises:
            AccessDenied: neither the owner nor an administrator.
            NotFound: no such connection in the organization.
        """
        with recorded_refusals(self._audit, actor, "connection.privacy", connection_id), self._open_uow() as uow:
            connection = self._changeable(uow, actor, connection_id, withdraws=True)
            is_own = connection.user_id == actor.user_id
            owner = uow.users.get(connection.user_id)
            return PrivacyPreview(
                connection=connection,
                owner_name=owner.name if owner else "",
                is_own=is_own,
                may_widen=is_own and actor.may(Permission.CALENDAR_CONNECT),
                # An administrator decides without reading along.
                sample=uow.events.sample(connection.id, now=self._clock()) if is_own else None,
            )

    # -- the end of a connection ---------------------------------------------------------------------------------

    def disconnect_effects(self, actor: Actor, *, connection_id: str) -> DisconnectEffects:
        """What disconnecting would do.

        Raises:
            AccessDenied: neither the owner nor an administrator.
            NotFound: no such connection in the organization.
        """
        with recorded_refusals(self._audit, actor, "connection.disconnect", connection_id), self._open_uow() as uow:
            connection = self._changeable(uow, actor, connection_id, withdraws=True)
            owner = uow.users.get(connection.user_id)
            return DisconnectEffects(
                connection=connection,
                owner_name=owner.name if owner else "",
                tally=uow.events.tally(connection.id, now=self._clock()),
            )

    def disconnect(self, actor: Actor, *, connection_id: str, delete_past: bool = False) -> None:
        """End a connection: gone from the screens at once, revoked and forgotten by the job that follows.

        Raises:
            AccessDenied: neither the owner nor an administrator.
            NotFound: no such connection in the organization.
        """
        with recorded_refusals(self._audit, actor, "connection.disconnect", connection_id), self._open_uow() as uow:
            connection = self._changeable(uow, actor, connection_id, withdraws=True)
            now = self._clock()
            ending = replace(
                connection,
                status=Status.DISCONNECTING,
                next_sync_at=None,
                last_error="",
                failures=0,
                # Handlers can be called with anything: only a plain yes deletes.
                keep_past=delete_past is not True,
            )
            uow.connections.save(ending)
            deleted = delete_events(uow, ending, now)
            owner = uow.users.get(connection.user_id)
            tell_of_ending(uow, ending, actor=actor, owner_name=owner.name if owner else "", now=now)
            self._trail(
                uow,
                actor,
                "connection.disconnect",
                connection_id,
                now,
                provider=connection.provider.value,
                delete_past=int(not ending.keep_past),
                events_deleted=deleted,
            )
        # Lost if we are killed here; the scheduler looks for disconnecting connections.
        self._jobs.enqueue("finish-disconnect", connection_id)
        self._announcer.announce(actor.organization_id, "connections")
        self._announcer.announce(actor.organization_id, "timeline")

    def disconnecting(self) -> Sequence[str]:
        """Ids of the connections whose end is still owed, for the job that retries."""
        return self._endings.owed()

    def finish_disconnect(self, connection_id: str) -> DisconnectOutcome:
        """Revoke the grant unless another connection lives on it, and forget the credential. A job's work."""
        return self._endings.finish(connection_id)

    # -- shared by the above -------------------------------------------------------------------------------------

    def _changeable(self, uow: UnitOfWork, actor: Actor, connection_id: str, *, withdraws: bool = False) -> Connection:
        """The connection, locked, if the actor may change it.

        Args:
            uow: an open transaction.
            actor: who wants to.
            connection_id: which.
            withdraws: the change only takes back what was granted, which its owner always may.

        Raises:
            AccessDenied: neither the owner nor an administrator.
            NotFound: no such connection in the organization.
        """
        actor.require(Permission.CALENDAR_VIEW if withdraws else Permission.CALENDAR_CONNECT)
        wanted = entered_id(connection_id, what="connection")
        connection = uow.connections.lock(wanted, organization_id=actor.organization_id)
        if connection is None or connection.status not in LINKED:
            raise NotFound("connection")
        if connection.user_id != actor.user_id:
            actor.require(Permission.CALENDAR_CONNECT)
            actor.require(Permission.ORG_MANAGE)
        return connection

    def _trail(
        self, uow: UnitOfWork, actor: Actor, action: str, subject_id: str, now: datetime, **detail: str | int
    ) -> None:
        """Record what was done, in the same transaction."""
        uow.audit.add(
            at=now,
            action=action,
            outcome="done",
            organization_id=actor.organization_id,
            actor_user_id=actor.user_id,
            subject_id=subject_id,
            detail=detail,
        )


def sync_lease(connection_id: str) -> str:
    """Name of the lease that whoever syncs the connection holds."""
    return f"sync:{connection_id}"


def _entered_level(level: object) -> PrivacyLevel:
    """A privacy level, as a handler got it.

    Raises:
        Invalid: there is no such level.
    """
    try:
        return PrivacyLevel(level)  # type: ignore[arg-type]  # any other type raises ValueError, too
    except ValueError as error:
        raise Invalid("There is no such privacy level.", field="level") from error


def _running(latest: SyncRun | None) -> SyncReport | None:
    return latest.report if latest and latest.outcome is RunOutcome.RUNNING else None
