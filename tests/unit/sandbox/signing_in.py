"""The steps of signing in at the sandbox's Google, as a browser and an application take them."""

from typing import Any

import requests

from tests.unit.sandbox.driver import ANN, CALENDAR, REDIRECT, Sandbox, query_of

EVENTS = CALENDAR + ".events"
FREE_BUSY = CALENDAR + ".freebusy"
EMAIL = "https://www.googleapis.com/auth/userinfo.email"
VERIFIER = "v" * 64


def ask(sandbox: Sandbox, client: Any, **more: Any) -> str:
    """Return the consent page's address."""
    url, _ = client.create_authorization_url(
        f"{sandbox.url}/o/oauth2/v2/auth", code_verifier=VERIFIER, state="st&te", **{"access_type": "offline", **more}
    )
    return str(url)


def decide(sandbox: Sandbox, url: str, scopes: list[str], decision: str = "allow", email: str = ANN) -> dict[str, str]:
    """Post the consent form as a browser would, and return what comes back to the application."""
    form = {"account": email, "scope": scopes, "decision": decision}
    answer = sandbox.http.post(url, data=form, allow_redirects=False)
    assert answer.status_code == 302
    assert answer.headers["location"].startswith(REDIRECT + "?")
    return query_of(answer.headers["location"])


def exchange(sandbox: Sandbox, client: Any, code: str, verifier: str = VERIFIER) -> dict[str, Any]:
    token: dict[str, Any] = client.fetch_token(
        f"{sandbox.url}/token", grant_type="authorization_code", code=code, code_verifier=verifier
    )
    return token


def refresh(sandbox: Sandbox, token: str, client_id: str = "client-1", **more: str) -> requests.Response:
    form = {"grant_type": "refresh_token", "refresh_token": token, "client_id": client_id, "client_secret": "x"}
    return sandbox.http.post(f"{sandbox.url}/token", data=form | more)


def connect(sandbox: Sandbox, client_id: str = "client-1", scopes: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    """Go the whole way."""
    client = sandbox.authlib(*scopes, client_id=client_id)
    return exchange(sandbox, client, decide(sandbox, ask(sandbox, client, **more), list(scopes or [CALENDAR]))["code"])
