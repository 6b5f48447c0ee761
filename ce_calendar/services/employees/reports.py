"""What plans and drains came to, in counts: what their jobs log."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlanReport:
    """What was planned, in counts."""

    employees: int = 0
    calendars_planned: int = 0
    calendars_ended: int = 0
    events: int = 0
    """Whose content, or presence, changes."""
    operations: int = 0
    """Owed now: what an earlier plan owed and nobody wants any more is taken back instead."""

    def __add__(self, other: "PlanReport") -> "PlanReport":
        return PlanReport(
            employees=self.employees + other.employees,
            calendars_planned=self.calendars_planned + other.calendars_planned,
            calendars_ended=self.calendars_ended + other.calendars_ended,
            events=self.events + other.events,
            operations=self.operations + other.operations,
        )


@dataclass(frozen=True, slots=True)
class DrainReport:
    """What a slice of work came to, in counts."""

    round_trips: int = 0
    calls: int = 0
    """Each of a batch counted."""
    done: int = 0
    failed: int = 0
    """Put off for a reason of their own."""
    calendars_made: int = 0
    calendars_shared: int = 0
    calendars_deleted: int = 0

    def __add__(self, other: "DrainReport") -> "DrainReport":
        return DrainReport(
            round_trips=self.round_trips + other.round_trips,
            calls=self.calls + other.calls,
            done=self.done + other.done,
            failed=self.failed + other.failed,
            calendars_made=self.calendars_made + other.calendars_made,
            calendars_shared=self.calendars_shared + other.calendars_shared,
            calendars_deleted=self.calendars_deleted + other.calendars_deleted,
        )
