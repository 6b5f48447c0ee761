"""The organization's tasks: listed, kept, assigned; every change is planned into calendars at once."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

from ce_calendar.domain.access import Actor, Permission
from ce_calendar.domain.employees.clock import entered_day
from ce_calendar.domain.employees.tasks import SystemRole, Task
from ce_calendar.domain.errors import Invalid, NotFound
from ce_calendar.ports import Announcer, Clock, OpenUnitOfWork, UnitOfWork
from ce_calendar.ports.employees import EmployeeQuery, TaskQuery
from ce_calendar.services.audit import Audit, recorded_refusals
from ce_calendar.services.employees.planning import Planning
from ce_calendar.services.employees.statuses import status_with, with_defaults
from ce_calendar.services.employees.task_entry import MOST_EMPLOYEES, TaskEntry, checked_entry
from ce_calendar.services.employees.task_views import (
    FoundPeople,
    TaskDetails,
    TaskOptions,
    TaskPage,
    details_of,
    options_of,
    views_of,
)
from ce_calendar.services.entered import entered_id, entered_page, entered_text

SEARCH_LENGTH = 100
MOST_FOUND = 20


class ChangedMeanwhile(Invalid):
    """Somebody else changed the task after the form was opened; nothing was saved."""

    def __init__(self, task: Task) -> None:
        super().__init__("Somebody changed this task while you were editing it. Nothing of yours was saved yet.")
        self.task = task
        """As it is now."""


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """What the list is narrowed by, as a screen sends it; empty parts narrow nothing."""

    search: str = ""
    roles: Collection[SystemRole] = ()
    status_id: str = ""
    employee_id: str = ""
    department_id: str = ""
    since: str = ""
    """ISO 8601, a day in the rules' zone, as `until`."""
    until: str = ""
    is_unassigned: bool = False


@dataclass(frozen=True, slots=True)
class SavedTask:
    """A task after it was saved."""

    task: Task
    comes_twice: bool
    """The clock shows its time twice on that day; the first one was taken."""


