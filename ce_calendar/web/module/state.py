"""What the module settings show and do; the rules live in the services."""

import asyncio
from typing import Any, ClassVar

import reflex as rx
from reflex.event import EventSpec, event

from ce_calendar.domain.access import Actor
from ce_calendar.domain.errors import Invalid, Refused
from ce_calendar.services.registry import get_services
from ce_calendar.web.checks import a_text, fields
from ce_calendar.web.components.refusal import show_refusal
from ce_calendar.web.opening import Page
from ce_calendar.web.session import current_actor, put

LONGEST_NUMBER = 40


class ModuleState(Page, rx.State):
    """How often the organization's calendars are read."""

    stored: str = ""
    """The interval that counts, in minutes."""
    entered: str = ""
    """What stands in the field."""
    error: str = ""
    is_overtaken: bool = False
    """Somebody else changed what counts while something unsaved stood in the field."""

    _topics: ClassVar[frozenset[str]] = frozenset({"module"})

    def _arrive(self) -> None:
        # Whoever comes back finds what counts, not what they left unsaved.
        put(self, entered=self.stored, error="", is_overtaken=False)

    async def _fill(self, actor: Actor) -> None:
        values = await asyncio.to_thread(get_services().module_settings.get, actor)
        self._show(str(values.poll_minutes))

    def _show(self, stored: str) -> None:
        is_unsaved = self.entered not in {self.stored, stored}
        is_news = stored != self.stored
        put(
            self,
            is_overtaken=is_unsaved and (is_news or self.is_overtaken),
            entered=self.entered if is_unsaved else stored,
            stored=stored,
        )

    @event
    def enter(self, number: str) -> EventSpec | None:
        """Follow the field."""
        try:
            self.entered = a_text(number, longest=LONGEST_NUMBER)
        except Refused as refusal:
            return show_refusal(refusal)
        self.error = ""
        return None

    @event
    def discard(self) -> None:
        """Put what counts back into the field."""
        put(self, entered=self.stored, error="", is_overtaken=False)

    @event
    async def save(self, form: dict[str, Any]) -> EventSpec | None:
        """Let the entered interval count from now on."""
        try:
            # Of the form: the last key may have been pressed after the field was last followed.
            self.entered = fields(form, "poll_minutes", longest=LONGEST_NUMBER)["poll_minutes"]
            actor = await current_actor(self)
            values = await asyncio.to_thread(get_services().module_settings.change, actor, poll_minutes=self.entered)
        except Invalid as refusal:
            self.error = str(refusal)
            return None
        except Refused as refusal:
            return show_refusal(refusal)
        stored = str(values.poll_minutes)
        put(self, stored=stored, entered=stored, error="", is_overtaken=False)
        return rx.toast.success(f"Saved. Calendars are read every {stored} minutes from now on.")
