"""What survives a restart: both worlds and the certificate authority in one file, replaced in one step.

A line of JSON for everything but Google's calendars, then a line for each of these. So a big world is written without
making it anew from its events, and read without holding it twice.
"""

import asyncio
import json
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import structlog

from ce_calendar.sandbox.certificates import Authority
from ce_calendar.sandbox.google.world import World as GoogleWorld
from ce_calendar.sandbox.microsoft.world import World as MicrosoftWorld

_PAUSE = 0.5
"""Seconds between looks at whether there is something to save."""
_AT_ONCE = 2_000
"""Pieces that are written at a time: so few that requests hardly wait for it."""

log = structlog.get_logger("ce_calendar.sandbox")


class CannotStartError(Exception):
    """A port or a file cannot be used; the text says why in one line."""


class StateFile:
    """Everything the sandbox knows, kept in a file if there is a path for one."""

    def __init__(self, path: Path | None, google: GoogleWorld, microsoft: MicrosoftWorld, authority: Authority) -> None:
        self._path = path
        self._google = google
        self._microsoft = microsoft
        self._authority = authority

    def load(self) -> set[str]:
        """Fill the worlds from the file and return which of them were in it."""
        if self._path is None or not self._path.exists():
            return set()
        try:
            with self._path.open(encoding="utf-8") as lines:
                return self._take_up(json.loads(lines.readline()), lines)
        except (OSError, ValueError, KeyError, TypeError) as unreadable:
            # Not overwritten: somebody may have named the wrong file.
            raise CannotStartError(f"{self._path} is not a state file of this sandbox. Move it away.") from unreadable

    def _take_up(self, data: dict[str, Any], lines: Iterable[str]) -> set[str]:
        if data["format"] == 1:
            # Of the time when there was only Google.
            self._google.load(data)
            return {"google"}
        # An older file is one line with everything in it.
        self._google.load({"calendars": map(json.loads, lines)} | data["google"])
        self._microsoft.load(data["microsoft"])
        self._authority.load(data["authority"])
        return {"google", "microsoft"}

    def touch(self) -> None:
        """Let the next look find something to save."""
        self._google.dirty = True

    def save(self) -> None:
        """Write the worlds if one changed; a crash meanwhile leaves the old file whole."""
        content = self._content()
        if content:
            self._write(content)

    async def keep_saving(self) -> None:
        """Save soon after every change; the more there is to write, the less often."""
        while True:
            started = time.monotonic()
            content = self._content()
            if content:
                try:
                    # Elsewhere: meanwhile requests are answered, and what they change waits for the next time.
                    await asyncio.to_thread(self._write, content)
                except OSError as failure:
                    log.warning("state file not written", reason=failure.strerror)
            await asyncio.sleep(_PAUSE + 10 * (time.monotonic() - started))

    def _content(self) -> list[bytes]:
        """Return the file's content as it is at this moment, or nothing if there is nothing new."""
        if self._path is None or not (self._google.dirty or self._microsoft.dirty):
            return []
        self._google.dirty = self._microsoft.dirty = False
        first = {
            "format": 3,
            "google": self._google.without_calendars(),
            "microsoft": self._microsoft.to_json(),
            "authority": self._authority.to_json(),
        }
        # dumps, not dump: only that runs in C, and meanwhile no request is answered.
        pieces = [json.dumps(first, separators=(",", ":")).encode()]
        for calendar in self._google.calendars.values():
            pieces.append(b"\n")
            pieces += calendar.to_text()
        return pieces

    def _write(self, content: list[bytes]) -> None:
        if self._path is None:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            unfinished = self._path.with_name(self._path.name + ".new")
            # Tokens are in it, so nobody else on the machine may read it.
            with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                for begin in range(0, len(content), _AT_ONCE):
                    file.write(b"".join(content[begin : begin + _AT_ONCE]))
            unfinished.replace(self._path)
        except OSError:
            self.touch()
            raise
