"""calendarList: the calendars in an account's list."""

import json

from ce_calendar.sandbox.google.access import ROLES
from ce_calendar.sandbox.google.methods.task import DEFAULT_REMINDERS, Handler, Json, Task
from ce_calendar.sandbox.google.world import Entry


def calendar_list(task: Task) -> str:
    """Answer calendarList.list."""
    entries = list(task.account.entries.values())
    if "minAccessRole" in task.params:
        least = ROLES.index(task.params["minAccessRole"])
        entries = [entry for entry in entries if ROLES.index(entry.access_role) >= least]
    begin = int(task.params["pageToken"]) if str(task.params.get("pageToken", "")).isdecimal() else 0
    end = begin + min(task.params.get("maxResults", 100), 250)
    answer: Json = {"kind": "calendar#calendarList", "etag": f'"{len(entries)}"'}
    answer["items"] = [_entry(task, entry) for entry in entries[begin:end]]
    if end < len(entries):
        answer["nextPageToken"] = str(end)
    return json.dumps(answer)


def calendar_list_get(task: Task) -> str:
    """Answer calendarList.get."""
    calendar = task.world.calendar(task.account, task.params["calendarId"])
    return json.dumps(_entry(task, task.account.entries[calendar.id]))


def _entry(task: Task, entry: Entry) -> Json:
    calendar = task.world.calendars[entry.calendar_id]
    primary = calendar.id == task.account.email
    shown: Json = {
        "kind": "calendar#calendarListEntry",
        "etag": f'"{calendar.version}"',
        "id": calendar.id,
        "summary": calendar.summary,
        "timeZone": calendar.time_zone,
        "colorId": "14" if primary else "8",
        "selected": entry.selected,
        "accessRole": entry.access_role,
        "defaultReminders": DEFAULT_REMINDERS if primary else [],
    }
    if calendar.description:
        shown["description"] = calendar.description
    if primary:
        shown["primary"] = True
    return shown


HANDLERS: dict[str, Handler] = {
    "calendarList.list": calendar_list,
    "calendarList.get": calendar_list_get,
}
