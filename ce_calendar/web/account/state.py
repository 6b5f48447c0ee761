"""One's own password, zone and language, and signed-in browsers."""

import asyncio
from datetime import UTC, datetime
from typing import Any, ClassVar

import reflex as rx
from reflex.event import EventSpec, event

from ce_calendar.domain.access import Actor
from ce_calendar.domain.errors import Invalid, Refused
from ce_calendar.services.registry import get_services
from ce_calendar.web.account.rows import PasswordErrors, SessionRow
from ce_calendar.web.account.transform import new_password, to_errors, to_rows
from ce_calendar.web.checks import an_id, fields
from ce_calendar.web.components.refusal import show_refusal
from ce_calendar.web.opening import Page
from ce_calendar.web.session import current_actor, put


class AccountState(Page, rx.State):
    """The signed-in person's own settings."""

    zone: str = ""
    language: str = ""
    sessions: list[SessionRow] = []
    errors: PasswordErrors = PasswordErrors()
    zone_error: str = ""

    _topics: ClassVar[frozenset[str]] = frozenset()

    async def _fill(self, actor: Actor) -> None:
        found = await asyncio.to_thread(get_services().accounts.sessions, actor)
        zone, language = actor.zone, actor.language
        rows = to_rows(found, current_id=actor.session_id, zone=zone, language=language, now=datetime.now(UTC))
        put(self, sessions=rows, zone=zone, language=language)

    @event
    async def change_password(self, form: dict[str, Any]) -> EventSpec | list[EventSpec] | None:
        """Take a new password; other browsers are signed out."""
        self.errors = PasswordErrors()
        try:
            entered = new_password(form)
            actor = await current_actor(self)
            await asyncio.to_thread(
                get_services().accounts.change_password, actor, current=entered["current"], new=entered["new"]
            )
        except Invalid as refusal:
            self.errors = to_errors(refusal)
            return None
        except Refused as refusal:
            return show_refusal(refusal)
        done = [
            rx.toast.success("Your password is changed. Other browsers were signed out."),
            rx.call_script("document.getElementById('password-form')?.reset()"),
        ]
        problem = await self._read(touch=False)
        return problem or done

    @event
    async def choose_locale(self, form: dict[str, Any]) -> EventSpec | None:
        """Take a zone and a language in place of the browser's."""
        self.zone_error = ""
        try:
            entered = fields(form, "zone", "language")
            actor = await current_actor(self)
            await asyncio.to_thread(get_services().accounts.choose_locale, actor, **entered)
        except Invalid as refusal:
            if refusal.field != "zone":
                return show_refusal(refusal)
            self.zone_error = str(refusal)
            return None
        except Refused as refusal:
            return show_refusal(refusal)
        return await self._read(touch=False) or rx.toast.success("Saved. Days and times follow from now on.")

    @event
    async def end_session(self, session_id: str) -> EventSpec | None:
        """Sign another of one's browsers out."""
        try:
            target = an_id(session_id)
            actor = await current_actor(self)
            await asyncio.to_thread(get_services().accounts.end_session, actor, session_id=target)
        except Refused as refusal:
            return show_refusal(refusal)
        return await self._read(touch=False) or rx.toast.success("That browser is signed out.")

    @event
    async def end_other_sessions(self) -> EventSpec | None:
        """Sign all of one's other browsers out."""
        try:
            actor = await current_actor(self)
            await asyncio.to_thread(get_services().accounts.end_other_sessions, actor)
        except Refused as refusal:
            return show_refusal(refusal)
        return await self._read(touch=False) or rx.toast.success("All other browsers are signed out.")
