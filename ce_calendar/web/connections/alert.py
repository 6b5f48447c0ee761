"""Whose OAuth client asks for consent, which an organization must know."""

import reflex as rx

from ce_calendar.web.connections.state import ConnectionsState


def _alert(source: str, color: str, icon: str, title: str, text: str) -> rx.Component:
    return rx.callout.root(
        rx.callout.icon(rx.icon(icon, size=18, aria_hidden="true")),
        rx.box(
            rx.text(title, as_="div", size="2", weight="medium"),
            rx.text(text, as_="div", size="2", margin_top="2px"),
        ),
        color_scheme=color,
        high_contrast=True,
        size="1",
        width="100%",
        data_testid="credential-alert",
        custom_attrs={"data-source": source},
    )


def credential_alert() -> rx.Component:
    """Nothing while people cannot sign in to Google at all."""
    return rx.match(
        ConnectionsState.credential_source,
        (
            "tenant",
            _alert(
                "tenant",
                "gray",
                "shield-check",
                "Google sign-in runs through your organization's own Google Cloud project",
                "A business associate agreement (HIPAA BAA) that your organization has with Google covers it, as far "
                "as the agreement says. An account that was linked before, through another client, comes under it "
                "when its owner connects it anew.",
            ),
        ),
        (
            "platform",
            _alert(
                "platform",
                "amber",
                "shield-alert",
                "Google sign-in runs through the platform's Google client, shared by everybody on this installation",
                "Your organization's HIPAA BAA with Google does not cover it. If meetings can hold health information, "
                "link no calendar yet, or keep busy time only, and ask whoever runs this installation to set up a "
                "client of your organization's own Google Cloud project.",
            ),
        ),
        rx.fragment(),
    )
