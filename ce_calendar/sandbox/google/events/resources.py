"""Event resources: what Google adds to a body it is given, and what it refuses."""

import re
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from ce_calendar.sandbox.clock import rfc3339
from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.events import checks, conferences, event_types, ids, rights
from ce_calendar.sandbox.google.events.checks import EVERYTHING, Accepts
from ce_calendar.sandbox.google.events.recurrence import rules
from ce_calendar.sandbox.google.events.times import Json, is_all_day, known_zone, local, placed

if TYPE_CHECKING:
    from ce_calendar.sandbox.google.calendars import Calendar

_ID = re.compile(r"[a-v0-9]{5,1024}")
_ANY_ID = re.compile(r"[A-Za-z0-9_]{1,1024}")
"""Also those that Google gives itself: of imported events, and of series that were split."""
_KEPT = frozenset(
    {
        *(
            "kind",
            "etag",
            "id",
            "iCalUID",
            "htmlLink",
            "created",
            "updated",
            "creator",
            "organizer",
            "sequence",
            "locked",
        ),
        *("eventType", "birthdayProperties", "privateCopy", "recurringEventId", "originalStartTime"),
    }
)
"""What an update leaves as it was, whatever its body holds."""
_OWN = frozenset(checks.WRITABLE) - _KEPT | {"hangoutLink"}
"""What an instance can have of its own."""
_SET_ONCE = (
    "id",
    "iCalUID",
    "eventType",
    "birthdayProperties",
    "privateCopy",
    "attendeesOmitted",
    "hangoutLink",
    "locked",
)
_TIMED = ("start", "end", "recurrence", "status")
"""What raises the sequence number when it changes."""
_NOT_JSON_OF_AN_EVENT = (TypeError, AttributeError, KeyError, ValueError, OverflowError, RecursionError)


class Complete(NamedTuple):
    """A resource that has all it needs, with the span it covers."""

    resource: Json
    earliest: float
    latest: float


def new_event(
    body: Json,
    calendar: "Calendar",
    now: datetime,
    base_url: str,
    *,
    accepts: Accepts = Accepts(),  # noqa: B008 - a tuple of constants
    creator: str | None = None,
) -> Complete:
    """Return the resource for an inserted body, with an id and all that Google fills in.

    Args:
        body: the event in Google's form.
        calendar: where it will stand.
        now: the present.
        base_url: where its htmlLink leads.
        accepts: which newer parts the request can handle; ``given`` also keeps organizer and creator of the body.
        creator: who inserts it, if that is not the calendar's owner.
    """
    try:
        return _new_event(body, calendar, now, base_url, accepts=accepts, creator=creator)
    except _NOT_JSON_OF_AN_EVENT as wrong:
        raise GoogleError(400, "invalid", "Invalid event.") from wrong


def _new_event(
    body: Json, calendar: "Calendar", now: datetime, base_url: str, *, accepts: Accepts, creator: str | None
) -> Complete:
    wanted = checks.writable(body, accepts)
    checks.check_label(wanted, calendar.labels, accepts)
    event_id = wanted.get("id") or ids.new_id()
    if not (_ANY_ID if accepts.given else _ID).fullmatch(event_id):
        raise GoogleError(400, "invalid", "Invalid resource id value.")
    kind = wanted.get("eventType") or "default"
    if kind not in event_types.TYPES or (kind == "fromGmail" and not accepts.given):
        raise GoogleError(400, "eventTypeRestriction", "Events of this type cannot be created.")
    resource = {
        "kind": "calendar#event",
        "id": event_id,
        "status": "confirmed",
        "htmlLink": ids.link(base_url, event_id, calendar.id),
        "created": rfc3339(now),
        "creator": {"email": creator or calendar.owner},
        "organizer": organizer_of(calendar),
        "iCalUID": body.get("iCalUID") or f"{event_id}@google.com",
        "sequence": 0,
        "reminders": {"useDefault": True},
        "eventType": kind,
        **({} if kind == "default" else event_types.defaults(kind)),
        **merged({}, wanted),
    }
    resource["id"] = event_id
    if accepts.given:
        _take_people(resource, body)
    conference = wanted.get("conferenceData")
    if conference:
        _set_conference(resource, conference, None, calendar, given=accepts.given)
    return _completed(resource, calendar)


def _take_people(resource: Json, body: Json) -> None:
    for person in ("creator", "organizer"):
        given = body.get(person)
        if isinstance(given, dict) and isinstance(given.get("email"), str):
            resource[person] = {key: given[key] for key in ("id", "email", "displayName") if key in given}


def changed_event(
    current: Json, body: Json, calendar: "Calendar", *, replace: bool, accepts: Accepts = EVERYTHING
) -> Complete:
    """Return the resource after a patch, or after an update (``replace``), which drops what it does not name."""
    try:
        return _changed_event(current, body, calendar, accepts, replace=replace)
    except _NOT_JSON_OF_AN_EVENT as wrong:
        raise GoogleError(400, "invalid", "Invalid event.") from wrong


