"""What the operations share: a call with everything a handler needs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ce_calendar.sandbox.google.world import Account, World

Json = dict[str, Any]

DEFAULT_REMINDERS = [{"method": "popup", "minutes": 30}]
"""Of the primary calendar."""


@dataclass(frozen=True, slots=True)
class Task:
    """A call with everything a handler needs."""

    world: World
    account: Account
    params: Json
    """Path and query parameters, typed."""
    body: Json
    if_match: str | None
    client_id: str
    """Whose token it is."""


Handler = Callable[[Task], str | None]
"""Returns the answer as JSON text, or None for 204."""
