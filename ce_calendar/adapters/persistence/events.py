"""Events in the database, and through them the activities."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, false, or_, select, update
from sqlmodel import Session as Database

from ce_calendar.adapters.persistence import tallies
from ce_calendar.adapters.persistence.activities import ActivityBook, Support, Times
from ce_calendar.adapters.persistence.bulk import chunks, new_ids, upsert_columns
from ce_calendar.adapters.persistence.meetings import meetings_page, to_attendee
from ce_calendar.adapters.persistence.people import rows_touched
from ce_calendar.adapters.persistence.tables import ACTIVITIES, CONNECTIONS, CONTACTS, EVENTS, LINKS
from ce_calendar.domain.meetings.connections import Connection
from ce_calendar.domain.meetings.events import Attendee
from ce_calendar.domain.meetings.plan_sync import EventWrite, StoredEvent, SyncPlan
from ce_calendar.domain.meetings.timeline import Meeting, MeetingQuery, MeetingSample, MeetingTally, others_of

TEXT = ("title", "description", "location", "conference_url", "html_link")
ETAG_LENGTH = 200
ROWS_AT_ONCE = 2000
"""Few enough to be young garbage when they are written: the rows of a whole first sync would be walked over and over by
Python's collector, at a third of the time it takes."""


class SqlEvents:
    """`ports.Events`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def stored(self, calendar_id: str, *, only: Collection[str] | None = None) -> Mapping[str, StoredEvent]:
        query = select(
            EVENTS.c.provider_event_id,
            EVENTS.c.id,
            EVENTS.c.content_hash,
            EVENTS.c.starts_at,
            EVENTS.c.ends_at,
            EVENTS.c.start_date,
            EVENTS.c.series_id,
        ).where(EVENTS.c.calendar_id == calendar_id)
        queries = [query]
        if only is not None:
            named = (EVENTS.c.provider_event_id, EVENTS.c.series_id)
            wanted = sorted(filter(None, only))
            queries = [query.where(column.in_(chunk)) for column in named for chunk in chunks(wanted)]
        found = (row for query in queries for row in self._database.execute(query))
        return {
            provider_event_id: StoredEvent(
                id=event_id,
                content_hash=content_hash,
                starts_at=starts_at,
                ends_at=ends_at,
                is_all_day=start_date is not None,
                series_id=series_id,
            )
            for provider_event_id, event_id, content_hash, starts_at, ends_at, start_date, series_id in found
        }

    def apply(self, plan: SyncPlan, *, connection: Connection, calendar_id: str, now: datetime) -> None:
        if not plan.writes and not plan.deletes:
            return
        activities = ActivityBook(self._database, connection.organization_id)
        activities.hold()
        events = [
            (write.stored_id or new_id, write)
            for write, new_id in zip(plan.writes, new_ids(len(plan.writes)), strict=True)
        ]
        touched: set[str] = set()
        for chunk in chunks([*plan.deletes, *(write.stored_id for write in plan.writes if write.stored_id)]):
            touched |= activities.unlink(LINKS.c.event_id.in_(chunk))
        for chunk in chunks(plan.deletes):
            self._database.execute(delete(EVENTS).where(EVENTS.c.id.in_(chunk)))
        for start in range(0, len(events), ROWS_AT_ONCE):
            batch = events[start : start + ROWS_AT_ONCE]
            told = _columns([write for _, write in batch])
            new = {
                "id": [event_id for event_id, _ in batch],
                "organization_id": [connection.organization_id] * len(batch),
                "connection_id": [connection.id] * len(batch),
                "calendar_id": [calendar_id] * len(batch),
                "sync_direction": ["inbound"] * len(batch),
                "sync_status": ["synced"] * len(batch),
            }
            upsert_columns(self._database, EVENTS, {**new, **told}, update=told)
        activities.link([support for each in events for support in _supports(*each)], now=now)
        activities.settle(touched)

    def erase_text(self, connection_id: str, *, keep_attendees: bool) -> None:
        organization_id = self._hold_connection(connection_id)
        # Without its hash an event is written anew when it is next read, also under the level it had before.
        emptied: dict[str, Any] = {**dict.fromkeys(TEXT, ""), "content_hash": ""}
        if not keep_attendees:
            emptied |= {"organizer_email": "", "attendees": []}
        self._database.execute(update(EVENTS).where(EVENTS.c.connection_id == connection_id).values(emptied))
        if not keep_attendees:
            activities = ActivityBook(self._database, organization_id)
            activities.hold()
            activities.settle(activities.unlink(_of_events(EVENTS.c.connection_id == connection_id)))

    def delete_of_connection(self, connection_id: str, *, since: datetime | None, keep_timeline: bool) -> int:
        organization_id = self._hold_connection(connection_id)
        condition = EVENTS.c.connection_id == connection_id
        if keep_timeline:
            is_coming = EVENTS.c.ends_at > since if since is not None else false()
            condition &= or_(is_coming, EVENTS.c.id.not_in(select(LINKS.c.event_id)))
        return self._delete(condition, organization_id)

    def delete_of_calendars(self, calendar_ids: Collection[str]) -> int:
        deleted = 0
        for chunk in chunks(sorted(calendar_ids)):
            condition = EVENTS.c.calendar_id.in_(chunk)
            organization_ids = self._database.scalars(select(EVENTS.c.organization_id).where(condition).distinct())
            for organization_id in sorted(organization_ids):
                deleted += self._delete(condition, organization_id)
        return deleted

    def _delete(self, condition: ColumnElement[bool], organization_id: str) -> int:
        """Delete events of one organization, and the activities they alone supported."""
        activities = ActivityBook(self._database, organization_id)
        activities.hold()
        doomed = select(EVENTS.c.id).where(EVENTS.c.organization_id == organization_id, condition)
        # First read, then deleted: once its links are gone, a meeting looks like busy time.
        ids = list(self._database.scalars(doomed))
        touched: set[str] = set()
        deleted = 0
        for chunk in chunks(ids):
            touched |= activities.unlink(LINKS.c.event_id.in_(chunk))
            deleted += rows_touched(self._database.execute(delete(EVENTS).where(EVENTS.c.id.in_(chunk))))
        activities.settle(touched)
        return deleted

    def unlink_contact(self, contact_id: str, *, but: Collection[str] = ()) -> None:
        organization_id = self._hold_home(contact_id)
        if organization_id is None:
            return
        activities = ActivityBook(self._database, organization_id)
        activities.hold()
        rows = self._database.execute(
            select(EVENTS.c.id, LINKS.c.activity_id, EVENTS.c.organizer_email, EVENTS.c.attendees)
            .join(LINKS, LINKS.c.event_id == EVENTS.c.id)
            .join(ACTIVITIES, ACTIVITIES.c.id == LINKS.c.activity_id)
            .where(ACTIVITIES.c.organization_id == organization_id, ACTIVITIES.c.contact_id == contact_id)
        )
        stay = frozenset(but)
        doomed = [
            (event_id, activity_id)
            for event_id, activity_id, organizer, attendees in rows
            if not others_of(organizer, [to_attendee(guest) for guest in attendees]) & stay
        ]
        for chunk in chunks(sorted({event_id for event_id, _ in doomed})):
            # Without its hash an event is written anew when it is next read: the address may come back.
            self._database.execute(update(EVENTS).where(EVENTS.c.id.in_(chunk)).values(content_hash=""))
        touched: set[str] = set()
        of_contact = select(ACTIVITIES.c.id).where(
            ACTIVITIES.c.organization_id == organization_id, ACTIVITIES.c.contact_id == contact_id
        )
        for chunk in chunks(sorted({event_id for event_id, _ in doomed})):
            touched |= activities.unlink(LINKS.c.event_id.in_(chunk), LINKS.c.activity_id.in_(of_contact))
        activities.settle(touched)

    def move_contact(self, contact_id: str, *, to: str) -> int:
        organization_id = self._hold_home(contact_id)
        if organization_id is None:
            return 0
        activities = ActivityBook(self._database, organization_id)
        activities.hold()
        return activities.move(contact_id, to=to)

    def _hold_home(self, contact_id: str) -> str | None:
        """Let no sync of the contact's organization write until the transaction ends; returns the organization.

        A sync that has not written yet shall write before this or see what it left. Connections come before the
        organization, here as everywhere: the other order could deadlock.
        """
        organization_id = self._database.scalar(select(CONTACTS.c.organization_id).where(CONTACTS.c.id == contact_id))
        if organization_id is not None:
            self._hold_connections(CONNECTIONS.c.organization_id == organization_id)
        return organization_id

    def count_by_connection(self, connection_ids: Collection[str], *, now: datetime) -> Mapping[str, int]:
        return tallies.count_by_connection(self._database, connection_ids, now=now)

    def count_by_calendar(self, connection_id: str) -> Mapping[str, int]:
        return tallies.count_by_calendar(self._database, connection_id)

    def tally(self, connection_id: str, *, now: datetime) -> MeetingTally:
        return tallies.tally(self._database, connection_id, now=now)

    def sample(self, connection_id: str, *, now: datetime) -> MeetingSample | None:
        return tallies.sample(self._database, connection_id, now=now)

    def meetings(self, query: MeetingQuery) -> tuple[Sequence[Meeting], int]:
        return meetings_page(self._database, query)

    def _hold_connection(self, connection_id: str) -> str:
        """Let no sync write for this connection until the transaction ends; returns its organization."""
        organization_ids = self._hold_connections(CONNECTIONS.c.id == connection_id)
        return organization_ids[0] if organization_ids else ""

    def _hold_connections(self, condition: ColumnElement[bool]) -> list[str]:
        return list(
            self._database.scalars(
                select(CONNECTIONS.c.organization_id).where(condition).order_by(CONNECTIONS.c.id).with_for_update()
            )
        )


def _of_events(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Links of the events that satisfy a condition."""
    return LINKS.c.event_id.in_(select(EVENTS.c.id).where(condition))


