"""events.quickAdd: a simple reading of a sentence with a day and a time in it."""

import re
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from ce_calendar.sandbox.google.events.times import Json

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY = re.compile(
    rf"\b(?:on\s+)?(?P<word>today|tomorrow|{'|'.join(_WEEKDAYS)})\b|\b(?:on\s+)?(?P<date>\d{{4}}-\d\d-\d\d)\b",
    re.IGNORECASE,
)
_MOMENT = r"(\d{1,2})(?::(\d\d))?\s*(am|pm)?"
_SPAN = re.compile(rf"\b(?:from\s+)?{_MOMENT}\s*(?:-|\u2013|to|until)\s*{_MOMENT}\b", re.IGNORECASE)
_START = re.compile(
    r"\b(?:at\s+(\d{1,2})(?::(\d\d))?\s*(am|pm)?|(\d{1,2})(?::(\d\d))?\s*(am|pm)|(\d{1,2}):(\d\d))\b", re.IGNORECASE
)
_PLACE = re.compile(r"\bat\s+(?P<place>[^\d\s].*)$")
_HOUR = timedelta(hours=1)


def read(text: str, now: datetime, zone: ZoneInfo) -> Json:
    """Return the event a sentence speaks of.

    Understood are today, tomorrow, weekdays and YYYY-MM-DD; "3pm", "15:00", "at 3" and "12pm-1pm". A day without
    a time is an all-day event, a time without a day is its next one, and without either the event is
    now, for an hour, with the whole text as its summary.
    """
    here = now.astimezone(zone).replace(tzinfo=None, second=0, microsecond=0)
    day, rest = _day(text, here)
    span, rest = _span(rest)
    if day is None and span is None:
        return _event(text.strip(), here, here + _HOUR, zone)
    summary, place = _words(rest)
    more = {"location": place} if place else {}
    if span is None:
        assert day is not None  # noqa: S101 - one of the two was found
        days = {
            "start": {"date": day.date().isoformat()},
            "end": {"date": (day + timedelta(days=1)).date().isoformat()},
        }
        return {"summary": summary or text.strip(), **more, **days}
    begins = datetime.combine(day or here, span[0])
    if day is None and begins < here:
        begins += timedelta(days=1)
    ends = begins + _HOUR if span[1] is None else datetime.combine(begins, span[1])
    if ends <= begins:
        ends += timedelta(days=1)
    return _event(summary or text.strip(), begins, ends, zone) | more


def _event(summary: str, begins: datetime, ends: datetime, zone: ZoneInfo) -> Json:
    times = {"start": begins, "end": ends}
    return {"summary": summary} | {
        name: {"dateTime": moment.isoformat(), "timeZone": zone.key} for name, moment in times.items()
    }


def _day(text: str, here: datetime) -> tuple[datetime | None, str]:
    found = _DAY.search(text)
    if found is None:
        return None, text
    rest = text[: found.start()] + " " + text[found.end() :]
    midnight = datetime.combine(here, time.min)
    if found["date"]:
        try:
            return datetime.fromisoformat(found["date"]), rest
        except ValueError:
            return None, text
    word = found["word"].lower()
    if word in ("today", "tomorrow"):
        return midnight + timedelta(days=word == "tomorrow"), rest
    return midnight + timedelta(days=(_WEEKDAYS.index(word) - here.weekday()) % 7), rest


def _span(text: str) -> tuple[tuple[time, time | None] | None, str]:
    found = _SPAN.search(text)
    if found is not None and any(found.group(2, 3, 5, 6)):
        hour, minute, half, last_hour, last_minute, last_half = found.groups()
        begins, ends = _time(hour, minute, half or last_half), _time(last_hour, last_minute, last_half or half)
        if begins is not None and ends is not None:
            return (begins, ends), text[: found.start()] + " " + text[found.end() :]
    found = _START.search(text)
    if found is not None:
        hour, minute, half = found.group(1, 2, 3)
        begins = _time(hour or found[4] or found[7], minute or found[5] or found[8], half or found[6])
        if begins is not None:
            return (begins, None), text[: found.start()] + " " + text[found.end() :]
    return None, text


def _time(hour: str, minute: str | None, half: str | None) -> time | None:
    hours, minutes = int(hour), int(minute or 0)
    if half:
        if not 1 <= hours <= 12:  # noqa: PLR2004 - a clock with two halves
            return None
        hours = hours % 12 + (12 if half.lower() == "pm" else 0)
    return time(hours, minutes) if hours < 24 and minutes < 60 else None  # noqa: PLR2004 - a day, an hour


def _words(text: str) -> tuple[str, str]:
    words = " ".join(text.split()).strip(" ,-")
    place = _PLACE.search(words)
    if place is None or place.start() == 0:
        return words, ""
    return words[: place.start()].strip(" ,"), place["place"].strip()
