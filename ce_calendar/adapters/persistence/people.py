"""Organizations, users, sessions and the audit trail in the database."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, delete, insert, or_, update
from sqlmodel import Session as Database
from sqlmodel import col, select

from ce_calendar.adapters.persistence.duplicates import duplicates_told
from ce_calendar.adapters.persistence.models import (
    AuditRow,
    OrganizationRow,
    SessionRow,
    UserPermissionRow,
    UserRoleRow,
    UserRow,
)
from ce_calendar.domain.access import Permission, Role
from ce_calendar.domain.people import Organization, Session, User
from ce_calendar.ports import AuditEntry


def rows_touched(result: Any) -> int:  # noqa: ANN401 - SQLAlchemy types execute() as Result; DML gives CursorResult
    """How many rows a DML statement changed."""
    assert isinstance(result, CursorResult)  # noqa: S101 - narrows the type
    return result.rowcount


class SqlOrganizations:
    """`ports.Organizations`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, organization: Organization) -> None:
        self._database.add(
            OrganizationRow(
                id=organization.id,
                slug=organization.slug,
                name=organization.name,
                created_at=organization.created_at,
            )
        )
        with duplicates_told():
            self._database.flush()

    def get(self, organization_id: str) -> Organization | None:
        row = self._database.get(OrganizationRow, organization_id)
        return _to_organization(row) if row else None

    def by_slug(self, slug: str) -> Organization | None:
        row = self._database.exec(select(OrganizationRow).where(OrganizationRow.slug == slug)).first()
        return _to_organization(row) if row else None

    def all(self) -> Sequence[Organization]:
        rows = self._database.exec(select(OrganizationRow).order_by(OrganizationRow.name))
        return [_to_organization(row) for row in rows]


def _to_organization(row: OrganizationRow) -> Organization:
    return Organization(id=row.id, slug=row.slug, name=row.name, created_at=row.created_at)


class SqlUsers:
    """`ports.Users`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, user: User) -> None:
        self._database.add(UserRow(**_user_columns(user)))
        with duplicates_told():
            self._database.flush()
        self._write_rights(user)

    def save(self, user: User) -> None:
        self._database.execute(update(UserRow).where(col(UserRow.id) == user.id).values(**_user_columns(user)))
        self._database.execute(delete(UserRoleRow).where(col(UserRoleRow.user_id) == user.id))
        self._database.execute(delete(UserPermissionRow).where(col(UserPermissionRow.user_id) == user.id))
        self._write_rights(user)

    def _write_rights(self, user: User) -> None:
        self._database.add_all([UserRoleRow(user_id=user.id, role=role) for role in user.roles])
        self._database.add_all([UserPermissionRow(user_id=user.id, permission=given) for given in user.given])
        self._database.flush()

    def get(self, user_id: str, *, lock: bool = False) -> User | None:
        query = select(UserRow).where(UserRow.id == user_id)
        # SQLite has no row locks and needs none: there a transaction holds the whole database from its start.
        # The weaker lock lets others write rows that refer to the person: PostgreSQL looks there even when a
        # connection is written twice in a transaction, and whoever holds a connection must not wait for its person.
        return self._first(query.with_for_update(key_share=True) if lock else query)

    def by_email(self, email: str) -> User | None:
        return self._first(select(UserRow).where(UserRow.email == email))

    def of_organization(self, organization_id: str) -> Sequence[User]:
        rows = self._database.exec(
            select(UserRow).where(UserRow.organization_id == organization_id).order_by(UserRow.email)
        )
        return self._to_users(rows)

    def names(self, organization_id: str) -> Mapping[str, str]:
        rows = self._database.exec(select(UserRow.id, UserRow.name).where(UserRow.organization_id == organization_id))
        return dict(rows.all())

    def _first(self, query: Any) -> User | None:  # noqa: ANN401 - a SelectOfScalar of two library types
        return next(iter(self._to_users(self._database.exec(query.execution_options(populate_existing=True)))), None)

    def _to_users(self, rows: Iterable[UserRow]) -> list[User]:
        found = list(rows)
        ids = [row.id for row in found]
        roles: dict[str, set[Role]] = {}
        for grant in self._database.exec(select(UserRoleRow).where(col(UserRoleRow.user_id).in_(ids))):
            roles.setdefault(grant.user_id, set()).add(Role(grant.role))
        given: dict[str, set[Permission]] = {}
        for named in self._database.exec(select(UserPermissionRow).where(col(UserPermissionRow.user_id).in_(ids))):
            given.setdefault(named.user_id, set()).add(Permission(named.permission))
        return [_to_user(row, roles.get(row.id, set()), given.get(row.id, set())) for row in found]


def _user_columns(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "organization_id": user.organization_id,
        "email": user.email,
        "name": user.name,
        "password_hash": user.password_hash,
        "disabled_at": user.disabled_at,
        "zone": user.zone,
        "language": user.language,
        "is_locale_chosen": user.is_locale_chosen,
        "created_at": user.created_at,
    }


def _to_user(row: UserRow, roles: Iterable[Role], given: Iterable[Permission]) -> User:
    return User(
        id=row.id,
        organization_id=row.organization_id,
        email=row.email,
        name=row.name,
        password_hash=row.password_hash,
        created_at=row.created_at,
        roles=frozenset(roles),
        given=frozenset(given),
        disabled_at=row.disabled_at,
        zone=row.zone,
        language=row.language,
        is_locale_chosen=row.is_locale_chosen,
    )


class SqlSessions:
    """`ports.Sessions`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, session: Session) -> None:
        self._database.add(
            SessionRow(
                id=session.id,
                organization_id=session.organization_id,
                user_id=session.user_id,
                token_hash=session.token_hash,
                user_agent=session.user_agent,
                created_at=session.created_at,
                last_seen_at=session.last_seen_at,
                expires_at=session.expires_at,
            )
        )
        self._database.flush()

    def by_token_hash(self, token_hash: str) -> Session | None:
        row = self._database.exec(select(SessionRow).where(SessionRow.token_hash == token_hash)).first()
        return _to_session(row) if row else None

    def of_user(self, user_id: str) -> Sequence[Session]:
        rows = self._database.exec(
            select(SessionRow).where(SessionRow.user_id == user_id).order_by(col(SessionRow.last_seen_at).desc())
        )
        return [_to_session(row) for row in rows]

    def touch(self, session_id: str, *, now: datetime) -> None:
        self._database.execute(update(SessionRow).where(col(SessionRow.id) == session_id).values(last_seen_at=now))

    def end(self, session_id: str) -> None:
        self._database.execute(delete(SessionRow).where(col(SessionRow.id) == session_id))

    def end_of_user(self, user_id: str, *, except_id: str = "") -> int:
        return rows_touched(
            self._database.execute(
                delete(SessionRow).where(col(SessionRow.user_id) == user_id, col(SessionRow.id) != except_id)
            )
        )

    def end_expired(self, *, now: datetime) -> int:
        return rows_touched(self._database.execute(delete(SessionRow).where(col(SessionRow.expires_at) <= now)))


