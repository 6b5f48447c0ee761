"""Connections and their calendars in the database."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, case, delete, func, literal, update
from sqlmodel import Session as Database
from sqlmodel import col, select

from ce_calendar.adapters.persistence.models import ConnectedCalendarRow, ConnectionRow
from ce_calendar.adapters.persistence.people import rows_touched
from ce_calendar.adapters.persistence.tables import CONNECTIONS
from ce_calendar.domain.meetings.connections import (
    LINKED,
    SYNCED,
    ClientSource,
    ConnectedCalendar,
    Connection,
    Provider,
    Status,
    legacy_subject,
)
from ce_calendar.domain.meetings.privacy import PrivacyLevel
from ce_calendar.domain.window import SyncWindow


class SqlConnections:
    """`ports.Connections`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, connection: Connection) -> None:
        self._database.add(ConnectionRow(**connection_columns(connection)))
        self._database.flush()

    def save(self, connection: Connection) -> None:
        self._database.execute(
            update(ConnectionRow).where(col(ConnectionRow.id) == connection.id).values(**connection_columns(connection))
        )

    def get(self, connection_id: str, *, organization_id: str | None = None) -> Connection | None:
        return next(iter(self._found(_with_id(connection_id, organization_id))), None)

    def lock(self, connection_id: str, *, organization_id: str | None = None) -> Connection | None:
        # SQLite has no row locks and needs none: its transactions take the write lock at their start.
        return next(iter(self._found(_with_id(connection_id, organization_id).with_for_update())), None)

    def lock_linked(self, organization_id: str) -> Sequence[Connection]:
        return self._found(
            select(ConnectionRow)
            .where(
                col(ConnectionRow.organization_id) == organization_id,
                col(ConnectionRow.status).in_(list(LINKED)),
            )
            # As everybody who locks several.
            .order_by(col(ConnectionRow.id))
            .with_for_update()
        )

    def plan(self, moments: Mapping[str, datetime]) -> None:
        if moments:
            self._database.execute(
                update(CONNECTIONS)
                .where(CONNECTIONS.c.id == bindparam("of_id"))
                .values(next_sync_at=bindparam("due_at")),
                [{"of_id": connection_id, "due_at": moment} for connection_id, moment in moments.items()],
            )

    def lock_all(self, organization_id: str) -> None:
        # In the order of their ids, as everybody who locks several.
        self._database.exec(
            select(ConnectionRow.id)
            .where(ConnectionRow.organization_id == organization_id)
            .order_by(col(ConnectionRow.id))
            .with_for_update()
        ).all()

    def by_account(
        self, *, organization_id: str, user_id: str, provider: Provider, subject_id: str
    ) -> Connection | None:
        query = select(ConnectionRow).where(
            ConnectionRow.organization_id == organization_id,
            ConnectionRow.user_id == user_id,
            ConnectionRow.provider == provider,
            ConnectionRow.subject_id == subject_id,
        )
        return next(iter(self._found(query)), None)

    def of_organization(self, organization_id: str) -> Sequence[Connection]:
        return self._found(
            select(ConnectionRow)
            .where(ConnectionRow.organization_id == organization_id)
            .order_by(col(ConnectionRow.created_at), col(ConnectionRow.id))
        )

    def due(self, *, now: datetime, limit: int, organization_id: str | None = None) -> Sequence[Connection]:
        query = select(ConnectionRow).where(
            col(ConnectionRow.next_sync_at) <= now,
            col(ConnectionRow.sync_enabled).is_(True),
            col(ConnectionRow.status).in_(list(SYNCED)),
        )
        if organization_id is not None:
            query = query.where(ConnectionRow.organization_id == organization_id)
        return self._found(query.order_by(col(ConnectionRow.next_sync_at)).limit(limit))

    def disconnecting(self) -> Sequence[Connection]:
        return self._found(select(ConnectionRow).where(ConnectionRow.status == Status.DISCONNECTING))

    def with_grant(
        self, *, provider: Provider, client_id: str, subject_id: str, account_email: str
    ) -> Sequence[Connection]:
        return self._found(
            select(ConnectionRow).where(
                ConnectionRow.provider == provider,
                ConnectionRow.client_id == client_id,
                col(ConnectionRow.subject_id).in_([subject_id, legacy_subject(account_email)]),
                col(ConnectionRow.credential_vault_ref).is_not(None) | holds_legacy(),
            )
        )

    def remove(self, connection_id: str) -> None:
        self._database.execute(delete(ConnectionRow).where(col(ConnectionRow.id) == connection_id))

    def pause_of_user(self, user_id: str) -> int:
        theirs = (col(ConnectionRow.user_id) == user_id, col(ConnectionRow.sync_enabled).is_(True))
        self._database.exec(
            # In the order of their ids, as everybody who locks several.
            select(ConnectionRow.id).where(*theirs).order_by(col(ConnectionRow.id)).with_for_update()
        ).all()
        return rows_touched(self._database.execute(update(ConnectionRow).where(*theirs).values(sync_enabled=False)))

    def request_full_read(self, *, now: datetime, organization_id: str, connection_id: str | None = None) -> int:
        conditions = [
            col(ConnectionRow.organization_id) == organization_id,
            col(ConnectionRow.status).in_(list(LINKED)),
        ]
        if connection_id is not None:
            conditions.append(col(ConnectionRow.id) == connection_id)
        # In the order of their ids, as everybody who locks several: two contacts added at once must not deadlock.
        ids = self._database.exec(
            select(ConnectionRow.id).where(*conditions).order_by(col(ConnectionRow.id)).with_for_update()
        ).all()
        return rows_touched(
            self._database.execute(
                update(ConnectionRow)
                .where(col(ConnectionRow.id).in_(ids))
                .values(
                    full_read_version=ConnectionRow.full_read_version + 1,
                    # One that waits after a failure keeps waiting: the provider may have said until when.
                    next_sync_at=case(
                        (col(ConnectionRow.status) == Status.RETRYING, col(ConnectionRow.next_sync_at)),
                        else_=literal(now, CONNECTIONS.c.next_sync_at.type),
                    ),
                )
            )
        )

    def calendars(self, connection_id: str) -> Sequence[ConnectedCalendar]:
        rows = self._database.exec(
            select(ConnectedCalendarRow)
            .where(ConnectedCalendarRow.connection_id == connection_id)
            .order_by(col(ConnectedCalendarRow.is_primary).desc(), col(ConnectedCalendarRow.name))
            .execution_options(populate_existing=True)
        )
        return [_to_calendar(row) for row in rows]

    def count_calendars(self, connection_ids: Collection[str]) -> Mapping[str, tuple[int, int]]:
        rows = self._database.exec(
            select(
                ConnectedCalendarRow.connection_id,
                func.sum(case((col(ConnectedCalendarRow.is_selected), 1), else_=0)),
                func.count(),
            )
            .where(col(ConnectedCalendarRow.connection_id).in_(connection_ids))
            .group_by(ConnectedCalendarRow.connection_id)
        )
        return {connection_id: (int(selected), total) for connection_id, selected, total in rows}

    def save_calendars(self, calendars: Collection[ConnectedCalendar]) -> None:
        for calendar in calendars:
            self._database.merge(_calendar_row(calendar))
        self._database.flush()

    def remove_calendars(self, calendar_ids: Collection[str]) -> None:
        self._database.execute(delete(ConnectedCalendarRow).where(col(ConnectedCalendarRow.id).in_(calendar_ids)))

    def _found(self, query: Any) -> list[Connection]:  # noqa: ANN401 - a SelectOfScalar of two library types
        rows = self._database.exec(query.execution_options(populate_existing=True))
        return [to_connection(row) for row in rows]


