"""The settings screen for calendar connections."""

import reflex as rx

from ce_calendar.web.addresses import CONNECT_GOOGLE_POST, CONNECTIONS
from ce_calendar.web.components.focus import focus_back
from ce_calendar.web.components.icon_action import icon_action
from ce_calendar.web.components.native_form import native_form
from ce_calendar.web.components.words import empty_state, page_header, skeleton_rows
from ce_calendar.web.connections.card import connection_card
from ce_calendar.web.connections.state import ConnectionsState
from ce_calendar.web.layout import framed
from ce_calendar.web.opening import by_phase


def connect_google(**props: object) -> rx.Component:
    """The way to Google's consent page."""
    return native_form(
        rx.button(
            rx.icon("plus", size=16, aria_hidden="true"),
            "Connect Google Calendar",
            type="submit",
            disabled=~ConnectionsState.google_available,
            data_testid="connect-google",
            **props,
        ),
        action=CONNECT_GOOGLE_POST,
    )


def _notice() -> rx.Component:
    notice = ConnectionsState.notice
    return rx.cond(
        notice.kind != "",
        rx.callout.root(
            rx.callout.icon(
                rx.cond(
                    notice.kind == "good",
                    rx.icon("circle-check", size=18, aria_hidden="true"),
                    rx.icon("triangle-alert", size=18, aria_hidden="true"),
                )
            ),
            rx.box(
                rx.text(notice.title, size="2", weight="bold", as_="div"),
                rx.text(notice.text, size="2", as_="div"),
                flex="1",
            ),
            icon_action(
                "x",
                "Dismiss this message",
                on_click=ConnectionsState.dismiss_notice,
                position="absolute",
                top="14px",
                right="14px",
            ),
            color_scheme=rx.cond(notice.kind == "good", "green", "red"),
            high_contrast=True,
            role="alert",
            position="relative",
            padding_right="44px",
            width="100%",
        ),
    )


def _credential_alert(source: str, color: str, icon: str, text: str) -> rx.Component:
    return rx.callout.root(
        rx.callout.icon(rx.icon(icon, size=18, aria_hidden="true")),
        rx.callout.text(text),
        color_scheme=color,
        high_contrast=True,
        size="1",
        width="100%",
        data_testid="credential-alert",
        custom_attrs={"data-source": source},
    )


def credential_alert() -> rx.Component:
    """Whose OAuth client asks for consent, which an organization must know."""
    return rx.match(
        ConnectionsState.credential_source,
        (
            "tenant",
            _credential_alert(
                "tenant",
                "gray",
                "shield-check",
                "Google sign-in runs through your organization's own Google Cloud project.",
            ),
        ),
        (
            "platform",
            _credential_alert(
                "platform",
                "amber",
                "shield-alert",
                "Google sign-in runs through the platform's shared Google client, not your organization's own project. "
                "A HIPAA business associate agreement of your organization with Google does not cover it.",
            ),
        ),
        rx.fragment(),
    )


def _disconnect_dialog() -> rx.Component:
    question = ConnectionsState.question
    return rx.alert_dialog.root(
        rx.alert_dialog.content(
            rx.alert_dialog.title("Disconnect this calendar?"),
            rx.alert_dialog.description(question.account, size="2", color_scheme="gray"),
            rx.el.ul(
                rx.el.li("Syncing stops, and our access is withdrawn at Google."),
                rx.el.li(question.coming, " the timeline."),
                rx.el.li("Past meetings stay, unless you tick the box below."),
                rx.el.li("A meeting that a colleague's calendar also holds stays in any case."),
                class_name="plain-list",
            ),
            rx.el.label(
                rx.flex(
                    rx.checkbox(
                        checked=ConnectionsState.deletes_past,
                        on_change=ConnectionsState.set_deletes_past,
                        aria_label="Also delete past meetings from the timeline",
                    ),
                    rx.text("Also delete past meetings from the timeline", size="2"),
                    spacing="2",
                    align="center",
                )
            ),
            rx.flex(
                # As the dialog's own cancel it takes the keyboard when the dialog opens; closing calls `keep`.
                rx.alert_dialog.cancel(rx.button("Keep it", variant="soft", color_scheme="gray")),
                rx.button(
                    "Disconnect",
                    on_click=ConnectionsState.disconnect,
                    color_scheme="red",
                    high_contrast=True,
                    data_testid="confirm-disconnect",
                ),
                spacing="3",
                justify="end",
                margin_top="20px",
            ),
            max_width="460px",
            on_close_auto_focus=focus_back(),
        ),
        open=question.connection_id != "",
        on_open_change=lambda _: ConnectionsState.keep(),
    )


def _cards() -> rx.Component:
    return rx.flex(
        credential_alert(),
        rx.cond(
            ConnectionsState.connections,
            rx.flex(rx.foreach(ConnectionsState.connections, connection_card), direction="column", spacing="4"),
            rx.cond(
                ConnectionsState.may_connect,
                empty_state(
                    "calendar-plus",
                    "No calendar is connected yet",
                    "Connect your Google account, and your meetings with the organization's contacts appear on the "
                    "activity timeline. Private events stay private.",
                ),
                empty_state(
                    "calendar-plus",
                    "No calendar is connected yet",
                    "Your colleagues' connections appear here once they link a calendar. Your role can look, but not "
                    "connect one.",
                ),
            ),
        ),
        direction="column",
        spacing="4",
        width="100%",
    )


def page() -> rx.Component:
    """Heading, what came of connecting, whose client is used, and the cards."""
    return framed(
        page_header(
            "Calendar connections",
            "Link your personal calendar, so that meetings with your organization's contacts appear on the activity "
            "timeline.",
            rx.cond(ConnectionsState.may_connect, connect_google()),
        ),
        _notice(),
        by_phase(ConnectionsState, ready=_cards(), loading=skeleton_rows(2, "180px")),
        _disconnect_dialog(),
        current=CONNECTIONS,
    )
