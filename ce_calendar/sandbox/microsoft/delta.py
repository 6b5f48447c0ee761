"""calendarView/delta: rounds of changes within a window that never slides.

The first round tells single events and exceptions in full, masters of the series that begin in the window in full, and
occurrences barely. A later round tells what changed; a series then comes as its master alone, and the reader must read
it anew.
"""

import base64
import json
import secrets
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from ce_calendar.sandbox.microsoft.calendars import Calendar, Event, seen
from ce_calendar.sandbox.microsoft.errors import GraphError
from ce_calendar.sandbox.microsoft.items import OCCURRENCE, Item

_OPEN_ROUNDS = 500
"""Rounds that can be paged through at a time; the next links of older ones are dead."""


@dataclass(frozen=True, slots=True)
class Window:
    """What a round and all its links look at."""

    earliest: float
    latest: float


@dataclass(frozen=True, slots=True)
class Told:
    """One entry of a round: an item in full or barely, or (None) that it is gone."""

    key: str
    stamp: str
    item: Item | None


@dataclass(frozen=True, slots=True)
class Round:
    """A round as it was when its first page was asked for."""

    calendar_key: str
    entries: list[Told]
    delta_token: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a round with the token of what follows: another page, or the next round."""

    entries: list[Told]
    skip_token: str | None
    delta_token: str | None


class Rounds:
    """Serves pages; remembers the rounds that somebody is still paging through."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, Round] = OrderedDict()

    def first(self, calendar: Calendar, window: Window, size: int) -> Page:
        """Begin a full round."""
        return self._page(Round(calendar.key, list(_everything(calendar, window)), _token(calendar, window)), 0, size)

    def since(self, calendar: Calendar, delta_token: str, size: int) -> Page:
        """Begin a round of changes.

        Raises:
            GraphError: 410 for a dead link, 400 for one that was never ours.
        """
        version, window = _read(delta_token, calendar)
        entries = list(_changes(calendar, window, version))
        return self._page(Round(calendar.key, entries, _token(calendar, window)), 0, size)

    def next(self, calendar: Calendar, skip_token: str, size: int) -> Page:
        """Go on within a round; GraphError 410 if it is forgotten."""
        name, _, position = skip_token.partition(".")
        round_ = self._open.get(name)
        if round_ is None or round_.calendar_key != calendar.key or not position.isdecimal():
            raise _dead(410)
        return self._page(round_, int(position[:9]), size, name)

    def _page(self, round_: Round, begin: int, size: int, name: str = "") -> Page:
        end = begin + size
        if end >= len(round_.entries):
            return Page(round_.entries[begin:end], None, round_.delta_token)
        if not name:
            name = secrets.token_urlsafe(24)
            self._open[name] = round_
            if len(self._open) > _OPEN_ROUNDS:
                self._open.popitem(last=False)
        return Page(round_.entries[begin:end], f"{name}.{end}", None)


def _everything(calendar: Calendar, window: Window) -> Iterator[Told]:
    for event in calendar.events.values():
        found = list(seen(event, window.earliest, window.latest))
        # Of a series that began before the window nothing is told but that it has occurrences there.
        if found and event.is_series and event.item.earliest >= window.earliest:
            yield Told(event.key, "", event.item)
        for item in found:
            yield Told(item.key, item.stamp, item)


def _changes(calendar: Calendar, window: Window, since: int) -> Iterator[Told]:
    changed = list(takewhile(lambda event: event.version > since, reversed(calendar.events.values())))
    for event in reversed(changed):
        yield from _change(event, window, since)
    gone = list(takewhile(lambda each: each.version > since, reversed(calendar.gone)))
    for each in reversed(gone):
        # What came back (moved out and in again) is told above, and so are occurrences, with their series.
        if not each.stamp and each.key not in calendar.events:
            yield Told(each.key, "", None)


def _change(event: Event, window: Window, since: int) -> Iterator[Told]:
    found = list(seen(event, window.earliest, window.latest))
    # Also what never was in the window is told as gone, as Exchange does.
    yield Told(event.key, "", event.item if found else None)
    for stamp, change in event.changes.items():
        if change.version > since:
            visible = [item for item in found if item.stamp == stamp]
            yield Told(event.key, stamp, visible[0] if visible else None)


def is_bare(told: Told) -> bool:
    """Whether an entry is written barely."""
    return told.item is not None and told.item.kind == OCCURRENCE


def _token(calendar: Calendar, window: Window) -> str:
    content = [calendar.version, window.earliest, window.latest, calendar.epoch, calendar.key]
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def _read(token: str, calendar: Calendar) -> tuple[int, Window]:
    try:
        content = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        version, earliest, latest, epoch, key = content
        window = Window(float(earliest), float(latest))
        version = int(version)
    except (ValueError, TypeError) as unreadable:
        raise GraphError(400, "BadRequest", "Badly formed token.") from unreadable
    if key != calendar.key:
        raise GraphError(400, "BadRequest", "Badly formed token.")
    if epoch != calendar.epoch:
        raise _dead(calendar.dead_status)
    if not calendar.forgotten <= version <= calendar.version:
        raise _dead(410)
    return version, window


def _dead(status: int) -> GraphError:
    if status == 410:  # noqa: PLR2004 - Gone
        return GraphError(410, "syncStateNotFound", "The sync state generation is not found.")
    return GraphError(status, "syncStateInvalid", "The sync state is invalid.")
