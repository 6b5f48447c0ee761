"""Notices in the database."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, update
from sqlmodel import Session as Database
from sqlmodel import col, select

from ce_calendar.adapters.persistence.models import NoticeRow
from ce_calendar.adapters.persistence.people import rows_touched
from ce_calendar.domain.notices import Notice, NoticeKind


class SqlNotices:
    """`ports.Notices`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, notice: Notice) -> None:
        self._database.add(
            NoticeRow(
                id=notice.id,
                organization_id=notice.organization_id,
                user_id=notice.user_id,
                session_id=notice.session_id,
                connection_id=notice.connection_id,
                kind=notice.kind,
                facts=dict(notice.facts),
                created_at=notice.created_at,
                expires_at=notice.expires_at,
            )
        )
        self._database.flush()

    def of_user(self, user_id: str, *, session_id: str, now: datetime) -> Sequence[Notice]:
        return self._found(
            select(NoticeRow).where(
                NoticeRow.user_id == user_id,
                col(NoticeRow.expires_at) > now,
                or_(col(NoticeRow.session_id).is_(None), col(NoticeRow.session_id) == session_id),
            )
        )

    def of_connection(self, connection_id: str, kind: NoticeKind) -> Sequence[Notice]:
        return self._found(select(NoticeRow).where(NoticeRow.connection_id == connection_id, NoticeRow.kind == kind))

    def set_facts(self, notice_id: str, facts: Mapping[str, str | int]) -> None:
        self._database.execute(update(NoticeRow).where(col(NoticeRow.id) == notice_id).values(facts=dict(facts)))

    def remove(self, notice_id: str, *, user_id: str) -> int:
        return rows_touched(
            self._database.execute(
                delete(NoticeRow).where(col(NoticeRow.id) == notice_id, col(NoticeRow.user_id) == user_id)
            )
        )

    def remove_of_connection(self, connection_id: str, *kinds: NoticeKind) -> int:
        return rows_touched(
            self._database.execute(
                delete(NoticeRow).where(col(NoticeRow.connection_id) == connection_id, col(NoticeRow.kind).in_(kinds))
            )
        )

    def forget_expired(self, *, now: datetime) -> int:
        return rows_touched(self._database.execute(delete(NoticeRow).where(col(NoticeRow.expires_at) <= now)))

    def _found(self, query: Any) -> list[Notice]:  # noqa: ANN401 - a SelectOfScalar of a library type
        ordered = query.order_by(col(NoticeRow.created_at), col(NoticeRow.id))
        return [_to_notice(row) for row in self._database.exec(ordered.execution_options(populate_existing=True))]


def _to_notice(row: NoticeRow) -> Notice:
    return Notice(
        id=row.id,
        organization_id=row.organization_id,
        user_id=row.user_id,
        kind=NoticeKind(row.kind),
        connection_id=row.connection_id,
        created_at=row.created_at,
        expires_at=row.expires_at,
        session_id=row.session_id,
        facts=row.facts,
    )
