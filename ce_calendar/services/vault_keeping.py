"""The operator's door to the vault: what lies in it under which key, and putting all of it under the newest.

It has no actor: whoever runs the command owns the installation.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from ce_calendar.domain.errors import NotFound, VaultError
from ce_calendar.domain.meetings.connections import Connection
from ce_calendar.domain.meetings.legacy import BackfillRun
from ce_calendar.domain.people import Organization
from ce_calendar.ports import Clock, OpenUnitOfWork, OpenVaultCare, VaultEntry, VaultKeys
from ce_calendar.services.audit import Audit

CHUNK = 200
"""Entries of one transaction."""


@dataclass(frozen=True, slots=True)
class VaultStanding:
    """How one organization's credentials stand."""

    organization: Organization
    in_vault: int
    """Connections whose credential lies in the vault."""
    pending: int
    unopened: Sequence[tuple[Connection, str]]
    """What could not be opened, with its owner's email."""
    keys: Mapping[str, int]
    """How many secrets lie under which key."""
    run: BackfillRun | None


@dataclass(frozen=True, slots=True)
class Rotation:
    """How far putting all under the newest key is, or what came of it."""

    resealed: int = 0
    unopened: int = 0
    """Sealed with a key that is not among the vault's, or damaged; left as they are."""


class ResealFailed(Exception):
    """What the database gave back was not what was sealed; nothing of that chunk was changed."""


class VaultKeeping:
    """Counts and rotates."""

    def __init__(
        self, *, open_uow: OpenUnitOfWork, open_care: OpenVaultCare, keys: VaultKeys, clock: Clock, audit: Audit
    ) -> None:
        self._open_uow = open_uow
        self._open_care = open_care
        self._keys = keys
        self._clock = clock
        self._audit = audit

    @property
    def newest_key(self) -> str:
        """Id of the key that seals."""
        return self._keys.newest

    @property
    def key_ids(self) -> frozenset[str]:
        """Of all keys that are set."""
        return self._keys.ids

    def standing(self, organization_slug: str | None = None) -> list[VaultStanding]:
        """How one organization stands, or each.

        Raises:
            NotFound: no such organization.
        """
        with self._open_care(reading=True) as care:
            counts = care.count_by_key()
        with self._open_uow(reading=True) as uow:
            homes = uow.organizations.all()
            if organization_slug is not None:
                homes = [each for each in homes if each.slug == organization_slug]
                if not homes:
                    raise NotFound("organization")
            found = []
            for home in homes:
                emails = {user.id: user.email for user in uow.users.of_organization(home.id)}
                connections = uow.connections.of_organization(home.id)
                found.append(
                    VaultStanding(
                        organization=home,
                        in_vault=sum(each.credential_vault_ref is not None for each in connections),
                        pending=uow.legacy.count_pending(home.id),
                        unopened=[(each, emails.get(each.user_id, "")) for each in uow.legacy.unopened(home.id)],
                        keys={key: count for (of, key), count in sorted(counts.items()) if of == home.id},
                        run=uow.backfills.get(home.id),
                    )
                )
        return found

    def rotate(self, *, tell: Callable[[Rotation], None] = lambda _rotation: None) -> Rotation:
        """Seal everything with the newest key. Broken off, it goes on where it was when run again.

        Args:
            tell: hears how far it is, after each chunk.

        Raises:
            ResealFailed: the database did not give back what was written.
        """
        rotation, after = Rotation(), ""
        while True:
            with self._open_care() as care:
                entries = care.not_of_key(self._keys.newest, after=after, limit=CHUNK)
                resealed = [each for each in map(self._resealed, entries) if each]
                put_back = care.put_back(resealed, now=self._clock())
                self._compare(entries, care.several([each.id for each in resealed]))
            if not entries:
                break
            after = entries[-1].id
            rotation = Rotation(
                resealed=rotation.resealed + put_back, unopened=rotation.unopened + len(entries) - len(resealed)
            )
            tell(rotation)
        if rotation.resealed:
            self._audit.done(None, "vault.rotate", resealed=rotation.resealed, unopened=rotation.unopened)
        return rotation

    def _resealed(self, entry: VaultEntry) -> VaultEntry | None:
        try:
            return replace(entry, sealed=self._keys.reseal(entry.sealed))
        except VaultError:
            return None

    def _compare(self, before: Sequence[VaultEntry], after: Sequence[VaultEntry]) -> None:
        """Read back, in the transaction that wrote.

        Raises:
            ResealFailed: something is not the same, and the transaction must not end well.
        """
        old = {each.id: each for each in before}
        for entry in after:
            if entry.version != old[entry.id].version:
                continue  # somebody put a newer credential there meanwhile, sealed with the newest key
            try:
                is_same = self._keys.holds_same(old[entry.id].sealed, entry.sealed)
            except VaultError:
                is_same = False
            if not is_same:
                raise ResealFailed
