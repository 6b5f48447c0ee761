"""What the frame around every page knows of the person, and the guard that keeps people's states apart."""

import asyncio

import reflex as rx
from reflex.event import Event, EventSpec, event
from reflex.middleware.middleware import Middleware
from reflex.state import BaseState, StateUpdate

from ce_calendar.domain.access import Actor, Permission
from ce_calendar.domain.errors import Refused, SignedOut
from ce_calendar.services.registry import get_services
from ce_calendar.web.checks import a_text
from ce_calendar.web.components.refusal import show_refusal
from ce_calendar.web.live import live
from ce_calendar.web.session import current_actor, fingerprint, put, token_in

BROWSER_LOCALE = "[Intl.DateTimeFormat().resolvedOptions().timeZone || '', navigator.language || '']"
LONGEST_LOCALE_WORD = 64

_HYDRATING = (".hydrate", ".hydrate_and_load")


def initials(name: str) -> str:
    """Up to two letters that stand for a name."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper() or "?"


class FrameState(rx.State):
    """The signed-in person, as side bar and top bar show them."""

    name: str = ""
    email: str = ""
    initials: str = ""
    organization: str = ""
    sees_meetings: bool = False
    """May open the pages of community engagement."""
    manages: bool = False
    """May open the organization's settings."""
    sees_employees: bool = False
    """May open the pages of employees and their tasks."""
    manages_employees: bool = False
    """May open the settings of employee calendars."""

    def _show(self, actor: Actor) -> None:
        put(
            self,
            name=actor.name,
            email=actor.email,
            initials=initials(actor.name),
            organization=actor.organization_name,
            sees_meetings=actor.may(Permission.CALENDAR_VIEW),
            manages=actor.may(Permission.ORG_MANAGE),
            sees_employees=actor.may(Permission.ERP_VIEW),
            manages_employees=actor.may(Permission.ERP_MANAGE),
        )

    @event
    async def remember_browser(self, found: list[str]) -> list[EventSpec] | EventSpec | None:
        """Take the browser's zone and language for the person, unless they chose their own."""
        try:
            zone, language = _browser_locale(found)
            actor = await current_actor(self, touch=False)
            if not zone or (zone, language) == (actor.zone, actor.language):
                return None
            await asyncio.to_thread(get_services().accounts.remember_browser, actor, zone=zone, language=language)
            now = await current_actor(self, touch=False)
        except SignedOut as refusal:
            return show_refusal(refusal)
        except Refused:
            return None  # a browser with a zone we do not know: the person keeps the one they have
        if (now.zone, now.language) == (actor.zone, actor.language):
            return None
        page = live.pages.get(self.router.session.client_token)
        return page.refresh() if page is not None else None


def _browser_locale(found: object) -> tuple[str, str]:
    if not isinstance(found, list) or len(found) != 2:  # noqa: PLR2004 - zone and language
        return "", ""
    return a_text(found[0], longest=LONGEST_LOCALE_WORD), a_text(found[1], longest=LONGEST_LOCALE_WORD)


def ask_browser() -> EventSpec:
    """Ask the tab for its zone and language."""
    return rx.call_script(BROWSER_LOCALE, callback=FrameState.remember_browser)


class IdentityState(rx.State):
    """Whose data this tab's states hold. Nothing of it goes to the browser."""

    _session: str = ""
    """Fingerprint of the session; empty in a tab that is new."""


class OneIdentity(Middleware):
    """Empties a tab's states before anything leaves them for another session than they were filled for.

    A tab keeps its token over sign-out and sign-in, and the first thing sent to a page is the whole state of the
    tab: so whose it is must be settled before, and a session that has ended must not be shown what it once saw.
    """

    async def preprocess(self, app: rx.App, state: BaseState, event: Event) -> StateUpdate | None:  # noqa: ARG002 - Reflex calls it so
        """Let the event through, on states that are this session's or empty."""
        root = state._get_root_state()  # noqa: SLF001 - Reflex has no public way to the root
        if not root.router.session.client_token:
            return StateUpdate()  # pushed to a tab whose state had expired: it loads when it speaks again
        identity = await root.get_state(IdentityState)
        token = token_in(root.router.headers.cookie)
        session = fingerprint(token)
        is_hydrating = event.name.endswith(_HYDRATING)
        if identity._session != session or (is_hydrating and not await _is_live(token)):  # noqa: SLF001 - our own
            if identity._session and not is_hydrating:  # noqa: SLF001 - our own
                return StateUpdate()  # no page of ours sends events before it hydrates
            root.reset()
            identity._session = session  # noqa: SLF001 - our own
        return None


async def _is_live(token: str) -> bool:
    if not token:
        return False
    try:
        await asyncio.to_thread(get_services().accounts.actor_for, token, touch=False)
    except Refused:
        return False
    return True
