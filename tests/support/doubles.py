"""Small stand-ins for ports whose real adapter is slow or needs an app around it."""

from dataclasses import dataclass, field

from sqlalchemy import Engine, text


class PlainPasswords:
    """`ports.PasswordHasher` without the hour of work; remembers what it was asked to verify against."""

    def __init__(self) -> None:
        self.verified: list[str] = []

    def hash(self, password: str) -> str:
        return f"hash of {password}"

    def verify(self, password: str, password_hash: str) -> bool:
        self.verified.append(password_hash)
        return password_hash == self.hash(password)


@dataclass
class CountingLimiter:
    """`ports.AttemptLimiter` that never forgets by itself."""

    allowed: int = 5
    hits: dict[str, int] = field(default_factory=dict)
    more: dict[str, int] = field(default_factory=dict)
    """How many are allowed of a kind, where that differs."""

    def hit(self, key: str) -> int:
        if self.hits.get(key, 0) >= self.more.get(key.partition(":")[0], self.allowed):
            return 90
        self.hits[key] = self.hits.get(key, 0) + 1
        return 0

    def clear(self, key: str) -> None:
        self.hits.pop(key, None)


@dataclass
class ListedJobs:
    """`ports.JobQueue` that only writes down."""

    asked: list[tuple[str, str]] = field(default_factory=list)

    def enqueue(self, name: str, key: str) -> None:
        self.asked.append((name, key))


@dataclass
class ListedAnnouncements:
    """`ports.Announcer` that only writes down."""

    told: list[tuple[str, str]] = field(default_factory=list)

    def announce(self, organization_id: str, topic: str) -> None:
        self.told.append((organization_id, topic))


def audit_rows(engine: Engine) -> list[tuple[str, str, str]]:
    """Action, outcome and subject of each entry, oldest first."""
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT action, outcome, subject_id FROM audit_log ORDER BY id")).all()
    return [(row.action, row.outcome, row.subject_id) for row in rows]
