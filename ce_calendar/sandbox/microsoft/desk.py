"""The little page's view of Microsoft."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request

from ce_calendar.sandbox.microsoft import ids, zones
from ce_calendar.sandbox.microsoft.calendars import Calendar
from ce_calendar.sandbox.microsoft.errors import GraphError
from ce_calendar.sandbox.microsoft.items import EXCEPTION, OCCURRENCE, Item
from ce_calendar.sandbox.microsoft.world import World
from ce_calendar.sandbox.pages import CannotDoError, Draft
from ce_calendar.sandbox.rows import Invitation, Row

Json = dict[str, Any]


class MicrosoftDesk:
    """Reads and writes one world for the page."""

    provider = "Microsoft"
    mail_remark = "No mail is sent; what Exchange would have mailed is in the sandbox's outbox."

    def __init__(self, world: World) -> None:
        self._world = world

    def emails(self) -> list[str]:
        """Return all accounts."""
        return self._world.emails

    def name(self, email: str) -> str:
        """Return an account's name."""
        return self._world.accounts[email].name

    def zone(self, email: str) -> ZoneInfo:
        """Return an account's zone."""
        return ZoneInfo(self._world.accounts[email].time_zone)

    def now(self) -> datetime:
        """Return the present."""
        return self._world.clock.now()

    def writable(self, email: str) -> list[tuple[str, str]]:
        """Return id and name of the calendars that take events."""
        calendars = self._world.accounts[email].calendars.values()
        return [(ids.calendar_id(email, each.key), each.name) for each in calendars if each.can_edit]

    def invitations(self, _email: str) -> list[Invitation]:
        """Return nothing: mailboxes here share no calendars."""
        return []

    def accept(self, _email: str, _calendar_id: str) -> None:
        """Refuse."""
        raise CannotDoError("There is no such invitation.")

    def rows(self, email: str, begin: datetime, end: datetime) -> list[Row]:
        """Return what an account's calendars show between two moments, by start."""
        found = [
            (item, calendar)
            for calendar in self._world.accounts[email].calendars.values()
            for item in calendar.view(begin.timestamp(), end.timestamp())
        ]
        found.sort(key=lambda pair: pair[0].earliest)
        return [self._to_row(item, calendar) for item, calendar in found]

    def add(self, email: str, calendar_id: str, draft: Draft) -> None:
        """Add an event; CannotDoError if Exchange refuses."""
        zone = self.zone(email)
        body: Json = {
            "subject": draft.title,
            "isAllDay": draft.all_day,
            "showAs": "free" if draft.all_day else "busy",
            "sensitivity": "private" if draft.private else "normal",
            "attendees": [{"emailAddress": {"address": guest}} for guest in draft.guests],
            **_span(draft.starts, draft.ends, zone),
        }
        with self._writing():
            account = self._world.accounts[email]
            calendar = self._world.calendar(account, calendar_id or None, to_write=True)
            item = calendar.insert(body, self._world.clock)
            self._world.mail_guests("invitation", calendar, item.key, item.body)

    def row(self, email: str, calendar_id: str, event_id: str) -> Row:  # noqa: ARG002 - an id tells its calendar
        """Return one event; CannotDoError if there is none."""
        with self._writing():
            calendar, key, stamp = self._world.event(self._world.accounts[email], event_id, to_write=True)
            return self._to_row(calendar.get(key, stamp), calendar)

    def move(self, email: str, row: Row, starts: datetime, ends: datetime) -> None:
        """Give an event another span."""
        with self._writing():
            calendar, key, stamp = self._world.event(self._world.accounts[email], row.event_id, to_write=True)
            item = calendar.change(key, stamp, _span(starts, ends, self.zone(email)), self._world.clock)
            self._world.mail_guests("update", calendar, key, item.body)

    def delete(self, email: str, row: Row) -> None:
        """Delete an event, or one occurrence of a series."""
        with self._writing():
            calendar, key, stamp = self._world.event(self._world.accounts[email], row.event_id, to_write=True)
            item = calendar.delete(key, stamp, self._world.clock)
            self._world.mail_guests("cancellation", calendar, key, item.body)

    def find(self, request: Request) -> tuple[str, date] | None:
        """Return account and day of the event that a webLink leads to."""
        event_id = request.query_params.get("itemid", "")
        for email, account in self._world.accounts.items():
            try:
                calendar, key, stamp = self._world.event(account, event_id)
            except GraphError:
                continue
            return email, self._to_row(calendar.get(key, stamp), calendar).starts.date()
        return None

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except GraphError as refusal:
            raise CannotDoError(str(refusal)) from refusal
        self._world.dirty = True

    def _to_row(self, item: Item, calendar: Calendar) -> Row:
        body, zone = item.body, self.zone(calendar.owner)
        if body["isAllDay"]:
            starts, ends = datetime.fromisoformat(body["start"]), datetime.fromisoformat(body["end"])
        else:
            starts, ends = datetime.fromtimestamp(item.earliest, zone), datetime.fromtimestamp(item.latest, zone)
        return Row(
            event_id=ids.event_id(calendar.owner, calendar.key, item.key, item.stamp, immutable=False),
            calendar_id=ids.calendar_id(calendar.owner, calendar.key),
            calendar_name=calendar.name,
            title=body["subject"] or "(No title)",
            all_day=body["isAllDay"],
            starts=starts,
            ends=ends,
            remarks=list(_remarks(item)),
            guests=[guest["emailAddress"]["address"] for guest in body["attendees"]],
            may_write=calendar.can_edit,
        )


def _remarks(item: Item) -> Iterator[str]:
    if item.kind in (OCCURRENCE, EXCEPTION):
        yield "part of a series"
    if item.body["sensitivity"] != "normal":
        yield str(item.body["sensitivity"])
    if item.body["isCancelled"]:
        yield "cancelled by its organizer"
    if item.body["originalStartTimeZone"] in (zones.CUSTOM, zones.UNIVERSAL):
        yield "in a zone of its own"


def _span(starts: datetime, ends: datetime, zone: ZoneInfo) -> Json:
    return {
        name: {"dateTime": moment.replace(tzinfo=None).isoformat(timespec="seconds"), "timeZone": zone.key}
        for name, moment in (("start", starts), ("end", ends))
    }
