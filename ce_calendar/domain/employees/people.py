"""Employees and their departments."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Employee:
    """Somebody who does tasks, and for whom a calendar may be kept."""

    id: str
    organization_id: str
    name: str
    created_at: datetime
    email: str = ""
    """Where the calendar is shared to; lower case, empty if there is none."""
    position: str = ""
    department_ids: tuple[str, ...] = ()
    is_bound: bool = False
    """The calendar binding: whether a calendar is wanted for them."""
    dismissed_on: date | None = None

    @property
    def wants_calendar(self) -> bool:
        """Whether they are to have a calendar, as far as it depends on them (seed 003, notes 3 and 6)."""
        return self.is_bound and bool(self.email) and self.dismissed_on is None


@dataclass(frozen=True, slots=True)
class Department:
    """A group of employees; a task may be given to it as a whole."""

    id: str
    organization_id: str
    name: str
