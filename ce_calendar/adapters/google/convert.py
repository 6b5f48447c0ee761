"""Google's event JSON in our words. Pure; one event that cannot be read never harms its page."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ce_calendar.adapters.foreign import Json, UnreadableError, dict_in, dicts_in, https_link, tellable, text_in
from ce_calendar.domain.meetings.events import (
    Attendee,
    CalendarEvent,
    Dates,
    EventPage,
    Response,
    SkippedEvent,
    Visibility,
)

LONGEST_ID = 1024
"""Google's own limit; what is longer is none of its ids."""
LONGEST_ETAG = 200

_RESPONSES = {
    "needsAction": Response.NEEDS_ACTION,
    "accepted": Response.ACCEPTED,
    "tentative": Response.TENTATIVE,
    "declined": Response.DECLINED,
}


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
    except UnreadableError as problem:
        return SkippedEvent(event_id, problem.reason)


def _event(event_id: str, item: Json, calendar_zone: str) -> CalendarEvent:
    ical_uid = text_in(item, "iCalUID")
    if not ical_uid:
        raise UnreadableError("no_ical_uid")
    starts_at, ends_at, dates = _span(item, calendar_zone)
    series_id = text_in(item, "recurringEventId")
    etag = text_in(item, "etag")
    attendees = _attendees(item)
    return CalendarEvent(
        provider_event_id=event_id,
        ical_uid=ical_uid,
        starts_at=starts_at,
        ends_at=ends_at,
        dates=dates,
        series_id=series_id if len(series_id) <= LONGEST_ID else "",
        original_start=_original_start(item, calendar_zone, starts_at) if series_id else "",
        title=text_in(item, "summary"),
        description=text_in(item, "description"),
        location=text_in(item, "location"),
        conference_url=_conference_url(item),
        html_link=https_link(item.get("htmlLink")),
        organizer_email=_email(dict_in(item, "organizer")),
        attendees=attendees,
        visibility=_visibility(item),
        is_busy=item.get("transparency") != "transparent",
        is_declined=any(guest.is_self and guest.response is Response.DECLINED for guest in attendees),
        etag=etag if len(etag) <= LONGEST_ETAG else "",
    )


# -- times -------------------------------------------------------------------------------------------------------


def _span(item: Json, calendar_zone: str) -> tuple[datetime, datetime, Dates | None]:
    """From when to when, UTC, and the dates of an all-day event."""
    start, end = dict_in(item, "start"), dict_in(item, "end")
    if "date" in start:
        return _all_day(start, end)
    starts_at = _moment(start, calendar_zone)
    if item.get("endTimeUnspecified") is True or "dateTime" not in end:
        # No end was given: a point in time. Google's own guess would show as a length nobody chose.
        return starts_at, starts_at, None
    ends_at = _moment(end, calendar_zone)
    if ends_at < starts_at:
        raise UnreadableError("ends_before_start")
    return starts_at, ends_at, None


def _all_day(start: Json, end: Json) -> tuple[datetime, datetime, Dates]:
    first = _date(start)
    try:
        after = _date(end) if "date" in end else first + timedelta(days=1)
        if after == first:
            # The end is exclusive; some importers write the last day instead.
            after += timedelta(days=1)
    except OverflowError as error:
        raise UnreadableError("unreadable_time") from error
    if after < first:
        raise UnreadableError("ends_before_start")
    midnight = time(tzinfo=UTC)
    return datetime.combine(first, midnight), datetime.combine(after, midnight), Dates(first, after)


def _date(value: Json) -> date:
    text = value.get("date")
    try:
        return tellable(date.fromisoformat(text))  # type: ignore[arg-type]  # a foreign type raises TypeError, caught below
    except (TypeError, ValueError) as error:
        raise UnreadableError("unreadable_time") from error


def _moment(value: Json, calendar_zone: str) -> datetime:
    """A moment, UTC: by its own offset, else by the zone it names, else by the calendar's."""
    text = value.get("dateTime")
    try:
        moment = datetime.fromisoformat(text)  # type: ignore[arg-type]  # a foreign type raises TypeError, caught below
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=_zone(value.get("timeZone") or calendar_zone))
        return tellable(moment.astimezone(UTC))
    except (TypeError, ValueError, OverflowError) as error:
        raise UnreadableError("unreadable_time") from error


def _zone(name: object) -> ZoneInfo:
    try:
        return ZoneInfo(name)  # type: ignore[arg-type]  # a foreign type raises, caught below
    except (TypeError, AttributeError, ValueError, KeyError, OSError) as error:
        # OSError: a name such as "America" is a folder of the zone database.
        raise UnreadableError("unknown_zone") from error


def _original_start(item: Json, calendar_zone: str, starts_at: datetime) -> str:
    """Where an occurrence stood originally, the same text whichever zone it is told in."""
    original = dict_in(item, "originalStartTime")
    if "date" in original:
        return _date(original).isoformat()
    # Most stand where they stood.
    moment = starts_at if original == item["start"] else _moment(original, calendar_zone)
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


# -- people and places -------------------------------------------------------------------------------------------


def _attendees(item: Json) -> tuple[Attendee, ...]:
    guests = dicts_in(item, "attendees")
    return tuple(_attendee(email, guest) for guest in guests if (email := _email(guest))) if guests else ()


def _attendee(email: str, guest: Json) -> Attendee:
    return Attendee(
        email=email,
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
    for entry in dicts_in(dict_in(item, "conferenceData"), "entryPoints"):
        if entry.get("entryPointType") == "video" and (link := https_link(entry.get("uri"))):
            return link
    return https_link(item.get("hangoutLink"))
