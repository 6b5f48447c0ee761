"""Graph's event JSON in our words. Pure; one event that cannot be read never harms its page."""

from datetime import UTC, date, datetime, time, timedelta

from ce_calendar.adapters.foreign import Json, UnreadableError, dict_in, dicts_in, https_link, tellable, text_in
from ce_calendar.adapters.microsoft.uids import series_uid
from ce_calendar.adapters.microsoft.zones import zone
from ce_calendar.domain.meetings.events import (
    Attendee,
    CalendarEvent,
    Dates,
    Response,
    SkippedEvent,
    Visibility,
)

SINGLE, MASTER, OCCURRENCE, EXCEPTION = "singleInstance", "seriesMaster", "occurrence", "exception"
LONGEST_ID = 1024
LONGEST_ETAG = 200
LONGEST_DESCRIPTION = 8192
"""As much as Google keeps of one; invitations of conference systems are a tenth of it."""
HALF_A_DAY = timedelta(hours=12)
DAY = timedelta(days=1)

_RESPONSES = {
    "accepted": Response.ACCEPTED,
    "organizer": Response.ACCEPTED,
    "tentativelyaccepted": Response.TENTATIVE,
    "declined": Response.DECLINED,
}
_FREE = frozenset({"free", "workingelsewhere"})


def convert(item: Json, *, series: Json | None = None) -> CalendarEvent | SkippedEvent | str:
    """One event; its id if it was cancelled; or why it is left out.

    Args:
        item: an event in full.
        series: of an occurrence or exception, its series as far as it is known. An occurrence that nobody touched
            tells as much: its UID, and whether it is of whole days.
    """
    event_id = event_id_of(item)
    if not event_id:
        return SkippedEvent("", "no_id")
    if item.get("isCancelled") is True:
        # Its organizer called it off, and it waits in the guest's calendar to be taken out.
        return event_id
    try:
        return _event(event_id, item, series)
    except UnreadableError as problem:
        return SkippedEvent(event_id, problem.reason)


def event_id_of(item: Json) -> str:
    """The event's id; empty if it has none that we could keep."""
    event_id = text_in(item, "id")
    return event_id if len(event_id) <= LONGEST_ID else ""


def is_bare(item: Json) -> bool:
    """Whether a delta told only when an occurrence is, and nothing else of it."""
    return item.get("type") == OCCURRENCE and "iCalUId" not in item


def may_be_of_whole_days(item: Json) -> bool:
    """Whether an exception's original start leaves open if its series is of whole days: it was a midnight somewhere."""
    try:
        original = _moment({"dateTime": item.get("originalStart")})
    except UnreadableError:
        return True
    places = (UTC, zone(text_in(item, "originalStartTimeZone")) or UTC)
    return any(original.astimezone(place).time() == time() for place in places)


def _event(event_id: str, item: Json, series: Json | None) -> CalendarEvent:
    uid = text_in(series or item, "iCalUId") or text_in(item, "iCalUId")
    if not uid:
        raise UnreadableError("no_ical_uid")
    starts_at, ends_at, dates = _span(item)
    series_id = text_in(item, "seriesMasterId")
    etag = text_in(item, "@odata.etag")
    return CalendarEvent(
        provider_event_id=event_id,
        ical_uid=series_uid(uid),
        starts_at=starts_at,
        ends_at=ends_at,
        dates=dates,
        series_id=series_id if len(series_id) <= LONGEST_ID else "",
        original_start=_original_start(item, series, starts_at, dates) if series_id else "",
        title=text_in(item, "subject"),
        description=_description(item),
        location=_location(item),
        conference_url=https_link(dict_in(item, "onlineMeeting").get("joinUrl"))
        or https_link(item.get("onlineMeetingUrl")),
        html_link=https_link(item.get("webLink")),
        organizer_email=_email(dict_in(item, "organizer")),
        attendees=_attendees(item),
        visibility=_visibility(item),
        is_busy=_word(item.get("showAs")) not in _FREE,
        is_declined=_word(dict_in(item, "responseStatus").get("response")) == "declined",
        etag=etag if len(etag) <= LONGEST_ETAG else "",
    )


# -- times -------------------------------------------------------------------------------------------------------


def _span(item: Json) -> tuple[datetime, datetime, Dates | None]:
    """From when to when, UTC, and the dates of an all-day event."""
    starts_at, ends_at = _moment(dict_in(item, "start")), _moment(dict_in(item, "end"))
    if ends_at < starts_at:
        raise UnreadableError("ends_before_start")
    if item.get("isAllDay") is not True:
        return starts_at, ends_at, None
    first, after = _day(starts_at, item), _day(ends_at, item)
    if after <= first:
        after = tellable(first + DAY)
    midnight = time(tzinfo=UTC)
    return datetime.combine(first, midnight), datetime.combine(after, midnight), Dates(first, after)


