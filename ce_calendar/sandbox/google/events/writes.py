"""The one place through which events are written: each write is told with what was there and what is there now.

Whoever has to follow every change of an event, such as watchers, mails and the guests' copies, does so in ``_written``.
"""

from dataclasses import dataclass

from ce_calendar.sandbox.google.calendars import Calendar
from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.events import rights
from ce_calendar.sandbox.google.events.checks import Accepts
from ce_calendar.sandbox.google.events.invitations import Invitations
from ce_calendar.sandbox.google.events.items import Item
from ce_calendar.sandbox.google.events.times import Json
from ce_calendar.sandbox.google.world import World

NOBODY = "none"
"""A sendUpdates that mails no guests."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a write did to an event, to a series as a whole, or to an instance."""

    calendar: Calendar
    before: Item | None
    """None for a new event."""
    after: Item
    """Cancelled when it was deleted."""
    former: tuple[Json, ...] = ()
    """What there was before, the exceptions of a series too."""


class Writes:
    """Writes events for an account.

    Args:
        world: where the calendars are.
        by: email of the account that writes.
        send_updates: which guests are mailed, ``all``, ``externalOnly`` or ``none``.
        accepts: which newer parts of an event the request can handle.
    """

    def __init__(self, world: World, by: str, *, send_updates: str = NOBODY, accepts: Accepts | None = None) -> None:
        self._world = world
        self._by = by
        self._send_updates = send_updates
        self._accepts = accepts or Accepts()

    def insert(self, calendar: Calendar, body: Json) -> Item:
        """Add an event."""
        clock, base_url = self._world.clock, self._world.base_url
        made = calendar.insert(body, clock, base_url, accepts=self._accepts, creator=self._by)
        return self._written(Change(calendar, None, made))

    def take_in(self, calendar: Calendar, body: Json) -> Item:
        """Add an event that exists elsewhere, or change it if its iCalUID is here already; nobody is mailed."""
        _check_import(calendar, body)
        body = {name: value for name, value in body.items() if not name.endswith("Properties") or name in _SHARED}
        body["eventType"] = "default"
        accepts = self._accepts._replace(given=True)
        clock, known = self._world.clock, calendar.id_of(body["iCalUID"])
        if known is None:
            made = calendar.take_in(body, clock, self._world.base_url, accepts=accepts, creator=self._by)
            return self._written(Change(calendar, None, made), send_updates=NOBODY)
        original = body.get("originalStartTime")
        event_id = calendar.instance_at(known, original) if isinstance(original, dict) else known
        before, former = _as_it_is(calendar, event_id)
        after = calendar.change(event_id, body, clock, replace=True, accepts=accepts)
        return self._written(Change(calendar, before, after, former), send_updates=NOBODY)

    def change(self, calendar: Calendar, event_id: str, body: Json, *, replace: bool = False) -> Item:
        """Change an event or an instance (patch), or put another in its place (update)."""
        before, former = _as_it_is(calendar, event_id)
        rights.check_guest(body, before.resource, calendar)
        after = calendar.change(event_id, body, self._world.clock, replace=replace, accepts=self._accepts)
        return self._written(Change(calendar, before, after, former))

    def cancel(self, calendar: Calendar, event_id: str) -> None:
        """Delete an event, or one instance of a series."""
        before, former = _as_it_is(calendar, event_id)
        calendar.cancel(event_id, self._world.clock)
        self._written(Change(calendar, before, calendar.get(event_id), former))

    def clear(self, calendar: Calendar) -> None:
        """Delete all events; exceptions go with their series."""
        for event_id, event in list(calendar.events.items()):
            if event.live and event.changes is None:
                self.cancel(calendar, event_id)

    def move(self, source: Calendar, event_id: str, destination: Calendar) -> Item:
        """Move an event with its exceptions into another calendar, which then organizes it."""
        clock, base_url = self._world.clock, self._world.base_url
        if source is destination:
            return source.get(event_id)
        after = destination.adopt(source, event_id, clock, base_url)
        source.cancel(event_id, clock)
        # Neither mailed nor taken from the guests: for them the meeting goes on.
        self._world.events_changed(source)
        return self._written(Change(destination, None, after), kind="update")

    def _written(self, change: Change, *, kind: str | None = None, send_updates: str | None = None) -> Item:
        self._world.events_changed(change.calendar)
        before = None if change.before is None else change.before.resource
        Invitations(self._world).written(change.calendar, before, change.after.resource, former=change.former)
        told = self._send_updates if send_updates is None else send_updates
        for mail, event in _mails(change, kind):
            self._world.mail_guests(mail, event, told)
        return change.after


def _as_it_is(calendar: Calendar, event_id: str) -> tuple[Item, tuple[Json, ...]]:
    """Return an event before a write, alone and with all that the write may take along."""
    item = calendar.get(event_id)
    return item, tuple(Invitations.family(calendar, item.resource))


_SHARED = ("extendedProperties",)


def _check_import(calendar: Calendar, body: Json) -> None:
    if not isinstance(body.get("iCalUID"), str) or not body["iCalUID"]:
        raise GoogleError(400, "required", "Missing iCal UID.")
    organizer, guests = body.get("organizer") or {}, body.get("attendees") or []
    if not isinstance(organizer, dict) or not isinstance(guests, list):
        raise GoogleError(400, "invalid", "Invalid event.")
    named = organizer.get("email")
    people = {str(guest.get("email")).lower() for guest in guests if isinstance(guest, dict)} | {str(named).lower()}
    if named and not people & {calendar.id.lower(), calendar.owner.lower()}:
        message = "The owner of the calendar must either be the organizer or an attendee of an event that is imported."
        raise GoogleError(400, "participantIsNeitherOrganizerNorAttendee", message)


def _mails(change: Change, kind: str | None) -> list[tuple[str, Json]]:
    """Return what is to be mailed: a kind, and the event with the guests it goes to."""
    after = change.after.resource
    before = {} if change.before is None else change.before.resource
    organizer = after["organizer"].get("email")
    if kind is None and organizer != change.calendar.id:
        # A guest's copy: its owner tells the organizer, and nobody else.
        has_answered = _answer(after) != _answer(before) or after["status"] != before.get("status")
        return [("reply", {**after, "attendees": [{"email": organizer}], "organizer": {}})] if has_answered else []
    then, now = ({guest["email"].lower(): guest for guest in each.get("attendees", [])} for each in (before, after))
    if kind is not None:
        return [(kind, after)]
    if after["status"] == "cancelled":
        # Whoever was asked to one instance alone hears of the end of the series too.
        asked = {guest["email"]: guest for event in change.former for guest in event.get("attendees", [])}
        return [("cancellation", {**(before or after), "attendees": list((asked | then).values())})]
    if not before or before["status"] == "cancelled":
        return [("invitation", after)]
    groups = (
        ("invitation", [guest for email, guest in now.items() if email not in then]),
        ("update", [guest for email, guest in now.items() if email in then]),
        ("cancellation", [guest for email, guest in then.items() if email not in now]),
    )
    return [(kind, {**after, "attendees": guests}) for kind, guests in groups if guests]


def _answer(resource: Json) -> str | None:
    return next((guest["responseStatus"] for guest in resource.get("attendees", []) if guest.get("self")), None)
