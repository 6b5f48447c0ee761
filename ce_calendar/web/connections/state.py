"""What the connections page shows and does; the rules live in the services. Its dialogs have states of their own."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import ClassVar

import reflex as rx
from reflex.event import EventSpec, event

from ce_calendar.domain.access import Actor, Permission
from ce_calendar.domain.errors import Refused
from ce_calendar.domain.meetings.connections import Provider
from ce_calendar.services.connection_views import PAGE_LENGTH, Only
from ce_calendar.services.registry import get_services
from ce_calendar.web.checks import a_flag, a_word, an_id, an_id_or_nothing
from ce_calendar.web.components.pager import Searched, page_words
from ce_calendar.web.components.refusal import show_refusal
from ce_calendar.web.connections.rows import ConnectionRow, Pulse, Told
from ce_calendar.web.connections.told import from_address, to_told, told_once
from ce_calendar.web.connections.transform import report_words, to_pulses, to_rows
from ce_calendar.web.opening import CLEAN_ADDRESS
from ce_calendar.web.session import current_actor, put
from ce_calendar.web.slow import slowly


class ConnectionsState(Searched, rx.State):
    """Linked accounts of the organization, a page at a time."""

    connections: list[ConnectionRow] = []
    pulses: dict[str, Pulse] = {}
    """Apart from the cards, so that a minute that passes, or a run's progress, sends little."""
    syncing: list[str] = []
    """Ids of the connections this tab asked to sync, for their spinners."""
    told: list[Told] = []
    only: str = Only.ALL.value
    everybody: int = 0
    """How many connections the organization has."""
    attention: int = 0
    """How many of them need attention."""
    may_connect: bool = False
    google_available: bool = False
    microsoft_available: bool = False
    credential_source: str = ""
    """Whose OAuth client people sign in to Google with: `tenant`, `platform`, or empty while there is none."""

    _topics: ClassVar[frozenset[str]] = frozenset({"connections", "timeline"})
    _page_size: ClassVar[int] = PAGE_LENGTH
    _from_address: Told = Told()
    _told_once: list[str] = []
    """Notices that need not be told again when the page is opened anew."""
    _over: list[str] = []
    """Notices to put away, since the page was opened anew."""

    async def _fill(self, actor: Actor) -> None:
        services = get_services()
        await self._put_away(actor)
        found = await asyncio.to_thread(
            services.connections.list,
            actor,
            search=self.search,
            only=Only(self.only),
            offset=self.offset,
            limit=PAGE_LENGTH,
        )
        notices = await asyncio.to_thread(services.notices.mine, actor)
        clients = await asyncio.to_thread(services.connecting.clients, actor)
        google = clients.get(Provider.GOOGLE)
        told = to_told(notices)
        self._told_once = told_once(notices, told)
        put(
            self,
            connections=to_rows(found.views),
            pulses=to_pulses(found.views, zone=actor.zone, language=actor.language, now=datetime.now(UTC)),
            told=[*([self._from_address] if self._from_address.title else []), *told],
            total=found.total,
            page_words=page_words(self.offset, len(found.views), found.total, size=PAGE_LENGTH),
            everybody=found.everybody,
            attention=found.attention,
            may_connect=actor.may(Permission.CALENDAR_CONNECT),
            google_available=google is not None,
            microsoft_available=Provider.MICROSOFT in clients,
            credential_source=google.source.value if google else "",
        )

    async def _put_away(self, actor: Actor) -> None:
        over, self._over = self._over, []
        for notice_id in over:
            await asyncio.to_thread(get_services().notices.dismiss, actor, notice_id=notice_id)

    def _arrive(self) -> EventSpec | None:
        query = self.router.url.query_parameters
        self._from_address = from_address(query.get("problem", ""), query.get("provider", ""))
        # Who comes back from a consent has not seen what came of it, although a refresh may have read it already.
        self._over = [] if "connected" in query else self._told_once
        self._told_once = []
        put(self, search="", only=Only.ALL.value, offset=0)
        return rx.call_script(CLEAN_ADDRESS) if query else None

    @event
    async def dismiss(self, notice_id: str) -> EventSpec | None:
        """Put a notice away."""
        try:
            wanted = an_id_or_nothing(notice_id)
            actor = await current_actor(self)
            if wanted:
                await asyncio.to_thread(get_services().notices.dismiss, actor, notice_id=wanted)
        except Refused as refusal:
            return show_refusal(refusal)
        if not wanted:
            self._from_address = Told()
        return await self._read(touch=False)

    @event
    async def show_only(self, which: str) -> EventSpec | None:
        """Show all, one's own, or those that need attention."""
        try:
            self.only = a_word(which, Only).value
        except Refused as refusal:
            return show_refusal(refusal)
        self.offset = 0
        return await self._read(touch=True)

    @event
    async def set_auto_sync(self, connection_id: str, enabled: bool) -> EventSpec | None:  # noqa: FBT001 - a switch
        """Pause or resume a connection."""
        try:
            wanted, target = a_flag(enabled), an_id(connection_id)
            actor = await current_actor(self)
            await asyncio.to_thread(
                get_services().connections.set_auto_sync, actor, connection_id=target, enabled=wanted
            )
        except Refused as refusal:
            return show_refusal(refusal)
        return await self._read(touch=False)

    @event(background=True)
    async def sync_now(self, connection_id: str) -> AsyncIterator[EventSpec]:
        """Run one sync while the page stays responsive."""
        try:
            target = an_id(connection_id)
            actor = await current_actor(self)
        except Refused as refusal:
            yield show_refusal(refusal)
            return
        async with self:
            if target in self.syncing:
                return  # pressed twice
            self.syncing = [*self.syncing, target]
        try:
            report = await slowly(get_services().syncing.sync_now, actor, connection_id=target)
            yield rx.toast.success(f"Synced: {report_words(report)}.")
        except Refused as refusal:
            yield show_refusal(refusal)
        finally:
            async with self:
                self.syncing = [other for other in self.syncing if other != target]
        yield ConnectionsState.refresh()
