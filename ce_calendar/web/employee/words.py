"""What is said of what was done to an employee and their calendar."""

from collections.abc import Mapping
from typing import Any

from ce_calendar.domain.employees.calendars import CalendarState
from ce_calendar.web.employees.words import problem_words

FIELDS = {
    "name": "name",
    "email": "email",
    "position": "position",
    "department_ids": "departments",
    "is_bound": "calendar binding",
}

ACTIONS = {
    "employee.add": "Added",
    "employee.dismiss": "Dismissed",
    "employee.rehire": "Re-hired",
    "employee.rebuild": "Asked for a new calendar",
    "employee.bind": "Calendar binding switched on, with others",
    "employee.unbind": "Calendar binding switched off, with others",
    "employee.calendar.plan": "A calendar is to be made",
    "employee.calendar.recreate": "The calendar is to be made anew",
    "employee.calendar.end": "The calendar is to be deleted",
    "employee.calendar.make": "Calendar made at Google",
    "employee.calendar.share": "Calendar shared, Google sent its invitation",
    "employee.calendar.recover": "The calendar is well again",
    "employee.calendar.delete": "Calendar deleted at Google",
}
"""By the audit trail's action; `employee.edit` tells its fields, `employee.calendar.fail` its problem."""

STATES = {
    CalendarState.DELETING: "Being deleted",
    CalendarState.DELETED: "Deleted",
}


def history_words(action: str, detail: Mapping[str, Any]) -> str:
    """What was done."""
    if action == "employee.edit":
        fields = str(detail.get("fields", "")).split()
        if fields == ["is_bound"]:
            return f"Calendar binding switched {detail.get('bound', 'on')}"
        return f"Changed: {', '.join(FIELDS.get(each, each) for each in fields)}"
    if action == "employee.calendar.fail":
        return problem_words(str(detail.get("problem", "")))
    if action in ACTIONS:
        return ACTIONS[action]
    # Of a later version: rather its plain name than nothing.
    return action.partition(".")[2].replace("_", " ").replace("-", " ").replace(".", " ").capitalize()
