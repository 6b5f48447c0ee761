"""Google's quotas, on the sandbox's own clock.

A library for rate limits would count on the machine's clock, which a test cannot advance; so the windows are ours.
They slide in sixtieths of their length: every second for quotas of a minute.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from ce_calendar.sandbox.clock import Clock
from ce_calendar.sandbox.fields import BadInputError, Fields
from ce_calendar.sandbox.google.errors import GoogleError

Json = dict[str, Any]

USER_REQUESTS, PROJECT_REQUESTS = "user_requests", "project_requests"
CALENDARS, EVENTS, GUESTS = "calendars", "events", "guests"

_SLICES = 60
_HOURS = 6 * 3600
_MOST = 1_000_000_000
_MANY_KEYS = 10_000

_REFUSALS = {
    USER_REQUESTS: ("userRateLimitExceeded", "User Rate Limit Exceeded"),
    PROJECT_REQUESTS: ("rateLimitExceeded", "Rate Limit Exceeded"),
}
_STATUSES = (403, 429)
_USED_UP = ("quotaExceeded", "Calendar usage limits exceeded.")

BATCH_CALLS = 50
"""How many calls Google takes in one batch."""


@dataclass(frozen=True, slots=True)
class Limit:
    """So many in so many seconds; None for as many as one likes."""

    limit: int | None
    seconds: int


GOOGLES = {
    # Of one account (or quotaUser) through one client, and of the client, which stands for its project.
    USER_REQUESTS: Limit(600, 60),
    PROJECT_REQUESTS: Limit(10_000, 60),
    # Of one account. Google calls the window "a short period", and says that it takes several hours.
    CALENDARS: Limit(60, _HOURS),
    EVENTS: Limit(100_000, _HOURS),
    GUESTS: Limit(10_000, _HOURS),
}


class Window:
    """How many there were in the last so many seconds."""

    __slots__ = ("_counts", "_total")

    def __init__(self, counts: Iterable[tuple[int, int]] = ()) -> None:
        self._counts = deque(counts)
        self._total = sum(count for _, count in self._counts)

    def used(self, now: int) -> int:
        """Return the count; ``now`` numbers the present slice."""
        while self._counts and self._counts[0][0] <= now - _SLICES:
            self._total -= self._counts.popleft()[1]
        return self._total

    def add(self, now: int, count: int) -> None:
        """Count more in the present slice."""
        if self._counts and self._counts[-1][0] >= now:
            number, before = self._counts.pop()
            self._counts.append((number, before + count))
        else:
            self._counts.append((now, count))
        self._total += count

    def to_json(self) -> list[tuple[int, int]]:
        """Return the counts of the slices."""
        return list(self._counts)


class Quotas:
    """Limits, and how much of them is used."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._beginning = GOOGLES
        self.reset()

    def begin_without(self) -> None:
        """Switch the quotas off until the control API asks for one, also after every reset."""
        self._beginning = {name: replace(limit, limit=None) for name, limit in GOOGLES.items()}
        self.reset()

    def reset(self) -> None:
        """Return to the limits of the start, with nothing used."""
        self.limits = dict(self._beginning)
        self.status = 403
        """Of a refusal for too many requests; Google documents 403 and 429 as meaning the same."""
        self.batch_calls = BATCH_CALLS
        self._windows: dict[str, dict[str, Window]] = {name: {} for name in GOOGLES}

    def request(self, client: str, user: str) -> None:
        """Count one request of a user through a client; GoogleError if it is one too many, which is not counted."""
        pair = f"{user} {client}"
        self.check(USER_REQUESTS, pair)
        self.check(PROJECT_REQUESTS, client)
        self.spend(USER_REQUESTS, pair)
        self.spend(PROJECT_REQUESTS, client)

    def check(self, name: str, key: str, wanted: int = 1) -> None:
        """Refuse what would be more than the quota allows."""
        limit = self.limits[name]
        if limit.limit is None or self._used(name, key) + wanted <= limit.limit:
            return
        if name in _REFUSALS:
            raise GoogleError(self.status, *_REFUSALS[name])
        raise GoogleError(403, *_USED_UP)

    def spend(self, name: str, key: str, count: int = 1) -> None:
        """Count what was done."""
        if self.limits[name].limit is None or not count:
            return
        windows = self._windows[name]
        if key not in windows:
            if len(windows) >= _MANY_KEYS:
                self._forget(name)
            self._windows[name][key] = Window()
        self._windows[name][key].add(self._slice(name), count)

    def _used(self, name: str, key: str) -> int:
        window = self._windows[name].get(key)
        return window.used(self._slice(name)) if window else 0

    def _slice(self, name: str) -> int:
        return int(self._clock.now().timestamp() * _SLICES / self.limits[name].seconds)

    def _forget(self, name: str) -> None:
        """Drop the windows in which nothing is left; if there are none, all: a flood of made-up users."""
        now = self._slice(name)
        kept = {key: window for key, window in self._windows[name].items() if window.used(now)}
        self._windows[name] = kept if len(kept) < _MANY_KEYS else {}

    def set(self, fields: Fields) -> None:
        """Take limits from the control API; BadInputError names what is wrong, and then nothing is changed."""
        defaults = fields.flag("defaults")
        status = fields.number("status", 400, 429)
        batch_calls = fields.number("batch_calls", 1, 1000)
        limits = {name: self._limit(fields, name) for name in GOOGLES if name in fields}
        fields.done()
        if status not in (None, *_STATUSES):
            raise BadInputError("status: 403 or 429 is needed.")
        if defaults:
            limits = GOOGLES | limits
        for name, limit in limits.items():
            if limit.seconds != self.limits[name].seconds:
                self._windows[name] = {}
        self.limits |= limits
        self.status = status or self.status
        self.batch_calls = batch_calls or self.batch_calls

    def _limit(self, fields: Fields, name: str) -> Limit:
        given = fields.anything(name)
        inner = Fields(given if isinstance(given, dict) else {"limit": given}, f"{name}.")
        # The window of a quota keeps its length unless another is named.
        limit = inner.number("limit", 0, _MOST)
        seconds = inner.number("seconds", 60, 7 * 86_400) or self.limits[name].seconds
        inner.done()
        return Limit(limit, seconds)

    def shown(self) -> Json:
        """Return limits and what is used of them."""
        return {
            "status": self.status,
            "batch_calls": self.batch_calls,
            "quotas": {
                name: {"limit": limit.limit, "seconds": limit.seconds, "used": self._usage(name)}
                for name, limit in self.limits.items()
            },
        }

    def _usage(self, name: str) -> dict[str, int]:
        now = self._slice(name)
        used = {key: window.used(now) for key, window in self._windows[name].items()}
        return {key: count for key, count in used.items() if count}

    def to_json(self) -> Json:
        """Return what is used of the quotas of hours; limits, like faults, live only as long as the process."""
        return {
            name: {key: window.to_json() for key, window in self._windows[name].items()}
            for name in (CALENDARS, EVENTS, GUESTS)
            if self.limits[name].seconds == GOOGLES[name].seconds
        }

    def load(self, data: Json) -> None:
        """Take up what ``to_json`` returned."""
        for name, windows in data.items():
            self._windows[name] = {
                key: Window((number, count) for number, count in counts) for key, counts in windows.items()
            }
