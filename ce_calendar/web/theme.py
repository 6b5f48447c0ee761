"""The look: Radix Themes tokens and one accent. Colours are never picked by hand."""

import reflex as rx

STYLESHEETS = ["/ce_calendar.css"]
"""A few lines that Radix Themes has no token for."""

CONTENT_WIDTH = "1100px"
SIDEBAR_WIDTH = "248px"

WIDE_ONLY = ["none", "none", "none", "flex"]
"""`display` of what a phone does not show."""
PHONE_ONLY = ["flex", "flex", "flex", "none"]
"""`display` of what stands in for it on a phone."""


def theme() -> rx.Component:
    """The theme of every page; indigo keeps white text on it readable (4.5:1)."""
    return rx.theme(accent_color="indigo", gray_color="slate", radius="large", panel_background="solid")
