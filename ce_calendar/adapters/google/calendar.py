"""Reading Google Calendar with Google's own client library."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any

from ce_calendar.adapters.foreign import text_in
from ce_calendar.adapters.google.client import (
    GOOGLE_API_URL,
    LONGEST_CALENDAR_ID,
    MOST_PAGES,
    TIMEOUT_SECONDS,
    GoogleClient,
)
from ce_calendar.adapters.google.convert import to_page
from ce_calendar.adapters.google.errors import from_status
from ce_calendar.domain.errors import CalendarGone, CursorExpired, ProviderError, ProviderUnavailable
from ce_calendar.domain.meetings.connections import Credential, ProviderCalendar
from ce_calendar.domain.meetings.events import EventPage
from ce_calendar.domain.window import SyncWindow
from ce_calendar.ports import Clock

EVENTS_PER_PAGE = 2500
CALENDARS_PER_PAGE = 250
LONGEST_NAME = 300
LONGEST_ZONE = 64
LONGEST_ROLE = 32


class GoogleMeetings:
    """`ports.MeetingProvider` for Google. Safe to share between threads: each has its own connection."""

    def __init__(
        self,
        *,
        clock: Clock,
        api_url: str = GOOGLE_API_URL,
        ca_bundle: str | None = None,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        self._client = GoogleClient(clock=clock, api_url=api_url, ca_bundle=ca_bundle, timeout_seconds=timeout_seconds)

    def list_calendars(self, credential: Credential) -> Sequence[ProviderCalendar]:
        """All calendars in the account's list."""

        def ask(page_token: str | None) -> Any:  # noqa: ANN401 - the library builds its requests at run time
            return self._client.resource("calendarList").list(maxResults=CALENDARS_PER_PAGE, pageToken=page_token)

        pages = self._client.pages(credential, ask)
        return [calendar for page in pages for item in page["items"] if (calendar := _to_calendar(item))]

    def fetch_events(
        self, credential: Credential, calendar_id: str, *, window: SyncWindow, cursor: str
    ) -> Iterator[EventPage]:
        """Read a calendar page by page. Only a reader who got to the end has the whole.

        `showDeleted` stays unset: an incremental read names what was cancelled anyway, and a full one need not.

        Raises:
            CursorExpired: read again without a cursor.
            CalendarGone: the calendar is not there any more.
            ProviderUnavailable: also for a last page without a cursor, since then it was not the last.
        """
        since: dict[str, str] = {"syncToken": cursor} if cursor else _span(window)

        def ask(page_token: str | None) -> Any:  # noqa: ANN401 - the library builds its requests at run time
            # Identical parameters from page to page, and besides the span also from read to read: Google demands it.
            return self._client.resource("events").list(
                calendarId=calendar_id,
                maxResults=EVENTS_PER_PAGE,
                singleEvents=True,
                pageToken=page_token,
                **since,
            )

        def translate(status: int, content: bytes, *, retry_after: str | None, now: datetime) -> ProviderError:
            if cursor and status in {400, 410}:
                return CursorExpired("cursor_expired")
            if status == HTTPStatus.NOT_FOUND:
                return CalendarGone("calendar_gone")
            return from_status(status, content, retry_after=retry_after, now=now)

        for page in self._client.pages(credential, ask, translate, most=MOST_PAGES):
            is_last = not page.get("nextPageToken")
            next_cursor = page.get("nextSyncToken", "") if is_last else ""
            if is_last and not (next_cursor and isinstance(next_cursor, str)):
                raise ProviderUnavailable("no_cursor")
            yield to_page(page["items"], calendar_zone=str(page.get("timeZone", "")), cursor=next_cursor)

    def close(self) -> None:
        """Close this thread's connection."""
        self._client.close()


def _span(window: SyncWindow) -> dict[str, str]:
    return {"timeMin": window.start.isoformat(), "timeMax": window.end.isoformat()}


def _to_calendar(item: object) -> ProviderCalendar | None:
    """A calendar of the account's list; None for an entry without a usable id.

    Its words are cut to what we store: the owner of a calendar writes them, and one calendar must not stop a sync.
    """
    if not isinstance(item, dict):
        return None
    calendar_id = text_in(item, "id")
    if not calendar_id or len(calendar_id) > LONGEST_CALENDAR_ID:
        return None
    name = text_in(item, "summaryOverride") or text_in(item, "summary") or calendar_id
    return ProviderCalendar(
        provider_calendar_id=calendar_id,
        name=name[:LONGEST_NAME],
        zone=text_in(item, "timeZone")[:LONGEST_ZONE],
        access_role=text_in(item, "accessRole")[:LONGEST_ROLE],
        is_primary=item.get("primary") is True,
        description=text_in(item, "description"),
        # Google says it of secondary calendars; a primary one has its owner's address as its id.
        owner=(text_in(item, "dataOwner") or (calendar_id if _is_address(calendar_id) else ""))[:LONGEST_CALENDAR_ID],
    )


def _is_address(calendar_id: str) -> bool:
    """Whether a calendar's id is a person's address, rather than one that Google made up."""
    return "@" in calendar_id and not calendar_id.endswith(".calendar.google.com")
