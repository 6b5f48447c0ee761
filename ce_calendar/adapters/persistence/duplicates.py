"""Both databases' word for "there is one already", as ours."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import IntegrityError

from ce_calendar.domain.errors import Duplicate

_SQLITE = {"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}
_POSTGRESQL = "23505"
"""SQLSTATE unique_violation."""


@contextmanager
def duplicates_told() -> Iterator[None]:
    """Turn a broken unique constraint into `Duplicate`; other broken constraints are faults and stay as they are.

    On PostgreSQL the transaction is lost then: let the error leave the unit of work.
    """
    try:
        yield
    except IntegrityError as error:
        if getattr(error.orig, "sqlite_errorname", "") in _SQLITE or getattr(error.orig, "sqlstate", "") == _POSTGRESQL:
            raise Duplicate from error
        raise
