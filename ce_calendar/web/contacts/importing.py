"""Importing contacts from a file: choose, look, take. The file goes to its HTTP route; here is what became of it."""

import asyncio
from collections.abc import AsyncIterator

import reflex as rx
from reflex.event import EventSpec, event

from ce_calendar.domain.errors import Invalid, NotFound, Refused, SignedOut
from ce_calendar.services.registry import get_services
from ce_calendar.web.checks import a_flag, an_id, fields
from ce_calendar.web.components.refusal import show_refusal
from ce_calendar.web.contacts.rows import PreviewRow
from ce_calendar.web.contacts.state import ContactsState
from ce_calendar.web.contacts.transform import result_words, to_preview
from ce_calendar.web.session import current_actor

CLOSED = "closed"
CHOOSING = "choosing"
READING = "reading"
LOOKING = "looking"
TAKING = "taking"

GONE = "The file is not here any more: an hour has passed, or you chose another one elsewhere. Please choose it again."


class ContactImportState(rx.State):
    """The import dialog."""

    step: str = CLOSED
    """`closed`, `choosing`, `reading`, `looking` or `taking`."""
    problem: str = ""
    """Why the file chosen last cannot be read."""
    preview: PreviewRow = PreviewRow()
    overwrite: bool = False

    _import_id: str = ""

    @event
    async def open_dialog(self) -> EventSpec | None:
        """Begin, for who may."""
        try:
            actor = await current_actor(self)
            await asyncio.to_thread(get_services().contact_import.allow, actor)
        except Refused as refusal:
            return show_refusal(refusal)
        self.reset()
        self.step = CHOOSING
        return None

    @event
    def begin_reading(self) -> None:
        """A file is on its way."""
        if self.step != CLOSED:
            self.step, self.problem = READING, ""

    @event
    async def look(self, answer: dict[str, str]) -> EventSpec | None:
        """Show what the route answered about the file."""
        try:
            said = fields(answer, "id", "problem")
            actor = await current_actor(self)
            if not said["id"]:
                self.step = CLOSED if self.step == CLOSED else CHOOSING
                self.problem = said["problem"]
                return None
            target = an_id(said["id"])
            found = await asyncio.to_thread(get_services().contact_import.preview, actor, import_id=target)
        except SignedOut as refusal:
            self.reset()
            return show_refusal(refusal)
        except Refused as refusal:
            self.step, self.problem = CHOOSING, str(refusal)
            return None
        self.step, self.problem, self.overwrite = LOOKING, "", False
        self.preview, self._import_id = to_preview(found), found.import_id
        return None

    @event
    def set_overwrite(self, wanted: bool) -> EventSpec | None:  # noqa: FBT001 - a checkbox
        """Whether the file's names and companies replace ours."""
        try:
            self.overwrite = a_flag(wanted)
        except Refused as refusal:
            return show_refusal(refusal)
        return None

    @event
    async def choose_again(self) -> None:
        """Back to the choice of a file; this one is forgotten."""
        await self._forget()
        self.reset()
        self.step = CHOOSING

    @event
    async def close(self) -> None:
        """Close the dialog; nothing happens."""
        await self._forget()
        self.reset()

    async def _forget(self) -> None:
        if not self._import_id or self.step == TAKING:
            return
        try:
            actor = await current_actor(self)
            await asyncio.to_thread(get_services().contact_import.cancel, actor, import_id=self._import_id)
        except Refused:
            return  # it ends by itself in an hour

    @event
    async def confirm(self) -> AsyncIterator[EventSpec | list[EventSpec] | None]:
        """Take the file over as it was shown."""
        if self.step in {CLOSED, TAKING}:
            yield None  # pressed twice: the first takes it, or has
            return
        if self.step != LOOKING or not self._import_id:
            yield show_refusal(Invalid("Choose a file first."))
            return
        self.step = TAKING
        yield None
        try:
            actor = await current_actor(self)
            result = await asyncio.to_thread(
                get_services().contact_import.confirm, actor, import_id=self._import_id, overwrite=self.overwrite
            )
        except NotFound:
            self.reset()
            self.step, self.problem = CHOOSING, GONE
            return
        except Refused as refusal:
            self.reset()
            yield show_refusal(refusal)
            return
        except Exception:
            self.step = LOOKING
            raise
        self.reset()
        yield [rx.toast.success(result_words(result)), ContactsState.refresh()]
