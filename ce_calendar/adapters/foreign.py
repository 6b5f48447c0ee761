"""What the JSON of others may hold: text for our tables, times anybody can tell, links a browser may follow."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar
from urllib.parse import urlsplit

Json = Mapping[str, Any]
Day = TypeVar("Day", bound=date)

LOOPBACK = frozenset({"localhost", "127.0.0.1"})
YEARS = range(2, 9999)
"""At the ends of the calendar neither every zone nor PostgreSQL's driver can tell a moment."""

_BLANK_OR_CONTROL = re.compile(r"[\x00-\x20]")
_PLAIN = re.compile(r"https://[A-Za-z0-9.-]+/")
"""What most links begin with; the others are taken apart."""


class UnreadableError(Exception):
    """An event that cannot be understood, with our word for why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def text_in(item: Json, key: str) -> str:
    """The text under a key, storable; empty for anything else."""
    value = item.get(key)
    if not isinstance(value, str):
        return ""
    # Asked here, too: there are a dozen texts in each of many thousand events.
    return value if value.isascii() and "\x00" not in value else storable(value)


def dict_in(item: Json, key: str) -> Json:
    """The object under a key; empty for anything else."""
    value = item.get(key)
    return value if isinstance(value, dict) else {}


def dicts_in(item: Json, key: str) -> list[Json]:
    """The objects in the list under a key; empty for anything else."""
    value = item.get(key)
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def storable(text: str) -> str:
    """The text without what no database takes: NUL and halves of surrogate pairs."""
    if text.isascii() and "\x00" not in text:
        return text  # nearly always, and at once
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()


def https_link(link: object) -> str:
    """The link if it is one of the web's, encrypted; else nothing: `javascript:` must not reach a page.

    A link to this very machine, as the sandbox gives, needs no encryption.
    """
    if not isinstance(link, str) or not link or _BLANK_OR_CONTROL.search(link):
        return ""
    if _PLAIN.match(link):
        return storable(link)
    try:
        parts = urlsplit(link)
    except ValueError:
        return ""
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    return storable(link) if is_safe and parts.netloc else ""


def tellable(when: Day) -> Day:
    """The day or moment, if it can be told everywhere.

    Raises:
        UnreadableError: it cannot.
    """
    if when.year not in YEARS:
        raise UnreadableError("unreadable_time")
    return when
