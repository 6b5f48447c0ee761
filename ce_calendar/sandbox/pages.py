"""The little page at the root, where a person sees, adds, moves and deletes events "at the provider"."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ce_calendar.sandbox import rows
from ce_calendar.sandbox.markup import from_own_page, page
from ce_calendar.sandbox.rows import Invitation, PageContent, Row

_BEFORE = timedelta(days=7)
"""How far back the list begins when nobody chose a day."""
_FIRST_YEAR, _LAST_YEAR = 1970, 9000


class CannotDoError(ValueError):
    """The provider refuses what a form asked; the text says why."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An event as a person described it, in the account's zone."""

    title: str
    starts: datetime
    ends: datetime
    """For an all-day event the midnight after its last day."""
    all_day: bool
    private: bool
    guests: Sequence[str]


class Desk(Protocol):
    """What the page needs of a provider's world."""

    provider: str
    mail_remark: str

    def emails(self) -> list[str]:
        """Return all accounts."""

    def name(self, email: str) -> str:
        """Return an account's name."""

    def zone(self, email: str) -> ZoneInfo:
        """Return an account's zone."""

    def now(self) -> datetime:
        """Return the present."""

    def writable(self, email: str) -> list[tuple[str, str]]:
        """Return id and name of the calendars that take events."""

    def invitations(self, email: str) -> list[Invitation]:
        """Return the calendars that others share with an account and that are not on its list."""

    def accept(self, email: str, calendar_id: str) -> None:
        """Put a shared calendar on an account's list; CannotDoError if it is not shared."""

    def rows(self, email: str, begin: datetime, end: datetime) -> list[Row]:
        """Return what an account's calendars show between two moments, by start."""

    def add(self, email: str, calendar_id: str, draft: Draft) -> None:
        """Add an event; CannotDoError if the provider refuses."""

    def row(self, email: str, calendar_id: str, event_id: str) -> Row:
        """Return one event; CannotDoError if there is none."""

    def move(self, email: str, row: Row, starts: datetime, ends: datetime) -> None:
        """Give an event another span."""

    def delete(self, email: str, row: Row) -> None:
        """Delete an event, or one instance of a series."""

    def find(self, request: Request) -> tuple[str, date] | None:
        """Return account and day of the event that a link leads to."""


class Pages:
    """The page over one desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        """Return the page and what its forms post to."""
        return [
            Route("/", self.show, methods=["GET"]),
            Route("/event", self.find, methods=["GET"]),
            Route("/events/add", self._form(self.add), methods=["POST"]),
            Route("/events/move", self._form(self.move), methods=["POST"]),
            Route("/events/delete", self._form(self.delete), methods=["POST"]),
            Route("/calendars/accept", self._form(self.accept), methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """Show an account's events from a day on."""
        return self._page(self._account(request.query_params.get("account")), request.query_params.get("from"))

    async def find(self, request: Request) -> Response:
        """Follow an event's link to the day it is on."""
        found = self._desk.find(request)
        if found is None:
            body = '<p>It is not in this sandbox. <a href="/">All events</a></p>'
            return page("Event not found", body, provider=self._desk.provider, status=404)
        return _to(*found)

    def add(self, email: str, form: FormData) -> date:
        """Add an event from the form and return its day."""
        all_day = "all_day" in form
        start = _moment(form, "start")
        end = _moment(form, "end") if form.get("end") else start + timedelta(hours=0 if all_day else 1)
        if all_day:
            # People name the last day; calendars want the day after it.
            start, end = _midnight(start), _midnight(end) + timedelta(days=1)
        guests = str(form.get("guests", "")).replace(",", " ").replace(";", " ").split()
        title = str(form.get("title") or "(No title)")
        draft = Draft(title, start, end, all_day=all_day, private="private" in form, guests=guests)
        self._desk.add(email, str(form.get("calendar", "")), draft)
        return start.date()

    def move(self, email: str, form: FormData) -> date:
        """Give an event a new start; it stays as long as it was."""
        row = self._row(email, form)
        start = _moment(form, "start")
        if row.all_day:
            start = _midnight(start)
            self._desk.move(email, row, start, start + (row.ends - row.starts))
        else:
            zone = self._desk.zone(email)
            # In wall time: an hour stays an hour as people read it.
            length = row.ends.replace(tzinfo=None) - row.starts.replace(tzinfo=None)
            self._desk.move(email, row, start.replace(tzinfo=zone), (start + length).replace(tzinfo=zone))
        return start.date()

    def delete(self, email: str, form: FormData) -> date:
        """Delete an event, or one instance of a series."""
        row = self._row(email, form)
        self._desk.delete(email, row)
        return row.starts.date()

    def accept(self, email: str, form: FormData) -> date | None:
        """Take a calendar that somebody shares; the list of events stays where it is."""
        self._desk.accept(email, str(form.get("calendar", "")))
        return None

    def _row(self, email: str, form: FormData) -> Row:
        return self._desk.row(email, str(form.get("calendar", "")), str(form.get("event", "")))

    def _form(self, act: Callable[[str, FormData], date | None]) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            form = await request.form()
            email = self._account(str(form.get("account", "")))
            if email is None or not from_own_page(request):
                return self._page(email, None, problem="Use the form on this page.")
            shown = str(form.get("from", ""))
            try:
                day = act(email, form)
            except (ValueError, OverflowError) as refusal:
                return self._page(email, shown, problem=str(refusal))
            # The list stays where it was if the event can be seen there, and goes to the event if not.
            first = date.fromisoformat(shown) if _is_day(shown) else day
            stays = first is None or day is None or first <= day < first + rows.SHOWN
            return _to(email, first if stays else day)

        return endpoint

    def _account(self, email: str | None) -> str | None:
        emails = self._desk.emails()
        return email if email in emails else next(iter(emails), None)

    def _page(self, email: str | None, chosen: str | None, *, problem: str | None = None) -> Response:
        desk = self._desk
        if email is None:
            body = "<p>There is no account yet. Make one with <code>POST /_sandbox/accounts</code>.</p>"
            return page("Calendars", body, provider=desk.provider)
        zone = desk.zone(email)
        now = desk.now().astimezone(zone)
        first = date.fromisoformat(str(chosen)) if _is_day(chosen) else now.date() - _BEFORE
        begin = datetime.combine(first, time.min, zone)
        content = PageContent(
            emails=desk.emails(),
            email=email,
            zone_name=zone.key,
            now=now,
            calendars=desk.writable(email),
            invitations=desk.invitations(email),
            first=first,
            rows=desk.rows(email, begin, begin + rows.SHOWN),
            mail_remark=desk.mail_remark,
        )
        title, body = f"Calendars of {desk.name(email)}", rows.calendar_page(content, problem)
        return page(title, body, provider=desk.provider, status=400 if problem else 200)


def _to(email: str, first: date | None) -> Response:
    query = {"account": email} | ({"from": first.isoformat()} if first else {})
    return RedirectResponse("/?" + urlencode(query), status_code=303)


def _moment(form: FormData, name: str) -> datetime:
    try:
        return datetime.fromisoformat(str(form.get(name, ""))).replace(tzinfo=None)
    except ValueError as wrong:
        raise ValueError(f"Please give a {name}.") from wrong


def _midnight(moment: datetime) -> datetime:
    return datetime.combine(moment.date(), time.min)


def _is_day(text: object) -> bool:
    try:
        # Far from the ends of the calendar, so that a month more or less always exists.
        return _FIRST_YEAR <= date.fromisoformat(str(text)).year < _LAST_YEAR
    except ValueError:
        return False
