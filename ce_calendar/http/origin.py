"""Whether a form was sent from a page of ours. The cookie is SameSite=Lax already; this holds for every browser."""

from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import PlainTextResponse


def is_foreign(request: Request, public_url: str) -> bool:
    """Whether a browser says that the request comes from a page elsewhere. Programs say nothing."""
    origin = request.headers.get("origin")
    if origin is None:
        return False
    ours = urlsplit(public_url)
    return origin.lower() != f"{ours.scheme}://{ours.netloc}".lower()


def foreign_form() -> PlainTextResponse:
    """The answer to it."""
    return PlainTextResponse("This form was not sent from this application.", status_code=403)
