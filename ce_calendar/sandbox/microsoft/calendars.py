"""A calendar of a mailbox: its events, a counter of its changes, and what has gone since.

Every write raises ``version``; a delta is what has a higher version than its link, and what went since.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from ce_calendar.sandbox.clock import Clock, rfc3339
from ce_calendar.sandbox.microsoft import events
from ce_calendar.sandbox.microsoft.errors import GraphError
from ce_calendar.sandbox.microsoft.items import EXCEPTION, MASTER, SINGLE, Item, occurrence, series
from ce_calendar.sandbox.recurrence import Occurrences

Json = dict[str, Any]

HISTORY = 20_000
"""Deletions remembered per calendar; a delta link older than all of them is dead."""
_MOVES = {"start", "end", "recurrence", "isAllDay"}
"""Fields of a series whose change undoes its exceptions, as Outlook does."""


@dataclass(slots=True)
class Change:
    """What became of one occurrence of a series: other fields, or (None) nothing is left of it."""

    fields: Json | None
    version: int


@dataclass(slots=True)
class Event:
    """A single event or the master of a series, with what happened to its occurrences."""

    key: str
    body: Json
    version: int
    changes: dict[str, Change] = field(default_factory=dict)
    """By the occurrence's stamp."""
    instances: Occurrences[Item] | None = None
    made: Item | None = None

    @property
    def is_series(self) -> bool:
        """Whether it recurs."""
        return self.body["recurrence"] is not None

    @property
    def item(self) -> Item:
        """The event itself; for a series its master."""
        if self.made is None:
            self.made = Item(self.key, self.body, self.version, MASTER if self.is_series else SINGLE)
        return self.made

    def occurrences(self) -> Occurrences[Item]:
        """Return what the series' rule says."""
        if self.instances is None:
            self.instances = series(self.key, self.body, self.version)
        return self.instances

    def exception(self, stamp: str, change: Change) -> Item | None:
        """Return a changed occurrence; None for one that is cancelled or that the rule no longer has."""
        base = occurrence(self.occurrences(), stamp)
        if base is None or change.fields is None:
            return None
        body = events.merged(base.body, change.fields)
        return Item(self.key, body, change.version, EXCEPTION, original=base.original)


@dataclass(frozen=True, slots=True)
class Gone:
    """Something that was in the calendar until this version."""

    version: int
    key: str
    stamp: str


