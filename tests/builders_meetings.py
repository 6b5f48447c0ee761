"""Events, calendars and plans that are valid by default; a test names the one keyword it is about."""

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from ce_calendar.domain.contacts import Contact
from ce_calendar.domain.meetings.connections import ConnectedCalendar, Connection
from ce_calendar.domain.meetings.events import Attendee, CalendarEvent, Dates, RemoteRead
from ce_calendar.domain.meetings.plan_sync import plan_sync
from ce_calendar.domain.people import User
from ce_calendar.domain.window import SyncWindow, window_around
from ce_calendar.ports import UnitOfWork
from tests.builders import make_connection, make_contact, new_id
from tests.conftest import NOON

WINDOW = window_around(NOON)


def make_event(
    event_id: str = "",
    *,
    guests: Collection[str | Attendee] = (),
    starts_at: datetime = NOON + timedelta(days=1),
    minutes: int = 30,
    title: str = "Quarterly review",
    ical_uid: str = "",
    **others: Any,
) -> CalendarEvent:
    """A timed event of tomorrow."""
    event_id = event_id or new_id()
    return CalendarEvent(
        provider_event_id=event_id,
        ical_uid=ical_uid or f"{event_id}@calendar.example",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        title=title,
        attendees=tuple(Attendee(guest) if isinstance(guest, str) else guest for guest in guests),
        **others,
    )


def make_all_day_event(event_id: str = "", *, first: date, days: int = 1, **others: Any) -> CalendarEvent:
    """An event of whole days."""
    starts_at = datetime.combine(first, time(), UTC)
    dates = Dates(first, first + timedelta(days=days))
    return make_event(event_id, starts_at=starts_at, minutes=days * 24 * 60, dates=dates, **others)


def make_read(
    *changed: CalendarEvent, removed: Collection[str] = (), is_full: bool = False, cursor: str = "cursor", **others: Any
) -> RemoteRead:
    """One complete read of a calendar."""
    return RemoteRead(is_full=is_full, cursor=cursor, changed=changed, removed=frozenset(removed), **others)


def make_calendar(connection: Connection, *, is_selected: bool = True, **others: Any) -> ConnectedCalendar:
    """The primary calendar of a connection, not yet read."""
    values = {
        "id": new_id(),
        "organization_id": connection.organization_id,
        "connection_id": connection.id,
        "provider_calendar_id": connection.account_email,
        "name": connection.account_email,
        "zone": "UTC",
        "access_role": "owner",
        "is_primary": True,
        **others,
    }
    return ConnectedCalendar(is_selected=is_selected, **values)


def add_calendar(uow: UnitOfWork, user: User, **others: Any) -> ConnectedCalendar:
    """Store a connection of this person, and its calendar."""
    connection = make_connection(user=user, **others)
    uow.connections.add(connection)
    calendar = make_calendar(connection)
    uow.connections.save_calendars([calendar])
    return calendar


def sync_into(
    uow: UnitOfWork,
    calendar: ConnectedCalendar,
    read: RemoteRead,
    *,
    window: SyncWindow = WINDOW,
    contacts: Mapping[str, str] | None = None,
    now: datetime = NOON,
) -> None:
    """Plan and apply one read, as a sync does."""
    connection = uow.connections.lock(calendar.connection_id)
    assert connection is not None
    known = uow.contacts.ids_by_email(calendar.organization_id) if contacts is None else contacts
    plan = plan_sync(
        uow.events.stored(calendar.id), read, window=window, level=connection.privacy_level, contacts=known
    )
    uow.events.apply(plan, connection=connection, calendar_id=calendar.id, now=now)


def add_contact(uow: UnitOfWork, organization_id: str, email: str) -> Contact:
    """Store a contact with this address."""
    contact = make_contact(organization_id=organization_id, email=email, name=email.partition("@")[0])
    uow.contacts.add(contact)
    return contact
