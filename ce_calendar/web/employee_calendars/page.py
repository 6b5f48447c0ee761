"""The settings screen of employee calendars: what is set up, how far it is, and everything that can be set."""

import reflex as rx

from ce_calendar.web.addresses import EMPLOYEE_CALENDARS, EMPLOYEES
from ce_calendar.web.components.focus import focus_back
from ce_calendar.web.components.ways_out import danger_button, ways_out
from ce_calendar.web.components.words import link_button, page_header, skeleton_rows
from ce_calendar.web.employee_calendars.account import account_card
from ce_calendar.web.employee_calendars.client import client_card
from ce_calendar.web.employee_calendars.parameters import parameters_card
from ce_calendar.web.employee_calendars.pieces import callout, section
from ce_calendar.web.employee_calendars.rows import StepRow
from ce_calendar.web.employee_calendars.state import EmployeeCalendarsState
from ce_calendar.web.layout import framed
from ce_calendar.web.opening import READY, by_phase


def _switch() -> rx.Component:
    is_on = EmployeeCalendarsState.is_enabled
    return rx.cond(
        EmployeeCalendarsState.phase == READY,
        rx.flex(
            rx.text(rx.cond(is_on, "Integration is on", "Integration is off"), size="2", weight="medium"),
            rx.switch(
                checked=is_on,
                on_change=EmployeeCalendarsState.ask_to_switch,
                size="3",
                aria_label="Calendar integration",
                data_testid="integration-enabled",
            ),
            align="center",
            spacing="3",
        ),
    )


def _told() -> rx.Component:
    """What came of the consent somebody comes back from."""
    dismiss = rx.button(
        "Dismiss", on_click=EmployeeCalendarsState.dismiss, variant="soft", color_scheme="gray", size="1"
    )
    return rx.fragment(
        rx.cond(EmployeeCalendarsState.told.kind != "", callout(EmployeeCalendarsState.told, dismiss, testid="told")),
        rx.cond(
            EmployeeCalendarsState.is_new & (EmployeeCalendarsState.account.email != ""),
            rx.callout.root(
                rx.callout.icon(rx.icon("circle-check", size=18, aria_hidden="true")),
                rx.callout.text(EmployeeCalendarsState.account.email, " is connected.", class_name="words"),
                color_scheme="green",
                high_contrast=True,
                role="status",
                width="100%",
                data_testid="told",
            ),
        ),
    )


def _trouble() -> rx.Component:
    check = rx.cond(
        EmployeeCalendarsState.trouble.may_check,
        rx.button(
            "Check again",
            on_click=EmployeeCalendarsState.check,
            loading=EmployeeCalendarsState.is_checking,
            variant="soft",
            color_scheme="gray",
            high_contrast=True,
            size="1",
        ),
    )
    return rx.cond(
        EmployeeCalendarsState.trouble.kind != "",
        callout(EmployeeCalendarsState.trouble, check, testid="central-trouble"),
    )


def _step(step: StepRow) -> rx.Component:
    return rx.el.li(
        rx.flex(
            rx.center(
                rx.cond(
                    step.is_done,
                    rx.icon("check", size=15, aria_hidden="true"),
                    rx.text(step.number, size="1", weight="medium", as_="span"),
                ),
                width="26px",
                height="26px",
                border_radius="50%",
                flex_shrink="0",
                background=rx.cond(step.is_done, "var(--green-4)", "var(--gray-3)"),
                color=rx.cond(step.is_done, "var(--green-12)", "var(--gray-12)"),
            ),
            rx.box(
                rx.text(
                    step.title,
                    rx.el.span(rx.cond(step.is_done, " (done)", " (to do)"), class_name="visually-hidden"),
                    size="2",
                    weight="medium",
                    as_="div",
                ),
                rx.text(step.text, size="2", color_scheme="gray", as_="div", max_width="70ch"),
                min_width="0",
            ),
            spacing="3",
            padding_y="10px",
        ),
        data_testid="setup-step",
        custom_attrs={"data-done": rx.cond(step.is_done, "yes", "no")},
    )


