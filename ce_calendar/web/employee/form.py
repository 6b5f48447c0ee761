"""The fields of an employee, as two screens show them."""

import reflex as rx

from ce_calendar.web.components.fields import field, whole_error
from ce_calendar.web.employee.fields import EmployeeForm
from ce_calendar.web.employees.rows import DepartmentRow
from ce_calendar.web.vars import as_var


def employee_fields(
    state: type[EmployeeForm], departments: list[DepartmentRow], *, disabled: object = False
) -> rx.Component:
    """Name, email, position, departments and the calendar binding; `disabled` for who may only look."""
    entered, errors = state.entered, state.errors
    return rx.flex(
        _line(state, "Name", "name", entered.name, errors.name, disabled=disabled, max_length=200, required=True),
        _line(
            state,
            "Email",
            "email",
            entered.email,
            errors.email,
            disabled=disabled,
            hint="The calendar is shared with this address: the employee's Google account.",
            max_length=254,
            input_mode="email",
            auto_complete="off",
            data_testid="employee-email",
        ),
        _line(
            state,
            "Position (optional)",
            "position",
            entered.position,
            errors.position,
            disabled=disabled,
            max_length=200,
        ),
        rx.cond(as_var(departments).length() > 0, _departments(state, departments, disabled=disabled)),
        _binding(state, disabled=disabled),
        whole_error(errors.whole),
        direction="column",
        spacing="4",
        width="100%",
    )


def _line(
    state: type[EmployeeForm], label: str, name: str, value: str, error: str, *, hint: str = "", **props: object
) -> rx.Component:
    return field(
        label,
        name,
        error,
        hint=hint,
        keeps_room=False,
        value=value,
        on_change=lambda text: state.enter(name, text),
        **props,
    )


def _departments(state: type[EmployeeForm], departments: list[DepartmentRow], *, disabled: object) -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend(rx.text("Departments", as_="span", size="2", weight="medium"), class_name="legend"),
        rx.flex(
            rx.foreach(
                departments,
                lambda row: rx.el.label(
                    rx.checkbox(
                        default_checked=as_var(state.chosen_departments).contains(row.id),
                        on_change=lambda wanted: state.choose_department(row.id, wanted),
                        disabled=disabled,
                        aria_label=row.name,
                    ),
                    rx.text(row.name, as_="span", size="2", class_name="words"),
                    class_name="tick",
                ),
            ),
            key=state.ticks,
            wrap="wrap",
            column_gap="20px",
            row_gap="10px",
        ),
        class_name="bare",
    )


def _binding(state: type[EmployeeForm], *, disabled: object) -> rx.Component:
    return rx.el.label(
        rx.checkbox(
            # Not bound to the state: it answers at once, also where the server is far away.
            default_checked=state.entered.is_bound,
            key=state.ticks,
            on_change=state.set_bound,
            disabled=disabled,
            aria_label="Google Calendar binding",
            margin_top="2px",
            data_testid="calendar-binding",
        ),
        rx.box(
            rx.text("Google Calendar binding", as_="div", size="2", weight="medium"),
            rx.text(
                "A calendar with this employee's tasks is made under the central account and shared with them to read. "
                "Without it, or without an email, the calendar is deleted.",
                as_="div",
                size="1",
                color_scheme="gray",
            ),
        ),
        class_name="tick top",
    )
