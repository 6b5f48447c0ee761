"""Labelled form fields with the message that belongs to them."""

from collections.abc import Iterable

import reflex as rx


def field(label: str, name: str, error: str, **props: object) -> rx.Component:
    """A line of text to enter, and below it what is wrong with it."""
    return rx.box(
        rx.el.label(
            _label(label),
            rx.input(
                name=name,
                size="3",
                custom_attrs={
                    "aria-describedby": f"{name}-error",
                    "aria-invalid": rx.cond(error, "true", "false"),
                },
                **props,
            ),
        ),
        rx.text(error, id=f"{name}-error", size="1", color_scheme="red", margin_top="4px", role="alert"),
    )


def select_field(label: str, name: str, value: str, choices: Iterable[tuple[str, str]]) -> rx.Component:
    """A choice the browser draws itself; what is chosen now is in it even if the list does not know it."""
    known = list(choices)
    listed = rx.Var.create([tag for tag, _ in known]).contains(value)
    return rx.el.label(
        _label(label),
        rx.el.select(
            rx.cond(listed, rx.fragment(), rx.el.option(value, value=value)),
            *(rx.el.option(words, value=tag) for tag, words in known),
            name=name,
            default_value=value,
            key=value,
            class_name="select",
        ),
    )


def _label(label: str) -> rx.Component:
    return rx.text(label, as_="span", size="2", weight="medium", display="block", margin_bottom="6px")
