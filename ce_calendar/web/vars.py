"""Reflex's vars, for the type checker."""

from typing import Any


def as_var(value: object) -> Any:  # noqa: ANN401 - what a var can do, no type says
    """On a State class an attribute is a var: it can do more than the value whose type it declares."""
    return value
