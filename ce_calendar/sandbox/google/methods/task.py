"""What the operations share: a call with everything a handler needs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ce_calendar.sandbox.google.calendars import Calendar
from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.sharing.access import most, require, under_scope
from ce_calendar.sandbox.google.world import Account, World

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Task:
    """A call with everything a handler needs."""

    world: World
    account: Account
    params: Json
    """Path and query parameters, typed."""
    body: Json
    if_match: str | None
    client_id: str
    """Whose token it is."""
    scopes: frozenset[str]
    """Those of the token that the operation takes."""

    def role(self, calendar: Calendar) -> str:
        """Return what the account may do with a calendar through this token."""
        own, public = self.world.role(self.account, calendar), calendar.acl.public
        made = calendar.client_id == self.client_id
        return most(*(under_scope(scope, own, public=public, made_by_client=made) for scope in self.scopes))

    def calendar(self, least: str = "freeBusyReader", *, named: str | None = None) -> Calendar:
        """Return a calendar on which the account has at least this role through this token.

        Args:
            least: the role it takes.
            named: the calendar's id; the call's calendarId when it is left out.

        Raises:
            GoogleError: 404 when the account may not see it, 403 when the role or the token is not enough.
        """
        calendar = self.world.find(self.account, self.params["calendarId"] if named is None else named)
        role = self.role(calendar)
        if role == "none" and self.world.role(self.account, calendar) != "none":
            message = "Request had insufficient authentication scopes."
            raise GoogleError(403, "insufficientPermissions", message)
        require(role, least)
        return calendar

    def check_etag(self, current: str) -> None:
        """Raise GoogleError 412 if the request is meant for another state of the resource."""
        if self.if_match not in (None, "*", current):
            raise GoogleError(412, "conditionNotMet", "Precondition Failed")


Handler = Callable[[Task], str | bytes | None]
"""Returns the answer as JSON text, or None for 204."""
