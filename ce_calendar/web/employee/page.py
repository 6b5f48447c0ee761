"""An employee's card."""

import reflex as rx

from ce_calendar.web.addresses import EMPLOYEES
from ce_calendar.web.components.week import week
from ce_calendar.web.components.words import empty_state, link_button, skeleton_rows
from ce_calendar.web.employee.asking import AskingState, questions
from ce_calendar.web.employee.calendar import calendar, earlier, hints
from ce_calendar.web.employee.form import employee_fields
from ce_calendar.web.employee.pieces import section, small
from ce_calendar.web.employee.rows import HistoryRow
from ce_calendar.web.employee.state import EmployeeState
from ce_calendar.web.layout import framed
from ce_calendar.web.opening import by_phase
from ce_calendar.web.vars import as_var


def _form() -> rx.Component:
    state = EmployeeState
    return section(
        "Employee",
        rx.form(
            employee_fields(state, state.all_departments, disabled=~state.may_change),
            rx.cond(
                state.may_change,
                rx.flex(
                    rx.button("Save", type="submit", data_testid="save-employee"),
                    rx.cond(
                        state.is_unsaved,
                        rx.button(
                            "Discard", on_click=state.discard, type="button", variant="soft", color_scheme="gray"
                        ),
                    ),
                    spacing="3",
                    margin_top="16px",
                ),
            ),
            # Below the buttons: what comes and goes must not move them away under the finger.
            rx.box(
                rx.cond(
                    state.card.same_email != "",
                    rx.text("The same email: ", state.card.same_email, ".", size="2", margin_top="10px"),
                ),
                rx.cond(state.is_unsaved, rx.text("Not saved yet.", size="2", margin_top="10px")),
                role="status",
            ),
            on_submit=state.save,
            no_validate=True,
        ),
    )


def _week() -> rx.Component:
    state = EmployeeState
    return section(
        "What this person sees",
        rx.flex(
            rx.box(
                rx.text(state.week_words, size="2", weight="medium", as_="div", role="status"),
                small(rx.fragment("Times in ", state.week_zone)),
            ),
            rx.flex(
                rx.button("7 days back", on_click=state.previous_week, variant="soft", color_scheme="gray"),
                rx.button("From today", on_click=state.this_week, variant="soft", color_scheme="gray"),
                rx.button("7 days on", on_click=state.next_week, variant="soft", color_scheme="gray"),
                spacing="2",
                wrap="wrap",
            ),
            justify="between",
            align="center",
            wrap="wrap",
            spacing="3",
            margin_bottom="12px",
        ),
        rx.cond(
            state.has_calendar,
            week(state.days, label=rx.Var.create("Week ") + state.week_words),
            rx.text("Without a calendar this person sees nothing.", size="2", color_scheme="gray"),
        ),
    )


def _history_line(row: HistoryRow) -> rx.Component:
    return rx.el.li(
        rx.text(row.words, size="2", as_="div", class_name="words"),
        rx.text(row.who, ", ", row.when, size="1", color_scheme="gray", as_="div", title=row.when_exact),
        data_testid="history-row",
    )


def _history() -> rx.Component:
    history = as_var(EmployeeState.history)
    return section(
        "History",
        rx.cond(
            history.length() > 0,
            rx.el.ul(rx.foreach(EmployeeState.history, _history_line), class_name="plain-list"),
            rx.text("Nothing yet.", size="2", color_scheme="gray"),
        ),
    )


def _column(*sections: rx.Component) -> rx.Component:
    return rx.flex(*sections, direction="column", spacing="4", min_width="0")


def _ready() -> rx.Component:
    return rx.flex(
        rx.box(_column(_form()), _column(calendar(), earlier()), class_name="card-columns"),
        _week(),
        rx.box(_column(hints()), _column(_history()), class_name="card-columns"),
        direction="column",
        spacing="4",
        width="100%",
    )


def _header() -> rx.Component:
    state, card = EmployeeState, EmployeeState.card
    return rx.flex(
        rx.box(
            rx.link(
                rx.icon("chevron-left", size=15, aria_hidden="true"),
                "Employees",
                href=EMPLOYEES,
                size="2",
                class_name="way-back",
            ),
            rx.heading(
                rx.cond(card.name != "", card.name, "Employee"),
                as_="h1",
                size="7",
                weight="bold",
                letter_spacing="-0.01em",
                class_name="words",
            ),
            rx.text(
                rx.cond(
                    card.dismissed != "",
                    rx.fragment("Dismissed ", card.dismissed, "."),
                    "Who they are, and the calendar that is kept for them.",
                ),
                color_scheme="gray",
                size="3",
                margin_top="6px",
            ),
            flex="1 1 320px",
        ),
        rx.cond(
            state.may_change & (card.id != ""),
            rx.cond(
                card.dismissed != "",
                rx.button("Re-hire", on_click=AskingState.ask("rehire"), type="button", data_testid="rehire"),
                rx.button(
                    "Dismiss",
                    on_click=AskingState.ask("dismiss"),
                    type="button",
                    variant="soft",
                    color_scheme="gray",
                    data_testid="dismiss",
                ),
            ),
        ),
        spacing="4",
        wrap="wrap",
        align="start",
        justify="between",
        width="100%",
    )


def _missing() -> rx.Component:
    return empty_state(
        "user-x",
        "There is no such employee",
        "The address may be mistyped, or this employee belongs to another organization.",
        link_button("All employees", EMPLOYEES, variant="soft"),
        level="h1",
    )


def page() -> rx.Component:
    """Form, calendar, what to tell them, the week, history."""
    return framed(
        rx.cond(EmployeeState.is_missing, rx.fragment(), _header()),
        by_phase(
            EmployeeState,
            ready=rx.cond(EmployeeState.is_missing, _missing(), _ready()),
            loading=skeleton_rows(3, "180px"),
        ),
        questions(),
        current=EMPLOYEES,
    )