def _steps() -> rx.Component:
    return section(
        "Setting up",
        "Each step is ticked by itself as soon as it is true.",
        rx.text(
            EmployeeCalendarsState.steps_done,
            " of 7 done",
            size="2",
            weight="medium",
            role="status",
            margin_bottom="4px",
        ),
        rx.el.ol(rx.foreach(EmployeeCalendarsState.steps, _step), class_name="row-list"),
        id="steps",
    )


def _progress() -> rx.Component:
    progress = EmployeeCalendarsState.progress
    return section(
        "Calendars",
        "How far the employees' calendars are.",
        rx.flex(
            rx.flex(
                rx.cond(progress.is_busy, rx.spinner(size="2")),
                rx.text(progress.title, size="3", weight="medium", data_testid="progress-title"),
                align="center",
                spacing="2",
            ),
            rx.cond(progress.text != "", rx.text(progress.text, size="2", data_testid="progress-text")),
            rx.cond(
                progress.is_busy,
                rx.progress(value=progress.percent, high_contrast=True, aria_label="Calendars shared", width="100%"),
            ),
            rx.cond(
                progress.waiting != "",
                rx.callout.root(
                    rx.callout.icon(rx.icon("clock", size=16, aria_hidden="true")),
                    rx.callout.text(progress.waiting),
                    color_scheme="amber",
                    high_contrast=True,
                    size="1",
                    data_testid="creations-waiting",
                ),
            ),
            rx.flex(
                *(
                    rx.cond(words != "", rx.text(words, size="2", color_scheme="gray"))
                    for words in (progress.shared, progress.making, progress.failing)
                ),
                spacing="4",
                wrap="wrap",
            ),
            rx.box(link_button("Employees", EMPLOYEES, variant="soft", color_scheme="gray")),
            direction="column",
            spacing="3",
            width="100%",
        ),
        id="progress",
    )


def _effect(words: str) -> rx.Component:
    return rx.el.li(
        rx.icon("dot", size=17, aria_hidden="true", flex_shrink="0", margin_top="2px"),
        rx.text(words, as_="span", size="2"),
        class_name="effect",
    )


def _question() -> rx.Component:
    """What will happen, and the two ways out."""
    question = EmployeeCalendarsState.question
    is_end = (question.kind == "disconnect") | (question.kind == "give_up")
    return rx.alert_dialog.root(
        rx.alert_dialog.content(
            rx.alert_dialog.title(question.title, margin_bottom="4px"),
            rx.alert_dialog.description("This is what happens:", class_name="dialog-words"),
            rx.el.ul(rx.foreach(question.effects, _effect), class_name="effects"),
            ways_out(
                rx.cond(
                    is_end,
                    danger_button(
                        question.confirm, EmployeeCalendarsState.confirm, testid="confirm-disconnect-central"
                    ),
                    rx.button(
                        question.confirm, on_click=EmployeeCalendarsState.confirm, data_testid="confirm-integration"
                    ),
                )
            ),
            max_width="520px",
            on_close_auto_focus=focus_back(),
        ),
        open=question.kind != "",
        on_open_change=lambda _: EmployeeCalendarsState.keep(),
    )


def _content() -> rx.Component:
    return rx.flex(
        _told(),
        _trouble(),
        rx.cond((EmployeeCalendarsState.account.email != "") | EmployeeCalendarsState.is_enabled, _progress()),
        _steps(),
        account_card(),
        client_card(),
        parameters_card(),
        direction="column",
        spacing="4",
        width="100%",
    )


def page() -> rx.Component:
    """Heading and switch, what is the matter, how far it is, and what can be set."""
    return framed(
        page_header(
            "Google Calendar",
            "One Google account of your organization keeps a calendar for every employee, filled with their tasks. "
            "Employees see it in their own Google Calendar, and only read it.",
            _switch(),
        ),
        by_phase(EmployeeCalendarsState, ready=_content(), loading=skeleton_rows(4, "160px")),
        _question(),
        current=EMPLOYEE_CALENDARS,
    )
