"""An own OAuth client: entering it, and doing without it."""

import asyncio
from typing import Any

import reflex as rx
from reflex.event import EventSpec, event

from ce_calendar.domain.access import Actor
from ce_calendar.domain.errors import Invalid, Refused
from ce_calendar.services.registry import get_services
from ce_calendar.web.checks import fields
from ce_calendar.web.components.refusal import show_refusal
from ce_calendar.web.employee_calendars.state import EmployeeCalendarsState
from ce_calendar.web.session import current_actor, put


class ClientState(EmployeeCalendarsState):
    """The form for an own client. The secret stands in the browser's field alone, and goes from there to the vault."""

    is_open: bool = False
    field: str = ""
    """Which field the message is about."""
    error: str = ""
    _arrival: int = 0
    """The opening of the page that the form belongs to."""

    async def _fill(self, actor: Actor) -> None:  # noqa: ARG002 - as every page has it
        if self._arrival != self._arrivals:
            self._arrival = self._arrivals
            put(self, is_open=False, field="", error="")

    @event
    def open(self) -> None:
        """Show the form."""
        self.is_open, self.field, self.error = True, "", ""

    @event
    def close(self) -> None:
        """Put the form away."""
        self.is_open, self.field, self.error = False, "", ""

    @event
    async def save(self, form: dict[str, Any]) -> EventSpec | list[EventSpec] | None:
        """Let consents go through this client."""
        try:
            typed = fields(form, "client_id", "client_secret", longest=1000)
            actor = await current_actor(self)
            await asyncio.to_thread(
                get_services().central_clients.set_own,
                actor,
                client_id=typed["client_id"],
                secret=typed["client_secret"],
            )
        except Invalid as refusal:
            self.field, self.error = refusal.field, str(refusal)
            return None
        except Refused as refusal:
            return show_refusal(refusal)
        self.is_open, self.field, self.error = False, "", ""
        return [rx.toast.success("Kept. The secret lies in the vault."), EmployeeCalendarsState.refresh()]

    @event
    async def remove(self) -> EventSpec | list[EventSpec] | None:
        """Do without the own client."""
        try:
            actor = await current_actor(self)
            await asyncio.to_thread(get_services().central_clients.remove_own, actor)
        except Refused as refusal:
            return show_refusal(refusal)
        return [rx.toast.success("Removed."), EmployeeCalendarsState.refresh()]
