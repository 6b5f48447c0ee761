"""The mails a provider would have sent; none ever leaves the sandbox."""

from collections import deque
from itertools import islice
from typing import Any

Json = dict[str, Any]

KEPT = 10_000
"""Older mails are forgotten, so that a sandbox that runs for weeks stays small."""


class Outbox:
    """The newest mails, oldest first."""

    def __init__(self) -> None:
        self._mails: deque[Json] = deque(maxlen=KEPT)
        self.posted = 0
        """How many there ever were, forgotten ones too."""

    def post(self, mail: Json) -> None:
        """Add a mail."""
        self._mails.append(mail)
        self.posted += 1

    def since(self, posted: int) -> list[Json]:
        """Return the mails that came after there were so many, newest first."""
        return list(islice(reversed(self._mails), self.posted - posted))

    def to_json(self) -> list[Json]:
        """Return all that are remembered."""
        return list(self._mails)

    def load(self, mails: list[Json]) -> None:
        """Take up what ``to_json`` returned."""
        for mail in mails:
            self.post(mail)
