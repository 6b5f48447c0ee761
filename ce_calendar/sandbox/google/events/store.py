"""What a calendar holds: its events in the order of their changes, a counter of these, and what has gone since.

Every write raises ``version``. An incremental listing is everything whose version is higher than the
sync token's, and a tombstone for everything in ``history`` that is no longer there. So tokens cost
nothing to hand out, and a moved, shortened or deleted series knows which instances vanished.
"""

import json
import secrets
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from ce_calendar.sandbox.clock import Clock, rfc3339
from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.events.items import Item, written
from ce_calendar.sandbox.google.events.recurrence import Series, series_of
from ce_calendar.sandbox.google.events.resources import Complete
from ce_calendar.sandbox.google.events.times import Json, in_zone, placed

HISTORY = 20_000
"""Changes remembered per calendar; a sync token older than all of them answers 410."""
_OF_GOOGLE = "@google.com"
"""Ends the iCalUID of an event that was given none; it begins with the event's id."""


@dataclass(slots=True)
class Event:
    """A single event, the master of a series, or an exception to one; with what a listing asks of every event."""

    item: Item
    version: int
    live: bool
    """Whether it is not cancelled."""
    recurs: bool
    """Whether it is the master of a series."""
    changes: Json | None = None
    """What an exception has of its own; everything else follows its series. None if it is no exception."""


@dataclass(slots=True)
class Gone:
    """Something that was to be seen until this version: a place in time, or a whole series' rule."""

    version: int
    item: Item
    recurs: bool = False


