"""The central account: which it is, how to sign it in, and what helps when Google refuses."""

import reflex as rx

from ce_calendar.web.addresses import CONNECT_CENTRAL_POST
from ce_calendar.web.components.badge import badge
from ce_calendar.web.components.native_form import native_form
from ce_calendar.web.employee_calendars.pieces import fact, section
from ce_calendar.web.employee_calendars.state import EmployeeCalendarsState
from ce_calendar.web.employee_calendars.words import REFUSALS
from ce_calendar.web.theme import ACCENT

WHY_NOT = "why-no-central"


def connect_button(words: object, **props: object) -> rx.Component:
    """The way to Google."""
    is_available = EmployeeCalendarsState.client.client_id != ""
    return native_form(
        rx.button(
            rx.icon("log-in", size=16, aria_hidden="true"),
            words,
            type="submit",
            disabled=~is_available,
            color_scheme=ACCENT,
            data_testid="connect-central",
            custom_attrs={"aria-describedby": rx.cond(is_available, "", WHY_NOT)},
            **props,
        ),
        action=CONNECT_CENTRAL_POST,
    )


def _status() -> rx.Component:
    return rx.match(
        EmployeeCalendarsState.account.status,
        ("needs_reauth", badge("triangle-alert", "Sign in again", "red")),
        ("leaving", badge("hourglass", "Being disconnected", "amber")),
        badge("circle-check", "Connected", "green"),
    )


def _none() -> rx.Component:
    return rx.flex(
        rx.text(
            "No account is connected yet. Take one that belongs to your organization rather than to a person: all "
            "employees' calendars lie under it, and go when it goes.",
            size="2",
            max_width="70ch",
        ),
        rx.cond(
            EmployeeCalendarsState.client.client_id == "",
            rx.text(
                "First a Google client is needed: enter your own below.",
                size="2",
                weight="medium",
                id=WHY_NOT,
            ),
        ),
        rx.box(connect_button("Connect a Google account")),
        direction="column",
        spacing="3",
    )


def _one() -> rx.Component:
    account = EmployeeCalendarsState.account
    return rx.flex(
        rx.flex(
            rx.text(account.email, size="3", weight="medium", class_name="words", data_testid="central-account"),
            _status(),
            align="center",
            spacing="3",
            wrap="wrap",
        ),
        rx.box(
            fact("Signed in", rx.el.span(account.since, title=account.since_exact)),
            fact("Google last answered well", rx.cond(account.checked != "", account.checked, "not yet")),
            class_name="facts",
        ),
        rx.flex(
            connect_button("Sign in again", variant=rx.cond(account.status == "needs_reauth", "solid", "soft")),
            rx.button(
                "Check again",
                on_click=EmployeeCalendarsState.check,
                loading=EmployeeCalendarsState.is_checking,
                variant="soft",
                color_scheme="gray",
                data_testid="check-central",
            ),
            rx.cond(
                (account.status != "leaving") | account.may_give_up,
                rx.button(
                    rx.cond(account.may_give_up, "Forget this account", "Disconnect"),
                    on_click=EmployeeCalendarsState.ask_to_disconnect,
                    variant="soft",
                    color_scheme="gray",
                    data_testid="disconnect-central",
                ),
            ),
            spacing="3",
            wrap="wrap",
        ),
        direction="column",
        spacing="4",
    )


def _refusals() -> rx.Component:
    """Google shows these on pages of its own, where we cannot help."""
    return rx.el.details(
        rx.el.summary("If Google refuses", class_name="summary"),
        rx.el.dl(
            *(
                rx.fragment(
                    rx.el.dt(rx.text(title, as_="span", size="2", weight="medium"), style={"margin_top": "12px"}),
                    rx.el.dd(rx.text(words, as_="span", size="2", color_scheme="gray"), style={"margin": "2px 0 0"}),
                )
                for title, words in REFUSALS
            ),
            style={"margin": "4px 0 0", "max_width": "76ch"},
        ),
        # Opened for whoever comes back from such a page.
        open=EmployeeCalendarsState.told.kind == "denied",
        key=EmployeeCalendarsState.told.kind,
        data_testid="if-google-refuses",
        style={"margin_top": "16px"},
    )


def account_card() -> rx.Component:
    """The account, or the way to one."""
    return section(
        "Google account",
        "The central account under which all employees' calendars lie.",
        rx.cond(EmployeeCalendarsState.account.email != "", _one(), _none()),
        _refusals(),
        id="account",
    )
