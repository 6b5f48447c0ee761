"""Making accounts from a description: what ``POST /_sandbox/accounts`` takes."""

import hashlib
import json
import re
from typing import Any

from ce_calendar.sandbox.fields import BadInputError, Fields
from ce_calendar.sandbox.microsoft import zones
from ce_calendar.sandbox.microsoft.calendars import Calendar
from ce_calendar.sandbox.microsoft.errors import GraphError
from ce_calendar.sandbox.microsoft.world import Account, World

Json = dict[str, Any]

_EMAIL = re.compile(r"[^@\s/:]+@[^@\s/:]+")


def add_account(world: World, fields: Fields) -> tuple[Account, int]:
    """Make the account, or add to it what it lacks; the same description twice changes nothing.

    Returns:
        the account and how many events were added.

    Raises:
        BadInputError: names the field that cannot be used. Calendars and events before it are there already.
    """
    email = fields.text("email").lower()
    if not _EMAIL.fullmatch(email):
        raise BadInputError("email: this is not an email address.")
    name = fields.text("name", "")
    time_zone = zone_of(fields.text("time_zone", "UTC"))
    calendars, events = fields.objects("calendars"), fields.objects("events")
    fields.done()
    account = world.add_account(email, name=name or None, time_zone=time_zone)
    added = add_events(world, account.default_calendar, events, "events")
    for place, description in enumerate(calendars):
        where = f"calendars[{place}]."
        inner = Fields(description, where)
        title = inner.text("name")
        can_edit = inner.flag("canEdit", default=True)
        held = inner.objects("events")
        inner.done()
        calendar = world.add_calendar(account, _digest(email, title)[:16], name=title, can_edit=can_edit)
        added += add_events(world, calendar, held, where + "events")
    return account, added


def add_events(world: World, calendar: Calendar, descriptions: list[Json], where: str) -> int:
    """Add events in Graph's form, unless the calendar has them; BadInputError names one that cannot be."""
    added = 0
    for place, description in enumerate(descriptions):
        # The key comes from the content, so that a repeated request adds nothing.
        key = _digest(calendar.owner, calendar.key, place, description)[:24]
        if key in calendar.events:
            continue
        try:
            calendar.insert(description, world.clock, as_given=True, key=key)
        except (GraphError, AttributeError, TypeError, KeyError, ValueError, OverflowError) as wrong:
            raise BadInputError(f"{where}[{place}]: {wrong}") from wrong
        added += 1
    world.dirty = world.dirty or added > 0
    return added


def zone_of(name: str) -> str:
    """Return the IANA zone of a Windows or IANA name; BadInputError if there is none."""
    found = zones.iana(name)
    if found is None:
        raise BadInputError(f"There is no time zone {name}.")
    return found


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
