"""The first address: goes on to the first screen the person may see."""

import reflex as rx
from reflex.event import EventSpec, event

from ce_calendar.domain.access import Actor, Permission
from ce_calendar.domain.errors import Refused
from ce_calendar.web import addresses
from ce_calendar.web.components.refusal import show_refusal
from ce_calendar.web.layout import framed
from ce_calendar.web.session import current_actor


def first_screen(actor: Actor) -> str:
    """Where this person starts."""
    if actor.may(Permission.CALENDAR_VIEW):
        return addresses.ACTIVITY
    if actor.may(Permission.ERP_VIEW):
        return addresses.EMPLOYEES
    return addresses.MODULE if actor.may(Permission.ORG_MANAGE) else addresses.ACCOUNT


class HomeState(rx.State):
    """Holds nothing: it only knows the way."""

    @event
    async def load(self) -> EventSpec:
        """Go on."""
        try:
            actor = await current_actor(self)
        except Refused as refusal:
            return show_refusal(refusal)
        return rx.redirect(first_screen(actor), replace=True)


def page() -> rx.Component:
    """A frame for the blink of an eye."""
    return framed(rx.skeleton(width="40%", height="32px"), rx.skeleton(width="100%", height="120px"))
