"""What comes to the token endpoint: its form, the fields in it, and the client that sends it."""

import base64
from urllib.parse import unquote

from starlette.datastructures import FormData
from starlette.requests import Request

from ce_calendar.sandbox import forms
from ce_calendar.sandbox.forms import NotAFormError, optional
from ce_calendar.sandbox.google.errors import OAuthError


async def read_form(request: Request) -> FormData:
    """Return the form in a body; OAuthError for one that is broken."""
    try:
        return await forms.read_form(request)
    except NotAFormError as unreadable:
        raise OAuthError(400, "invalid_request", "Bad Request") from unreadable


def field(form: FormData, name: str) -> str:
    """Return a field that must be there."""
    value = optional(form, name)
    if not value:
        raise OAuthError(400, "invalid_request", f"Missing required parameter: {name}")
    return value


def client_of(request: Request, form: FormData) -> tuple[str, str | None]:
    """Return id and secret of the client that asks, from the form or the Authorization header."""
    kind, _, encoded = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "basic":
        try:
            client_id, _, secret = base64.b64decode(encoded).decode().partition(":")
        except ValueError as unreadable:
            raise OAuthError(401, "invalid_client", "Unauthorized") from unreadable
        return unquote(client_id), unquote(secret)
    client_id = optional(form, "client_id") or ""
    if not client_id:
        raise OAuthError(400, "invalid_request", "Could not determine client ID from request.")
    return client_id, optional(form, "client_secret")
