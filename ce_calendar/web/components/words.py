"""Headings, empty places and notices."""

import reflex as rx
from reflex.event import EventType


def page_header(title: str, sentence: str, *actions: rx.Component) -> rx.Component:
    """A page's heading, the sentence that says what it is for, and what can be done with it."""
    return rx.flex(
        rx.box(
            rx.heading(title, as_="h1", size="7", weight="bold", letter_spacing="-0.01em"),
            rx.text(sentence, color_scheme="gray", size="3", margin_top="6px", max_width="62ch"),
            flex="1 1 320px",
        ),
        rx.flex(*actions, spacing="3", wrap="wrap", align="center") if actions else rx.fragment(),
        spacing="4",
        wrap="wrap",
        align="start",
        justify="between",
        width="100%",
    )


def empty_state(icon: str, title: str, sentence: str, *actions: rx.Component, level: str = "h2") -> rx.Component:
    """A place with nothing in it yet: says what to do, and leads there."""
    return rx.flex(
        rx.center(
            rx.icon(icon, size=22, aria_hidden="true"),
            width="48px",
            height="48px",
            border_radius="var(--radius-4)",
            background="var(--accent-3)",
            color="var(--accent-11)",
        ),
        rx.heading(title, as_=level, size="4"),
        rx.text(sentence, color_scheme="gray", size="2", align="center", max_width="46ch"),
        rx.flex(*actions, spacing="3", wrap="wrap", justify="center", margin_top="4px") if actions else rx.fragment(),
        direction="column",
        align="center",
        spacing="3",
        padding=["32px 16px", "32px 16px", "56px 24px"],
        border="1px dashed var(--gray-6)",
        border_radius="var(--radius-5)",
        width="100%",
    )


def link_button(label: str, href: str, **props: object) -> rx.Component:
    """A link that looks like a button."""
    # Not rx.link: that brings an accent of its own, and dark letters on a dark button.
    return rx.button(rx.el.a(label, href=href), as_child=True, **props)


def failed(retry: EventType[()]) -> rx.Component:
    """What stands in for a page that could not be read."""
    return empty_state(
        "cloud-off",
        "This page could not be loaded",
        "Something went wrong on our side, nothing of yours is lost. Please try again in a moment.",
        rx.button("Try again", on_click=retry, variant="soft"),
    )


def forbidden(sentence: str = "Your role does not include this page.") -> rx.Component:
    """A kind no, which leads somewhere."""
    return rx.box(
        empty_state(
            "lock",
            "This page is not open to you",
            f"{sentence} An administrator of your organization can change that.",
            link_button("Your account", "/account", variant="soft"),
        ),
        data_testid="forbidden",
        width="100%",
    )


def skeleton_rows(count: int, height: str) -> rx.Component:
    """Grey places where rows are about to be."""
    return rx.flex(
        *(rx.skeleton(width="100%", height=height, border_radius="var(--radius-4)") for _ in range(count)),
        direction="column",
        spacing="3",
        width="100%",
        aria_busy="true",
        aria_label="Loading",
        role="status",
    )
