"""Lists other than those of events: read in pages, and followed by sync tokens."""

import base64
import re
import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ce_calendar.sandbox.google.errors import GoogleError

Json = dict[str, Any]

_OPEN_LISTS = 500
"""Lists that can be paged through at a time; the page tokens of older ones stop working."""
_DEFAULT_SIZE, _LARGEST_SIZE = 100, 250

_PAGE_TOKEN = re.compile(r"([\w-]{1,40})\.(\d{1,9})", re.ASCII)
_SYNC_TOKEN = re.compile(r"(\d{1,18}) ([0-9a-f]{1,40}) (.*)", re.ASCII | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Feed:
    """A list as it is now."""

    name: str
    """Which list, and whose."""
    version: int
    """How many changes it has seen."""
    epoch: str
    """Sync tokens of another one have expired."""

    @property
    def etag(self) -> str:
        """Changes with every change of the list."""
        return f'"p{self.version:019}"'

    def sync_token(self) -> str:
        """Return the token to ask later what has changed since now."""
        content = f"{self.version} {self.epoch} {self.name}"
        return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")

    def since(self, token: str) -> int:
        """Return the version a token stands for; GoogleError 400 if it is not of this list, 410 if it has expired."""
        try:
            content = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
        except ValueError as unreadable:
            raise GoogleError(400, "invalid", "Invalid sync token value.") from unreadable
        match = _SYNC_TOKEN.fullmatch(content)
        if match is None or match[3] != self.name:
            raise GoogleError(400, "invalid", "Invalid sync token value.")
        if match[2] != self.epoch or int(match[1]) > self.version:
            raise GoogleError(410, "fullSyncRequired", "Sync token is no longer valid, a full sync is required.")
        return int(match[1])


@dataclass(frozen=True, slots=True)
class _Open:
    """A list as it was when its first page was asked for."""

    name: str
    items: list[Json]
    last: Json
    """What stands on the last page."""


class Pager:
    """Serves pages; remembers the lists that somebody is still paging through."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, _Open] = OrderedDict()

    def page(self, feed: Feed, params: Json, items: Callable[[int | None], list[Json]], *, follow: bool = True) -> Json:
        """Return a page: items, and nextPageToken or nextSyncToken.

        Args:
            feed: the list.
            params: the query, typed.
            items: returns the resources that changed after a version, or all for None.
            follow: whether the last page has a sync token.
        """
        size = max(1, min(params.get("maxResults", _DEFAULT_SIZE), _LARGEST_SIZE))
        if "pageToken" in params:
            key, found, begin = self._find(feed, params["pageToken"])
        else:
            since = feed.since(params["syncToken"]) if "syncToken" in params else None
            last = {"nextSyncToken": feed.sync_token()} if follow else {}
            key, found, begin = secrets.token_urlsafe(12), _Open(feed.name, items(since), last), 0
        end = begin + size
        page: Json = {"items": found.items[begin:end]}
        if end >= len(found.items):
            return page | found.last
        self._open[key] = found
        self._open.move_to_end(key)
        while len(self._open) > _OPEN_LISTS:
            self._open.popitem(last=False)
        return page | {"nextPageToken": f"{key}.{end}"}

    def _find(self, feed: Feed, token: str) -> tuple[str, _Open, int]:
        match = _PAGE_TOKEN.fullmatch(token)
        found = self._open.get(match[1]) if match else None
        if match is None or found is None or found.name != feed.name:
            raise GoogleError(400, "invalid", "Invalid page token value.")
        return match[1], found, int(match[2])


def refuse_with_sync_token(params: Json, *, never: tuple[str, ...] = (), not_false: tuple[str, ...] = ()) -> None:
    """Raise GoogleError 400 for parameters that a sync token does not bear."""
    if "syncToken" not in params:
        return
    for name in never:
        if name in params:
            raise GoogleError(400, "badRequest", f"Sync token cannot be used with other query restrictions ({name}).")
    for name in not_false:
        if params.get(name) is False:
            raise GoogleError(400, "badRequest", f"{name} cannot be false when a sync token is given.")
