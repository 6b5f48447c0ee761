"""Secrets: sealing, where they lie sealed, passwords."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Sealed:
    """A ciphertext and the id of the key that opens it."""

    ciphertext: str
    key_id: str


class CredentialVault(Protocol):
    """Seals secrets so that they open only for the organization and the owner they were sealed for."""

    def seal(self, content: bytes, *, organization_id: str, owner_id: str, purpose: str) -> Sealed:
        """Encrypt with the newest key."""

    def open(self, sealed: Sealed, *, organization_id: str, owner_id: str, purpose: str) -> bytes:
        """Decrypt.

        Raises:
            VaultError: wrong key, damaged, or sealed for another organization, owner or purpose.
        """


class PasswordHasher(Protocol):
    """Hashes passwords, slowly."""

    def hash(self, password: str) -> str:
        """A salted hash."""

    def verify(self, password: str, password_hash: str) -> bool:
        """Whether the password is the one that was hashed. Takes as long for an empty hash."""


class AttemptLimiter(Protocol):
    """Counts attempts per key."""

    def hit(self, key: str) -> int:
        """Count one attempt. 0 if it is allowed, else the seconds to wait."""

    def clear(self, key: str) -> None:
        """Forget the attempts of a key."""


@dataclass(frozen=True, slots=True)
class VaultEntry:
    """A sealed secret as stored."""

    id: str
    organization_id: str
    purpose: str
    sealed: Sealed
    version: int


class VaultEntries(Protocol):
    """Where sealed secrets lie."""

    def add(self, *entries: VaultEntry, now: datetime) -> None: ...
    def get(self, entry_id: str) -> VaultEntry | None: ...
    def several(self, entry_ids: Collection[str]) -> Sequence[VaultEntry]: ...
    def replace(self, entry: VaultEntry, *, expected_version: int, now: datetime) -> bool:
        """Put new content with `version = expected_version + 1`; False if somebody else was first."""

    def forget(self, *entry_ids: str) -> None: ...
