"""Many events at once: what ``POST /_sandbox/events`` adds, given or made up."""

import hashlib
import json
import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from ce_calendar.sandbox.clock import Clock
from ce_calendar.sandbox.fields import BadInputError, Fields
from ce_calendar.sandbox.google.calendars import Calendar
from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.events import resources
from ce_calendar.sandbox.google.events.checks import EVERYTHING
from ce_calendar.sandbox.google.events.times import Json
from ce_calendar.sandbox.google.loading.accounts import Check

MOST = 1_000_000
"""Events that are made up at a time."""

_WORDS = ("Visit", "Review", "Call", "Workshop", "Lunch", "Interview", "Planning", "Demo")
_PLACES = ("Office", "Online", "Riverside Hall", "Room 4")


def add_events(calendar: Calendar, events: list[Json], clock: Clock, base_url: str, check: Check) -> int:
    """Add events, all or none, and return how many; those that were added before are left as they are.

    Args:
        calendar: where to.
        events: in Google's form; one without an id gets one from its content and its place in the list.
        clock: the sandbox's.
        base_url: where htmlLinks lead.
        check: raises GoogleError for an event that is not in Google's form.

    Raises:
        BadInputError: names the first event that cannot be taken; nothing was added.
    """
    bodies = list(_new(calendar, events, clock.now(), base_url, check))
    for body in bodies:
        calendar.insert(body, clock, base_url, as_given=True)
    return len(bodies)


def _new(calendar: Calendar, events: list[Json], now: datetime, base_url: str, check: Check) -> Iterator[Json]:
    ids: set[str] = set()
    uids: set[str] = set()
    for place, event in enumerate(events):
        try:
            check(event)
            body = {**event, "id": event.get("id") or _digest(calendar.id, place, event)}
            if body["id"] in calendar.events:
                continue
            uid = resources.new_event(body, calendar, now, base_url, accepts=EVERYTHING).resource["iCalUID"]
        except (GoogleError, AttributeError, TypeError, KeyError, ValueError) as wrong:
            raise BadInputError(f"events[{place}]: {wrong}") from wrong
        if body["id"] in ids or uid in uids or calendar.id_of(uid) is not None:
            raise BadInputError(f"events[{place}]: The requested identifier already exists.")
        ids.add(body["id"])
        uids.add(uid)
        yield body


def generate(fields: Fields) -> Iterator[Json]:
    """Make up meetings; the same wishes give the same ones.

    Raises:
        BadInputError: a wish cannot be met.
    """
    count = fields.number("count", 1, MOST)
    seed = fields.number("seed", 0, 2**31) or 0
    begin = fields.text("from")
    days = fields.number("days", 1, 36_500) or 365
    fields.done()
    if count is None:
        raise BadInputError("generate.count: a number is needed.")
    try:
        first = datetime.combine(date.fromisoformat(begin), time.min)
        first + timedelta(days=days + 1)
    except (ValueError, OverflowError) as wrong:
        raise BadInputError("generate.from: a day such as 2027-03-01 is needed.") from wrong
    chance = random.Random(seed)  # noqa: S311 - meetings, not secrets
    return (_made_up(chance, first, days, f"made{seed}of{number}") for number in range(count))


def _made_up(chance: random.Random, first: datetime, days: int, event_id: str) -> Json:
    start = first + timedelta(days=chance.randrange(days), minutes=15 * chance.randrange(28, 72))
    end = start + timedelta(minutes=chance.choice((30, 45, 60, 90)))
    guest = f"guest{chance.randrange(1000)}@riverside.example"
    return {
        "id": event_id,
        "summary": f"{chance.choice(_WORDS)} {chance.randrange(1000)}",
        "location": chance.choice(_PLACES),
        "start": {"dateTime": f"{start.isoformat()}Z", "timeZone": "UTC"},
        "end": {"dateTime": f"{end.isoformat()}Z", "timeZone": "UTC"},
        "attendees": [{"email": guest}],
    }


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:32]
