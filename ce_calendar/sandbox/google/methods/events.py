"""events: reading and writing a calendar's events."""

import json

from ce_calendar.sandbox.clock import rfc3339
from ce_calendar.sandbox.google import listing
from ce_calendar.sandbox.google.access import WRITERS, require
from ce_calendar.sandbox.google.calendars import Calendar
from ce_calendar.sandbox.google.items import Item
from ce_calendar.sandbox.google.methods.task import Handler, Json, Task

_BUSY = frozenset(
    {
        *("kind", "etag", "id", "status", "start", "end", "visibility", "iCalUID", "eventType", "created", "updated"),
        *("recurrence", "recurringEventId", "originalStartTime"),
    }
)
"""What a reader sees of a private event."""


def events_list(task: Task) -> str:
    """Answer events.list."""
    world = task.world
    calendar = task.calendar()
    now = world.clock.now()
    items, token = world.listings.page(calendar, task.params, now)
    head: Json = {
        "kind": "calendar#events",
        "etag": f'"p{calendar.version}"',
        "summary": calendar.summary,
        "description": calendar.description or "",
        "updated": rfc3339(listing.newest_change(calendar, now)),
        "timeZone": calendar.time_zone,
        "accessRole": task.role(calendar),
        "defaultReminders": world.reminders(task.account, calendar),
        **token,
    }
    # The events are JSON text already: a page of 2,500 is put together, not written anew.
    if head["accessRole"] in WRITERS:
        texts = [item.text for item in items]
    else:
        texts = [_as_seen(head["accessRole"], item) for item in items]
    return json.dumps(head)[:-1] + ',"items":[' + ",".join(texts) + "]}"


def events_get(task: Task) -> str:
    """Answer events.get."""
    calendar = task.calendar()
    return _as_seen(task.role(calendar), calendar.get(task.params["eventId"]))


def _as_seen(role: str, item: Item) -> str:
    """Write an event for whoever reads it: what is private shows to a mere reader as busy time."""
    if role in WRITERS or not (_private(item) or role == "freeBusyReader"):
        return item.text
    return json.dumps({key: value for key, value in item.resource.items() if key in _BUSY})


def _private(item: Item) -> bool:
    return item.resource.get("visibility") in ("private", "confidential")


def events_insert(task: Task) -> str:
    """Answer events.insert."""
    calendar = _writable_calendar(task)
    item = calendar.insert(task.body, task.world.clock, task.world.base_url)
    return _written(task, "invitation", calendar, item)


def events_patch(task: Task) -> str:
    """Answer events.patch."""
    return _change(task, replace=False)


def events_update(task: Task) -> str:
    """Answer events.update."""
    return _change(task, replace=True)


def _change(task: Task, *, replace: bool) -> str:
    calendar = _writable_calendar(task)
    _check_may_change(task, calendar)
    item = calendar.change(task.params["eventId"], task.body, task.world.clock, replace=replace)
    cancelled = item.resource["status"] == "cancelled"
    return _written(task, "cancellation" if cancelled else "update", calendar, item)


def events_delete(task: Task) -> None:
    """Answer events.delete."""
    calendar = _writable_calendar(task)
    _check_may_change(task, calendar)
    item = calendar.cancel(task.params["eventId"], task.world.clock)
    _written(task, "cancellation", calendar, item)


def _writable_calendar(task: Task) -> Calendar:
    return task.calendar("writerWithoutPrivateAccess")


def _check_may_change(task: Task, calendar: Calendar) -> None:
    item = calendar.get(task.params["eventId"])
    if _private(item):
        require(task.role(calendar), "writer")
    task.check_etag(item.resource["etag"])


def _written(task: Task, kind: str, calendar: Calendar, item: Item) -> str:
    task.world.events_changed(calendar)
    # sendNotifications is the older, still accepted form of sendUpdates=all.
    default = "all" if task.params.get("sendNotifications") else "none"
    task.world.mail_guests(kind, item.resource, task.params.get("sendUpdates", default))
    return item.text


HANDLERS: dict[str, Handler] = {
    "events.list": events_list,
    "events.get": events_get,
    "events.insert": events_insert,
    "events.patch": events_patch,
    "events.update": events_update,
    "events.delete": events_delete,
}
