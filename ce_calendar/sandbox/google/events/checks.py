"""The fields of an event that have rules of their own: their types, bounds and defaults."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.events.times import Json

MOST_ATTENDEES = 200
MOST_ATTACHMENTS = 25
MOST_OVERRIDES = 5
MOST_MINUTES = 40_320
"""Four weeks: how long before an event a reminder may come."""
_LONGEST_NAME, _LONGEST_VALUE, _MOST_PROPERTIES, _MOST_BYTES = 44, 1_024, 300, 32_768
"""Of extended properties; a longer name is dropped and a longer value cut off, as Google does silently."""

_TYPES: dict[str, type] = {
    **dict.fromkeys(("summary", "description", "location", "colorId", "eventLabelId", "eventType", "id"), str),
    **dict.fromkeys(("iCalUID", "status", "transparency", "visibility"), str),
    **dict.fromkeys(("anyoneCanAddSelf", "attendeesOmitted", "endTimeUnspecified", "guestsCanModify"), bool),
    **dict.fromkeys(("guestsCanInviteOthers", "guestsCanSeeOtherGuests", "privateCopy"), bool),
    **dict.fromkeys(("birthdayProperties", "conferenceData", "extendedProperties", "focusTimeProperties"), dict),
    **dict.fromkeys(("gadget", "outOfOfficeProperties", "reminders", "source", "start", "end"), dict),
    "workingLocationProperties": dict,
    **dict.fromkeys(("attachments", "attendees", "recurrence"), list),
    "sequence": int,
}
"""What a client may write."""
WRITABLE = frozenset(_TYPES)
_GIVEN: dict[str, type] = {"hangoutLink": str, "locked": bool}
"""What else may be said of an event that comes from elsewhere."""
_CHOICES = {
    "status": ("confirmed", "tentative", "cancelled"),
    "transparency": ("opaque", "transparent"),
    "visibility": ("default", "public", "private", "confidential"),
    "colorId": ("", *map(str, range(1, 12))),
}
_DEFAULTS = {
    **dict.fromkeys(("summary", "description", "location", "colorId", "eventLabelId"), ""),
    **dict.fromkeys(("anyoneCanAddSelf", "attendeesOmitted", "endTimeUnspecified", "guestsCanModify"), False),
    **dict.fromkeys(("locked", "privateCopy"), False),
    **dict.fromkeys(("guestsCanInviteOthers", "guestsCanSeeOtherGuests"), True),
    "transparency": "opaque",
    "visibility": "default",
}
"""What Google does not write because everybody takes it for granted."""

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_GUEST_TYPES = {"id": str, "displayName": str, "comment": str, "optional": bool, "resource": bool}
_RESPONSES = ("needsAction", "declined", "tentative", "accepted")
_DRIVE_FILE = re.compile(r"https://(?:docs|drive)\.google\.com/.*?(?:/d/|[?&]id=)([\w-]+)")


class Accepts(NamedTuple):
    """Which newer parts of an event a request says it can handle."""

    conference: bool = False
    attachments: bool = False
    labels: bool = False
    given: bool = False
    """Whether the event comes from elsewhere, with what only Google could have written."""


EVERYTHING = Accepts(conference=True, attachments=True, labels=True, given=True)


def writable(body: Json, accepts: Accepts) -> Json:
    """Return what of a body may be written; Google ignores the rest silently.

    Raises:
        GoogleError: 400 for a value of another type than the field's.
    """
    found: Json = {}
    for name, value in body.items():
        kind = _TYPES.get(name) or (_GIVEN.get(name) if accepts.given else None)
        if kind is None:
            continue
        if value is not None and not isinstance(value, kind):
            raise _invalid(name)
        found[name] = value
    if not accepts.conference:
        found.pop("conferenceData", None)
    if not accepts.attachments:
        found.pop("attachments", None)
    if not accepts.given:
        found.pop("colorId" if accepts.labels else "eventLabelId", None)
    return found


def check_label(wanted: Json, labels: list[Json], accepts: Accepts) -> None:
    """Refuse a label that the calendar does not have."""
    label = wanted.get("eventLabelId")
    if label and not accepts.given and all(each.get("id") != label for each in labels):
        raise _invalid("eventLabelId")


def check(resource: Json) -> None:
    """Hold every field of a resource against its rules and put its values into Google's form."""
    for name, choices in _CHOICES.items():
        if name in resource and resource[name] not in choices:
            raise _invalid(name)
    for name, checked in _CHECKS.items():
        if name in resource:
            resource[name] = checked(resource[name])
            if not resource[name]:
                del resource[name]
    for name, default in _DEFAULTS.items():
        if name in resource and resource[name] == default:
            del resource[name]


