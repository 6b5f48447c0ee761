"""events.list and events.instances: what a listing holds, and its pages."""

import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ce_calendar.sandbox.google.calendars import Calendar
from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.events import changes, filters, sync_tokens
from ce_calendar.sandbox.google.events.items import Item, cancelled, tombstone
from ce_calendar.sandbox.google.events.recurrence import series_of
from ce_calendar.sandbox.google.events.store import Event
from ce_calendar.sandbox.google.events.sync_tokens import EVER, SyncToken, Window
from ce_calendar.sandbox.google.events.times import Json, parse_moment, placed

_AHEAD = 731 * 86_400
"""Seconds: how far endless series reach in a listing without timeMax."""
_OPEN_LISTINGS = 500
"""Listings that can be paged through at a time; the page tokens of older ones stop working."""
_OPEN_ITEMS = 1_000_000
"""Events in them all: pages of a big calendar, begun again and again, would keep a list of all of it each time."""
_MOST = 2_500
_NOT_WITH_SYNC_TOKEN = (*filters.NAMES, "orderBy", "timeMax", "timeMin")
_NO_SYNC_TOKEN_AFTER = (*filters.NAMES, "orderBy")
_SAME_ON_EVERY_PAGE = (
    *("alwaysIncludeEmail", "eventId", "eventTypes", "maxAttendees", "originalStart", "showDeleted", "singleEvents"),
    *("showHiddenInvitations", "syncToken", "timeZone", *_NOT_WITH_SYNC_TOKEN),
)


@dataclass(frozen=True, slots=True)
class Reader:
    """What of a reader decides which events a listing holds."""

    hides: Callable[[Json], bool] = field(default=lambda _resource: False)
    """Whether the reader sees no more of an event than its time."""
    hides_invitations: bool = False
    """Whether invitations are hidden until they are answered, as the account's settings say."""


EVERYBODY = Reader()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A listing as it was when its first page was asked for."""

    calendar_id: str
    params: Json
    items: list[Item]
    sync_token: str | None


class Listings:
    """Serves pages; remembers the listings that somebody is still paging through."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, Snapshot] = OrderedDict()
        self._held = 0

    def page(
        self, calendar: Calendar, params: Json, now: datetime, reader: Reader = EVERYBODY
    ) -> tuple[list[Item], Json]:
        """Return a page's items and its nextPageToken or nextSyncToken.

        Args:
            calendar: whose events.
            params: the query, typed; with an ``eventId`` it asks for the instances of that event.
            now: the present, for listings without an end.
            reader: who asks.
        """
        size = params.get("maxResults", 250)
        if not isinstance(size, int) or size < 1:
            raise GoogleError(400, "invalidParameter", "Invalid value for: maxResults")
        size = min(size, _MOST)
        same = {name: params[name] for name in _SAME_ON_EVERY_PAGE if name in params}
        if params.get("pageToken"):
            listing_id, _, position = str(params["pageToken"]).partition(".")
            snapshot = self._open.get(listing_id)
            known = snapshot is not None and snapshot.calendar_id == calendar.id and snapshot.params == same
            if snapshot is None or not known or not (position.isascii() and position.isdecimal()):
                raise GoogleError(400, "invalid", "Invalid page token value.")
            begin = int(position[:9])
        else:
            items, sync_token = _take(calendar, params, now, reader)
            snapshot, begin, listing_id = Snapshot(calendar.id, same, items, sync_token), 0, ""
        end = begin + size
        if end >= len(snapshot.items):
            token = {} if snapshot.sync_token is None else {"nextSyncToken": snapshot.sync_token}
            return snapshot.items[begin:end], token
        listing_id = listing_id or self._keep(snapshot)
        return snapshot.items[begin:end], {"nextPageToken": f"{listing_id}.{end}"}

    def _keep(self, snapshot: Snapshot) -> str:
        listing_id = secrets.token_urlsafe(9)
        self._open[listing_id] = snapshot
        self._held += len(snapshot.items)
        # The newest stays, however long it is.
        while len(self._open) > _OPEN_LISTINGS or (self._held > _OPEN_ITEMS and len(self._open) > 1):
            self._held -= len(self._open.popitem(last=False)[1].items)
        return listing_id


def _take(calendar: Calendar, params: Json, now: datetime, reader: Reader) -> tuple[list[Item], str | None]:
    if "eventId" in params:
        return _instances_of(calendar, params, now), None
    if params.get("syncToken"):
        return _incremental(calendar, params, reader)
    order = params.get("orderBy")
    if order == "startTime" and not params.get("singleEvents", False):
        raise GoogleError(400, "badRequest", "The requested ordering is not available for the particular query.")
    window = _window(params, now, reader)
    match = filters.matcher(params, reader.hides)
    items = list(_everything(calendar, window, match, filters.needles(params)))
    if order == "startTime":
        items.sort(key=lambda item: item.earliest)
    elif order == "updated":
        items.sort(key=lambda item: str(item.resource.get("updated", "")))
    restricted = any(name in params for name in _NO_SYNC_TOKEN_AFTER)
    return items, None if restricted else _token(calendar, window)