class TaskBook:
    """Lists and keeps tasks. Whoever manages employee calendars may change them.

    Every change takes the rules' lock before any other row: that is the order for everybody who writes here.
    """

    def __init__(
        self, *, open_uow: OpenUnitOfWork, clock: Clock, audit: Audit, announcer: Announcer, planning: Planning
    ) -> None:
        self._open_uow = open_uow
        self._clock = clock
        self._audit = audit
        self._announcer = announcer
        self._planning = planning

    # -- reading -----------------------------------------------------------------------------------------------------

    def page(self, actor: Actor, *, only: TaskFilter | None = None, offset: int = 0, limit: int = 50) -> TaskPage:
        """Tasks by when they are, those without a date last, with the names of everybody who does them.

        Raises:
            Invalid: the filter holds something that is no date, or too long.
        """
        with recorded_refusals(self._audit, actor, "task.list"):
            actor.require(Permission.ERP_VIEW)
        offset, limit = entered_page(offset, limit)
        home = actor.organization_id
        self._require_statuses(actor)
        with self._open_uow(reading=True) as uow:
            options = options_of(uow, home)
            query = _query(only or TaskFilter(), zone=options.zone)
            tasks, total = uow.tasks.page(home, query, offset=offset, limit=limit)
            has_any = bool(total) or (query != TaskQuery(zone=options.zone) and _has_any(uow, home))
            return TaskPage(views_of(uow, home, tasks, options), total, has_any, options)

    def options(self, actor: Actor) -> TaskOptions:
        """What a form offers: statuses, departments, zone and default duration."""
        with recorded_refusals(self._audit, actor, "task.list"):
            actor.require(Permission.ERP_VIEW)
        self._require_statuses(actor)
        with self._open_uow(reading=True) as uow:
            return options_of(uow, actor.organization_id)

    def get(self, actor: Actor, *, task_id: str) -> TaskDetails:
        """One task, and where it shows.

        Raises:
            NotFound: not a task of the actor's organization.
        """
        with recorded_refusals(self._audit, actor, "task.read", task_id):
            actor.require(Permission.ERP_VIEW)
            with self._open_uow(reading=True) as uow:
                return details_of(uow, actor.organization_id, _task(uow, actor, task_id))

    def people(
        self, actor: Actor, *, search: str = "", but: Collection[str] = (), with_dismissed: bool = False
    ) -> FoundPeople:
        """Some employees by name; each word searched for must occur in name, email or position.

        Args:
            actor: who asks.
            search: words.
            but: ids of those who need not be found.
            with_dismissed: also those who can be given no task any more.
        """
        with recorded_refusals(self._audit, actor, "task.people"):
            actor.require(Permission.ERP_VIEW)
        query = EmployeeQuery(
            search=entered_text(search, field="search", label="Search", limit=SEARCH_LENGTH),
            is_dismissed=None if with_dismissed else False,
        )
        with self._open_uow(reading=True) as uow:
            lines, total = uow.employees.page(
                actor.organization_id, query, offset=0, limit=MOST_FOUND + min(len(but), MOST_EMPLOYEES)
            )
        found = [line.employee for line in lines if line.employee.id not in but][:MOST_FOUND]
        return FoundPeople(found, more=max(0, total - len(found) - len(but)))

    # -- changing ----------------------------------------------------------------------------------------------------

    def add(self, actor: Actor, entry: TaskEntry) -> SavedTask:
        """Add a task with the organization's next number.

        Raises:
            Invalid: something entered does not do.
            NotFound: a status, an employee or a department of it is not there.
        """
        action, home = "task.add", actor.organization_id
        with recorded_refusals(self._audit, actor, action):
            actor.require(Permission.ERP_MANAGE)
            with self._open_uow() as uow:
                rules = uow.calendar_rules.get(home, lock=True)
                checked = checked_entry(uow, home, entry, rules=rules, statuses=with_defaults(uow, home))
                now = self._clock()
                task = Task(
                    id=uuid4().hex,
                    organization_id=home,
                    number=uow.tasks.next_number(home),
                    created_at=now,
                    changed_at=now,
                    **checked.fields,
                )
                uow.tasks.add(task)
                self._planning.tasks_changed(uow, home, [task.id])
                self._done(actor, action, task, uow)
        self._after(home)
        return SavedTask(task, checked.comes_twice)

    def edit(self, actor: Actor, entry: TaskEntry, *, task_id: str, seen: datetime) -> SavedTask:
        """Change a task.

        Args:
            actor: who asks.
            entry: the whole task, as it is to be.
            task_id: of the task.
            seen: its `changed_at` when the form was filled.

        Raises:
            NotFound: not a task of the actor's organization, or something chosen is not there.
            Invalid: something entered does not do.
            ChangedMeanwhile: it was changed after `seen`.
        """
        action, home = "task.edit", actor.organization_id
        with recorded_refusals(self._audit, actor, action, task_id):
            actor.require(Permission.ERP_MANAGE)
            with self._open_uow() as uow:
                rules = uow.calendar_rules.get(home, lock=True)
                before = _task(uow, actor, task_id, lock=True)
                if before.changed_at != seen:
                    raise ChangedMeanwhile(before)
                statuses = with_defaults(uow, home)
                checked = checked_entry(uow, home, entry, rules=rules, statuses=statuses, before=before)
                task = replace(before, **checked.fields)
                if task == before:
                    return SavedTask(before, comes_twice=False)
                task = self._save(uow, task)
                self._done(actor, action, task, uow)
        self._after(home)
        return SavedTask(task, checked.comes_twice)

    def change_status(self, actor: Actor, *, task_id: str, status_id: str) -> Task:
        """Give a task another status: a done one leaves the calendars, an open one comes (seed 003, note 14).

        Raises:
            NotFound: not a task, or not a status, of the actor's organization.
        """
        action, home = "task.status", actor.organization_id
        with recorded_refusals(self._audit, actor, action, task_id):
            actor.require(Permission.ERP_MANAGE)
            with self._open_uow() as uow:
                uow.calendar_rules.get(home, lock=True)
                before = _task(uow, actor, task_id, lock=True)
                status = status_with(status_id, uow.task_statuses.all(home))
                if status.id == before.status_id:
                    return before
                task = self._save(uow, replace(before, status_id=status.id))
                self._audit.done(actor, action, task.id, uow=uow, status=status.id, role=status.role.value)
        self._after(home)
        return task

    def remove(self, actor: Actor, *, task_id: str) -> None:
        """Remove a task; it leaves every calendar.

        Raises:
            NotFound: not a task of the actor's organization.
        """
        action, home = "task.remove", actor.organization_id
        with recorded_refusals(self._audit, actor, action, task_id):
            actor.require(Permission.ERP_MANAGE)
            with self._open_uow() as uow:
                uow.calendar_rules.get(home, lock=True)
                task = _task(uow, actor, task_id, lock=True)
                uow.tasks.remove(task.id)
                self._planning.tasks_changed(uow, home, [task.id])
                self._done(actor, action, task, uow)
        self._after(home)

    def _save(self, uow: UnitOfWork, task: Task) -> Task:
        """Store it as changed now, and plan its events."""
        # Later than before even if the clock stands still: two changes must never look like none.
        changed_at = max(self._clock(), task.changed_at + timedelta(microseconds=1))
        task = replace(task, changed_at=changed_at)
        uow.tasks.save(task)
        self._planning.tasks_changed(uow, task.organization_id, [task.id])
        return task

    def _done(self, actor: Actor, action: str, task: Task, uow: UnitOfWork) -> None:
        people, departments = len(task.employee_ids), len(task.department_ids)
        self._audit.done(actor, action, task.id, uow=uow, employees=people, departments=departments)

    def _require_statuses(self, actor: Actor) -> None:
        """Make the first statuses for an organization whose manager looks for the first time."""
        home = actor.organization_id
        with self._open_uow(reading=True) as uow:
            is_missing = not uow.task_statuses.all(home)
        if is_missing and actor.may(Permission.ERP_MANAGE):
            with self._open_uow() as uow:
                uow.calendar_rules.get(home, lock=True)
                with_defaults(uow, home)

    def _after(self, organization_id: str) -> None:
        self._planning.hurry(organization_id)
        # How many events somebody has is on the employees' list, too.
        for topic in ("tasks", "employees"):
            self._announcer.announce(organization_id, topic)


