"""The organization's departments, and who belongs to them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from uuid import uuid4

from ce_calendar.domain.access import Actor, Permission
from ce_calendar.domain.employees.people import Department
from ce_calendar.domain.employees.rules import CalendarRules
from ce_calendar.domain.employees.templates import calendar_name_template, event_placeholders
from ce_calendar.domain.errors import Duplicate, Invalid, NotFound
from ce_calendar.ports import Announcer, OpenUnitOfWork, UnitOfWork
from ce_calendar.services.audit import Audit, recorded_refusals
from ce_calendar.services.employees.entered import DEPARTMENT_LENGTH
from ce_calendar.services.employees.planning import Planning
from ce_calendar.services.entered import entered_id, entered_text

TOPIC = "employees"
MOST_DEPARTMENTS = 500
"""Of an organization: they are chosen from one list."""


class DepartmentBook:
    """Keeps departments. Every change takes the rules' lock first, and says what must be planned anew."""

    def __init__(self, *, open_uow: OpenUnitOfWork, audit: Audit, announcer: Announcer, planning: Planning) -> None:
        self._open_uow = open_uow
        self._audit = audit
        self._announcer = announcer
        self._planning = planning

    def all(self, actor: Actor) -> Sequence[tuple[Department, int]]:
        """By name, with how many who are not dismissed belong to each.

        Raises:
            AccessDenied: not allowed to see employee calendars.
        """
        with recorded_refusals(self._audit, actor, "department.list"):
            actor.require(Permission.ERP_VIEW)
        with self._open_uow(reading=True) as uow:
            return uow.departments.all(actor.organization_id)

    def add(self, actor: Actor, *, name: str) -> Department:
        """Add a department.

        Raises:
            AccessDenied: not allowed to manage employee calendars.
            Invalid: the name does not do, or there is one of it already, or there are too many.
        """
        action = "department.add"
        home = actor.organization_id
        with recorded_refusals(self._audit, actor, action):
            actor.require(Permission.ERP_MANAGE)
        department = Department(id=uuid4().hex, organization_id=home, name=_entered_name(name))
        with _taken_told(), self._open_uow() as uow:
            uow.calendar_rules.get(home, lock=True)
            if len(uow.departments.all(home)) >= MOST_DEPARTMENTS:
                raise Invalid(f"There can be at most {MOST_DEPARTMENTS} departments.", field="name")
            uow.departments.save(department)
            self._audit.done(actor, action, department.id, uow=uow)
        self._announce(home)
        return department

    def rename(self, actor: Actor, *, department_id: str, name: str) -> Department:
        """Give a department another name; calendars and events that tell it follow.

        Raises:
            AccessDenied: not allowed to manage employee calendars.
            Invalid: the name does not do, or another department has it.
            NotFound: no such department.
        """
        action = "department.rename"
        home = actor.organization_id
        with recorded_refusals(self._audit, actor, action, department_id):
            actor.require(Permission.ERP_MANAGE)
            with _taken_told(), self._open_uow() as uow:
                rules = uow.calendar_rules.get(home, lock=True)
                before = _department(uow, actor, department_id)
                after = replace(before, name=_entered_name(name))
                if after == before:
                    return before
                uow.departments.save(after)
                self._plan(uow, rules, after, shows=False)
                self._audit.done(actor, action, after.id, uow=uow)
        self._announce(home)
        return after

    def remove(self, actor: Actor, *, department_id: str) -> int:
        """Remove a department; employees and tasks stay, without it. Returns how many employees belonged to it.

        Raises:
            AccessDenied: not allowed to manage employee calendars.
            NotFound: no such department.
        """
        action = "department.remove"
        home = actor.organization_id
        with recorded_refusals(self._audit, actor, action, department_id):
            actor.require(Permission.ERP_MANAGE)
            with self._open_uow() as uow:
                rules = uow.calendar_rules.get(home, lock=True)
                gone = _department(uow, actor, department_id)
                members = uow.employees.of_departments([gone.id])
                # Before it goes: afterwards nobody knows whom it concerned.
                self._plan(uow, rules, gone, shows=rules.shows_departments)
                uow.departments.remove(gone.id)
                self._audit.done(actor, action, gone.id, uow=uow, members=len(members))
        self._announce(home)
        return len(members)

    def _plan(self, uow: UnitOfWork, rules: CalendarRules, department: Department, *, shows: bool) -> None:
        """Its name changes or goes; `shows`: calendars show its tasks, and will not any more."""
        home = department.organization_id
        if "departments" in event_placeholders(rules):
            # Events of its tasks tell the name, whoever's calendar they are in.
            self._planning.employees_changed(uow, home, None)
        elif shows or "departments" in calendar_name_template(rules).placeholders:
            members = uow.employees.of_departments([department.id])
            concerned = [each.id for each in members if each.wants_calendar]
            if concerned:
                self._planning.employees_changed(uow, home, concerned)

    def _announce(self, organization_id: str) -> None:
        self._planning.hurry(organization_id)
        self._announcer.announce(organization_id, TOPIC)


def _entered_name(name: object) -> str:
    return entered_text(name, field="name", label="Name", limit=DEPARTMENT_LENGTH, required=True)


def _department(uow: UnitOfWork, actor: Actor, department_id: object) -> Department:
    wanted = entered_id(department_id, what="department")
    department = uow.departments.get(wanted, organization_id=actor.organization_id)
    if department is None:
        raise NotFound("department")
    return department


@contextmanager
def _taken_told() -> Iterator[None]:
    """The database knows which names are taken; a person hears it at the field."""
    try:
        yield
    except Duplicate:
        raise Invalid("There is a department with this name already.", field="name") from None
