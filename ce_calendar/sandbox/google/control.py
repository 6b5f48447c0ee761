"""The control API: what a test or a demo does behind Google's back, as JSON under /_sandbox/."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ce_calendar.sandbox.control import CLIENT_ID, SharedControl, refuse_half_characters
from ce_calendar.sandbox.fields import BadInputError, Fields
from ce_calendar.sandbox.google import discovery
from ce_calendar.sandbox.google.calendars import Calendar
from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.front import batch
from ce_calendar.sandbox.google.loading.accounts import Check, add_account
from ce_calendar.sandbox.google.loading.bulk import add_events, generate
from ce_calendar.sandbox.google.loading.ics.loading import Loading
from ce_calendar.sandbox.google.sharing import offers
from ce_calendar.sandbox.google.sharing.acls import NOBODY
from ce_calendar.sandbox.google.signing_in import endpoints
from ce_calendar.sandbox.google.signing_in.tokens import access_answer, full_answer
from ce_calendar.sandbox.google.world import Account, World

Json = dict[str, Any]

ALL_SCOPES = ("openid", "email", "https://www.googleapis.com/auth/calendar")


class Control(SharedControl):
    """The endpoints over one world."""

    def __init__(self, world: World, begin: Callable[[], None], check: Check) -> None:
        super().__init__(world, begin)
        self._world = world
        self._check = check

    def routes(self) -> list[Route]:
        """Return every control path."""
        posts = self.routes_for(
            {
                "accounts": self.accounts,
                "events": self.events,
                "ics": self.ics,
                "clients": self.clients,
                "accept": self.accept,
                "token": self.token,
                "grant": self.grant,
                "expire-sync-tokens": self.expire_sync_tokens,
                "revoke": self.revoke,
                "notify": self.notify,
                "quotas": self.quotas,
            }
        )
        return [
            *posts,
            Route("/_sandbox/clients", self.list_clients, methods=["GET"]),
            Route("/_sandbox/channels", self.channels, methods=["GET"]),
            Route("/_sandbox/quotas", self.show_quotas, methods=["GET"]),
            Route("/_sandbox/misfits", self.misfits, methods=["GET"]),
        ]

    def accounts(self, fields: Fields) -> Json:
        """Make an account with calendars and events, or add to it what it lacks."""
        account, events = add_account(self._world, fields, self._check)
        return {"email": account.email, "calendars": list(account.entries), "events_added": events}

    def accept(self, fields: Fields) -> Json:
        """Put a calendar that an account may see on its list, as a person does who follows the mail about it."""
        account = self._account(fields)
        wanted = fields.text("calendar")
        fields.done()
        calendar = self._world.calendars.get(wanted)
        if calendar is None or self._world.role(account, calendar) == NOBODY:
            raise BadInputError(f"calendar: {wanted} is not shared with {account.email}.")
        offers.accept(self._world, account, calendar)
        role = self._world.role(account, calendar)
        return {"email": account.email, "calendar": calendar.id, "accessRole": role}

    def events(self, fields: Fields) -> Json:
        """Add many events to one calendar, given or made up; all of them or none."""
        calendar = self._calendar(fields)
        wanted = fields.mapping("generate") if "generate" in fields else None
        events = fields.objects("events")
        fields.done()
        refuse_half_characters("events", events)
        if wanted is not None:
            events = [*events, *generate(Fields(wanted, "generate."))]
        added = add_events(calendar, events, self._world.clock, self._world.base_url, self._check)
        self._world.events_changed(calendar)
        return {"events_added": added}

    def ics(self, fields: Fields) -> Json:
        """Take an iCalendar text into one calendar, and say what could not be taken."""
        calendar = self._calendar(fields)
        text = fields.text("ics")
        fields.done()
        loading = Loading(calendar, self._world.clock, self._world.base_url, self._check)
        loading.take(text)
        self._world.events_changed(calendar)
        return {"events_added": loading.added, "refused": loading.refused}

    def restore(self, data: Json) -> Json:
        """Become what was told; each event is held against Google's schema first."""
        for calendar in _list(data, "calendars"):
            for place, event in enumerate(_list(calendar, "events")):
                try:
                    self._check(event[0])
                except (GoogleError, LookupError, TypeError) as wrong:
                    raise BadInputError(f"{calendar.get('id')}, events[{place}]: {wrong}") from wrong
        return super().restore(data)

    def token(self, fields: Fields) -> Json:
        """Give an access token for an account, without asking anybody."""
        account = self._account(fields)
        client_id = fields.text("client_id", CLIENT_ID)
        scopes = fields.texts("scopes", ALL_SCOPES)
        fields.done()
        self._world.dirty = True
        return access_answer(self._world, account.email, client_id, scopes)

    def grant(self, fields: Fields) -> Json:
        """Give access and refresh token, as if the person had consented."""
        account = self._account(fields)
        client_id = fields.text("client_id", CLIENT_ID)
        scopes = fields.texts("scopes", ALL_SCOPES)
        fields.done()
        self._world.grants.consent(client_id, account.email, scopes)
        return full_answer(self._world, account.email, client_id, scopes, new_refresh=True)

    def clients(self, fields: Fields) -> Json:
        """Register an application, or change one."""
        client = self._world.clients.register(fields)
        self._world.dirty = True
        return asdict(client)

    async def list_clients(self, _request: Request) -> Response:
        """Return the registered applications."""
        return JSONResponse({"clients": self._world.clients.to_json()})

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

    def notify(self, fields: Fields) -> Json:
        """Send an account's channels a message although nothing changed, as most of Google's are."""
        account = self._account(fields)
        calendar_id = fields.text("calendar", "")
        fields.done()
        resource = f"events/{account.email if calendar_id == 'primary' else calendar_id}" if calendar_id else None
        self._world.dirty = True
        return {"channels": self._world.channels.notify(account.email, resource)}

    async def channels(self, _request: Request) -> Response:
        """Return the open channels and how their messages fared."""
        return JSONResponse({"channels": [channel.report() for channel in self._world.channels.all()]})

    def quotas(self, fields: Fields) -> Json:
        """Set quotas, or switch them on or off."""
        self._world.quotas.set(fields)
        return self._world.quotas.shown()

    async def show_quotas(self, _request: Request) -> Response:
        """Return the quotas and what is used of them."""
        return JSONResponse(self._world.quotas.shown())

    async def misfits(self, _request: Request) -> Response:
        """Return what did not fit Google's discovery document."""
        return JSONResponse({"misfits": self._world.misfits.to_json()})

    def operation(self, name: str) -> str:
        """Return an operation's name as the log has it; "token", "oauth2.userinfo" and the like are understood."""
        short = name.removeprefix("calendar.")
        if short in discovery.load().methods:
            return short
        if name == batch.OPERATION:
            return name
        oauth_name = "oauth." + name.rpartition(".")[2]
        if oauth_name in endpoints.OPERATIONS:
            return oauth_name
        raise BadInputError(
            f"operation: there is no {name}. Use *, {', '.join(endpoints.OPERATIONS)}, events.list, ..."
        )

    def _calendar(self, fields: Fields) -> Calendar:
        account = self._account(fields)
        named = fields.text("calendar", "primary")
        try:
            return self._world.calendar(account, named)
        except GoogleError as unknown:
            raise BadInputError(f"{account.email} has no calendar {named}.") from unknown

    def _account(self, fields: Fields) -> Account:
        email = fields.text("email").lower()
        if email not in self._world.accounts:
            raise BadInputError(f"There is no account {email}.")
        return self._world.accounts[email]


def _list(data: object, name: str) -> list[Any]:
    value = data.get(name, []) if isinstance(data, dict) else None
    if not isinstance(value, list):
        raise BadInputError(f"{name}: a list is needed.")
    return value