def _with_id(connection_id: str, organization_id: str | None) -> Any:  # noqa: ANN401 - a SelectOfScalar of two library types
    query = select(ConnectionRow).where(ConnectionRow.id == connection_id)
    return query if organization_id is None else query.where(ConnectionRow.organization_id == organization_id)


def holds_legacy() -> ColumnElement[bool]:
    """Whether a row still holds what an earlier system encrypted."""
    return col(ConnectionRow.access_token_encrypted).is_not(None) | col(ConnectionRow.refresh_token_encrypted).is_not(
        None
    )


def connection_columns(connection: Connection) -> dict[str, Any]:
    """A row's columns, but for the legacy ones."""
    return {
        "id": connection.id,
        "organization_id": connection.organization_id,
        "user_id": connection.user_id,
        "provider": connection.provider,
        "subject_id": connection.subject_id,
        "account_email": connection.account_email,
        "client_id": connection.client_id,
        "client_source": connection.client_source,
        "status": connection.status,
        "sync_enabled": connection.sync_enabled,
        "privacy_level": connection.privacy_level,
        "credential_vault_ref": connection.credential_vault_ref,
        "full_read_version": connection.full_read_version,
        "last_sync_at": connection.last_sync_at,
        "next_sync_at": connection.next_sync_at,
        "last_error": connection.last_error,
        "failures": connection.failures,
        "keep_past": connection.keep_past,
        "calendars_chosen": connection.calendars_chosen,
        "wait_until": connection.wait_until,
        "created_at": connection.created_at,
    }


