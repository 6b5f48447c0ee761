"""The schema's history runs both ways on both databases, and says the same as the tables in code."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect

from ce_calendar.adapters.persistence.migrations import current_revision, head_revision, migrate
from ce_calendar.adapters.persistence.models import EventRow


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