def _window(params: Json, now: datetime, reader: Reader) -> Window:
    earliest = parse_moment(params["timeMin"]).replace(microsecond=0).timestamp() if "timeMin" in params else -EVER
    latest = parse_moment(params["timeMax"]).replace(microsecond=0).timestamp() if "timeMax" in params else EVER
    if earliest >= latest:
        raise GoogleError(400, "timeRangeEmpty", "The specified time range is empty.", location="timeMax")
    return Window(
        earliest=earliest,
        latest=latest,
        series_until=min(latest, max(now.timestamp(), earliest) + _AHEAD) if latest == EVER else latest,
        single_events=params.get("singleEvents", False),
        event_types=tuple(sorted(set(params.get("eventTypes", ())))),
        hidden_invitations=params.get("showHiddenInvitations", False) or not reader.hides_invitations,
        # What was deleted since is always told with updatedMin.
        show_deleted=params.get("showDeleted", False) or "updatedMin" in params,
        details=params.get("showDeleted", False),
    )


def _incremental(calendar: Calendar, params: Json, reader: Reader) -> tuple[list[Item], str]:
    for name in _NOT_WITH_SYNC_TOKEN:
        if name in params:
            raise GoogleError(400, "badRequest", f"Sync token cannot be used with other query restrictions ({name}).")
    if params.get("showDeleted") is False:
        raise GoogleError(400, "badRequest", "showDeleted cannot be false when a sync token is given.")
    token = sync_tokens.read(str(params["syncToken"]))
    if token.calendar_id != calendar.id:
        raise GoogleError(400, "invalid", "Invalid sync token value.")
    shape = (
        params.get("singleEvents", False),
        tuple(sorted(set(params.get("eventTypes", ())))),
        params.get("showHiddenInvitations", False) or not reader.hides_invitations,
    )
    window = token.window
    other_shape = shape != (window.single_events, window.event_types, window.hidden_invitations)
    known = calendar.forgotten <= token.version <= calendar.version
    if token.epoch != calendar.epoch or other_shape or not known:
        raise GoogleError(410, "fullSyncRequired", "Sync token is no longer valid, a full sync is required.")
    details = params.get("showDeleted", False)
    return changes.since(calendar, window, token.version, details=details), _token(calendar, window)


def _token(calendar: Calendar, window: Window) -> str:
    return SyncToken(calendar.version, window, calendar.epoch, calendar.id).write()


def _everything(
    calendar: Calendar, window: Window, match: filters.Match | None, needles: Sequence[bytes] = ()
) -> Iterable[Item]:
    for event_id, event in calendar.events.items():
        if needles and not all(needle in event.item.text for needle in needles):
            continue
        if event.live:
            for _, item in changes.seen(calendar, event_id, event, window):
                if changes.wanted(item, window) and (match is None or match(item.resource)):
                    yield item
        elif window.show_deleted or (event.changes is not None and not window.single_events):
            yield from _deleted(calendar, event, window, match)


def _deleted(calendar: Calendar, event: Event, window: Window, match: filters.Match | None) -> Iterable[Item]:
    items: Iterable[Item] = (event.item,)
    if event.recurs and window.single_events:
        items = series_of(event.item, calendar.zone).between(window.earliest, window.series_until)
    for item in items:
        if not item.within(window.earliest, window.latest) or not changes.wanted(item, window):
            continue
        resource = item.resource
        if match is None or match(resource):
            full = window.details and event.changes is None
            yield item if full else tombstone(resource)


def _instances_of(calendar: Calendar, params: Json, now: datetime) -> list[Item]:
    event_id = params["eventId"]
    master = calendar.events.get(event_id)
    if master is None:
        # An instance of a series is there, but has no instances of its own.
        calendar.get(event_id)
    if master is None or not master.recurs:
        return []
    window = _window(params, now, EVERYBODY)
    exceptions = calendar.exceptions.get(event_id, {})
    series = series_of(master.item, calendar.zone)
    found: list[Item] = [each for each in series.between(-EVER, window.series_until) if each.id not in exceptions]
    found += [calendar.events[each].item for each in exceptions]
    found = [item for item in found if item.latest >= window.earliest and item.earliest < window.latest]
    if "originalStart" in params:
        found = [item for item in found if _begins(calendar, item, str(params["originalStart"]))]
    if not window.show_deleted:
        found = [item for item in found if master.live and not cancelled(item)]
    return sorted(found, key=lambda item: item.earliest)


def _begins(calendar: Calendar, item: Item, original: str) -> bool:
    value = {"date": original} if "T" not in original else {"dateTime": original}
    wanted = placed(value, calendar.zone, "originalStart")
    return placed(item.resource["originalStartTime"], calendar.zone, "originalStart").at == wanted.at


def instances(calendar: Calendar, earliest: float, latest: float) -> list[Item]:
    """Return what a calendar shows between two moments, series as their instances."""
    return list(_everything(calendar, Window(earliest, latest, latest, single_events=True), None))


def newest_change(calendar: Calendar, now: datetime) -> datetime:
    """Return when the calendar last changed, for the listing's ``updated``."""
    last = next(reversed(calendar.events.values()), None)
    return parse_moment(last.item.resource["updated"]) if last else now.astimezone(UTC)