@dataclass(kw_only=True)
class EventStore(ABC):
    """The events of one calendar."""

    events: dict[str, Event] = field(default_factory=dict)
    """By id, the longest unchanged first; exceptions under their instance's id."""
    version: int = 0
    history: list[Gone] = field(default_factory=list)
    uids: dict[str, str] = field(default_factory=dict)
    """The event of each iCalUID that was ever used, but for those that say their event's id themselves."""
    exceptions: dict[str, dict[str, None]] = field(default_factory=dict)
    """The ids of each series' exceptions, in the order they were made."""
    epoch: str = field(default_factory=lambda: secrets.token_hex(4))
    """Part of every sync token; a new one lets all earlier tokens expire."""
    forgotten: int = 0
    """Sync tokens of lower versions can no longer be served."""

    @property
    @abstractmethod
    def zone(self) -> ZoneInfo:
        """The zone of all-day events and of times without one."""

    def get(self, event_id: str) -> Item:
        """Return an event or an instance of a series, cancelled or not; GoogleError 404 if it never was."""
        if event_id in self.events:
            return self.events[event_id].item
        instance = self.instance(event_id, deleted_too=True)
        if instance is None:
            raise GoogleError(404, "notFound", "Not Found")
        return instance

    def id_of(self, ical_uid: str) -> str | None:
        """Return the id of the event, or of the series, that has this iCalUID, cancelled or not."""
        if ical_uid in self.uids:
            return self.uids[ical_uid]
        event_id = ical_uid.removesuffix(_OF_GOOGLE)
        named = self.events.get(event_id)
        # An event may be named so and have another iCalUID all the same.
        return event_id if named is not None and named.item.resource["iCalUID"] == ical_uid else None

    def instance_at(self, master_id: str, original: Json) -> str:
        """Return the id of the instance that originally starts then; GoogleError 400 or 404 if there is none."""
        master = self.events[master_id]
        series = self.series(master)
        place = placed(original, self.zone, "originalStartTime")
        instance = series.at(place) if series is not None and master.live else None
        if instance is None:
            raise GoogleError(404, "notFound", "Not Found")
        return instance.id

    def has(self, resource: Json) -> bool:
        """Whether the id or the iCalUID of a resource was ever used here."""
        return resource["id"] in self.events or self.id_of(resource["iCalUID"]) is not None

    def series(self, event: Event) -> Series | None:
        """Return the instances of a series' master, or None for any other event."""
        return series_of(event.item, self.zone) if event.recurs else None

    def instance(self, event_id: str, *, deleted_too: bool = False) -> Item | None:
        """Return what an instance of a series is without regard to exceptions, or None if there is none.

        Args:
            event_id: the instance's.
            deleted_too: whether those of a deleted series count; they are cancelled as their series is.
        """
        master_id, _, stamp = event_id.rpartition("_")
        master = self.events.get(master_id)
        series = self.series(master) if master and (master.live or deleted_too) else None
        return series.instance(stamp) if series else None

    def exceptions_of(self, master_id: str) -> list[str]:
        """Return the ids of a series' exceptions."""
        return list(self.exceptions.get(master_id, ()))

    def drop(self, exception_id: str) -> None:
        """Forget an exception."""
        gone = self.events.pop(exception_id)
        del self.exceptions[exception_id.rpartition("_")[0]][exception_id]
        if gone.live:
            self._remember(gone)

    def store(self, made: Complete, clock: Clock, changes: Json | None = None, *, was: Json | None = None) -> Item:
        """Put an event in the place of what had its id, as the newest change.

        Args:
            made: the event.
            clock: says when.
            changes: what an exception has of its own.
            was: what it was before, if it is the same event.
        """
        resource = made.resource
        self.version += 1
        now = clock.now()
        # Reminders are each reader's own: changing them alone does not count as an update.
        if was is None or not _differ_in_reminders_alone(was, resource):
            resource["updated"] = rfc3339(now)
        resource["etag"] = f'"{int(now.timestamp() * 1000)}{self.version}"'
        item = Item(written(resource), made.earliest, made.latest)
        event = Event(item, self.version, resource["status"] != "cancelled", "recurrence" in resource, changes)
        # Popped and set again, so that the events stay in the order of their changes.
        previous = self.events.pop(resource["id"], None)
        if previous and previous.live and _place(previous.item) != _place(item):
            self._remember(previous)
        self.keep(resource, event)
        self.note_change()
        return item

    @abstractmethod
    def note_change(self) -> None:
        """Let those know who watch."""

    def keep(self, resource: Json, event: Event) -> None:
        """Take up an event as it is."""
        event_id: str = resource["id"]
        self.events[event_id] = event
        if event.changes is not None:
            self.exceptions.setdefault(event_id.rpartition("_")[0], {})[event_id] = None
        elif resource["iCalUID"] != event_id + _OF_GOOGLE:
            self.uids[resource["iCalUID"]] = event_id

    def leave(self, instance: Item) -> None:
        """Remember a series' instance that the next write makes an exception."""
        self._append(Gone(self.version + 1, instance))

    def write_times_anew(self) -> None:
        """Write all times in what is the calendar's zone now; all-day events then begin at another moment."""
        for event in self.events.values():
            event.item = Item.of(in_zone(event.item.resource, self.zone), self.zone)
        for gone in self.history:
            gone.item = Item.of(in_zone(gone.item.resource, self.zone), self.zone)

    def _remember(self, event: Event) -> None:
        self._append(Gone(self.version, event.item, event.recurs))

    def _append(self, gone: Gone) -> None:
        self.history.append(gone)
        if len(self.history) > HISTORY:
            self.forgotten = self.history[HISTORY // 2].version
            del self.history[: HISTORY // 2 + 1]

    def events_text(self) -> list[bytes]:
        """Return events and history in pieces, as two members of a JSON object; what is text already is not copied."""
        pieces = [b'"events":[']
        for event in self.events.values():
            changes = b"null" if event.changes is None else json.dumps(event.changes).encode()
            pieces += b"[", event.item.text, b",%d,%b]" % (event.version, changes), b","
        if self.events:
            pieces.pop()
        pieces.append(b'],"history":[')
        for gone in self.history:
            pieces += b"[%d," % gone.version, gone.item.text, b"]", b","
        if self.history:
            pieces.pop()
        return [*pieces, b"]"]

    def load_events(self, data: dict[str, Any]) -> None:
        """Take up the members that ``events_text`` wrote, read."""
        for version, resource in data["history"]:
            self.history.append(Gone(version, Item.of(resource, self.zone), "recurrence" in resource))
        for resource, version, changes in data["events"]:
            item = Item.of(resource, self.zone)
            event = Event(item, version, resource["status"] != "cancelled", "recurrence" in resource, changes)
            self.keep(resource, event)


def _differ_in_reminders_alone(one: Json, other: Json) -> bool:
    names = {name for name in (*one, *other) if one.get(name) != other.get(name)} - {"etag", "updated"}
    return names == {"reminders"}


def _place(item: Item) -> tuple[Any, ...]:
    resource = item.resource
    return tuple(resource.get(key) for key in ("start", "end", "recurrence", "status"))
