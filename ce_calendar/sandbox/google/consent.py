"""The page on which a person chooses an account and allows, narrows or denies what an application asks."""

from urllib.parse import urlsplit

from starlette.datastructures import QueryParams
from starlette.responses import HTMLResponse

from ce_calendar.sandbox.google.world import Account
from ce_calendar.sandbox.markup import page, text

ALWAYS = ("openid", "email", "profile")
"""Scopes of signing in; Google does not let the person take them away."""

_MEANINGS = {
    "openid": "Know who you are on Google",
    "email": "See your email address",
    "profile": "See your name",
    "calendar": "See, edit, share and delete all your calendars",
    "calendar.events": "View and edit events on all your calendars",
    "calendar.events.readonly": "View events on all your calendars",
    "calendar.calendarlist.readonly": "See the list of your calendars",
    "calendar.freebusy": "View your availability",
    "calendar.readonly": "See all your calendars",
}

_REQUIRED = ("client_id", "redirect_uri", "response_type", "scope")


def problem_with(query: QueryParams) -> str | None:
    """Return what makes a request unanswerable, or None.

    As at Google, the browser is then not sent back: the redirect URI itself may be wrong.
    """
    for name in _REQUIRED:
        if not query.get(name):
            return f"Missing required parameter: {name}"
    if query["response_type"] != "code":
        return f"Invalid response_type: {query['response_type']}"
    target = urlsplit(query["redirect_uri"])
    if target.scheme not in ("http", "https") or not target.netloc or target.fragment:
        return "Invalid parameter value for redirect_uri"
    if query.get("code_challenge_method", "plain") not in ("plain", "S256"):
        return "Invalid parameter value for code_challenge_method"
    return None


def granted(asked: list[str], ticked: set[str]) -> list[str]:
    """Return the asked scopes the person left ticked, those of signing in always among them."""
    return [scope for scope in dict.fromkeys(asked) if scope in ticked or scope in ALWAYS]


def refusal_page(problem: str) -> HTMLResponse:
    """Return Google's dead end for a request that cannot be answered."""
    return page("Access blocked", f"<p>{text(problem)}</p><p>Error 400: invalid_request</p>", status=400, narrow=True)


def consent_page(accounts: list[Account], query: QueryParams) -> HTMLResponse:
    """Return the form; the request itself stays in its address."""
    if not accounts:
        body = "<p>This sandbox has no account yet. Make one with <code>POST /_sandbox/accounts</code>.</p>"
        return page("No account", body, status=400, narrow=True)
    hinted = query.get("login_hint") or accounts[0].email
    rows = "".join(_account(account, chosen=account.email == hinted) for account in accounts)
    scopes = "".join(_scope(scope, place) for place, scope in enumerate(dict.fromkeys(query["scope"].split())))
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
        narrow=True,
    )


def _account(account: Account, *, chosen: bool) -> str:
    email = text(account.email)
    return (
        '<label class="choice" data-testid="consent-account">'
        f'<input type="radio" name="account" value="{email}" required{" checked" if chosen else ""}>'
        f"<span>{text(account.name)}<br><small>{email}</small></span></label>"
    )


def _scope(scope: str, place: int) -> str:
    meaning = _MEANINGS.get(scope.removeprefix("https://www.googleapis.com/auth/"), "Access named by the scope")
    fixed = " disabled" if scope in ALWAYS else ""
    return (
        f'<label class="choice" for="scope-{place}">'
        f'<input type="checkbox" id="scope-{place}" name="scope" value="{text(scope)}" checked{fixed}'
        ' data-testid="consent-scope">'
        f"<span>{text(meaning)}<br><small>{text(scope)}</small></span></label>"
    )
