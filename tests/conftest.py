"""What all tests share: both databases, migrated once and copied for each test, and a clock that stands still."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text

from ce_calendar.adapters.persistence.engine import make_engine
from ce_calendar.adapters.persistence.migrations import migrate
from ce_calendar.adapters.persistence.unit_of_work import unit_of_work_on
from ce_calendar.ports import OpenUnitOfWork
from tests.support.misfits import assert_no_misfits
from tests.support.postgres import running_cluster

if TYPE_CHECKING:
    from tests.support.sandbox import GoogleSandbox, MicrosoftSandbox, Sandboxes

collect_ignore = ["strangers"]
"""They need another environment, without this file; see `make test`."""

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


class FixedClock:
    """Tells the time a test set."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, delta: timedelta) -> None:
        self.now += delta


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.db"
    engine = make_engine(f"sqlite:///{path}")
    migrate(engine)
    with engine.connect() as connection:
        connection.rollback()
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[str]:
    with running_cluster() as address:
        yield address


@pytest.fixture(scope="session")
def migrated_postgres(postgres_cluster: str) -> str:
    """Address of the one migrated database; making one for each test would take most of the tests' time."""
    url = f"{postgres_cluster}/migrated"
    create_database(postgres_cluster, "migrated")
    engine = make_engine(url)
    migrate(engine)
    engine.dispose()
    return url


def create_database(cluster: str, name: str) -> None:
    engine = make_engine(f"{cluster}/postgres")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()


@pytest.fixture
def sqlite_url(migrated_sqlite: Path, tmp_path: Path) -> str:
    path = tmp_path / "test.db"
    shutil.copy(migrated_sqlite, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(migrated_postgres: str) -> Iterator[str]:
    yield migrated_postgres
    engine = make_engine(migrated_postgres)
    with engine.begin() as connection:
        # What belongs to an organization goes with it; these few tables belong to nobody.
        for table in ("organizations", "audit_log", "leases"):
            connection.execute(text(f"DELETE FROM {table}"))
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def own_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A migrated database that a test may change the schema of."""
    url = f"sqlite:///{tmp_path / 'own.db'}"
    if request.param == "postgresql":
        cluster: str = request.getfixturevalue("postgres_cluster")
        name = f"own_{uuid4().hex}"
        create_database(cluster, name)
        url = f"{cluster}/{name}"
    engine = make_engine(url)
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_engine(sqlite_url: str) -> Iterator[Engine]:
    engine = make_engine(sqlite_url)
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated, empty database of each kind."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def uow(engine: Engine) -> OpenUnitOfWork:
    """Transactions on both databases: a test that asks for it runs twice."""
    return unit_of_work_on(engine)


@pytest.fixture(scope="session")
def sandboxes() -> Iterator["Sandboxes"]:
    # Imported late: what it needs imports this file.
    from tests.support.sandbox import running_sandbox  # noqa: PLC0415 - see above

    with running_sandbox() as both:
        yield both


@pytest.fixture
def google_sandbox(sandboxes: "Sandboxes", request: pytest.FixtureRequest) -> Iterator["GoogleSandbox"]:
    """An empty Google; the process is shared, its memory is not."""
    sandboxes.google.control("reset")
    yield sandboxes.google
    assert_no_misfits(sandboxes.google.url, request)


@pytest.fixture
def microsoft_sandbox(sandboxes: "Sandboxes") -> "MicrosoftSandbox":
    """An empty Microsoft; the process is shared, its memory is not."""
    sandboxes.microsoft.control("reset")
    return sandboxes.microsoft


LONGEST_CASE_NAME = 30


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a case by its argument where the value is long: keys and ciphertexts differ from process to process."""
    return argname if isinstance(val, str) and len(val) > LONGEST_CASE_NAME else None
