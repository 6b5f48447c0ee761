"""Adding an employee, in a dialog."""

import asyncio
from typing import Any

import reflex as rx
from reflex.event import EventSpec, event

from ce_calendar.domain.errors import Invalid, Refused
from ce_calendar.services.employees.views import Saved
from ce_calendar.services.registry import get_services
from ce_calendar.web.components.focus import focus_back
from ce_calendar.web.components.refusal import show_refusal
from ce_calendar.web.employee.fields import EmployeeErrors, EmployeeFields, EmployeeForm, to_errors
from ce_calendar.web.employee.form import employee_fields
from ce_calendar.web.employees.state import EmployeesState
from ce_calendar.web.session import current_actor


class AddEmployeeState(EmployeeForm, rx.State):
    """The dialog."""

    is_open: bool = False

    @event
    def open_dialog(self) -> None:
        """Open it, empty; whoever is added is meant to get a calendar."""
        self._start(EmployeeFields(is_bound=True), [])
        self.is_open = True

    @event
    def cancel(self) -> None:
        """Close it; nothing happens."""
        self.is_open = False

    @event
    async def save(self, form: dict[str, Any]) -> list[EventSpec] | EventSpec | None:
        """Add the employee."""
        try:
            self._take(form)
            actor = await current_actor(self)
            entered = self.entered
            saved = await asyncio.to_thread(
                get_services().employees.add,
                actor,
                name=entered.name,
                email=entered.email,
                position=entered.position,
                department_ids=list(self.chosen_departments),
                is_bound=entered.is_bound,
            )
        except Invalid as refusal:
            self.errors = to_errors(refusal)
            return None
        except Refused as refusal:
            return show_refusal(refusal)
        self.errors = EmployeeErrors()
        self.is_open = False
        return [*said_of(saved, f"{saved.employee.name} is added."), EmployeesState.refresh()]


def said_of(saved: Saved, words: str) -> list[EventSpec]:
    """What came of it, and whose email it is as well."""
    others = [each.name for each in saved.same_email]
    if not others:
        return [rx.toast.success(words)]
    also = f"{others[0]} and {len(others) - 1} more have" if len(others) > 1 else f"{others[0]} has"
    return [rx.toast.success(words), rx.toast.warning(f"{also} the same email. Each gets a calendar of their own.")]


def add_button(**props: object) -> rx.Component:
    """Opens the dialog."""
    return rx.button(
        rx.icon("plus", size=16, aria_hidden="true"),
        "Add employee",
        on_click=AddEmployeeState.open_dialog,
        type="button",
        **props,
    )


def add_dialog() -> rx.Component:
    """The fields of an employee."""
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title("Add an employee"),
            rx.dialog.description(
                "With an email and the binding on, their calendar is made and Google sends them its invitation.",
                class_name="dialog-words",
                margin_bottom="16px",
            ),
            rx.form(
                employee_fields(AddEmployeeState, EmployeesState.departments),
                rx.flex(
                    rx.button(
                        "Cancel", on_click=AddEmployeeState.cancel, type="button", variant="soft", color_scheme="gray"
                    ),
                    rx.button("Add", type="submit", data_testid="save-employee"),
                    spacing="3",
                    justify="end",
                    class_name="dialog-actions",
                ),
                on_submit=AddEmployeeState.save,
                no_validate=True,
            ),
            max_width="480px",
            on_close_auto_focus=focus_back(),
        ),
        open=AddEmployeeState.is_open,
        on_open_change=lambda _: AddEmployeeState.cancel(),
    )
