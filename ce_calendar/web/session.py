"""Who is signed in: read from the cookie on every event, never from what the browser says."""

import asyncio
import hashlib

import reflex as rx
from starlette.requests import cookie_parser

from ce_calendar.domain.access import Actor
from ce_calendar.domain.errors import SignedOut
from ce_calendar.services.registry import get_services

COOKIE = "ce_session"


def session_token(state: rx.State) -> str:
    """The session cookie that came with the tab's websocket; empty if there is none."""
    return token_in(state.router.headers.cookie)


def token_in(cookie_header: str) -> str:
    """The session cookie in a `Cookie` header.

    Read as the HTTP routes read it, so that both doors see the same session. The standard library's parser gives up
    at the first cookie it finds odd, and other applications of the same host set such (JSON, for one).
    """
    return cookie_parser(cookie_header).get(COOKIE, "")


def fingerprint(token: str) -> str:
    """Something to recognise a session by that is of no use to whoever reads it."""
    return hashlib.sha256(token.encode()).hexdigest() if token else "nobody"


async def current_actor(state: rx.State, *, touch: bool = True) -> Actor:
    """The signed-in person, looked up anew.

    Args:
        state: any state of the tab.
        touch: whether this counts as something the person did; pushed refreshes do not.

    Raises:
        SignedOut: nobody is signed in, or not any more.
    """
    token = session_token(state)
    if not token:
        raise SignedOut
    return await asyncio.to_thread(get_services().accounts.actor_for, token, touch=touch)


def put(state: rx.State, **values: object) -> None:
    """Set what differs: an assignment alone would send the same once more to the browser, at every refresh."""
    for name, value in values.items():
        if getattr(state, name) != value:
            setattr(state, name, value)
