"""The organization's employees: who they are, and whether a calendar is kept for them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TypedDict
from uuid import uuid4
from zoneinfo import ZoneInfo

from ce_calendar.domain.access import Actor, Permission
from ce_calendar.domain.employees.people import Employee
from ce_calendar.domain.employees.rules import CalendarRules
from ce_calendar.domain.errors import Invalid
from ce_calendar.ports import Announcer, Clock, OpenUnitOfWork, UnitOfWork
from ce_calendar.ports.employees import EmployeeQuery
from ce_calendar.services.audit import Audit, recorded_refusals
from ce_calendar.services.employees.entered import (
    chosen_employees,
    employee_of,
    entered_address,
    entered_day,
    entered_departments,
    entered_flag,
)
from ce_calendar.services.employees.mattering import matters_for_calendar, matters_for_colleagues
from ce_calendar.services.employees.planning import Planning
from ce_calendar.services.employees.reading import EmployeeReading, same_email
from ce_calendar.services.employees.views import BindingEffects, Saved, binding_effects, circumstances_of
from ce_calendar.services.entered import entered_text

TOPIC = "employees"
FIELDS = ("name", "email", "position", "department_ids", "is_bound")
"""What a person enters of an employee."""


class EmployeeBook(EmployeeReading):
    """Shows and keeps employees. Every change takes the rules' lock first, and says what must be planned anew."""

    def __init__(
        self, *, open_uow: OpenUnitOfWork, clock: Clock, audit: Audit, announcer: Announcer, planning: Planning
    ) -> None:
        super().__init__(open_uow=open_uow, clock=clock, audit=audit)
        self._announcer = announcer
        self._planning = planning

    def add(
        self,
        actor: Actor,
        *,
        name: str,
        email: str = "",
        position: str = "",
        department_ids: Sequence[str] = (),
        is_bound: bool = False,
    ) -> Saved:
        """Add an employee; with an email and bound, a calendar is made for them.

        Raises:
            AccessDenied: not allowed to manage employee calendars.
            Invalid: something entered does not do.
            NotFound: no such department.
        """
        action = "employee.add"
        home = actor.organization_id
        entered = {
            # A new one needs a name; None would leave it as it is.
            "name": "" if name is None else name,
            "email": email,
            "position": position,
            "department_ids": department_ids,
            "is_bound": is_bound,
        }
        with recorded_refusals(self._audit, actor, action):
            actor.require(Permission.ERP_MANAGE)
            with self._open_uow() as uow:
                uow.calendar_rules.get(home, lock=True)
                nobody = Employee(id=uuid4().hex, organization_id=home, name="", created_at=self._clock())
                employee = replace(nobody, **_checked(uow, actor, entered))
                uow.employees.add(employee)
                if employee.wants_calendar:
                    self._planning.employees_changed(uow, home, [employee.id])
                self._audit.done(actor, action, employee.id, uow=uow, bound=_word(is_on=employee.is_bound))
                saved = Saved(employee, same_email(uow, employee))
        self._told(home)
        return saved

    def edit(
        self,
        actor: Actor,
        *,
        employee_id: str,
        name: str | None = None,
        email: str | None = None,
        position: str | None = None,
        department_ids: Sequence[str] | None = None,
        is_bound: bool | None = None,
    ) -> Saved:
        """Change what is named; None leaves a field as it is, whoever changed it meanwhile.

        Raises:
            AccessDenied: not allowed to manage employee calendars.
            Invalid: something entered does not do.
            NotFound: no such employee or department.
        """
        action = "employee.edit"
        home = actor.organization_id
        entered = {
            "name": name,
            "email": email,
            "position": position,
            "department_ids": department_ids,
            "is_bound": is_bound,
        }
        with recorded_refusals(self._audit, actor, action, employee_id):
            actor.require(Permission.ERP_MANAGE)
            with self._open_uow() as uow:
                rules = uow.calendar_rules.get(home, lock=True)
                before = employee_of(uow, actor, employee_id)
                after = replace(before, **_checked(uow, actor, entered))
                changed = [field for field in FIELDS if getattr(before, field) != getattr(after, field)]
                if changed:
                    uow.employees.save(after)
                    self._plan(uow, rules, before, after)
                    facts = {"bound": _word(is_on=after.is_bound)} if "is_bound" in changed else {}
                    self._audit.done(actor, action, after.id, uow=uow, fields=" ".join(changed), **facts)
                saved = Saved(after, same_email(uow, after))
        if changed:
            self._told(home)
        return saved

    def dismiss(self, actor: Actor, *, employee_id: str, on: date | str | None = None) -> Employee:
        """Dismiss an employee as of today or an earlier day; their calendar is deleted (seed 003, note 6).

        Raises:
            AccessDenied: not allowed to manage employee calendars.
            Invalid: no day, or one to come.
            NotFound: no such employee.
        """
        action = "employee.dismiss"
        with recorded_refusals(self._audit, actor, action, employee_id):
            actor.require(Permission.ERP_MANAGE)
            with self._open_uow() as uow:
                rules = uow.calendar_rules.get(actor.organization_id, lock=True)
                before = employee_of(uow, actor, employee_id)
                today = self._clock().astimezone(ZoneInfo(rules.zone)).date()
                day = today if on is None else entered_day(on, field="on", label="The last day", latest=today)
                if before.dismissed_on is not None:
                    return before
                after = replace(before, dismissed_on=day)
                uow.employees.save(after)
                self._plan(uow, rules, before, after)
                self._audit.done(actor, action, after.id, uow=uow, on=day.isoformat())
        self._told(actor.organization_id)
        return after

    def rehire(self, actor: Actor, *, employee_id: str) -> Employee:
        """Take a dismissed employee back; bound as before, they get a new calendar.

        Raises:
            AccessDenied: not allowed to manage employee calendars.
            NotFound: no such employee.
        """
        action = "employee.rehire"
        with recorded_refusals(self._audit, actor, action, employee_id):
            actor.require(Permission.ERP_MANAGE)
            with self._open_uow() as uow:
                rules = uow.calendar_rules.get(actor.organization_id, lock=True)
                before = employee_of(uow, actor, employee_id)
                if before.dismissed_on is None:
                    return before
                after = replace(before, dismissed_on=None)
                uow.employees.save(after)
                self._plan(uow, rules, before, after)
                self._audit.done(actor, action, after.id, uow=uow)
        self._told(actor.organization_id)
        return after

    def rebuild(self, actor: Actor, *, employee_id: str) -> None:
        """Delete an employee's calendar and make a new one with everything in it (seed 003, note 3).

        Raises:
            AccessDenied: not allowed to manage employee calendars.
            Invalid: nothing is made now, or there is no calendar.
            NotFound: no such employee.
        """
        action = "employee.rebuild"
        home = actor.organization_id
        with recorded_refusals(self._audit, actor, action, employee_id):
            actor.require(Permission.ERP_MANAGE)
            with self._open_uow() as uow:
                rules = uow.calendar_rules.get(home, lock=True)
                employee = employee_of(uow, actor, employee_id)
                if not circumstances_of(rules, uow.central_accounts.of(home)).plans:
                    raise Invalid("Calendars are not kept up to date now, so this one cannot be made anew.")
                if employee.id not in uow.employee_calendars.current_of([employee.id]):
                    raise Invalid("There is no calendar that could be rebuilt.")
                self._planning.rebuild(uow, home, employee.id)
                self._audit.done(actor, action, employee.id, uow=uow)
        self._told(home)

    def binding_effects(
        self,
        actor: Actor,
        *,
        is_bound: bool,
        employee_ids: Collection[str] | None = None,
        query: EmployeeQuery | None = None,
    ) -> BindingEffects:
        """What `bind_several` or `unbind_several` would do; arguments and errors as theirs."""
        with recorded_refusals(self._audit, actor, _bulk_action(is_bound=is_bound)):
            actor.require(Permission.ERP_MANAGE)
            with self._open_uow(reading=True) as uow:
                chosen = chosen_employees(uow, actor, employee_ids, query)
                current = uow.employee_calendars.current_of([each.id for each in chosen])
        return binding_effects(chosen, current, bind=is_bound)

    def bind_several(
        self, actor: Actor, *, employee_ids: Collection[str] | None = None, query: EmployeeQuery | None = None
    ) -> int:
        """Bind the named employees, or everybody a query finds; returns of how many the binding changed.

        Raises:
            AccessDenied: not allowed to manage employee calendars.
            Invalid: nobody is chosen, or more than `MOST_AT_ONCE`.
            NotFound: one of them is not an employee of the organization; nothing is changed.
        """
        return self._set_binding(actor, employee_ids, query, is_bound=True)

    def unbind_several(
        self, actor: Actor, *, employee_ids: Collection[str] | None = None, query: EmployeeQuery | None = None
    ) -> int:
        """The opposite of `bind_several`: calendars are deleted (seed 003, note 3)."""
        return self._set_binding(actor, employee_ids, query, is_bound=False)

    def _set_binding(
        self, actor: Actor, employee_ids: Collection[str] | None, query: EmployeeQuery | None, *, is_bound: bool
    ) -> int:
        action = _bulk_action(is_bound=is_bound)
        home = actor.organization_id
        with recorded_refusals(self._audit, actor, action):
            actor.require(Permission.ERP_MANAGE)
            with self._open_uow() as uow:
                uow.calendar_rules.get(home, lock=True)
                chosen = {each.id: each for each in chosen_employees(uow, actor, employee_ids, query)}
                changed = uow.employees.bind(list(chosen), organization_id=home, is_bound=is_bound)
                # Without an email, or dismissed, the binding decides about nothing yet.
                concerned = [each for each in changed if replace(chosen[each], is_bound=True).wants_calendar]
                if concerned:
                    self._planning.employees_changed(uow, home, concerned)
                if changed:
                    self._audit.done_to_several(actor, action, changed, uow=uow)
        if changed:
            self._told(home)
        return len(changed)

    def _plan(self, uow: UnitOfWork, rules: CalendarRules, before: Employee, after: Employee) -> None:
        if matters_for_calendar(before, after, rules):
            self._planning.employees_changed(uow, after.organization_id, [after.id])
        if matters_for_colleagues(before, after, rules):
            # Of their departments too: a colleague's calendar may show those tasks, and tell who does them.
            tasks = uow.tasks.open_of([after.id], [], organization_id=after.organization_id)
            self._planning.tasks_changed(uow, after.organization_id, [task.id for task in tasks])

    def _told(self, organization_id: str) -> None:
        self._planning.hurry(organization_id)
        self._announcer.announce(organization_id, TOPIC)


class _Words(TypedDict, total=False):
    """What a person enters of an employee, checked."""

    name: str
    email: str
    position: str
    department_ids: tuple[str, ...]
    is_bound: bool


def _checked(uow: UnitOfWork, actor: Actor, entered: Mapping[str, object]) -> _Words:
    """What was entered, but for what is None.

    Raises:
        Invalid: something does not do.
        NotFound: no such department.
    """
    words = _Words()
    if (name := entered["name"]) is not None:
        words["name"] = entered_text(name, field="name", label="Name", required=True)
    if (email := entered["email"]) is not None:
        words["email"] = entered_address(email)
    if (position := entered["position"]) is not None:
        words["position"] = entered_text(position, field="position", label="Position")
    if (department_ids := entered["department_ids"]) is not None:
        known = [department.id for department, _ in uow.departments.all(actor.organization_id)]
        words["department_ids"] = entered_departments(department_ids, known)
    if (is_bound := entered["is_bound"]) is not None:
        words["is_bound"] = entered_flag(is_bound, field="is_bound")
    return words


def _bulk_action(*, is_bound: bool) -> str:
    return "employee.bind" if is_bound else "employee.unbind"


def _word(*, is_on: bool) -> str:
    return "on" if is_on else "off"
