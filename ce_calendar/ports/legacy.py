"""What the move of an earlier system's connections needs of storage and of its keys; the rest stands in `ports`."""

from collections.abc import Collection, Sequence
from typing import Protocol

from ce_calendar.domain.meetings.connections import Connection, Provider
from ce_calendar.domain.meetings.legacy import BackfillRun, LegacyConnection


class LegacyKeys(Protocol):
    """The keys an earlier system encrypted its tokens with."""

    @property
    def is_empty(self) -> bool:
        """Whether there is no key at all."""

    def open(self, ciphertext: str) -> str:
        """The token.

        Raises:
            LegacyTokenError: it does not open, or is no token; its problem says why.
        """


class LegacyConnections(Protocol):
    """Connections whose credential lies in legacy columns. All of an organization, in the order of their ids."""

    def add(self, connections: Collection[LegacyConnection]) -> None:
        """Raises `Duplicate` if one of them is there already."""

    def known_accounts(self, user_ids: Collection[str]) -> frozenset[tuple[str, Provider, str]]:
        """Person's id, provider and email of every account these people ever linked, ended ones too."""

    def lock_pending(self, organization_id: str, *, limit: int) -> Sequence[LegacyConnection]:
        """Some of those that wait for the vault. Comes before any other lock of the transaction."""

    def lock(self, connection_ids: Collection[str]) -> Sequence[LegacyConnection]:
        """Those of them that still hold a legacy credential. Comes before any other lock of the transaction."""

    def save(self, connections: Collection[Connection]) -> None:
        """Write what was locked, all at once."""

    def clear(self, connection_ids: Collection[str]) -> None:
        """Empty the legacy columns."""

    def count_pending(self, organization_id: str) -> int: ...
    def unopened(self, organization_id: str) -> Sequence[Connection]:
        """Those that could not be opened and wait for their person, or for a key."""

    def reopen(self, organization_id: str) -> int:
        """Let those that could not be opened wait for the vault again; returns how many."""


class BackfillRuns(Protocol):
    """How far each organization is; one run at most per organization."""

    def get(self, organization_id: str) -> BackfillRun | None: ...
    def begin(self, run: BackfillRun) -> bool:
        """Put it in the place of the last one; False if that has not finished."""

    def save(self, run: BackfillRun) -> None: ...
    def unfinished(self) -> Sequence[BackfillRun]:
        """Of all organizations."""
