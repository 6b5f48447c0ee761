"""Ids as Exchange makes them: long, opaque, of two kinds.

The ordinary id of an event changes when the event moves to another calendar; the immutable id, asked for with
``Prefer: IdType="ImmutableId"``, does not. Both are understood wherever an id is taken.
"""

import base64
import hashlib
from dataclasses import dataclass

_CALENDAR, _EVENT, _IMMUTABLE = "AQMkAD", "AAMkAG", "AAkALg"


@dataclass(frozen=True, slots=True)
class Reference:
    """What an event's id says."""

    mailbox: str
    calendar: str | None
    """Key of the calendar; None in an immutable id."""
    key: str
    stamp: str
    """Original day of an occurrence, YYYYMMDD; empty for single events and masters."""


def mailbox(email: str) -> str:
    """Return the part that all ids of a mailbox share."""
    return hashlib.sha256(email.encode()).hexdigest()[:40]


def calendar_id(email: str, key: str) -> str:
    """Return a calendar's id; calendars have one kind only."""
    return _CALENDAR + _packed(mailbox(email), key)


def event_id(email: str, calendar: str, key: str, stamp: str, *, immutable: bool) -> str:
    """Return the id of an event or an occurrence."""
    if immutable:
        return _IMMUTABLE + _packed(mailbox(email), key, stamp)
    return _EVENT + _packed(mailbox(email), calendar, key, stamp)


def read_calendar(text: str) -> tuple[str, str] | None:
    """Return mailbox and key of a calendar's id, or None if it is malformed."""
    parts = _unpacked(text, _CALENDAR)
    return (parts[0], parts[1]) if len(parts) == 2 else None  # noqa: PLR2004 - as packed above


def read_event(text: str) -> Reference | None:
    """Return what an event's id says, or None if it is malformed."""
    match _unpacked(text, _IMMUTABLE):
        case [owner, key, stamp]:
            return Reference(owner, None, key, stamp)
    match _unpacked(text, _EVENT):
        case [owner, calendar, key, stamp]:
            return Reference(owner, calendar, key, stamp)
    return None


def _packed(*parts: str) -> str:
    return base64.urlsafe_b64encode(":".join(parts).encode()).decode()


def _unpacked(text: str, prefix: str) -> list[str]:
    if not text.startswith(prefix):
        return []
    try:
        return base64.urlsafe_b64decode(text.removeprefix(prefix)).decode().split(":")
    except ValueError:
        return []
