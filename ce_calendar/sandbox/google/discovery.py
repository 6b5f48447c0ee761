"""Google's discovery document: the operations, their paths, parameters, scopes and schemas.

It is the one from google-api-python-client's wheel. What it says is never repeated in our own words:
routing, scope checks and validation all read it.
"""

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

Json = dict[str, Any]

_INTEGER = re.compile(r"-?[0-9]{1,19}")


@dataclass(frozen=True)
class Method:
    """One operation, such as events.list."""

    operation: str
    """Its id without ``calendar.``."""
    http_method: str
    template: tuple[str, ...]
    """Path segments below /calendar/v3/, parameters in braces."""
    parameters: Json
    """Path and query parameters, those common to all operations included."""
    scopes: frozenset[str]
    request: str | None
    """Name of the body's schema."""
    response: str | None
    required_in_body: tuple[str, ...] = ()

    def path_parameters(self, segments: tuple[str, ...]) -> dict[str, str] | None:
        """Return the values in a path, or None if the path is not of this operation."""
        found = {}
        for wanted, given in zip(self.template, segments, strict=True):
            if wanted.startswith("{"):
                found[wanted[1:-1]] = given
            elif wanted != given:
                return None
        return found


class Discovery:
    """The parsed document."""

    def __init__(self, document: Json) -> None:
        self.schemas: Json = document["schemas"]
        self.methods: dict[str, Method] = {}
        self._by_shape: dict[tuple[str, int], list[Method]] = {}
        for resource in document["resources"].values():
            for raw in resource["methods"].values():
                method = _method(raw, document)
                self.methods[method.operation] = method
                self._by_shape.setdefault((method.http_method, len(method.template)), []).append(method)
        for methods in self._by_shape.values():
            # events/import must be tried before events/{eventId}.
            methods.sort(key=lambda method: sum(part.startswith("{") for part in method.template))

    def match(self, http_method: str, segments: tuple[str, ...]) -> tuple[Method, dict[str, str]] | None:
        """Return the operation a request is for and its path parameters, or None."""
        for method in self._by_shape.get((http_method, len(segments)), ()):
            found = method.path_parameters(segments)
            if found is not None:
                return method, found
        return None

    def verbs(self, segments: tuple[str, ...]) -> list[str]:
        """Return the HTTP methods that some operation has for a path."""
        shapes = [verb for verb, length in self._by_shape if length == len(segments)]
        return sorted(verb for verb in shapes if self.match(verb, segments))


@cache
def load() -> Discovery:
    """Read the document once."""
    wheel = resources.files("googleapiclient")
    text = wheel.joinpath("discovery_cache/documents/calendar.v3.json").read_text(encoding="utf-8")
    return Discovery(json.loads(text))


def typed(method: Method, query: list[tuple[str, str]]) -> Json:
    """Return query parameters as Python values; what does not read as its type stays text, for others to refuse."""
    found: Json = {}
    for name, text in query:
        parameter = method.parameters.get(name, {})
        value = _value(parameter.get("type"), text)
        if parameter.get("repeated"):
            found.setdefault(name, []).append(value)
        else:
            found[name] = value
    return found


def _value(kind: str | None, text: str) -> str | int | bool:
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    # Python would also read "1_0" and the digits of other scripts.
    if kind == "integer" and _INTEGER.fullmatch(text):
        return int(text)
    return text


def _method(raw: Json, document: Json) -> Method:
    request = raw.get("request", {}).get("$ref")
    fields = document["schemas"].get(request, {}).get("properties", {})
    required = [
        name for name, schema in fields.items() if raw["id"] in schema.get("annotations", {}).get("required", ())
    ]
    return Method(
        operation=raw["id"].removeprefix("calendar."),
        http_method=raw["httpMethod"],
        template=tuple(raw["path"].split("/")),
        parameters={**document["parameters"], **raw.get("parameters", {})},
        scopes=frozenset(raw["scopes"]),
        request=request,
        response=raw.get("response", {}).get("$ref"),
        required_in_body=tuple(required),
    )
