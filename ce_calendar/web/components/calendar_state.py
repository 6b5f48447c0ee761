"""How an employee's calendar stands: a word, an icon and a colour."""

import reflex as rx

from ce_calendar.web.components.badge import badge


def _badge(icon: str, word: str, color: str) -> rx.Component:
    return badge(icon, word, color, data_testid="calendar-state")


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
