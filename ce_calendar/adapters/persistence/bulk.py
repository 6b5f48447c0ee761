"""Many rows at once, on either database."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from os import urandom
from typing import Any, NamedTuple, cast

from sqlalchemy import JSON, Dialect, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine
from sqlmodel import Session as Database
from sqlmodel.sql.sqltypes import UTCDateTime

CHUNK = 500
"""Values in one IN list; SQLite takes 32,766 at most, and older ones 999."""


def chunks(values: Iterable[str]) -> Iterator[list[str]]:
    """Values by the hundred, for IN lists."""
    rest = iter(values)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


def new_ids(count: int) -> list[str]:
    """So many ids that nobody else has: asking the system for chance once is far quicker than once for each."""
    chance = urandom(16 * count).hex()
    return [chance[start : start + 32] for start in range(0, len(chance), 32)]


def upsert(database: Database, table: Table, rows: Sequence[Mapping[str, Any]], *, update: Collection[str]) -> None:
    """Insert rows; of those whose key is there already, update these columns.

    Args:
        database: an open transaction.
        table: its primary key tells whether a row is there.
        rows: all with the same names, each key once.
        update: the columns that change.
    """
    if rows:
        columns = {name: [row[name] for row in rows] for name in rows[0]}
        upsert_columns(database, table, columns, update=update)


def upsert_columns(
    database: Database, table: Table, columns: Mapping[str, Sequence[Any]], *, update: Collection[str]
) -> None:
    """The same for rows that come as columns, all of one length, as it is quickest with very many.

    Values are converted column by column, too: SQLAlchemy's way, row by row, takes as long for it as SQLite takes to
    write the rows.
    """
    connection = database.connection()
    prepared = _prepare(table, tuple(columns), tuple(sorted(update)), connection.dialect)
    converted = []
    for name in prepared.order:
        convert = prepared.converters[name]
        converted.append(columns[name] if convert is None else [convert(value) for value in columns[name]])
    sent: Sequence[Any] = list(zip(*converted, strict=True))
    if not prepared.is_positional:
        sent = [dict(zip(prepared.order, values, strict=True)) for values in sent]
    connection.exec_driver_sql(prepared.text, sent)


class _Prepared(NamedTuple):
    """A statement for the driver, and what it wants its values to be."""

    text: str
    order: Sequence[str]
    is_positional: bool
    converters: Mapping[str, Callable[[Any], Any] | None]


@lru_cache
def _prepare(table: Table, names: tuple[str, ...], update: tuple[str, ...], dialect: Dialect) -> _Prepared:
    insert = (postgresql if dialect.name == "postgresql" else sqlite).insert(table)
    # Without RETURNING: the driver then sends the rows through one prepared statement. SQLAlchemy's thousand rows per
    # statement, which RETURNING brings, cost psycopg more to parse than they save.
    statement = insert.on_conflict_do_update(
        index_elements=list(table.primary_key), set_={name: insert.excluded[name] for name in update}
    )
    compiled = cast(SQLCompiler, statement.compile(dialect=dialect, column_keys=list(names)))
    return _Prepared(
        text=str(compiled),
        order=compiled.positiontup or names,
        is_positional=compiled.positional,
        converters={name: _converter(table.c[name].type, dialect) for name in names},
    )


def _converter(of: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """What makes a value fit for the driver; the two kinds that take longest in a quicker way."""
    convert = of.dialect_impl(dialect).bind_processor(dialect)
    if isinstance(of, UTCDateTime) and dialect.name == "sqlite":
        return _moment
    if isinstance(of, JSON) and convert is not None:
        empty = convert([])
        return lambda value: empty if value == [] else convert(value)
    return convert


def _moment(value: datetime | None) -> str | None:
    """As SQLAlchemy writes moments on SQLite: UTC without saying so, always with microseconds."""
    if value is None:
        return None
    in_utc = value if value.tzinfo is UTC else value.astimezone(UTC)
    return in_utc.isoformat(" ", "microseconds").removesuffix("+00:00")
