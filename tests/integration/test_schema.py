"""The schema's history runs both ways on both databases, and says the same as the tables in code."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import IntegrityError

from ce_calendar.adapters.persistence.migrations import current_revision, head_revision, migrate
from ce_calendar.adapters.persistence.models import EventRow
from ce_calendar.adapters.persistence.unit_of_work import unit_of_work_on
from ce_calendar.domain.meetings.connections import Status
from ce_calendar.domain.meetings.legacy import LegacyConnection
from tests.builders import make_connection, settle


def test_the_migrated_schema_is_what_the_models_say(own_engine: Engine) -> None:
    with own_engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, EventRow.metadata) == []


def test_every_migration_runs_down_and_up_again(own_engine: Engine) -> None:
    migrate(own_engine, "base")
    assert inspect(own_engine).get_table_names() == ["alembic_version"]
    assert current_revision(own_engine) == ""
    migrate(own_engine)
    assert current_revision(own_engine) == head_revision()


def status_after(engine: Engine, status: str, revision: str) -> str:
    """Of a connection that holds a legacy token, after a migration."""
    with engine.begin() as connection:
        connection.execute(text("UPDATE ce_calendar_connections SET status = :status"), {"status": status})
    migrate(engine, revision)
    with engine.connect() as connection:
        return str(connection.execute(text("SELECT status FROM ce_calendar_connections")).scalar_one())


def test_connections_with_legacy_tokens_wait_for_the_vault_after_the_migration_and_keep_them_on_the_way_down(
    own_engine: Engine,
) -> None:
    town = settle(unit_of_work_on(own_engine))
    with unit_of_work_on(own_engine)() as uow:
        uow.legacy.add([LegacyConnection(make_connection(user=town.staff, status=Status.PENDING), "access", "refresh")])
    assert status_after(own_engine, "pending", "0004") == "needs_reauth"
    assert status_after(own_engine, "healthy", "head") == "pending"
    with own_engine.connect() as connection:
        kept = "SELECT access_token_encrypted, refresh_token_encrypted FROM ce_calendar_connections"
        assert tuple(connection.execute(text(kept)).one()) == ("access", "refresh")


@pytest.mark.parametrize("column", ["provider", "status", "privacy_level", "client_source"])
def test_the_table_that_was_rewritten_still_checks_its_words(own_engine: Engine, column: str) -> None:
    town = settle(unit_of_work_on(own_engine))
    with unit_of_work_on(own_engine)() as uow:
        uow.connections.add(make_connection(user=town.staff))
    with pytest.raises(IntegrityError), own_engine.begin() as connection:
        connection.execute(text(f"UPDATE ce_calendar_connections SET {column} = 'nonsense'"))
