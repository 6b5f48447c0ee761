"""The Google calendar on an employee's card: how it stands, what to tell the employee, those before it."""

import reflex as rx

from ce_calendar.web.components.calendar_state import calendar_state
from ce_calendar.web.components.icon_action import icon_action
from ce_calendar.web.employee.asking import AskingState
from ce_calendar.web.employee.pieces import fact, section, small
from ce_calendar.web.employee.rows import EarlierRow
from ce_calendar.web.employee.state import EmployeeState
from ce_calendar.web.vars import as_var


def _calendar_id() -> rx.Component:
    card = EmployeeState.card
    return rx.cond(
        card.calendar_id != "",
        fact(
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


def calendar() -> rx.Component:
    """How it stands, where it is, and Rebuild."""
    state, card = EmployeeState, EmployeeState.card
    return section(
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
                    rx.cond(card.calendar_name != "", fact("Name", rx.text(card.calendar_name, size="2"))),
                    rx.cond(
                        card.shared_with != "",
                        fact("Shared with", rx.text(card.shared_with, size="2", class_name="words")),
                    ),
                    rx.cond(
                        card.events != "",
                        fact(
                            "In it",
                            rx.text(card.events, size="2"),
                            rx.cond(card.waiting != "", small(rx.fragment(card.waiting, " on the way"))),
                        ),
                    ),
                    fact("Last change", rx.text(card.changed, size="2", title=card.changed_exact)),
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


def hints() -> rx.Component:
    """A text to send to the employee."""
    state, hints = EmployeeState, EmployeeState.hints
    return section(
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


def _earlier_line(row: EarlierRow) -> rx.Component:
    return rx.el.li(
        rx.text(row.name, ": ", row.state, size="2", as_="div", class_name="words"),
        rx.cond(row.calendar_id != "", small(row.calendar_id, class_name="words")),
        small(rx.fragment(row.since, " \N{EN DASH} ", row.until)),
        data_testid="earlier-calendar",
    )


def earlier() -> rx.Component:
    """Calendars that go or went."""
    return rx.cond(
        as_var(EmployeeState.earlier).length() > 0,
        section(
            "Earlier calendars",
            rx.el.ul(rx.foreach(EmployeeState.earlier, _earlier_line), class_name="plain-list"),
        ),
    )
