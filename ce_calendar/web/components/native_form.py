"""A form the browser posts by itself, without JavaScript: Reflex's own forms never do."""

from typing import Any

import reflex as rx
from reflex_components_core.el.elements.base import BaseHTML  # type: ignore[import-untyped] # ships no types


class NativeForm(BaseHTML):
    """`<form action method>`; takes the answer's redirect and cookie like any form of the web."""

    tag = "form"
    action: str
    method: str


def native_form(*children: rx.Component, action: str, **props: Any) -> rx.Component:  # noqa: ANN401 - component props
    """A form that posts to one of our HTTP routes."""
    return NativeForm.create(*children, action=action, method="post", **props)


def hidden(name: str, value: str) -> rx.Component:
    """A value that travels with a form."""
    return rx.el.input(type="hidden", name=name, value=value, read_only=True)
