"""Moments and days, as Google's EventDateTime writes them."""

from datetime import UTC, date, datetime, time
from functools import cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ce_calendar.sandbox.google.errors import GoogleError

Json = dict[str, Any]


class Place(NamedTuple):
    """A start or an end: as it is written, and where that is."""

    value: Json
    at: float
    """Seconds since 1970; a day begins at midnight in the calendar's zone."""


@cache
def known_zone(name: str) -> ZoneInfo:
    """Return the time zone of this IANA name; an error of zoneinfo's if there is none."""
    return ZoneInfo(name)


def zone(name: str) -> ZoneInfo:
    """Return the time zone of this IANA name; GoogleError 400 if there is none."""
    try:
        return known_zone(name)
    except (ZoneInfoNotFoundError, ValueError, OSError, TypeError) as unknown:
        raise GoogleError(400, "invalid", "Invalid time zone definition.") from unknown


def parse_moment(text: str) -> datetime:
    """Read an RFC 3339 moment that must carry an offset."""
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError) as wrong:
        raise GoogleError(400, "badRequest", f"Not an RFC 3339 time: {str(text)[:40]}") from wrong
    if moment.tzinfo is None:
        raise GoogleError(400, "badRequest", "Bad Request: a time zone offset is required.")
    return moment


def is_all_day(value: Json) -> bool:
    """Whether this is a day rather than a moment."""
    return "date" in value


def local(value: Json, calendar_zone: ZoneInfo) -> datetime:
    """Return the wall time in the value's own zone, without a zone; a day is its midnight."""
    if is_all_day(value):
        return datetime.combine(date.fromisoformat(value["date"]), time.min)
    own = known_zone(value["timeZone"]) if "timeZone" in value else calendar_zone
    return datetime.fromisoformat(value["dateTime"]).astimezone(own).replace(tzinfo=None)


def timestamp(value: Json, calendar_zone: ZoneInfo) -> float:
    """Return seconds since 1970; a day begins at midnight in the calendar's zone."""
    if "dateTime" in value:
        return datetime.fromisoformat(value["dateTime"]).timestamp()
    return datetime.fromisoformat(value["date"]).replace(tzinfo=calendar_zone).timestamp()


def placed(value: Json, calendar_zone: ZoneInfo, name: str) -> Place:
    """Return the value as Google gives it back: a day, or a moment with its offset and its zone.

    Raises:
        GoogleError: neither or both of date and dateTime, an unreadable value, or no zone at all.
    """
    day, text = value.get("date"), value.get("dateTime")
    if (day is None) == (text is None):
        raise GoogleError(400, "invalid", f"Invalid {name} time.")
    zone_name = value.get("timeZone")
    own = zone(zone_name) if zone_name else None
    try:
        if day is not None:
            found = date.fromisoformat(day)
            return Place({"date": found.isoformat()}, datetime.combine(found, time.min, calendar_zone).timestamp())
        return _moment(datetime.fromisoformat(str(text)), own, calendar_zone, name)
    except (TypeError, ValueError, OverflowError) as wrong:
        raise GoogleError(400, "invalid", f"Invalid value for: {name}.") from wrong


def _moment(moment: datetime, own: ZoneInfo | None, calendar_zone: ZoneInfo, name: str) -> Place:
    if moment.tzinfo is None:
        if own is None:
            raise GoogleError(400, "required", f"Missing time zone definition for {name} time.")
        moment = moment.replace(tzinfo=own)
    at = moment.replace(microsecond=0).timestamp()
    # Written in the calendar's zone, whatever the event's own is, and through seconds, so that a wall time
    # the clocks skip becomes the real one after it.
    written = write(datetime.fromtimestamp(at, calendar_zone))
    return Place({"dateTime": written, "timeZone": (own or calendar_zone).key}, at)


def write(moment: datetime) -> str:
    """Write a zoned moment to the second, with Z for UTC."""
    text = moment.isoformat(timespec="seconds")
    if text.endswith("+00:00"):
        return text[:-6] + "Z"
    # Before there were time zones, offsets had seconds, which RFC 3339 does not know.
    return text if len(text) == len("2027-03-01T10:00:00+01:00") else write(moment.astimezone(UTC))


def stamp_of(at: float) -> str:
    """Return the stamp of a moment, in UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%4Y%m%dT%H%M%SZ")


def in_zone(resource: Json, shown: ZoneInfo) -> Json:
    """Return an event with its moments written in another zone; their own zones' names stay."""
    changed = dict(resource)
    for name in ("start", "end", "originalStartTime"):
        value = resource.get(name, {})
        if "dateTime" in value:
            changed[name] = {**value, "dateTime": _in(value["dateTime"], shown)}
    return changed


def _in(moment: str, shown: ZoneInfo) -> str:
    try:
        return write(datetime.fromisoformat(moment).astimezone(shown))
    except OverflowError:
        # On the first and the last day of all time another zone may have no such moment.
        return moment
