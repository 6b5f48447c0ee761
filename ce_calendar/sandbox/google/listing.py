"""events.list: what a listing holds, its pages, and its sync tokens."""

import base64
import binascii
import json
import secrets
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from ce_calendar.sandbox.google.calendars import Calendar, Event
from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.items import Item, tombstone
from ce_calendar.sandbox.google.recurrence import Series
from ce_calendar.sandbox.google.times import Json, parse_moment

_EVER = float("inf")
_AHEAD = 731 * 86_400
"""Seconds: how far endless series reach in a listing without timeMax."""
_OPEN_LISTINGS = 500
"""Listings that can be paged through at a time; the page tokens of older ones stop working."""

_NOT_WITH_SYNC_TOKEN = (
    "iCalUID",
    "orderBy",
    "privateExtendedProperty",
    "q",
    "sharedExtendedProperty",
    "timeMax",
    "timeMin",
    "updatedMin",
)
_NO_SYNC_TOKEN_AFTER = tuple(name for name in _NOT_WITH_SYNC_TOKEN if not name.startswith("time"))


@dataclass(frozen=True, slots=True)
class Window:
    """What a listing and all its sync tokens look at."""

    earliest: float
    latest: float
    series_until: float
    """Where endless series stop; without a timeMax this is earlier than ``latest``."""
    single_events: bool
    show_deleted: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A listing as it was when its first page was asked for."""

    calendar_id: str
    items: list[Item]
    sync_token: str | None


class Listings:
    """Serves pages; remembers the listings that somebody is still paging through."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, Snapshot] = OrderedDict()

    def page(self, calendar: Calendar, params: Json, now: datetime) -> tuple[list[Item], Json]:
        """Return a page's items and its nextPageToken or nextSyncToken.

        Args:
            calendar: whose events.
            params: the query, typed.
            now: the present, for listings without an end.
        """
        size = min(params.get("maxResults", 250), 2500)
        if "pageToken" in params:
            listing_id, _, position = params["pageToken"].partition(".")
            snapshot = self._open.get(listing_id)
            if snapshot is None or snapshot.calendar_id != calendar.id or not position.isdecimal():
                raise GoogleError(400, "invalid", "Invalid page token value.")
            begin = int(position)
        else:
            snapshot, begin, listing_id = _take(calendar, params, now), 0, ""
        end = begin + size
        if end >= len(snapshot.items):
            token = {} if snapshot.sync_token is None else {"nextSyncToken": snapshot.sync_token}
            return snapshot.items[begin:end], token
        listing_id = listing_id or self._keep(snapshot)
        return snapshot.items[begin:end], {"nextPageToken": f"{listing_id}.{end}"}

    def _keep(self, snapshot: Snapshot) -> str:
        listing_id = secrets.token_urlsafe(9)
        self._open[listing_id] = snapshot
        if len(self._open) > _OPEN_LISTINGS:
            self._open.popitem(last=False)
        return listing_id


def _take(calendar: Calendar, params: Json, now: datetime) -> Snapshot:
    if "syncToken" in params:
        return _incremental(calendar, params)
    single_events = params.get("singleEvents", False)
    order = params.get("orderBy")
    if order == "startTime" and not single_events:
        raise GoogleError(400, "badRequest", "The requested ordering is not available for the particular query.")
    earliest = parse_moment(params["timeMin"]).timestamp() if "timeMin" in params else -_EVER
    latest = parse_moment(params["timeMax"]).timestamp() if "timeMax" in params else _EVER
    if earliest >= latest:
        raise GoogleError(400, "timeRangeEmpty", "The specified time range is empty.")
    window = Window(
        earliest=earliest,
        latest=latest,
        series_until=min(latest, max(now.timestamp(), earliest) + _AHEAD) if latest == _EVER else latest,
        single_events=single_events,
        show_deleted=params.get("showDeleted", False),
    )
    items = [item for item in _everything(calendar, window) if _asked_for(item, params)]
    if order == "startTime":
        items.sort(key=lambda item: item.earliest)
    elif order == "updated":
        items.sort(key=lambda item: str(item.resource.get("updated", "")))
    restricted = any(name in params for name in _NO_SYNC_TOKEN_AFTER)
    return Snapshot(calendar.id, items, None if restricted else _token(calendar, window))


