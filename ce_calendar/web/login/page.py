"""The sign-in page."""

import reflex as rx

from ce_calendar.web import addresses
from ce_calendar.web.components.native_form import native_form
from ce_calendar.web.layout import unframed
from ce_calendar.web.login.state import LoginState


def _field(label: str, **props: object) -> rx.Component:
    return rx.el.label(
        rx.text(label, as_="span", size="2", weight="medium", display="block", margin_bottom="6px"),
        rx.input(size="3", required=True, **props),
    )


def page() -> rx.Component:
    """Email, password, one button; works before any script has run."""
    return unframed(
        rx.flex(
            rx.image(src="/mark.svg", width="44px", height="44px", alt=""),
            rx.heading("Sign in to CE Calendar", as_="h1", size="6", align="center"),
            rx.text("Meetings with your contacts, in one place.", size="2", color_scheme="gray", align="center"),
            direction="column",
            align="center",
            spacing="3",
        ),
        rx.cond(
            LoginState.problem != "",
            rx.callout.root(
                rx.callout.icon(rx.icon("triangle-alert", size=16, aria_hidden="true")),
                rx.callout.text(LoginState.problem),
                color_scheme="red",
                high_contrast=True,
                role="alert",
            ),
        ),
        rx.card(
            native_form(
                rx.flex(
                    _field("Email", name="email", type="email", auto_complete="username", auto_focus=True),
                    _field("Password", name="password", type="password", auto_complete="current-password"),
                    rx.button("Sign in", type="submit", size="3", width="100%", margin_top="4px"),
                    direction="column",
                    spacing="4",
                ),
                action=addresses.SIGN_IN_POST,
            ),
            size="3",
            width="100%",
        ),
        rx.text(
            "No account, or a forgotten password? Ask an administrator of your organization.",
            size="1",
            color_scheme="gray",
            align="center",
        ),
    )
