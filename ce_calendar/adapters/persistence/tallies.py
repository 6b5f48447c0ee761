"""What a connection's events amount to, in counts, and one of them as a sample."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, case, exists, func, literal, select
from sqlmodel import Session as Database

from ce_calendar.adapters.persistence.meetings import to_attendee
from ce_calendar.adapters.persistence.tables import ACTIVITIES, CONTACTS, EVENTS, LINKS
from ce_calendar.domain.meetings.events import Dates
from ce_calendar.domain.meetings.timeline import MeetingSample, MeetingTally


def count_by_connection(database: Database, connection_ids: Collection[str], *, now: datetime) -> Mapping[str, int]:
    """Coming meetings with contacts."""
    rows = database.execute(
        select(EVENTS.c.connection_id, func.count(EVENTS.c.identity_key.distinct()).label("meetings"))
        .where(EVENTS.c.connection_id.in_(connection_ids), EVENTS.c.ends_at > now, _is_linked())
        .group_by(EVENTS.c.connection_id)
    )
    return {row.connection_id: row.meetings for row in rows}


def count_by_calendar(database: Database, connection_id: str) -> Mapping[str, int]:
    """Events kept."""
    rows = database.execute(
        select(EVENTS.c.calendar_id, func.count().label("events"))
        .where(EVENTS.c.connection_id == connection_id)
        .group_by(EVENTS.c.calendar_id)
    )
    return {row.calendar_id: row.events for row in rows}


def tally(database: Database, connection_id: str, *, now: datetime) -> MeetingTally:
    """Meetings by whether they are coming and whether others hold them, each once; and busy time."""
    other, other_link = EVENTS.alias("other"), LINKS.alias("other_link")
    is_elsewhere = exists(
        select(literal(1))
        .select_from(LINKS)
        .join(other_link, other_link.c.activity_id == LINKS.c.activity_id)
        .join(other, other.c.id == other_link.c.event_id)
        .where(LINKS.c.event_id == EVENTS.c.id, other.c.connection_id != connection_id)
    )
    meetings = (
        select(
            EVENTS.c.identity_key,
            func.max(_as_number(EVENTS.c.ends_at > now)).label("is_coming"),
            func.max(_as_number(is_elsewhere)).label("is_elsewhere"),
        )
        .where(EVENTS.c.connection_id == connection_id, _is_linked())
        .group_by(EVENTS.c.identity_key)
        .subquery()
    )
    rows = database.execute(
        select(meetings.c.is_coming, func.count(), func.sum(meetings.c.is_elsewhere)).group_by(meetings.c.is_coming)
    )
    counts = {bool(is_coming): (total, int(elsewhere)) for is_coming, total, elsewhere in rows}
    busy = database.scalar(
        select(func.count()).select_from(EVENTS).where(EVENTS.c.connection_id == connection_id, ~_is_linked())
    )
    return MeetingTally(*counts.get(True, (0, 0)), *counts.get(False, (0, 0)), busy or 0)


def sample(database: Database, connection_id: str, *, now: datetime) -> MeetingSample | None:
    """The next meeting. Private events have no contact here, so that none of them is ever chosen."""
    event = database.execute(
        select(EVENTS)
        .where(EVENTS.c.connection_id == connection_id, EVENTS.c.ends_at > now, _is_linked())
        .order_by((EVENTS.c.title != "").desc(), EVENTS.c.starts_at, EVENTS.c.id)
        .limit(1)
    ).first()
    if event is None:
        return None
    names = database.scalars(
        select(CONTACTS.c.name)
        .join(ACTIVITIES, ACTIVITIES.c.contact_id == CONTACTS.c.id)
        .join(LINKS, LINKS.c.activity_id == ACTIVITIES.c.id)
        .where(LINKS.c.event_id == event.id)
        .order_by(CONTACTS.c.search_text)
    )
    return MeetingSample(
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        dates=Dates(event.start_date, event.end_date) if event.start_date else None,
        contacts=tuple(names),
        title=event.title,
        location=event.location,
        guests=tuple(to_attendee(guest) for guest in event.attendees),
    )


def _is_linked() -> ColumnElement[bool]:
    """Whether an event stands behind an activity: a meeting, and not busy time."""
    return exists(select(literal(1)).where(LINKS.c.event_id == EVENTS.c.id))


def _as_number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)