def _supports(event_id: str, write: EventWrite) -> list[Support]:
    event = write.event
    dates = event.dates
    times = Times(event.starts_at, event.ends_at, dates.start if dates else None, dates.end if dates else None)
    return [Support(event_id, write.identity_key, contact_id, times) for contact_id in sorted(write.contact_ids)]


def _columns(writes: Sequence[EventWrite]) -> dict[str, list[Any]]:
    """What events say, as columns."""
    events = [write.event for write in writes]
    dates = [event.dates for event in events]
    return {
        "provider_event_id": [event.provider_event_id for event in events],
        "identity_key": [write.identity_key for write in writes],
        "series_id": [event.series_id for event in events],
        "etag": [event.etag[:ETAG_LENGTH] for event in events],
        "content_hash": [write.content_hash for write in writes],
        "starts_at": [event.starts_at for event in events],
        "ends_at": [event.ends_at for event in events],
        "start_date": [each.start if each else None for each in dates],
        "end_date": [each.end if each else None for each in dates],
        "is_busy": [event.is_busy for event in events],
        "title": [storable(event.title) for event in events],
        "description": [storable(event.description) for event in events],
        "location": [storable(event.location) for event in events],
        "conference_url": [storable(event.conference_url) for event in events],
        "html_link": [storable(event.html_link) for event in events],
        "organizer_email": [storable(event.organizer_email) for event in events],
        "attendees": [[_guest(guest) for guest in event.attendees] for event in events],
    }


def _guest(guest: Attendee) -> dict[str, Any]:
    # By hand: `asdict` is ten times slower, and a first sync has tens of thousands.
    return {
        "email": guest.email,
        "name": guest.name,
        "response": guest.response,
        "is_self": guest.is_self,
        "is_resource": guest.is_resource,
    }


def storable(text: str) -> str:
    """The text without what a database refuses: NUL (PostgreSQL) and halves of surrogate pairs (both).

    A provider's JSON may hold either, and one such title must not stop every later sync.
    """
    if text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
