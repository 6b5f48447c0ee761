"""Connections brought from an earlier system, and their way into the vault."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ce_calendar.domain.meetings.connections import Connection


@dataclass(frozen=True, slots=True)
class LegacyConnection:
    """A connection whose credential lies in the legacy columns, as the earlier system encrypted it."""

    connection: Connection
    access_token: str = field(repr=False)
    """Ciphertext; empty if there is none."""
    refresh_token: str = field(repr=False)
    """Ciphertext; empty if there is none."""


class LegacyProblem(StrEnum):
    """Why a credential stayed in its legacy columns. The words are the connection's `last_error`."""

    KEY = "legacy_key"
    """Encrypted with a key we do not have, or changed since."""
    DAMAGED = "legacy_damaged"
    """Not in the form of something encrypted."""
    CONTENT = "legacy_content"
    """It opens, and what is in it is no token."""
    NOT_READ_BACK = "legacy_not_read_back"
    """What the vault gave back was not what it was given."""


class LegacyTokenError(Exception):
    """A token of an earlier system does not open, or is none."""

    def __init__(self, problem: LegacyProblem) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class BackfillRun:
    """An organization's way into the vault: the one under way, or the last one."""

    organization_id: str
    started_by: str | None
    """A person's id; None for the operator."""
    started_at: datetime
    finished_at: datetime | None = None
    """None while something is owed, also when the process that worked on it has died."""
    total: int = 0
    done: int = 0
    failed: int = 0
