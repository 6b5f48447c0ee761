"""Everything this Google knows: accounts, calendars, grants, mails; kept in memory and in a state file."""

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any

from ce_calendar.sandbox.clock import Clock
from ce_calendar.sandbox.faults import Faults
from ce_calendar.sandbox.google.calendars import Calendar
from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.events.listing import Listings
from ce_calendar.sandbox.google.front.misfits import Misfits
from ce_calendar.sandbox.google.front.quotas import Quotas
from ce_calendar.sandbox.google.paging import Pager
from ce_calendar.sandbox.google.preferences import DEFAULTS, TIME_ZONE, Preferences
from ce_calendar.sandbox.google.push.channels import EXISTS, NOT_EXISTS, Channels
from ce_calendar.sandbox.google.push.deliveries import Deliveries
from ce_calendar.sandbox.google.sharing.access import require
from ce_calendar.sandbox.google.sharing.calendar_lists import PRIMARY_COLOR, PRIMARY_REMINDERS, CalendarList, Entry
from ce_calendar.sandbox.google.signing_in.clients import Clients
from ce_calendar.sandbox.google.signing_in.grants import GoogleGrants
from ce_calendar.sandbox.idtokens import Signer
from ce_calendar.sandbox.outbox import Outbox
from ce_calendar.sandbox.requestlog import RequestLog

Json = dict[str, Any]


@dataclass(slots=True)
class Account:
    """A Google account, with its list of calendars (its own first) and its settings."""

    email: str
    name: str
    preferences: Preferences
    calendar_list: CalendarList = field(default_factory=CalendarList)

    @property
    def time_zone(self) -> str:
        """The zone the account lives in."""
        return self.preferences.values[TIME_ZONE]

    @property
    def entries(self) -> dict[str, Entry]:
        """The calendars on the list, by id."""
        return {key: entry for key, entry in self.calendar_list.entries.items() if not entry.deleted}

    @property
    def subject(self) -> str:
        """Google's unchanging number of the account."""
        return str(10**20 + int(hashlib.sha256(self.email.encode()).hexdigest(), 16) % 10**20)

    def to_json(self) -> Json:
        """Return everything, for the state file."""
        lists = {"calendar_list": self.calendar_list.to_json(), "preferences": self.preferences.to_json()}
        return {"email": self.email, "name": self.name, **lists}


