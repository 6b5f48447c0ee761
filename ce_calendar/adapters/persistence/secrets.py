"""Sealed secrets and consents under way in the database."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, update
from sqlmodel import Session as Database
from sqlmodel import col, select

from ce_calendar.adapters.persistence.models import OAuthFlowRow, VaultRow
from ce_calendar.adapters.persistence.people import rows_touched
from ce_calendar.domain.meetings.connections import Provider
from ce_calendar.ports import VERIFIER_PURPOSE, FlowPurpose, OAuthFlow, Sealed, VaultEntry


class SqlVaultEntries:
    """`ports.VaultEntries`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, *entries: VaultEntry, now: datetime) -> None:
        self._database.add_all(
            VaultRow(
                id=entry.id,
                organization_id=entry.organization_id,
                purpose=entry.purpose,
                key_id=entry.sealed.key_id,
                ciphertext=entry.sealed.ciphertext,
                version=entry.version,
                created_at=now,
            )
            for entry in entries
        )
        self._database.flush()

    def get(self, entry_id: str) -> VaultEntry | None:
        return next(iter(self.several([entry_id])), None)

    def several(self, entry_ids: Collection[str]) -> Sequence[VaultEntry]:
        query = select(VaultRow).where(col(VaultRow.id).in_(entry_ids)).order_by(VaultRow.id)
        return [to_entry(row) for row in self._database.exec(query.execution_options(populate_existing=True))]

    def replace(self, entry: VaultEntry, *, expected_version: int, now: datetime) -> bool:
        touched = self._database.execute(
            update(VaultRow)
            .where(col(VaultRow.id) == entry.id, col(VaultRow.version) == expected_version)
            .values(
                ciphertext=entry.sealed.ciphertext,
                key_id=entry.sealed.key_id,
                version=expected_version + 1,
                rotated_at=now,
            )
        )
        return rows_touched(touched) == 1

    def forget(self, *entry_ids: str) -> None:
        self._database.execute(delete(VaultRow).where(col(VaultRow.id).in_(entry_ids)))


def to_entry(row: VaultRow) -> VaultEntry:
    """What services see of a row."""
    return VaultEntry(
        id=row.id,
        organization_id=row.organization_id,
        purpose=row.purpose,
        sealed=Sealed(ciphertext=row.ciphertext, key_id=row.key_id),
        version=row.version,
    )


class SqlOAuthFlows:
    """`ports.OAuthFlows`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, flow: OAuthFlow) -> None:
        self._database.add(
            OAuthFlowRow(
                id=flow.id,
                organization_id=flow.organization_id,
                user_id=flow.user_id,
                session_id=flow.session_id,
                provider=flow.provider,
                client_id=flow.client_id,
                state_hash=flow.state_hash,
                verifier_vault_ref=flow.verifier_vault_ref,
                connection_id=flow.connection_id,
                created_at=flow.created_at,
                expires_at=flow.expires_at,
                purpose=flow.purpose.value,
            )
        )
        self._database.flush()

    def take(self, state_hash: str) -> OAuthFlow | None:
        row = self._database.exec(select(OAuthFlowRow).where(OAuthFlowRow.state_hash == state_hash)).first()
        if row is None:
            return None
        flow = OAuthFlow(
            id=row.id,
            organization_id=row.organization_id,
            user_id=row.user_id,
            session_id=row.session_id,
            provider=Provider(row.provider),
            client_id=row.client_id,
            state_hash=row.state_hash,
            verifier_vault_ref=row.verifier_vault_ref,
            connection_id=row.connection_id,
            created_at=row.created_at,
            expires_at=row.expires_at,
            purpose=FlowPurpose(row.purpose),
        )
        # The delete decides between two callbacks with the same state: only one removes the row.
        taken = self._database.execute(delete(OAuthFlowRow).where(col(OAuthFlowRow.id) == flow.id))
        return flow if rows_touched(taken) == 1 else None

    def forget_expired(self, *, now: datetime) -> int:
        forgotten = self._database.execute(delete(OAuthFlowRow).where(col(OAuthFlowRow.expires_at) <= now))
        # Flows also go with the session they belong to, and then leave their verifiers behind.
        self._database.execute(
            delete(VaultRow).where(
                col(VaultRow.purpose) == VERIFIER_PURPOSE,
                col(VaultRow.id).not_in(select(OAuthFlowRow.verifier_vault_ref)),
            )
        )
        return rows_touched(forgotten)
