"""Opens what an earlier system encrypted: Fernet, with keys that may have been changed over the years."""

import binascii
import re
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from ce_calendar.domain.meetings.legacy import LegacyProblem, LegacyTokenError

_TOKEN = re.compile(rb"[\x21-\x7e]{1,16384}")
"""What a token can look like: no spaces, no line ends, nothing beyond ASCII."""
_FERNET = re.compile(r"gAAAA[A-Za-z0-9_-]{90,}={0,2}")
"""Version, time, start vector, at least one block, and the signature, in url-safe base64."""


class FernetLegacyKeys:
    """`ports.LegacyKeys`: each key is tried, in the order given."""

    def __init__(self, keys: Sequence[str]) -> None:
        """Take the keys; there may be none.

        Raises:
            ValueError: one is no Fernet key; the message names its place, never the key.
        """
        self._fernets = [_fernet(key, place) for place, key in enumerate(keys, start=1)]

    def __repr__(self) -> str:
        return f"FernetLegacyKeys({len(self._fernets)} keys)"

    @property
    def is_empty(self) -> bool:
        """Whether there is no key at all."""
        return not self._fernets

    def open(self, ciphertext: str) -> str:
        """The token.

        Raises:
            LegacyTokenError: it does not open, or is no token; its problem says why.
        """
        if not _FERNET.fullmatch(ciphertext):
            raise LegacyTokenError(LegacyProblem.DAMAGED)
        if self.is_empty:
            raise LegacyTokenError(LegacyProblem.KEY)
        try:
            content = MultiFernet(self._fernets).decrypt(ciphertext.encode())
        except InvalidToken as error:
            raise LegacyTokenError(LegacyProblem.KEY) from error
        if not _TOKEN.fullmatch(content):
            raise LegacyTokenError(LegacyProblem.CONTENT)
        return content.decode("ascii")


def _fernet(key: str, place: int) -> Fernet:
    try:
        return Fernet(key)
    except (ValueError, binascii.Error):
        # `from None`: the cause would carry parts of what may be a real, mistyped key.
        raise ValueError(f"Key {place} is not a Fernet key (32 bytes in url-safe base64).") from None
