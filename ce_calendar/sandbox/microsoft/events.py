"""Events as they are kept: what a request may say, what Exchange fills in, and what it refuses.

A kept event has Graph's fields but ids; ``start`` and ``end`` are wall times in ``_zone``, an IANA zone.
"""

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ce_calendar.sandbox.microsoft import recurrence as recurrences
from ce_calendar.sandbox.microsoft import zones
from ce_calendar.sandbox.microsoft.errors import GraphError

Json = dict[str, Any]

NEVER = "0001-01-01T00:00:00Z"
"""Microsoft's way of saying that there is no time."""

_DEFAULTS: Json = {
    "subject": "",
    "body": {"contentType": "html", "content": ""},
    "importance": "normal",
    "sensitivity": "normal",
    "showAs": "busy",
    "isAllDay": False,
    "isCancelled": False,
    "isDraft": False,
    "responseRequested": True,
    "allowNewTimeProposals": True,
    "hideAttendees": False,
    "hasAttachments": False,
    "isReminderOn": True,
    "reminderMinutesBeforeStart": 15,
    "categories": [],
    "location": {},
    "locations": [],
    "attendees": [],
    "recurrence": None,
    "transactionId": None,
    "onlineMeetingUrl": None,
    "isOnlineMeeting": False,
    "onlineMeetingProvider": "unknown",
    "onlineMeeting": None,
}
_CHOICES = {
    "importance": ("low", "normal", "high"),
    "sensitivity": ("normal", "personal", "private", "confidential"),
    "showAs": ("free", "tentative", "busy", "oof", "workingElsewhere", "unknown"),
    "onlineMeetingProvider": ("unknown", "teamsForBusiness", "skypeForBusiness", "skypeForConsumer"),
}
_TYPES: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys(("subject", "transactionId", *_CHOICES), str),
    **dict.fromkeys(("body", "start", "end", "location", "recurrence"), dict),
    **dict.fromkeys(("locations", "attendees", "categories"), list),
    **dict.fromkeys(
        (
            *("isAllDay", "responseRequested", "allowNewTimeProposals", "hideAttendees", "isReminderOn"),
            "isOnlineMeeting",
        ),
        bool,
    ),
    "reminderMinutesBeforeStart": int,
}
"""What a request may set, and of which JSON type it is."""
_SET_BY_EXCHANGE = {
    *("id", "changeKey", "createdDateTime", "lastModifiedDateTime", "iCalUId", "type", "seriesMasterId", "webLink"),
    *("isOrganizer", "organizer", "isCancelled", "isDraft", "responseStatus", "bodyPreview", "hasAttachments"),
    *("originalStart", "originalStartTimeZone", "originalEndTimeZone", "onlineMeeting", "onlineMeetingUrl"),
}
"""Fields a request may carry and that are ignored, as in an event that is sent back whole."""
_ONLY_GIVEN: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys(("iCalUId", "customTimeZone"), str),
    **dict.fromkeys(("organizer", "responseStatus"), dict),
    **dict.fromkeys(("isCancelled", "isDraft"), bool),
}
"""What the control API may set besides: things that happen at Exchange and not through Graph."""
_NOT_OFFERED = {"attachments", "extensions", "singleValueExtendedProperties", "multiValueExtendedProperties"}
_RESPONSES = ("none", "organizer", "tentativelyAccepted", "accepted", "declined", "notResponded")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


def readable(body: Json, *, as_given: bool) -> Json:
    """Return what counts of a request's body.

    Raises:
        GraphError: 400 for a field that does not exist or is of another type.
    """
    taken: Json = {}
    allowed = _TYPES | _ONLY_GIVEN if as_given else _TYPES
    for name, value in body.items():
        if name in allowed:
            _check(name, value, allowed[name])
            taken[name] = value
        elif name in _NOT_OFFERED:
            raise GraphError(501, "notImplemented", f"The sandbox does not offer {name} yet.")
        elif name not in _SET_BY_EXCHANGE and "@odata." not in name:
            raise GraphError(
                400,
                "RequestBodyRead",
                f"The property '{name}' does not exist on type 'microsoft.graph.event'. Make sure to only use property "
                "names that are defined by the type.",
            )
    return taken


def merged(current: Json, taken: Json, *, as_given: bool = False) -> Json:
    """Return an event after a change; ``current`` is empty for a new one.

    Raises:
        GraphError: 400 for times, zones, recurrences and guests that cannot be.
    """
    result = {**_DEFAULTS, **current, **{name: value for name, value in taken.items() if name not in ("start", "end")}}
    custom = result.pop("customTimeZone", None)
    if "start" in taken or "end" in taken or not current:
        result |= _span(current, taken, custom)
    _check_span(result)
    if "location" in taken or "locations" in taken or not current:
        result |= _places(taken)
    if "attendees" in taken:
        answers = {guest["emailAddress"]["address"]: guest["status"] for guest in current.get("attendees", [])}
        result["attendees"] = [_attendee(guest, answers, as_given=as_given) for guest in taken["attendees"]]
    if "body" in taken:
        result["body"] = {"contentType": "html", "content": "", **taken["body"]}
    if result["recurrence"] is not None:
        start = datetime.fromisoformat(result["start"])
        result["recurrence"] = recurrences.completed(result["recurrence"], start, result["originalStartTimeZone"])
    return result


