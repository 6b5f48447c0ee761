"""Google's event JSON in our words. Pure; one event that cannot be read never harms its page."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from ce_calendar.domain.meetings.events import (
    Attendee,
    CalendarEvent,
    Dates,
    EventPage,
    Response,
    SkippedEvent,
    Visibility,
)

Json = Mapping[str, Any]
Day = TypeVar("Day", bound=date)

LONGEST_ID = 1024
"""Google's own limit; what is longer is none of its ids."""
LONGEST_ETAG = 200
LOOPBACK = frozenset({"localhost", "127.0.0.1"})
YEARS = range(2, 9999)
"""At the ends of the calendar neither every zone nor PostgreSQL's driver can tell a moment."""

_RESPONSES = {
    "needsAction": Response.NEEDS_ACTION,
    "accepted": Response.ACCEPTED,
    "tentative": Response.TENTATIVE,
    "declined": Response.DECLINED,
}


class _UnreadableError(Exception):
    """An event that cannot be understood, with our word for why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def to_page(items: list[Any], *, calendar_zone: str, cursor: str) -> EventPage:
    """One page of `events.list`.

    Args:
        items: as Google sent them.
        calendar_zone: the calendar's zone, for times that name none.
        cursor: `nextSyncToken`; empty on all pages but the last.
    """
    changed: list[CalendarEvent] = []
    removed: list[str] = []
    skipped: list[SkippedEvent] = []
    for item in items:
        match convert(item, calendar_zone=calendar_zone):
            case CalendarEvent() as event:
                changed.append(event)
            case SkippedEvent() as why:
                skipped.append(why)
            case str(removed_id):
                removed.append(removed_id)
    return EventPage(changed=tuple(changed), removed=tuple(removed), skipped=tuple(skipped), cursor=cursor)


def convert(item: object, *, calendar_zone: str) -> CalendarEvent | SkippedEvent | str:
    """One event; its id if it was cancelled; or why it is left out."""
    if not isinstance(item, dict):
        return SkippedEvent("", "unreadable")
    event_id = text_in(item, "id")
    if not event_id or len(event_id) > LONGEST_ID:
        return SkippedEvent("", "no_id")
    if item.get("status") == "cancelled":
        return event_id
    try:
        return _event(event_id, item, calendar_zone)
    except _UnreadableError as problem:
        return SkippedEvent(event_id, problem.reason)


def _event(event_id: str, item: Json, calendar_zone: str) -> CalendarEvent:
    ical_uid = text_in(item, "iCalUID")
    if not ical_uid:
        raise _UnreadableError("no_ical_uid")
    starts_at, ends_at, dates = _span(item, calendar_zone)
    series_id = text_in(item, "recurringEventId")
    etag = text_in(item, "etag")
    return CalendarEvent(
        provider_event_id=event_id,
        ical_uid=ical_uid,
        starts_at=starts_at,
        ends_at=ends_at,
        dates=dates,
        series_id=series_id if len(series_id) <= LONGEST_ID else "",
        original_start=_original_start(item, calendar_zone) if series_id else "",
        title=text_in(item, "summary"),
        description=text_in(item, "description"),
        location=text_in(item, "location"),
        conference_url=_conference_url(item),
        html_link=_https(item.get("htmlLink")),
        organizer_email=_email(_dict(item, "organizer")),
        attendees=tuple(_attendee(guest) for guest in _dicts(item, "attendees") if _email(guest)),
        visibility=_visibility(item),
        is_busy=item.get("transparency") != "transparent",
        etag=etag if len(etag) <= LONGEST_ETAG else "",
    )


# -- times -------------------------------------------------------------------------------------------------------


def _span(item: Json, calendar_zone: str) -> tuple[datetime, datetime, Dates | None]:
    """From when to when, UTC, and the dates of an all-day event."""
    start, end = _dict(item, "start"), _dict(item, "end")
    if "date" in start:
        return _all_day(start, end)
    starts_at = _moment(start, calendar_zone)
    if item.get("endTimeUnspecified") is True or "dateTime" not in end:
        # No end was given: a point in time. Google's own guess would show as a length nobody chose.
        return starts_at, starts_at, None
    ends_at = _moment(end, calendar_zone)
    if ends_at < starts_at:
        raise _UnreadableError("ends_before_start")
    return starts_at, ends_at, None


def _all_day(start: Json, end: Json) -> tuple[datetime, datetime, Dates]:
    first = _date(start)
    try:
        after = _date(end) if "date" in end else first + timedelta(days=1)
        if after == first:
            # The end is exclusive; some importers write the last day instead.
            after += timedelta(days=1)
    except OverflowError as error:
        raise _UnreadableError("unreadable_time") from error
    if after < first:
        raise _UnreadableError("ends_before_start")
    midnight = time(tzinfo=UTC)
    return datetime.combine(first, midnight), datetime.combine(after, midnight), Dates(first, after)


def _date(value: Json) -> date:
    text = value.get("date")
    try:
        return _tellable(date.fromisoformat(text))  # type: ignore[arg-type]  # a foreign type raises TypeError, caught below
    except (TypeError, ValueError) as error:
        raise _UnreadableError("unreadable_time") from error


def _moment(value: Json, calendar_zone: str) -> datetime:
    """A moment, UTC: by its own offset, else by the zone it names, else by the calendar's."""
    text = value.get("dateTime")
    try:
        moment = datetime.fromisoformat(text)  # type: ignore[arg-type]  # a foreign type raises TypeError, caught below
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=_zone(value.get("timeZone") or calendar_zone))
        return _tellable(moment.astimezone(UTC))
    except (TypeError, ValueError, OverflowError) as error:
        raise _UnreadableError("unreadable_time") from error


