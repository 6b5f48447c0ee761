"""The same pages read into memory by gcal-sync 8.0, in its own environment and a fresh process.

Imports nothing of ours but what it tells its result with: the product is not installed there.
"""

import asyncio
import sys
import time

import aiohttp
from gcal_sync.api import GoogleCalendarService, ListEventsRequest
from gcal_sync.auth import AbstractAuth
from gcal_sync.store import InMemoryCalendarStore
from gcal_sync.sync import CalendarEventSyncManager

from bench.told import Begun, Taken, tell

CALENDAR = "bench@gmail.example"


class NoAuth(AbstractAuth):
    """The static server looks at no token."""

    async def async_get_access_token(self) -> str:
        """Any."""
        return "bench-access"


async def listed(google: str) -> tuple[Taken, int]:
    """Read every page and keep the events: the least it can do."""
    async with aiohttp.ClientSession() as session:
        service = GoogleCalendarService(NoAuth(session, f"{google}/calendar/v3"))
        begun = Begun()
        kept = []
        async for page in await service.async_list_events(ListEventsRequest(calendar_id=CALENDAR)):
            kept += page.items
        return begun.taken(), len(kept)


async def synced(google: str) -> tuple[Taken, int]:
    """Run its own sync into its store in memory, as an application that syncs does."""
    async with aiohttp.ClientSession() as session:
        service = GoogleCalendarService(NoAuth(session, f"{google}/calendar/v3"))
        store = InMemoryCalendarStore()
        manager = CalendarEventSyncManager(service, CALENDAR, store)
        begun = Begun()
        await manager.run()
        taken = begun.taken()
        data = await store.async_load() or {}
        return taken, len(data["event_sync"][CALENDAR]["items"])


async def unchanged(google: str, wanted_seconds: float) -> tuple[float, int]:
    """Sync again and again with the token of the first time; nothing has changed."""
    async with aiohttp.ClientSession() as session:
        service = GoogleCalendarService(NoAuth(session, f"{google}/calendar/v3"))
        manager = CalendarEventSyncManager(service, CALENDAR, InMemoryCalendarStore())
        await manager.run()
        begun, runs = time.perf_counter(), 0
        while (seconds := time.perf_counter() - begun) < wanted_seconds:
            await manager.run()
            runs += 1
        return seconds, runs


def main(what: str, google: str, count: float) -> None:
    """Measure one thing."""
    if what == "unchanged":
        seconds, runs = asyncio.run(unchanged(google, wanted_seconds=count))
        tell(seconds=seconds, syncs=runs)
        return
    taken, found = asyncio.run({"listed": listed, "synced": synced}[what](google))
    assert found == count, found
    tell(**taken, events=found)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]))
