"""A field to look for something with."""

import reflex as rx
from reflex.event import EventType


def search_box(value: str, on_change: EventType[str], *, label: str, **props: object) -> rx.Component:
    """Asks the server once the typing pauses.

    Args:
        value: the words looked for.
        on_change: takes them.
        label: what is looked for, and in what; stands in the empty field and is what a screen reader says.
        props: further ones of the input.
    """
    return rx.input(
        rx.input.slot(rx.icon("search", size=16, aria_hidden="true")),
        value=value,
        on_change=on_change,
        **{"debounce_timeout": 300, "placeholder": label, "aria_label": label, "type": "search", "size": "3", **props},
    )