def _tellable(when: Day) -> Day:
    """The day or moment, if it can be told everywhere.

    Raises:
        _UnreadableError: it cannot.
    """
    if when.year not in YEARS:
        raise _UnreadableError("unreadable_time")
    return when


def _zone(name: object) -> ZoneInfo:
    try:
        return ZoneInfo(name)  # type: ignore[arg-type]  # a foreign type raises, caught below
    except (TypeError, AttributeError, ValueError, KeyError, OSError) as error:
        # OSError: a name such as "America" is a folder of the zone database.
        raise _UnreadableError("unknown_zone") from error


def _original_start(item: Json, calendar_zone: str) -> str:
    """Where an occurrence stood originally, the same text whichever zone it is told in."""
    original = _dict(item, "originalStartTime")
    if "date" in original:
        return _date(original).isoformat()
    return _moment(original, calendar_zone).isoformat(timespec="seconds").replace("+00:00", "Z")


# -- people and places -------------------------------------------------------------------------------------------


def _attendee(guest: Json) -> Attendee:
    return Attendee(
        email=_email(guest),
        name=text_in(guest, "displayName"),
        response=_response(guest.get("responseStatus")),
        is_self=guest.get("self") is True,
        is_resource=guest.get("resource") is True,
    )


def _response(word: object) -> Response:
    return _RESPONSES.get(word, Response.NEEDS_ACTION) if isinstance(word, str) else Response.NEEDS_ACTION


def _email(person: Json) -> str:
    return text_in(person, "email").strip().lower()


def _visibility(item: Json) -> Visibility:
    word = item.get("visibility", "default")
    try:
        return Visibility(word)
    except ValueError:
        # A word we do not know may well mean that nobody should look.
        return Visibility.PRIVATE


def _conference_url(item: Json) -> str:
    """Where to join by video: the conference's own entry, else the older Hangouts link."""
    entries = _dicts(_dict(item, "conferenceData"), "entryPoints")
    video = (_https(entry.get("uri")) for entry in entries if entry.get("entryPointType") == "video")
    return next(filter(None, video), "") or _https(item.get("hangoutLink"))


def _https(link: object) -> str:
    """The link if it is one of the web's, encrypted; else nothing: `javascript:` must not reach a page.

    A link to this very machine, as the sandbox gives, needs no encryption.
    """
    if not isinstance(link, str) or any(ord(letter) <= 0x20 for letter in link):  # noqa: PLR2004 - blanks and controls
        return ""
    try:
        parts = urlsplit(link)
    except ValueError:
        return ""
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    return _storable(link) if is_safe and parts.netloc else ""


# -- what JSON may hold ------------------------------------------------------------------------------------------


def text_in(item: Json, key: str) -> str:
    """The text under a key, storable; empty for anything else."""
    value = item.get(key)
    return _storable(value) if isinstance(value, str) else ""


def _storable(text: str) -> str:
    """The text without what no database takes: NUL and halves of surrogate pairs."""
    return text.replace("\x00", "").encode("utf-8", "ignore").decode()


def _dict(item: Json, key: str) -> Json:
    value = item.get(key)
    return value if isinstance(value, dict) else {}


def _dicts(item: Json, key: str) -> list[Json]:
    value = item.get(key)
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []
