"""The Google sandbox as one ASGI application."""

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from ce_calendar.sandbox.google import discovery
from ce_calendar.sandbox.google.control import Control
from ce_calendar.sandbox.google.desk import GoogleDesk
from ce_calendar.sandbox.google.front.batch import PATHS, Batch
from ce_calendar.sandbox.google.front.entrance import Entrance, GzipOnRequest
from ce_calendar.sandbox.google.front.gate import PREFIX, Gate
from ce_calendar.sandbox.google.front.service import CalendarService
from ce_calendar.sandbox.google.front.validation import Checks, DiscoveryValidation
from ce_calendar.sandbox.google.signing_in.endpoints import OAuth
from ce_calendar.sandbox.google.world import World
from ce_calendar.sandbox.pages import Pages
from ce_calendar.sandbox.requestlog import Recording


def build_app(world: World, *, begin: Callable[[], None], validation: bool = True) -> ASGIApp:
    """Put the parts together.

    Args:
        world: what the sandbox knows; shared by all parts.
        begin: fills the world anew after a reset.
        validation: whether Calendar requests and answers are held against the discovery document.
    """
    service: ASGIApp = CalendarService(world)
    checks = Checks(discovery.load())
    if validation:
        service = DiscoveryValidation(service, checks, world.misfits)
    calendar = Gate(GzipOnRequest(service), world)
    entrance = Entrance(calendar, calendar.verbs)
    batch = Entrance(Batch(Recording(entrance, world.log), world), lambda _scope: ["POST"])
    control = Control(world, begin, checks.event if validation else lambda _event: None)
    routes = [*OAuth(world).routes(), *control.routes(), *Pages(GoogleDesk(world)).routes()]
    # Only names of this machine: no web page may reach the sandbox under a name of its own (DNS rebinding).
    local_only = Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])
    others = Starlette(routes=routes, middleware=[local_only])

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(PREFIX):
            await entrance(scope, receive, send)
        elif scope["type"] == "http" and scope["path"].rstrip("/") in PATHS:
            await batch(scope, receive, send)
        else:
            await others(scope, receive, send)

    return Recording(dispatch, world.log)
