"""The Graph operations themselves."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from ce_calendar.sandbox.microsoft import delta
from ce_calendar.sandbox.microsoft.calendars import Calendar
from ce_calendar.sandbox.microsoft.delta import Page, Window
from ce_calendar.sandbox.microsoft.errors import GraphError
from ce_calendar.sandbox.microsoft.items import Item
from ce_calendar.sandbox.microsoft.shapes import Shape, calendar_shape, etag
from ce_calendar.sandbox.microsoft.world import Account, World

Json = dict[str, Any]

_PAGE = 10
"""What Graph sends at once unless asked for more."""
_MOST = 1000
_DIGITS = 9
"""Python reads no endless numbers."""
_OPTIONS = ("$select", "$top", "$skip", "$orderby", "$count")
"""OData options that are offered; others would change the answer, so the sandbox says that it cannot follow."""
_ORDERS = {"start/datetime": False, "start/datetime asc": False, "start/datetime desc": True}


@dataclass(frozen=True, slots=True)
class Task:
    """A call with everything a handler needs."""

    world: World
    account: Account
    path: dict[str, str]
    query: QueryParams
    raw: bytes
    """The request's body."""
    shape: Shape
    address: str
    """Of the request, without its query."""
    root: str
    """Where Graph stands: scheme, host and version."""
    if_match: str | None

    @property
    def calendar(self) -> Calendar:
        """The calendar the path names, or the default one."""
        return self.world.calendar(self.account, self.path.get("calendar"))

    def body(self) -> Json:
        """Read the request's body; GraphError 400 unless it is a JSON object."""
        try:
            body = json.loads(self.raw or b"{}")
        except ValueError as unreadable:
            message = "Unable to read JSON request payload."
            raise GraphError(400, "BadRequest", message) from unreadable
        if not isinstance(body, dict):
            raise GraphError(400, "BadRequest", "Unable to read JSON request payload. An object is needed.")
        return body

    def context(self, about: str) -> Json:
        """Return the annotation that says what an answer is."""
        return {"@odata.context": f"{self.root}/$metadata#{about}"}

    def selected(self, value: Json) -> Json:
        """Return the fields that ``$select`` names, besides those that always come."""
        names = {name.strip() for name in self.query.get("$select", "").split(",") if name.strip()}
        if not names:
            return value
        return {name: part for name, part in value.items() if name in names | {"id"} or name.startswith("@")}


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back; None for no content."""

    status: int
    body: Json | None


Handler = Callable[[Task], Answer]


def me(task: Task) -> Answer:
    """Answer GET /me."""
    account = task.account
    first, _, last = account.name.partition(" ")
    value: Json = {
        "id": account.object_id,
        "displayName": account.name,
        "givenName": first,
        "surname": last,
        "mail": account.email,
        "userPrincipalName": account.email,
        "businessPhones": [],
        "jobTitle": None,
        "mobilePhone": None,
        "officeLocation": None,
        "preferredLanguage": None,
    }
    return Answer(200, task.context("users/$entity") | task.selected(value))


def calendars_list(task: Task) -> Answer:
    """Answer GET /me/calendars."""
    _check_options(task)
    values = [calendar_shape(calendar, task.account.name) for calendar in task.account.calendars.values()]
    return _listed(task, [task.selected(value) for value in values], "calendars")


def calendars_get(task: Task) -> Answer:
    """Answer GET /me/calendar and GET /me/calendars/{id}."""
    value = calendar_shape(task.calendar, task.account.name)
    return Answer(200, task.context("users('me')/calendars/$entity") | task.selected(value))


def events_create(task: Task) -> Answer:
    """Answer POST of an event; the same transactionId again gives the event that is there already."""
    body = task.body()
    calendar = task.world.calendar(task.account, task.path.get("calendar"), to_write=True)
    again = _made_by(task.account, body.get("transactionId"))
    if again is not None:
        return _event(task, *again, status=201)
    item = calendar.insert(body, task.world.clock)
    task.world.dirty = True
    task.world.mail_guests("invitation", calendar, item.key, item.body)
    return _event(task, calendar, item, status=201)


def _made_by(account: Account, transaction: object) -> tuple[Calendar, Item] | None:
    if not transaction:
        return None
    for calendar in account.calendars.values():
        for event in calendar.events.values():
            if event.body["transactionId"] == transaction:
                return calendar, event.item
    return None


def events_get(task: Task) -> Answer:
    """Answer GET of an event."""
    calendar, key, stamp = task.world.event(task.account, task.path["event"])
    return _event(task, calendar, calendar.get(key, stamp))


def events_change(task: Task) -> Answer:
    """Answer PATCH of an event."""
    calendar, key, stamp = task.world.event(task.account, task.path["event"], to_write=True)
    _check_etag(task, calendar, calendar.get(key, stamp))
    item = calendar.change(key, stamp, task.body(), task.world.clock)
    task.world.dirty = True
    task.world.mail_guests("update", calendar, key, item.body)
    return _event(task, calendar, item)


def events_delete(task: Task) -> Answer:
    """Answer DELETE of an event."""
    calendar, key, stamp = task.world.event(task.account, task.path["event"], to_write=True)
    _check_etag(task, calendar, calendar.get(key, stamp))
    item = calendar.delete(key, stamp, task.world.clock)
    task.world.dirty = True
    task.world.mail_guests("cancellation", calendar, key, item.body)
    return Answer(204, None)


def calendar_view(task: Task) -> Answer:
    """Answer GET of a calendarView."""
    _check_options(task)
    window, calendar = _window(task.query), task.calendar
    return _items(task, calendar, list(calendar.view(window.earliest, window.latest)), "calendarView")


def events_list(task: Task) -> Answer:
    """Answer GET of events: single events and masters, never expanded."""
    _check_options(task)
    calendar = task.calendar
    return _items(task, calendar, [event.item for event in calendar.events.values()], "events")


def instances(task: Task) -> Answer:
    """Answer GET of a series' occurrences."""
    _check_options(task)
    window = _window(task.query)
    calendar, key, _ = task.world.event(task.account, task.path["event"])
    found = [item for item in calendar.view(window.earliest, window.latest) if item.key == key and item.stamp]
    return _items(task, calendar, found, "instances")