def to_connection(row: ConnectionRow) -> Connection:
    """What services see of a row."""
    return Connection(
        id=row.id,
        organization_id=row.organization_id,
        user_id=row.user_id,
        provider=Provider(row.provider),
        subject_id=row.subject_id,
        account_email=row.account_email,
        client_id=row.client_id,
        client_source=ClientSource(row.client_source),
        status=Status(row.status),
        sync_enabled=row.sync_enabled,
        privacy_level=PrivacyLevel(row.privacy_level),
        created_at=row.created_at,
        credential_vault_ref=row.credential_vault_ref,
        full_read_version=row.full_read_version,
        last_sync_at=row.last_sync_at,
        next_sync_at=row.next_sync_at,
        last_error=row.last_error,
        failures=row.failures,
        keep_past=row.keep_past,
        calendars_chosen=row.calendars_chosen,
        wait_until=row.wait_until,
    )


def _calendar_row(calendar: ConnectedCalendar) -> ConnectedCalendarRow:
    return ConnectedCalendarRow(
        id=calendar.id,
        organization_id=calendar.organization_id,
        connection_id=calendar.connection_id,
        provider_calendar_id=calendar.provider_calendar_id,
        name=calendar.name,
        zone=calendar.zone,
        access_role=calendar.access_role,
        is_primary=calendar.is_primary,
        is_selected=calendar.is_selected,
        cursor=calendar.cursor,
        cursor_version=calendar.cursor_version,
        window_start=calendar.window.start if calendar.window else None,
        window_end=calendar.window.end if calendar.window else None,
        owner=calendar.owner,
        is_employee_calendar=calendar.is_employee_calendar,
    )


def _to_calendar(row: ConnectedCalendarRow) -> ConnectedCalendar:
    window = SyncWindow(row.window_start, row.window_end) if row.window_start and row.window_end else None
    return ConnectedCalendar(
        id=row.id,
        organization_id=row.organization_id,
        connection_id=row.connection_id,
        provider_calendar_id=row.provider_calendar_id,
        name=row.name,
        zone=row.zone,
        access_role=row.access_role,
        is_primary=row.is_primary,
        is_selected=row.is_selected,
        cursor=row.cursor,
        cursor_version=row.cursor_version,
        window=window,
        owner=row.owner,
        is_employee_calendar=row.is_employee_calendar,
    )
