"""Google's rules of consent: what it refuses to ask, and what a person can take away."""

from starlette.datastructures import QueryParams
from starlette.responses import HTMLResponse

from ce_calendar.sandbox import consent as shared
from ce_calendar.sandbox.consent import Person, Wish
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
    if not shared.is_web_address(query["redirect_uri"]):
        return "Invalid parameter value for redirect_uri"
    if query.get("code_challenge_method", "plain") not in ("plain", "S256"):
        return "Invalid parameter value for code_challenge_method"
    return None


def granted(asked: list[str], ticked: set[str]) -> list[str]:
    """Return the asked scopes the person left ticked, those of signing in always among them."""
    return [scope for scope in dict.fromkeys(asked) if scope in ticked or scope in ALWAYS]


def refusal_page(problem: str) -> HTMLResponse:
    """Return Google's dead end for a request that cannot be answered."""
    body = f"<p>{text(problem)}</p><p>Error 400: invalid_request</p>"
    return page("Access blocked", body, provider="Google", status=400, narrow=True)


def consent_page(accounts: list[Account], query: QueryParams) -> HTMLResponse:
    """Return the form; the request itself stays in its address."""
    people = [Person(account.email, account.name) for account in accounts]
    wishes = [_wish(scope) for scope in dict.fromkeys(query["scope"].split())]
    return shared.consent_page("Google", people, wishes, query)


def _wish(scope: str) -> Wish:
    meaning = _MEANINGS.get(scope.removeprefix("https://www.googleapis.com/auth/"), "Access named by the scope")
    return Wish(scope, meaning, fixed=scope in ALWAYS)
