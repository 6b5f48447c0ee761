"""Answers Calendar requests: finds the operation's handler and gives it a typed call."""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from ce_calendar.sandbox.google import discovery
from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.gate import Call, call_of
from ce_calendar.sandbox.google.methods import HANDLERS
from ce_calendar.sandbox.google.methods.task import Task
from ce_calendar.sandbox.google.world import World

Json = dict[str, Any]


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
        for name, value in params.items():
            expected = {"integer": int, "boolean": bool}.get(call.method.parameters.get(name, {}).get("type", ""))
            if expected and not isinstance(value, expected):
                raise GoogleError(400, "invalid", f"Invalid value for: {name}")
        body = _read_body(await request.body()) if call.method.request else {}
        if_match = request.headers.get("if-match")
        scopes = call.method.scopes.intersection(call.token.scopes)
        given = params | call.path_parameters
        return handler(Task(self._world, call.account, given, body, if_match, call.token.client_id, scopes))


def _read_body(raw: bytes) -> Json:
    try:
        body = json.loads(raw or b"{}")
    except ValueError as unreadable:
        raise GoogleError(400, "parseError", "This API does not support parsing form-encoded input.") from unreadable
    if not isinstance(body, dict):
        raise GoogleError(400, "parseError", "Parse Error")
    return body
