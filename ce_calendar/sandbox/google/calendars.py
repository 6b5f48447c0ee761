"""A calendar: its events, a counter of its changes, and what has gone since.

Every write raises ``version``. An incremental listing is everything whose version is higher than the
sync token's, and a tombstone for everything in ``history`` that is no longer there. So tokens cost
nothing to hand out, and a moved, shortened or deleted series knows which instances vanished.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from ce_calendar.sandbox.clock import Clock, rfc3339
from ce_calendar.sandbox.google import resources
from ce_calendar.sandbox.google.acls import Acl
from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.items import Item
from ce_calendar.sandbox.google.recurrence import Series
from ce_calendar.sandbox.google.times import Json

HISTORY = 20_000
"""Changes remembered per calendar; a sync token older than all of them answers 410."""


@dataclass(slots=True)
class Event:
    """A single event, the master of a series, or an exception to one."""

    item: Item
    version: int
    changes: Json | None = None
    """What an exception has of its own; everything else follows its series. None if it is no exception."""
    series: Series | None = None

    @property
    def live(self) -> bool:
        """Whether it is not cancelled."""
        return bool(self.item.resource["status"] != "cancelled")


@dataclass(slots=True)
class Gone:
    """Something that was to be seen until this version: a place in time, or a whole series' rule."""

    version: int
    resource: Json


