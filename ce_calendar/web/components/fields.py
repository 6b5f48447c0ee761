"""Labelled form fields with the message that belongs to them."""

from collections.abc import Iterable

import reflex as rx


def field(
    label: str,
    name: str,
    error: str,
    *inside: rx.Component,
    hint: str = "",
    keeps_room: bool = False,
    **props: object,
) -> rx.Component:
    """A line of text to enter, and below it what is wrong with it.

    Args:
        label: what it is called.
        name: in the form.
        error: what is wrong, if anything is.
        inside: shown in the box beside the text, such as a unit.
        hint: what will do.
        keeps_room: what is wrong has room also while nothing is, so that nothing below moves when it comes or goes.
        props: of the input.
    """
    entry = rx.input(*inside, name=name, size="3", custom_attrs=_attributes(name, error, hint), **props)
    return _with_words(label, name, error, hint, entry, keeps_room=keeps_room)


def area(label: str, name: str, error: str, *, hint: str = "", **props: object) -> rx.Component:
    """Several lines of text to enter; arguments as of `field`."""
    entry = rx.text_area(name=name, size="3", custom_attrs=_attributes(name, error, hint), **props)
    return _with_words(label, name, error, hint, entry, keeps_room=False)


def _attributes(name: str, error: str, hint: str) -> dict[str, object]:
    return {
        "aria-describedby": f"{name}-error {name}-hint" if hint else f"{name}-error",
        "aria-invalid": rx.cond(error, "true", "false"),
    }


def _with_words(label: str, name: str, error: str, hint: str, entry: rx.Component, *, keeps_room: bool) -> rx.Component:
    room = " with-room" if keeps_room else ""
    return rx.box(
        rx.el.label(_label(label), entry),
        # Always there, so that it is heard when it begins to say something; without words it takes no room.
        rx.text(error, id=f"{name}-error", size="1", class_name=f"field-error{room}", role="alert"),
        rx.text(hint, id=f"{name}-hint", size="1", color_scheme="gray", margin_top="4px") if hint else rx.fragment(),
    )


def whole_error(error: str) -> rx.Component:
    """What is wrong with a form, and with none of its fields."""
    return rx.cond(error != "", rx.text(error, size="2", color_scheme="red", high_contrast=True, role="alert"))


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
