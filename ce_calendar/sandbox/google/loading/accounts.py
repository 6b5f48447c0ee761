"""Making accounts from a description: what ``POST /_sandbox/accounts`` takes."""

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any

from ce_calendar.sandbox.fields import BadInputError, Fields
from ce_calendar.sandbox.google import preferences
from ce_calendar.sandbox.google.calendars import Calendar
from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.events import times
from ce_calendar.sandbox.google.world import Account, World

Json = dict[str, Any]
Check = Callable[[Json], None]

_EMAIL = re.compile(r"[^@\s/]+@[^@\s/]+")
_ROLES = ("owner", "writer", "writerWithoutPrivateAccess", "reader", "freeBusyReader")


def add_account(world: World, fields: Fields, check: Check) -> tuple[Account, int]:
    """Make the account, or add to it what it lacks; the same description twice changes nothing.

    Args:
        world: where the account is to be.
        fields: the description.
        check: raises GoogleError for an event that is not in Google's form.

    Returns:
        the account and how many events were added.

    Raises:
        BadInputError: names the field that cannot be used. Calendars and events before it are there already.
    """
    email = fields.text("email").lower()
    if not _EMAIL.fullmatch(email):
        raise BadInputError("email: this is not an email address.")
    name = fields.text("name", "")
    time_zone = _zone(fields.text("time_zone", fields.text("timeZone", "UTC")))
    settings = _settings(fields)
    calendars = fields.objects("calendars")
    events = fields.objects("events")
    fields.done()
    account = world.add_account(email, name=name or None, time_zone=time_zone)
    for setting, value in settings.items():
        if account.preferences.set(setting, value):
            world.settings_changed(account)
    added = _add_events(world, world.calendars[email], events, "events", check)
    for place, description in enumerate(calendars):
        added += _add_calendar(world, account, description, f"calendars[{place}]", check)
    return account, added


def _add_calendar(world: World, account: Account, description: Json, where: str, check: Check) -> int:
    fields = Fields(description, where + ".")
    summary = fields.text("summary", "")
    calendar_id = fields.text("id", "")
    if calendar_id == "primary":
        calendar_id = account.email
    if not calendar_id and not summary:
        raise BadInputError(f"{where}: a summary or an id is needed.")
    if not calendar_id:
        calendar_id = _digest(account.email, summary)[:26] + "@group.calendar.google.com"
    role = fields.text("accessRole", "owner")
    if role not in _ROLES:
        raise BadInputError(f"{where}.accessRole: one of {', '.join(_ROLES)} is needed.")
    time_zone = _zone(fields.text("timeZone", account.time_zone))
    description_text = fields.text("description", "")
    selected = fields.flag("selected", default=True)
    events = fields.objects("events")
    fields.done()
    calendar = world.add_calendar(
        account, calendar_id, summary=summary or calendar_id, time_zone=time_zone, access_role=role
    )
    calendar.description = description_text or calendar.description
    entry = account.calendar_list.entries[calendar_id]
    if entry.selected != selected:
        entry.selected = selected
        account.calendar_list.changed(entry)
        world.calendar_list_changed(account)
    return _add_events(world, calendar, events, where + ".events", check)


def _add_events(world: World, calendar: Calendar, events: list[Json], where: str, check: Check) -> int:
    added = 0
    for place, event in enumerate(events):
        # Without an id of its own an event gets one from its content, so that a repeated request adds nothing.
        event_id = event.get("id") or _digest(calendar.id, place, event)
        if event_id in calendar.events:
            continue
        try:
            check(event)
            calendar.insert({**event, "id": event_id}, world.clock, world.base_url, as_given=True)
        except (GoogleError, AttributeError, TypeError, KeyError, ValueError) as wrong:
            raise BadInputError(f"{where}[{place}]: {wrong}") from wrong
        added += 1
    world.dirty = world.dirty or added > 0
    return added


def _settings(fields: Fields) -> dict[str, str]:
    settings = fields.mapping("settings")
    for name, value in settings.items():
        try:
            preferences.check(name, value)
        except ValueError as wrong:
            raise BadInputError(f"settings: {wrong}.") from wrong
    return settings


def _zone(name: str) -> str:
    try:
        return times.zone(name).key
    except GoogleError as unknown:
        raise BadInputError(f"There is no time zone {name}.") from unknown


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:32]
