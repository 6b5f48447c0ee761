"""The control API: what a test or a demo does behind Microsoft's back, as JSON under /_sandbox/."""

from collections.abc import Callable
from typing import Any

from starlette.routing import Route

from ce_calendar.sandbox.control import CLIENT_ID, SharedControl
from ce_calendar.sandbox.fields import BadInputError, Fields
from ce_calendar.sandbox.microsoft import entra, gate, ids
from ce_calendar.sandbox.microsoft.accounts import add_account
from ce_calendar.sandbox.microsoft.entra import Entra
from ce_calendar.sandbox.microsoft.errors import GraphError
from ce_calendar.sandbox.microsoft.world import CONCURRENCY, Account, Limits, World

Json = dict[str, Any]

ALL_SCOPES = ("openid", "profile", "email", "offline_access", "User.Read", "Calendars.ReadWrite")


class Control(SharedControl):
    """The endpoints over one world."""

    def __init__(self, world: World, begin: Callable[[], None]) -> None:
        super().__init__(world, begin)
        self._world = world

    def routes(self) -> list[Route]:
        """Return every control path."""
        return self.routes_for(
            {
                "accounts": self.accounts,
                "token": self.token,
                "grant": self.grant,
                "expire-sync-tokens": self.expire_sync_tokens,
                "revoke": self.revoke,
                "limits": self.limits,
                "move": self.move,
            }
        )

    def accounts(self, fields: Fields) -> Json:
        """Make an account with calendars and events, or add to it what it lacks."""
        account, events = add_account(self._world, fields)
        calendars = [ids.calendar_id(account.email, key) for key in account.calendars]
        return {"email": account.email, "calendars": calendars, "events_added": events}

    def token(self, fields: Fields) -> Json:
        """Give an access token for an account, without asking anybody."""
        answer = self.grant(fields)
        return {name: answer[name] for name in ("access_token", "expires_in", "scope", "token_type")}

    def grant(self, fields: Fields) -> Json:
        """Give access and refresh token, as if the person had consented."""
        account = self._account(fields)
        client_id = fields.text("client_id", CLIENT_ID)
        # Whoever asks for a grant wants a refresh token; MSAL asks for it unasked.
        scopes = list(dict.fromkeys([*fields.texts("scopes", ALL_SCOPES), "offline_access"]))
        fields.done()
        return Entra(self._world).issue(account, client_id, scopes)

    def expire_sync_tokens(self, fields: Fields) -> Json:
        """Let the delta links of one account, or of all, be refused from now on with 410 or 400."""
        account = self._account(fields) if "email" in fields else None
        status = fields.number("status", 400, 410)
        fields.done()
        if status not in (None, 400, 410):
            raise BadInputError("status: 400 or 410 is needed.")
        self._world.expire_sync_tokens(account, status or 410)
        return {}

    def revoke(self, fields: Fields) -> Json:
        """Withdraw all that this account ever granted, as an administrator can in Entra."""
        account = self._account(fields)
        fields.done()
        self._world.dirty = True
        return {"revoked_tokens": self._world.grants.revoke_account(account.email)}

    def limits(self, fields: Fields) -> Json:
        """Set how many requests of one mailbox are worked on at once, and how one too many is refused."""
        limits = Limits(
            concurrency=fields.number("concurrency", 1, 1000) or CONCURRENCY,
            status=fields.number("status", 400, 599) or 503,
            retry_after=fields.number("retry_after", 0, 86_400) or 0,
        )
        fields.done()
        self._world.limits = limits
        return {"concurrency": limits.concurrency, "status": limits.status, "retry_after": limits.retry_after}

    def move(self, fields: Fields) -> Json:
        """Move an event to another calendar of its mailbox, as a person can in Outlook; its ordinary id changes."""
        account = self._account(fields)
        event_id, calendar_id = fields.text("event"), fields.text("calendar")
        fields.done()
        try:
            calendar, key, _ = self._world.event(account, event_id)
            target = self._world.calendar(account, calendar_id, to_write=True)
            if target is not calendar:
                calendar.hand_over(key, target)
        except GraphError as refusal:
            raise BadInputError(str(refusal)) from refusal
        self._world.dirty = True
        moved = (account.email, target.key, key, "")
        return {"id": ids.event_id(*moved, immutable=False), "immutable_id": ids.event_id(*moved, immutable=True)}

    def operation(self, name: str) -> str:
        """Return an operation's name as the log has it; "token" and the like are understood."""
        for known in (*gate.OPERATIONS, *entra.OPERATIONS):
            if name.casefold() in (known.casefold(), known.removeprefix("oauth.")):
                return known
        known = ", ".join((*entra.OPERATIONS, "GET /me/calendarView/delta"))
        raise BadInputError(f"operation: there is no {name}. Use *, {known}, ...")

    def _account(self, fields: Fields) -> Account:
        email = fields.text("email").lower()
        if email not in self._world.accounts:
            raise BadInputError(f"There is no account {email}.")
        return self._world.accounts[email]
