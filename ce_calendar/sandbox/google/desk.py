"""The little page's view of Google."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request

from ce_calendar.sandbox.google.calendars import Calendar
from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.events import listing
from ce_calendar.sandbox.google.events.items import Item
from ce_calendar.sandbox.google.events.times import is_all_day, local
from ce_calendar.sandbox.google.events.writes import Writes
from ce_calendar.sandbox.google.sharing import offers
from ce_calendar.sandbox.google.sharing.access import WRITERS, reaches
from ce_calendar.sandbox.google.world import World
from ce_calendar.sandbox.pages import CannotDoError, Draft
from ce_calendar.sandbox.rows import Invitation, Row

Json = dict[str, Any]

_LEVELS = {
    "freeBusyReader": "see only free and busy",
    "reader": "see all event details",
    "writerWithoutPrivateAccess": "make changes, but not see private events",
    "writer": "make changes to events",
    "owner": "make changes and manage sharing",
}
"""What a person may do with a calendar, as people say it."""


class GoogleDesk:
    """Reads and writes one world for the page."""

    provider = "Google"
    mail_remark = "No mail is sent."

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
        listed = [self._world.calendars[calendar_id] for calendar_id in self._world.accounts[email].entries]
        writable = [each for each in listed if reaches(self._role(email, each), "writerWithoutPrivateAccess")]
        return [(each.id, self._name_of(email, each)) for each in writable]

    def invitations(self, email: str) -> list[Invitation]:
        """Return the calendars that others share with an account and that are not on its list."""
        account = self._world.accounts[email]
        offered = offers.invitations(self._world, account)
        return [Invitation(each.id, each.summary, each.owner, _LEVELS[self._role(email, each)]) for each in offered]

    def accept(self, email: str, calendar_id: str) -> None:
        """Put a shared calendar on an account's list; CannotDoError if it is not shared."""
        with self._writing():
            account = self._world.accounts[email]
            offers.accept(self._world, account, self._world.calendar(account, calendar_id))

    def rows(self, email: str, begin: datetime, end: datetime) -> list[Row]:
        """Return what an account's calendars show between two moments, by start."""
        found: list[tuple[Item, Calendar]] = []
        for entry in self._world.accounts[email].entries.values():
            calendar = self._world.calendars[entry.calendar_id]
            found += [(item, calendar) for item in listing.instances(calendar, begin.timestamp(), end.timestamp())]
        found.sort(key=lambda pair: pair[0].earliest)
        return [self._to_row(email, item, calendar) for item, calendar in found]

    def add(self, email: str, calendar_id: str, draft: Draft) -> None:
        """Add an event; CannotDoError if Google refuses."""
        body: Json = {
            "summary": draft.title,
            **_span(draft.starts, draft.ends, self.zone(email), all_day=draft.all_day),
        }
        if draft.guests:
            body["attendees"] = [{"email": guest} for guest in draft.guests]
        if draft.private:
            body["visibility"] = "private"
        with self._writing():
            Writes(self._world, email).insert(self._calendar(email, calendar_id), body)

    def row(self, email: str, calendar_id: str, event_id: str) -> Row:
        """Return one event; CannotDoError if there is none."""
        with self._writing():
            calendar = self._calendar(email, calendar_id)
            return self._to_row(email, calendar.get(event_id), calendar)

    def move(self, email: str, row: Row, starts: datetime, ends: datetime) -> None:
        """Give an event another span."""
        body = _span(starts, ends, self.zone(email), all_day=row.all_day)
        with self._writing():
            Writes(self._world, email).change(self._calendar(email, row.calendar_id), row.event_id, body)

    def delete(self, email: str, row: Row) -> None:
        """Delete an event, or one instance of a series."""
        with self._writing():
            Writes(self._world, email).cancel(self._calendar(email, row.calendar_id), row.event_id)

    def find(self, request: Request) -> tuple[str, date] | None:
        """Return account and day of the event that an htmlLink leads to."""
        encoded = request.query_params.get("eid", "")
        try:
            decoded = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
        except ValueError:
            return None
        event_id, _, calendar_id = decoded.partition(" ")
        calendar = self._world.calendars.get(calendar_id)
        if calendar is None or calendar.owner not in self._world.accounts or event_id not in calendar.events:
            return None
        return calendar.owner, local(calendar.get(event_id).resource["start"], calendar.zone).date()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except GoogleError as refusal:
            raise CannotDoError(str(refusal)) from refusal
        self._world.dirty = True

    def _calendar(self, email: str, calendar_id: str) -> Calendar:
        return self._world.calendar(self._world.accounts[email], calendar_id or "primary", to_write=True)

    def _role(self, email: str, calendar: Calendar) -> str:
        return self._world.role(self._world.accounts[email], calendar)

    def _name_of(self, email: str, calendar: Calendar) -> str:
        entry = self._world.accounts[email].calendar_list.get(calendar.id)
        return (entry and entry.summary_override) or calendar.summary

    def _to_row(self, email: str, item: Item, calendar: Calendar) -> Row:
        resource, role = item.resource, self._role(email, calendar)
        private = resource.get("visibility") in ("private", "confidential")
        hidden = role == "freeBusyReader" or (private and role not in WRITERS)
        if is_all_day(resource["start"]):
            starts, ends = local(resource["start"], calendar.zone), local(resource["end"], calendar.zone)
        else:
            zone = self.zone(email)
            starts, ends = datetime.fromtimestamp(item.earliest, zone), datetime.fromtimestamp(item.latest, zone)
        return Row(
            event_id=resource["id"],
            calendar_id=calendar.id,
            calendar_name=self._name_of(email, calendar),
            title="Busy" if hidden else resource.get("summary", "(No title)"),
            all_day=is_all_day(resource["start"]),
            starts=starts,
            ends=ends,
            remarks=list(_remarks(resource)),
            guests=[] if hidden else [guest["email"] for guest in resource.get("attendees", [])],
            may_write=not hidden and reaches(role, "writerWithoutPrivateAccess"),
        )


def _remarks(resource: Json) -> Iterator[str]:
    if "recurringEventId" in resource:
        yield "part of a series"
    if resource.get("visibility") in ("private", "confidential"):
        yield str(resource["visibility"])
    if any(guest.get("self") and guest["responseStatus"] == "declined" for guest in resource.get("attendees", [])):
        yield "declined"


def _span(starts: datetime, ends: datetime, zone: ZoneInfo, *, all_day: bool) -> Json:
    if all_day:
        return {"start": {"date": starts.date().isoformat()}, "end": {"date": ends.date().isoformat()}}
    moments = (("start", starts), ("end", ends))
    return {
        name: {"dateTime": moment.replace(tzinfo=None).isoformat(timespec="seconds"), "timeZone": zone.key}
        for name, moment in moments
    }
