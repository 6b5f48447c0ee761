"""Holds every Calendar request and answer against Google's discovery document.

It stands outside the handlers, on the bytes that really go over the wire, so that a misreading of
the API in the sandbox shows as a loud 500 instead of being taught to the application.
"""

import json
import re
from collections.abc import Callable
from datetime import date, datetime
from http import HTTPStatus
from typing import Any

from jsonschema_rs import Draft202012Validator, ValidationError
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ce_calendar.sandbox.google import discovery
from ce_calendar.sandbox.google.discovery import Method
from ce_calendar.sandbox.google.errors import GoogleError, invalid_parameter
from ce_calendar.sandbox.google.front.bodies import read_body
from ce_calendar.sandbox.google.front.entrance import replay
from ce_calendar.sandbox.google.front.gate import Call, call_of
from ce_calendar.sandbox.google.front.misfits import Misfits

Json = dict[str, Any]

_KEPT = ("type", "format", "enum", "pattern")
_MASK = "the value"
"""Stands in messages where the value was: it may be somebody's title."""

Format = Callable[[str], bool]


class DiscoveryValidation:
    """ASGI middleware between the gate and the service."""

    def __init__(self, app: ASGIApp, checks: "Checks", misfits: Misfits) -> None:
        self._app = app
        self._checks = checks
        self._misfits = misfits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check a request, pass it on, check its answer."""
        call = call_of(scope)
        request = Request(scope, receive)
        operation = call.method.operation
        # A body that nobody asked for is not read.
        raw = await request.body() if call.method.request else b""
        try:
            self._checks.query(call, request.query_params.multi_items())
            if call.method.request:
                self._checks.body(call.method, raw, request.headers.get("content-type", ""))
        except GoogleError as refusal:
            self._misfits.record(operation, "request", refusal.message)
            await refusal.response()(scope, receive, send)
            return
        held: list[Message] = []

        async def hold(message: Message) -> None:
            held.append(message)

        await self._app(scope, replay(raw), hold)
        try:
            self._checks.answer(call.method, held)
        except GoogleError as misreading:
            self._misfits.record(operation, "answer", misreading.message)
            await misreading.response()(scope, receive, send)
            return
        for message in held:
            await send(message)


class Checks:
    """The discovery schemas as JSON Schema validators."""

    def __init__(self, document: discovery.Discovery) -> None:
        self._answered = {name: json_schema(schema) for name, schema in document.schemas.items()}
        self._requested = {name: json_schema(schema, request=True) for name, schema in document.schemas.items()}
        self._answers: dict[str, Draft202012Validator] = {}
        self._bodies: dict[str, Draft202012Validator] = {}
        self._queries: dict[str, Draft202012Validator] = {}

    def query(self, call: Call, pairs: list[tuple[str, str]]) -> None:
        """Refuse unknown, mistyped and missing parameters with 400."""
        method = call.method
        if method.operation not in self._queries:
            self._queries[method.operation] = _query_validator(method)
        given = discovery.typed(method, pairs) | call.path_parameters
        unknown = next((name[:100] for name in given if name not in method.parameters), None)
        if unknown is not None:
            raise invalid_parameter(unknown, f"Invalid query of {method.operation}: unknown parameter: {unknown}")
        error = _first(self._queries[method.operation], given)
        if error is not None:
            message = f"Invalid query of {method.operation}: {_words(error)}"
            if not error.instance_path:
                required = (name for name, raw in method.parameters.items() if raw.get("required"))
                raise GoogleError(
                    400, "required", message, location=next(name for name in required if name not in given)
                )
            raise invalid_parameter(str(error.instance_path[0]), message)

    def body(self, method: Method, raw: bytes, content_type: str = "") -> None:
        """Refuse unknown and mistyped fields of a body, and missing ones, with 400."""
        body = read_body(raw, content_type)
        error = self._body_error(str(method.request), body)
        if error is not None:
            raise GoogleError(400, "invalid", f"Invalid body of {method.operation}: {_words(error)}")
        for field in method.required_in_body:
            if not body.get(field):
                raise GoogleError(400, "required", f"Required: {field}")

    def event(self, event: Json) -> None:
        """Refuse an event that is not in Google's form with 400."""
        error = self._body_error("Event", event)
        if error is not None:
            raise GoogleError(400, "invalid", _words(error))

    def answer(self, method: Method, messages: list[Message]) -> None:
        """Refuse an answer of our own that Google's schema does not allow, with a 500 that names the field."""
        status = messages[0]["status"]
        raw = b"".join(message.get("body", b"") for message in messages[1:])
        if status >= HTTPStatus.BAD_REQUEST:
            return
        if method.response is None:
            if raw:
                raise GoogleError(500, "sandboxMisreading", f"{method.operation} must answer without a body.")
            return
        error = self._first_error(method.response, json.loads(raw))
        if error is not None:
            message = f"The sandbox answered {method.operation} wrongly: {_words(error)}"
            raise GoogleError(500, "sandboxMisreading", message)

    def _body_error(self, name: str, body: Json) -> ValidationError | None:
        if name not in self._bodies:
            self._bodies[name] = _compiled(_named(name, self._requested), _REQUEST_FORMATS)
        return _first(self._bodies[name], _without_none(body))

    def _first_error(self, name: str, answer: Json) -> ValidationError | None:
        if name not in self._answers:
            self._answers[name] = _compiled(_named(name, self._answered), _ANSWER_FORMATS)
        return _first(self._answers[name], answer)


