"""Connections of an earlier system on their way into the vault."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import bindparam, func, insert, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session as Database
from sqlmodel import col, select

from ce_calendar.adapters.persistence.bulk import chunks
from ce_calendar.adapters.persistence.connections import connection_columns, holds_legacy, to_connection
from ce_calendar.adapters.persistence.duplicates import duplicates_told
from ce_calendar.adapters.persistence.models import BackfillRow, ConnectionRow
from ce_calendar.adapters.persistence.people import rows_touched
from ce_calendar.adapters.persistence.tables import CONNECTIONS
from ce_calendar.domain.meetings.connections import Connection, Provider, Status
from ce_calendar.domain.meetings.legacy import BackfillRun, LegacyConnection


class SqlLegacyConnections:
    """`ports.LegacyConnections`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, connections: Collection[LegacyConnection]) -> None:
        rows = [
            {
                **connection_columns(each.connection),
                "access_token_encrypted": each.access_token or None,
                "refresh_token_encrypted": each.refresh_token or None,
            }
            for each in connections
        ]
        if rows:
            with duplicates_told():
                self._database.execute(CONNECTIONS.insert(), rows)

    def known_accounts(self, user_ids: Collection[str]) -> frozenset[tuple[str, Provider, str]]:
        found: set[tuple[str, Provider, str]] = set()
        for chunk in chunks(user_ids):
            rows = self._database.exec(
                select(ConnectionRow.user_id, ConnectionRow.provider, ConnectionRow.account_email).where(
                    col(ConnectionRow.user_id).in_(chunk)
                )
            )
            found.update((user_id, Provider(provider), email) for user_id, provider, email in rows)
        return frozenset(found)

    def lock_pending(self, organization_id: str, *, limit: int) -> Sequence[LegacyConnection]:
        return self._locked(*_pending(organization_id), limit=limit)

    def lock(self, connection_ids: Collection[str]) -> Sequence[LegacyConnection]:
        return self._locked(col(ConnectionRow.id).in_(connection_ids), holds_legacy())

    def _locked(self, *conditions: Any, limit: int | None = None) -> list[LegacyConnection]:  # noqa: ANN401 - SQLAlchemy's conditions
        # In the order of their ids, as everybody who locks several.
        rows = self._database.exec(
            select(ConnectionRow)
            .where(*conditions)
            .order_by(col(ConnectionRow.id))
            .limit(limit)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        return [
            LegacyConnection(to_connection(row), row.access_token_encrypted or "", row.refresh_token_encrypted or "")
            for row in rows
        ]

    def save(self, connections: Collection[Connection]) -> None:
        # Other names than the columns': SQLAlchemy keeps those for itself in an UPDATE.
        rows = [{f"new_{name}": value for name, value in connection_columns(each).items()} for each in connections]
        if not rows:
            return
        values: dict[str, Any] = {name.removeprefix("new_"): bindparam(name) for name in rows[0] if name != "new_id"}
        statement = CONNECTIONS.update().where(CONNECTIONS.c.id == bindparam("new_id")).values(values)
        self._database.connection().execute(statement, rows)

    def clear(self, connection_ids: Collection[str]) -> None:
        self._database.execute(
            update(ConnectionRow)
            .where(col(ConnectionRow.id).in_(connection_ids))
            .values(access_token_encrypted=None, refresh_token_encrypted=None)
        )

    def count_pending(self, organization_id: str) -> int:
        return self._database.exec(select(func.count()).where(*_pending(organization_id))).one()

    def unopened(self, organization_id: str) -> Sequence[Connection]:
        query = select(ConnectionRow).where(*_unopened(organization_id)).order_by(col(ConnectionRow.id))
        return [to_connection(row) for row in self._database.exec(query.execution_options(populate_existing=True))]

    def reopen(self, organization_id: str) -> int:
        ids = [each.connection.id for each in self._locked(*_unopened(organization_id))]
        return sum(
            rows_touched(
                self._database.execute(
                    update(ConnectionRow)
                    .where(col(ConnectionRow.id).in_(chunk))
                    .values(status=Status.PENDING, last_error="")
                )
            )
            for chunk in chunks(ids)
        )


def _pending(organization_id: str) -> tuple[Any, ...]:
    return (ConnectionRow.organization_id == organization_id, ConnectionRow.status == Status.PENDING)


def _unopened(organization_id: str) -> tuple[Any, ...]:
    return (
        ConnectionRow.organization_id == organization_id,
        ConnectionRow.status == Status.NEEDS_REAUTH,
        holds_legacy(),
    )


class SqlBackfillRuns:
    """`ports.BackfillRuns`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, organization_id: str) -> BackfillRun | None:
        row = self._database.get(BackfillRow, organization_id, populate_existing=True)
        return _to_run(row) if row else None

    def begin(self, run: BackfillRun) -> bool:
        again = update(BackfillRow).where(
            col(BackfillRow.organization_id) == run.organization_id, col(BackfillRow.finished_at).is_not(None)
        )
        if rows_touched(self._database.execute(again.values(**_columns(run)))):
            return True
        try:
            with self._database.begin_nested():
                self._database.execute(insert(BackfillRow).values(**_columns(run)))
        except IntegrityError:
            return False  # one is under way
        return True

    def save(self, run: BackfillRun) -> None:
        self._database.execute(
            update(BackfillRow).where(col(BackfillRow.organization_id) == run.organization_id).values(**_columns(run))
        )

    def unfinished(self) -> Sequence[BackfillRun]:
        query = select(BackfillRow).where(col(BackfillRow.finished_at).is_(None)).order_by(BackfillRow.organization_id)
        return [_to_run(row) for row in self._database.exec(query.execution_options(populate_existing=True))]


def _columns(run: BackfillRun) -> dict[str, Any]:
    return {
        "organization_id": run.organization_id,
        "started_by": run.started_by,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "total": run.total,
        "done": run.done,
        "failed": run.failed,
    }


def _to_run(row: BackfillRow) -> BackfillRun:
    return BackfillRun(
        organization_id=row.organization_id,
        started_by=row.started_by,
        started_at=row.started_at,
        finished_at=row.finished_at,
        total=row.total,
        done=row.done,
        failed=row.failed,
    )
