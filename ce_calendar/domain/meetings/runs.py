"""What one sync run did."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

INTERRUPTED = "interrupted"
"""The error of a run whose process died, or that was overtaken; the next run completes its work."""
SUSPICIOUS = "suspicious"
"""The error of a run that met a suddenly empty calendar and deleted nothing; see `is_suspicious`."""


class RunOutcome(StrEnum):
    """How a run stands."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class SyncReport:
    """Counts of one run, over all calendars of a connection."""

    created: int = 0
    updated: int = 0
    deleted: int = 0
    unchanged: int = 0
    skipped: int = 0
    requests: int = 0
    """Pages the provider answered."""
    skipped_reasons: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: "SyncReport") -> "SyncReport":
        reasons = {
            reason: self.skipped_reasons.get(reason, 0) + other.skipped_reasons.get(reason, 0)
            for reason in {*self.skipped_reasons, *other.skipped_reasons}
        }
        return SyncReport(
            created=self.created + other.created,
            updated=self.updated + other.updated,
            deleted=self.deleted + other.deleted,
            unchanged=self.unchanged + other.unchanged,
            skipped=self.skipped + other.skipped,
            requests=self.requests + other.requests,
            skipped_reasons=reasons,
        )


@dataclass(frozen=True, slots=True)
class SyncRun:
    """A run: of which connection, when, and how it ended."""

    id: str
    organization_id: str
    connection_id: str
    started_at: datetime
    outcome: RunOutcome
    finished_at: datetime | None = None
    report: SyncReport = field(default_factory=SyncReport)
    error: str = ""
