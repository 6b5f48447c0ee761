"""What a calendar shows between two days, as recurring-ical-events and as the sandbox's Google tell it."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar

from tests.strangers.meeting import ANN, Json, Sandbox

Shown = tuple[str, str, str, str]
"""UID, start, end, title; days as days, moments in UTC."""


def theirs(text: str, begin: datetime, end: datetime) -> set[Shown]:
    """What recurring-ical-events finds; what is cancelled does not show."""
    found = set()
    for calendar in Calendar.from_ical(text, multiple=True):
        for event in recurring_ical_events.of(calendar, skip_bad_series=True).between(begin, end):
            if str(event.get("STATUS", "")).upper() != "CANCELLED":
                # A day that ends on itself is one day long at Google.
                single = not isinstance(event.start, datetime) and event.start == event.end
                shown = (_utc(event.start), _utc(event.end + single * timedelta(days=1)))
                found.add((str(event.get("UID", "")), *shown, str(event.get("SUMMARY", ""))))
    return found


def ours(sandbox: Sandbox, text: str, begin: datetime, end: datetime) -> tuple[set[Shown], list[Json]]:
    """What the sandbox lists once it has taken the text, and what it did not take."""
    sandbox.control("accounts", email=ANN)
    refused = sandbox.control("ics", email=ANN, ics=text)["refused"]
    window = {"timeMin": begin.isoformat(), "timeMax": end.isoformat()}
    listed = sandbox.events(singleEvents="true", **window)
    # Google gives a UID to what has none. Long lines are folded.
    unfolded = re.sub(r"\r?\n[ \t]", "", text)
    found = {
        (
            event["iCalUID"] if event["iCalUID"] in unfolded else "",
            _moment(event["start"]),
            _moment(event["end"]),
            event.get("summary", ""),
        )
        for event in listed
    }
    return found, refused


def _utc(value: date) -> str:
    if not isinstance(value, datetime):
        return value.isoformat()
    # A time without a zone is one of the calendar's own zone, which is UTC here.
    aware = value if value.tzinfo else value.replace(tzinfo=ZoneInfo("UTC"))
    return aware.astimezone(UTC).replace(microsecond=0).isoformat()


def _moment(value: Json) -> str:
    return str(value["date"]) if "date" in value else _utc(datetime.fromisoformat(value["dateTime"]))
