"""The Microsoft sandbox as one ASGI application; it answers over TLS and, for browsers, over plain http."""

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from ce_calendar.sandbox.microsoft.control import Control
from ce_calendar.sandbox.microsoft.desk import MicrosoftDesk
from ce_calendar.sandbox.microsoft.entra import Entra
from ce_calendar.sandbox.microsoft.gate import PREFIX, Gate
from ce_calendar.sandbox.microsoft.world import World
from ce_calendar.sandbox.pages import Pages
from ce_calendar.sandbox.requestlog import Recording


def build_app(world: World, *, begin: Callable[[], None]) -> ASGIApp:
    """Put the parts together.

    Args:
        world: what the sandbox knows; shared by all parts.
        begin: fills the world anew after a reset.
    """
    graph = Gate(world)
    # Pages before Entra: a tenant could otherwise be named after a page.
    routes = [*Control(world, begin).routes(), *Pages(MicrosoftDesk(world)).routes(), *Entra(world).routes()]
    others = Starlette(routes=routes)

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(PREFIX):
            await graph(scope, receive, send)
        else:
            await others(scope, receive, send)

    # Only names of this machine: no web page may reach the sandbox under a name of its own (DNS rebinding).
    local_only = TrustedHostMiddleware(dispatch, allowed_hosts=["127.0.0.1", "localhost"])
    return Recording(local_only, world.log)
