"""What every page does when it opens, and again when something changed."""

import logging
from typing import ClassVar

import reflex as rx
from reflex.event import EventSpec, event

from ce_calendar.domain.access import Actor
from ce_calendar.domain.errors import AccessDenied, Refused, SignedOut
from ce_calendar.web.components.refusal import show_refusal
from ce_calendar.web.components.words import failed, forbidden
from ce_calendar.web.frame import FrameState, ask_browser
from ce_calendar.web.live import live
from ce_calendar.web.session import current_actor, put

logger = logging.getLogger(__name__)

LOADING = "loading"
READY = "ready"
FORBIDDEN = "forbidden"
FAILED = "failed"

CLEAN_ADDRESS = "window.history.replaceState(window.history.state, '', window.location.pathname)"
"""A reload, or a bookmark, does not tell again what the address told once."""


class Page(rx.State, mixin=True):
    """A page that fills itself for whoever is signed in, and stays up to date. A page adds `_fill`."""

    phase: str = LOADING
    """`loading`, `ready`, `forbidden` or `failed`."""

    _topics: ClassVar[frozenset[str]] = frozenset()
    """What the page shows, in the words services announce."""

    async def _fill(self, actor: Actor) -> None:
        """Read what the page shows. May raise any `Refused`."""

    async def _fill_parts(self, actor: Actor) -> None:
        """Fill the parts that have a state of their own: subclasses, which Reflex also resets with the page."""
        for part in type(self).get_substates():
            if issubclass(part, Page):
                await (await self.get_state(part))._fill(actor)  # noqa: SLF001 - our own

    def _arrive(self) -> EventSpec | None:
        """What only the opening of the page does, before it is filled; and what the tab shall do then."""
        return None

    @event
    async def load(self) -> list[EventSpec] | EventSpec | None:
        """Fill the page for whoever is signed in now."""
        asked = self._arrive()
        problem = await self._read(touch=True)
        if self.phase in {READY, FORBIDDEN}:
            return [ask_browser(), *([asked] if asked is not None else [])]
        return problem

    @event
    async def refresh(self) -> EventSpec | None:
        """Read the page again, as `live` asks for; does not count as something the person did."""
        return await self._read(touch=False)

    async def _read(self, *, touch: bool) -> EventSpec | None:
        frame = await self.get_state(FrameState)
        token = self.router.session.client_token
        try:
            actor = await current_actor(self, touch=touch)
            frame._show(actor)  # noqa: SLF001 - our own
            # Before reading: what changes meanwhile is told afterwards.
            live.watch(token, organization_id=actor.organization_id, topics=self._topics, refresh=type(self).refresh)
            await self._fill(actor)
            await self._fill_parts(actor)
        except SignedOut as refusal:
            live.forget(token)
            self.reset()
            frame.reset()
            return show_refusal(refusal)
        except AccessDenied:
            live.forget(token)
            self.reset()
            self.phase = FORBIDDEN
            return None
        except Refused as refusal:
            self.phase = READY if self.phase == READY else FAILED
            return show_refusal(refusal)
        except Exception:
            logger.exception("The page could not be read")
            self.phase = FAILED
            return None
        put(self, phase=READY)
        return None


def by_phase(page: type[Page], *, ready: rx.Component, loading: rx.Component) -> rx.Component:
    """What a page shows in each phase."""
    return rx.match(
        page.phase,
        (READY, ready),
        (FORBIDDEN, forbidden()),
        (FAILED, failed(page.load)),
        loading,
    )
