"""A busy calendar as Google tells it, the same at each call."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from ce_calendar.domain.window import DAYS_AHEAD, DAYS_BACK

ACCOUNT = "bench@gmail.example"
ZONE = "America/Chicago"
HOME = ZoneInfo(ZONE)
PAGE = 2500
"""The most events that Google puts on a page."""
CONTACTS = 200
LAST_TOKEN = "sync-token-1"  # noqa: S105 - a cursor
SERIES = 0.6
"""Share of the events that are occurrences of series."""
WITH_GUESTS = 0.55
WITH_CONTACT = 0.5
"""Share of those with guests where a contact is among them: more than a quarter of all events."""

WORDS = (
    *("review", "partner", "clinic", "outreach", "planning", "quarterly", "visit", "call", "board", "team", "budget"),
    *("volunteer", "training", "intake", "follow-up", "community", "grant", "report", "nutrition", "screening"),
)


def contact_email(number: int) -> str:
    """Addresses of people whom the organization knows."""
    return f"contact{number}@partner{number % 40}.example"


def events(count: int, *, now: datetime) -> Iterator[dict[str, Any]]:
    """Events within the window that is synced, in no order, as Google gives them."""
    dice = Random(count)  # noqa: S311 - nothing secret
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    for number in range(count):
        day = today + timedelta(days=dice.randrange(-DAYS_BACK + 2, DAYS_AHEAD - 2))
        start = day + timedelta(minutes=15 * dice.randrange(4 * 13, 4 * 23))
        yield _event(number, start, dice)


def _event(number: int, start: datetime, dice: Random) -> dict[str, Any]:
    is_occurrence = dice.random() < SERIES
    base = sha256(f"event {number // 20 if is_occurrence else number} {is_occurrence}".encode()).hexdigest()[:26]
    event_id = f"{base}_{start:%Y%m%dT%H%M%SZ}{number}" if is_occurrence else base
    title = " ".join(dice.choices(WORDS, k=4)).capitalize()
    told: dict[str, Any] = {
        "kind": "calendar#event",
        "etag": f'"{3_400_000_000_000_000 + number}"',
        "id": event_id,
        "status": "confirmed",
        "htmlLink": f"https://www.google.com/calendar/event?eid={base}{number}",
        "created": "2026-01-12T15:04:05.000Z",
        "updated": "2026-02-20T09:30:11.123Z",
        "summary": title,
        "creator": {"email": ACCOUNT, "self": True},
        "organizer": {"email": ACCOUNT, "self": True},
        "start": {"dateTime": start.astimezone(HOME).isoformat(), "timeZone": ZONE},
        "end": {"dateTime": (start + timedelta(minutes=45)).astimezone(HOME).isoformat(), "timeZone": ZONE},
        "iCalUID": f"{base}@google.com",
        "sequence": 1,
        "reminders": {"useDefault": True},
        "eventType": "default",
    }
    if number % 25 == 0:
        told["start"], told["end"] = {"date": f"{start:%Y-%m-%d}"}, {"date": f"{start + timedelta(days=1):%Y-%m-%d}"}
    if is_occurrence:
        told |= {"recurringEventId": base, "originalStartTime": told["start"]}
    if dice.random() < WITH_GUESTS:
        told |= {"attendees": _guests(dice), "description": " ".join(dice.choices(WORDS, k=25)), "location": title}
    if dice.random() < SERIES:
        told["hangoutLink"] = f"https://meet.google.com/{base[:3]}-{base[3:7]}-{base[7:10]}"
    return told


def _guests(dice: Random) -> list[dict[str, Any]]:
    answers = ("needsAction", "accepted", "tentative", "declined")
    outside = [contact_email(dice.randrange(CONTACTS))] if dice.random() < WITH_CONTACT else []
    inside = [f"colleague{dice.randrange(60)}@lakeside.example" for _ in range(dice.randrange(1, 5))]
    guests: list[dict[str, Any]] = [
        {"email": email, "displayName": email.partition("@")[0].title(), "responseStatus": dice.choice(answers)}
        for email in dict.fromkeys([*outside, *inside])
    ]
    return [{"email": ACCOUNT, "organizer": True, "self": True, "responseStatus": "accepted"}, *guests]


def pages(count: int, *, now: datetime) -> list[bytes]:
    """The answers of `events.list`, rendered, page by page."""
    found = list(events(count, now=now))
    cuts = [found[start : start + PAGE] for start in range(0, max(count, 1), PAGE)]
    rendered = []
    for number, cut in enumerate(cuts, start=1):
        end = {"nextSyncToken": LAST_TOKEN} if number == len(cuts) else {"nextPageToken": f"page-{number}"}
        rendered.append(_page(cut, **end))
    return rendered


def nothing_new() -> bytes:
    """The answer of `events.list` to a sync token when nothing changed."""
    return _page([], nextSyncToken=LAST_TOKEN)


def calendar_list() -> bytes:
    """The answer of `calendarList.list`: the account's own calendar alone."""
    own = {
        "kind": "calendar#calendarListEntry",
        "etag": '"1"',
        "id": ACCOUNT,
        "summary": ACCOUNT,
        "timeZone": ZONE,
        "accessRole": "owner",
        "primary": True,
        "selected": True,
        "defaultReminders": [],
    }
    return json.dumps({"kind": "calendar#calendarList", "etag": '"1"', "items": [own]}).encode()


def _page(items: list[dict[str, Any]], **end: str) -> bytes:
    head = {
        "kind": "calendar#events",
        "etag": '"p1"',
        "summary": ACCOUNT,
        "description": "",
        "updated": "2026-02-20T09:30:11.123Z",
        "timeZone": ZONE,
        "accessRole": "owner",
        "defaultReminders": [{"method": "popup", "minutes": 10}],
    }
    return json.dumps({**head, **end, "items": items}, indent=1).encode()
