"""Reading Outlook calendars from Microsoft Graph, by the delta of their calendar view.

A run reads one page after the other, so one connection never has more than one request under way, where Exchange
allows four for a mailbox; three people who have linked the same mailbox still fit.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Any

from ce_calendar.adapters.foreign import dict_in, text_in
from ce_calendar.adapters.microsoft.errors import NO_MAILBOX, code_in, from_status
from ce_calendar.adapters.microsoft.graph import GRAPH_URL, TIMEOUT_SECONDS, Graph, Translate, segment
from ce_calendar.adapters.microsoft.rounds import Round, View, anew
from ce_calendar.domain.errors import CalendarGone, CursorExpired, ProviderError, ProviderUnavailable
from ce_calendar.domain.meetings.connections import OWNER_ROLE, Credential, ProviderCalendar
from ce_calendar.domain.meetings.events import EventPage
from ce_calendar.domain.window import SyncWindow
from ce_calendar.ports import Clock

EVENTS_PER_PAGE = 500
"""Graph sends ten unless asked for more, and fewer than asked if it likes. A page of this size is some megabytes with
long texts, and reading twice as many at once saved a tenth of the time."""
CALENDARS_PER_PAGE = 100
LONGEST_OWNER = 320
LONGEST_CALENDAR_ID = 320
LONGEST_NAME = 300
LONGEST_CURSOR = 32_000
MOST_PAGES = 1000
"""No calendar has half a million events, and a read is kept in memory until it is whole."""
MOST_SERIES = 10
"""Changed series that are read one by one; with more of them the whole window is read, in fewer requests."""
MOST_ORPHANS = 50
"""Untold series that are asked for; of more of them the exceptions are told as well as can be done."""
NEXT, DELTA = "@odata.nextLink", "@odata.deltaLink"

_PREFER = 'outlook.timezone="UTC", IdType="ImmutableId", outlook.body-content-type="text"'
"""Of every request: no choice of an earlier one holds for the next."""

_FIELDS = ",".join(
    (
        *("id", "type", "iCalUId", "seriesMasterId", "originalStart", "originalStartTimeZone", "start", "end"),
        *("isAllDay", "isCancelled", "isOrganizer", "subject", "body", "bodyPreview", "location", "locations"),
        *("organizer", "attendees", "responseStatus", "sensitivity", "showAs", "webLink"),
        *("onlineMeeting", "onlineMeetingUrl"),
    )
)
"""Those we read. A delta takes no `$select`, other readings do."""


class MicrosoftMeetings:
    """`ports.MeetingProvider` for Outlook. Safe to share between threads: each has its own connection."""

    def __init__(
        self,
        *,
        clock: Clock,
        graph_url: str = GRAPH_URL,
        ca_bundle: str | None = None,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        self._graph = Graph(clock=clock, url=graph_url, ca_bundle=ca_bundle, timeout_seconds=timeout_seconds)

    def close(self) -> None:
        """Close this thread's connection."""
        self._graph.close()

    def list_calendars(self, credential: Credential) -> Sequence[ProviderCalendar]:
        """All calendars of the mailbox, those others share with it among them."""
        fields = "id,name,isDefaultCalendar,canEdit,owner"
        first = self._graph.address("/me/calendars", **{"$select": fields, "$top": str(CALENDARS_PER_PAGE)})
        items = [item for page in self._pages(credential, first) for item in page["value"] if isinstance(item, dict)]
        mine = next((_owner(item) for item in items if item.get("isDefaultCalendar") is True), "")
        return [calendar for item in items if (calendar := _to_calendar(item, mine))]

    def fetch_events(
        self, credential: Credential, calendar_id: str, *, window: SyncWindow, cursor: str
    ) -> Iterator[EventPage]:
        """Read a calendar page by page, one request for each. Only a reader who got to the end has the whole.

        What a delta leaves out (see `rounds`) is read after its last page: what occurrences hold, by one view of the
        whole window after a full round; or the series that changed, each in one request; and a series of which only
        exceptions are in the window, which is rare. Never anything per occurrence.

        Raises:
            CursorExpired: read again without a cursor: it is dead, or too much changed to be read one by one.
            CalendarGone: the calendar is not there any more.
        """
        if cursor and not self._graph.is_ours(cursor):
            raise CursorExpired("cursor_expired")
        calendar = f"/me/calendars/{segment(calendar_id)}"
        first = cursor or self._graph.address(f"{calendar}/calendarView/delta", **_span(window))
        told = Round(is_full=not cursor)
        last, next_cursor = EventPage(), ""
        for page in self._pages(credential, first, translate=_expired if cursor else _gone):
            last = told.take(page["value"], is_last=not page.get(NEXT))
            if page.get(NEXT):
                yield last
            next_cursor = _next_cursor(page, self._graph)
        for more in self._rest(credential, calendar, told, window):
            yield last
            last = more
        yield replace(last, cursor=next_cursor)

    def _rest(self, credential: Credential, calendar: str, told: Round, window: SyncWindow) -> Iterator[EventPage]:
        """What the delta left out."""
        if len(told.changed_series) > MOST_SERIES:
            raise CursorExpired("many_series")
        # `$top` besides the preference: it is what readings other than a delta go by.
        query = {**_span(window), "$select": _FIELDS, "$top": str(EVENTS_PER_PAGE)}
        if told.unfilled:
            view = View(told)
            address = self._graph.address(f"{calendar}/calendarView", **query)
            for page in self._pages(credential, address, translate=_gone):
                yield view.take(page["value"], is_last=not page.get(NEXT))
        for series_id in told.changed_series:
            # By way of the calendar: of one that others share the mailbox itself does not know the events.
            instances = self._graph.address(f"{calendar}/events/{segment(series_id)}/instances", **query)
            for page in self._pages(credential, instances, translate=_unclear):
                yield anew(page["value"], series_id, master=told.masters.get(series_id))
        for place, series_id in enumerate(told.orphaned):
            yield told.adopt(series_id, self._master(credential, calendar, series_id) if place < MOST_ORPHANS else None)

    def _master(self, credential: Credential, calendar: str, series_id: str) -> dict[str, Any] | None:
        """A series itself; None if it is not to be had."""
        fields = {"$select": "id,type,iCalUId,isAllDay"}
        address = self._graph.address(f"{calendar}/events/{segment(series_id)}", **fields)
        try:
            master: dict[str, Any] = self._graph.get(credential, address, prefer=_PREFER, translate=_unclear)
        except CursorExpired:
            # It went since it was told of; the next round will say so.
            return None
        return master

    def _pages(
        self, credential: Credential, first: str, *, translate: Translate = from_status
    ) -> Iterator[dict[str, Any]]:
        """Follow the next links.

        Raises:
            ProviderError: also when they lead in a circle, on and on, or to a stranger, who shall not get the token.
        """
        prefer = f"{_PREFER}, odata.maxpagesize={EVENTS_PER_PAGE}"
        seen: set[str] = set()
        link: str | None = first
        while link:
            if link in seen:
                raise ProviderUnavailable("pages_in_circle")
            if len(seen) >= MOST_PAGES:
                raise ProviderUnavailable("too_many_pages")
            seen.add(link)
            page = self._graph.get(credential, link, prefer=prefer, translate=translate)
            link = page.get(NEXT)
            if not isinstance(page.get("value"), list) or not isinstance(link, str | None):
                raise ProviderUnavailable("unreadable_answer")
            if link is not None and not self._graph.is_ours(link):
                raise ProviderUnavailable("strange_link")
            yield page


