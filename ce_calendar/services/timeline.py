"""The activity timeline: meetings with contacts, as each reader may see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ce_calendar.domain.access import Actor, Permission
from ce_calendar.domain.errors import Invalid, NotFound
from ce_calendar.domain.meetings.connections import LINKED
from ce_calendar.domain.meetings.timeline import Meeting, MeetingQuery, Span, in_reading_order
from ce_calendar.ports import Clock, OpenUnitOfWork
from ce_calendar.services.audit import Audit, recorded_refusals
from ce_calendar.services.entered import entered_id, entered_page


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """Some of the meetings, and how many there are in all."""

    meetings: Sequence[Meeting]
    total: int


class Timeline:
    """Shows an organization's meetings; what of each, the reader's rights and own calendars decide."""

    def __init__(self, *, open_uow: OpenUnitOfWork, clock: Clock, audit: Audit) -> None:
        self._open_uow = open_uow
        self._clock = clock
        self._audit = audit

    def page(self, actor: Actor, *, span: Span, contact_id: str = "", offset: int = 0, limit: int = 50) -> TimelinePage:
        """One page: coming meetings from the next one on, past ones from the last one back.

        Args:
            actor: the reader.
            span: coming is what has not ended; an all-day meeting ends with the reader's day.
            contact_id: only the meetings with this contact; empty for all.
            offset: how many meetings to leave out at the start.
            limit: how many to show at most.

        Raises:
            AccessDenied: not allowed to see calendars.
            NotFound: no such contact in the organization.
            Invalid: no such page.
        """
        with recorded_refusals(self._audit, actor, "timeline.read", contact_id):
            actor.require(Permission.CALENDAR_VIEW)
            if contact_id:
                self._require_contact(actor, contact_id)
        offset, limit = entered_page(offset, limit)
        now = self._clock()
        zone = ZoneInfo(actor.zone)
        query = MeetingQuery(
            organization_id=actor.organization_id,
            reader_id=actor.user_id,
            sees_all=actor.may(Permission.CALENDAR_VIEW_ALL),
            now=now,
            today=now.astimezone(zone).date(),
            span=_entered_span(span),
            contact_id=contact_id,
            offset=offset,
            limit=limit,
        )
        with self._open_uow(reading=True) as uow:
            meetings, total = uow.events.meetings(query)
        return TimelinePage(in_reading_order(meetings, zone=zone, span=query.span), total)

    def has_any_connection(self, actor: Actor) -> bool:
        """Whether anybody in the organization has linked a calendar, for what an empty timeline says."""
        with recorded_refusals(self._audit, actor, "timeline.read"):
            actor.require(Permission.CALENDAR_VIEW)
        with self._open_uow(reading=True) as uow:
            return any(each.status in LINKED for each in uow.connections.of_organization(actor.organization_id))

    def _require_contact(self, actor: Actor, contact_id: str) -> None:
        wanted = entered_id(contact_id, what="contact")
        with self._open_uow(reading=True) as uow:
            if uow.contacts.get(wanted, organization_id=actor.organization_id) is None:
                raise NotFound("contact")


def _entered_span(span: object) -> Span:
    """Which part is meant; handlers pass on whatever came over the socket."""
    if not isinstance(span, str) or span not in set(Span):
        raise Invalid("There is no such page.")
    return Span(span)