def _moment(value: Json) -> datetime:
    """A moment, UTC. We ask for UTC; should a zone be named nevertheless, that one counts."""
    text = value.get("dateTime")
    try:
        moment = datetime.fromisoformat(text)  # type: ignore[arg-type]  # a foreign type raises TypeError, caught below
        if moment.tzinfo is None:
            named = zone(text_in(value, "timeZone") or "UTC")
            if named is None:
                raise UnreadableError("unknown_zone")
            moment = moment.replace(tzinfo=named)
        return tellable(moment.astimezone(UTC))
    except (TypeError, ValueError, OverflowError) as error:
        raise UnreadableError("unreadable_time") from error


def _day(moment: datetime, item: Json) -> date:
    """The day that begins at a moment, which is midnight somewhere.

    Graph tells all-day events from midnight to midnight in whatever zone one asks for. Where it tells a real moment
    instead, the zone that the event was made in says whose midnight it is; if that does not help, the nearest is it.
    """
    try:
        for place in (UTC, zone(text_in(item, "originalStartTimeZone"))):
            local = moment.astimezone(place) if place else moment
            if local.time() == time():
                return tellable(local.date())
        return tellable((moment + HALF_A_DAY).date())
    except (ValueError, OverflowError) as error:
        raise UnreadableError("unreadable_time") from error


def _original_start(item: Json, series: Json | None, starts_at: datetime, dates: Dates | None) -> str:
    """Where an occurrence stood originally: the day in an all-day series, else the moment, as Google has it."""
    told = item.get("originalStart")
    original = starts_at if told is None else _moment({"dateTime": told})
    if (series or item).get("isAllDay") is True:
        # An occurrence nobody touched is where it was; its own day is surer than a moment of some midnight.
        is_touched = item.get("type") != OCCURRENCE or dates is None
        return (_day(original, item) if is_touched or dates is None else dates.start).isoformat()
    return original.isoformat(timespec="seconds").replace("+00:00", "Z")


# -- people and places -------------------------------------------------------------------------------------------


def _attendees(item: Json) -> tuple[Attendee, ...]:
    """The guests, and the organizer with them: Graph names the organizer apart."""
    guests = [_attendee(guest) for guest in dicts_in(item, "attendees") if _email(guest)]
    organizer = _email(dict_in(item, "organizer"))
    if guests and organizer and all(guest.email != organizer for guest in guests):
        name = text_in(dict_in(dict_in(item, "organizer"), "emailAddress"), "name")
        guests.insert(0, Attendee(organizer, name, Response.ACCEPTED, is_self=item.get("isOrganizer") is True))
    return tuple(guests)


def _attendee(guest: Json) -> Attendee:
    return Attendee(
        email=_email(guest),
        name=text_in(dict_in(guest, "emailAddress"), "name"),
        response=_RESPONSES.get(_word(dict_in(guest, "status").get("response")), Response.NEEDS_ACTION),
        is_resource=_word(guest.get("type")) == "resource",
    )


def _email(person: Json) -> str:
    return text_in(dict_in(person, "emailAddress"), "address").strip().lower()


def _visibility(item: Json) -> Visibility:
    """How private it is. `personal` is Outlook's word for what is nobody's business at work."""
    match _word(item.get("sensitivity", "normal")):
        case "normal":
            return Visibility.DEFAULT
        case "confidential":
            return Visibility.CONFIDENTIAL
        case _:
            # Also a word we do not know: it may well mean that nobody should look.
            return Visibility.PRIVATE


def _location(item: Json) -> str:
    """The places' names, each once: Graph joins them for us with semicolons, or gives them one by one."""
    joined = text_in(dict_in(item, "location"), "displayName")
    names = [text_in(place, "displayName") for place in dicts_in(item, "locations")]
    return joined or "; ".join(dict.fromkeys(name for name in names if name))


def _description(item: Json) -> str:
    """What is written in it. We ask for text; if HTML comes nevertheless, Graph's own short text stands for it."""
    body = dict_in(item, "body")
    is_text = _word(body.get("contentType")) == "text"
    return (text_in(body, "content") if is_text else text_in(item, "bodyPreview"))[:LONGEST_DESCRIPTION].strip()


def _word(value: object) -> str:
    """A fixed word of theirs, in small letters; empty for anything else."""
    return value.lower() if isinstance(value, str) else ""
