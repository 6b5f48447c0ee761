"""events: reading and writing a calendar's events."""

from ce_calendar.sandbox.clock import rfc3339
from ce_calendar.sandbox.google.calendars import Calendar
from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.events import listing, quick_add
from ce_calendar.sandbox.google.events.checks import Accepts
from ce_calendar.sandbox.google.events.items import written
from ce_calendar.sandbox.google.events.listing import Reader
from ce_calendar.sandbox.google.events.times import zone
from ce_calendar.sandbox.google.events.views import View
from ce_calendar.sandbox.google.events.writes import Writes
from ce_calendar.sandbox.google.methods.task import Handler, Json, Task
from ce_calendar.sandbox.google.sharing.access import require


def events_list(task: Task) -> bytes:
    """Answer events.list and events.instances."""
    world = task.world
    calendar = task.calendar()
    now = world.clock.now()
    view = _view(task, calendar)
    reader = Reader(view.hides, hides_invitations=_hides_invitations(task))
    items, token = world.listings.page(calendar, task.params, now, reader)
    head: Json = {
        "kind": "calendar#events",
        "etag": f'"p{calendar.version}"',
        "summary": calendar.summary,
        "description": calendar.description or "",
        "updated": rfc3339(listing.newest_change(calendar, now)),
        "timeZone": view.zone.key if view.zone else calendar.time_zone,
        "accessRole": view.role,
        "defaultReminders": world.reminders(task.account, calendar),
        **token,
    }
    # The events are JSON text already: a page of 2,500 is put together, not written anew.
    return written(head)[:-1] + b',"items":[' + b",".join(view.texts(items)) + b"]}"


def events_get(task: Task) -> bytes:
    """Answer events.get."""
    calendar = task.calendar()
    return _view(task, calendar).text(calendar.get(task.params["eventId"]))


def events_insert(task: Task) -> bytes:
    """Answer events.insert."""
    calendar = _writable(task)
    return _view(task, calendar).text(_writes(task).insert(calendar, task.body))


def events_import(task: Task) -> bytes:
    """Answer events.import."""
    calendar = _writable(task)
    view, uid = _view(task, calendar), task.body.get("iCalUID")
    known = calendar.id_of(uid) if isinstance(uid, str) else None
    if known is not None:
        _check_sees(view, calendar.get(known).resource)
    return view.text(_writes(task).take_in(calendar, task.body))


def events_quick_add(task: Task) -> bytes:
    """Answer events.quickAdd."""
    calendar = _writable(task)
    body = quick_add.read(task.params["text"], task.world.clock.now(), calendar.zone)
    return _view(task, calendar).text(_writes(task).insert(calendar, body))


def events_patch(task: Task) -> bytes:
    """Answer events.patch."""
    return _change(task, replace=False)


def events_update(task: Task) -> bytes:
    """Answer events.update."""
    return _change(task, replace=True)


def _change(task: Task, *, replace: bool) -> bytes:
    calendar = _writable(task)
    view = _view(task, calendar)
    _check_may_change(task, calendar, view)
    return view.text(_writes(task).change(calendar, task.params["eventId"], task.body, replace=replace))


def events_delete(task: Task) -> None:
    """Answer events.delete."""
    calendar = _writable(task)
    _check_may_change(task, calendar, _view(task, calendar))
    _writes(task).cancel(calendar, task.params["eventId"])


def events_move(task: Task) -> bytes:
    """Answer events.move."""
    calendar = _writable(task)
    _check_may_change(task, calendar, _view(task, calendar))
    destination = _writable(task, named=task.params["destination"])
    moved = _writes(task).move(calendar, task.params["eventId"], destination)
    return _view(task, destination).text(moved)


def _writable(task: Task, *, named: str | None = None) -> Calendar:
    return task.calendar("writerWithoutPrivateAccess", named=named)


def _view(task: Task, calendar: Calendar) -> View:
    most = task.params.get("maxAttendees")
    if most is not None and most < 1:
        raise GoogleError(400, "invalidParameter", "Invalid value for: maxAttendees")
    named = task.params.get("timeZone")
    shown = zone(named) if named else None
    return View(task.role(calendar), task.account.email, None if shown is calendar.zone else shown, most)


def _writes(task: Task) -> Writes:
    params = task.params
    # sendNotifications is the older, still accepted form of sendUpdates=all.
    default = "all" if params.get("sendNotifications") else "none"
    accepts = Accepts(
        conference=params.get("conferenceDataVersion", 0) >= 1,
        attachments=params.get("supportsAttachments", False),
        labels=params.get("eventLabelVersion", 0) >= 1,
    )
    sent = params.get("sendUpdates", default)
    return Writes(task.world, task.account.email, send_updates=sent, accepts=accepts)


def _hides_invitations(task: Task) -> bool:
    """Whether the account's settings hide invitations until they are answered."""
    return task.account.preferences.values["hideInvitations"] == "true"


def _check_may_change(task: Task, calendar: Calendar, view: View) -> None:
    resource = calendar.get(task.params["eventId"]).resource
    _check_sees(view, resource)
    task.check_etag(resource["etag"])


def _check_sees(view: View, resource: Json) -> None:
    """Refuse to change what the reader sees no more of than its time."""
    if view.hides(resource):
        require(view.role, "writer")


HANDLERS: dict[str, Handler] = {
    "events.list": events_list,
    "events.instances": events_list,
    "events.get": events_get,
    "events.insert": events_insert,
    "events.import": events_import,
    "events.quickAdd": events_quick_add,
    "events.patch": events_patch,
    "events.update": events_update,
    "events.delete": events_delete,
    "events.move": events_move,
}
