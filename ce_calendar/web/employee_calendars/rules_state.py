"""The parameters as entered, and what they would make of a real task."""

import asyncio
from typing import Any

import reflex as rx
from reflex.event import EventSpec, event

from ce_calendar.domain.access import Actor
from ce_calendar.domain.employees.rules import CalendarRules, OnEmailChange
from ce_calendar.domain.errors import Refused
from ce_calendar.services.employees.rules import InvalidRules
from ce_calendar.services.registry import get_services
from ce_calendar.web.checks import a_flag, a_text, a_word, fields
from ce_calendar.web.components.refusal import show_refusal
from ce_calendar.web.employee_calendars.rows import PreviewRow
from ce_calendar.web.employee_calendars.state import EmployeeCalendarsState
from ce_calendar.web.employee_calendars.transform import NO, YES, from_entered, to_entered, to_preview
from ce_calendar.web.session import current_actor, put

LONGEST = 5_000
TYPED = (
    "zone",
    "calendar_name",
    "event_title",
    "event_description",
    "duration_minutes",
    "reminder_minutes",
    "first_import_days",
    "pace_per_minute",
)
"""What is typed, rather than chosen."""
BLANK = to_entered(CalendarRules())


class RulesState(EmployeeCalendarsState):
    """A part of the page: filled, refreshed and emptied with it."""

    stored: dict[str, str] = BLANK
    """What counts."""
    entered: dict[str, str] = BLANK
    """What stands in the fields."""
    errors: dict[str, str] = {}
    preview: PreviewRow = PreviewRow()
    _arrival: int = 0
    """The opening of the page that the fields were filled for."""

    @rx.var
    def is_unsaved(self) -> bool:
        """Whether something stands there that does not count yet."""
        return self.entered != self.stored

    async def _fill(self, actor: Actor) -> None:
        rules = await asyncio.to_thread(get_services().rules.get, actor)
        stored = to_entered(rules)
        is_new, self._arrival = self._arrival != self._arrivals, self._arrivals
        # What somebody types stays; all else follows what counts, and whoever comes back finds that alone.
        entered = {
            name: stored[name] if is_new or self.entered.get(name) == self.stored.get(name) else self.entered[name]
            for name in stored
        }
        if is_new:
            put(self, errors={})
        put(self, stored=stored, entered=entered)
        await self._show_preview(actor)

    async def _show_preview(self, actor: Actor) -> None:
        shown = await asyncio.to_thread(get_services().rule_preview.preview, actor, **from_entered(self.entered))
        put(
            self,
            preview=to_preview(shown, language=actor.language, zone=self.entered["zone"]),
            errors={**{name: said for name, said in self.errors.items() if name not in TYPED}, **shown.problems},
        )

    async def _take(self, **changed: str) -> EventSpec | None:
        self.entered = {**self.entered, **changed}
        self.errors = {name: said for name, said in self.errors.items() if name not in changed}
        try:
            await self._show_preview(await current_actor(self))
        except Refused as refusal:
            return show_refusal(refusal)
        return None

    @event
    async def enter(self, name: str, text: str) -> EventSpec | None:
        """Follow a field."""
        try:
            typed = a_text(text, longest=LONGEST, strip=False)
        except Refused as refusal:
            return show_refusal(refusal)
        return await self._take(**{name: typed}) if name in TYPED else None

    @event
    async def show_departments(self, wanted: bool) -> EventSpec | None:  # noqa: FBT001 - a checkbox
        """Whether departments' tasks show."""
        try:
            return await self._take(shows_departments=YES if a_flag(wanted) else NO)
        except Refused as refusal:
            return show_refusal(refusal)

    @event
    async def choose_on_email_change(self, choice: str) -> EventSpec | None:
        """What becomes of a calendar when the email changes."""
        try:
            return await self._take(on_email_change=a_word(choice, OnEmailChange).value)
        except Refused as refusal:
            return show_refusal(refusal)

    @event
    async def discard(self) -> EventSpec | None:
        """Put what counts back into the fields."""
        self.errors = {}
        return await self._take(**self.stored)

    @event
    async def save(self, form: dict[str, Any]) -> EventSpec | None:
        """Let what was entered count from now on."""
        try:
            # Of the form: the last key may have been pressed after the field was last followed.
            typed = fields(form, *TYPED, longest=LONGEST, strip=False)
            self.entered = {**self.entered, **{name: text for name, text in typed.items() if name in form}}
            actor = await current_actor(self)
            # No more than that: what somebody else saved meanwhile, and this page may not have heard of, stays.
            touched = {name: text for name, text in self.entered.items() if text != self.stored[name]}
            rules = await asyncio.to_thread(get_services().rules.change, actor, **from_entered(touched))
        except InvalidRules as refusal:
            self.errors = dict(refusal.problems)
            return rx.toast.error("Not saved: something has to be put right first.")
        except Refused as refusal:
            return show_refusal(refusal)
        stored = to_entered(rules)
        put(self, stored=stored, entered=stored, errors={})
        return rx.toast.success("Saved. The calendars follow.")
