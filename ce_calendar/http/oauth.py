"""The two doors of linking an account: off to the provider, and back."""

from collections.abc import Collection, Mapping
from html import escape
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from ce_calendar.domain.access import Actor
from ce_calendar.domain.errors import AccessDenied, ConnectRefused, NotFound, SignedOut
from ce_calendar.domain.meetings.connections import Provider
from ce_calendar.http.origin import foreign_form, is_foreign, origin_of
from ce_calendar.services.accounts import SESSION_COOKIE
from ce_calendar.services.registry import get_services

SETTINGS_PATH = "/ce/settings/calendar"
LOGIN_PATH = "/login"
# The callback's address holds a code and a state: they are used up, and still nobody else's to see.
HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


def oauth_router(
    *, public_url: str, form_targets: Collection[str], redirect_paths: Mapping[Provider, str]
) -> APIRouter:
    """Routes of the consents.

    Args:
        public_url: where people reach the application; posts from pages elsewhere are refused.
        form_targets: addresses of consent pages that our pages' forms may lead to.
        redirect_paths: where each provider sends people back to.
    """
    router = APIRouter(include_in_schema=False)
    for provider, path in redirect_paths.items():
        doors = _Doors(provider, base=public_url.rstrip("/"), form_targets={origin_of(each) for each in form_targets})
        # Not async: FastAPI runs these in its threads, since they wait for database and provider.
        router.add_api_route(f"/oauth/{provider}/start", doors.start, methods=["POST"])
        router.add_api_route(path, doors.finish, methods=["GET"])
    return router


class _Doors:
    """The way to one provider and back."""

    def __init__(self, provider: Provider, *, base: str, form_targets: Collection[str]) -> None:
        self._provider = provider
        self._base = base
        self._form_targets = form_targets

    def start(self, request: Request, connection_id: Annotated[str, Form()] = "") -> Response:
        """Send the browser to the consent page."""
        if is_foreign(request, self._base):
            return foreign_form()
        try:
            actor = _actor(request)
            url = get_services().connecting.start(actor, provider=self._provider, connection_id=connection_id)
        except SignedOut:
            return self._to(LOGIN_PATH)
        except (AccessDenied, NotFound, ConnectRefused) as refusal:
            return self._to(SETTINGS_PATH, problem=_problem(refusal), provider=self._provider)
        if origin_of(url) in self._form_targets:
            return RedirectResponse(url, status_code=303, headers=HEADERS)
        return _handed_on(url)

    def finish(self, request: Request, state: str = "", code: str = "", error: str = "") -> Response:
        """Take the person back."""
        try:
            actor = _actor(request)
            get_services().connecting.finish(actor, provider=self._provider, state=state, code=code, error=error)
        except SignedOut:
            return self._to(LOGIN_PATH)
        except (AccessDenied, NotFound, ConnectRefused) as refusal:
            return self._to(SETTINGS_PATH, problem=_problem(refusal), provider=self._provider)
        return self._to(SETTINGS_PATH, connected=self._provider)

    def _to(self, path: str, **query: str) -> RedirectResponse:
        address = self._base + path + (f"?{urlencode(query)}" if query else "")
        return RedirectResponse(address, status_code=303, headers=HEADERS)


def _handed_on(url: str) -> HTMLResponse:
    """A page that leads on at once.

    Where a provider's consent page is, its metadata may say alone, and browsers hold a redirect after a post against
    the page's `form-action`, which was sent before we knew. A page of its own may lead anywhere.
    """
    address = escape(url, quote=True)
    return HTMLResponse(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>One moment</title>'
        '<link rel="icon" href="/mark.svg" type="image/svg+xml">'
        f'<meta http-equiv="refresh" content="0; url={address}"></head>'
        f'<body><p>One moment. If nothing happens, <a href="{address}">go on to sign in</a>.</p></body></html>',
        headers=HEADERS,
    )


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
