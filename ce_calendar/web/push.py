"""The Reflex end of `live`: finds connected tabs and queues their refresh as their own event."""

import asyncio
from collections.abc import Collection
from typing import Any

import reflex as rx
from reflex.event import Event

from ce_calendar.web.live import live


async def push_to_open_pages(app: rx.App) -> None:
    """The lifespan task that keeps open pages up to date."""

    def connected() -> Collection[str]:
        namespace = app.event_namespace
        return frozenset(namespace.token_to_sid) if namespace is not None else frozenset()

    async def push(token: str, refresh: Any) -> asyncio.Future[Any] | None:  # noqa: ANN401 - a Reflex event handler
        futures = await app.event_processor.enqueue_many(token, *Event.from_event_type(refresh))
        return futures[0] if futures else None

    await live.run(connected=connected, push=push)
