"""Open pages that update by themselves: who has which page open, and telling them to read again.

A page signs up when it loads. Services announce changes from any thread; the announcements of a moment are
gathered, and every page concerned gets one refresh, which runs as that tab's own event: it looks its session up
and reads through the services, so a push carries no data and grants no right. Knows nothing of Reflex; `push.py` does.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Collection, Iterable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

GATHER_SECONDS = 0.2
"""Announcements within this time lead to one refresh per tab."""
TICK_SECONDS = 60.0
"""Open pages read again this often: "3 minutes ago" ages, and a session that ended empties its tabs."""
FORGET_SECONDS = 120.0
"""How long a tab may be away (asleep, between two websockets) before it must sign up again."""

CLOCK = "clock"
"""The topic every page listens to."""


Push = Callable[[str, Any], Awaitable[asyncio.Future[Any] | None]]
"""Starts the refresh of a tab and returns what tells when it is done."""

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class OpenPage:
    """One tab, and what it shows."""

    organization_id: str
    topics: frozenset[str]
    refresh: Any
    """The event handler that makes the page read again."""
    last_seen: float
    pending: asyncio.Future[Any] | None = None
    is_owed: bool = False
    """A change came while a refresh was running, perhaps too late for it."""

    @property
    def is_busy(self) -> bool:
        """Whether its last refresh is still running."""
        return self.pending is not None and not self.pending.done()


@dataclass(slots=True)
class LivePages:
    """The tabs of this process. `announce` may be called from any thread, the rest from the event loop."""

    pages: dict[str, OpenPage] = field(default_factory=dict)
    _dirty: set[tuple[str, str]] = field(default_factory=set)
    _lock: Lock = field(default_factory=Lock)
    _loop: asyncio.AbstractEventLoop | None = None
    _wake: asyncio.Event | None = None

    def watch(self, token: str, *, organization_id: str, topics: Iterable[str], refresh: object) -> None:
        """A tab shows a page now; it replaces the page the tab showed before."""
        if not token:
            return
        shown = frozenset(topics) | {CLOCK}
        known = self.pages.get(token)
        if known is None:
            self.pages[token] = OpenPage(organization_id, shown, refresh, last_seen=time.monotonic())
        else:
            # In place: what is owed to the tab, and what it is busy with, stays true.
            known.organization_id, known.topics, known.refresh = organization_id, shown, refresh

    def forget(self, token: str) -> None:
        """A tab shows nothing that could change any more."""
        self.pages.pop(token, None)

    def announce(self, organization_id: str, topic: str) -> None:
        """Say that a topic of an organization changed. Never blocks, never fails."""
        with self._lock:
            self._dirty.add((organization_id, topic))
            loop, wake = self._loop, self._wake
        if loop is not None and wake is not None:
            # The loop may be closing: then nobody is left to be told.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(wake.set)

    async def run(
        self,
        *,
        connected: Callable[[], Collection[str]],
        push: Push,
        gather_seconds: float = GATHER_SECONDS,
        tick_seconds: float = TICK_SECONDS,
    ) -> None:
        """Carry announcements to the tabs until cancelled.

        Args:
            connected: the tokens whose websocket is open now.
            push: refreshes one tab.
            gather_seconds: how long to gather before pushing.
            tick_seconds: how often to refresh though nothing was announced.
        """
        wake = asyncio.Event()
        with self._lock:
            self._loop, self._wake = asyncio.get_running_loop(), wake
            if self._dirty:
                wake.set()
        next_tick = time.monotonic() + tick_seconds
        try:
            while True:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(wake.wait(), max(0.0, next_tick - time.monotonic()))
                is_tick = time.monotonic() >= next_tick
                if is_tick:
                    next_tick = time.monotonic() + tick_seconds
                await asyncio.sleep(gather_seconds)
                wake.clear()
                await self._push_round(self._take_dirty(), is_tick=is_tick, connected=connected(), push=push)
                if any(page.is_owed for page in self.pages.values()):
                    wake.set()
        finally:
            with self._lock:
                self._loop = self._wake = None

    def _take_dirty(self) -> set[tuple[str, str]]:
        with self._lock:
            dirty, self._dirty = self._dirty, set()
        return dirty

    async def _push_round(
        self,
        dirty: set[tuple[str, str]],
        *,
        is_tick: bool,
        connected: Collection[str],
        push: Push,
    ) -> None:
        now = time.monotonic()
        for token, page in list(self.pages.items()):
            if token in connected:
                page.last_seen = now
            elif now - page.last_seen > FORGET_SECONDS:
                self.pages.pop(token, None)
                continue
            else:
                continue  # it reads everything again when it comes back
            topics = {topic for organization_id, topic in dirty if organization_id == page.organization_id}
            page.is_owed = page.is_owed or is_tick or bool(topics & page.topics)
            if page.is_owed and not page.is_busy:
                page.is_owed = False
                await self._refresh(token, page, push)

    async def _refresh(self, token: str, page: OpenPage, push: Push) -> None:
        try:
            page.pending = await push(token, page.refresh)
        except Exception:
            # One tab that cannot be told must not silence the others.
            logger.exception("An open page could not be refreshed")


live = LivePages()
"""The tabs of this process; bootstrap hands it to the services as their Announcer."""
