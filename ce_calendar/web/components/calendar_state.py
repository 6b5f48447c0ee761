"""How an employee's calendar stands: a word, an icon and a colour."""

import reflex as rx


def _badge(icon: str, word: str, color: str) -> rx.Component:
    return rx.badge(
        rx.icon(icon, size=13, aria_hidden="true"),
        word,
        color_scheme=color,
        high_contrast=True,
        size="2",
        radius="full",
        data_testid="calendar-state",
    )


def calendar_state(state: str) -> rx.Component:
    """The badge for `none`, `waiting`, `making`, `shared`, `failing` or `deleting`."""
    return rx.match(
        state,
        ("waiting", _badge("clock", "Waiting", "blue")),
        ("making", _badge("loader", "Being made", "blue")),
        ("shared", _badge("circle-check", "Shared", "green")),
        ("failing", _badge("triangle-alert", "Failing", "red")),
        ("deleting", _badge("trash-2", "Being deleted", "amber")),
        _badge("calendar-off", "No calendar", "gray"),
    )
