"""The dialog in which managers keep statuses."""

import asyncio
from typing import Any

from reflex.event import EventSpec, event

from ce_calendar.domain.access import Actor
from ce_calendar.domain.employees.tasks import SystemRole
from ce_calendar.domain.errors import Invalid, NotFound, Refused
from ce_calendar.services.registry import get_services
from ce_calendar.web.checks import a_flag, an_id, fields
from ce_calendar.web.components.refusal import show_refusal
from ce_calendar.web.session import current_actor, put
from ce_calendar.web.tasks.rows import StatusErrors, StatusRow
from ce_calendar.web.tasks.state import TasksState
from ce_calendar.web.tasks.transform import to_status_errors, to_status_lines


class StatusesState(TasksState):
    """All statuses, and the one that is being edited; a part of the tasks page."""

    is_shown: bool = False
    lines: list[StatusRow] = []
    status_form: StatusRow = StatusRow()
    """What the fields start with; without an id they add one."""
    is_editing: bool = False
    status_version: int = 0
    """Counts up when the fields are to show something else."""
    status_errors: StatusErrors = StatusErrors()

    _arrival: int = 0
    """During which visit to the page the dialog was opened."""

    async def _fill(self, actor: Actor) -> None:
        if self._arrival != self._arrivals:
            self.is_shown = False
        if self.is_shown:
            lines = await asyncio.to_thread(get_services().statuses.all, actor)
            put(self, lines=to_status_lines(lines))

    @event
    async def open_statuses(self) -> EventSpec | None:
        """Show them."""
        try:
            actor = await current_actor(self)
            self.is_shown, self._arrival = True, self._arrivals
            await self._fill(actor)
        except Refused as refusal:
            self.is_shown = False
            return show_refusal(refusal)
        put(self, is_editing=False, status_errors=StatusErrors())
        return None

    @event
    def close_statuses(self) -> None:
        """Close the dialog."""
        self.is_shown = False

    @event
    def begin_status(self, status_id: str) -> EventSpec | None:
        """Edit one of those listed, or add one for the empty id."""
        listed = [StatusRow(role=SystemRole.NOT_COMPLETED.value), *self.lines]
        found = next((each for each in listed if each.id == status_id), None)
        if found is None:
            return show_refusal(NotFound("status"))
        put(self, status_form=found, is_editing=True, status_errors=StatusErrors())
        self.status_version += 1
        return None

    @event
    def cancel_status(self) -> None:
        """Leave it as it is."""
        self.is_editing = False

    @event
    async def save_status(self, form: dict[str, Any]) -> EventSpec | None:
        """Add the status, or change the one the fields were filled with."""
        if not self.is_editing:
            return None  # pressed twice: the first has saved it
        try:
            entered = fields(form, "name", "role", "color_id")
            actor = await current_actor(self)
            book = get_services().statuses
            if self.status_form.id:
                await asyncio.to_thread(book.change, actor, status_id=self.status_form.id, **entered)
            else:
                await asyncio.to_thread(book.add, actor, **entered)
        except Invalid as refusal:
            self.status_errors = to_status_errors(refusal)
            return None
        except Refused as refusal:
            return show_refusal(refusal)
        self.is_editing = False
        return TasksState.refresh()

    @event
    async def move_status(self, status_id: str, is_up: bool) -> EventSpec | None:  # noqa: FBT001 - a button's
        """Let it change places with its neighbour."""
        try:
            target, way = an_id(status_id), a_flag(is_up)
            actor = await current_actor(self)
            await asyncio.to_thread(get_services().statuses.move, actor, status_id=target, is_up=way)
        except Refused as refusal:
            return show_refusal(refusal)
        return TasksState.refresh()

    @event
    async def remove_status(self, status_id: str) -> EventSpec | None:
        """Remove one that no task has."""
        try:
            target = an_id(status_id)
            actor = await current_actor(self)
            await asyncio.to_thread(get_services().statuses.remove, actor, status_id=target)
        except Refused as refusal:
            return show_refusal(refusal)
        return TasksState.refresh()
