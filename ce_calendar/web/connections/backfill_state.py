"""The way into the vault, as the connections page shows it."""

import asyncio
from datetime import UTC, datetime

from reflex.event import EventSpec, event

from ce_calendar.domain.access import Actor
from ce_calendar.domain.errors import Refused
from ce_calendar.services.registry import get_services
from ce_calendar.web.components.refusal import show_refusal
from ce_calendar.web.connections.backfill_rows import BackfillRow, UnopenedRow, to_backfill, to_unopened
from ce_calendar.web.connections.state import ConnectionsState
from ce_calendar.web.session import current_actor, put


class BackfillState(ConnectionsState):
    """A part of the connections page: filled, refreshed and emptied with it."""

    backfill: BackfillRow = BackfillRow()
    unopened: list[UnopenedRow] = []

    async def _fill(self, actor: Actor) -> None:
        view = await asyncio.to_thread(get_services().backfill.view, actor)
        put(self, backfill=to_backfill(view, now=datetime.now(UTC)), unopened=to_unopened(view))

    @event
    async def start_backfill(self) -> EventSpec | None:
        """Begin to move what waits into the vault."""
        return await self._start(again=False)

    @event
    async def try_unopened_again(self) -> EventSpec | None:
        """Begin again, with what could not be opened before."""
        return await self._start(again=True)

    async def _start(self, *, again: bool) -> EventSpec | None:
        try:
            actor = await current_actor(self)
            await asyncio.to_thread(get_services().backfill.start, actor, again=again)
        except Refused as refusal:
            return show_refusal(refusal)
        return ConnectionsState.refresh()
