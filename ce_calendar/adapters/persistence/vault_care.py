"""All sealed secrets at once, for those who keep the keys."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Engine, bindparam, func
from sqlmodel import Session as Database
from sqlmodel import col, select

from ce_calendar.adapters.persistence.engine import for_reading
from ce_calendar.adapters.persistence.models import VaultRow
from ce_calendar.adapters.persistence.people import rows_touched
from ce_calendar.adapters.persistence.secrets import SqlVaultEntries, to_entry
from ce_calendar.adapters.persistence.tables import VAULT
from ce_calendar.ports import OpenVaultCare, VaultCare, VaultEntry


class SqlVaultCare:
    """`ports.VaultCare`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._entries = SqlVaultEntries(database)

    def count_by_key(self) -> Mapping[tuple[str, str], int]:
        rows = self._database.exec(
            select(VaultRow.organization_id, VaultRow.key_id, func.count()).group_by(
                col(VaultRow.organization_id), col(VaultRow.key_id)
            )
        )
        return {(organization_id, key_id): count for organization_id, key_id, count in rows}

    def not_of_key(self, key_id: str, *, after: str, limit: int) -> Sequence[VaultEntry]:
        rows = self._database.exec(
            select(VaultRow)
            .where(col(VaultRow.key_id) != key_id, col(VaultRow.id) > after)
            .order_by(col(VaultRow.id))
            .limit(limit)
        )
        return [to_entry(row) for row in rows]

    def put_back(self, entries: Collection[VaultEntry], *, now: datetime) -> int:
        if not entries:
            return 0
        statement = (
            VAULT.update()
            .where(VAULT.c.id == bindparam("entry"), VAULT.c.version == bindparam("seen"))
            .values(ciphertext=bindparam("sealed"), key_id=bindparam("key"), rotated_at=now)
        )
        rows = [
            {"entry": each.id, "seen": each.version, "sealed": each.sealed.ciphertext, "key": each.sealed.key_id}
            for each in entries
        ]
        return rows_touched(self._database.connection().execute(statement, rows))

    def several(self, entry_ids: Collection[str]) -> Sequence[VaultEntry]:
        return self._entries.several(entry_ids)


def vault_care_on(engine: Engine) -> OpenVaultCare:
    """What the keeper of the keys opens transactions with."""
    reading_engine = for_reading(engine)

    @contextmanager
    def open_vault_care(*, reading: bool = False) -> Iterator[VaultCare]:
        with Database(reading_engine if reading else engine) as database, database.begin():
            yield SqlVaultCare(database)

    return open_vault_care
