"""Organizations, their people, who is signed in, and what was done."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from ce_calendar.domain.people import Organization, Session, User


class Organizations(Protocol):
    """Organizations."""

    def add(self, organization: Organization) -> None:
        """Raises `Duplicate` if the slug is taken."""

    def get(self, organization_id: str) -> Organization | None: ...
    def by_slug(self, slug: str) -> Organization | None: ...
    def all(self) -> Sequence[Organization]: ...


class Users(Protocol):
    """People, with their roles and the permissions given by name."""

    def add(self, user: User) -> None:
        """Raises `Duplicate` if the email signs somebody in already."""

    def save(self, user: User) -> None:
        """Write all of it, rights included. Read it with `lock` before, or a change made meanwhile is undone."""

    def get(self, user_id: str, *, lock: bool = False) -> User | None:
        """`lock` keeps others from changing the person until the transaction ends."""

    def by_email(self, email: str) -> User | None: ...
    def of_organization(self, organization_id: str) -> Sequence[User]: ...
    def names(self, organization_id: str) -> Mapping[str, str]:
        """By id, without all the rest that people have."""


class Sessions(Protocol):
    """Signed-in browsers."""

    def add(self, session: Session) -> None: ...
    def by_token_hash(self, token_hash: str) -> Session | None: ...
    def of_user(self, user_id: str) -> Sequence[Session]: ...
    def touch(self, session_id: str, *, now: datetime) -> None: ...
    def end(self, session_id: str) -> None: ...
    def end_of_user(self, user_id: str, *, except_id: str = "") -> int: ...
    def end_expired(self, *, now: datetime) -> int: ...


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """What was done, or refused, once."""

    id: int
    at: datetime
    action: str
    outcome: str
    actor_user_id: str | None
    actor_name: str
    """Empty if nobody did it, or the person is gone."""
    detail: Mapping[str, Any]


class AuditTrail(Protocol):
    """Append-only record of who did what."""

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
        """Append an entry; `detail` holds ids, counts and fixed words only."""

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
        """Append the same entry for each subject, in one statement."""

    def of_subject(
        self, organization_id: str, subject_id: str, *, action_prefixes: Collection[str] = (), limit: int
    ) -> Sequence[AuditEntry]:
        """What happened to one subject, the newest first.

        Args:
            organization_id: whose trail.
            subject_id: what it happened to.
            action_prefixes: only actions that begin with one of these; empty: all.
            limit: how many at most.
        """
