"""What an organization set for its employee calendars."""

from dataclasses import dataclass
from enum import StrEnum

DURATION_MINUTES = range(5, 24 * 60 + 1)
IMPORT_DAYS = range(366)
PACE_PER_MINUTE = range(10, 591)
"""Google allows 600 a minute for the acting account (PROVIDERS §1)."""
REMINDER_MINUTES = range(4 * 7 * 24 * 60 + 1)
MOST_REMINDERS = 5
"""Google takes no more for an event."""


class OnEmailChange(StrEnum):
    """What becomes of a calendar when its employee's email changes."""

    RECREATE = "recreate"
    """Delete it and make a new one (seed 003, note 2)."""
    SHARE_ANEW = "share_anew"
    """Keep it, share it with the new address alone; costs no calendar of Google's quota."""


@dataclass(frozen=True, slots=True)
class CalendarRules:
    """The settings of the screen “Google Calendar”; an organization that never saved any has these defaults."""

    is_enabled: bool = False
    """Off: nothing is planned and nothing is written; the calendars stay as they are."""
    zone: str = "UTC"
    """IANA name: what task times are entered and shown in."""
    calendar_name: str = "{employee}"
    """Template of a calendar's name."""
    event_title: str = "#{number} {title}"
    """Template of an event's title."""
    event_description: str = "{kind}\n{customer}\n{address}\n\n{description}\n\nStatus: {status}"
    """Template of an event's description."""
    duration_minutes: int = 60
    """Of a task with a time and no duration of its own."""
    reminder_minutes: tuple[int, ...] = ()
    """Before the start, as notifications; empty: none."""
    shows_departments: bool = False
    """Whether calendars also show what was given to the employee's departments (seed 003, note 7)."""
    first_import_days: int = 1
    """How far back the tasks of a new calendar begin (seed 003, note 1)."""
    on_email_change: OnEmailChange = OnEmailChange.RECREATE
    pace_per_minute: int = 480
    """Calls to Google, each of a batch counted."""
