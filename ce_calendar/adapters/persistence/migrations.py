"""The schema's history: bring a database to a revision, and tell where it stands."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from ce_calendar.adapters.persistence.engine import for_reading

ROOT = Path(__file__).resolve().parents[3]


def _config() -> Config:
    return Config(ROOT / "alembic.ini")


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring the schema up, or down, to a revision."""
    config = _config()
    is_down = revision == "base" or revision in _passed(current_revision(engine))
    with engine.connect() as connection:
        # SQLite's batch mode copies tables; with references on, dropping the old one would cascade.
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            connection.rollback()
        config.attributes["connection"] = connection
        if is_down:
            command.downgrade(config, revision)
        else:
            command.upgrade(config, revision)
        connection.commit()
    # The pragma lives with the pooled connection.
    engine.dispose()


def _passed(revision: str) -> set[str]:
    """The revisions on the way to this one."""
    history = ScriptDirectory.from_config(_config()).iterate_revisions(revision, "base") if revision else ()
    return {each.revision for each in history} - {revision}


def head_revision() -> str:
    """The newest revision this code knows."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def current_revision(engine: Engine) -> str:
    """The revision the database stands at; empty for a new one."""
    with for_reading(engine).connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() or ""
