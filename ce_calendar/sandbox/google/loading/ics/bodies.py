"""One VEVENT as a body in Google's form."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from icalendar import Event

from ce_calendar.sandbox.google.events.times import Json
from ce_calendar.sandbox.google.loading.ics.zones import Zones

NOT_IN_AN_EXCEPTION = ("iCalUID", "organizer", "recurrence")

_TEXTS = {"SUMMARY": "summary", "DESCRIPTION": "description", "LOCATION": "location"}
_WORDS = {
    "STATUS": ("status", {"CONFIRMED": "confirmed", "TENTATIVE": "tentative", "CANCELLED": "cancelled"}),
    "CLASS": ("visibility", {"PUBLIC": "public", "PRIVATE": "private", "CONFIDENTIAL": "confidential"}),
    "TRANSP": ("transparency", {"OPAQUE": "opaque", "TRANSPARENT": "transparent"}),
}
_ANSWERS = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentative"}
_DAY = timedelta(days=1)


def body(event: Event, zones: Zones) -> Json:
    """Return the event in Google's form.

    Raises:
        ValueError: what is wrong with it.
    """
    if "DTSTART" not in event:
        raise ValueError(_why_missing(event, "DTSTART"))
    found: Json = {"start": moment(event["DTSTART"], zones), "end": _end(event, zones)}
    for name, field in _TEXTS.items():
        if name in event:
            found[field] = str(_only(event, name))
    for name, (field, words) in _WORDS.items():
        word = str(_only(event, name) or "").upper()
        if word in words:
            found[field] = words[word]
    organizer = _person(_only(event, "ORGANIZER"))
    if organizer:
        found["organizer"] = organizer
    guests = [guest for each in _all(event, "ATTENDEE") if (guest := _guest(each))]
    if guests:
        # One who is named twice is one guest.
        found["attendees"] = list({guest["email"]: guest for guest in guests}.values())
    lines = [*_rules(event), *_dates(event, "RDATE", zones), *_dates(event, "EXDATE", zones)]
    if lines:
        found["recurrence"] = lines
    return found


def moment(value: Any, zones: Zones) -> Json:  # noqa: ANN401 - one of iCalendar's value types
    """Return a DATE or DATE-TIME as Google's EventDateTime; ValueError for anything else."""
    if isinstance(value, list):
        raise TypeError("A time stands there twice.")
    return _written(value.dt, value.params.get("TZID"), zones)


def periods(event: Event, zones: Zones) -> Iterator[tuple[Json, Json]]:
    """Yield start and end of each RDATE that has an end of its own."""
    for dates in _all(event, "RDATE"):
        for each in dates.dts:
            if isinstance(each.dt, tuple):
                begin, end = each.dt
                # The second part is an end or a duration.
                end = begin + end if isinstance(end, timedelta) else end
                tzid = dates.params.get("TZID")
                yield _written(begin, tzid, zones), _written(end, tzid, zones)


def _written(value: object, tzid: str | None, zones: Zones) -> Json:
    if not isinstance(value, date):
        raise TypeError("A day or a moment is needed.")
    if not isinstance(value, datetime):
        return {"date": value.isoformat()}
    wall = value.replace(tzinfo=None, microsecond=0)
    if tzid is None and value.tzinfo is not None:
        return {"dateTime": f"{wall.isoformat()}Z", "timeZone": "UTC"}
    # The wall time in the zone as we understand its name: the parser's own zone may be another of that name.
    return {"dateTime": wall.isoformat(), "timeZone": zones.name(tzid, wall.year) if tzid else zones.default}


def _end(event: Event, zones: Zones) -> Json:
    start: Any = event["DTSTART"]
    if "DTEND" in event:
        end = moment(event["DTEND"], zones)
        # Much in the world says of a single day that it ends on that day.
        whole_day = end == moment(start, zones) and "date" in end
        return _written(start.dt + _DAY, None, zones) if whole_day else end
    if "DURATION" not in event:
        lasts = timedelta() if isinstance(start.dt, datetime) else _DAY
        return _written(start.dt + lasts, start.params.get("TZID"), zones)
    lasts = _only(event, "DURATION").dt
    if isinstance(start.dt, datetime) and lasts % _DAY:
        # Hours are real ones, whatever the clocks do meanwhile; days follow the calendar.
        utc = start.dt.astimezone(UTC) if start.dt.tzinfo else start.dt
        return _written(_back(utc + lasts, start.dt), start.params.get("TZID"), zones)
    return _written(start.dt + lasts, start.params.get("TZID"), zones)


def _back(moved: datetime, like: datetime) -> datetime:
    return moved.astimezone(like.tzinfo) if like.tzinfo else moved


def _rules(event: Event) -> Iterator[str]:
    for name in ("RRULE", "EXRULE"):
        for rule in _all(event, name):
            parts = rule.to_ical().decode().split(";")
            # Careless programs write an empty rule for none, and COUNT=-1 for no count.
            kept = [part for part in parts if part and not part.startswith(("COUNT=-", "COUNT=0"))]
            if kept:
                yield f"{name}:{';'.join(kept)}"


def _dates(event: Event, name: str, zones: Zones) -> Iterator[str]:
    for dates in _all(event, name):
        for each in dates.dts:
            begin = each.dt[0] if isinstance(each.dt, tuple) else each.dt
            yield date_line(name, _written(begin, dates.params.get("TZID"), zones))


def date_line(name: str, value: Json) -> str:
    """Return an RDATE or EXDATE line for one moment or day."""
    if "date" in value:
        return f"{name};VALUE=DATE:{value['date'].replace('-', '')}"
    text = value["dateTime"].replace("-", "").replace(":", "")
    return f"{name}:{text}" if text.endswith("Z") else f"{name};TZID={value['timeZone']}:{text}"


def _person(address: Any) -> Json | None:  # noqa: ANN401 - a vCalAddress, or text where the file is careless
    if address is None:
        return None
    scheme, _, rest = str(address).partition(":")
    params = getattr(address, "params", {})
    email = (rest if scheme.lower() == "mailto" else str(params.get("EMAIL", address))).strip()
    if "@" not in email:
        # Google knows people by their email alone.
        return None
    named = {"displayName": str(params["CN"])} if params.get("CN") else {}
    return {"email": email.lower(), **named}


def _guest(address: Any) -> Json | None:  # noqa: ANN401 - as above
    guest = _person(address)
    if guest is None:
        return None
    params = getattr(address, "params", {})
    guest["responseStatus"] = _ANSWERS.get(str(params.get("PARTSTAT", "")).upper(), "needsAction")
    if str(params.get("ROLE", "")).upper() == "OPT-PARTICIPANT":
        guest["optional"] = True
    if str(params.get("CUTYPE", "")).upper() in ("RESOURCE", "ROOM"):
        guest["resource"] = True
    return guest


def _all(event: Event, name: str) -> list[Any]:
    value = event.get(name, [])
    return value if isinstance(value, list) else [value]


def _only(event: Event, name: str) -> Any:  # noqa: ANN401 - one of iCalendar's value types
    return next(iter(_all(event, name)), None)


def _why_missing(event: Event, name: str) -> str:
    reasons = [reason for field, reason in event.errors if field == name]
    return f"{name}: {reasons[0]}" if reasons else f"{name} is missing."
