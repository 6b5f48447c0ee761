"""The two doors of linking an account: off to the provider, and back."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from ce_calendar.domain.access import Actor
from ce_calendar.domain.errors import AccessDenied, ConnectRefused, NotFound, SignedOut
from ce_calendar.domain.meetings.connections import Provider
from ce_calendar.http.origin import foreign_form, is_foreign
from ce_calendar.services.accounts import SESSION_COOKIE
from ce_calendar.services.registry import get_services

SETTINGS_PATH = "/ce/settings/calendar"
LOGIN_PATH = "/login"
# The callback's address holds a code and a state: they are used up, and still nobody else's to see.
HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


def oauth_router(*, public_url: str, google_redirect_path: str = "/oauth/google/callback") -> APIRouter:
    """Routes of the consents.

    Args:
        public_url: where people reach the application; posts from pages elsewhere are refused.
        google_redirect_path: where Google sends people back to.
    """
    base = public_url.rstrip("/")
    router = APIRouter(include_in_schema=False)

    def to(path: str, **query: str) -> RedirectResponse:
        address = base + path + (f"?{urlencode(query)}" if query else "")
        return RedirectResponse(address, status_code=303, headers=HEADERS)

    # Not async: FastAPI runs these in its threads, since they wait for database and provider.

    @router.post("/oauth/google/start")
    def start_google(request: Request, connection_id: Annotated[str, Form()] = "") -> Response:
        """Send the browser to Google's consent page."""
        if is_foreign(request, base):
            return foreign_form()
        try:
            actor = _actor(request)
            connecting = get_services().connecting
            url = connecting.start(actor, provider=Provider.GOOGLE, connection_id=connection_id)
        except SignedOut:
            return to(LOGIN_PATH)
        except (AccessDenied, NotFound, ConnectRefused) as refusal:
            return to(SETTINGS_PATH, problem=_problem(refusal))
        return RedirectResponse(url, status_code=303, headers=HEADERS)

    @router.get(google_redirect_path)
    def finish_google(request: Request, state: str = "", code: str = "", error: str = "") -> Response:
        """Take the person back from Google."""
        try:
            actor = _actor(request)
            get_services().connecting.finish(actor, provider=Provider.GOOGLE, state=state, code=code, error=error)
        except SignedOut:
            return to(LOGIN_PATH)
        except (AccessDenied, NotFound, ConnectRefused) as refusal:
            return to(SETTINGS_PATH, problem=_problem(refusal))
        return to(SETTINGS_PATH, connected="google")

    return router


def _actor(request: Request) -> Actor:
    """Who is signed in.

    Raises:
        SignedOut: nobody.
    """
    token = request.cookies.get(SESSION_COOKIE, "")
    if not token:
        raise SignedOut
    return get_services().accounts.actor_for(token)


def _problem(refusal: AccessDenied | NotFound | ConnectRefused) -> str:
    """The fixed word for the settings page to explain."""
    match refusal:
        case ConnectRefused():
            return refusal.code
        case NotFound():
            return "gone"
        case _:
            return "forbidden"