def _gone(status: int, content: bytes, **more: Any) -> ProviderError:  # noqa: ANN401 - as `from_status`
    """What a refusal means where a calendar is asked for."""
    if status == HTTPStatus.NOT_FOUND and code_in(content) not in NO_MAILBOX:
        return CalendarGone("calendar_gone")
    return from_status(status, content, **more)


def _expired(status: int, content: bytes, **more: Any) -> ProviderError:  # noqa: ANN401 - as `from_status`
    """What a refusal means where a delta link was followed: it is dead as often by 400 as by 410."""
    if status in {HTTPStatus.BAD_REQUEST, HTTPStatus.GONE}:
        return CursorExpired("cursor_expired")
    return _gone(status, content, **more)


def _unclear(status: int, content: bytes, **more: Any) -> ProviderError:  # noqa: ANN401 - as `from_status`
    """What a refusal means where a series is asked for: it went, or recurs no more, since it was told of."""
    if status in {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.GONE} and code_in(content) not in NO_MAILBOX:
        # Whatever it is, the whole window tells; and what Graph refuses for ever must not stop every later sync.
        return CursorExpired("series_unclear")
    return from_status(status, content, **more)


def _span(window: SyncWindow) -> dict[str, str]:
    return {"startDateTime": _utc(window.start), "endDateTime": _utc(window.end)}


def _utc(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _next_cursor(page: Mapping[str, Any], graph: Graph) -> str:
    """The delta link of a last page; empty on the others.

    Raises:
        ProviderUnavailable: it has none of use, and so was not the last.
    """
    if page.get(NEXT):
        return ""
    link = page.get(DELTA)
    if not isinstance(link, str) or len(link) > LONGEST_CURSOR or not graph.is_ours(link):
        raise ProviderUnavailable("no_cursor")
    return link


def _owner(item: Mapping[str, Any]) -> str:
    return text_in(dict_in(item, "owner"), "address").lower()


def _to_calendar(item: Mapping[str, Any], mine: str) -> ProviderCalendar | None:
    """A calendar of the mailbox; None for an entry without a usable id.

    Holidays and birthdays are the account's own and cannot be edited, so that tells them from the others.

    Args:
        item: as Graph sent it.
        mine: the address of the mailbox.
    """
    calendar_id = text_in(item, "id")
    if not calendar_id or len(calendar_id) > LONGEST_CALENDAR_ID:
        return None
    is_primary = item.get("isDefaultCalendar") is True
    role = "reader"
    if item.get("canEdit") is True:
        role = OWNER_ROLE if is_primary or (mine and _owner(item) == mine) else "writer"
    return ProviderCalendar(
        provider_calendar_id=calendar_id,
        name=(text_in(item, "name") or calendar_id)[:LONGEST_NAME],
        # A mailbox has a zone, which its calendars do not tell; every event does.
        zone="",
        access_role=role,
        is_primary=is_primary,
        owner=_owner(item)[:LONGEST_OWNER],
    )
