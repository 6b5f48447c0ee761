"""A button that is only a sign, and says its name to those who cannot see it."""

import reflex as rx


def icon_action(icon: str, name: object, **props: object) -> rx.Component:
    """A quiet icon button; its name is what a screen reader says."""
    # The fragment keeps the icon's size: an icon button would enlarge an icon that is its own child.
    return rx.icon_button(
        rx.fragment(rx.icon(icon, size=17)), variant="ghost", color_scheme="gray", aria_label=name, **props
    )
