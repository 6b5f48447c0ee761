"""The one database engine of a process, for SQLite and PostgreSQL."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url

BUSY_TIMEOUT_SECONDS = 30
_READING = "ce_reading"


def for_reading(engine: Engine) -> Engine:
    """The same engine for transactions that write nothing: they wait for nobody, and writes in them fail."""
    return engine.execution_options(**{_READING: True, "postgresql_readonly": True})


def make_engine(url: str) -> Engine:
    """Open an engine; connects at the first use.

    Args:
        url: SQLAlchemy's form. `postgresql://` means psycopg 3.

    Parameters stay out of errors and logs: they hold titles and guests.
    """
    parsed = make_url(url)
    if parsed.drivername in {"postgresql", "postgres"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_pre_ping=True, hide_parameters=True)
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, connect_args={"timeout": BUSY_TIMEOUT_SECONDS}, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's connection
    """Make SQLite keep references, let readers read while one writes, and leave BEGIN to us."""
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    # 8 MB instead of 2: the indexes' pages of a first sync fit, and are not written and read back in between.
    cursor.execute("PRAGMA cache_size = -8192")
    cursor.close()


def _begin_sqlite(connection: Any) -> None:  # noqa: ANN401 - SQLAlchemy's connection, typed per dialect
    """Take the write lock at the start, unless the transaction only reads.

    A deferred transaction that reads first and writes later fails at once with "database is locked" when
    somebody wrote in between; the busy time-out does not apply there. Our transactions are short.
    """
    is_reading = connection.get_execution_options().get(_READING, False)
    driver = connection.connection.driver_connection
    driver.execute(f"PRAGMA query_only = {'ON' if is_reading else 'OFF'}")
    driver.execute("BEGIN" if is_reading else "BEGIN IMMEDIATE")
