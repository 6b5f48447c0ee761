"""Origins: of addresses, and whether a form was sent from a page of ours.

The cookie is SameSite=Lax already; this holds for every browser.
"""

from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import PlainTextResponse

DEFAULT_PORTS = {"http": "80", "https": "443"}


def is_foreign(request: Request, public_url: str) -> bool:
    """Whether a browser says that the request comes from a page elsewhere. Programs say nothing."""
    origin = request.headers.get("origin")
    if origin is None:
        return False
    return origin.lower() != origin_of(public_url)


def foreign_form() -> PlainTextResponse:
    """The answer to it."""
    return PlainTextResponse("This form was not sent from this application.", status_code=403)


def origin_of(url: str) -> str:
    """Scheme, host and port as browsers write them in `Origin`.

    Raises:
        ValueError: not an http address.
    """
    parts = urlsplit(url.lower())
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
        raise ValueError("The public address must begin with http:// or https:// and name a host.")
    return f"{parts.scheme}://{without_default_port(parts.netloc, url)}"


def without_default_port(host: str, url: str) -> str:
    """The host without the port that the address's scheme implies."""
    return host.lower().removesuffix(f":{DEFAULT_PORTS[urlsplit(url.lower()).scheme]}")
