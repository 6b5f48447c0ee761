"""A task's event as Google writes it. Pure."""

from datetime import date, datetime
from typing import Any

from ce_calendar.domain.employees.event import TaskEvent

TASK_PROPERTY = "ceCalendarTask"
"""The private property of an event that holds its task's id; nobody else's events have it."""


def to_body(event: TaskEvent, *, task_id: str) -> dict[str, Any]:
    """The whole of an event, also for bringing back one that was deleted. What it does not name is empty."""
    body: dict[str, Any] = {
        "summary": event.title,
        "status": "confirmed",
        "transparency": "opaque",
        "start": _time(event.start_day, event.starts_at, event.zone),
        "end": _time(event.end_day, event.ends_at, event.zone),
        "reminders": {
            "useDefault": False,
            "overrides": [{"method": "popup", "minutes": minutes} for minutes in event.reminder_minutes],
        },
    }
    optional = {"description": event.description, "location": event.location, "colorId": event.color_id}
    body |= {name: text for name, text in optional.items() if text}
    if task_id:
        body["extendedProperties"] = {"private": {TASK_PROPERTY: task_id}}
    return body


def _time(day: date | None, moment: datetime | None, zone: str) -> dict[str, str]:
    if day is not None:
        return {"date": day.isoformat()}
    if moment is None:
        raise ValueError("An event needs a day or a moment.")
    return {"dateTime": moment.isoformat(), "timeZone": zone}
