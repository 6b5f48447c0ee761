"""The module's settings of an organization: kept, checked, and obeyed at once."""

from dataclasses import replace

from ce_calendar.domain.access import Actor, Permission
from ce_calendar.domain.meetings.connections import Status
from ce_calendar.domain.meetings.module import (
    DURATION_MINUTES,
    NOTIFICATION_MINUTES,
    POLL_MINUTES,
    ModuleValues,
    replanned,
)
from ce_calendar.ports import Announcer, Clock, OpenUnitOfWork
from ce_calendar.services.audit import Audit, recorded_refusals
from ce_calendar.services.entered import entered_number

FIELDS = {
    "poll_minutes": ("The interval", POLL_MINUTES),
    "duration_minutes": ("The duration", DURATION_MINUTES),
    "notification_minutes": ("The time before", NOTIFICATION_MINUTES),
}
"""By name: how a refusal begins, and what will do."""


class ModuleSettings:
    """What administrators set for their organization's meetings."""

    def __init__(self, *, open_uow: OpenUnitOfWork, clock: Clock, audit: Audit, announcer: Announcer) -> None:
        self._open_uow = open_uow
        self._clock = clock
        self._audit = audit
        self._announcer = announcer

    def get(self, actor: Actor) -> ModuleValues:
        """The settings as they are.

        Raises:
            AccessDenied: not an administrator.
        """
        with recorded_refusals(self._audit, actor, "module.read"):
            actor.require(Permission.ORG_MANAGE)
        with self._open_uow(reading=True) as uow:
            return uow.module_settings.get(actor.organization_id)

    def change(
        self,
        actor: Actor,
        *,
        poll_minutes: object = None,
        duration_minutes: object = None,
        notification_minutes: object = None,
    ) -> ModuleValues:
        """Set what is named (a number, or the text of a form), and plan the coming syncs by the new interval.

        Of two who change the same thing the later one counts; open pages show both what stands.

        Raises:
            AccessDenied: not an administrator.
            Invalid: a value is no whole number, or out of bounds.
        """
        action = "module.change"
        with recorded_refusals(self._audit, actor, action):
            actor.require(Permission.ORG_MANAGE)
        entered = {
            "poll_minutes": poll_minutes,
            "duration_minutes": duration_minutes,
            "notification_minutes": notification_minutes,
        }
        wanted = {name: _minutes(name, value) for name, value in entered.items() if value is not None}
        with self._open_uow() as uow:
            # Before the values are read, or a run that ends right now would plan by the old interval and be missed.
            linked = uow.connections.lock_linked(actor.organization_id)
            before = uow.module_settings.get(actor.organization_id)
            after = replace(before, **wanted)
            if after == before:
                return before
            now = self._clock()
            uow.module_settings.save(actor.organization_id, after, now=now)
            if after.poll_interval != before.poll_interval:
                # One that is to be tried again keeps its moment: its provider may have said until when to wait.
                due = {
                    each.id: each.next_sync_at for each in linked if each.next_sync_at and each.status is Status.HEALTHY
                }
                uow.connections.plan(replanned(due, before=before.poll_interval, after=after.poll_interval, now=now))
            self._audit.done(
                actor,
                action,
                actor.organization_id,
                uow=uow,
                poll_minutes=after.poll_minutes,
                duration_minutes=after.duration_minutes,
                notification_minutes=after.notification_minutes,
            )
        self._announcer.announce(actor.organization_id, "module")
        return after


def _minutes(name: str, value: object) -> int:
    label, within = FIELDS[name]
    return entered_number(value, field=name, label=label, within=within, unit="minutes")