def attendees(guests: list[Json], calendar_id: str, organizer: str) -> list[Json]:
    """Return the guests, each once, with the flags that say whose calendar this is and who organizes."""
    if len(guests) > MOST_ATTENDEES:
        raise GoogleError(400, "invalid", f"An event can have at most {MOST_ATTENDEES} attendees.")
    found: dict[str, Json] = {}
    for guest in guests:
        filled = _attendee(guest)
        address = filled["email"]
        if address == calendar_id:
            filled["self"] = True
        if address == organizer:
            filled["organizer"] = True
        found.setdefault(address, filled)
    return list(found.values())


def _attendee(guest: Json) -> Json:
    email = guest.get("email")
    if not isinstance(email, str) or not _EMAIL.fullmatch(email):
        raise GoogleError(400, "invalid", "Invalid attendee email.")
    # Google does not tell capitals apart: whoever has an account here is found by the small ones.
    filled: Json = {"email": email.lower(), "responseStatus": guest.get("responseStatus") or "needsAction"}
    if filled["responseStatus"] not in _RESPONSES:
        raise _invalid("attendees.responseStatus")
    for name, kind in _GUEST_TYPES.items():
        value = guest.get(name)
        if value:
            if not isinstance(value, kind):
                raise _invalid(f"attendees.{name}")
            filled[name] = value
    more = guest.get("additionalGuests")
    if more:
        filled["additionalGuests"] = _number(more, "attendees.additionalGuests", 2**31 - 1)
    return filled


def _reminders(value: Json) -> Json:
    use_default = value.get("useDefault", False) is True
    overrides = value.get("overrides") or []
    if use_default and overrides:
        message = "Cannot specify both default reminders and overrides at the same time."
        raise GoogleError(400, "cannotUseDefaultRemindersAndSpecifyOverride", message)
    if len(overrides) > MOST_OVERRIDES:
        raise GoogleError(400, "invalid", f"There can be at most {MOST_OVERRIDES} override reminders.")
    found: Json = {"useDefault": use_default}
    if overrides:
        found["overrides"] = [reminder(each) for each in overrides]
    return found


def reminder(value: Json) -> Json:
    """Return one reminder, checked."""
    method = value.get("method")
    if not method:
        raise GoogleError(400, "required", "Missing reminder method.")
    if method not in ("email", "popup"):
        raise GoogleError(400, "invalid", "Invalid reminder method.")
    if "minutes" not in value:
        raise GoogleError(400, "required", "Missing reminder minutes.")
    return {"method": method, "minutes": _number(value["minutes"], "reminders.minutes", MOST_MINUTES)}


def _attachments(values: list[Json]) -> list[Json]:
    if len(values) > MOST_ATTACHMENTS:
        raise GoogleError(400, "invalid", f"An event can have at most {MOST_ATTACHMENTS} attachments.")
    found = []
    for value in values:
        url = value.get("fileUrl")
        if not url:
            raise GoogleError(400, "required", "Missing attachment file URL.")
        if not isinstance(url, str) or not url.startswith(("https://", "http://")):
            raise GoogleError(400, "invalid", "Invalid attachment file URL.")
        kept = {key: value[key] for key in ("fileUrl", "title", "mimeType", "iconLink") if value.get(key)}
        drive = _DRIVE_FILE.match(url)
        found.append({**kept, "fileId": drive[1]} if drive else kept)
    return found


def _extended_properties(value: Json) -> Json:
    found = {}
    for scope in ("private", "shared"):
        kept = {}
        for name, text in (value.get(scope) or {}).items():
            if not isinstance(text, str):
                raise _invalid(f"extendedProperties.{scope}")
            if len(name) <= _LONGEST_NAME:
                kept[name] = text[:_LONGEST_VALUE]
        size = sum(len(name) + len(text) for name, text in kept.items())
        if len(kept) > _MOST_PROPERTIES or size > _MOST_BYTES:
            raise GoogleError(400, "invalid", f"Too many or too large {scope} extended properties.")
        if kept:
            found[scope] = kept
    return found


def _source(value: Json) -> Json:
    url = value.get("url")
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        raise GoogleError(400, "invalid", "Invalid source URL.")
    return {key: value[key] for key in ("url", "title") if value.get(key)}


_CHECKS: dict[str, Callable[[Any], Any]] = {
    "reminders": _reminders,
    "attachments": _attachments,
    "extendedProperties": _extended_properties,
    "source": _source,
}


def _number(value: Any, name: str, most: int) -> int:  # noqa: ANN401 - any JSON value
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise _invalid(name)
    return value


def _invalid(name: str) -> GoogleError:
    return GoogleError(400, "invalid", f"Invalid value for: {name}")
