"""What of a calendar is seen through a window, and what changed there since a version."""

from collections.abc import Iterable, Sequence
from itertools import takewhile

from ce_calendar.sandbox.google.calendars import Calendar
from ce_calendar.sandbox.google.events import filters
from ce_calendar.sandbox.google.events.items import Item, tombstone
from ce_calendar.sandbox.google.events.recurrence import series_of
from ce_calendar.sandbox.google.events.store import Event, Gone
from ce_calendar.sandbox.google.events.sync_tokens import Window
from ce_calendar.sandbox.google.events.times import Json


def seen(calendar: Calendar, event_id: str, event: Event, window: Window) -> Iterable[tuple[str, Item]]:
    """Return what a live event shows in a window, by id: itself, or a series' instances that are no exceptions."""
    series = calendar.series(event)
    if series is None:
        if event.item.within(window.earliest, window.latest):
            yield event_id, event.item
        return
    instances = series.between(window.earliest, window.series_until)
    if not window.single_events:
        if instances:
            yield event_id, event.item
        return
    exceptions = calendar.exceptions.get(event_id)
    for instance in instances:
        # An exception stands in the calendar under its own name and is listed from there.
        instance_id = instance.id
        if not exceptions or instance_id not in exceptions:
            yield instance_id, instance


def since(calendar: Calendar, window: Window, version: int, *, details: bool) -> list[Item]:
    """Return what changed after a version: what is there now, and tombstones for what was and is no longer.

    Args:
        calendar: whose events.
        window: what the reader looks at.
        version: of the last read.
        details: whether deleted events are shown as they were.
    """
    current: dict[str, Item] = {}
    gone: dict[str, Item] = {}
    for event_id, event in _changed(calendar, version):
        for item_id, item in seen(calendar, event_id, event, window):
            if wanted(item, window):
                current[item_id] = item
            elif _of_type(item.resource, window):
                # An invitation that is open again, and so hidden again.
                gone[item_id] = tombstone(item.resource)
    for entry in reversed(calendar.history):
        if entry.version <= version:
            break
        for item in _places(calendar, entry, window):
            resource = item.resource
            if resource["id"] not in current and _of_type(resource, window):
                gone[resource["id"]] = _left(calendar, resource, details=details)
    return [*current.values(), *gone.values()]


def _changed(calendar: Calendar, version: int) -> list[tuple[str, Event]]:
    """Return the live events that were written after a version, the last one last."""
    newer = takewhile(lambda pair: pair[1].version > version, reversed(calendar.events.items()))
    return [pair for pair in newer if pair[1].live][::-1]


def wanted(item: Item, window: Window) -> bool:
    """Whether an item is of the types, and among the invitations, that the window is for."""
    if not window.event_types and window.hidden_invitations:
        return True
    resource = item.resource
    if not window.hidden_invitations and filters.invitation_unanswered(resource):
        return False
    return _of_type(resource, window)


def _of_type(resource: Json, window: Window) -> bool:
    return not window.event_types or resource.get("eventType", "default") in window.event_types


def _left(calendar: Calendar, resource: Json, *, details: bool) -> Item:
    event = calendar.events.get(resource["id"])
    if details and event is not None and not event.live and event.changes is None:
        return event.item
    return tombstone(resource)


def _places(calendar: Calendar, gone: Gone, window: Window) -> Sequence[Item]:
    if not gone.recurs:
        return [gone.item] if gone.item.within(window.earliest, window.latest) else []
    instances = series_of(gone.item, calendar.zone).between(window.earliest, window.series_until)
    return instances if window.single_events or not instances else [gone.item]
