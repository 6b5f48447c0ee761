"""What both control APIs share: JSON in, JSON out, and the verbs that are the same at every provider."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ce_calendar.sandbox import orders
from ce_calendar.sandbox.clock import FURTHEST, Clock, rfc3339
from ce_calendar.sandbox.faults import Faults
from ce_calendar.sandbox.fields import BadInputError, Fields
from ce_calendar.sandbox.outbox import Outbox
from ce_calendar.sandbox.requestlog import RequestLog

Json = dict[str, Any]
Action = Callable[[Fields], Json]

CLIENT_ID = "sandbox-control"
"""The client that tokens belong to when nobody names one."""


class ControlledWorld(Protocol):
    """What the shared verbs need of a provider's world."""

    clock: Clock
    log: RequestLog
    faults: Faults
    dirty: bool
    mails: Outbox

    @property
    def emails(self) -> list[str]:
        """The emails of all accounts."""

    def reset(self) -> None:
        """Forget everything."""

    def to_json(self) -> Json:
        """Return everything that a restart survives."""

    def load(self, data: Json) -> None:
        """Take up what ``to_json`` returned."""


_DIGITS = 18
"""More than that no request's number has, and Python reads no endless ones."""


class SharedControl:
    """The verbs that are the same at every provider."""

    def __init__(self, world: ControlledWorld, begin: Callable[[], None]) -> None:
        self._shared = world
        self._begin = begin

    def routes_for(self, actions: Mapping[str, Action]) -> list[Route]:
        """Return the paths of a provider's own actions and of the shared ones."""
        shared: dict[str, Action] = {"faults": self.faults, "clock": self.clock, "reset": self.reset}
        every = shared | dict(actions)
        posts = [Route(f"/_sandbox/{name}", posted(action), methods=["POST"]) for name, action in every.items()]
        return [
            *posts,
            Route("/_sandbox/faults", self.list_faults, methods=["GET"]),
            Route("/_sandbox/faults", self.clear_faults, methods=["DELETE"]),
            Route("/_sandbox/log", self.log, methods=["GET"]),
            Route("/_sandbox/outbox", self.outbox, methods=["GET"]),
            Route("/_sandbox/accounts", self.list_accounts, methods=["GET"]),
            Route("/_sandbox/state", self.state, methods=["GET"]),
            Route("/_sandbox/state", posted_whole(self.restore), methods=["POST"]),
        ]

    def operation(self, name: str) -> str:
        """Return an operation's name as the log has it; BadInputError if there is none of this name."""
        raise BadInputError(f"operation: there is no {name}.")

    def faults(self, fields: Fields) -> Json:
        """Order a fault."""
        fault = orders.read(fields, self.operation, self._shared.emails)
        self._shared.faults.add(fault)
        return {"n": fault.number, "operation": fault.operation}

    def clock(self, fields: Fields) -> Json:
        """Advance the sandbox's clock."""
        seconds = fields.number("advance_seconds", 0, 10 * 366 * 86_400)
        fields.done()
        if self._shared.clock.advanced + (seconds or 0) > FURTHEST:
            raise BadInputError("advance_seconds: the clock would be more than a thousand years ahead.")
        self._shared.clock.advance(seconds or 0)
        self._shared.dirty = True
        return {"now": rfc3339(self._shared.clock.now())}

    def reset(self, fields: Fields) -> Json:
        """Begin anew: empty, or with the demo accounts if the sandbox was started with them."""
        fields.done()
        self._shared.reset()
        self._begin()
        return {"accounts": self._shared.emails}

    async def list_faults(self, _request: Request) -> Response:
        """Return what was ordered and how often each order struck."""
        return JSONResponse({"faults": self._shared.faults.to_json()})

    async def clear_faults(self, _request: Request) -> Response:
        """Let everything work again."""
        self._shared.faults.clear()
        return JSONResponse({})

    async def log(self, request: Request) -> Response:
        """Return the provider requests after ``since``."""
        since = request.query_params.get("since", "0")
        if not since.isdecimal() or len(since) > _DIGITS:
            return refusal("since must be the number of a request.")
        return JSONResponse(self._shared.log.since(int(since)))

    async def outbox(self, _request: Request) -> Response:
        """Return the mails the provider would have sent."""
        return JSONResponse({"mails": self._shared.mails.to_json()})

    async def state(self, _request: Request) -> Response:
        """Return everything that a restart survives."""
        return JSONResponse(self._shared.to_json())

    def restore(self, data: Json) -> Json:
        """Become what ``state`` told, at another time or elsewhere; what cannot be taken up changes nothing."""
        # Tried on a world of its own first, and written once, for what is missing may show only then.
        trial = type(self._shared)()
        try:
            trial.load(data)
            refuse_half_characters("state", trial.to_json())
            trial.clock.now()
        except KeyError as missing:
            raise BadInputError(f"This is no state of this half of the sandbox: {missing} is missing.") from missing
        except Exception as wrong:  # what a world makes of any JSON there is; whatever it is, the input was bad
            raise BadInputError(f"This is no state of this half of the sandbox: {wrong}") from wrong
        if not 0 <= trial.clock.advanced <= FURTHEST:
            raise BadInputError("advanced: so far ahead the clock cannot be.")
        self._shared.reset()
        self._shared.load(data)
        self._shared.dirty = True
        return {"accounts": self._shared.emails}

    async def list_accounts(self, _request: Request) -> Response:
        """Return the emails of all accounts."""
        return JSONResponse({"accounts": [{"email": email} for email in self._shared.emails]})


def posted(action: Action) -> Callable[[Request], Any]:
    """Wrap an action that reads its input field by field, see ``posted_whole``."""
    return posted_whole(lambda body: action(Fields(body)))


def posted_whole(action: Callable[[Json], Json]) -> Callable[[Request], Any]:
    """Wrap an action: JSON in, JSON out, and nothing that a foreign web page could send without asking."""

    async def endpoint(request: Request) -> Response:
        raw = await request.body()
        content_type = request.headers.get("content-type", "").partition(";")[0].strip()
        # Browsers name the origin of what a page posts, and ask before they send JSON to another site.
        if "origin" in request.headers or (raw and content_type != "application/json"):
            return refusal("Send JSON, with Content-Type: application/json, and not from a web page.", 415)
        try:
            body = json.loads(raw or b"{}")
        except (ValueError, RecursionError):
            return refusal("The body is not JSON.")
        if not isinstance(body, dict):
            return refusal("Send a JSON object.")
        try:
            return JSONResponse(action(body))
        except BadInputError as wrong:
            return refusal(str(wrong))

    return endpoint


def refuse_half_characters(name: str, value: object) -> None:
    """Refuse what holds a lone surrogate: no answer could tell it again; BadInputError."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except (UnicodeEncodeError, RecursionError) as unspeakable:
        raise BadInputError(f"{name}: holds half a character (a lone surrogate).") from unspeakable


def refusal(message: str, status: int = 400) -> Response:
    """Return the answer to input that cannot be used."""
    # An unknown name is told as it came, and may be half a surrogate pair.
    return JSONResponse({"error": message.encode(errors="replace").decode()}, status_code=status)
