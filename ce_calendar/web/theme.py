"""The look: Radix Themes tokens and one accent. Colours are never picked by hand."""

import reflex as rx

STYLESHEETS = ["/ce_calendar.css"]
"""A few lines that Radix Themes has no token for."""

ACCENT = "indigo"
"""White text on it is readable (4.5:1). Named for what stands inside another colour and must not take it on."""

CONTENT_WIDTH = "1100px"
SIDEBAR_WIDTH = "248px"

WIDE_ONLY = ["none", "none", "none", "flex"]
"""`display` of what a phone does not show."""
PHONE_ONLY = ["flex", "flex", "flex", "none"]
"""`display` of what stands in for it on a phone."""


def theme() -> rx.Component:
    """The theme of every page."""
    return rx.theme(accent_color=ACCENT, gray_color="slate", radius="large", panel_background="solid")


def toaster() -> rx.Component:
    """Where messages appear: at the top, since what a thumb presses on a phone is at the bottom."""
    return rx.toast.provider(position="top-center", offset="72px")
