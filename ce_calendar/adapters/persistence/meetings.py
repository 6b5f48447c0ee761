"""One page of the timeline, in four queries however long it is."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, case, func, literal, select
from sqlmodel import Session as Database

from ce_calendar.adapters.persistence.tables import ACTIVITIES, CONNECTIONS, CONTACTS, EVENTS, LINKS, USERS
from ce_calendar.domain.contacts import Contact
from ce_calendar.domain.meetings.events import Attendee, Dates, Response
from ce_calendar.domain.meetings.timeline import HeldBy, Meeting, MeetingQuery, Span

DETAILS = ("title", "description", "location", "conference_url", "html_link", "organizer_email", "attendees")


def meetings_page(database: Database, query: MeetingQuery) -> tuple[Sequence[Meeting], int]:
    """The page, and how many meetings there are in all."""
    conditions = _conditions(query)
    total = database.scalar(select(func.count()).select_from(ACTIVITIES).where(*conditions)) or 0
    starts_at = ACTIVITIES.c.starts_at
    # At the same time: what belongs to one meeting stands together, by contact's name.
    order = (
        starts_at.desc() if query.span is Span.PAST else starts_at,
        ACTIVITIES.c.identity_key,
        CONTACTS.c.search_text,
        ACTIVITIES.c.id,
    )
    rows = database.execute(
        select(
            ACTIVITIES,
            CONTACTS.c.email.label("contact_email"),
            CONTACTS.c.name.label("contact_name"),
            CONTACTS.c.company.label("contact_company"),
            CONTACTS.c.created_at.label("contact_created_at"),
        )
        .join(CONTACTS, CONTACTS.c.id == ACTIVITIES.c.contact_id)
        .where(*conditions)
        .order_by(*order)
        .offset(query.offset)
        .limit(query.limit)
    ).all()
    ids = [row.id for row in rows]
    if not ids:
        return [], total
    holders = _holders(database, ids)
    details = _details(database, ids, query)
    return [_to_meeting(row, holders.get(row.id, {}), details.get(row.id)) for row in rows], total


def _conditions(query: MeetingQuery) -> list[ColumnElement[bool]]:
    """Which activities belong to the span: coming is what has not ended, for all-day ones in the reader's days."""
    # An all-day meeting ends at midnight UTC of the day after its last one, whichever zone anybody is in.
    midnight = datetime.combine(query.today, time(), UTC)
    moment = ACTIVITIES.c.ends_at.type
    ends_after = case((ACTIVITIES.c.start_date.is_(None), literal(query.now, moment)), else_=literal(midnight, moment))
    conditions = [ACTIVITIES.c.organization_id == query.organization_id]
    if query.span is Span.COMING:
        # The first comparison is implied by the second; it is there for the index.
        conditions += [ACTIVITIES.c.ends_at > min(query.now, midnight), ACTIVITIES.c.ends_at > ends_after]
    else:
        conditions += [ACTIVITIES.c.ends_at <= max(query.now, midnight), ACTIVITIES.c.ends_at <= ends_after]
    if query.contact_id:
        conditions.append(ACTIVITIES.c.contact_id == query.contact_id)
    return conditions


def _holders(database: Database, activity_ids: Collection[str]) -> dict[str, dict[str, str]]:
    """By activity: names of the people whose calendars hold it, by user id."""
    rows = database.execute(
        select(LINKS.c.activity_id, USERS.c.id, USERS.c.name)
        .join(EVENTS, EVENTS.c.id == LINKS.c.event_id)
        .join(CONNECTIONS, CONNECTIONS.c.id == EVENTS.c.connection_id)
        .join(USERS, USERS.c.id == CONNECTIONS.c.user_id)
        .where(LINKS.c.activity_id.in_(activity_ids))
        .distinct()
        .order_by(USERS.c.name, USERS.c.id)
    )
    holders: dict[str, dict[str, str]] = {}
    for activity_id, user_id, name in rows:
        holders.setdefault(activity_id, {})[user_id] = name
    return holders


def _details(database: Database, activity_ids: Collection[str], query: MeetingQuery) -> dict[str, dict[str, Any]]:
    """By activity: what the reader may see of it. What they may not see is not even read."""
    is_own = CONNECTIONS.c.user_id == query.reader_id
    rows = database.execute(
        select(LINKS.c.activity_id, *(EVENTS.c[name] for name in DETAILS))
        .join(EVENTS, EVENTS.c.id == LINKS.c.event_id)
        .join(CONNECTIONS, CONNECTIONS.c.id == EVENTS.c.connection_id)
        .where(LINKS.c.activity_id.in_(activity_ids), is_own | literal(query.sees_all))
        # One's own first; of equal ones the one that says most (a privacy level may have left only the guests).
        .order_by(is_own.desc(), (EVENTS.c.title != "").desc(), EVENTS.c.id)
    )
    details: dict[str, dict[str, Any]] = {}
    for activity_id, *said in rows:
        details.setdefault(activity_id, dict(zip(DETAILS, said, strict=True)))
    return details


def _to_meeting(row: Any, holders: dict[str, str], details: dict[str, Any] | None) -> Meeting:  # noqa: ANN401 - a row of a joined query
    shown = dict(details or {})
    guests = tuple(to_attendee(guest) for guest in shown.pop("attendees", ()))
    return Meeting(
        activity_id=row.id,
        contact=Contact(
            id=row.contact_id,
            organization_id=row.organization_id,
            email=row.contact_email,
            name=row.contact_name,
            company=row.contact_company,
            created_at=row.contact_created_at,
        ),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        dates=Dates(row.start_date, row.end_date) if row.start_date else None,
        held_by=tuple(HeldBy(user_id, name) for user_id, name in holders.items()),
        is_visible=details is not None,
        attendees=guests,
        **shown,
    )


def to_attendee(guest: dict[str, Any]) -> Attendee:
    """A guest as stored."""
    return Attendee(**{**guest, "response": Response(guest["response"])})
