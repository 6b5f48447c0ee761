"""The account screen."""

import reflex as rx

from ce_calendar.web.account.rows import SessionRow
from ce_calendar.web.account.state import AccountState
from ce_calendar.web.account.transform import languages, zones
from ce_calendar.web.addresses import ACCOUNT
from ce_calendar.web.components.fields import field, select_field, whole_error
from ce_calendar.web.components.words import page_header, skeleton_rows
from ce_calendar.web.frame import FrameState
from ce_calendar.web.layout import framed
from ce_calendar.web.opening import by_phase
from ce_calendar.web.vars import as_var


def _section(title: str, sentence: str, *content: rx.Component) -> rx.Component:
    return rx.card(
        rx.heading(title, as_="h2", size="4"),
        rx.text(sentence, size="2", color_scheme="gray", margin_top="4px", margin_bottom="18px"),
        *content,
        size="3",
        width="100%",
    )


def _password() -> rx.Component:
    errors = AccountState.errors
    return _section(
        "Password",
        "At least 10 characters. Changing it signs out your other browsers.",
        rx.form(
            rx.flex(
                field("Current password", "current", errors.current, type="password", auto_complete="current-password"),
                field("New password", "new", errors.new, type="password", auto_complete="new-password"),
                field("New password again", "again", errors.again, type="password", auto_complete="new-password"),
                whole_error(errors.whole),
                rx.box(rx.button("Change password", type="submit")),
                direction="column",
                spacing="4",
                max_width="380px",
            ),
            id="password-form",
            on_submit=AccountState.change_password,
        ),
    )


def _locale() -> rx.Component:
    return _section(
        "Time zone and language",
        "Days are grouped, and dates and times written, as you choose here. Until you do, your browser decides.",
        rx.form(
            rx.flex(
                rx.box(
                    field(
                        "Time zone",
                        "zone",
                        AccountState.zone_error,
                        default_value=AccountState.zone,
                        key=AccountState.zone,
                        list="zones",
                        auto_complete="off",
                        spell_check=False,
                    ),
                    rx.el.datalist(*(rx.el.option(value=name) for name in zones()), id="zones"),
                ),
                select_field("Language of dates", "language", AccountState.language, languages()),
                rx.box(rx.button("Save", type="submit")),
                direction="column",
                spacing="4",
                max_width="380px",
            ),
            on_submit=AccountState.choose_locale,
        ),
    )


def _session(row: SessionRow) -> rx.Component:
    return rx.el.li(
        rx.flex(
            rx.icon("monitor-smartphone", size=18, aria_hidden="true", color="var(--gray-10)", flex_shrink="0"),
            rx.box(
                rx.text(row.browser, size="2", weight="medium", as_="div"),
                rx.cond(
                    row.is_this,
                    rx.text("This browser", size="1", color_scheme="green", as_="div"),
                    rx.text(
                        rx.el.span("Last seen ", row.last_seen, title=row.last_seen_exact),
                        size="1",
                        color_scheme="gray",
                        as_="div",
                    ),
                ),
                flex="1 1 0",
                min_width="0",
            ),
            rx.cond(
                ~row.is_this,
                rx.button(
                    "End",
                    on_click=AccountState.end_session(row.id),
                    variant="soft",
                    color_scheme="gray",
                    aria_label=f"End the session of {row.browser}",
                ),
            ),
            spacing="3",
            align="center",
            padding_y="12px",
        )
    )


def _sessions() -> rx.Component:
    return _section(
        "Signed-in browsers",
        "End those you do not know or do not use any more.",
        rx.el.ul(rx.foreach(AccountState.sessions, _session), class_name="row-list"),
        rx.cond(
            as_var(AccountState.sessions).length() > 2,  # noqa: PLR2004 - this one and more than one other
            rx.button(
                "End all others",
                on_click=AccountState.end_other_sessions,
                variant="soft",
                color_scheme="gray",
                margin_top="12px",
            ),
        ),
    )


def page() -> rx.Component:
    """Password, zone and language, sessions."""
    ready = rx.flex(
        _locale(), _password(), _sessions(), direction="column", spacing="4", width="100%", max_width="720px"
    )
    return framed(
        page_header(
            "Your account", "Your own password, time zone and language, and the browsers you are signed in with."
        ),
        rx.text(FrameState.name, " \N{MIDDLE DOT} ", FrameState.email, size="2", color_scheme="gray"),
        by_phase(AccountState, ready=ready, loading=skeleton_rows(3, "180px")),
        current=ACCOUNT,
    )
