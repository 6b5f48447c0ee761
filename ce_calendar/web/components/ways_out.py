"""The end of a question: the no, which has the keyboard first, and the yes."""

import reflex as rx
from reflex.event import EventType


def ways_out(*ways: rx.Component, keep: object = "Cancel") -> rx.Component:
    """Buttons of an alert dialog. The first is its own cancel: it has the keyboard when the dialog opens."""
    return rx.flex(
        rx.alert_dialog.cancel(rx.button(keep, type="button", variant="soft", color_scheme="gray")),
        *ways,
        spacing="3",
        justify="end",
        wrap="wrap",
        margin_top="24px",
    )


def danger_button(word: object, on_click: EventType[()], *, testid: str, **props: object) -> rx.Component:
    """A yes that takes something away."""
    return rx.button(word, on_click=on_click, color_scheme="red", class_name="danger", data_testid=testid, **props)