@dataclass
class Calendar:
    """One calendar."""

    key: str
    name: str
    owner: str
    """Email of the mailbox it is in."""
    is_default: bool = False
    can_edit: bool = True
    events: dict[str, Event] = field(default_factory=dict)
    """By key, the longest unchanged first."""
    version: int = 0
    gone: list[Gone] = field(default_factory=list)
    epoch: str = field(default_factory=lambda: secrets.token_hex(4))
    """Part of every delta link; a new one lets all earlier links die."""
    dead_status: int = 410
    """How links of an earlier epoch are refused."""
    forgotten: int = 0
    """Links of lower versions can no longer be served."""

    def insert(self, body: Json, clock: Clock, *, as_given: bool = False, key: str | None = None) -> Item:
        """Add an event from a request's body.

        Raises:
            GraphError: 400 for what Graph would not take.
        """
        taken = events.readable(body, as_given=as_given)
        made = events.merged({}, taken, as_given=as_given)
        key = key or secrets.token_hex(12)
        now = rfc3339(clock.now())
        owner = {"emailAddress": {"name": self.owner, "address": self.owner}}
        made = {"organizer": owner, **made, "createdDateTime": now, "lastModifiedDateTime": now}
        made.setdefault(
            "iCalUId",
            f"040000008200E00074C5B7101A82E00800000000{secrets.token_hex(8).upper()}"
            f"000000000000000010000000{secrets.token_hex(16).upper()}",
        )
        if made["isOnlineMeeting"]:
            made["onlineMeetingProvider"] = "teamsForBusiness"
            made["onlineMeeting"] = {"joinUrl": f"https://teams.example/meet/{key}"}
        event = Event(key, made, self._next())
        if event.is_series:
            event.occurrences()
        self.events[key] = event
        return event.item

    def get(self, key: str, stamp: str = "") -> Item:
        """Return an event, an occurrence or an exception; GraphError 404 if it is not there."""
        event = self.events.get(key)
        found: Item | None = None
        if event and not stamp:
            found = event.item
        elif event and event.is_series:
            change = event.changes.get(stamp)
            found = event.exception(stamp, change) if change else occurrence(event.occurrences(), stamp)
        if found is None:
            raise not_found()
        return found

    def change(self, key: str, stamp: str, body: Json, clock: Clock, *, as_given: bool = False) -> Item:
        """Merge a body into an event; a changed occurrence becomes an exception of its series."""
        current = self.get(key, stamp)
        taken = events.readable(body, as_given=as_given)
        taken.pop("transactionId", None)
        event = self.events[key]
        if stamp:
            taken.pop("recurrence", None)
            earlier = event.changes.get(stamp)
            fields = {**(earlier.fields or {} if earlier else {}), **taken}
            events.merged(current.body, taken)
            event.changes[stamp] = Change(fields, self._touched(event, clock))
        else:
            changed = events.merged(event.body, taken, as_given=as_given)
            if any(changed[name] != event.body[name] for name in _MOVES):
                event.changes.clear()
            event.body = changed
            self._touched(event, clock)
        return self.get(key, stamp)

    def delete(self, key: str, stamp: str, clock: Clock) -> Item:
        """Take an event away, or one occurrence of a series, and return what it was."""
        current = self.get(key, stamp)
        if stamp:
            event = self.events[key]
            event.changes[stamp] = Change(None, self._touched(event, clock))
        else:
            del self.events[key]
            self._next()
        self._remember(key, stamp)
        return current

    def hand_over(self, key: str, other: "Calendar") -> None:
        """Move an event, or a series with its exceptions, to another calendar of the mailbox."""
        self.get(key)
        event = self.events.pop(key)
        self._next()
        self._remember(key, "")
        event.version = other._next()  # noqa: SLF001 - of the same class
        event.instances = event.made = None
        for change in event.changes.values():
            change.version = event.version
        other.events[key] = event

    def view(self, earliest: float, latest: float) -> Iterable[Item]:
        """Return what is to be seen between two moments, series as their occurrences."""
        for event in self.events.values():
            yield from seen(event, earliest, latest)

    def _touched(self, event: Event, clock: Clock) -> int:
        event.version = self._next()
        event.body = event.body | {"lastModifiedDateTime": rfc3339(clock.now())}
        event.instances = event.made = None
        # Taken out and put in again, so that the events stay in the order of their changes.
        self.events[event.key] = self.events.pop(event.key)
        return event.version

    def _next(self) -> int:
        self.version += 1
        return self.version

    def _remember(self, key: str, stamp: str) -> None:
        self.gone.append(Gone(self.version, key, stamp))
        if len(self.gone) > HISTORY:
            self.forgotten = self.gone[HISTORY // 2].version
            del self.gone[: HISTORY // 2 + 1]

    def to_json(self) -> Json:
        """Return everything, for the state file."""
        simple = ("key", "name", "owner", "is_default", "can_edit", "version", "epoch", "dead_status", "forgotten")
        kept = [
            [
                event.key,
                event.body,
                event.version,
                {stamp: [change.fields, change.version] for stamp, change in event.changes.items()},
            ]
            for event in self.events.values()
        ]
        gone = [[each.version, each.key, each.stamp] for each in self.gone]
        return {name: getattr(self, name) for name in simple} | {"events": kept, "gone": gone}

    @classmethod
    def from_json(cls, data: Json) -> "Calendar":
        """Read back what ``to_json`` returned."""
        calendar = cls(**{**data, "events": {}, "gone": [Gone(*each) for each in data["gone"]]})
        for key, body, version, changes in data["events"]:
            kept = {stamp: Change(*change) for stamp, change in changes.items()}
            calendar.events[key] = Event(key, body, version, kept)
        return calendar


def seen(event: Event, earliest: float, latest: float) -> Iterable[Item]:
    """Return what of an event is to be seen between two moments."""
    if not event.is_series:
        item = event.item
        if item.within(earliest, latest):
            yield item
        return
    for item in event.occurrences().between(earliest, latest):
        if item.stamp not in event.changes:
            yield item
    for stamp, change in event.changes.items():
        exception = event.exception(stamp, change)
        if exception is not None and exception.within(earliest, latest):
            yield exception


def not_found() -> GraphError:
    """Return Exchange's answer to an id it does not have."""
    return GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")
