"""Hashes passwords with Argon2."""

import threading
import unicodedata

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

AT_ONCE = 4
"""Each hash takes 64 MiB for its time: as many sign-ins as the web server has threads must not exhaust memory."""


class Argon2Passwords:
    """`ports.PasswordHasher`."""

    def __init__(self, argon2: Argon2Hasher | None = None) -> None:
        self._hashes = PasswordHash([argon2 or Argon2Hasher()])
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._nobody = self._hashes.hash("nobody has this password")

    def hash(self, password: str) -> str:
        """A salted hash."""
        with self._turns:
            return self._hashes.hash(_as_bytes(password))

    def verify(self, password: str, password_hash: str) -> bool:
        """Whether the password is the one that was hashed. Takes as long for an empty hash."""
        with self._turns:
            is_right = self._hashes.verify(_as_bytes(password), password_hash or self._nobody)
        return is_right and password_hash != ""


def _as_bytes(password: str) -> bytes:
    # The same letters come composed from one keyboard and decomposed from another; half a surrogate pair is just wrong.
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
