"""Small pieces of the tasks page that stand in several places."""

import reflex as rx

from ce_calendar.domain.employees.colors import EVENT_COLORS
from ce_calendar.web.tasks.rows import StatusRow
from ce_calendar.web.tasks.state import TasksState

_TOKENS = {
    "1": "var(--violet-8)",
    "2": "var(--mint-9)",
    "3": "var(--purple-10)",
    "4": "var(--pink-9)",
    "5": "var(--amber-9)",
    "6": "var(--orange-10)",
    "7": "var(--cyan-10)",
    "8": "var(--gray-10)",
    "9": "var(--indigo-10)",
    "10": "var(--green-10)",
    "11": "var(--tomato-10)",
}
"""The theme's nearest to Google's event colours, which look alike in light and dark."""

ROLES = (
    ("not_completed", "Not completed", "circle"),
    ("in_progress", "In progress", "circle-dot"),
    ("done", "Done", "circle-check"),
)
"""What a status can mean: role, words, sign."""


def status_mark(status: StatusRow) -> rx.Component:
    """Its role as a sign, in its colour; the word stands beside it."""
    sign = rx.match(
        status.role,
        *((role, rx.icon(icon, size=15, aria_hidden="true")) for role, _, icon in ROLES),
        rx.fragment(),
    )
    tint = rx.match(status.color_id, *_TOKENS.items(), "var(--gray-10)")
    return rx.el.span(sign, class_name="status-mark", style={"color": tint})


def native_select(label: str, name: str, *options: rx.Component, **props: object) -> rx.Component:
    """A choice the browser draws itself."""
    return rx.el.label(
        rx.text(label, as_="span", size="2", weight="medium", display="block", margin_bottom="6px"),
        rx.el.select(*options, name=name, class_name="select", **props),
    )


def status_options() -> rx.Component:
    """One for each status."""
    return rx.foreach(TasksState.statuses, lambda status: rx.el.option(status.name, value=status.id))


def color_options() -> list[rx.Component]:
    """One for each of Google's colours, and none."""
    return [
        rx.el.option("Calendar's own colour", value=""),
        *(rx.el.option(name, value=color_id) for color_id, name in EVENT_COLORS.items()),
    ]
