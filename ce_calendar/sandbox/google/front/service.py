"""Answers Calendar requests: finds the operation's handler and gives it a typed call."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ce_calendar.sandbox.google import discovery
from ce_calendar.sandbox.google.discovery import Method
from ce_calendar.sandbox.google.errors import GoogleError, invalid_parameter
from ce_calendar.sandbox.google.front.bodies import read_body
from ce_calendar.sandbox.google.front.gate import Call, call_of
from ce_calendar.sandbox.google.front.partial import Mask, read_mask, select
from ce_calendar.sandbox.google.front.quotas import CALENDARS, EVENTS, GUESTS
from ce_calendar.sandbox.google.methods import HANDLERS
from ce_calendar.sandbox.google.methods.task import Handler, Task
from ce_calendar.sandbox.google.world import World

Json = dict[str, Any]

_MAKES = {
    "calendars.insert": CALENDARS,
    "events.insert": EVENTS,
    "events.import": EVENTS,
    "events.quickAdd": EVENTS,
}
"""Which quota an operation takes one of."""


class CalendarService:
    """ASGI application behind the gate: one handler per operation."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request that the gate let through."""
        request = Request(scope, receive)
        try:
            text = await self._answer(call_of(scope), request)
        except GoogleError as refusal:
            await refusal.response()(scope, receive, send)
            return
        if text is None:
            await Response(status_code=204)(scope, receive, send)
        else:
            await Response(text, media_type="application/json")(scope, receive, send)

    async def _answer(self, call: Call, request: Request) -> str | bytes | None:
        handler = HANDLERS.get(call.method.operation)
        if handler is None:
            message = f"The sandbox does not offer {call.method.operation} yet."
            raise GoogleError(501, "notImplemented", message)
        params = discovery.typed(call.method, request.query_params.multi_items())
        mask = _mask(call.method, params)
        for name, value in params.items():
            expected = {"integer": int, "boolean": bool}.get(call.method.parameters.get(name, {}).get("type", ""))
            if expected and not isinstance(value, expected):
                raise invalid_parameter(name, f"Invalid value for: {name}")
        body: Json = {}
        if call.method.request:
            body = read_body(await request.body(), request.headers.get("content-type", ""))
        if_match = request.headers.get("if-match")
        scopes = call.method.scopes.intersection(call.token.scopes)
        given = params | call.path_parameters
        task = Task(self._world, call.account, given, body, if_match, call.token.client_id, scopes)
        text = self._within_quotas(call.method, handler, task)
        return text if text is None else _shaped(text, mask, pretty=params.get("prettyPrint") is True)

    def _within_quotas(self, method: Method, handler: Handler, task: Task) -> str | bytes | None:
        """Carry a call out if what it makes is within the quotas of its account, and count what it made."""
        quotas, mails, email = self._world.quotas, self._world.mails, task.account.email
        made = _MAKES.get(method.operation)
        if made:
            quotas.check(made, email)
        if "sendUpdates" in method.parameters and _asks_for_mail(task.params):
            quotas.check(GUESTS, email, self._strangers(task.body))
        sent = mails.posted
        text = handler(task)
        if made:
            quotas.spend(made, email)
        invited = [mail for mail in mails.since(sent) if mail["kind"] == "invitation"]
        quotas.spend(GUESTS, email, sum(mail["to"] not in self._world.accounts for mail in invited))
        return text

    def _strangers(self, body: Json) -> int:
        """Return how many guests of an event have no account here."""
        guests = body.get("attendees")
        emails = [guest.get("email") for guest in guests if isinstance(guest, dict)] if isinstance(guests, list) else []
        return sum(isinstance(email, str) and email not in self._world.accounts for email in emails)


def _asks_for_mail(params: Json) -> bool:
    return params.get("sendUpdates") in ("all", "externalOnly") or params.get("sendNotifications") is True


def _mask(method: Method, params: Json) -> Mask:
    """Return which fields of the answer are wanted; refuse an answer in another form than JSON."""
    if params.get("alt", "json") != "json":
        raise invalid_parameter("alt", "Invalid value for: alt. Allowed values: [json]")
    return read_mask(params["fields"], method.response) if params.get("fields") and method.response else {}


def _shaped(text: str | bytes, mask: Mask, *, pretty: bool) -> str | bytes:
    """Return an answer as it was asked for; as the handler wrote it, if nothing was."""
    if not mask and not pretty:
        return text
    return json.dumps(select(json.loads(text), mask), indent=2 if pretty else None)