def _to_session(row: SessionRow) -> Session:
    return Session(
        id=row.id,
        organization_id=row.organization_id,
        user_id=row.user_id,
        token_hash=row.token_hash,
        user_agent=row.user_agent,
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
        expires_at=row.expires_at,
    )


class SqlAuditTrail:
    """`ports.AuditTrail`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        *,
        at: datetime,
        action: str,
        outcome: str,
        organization_id: str | None,
        actor_user_id: str | None,
        subject_id: str = "",
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        self._database.add(
            AuditRow(
                at=at,
                action=action,
                outcome=outcome,
                organization_id=organization_id,
                actor_user_id=actor_user_id,
                subject_id=subject_id,
                detail=dict(detail or {}),
            )
        )
        self._database.flush()

    def add_several(
        self,
        subject_ids: Collection[str],
        *,
        at: datetime,
        action: str,
        outcome: str,
        organization_id: str | None,
        actor_user_id: str | None,
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        facts = {
            "at": at,
            "action": action,
            "outcome": outcome,
            "organization_id": organization_id,
            "actor_user_id": actor_user_id,
            "detail": dict(detail or {}),
        }
        if rows := [{**facts, "subject_id": subject_id} for subject_id in subject_ids]:
            self._database.execute(insert(AuditRow), rows)

    def of_subject(
        self, organization_id: str, subject_id: str, *, action_prefixes: Collection[str] = (), limit: int
    ) -> Sequence[AuditEntry]:
        query = (
            select(AuditRow, UserRow.name)
            .join(UserRow, col(UserRow.id) == col(AuditRow.actor_user_id), isouter=True)
            .where(AuditRow.organization_id == organization_id, AuditRow.subject_id == subject_id)
            .order_by(col(AuditRow.at).desc(), col(AuditRow.id).desc())
            .limit(limit)
        )
        if action_prefixes:
            query = query.where(
                or_(*(col(AuditRow.action).startswith(prefix, autoescape=True) for prefix in sorted(action_prefixes)))
            )
        return [
            AuditEntry(
                id=row.id or 0,
                at=row.at,
                action=row.action,
                outcome=row.outcome,
                actor_user_id=row.actor_user_id,
                actor_name=name or "",
                detail=row.detail,
            )
            for row, name in self._database.exec(query)
        ]
