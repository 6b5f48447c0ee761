"""A calendar: what it says about itself, and the verbs that change its events."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from ce_calendar.sandbox.clock import Clock
from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.events import ids, resources, rights
from ce_calendar.sandbox.google.events.checks import EVERYTHING, Accepts
from ce_calendar.sandbox.google.events.items import Item
from ce_calendar.sandbox.google.events.store import EventStore
from ce_calendar.sandbox.google.events.times import Json, known_zone
from ce_calendar.sandbox.google.sharing.acls import Acl

_PRIVATE = ("private", "confidential")
_OF_THE_STORE = ("etag", "updated")
"""What every writing gives anew."""


@dataclass
class Calendar(EventStore):
    """One calendar, shared by all accounts that have it in their list."""

    id: str
    summary: str
    time_zone: str
    owner: str
    """Email of the account whose calendar it is."""
    description: str | None = None
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
        return known_zone(self.time_zone)

    def move_to_zone(self, time_zone: str) -> None:
        """Live in another time zone from now on."""
        self.time_zone = time_zone
        self.write_times_anew()

    def note_change(self) -> None:
        """Let those know who watch."""
        if self.on_change is not None:
            self.on_change(self)

    def insert(
        self,
        body: Json,
        clock: Clock,
        base_url: str,
        *,
        as_given: bool = False,
        accepts: Accepts = Accepts(),  # noqa: B008 - a tuple of constants
        creator: str | None = None,
    ) -> Item:
        """Add an event from a request's body.

        Args:
            body: the event in Google's form.
            clock: the sandbox's.
            base_url: where the event's htmlLink leads.
            as_given: keep what only Google could have written, as for a meeting that somebody else organizes.
            accepts: which newer parts of an event the request can handle.
            creator: who inserts it, if that is not the calendar's owner.

        Raises:
            GoogleError: 400 for what Google would not take, 409 when the id or the iCalUID was ever used.
        """
        known = EVERYTHING if as_given else accepts
        made = resources.new_event(body, self, clock.now(), base_url, accepts=known, creator=creator)
        if self.has(made.resource):
            raise GoogleError(409, "duplicate", "The requested identifier already exists.")
        return self.store(made, clock)

    def insert_many(self, bodies: Iterable[Json], clock: Clock, base_url: str) -> int:
        """Add events as ``insert`` does with ``as_given``, but for those whose id or iCalUID is there already.

        Returns:
            how many were added.

        Raises:
            GoogleError: 400 for the first body that Google would not take; those before it are in.
        """
        added = 0
        for body in bodies:
            made = resources.new_event(body, self, clock.now(), base_url, accepts=EVERYTHING)
            if not self.has(made.resource):
                self.store(made, clock)
                added += 1
        return added

    def take_in(self, body: Json, clock: Clock, base_url: str, *, accepts: Accepts, creator: str) -> Item:
        """Add an imported event; without an id it gets one that follows from its iCalUID."""
        event_id = body.get("id") or ids.imported_id(body["iCalUID"])
        if event_id in self.events:
            raise GoogleError(409, "duplicate", "The requested identifier already exists.")
        body = {**body, "id": event_id}
        made = resources.new_event(body, self, clock.now(), base_url, accepts=accepts, creator=creator)
        return self.store(made, clock)

    def adopt(self, source: "Calendar", event_id: str, clock: Clock, base_url: str) -> Item:
        """Take over an event of another calendar with its exceptions, as its organizer from now on.

        Raises:
            GoogleError: 400, 403 or 404 for an event that cannot be moved, 409 when its id or iCalUID is in use here.
        """
        resource = source.get(event_id).resource
        rights.check_can_move(resource, source)
        here = self.events.get(event_id)
        if (here is not None and here.live) or self.id_of(resource["iCalUID"]) not in (None, event_id):
            raise GoogleError(409, "duplicate", "The requested identifier already exists.")
        kept = {key: value for key, value in resource.items() if key != "organizer"}
        moved = self.put({**kept, "organizer": resources.organizer_of(self)}, clock, base_url=base_url)
        for exception_id in source.exceptions.get(event_id, ()):
            self.put(source.events[exception_id].item.resource, clock)
        return moved

    def put(self, resource: Json, clock: Clock, *, base_url: str | None = None) -> Item:
        """Store a resource of another calendar as this one's own: the same id and iCalUID, its flags for this one.

        What stood under its id is replaced. An instance of a series that is here becomes its exception.

        Args:
            resource: a complete resource.
            clock: the sandbox's.
            base_url: where an htmlLink of this calendar's own leads; left out, the link stays.
        """
        event_id = resource["id"]
        if "recurringEventId" in resource and self.instance(event_id) is not None:
            body = {key: value for key, value in resource.items() if key not in ("sequence", "recurrence")}
            return self.change(event_id, body, clock, replace=True)
        made = resources.changed_event(resource, {}, self, replace=False)
        made.resource["sequence"] = resource.get("sequence", 0)
        if base_url is not None:
            made.resource["htmlLink"] = ids.link(base_url, event_id, self.id)
        item = self.store(made, clock)
        self._rebuild_exceptions(event_id, clock)
        return item

    def change(
        self, event_id: str, body: Json, clock: Clock, *, replace: bool = False, accepts: Accepts = EVERYTHING
    ) -> Item:
        """Merge a body into an event (patch) or put it in its place (update).

        Changing an instance makes it an exception of its series; changing a series rebuilds its exceptions.
        """
        current = self.get(event_id).resource
        known = self.events.get(event_id)
        if known is None or known.changes is not None:
            return self._change_instance(event_id, current, body, clock, accepts, replace=replace)
        made = resources.changed_event(current, body, self, replace=replace, accepts=accepts)
        item = self.store(made, clock, was=current)
        if "recurrence" in made.resource or "recurrence" in current:
            self._rebuild_exceptions(event_id, clock)
        return item

    def cancel(self, event_id: str, clock: Clock) -> Item:
        """Delete an event, or one instance of a series, and return what it was; GoogleError 410 if it is gone."""
        current = self.get(event_id)
        resource = current.resource
        if resource["status"] == "cancelled":
            raise GoogleError(410, "deleted", "Resource has been deleted")
        known = self.events.get(event_id)
        if known is None or known.changes is not None:
            self._change_instance(event_id, resource, {"status": "cancelled"}, clock, EVERYTHING, replace=False)
            return current
        gone = {**resource, "status": "cancelled"}
        self.store(resources.Complete(gone, current.earliest, current.latest), clock)
        for exception_id in self.exceptions_of(event_id):
            self.drop(exception_id)
        return current

    def _change_instance(
        self, event_id: str, current: Json, body: Json, clock: Clock, accepts: Accepts, *, replace: bool
    ) -> Item:
        body = self._without_series_matters(current, body, clock)
        base = self.instance(event_id)
        if base is None:
            raise GoogleError(404, "notFound", "Not Found")
        current = self.get(event_id).resource
        made = resources.changed_event(current, body, self, replace=replace, accepts=accepts)
        made.resource["sequence"] = max(made.resource["sequence"], current.get("sequence", 0) + 1)
        known = self.events.get(event_id)
        names = {*body, *(known.changes or () if known else ())}
        changes = resources.own_part(made.resource, base.resource, names, everything=replace)
        if known is None:
            self.leave(base)
        return self.store(made, clock, changes, was=current)

    def _without_series_matters(self, current: Json, body: Json, clock: Clock) -> Json:
        """Return what an instance can have of its own; a stricter visibility goes to the whole series."""
        body = {key: value for key, value in body.items() if key != "recurrence"}
        if "visibility" in body:
            wanted = body.pop("visibility")
            if wanted in _PRIVATE and current.get("visibility") not in _PRIVATE:
                self.change(current["recurringEventId"], {"visibility": wanted}, clock)
        return body

    def _rebuild_exceptions(self, master_id: str, clock: Clock) -> None:
        for exception_id in self.exceptions_of(master_id):
            base = self.instance(exception_id)
            known = self.events[exception_id]
            if base is None:
                # The series no longer has this instance: as at Google, the exception goes with it.
                self.drop(exception_id)
                continue
            made = resources.exception_to(base.resource, known.changes or {}, self)
            made.resource["sequence"] = max(made.resource["sequence"], known.item.resource.get("sequence", 0))
            self.store(made, clock, known.changes)

    def take(self, resource: Json, clock: Clock, changes: Json | None = None) -> None:
        """Keep a copy of another calendar's event under the same id, unless it says what is here already.

        Args:
            resource: the event.
            clock: the sandbox's.
            changes: what it has of its own, if it is an exception to a series of which there is a copy too.
        """
        event_id = resource["id"]
        made = resources.exception_to(resource, {}, self)
        known = self.events.get(event_id)
        if known is not None and known.changes == changes and _said(known.item.resource) == _said(made.resource):
            return
        base = self.instance(event_id) if known is None and changes is not None else None
        if base is not None:
            self.leave(base)
        self.store(made, clock, changes)
        if changes is None:
            self._rebuild_exceptions(event_id, clock)

    def let_go(self, event_id: str, clock: Clock) -> None:
        """Cancel a copy, or put the series' own instance in the place of an exception; nothing if it is gone."""
        event = self.events.get(event_id)
        if event is None or not event.live:
            return
        base = self.instance(event_id) if event.changes is not None else None
        if base is not None:
            # Stored rather than dropped, so that whoever follows the changes hears of it.
            self.store(resources.Complete(base.resource, base.earliest, base.latest), clock, {})
        elif event.changes is not None:
            self.drop(event_id)
        else:
            self.cancel(event_id, clock)

    def to_text(self) -> list[bytes]:
        """Return everything as pieces of one line of JSON, for the state file: events go into it as they are kept."""
        own = {name: getattr(self, name) for name in _SIMPLE} | {"acl": self.acl.to_json()}
        return [json.dumps(own)[:-1].encode(), b",", *self.events_text(), b"}"]

    def to_json(self) -> Json:
        """Return the same, read."""
        found: Json = json.loads(b"".join(self.to_text()))
        return found

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Calendar":
        """Read back what ``to_json`` returned."""
        calendar = cls(**{name: data[name] for name in _SIMPLE if name in data})
        # An older state file has no rules.
        if "acl" in data:
            calendar.acl = Acl.from_json(data["acl"])
        calendar.load_events(data)
        return calendar


_SIMPLE = (
    *("id", "summary", "time_zone", "owner", "description", "version", "epoch", "forgotten"),
    *("location", "conference_types", "labels", "revision", "client_id"),
)


def _said(resource: Json) -> Json:
    return {name: value for name, value in resource.items() if name not in _OF_THE_STORE}
