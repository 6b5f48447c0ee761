"""freebusy: when calendars are busy, without saying with what."""

import json
from collections.abc import Iterable
from datetime import MAXYEAR, MINYEAR, UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from ce_calendar.sandbox.clock import rfc3339
from ce_calendar.sandbox.google.calendars import Calendar
from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.events import listing, times
from ce_calendar.sandbox.google.methods.task import Handler, Json, Task
from ce_calendar.sandbox.google.sharing.access import reaches

LONGEST_SPAN = 90 * 86_400
"""Seconds one question may ask about."""
MOST_CALENDARS = 50
MOST_MEMBERS = 100
"""Of one group; the sandbox has no groups, but checks the number."""

Period = tuple[float, float]
"""Start and end, in seconds since 1970."""


def freebusy_query(task: Task) -> str:
    """Answer freebusy.query."""
    body = task.body
    earliest, latest = _moment(body, "timeMin"), _moment(body, "timeMax")
    window = (earliest.timestamp(), latest.timestamp())
    if window[0] >= window[1]:
        raise GoogleError(400, "timeRangeEmpty", "The specified time range is empty.", location="timeMax")
    if window[1] - window[0] > LONGEST_SPAN:
        raise GoogleError(400, "timeRangeTooLong", "The requested time range is too long.")
    most = _at_most(body, "calendarExpansionMax", MOST_CALENDARS)
    _at_most(body, "groupExpansionMax", MOST_MEMBERS)
    zone = times.zone(_text(body.get("timeZone") or "UTC", "timeZone"))
    calendars: Json = {}
    for place, calendar_id in enumerate(dict.fromkeys(_ids(body))):
        if place >= most:
            calendars[calendar_id] = _failed("tooManyCalendarsRequested")
            continue
        calendar = _readable(task, calendar_id)
        if calendar is None:
            calendars[calendar_id] = _failed("notFound")
            continue
        calendars[calendar_id] = {"busy": [_written(period, zone) for period in busy(calendar, window)]}
    span = {"timeMin": rfc3339(earliest), "timeMax": rfc3339(latest)}
    return json.dumps({"kind": "calendar#freeBusy", **span, "calendars": calendars})


def busy(calendar: Calendar, window: Period) -> list[Period]:
    """Return when a calendar is busy within a window, cut off at its edges, by start."""
    found = [
        (max(item.earliest, window[0]), min(item.latest, window[1]))
        for item in listing.instances(calendar, *window)
        if _blocks(item.resource, calendar)
    ]
    return joined(found)


def joined(periods: Iterable[Period]) -> list[Period]:
    """Return periods as one where they overlap or touch; those without length are left out."""
    found: list[Period] = []
    for start, end in sorted(periods):
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _blocks(event: Json, calendar: Calendar) -> bool:
    """Whether an event takes its calendar's time: not if it is marked as free, or the owner declined."""
    if event.get("transparency") == "transparent" or event.get("eventType") == "workingLocation":
        return False
    owners = {calendar.id.lower(), calendar.owner.lower()}
    return not any(
        guest.get("responseStatus") == "declined" and str(guest.get("email", "")).lower() in owners
        for guest in event.get("attendees", [])
    )


def _readable(task: Task, calendar_id: str) -> Calendar | None:
    known = task.world.known_calendar(task.account, calendar_id)
    if known is None or not reaches(task.world.role(task.account, known), "freeBusyReader"):
        return None
    return known


def _failed(reason: str) -> Json:
    return {"errors": [{"domain": "global", "reason": reason}], "busy": []}


def _written(period: Period, zone: ZoneInfo) -> Json:
    start, end = (times.write(datetime.fromtimestamp(edge, UTC).astimezone(zone)) for edge in period)
    return {"start": start, "end": end}


def _moment(body: Json, name: str) -> datetime:
    text = _text(body.get(name) or "", name)
    if not text:
        raise GoogleError(400, "required", f"Missing {name} parameter.")
    if not text.isascii():
        raise GoogleError(400, "badRequest", "Bad Request")
    try:
        moment = times.parse_moment(text).astimezone(UTC)
    except OverflowError as endless:
        raise GoogleError(400, "badRequest", "Bad Request") from endless
    # A day's room on either side, for the zone of the answer.
    if not MINYEAR < moment.year < MAXYEAR:
        raise GoogleError(400, "badRequest", "Bad Request")
    return moment


def _at_most(body: Json, name: str, most: int) -> int:
    number = body.get(name)
    if number is None:
        return most
    if isinstance(number, bool) or not isinstance(number, int) or not 1 <= number <= most:
        raise GoogleError(400, "invalid", f"Invalid value for: {name}")
    return number


def _ids(body: Json) -> Iterable[str]:
    items = body.get("items") or []
    if not isinstance(items, list):
        raise GoogleError(400, "invalid", "Invalid value for: items")
    for item in items:
        if not isinstance(item, dict) or not item.get("id"):
            raise GoogleError(400, "required", "Required parameter: items.id")
        yield _text(item["id"], "items.id")


def _text(value: Any, name: str) -> str:  # noqa: ANN401 - any JSON value
    if not isinstance(value, str):
        raise GoogleError(400, "invalid", f"Invalid value for: {name}")
    return value


HANDLERS: dict[str, Handler] = {"freebusy.query": freebusy_query}
