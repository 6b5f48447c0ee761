"""The doors of linking an account: off to the provider, and back."""

from collections.abc import Collection, Mapping
from html import escape
from typing import Annotated
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from starlette.routing import Match
from starlette.types import Scope

from ce_calendar.domain.access import Actor
from ce_calendar.domain.errors import AccessDenied, ConnectRefused, NotFound, SignedOut
from ce_calendar.domain.meetings.connections import Provider
from ce_calendar.http.origin import foreign_form, is_foreign, origin_of
from ce_calendar.ports import FlowPurpose
from ce_calendar.services.accounts import SESSION_COOKIE
from ce_calendar.services.consents import GOOGLE_RETURN_PATHS, purpose_of
from ce_calendar.services.registry import get_services

SETTINGS_PATH = "/ce/settings/calendar"
CENTRAL_SETTINGS_PATH = "/settings_task/google_calendar"
CENTRAL_START_PATH = "/oauth/google/central/start"
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
        redirect_paths: where each provider is asked to send people back to.
    """
    router = APIRouter(include_in_schema=False)
    base, targets = public_url.rstrip("/"), {origin_of(each) for each in form_targets}
    for provider, path in redirect_paths.items():
        doors = _Doors(provider, base=base, form_targets=targets)
        # Not async: FastAPI runs these in its threads, since they wait for database and provider.
        router.add_api_route(f"/oauth/{provider}/start", doors.start, methods=["POST"])
        if provider is Provider.GOOGLE:
            router.add_api_route(CENTRAL_START_PATH, doors.start_central, methods=["POST"])
        for each in GOOGLE_RETURN_PATHS if provider is Provider.GOOGLE else (path,):
            _add_return(router, each, doors)
    return router


def _add_return(router: APIRouter, path: str, doors: "_Doors") -> None:
    """One way back. Where a path has other uses, too, only a provider's answer takes it."""
    bare, _, query = path.partition("?")
    if bare.startswith("/oauth/"):
        router.add_api_route(bare, doors.finish, methods=["GET"])
        return
    route_class = _answers_to(parse_qs(query))
    # The server of the pages knows an address with and without a slash at its end.
    for each in (bare, f"{bare}/"):
        router.add_api_route(each, doors.finish, methods=["GET"], route_class_override=route_class)


def _answers_to(wanted: Mapping[str, list[str]]) -> type[APIRoute]:
    """Routes that exist for a provider's answer alone: `state` with `code` or `error`, and what else is wanted."""

    class AnswerRoute(APIRoute):
        def matches(self, scope: Scope) -> tuple[Match, Scope]:
            match, child = super().matches(scope)
            if match is Match.FULL and _is_answer(scope, wanted):
                return match, child
            return Match.NONE, {}

    return AnswerRoute


def _is_answer(scope: Scope, wanted: Mapping[str, list[str]]) -> bool:
    query = parse_qs(scope["query_string"].decode("latin-1"))
    return (
        "state" in query
        and not query.keys().isdisjoint({"code", "error"})
        and all(query.get(name) == values for name, values in wanted.items())
    )


class _Doors:
    """The way to one provider and back."""

    def __init__(self, provider: Provider, *, base: str, form_targets: Collection[str]) -> None:
        self._provider = provider
        self._base = base
        self._form_targets = form_targets

    def start(self, request: Request, connection_id: Annotated[str, Form()] = "") -> Response:
        """Send the browser to the consent page, for an account of the person's own."""
        if is_foreign(request, self._base):
            return foreign_form()
        try:
            actor = _actor(request)
            url = get_services().connecting.start(actor, provider=self._provider, connection_id=connection_id)
        except SignedOut:
            return self._to(LOGIN_PATH)
        except (AccessDenied, NotFound, ConnectRefused) as refusal:
            return self._to(SETTINGS_PATH, problem=_problem(refusal), provider=self._provider)
        return self._off(url)

    def start_central(self, request: Request) -> Response:
        """Send the browser to the consent page, for the account that the employee calendars lie under."""
        if is_foreign(request, self._base):
            return foreign_form()
        try:
            url = get_services().central.start(_actor(request))
        except SignedOut:
            return self._to(LOGIN_PATH)
        except (AccessDenied, NotFound, ConnectRefused) as refusal:
            return self._to(CENTRAL_SETTINGS_PATH, problem=_problem(refusal))
        return self._off(url)

    def finish(self, request: Request, state: str = "", code: str = "", error: str = "") -> Response:
        """Take the person back to the screen they came from."""
        is_central = self._provider is Provider.GOOGLE and purpose_of(state) is FlowPurpose.CENTRAL
        path = CENTRAL_SETTINGS_PATH if is_central else SETTINGS_PATH
        of_provider = {} if is_central else {"provider": self._provider.value}
        try:
            actor = _actor(request)
            if is_central:
                get_services().central.finish(actor, state=state, code=code, error=error)
            else:
                get_services().connecting.finish(actor, provider=self._provider, state=state, code=code, error=error)
        except SignedOut:
            return self._to(LOGIN_PATH)
        except (AccessDenied, NotFound, ConnectRefused) as refusal:
            return self._to(path, problem=_problem(refusal), **of_provider)
        return self._to(path, connected="central" if is_central else self._provider.value)

    def _off(self, url: str) -> Response:
        if origin_of(url) in self._form_targets:
            return RedirectResponse(url, status_code=303, headers=HEADERS)
        return _handed_on(url)

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
