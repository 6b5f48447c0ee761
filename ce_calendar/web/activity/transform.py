"""From meetings to lines under their days."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from html import unescape
from html.parser import HTMLParser
from urllib.parse import urlsplit

from ce_calendar.domain.meetings.events import Attendee
from ce_calendar.domain.meetings.timeline import Meeting
from ce_calendar.web.activity.rows import GuestRow, MeetingDetails, MeetingRow
from ce_calendar.web.dates import date_words, day_words, time_words, zone_of

ALL_DAY = "All day"
UNTITLED = "Meeting with {}"
LONGEST_DESCRIPTION = 4000

_CODE = frozenset({"script", "style"})
_BLOCKS = frozenset({"p", "div", "li", "tr", "ul", "ol", "h1", "h2", "h3"})


def to_rows(meetings: Sequence[Meeting], *, zone: str, language: str, now: datetime) -> list[MeetingRow]:
    """Lines in the order the service gave; the first of each day carries the day's heading."""
    today = now.astimezone(zone_of(zone)).date()
    rows: list[MeetingRow] = []
    last: date | None = None
    for meeting in meetings:
        day = day_of(meeting, zone)
        heading = day_words(day, today, language) if day != last else ""
        last = day
        rows.append(
            MeetingRow(
                id=meeting.activity_id,
                day=heading,
                time=_time(meeting, zone, language),
                # Whoever may not see the title, or finds none, has the contact to tell meetings apart.
                title=meeting.title or meeting.contact.name,
                contact=meeting.contact.name if meeting.title else "",
                place=meeting.location,
                held_by=_held_by(meeting),
            )
        )
    return rows


def day_of(meeting: Meeting, zone: str) -> date:
    """The day it stands under: all-day meetings keep their date in every zone."""
    return meeting.dates.start if meeting.dates else meeting.starts_at.astimezone(zone_of(zone)).date()


def to_details(meeting: Meeting, *, zone: str, language: str, now: datetime) -> MeetingDetails:
    """What the dialog shows."""
    today = now.astimezone(zone_of(zone)).date()
    day = day_words(day_of(meeting, zone), today, language)
    return MeetingDetails(
        id=meeting.activity_id,
        title=meeting.title or UNTITLED.format(meeting.contact.name),
        when=f"{day}, {_time(meeting, zone, language)}",
        contact=meeting.contact.name,
        contact_email=meeting.contact.email,
        place=meeting.location,
        held_by=_held_by(meeting),
        description=plain_text(meeting.description),
        conference_url=web_link(meeting.conference_url),
        html_link=web_link(meeting.html_link),
        guests=[_guest(guest) for guest in meeting.attendees if not guest.is_resource],
        is_visible=meeting.is_visible,
    )


def _time(meeting: Meeting, zone: str, language: str) -> str:
    if meeting.dates is None:
        return time_words(meeting.starts_at, meeting.ends_at, zone, language)
    last = meeting.dates.end - timedelta(days=1)
    if last <= meeting.dates.start:
        return ALL_DAY
    return f"{ALL_DAY}, until {date_words(last, language)}"


def _held_by(meeting: Meeting) -> str:
    return ", ".join(sorted(person.name for person in meeting.held_by))


def _guest(guest: Attendee) -> GuestRow:
    return GuestRow(name=guest.name or guest.email, email=guest.email if guest.name else "", answer=str(guest.response))


def web_link(address: str) -> str:
    """The address if a browser may follow it as a web page; anything else (`javascript:`) is dropped."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if parts.scheme in {"https", "http"} and parts.netloc else ""


def plain_text(text: str) -> str:
    """An event's description without its markup; calendars put HTML there."""
    reader = _TextOnly()
    reader.feed(text[:LONGEST_DESCRIPTION])
    reader.close()
    lines = [" ".join(line.split()) for line in "".join(reader.parts).splitlines()]
    kept = [line for index, line in enumerate(lines) if line or (index and lines[index - 1])]
    return unescape("\n".join(kept)).strip()


class _TextOnly(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._is_code = False

    def parse_marked_section(self, i: int, report: int = 1) -> int:  # noqa: ARG002 - the base's
        # The base raises AssertionError for sections it does not know, and anybody may write such an invitation.
        # Browsers take all of them for comments.
        return self.parse_bogus_comment(i)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the base's
        if tag in _CODE:
            self._is_code = True
        elif tag == "br":
            self.parts.append("\n")
        elif tag in _BLOCKS:
            self._new_line()

    def handle_endtag(self, tag: str) -> None:
        if tag in _CODE:
            self._is_code = False
        elif tag in _BLOCKS:
            self._new_line()

    def _new_line(self) -> None:
        if self.parts and not self.parts[-1].endswith("\n"):
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._is_code:
            self.parts.append(data)
