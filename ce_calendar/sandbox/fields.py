"""Reading the control API's input so that every mistake is named."""

from collections.abc import Iterable
from typing import Any, TypeGuard


class BadInputError(ValueError):
    """Says what is wrong with a control request."""


class Fields:
    """A JSON object that is read field by field; ``done`` refuses what nobody asked for."""

    def __init__(self, body: dict[str, Any], where: str = "") -> None:
        self._left = dict(body)
        self._where = where

    def __contains__(self, name: str) -> bool:
        return name in self._left

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text; required unless there is a default."""
        value = self._left.pop(name, None)
        if value is None and default is not None:
            return default
        if not _is_text(value) or (not value and default is None):
            raise self._wrong(name, "a text is needed")
        return value

    def texts(self, name: str, default: Iterable[str]) -> list[str]:
        """Return a list of texts; one text with blanks between counts as a list."""
        value = self._left.pop(name, None)
        if value is None:
            return list(default)
        if _is_text(value):
            return value.split()
        if not isinstance(value, list) or not all(map(_is_text, value)):
            raise self._wrong(name, "a list of texts is needed")
        return value

    def number(self, name: str, least: int, most: int) -> int | None:
        """Return a whole number within bounds, or None when it is left out."""
        value = self._left.pop(name, None)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise self._wrong(name, f"a whole number from {least} to {most} is needed")
        return value

    def fraction(self, name: str) -> float | None:
        """Return a number above 0 and not above 1, or None when it is left out."""
        value = self._left.pop(name, None)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
            raise self._wrong(name, "a number above 0 and up to 1 is needed")
        return float(value)

    def choice(self, name: str, *known: str) -> str | None:
        """Return one of these texts, or None when it is left out."""
        value = self._left.pop(name, None)
        if value is None:
            return None
        if not isinstance(value, str) or value not in known:
            raise self._wrong(name, f"{' or '.join(known)} is needed")
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return true or false."""
        value = self._left.pop(name, default)
        if not isinstance(value, bool):
            raise self._wrong(name, "true or false is needed")
        return value

    def anything(self, name: str) -> object:
        """Return what is there, for the caller to look at closer."""
        return self._left.pop(name, None)

    def objects(self, name: str) -> list[dict[str, Any]]:
        """Return a list of objects, empty when it is left out."""
        value = self._left.pop(name, [])
        if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
            raise self._wrong(name, "a list of objects is needed")
        return value

    def mapping(self, name: str) -> dict[str, Any]:
        """Return an object, empty when it is left out."""
        value = self._left.pop(name, {})
        if not isinstance(value, dict):
            raise self._wrong(name, "an object is needed")
        return value

    def done(self) -> None:
        """Refuse fields that were not read: most likely a misspelt name."""
        if self._left:
            raise BadInputError(f"{self._where}unknown: {', '.join(sorted(self._left))}")

    def _wrong(self, name: str, message: str) -> BadInputError:
        return BadInputError(f"{self._where}{name}: {message}")


def _is_text(value: object) -> TypeGuard[str]:
    """Whether it is text that can be sent on; half a surrogate pair cannot."""
    if not isinstance(value, str):
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
