"""The Calendar operations themselves."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ce_calendar.sandbox.clock import rfc3339
from ce_calendar.sandbox.google import discovery, listing
from ce_calendar.sandbox.google.calendars import Calendar
from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.gate import Call, call_of
from ce_calendar.sandbox.google.items import Item
from ce_calendar.sandbox.google.world import WRITERS, Account, Entry, World

Json = dict[str, Any]

_DEFAULT_REMINDERS = [{"method": "popup", "minutes": 30}]
_BUSY = frozenset(
    {
        *("kind", "etag", "id", "status", "start", "end", "visibility", "iCalUID", "eventType", "created", "updated"),
        *("recurrence", "recurringEventId", "originalStartTime"),
    }
)
"""What a reader sees of a private event."""
_NOT_OFFERED = {"calendarList.list": ("syncToken",), "events.list": ("timeZone",), "events.get": ("timeZone",)}
"""Parameters that would change the answer and that the sandbox cannot follow: it says so rather than ignore them."""
_ROLES = ("freeBusyReader", "reader", "writer", "owner")


@dataclass(frozen=True, slots=True)
class Task:
    """A call with everything a handler needs."""

    world: World
    account: Account
    params: Json
    """Path and query parameters, typed."""
    body: Json
    if_match: str | None


Handler = Callable[[Task], str | None]
"""Returns the answer as JSON text, or None for 204."""


class CalendarService:
    """ASGI application behind the gate: one handler per operation."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request that the gate let through."""
        request = Request(scope, receive)
        try:
            text = await self._answer(call_of(scope), request)
        except GoogleError as refusal:
            await refusal.response()(scope, receive, send)
            return
        if text is None:
            await Response(status_code=204)(scope, receive, send)
        else:
            await Response(text, media_type="application/json")(scope, receive, send)

    async def _answer(self, call: Call, request: Request) -> str | None:
        handler = HANDLERS.get(call.method.operation)
        if handler is None:
            message = f"The sandbox does not offer {call.method.operation} yet."
            raise GoogleError(501, "notImplemented", message)
        params = discovery.typed(call.method, request.query_params.multi_items())
        for name in _NOT_OFFERED.get(call.method.operation, ()):
            if name in params:
                raise GoogleError(501, "notImplemented", f"The sandbox does not offer {name} here yet.")
        for name, value in params.items():
            expected = {"integer": int, "boolean": bool}.get(call.method.parameters.get(name, {}).get("type", ""))
            if expected and not isinstance(value, expected):
                raise GoogleError(400, "invalid", f"Invalid value for: {name}")
        body = _read_body(await request.body()) if call.method.request else {}
        if_match = request.headers.get("if-match")
        return handler(Task(self._world, call.account, params | call.path_parameters, body, if_match))


def _read_body(raw: bytes) -> Json:
    try:
        body = json.loads(raw or b"{}")
    except ValueError as unreadable:
        raise GoogleError(400, "parseError", "This API does not support parsing form-encoded input.") from unreadable
    if not isinstance(body, dict):
        raise GoogleError(400, "parseError", "Parse Error")
    return body


def calendar_list(task: Task) -> str:
    """Answer calendarList.list."""
    entries = list(task.account.entries.values())
    if "minAccessRole" in task.params:
        least = _ROLES.index(task.params["minAccessRole"])
        entries = [entry for entry in entries if _ROLES.index(entry.access_role) >= least]
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
        "defaultReminders": _DEFAULT_REMINDERS if primary else [],
    }
    if calendar.description:
        shown["description"] = calendar.description
    if primary:
        shown["primary"] = True
    return shown


def events_list(task: Task) -> str:
    """Answer events.list."""
    world = task.world
    calendar = world.calendar(task.account, task.params["calendarId"])
    now = world.clock.now()
    items, token = world.listings.page(calendar, task.params, now)
    head: Json = {
        "kind": "calendar#events",
        "etag": f'"p{calendar.version}"',
        "summary": calendar.summary,
        "description": calendar.description or "",
        "updated": rfc3339(listing.newest_change(calendar, now)),
        "timeZone": calendar.time_zone,
        "accessRole": task.account.entries[calendar.id].access_role,
        "defaultReminders": _DEFAULT_REMINDERS if calendar.id == task.account.email else [],
        **token,
    }
    # The events are JSON text already: a page of 2,500 is put together, not written anew.
    if head["accessRole"] in WRITERS:
        texts = [item.text for item in items]
    else:
        texts = [_as_seen(task, calendar, item) for item in items]
    return json.dumps(head)[:-1] + ',"items":[' + ",".join(texts) + "]}"


def events_get(task: Task) -> str:
    """Answer events.get."""
    calendar = task.world.calendar(task.account, task.params["calendarId"])
    return _as_seen(task, calendar, calendar.get(task.params["eventId"]))


def _as_seen(task: Task, calendar: Calendar, item: Item) -> str:
    """Write an event for whoever reads it: what is private shows to a mere reader as busy time."""
    role = task.account.entries[calendar.id].access_role
    private = item.resource.get("visibility") in ("private", "confidential")
    if role in WRITERS or not (private or role == "freeBusyReader"):
        return item.text
    return json.dumps({key: value for key, value in item.resource.items() if key in _BUSY})


def events_insert(task: Task) -> str:
    """Answer events.insert."""
    item = _writable_calendar(task).insert(task.body, task.world.clock, task.world.base_url)
    return _written(task, "invitation", item)


def events_patch(task: Task) -> str:
    """Answer events.patch."""
    return _change(task, replace=False)


def events_update(task: Task) -> str:
    """Answer events.update."""
    return _change(task, replace=True)


def _change(task: Task, *, replace: bool) -> str:
    calendar = _writable_calendar(task)
    _check_etag(task, calendar)
    item = calendar.change(task.params["eventId"], task.body, task.world.clock, replace=replace)
    cancelled = item.resource["status"] == "cancelled"
    return _written(task, "cancellation" if cancelled else "update", item)


def events_delete(task: Task) -> None:
    """Answer events.delete."""
    calendar = _writable_calendar(task)
    _check_etag(task, calendar)
    item = calendar.cancel(task.params["eventId"], task.world.clock)
    _written(task, "cancellation", item)


def _writable_calendar(task: Task) -> Calendar:
    return task.world.calendar(task.account, task.params["calendarId"], to_write=True)


def _check_etag(task: Task, calendar: Calendar) -> None:
    if task.if_match in (None, "*"):
        return
    if calendar.get(task.params["eventId"]).resource["etag"] != task.if_match:
        raise GoogleError(412, "conditionNotMet", "Precondition Failed")


def _written(task: Task, kind: str, item: Item) -> str:
    task.world.dirty = True
    # sendNotifications is the older, still accepted form of sendUpdates=all.
    default = "all" if task.params.get("sendNotifications") else "none"
    task.world.mail_guests(kind, item.resource, task.params.get("sendUpdates", default))
    return item.text


HANDLERS: dict[str, Handler] = {
    "calendarList.list": calendar_list,
    "calendarList.get": calendar_list_get,
    "events.list": events_list,
    "events.get": events_get,
    "events.insert": events_insert,
    "events.patch": events_patch,
    "events.update": events_update,
    "events.delete": events_delete,
}
