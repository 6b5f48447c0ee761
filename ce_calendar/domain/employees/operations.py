"""What we owe the central account: one row of the outbox each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Act(StrEnum):
    """What is to be done at Google."""

    CREATE_CALENDAR = "calendar.create"
    UPDATE_CALENDAR = "calendar.update"
    DELETE_CALENDAR = "calendar.delete"
    SHARE = "share.add"
    UNSHARE = "share.remove"
    PUT_EVENT = "event.put"
    DELETE_EVENT = "event.delete"


CALENDAR_ACTS = frozenset({Act.CREATE_CALENDAR, Act.UPDATE_CALENDAR, Act.DELETE_CALENDAR})
SHARE_ACTS = frozenset({Act.SHARE, Act.UNSHARE})


class Urgency(StrEnum):
    """What goes first: one change by hand must not wait for a thousand events of an import."""

    NOW = "now"
    BULK = "bulk"


@dataclass(frozen=True, slots=True)
class Operation:
    """One write we owe. A later one with the same key takes an earlier one's place while that waits."""

    act: Act
    calendar_id: str
    """Ours."""
    subject: str = ""
    """The task's id, or the email of a share."""
    body: Mapping[str, Any] = field(default_factory=dict)
    """What is to be there afterwards: `TaskEvent.to_json()`, or name, zone and description of a calendar."""
    urgency: Urgency = Urgency.NOW

    @property
    def key(self) -> str:
        """What it is about, at most 400 characters: the calendar itself, one of its shares, or one of its events."""
        if self.act in CALENDAR_ACTS:
            return f"calendar:{self.calendar_id}"
        kind = "share" if self.act in SHARE_ACTS else "event"
        return f"{kind}:{self.calendar_id}:{self.subject}"


@dataclass(frozen=True, slots=True)
class OwedOperation:
    """An operation in the outbox."""

    id: int
    """Counts up: the order in which they were first owed."""
    organization_id: str
    account_id: str
    operation: Operation
    version: int
    """Raised whenever a later operation takes this one's place; what was sent counts only if it is still the same."""
    attempts: int
    is_uncertain: bool
    """An attempt began and its outcome is unknown: before a creation is tried again, look whether it is there."""
    next_try_at: datetime
    created_at: datetime
    last_error: str = ""
