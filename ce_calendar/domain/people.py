"""Organizations, the people in them, and their sessions."""

from dataclasses import dataclass
from datetime import datetime

from ce_calendar.domain.access import Permission, Role


@dataclass(frozen=True, slots=True)
class Organization:
    """An organization; its data is seen by nobody else."""

    id: str
    slug: str
    name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class User:
    """A person of one organization."""

    id: str
    organization_id: str
    email: str
    name: str
    password_hash: str
    created_at: datetime
    roles: frozenset[Role] = frozenset()
    given: frozenset[Permission] = frozenset()
    """Permissions given by name, outside roles."""
    disabled_at: datetime | None = None
    zone: str = ""
    language: str = ""
    is_locale_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser."""

    id: str
    organization_id: str
    user_id: str
    token_hash: str
    user_agent: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
