"""A round of a calendar's delta, and what is read besides, put together from their pages. Pure.

What Graph tells in a round, and what becomes of it:

* A single event comes in full.
* An occurrence comes barely: when it is, and of which series. What else it holds must be read (`unfilled`). Its series
  could tell, but for the occurrence's own link and its guests' answers, and a series that began before the window is
  not told.
* An exception comes in full. It waits for the end of the round: its series, which may come on a later page, knows
  whether it was of whole days before it was moved. A series that is not told, because it began before the window, must
  be asked (`orphaned`), or the exception's original start would be told otherwise in another round.
* In a later round a changed series says only that something about it changed: occurrences that are gone, or that moved
  to other days and so have other ids, are not told. Such a series must be read anew, as a whole (`changed_series`).
* `@removed` says that something is not in the window any more, without saying what it was: an event, an
  occurrence, or a series with all of its occurrences; nor whether it was deleted or moved.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from ce_calendar.adapters.foreign import Json, text_in
from ce_calendar.adapters.microsoft.convert import (
    EXCEPTION,
    MASTER,
    OCCURRENCE,
    convert,
    event_id_of,
    is_bare,
    may_be_of_whole_days,
)
from ce_calendar.domain.meetings.events import CalendarEvent, EventPage, SkippedEvent


@dataclass(slots=True)
class Round:
    """What was told so far."""

    is_full: bool
    masters: dict[str, Json] = field(default_factory=dict)
    _changed: dict[str, None] = field(default_factory=dict)
    _waiting: dict[str, Json] = field(default_factory=dict)
    """Occurrences and exceptions by their ids."""
    _orphans: dict[str, list[Json]] = field(default_factory=dict)
    """Exceptions by their series, of which nothing was told."""

    def take(self, items: list[Any], *, is_last: bool) -> EventPage:
        """Take a page of the delta in; returns what can be said of it already."""
        page = _Page()
        for item in items:
            if not isinstance(item, dict):
                page.add(SkippedEvent("", "unreadable"))
            elif "@removed" in item:
                self._waiting.pop(event_id_of(item), None)
                page.leave(event_id_of(item))
            elif item.get("type") == MASTER:
                self._meet(item)
            elif _is_in_series(item):
                self._put_off(item)
            else:
                page.add(convert(item))
        if is_last:
            self._tell_waiting(page)
        return page.done()

    def _tell_waiting(self, page: "_Page") -> None:
        read_otherwise = self.unfilled.union(self.changed_series)
        for item in self._waiting.values():
            series_id = text_in(item, "seriesMasterId")
            if series_id in read_otherwise:
                continue
            if series_id in self.masters:
                page.add(convert(item, series=self.masters[series_id]))
            elif may_be_of_whole_days(item):
                self._orphans.setdefault(series_id, []).append(item)
            else:
                page.add(convert(item, series={"isAllDay": False}))

    @property
    def orphaned(self) -> tuple[str, ...]:
        """Series that nobody told of, and that must be asked whether they are of whole days."""
        return tuple(self._orphans)

    def adopt(self, series_id: str, master: Json | None) -> EventPage:
        """Tell the exceptions of an orphaned series, as well as can be done if it is not there either."""
        page = _Page()
        for item in self._orphans.pop(series_id):
            page.add(convert(item, series=master))
        return page.done()

    @property
    def unfilled(self) -> frozenset[str]:
        """Series of which a full round told occurrences, but not what they hold."""
        waiting = (text_in(item, "seriesMasterId") for item in self._waiting.values() if is_bare(item))
        return frozenset(waiting) if self.is_full else frozenset()

    @property
    def changed_series(self) -> tuple[str, ...]:
        """Series that a later round told of, without saying what of them is still there."""
        return () if self.is_full else tuple(self._changed)

    def _meet(self, master: Json) -> None:
        if series_id := event_id_of(master):
            self.masters[series_id] = master
            self._changed[series_id] = None

    def _put_off(self, item: Json) -> None:
        self._waiting[event_id_of(item)] = item
        if is_bare(item):
            self._changed[text_in(item, "seriesMasterId")] = None


class View:
    """What a view of the whole window tells of the series that a round left unfilled."""

    def __init__(self, told: Round) -> None:
        self._series: dict[str, Json] = dict(told.masters)
        self._wanted = told.unfilled
        self._waiting: list[Json] = []

    def take(self, items: list[Any], *, is_last: bool) -> EventPage:
        """Take a page in: events in full, series as their occurrences."""
        page = _Page()
        for item in items:
            if not isinstance(item, dict):
                page.add(SkippedEvent("", "unreadable"))
            elif (series_id := text_in(item, "seriesMasterId")) not in self._wanted:
                continue  # told in the round
            elif item.get("type") == OCCURRENCE:
                self._series.setdefault(series_id, item)
                page.add(convert(item, series=self._series[series_id]))
            else:
                self._waiting.append(item)
        if is_last:
            for item in self._waiting:
                page.add(convert(item, series=self._series.get(text_in(item, "seriesMasterId"))))
        return page.done()


def anew(items: list[Any], series_id: str, *, master: Json | None) -> EventPage:
    """A page of all that there is of one series in the window.

    Args:
        items: as Graph sent them, each in full.
        series_id: which one was asked for.
        master: the series, if it was told.
    """
    page = _Page()
    names = {series_id: None}
    untouched = (item for item in items if isinstance(item, dict) and item.get("type") == OCCURRENCE)
    series = master or next(untouched, None)
    for item in items:
        if isinstance(item, dict):
            # Should occurrences know their series by another kind of id than itself, they are held under that one.
            names |= dict.fromkeys(filter(None, [text_in(item, "seriesMasterId")]))
            page.add(convert(item, series=series))
        else:
            page.add(SkippedEvent("", "unreadable"))
    return replace(page.done(), series=tuple(names))


def _is_in_series(item: Json) -> bool:
    return item.get("type") in (OCCURRENCE, EXCEPTION) and bool(text_in(item, "seriesMasterId"))


class _Page:
    """Outcomes by id: a page may tell of an event twice, and the last word counts."""

    def __init__(self) -> None:
        self._found: dict[str, CalendarEvent | SkippedEvent | str] = {}
        self._nameless: list[SkippedEvent] = []
        self._absent: dict[str, None] = {}

    def add(self, outcome: CalendarEvent | SkippedEvent | str) -> None:
        match outcome:
            case CalendarEvent():
                event_id = outcome.provider_event_id
            case SkippedEvent():
                event_id = outcome.provider_event_id
            case _:
                event_id = outcome
        if not event_id and isinstance(outcome, SkippedEvent):
            self._nameless.append(outcome)
            return
        self._absent.pop(event_id, None)
        self._found[event_id] = outcome

    def leave(self, event_id: str) -> None:
        self._found.pop(event_id, None)
        if event_id:
            self._absent[event_id] = None

    def done(self) -> EventPage:
        found = self._found.values()
        return EventPage(
            changed=tuple(each for each in found if isinstance(each, CalendarEvent)),
            removed=tuple(each for each in found if isinstance(each, str)),
            absent=tuple(self._absent),
            skipped=(*(each for each in found if isinstance(each, SkippedEvent)), *self._nameless),
        )