class World:
    """The one object that handlers work on; ``reset`` makes it new."""

    def __init__(self) -> None:
        self.base_url = "http://127.0.0.1:9101"
        self.clock = Clock()
        self.log = RequestLog(self.clock)
        self.faults = Faults()
        self.quotas = Quotas(self.clock)
        self.misfits = Misfits()
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
        self.pager = Pager()
        self.mails = Outbox()

    def reset(self) -> None:
        """Forget everything that happened, also faults, log and advanced clock."""
        self.clock.advanced = 0.0
        self.log.clear()
        self.faults.clear()
        self.channels.clear()
        self.quotas.reset()
        self.misfits.clear()
        self._begin()
        self.dirty = True

    @property
    def emails(self) -> list[str]:
        """The emails of all accounts."""
        return list(self.accounts)

    def add_account(self, email: str, *, name: str | None = None, time_zone: str = "UTC") -> Account:
        """Return the account of this email, made now with its primary calendar if there is none."""
        if email not in self.accounts:
            preferences = Preferences(DEFAULTS | {TIME_ZONE: time_zone})
            account = Account(email, name or email.partition("@")[0].replace(".", " ").title(), preferences)
            self.accounts[email] = account
            self.add_calendar(account, email, summary=email, time_zone=time_zone)
            primary = account.calendar_list.entries[email]
            primary.color_id, primary.reminders = PRIMARY_COLOR, [dict(each) for each in PRIMARY_REMINDERS]
        return self.accounts[email]

    def add_calendar(
        self, account: Account, calendar_id: str, *, summary: str, time_zone: str, access_role: str = "owner"
    ) -> Calendar:
        """Put a calendar into an account's list, shared with it; the calendar is made now if there is none."""
        calendar = self.calendars.get(calendar_id)
        if calendar is None:
            # Of somebody who has no account here, unless the account owns it.
            owner = account.email if access_role == "owner" else calendar_id
            calendar = Calendar(calendar_id, summary, time_zone, owner)
            calendar.acl.put("user", owner, "owner")
            self.calendars[calendar_id] = calendar
        if access_role == "owner" and calendar.owner not in self.accounts:
            calendar.owner = account.email
        if calendar.acl.get(f"user:{account.email}") is None:
            calendar.acl.put("user", account.email, access_role)
            self.acl_changed(calendar)
        if account.calendar_list.get(calendar_id) is None:
            account.calendar_list.add(calendar_id, selected=True)
            self.calendar_list_changed(account)
        self.dirty = True
        return calendar

    def find(self, account: Account, calendar_id: str) -> Calendar:
        """Return a calendar by its id or as ``primary``; GoogleError 404 if there is none."""
        calendar = self.known_calendar(account, calendar_id)
        if calendar is None:
            raise GoogleError(404, "notFound", "Not Found")
        return calendar

    def known_calendar(self, account: Account, calendar_id: str) -> Calendar | None:
        """Return a calendar by its id or as ``primary``, whether or not the account may see it."""
        if calendar_id == "primary":
            return self.calendars.get(account.email)
        # An email is an email however it is written, and the primary calendar's id is one.
        return self.calendars.get(calendar_id) or self.calendars.get(calendar_id.lower())

    def calendar(self, account: Account, calendar_id: str, *, to_write: bool = False) -> Calendar:
        """Return a calendar the account may read, or write; GoogleError 404 or 403 otherwise."""
        calendar = self.find(account, calendar_id)
        require(self.role(account, calendar), "writerWithoutPrivateAccess" if to_write else "freeBusyReader")
        return calendar

    def role(self, account: Account, calendar: Calendar) -> str:
        """Return what an account may do with a calendar."""
        return calendar.acl.role_of(account.email)

    def reminders(self, account: Account, calendar: Calendar) -> list[Json]:
        """Return an account's default reminders for a calendar."""
        entry = account.calendar_list.get(calendar.id)
        return entry.reminders if entry else []

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

    def calendar_removed(self, calendar: Calendar) -> None:
        """Forget a calendar, and take it off everybody's list."""
        del self.calendars[calendar.id]
        for account in self.accounts.values():
            if account.calendar_list.remove(calendar.id):
                self.calendar_list_changed(account)
        self.events_changed(calendar)
        self.acl_changed(calendar)

    def expire_sync_tokens(self, account: Account | None) -> None:
        """Let the sync tokens handed out so far answer 410: those of an account, its list's calendars too, or all."""
        for calendar in self.calendars.values():
            if account is None or account.calendar_list.get(calendar.id):
                calendar.epoch = secrets.token_hex(4)
                calendar.acl.epoch = secrets.token_hex(4)
        for each in self.accounts.values() if account is None else (account,):
            each.calendar_list.epoch = secrets.token_hex(4)
            each.preferences.epoch = secrets.token_hex(4)
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
                self.mails.post({"kind": kind, "to": email, "about": event["id"]})
                self.dirty = True

    def to_json(self) -> Json:
        """Return what the state file holds; the log and the faults live only as long as the process."""
        return self.without_calendars() | {"calendars": [calendar.to_json() for calendar in self.calendars.values()]}

    def without_calendars(self) -> Json:
        """Return the smaller part of that."""
        return {
            "format": 1,
            "advanced": self.clock.advanced,
            "accounts": [account.to_json() for account in self.accounts.values()],
            "clients": self.clients.to_json(),
            "grants": self.grants.to_json(),
            "mails": self.mails.to_json(),
            "channels": self.channels.to_json(),
            "quotas": self.quotas.to_json(),
        }

    def load(self, data: Json) -> None:
        """Take up what ``to_json`` returned; its calendars may come one by one, so that they need not fit in twice."""
        self.clock.advanced = data["advanced"]
        for raw in data["calendars"]:
            self.calendars[raw["id"]] = Calendar.from_json(raw)
        self.clients.load(data.get("clients", []))
        for raw in data["accounts"]:
            self.accounts[raw["email"]] = self._load_account(raw)
        self.grants.load(data["grants"])
        self.mails.load(data["mails"])
        # An older state file has no channels.
        self.channels.load(data.get("channels", []))
        for channel in self.channels.all():
            kind, _, watched = channel.resource.partition("/")
            if kind == "events" and watched in self.calendars:
                self.calendars[watched].on_change = self.events_changed
        self.quotas.load(data.get("quotas", {}))

    def _load_account(self, raw: Json) -> Account:
        if "calendar_list" in raw:
            preferences = Preferences.from_json(raw["preferences"])
            return Account(raw["email"], raw["name"], preferences, CalendarList.from_json(raw["calendar_list"]))
        # Of the time when an entry of the list also said what the account may do.
        account = Account(raw["email"], raw["name"], Preferences(DEFAULTS | {TIME_ZONE: raw["time_zone"]}))
        for calendar_id, old in raw["entries"].items():
            self.calendars[calendar_id].acl.put("user", account.email, old["access_role"])
            entry = account.calendar_list.add(calendar_id, selected=old["selected"])
            if calendar_id == account.email:
                entry.color_id, entry.reminders = PRIMARY_COLOR, [dict(each) for each in PRIMARY_REMINDERS]
        return account
