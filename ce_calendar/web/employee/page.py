"""An employee's card."""

import reflex as rx

from ce_calendar.web.addresses import EMPLOYEES
from ce_calendar.web.components.calendar_state import calendar_state
from ce_calendar.web.components.icon_action import icon_action
from ce_calendar.web.components.week import week
from ce_calendar.web.components.words import empty_state, link_button, skeleton_rows
from ce_calendar.web.employee.asking import AskingState, questions
from ce_calendar.web.employee.form import employee_fields
from ce_calendar.web.employee.rows import EarlierRow, HistoryRow
from ce_calendar.web.employee.state import EmployeeState
from ce_calendar.web.layout import framed
from ce_calendar.web.opening import by_phase
from ce_calendar.web.vars import as_var


def _section(title: str, *content: rx.Component, **props: object) -> rx.Component:
    return rx.card(
        rx.heading(title, as_="h2", size="4", margin_bottom="12px"), *content, size="3", width="100%", **props
    )


def _small(words: object, **props: object) -> rx.Component:
    return rx.text(words, size="1", color_scheme="gray", as_="div", **props)


def _fact(label: str, *content: rx.Component) -> rx.Component:
    return rx.box(_small(label, margin_bottom="2px"), *content, min_width="0")


def _form() -> rx.Component:
    state = EmployeeState
    return _section(
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


def _calendar_id() -> rx.Component:
    card = EmployeeState.card
    return rx.cond(
        card.calendar_id != "",
        _fact(
            "CalendarID",
            rx.flex(
                rx.code(card.calendar_id, size="2", variant="ghost", class_name="words", data_testid="calendar-id"),
                icon_action(
                    "copy", "Copy the CalendarID", on_click=EmployeeState.copy("calendar-id"), type="button", size="1"
                ),
                align="center",
                spacing="3",
            ),
        ),
    )


def _calendar() -> rx.Component:
    state, card = EmployeeState, EmployeeState.card
    return _section(
        "Google calendar",
        rx.flex(
            rx.box(
                calendar_state(card.state),
                rx.cond(card.why != "", rx.text(card.why, size="2", as_="div", margin_top="8px")),
                rx.cond(
                    (card.advice != "") & state.may_change,
                    rx.text(card.advice, size="2", color_scheme="gray", as_="div", margin_top="4px"),
                ),
                role="status",
            ),
            _calendar_id(),
            rx.cond(
                card.has_calendar | (card.changed != ""),
                rx.box(
                    rx.cond(card.calendar_name != "", _fact("Name", rx.text(card.calendar_name, size="2"))),
                    rx.cond(
                        card.shared_with != "",
                        _fact("Shared with", rx.text(card.shared_with, size="2", class_name="words")),
                    ),
                    rx.cond(
                        card.events != "",
                        _fact(
                            "In it",
                            rx.text(card.events, size="2"),
                            rx.cond(card.waiting != "", _small(rx.fragment(card.waiting, " on the way"))),
                        ),
                    ),
                    _fact("Last change", rx.text(card.changed, size="2", title=card.changed_exact)),
                    class_name="facts",
                ),
            ),
            rx.flex(
                rx.cond(
                    card.open_url != "",
                    rx.button(
                        rx.el.a(
                            rx.icon("external-link", size=15, aria_hidden="true"),
                            "Open in Google Calendar",
                            href=card.open_url,
                            target="_blank",
                            rel="noopener noreferrer",
                        ),
                        as_child=True,
                        variant="soft",
                    ),
                ),
                rx.cond(
                    state.may_change & card.may_rebuild,
                    rx.button(
                        rx.icon("refresh-cw", size=15, aria_hidden="true"),
                        "Rebuild calendar",
                        on_click=AskingState.ask("rebuild"),
                        type="button",
                        variant="soft",
                        color_scheme="gray",
                        data_testid="rebuild-calendar",
                    ),
                ),
                spacing="3",
                wrap="wrap",
            ),
            direction="column",
            spacing="4",
        ),
    )


def _hints() -> rx.Component:
    state, hints = EmployeeState, EmployeeState.hints
    return _section(
        "What to tell the employee",
        rx.text(
            "How they get to see the calendar. Nothing of this is sent by us.", size="2", color_scheme="gray", as_="div"
        ),
        rx.box(hints.text, class_name="preview prewrap words", font_size="var(--font-size-2)", data_testid="hints"),
        rx.flex(
            rx.button(
                rx.icon("copy", size=15, aria_hidden="true"),
                "Copy",
                on_click=state.copy("hints"),
                type="button",
                variant="soft",
                data_testid="copy-hints",
            ),
            rx.cond(
                hints.mailto != "",
                rx.button(
                    rx.el.a(
                        rx.icon("mail", size=15, aria_hidden="true"),
                        "Write an email",
                        href=hints.mailto,
                        custom_attrs={"data-testid": "mail-hints"},
                    ),
                    as_child=True,
                    variant="soft",
                    color_scheme="gray",
                ),
            ),
            spacing="3",
            wrap="wrap",
            margin_top="12px",
        ),
    )


def _week() -> rx.Component:
    state = EmployeeState
    return _section(
        "What this person sees",
        rx.flex(
            rx.box(
                rx.text(state.week_words, size="2", weight="medium", as_="div", role="status"),
                _small(rx.fragment("Times in ", state.week_zone)),
            ),
            rx.flex(
                rx.button("Previous week", on_click=state.previous_week, variant="soft", color_scheme="gray"),
                rx.button("This week", on_click=state.this_week, variant="soft", color_scheme="gray"),
                rx.button("Next week", on_click=state.next_week, variant="soft", color_scheme="gray"),
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
    return _section(
        "History",
        rx.cond(
            history.length() > 0,
            rx.el.ul(rx.foreach(EmployeeState.history, _history_line), class_name="plain-list"),
            rx.text("Nothing yet.", size="2", color_scheme="gray"),
        ),
    )


def _earlier_line(row: EarlierRow) -> rx.Component:
    return rx.el.li(
        rx.text(row.name, ": ", row.state, size="2", as_="div", class_name="words"),
        rx.cond(row.calendar_id != "", _small(row.calendar_id, class_name="words")),
        _small(rx.fragment(row.since, " \N{EN DASH} ", row.until)),
        data_testid="earlier-calendar",
    )


def _earlier() -> rx.Component:
    return rx.cond(
        as_var(EmployeeState.earlier).length() > 0,
        _section(
            "Earlier calendars",
            rx.el.ul(rx.foreach(EmployeeState.earlier, _earlier_line), class_name="plain-list"),
        ),
    )


def _column(*sections: rx.Component) -> rx.Component:
    return rx.flex(*sections, direction="column", spacing="4", min_width="0")


def _ready() -> rx.Component:
    return rx.flex(
        rx.box(_column(_form()), _column(_calendar(), _earlier()), class_name="card-columns"),
        _week(),
        rx.box(_column(_hints()), _column(_history()), class_name="card-columns"),
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
