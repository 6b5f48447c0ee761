"""What a person is told about something they asked for, until they have seen it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class NoticeKind(StrEnum):
    """What it is about."""

    CONNECTED = "connected"
    """An account was linked, or signed in again."""
    OTHER_ACCOUNT = "other_account"
    """Signing in again ended with another account than the connection's."""
    ENDING = "ending"
    """A connection that is being ended, and what became of our access."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell one person, about one connection."""

    id: str
    organization_id: str
    user_id: str
    kind: NoticeKind
    connection_id: str
    created_at: datetime
    expires_at: datetime
    session_id: str | None = None
    """Set if only this browser is told."""
    facts: Mapping[str, str | int] = field(default_factory=dict)
    """Fixed words, counts, and account addresses; by names that the kind defines."""
