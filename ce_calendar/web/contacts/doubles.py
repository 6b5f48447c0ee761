"""Contacts that may be one person, as a list to go through."""

import asyncio

import reflex as rx
from reflex.event import EventSpec, event

from ce_calendar.domain.errors import Refused
from ce_calendar.services.registry import get_services
from ce_calendar.web.components.refusal import show_refusal
from ce_calendar.web.contacts.rows import PairRow
from ce_calendar.web.contacts.transform import to_row
from ce_calendar.web.session import current_actor


class DoublesState(rx.State):
    """The list's dialog."""

    is_open: bool = False
    pairs: list[PairRow] = []
    more: int = 0
    """How many pairs there are beyond those shown."""

    @event
    async def open(self) -> EventSpec | None:
        """Look for them, and show what was found."""
        try:
            actor = await current_actor(self)
            found = await asyncio.to_thread(get_services().contacts.doubles, actor)
        except Refused as refusal:
            self.reset()
            return show_refusal(refusal)
        self.pairs = [PairRow(to_row(one), to_row(other)) for one, other in found.pairs]
        self.more = found.total - len(found.pairs)
        self.is_open = True
        return None

    @event
    def close(self) -> None:
        """Close the dialog."""
        self.reset()
