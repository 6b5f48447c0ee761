"""The control API: what a test or a demo does behind Google's back, as JSON under /_sandbox/."""

import json
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ce_calendar.sandbox.clock import rfc3339
from ce_calendar.sandbox.faults import Fault
from ce_calendar.sandbox.google import discovery, oauth
from ce_calendar.sandbox.google.accounts import Check, add_account
from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.fields import BadInputError, Fields
from ce_calendar.sandbox.google.world import Account, World

Json = dict[str, Any]
Action = Callable[[Fields], Json]

ALL_SCOPES = ("openid", "email", "https://www.googleapis.com/auth/calendar")
CLIENT_ID = "sandbox-control"
"""The client that tokens belong to when nobody names one."""


class Control:
    """The endpoints over one world."""

    def __init__(self, world: World, begin: Callable[[], None], check: Check) -> None:
        self._world = world
        self._begin = begin
        self._check = check

    def routes(self) -> list[Route]:
        """Return every control path."""
        actions: dict[str, Action] = {
            "accounts": self.accounts,
            "token": self.token,
            "grant": self.grant,
            "faults": self.faults,
            "expire-sync-tokens": self.expire_sync_tokens,
            "revoke": self.revoke,
            "clock": self.clock,
            "reset": self.reset,
        }
        posts = [Route(f"/_sandbox/{name}", _posted(action), methods=["POST"]) for name, action in actions.items()]
        return [
            *posts,
            Route("/_sandbox/faults", self.clear_faults, methods=["DELETE"]),
            Route("/_sandbox/log", self.log, methods=["GET"]),
            Route("/_sandbox/outbox", self.outbox, methods=["GET"]),
            Route("/_sandbox/accounts", self.list_accounts, methods=["GET"]),
        ]

    def accounts(self, fields: Fields) -> Json:
        """Make an account with calendars and events, or add to it what it lacks."""
        account, events = add_account(self._world, fields, self._check)
        return {"email": account.email, "calendars": list(account.entries), "events_added": events}

    def token(self, fields: Fields) -> Json:
        """Give an access token for an account, without asking anybody."""
        account = self._account(fields)
        client_id = fields.text("client_id", CLIENT_ID)
        scopes = fields.texts("scopes", ALL_SCOPES)
        fields.done()
        self._world.dirty = True
        return self._world.grants.new_access(account.email, client_id, scopes)

    def grant(self, fields: Fields) -> Json:
        """Give access and refresh token, as if the person had consented."""
        account = self._account(fields)
        client_id = fields.text("client_id", CLIENT_ID)
        scopes = fields.texts("scopes", ALL_SCOPES)
        fields.done()
        self._world.dirty = True
        answer = self._world.grants.new_access(account.email, client_id, scopes)
        return answer | {"refresh_token": self._world.grants.new_refresh(account.email, client_id, scopes)}

    def faults(self, fields: Fields) -> Json:
        """Order a fault."""
        operation = _operation(fields.text("operation"))
        fault = Fault(
            operation=operation,
            status=fields.number("status", 400, 599),
            reason=fields.text("reason", "") or None,
            retry_after=fields.number("retry_after", 0, 86_400),
            latency_ms=fields.number("latency_ms", 0, 600_000) or 0,
            times=fields.number("times", 1, 1_000_000),
            drop=fields.flag("drop"),
        )
        fields.done()
        if fault.status is None and not fault.drop and not fault.latency_ms:
            raise BadInputError("A fault needs a status, latency_ms or drop.")
        self._world.faults.add(fault)
        return {"operation": operation}

    def expire_sync_tokens(self, fields: Fields) -> Json:
        """Let the sync tokens of one account, or of all, answer 410 from now on."""
        account = self._account(fields) if "email" in fields else None
        fields.done()
        self._world.expire_sync_tokens(account)
        return {}

    def revoke(self, fields: Fields) -> Json:
        """Withdraw all that this account ever granted, as the person can in the Google account."""
        account = self._account(fields)
        fields.done()
        self._world.dirty = True
        return {"revoked_tokens": self._world.grants.revoke_account(account.email)}

    def clock(self, fields: Fields) -> Json:
        """Advance the sandbox's clock."""
        seconds = fields.number("advance_seconds", 0, 10 * 366 * 86_400)
        fields.done()
        self._world.clock.advance(seconds or 0)
        self._world.dirty = True
        return {"now": rfc3339(self._world.clock.now())}

    def reset(self, fields: Fields) -> Json:
        """Begin anew: empty, or with the demo accounts if the sandbox was started with them."""
        fields.done()
        self._world.reset()
        self._begin()
        return {"accounts": list(self._world.accounts)}

    async def clear_faults(self, _request: Request) -> Response:
        """Let everything work again."""
        self._world.faults.clear()
        return JSONResponse({})

    async def log(self, request: Request) -> Response:
        """Return the provider requests after ``since``."""
        since = request.query_params.get("since", "0")
        if not since.isdecimal():
            return _refusal("since must be the number of a request.")
        return JSONResponse(self._world.log.since(int(since)))

    async def outbox(self, _request: Request) -> Response:
        """Return the mails Google would have sent."""
        return JSONResponse({"mails": self._world.mails})

    async def list_accounts(self, _request: Request) -> Response:
        """Return the emails of all accounts."""
        return JSONResponse({"accounts": [{"email": email} for email in self._world.accounts]})

    def _account(self, fields: Fields) -> Account:
        email = fields.text("email").lower()
        if email not in self._world.accounts:
            raise BadInputError(f"There is no account {email}.")
        return self._world.accounts[email]


def _operation(name: str) -> str:
    """Return an operation's name as the log has it; "token", "oauth2.userinfo" and the like are understood."""
    if name == "*":
        return name
    short = name.removeprefix("calendar.")
    if short in discovery.load().methods:
        return short
    oauth_name = "oauth." + name.rpartition(".")[2]
    if oauth_name in oauth.OPERATIONS:
        return oauth_name
    raise BadInputError(f"operation: there is no {name}. Use *, {', '.join(oauth.OPERATIONS)}, events.list, ...")


def _posted(action: Action) -> Callable[[Request], Any]:
    """Wrap an action: JSON in, JSON out, and nothing that a foreign web page could send without asking."""

    async def endpoint(request: Request) -> Response:
        raw = await request.body()
        content_type = request.headers.get("content-type", "").partition(";")[0].strip()
        # Browsers name the origin of what a page posts, and ask before they send JSON to another site.
        if "origin" in request.headers or (raw and content_type != "application/json"):
            return _refusal("Send JSON, with Content-Type: application/json, and not from a web page.", 415)
        try:
            body = json.loads(raw or b"{}")
            if not isinstance(body, dict):
                return _refusal("Send a JSON object.")
            return JSONResponse(action(Fields(body)))
        except (BadInputError, GoogleError) as wrong:
            return _refusal(str(wrong))
        except ValueError:
            return _refusal("The body is not JSON.")

    return endpoint


def _refusal(message: str, status: int = 400) -> Response:
    return JSONResponse({"error": message}, status_code=status)
