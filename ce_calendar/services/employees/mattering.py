"""Whether a change of an employee matters for calendars."""

from ce_calendar.domain.employees.people import Employee
from ce_calendar.domain.employees.rules import CalendarRules
from ce_calendar.domain.employees.templates import calendar_name_template, event_placeholders


def matters_for_calendar(before: Employee, after: Employee, rules: CalendarRules) -> bool:
    """Whether what differs shows in the employee's own calendar, or decides whether there is one."""
    if before.wants_calendar != after.wants_calendar:
        return True
    if not after.wants_calendar:
        return False
    named = calendar_name_template(rules).placeholders
    return (
        before.email != after.email
        or (before.name != after.name and "employee" in named)
        or (before.position != after.position and "position" in named)
        or (
            set(before.department_ids) != set(after.department_ids)
            and (rules.shows_departments or "departments" in named)
        )
    )


def matters_for_colleagues(before: Employee, after: Employee, rules: CalendarRules) -> bool:
    """Whether what differs shows in the events of everybody who does a task together with them."""
    return before.name != after.name and "employees" in event_placeholders(rules)
