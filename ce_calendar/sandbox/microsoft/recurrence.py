"""Graph's recurrence as a rule that the shared expansion understands."""

from datetime import date, datetime
from typing import Any

from ce_calendar.sandbox.microsoft.errors import GraphError

Json = dict[str, Any]

_DAYS = {
    "monday": "MO",
    "tuesday": "TU",
    "wednesday": "WE",
    "thursday": "TH",
    "friday": "FR",
    "saturday": "SA",
    "sunday": "SU",
}
_INDEXES = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}


def completed(recurrence: Json, start: datetime, zone_name: str) -> Json:
    """Return a recurrence with the fields Graph fills in.

    Raises:
        GraphError: 400 when it cannot be followed.
    """
    try:
        pattern, span = dict(recurrence["pattern"]), dict(recurrence["range"])
    except (KeyError, TypeError, ValueError) as missing:
        raise _wrong("A recurrence needs a pattern and a range.") from missing
    pattern = {
        "type": "",
        "interval": 1,
        "month": 0,
        "dayOfMonth": 0,
        "firstDayOfWeek": "sunday",
        "index": "first",
        **pattern,
    }
    kind = span.get("type")
    if kind not in ("endDate", "noEnd", "numbered"):
        raise _wrong("A range is endDate, noEnd or numbered.")
    span = {
        "type": kind,
        "startDate": start.date().isoformat(),
        "endDate": span.get("endDate", "0001-01-01") if kind == "endDate" else "0001-01-01",
        "recurrenceTimeZone": span.get("recurrenceTimeZone") or zone_name,
        "numberOfOccurrences": span.get("numberOfOccurrences", 0) if kind == "numbered" else 0,
    }
    result = {"pattern": pattern, "range": span}
    rule(result)
    return result


def rule(recurrence: Json) -> str:
    """Return the recurrence as an RRULE line; GraphError 400 for one that makes no sense."""
    pattern, span = recurrence["pattern"], recurrence["range"]
    interval = pattern.get("interval")
    if not isinstance(interval, int) or not 1 <= interval <= 999:  # noqa: PLR2004 - Outlook's own bound
        raise _wrong("An interval from 1 to 999 is needed.")
    parts = [*_pattern(pattern), f"INTERVAL={interval}", *_range(span)]
    return "RRULE:" + ";".join(parts)


def _pattern(pattern: Json) -> list[str]:
    kind = pattern["type"]
    if kind == "daily":
        return ["FREQ=DAILY"]
    if kind == "weekly":
        first = _DAYS.get(pattern["firstDayOfWeek"], "SU")
        return ["FREQ=WEEKLY", f"BYDAY={_days(pattern)}", f"WKST={first}"]
    if kind == "absoluteMonthly":
        return ["FREQ=MONTHLY", f"BYMONTHDAY={_number(pattern, 'dayOfMonth', 31)}"]
    if kind == "relativeMonthly":
        return ["FREQ=MONTHLY", f"BYDAY={_days(pattern)}", f"BYSETPOS={_index(pattern)}"]
    if kind == "absoluteYearly":
        month, day = _number(pattern, "month", 12), _number(pattern, "dayOfMonth", 31)
        return ["FREQ=YEARLY", f"BYMONTH={month}", f"BYMONTHDAY={day}"]
    if kind == "relativeYearly":
        month = _number(pattern, "month", 12)
        return ["FREQ=YEARLY", f"BYMONTH={month}", f"BYDAY={_days(pattern)}", f"BYSETPOS={_index(pattern)}"]
    raise _wrong("This type of pattern does not exist.")


def _range(span: Json) -> list[str]:
    if span["type"] == "numbered":
        return [f"COUNT={_number(span, 'numberOfOccurrences', 999)}"]
    if span["type"] == "endDate":
        try:
            return [f"UNTIL={date.fromisoformat(span['endDate']):%Y%m%d}"]
        except (TypeError, ValueError) as unreadable:
            raise _wrong("endDate is a day such as 2027-03-01.") from unreadable
    return []


def _days(pattern: Json) -> str:
    names = pattern.get("daysOfWeek")
    if not isinstance(names, list) or not names or not all(str(name).lower() in _DAYS for name in names):
        raise _wrong("daysOfWeek names one or more days.")
    return ",".join(_DAYS[str(name).lower()] for name in names)


def _index(pattern: Json) -> int:
    if pattern["index"] not in _INDEXES:
        raise _wrong("index is first, second, third, fourth or last.")
    return _INDEXES[pattern["index"]]


def _number(values: Json, name: str, most: int) -> int:
    value = values.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise _wrong(f"{name} is a number from 1 to {most}.")
    return value


def _wrong(message: str) -> GraphError:
    return GraphError(400, "ErrorPropertyValidationFailure", f"At least one property failed validation. {message}")
