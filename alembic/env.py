"""Runs migrations on the connection handed over by `adapters.persistence.migrations`."""

from alembic import context

from ce_calendar.adapters.persistence.employees.tables import EMPLOYEES

connection = context.config.attributes.get("connection")
if connection is None:
    raise SystemExit("Run migrations with `ce-calendar migrate`: it knows which database.")

context.configure(
    connection=connection,
    # Of all tables: this module imports the others.
    target_metadata=EMPLOYEES.metadata,
    # SQLite changes a table by copying it.
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