def _query(only: TaskFilter, *, zone: str) -> TaskQuery:
    if not isinstance(only.is_unassigned, bool):
        raise Invalid("There is no such filter.")
    return TaskQuery(
        search=entered_text(only.search, field="search", label="Search", limit=SEARCH_LENGTH),
        roles=frozenset(SystemRole(role) for role in only.roles),
        status_id=_id_or_none(only.status_id, "status"),
        employee_id=_id_or_none(only.employee_id, "employee"),
        department_id=_id_or_none(only.department_id, "department"),
        since=entered_day(only.since, field="since", label="The first day"),
        until=entered_day(only.until, field="until", label="The last day"),
        zone=zone,
        is_unassigned=only.is_unassigned,
    )


def _id_or_none(value: str, what: str) -> str:
    return entered_id(value, what=what) if value else ""


def _has_any(uow: UnitOfWork, organization_id: str) -> bool:
    _, total = uow.tasks.page(organization_id, TaskQuery(), offset=0, limit=1)
    return total > 0


def _task(uow: UnitOfWork, actor: Actor, task_id: str, *, lock: bool = False) -> Task:
    wanted = entered_id(task_id, what="task")
    task = uow.tasks.get(wanted, organization_id=actor.organization_id, lock=lock)
    if task is None:
        raise NotFound("task")
    return task
