"""channels, and the watch methods of the resources: opening and stopping notification channels."""

import json
import re
from datetime import datetime
from typing import Any
from urllib.parse import quote

import httpx

from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.methods.task import Handler, Json, Task
from ce_calendar.sandbox.google.push.channels import Channel
from ce_calendar.sandbox.google.push.deliveries import HERE

LIFE = 7 * 86_400
"""Seconds a channel lives if nothing else is asked for."""
LONGEST_LIFE = 30 * 86_400
"""Seconds; who asks for more gets this much."""

_ID = re.compile(r"[A-Za-z0-9\-_+/=]{1,64}")
_LONGEST_TOKEN = 256
_LONGEST_ADDRESS = 2048
_LAST_PORT = 65_535
_NOT_PUSHED = "group.v.calendar.google.com"
"""Calendars that Google generates: holidays, birthdays, week numbers."""


def events_watch(task: Task) -> str:
    """Answer events.watch."""
    calendar = task.calendar()
    if calendar.id.partition("@")[2] == _NOT_PUSHED:
        message = "Push notifications are not supported by this resource."
        raise GoogleError(400, "pushNotSupportedForRequestedResource", message)
    path = f"calendars/{_quoted(task.params['calendarId'])}/events"
    answer = _open(task, f"events/{calendar.id}", path)
    # Watched calendars tell of each write themselves: the page and the control API write into them too.
    calendar.on_change = task.world.events_changed
    return answer


def acl_watch(task: Task) -> str:
    """Answer acl.watch."""
    calendar = task.calendar("writer")
    return _open(task, f"acl/{calendar.id}", f"calendars/{_quoted(task.params['calendarId'])}/acl")


def calendar_list_watch(task: Task) -> str:
    """Answer calendarList.watch."""
    return _open(task, f"calendarList/{task.account.email}", "users/me/calendarList")


def settings_watch(task: Task) -> str:
    """Answer settings.watch."""
    return _open(task, f"settings/{task.account.email}", "users/me/settings")


def channels_stop(task: Task) -> None:
    """Answer channels.stop."""
    channel_id, resource_id = _text(task.body, "id"), _text(task.body, "resourceId")
    for name, given in (("id", channel_id), ("resourceId", resource_id)):
        if not given:
            raise GoogleError(400, "required", f"Required parameter: {name}")
    if not _ID.fullmatch(channel_id):
        raise GoogleError(400, "invalid", "Invalid value for: id")
    task.world.channels.stop(channel_id, resource_id, client_id=task.client_id, email=task.account.email)
    task.world.dirty = True


def _open(task: Task, resource: str, path: str) -> str:
    body = task.body
    channel = Channel(
        id=_id(body),
        client_id=task.client_id,
        email=task.account.email,
        resource=resource,
        resource_uri=f"{task.world.base_url}/calendar/v3/{path}?alt=json",
        address=_address(body),
        token=_token(body),
        expires=_expires(body, task.world.clock.now()),
    )
    task.world.channels.open(channel)
    task.world.dirty = True
    return json.dumps(channel.shown())


def _id(body: Json) -> str:
    channel_id = _text(body, "id")
    if not channel_id:
        raise GoogleError(400, "required", "Required parameter: id")
    if not _ID.fullmatch(channel_id):
        raise GoogleError(400, "invalid", "Invalid value for: id")
    return channel_id


def _token(body: Json) -> str | None:
    token = _text(body, "token")
    # It becomes a header; a line break or half a character has no place there.
    if len(token) > _LONGEST_TOKEN or not (token.isprintable() or not token):
        raise GoogleError(400, "invalid", "Invalid value for: token")
    return token or None


def _address(body: Json) -> str:
    kind, address = _text(body, "type"), _text(body, "address")
    for name, given in (("type", kind), ("address", address)):
        if not given:
            raise GoogleError(400, "required", f"Required parameter: {name}")
    if kind not in ("web_hook", "webhook"):
        raise GoogleError(400, "push.channelTypeNotSupported", "Channel type not supported")
    try:
        # Read by whoever will use it, so that both see the same host.
        url = httpx.URL(address)
    except (httpx.InvalidURL, ValueError) as unreadable:
        raise GoogleError(400, "invalid", "Invalid value for: address") from unreadable
    possible = url.scheme in ("http", "https") and url.host and (url.port is None or 0 < url.port <= _LAST_PORT)
    if not possible or len(address) > _LONGEST_ADDRESS:
        raise GoogleError(400, "invalid", "Invalid value for: address")
    if url.host in HERE:
        return address
    if url.scheme == "http":
        raise GoogleError(400, "push.webhookUrlNotHttps", f"WebHook callback must be HTTPS: {address}")
    raise GoogleError(401, "push.webhookUrlUnauthorized", f"Unauthorized WebHook callback channel: {address}")


def _expires(body: Json, now: datetime) -> int:
    begin = int(now.timestamp())
    params = body.get("params") or {}
    ttl = _number(params.get("ttl"), "params.ttl") if isinstance(params, dict) else None
    until = _number(body.get("expiration"), "expiration")
    asked = [begin + LIFE] if ttl is None and until is None else []
    asked += [] if ttl is None else [begin + ttl]
    asked += [] if until is None else [until // 1000]
    if min(asked) <= begin:
        raise GoogleError(400, "invalid", "Invalid value for: expiration")
    return min(*asked, begin + LONGEST_LIFE)


def _number(value: Any, name: str) -> int | None:  # noqa: ANN401 - any JSON value
    if value in (None, ""):
        return None
    # At most twenty digits: more is no moment, and Python reads no endless ones.
    if re.fullmatch(r"[+-]?[0-9]{1,20}", str(value), re.ASCII):
        return int(str(value))
    raise GoogleError(400, "invalid", f"Invalid value for: {name}")


def _text(body: Json, name: str) -> str:
    value = body.get(name) or ""
    if not isinstance(value, str):
        raise GoogleError(400, "invalid", f"Invalid value for: {name}")
    return value


def _quoted(calendar_id: str) -> str:
    return quote(calendar_id, safe="", errors="replace")


HANDLERS: dict[str, Handler] = {
    "events.watch": events_watch,
    "acl.watch": acl_watch,
    "calendarList.watch": calendar_list_watch,
    "settings.watch": settings_watch,
    "channels.stop": channels_stop,
}
