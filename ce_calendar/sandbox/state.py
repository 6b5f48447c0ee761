"""What survives a restart: both worlds and the certificate authority in one JSON file, replaced in one step."""

import asyncio
import json
import os
import time
from pathlib import Path
from typing import Any

import structlog

from ce_calendar.sandbox.certificates import Authority
from ce_calendar.sandbox.google.world import World as GoogleWorld
from ce_calendar.sandbox.microsoft.world import World as MicrosoftWorld

_PAUSE = 0.5
"""Seconds between looks at whether there is something to save."""

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
            return self._take_up(json.loads(self._path.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError) as unreadable:
            # Not overwritten: somebody may have named the wrong file.
            raise CannotStartError(f"{self._path} is not a state file of this sandbox. Move it away.") from unreadable

    def _take_up(self, data: dict[str, Any]) -> set[str]:
        if data["format"] == 1:
            # Of the time when there was only Google.
            self._google.load(data)
            return {"google"}
        self._google.load(data["google"])
        self._microsoft.load(data["microsoft"])
        self._authority.load(data["authority"])
        return {"google", "microsoft"}

    def touch(self) -> None:
        """Let the next look find something to save."""
        self._google.dirty = True

    def save(self) -> None:
        """Write the worlds if one changed; a crash meanwhile leaves the old file whole."""
        if self._path is None or not (self._google.dirty or self._microsoft.dirty):
            return
        self._google.dirty = self._microsoft.dirty = False
        content = {
            "format": 2,
            "google": self._google.to_json(),
            "microsoft": self._microsoft.to_json(),
            "authority": self._authority.to_json(),
        }
        self._path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self._path.with_name(self._path.name + ".new")
        # Tokens are in it, so nobody else on the machine may read it.
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            # dumps, not dump: only that runs in C, and meanwhile no request is answered.
            file.write(json.dumps(content, separators=(",", ":")))
        unfinished.replace(self._path)

    async def keep_saving(self) -> None:
        """Save soon after every change; the more there is to write, the less often."""
        while True:
            started = time.monotonic()
            try:
                self.save()
            except OSError as failure:
                self.touch()
                log.warning("state file not written", reason=failure.strerror)
            await asyncio.sleep(_PAUSE + 10 * (time.monotonic() - started))