def json_schema(raw: Json, *, request: bool = False) -> Json:
    """Translate a discovery schema; what it does not name is not allowed.

    Args:
        raw: of the document.
        request: whether it is for what clients send: they may write long whole numbers as numbers.
    """
    if "$ref" in raw:
        return {"$ref": f"#/$defs/{raw['$ref']}"}
    if raw.get("type") == "any":
        return {}
    schema: Json = {key: raw[key] for key in _KEPT if key in raw}
    if request and raw.get("format") == "int64":
        schema["type"] = ["string", "integer"]
    # Bounds are written as text in discovery documents.
    if raw.get("format") == "int32":
        schema |= {"minimum": -(2**31), "maximum": 2**31 - 1}
    schema |= {key: int(raw[key]) for key in ("minimum", "maximum") if key in raw}
    if "items" in raw:
        schema["items"] = json_schema(raw["items"], request=request)
    if raw.get("type") == "object":
        below = raw.get("properties", {})
        schema["properties"] = {name: json_schema(each, request=request) for name, each in below.items()}
        more = raw.get("additionalProperties")
        schema["additionalProperties"] = json_schema(more, request=request) if more else False
    return schema


def _query_validator(method: Method) -> Draft202012Validator:
    properties = {}
    for name, raw in method.parameters.items():
        schema = json_schema(raw)
        properties[name] = {"type": "array", "items": schema} if raw.get("repeated") else schema
    required = [name for name, raw in method.parameters.items() if raw.get("required")]
    schema = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    return _compiled(schema, _ANSWER_FORMATS)


def _named(name: str, definitions: Json) -> Json:
    return {"$ref": f"#/$defs/{name}", "$defs": definitions}


def _compiled(schema: Json, formats: dict[str, Format]) -> Draft202012Validator:
    return Draft202012Validator(schema, formats=formats, validate_formats=True, mask=_MASK)


def _first(validator: Draft202012Validator, instance: Json) -> ValidationError | None:
    return next(validator.iter_errors(instance), None)


def _without_none(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Drop null fields: in a patch they take a field away, whatever its type."""
    if isinstance(value, dict):
        return {key: _without_none(below) for key, below in value.items() if below is not None}
    if isinstance(value, list):
        return [_without_none(below) for below in value]
    return value


def _words(error: ValidationError) -> str:
    place = ".".join(str(part) for part in error.instance_path) or "top level"
    return f"{place}: {error.message}"


# Not \d, and not Python's own reading alone: it takes the digits of other scripts, "1_0" and "20270301".
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATE_TIME = re.compile(_DATE.pattern + r"T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?")
_INT64 = re.compile(r"-?[0-9]{1,19}")


def _formats(*, local_times: bool) -> dict[str, Format]:
    """Return checks of the formats in Google's document.

    Args:
        local_times: whether a date-time may lack its offset, as in an event's start with a timeZone.
    """

    def is_date_time(text: str) -> bool:
        match = _DATE_TIME.fullmatch(text)
        return match is not None and (match[2] is not None or local_times) and _reads(datetime.fromisoformat, text)

    return {
        "date-time": is_date_time,
        "date": lambda text: bool(_DATE.fullmatch(text)) and _reads(date.fromisoformat, text),
        "int64": lambda text: bool(_INT64.fullmatch(text)) and -(2**63) <= int(text) < 2**63,
    }


def _reads(reader: Callable[[str], object], text: str) -> bool:
    try:
        reader(text)
    except ValueError:
        return False
    return True


_REQUEST_FORMATS = _formats(local_times=True)
_ANSWER_FORMATS = _formats(local_times=False)
