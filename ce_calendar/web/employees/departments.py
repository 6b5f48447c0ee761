"""The departments, in a dialog: add, name anew, remove."""

import asyncio
from typing import Any

import reflex as rx
from reflex.event import EventSpec, event

from ce_calendar.domain.errors import Invalid, Refused
from ce_calendar.services.registry import get_services
from ce_calendar.web.checks import an_id, fields
from ce_calendar.web.components.fields import field
from ce_calendar.web.components.focus import focus_back
from ce_calendar.web.components.icon_action import icon_action
from ce_calendar.web.components.refusal import show_refusal
from ce_calendar.web.components.ways_out import danger_button, ways_out
from ce_calendar.web.employees.rows import DepartmentRow
from ce_calendar.web.employees.state import EmployeesState
from ce_calendar.web.session import current_actor
from ce_calendar.web.vars import as_var


class DepartmentsState(rx.State):
    """The dialog: at most one department is being named anew, or asked about."""

    is_open: bool = False
    error: str = ""
    """What is wrong with the name of a new one."""
    renaming: str = ""
    """Id of the one that is being named anew."""
    rename_error: str = ""
    removing: DepartmentRow = DepartmentRow("", "", "")
    """The one that is asked about; without an id there is none."""
    added: int = 0
    """Counts those added, so that the field is empty again."""

    @event
    def open_dialog(self) -> None:
        """Open it."""
        self.reset()
        self.is_open = True

    @event
    def close(self) -> None:
        """Close it."""
        self.is_open = False

    @event
    async def add(self, form: dict[str, Any]) -> EventSpec | None:
        """Add a department."""
        try:
            entered = fields(form, "department")
            actor = await current_actor(self)
            await asyncio.to_thread(get_services().departments.add, actor, name=entered["department"])
        except Invalid as refusal:
            self.error = str(refusal)
            return None
        except Refused as refusal:
            return show_refusal(refusal)
        self.error = ""
        self.added += 1
        return EmployeesState.refresh()

    @event
    def begin_rename(self, department_id: str) -> EventSpec | None:
        """Show the field for another name."""
        try:
            self.renaming = an_id(department_id)
        except Refused as refusal:
            return show_refusal(refusal)
        self.rename_error = ""
        return None

    @event
    def keep_name(self) -> None:
        """Put the field away."""
        self.renaming = ""

    @event
    async def rename(self, form: dict[str, Any]) -> EventSpec | None:
        """Give the department its other name."""
        if not self.renaming:
            return None  # pressed twice: the first has done it
        try:
            entered = fields(form, "renamed")
            actor = await current_actor(self)
            await asyncio.to_thread(
                get_services().departments.rename, actor, department_id=self.renaming, name=entered["renamed"]
            )
        except Invalid as refusal:
            self.rename_error = str(refusal)
            return None
        except Refused as refusal:
            self.renaming = ""
            return show_refusal(refusal)
        self.renaming = ""
        return EmployeesState.refresh()

    @event
    async def ask(self, department_id: str) -> EventSpec | None:
        """Ask whether a department shall go, and say what comes of it."""
        try:
            target = an_id(department_id)
            await current_actor(self)
        except Refused as refusal:
            return show_refusal(refusal)
        page = await self.get_state(EmployeesState)
        self.removing = next((row for row in page.departments if row.id == target), DepartmentRow("", "", ""))
        return None

    @event
    def keep(self) -> None:
        """Close the question; nothing happens."""
        self.removing = DepartmentRow("", "", "")

    @event
    async def remove(self) -> EventSpec | None:
        """Remove the department that was asked about."""
        target, self.removing = self.removing.id, DepartmentRow("", "", "")
        if not target:
            return None  # pressed twice: the first has done it
        try:
            actor = await current_actor(self)
            await asyncio.to_thread(get_services().departments.remove, actor, department_id=target)
        except Refused as refusal:
            return show_refusal(refusal)
        return EmployeesState.refresh()


def departments_button() -> rx.Component:
    """Opens the dialog."""
    return rx.button(
        rx.icon("network", size=16, aria_hidden="true"),
        "Departments",
        on_click=DepartmentsState.open_dialog,
        type="button",
        variant="soft",
        color_scheme="gray",
        data_testid="open-departments",
    )


