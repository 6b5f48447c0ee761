"""The activity timeline; what a reader may see of a meeting, the service decides."""

import asyncio
from datetime import UTC, datetime
from typing import ClassVar

import reflex as rx
from reflex.event import EventSpec, event

from ce_calendar.domain.access import Actor, Permission
from ce_calendar.domain.errors import NotFound, Refused
from ce_calendar.domain.meetings.timeline import Span
from ce_calendar.services.registry import get_services
from ce_calendar.services.timeline import TimelinePage
from ce_calendar.web.activity.rows import ContactChoice, MeetingDetails, MeetingRow
from ce_calendar.web.activity.transform import to_details, to_rows
from ce_calendar.web.checks import a_text, a_word, an_id, an_id_or_nothing
from ce_calendar.web.components.pager import LONGEST_SEARCH, PAGE_SIZE, Paged, page_words
from ce_calendar.web.components.refusal import show_refusal
from ce_calendar.web.session import current_actor, put

CHOICES = 20


class ActivityState(Paged, rx.State):
    """Meetings of the organization with its contacts."""

    meetings: list[MeetingRow] = []
    span: str = Span.COMING.value
    contact: ContactChoice = ContactChoice()
    """The contact filtered by; without an id: all."""
    choices: list[ContactChoice] = []
    choice_search: str = ""
    is_choosing: bool = False
    opened: MeetingDetails = MeetingDetails()
    """The meeting in the dialog; without an id it is closed."""
    has_contacts: bool = True
    has_connection: bool = True
    may_connect: bool = False

    _details: dict[str, MeetingDetails] = {}
    """Of the meetings on the page; one of them goes to the browser when it is opened."""

    _topics: ClassVar[frozenset[str]] = frozenset({"timeline", "contacts", "connections"})

    async def _fill(self, actor: Actor) -> None:
        services = get_services()
        try:
            found = await self._page(actor)
        except NotFound:
            # The contact filtered by was merged into another: back to all of them.
            self.contact, self.offset = ContactChoice(), 0
            found = await self._page(actor)
        where = {"zone": actor.zone, "language": actor.language}
        now = datetime.now(UTC)
        self._details = {meeting.activity_id: to_details(meeting, **where, now=now) for meeting in found.meetings}
        put(
            self,
            meetings=to_rows(found.meetings, **where, now=now),
            total=found.total,
            page_words=page_words(self.offset, len(found.meetings), found.total),
            opened=self._details.get(self.opened.id, MeetingDetails()),
            may_connect=actor.may(Permission.CALENDAR_CONNECT),
        )
        if not found.meetings:
            has_contacts = (await asyncio.to_thread(services.contacts.page, actor, limit=1)).total > 0
            has_connection = await asyncio.to_thread(services.timeline.has_any_connection, actor)
            put(self, has_contacts=has_contacts, has_connection=has_connection)

    async def _page(self, actor: Actor) -> TimelinePage:
        return await asyncio.to_thread(
            get_services().timeline.page,
            actor,
            span=Span(self.span),
            contact_id=self.contact.id,
            offset=self.offset,
            limit=PAGE_SIZE,
        )

    @event
    async def show_span(self, span: str) -> EventSpec | None:
        """Coming or past."""
        try:
            self.span = a_word(span, Span).value
        except Refused as refusal:
            return show_refusal(refusal)
        self.offset = 0
        return await self._read(touch=True)

    @event
    async def set_choosing(self, wanted: bool) -> EventSpec | None:  # noqa: FBT001 - a popover
        """Open or close the choice of a contact."""
        self.is_choosing = wanted is True
        self.choice_search = ""
        return await self._find_choices() if self.is_choosing else None

    @event
    async def look_for(self, words: str) -> EventSpec | None:
        """Narrow the choice of contacts."""
        try:
            self.choice_search = a_text(words, longest=LONGEST_SEARCH, strip=False)
        except Refused as refusal:
            return show_refusal(refusal)
        return await self._find_choices()

    async def _find_choices(self) -> EventSpec | None:
        try:
            actor = await current_actor(self)
            found = await asyncio.to_thread(
                get_services().contacts.page, actor, search=self.choice_search, limit=CHOICES
            )
        except Refused as refusal:
            return show_refusal(refusal)
        self.choices = [ContactChoice(each.id, each.name, each.email) for each in found.contacts]
        return None

    @event
    async def choose(self, contact_id: str) -> EventSpec | None:
        """Show one contact's meetings, or everybody's for the empty id."""
        try:
            target = an_id_or_nothing(contact_id)
            actor = await current_actor(self)
            chosen = ContactChoice()
            if target:
                contact = await asyncio.to_thread(get_services().contacts.get, actor, contact_id=target)
                chosen = ContactChoice(contact.id, contact.name, contact.email)
        except Refused as refusal:
            return show_refusal(refusal)
        self.contact = chosen
        self.is_choosing = False
        self.offset = 0
        return await self._read(touch=True)

    @event
    async def open_meeting(self, activity_id: str) -> EventSpec | None:
        """Show a meeting of the page with everything its reader may see."""
        try:
            target = an_id(activity_id)
            await current_actor(self)
            if target not in self._details:
                raise NotFound("meeting")
        except Refused as refusal:
            return show_refusal(refusal)
        self.opened = self._details[target]
        return None

    @event
    def close_meeting(self) -> None:
        """Close the dialog."""
        self.opened = MeetingDetails()
