"""The form on which a person chooses an account and allows or denies what an application asks."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from starlette.datastructures import QueryParams
from starlette.responses import HTMLResponse, RedirectResponse, Response

from ce_calendar.sandbox.markup import page, text


@dataclass(frozen=True, slots=True)
class Person:
    """An account to choose."""

    email: str
    name: str


@dataclass(frozen=True, slots=True)
class Wish:
    """A scope, in words; one that is fixed cannot be unticked."""

    scope: str
    meaning: str
    fixed: bool


def is_web_address(uri: str) -> bool:
    """Whether a browser can be sent back there."""
    try:
        target = urlsplit(uri)
    except ValueError:
        # A bracket without its partner.
        return False
    if not uri.isprintable() or " " in uri:
        # No browser is sent over a line break, and whoever reads the page would see another address than it goes to.
        return False
    return target.scheme in ("http", "https") and bool(target.netloc) and not target.fragment


def consent_page(
    provider: str, people: list[Person], wishes: Iterable[Wish], query: QueryParams, *, chosen: str | None
) -> HTMLResponse:
    """Return the form; the request itself stays in its address.

    Args:
        provider: whom the sandbox plays.
        people: the accounts to choose from.
        wishes: what the application asks.
        query: of the request.
        chosen: email of the account that is marked at first, None if the person is to choose.
    """
    if not people:
        body = (
            '<p data-testid="consent-error">This sandbox has no account yet. '
            "Make one with <code>POST /_sandbox/accounts</code>.</p>"
        )
        return page("No account", body, provider=provider, status=400, narrow=True)
    rows = "".join(_account(person, chosen=person.email == chosen) for person in people)
    scopes = "".join(_scope(wish, place) for place, wish in enumerate(wishes))
    client = text(query["client_id"])
    host = text(urlsplit(query["redirect_uri"]).netloc)
    return page(
        "Allow access to your account?",
        f"<p>The application at <strong>{host}</strong> asks for access. <small>Client: {client}</small></p>"
        '<form method="post">'
        f"<fieldset><legend>Choose an account</legend>{rows}</fieldset>"
        f"<fieldset><legend>What it may do</legend>{scopes}</fieldset>"
        '<div class="row">'
        '<button class="main" name="decision" value="allow" data-testid="consent-allow">Allow</button>'
        '<button name="decision" value="deny" formnovalidate data-testid="consent-deny">Deny</button>'
        "</div></form>",
        provider=provider,
        narrow=True,
    )


def hinted(query: QueryParams, people: list[Person]) -> str | None:
    """Return the email the application hints at, if there is such an account; else the first there is."""
    hint = query.get("login_hint", "").lower()
    emails = [person.email for person in people]
    return hint if hint in emails else next(iter(emails), None)


def sent_back(query: QueryParams, answer: dict[str, str]) -> Response:
    """Return the redirect that brings an answer, and the state, to the application."""
    if "state" in query:
        answer["state"] = query["state"]
    uri = query["redirect_uri"]
    joint = "&" if urlsplit(uri).query else "?"
    return RedirectResponse(uri + joint + urlencode(answer), status_code=302, headers={"Cache-Control": "no-store"})


def _account(person: Person, *, chosen: bool) -> str:
    email = text(person.email)
    return (
        '<label class="choice" data-testid="consent-account">'
        f'<input type="radio" name="account" value="{email}" required{" checked" if chosen else ""}>'
        f"<span>{text(person.name)}<br><small>{email}</small></span></label>"
    )


def _scope(wish: Wish, place: int) -> str:
    fixed = " disabled" if wish.fixed else ""
    return (
        f'<label class="choice" for="scope-{place}">'
        f'<input type="checkbox" id="scope-{place}" name="scope" value="{text(wish.scope)}" checked{fixed}'
        ' data-testid="consent-scope">'
        f"<span>{text(wish.meaning)}<br><small>{text(wish.scope)}</small></span></label>"
    )
