"""Finds every way into the application from outside: the handlers of all states, and all HTTP routes."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass

# In a process of its own: there is one Reflex application per process, and settings are read once.
SCRIPT = """
import inspect, json
import reflex as rx
from ce_calendar.ce_calendar import app, settings
from ce_calendar.http.app import make_api

def states(cls):
    yield cls
    for sub in cls.get_substates():
        yield from states(cls.get_class_substate((cls.get_name(), sub)) if isinstance(sub, str) else sub)

def paths(router):
    for route in router.routes:
        if hasattr(route, "path"):
            yield from ((method, route.path) for method in route.methods)
        else:  # FastAPI keeps an included router as one entry
            yield from paths(route.original_router)

handlers = {}
for state in states(rx.State):
    for name, handler in state.event_handlers.items():
        parameters = list(inspect.signature(handler.fn).parameters)[1:]
        handlers[f"{state.get_full_name()}.{name}"] = parameters
routes = sorted(set(paths(make_api(public_url=settings.public_url, check=str))))
print(json.dumps({"handlers": handlers, "routes": routes}))
"""


@dataclass(frozen=True)
class Doors:
    """Every way in."""

    handlers: Mapping[str, list[str]]
    """Names of the parameters by the handler's full name."""
    routes: list[tuple[str, str]]
    """Method and path."""


def find_doors(environment: Mapping[str, str]) -> Doors:
    """Ask the application itself what can be called."""
    answer = subprocess.run(
        [sys.executable, "-c", SCRIPT], check=True, capture_output=True, text=True, env={**os.environ, **environment}
    )
    found = json.loads(answer.stdout.splitlines()[-1])
    return Doors(handlers=found["handlers"], routes=[(method, path) for method, path in found["routes"]])
