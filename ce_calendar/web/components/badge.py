"""How something stands: a word, an icon and a colour, never a colour alone."""

import reflex as rx


def badge(icon: str, word: object, color: str, **props: object) -> rx.Component:
    """One state, in short; `props` are further ones of the badge."""
    return rx.badge(
        rx.icon(icon, size=13, aria_hidden="true"),
        word,
        color_scheme=color,
        high_contrast=True,
        size="2",
        radius="full",
        **props,
    )
