"""A task's date and time as people enter and read them: on the clock of the organization's zone."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from ce_calendar.domain.employees.tasks import Task
from ce_calendar.domain.errors import Invalid

YEARS = range(2000, 2100)

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?")


@dataclass(frozen=True, slots=True)
class When:
    """When a task is. With neither, it is not planned yet."""

    day: date | None = None
    """For work without a time."""
    starts_at: datetime | None = None
    """UTC."""
    comes_twice: bool = False
    """The clock shows this time twice on that day, for it is put back; the first one counts."""


@dataclass(frozen=True, slots=True)
class OnClock:
    """The same as a form shows it; empty where nothing is set."""

    day: str = ""
    """ISO 8601, as native date fields have it."""
    time: str = ""
    """Hours and minutes."""


def entered_day(value: object, *, field: str, label: str) -> date | None:
    """A date of a form; None for an empty one.

    Raises:
        Invalid: no date, or far off.
    """
    if value == "":
        return None
    try:
        # The library takes other spellings, too, which no form of ours sends.
        day = date.fromisoformat(value) if isinstance(value, str) and _DAY.fullmatch(value) else None
    except ValueError:
        day = None
    if day is None:
        raise Invalid(f"{label} is not a date.", field=field)
    if day.year not in YEARS:
        raise Invalid(f"{label} must lie between {YEARS.start} and {YEARS.stop - 1}.", field=field)
    return day


def _entered_time(value: object) -> time | None:
    if value == "":
        return None
    try:
        clock = time.fromisoformat(value) if isinstance(value, str) and _TIME.fullmatch(value) else None
    except ValueError:
        clock = None
    if clock is None:
        raise Invalid("This is not a time of day.", field="time")
    return clock.replace(second=0, microsecond=0)


def entered_when(day: object, clock: object, zone: str) -> When:
    """What date and time of a form mean.

    Args:
        day: ISO 8601; empty for a task that has no date yet.
        clock: hours and minutes; empty for a whole day.
        zone: IANA name.

    Raises:
        Invalid: no date, no time, a time without a date, or one that the clock leaves out on that day.
    """
    on, at = entered_day(day, field="day", label="The date"), _entered_time(clock)
    if on is None:
        if at is not None:
            raise Invalid("A time needs a date.", field="day")
        return When()
    if at is None:
        return When(day=on)
    return _moment(on, at, ZoneInfo(zone))


def _moment(day: date, clock: time, zone: ZoneInfo) -> When:
    first = datetime.combine(day, clock, zone)
    moment = first.astimezone(UTC)
    told = moment.astimezone(zone)
    if (told.date(), told.time()) != (day, clock):
        raise Invalid(
            f"The clocks go forward then: there is no {clock:%H:%M} on that day in {zone.key}. "
            f"Did you mean {told:%H:%M}?",
            field="time",
        )
    # The same words at another distance from UTC: the second time the clock shows them.
    return When(starts_at=moment, comes_twice=first.replace(fold=1).utcoffset() != first.utcoffset())


def on_clock(task: Task, zone: str) -> OnClock:
    """When a task is, as a form shows it."""
    if task.starts_at is not None:
        local = task.starts_at.astimezone(ZoneInfo(zone))
        return OnClock(local.date().isoformat(), f"{local:%H:%M}")
    return OnClock(task.day.isoformat() if task.day else "")
