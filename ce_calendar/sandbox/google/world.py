"""Everything this Google knows: accounts, calendars, grants, mails; kept in memory and in a state file."""

import hashlib
import secrets
from dataclasses import asdict, dataclass, field
from typing import Any

from ce_calendar.sandbox.clock import Clock
from ce_calendar.sandbox.faults import Faults
from ce_calendar.sandbox.google.access import WRITERS
from ce_calendar.sandbox.google.calendars import Calendar
from ce_calendar.sandbox.google.channels import EXISTS, NOT_EXISTS, Channels
from ce_calendar.sandbox.google.clients import Clients
from ce_calendar.sandbox.google.deliveries import Deliveries
from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.grants import GoogleGrants
from ce_calendar.sandbox.google.listing import Listings
from ce_calendar.sandbox.idtokens import Signer
from ce_calendar.sandbox.requestlog import RequestLog

Json = dict[str, Any]


@dataclass(slots=True)
class Entry:
    """A calendar in an account's list."""

    calendar_id: str
    access_role: str
    selected: bool = True


@dataclass(slots=True)
class Account:
    """A Google account, with its list of calendars: its own first."""

    email: str
    name: str
    time_zone: str
    entries: dict[str, Entry] = field(default_factory=dict)

    @property
    def subject(self) -> str:
        """Google's unchanging number of the account."""
        return str(10**20 + int(hashlib.sha256(self.email.encode()).hexdigest(), 16) % 10**20)


class World:
    """The one object that handlers work on; ``reset`` makes it new."""

    def __init__(self) -> None:
        self.base_url = "http://127.0.0.1:9101"
        self.clock = Clock()
        self.log = RequestLog(self.clock)
        self.faults = Faults()
        self.signer = Signer()
        self.deliveries = Deliveries(self.clock)
        self.dirty = False
        """Whether there is something to save."""
        self._begin()

    def _begin(self) -> None:
        self.accounts: dict[str, Account] = {}
        self.calendars: dict[str, Calendar] = {}
        self.clients = Clients()
        self.grants = GoogleGrants(self.clock, self.clients)
        self.channels = Channels(self.clock, self.deliveries.wake)
        self.grants.on_end = self.channels.end
        self.listings = Listings()
        self.mails: list[Json] = []

    def reset(self) -> None:
        """Forget everything that happened, also faults, log and advanced clock."""
        self.clock.advanced = 0.0
        self.log.clear()
        self.faults.clear()
        self.channels.clear()
        self._begin()
        self.dirty = True

    @property
    def emails(self) -> list[str]:
        """The emails of all accounts."""
        return list(self.accounts)

    def add_account(self, email: str, *, name: str | None = None, time_zone: str = "UTC") -> Account:
        """Return the account of this email, made now with its primary calendar if there is none."""
        if email not in self.accounts:
            account = Account(email, name or email.partition("@")[0].replace(".", " ").title(), time_zone)
            self.accounts[email] = account
            self.add_calendar(account, email, summary=email, time_zone=time_zone)
        return self.accounts[email]

    def add_calendar(
        self, account: Account, calendar_id: str, *, summary: str, time_zone: str, access_role: str = "owner"
    ) -> Calendar:
        """Put a calendar into an account's list; it is made now if nobody has it yet."""
        if calendar_id not in self.calendars:
            owner = account.email if access_role == "owner" else calendar_id
            self.calendars[calendar_id] = Calendar(calendar_id, summary, time_zone, owner)
        account.entries.setdefault(calendar_id, Entry(calendar_id, access_role))
        self.dirty = True
        return self.calendars[calendar_id]

    def calendar(self, account: Account, calendar_id: str, *, to_write: bool = False) -> Calendar:
        """Return a calendar the account may read, or write; GoogleError 404 or 403 otherwise."""
        entry = account.entries.get(account.email if calendar_id == "primary" else calendar_id)
        if entry is None:
            raise GoogleError(404, "notFound", "Not Found")
        if to_write and entry.access_role not in WRITERS:
            raise GoogleError(403, "requiredAccessLevel", "You need to have writer access to this calendar.")
        return self.calendars[entry.calendar_id]

    def role(self, account: Account, calendar: Calendar) -> str:
        """Return what an account may do with a calendar."""
        entry = account.entries.get(calendar.id)
        return entry.access_role if entry else "none"

    def events_changed(self, calendar: Calendar) -> None:
        """Take note that a calendar's events are others than before, or gone with it."""
        self._changed(f"events/{calendar.id}", there=calendar.id in self.calendars)

    def acl_changed(self, calendar: Calendar) -> None:
        """Take note that a calendar's access rules are others than before, or gone with it."""
        self._changed(f"acl/{calendar.id}", there=calendar.id in self.calendars)

    def calendar_list_changed(self, account: Account) -> None:
        """Take note that the list of calendars of an account is another than before."""
        self._changed(f"calendarList/{account.email}")

    def settings_changed(self, account: Account) -> None:
        """Take note that an account's settings are others than before."""
        self._changed(f"settings/{account.email}")

    def _changed(self, resource: str, *, there: bool = True) -> None:
        self.dirty = True
        self.channels.changed(resource, state=EXISTS if there else NOT_EXISTS)

    def expire_sync_tokens(self, account: Account | None) -> None:
        """Let the sync tokens handed out so far answer 410: those of an account's calendars, or all."""
        for calendar in self.calendars.values():
            if account is None or calendar.id in account.entries:
                calendar.epoch = secrets.token_hex(4)
        self.dirty = True

    def mail_guests(self, kind: str, event: Json, send_updates: str) -> None:
        """Put into the outbox what Google would mail to an event's guests."""
        organizer = event.get("organizer", {}).get("email")
        for guest in event.get("attendees", []):
            email = guest["email"]
            outside = email not in self.accounts
            if email == organizer or guest.get("self") or (send_updates == "externalOnly" and not outside):
                continue
            if send_updates in ("all", "externalOnly"):
                self.mails.append({"kind": kind, "to": email, "about": event["id"]})
                self.dirty = True

    def to_json(self) -> Json:
        """Return what the state file holds; the log and the faults live only as long as the process."""
        return {
            "format": 1,
            "advanced": self.clock.advanced,
            "accounts": [asdict(account) for account in self.accounts.values()],
            "calendars": [calendar.to_json() for calendar in self.calendars.values()],
            "clients": self.clients.to_json(),
            "grants": self.grants.to_json(),
            "mails": self.mails,
            "channels": self.channels.to_json(),
        }

    def load(self, data: Json) -> None:
        """Take up what ``to_json`` returned."""
        self.clock.advanced = data["advanced"]
        for raw in data["accounts"]:
            entries = {key: Entry(**entry) for key, entry in raw["entries"].items()}
            self.accounts[raw["email"]] = Account(**{**raw, "entries": entries})
        for raw in data["calendars"]:
            self.calendars[raw["id"]] = Calendar.from_json(raw)
        self.clients.load(data.get("clients", []))
        self.grants.load(data["grants"])
        self.mails = data["mails"]
        # An older state file has no channels.
        self.channels.load(data.get("channels", []))
        for channel in self.channels.all():
            kind, _, watched = channel.resource.partition("/")
            if kind == "events" and watched in self.calendars:
                self.calendars[watched].on_change = self.events_changed
