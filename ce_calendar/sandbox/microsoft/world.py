"""Everything this Microsoft knows: accounts, calendars, grants, mails; kept in memory and in a state file."""

import secrets
import uuid
from dataclasses import dataclass, field
from typing import Any

from ce_calendar.sandbox.clock import Clock
from ce_calendar.sandbox.faults import Faults
from ce_calendar.sandbox.idtokens import Signer
from ce_calendar.sandbox.microsoft import ids
from ce_calendar.sandbox.microsoft.calendars import Calendar, not_found
from ce_calendar.sandbox.microsoft.delta import Rounds
from ce_calendar.sandbox.microsoft.errors import GraphError
from ce_calendar.sandbox.microsoft.grants import EntraGrants
from ce_calendar.sandbox.outbox import Outbox
from ce_calendar.sandbox.requestlog import RequestLog

Json = dict[str, Any]

_NAMES = uuid.UUID("6f0d5d0a-3c57-4e0e-9b57-6e5f2b1d8f11")
"""Namespace of the accounts' and tenants' ids, so that they are the same after a reset."""
CONCURRENCY = 4
"""Requests Exchange works on at once for one mailbox."""


@dataclass(slots=True)
class Account:
    """A work account with its mailbox: the default calendar first."""

    email: str
    name: str
    time_zone: str
    """IANA; of the little page and of what is written without a zone."""
    calendars: dict[str, Calendar] = field(default_factory=dict)
    in_flight: int = 0
    """Requests being worked on."""

    @property
    def object_id(self) -> str:
        """Entra's unchanging id of the account."""
        return str(uuid.uuid5(_NAMES, self.email))

    @property
    def tenant_id(self) -> str:
        """Entra's id of the organization, one per domain."""
        return str(uuid.uuid5(_NAMES, self.email.rpartition("@")[2]))

    @property
    def default_calendar(self) -> Calendar:
        """The calendar of everything that names none."""
        return next(iter(self.calendars.values()))


@dataclass(slots=True)
class Limits:
    """Exchange's patience with one mailbox."""

    concurrency: int = CONCURRENCY
    status: int = 503
    retry_after: int = 1


class World:
    """The one object that handlers work on; ``reset`` makes it new."""

    def __init__(self) -> None:
        self.base_url = "https://localhost:9102"
        self.plain_url = "http://127.0.0.1:9103"
        self.clock = Clock()
        self.log = RequestLog(self.clock)
        self.faults = Faults()
        self.signer = Signer()
        self.dirty = False
        """Whether there is something to save."""
        self._begin()

    def _begin(self) -> None:
        self.accounts: dict[str, Account] = {}
        self.grants = EntraGrants(self.clock)
        self.rounds = Rounds()
        self.limits = Limits()
        self.mails = Outbox()

    def reset(self) -> None:
        """Forget everything that happened, also faults, limits, log and advanced clock."""
        self.clock.advanced = 0.0
        self.log.clear()
        self.faults.clear()
        self._begin()
        self.dirty = True

    @property
    def emails(self) -> list[str]:
        """The emails of all accounts."""
        return list(self.accounts)

    def add_account(self, email: str, *, name: str | None = None, time_zone: str = "UTC") -> Account:
        """Return the account of this email, made now with its default calendar if there is none."""
        if email not in self.accounts:
            account = Account(email, name or email.partition("@")[0].replace(".", " ").title(), time_zone)
            self.accounts[email] = account
            calendar = self.add_calendar(account, "default", name="Calendar")
            calendar.is_default = True
        return self.accounts[email]

    def add_calendar(self, account: Account, key: str, *, name: str, can_edit: bool = True) -> Calendar:
        """Put a calendar into a mailbox, unless it is there already."""
        self.dirty = True
        return account.calendars.setdefault(key, Calendar(key, name, account.email, can_edit=can_edit))

    def calendar(self, account: Account, calendar_id: str | None, *, to_write: bool = False) -> Calendar:
        """Return a calendar of the account, the default one for None.

        Raises:
            GraphError: 400 for a malformed id, 404 for another mailbox's or none, 403 for one that is only read.
        """
        calendar: Calendar | None = account.default_calendar
        if calendar_id is not None:
            named = ids.read_calendar(calendar_id)
            if named is None:
                raise _malformed()
            calendar = account.calendars.get(named[1]) if named[0] == ids.mailbox(account.email) else None
        if calendar is None:
            raise not_found()
        if to_write and not calendar.can_edit:
            raise GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
        return calendar

    def event(self, account: Account, event_id: str, *, to_write: bool = False) -> tuple[Calendar, str, str]:
        """Return calendar, key and stamp of an event by an id of either kind.

        Raises:
            GraphError: 400 for a malformed id, 404 for one that is not, or no longer, in its calendar.
        """
        named = ids.read_event(event_id)
        if named is None:
            raise _malformed()
        if named.mailbox != ids.mailbox(account.email):
            raise not_found()
        holding = (each for each in account.calendars.values() if named.key in each.events)
        calendar = next(holding, None)
        if calendar is None or named.calendar not in (None, calendar.key):
            raise not_found()
        if to_write:
            self.calendar(account, ids.calendar_id(account.email, calendar.key), to_write=True)
        calendar.get(named.key, named.stamp)
        return calendar, named.key, named.stamp

    def expire_sync_tokens(self, account: Account | None, status: int) -> None:
        """Let the delta links handed out so far be refused: those of an account's calendars, or all."""
        for each in self.accounts.values():
            if account is None or each is account:
                for calendar in each.calendars.values():
                    calendar.epoch = secrets.token_hex(4)
                    calendar.dead_status = status
        self.dirty = True

    def mail_guests(self, kind: str, calendar: Calendar, key: str, event: Json) -> None:
        """Put into the outbox what Exchange mails to an event's guests; nobody can ask it not to."""
        if event["organizer"]["emailAddress"].get("address", "").lower() != calendar.owner:
            return
        about = ids.event_id(calendar.owner, calendar.key, key, "", immutable=True)
        for guest in event["attendees"]:
            address = guest["emailAddress"]["address"]
            if address.lower() != calendar.owner:
                self.mails.post({"kind": kind, "to": address, "about": about})
        self.dirty = True

    def to_json(self) -> Json:
        """Return what the state file holds; log, faults and limits live only as long as the process."""
        accounts = [
            {
                "email": account.email,
                "name": account.name,
                "time_zone": account.time_zone,
                "calendars": [calendar.to_json() for calendar in account.calendars.values()],
            }
            for account in self.accounts.values()
        ]
        return {
            "advanced": self.clock.advanced,
            "accounts": accounts,
            "grants": self.grants.to_json(),
            "mails": self.mails.to_json(),
        }

    def load(self, data: Json) -> None:
        """Take up what ``to_json`` returned."""
        self.clock.advanced = data["advanced"]
        for raw in data["accounts"]:
            calendars = {each["key"]: Calendar.from_json(each) for each in raw["calendars"]}
            self.accounts[raw["email"]] = Account(raw["email"], raw["name"], raw["time_zone"], calendars)
        self.grants.load(data["grants"])
        self.mails.load(data["mails"])


def _malformed() -> GraphError:
    return GraphError(400, "ErrorInvalidIdMalformed", "Id is malformed.")
