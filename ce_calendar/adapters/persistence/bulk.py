"""Many rows at once, on either database."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session as Database

CHUNK = 500
"""Values in one IN list; SQLite takes 32,766 at most, and older ones 999."""


def chunks(values: Iterable[str]) -> Iterator[list[str]]:
    """Values by the hundred, for IN lists."""
    rest = iter(values)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


def upsert(database: Database, table: Table, rows: Sequence[dict[str, Any]], *, update: Collection[str]) -> None:
    """Insert rows; of those whose id is there already, update these columns.

    Args:
        database: an open transaction.
        table: has a primary key `id`.
        rows: all with the same keys, each id once.
        update: the columns that change.
    """
    if not rows:
        return
    dialect = postgresql if database.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    # Without RETURNING: the driver then sends the rows through one prepared statement. SQLAlchemy's thousand rows per
    # statement, which RETURNING brings, cost psycopg more to parse than they save.
    database.execute(
        statement.on_conflict_do_update(
            index_elements=[table.c.id], set_={name: statement.excluded[name] for name in update}
        ),
        list(rows),
    )
