"""What keeping the vault's keys needs; the rest of the vault stands in `ports`."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from ce_calendar.ports.secrets import Sealed, VaultEntry


class VaultKeys(Protocol):
    """The vault's keys, and what can be done with them without knowing whose a secret is."""

    @property
    def newest(self) -> str:
        """Id of the key that seals."""

    @property
    def ids(self) -> frozenset[str]:
        """Of all keys."""

    def reseal(self, sealed: Sealed) -> Sealed:
        """The same content, organization, owner and purpose, sealed with the newest key.

        Raises:
            VaultError: it does not open.
        """

    def holds_same(self, one: Sealed, other: Sealed) -> bool:
        """Whether two hold the same content of the same organization, owner and purpose.

        Raises:
            VaultError: one of them does not open.
        """


class VaultCare(Protocol):
    """All sealed secrets, in one transaction."""

    def count_by_key(self) -> Mapping[tuple[str, str], int]:
        """By organization id and key id."""

    def not_of_key(self, key_id: str, *, after: str, limit: int) -> Sequence[VaultEntry]:
        """Entries sealed with another key, in the order of their ids, from the one after this id on."""

    def put_back(self, entries: Collection[VaultEntry], *, now: datetime) -> int:
        """Write what was sealed anew, but for entries whose content changed meanwhile; returns how many.

        Versions stay: it is the same content, and whoever refreshes a credential now must not lose the race to us.
        """

    def several(self, entry_ids: Collection[str]) -> Sequence[VaultEntry]: ...


class OpenVaultCare(Protocol):
    """Begins a transaction on the vault."""

    def __call__(self, *, reading: bool = False) -> AbstractContextManager[VaultCare]:
        """Open one; `reading` promises to write nothing."""
