"""Central accounts, and the OAuth clients organizations have for them, in the database."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, exists, func, insert, literal, or_, select, update
from sqlmodel import Session as Database

from ce_calendar.adapters.persistence.bulk import upsert
from ce_calendar.adapters.persistence.duplicates import duplicates_told
from ce_calendar.adapters.persistence.employees.tables import ACCOUNTS, CLIENTS, OUTBOX, RULES
from ce_calendar.domain.employees.calendars import AccountStatus, CentralAccount, CentralClient
from ce_calendar.domain.employees.operations import Act
from ce_calendar.domain.meetings.connections import ClientSource


class SqlCentralAccounts:
    """`ports.CentralAccounts`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, organization_id: str, *, lock: bool = False) -> CentralAccount | None:
        query = select(ACCOUNTS).where(ACCOUNTS.c.organization_id == organization_id)
        # The weaker lock lets others write rows that refer to the account.
        row = self._database.execute(query.with_for_update(key_share=True) if lock else query).first()
        return _to_account(row) if row else None

    def get(self, account_id: str) -> CentralAccount | None:
        row = self._database.execute(select(ACCOUNTS).where(ACCOUNTS.c.id == account_id)).first()
        return _to_account(row) if row else None

    def save(self, account: CentralAccount) -> None:
        row = asdict(account)
        with duplicates_told():
            upsert(self._database, ACCOUNTS, [row], update=row.keys() - {"id", "organization_id"})

    def remove(self, account_id: str) -> None:
        # Calendars, mappings and what is owed refer to it and go with it.
        self._database.execute(delete(ACCOUNTS).where(ACCOUNTS.c.id == account_id))

    def with_grant(self, *, client_id: str, subject_id: str) -> int:
        return (
            self._database.scalar(
                select(func.count())
                .select_from(ACCOUNTS)
                .where(
                    ACCOUNTS.c.client_id == client_id,
                    ACCOUNTS.c.subject_id == subject_id,
                    ACCOUNTS.c.credential_vault_ref.is_not(None),
                )
            )
            or 0
        )

    def due(self, now: datetime) -> Sequence[str]:
        may_create = or_(ACCOUNTS.c.creations_wait_until.is_(None), ACCOUNTS.c.creations_wait_until <= now)
        owes = exists(
            select(literal(1))
            .select_from(OUTBOX)
            .where(
                OUTBOX.c.account_id == ACCOUNTS.c.id,
                ~OUTBOX.c.is_held,
                OUTBOX.c.next_try_at <= now,
                or_(OUTBOX.c.act != Act.CREATE_CALENDAR, may_create),
            )
        )
        is_enabled = exists(
            select(literal(1)).where(RULES.c.organization_id == ACCOUNTS.c.organization_id, RULES.c.is_enabled)
        )
        return self._database.scalars(
            select(ACCOUNTS.c.organization_id)
            .where(
                or_(ACCOUNTS.c.wait_until.is_(None), ACCOUNTS.c.wait_until <= now),
                or_(
                    ACCOUNTS.c.status == AccountStatus.LEAVING,
                    and_(ACCOUNTS.c.status == AccountStatus.HEALTHY, is_enabled, owes),
                ),
            )
            .order_by(ACCOUNTS.c.organization_id)
        ).all()


class SqlCentralClients:
    """`ports.CentralClients`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, organization_id: str) -> Sequence[CentralClient]:
        rows = self._database.execute(
            select(CLIENTS)
            .where(CLIENTS.c.organization_id == organization_id)
            .order_by(CLIENTS.c.is_current.desc(), CLIENTS.c.created_at.desc(), CLIENTS.c.id)
        )
        return [
            CentralClient(
                id=row.id,
                organization_id=row.organization_id,
                client_id=row.client_id,
                secret_vault_ref=row.secret_vault_ref,
                is_current=row.is_current,
                created_at=row.created_at,
            )
            for row in rows
        ]

    def add(self, client: CentralClient) -> None:
        self._database.execute(
            update(CLIENTS).where(CLIENTS.c.organization_id == client.organization_id).values(is_current=False)
        )
        self._database.execute(insert(CLIENTS).values({**asdict(client), "is_current": True}))

    def remove(self, client_id: str) -> None:
        self._database.execute(delete(CLIENTS).where(CLIENTS.c.id == client_id))


def _to_account(row: Any) -> CentralAccount:  # noqa: ANN401 - a row of Core's
    return CentralAccount(
        id=row.id,
        organization_id=row.organization_id,
        subject_id=row.subject_id,
        email=row.email,
        client_id=row.client_id,
        client_source=ClientSource(row.client_source),
        status=AccountStatus(row.status),
        consented_at=row.consented_at,
        credential_vault_ref=row.credential_vault_ref,
        refresh_expires_at=row.refresh_expires_at,
        last_error=row.last_error,
        failures=row.failures,
        wait_until=row.wait_until,
        creations_wait_until=row.creations_wait_until,
        creation_failures=row.creation_failures,
        checked_at=row.checked_at,
    )