def _incremental(calendar: Calendar, params: Json) -> Snapshot:
    for name in _NOT_WITH_SYNC_TOKEN:
        if name in params:
            raise GoogleError(400, "badRequest", f"Sync token cannot be used with other query restrictions ({name}).")
    if params.get("showDeleted") is False:
        raise GoogleError(400, "badRequest", "showDeleted cannot be false when a sync token is given.")
    since, window, issued_in, calendar_id = _read_token(params["syncToken"])
    if calendar_id != calendar.id:
        raise GoogleError(400, "invalid", "Invalid sync token value.")
    other_shape = params.get("singleEvents", False) != window.single_events
    if issued_in != calendar.epoch or other_shape or not calendar.forgotten <= since <= calendar.version:
        raise GoogleError(410, "fullSyncRequired", "Sync token is no longer valid, a full sync is required.")
    items = _changes(calendar, window, since)
    return Snapshot(calendar.id, items, _token(calendar, window))


def _everything(calendar: Calendar, window: Window) -> Iterable[Item]:
    for event in calendar.events.values():
        if not event.live:
            if window.show_deleted or (event.changes is not None and not window.single_events):
                yield tombstone(event.item.resource, calendar.zone)
            continue
        yield from _seen(calendar, event, window)


def _seen(calendar: Calendar, event: Event, window: Window) -> Iterable[Item]:
    series = calendar.series(event)
    if series is None:
        if event.item.within(window.earliest, window.latest):
            yield event.item
        return
    instances = series.between(window.earliest, window.series_until)
    if not window.single_events:
        if instances:
            yield event.item
        return
    for instance in instances:
        # An exception stands in the calendar under its own name and is listed from there.
        if instance.resource["id"] not in calendar.events:
            yield instance


def _changes(calendar: Calendar, window: Window, since: int) -> list[Item]:
    changed: list[Event] = []
    for event in reversed(calendar.events.values()):
        if event.version <= since:
            break
        changed.append(event)
    current: dict[str, Item] = {}
    for event in reversed(changed):
        if event.live:
            for item in _seen(calendar, event, window):
                current[item.resource["id"]] = item
    gone: dict[str, Item] = {}
    for entry in reversed(calendar.history):
        if entry.version <= since:
            break
        for item in _places(calendar, entry.resource, window):
            if item.resource["id"] not in current:
                gone[item.resource["id"]] = tombstone(item.resource, calendar.zone)
    return [*current.values(), *gone.values()]


def _places(calendar: Calendar, resource: Json, window: Window) -> list[Item]:
    if "recurrence" not in resource:
        item = Item(resource, calendar.zone)
        return [item] if item.within(window.earliest, window.latest) else []
    instances = Series(resource, calendar.zone).between(window.earliest, window.series_until)
    if window.single_events or not instances:
        return instances
    return [Item(resource, calendar.zone)]


def _asked_for(item: Item, params: Json) -> bool:
    resource = item.resource
    if "iCalUID" in params and resource.get("iCalUID") != params["iCalUID"]:
        return False
    if "updatedMin" in params:
        updated = resource.get("updated")
        if updated and parse_moment(updated) < parse_moment(params["updatedMin"]):
            return False
    if "eventTypes" in params and resource.get("eventType") not in params["eventTypes"]:
        return False
    for scope in ("private", "shared"):
        own = resource.get("extendedProperties", {}).get(scope, {})
        for wanted in params.get(scope + "ExtendedProperty", []):
            name, _, value = wanted.partition("=")
            if own.get(name) != value:
                return False
    return "q" not in params or str(params["q"]).casefold() in _words(resource)


def _words(resource: Json) -> str:
    texts = [resource.get(key, "") for key in ("summary", "description", "location")]
    for guest in resource.get("attendees", []):
        texts += [guest.get("email", ""), guest.get("displayName", "")]
    return " ".join(texts).casefold()


def _token(calendar: Calendar, window: Window) -> str:
    span = [window.earliest, window.latest, window.series_until]
    content = [calendar.version, span, window.single_events, calendar.epoch, calendar.id]
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def _read_token(token: str) -> tuple[int, Window, str, str]:
    try:
        padded = token + "=" * (-len(token) % 4)
        version, span, single, epoch, calendar_id = json.loads(base64.urlsafe_b64decode(padded))
        earliest, latest, series_until = (float(edge) for edge in span)
        window = Window(earliest, latest, series_until, single_events=bool(single), show_deleted=True)
        return int(version), window, str(epoch), str(calendar_id)
    except (ValueError, TypeError, binascii.Error) as unreadable:
        raise GoogleError(400, "invalid", "Invalid sync token value.") from unreadable


def instances(calendar: Calendar, earliest: float, latest: float) -> list[Item]:
    """Return what a calendar shows between two moments, series as their instances."""
    return list(_everything(calendar, Window(earliest, latest, latest, single_events=True)))


def newest_change(calendar: Calendar, now: datetime) -> datetime:
    """Return when the calendar last changed, for the listing's ``updated``."""
    last = next(reversed(calendar.events.values()), None)
    return parse_moment(last.item.resource["updated"]) if last else now.astimezone(UTC)
