"""The special kinds of events: what each must be, and what it cannot have."""

from datetime import date, timedelta

from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.events.times import Json, is_all_day

TYPES = ("default", "birthday", "focusTime", "fromGmail", "outOfOffice", "workingLocation")
_PROPERTIES = {
    "birthday": "birthdayProperties",
    "focusTime": "focusTimeProperties",
    "outOfOffice": "outOfOfficeProperties",
    "workingLocation": "workingLocationProperties",
}
_DECLINING = ("declineNone", "declineAllConflictingInvitations", "declineOnlyNewConflictingInvitations")
_CHAT = ("available", "doNotDisturb")
_PLACES = ("homeOffice", "officeLocation", "customLocation")
_BIRTHDAY_RULES = (["RRULE:FREQ=YEARLY"], ["RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1"])
_BIRTHDAY_HAS = frozenset(
    {
        *(
            "kind",
            "id",
            "etag",
            "status",
            "htmlLink",
            "created",
            "updated",
            "creator",
            "organizer",
            "iCalUID",
            "sequence",
        ),
        *("summary", "start", "end", "recurrence", "visibility", "transparency", "reminders", "eventType", "colorId"),
        *("birthdayProperties", "eventLabelId", "recurringEventId", "originalStartTime"),
    }
)
_OWNED_BY_GMAIL = ("summary", "description", "location", "start", "end", "recurrence")
_TITLES = {"outOfOffice": "Out of office", "focusTime": "Focus time", "birthday": "Happy birthday!"}


def defaults(kind: str) -> Json:
    """Return what a new event of this kind has unless its body says otherwise."""
    found: Json = {"summary": _TITLES[kind]} if kind in _TITLES else {}
    if kind in ("outOfOffice", "focusTime"):
        found[_PROPERTIES[kind]] = {"autoDeclineMode": "declineNone"}
    elif kind == "workingLocation":
        found |= {"visibility": "public", "transparency": "transparent"}
    elif kind == "birthday":
        found |= {"visibility": "private", "transparency": "transparent", "birthdayProperties": {"type": "birthday"}}
    return found


def check(resource: Json, *, primary: bool) -> None:
    """Refuse what Google does not take of this kind of event.

    Args:
        resource: with its start and end in Google's form.
        primary: whether the calendar is somebody's own.
    """
    kind = resource["eventType"]
    for other, name in _PROPERTIES.items():
        if name in resource and other != kind:
            raise _restricted(f"{name} can only be set on events of type {other}.")
    if kind in ("default", "fromGmail"):
        return
    if not primary:
        raise _restricted(f"Events of type {kind} can only be on a primary calendar.")
    if resource.get("attendees"):
        raise _restricted(f"Events of type {kind} cannot have attendees.")
    if kind == "workingLocation":
        _working_location(resource)
    elif kind == "birthday":
        _birthday(resource)
    else:
        _absence(resource, kind)


def check_change(current: Json, wanted: Json) -> None:
    """Refuse a change that this kind of event does not take."""
    kind = current.get("eventType", "default")
    if wanted.get("eventType") not in (None, kind):
        raise _restricted("The type of an event cannot be changed.")
    if kind == "fromGmail" and any(name in wanted and wanted[name] != current.get(name) for name in _OWNED_BY_GMAIL):
        raise _restricted("An event from Gmail cannot be changed in this way.")
    given = wanted.get("birthdayProperties") or {}
    if given.get("type", "birthday") != current.get("birthdayProperties", {}).get("type", "birthday"):
        raise _restricted("The type of a birthday cannot be changed.")


def _absence(resource: Json, kind: str) -> None:
    words = f"{kind[0].upper()}{kind[1:]}"
    if is_all_day(resource["start"]):
        raise _malformed(words, "cannot be all-day")
    if resource.get("transparency") == "transparent":
        raise _malformed(words, "must block time")
    properties = resource.get(_PROPERTIES[kind], {})
    if properties.get("autoDeclineMode", "declineNone") not in _DECLINING:
        raise _malformed(words, "must have a known autoDeclineMode")
    if properties.get("chatStatus", "available") not in _CHAT:
        raise _malformed(words, "must have a known chatStatus")


def _working_location(resource: Json) -> None:
    if resource.get("visibility") != "public":
        raise _malformed("WorkingLocation", "must have the visibility set to public")
    if resource.get("transparency") != "transparent":
        raise _malformed("WorkingLocation", "must be transparent")
    if is_all_day(resource["start"]) and _days(resource) != timedelta(days=1):
        raise _malformed("WorkingLocation", "must last one day when it is all-day")
    properties = resource.get("workingLocationProperties", {})
    if properties.get("type") not in _PLACES:
        raise _malformed("WorkingLocation", "must say its type in workingLocationProperties")


def _birthday(resource: Json) -> None:
    if not is_all_day(resource["start"]) or _days(resource) != timedelta(days=1):
        raise _malformed("Birthday", "must be all-day and last one day")
    if resource.get("visibility") != "private" or resource.get("transparency") != "transparent":
        raise _malformed("Birthday", "must be private and transparent")
    if "recurringEventId" not in resource and resource.get("recurrence") not in _BIRTHDAY_RULES:
        raise _malformed("Birthday", "must recur every year")
    if resource.get("birthdayProperties", {}).get("type", "birthday") != "birthday":
        raise _malformed("Birthday", "can only be made with the type birthday")
    if set(resource) - _BIRTHDAY_HAS:
        raise _malformed("Birthday", f"cannot have {min(set(resource) - _BIRTHDAY_HAS)}")


def _days(resource: Json) -> timedelta:
    return date.fromisoformat(resource["end"]["date"]) - date.fromisoformat(resource["start"]["date"])


def _restricted(message: str) -> GoogleError:
    return GoogleError(400, "eventTypeRestriction", message)


def _malformed(words: str, what: str) -> GoogleError:
    return GoogleError(400, f"malformed{words}Event", f"{words} event {what}.")
