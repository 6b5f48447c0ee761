"""What the parts of an employee's card are made of."""

import reflex as rx


def section(title: str, *content: rx.Component, **props: object) -> rx.Component:
    """A part of the card under a heading of its own."""
    return rx.card(
        rx.heading(title, as_="h2", size="4", margin_bottom="12px"), *content, size="3", width="100%", **props
    )


def small(words: object, **props: object) -> rx.Component:
    """Words of less weight."""
    return rx.text(words, size="1", color_scheme="gray", as_="div", **props)


def fact(label: str, *content: rx.Component) -> rx.Component:
    """A label and what it is the label of."""
    return rx.box(small(label, margin_bottom="2px"), *content, min_width="0")
