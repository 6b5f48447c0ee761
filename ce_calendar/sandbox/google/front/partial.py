"""Partial answers: what the parameter ``fields`` leaves of an answer."""

import re
from functools import lru_cache
from typing import Any

from ce_calendar.sandbox.google import discovery
from ce_calendar.sandbox.google.errors import GoogleError, invalid_parameter

Json = dict[str, Any]

Mask = dict[str, "Mask"]
"""Names of fields, ``*`` for all, each with the mask of what is below; an empty one takes all of it."""

_SIGN = re.compile(r"[A-Za-z0-9_.$@:#-]+|[*/,()]|\s+|.", re.DOTALL)
_LONGEST = 4000


@lru_cache(maxsize=256)
def read_mask(text: str, schema: str) -> Mask:
    """Return what a ``fields`` asks for.

    Args:
        text: such as ``nextPageToken,items(id,start/dateTime)``.
        schema: the name of the answer's schema, which must have all the fields named.

    Raises:
        GoogleError: 400 for what cannot be read, and for a field that does not exist.
    """
    if len(text) > _LONGEST:
        raise _invalid(text)
    mask = _Reader(text).read()
    _check(mask, {"$ref": schema})
    return mask


def select(value: Any, mask: Mask) -> Any:  # noqa: ANN401 - any JSON value
    """Return what a mask leaves of a JSON value."""
    if not mask:
        return value
    if isinstance(value, list):
        return [select(part, mask) for part in value]
    if not isinstance(value, dict):
        return value
    every = mask.get("*")
    if every is None:
        return {name: select(below, mask[name]) for name, below in value.items() if name in mask}
    return {name: select(below, _both(every, mask[name]) if name in mask else every) for name, below in value.items()}


def _both(one: Mask, other: Mask) -> Mask:
    """Return a mask that takes what either takes."""
    if not one or not other:
        return {}
    joined = dict(one)
    for name, below in other.items():
        joined[name] = _both(joined[name], below) if name in joined else below
    return joined


class _Reader:
    """Reads the text sign by sign, with the open brackets on a stack of its own."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._signs = [sign for sign in _SIGN.findall(text) if not sign.isspace()]
        self._root: Mask = {}
        # For each open bracket the mask that its fields go into.
        self._open: list[Mask] = [self._root]
        self._taken: list[tuple[Mask, str]] = []

    def read(self) -> Mask:
        """Return the mask."""
        place = self._root
        named: str | None = None
        before = ","
        for sign in [*self._signs, ""]:
            if sign in ("/", "(") and named is not None:
                place = place.setdefault(named, {})
                named = None
                if sign == "(":
                    self._open.append(place)
            elif sign in (",", ")", "") and (named is not None or before == ")"):
                if named is not None:
                    place.setdefault(named, {})
                    self._taken.append((place, named))
                named = None
                place = self._closed(sign)
            elif re.fullmatch(r"[^/,()]+", sign) and named is None and before != ")":
                named = sign
            else:
                raise _invalid(self._text)
            before = sign
        # "a,a/b" takes all of a.
        for mask, name in self._taken:
            mask[name] = {}
        return self._root

    def _closed(self, sign: str) -> Mask:
        if sign == ")":
            if len(self._open) == 1:
                raise _invalid(self._text)
            self._open.pop()
        if sign == "" and len(self._open) > 1:
            raise _invalid(self._text)
        return self._open[-1]


def _check(mask: Mask, schema: Json) -> None:
    """Refuse fields that the answer's schema does not have; below a star anything may be asked for."""
    schema = _resolved(schema)
    properties, more = schema.get("properties", {}), schema.get("additionalProperties")
    for name, below in mask.items():
        if name == "*":
            continue
        if name not in properties and not more:
            raise _invalid(name)
        _check(below, properties.get(name, more))


def _resolved(schema: Json) -> Json:
    while "$ref" in schema or "items" in schema:
        schema = discovery.load().schemas[schema["$ref"]] if "$ref" in schema else schema["items"]
    return schema


def _invalid(selection: str) -> GoogleError:
    return invalid_parameter("fields", f"Invalid field selection {selection[:100]}")