def _department(row: DepartmentRow) -> rx.Component:
    return rx.el.li(
        rx.cond(DepartmentsState.renaming == row.id, _renaming(row), _named(row)),
        data_testid="department-row",
    )


def _named(row: DepartmentRow) -> rx.Component:
    return rx.flex(
        rx.box(
            rx.text(row.name, size="2", weight="medium", as_="div", class_name="words"),
            rx.text(row.members, size="1", color_scheme="gray", as_="div"),
            flex="1",
            min_width="0",
        ),
        rx.cond(
            EmployeesState.may_change,
            rx.flex(
                icon_action(
                    "pencil", f"Rename {row.name}", on_click=DepartmentsState.begin_rename(row.id), type="button"
                ),
                icon_action("trash-2", f"Remove {row.name}", on_click=DepartmentsState.ask(row.id), type="button"),
                spacing="4",
                align="center",
            ),
        ),
        align="center",
        spacing="3",
    )


def _renaming(row: DepartmentRow) -> rx.Component:
    return rx.form(
        rx.flex(
            rx.box(
                field(
                    "Name",
                    "renamed",
                    DepartmentsState.rename_error,
                    default_value=row.name,
                    max_length=100,
                    auto_focus=True,
                    auto_complete="off",
                ),
                flex="1 1 200px",
            ),
            rx.flex(
                rx.button("Save", type="submit"),
                rx.button(
                    "Cancel", on_click=DepartmentsState.keep_name, type="button", variant="soft", color_scheme="gray"
                ),
                spacing="3",
            ),
            align="end",
            spacing="3",
            wrap="wrap",
        ),
        on_submit=DepartmentsState.rename,
        no_validate=True,
    )


def _adding() -> rx.Component:
    return rx.form(
        rx.flex(
            rx.box(
                field(
                    "New department",
                    "department",
                    DepartmentsState.error,
                    max_length=100,
                    auto_complete="off",
                ),
                flex="1 1 200px",
                key=DepartmentsState.added,
            ),
            rx.button("Add", type="submit", data_testid="add-department"),
            align="end",
            spacing="3",
        ),
        on_submit=DepartmentsState.add,
        no_validate=True,
        margin_top="16px",
    )


def departments_dialog() -> rx.Component:
    """All departments with how many belong to each."""
    return rx.fragment(
        rx.dialog.root(
            rx.dialog.content(
                rx.dialog.title("Departments"),
                rx.dialog.description(
                    "A task can be given to a department as a whole; the settings decide whether calendars show such "
                    "tasks, too.",
                    class_name="dialog-words",
                    margin_bottom="12px",
                ),
                rx.cond(
                    as_var(EmployeesState.departments).length() > 0,
                    rx.el.ul(
                        rx.foreach(EmployeesState.departments, _department),
                        class_name="sample departments",
                        aria_label="Departments",
                    ),
                    rx.text("There is none yet.", size="2", color_scheme="gray"),
                ),
                rx.cond(EmployeesState.may_change, _adding()),
                rx.flex(
                    rx.button(
                        "Close", on_click=DepartmentsState.close, type="button", variant="soft", color_scheme="gray"
                    ),
                    justify="end",
                    margin_top="20px",
                ),
                max_width="480px",
                on_close_auto_focus=focus_back(),
            ),
            open=DepartmentsState.is_open,
            on_open_change=lambda _: DepartmentsState.close(),
        ),
        _question(),
    )


def _question() -> rx.Component:
    row = DepartmentsState.removing
    return rx.alert_dialog.root(
        rx.alert_dialog.content(
            rx.alert_dialog.title("Remove ", row.name, "?", margin_bottom="4px", class_name="words"),
            rx.alert_dialog.description(
                row.members,
                " in it. Employees and tasks stay, without this department; what calendars showed because of it goes.",
                class_name="dialog-words",
            ),
            ways_out(
                danger_button("Remove", DepartmentsState.remove, testid="confirm-remove-department"), keep="Keep it"
            ),
            max_width="440px",
            on_close_auto_focus=focus_back(),
        ),
        open=row.id != "",
        on_open_change=lambda _: DepartmentsState.keep(),
    )
