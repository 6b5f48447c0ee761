"""calendarList: the calendars in an account's list."""

import json

from ce_calendar.sandbox.google.calendars import Calendar
from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.methods import calendars
from ce_calendar.sandbox.google.methods.task import Handler, Json, Task
from ce_calendar.sandbox.google.paging import Feed, refuse_with_sync_token
from ce_calendar.sandbox.google.sharing import calendar_lists, offers
from ce_calendar.sandbox.google.sharing.access import ROLES, reaches
from ce_calendar.sandbox.google.sharing.calendar_lists import Entry

_RESTRICTIONS = ("minAccessRole", "showOwnOrganizationOnly")
"""Listings with one of these cannot be followed."""


def calendar_list(task: Task) -> str:
    """Answer calendarList.list."""
    listed, params = task.account.calendar_list, task.params
    refuse_with_sync_token(params, never=_RESTRICTIONS, not_false=("showDeleted", "showHidden"))
    feed = Feed(f"calendarList:{task.account.email}", listed.version, listed.epoch)
    follow = not any(name in params for name in _RESTRICTIONS)
    page = task.world.pager.page(feed, params, lambda since: _entries(task, since), follow=follow)
    return json.dumps({"kind": "calendar#calendarList", "etag": feed.etag, **page})


def _entries(task: Task, since: int | None) -> list[Json]:
    params, following = task.params, since is not None
    # Whoever follows must hear of what was taken off the list or hidden.
    deleted_too, hidden_too = following or params.get("showDeleted"), following or params.get("showHidden")
    least = params.get("minAccessRole", "none")
    if least not in ROLES:
        raise GoogleError(400, "invalid", "Invalid value for: minAccessRole.")
    found: list[Json] = []
    for entry in task.account.calendar_list.entries.values():
        if entry.version <= (since or 0) or (entry.hidden and not hidden_too):
            continue
        if entry.deleted:
            found += [_deleted(entry)] if deleted_too and least == "none" else []
            continue
        calendar = task.world.calendars[entry.calendar_id]
        if reaches(task.world.role(task.account, calendar), least) and not _foreign(task, calendar):
            found.append(_shown(task, calendar, entry))
    return found


def _foreign(task: Task, calendar: Calendar) -> bool:
    """Whether a calendar is left out because only those of the account's organization are asked for."""
    domain = task.account.email.rpartition("@")[2]
    return bool(task.params.get("showOwnOrganizationOnly")) and calendar.owner.rpartition("@")[2] != domain


def calendar_list_get(task: Task) -> str:
    """Answer calendarList.get."""
    return json.dumps(_shown(task, *_listed(task)))


def calendar_list_insert(task: Task) -> str:
    """Answer calendarList.insert: how an account accepts a calendar that is shared with it, or public."""
    given = task.body.get("id")
    if not isinstance(given, str) or not given:
        raise GoogleError(400, "required", "Required: id")
    calendar = task.calendar(named=given)
    trial = Entry(calendar.id)
    # Tried on an entry that nobody sees, so that a refused body does not put the calendar on the list.
    calendar_lists.change(trial, task.body, rgb=_rgb(task), replace=False)
    entry = offers.accept(task.world, task.account, calendar, selected=False)
    return _changed(task, calendar, entry, replace=False)


def calendar_list_patch(task: Task) -> str:
    """Answer calendarList.patch."""
    return _change(task, replace=False)


def calendar_list_update(task: Task) -> str:
    """Answer calendarList.update."""
    return _change(task, replace=True)


def calendar_list_delete(task: Task) -> None:
    """Answer calendarList.delete: the calendar itself stays, and so do the account's rights."""
    calendar, entry = _listed(task)
    task.check_etag(_etag(task, calendar, entry))
    if calendar.id == task.account.email:
        message = "Cannot change the subscription to your own primary calendar."
        raise GoogleError(403, "cannotChangeOwnPrimarySubscription", message)
    task.account.calendar_list.remove(calendar.id)
    task.world.calendar_list_changed(task.account)


def _change(task: Task, *, replace: bool) -> str:
    calendar, entry = _listed(task)
    task.check_etag(_etag(task, calendar, entry))
    return _changed(task, calendar, entry, replace=replace)


def _changed(task: Task, calendar: Calendar, entry: Entry, *, replace: bool) -> str:
    before = entry.preferences()
    calendar_lists.change(entry, task.body, rgb=_rgb(task), replace=replace)
    if entry.preferences() != before:
        task.account.calendar_list.changed(entry)
        task.world.calendar_list_changed(task.account)
    return json.dumps(_shown(task, calendar, entry))


def _rgb(task: Task) -> bool:
    return bool(task.params.get("colorRgbFormat"))


def _listed(task: Task) -> tuple[Calendar, Entry]:
    calendar = task.calendar()
    entry = task.account.calendar_list.get(calendar.id)
    if entry is None:
        raise GoogleError(404, "notFound", "Not Found")
    return calendar, entry


def _etag(task: Task, calendar: Calendar, entry: Entry) -> str:
    # Also of what the entry shows of the calendar and of the account's role.
    role = ROLES.index(task.world.role(task.account, calendar))
    return f'"{entry.version:010}{calendar.revision:09}{role}"'


def _shown(task: Task, calendar: Calendar, entry: Entry) -> Json:
    shown: Json = {
        "kind": "calendar#calendarListEntry",
        "etag": _etag(task, calendar, entry),
        **calendars.about(calendar),
        **entry.preferences(),
        "accessRole": task.world.role(task.account, calendar),
    }
    if calendar.id == task.account.email:
        shown["primary"] = True
    return shown


def _deleted(entry: Entry) -> Json:
    return {
        "kind": "calendar#calendarListEntry",
        "etag": f'"{entry.version:020}"',
        "id": entry.calendar_id,
        "deleted": True,
    }


HANDLERS: dict[str, Handler] = {
    "calendarList.list": calendar_list,
    "calendarList.get": calendar_list_get,
    "calendarList.insert": calendar_list_insert,
    "calendarList.patch": calendar_list_patch,
    "calendarList.update": calendar_list_update,
    "calendarList.delete": calendar_list_delete,
}
