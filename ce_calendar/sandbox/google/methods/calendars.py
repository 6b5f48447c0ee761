"""calendars: what a calendar says about itself, making one and deleting it."""

import json
import re
import secrets
import uuid

from ce_calendar.sandbox.google.calendars import Calendar
from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.events.times import zone
from ce_calendar.sandbox.google.events.writes import Writes
from ce_calendar.sandbox.google.methods.task import Handler, Json, Task
from ce_calendar.sandbox.google.palette import is_rgb

_CONFERENCES = ("eventHangout", "eventNamedHangout", "hangoutsMeet")
_USUAL_CONFERENCES = ["hangoutsMeet"]
_TEXTS = ("description", "location")
_MOST_LABELS = 200
_LONGEST_LABEL = 50
_LABEL_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def about(calendar: Calendar) -> Json:
    """Return what a calendar says about itself, wherever it is shown."""
    said: Json = {"id": calendar.id, "summary": calendar.summary, "timeZone": calendar.time_zone}
    for name in _TEXTS:
        text = getattr(calendar, name)
        if text:
            said[name] = text
    if calendar.id != calendar.owner:
        said["dataOwner"] = calendar.owner
    types = _USUAL_CONFERENCES if calendar.conference_types is None else calendar.conference_types
    return said | {"conferenceProperties": {"allowedConferenceSolutionTypes": types}}


def calendars_get(task: Task) -> str:
    """Answer calendars.get."""
    return _shown(task.calendar())


def calendars_insert(task: Task) -> str:
    """Answer calendars.insert: a secondary calendar, of which the account is the data owner."""
    account = task.account
    summary = _summary(task.body)
    calendar_id = f"c_{secrets.token_hex(32)}@group.calendar.google.com"
    calendar = Calendar(calendar_id, summary, account.time_zone, account.email, client_id=task.client_id)
    _take_up(calendar, task.body, replace=False)
    calendar.acl.put("user", account.email, "owner")
    task.world.calendars[calendar_id] = calendar
    account.calendar_list.add(calendar_id, selected=True)
    task.world.calendar_list_changed(account)
    return _shown(calendar)


def calendars_patch(task: Task) -> str:
    """Answer calendars.patch."""
    return _change(task, replace=False)


def calendars_update(task: Task) -> str:
    """Answer calendars.update."""
    return _change(task, replace=True)


def calendars_delete(task: Task) -> None:
    """Answer calendars.delete: for its data owner only, and never the primary calendar."""
    calendar = task.calendar("owner")
    task.check_etag(_etag(calendar))
    if calendar.id == calendar.owner:
        raise GoogleError(403, "cannotDeletePrimaryCalendar", "Cannot delete the primary calendar.")
    if calendar.owner != task.account.email:
        raise GoogleError(403, "forbidden", "Only the data owner can delete a calendar.")
    # Its meetings leave the calendars of their guests.
    Writes(task.world, task.account.email).clear(calendar)
    task.world.calendar_removed(calendar)


def calendars_clear(task: Task) -> None:
    """Answer calendars.clear: for the account's primary calendar only."""
    calendar = task.calendar("owner")
    if calendar.id != task.account.email:
        raise GoogleError(400, "invalid", "Only the primary calendar can be cleared.")
    Writes(task.world, task.account.email).clear(calendar)


def calendars_transfer(task: Task) -> None:
    """Answer calendars.transferOwnership: for administrators of an organization, and nobody here is one."""
    if task.params.get("useAdminAccess") is not True:
        raise GoogleError(400, "invalid", "Invalid value for: useAdminAccess. Only true is accepted.")
    message = "The caller is not a Google Workspace administrator with the Manage Calendars privilege."
    raise GoogleError(403, "forbidden", message)


def _change(task: Task, *, replace: bool) -> str:
    calendar = task.calendar("owner")
    task.check_etag(_etag(calendar))
    if replace or task.body.get("summary") is not None:
        _summary(task.body)
    before = _state(calendar)
    _take_up(calendar, task.body, replace=replace)
    if _state(calendar) != before:
        calendar.revision += 1
        task.world.dirty = True
    return _shown(calendar)


def _summary(body: Json) -> str:
    summary = body.get("summary")
    if not isinstance(summary, str) or not summary.strip():
        raise GoogleError(400, "required", "Missing title.")
    return summary


def _take_up(calendar: Calendar, body: Json, *, replace: bool) -> None:
    """Take up what a body says; whatever can be refused is read first, so that a refusal changes nothing."""
    time_zone = zone(str(body["timeZone"])).key if body.get("timeZone") else calendar.time_zone
    types = _conference_types(body.get("conferenceProperties"))
    labels = _labels(body.get("labelProperties"))
    calendar.summary = body.get("summary") or calendar.summary
    for name in _TEXTS:
        if name in body or replace:
            setattr(calendar, name, body.get(name) or None)
    if types is not None:
        calendar.conference_types = types
    if labels is not None:
        calendar.labels = labels
    if time_zone != calendar.time_zone:
        calendar.move_to_zone(time_zone)


def _conference_types(properties: object) -> list[str] | None:
    types = properties.get("allowedConferenceSolutionTypes") if isinstance(properties, dict) else None
    if types is None:
        return None
    if not isinstance(types, list) or not all(each in _CONFERENCES for each in types):
        raise GoogleError(400, "invalid", "Invalid value for: conferenceProperties.")
    return list(dict.fromkeys(types))


def _labels(properties: object) -> list[Json] | None:
    labels = properties.get("eventLabels") if isinstance(properties, dict) else None
    if labels is None:
        return None
    if not isinstance(labels, list) or len(labels) > _MOST_LABELS:
        raise GoogleError(400, "invalid", "Invalid value for: labelProperties.")
    read = [_label(each) for each in labels]
    if len({each["id"] for each in read}) < len(read):
        raise GoogleError(400, "invalid", "Invalid value for: labelProperties. The ids must be unique.")
    return read


def _label(label: object) -> Json:
    found = label if isinstance(label, dict) else {}
    name, label_id = found.get("name") or "", found.get("id") or str(uuid.uuid4())
    named = isinstance(name, str) and len(name) <= _LONGEST_LABEL
    if not named or not is_rgb(found.get("backgroundColor")) or not _LABEL_ID.fullmatch(str(label_id)):
        raise GoogleError(400, "invalid", "Invalid value for: labelProperties.")
    return {"id": label_id, "backgroundColor": found["backgroundColor"]} | ({"name": name} if name else {})


def _etag(calendar: Calendar) -> str:
    return f'"{calendar.revision:020}"'


def _state(calendar: Calendar) -> Json:
    return {**about(calendar), "labels": calendar.labels}


def _shown(calendar: Calendar) -> str:
    shown: Json = {"kind": "calendar#calendar", "etag": _etag(calendar), **about(calendar)}
    if calendar.labels:
        shown["labelProperties"] = {"eventLabels": calendar.labels}
    return json.dumps(shown)


HANDLERS: dict[str, Handler] = {
    "calendars.get": calendars_get,
    "calendars.insert": calendars_insert,
    "calendars.patch": calendars_patch,
    "calendars.update": calendars_update,
    "calendars.delete": calendars_delete,
    "calendars.clear": calendars_clear,
    "calendars.transferOwnership": calendars_transfer,
}