def _changed_event(current: Json, body: Json, calendar: "Calendar", accepts: Accepts, *, replace: bool) -> Complete:
    wanted = checks.writable(body, accepts)
    checks.check_label(wanted, calendar.labels, accepts)
    event_types.check_change(current, wanted)
    some_guests = wanted.get("attendeesOmitted") is True
    for name in _SET_ONCE:
        wanted.pop(name, None)
    if wanted.get("status") is None:
        wanted.pop("status", None)
    sequence = wanted.pop("sequence", None)
    if sequence is not None and sequence < current.get("sequence", 0):
        raise GoogleError(400, "invalid", _SEQUENCE)
    if some_guests:
        wanted["attendees"] = _some_attendees(current.get("attendees", []), wanted.get("attendees") or [])
    if replace:
        kept = _KEPT.union(_not_accepted(accepts))
        base = {key: value for key, value in current.items() if key in kept}
        resource = {**base, "status": "confirmed", "reminders": {"useDefault": True}, **merged({}, wanted)}
    else:
        resource = merged(current, wanted)
    if accepts.conference:
        _change_conference(resource, wanted, current, calendar)
    if accepts.given:
        _take_people(resource, body)
    made = _completed(resource, calendar)
    rights.check_change(made.resource, current, calendar)
    changed = any(made.resource.get(name) != current.get(name) for name in _TIMED)
    made.resource["sequence"] = max(sequence or 0, current.get("sequence", 0) + changed)
    return made


_SEQUENCE = (
    "Invalid sequence value. The specified sequence number is below the current sequence number of the resource. "
    "Re-fetch the resource and use its sequence number on the following request."
)


def _not_accepted(accepts: Accepts) -> set[str]:
    """Return what stays as it was because the request does not know of it."""
    kept = set() if accepts.conference else {"conferenceData", "hangoutLink"}
    kept |= set() if accepts.attachments else {"attachments"}
    return kept if accepts.given else kept | {"colorId" if accepts.labels else "eventLabelId"}


def _some_attendees(current: list[Json], given: list[Json]) -> list[Json]:
    """Return all guests, those who are given in their new form: how a guest who sees not all of them answers."""
    new = {guest["email"].lower(): guest for guest in given}
    kept = [merged(guest, new.pop(guest["email"].lower(), {})) for guest in current]
    return [*kept, *new.values()]


def _change_conference(resource: Json, wanted: Json, current: Json, calendar: "Calendar") -> None:
    if wanted.get("conferenceData"):
        # Not what the merge made of it: a conference is one thing, and replaced as one.
        _set_conference(resource, wanted["conferenceData"], current.get("conferenceData"), calendar, given=False)
    elif "conferenceData" not in resource:
        resource.pop("hangoutLink", None)


def _set_conference(resource: Json, wanted: Json, current: Json | None, calendar: "Calendar", *, given: bool) -> None:
    if given:
        resource["conferenceData"] = wanted
        return
    data, link = conferences.settled(merged({}, wanted), current, calendar.conference_types)
    resource["conferenceData"] = data
    resource.pop("hangoutLink", None)
    if link:
        resource["hangoutLink"] = link


def own_part(made: Json, base: Json, names: Collection[str], *, everything: bool) -> Json:
    """Return what an instance has of its own and not from its series; None for what it lacks.

    Args:
        made: the instance.
        base: what it would be without any change.
        names: the fields that were ever changed on it.
        everything: whether all it does not share with its series is its own, as after an update.
    """
    if everything:
        names = [name for name in (*made, *base) if made.get(name) != base.get(name)]
    spanned = {"start", "end"} if "start" in names or "end" in names else set()
    return {name: made.get(name) for name in sorted({*names, *spanned} & _OWN)}


def exception_to(base: Json, own: Json, calendar: "Calendar") -> Complete:
    """Return the instance of a series that has this of its own."""
    return _completed({key: value for key, value in (base | own).items() if value is not None}, calendar)


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


def organizer_of(calendar: "Calendar") -> Json:
    """Return who organizes the events that begin in a calendar."""
    if calendar.id == calendar.owner:
        return {"email": calendar.id}
    return {"email": calendar.id, "displayName": calendar.summary}


def _completed(resource: Json, calendar: "Calendar") -> Complete:
    recurs = bool(resource.get("recurrence"))
    zone = calendar.zone
    if resource.get("endTimeUnspecified") and not resource.get("end"):
        resource["end"] = _end_of(resource.get("start") or {})
    for name in ("start", "end"):
        value = resource.get(name)
        if not value:
            raise GoogleError(400, "required", f"Missing {name} time.")
        if recurs and "timeZone" not in value and not is_all_day(value):
            raise GoogleError(400, "required", f"Missing time zone definition for {name} time.")
    start, end = placed(resource["start"], zone, "start"), placed(resource["end"], zone, "end")
    resource["start"], resource["end"] = start.value, end.value
    if is_all_day(start.value) != is_all_day(end.value):
        raise GoogleError(400, "invalid", "Invalid start time.")
    if end.at < start.at or (end.at == start.at and is_all_day(start.value)):
        raise GoogleError(400, "timeRangeEmpty", "The specified time range is empty.")
    if recurs:
        own = known_zone(start.value["timeZone"]) if "timeZone" in start.value else zone
        rules(resource["recurrence"], local(start.value, zone), own)
    else:
        resource.pop("recurrence", None)
    checks.check(resource)
    _flag_people(resource, calendar)
    if "eventType" in resource:
        event_types.check(resource, primary=calendar.id == calendar.owner)
    return Complete(resource, start.at, end.at)


def _end_of(start: Json) -> Json:
    if "date" not in start:
        return start
    return {"date": (datetime.fromisoformat(start["date"]) + timedelta(days=1)).date().isoformat()}


def _flag_people(resource: Json, calendar: "Calendar") -> None:
    for name in ("creator", "organizer"):
        person = {key: value for key, value in resource[name].items() if key != "self"}
        mine = str(person.get("email")).lower() == calendar.id.lower()
        resource[name] = {**person, "email": calendar.id, "self": True} if mine else person
    guests = resource.get("attendees")
    if guests:
        organizer = resource["organizer"].get("email", "").lower()
        resource["attendees"] = checks.attendees(guests, calendar.id, organizer)
    else:
        resource.pop("attendees", None)
