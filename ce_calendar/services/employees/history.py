"""What the audit trail tells of an employee's calendar."""

from datetime import datetime

from ce_calendar.domain.employees.calendars import EmployeeCalendar
from ce_calendar.ports import UnitOfWork

PLANNED = "employee.calendar.plan"
"""A calendar is to be made for an employee who had none."""
RECREATED = "employee.calendar.recreate"
"""The calendar is to be deleted, and another one made."""
ENDED = "employee.calendar.end"
"""The calendar is to be deleted."""
MADE = "employee.calendar.make"
SHARED = "employee.calendar.share"
"""The invitation went out."""
FAILING = "employee.calendar.fail"
RECOVERED = "employee.calendar.recover"
DELETED = "employee.calendar.delete"


def note(uow: UnitOfWork, action: str, calendar: EmployeeCalendar, *, now: datetime, **detail: int | str) -> None:
    """Put it into the employee's history; ids, counts and fixed words only."""
    uow.audit.add(
        at=now,
        action=action,
        outcome="done",
        organization_id=calendar.organization_id,
        actor_user_id=None,
        subject_id=calendar.employee_id,
        detail={"generation": calendar.generation, **detail},
    )
