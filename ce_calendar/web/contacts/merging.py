"""Making two contacts one, after one of them was given an address of the other."""

import asyncio

import reflex as rx
from reflex.event import EventSpec, event

from ce_calendar.domain.errors import Invalid, Refused
from ce_calendar.services.registry import get_services
from ce_calendar.web.checks import an_id
from ce_calendar.web.components.refusal import show_refusal
from ce_calendar.web.contacts.doubles import DoublesState
from ce_calendar.web.contacts.rows import ContactRow
from ce_calendar.web.contacts.state import ContactsState
from ce_calendar.web.contacts.transform import to_row
from ce_calendar.web.session import current_actor


class ContactMergeState(rx.State):
    """The dialog in which one of the two is chosen to stay."""

    one: ContactRow = ContactRow()
    other: ContactRow = ContactRow()
    stays: str = ""
    """Id of the one that stays; empty while the dialog is closed."""

    _is_from_list: bool = False
    """Whether to go back to the list of possible doubles."""

    @event
    async def begin(self, contact_id: str, other_id: str) -> EventSpec | None:
        """Show both as they are now; the one that was edited stays unless the person says otherwise."""
        try:
            ids = an_id(contact_id), an_id(other_id)
            actor = await current_actor(self)
            book = get_services().contacts
            found = [await asyncio.to_thread(book.get, actor, contact_id=each) for each in ids]
        except Refused as refusal:
            return show_refusal(refusal)
        self.one, self.other = map(to_row, found)
        self.stays = self.one.id
        return None

    @event
    async def begin_from_list(self, contact_id: str, other_id: str) -> EventSpec | None:
        """The same, and back to the list of possible doubles afterwards."""
        problem = await self.begin(contact_id, other_id)
        self._is_from_list = problem is None
        return problem

    @event
    def choose(self, contact_id: str) -> EventSpec | None:
        """Which of them stays."""
        if contact_id not in (self.one.id, self.other.id) or not self.stays:
            return show_refusal(Invalid("That choice does not exist. Please reload the page."))
        self.stays = contact_id
        return None

    @event
    def close(self) -> EventSpec | None:
        """Close the dialog; both stay."""
        is_from_list = self._is_from_list
        self.reset()
        return DoublesState.open() if is_from_list else None

    @event
    async def merge(self) -> list[EventSpec] | EventSpec | None:
        """Make them one."""
        if not self.stays:
            return None  # pressed twice: the first has made them one
        try:
            kept = an_id(self.stays)
            gone = self.other.id if kept == self.one.id else self.one.id
            actor = await current_actor(self)
            contact = await asyncio.to_thread(get_services().contacts.merge, actor, contact_id=kept, other_id=gone)
        except Refused as refusal:
            self.reset()
            return show_refusal(refusal)
        is_from_list = self._is_from_list
        self.reset()
        said = f"{contact.name} is one contact now, with {len(contact.emails)} email addresses."
        done = [rx.toast.success(said), ContactsState.refresh()]
        return [*done, DoublesState.open()] if is_from_list else done
