"""Reading the JSON body of a request, so that nothing in it can upset what comes after."""

import json
from typing import Any, NoReturn

from ce_calendar.sandbox.google.errors import GoogleError

Json = dict[str, Any]

_DEEPEST = 100
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def read_body(raw: bytes, content_type: str) -> Json:
    """Return the object in a body, an empty one for no body; GoogleError 400 for anything else.

    Args:
        raw: the body.
        content_type: the request's header, empty if there was none.
    """
    if not raw:
        return {}
    kind = content_type.partition(";")[0].strip().lower()
    if kind in _FORMS:
        raise GoogleError(400, "parseError", "This API does not support parsing form-encoded input.")
    if kind and kind != "application/json" and not kind.endswith("+json"):
        raise GoogleError(400, "badContent", "Unsupported content type. Send application/json.")
    try:
        body = json.loads(raw, parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError) as unreadable:
        raise _parse_error() from unreadable
    if not isinstance(body, dict) or _too_deep(raw, body) or _half_characters(raw, body):
        raise _parse_error()
    return body


def _parse_error() -> GoogleError:
    return GoogleError(400, "parseError", "Parse Error")


def _refuse(constant: str) -> NoReturn:
    # Python would read NaN and Infinity, which JSON does not have.
    raise ValueError(constant)


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError(text)
    return number


def _too_deep(raw: bytes, body: Json) -> bool:
    if raw.count(b"{") + raw.count(b"[") <= _DEEPEST:
        return False
    level: list[Any] = [body]
    for _ in range(_DEEPEST):
        level = [below for value in level for below in _below(value)]
        if not level:
            return False
    return True


def _below(value: object) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _half_characters(raw: bytes, body: Json) -> bool:
    """Whether a text has half of a surrogate pair, which nobody could write down again."""
    if b"\\u" not in raw:
        return False
    try:
        json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False
