"""What the connections page shows and does; the rules live in the services."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import ClassVar

import reflex as rx
from reflex.event import EventSpec, event

from ce_calendar.domain.access import Actor, Permission
from ce_calendar.domain.errors import Refused
from ce_calendar.domain.meetings.connections import Provider
from ce_calendar.domain.meetings.privacy import PrivacyLevel
from ce_calendar.services.registry import get_services
from ce_calendar.web.checks import a_flag, a_word, an_id
from ce_calendar.web.components.refusal import show_refusal
from ce_calendar.web.connections.rows import ConnectionRow, DisconnectQuestion, Notice
from ce_calendar.web.connections.transform import notice_for, report_words, to_question, to_rows
from ce_calendar.web.opening import Page
from ce_calendar.web.session import current_actor, put
from ce_calendar.web.slow import slowly


class ConnectionsState(Page, rx.State):
    """Linked accounts of the organization."""

    connections: list[ConnectionRow] = []
    syncing: list[str] = []
    """Ids of the connections this tab asked to sync, for their spinners."""
    may_connect: bool = False
    google_available: bool = False
    credential_source: str = ""
    """Whose OAuth client is used: `tenant`, `platform`, or empty while there is none."""
    notice: Notice = Notice()
    question: DisconnectQuestion = DisconnectQuestion()
    deletes_past: bool = False

    _topics: ClassVar[frozenset[str]] = frozenset({"connections", "timeline"})

    async def _fill(self, actor: Actor) -> None:
        services = get_services()
        found = await asyncio.to_thread(services.connections.list, actor)
        client = services.connecting.client(Provider.GOOGLE)
        put(
            self,
            connections=to_rows(found, zone=actor.zone, language=actor.language, now=datetime.now(UTC)),
            may_connect=actor.may(Permission.CALENDAR_CONNECT),
            google_available=client is not None,
            credential_source=client.source.value if client else "",
        )

    def _arrive(self) -> None:
        query = self.router.url.query_parameters
        self.notice = notice_for(query.get("problem", ""), query.get("connected", ""))

    @event
    def dismiss_notice(self) -> EventSpec:
        """Put the notice away, also from the address, so that a reload does not bring it back."""
        self.notice = Notice()
        return rx.call_script("window.history.replaceState(null, '', window.location.pathname)")

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

    @event
    async def set_privacy(self, connection_id: str, level: str) -> EventSpec | None:
        """Choose how much of one's meetings the organization sees."""
        try:
            wanted, target = a_word(level, PrivacyLevel), an_id(connection_id)
            actor = await current_actor(self)
            await asyncio.to_thread(get_services().connections.set_privacy, actor, connection_id=target, level=wanted)
        except Refused as refusal:
            return show_refusal(refusal)
        return await self._read(touch=False) or rx.toast.success("Saved. Stored meetings follow at once.")

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

    @event
    async def ask_disconnect(self, connection_id: str) -> EventSpec | None:
        """Open the confirmation, which says what would happen."""
        try:
            target = an_id(connection_id)
            actor = await current_actor(self)
            effects = await asyncio.to_thread(
                get_services().connections.disconnect_effects, actor, connection_id=target
            )
        except Refused as refusal:
            return show_refusal(refusal)
        self.deletes_past = False
        self.question = to_question(target, effects)
        return None

    @event
    def keep(self) -> None:
        """Close the confirmation; nothing happens."""
        self.question = DisconnectQuestion()

    @event
    def set_deletes_past(self, wanted: bool) -> EventSpec | None:  # noqa: FBT001 - a checkbox
        """Whether past meetings go, too."""
        try:
            self.deletes_past = a_flag(wanted)
        except Refused as refusal:
            return show_refusal(refusal)
        return None

    @event
    async def disconnect(self) -> EventSpec | None:
        """Disconnect the account the confirmation is about."""
        try:
            target = an_id(self.question.connection_id)
            actor = await current_actor(self)
            await asyncio.to_thread(
                get_services().connections.disconnect, actor, connection_id=target, delete_past=self.deletes_past
            )
        except Refused as refusal:
            return show_refusal(refusal)
        finally:
            self.question = DisconnectQuestion()
        return await self._read(touch=False) or rx.toast.success("Disconnected. Access is being withdrawn at Google.")
