"""The little page at the root, where a person sees, adds, moves and deletes events "at Google"."""

import base64
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from ce_calendar.sandbox.google import rows
from ce_calendar.sandbox.google.calendars import Calendar
from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.times import is_all_day, local
from ce_calendar.sandbox.google.world import Account, World
from ce_calendar.sandbox.markup import from_own_page, page

Json = dict[str, Any]
Act = Callable[[Account, FormData], date]
"""Does what a form asks and returns the day it concerns."""

_BEFORE = timedelta(days=7)
"""How far back the list begins when nobody chose a day."""
_FIRST_YEAR, _LAST_YEAR = 1970, 9000
_MINUTES = "%Y-%m-%dT%H:%M"


class Pages:
    """The page over one world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[Route]:
        """Return the page and what its forms post to."""
        return [
            Route("/", self.show, methods=["GET"]),
            Route("/event", self.find, methods=["GET"]),
            Route("/events/add", self._form(self.add), methods=["POST"]),
            Route("/events/move", self._form(self.move), methods=["POST"]),
            Route("/events/delete", self._form(self.delete), methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """Show an account's events from a day on."""
        account = self._account(request.query_params.get("account"))
        return self._page(account, request.query_params.get("from"))

    async def find(self, request: Request) -> Response:
        """Follow an event's htmlLink to the day it is on."""
        encoded = request.query_params.get("eid", "")
        try:
            decoded = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
        except ValueError:
            decoded = ""
        event_id, _, calendar_id = decoded.partition(" ")
        calendar = self._world.calendars.get(calendar_id)
        owner = self._world.accounts.get(calendar.owner) if calendar else None
        if calendar is None or owner is None or event_id not in calendar.events:
            return page("Event not found", '<p>It is not in this sandbox. <a href="/">All events</a></p>', status=404)
        start = local(calendar.get(event_id).resource["start"], calendar.zone)
        return _to(owner, start.date())

    def add(self, account: Account, form: FormData) -> date:
        """Add an event from the form."""
        all_day = "all_day" in form
        start = _moment(form, "start")
        end = _moment(form, "end") if form.get("end") else start + timedelta(hours=0 if all_day else 1)
        body: Json = {"summary": str(form.get("title") or "(No title)"), **_span(start, end, account, all_day=all_day)}
        guests = str(form.get("guests", "")).replace(",", " ").replace(";", " ").split()
        if guests:
            body["attendees"] = [{"email": guest} for guest in guests]
        if "private" in form:
            body["visibility"] = "private"
        self._calendar(account, form).insert(body, self._world.clock, self._world.base_url)
        return start.date()

    def move(self, account: Account, form: FormData) -> date:
        """Give an event a new start; it stays as long as it was."""
        calendar, event_id = self._calendar(account, form), str(form.get("event", ""))
        resource = calendar.get(event_id).resource
        all_day = is_all_day(resource["start"])
        start = _moment(form, "start")
        length = local(resource["end"], calendar.zone) - local(resource["start"], calendar.zone)
        last = start + length - timedelta(days=1 if all_day else 0)
        calendar.change(event_id, _span(start, last, account, all_day=all_day), self._world.clock)
        return start.date()

    def delete(self, account: Account, form: FormData) -> date:
        """Delete an event, or one instance of a series."""
        calendar = self._calendar(account, form)
        gone = calendar.cancel(str(form.get("event", "")), self._world.clock)
        return local(gone.resource["start"], calendar.zone).date()

    def _form(self, act: Act) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            form = await request.form()
            account = self._account(str(form.get("account", "")))
            if account is None or not from_own_page(request):
                return self._page(account, None, problem="Use the form on this page.")
            shown = str(form.get("from", ""))
            try:
                day = act(account, form)
            except (GoogleError, ValueError, OverflowError) as refusal:
                return self._page(account, shown, problem=str(refusal))
            self._world.dirty = True
            # The list stays where it was if the event can be seen there, and goes to the event if not.
            first = date.fromisoformat(shown) if _is_day(shown) else day
            return _to(account, first if first <= day < first + rows.SHOWN else day)

        return endpoint

    def _account(self, email: str | None) -> Account | None:
        accounts = self._world.accounts
        return accounts.get(email or "") or next(iter(accounts.values()), None)

    def _calendar(self, account: Account, form: FormData) -> Calendar:
        return self._world.calendar(account, str(form.get("calendar") or "primary"), to_write=True)

    def _page(self, account: Account | None, chosen: str | None, *, problem: str | None = None) -> Response:
        if account is None:
            body = "<p>There is no account yet. Make one with <code>POST /_sandbox/accounts</code>.</p>"
            return page("Calendars", body)
        today = self._world.clock.now().astimezone(ZoneInfo(account.time_zone)).date()
        first = date.fromisoformat(str(chosen)) if _is_day(chosen) else today - _BEFORE
        body = rows.calendar_page(self._world, account, first, problem)
        return page(f"Calendars of {account.name}", body, status=400 if problem else 200)


def _to(account: Account, first: date | None) -> Response:
    query = {"account": account.email} | ({"from": first.isoformat()} if first else {})
    return RedirectResponse("/?" + urlencode(query), status_code=303)


def _moment(form: FormData, name: str) -> datetime:
    try:
        return datetime.fromisoformat(str(form.get(name, "")))
    except ValueError as wrong:
        raise ValueError(f"Please give a {name}.") from wrong


def _span(start: datetime, end: datetime, account: Account, *, all_day: bool) -> Json:
    if all_day:
        # People name the last day; Google wants the day after it.
        after = end.date() + timedelta(days=1)
        return {"start": {"date": start.date().isoformat()}, "end": {"date": after.isoformat()}}
    moments = (("start", start), ("end", end))
    return {
        name: {"dateTime": moment.strftime(_MINUTES) + ":00", "timeZone": account.time_zone} for name, moment in moments
    }


def _is_day(text: object) -> bool:
    try:
        # Far from the ends of the calendar, so that a month more or less always exists.
        return _FIRST_YEAR <= date.fromisoformat(str(text)).year < _LAST_YEAR
    except ValueError:
        return False
