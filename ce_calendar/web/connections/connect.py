"""The ways to the providers' consent pages."""

import reflex as rx

from ce_calendar.web.addresses import CONNECT_GOOGLE_POST, CONNECT_MICROSOFT_POST
from ce_calendar.web.components.native_form import native_form
from ce_calendar.web.connections.state import ConnectionsState
from ce_calendar.web.vars import as_var

GOOGLE_REASON = "why-no-google"
MICROSOFT_REASON = "why-no-microsoft"


def _connect(words: str, *, action: str, is_available: bool, reason_id: str, testid: str) -> rx.Component:
    available = as_var(is_available)
    return native_form(
        rx.button(
            rx.icon("plus", size=16, aria_hidden="true"),
            words,
            type="submit",
            disabled=~available,
            data_testid=testid,
            custom_attrs={"aria-describedby": rx.cond(available, "", reason_id)},
        ),
        action=action,
    )


def connect_buttons() -> rx.Component:
    """A button for each provider."""
    return rx.flex(
        _connect(
            "Connect Google Calendar",
            action=CONNECT_GOOGLE_POST,
            is_available=ConnectionsState.google_available,
            reason_id=GOOGLE_REASON,
            testid="connect-google",
        ),
        _connect(
            "Connect Microsoft Outlook",
            action=CONNECT_MICROSOFT_POST,
            is_available=ConnectionsState.microsoft_available,
            reason_id=MICROSOFT_REASON,
            testid="connect-microsoft",
        ),
        spacing="3",
        wrap="wrap",
    )


def _reason(text: str, reason_id: str) -> rx.Component:
    return rx.callout.root(
        rx.callout.icon(rx.icon("plug-zap", size=16, aria_hidden="true")),
        rx.callout.text(text, id=reason_id),
        color_scheme="gray",
        size="1",
        width="100%",
    )


def why_not() -> rx.Component:
    """Why a button does nothing, and who can change that."""
    return rx.fragment(
        rx.cond(
            ConnectionsState.google_available,
            rx.fragment(),
            _reason(
                "Google Calendar cannot be linked yet: this installation has no Google client. Whoever runs it sets "
                "GOOGLE_CALENDAR_CLIENT_ID and GOOGLE_CALENDAR_CLIENT_SECRET.",
                GOOGLE_REASON,
            ),
        ),
        rx.cond(
            ConnectionsState.microsoft_available,
            rx.fragment(),
            _reason(
                "Microsoft Outlook cannot be linked yet: this installation has no Microsoft client. Whoever runs it "
                "sets VITE_MICROSOFT_CALENDAR_CLIENT_ID.",
                MICROSOFT_REASON,
            ),
        ),
    )