def _items(task: Task, calendar: Calendar, found: list[Item], about: str) -> Answer:
    order = task.query.get("$orderby", "").lower()
    if order and order not in _ORDERS:
        raise GraphError(501, "notImplemented", "The sandbox orders by start/dateTime only.")
    found.sort(key=lambda item: item.earliest, reverse=_ORDERS.get(order, False))
    begin, size = _slice(task)
    values = [task.selected(task.shape.event(calendar, item)) for item in found[begin : begin + size]]
    return _answered(task, values, about, begin + size if begin + size < len(found) else None, len(found))


def view_delta(task: Task) -> Answer:
    """Answer GET of a calendarView's delta."""
    for name in task.query:
        if name.startswith("$") and name not in ("$skiptoken", "$deltatoken"):
            raise GraphError(400, "ErrorInvalidUrlQuery", f"The delta function does not support {name}.")
    calendar, rounds = task.calendar, task.world.rounds
    size = min(task.shape.wishes.page_size or _PAGE, _MOST)
    if "$skiptoken" in task.query:
        page = rounds.next(calendar, task.query["$skiptoken"], size)
    elif "$deltatoken" in task.query:
        page = rounds.since(calendar, task.query["$deltatoken"], size)
    else:
        page = rounds.first(calendar, _window(task.query), size)
    return Answer(
        200, task.context("Collection(event)") | _follows(task, page) | {"value": _told(task, calendar, page)}
    )


def _told(task: Task, calendar: Calendar, page: Page) -> list[Json]:
    values = []
    for told in page.entries:
        if told.item is None:
            values.append(task.shape.tombstone(calendar, told.key, told.stamp))
        elif delta.is_bare(told):
            values.append(task.shape.bare(calendar, told.item))
        else:
            values.append({"@odata.type": "#microsoft.graph.event"} | task.shape.event(calendar, told.item))
    return values


def _follows(task: Task, page: Page) -> Json:
    if page.skip_token is not None:
        return {"@odata.nextLink": f"{task.address}?{urlencode({'$skiptoken': page.skip_token}, safe='$')}"}
    return {"@odata.deltaLink": f"{task.address}?{urlencode({'$deltatoken': page.delta_token}, safe='$')}"}


def _event(task: Task, calendar: Calendar, item: Item, *, status: int = 200) -> Answer:
    context = task.context("users('me')/events/$entity")
    return Answer(status, context | task.selected(task.shape.event(calendar, item)))


def _check_etag(task: Task, calendar: Calendar, item: Item) -> None:
    if task.if_match not in (None, "*") and task.if_match != etag(calendar, item):
        message = (
            "The send or update operation could not be performed because the change key passed in the request does "
        )
        raise GraphError(412, "ErrorIrresolvableConflict", message + "not match the current change key for the item.")


def _check_options(task: Task) -> None:
    for name in task.query:
        if name.startswith("$") and name not in _OPTIONS:
            raise GraphError(501, "notImplemented", f"The sandbox does not offer {name} here yet.")


def _window(query: QueryParams) -> Window:
    found = []
    for name in ("startDateTime", "endDateTime"):
        given = next((value for key, value in query.items() if key.lower() == name.lower()), "")
        if not given:
            message = "This request requires a time window specified by the query string parameters "
            raise GraphError(400, "ErrorInvalidParameter", message + "StartDateTime and EndDateTime.")
        try:
            moment = datetime.fromisoformat(given)
        except ValueError as unreadable:
            raise GraphError(400, "ErrorInvalidParameter", f"The value of {name} cannot be read.") from unreadable
        found.append((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    if found[0] > found[1]:
        raise GraphError(400, "ErrorInvalidParameter", "StartDateTime is after EndDateTime.")
    return Window(*found)


def _slice(task: Task) -> tuple[int, int]:
    numbers = []
    for name, default in (("$skip", 0), ("$top", task.shape.wishes.page_size or _PAGE)):
        given = task.query.get(name, str(default))
        if not given.isdecimal() or len(given) > _DIGITS or (name == "$top" and not 0 < int(given) <= _MOST):
            raise GraphError(400, "ErrorInvalidUrlQuery", f"The value of {name} is not in range.")
        numbers.append(int(given))
    return numbers[0], numbers[1]


def _listed(task: Task, values: list[Json], about: str) -> Answer:
    begin, size = _slice(task)
    rest = begin + size if begin + size < len(values) else None
    return _answered(task, values[begin : begin + size], about, rest, len(values))


def _answered(task: Task, values: list[Json], about: str, rest: int | None, count: int) -> Answer:
    body: Json = task.context(f"users('me')/{about}")
    if task.query.get("$count") == "true":
        body["@odata.count"] = count
    body["value"] = values
    if rest is not None:
        query = {**task.query, "$skip": rest}
        body["@odata.nextLink"] = f"{task.address}?{urlencode(query, safe='$')}"
    return Answer(200, body)
