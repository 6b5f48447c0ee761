"""What is entered of an employee, in the dialog that adds one and on their card."""

from dataclasses import dataclass, replace
from typing import Any

import reflex as rx
from reflex.event import EventSpec, event

from ce_calendar.domain.employees.people import Employee
from ce_calendar.domain.errors import Invalid, Refused
from ce_calendar.web.checks import a_flag, a_text, an_id, fields
from ce_calendar.web.components.refusal import show_refusal
from ce_calendar.web.session import put

TEXTS = ("name", "email", "position")
LONGEST = 400


@dataclass
class EmployeeFields:
    """The fields of an employee."""

    name: str = ""
    email: str = ""
    position: str = ""
    is_bound: bool = False


@dataclass
class EmployeeErrors:
    """What is wrong with what was entered, by field; `whole` is about none of them."""

    name: str = ""
    email: str = ""
    position: str = ""
    whole: str = ""


def to_fields(employee: Employee) -> EmployeeFields:
    """An employee as the form starts."""
    return EmployeeFields(employee.name, employee.email, employee.position, employee.is_bound)


def to_errors(refusal: Invalid) -> EmployeeErrors:
    """The message, beside the field it is about."""
    field = refusal.field if refusal.field in TEXTS else "whole"
    return EmployeeErrors(**{field: str(refusal)})


class EmployeeForm(rx.State, mixin=True):
    """Fields that follow what is typed. What was not touched follows what others do."""

    stored: EmployeeFields = EmployeeFields()
    """What counts."""
    entered: EmployeeFields = EmployeeFields()
    """What stands in the fields."""
    stored_departments: list[str] = []
    chosen_departments: list[str] = []
    errors: EmployeeErrors = EmployeeErrors()
    ticks: int = 0
    """Raised when boxes are ticked by other than the person: a box answers at once, and is drawn anew only then."""

    def _start(self, fields: EmployeeFields, departments: list[str]) -> None:
        """Show this, and forget what was typed."""
        put(
            self,
            stored=fields,
            entered=fields,
            stored_departments=departments,
            chosen_departments=departments,
            errors=EmployeeErrors(),
            ticks=self.ticks + 1,
        )

    def _follow(self, fields: EmployeeFields, departments: list[str]) -> None:
        """Show what counts now in every field that was not touched."""
        untouched = {
            name: getattr(fields, name)
            for name in (*TEXTS, "is_bound")
            if getattr(self.entered, name) == getattr(self.stored, name)
        }
        entered = replace(self.entered, **untouched)
        is_untouched = self.chosen_departments == self.stored_departments
        chosen = departments if is_untouched else self.chosen_departments
        is_ticked_anew = (entered.is_bound, chosen) != (self.entered.is_bound, self.chosen_departments)
        put(
            self,
            ticks=self.ticks + 1 if is_ticked_anew else self.ticks,
            entered=entered,
            chosen_departments=chosen,
            stored=fields,
            stored_departments=departments,
        )

    def _touched(self) -> dict[str, Any]:
        """What differs from what counts, as the service takes it."""
        changed = {
            name: getattr(self.entered, name)
            for name in (*TEXTS, "is_bound")
            if getattr(self.entered, name) != getattr(self.stored, name)
        }
        if self.chosen_departments != self.stored_departments:
            changed["department_ids"] = list(self.chosen_departments)
        return changed

    def _take(self, form: object) -> None:
        """Of the form: the last key may have been pressed after the fields were last followed."""
        texts = fields(form, *TEXTS, longest=LONGEST)
        self.entered = EmployeeFields(**texts, is_bound=self.entered.is_bound)

    @event
    def enter(self, name: str, text: str) -> EventSpec | None:
        """Follow a line of text."""
        try:
            if not isinstance(name, str) or name not in TEXTS:
                raise Invalid("There is no such field. Please reload the page.")
            texts = {each: getattr(self.entered, each) for each in TEXTS}
            texts[name] = a_text(text, longest=LONGEST, strip=False)
            self.entered = EmployeeFields(**texts, is_bound=self.entered.is_bound)
        except Refused as refusal:
            return show_refusal(refusal)
        return None

    @event
    def set_bound(self, wanted: bool) -> EventSpec | None:  # noqa: FBT001 - a checkbox
        """Follow the calendar binding."""
        try:
            self.entered = replace(self.entered, is_bound=a_flag(wanted))
        except Refused as refusal:
            return show_refusal(refusal)
        return None

    @event
    def choose_department(self, department_id: str, wanted: bool) -> EventSpec | None:  # noqa: FBT001 - a checkbox
        """Follow the choice of departments."""
        try:
            target, is_chosen = an_id(department_id), a_flag(wanted)
        except Refused as refusal:
            return show_refusal(refusal)
        others = {each for each in self.chosen_departments if each != target}
        self.chosen_departments = sorted(others | {target} if is_chosen else others)
        return None
