"""The list of contacts, and adding and editing one; the rules live in the services."""

import asyncio
from typing import Any, ClassVar

import reflex as rx
from reflex.event import EventSpec, event

from ce_calendar.domain.access import Actor, Permission
from ce_calendar.domain.errors import Invalid, Refused
from ce_calendar.services.contacts import ContactPage, EmailTaken
from ce_calendar.services.registry import get_services
from ce_calendar.web.checks import an_id, fields
from ce_calendar.web.components.pager import PAGE_SIZE, Searched, last_offset, page_words
from ce_calendar.web.components.refusal import show_refusal
from ce_calendar.web.contacts.rows import ContactRow, FormErrors
from ce_calendar.web.contacts.transform import to_errors, to_row, to_rows
from ce_calendar.web.session import current_actor, put

LONGEST_LIST = 6000
"""Of email addresses."""


class ContactsState(Searched, rx.State):
    """The organization's contacts."""

    contacts: list[ContactRow] = []
    may_change: bool = False
    is_editing: bool = False
    """Whether the dialog is open."""
    form: ContactRow = ContactRow()
    """What the dialog starts with; without an id it adds a contact."""
    errors: FormErrors = FormErrors()
    double: ContactRow = ContactRow()
    """The contact that has an address just entered; without an id there is none."""

    _topics: ClassVar[frozenset[str]] = frozenset({"contacts"})

    async def _fill(self, actor: Actor) -> None:
        found = await self._page(actor)
        if not found.contacts and self.offset:
            # The list became shorter meanwhile.
            self.offset = last_offset(found.total)
            found = await self._page(actor)
        put(
            self,
            contacts=to_rows(found.contacts),
            total=found.total,
            page_words=page_words(self.offset, len(found.contacts), found.total),
            may_change=actor.may(Permission.CALENDAR_CONNECT) or actor.may(Permission.ORG_MANAGE),
        )

    async def _page(self, actor: Actor) -> ContactPage:
        return await asyncio.to_thread(
            get_services().contacts.page, actor, search=self.search, offset=self.offset, limit=PAGE_SIZE
        )

    @event
    def begin_add(self) -> None:
        """Open the dialog, empty."""
        self._open_dialog(ContactRow())

    @event
    async def begin_edit(self, contact_id: str) -> EventSpec | None:
        """Open the dialog with a contact as it is now."""
        try:
            target = an_id(contact_id)
            actor = await current_actor(self)
            contact = await asyncio.to_thread(get_services().contacts.get, actor, contact_id=target)
        except Refused as refusal:
            return show_refusal(refusal)
        self._open_dialog(to_row(contact))
        return None

    def _open_dialog(self, form: ContactRow) -> None:
        self.form, self.errors, self.double = form, FormErrors(), ContactRow()
        self.is_editing = True

    @event
    def cancel(self) -> None:
        """Close the dialog; nothing happens."""
        self.is_editing = False

    @event
    async def save(self, form: dict[str, Any]) -> EventSpec | None:
        """Add the contact, or change the one the dialog was opened for."""
        self.double = ContactRow()
        try:
            entered = fields(form, "name", "email", "company")
            entered |= fields(form, "other_emails", longest=LONGEST_LIST)
            actor = await current_actor(self)
            book = get_services().contacts
            if self.form.id:
                await asyncio.to_thread(book.edit, actor, contact_id=self.form.id, **entered)
            else:
                await asyncio.to_thread(book.add, actor, **entered)
        except EmailTaken as refusal:
            self.errors, self.double = to_errors(refusal), to_row(refusal.contact)
            return None
        except Invalid as refusal:
            self.errors = to_errors(refusal)
            return None
        except Refused as refusal:
            return show_refusal(refusal)
        said = "Saved." if self.form.id else "Added. Meetings with this contact appear after the next sync."
        self.is_editing = False
        return await self._read(touch=False) or rx.toast.success(said)
