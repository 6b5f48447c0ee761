"""The connections of an organization: who sees them, who changes them, and how they end."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from ce_calendar.domain.access import Actor, Permission
from ce_calendar.domain.errors import Invalid, NeedsReauth, NotFound, ProviderError, VaultError
from ce_calendar.domain.meetings.connections import LINKED, Connection, Status
from ce_calendar.domain.meetings.privacy import PrivacyLevel, is_stricter
from ce_calendar.domain.meetings.runs import RunOutcome, SyncReport, SyncRun
from ce_calendar.ports import Announcer, Clock, JobQueue, OpenUnitOfWork, UnitOfWork
from ce_calendar.services.audit import Audit, recorded_refusals
from ce_calendar.services.credentials import Credentials
from ce_calendar.services.entered import entered_id
from ce_calendar.services.grants import GrantLeases, Pause


@dataclass(frozen=True, slots=True)
class ConnectionView:
    """A connection as one reader sees it."""

    connection: Connection
    owner_name: str
    is_own: bool
    may_change: bool
    running: SyncReport | None
    """How far the run under way is; None if none is."""
    latest: SyncRun | None
    """The newest run, also while it is under way."""
    coming: int
    """Coming meetings with contacts."""


@dataclass(frozen=True, slots=True)
class DisconnectEffects:
    """What disconnecting will do, for the confirmation to say."""

    connection: Connection
    coming: int
    """Coming meetings that leave the timeline, unless another connection holds them too."""


class DisconnectOutcome(StrEnum):
    """How the end of a connection stands. The words are part of the audit trail."""

    REVOKED = "revoked"
    ALREADY_REVOKED = "already_revoked"
    """The provider no longer knew the credential."""
    SHARED = "shared"
    """Another connection lives on the same grant, so it was only forgotten here."""
    UNREADABLE = "unreadable"
    """The credential does not open; the person can only revoke it at the provider."""
    WAITING = "waiting"
    """The provider cannot be reached; it is tried again."""
    NOTHING_TO_DO = "nothing_to_do"
    """Not, or no longer, disconnecting: finished before, or linked again meanwhile."""


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
        pause: Pause = time.sleep,
    ) -> None:
        self._open_uow = open_uow
        self._clock = clock
        self._credentials = credentials
        self._audit = audit
        self._announcer = announcer
        self._jobs = jobs
        self._grants = GrantLeases(open_uow=open_uow, clock=clock, pause=pause)

    def list(self, actor: Actor) -> Sequence[ConnectionView]:
        """The organization's connections, the actor's own first.

        Raises:
            AccessDenied: not allowed to see calendars.
        """
        with recorded_refusals(self._audit, actor, "connection.list"):
            actor.require(Permission.CALENDAR_VIEW)
        now = self._clock()
        with self._open_uow(reading=True) as uow:
            linked = [each for each in uow.connections.of_organization(actor.organization_id) if each.status in LINKED]
            ids = [each.id for each in linked]
            names = {user.id: user.name for user in uow.users.of_organization(actor.organization_id)}
            latest = uow.runs.latest(ids)
            # A killed run stays "running" in its row; only its lease tells whether somebody is at it.
            held = uow.leases.held([sync_lease(each) for each in ids], now=now)
            coming = uow.events.count_by_connection(actor.organization_id, now=now)
        views = [
            ConnectionView(
                connection=each,
                owner_name=names.get(each.user_id, ""),
                is_own=each.user_id == actor.user_id,
                may_change=_may_change(actor, each),
                running=_running(latest.get(each.id)) if sync_lease(each.id) in held else None,
                latest=latest.get(each.id),
                coming=coming.get(each.id, 0),
            )
            for each in linked
        ]
        return sorted(views, key=lambda view: not view.is_own)

    def set_auto_sync(self, actor: Actor, *, connection_id: str, enabled: bool) -> None:
        """Pause, or go on and sync at once.

        Raises:
            AccessDenied: neither the owner nor an administrator.
            NotFound: no such connection in the organization.
        """
        with recorded_refusals(self._audit, actor, "connection.auto-sync", connection_id), self._open_uow() as uow:
            connection = self._changeable(uow, actor, connection_id)
            # Handlers can be called with anything: only a plain yes switches on.
            enabled = enabled is True
            if connection.sync_enabled == enabled:
                return
            now = self._clock()
            next_sync_at = now if enabled else connection.next_sync_at
            uow.connections.save(replace(connection, sync_enabled=enabled, next_sync_at=next_sync_at))
            self._trail(uow, actor, "connection.auto-sync", connection_id, now, enabled=int(enabled))
        if enabled and connection.status is not Status.NEEDS_REAUTH:
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
            connection = self._changeable(uow, actor, connection_id)
            level = _entered_level(level)
            if connection.privacy_level is level:
                return
            is_less = is_stricter(level, connection.privacy_level)
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
        if connection.sync_enabled and connection.status is not Status.NEEDS_REAUTH:
            self._jobs.enqueue("sync", connection_id)
        self._announcer.announce(actor.organization_id, "connections")
        self._announcer.announce(actor.organization_id, "timeline")

    # -- the end of a connection ---------------------------------------------------------------------------------

    def disconnect_effects(self, actor: Actor, *, connection_id: str) -> DisconnectEffects:
        """What disconnecting would do.

        Raises:
            AccessDenied: neither the owner nor an administrator.
            NotFound: no such connection in the organization.
        """
        with recorded_refusals(self._audit, actor, "connection.disconnect", connection_id), self._open_uow() as uow:
            connection = self._changeable(uow, actor, connection_id)
            counts = uow.events.count_by_connection(actor.organization_id, now=self._clock())
        return DisconnectEffects(connection=connection, coming=counts.get(connection_id, 0))

    def disconnect(self, actor: Actor, *, connection_id: str, delete_past: bool = False) -> None:
        """End a connection: gone from the screens at once, revoked and forgotten by the job that follows.

        Raises:
            AccessDenied: neither the owner nor an administrator.
            NotFound: no such connection in the organization.
        """
        with recorded_refusals(self._audit, actor, "connection.disconnect", connection_id), self._open_uow() as uow:
            connection = self._changeable(uow, actor, connection_id)
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
            deleted = _delete_events(uow, ending, now)
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
        with self._open_uow(reading=True) as uow:
            return [each.id for each in uow.connections.disconnecting()]

    def finish_disconnect(self, connection_id: str) -> DisconnectOutcome:
        """Revoke the grant unless another connection lives on it, and forget the credential.

        A job's work: nobody asks for it in person. A kill after the revocation and before its record makes the
        next try hear that the provider no longer knows the credential.
        """
        with self._open_uow() as uow:
            connection = uow.connections.get(connection_id)
        if connection is None or connection.status is not Status.DISCONNECTING:
            return DisconnectOutcome.NOTHING_TO_DO
        with self._grants.hold(
            provider=connection.provider, client_id=connection.client_id, subject_id=connection.subject_id
        ) as is_held:
            if not is_held:
                return DisconnectOutcome.WAITING
            return self._finish_alone(connection_id)

    def _finish_alone(self, connection_id: str) -> DisconnectOutcome:
        """Under the grant's lease: nobody links this account, or revokes for another connection, meanwhile."""
        with self._open_uow() as uow:
            connection = uow.connections.get(connection_id)
            if connection is None or connection.status is not Status.DISCONNECTING:
                # Linked again while we waited: the new consent wins.
                return DisconnectOutcome.NOTHING_TO_DO
            sharing = uow.connections.with_grant(
                provider=connection.provider, client_id=connection.client_id, subject_id=connection.subject_id
            )
        is_shared = any(other.id != connection_id for other in sharing)
        outcome = DisconnectOutcome.SHARED if is_shared else self._revoke(connection)
        if outcome is not DisconnectOutcome.WAITING:
            outcome = self._record_end(connection, outcome)
        return outcome

    def _revoke(self, connection: Connection) -> DisconnectOutcome:
        try:
            is_known = self._credentials.revoke(connection)
        except NeedsReauth:
            return DisconnectOutcome.ALREADY_REVOKED
        except VaultError:
            return DisconnectOutcome.UNREADABLE
        except ProviderError:
            return DisconnectOutcome.WAITING
        return DisconnectOutcome.REVOKED if is_known else DisconnectOutcome.ALREADY_REVOKED

    def _record_end(self, seen: Connection, outcome: DisconnectOutcome) -> DisconnectOutcome:
        """Forget the credential and say what became of it."""
        with self._open_uow() as uow:
            connection = uow.connections.lock(seen.id)
            if connection is None or connection.credential_vault_ref != seen.credential_vault_ref:
                # The lease had run out and somebody linked the account again.
                return DisconnectOutcome.NOTHING_TO_DO
            now = self._clock()
            self._credentials.forget(uow, connection)
            uow.connections.save(replace(connection, status=Status.DISCONNECTED, credential_vault_ref=None))
            # Once more: a run that was under way may have written after the disconnect.
            _delete_events(uow, connection, now)
            uow.audit.add(
                at=now,
                action="connection.revoke",
                outcome="done",
                organization_id=connection.organization_id,
                actor_user_id=None,
                subject_id=connection.id,
                detail={"provider": connection.provider.value, "result": outcome.value},
            )
        self._announcer.announce(seen.organization_id, "connections")
        return outcome

    # -- shared by the above -------------------------------------------------------------------------------------

    def _changeable(self, uow: UnitOfWork, actor: Actor, connection_id: str) -> Connection:
        """The connection, locked, if the actor may change it.

        Raises:
            AccessDenied: neither the owner nor an administrator.
            NotFound: no such connection in the organization.
        """
        actor.require(Permission.CALENDAR_CONNECT)
        wanted = entered_id(connection_id, what="connection")
        connection = uow.connections.lock(wanted, organization_id=actor.organization_id)
        if connection is None or connection.status not in LINKED:
            raise NotFound("connection")
        if connection.user_id != actor.user_id:
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


def _may_change(actor: Actor, connection: Connection) -> bool:
    is_concerned = connection.user_id == actor.user_id or actor.may(Permission.ORG_MANAGE)
    return is_concerned and actor.may(Permission.CALENDAR_CONNECT)


def _running(latest: SyncRun | None) -> SyncReport | None:
    return latest.report if latest and latest.outcome is RunOutcome.RUNNING else None


def _delete_events(uow: UnitOfWork, connection: Connection, now: datetime) -> int:
    """Delete coming meetings and busy time, and past meetings too unless they stay."""
    return uow.events.delete_of_connection(connection.id, since=now, keep_timeline=connection.keep_past)
