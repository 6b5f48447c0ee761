"""Task statuses: free names, each with a role that decides whether its tasks show in calendars (seed 003, note 14)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import uuid4

from ce_calendar.domain.access import Actor, Permission
from ce_calendar.domain.employees.colors import EVENT_COLORS
from ce_calendar.domain.employees.rules import CalendarRules
from ce_calendar.domain.employees.tasks import OPEN_ROLES, SystemRole, TaskStatus
from ce_calendar.domain.employees.templates import event_description_template, event_title_template
from ce_calendar.domain.errors import Duplicate, Invalid, NotFound
from ce_calendar.ports import Announcer, OpenUnitOfWork, UnitOfWork
from ce_calendar.services.audit import Audit, recorded_refusals
from ce_calendar.services.employees.planning import Planning
from ce_calendar.services.entered import entered_id, entered_text

NAME_LENGTH = 100
MOST_STATUSES = 50
PLACEHOLDER = "status"
"""Stands in a template that tells a status by its name."""

DEFAULTS = (
    ("Not completed", SystemRole.NOT_COMPLETED),
    ("In progress", SystemRole.IN_PROGRESS),
    ("Done", SystemRole.DONE),
)


@dataclass(frozen=True, slots=True)
class StatusLine:
    """A status, and how many tasks have it."""

    status: TaskStatus
    tasks: int


def with_defaults(uow: UnitOfWork, organization_id: str) -> Sequence[TaskStatus]:
    """The statuses in their order; makes the first ones for an organization that has none. The rules are locked."""
    found = uow.task_statuses.all(organization_id)
    if found:
        return found
    made = [
        TaskStatus(uuid4().hex, organization_id, name, role, position=position)
        for position, (name, role) in enumerate(DEFAULTS)
    ]
    uow.task_statuses.save(*made)
    return made


def status_with(status_id: object, statuses: Iterable[TaskStatus]) -> TaskStatus:
    """The one of these with this id.

    Raises:
        NotFound: there is no such status.
    """
    wanted = entered_id(status_id, what="status")
    for status in statuses:
        if status.id == wanted:
            return status
    raise NotFound("status")


class StatusBook:
    """Lists and keeps statuses."""

    def __init__(self, *, open_uow: OpenUnitOfWork, audit: Audit, announcer: Announcer, planning: Planning) -> None:
        self._open_uow = open_uow
        self._audit = audit
        self._announcer = announcer
        self._planning = planning

    def all(self, actor: Actor) -> Sequence[StatusLine]:
        """The statuses in their order. The first manager who looks finds three."""
        with recorded_refusals(self._audit, actor, "erp.status.list"):
            actor.require(Permission.ERP_VIEW)
        home = actor.organization_id
        with self._open_uow(reading=True) as uow:
            found, used = uow.task_statuses.all(home), uow.task_statuses.used(home)
        if not found and actor.may(Permission.ERP_MANAGE):
            with self._open_uow() as uow:
                uow.calendar_rules.get(home, lock=True)
                found = with_defaults(uow, home)
        return [StatusLine(status, used.get(status.id, 0)) for status in found]

    def add(self, actor: Actor, *, name: str, role: str, color_id: str = "") -> TaskStatus:
        """Add a status at the end.

        Raises:
            Invalid: something entered does not do, or there are too many.
        """
        action, home = "erp.status.add", actor.organization_id
        with recorded_refusals(self._audit, actor, action):
            actor.require(Permission.ERP_MANAGE)
        with self._open_uow() as uow:
            uow.calendar_rules.get(home, lock=True)
            known = with_defaults(uow, home)
            if len(known) >= MOST_STATUSES:
                raise Invalid(f"There are {MOST_STATUSES} statuses already. Remove one first.")
            status = TaskStatus(
                uuid4().hex,
                home,
                _entered_name(name),
                _entered_role(role),
                _entered_color(color_id),
                position=max(each.position for each in known) + 1,
            )
            _save(uow, status)
            self._audit.done(actor, action, status.id, uow=uow, role=status.role.value)
        self._announce(actor)
        return status

    def change(self, actor: Actor, *, status_id: str, name: str, role: str, color_id: str) -> TaskStatus:
        """Name, role and colour anew. Calendars follow if they show it.

        Raises:
            NotFound: not a status of the actor's organization.
            Invalid: something entered does not do, or no open or no done status would be left.
        """
        action, home = "erp.status.change", actor.organization_id
        with recorded_refusals(self._audit, actor, action, status_id):
            actor.require(Permission.ERP_MANAGE)
            with self._open_uow() as uow:
                rules = uow.calendar_rules.get(home, lock=True)
                known = with_defaults(uow, home)
                before = status_with(status_id, known)
                after = replace(
                    before, name=_entered_name(name), role=_entered_role(role), color_id=_entered_color(color_id)
                )
                if after == before:
                    return before
                _require_both_kinds(after if each.id == after.id else each for each in known)
                _save(uow, after)
                is_shown = _shows_in_calendars(before, after, rules)
                if is_shown:
                    self._planning.employees_changed(uow, home, None)
                self._audit.done(actor, action, after.id, uow=uow, role=after.role.value, color=after.color_id)
        if is_shown:
            self._planning.hurry(home)
        self._announce(actor)
        return after

    def move(self, actor: Actor, *, status_id: str, is_up: bool) -> None:
        """Change places with the one before, or after; at the end of the list nothing happens.

        Raises:
            NotFound: not a status of the actor's organization.
        """
        action, home = "erp.status.move", actor.organization_id
        with recorded_refusals(self._audit, actor, action, status_id):
            actor.require(Permission.ERP_MANAGE)
            with self._open_uow() as uow:
                uow.calendar_rules.get(home, lock=True)
                order = list(with_defaults(uow, home))
                here = order.index(status_with(status_id, order))
                there = here + (-1 if is_up else 1)
                if there not in range(len(order)):
                    return
                order[here], order[there] = order[there], order[here]
                uow.task_statuses.save(*(replace(each, position=at) for at, each in enumerate(order)))
                self._audit.done(actor, action, status_id, uow=uow)
        self._announce(actor)

    def remove(self, actor: Actor, *, status_id: str) -> None:
        """Remove a status that no task has. Nothing in a calendar depends on such a one.

        Raises:
            NotFound: not a status of the actor's organization.
            Invalid: tasks have it, or no open or no done status would be left.
        """
        action, home = "erp.status.remove", actor.organization_id
        with recorded_refusals(self._audit, actor, action, status_id):
            actor.require(Permission.ERP_MANAGE)
            with self._open_uow() as uow:
                uow.calendar_rules.get(home, lock=True)
                known = with_defaults(uow, home)
                status = status_with(status_id, known)
                tasks = uow.task_statuses.used(home).get(status.id, 0)
                if tasks:
                    have = "1 task has" if tasks == 1 else f"{tasks:,} tasks have"
                    raise Invalid(f"{have} the status “{status.name}”. Give them another one first.")
                _require_both_kinds(each for each in known if each.id != status.id)
                uow.task_statuses.remove(status.id)
                self._audit.done(actor, action, status.id, uow=uow)
        self._announce(actor)

    def _announce(self, actor: Actor) -> None:
        self._announcer.announce(actor.organization_id, "tasks")


def _save(uow: UnitOfWork, status: TaskStatus) -> None:
    try:
        uow.task_statuses.save(status)
    except Duplicate as error:
        raise Invalid("There is a status with this name already.", field="name") from error


def _require_both_kinds(statuses: Iterable[TaskStatus]) -> None:
    """Without an open one no task could show, without a done one none could end."""
    roles = {status.role for status in statuses}
    if not roles & OPEN_ROLES:
        raise Invalid("At least one status must be open: without it no task could show in a calendar.", field="role")
    if SystemRole.DONE not in roles:
        raise Invalid("At least one status must mean “done”: without it no task could be finished.", field="role")


def _shows_in_calendars(before: TaskStatus, after: TaskStatus, rules: CalendarRules) -> bool:
    """Whether an event may look different, or come or go."""
    told = event_title_template(rules).placeholders | event_description_template(rules).placeholders
    is_other_name = after.name != before.name and PLACEHOLDER in told
    return is_other_name or (after.role, after.color_id) != (before.role, before.color_id)


def _entered_name(name: object) -> str:
    return entered_text(name, field="name", label="Name", limit=NAME_LENGTH, required=True)


def _entered_role(role: object) -> SystemRole:
    if not isinstance(role, str) or role not in set(SystemRole):
        raise Invalid("Choose what the status means.", field="role")
    return SystemRole(role)


def _entered_color(color_id: object) -> str:
    if not isinstance(color_id, str) or (color_id and color_id not in EVENT_COLORS):
        raise Invalid("There is no such colour.", field="color_id")
    return color_id