def _check(name: str, value: object, expected: type | tuple[type, ...]) -> None:
    nullable = name in ("recurrence", "location", "transactionId", "body", "subject")
    wrong = not isinstance(value, expected) or (expected is int and isinstance(value, bool))
    if (wrong and not (nullable and value is None)) or (name in _CHOICES and value not in _CHOICES[name]):
        raise GraphError(400, "RequestBodyRead", f"Cannot convert the literal of '{name}' to the expected type.")


def _span(current: Json, taken: Json, custom: str | None) -> Json:
    if not current and not ("start" in taken and "end" in taken):
        raise invalid("Start and End are required.")
    zone_name = str(current.get("_zone", "UTC"))
    found: Json = {}
    if "start" in taken:
        start, zone_name, written = _wall(taken["start"], custom)
        found |= {"start": start.isoformat(), "_zone": zone_name, "originalStartTimeZone": written}
    if "end" in taken:
        end, end_zone, written = _wall(taken["end"], custom)
        found["originalEndTimeZone"] = written
    else:
        end, end_zone = datetime.fromisoformat(current["end"]), current["_zone"]
    if end_zone != zone_name:
        end = end.replace(tzinfo=ZoneInfo(end_zone)).astimezone(ZoneInfo(zone_name)).replace(tzinfo=None)
    return found | {"end": end.isoformat()}


def _wall(value: Json, custom: str | None) -> tuple[datetime, str, str]:
    """Return wall time, IANA zone, and the zone's name as Exchange keeps it."""
    named = value.get("timeZone") or "UTC"
    if named == zones.CUSTOM and custom:
        zone_name, written = zones.iana(custom), zones.CUSTOM
    else:
        zone_name = zones.iana(str(named))
        written = str(named) if named == zones.UNIVERSAL else zones.windows(zone_name or "UTC")
    if zone_name is None:
        message = "A valid TimeZone value must be specified. The following TimeZone value is not supported: "
        raise GraphError(400, "TimeZoneNotSupportedException", message + f"'{str(named)[:60]}'.")
    try:
        # Graph writes seven digits of a second's fraction; Python reads six.
        moment = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", str(value["dateTime"])))
    except (KeyError, ValueError) as unreadable:
        raise invalid("The value of dateTime cannot be read.") from unreadable
    if moment.tzinfo is not None:
        moment = moment.astimezone(ZoneInfo(zone_name)).replace(tzinfo=None)
    return moment.replace(microsecond=0), zone_name, written


def _check_span(event: Json) -> None:
    start, end = datetime.fromisoformat(event["start"]), datetime.fromisoformat(event["end"])
    if end < start:
        raise invalid("The start of an event must be before its end.")
    if event["isAllDay"]:
        if any(moment.time() != datetime.min.time() for moment in (start, end)):
            raise invalid("The Event.Start and Event.End properties of an all-day event need to be set to midnight.")
        if end - start < timedelta(days=1):
            raise invalid("The duration of an all-day event must be at least 24 hours.")


def _places(taken: Json) -> Json:
    given = taken.get("locations") or ([taken["location"]] if taken.get("location") else [])
    if not all(isinstance(place, dict) for place in given):
        raise invalid("A location is an object.")
    places = [
        {
            "displayName": "",
            "locationType": "default",
            "uniqueId": place.get("displayName", ""),
            "uniqueIdType": "private",
            **place,
        }
        for place in given
    ]
    nowhere = {
        "displayName": "",
        "locationType": "default",
        "uniqueIdType": "unknown",
        "address": {},
        "coordinates": {},
    }
    return {"location": places[0] if places else nowhere, "locations": places}


def _attendee(guest: object, answers: Json, *, as_given: bool) -> Json:
    if not isinstance(guest, dict) or not isinstance(guest.get("emailAddress"), dict):
        raise invalid("An attendee needs an emailAddress.")
    address = str(guest["emailAddress"].get("address", ""))
    if not _ADDRESS.fullmatch(address):
        raise GraphError(400, "ErrorInvalidRecipients", "At least one recipient is not valid.")
    kind = guest.get("type", "required")
    if kind not in ("required", "optional", "resource"):
        raise invalid("An attendee is required, optional or a resource.")
    # What a guest answered is the guest's to say: through Graph it cannot be set.
    status = guest.get("status", {}) if as_given else answers.get(address, {})
    if status.get("response", "none") not in _RESPONSES:
        raise invalid("This response does not exist.")
    name = guest["emailAddress"].get("name") or address
    return {
        "type": kind,
        "status": {"response": "none", "time": NEVER, **status},
        "emailAddress": {"name": name, "address": address},
    }


def invalid(message: str) -> GraphError:
    """Return Exchange's usual refusal of a property."""
    return GraphError(400, "ErrorPropertyValidationFailure", f"At least one property failed validation. {message}")
