"""Who may change what of an event, apart from roles: organizers, locked copies, moves."""

from typing import TYPE_CHECKING

from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.events.times import Json

if TYPE_CHECKING:
    from ce_calendar.sandbox.google.calendars import Calendar

_LOCKED = ("summary", "description", "location", "start", "end", "recurrence")
_ORGANIZERS = ("guestsCanInviteOthers", "guestsCanModify", "guestsCanSeeOtherGuests")
_SHARED = "Shared properties can only be changed by the organizer of the event."


def check_can_move(resource: Json, source: "Calendar") -> None:
    """Refuse to move what Google does not move."""
    if "recurringEventId" in resource:
        raise GoogleError(403, "cannotChangeOrganizerOfInstance", "Cannot change the organizer of an instance.")
    if resource["status"] == "cancelled":
        raise GoogleError(404, "notFound", "Not Found")
    if resource.get("eventType", "default") != "default":
        raise GoogleError(400, "eventTypeRestriction", "Only events of type default can be moved.")
    if resource["organizer"].get("email") != source.id:
        raise GoogleError(403, "forbiddenForNonOrganizer", "Only the organizer of an event can move it.")


def check_change(resource: Json, current: Json, calendar: "Calendar") -> None:
    """Refuse changes that only the organizer can make."""
    if current.get("locked") and any(resource.get(name) != current.get(name) for name in _LOCKED):
        raise GoogleError(403, "forbidden", "This copy of the event is locked.")
    if current["organizer"].get("email") == calendar.id:
        return
    shared = [each.get("extendedProperties", {}).get("shared", {}) for each in (resource, current)]
    if shared[0] != shared[1]:
        raise GoogleError(403, "forbiddenForNonOrganizer", _SHARED)


def check_guest(body: Json, current: Json, calendar: "Calendar") -> None:
    """Refuse a guest who sets what is the organizer's to decide; what a body leaves out is not set."""
    if current["organizer"].get("email") == calendar.id:
        return
    if any(name in body and body[name] != current.get(name) for name in _ORGANIZERS):
        raise GoogleError(403, "forbiddenForNonOrganizer", _SHARED)
