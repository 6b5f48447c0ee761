"""Signing in and out, as native form posts: the cookie is HttpOnly, so that no script ever holds it."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from ce_calendar.domain.errors import Invalid, TooManyAttempts
from ce_calendar.http.origin import foreign_form, is_foreign
from ce_calendar.services.accounts import SESSION_COOKIE
from ce_calendar.services.registry import get_services

HEADERS = {"Cache-Control": "no-store"}


def auth_router(public_url: str) -> APIRouter:
    """`POST /login` and `POST /logout`.

    Args:
        public_url: where people reach the application; posts from pages elsewhere are refused.
    """
    base = public_url.rstrip("/")
    is_https = base.startswith("https://")
    router = APIRouter(include_in_schema=False)

    def to(path: str, **query: str | int) -> RedirectResponse:
        address = base + path + (f"?{urlencode(query)}" if query else "")
        return RedirectResponse(address, status_code=303, headers=HEADERS)

    # Not async: FastAPI runs these in its threads, since hashing and the database take their time.

    @router.post("/login")
    def login(request: Request, email: Annotated[str, Form()] = "", password: Annotated[str, Form()] = "") -> Response:
        """Begin a session."""
        if is_foreign(request, base):
            return foreign_form()
        accounts = get_services().accounts
        try:
            token = accounts.sign_in(
                email=email,
                password=password,
                remote=request.client.host if request.client else "",
                user_agent=request.headers.get("user-agent", ""),
            )
        except TooManyAttempts as refusal:
            return to("/login", problem="attempts", wait=max(1, -(-refusal.retry_after_seconds // 60)))
        except Invalid:
            return to("/login", problem="credentials")
        if former := request.cookies.get(SESSION_COOKIE):
            # This browser has a new session now; nobody could end the old one any more.
            accounts.sign_out(former)
        response = to("/")
        response.set_cookie(SESSION_COOKIE, token, path="/", httponly=True, samesite="lax", secure=is_https)
        return response

    @router.post("/logout")
    def logout(request: Request) -> Response:
        """End the session."""
        if is_foreign(request, base):
            return foreign_form()
        if token := request.cookies.get(SESSION_COOKIE):
            get_services().accounts.sign_out(token)
        response = to("/login")
        response.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="lax", secure=is_https)
        return response

    return router
