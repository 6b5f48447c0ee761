"""Moments and days, as Google's EventDateTime writes them."""

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ce_calendar.sandbox.google.errors import GoogleError

Json = dict[str, Any]


def zone(name: str) -> ZoneInfo:
    """Return the time zone of this IANA name; GoogleError 400 if there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
        raise GoogleError(400, "invalid", "Invalid time zone definition.") from unknown


def parse_moment(text: str) -> datetime:
    """Read an RFC 3339 moment that must carry an offset."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise GoogleError(400, "badRequest", f"Not an RFC 3339 time: {text[:40]}") from wrong
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
    own = ZoneInfo(value["timeZone"]) if "timeZone" in value else calendar_zone
    return datetime.fromisoformat(value["dateTime"]).astimezone(own).replace(tzinfo=None)


def timestamp(value: Json, calendar_zone: ZoneInfo) -> float:
    """Return seconds since 1970; a day begins at midnight in the calendar's zone."""
    if is_all_day(value):
        return local(value, calendar_zone).replace(tzinfo=calendar_zone).timestamp()
    return datetime.fromisoformat(value["dateTime"]).timestamp()


def normalised(value: Json, calendar_zone: ZoneInfo, name: str) -> Json:
    """Return the value as Google gives it back: a day, or a moment with its offset and its zone.

    Raises:
        GoogleError: neither or both of date and dateTime, an unreadable value, or no zone at all.
    """
    if ("date" in value) == ("dateTime" in value):
        raise GoogleError(400, "invalid", f"Invalid {name} time.")
    own = zone(value["timeZone"]) if "timeZone" in value else None
    try:
        if is_all_day(value):
            return {"date": date.fromisoformat(value["date"]).isoformat()}
        moment = datetime.fromisoformat(value["dateTime"])
    except (TypeError, ValueError) as wrong:
        raise GoogleError(400, "invalid", f"Invalid value for: {name}.") from wrong
    if moment.tzinfo is None:
        if own is None:
            raise GoogleError(400, "required", f"Missing time zone definition for {name} time.")
        moment = moment.replace(tzinfo=own)
    shown = own or calendar_zone
    return {"dateTime": write(moment.astimezone(shown)), "timeZone": shown.key}


def write(moment: datetime) -> str:
    """Write a zoned moment to the second, with Z for UTC."""
    return moment.replace(microsecond=0).isoformat().replace("+00:00", "Z")


def instance_stamp(value: Json, calendar_zone: ZoneInfo) -> str:
    """Return what Google appends to a series' id to name the instance that originally starts here."""
    if is_all_day(value):
        return str(value["date"]).replace("-", "")
    return datetime.fromtimestamp(timestamp(value, calendar_zone), UTC).strftime("%Y%m%dT%H%M%SZ")
