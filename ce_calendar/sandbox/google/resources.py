"""Event resources: what Google adds to a body it is given, and what it refuses."""

import base64
import re
import secrets
from datetime import datetime
from typing import TYPE_CHECKING

from ce_calendar.sandbox.clock import rfc3339
from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.recurrence import rules
from ce_calendar.sandbox.google.times import Json, is_all_day, local, normalised, timestamp, zone

if TYPE_CHECKING:
    from ce_calendar.sandbox.google.calendars import Calendar

_ID = re.compile(r"[a-v0-9]{5,1024}")
_SET_BY_GOOGLE = {"kind", "etag", "htmlLink", "created", "updated", "creator", "recurringEventId", "originalStartTime"}
_SET_ONCE = {"id", "iCalUID", "organizer"}
_STATUSES = {"confirmed", "tentative", "cancelled"}


def new_event(body: Json, calendar: "Calendar", now: datetime, base_url: str, *, as_given: bool) -> Json:
    """Return the resource for an inserted body, with an id and all that Google fills in."""
    event_id = body.get("id") or new_id()
    if not _ID.fullmatch(event_id):
        raise GoogleError(400, "invalid", "Invalid resource id value.")
    link = base64.urlsafe_b64encode(f"{event_id} {calendar.id}".encode()).decode().rstrip("=")
    owner = {"email": calendar.id} if calendar.id == calendar.owner else _secondary(calendar)
    resource = {
        "kind": "calendar#event",
        "id": event_id,
        "status": "confirmed",
        "htmlLink": f"{base_url}/event?eid={link}",
        "created": rfc3339(now),
        "creator": {"email": calendar.owner},
        "organizer": owner,
        "iCalUID": body.get("iCalUID") or f"{event_id}@google.com",
        "sequence": 0,
        "reminders": {"useDefault": True},
        "eventType": "default",
        **merged({}, writable(body)),
    }
    for person in ("creator", "organizer"):
        if as_given and person in body:
            resource[person] = {key: value for key, value in body[person].items() if key != "self"}
        if resource[person].get("email") == calendar.id:
            resource[person]["self"] = True
    return _checked(resource, calendar)


def changed_event(current: Json, body: Json, calendar: "Calendar", *, replace: bool) -> Json:
    """Return the resource after a patch, or after an update (``replace``), which drops what it does not name."""
    wanted = writable(body)
    if replace:
        kept = _SET_BY_GOOGLE | _SET_ONCE | {"eventType", "sequence"}
        base = {key: value for key, value in current.items() if key in kept}
        resource = {**base, "status": "confirmed", "reminders": {"useDefault": True}, **merged({}, wanted)}
    else:
        resource = merged(current, wanted)
    if any(resource.get(key) != current.get(key) for key in ("start", "end", "recurrence", "status")):
        resource["sequence"] = current.get("sequence", 0) + 1
    return _checked(resource, calendar)


def writable(body: Json) -> Json:
    """Return what of a body a client may set at any time; Google ignores the rest silently."""
    return {key: value for key, value in body.items() if key not in _SET_BY_GOOGLE | _SET_ONCE}


def merged(current: Json, body: Json, *, keep_none: bool = False) -> Json:
    """Merge as JSON merge patch does: objects by key, None removes, everything else replaces."""
    result = dict(current)
    for key, value in body.items():
        if value is None and not keep_none:
            result.pop(key, None)
        elif isinstance(value, dict):
            below = result.get(key)
            result[key] = merged(below if isinstance(below, dict) else {}, value, keep_none=keep_none)
        else:
            result[key] = value
    return result


def new_id() -> str:
    """Return a random event id of Google's alphabet."""
    return "".join(secrets.choice("0123456789abcdefghijklmnopqrstuv") for _ in range(26))


def _secondary(calendar: "Calendar") -> Json:
    return {"email": calendar.id, "displayName": calendar.summary}


def _checked(resource: Json, calendar: "Calendar") -> Json:
    try:
        return _completed(resource, calendar)
    except OverflowError as endless:
        raise GoogleError(400, "invalid", "Invalid start or end time.") from endless


def _completed(resource: Json, calendar: "Calendar") -> Json:
    if resource["status"] not in _STATUSES:
        raise GoogleError(400, "invalid", "Invalid value for: status.")
    for name in ("start", "end"):
        if not resource.get(name):
            raise GoogleError(400, "required", f"Missing {name} time.")
        if resource.get("recurrence") and "timeZone" not in resource[name] and not is_all_day(resource[name]):
            raise GoogleError(400, "required", f"Missing time zone definition for {name} time.")
        resource[name] = normalised(resource[name], calendar.zone, name)
    _check_span(resource, calendar)
    if resource.get("recurrence"):
        start = resource["start"]
        own = zone(start["timeZone"]) if "timeZone" in start else calendar.zone
        rules(resource["recurrence"], local(start, calendar.zone), own)
    else:
        resource.pop("recurrence", None)
    if "attendees" in resource:
        resource["attendees"] = [_attendee(guest, calendar, resource) for guest in resource["attendees"]]
    return resource


def _check_span(resource: Json, calendar: "Calendar") -> None:
    start, end = resource["start"], resource["end"]
    if is_all_day(start) != is_all_day(end):
        raise GoogleError(400, "invalid", "Invalid start time.")
    begins, ends = timestamp(start, calendar.zone), timestamp(end, calendar.zone)
    if ends < begins or (ends == begins and is_all_day(start)):
        raise GoogleError(400, "timeRangeEmpty", "The specified time range is empty.")


def _attendee(guest: Json, calendar: "Calendar", resource: Json) -> Json:
    email = guest.get("email", "")
    if "@" not in email:
        raise GoogleError(400, "invalid", "Invalid attendee email.")
    filled = {"responseStatus": "needsAction", **guest}
    for flag, holds in (
        ("self", email == calendar.id),
        ("organizer", email == resource["organizer"].get("email")),
    ):
        filled.pop(flag, None)
        if holds:
            filled[flag] = True
    return filled