@dataclass
class Calendar:
    """One calendar, shared by all accounts that have it in their list."""

    id: str
    summary: str
    time_zone: str
    owner: str
    """Email of the account whose calendar it is."""
    description: str | None = None
    events: dict[str, Event] = field(default_factory=dict)
    """By id, the longest unchanged first; exceptions under their instance's id."""
    version: int = 0
    history: list[Gone] = field(default_factory=list)
    uids: set[str] = field(default_factory=set)
    """All iCalUIDs that were ever used."""
    epoch: str = field(default_factory=lambda: secrets.token_hex(4))
    """Part of every sync token; a new one lets all earlier tokens expire."""
    forgotten: int = 0
    """Sync tokens of lower versions can no longer be served."""
    on_change: Callable[["Calendar"], None] | None = field(default=None, repr=False, compare=False)
    """Called at every write once somebody watches."""
    acl: Acl = field(default_factory=Acl)
    location: str | None = None
    conference_types: list[str] | None = None
    """Kinds of conferences its events may have, as its owner wrote them; None for Google's choice."""
    labels: list[Json] = field(default_factory=list)
    revision: int = 0
    """Counts the changes of what it says about itself."""
    client_id: str | None = None
    """The application that made it."""

    @property
    def zone(self) -> ZoneInfo:
        """The zone of all-day events and of times without one."""
        return ZoneInfo(self.time_zone)

    def insert(self, body: Json, clock: Clock, base_url: str, *, as_given: bool = False) -> Item:
        """Add an event from a request's body.

        Args:
            body: the event in Google's form.
            clock: the sandbox's.
            base_url: where the event's htmlLink leads.
            as_given: keep organizer and creator of the body, as for a meeting that somebody else organizes.

        Raises:
            GoogleError: 400 for what Google would not take, 409 when the id or the iCalUID was ever used.
        """
        resource = resources.new_event(body, self, clock.now(), base_url, as_given=as_given)
        if resource["id"] in self.events or resource["iCalUID"] in self.uids:
            raise GoogleError(409, "duplicate", "The requested identifier already exists.")
        return self._store(resource, clock)

    def get(self, event_id: str) -> Item:
        """Return an event or an instance of a series, cancelled or not; GoogleError 404 if it never was."""
        if event_id in self.events:
            return self.events[event_id].item
        instance = self._instance(event_id)
        if instance is None:
            raise GoogleError(404, "notFound", "Not Found")
        return instance

    def change(self, event_id: str, body: Json, clock: Clock, *, replace: bool = False) -> Item:
        """Merge a body into an event (patch) or put it in its place (update).

        Changing an instance makes it an exception of its series; changing a series rebuilds its exceptions.
        """
        current = self.get(event_id).resource
        if "recurringEventId" in current:
            return self._change_instance(event_id, current, body, clock, replace=replace)
        changed = resources.changed_event(current, body, self, replace=replace)
        item = self._store(changed, clock)
        if "recurrence" in changed or "recurrence" in current:
            self._rebuild_exceptions(item.resource, clock)
        return item

    def cancel(self, event_id: str, clock: Clock) -> Item:
        """Delete an event, or one instance of a series, and return what it was; GoogleError 410 if it is gone."""
        current = self.get(event_id)
        resource = current.resource
        if resource["status"] == "cancelled":
            raise GoogleError(410, "deleted", "Resource has been deleted")
        if "recurringEventId" in resource:
            self._change_instance(event_id, resource, {"status": "cancelled"}, clock, replace=False)
            return current
        self._store({**resource, "status": "cancelled"}, clock)
        for exception_id in self._exceptions(event_id):
            self._drop(exception_id)
        return current

    def clear(self, clock: Clock) -> None:
        """Delete all events."""
        # Exceptions after their series: what is remembered of them must be younger than the tokens handed out.
        for event in list(self.events.values()):
            if event.changes is None and event.live:
                self._store({**event.item.resource, "status": "cancelled"}, clock)
        for event_id, event in list(self.events.items()):
            if event.changes is not None:
                self._drop(event_id)

    def move_to_zone(self, time_zone: str) -> None:
        """Live in another time zone from now on; all-day events then begin at another moment."""
        self.time_zone = time_zone
        for event in self.events.values():
            event.item, event.series = Item(event.item.resource, self.zone), None

    def series(self, event: Event) -> Series | None:
        """Return the instances of a series' master, or None for any other event."""
        resource = event.item.resource
        if event.series is None and "recurrence" in resource:
            event.series = Series(resource, self.zone)
        return event.series

    def _instance(self, event_id: str) -> Item | None:
        master_id, _, stamp = event_id.partition("_")
        master = self.events.get(master_id)
        series = self.series(master) if master and master.live and stamp else None
        return series.instance(stamp) if series else None

    def _change_instance(self, event_id: str, current: Json, body: Json, clock: Clock, *, replace: bool) -> Item:
        base = self._instance(event_id)
        if base is None:
            raise GoogleError(404, "notFound", "Not Found")
        known = self.events.get(event_id)
        changes = {} if known is None or known.changes is None or replace else known.changes
        changes = resources.merged(changes, resources.writable(body), keep_none=True)
        changed = resources.changed_event(base.resource, changes, self, replace=False)
        changed["sequence"] = current.get("sequence", 0) + 1
        if known is None:
            self.history.append(Gone(self.version + 1, base.resource))
        return self._store(changed, clock, changes)

    def _rebuild_exceptions(self, master: Json, clock: Clock) -> None:
        for exception_id in self._exceptions(master["id"]):
            base = self._instance(exception_id)
            changes = self.events[exception_id].changes or {}
            if base is None:
                # The series no longer has this instance: as at Google, the exception goes with it.
                self._drop(exception_id)
                continue
            self._store(resources.changed_event(base.resource, changes, self, replace=False), clock, changes)

    def _exceptions(self, master_id: str) -> list[str]:
        return [event_id for event_id in self.events if event_id.startswith(master_id + "_")]

    def _drop(self, exception_id: str) -> None:
        gone = self.events.pop(exception_id)
        if gone.live:
            self._remember(gone.item.resource)

    def _store(self, resource: Json, clock: Clock, changes: Json | None = None) -> Item:
        self.version += 1
        now = clock.now()
        resource["updated"] = rfc3339(now)
        resource["etag"] = f'"{int(now.timestamp() * 1000)}{self.version}"'
        previous = self.events.pop(resource["id"], None)
        if previous and previous.live and _place(previous.item.resource) != _place(resource):
            self._remember(previous.item.resource)
        item = Item(resource, self.zone)
        self.uids.add(resource["iCalUID"])
        # Popped and set again, so that the events stay in the order of their changes.
        self.events[resource["id"]] = Event(item, self.version, changes)
        if self.on_change is not None:
            self.on_change(self)
        return item

    def _remember(self, resource: Json) -> None:
        self.history.append(Gone(self.version, resource))
        if len(self.history) > HISTORY:
            self.forgotten = self.history[HISTORY // 2].version
            del self.history[: HISTORY // 2 + 1]

    def to_json(self) -> Json:
        """Return everything, for the state file."""
        events = [[event.item.resource, event.version, event.changes] for event in self.events.values()]
        history = [[gone.version, gone.resource] for gone in self.history]
        own = {name: getattr(self, name) for name in _SIMPLE}
        return own | {"events": events, "history": history, "acl": self.acl.to_json()}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Calendar":
        """Read back what ``to_json`` returned."""
        read: Json = {"events": {}, "history": [Gone(*gone) for gone in data["history"]]}
        if "acl" in data:
            read["acl"] = Acl.from_json(data["acl"])
        calendar = cls(**{**data, **read})
        for resource, version, changes in data["events"]:
            calendar.events[resource["id"]] = Event(Item(resource, calendar.zone), version, changes)
            calendar.uids.add(resource["iCalUID"])
        return calendar


_SIMPLE = (
    *("id", "summary", "time_zone", "owner", "description", "version", "epoch", "forgotten"),
    *("location", "conference_types", "labels", "revision", "client_id"),
)


def _place(resource: Json) -> tuple[Any, ...]:
    return tuple(resource.get(key) for key in ("start", "end", "recurrence", "status"))
