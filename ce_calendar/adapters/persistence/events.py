"""Events in the database, and through them the activities."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, delete, false, func, or_, select, update
from sqlmodel import Session as Database

from ce_calendar.adapters.persistence.activities import ActivityBook, Support, Times
from ce_calendar.adapters.persistence.bulk import chunks, upsert
from ce_calendar.adapters.persistence.meetings import meetings_page
from ce_calendar.adapters.persistence.people import rows_touched
from ce_calendar.adapters.persistence.tables import ACTIVITIES, CONNECTIONS, CONTACTS, EVENTS, LINKS
from ce_calendar.domain.meetings.connections import Connection
from ce_calendar.domain.meetings.events import Attendee
from ce_calendar.domain.meetings.plan_sync import EventWrite, StoredEvent, SyncPlan
from ce_calendar.domain.meetings.timeline import Meeting, MeetingQuery

TEXT = ("title", "description", "location", "conference_url", "html_link")
ETAG_LENGTH = 200


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
        ).where(EVENTS.c.calendar_id == calendar_id)
        queries = [query]
        if only is not None:
            queries = [query.where(EVENTS.c.provider_event_id.in_(chunk)) for chunk in chunks(sorted(only))]
        found = (row for query in queries for row in self._database.execute(query))
        return {
            provider_event_id: StoredEvent(
                id=event_id,
                content_hash=content_hash,
                starts_at=starts_at,
                ends_at=ends_at,
                is_all_day=start_date is not None,
            )
            for provider_event_id, event_id, content_hash, starts_at, ends_at, start_date in found
        }

    def apply(self, plan: SyncPlan, *, connection: Connection, calendar_id: str, now: datetime) -> None:
        if not plan.writes and not plan.deletes:
            return
        activities = ActivityBook(self._database, connection.organization_id)
        activities.hold()
        events = [(write.stored_id or uuid4().hex, write) for write in plan.writes]
        touched: set[str] = set()
        for chunk in chunks([*plan.deletes, *(write.stored_id for write in plan.writes if write.stored_id)]):
            touched |= activities.unlink(LINKS.c.event_id.in_(chunk))
        for chunk in chunks(plan.deletes):
            self._database.execute(delete(EVENTS).where(EVENTS.c.id.in_(chunk)))
        new = {
            "organization_id": connection.organization_id,
            "connection_id": connection.id,
            "calendar_id": calendar_id,
            "sync_direction": "inbound",
            "sync_status": "synced",
        }
        contents = [(event_id, _columns(write)) for event_id, write in events]
        rows = [{"id": event_id, **new, **content} for event_id, content in contents]
        upsert(self._database, EVENTS, rows, update=contents[0][1].keys() if contents else ())
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

    def delete_of_calendars(self, calendar_ids: Collection[str]) -> None:
        for chunk in chunks(sorted(calendar_ids)):
            condition = EVENTS.c.calendar_id.in_(chunk)
            organization_ids = self._database.scalars(select(EVENTS.c.organization_id).where(condition).distinct())
            for organization_id in sorted(organization_ids):
                self._delete(condition, organization_id)

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

    def unlink_contact(self, contact_id: str) -> None:
        organization_id = self._database.scalar(select(CONTACTS.c.organization_id).where(CONTACTS.c.id == contact_id))
        if organization_id is None:
            return
        # A sync that has not written yet shall write before this or see that it must read in full. Connections come
        # before the organization, here as everywhere: the other order could deadlock.
        self._hold_connections(CONNECTIONS.c.organization_id == organization_id)
        activities = ActivityBook(self._database, organization_id)
        activities.hold()
        of_contact = select(ACTIVITIES.c.id).where(
            ACTIVITIES.c.organization_id == organization_id, ACTIVITIES.c.contact_id == contact_id
        )
        # Without its hash an event is written anew when it is next read: the address may come back.
        self._database.execute(
            update(EVENTS)
            .where(EVENTS.c.id.in_(select(LINKS.c.event_id).where(LINKS.c.activity_id.in_(of_contact))))
            .values(content_hash="")
        )
        activities.settle(activities.unlink(LINKS.c.activity_id.in_(of_contact)))

    def count_by_connection(self, organization_id: str, *, now: datetime) -> Mapping[str, int]:
        rows = self._database.execute(
            select(EVENTS.c.connection_id, func.count(EVENTS.c.identity_key.distinct()).label("meetings"))
            .where(
                EVENTS.c.organization_id == organization_id,
                EVENTS.c.ends_at > now,
                EVENTS.c.id.in_(select(LINKS.c.event_id).where(LINKS.c.organization_id == organization_id)),
            )
            .group_by(EVENTS.c.connection_id)
        )
        return {row.connection_id: row.meetings for row in rows}

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


def _columns(write: EventWrite) -> dict[str, Any]:
    event = write.event
    return {
        "provider_event_id": event.provider_event_id,
        "identity_key": write.identity_key,
        "series_id": event.series_id,
        "etag": event.etag[:ETAG_LENGTH],
        "content_hash": write.content_hash,
        "starts_at": event.starts_at,
        "ends_at": event.ends_at,
        "start_date": event.dates.start if event.dates else None,
        "end_date": event.dates.end if event.dates else None,
        "is_busy": event.is_busy,
        "title": storable(event.title),
        "description": storable(event.description),
        "location": storable(event.location),
        "conference_url": storable(event.conference_url),
        "html_link": storable(event.html_link),
        "organizer_email": storable(event.organizer_email),
        "attendees": [_guest(guest) for guest in event.attendees],
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
