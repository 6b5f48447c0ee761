"""Reading Google Calendar with Google's own client library."""

import json
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from http import HTTPStatus
from http.client import HTTPException
from importlib import resources
from typing import Any

import httplib2
from google.oauth2.credentials import Credentials
from google_auth_httplib2 import AuthorizedHttp
from googleapiclient.discovery import build_from_document
from googleapiclient.errors import Error as LibraryError
from googleapiclient.errors import HttpError

from ce_calendar.adapters.foreign import text_in
from ce_calendar.adapters.google.convert import to_page
from ce_calendar.adapters.google.errors import from_status
from ce_calendar.domain.errors import CalendarGone, CursorExpired, ProviderError, ProviderUnavailable
from ce_calendar.domain.meetings.connections import Credential, ProviderCalendar
from ce_calendar.domain.meetings.events import EventPage
from ce_calendar.domain.window import SyncWindow
from ce_calendar.ports import Clock

GOOGLE_API_URL = "https://www.googleapis.com/"
EVENTS_PER_PAGE = 2500
CALENDARS_PER_PAGE = 250
LONGEST_CALENDAR_ID = 320
LONGEST_NAME = 300
LONGEST_ZONE = 64
LONGEST_ROLE = 32
MOST_PAGES = 400
"""A million events: no calendar has them, and a read is kept in memory until it is whole."""
TIMEOUT_SECONDS = 30

# The library logs addresses with sync tokens and, for some refusals, whole bodies.
logging.getLogger("googleapiclient").setLevel(logging.CRITICAL)


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
        self._clock = clock
        self._ca_bundle = ca_bundle
        self._timeout_seconds = timeout_seconds
        self._document = _document(api_url)
        self._thread = threading.local()

    def list_calendars(self, credential: Credential) -> Sequence[ProviderCalendar]:
        """All calendars in the account's list."""

        def ask(page_token: str | None) -> Any:  # noqa: ANN401 - the library builds its requests at run time
            return self._service().calendarList().list(maxResults=CALENDARS_PER_PAGE, pageToken=page_token)

        pages = self._pages(credential, ask, from_status)
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
            return self._events().list(
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

        for page in self._pages(credential, ask, translate):
            is_last = not page.get("nextPageToken")
            next_cursor = page.get("nextSyncToken", "") if is_last else ""
            if is_last and not (next_cursor and isinstance(next_cursor, str)):
                raise ProviderUnavailable("no_cursor")
            yield to_page(page["items"], calendar_zone=str(page.get("timeZone", "")), cursor=next_cursor)

    def _pages(
        self,
        credential: Credential,
        ask: Callable[[str | None], Any],
        translate: Callable[..., ProviderError],
    ) -> Iterator[dict[str, Any]]:
        """Page by hand: the library's `list_next` damages repeated parameters.

        Raises:
            ProviderError: also when pages lead in a circle, or on and on.
        """
        seen: set[str] = set()
        page_token: str | None = None
        while True:
            page = self._execute(ask(page_token), credential, translate)
            yield page
            page_token = page.get("nextPageToken")
            if not page_token:
                return
            if page_token in seen:
                raise ProviderUnavailable("pages_in_circle")
            seen.add(page_token)
            if len(seen) >= MOST_PAGES:
                raise ProviderUnavailable("too_many_pages")

    def _execute(
        self,
        request: Any,  # noqa: ANN401 - the library's requests have no type
        credential: Credential,
        translate: Callable[..., ProviderError],
    ) -> dict[str, Any]:
        """Send one request with the credential's token; the library must not refresh it, a 401 is ours to judge."""
        http = AuthorizedHttp(
            Credentials(token=credential.access_token),  # type: ignore[no-untyped-call]  # google-auth is untyped here
            http=self._http(),
            refresh_status_codes=(),
        )
        try:
            answer = request.execute(http=http)
        except HttpError as error:
            raise translate(
                error.resp.status, error.content, retry_after=error.resp.get("retry-after"), now=self._clock()
            ) from error
        except (LibraryError, httplib2.HttpLib2Error, HTTPException, OSError) as error:
            # Time-outs, refused and dropped connections, bodies cut short.
            self._forget_http()
            raise ProviderUnavailable("no_answer") from error
        except (ValueError, RecursionError) as error:
            raise ProviderUnavailable("unreadable_answer") from error
        return _readable(answer)

    def close(self) -> None:
        """Close this thread's connection."""
        self._forget_http()

    def _service(self) -> Any:  # noqa: ANN401 - the library builds its services at run time
        # Per thread, too: building requests writes into the parsed document.
        if not hasattr(self._thread, "service"):
            self._thread.service = build_from_document(json.loads(self._document), http=self._http())
        return self._thread.service

    def _events(self) -> Any:  # noqa: ANN401 - as above
        # Kept: the library makes a collection's methods anew, documentation and all, whenever it is asked for it.
        if not hasattr(self._thread, "events"):
            self._thread.events = self._service().events()
        return self._thread.events

    def _http(self) -> httplib2.Http:
        if not hasattr(self._thread, "http"):
            # No proxy from the environment: where tokens go is decided by our settings alone.
            http = httplib2.Http(timeout=self._timeout_seconds, ca_certs=self._ca_bundle, proxy_info=None)
            http.follow_redirects = False
            self._thread.http = http
        return self._thread.http

    def _forget_http(self) -> None:
        if hasattr(self._thread, "http"):
            self._thread.http.close()
            del self._thread.http


def _document(api_url: str) -> str:
    """The wheel's discovery document, pointed at `api_url`.

    `client_options.api_endpoint` would move single calls only, and batches would go to the real Google.
    """
    document = resources.files("googleapiclient").joinpath("discovery_cache/documents/calendar.v3.json")
    parsed = json.loads(document.read_text(encoding="utf-8"))
    parsed["rootUrl"] = api_url.rstrip("/") + "/"
    return json.dumps(parsed)


def _span(window: SyncWindow) -> dict[str, str]:
    return {"timeMin": window.start.isoformat(), "timeMax": window.end.isoformat()}


def _readable(answer: object) -> dict[str, Any]:
    """The answer, if it is a list with items.

    Raises:
        ProviderUnavailable: it is something else.
    """
    if not isinstance(answer, dict):
        raise ProviderUnavailable("unreadable_answer")
    page_token = answer.get("nextPageToken")
    if not isinstance(answer.setdefault("items", []), list) or not isinstance(page_token, str | None):
        raise ProviderUnavailable("unreadable_answer")
    return answer


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
