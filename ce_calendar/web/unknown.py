"""Addresses that lead nowhere."""

import reflex as rx
from reflex.event import EventSpec, event

from ce_calendar.domain.errors import Refused
from ce_calendar.web import addresses
from ce_calendar.web.components.words import empty_state, link_button
from ce_calendar.web.frame import FrameState
from ce_calendar.web.layout import framed
from ce_calendar.web.session import current_actor


class UnknownState(rx.State):
    """Fills the frame for who is signed in; the page itself says the same to everybody."""

    @event
    async def load(self) -> EventSpec | None:
        """Show the frame."""
        frame = await self.get_state(FrameState)
        try:
            frame._show(await current_actor(self))  # noqa: SLF001 - our own
        except Refused:
            frame.reset()
        return None


def page() -> rx.Component:
    """There is nothing here, and here is the way back."""
    return framed(
        empty_state(
            "map",
            "There is no such page",
            "The address may be mistyped, or the page has moved.",
            link_button("Go to the start", addresses.HOME, variant="soft"),
            level="h1",
        )
    )
