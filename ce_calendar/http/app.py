"""The HTTP side in one piece: sign-in, OAuth, health, and an answer in JSON for unknown API addresses."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse

from ce_calendar.domain.meetings.connections import Provider
from ce_calendar.http.auth import auth_router
from ce_calendar.http.contacts import contacts_router
from ce_calendar.http.health import health_router
from ce_calendar.http.oauth import oauth_router
from ce_calendar.services.consents import REDIRECT_PATHS


def make_api(
    *,
    public_url: str,
    check: Callable[[], str],
    form_targets: Collection[str] = (),
    redirect_paths: Mapping[Provider, str] = REDIRECT_PATHS,
) -> FastAPI:
    """All routes.

    Args:
        public_url: where people reach the application.
        check: what keeps the application from working, in words; empty if nothing does.
        form_targets: addresses of consent pages that our pages' forms may lead to.
        redirect_paths: where each provider is asked to send people back to.
    """
    api = FastAPI(title="ce_calendar", docs_url=None, redoc_url=None, openapi_url=None)
    api.include_router(health_router(check))
    api.include_router(auth_router(public_url))
    api.include_router(contacts_router(public_url))
    api.include_router(oauth_router(public_url=public_url, form_targets=form_targets, redirect_paths=redirect_paths))

    # FastAPI's own answer repeats what was sent, passwords and all.
    @api.exception_handler(RequestValidationError)
    def unreadable(_request: Request, _error: RequestValidationError) -> PlainTextResponse:
        return PlainTextResponse("This form could not be read.", status_code=422)

    @api.api_route("/api/{path:path}", methods=["GET", "POST", "PUT", "PATCH", "DELETE"], include_in_schema=False)
    def unknown(path: str) -> Any:  # noqa: ARG001, ANN401 - the route needs the parameter; FastAPI takes any response
        return JSONResponse({"error": "There is no such address in this API."}, status_code=404)

    return api
