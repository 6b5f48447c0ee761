"""Google's consent: what it refuses to ask, whom it asks, and what a person can take away."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import QueryParams
from starlette.responses import HTMLResponse

from ce_calendar.sandbox import consent as shared
from ce_calendar.sandbox.consent import Person, Wish
from ce_calendar.sandbox.google.signing_in import scopes as names
from ce_calendar.sandbox.google.signing_in.clients import Clients
from ce_calendar.sandbox.google.world import Account
from ce_calendar.sandbox.markup import page, text
from ce_calendar.sandbox.pkce import METHODS, is_wellformed

Accounts = Mapping[str, Account]
"""By email."""

_REQUIRED = ("client_id", "redirect_uri", "response_type", "scope")
_PROMPTS = {"none", "consent", "select_account"}
_CHOICES = {
    "response_type": {"code"},
    "response_mode": {"query"},
    "access_type": {"online", "offline"},
    "approval_prompt": {"auto", "force"},
    "include_granted_scopes": {"true", "false"},
    "code_challenge_method": set(METHODS),
}
_INVALID_REQUEST = "Access blocked: this request is invalid"


class BlockedError(Exception):
    """A request that ends on a page of Google's: the browser is not sent back, for the address may be wrong."""

    def __init__(self, error: str, *words: str, status: int = 400, title: str = _INVALID_REQUEST) -> None:
        super().__init__(error)
        self._error = error
        self._words = words
        self._status = status
        self._title = title

    def response(self) -> HTMLResponse:
        """Return the page."""
        words = "".join(f"<p>{text(each)}</p>" for each in self._words)
        error = f"<p><strong>Error {self._status}: {text(self._error)}</strong></p>"
        body = f'<div class="card" data-testid="consent-error">{words}{error}</div>'
        return page(self._title, body, provider="Google", status=self._status, narrow=True)


def check(query: QueryParams, clients: Clients) -> None:
    """Let a request pass that can be put to a person.

    Raises:
        BlockedError: it cannot.
    """
    for name, _ in query.multi_items():
        if len(query.getlist(name)) > 1:
            raise BlockedError("invalid_request", f"OAuth 2 parameters can only have a single value: {name}")
    for name in _REQUIRED:
        if not query.get(name):
            raise BlockedError("invalid_request", f"Missing required parameter: {name}")
    gone = clients.gone(query["client_id"])
    if gone:
        raise BlockedError(*gone, status=401, title="Access blocked: authorization error")
    for name, choices in _CHOICES.items():
        if name in query and query[name] not in choices:
            raise BlockedError("invalid_request", f"Invalid parameter value for {name}: {query[name]}")
    _check_redirect(query, clients)
    _check_prompt(query)
    _check_challenge(query)
    invalid = [scope for scope in query["scope"].split() if scope not in names.known()]
    if invalid:
        raise BlockedError("invalid_scope", f"Some requested scopes were invalid: {', '.join(invalid)}")


def _check_redirect(query: QueryParams, clients: Clients) -> None:
    uri = query["redirect_uri"]
    if not shared.is_web_address(uri):
        raise BlockedError("invalid_request", f"Invalid parameter value for redirect_uri: {uri}")
    if not clients.takes(query["client_id"], uri):
        raise BlockedError(
            "redirect_uri_mismatch",
            "The redirect URI of the request is not one of those registered for this OAuth client.",
            "If you're the app developer, register it in the Google Cloud console.",
            f"Request details: redirect_uri={uri}",
        )


def _check_prompt(query: QueryParams) -> None:
    prompts = query.get("prompt", "").split()
    if not _PROMPTS.issuperset(prompts) or ("none" in prompts and len(prompts) > 1):
        raise BlockedError("invalid_request", f"Invalid parameter value for prompt: Invalid prompt: {query['prompt']}")
    if prompts and "approval_prompt" in query:
        raise BlockedError("invalid_request", "Conflict params: approval_prompt and prompt")


def _check_challenge(query: QueryParams) -> None:
    challenge = query.get("code_challenge")
    if challenge is None and "code_challenge_method" in query:
        raise BlockedError("invalid_request", "Missing required parameter: code_challenge")
    if challenge is not None and not is_wellformed(challenge):
        raise BlockedError("invalid_request", "Invalid parameter value for code_challenge")


def require_tester(query: QueryParams, clients: Clients, email: str) -> None:
    """Let an account pass that may consent; BlockedError for one the testing application does not list."""
    if clients.lets_in(query["client_id"], email):
        return
    app = urlsplit(query["redirect_uri"]).netloc
    raise BlockedError(
        "access_denied",
        f"{app} has not completed the Google verification process. The app is currently being tested, and can only be "
        "accessed by developer-approved testers. If you think you should have access, you can contact the developer.",
        f"You chose {email}.",
        status=403,
        title=f"Access blocked: {app} has not completed the Google verification process",
    )


def granted(asked: list[str], ticked: set[str]) -> list[str]:
    """Return the asked scopes the person left ticked, those of signing in always among them."""
    return names.canonical(scope for scope in asked if scope in ticked or scope in names.SIGN_IN)


def consent_page(accounts: Accounts, query: QueryParams) -> HTMLResponse:
    """Return the form; the request itself stays in its address."""
    people = [Person(account.email, account.name) for account in accounts.values()]
    wishes = [
        Wish(scope, names.meaning(scope), fixed=scope in names.SIGN_IN)
        for scope in dict.fromkeys(query["scope"].split())
    ]
    return shared.consent_page("Google", people, wishes, query, chosen=_chosen(accounts, query))


def hinted(accounts: Accounts, query: QueryParams) -> Account | None:
    """Return the account that ``login_hint`` names, by its email or its number."""
    hint = query.get("login_hint", "").lower()
    if not hint.isdecimal():
        return accounts.get(hint)
    return next((account for account in accounts.values() if account.subject == hint), None)


def _chosen(accounts: Accounts, query: QueryParams) -> str | None:
    """Return whom the form marks: nobody if the application wants a choice, else the hinted, else of the domain."""
    if "select_account" in query.get("prompt", "").split():
        return None
    found = hinted(accounts, query)
    if found:
        return found.email
    domain = "@" + query.get("hd", "").lower()
    return next((email for email in accounts if email.endswith(domain)), next(iter(accounts), None))
