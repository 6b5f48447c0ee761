"""What a browser sends is checked here: Reflex does not enforce the type hints of handlers."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from ce_calendar.domain.errors import Invalid

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_HALF_PAIR = re.compile("[\ud800-\udfff]")
"""No browser sends one, and no page can be told of it again: the echo would break the connection."""
LONGEST_TEXT = 400

_Word = TypeVar("_Word", bound=StrEnum)


def an_id(value: object) -> str:
    """An id as ours look. Whose it is, the service finds out.

    Raises:
        Invalid: it is something else.
    """
    if isinstance(value, str) and _ID.fullmatch(value):
        return value
    raise Invalid("That does not point to anything here. Please reload the page.")


def an_id_or_nothing(value: object) -> str:
    """An id, or the empty text for none.

    Raises:
        Invalid: it is something else.
    """
    return "" if value == "" else an_id(value)


def a_flag(value: object) -> bool:
    """Yes or no.

    Raises:
        Invalid: it is something else.
    """
    if isinstance(value, bool):
        return value
    raise Invalid("That switch can only be on or off. Please reload the page.")


def a_word(value: object, words: type[_Word]) -> _Word:
    """One of a fixed set of words.

    Raises:
        Invalid: it is something else.
    """
    if isinstance(value, str) and value in set(words):
        return words(value)
    raise Invalid("That choice does not exist. Please reload the page.")


def a_text(value: object, *, longest: int = LONGEST_TEXT, strip: bool = True) -> str:
    """Text of a sensible length, without blanks around it unless they are wanted.

    Raises:
        Invalid: it is something else, too long, or nothing that could be shown again.
    """
    if not isinstance(value, str):
        raise Invalid("That is not a text. Please reload the page.")
    if len(value) > longest:
        raise Invalid(f"That is too long: at most {longest} characters.")
    if _HALF_PAIR.search(value):
        raise Invalid("That has characters that cannot be shown.")
    return value.strip() if strip else value


def fields(form: object, *names: str, longest: int = LONGEST_TEXT, strip: bool = True) -> dict[str, str]:
    """The named fields of a form as text, absent ones empty; anything else in it is left out.

    Raises:
        Invalid: it is no form, or a field is no text, or too long.
    """
    if not isinstance(form, Mapping):
        raise Invalid("That form could not be read. Please reload the page.")
    return {name: a_text(form.get(name, ""), longest=longest, strip=strip) for name in names}
