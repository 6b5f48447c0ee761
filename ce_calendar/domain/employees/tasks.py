"""Tasks, and what their statuses mean to the system."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class SystemRole(StrEnum):
    """What a status means, whatever it is called."""

    NOT_COMPLETED = "not_completed"
    IN_PROGRESS = "in_progress"
    DONE = "done"


OPEN_ROLES = frozenset({SystemRole.NOT_COMPLETED, SystemRole.IN_PROGRESS})
"""A task shows in calendars only while its status has one of these (seed 003, note 14)."""


@dataclass(frozen=True, slots=True)
class TaskStatus:
    """A status by its free name; it belongs to one system role."""

    id: str
    organization_id: str
    name: str
    role: SystemRole
    color_id: str = ""
    """Google's event colour, `1` to `11`; empty for the calendar's own."""
    position: int = 0
    """Where it stands in lists."""


@dataclass(frozen=True, slots=True)
class Task:
    """A piece of work. At most one of `day` and `starts_at` is set; with neither it shows in no calendar."""

    id: str
    organization_id: str
    number: int
    """What people call it by; counts up within the organization."""
    title: str
    status_id: str
    created_at: datetime
    changed_at: datetime
    kind: str = ""
    """What kind of work it is, in the organization's words."""
    description: str = ""
    address: str = ""
    customer: str = ""
    day: date | None = None
    """For work without a time: an all-day event."""
    starts_at: datetime | None = None
    """UTC."""
    duration_minutes: int | None = None
    """None: the rules' default. Counts with `starts_at` alone."""
    employee_ids: tuple[str, ...] = ()
    department_ids: tuple[str, ...] = ()
