"""Sync runs and leases in the database."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session as Database
from sqlmodel import col, select

from ce_calendar.adapters.persistence.models import LeaseRow, SyncRunRow
from ce_calendar.adapters.persistence.people import rows_touched
from ce_calendar.domain.meetings.runs import INTERRUPTED, RunOutcome, SyncReport, SyncRun


class SqlSyncRuns:
    """`ports.SyncRuns`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, run: SyncRun) -> None:
        self._database.add(SyncRunRow(**_columns(run)))
        self._database.flush()

    def save(self, run: SyncRun) -> None:
        self._database.execute(update(SyncRunRow).where(col(SyncRunRow.id) == run.id).values(**_columns(run)))

    def latest(self, connection_ids: Collection[str]) -> Mapping[str, SyncRun]:
        newest = (
            select(col(SyncRunRow.connection_id), func.max(col(SyncRunRow.started_at)).label("started_at"))
            .where(col(SyncRunRow.connection_id).in_(connection_ids))
            .group_by(col(SyncRunRow.connection_id))
            .subquery()
        )
        rows = self._database.exec(
            select(SyncRunRow)
            .join(
                newest,
                (col(SyncRunRow.connection_id) == newest.c.connection_id)
                & (col(SyncRunRow.started_at) == newest.c.started_at),
            )
            .execution_options(populate_existing=True)
        )
        return {row.connection_id: _to_run(row) for row in rows}

    def of_connection(self, connection_id: str, *, limit: int) -> Sequence[SyncRun]:
        rows = self._database.exec(
            select(SyncRunRow)
            .where(SyncRunRow.connection_id == connection_id)
            .order_by(col(SyncRunRow.started_at).desc())
            .limit(limit)
            .execution_options(populate_existing=True)
        )
        return [_to_run(row) for row in rows]

    def since(self, connection_ids: Collection[str], moment: datetime) -> Sequence[SyncRun]:
        rows = self._database.exec(
            select(SyncRunRow)
            .where(col(SyncRunRow.connection_id).in_(connection_ids), col(SyncRunRow.started_at) >= moment)
            .order_by(col(SyncRunRow.started_at))
            .execution_options(populate_existing=True)
        )
        return [_to_run(row) for row in rows]

    def running(self, connection_id: str | None = None) -> Sequence[SyncRun]:
        query = select(SyncRunRow).where(SyncRunRow.outcome == RunOutcome.RUNNING)
        if connection_id is not None:
            query = query.where(SyncRunRow.connection_id == connection_id)
        return [_to_run(row) for row in self._database.exec(query.execution_options(populate_existing=True))]

    def interrupt(self, run_ids: Collection[str], *, now: datetime) -> int:
        return rows_touched(
            self._database.execute(
                update(SyncRunRow)
                .where(col(SyncRunRow.id).in_(run_ids), col(SyncRunRow.outcome) == RunOutcome.RUNNING)
                .values(outcome=RunOutcome.FAILED, error=INTERRUPTED, finished_at=now)
            )
        )

    def forget_before(self, moment: datetime) -> int:
        return rows_touched(self._database.execute(delete(SyncRunRow).where(col(SyncRunRow.started_at) < moment)))


def _columns(run: SyncRun) -> dict[str, Any]:
    return {
        "id": run.id,
        "organization_id": run.organization_id,
        "connection_id": run.connection_id,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
        "outcome": run.outcome,
        "created": run.report.created,
        "updated": run.report.updated,
        "deleted": run.report.deleted,
        "unchanged": run.report.unchanged,
        "skipped": run.report.skipped,
        "requests": run.report.requests,
        "skipped_reasons": dict(run.report.skipped_reasons),
        "error": run.error,
    }


def _to_run(row: SyncRunRow) -> SyncRun:
    return SyncRun(
        id=row.id,
        organization_id=row.organization_id,
        connection_id=row.connection_id,
        started_at=row.started_at,
        outcome=RunOutcome(row.outcome),
        finished_at=row.finished_at,
        report=SyncReport(
            created=row.created,
            updated=row.updated,
            deleted=row.deleted,
            unchanged=row.unchanged,
            skipped=row.skipped,
            requests=row.requests,
            skipped_reasons=row.skipped_reasons,
        ),
        error=row.error,
    )


class SqlLeases:
    """`ports.Leases`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def acquire(self, name: str, *, holder: str, now: datetime, seconds: float) -> bool:
        expires_at = now + timedelta(seconds=seconds)
        taken = self._database.execute(
            update(LeaseRow)
            .where(
                col(LeaseRow.name) == name,
                (col(LeaseRow.expires_at) <= now) | (col(LeaseRow.holder) == holder),
            )
            .values(holder=holder, expires_at=expires_at)
        )
        if rows_touched(taken) == 1:
            return True
        try:
            with self._database.begin_nested():
                self._database.execute(insert(LeaseRow).values(name=name, holder=holder, expires_at=expires_at))
        except IntegrityError:
            return False  # somebody else holds it
        return True

    def release(self, name: str, *, holder: str) -> None:
        self._database.execute(delete(LeaseRow).where(col(LeaseRow.name) == name, col(LeaseRow.holder) == holder))

    def held(self, names: Collection[str], *, now: datetime) -> frozenset[str]:
        rows = self._database.exec(
            select(LeaseRow.name).where(col(LeaseRow.name).in_(names), col(LeaseRow.expires_at) > now)
        )
        return frozenset(rows)
