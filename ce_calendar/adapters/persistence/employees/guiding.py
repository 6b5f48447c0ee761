"""Conditions that SQLite is not to begin a query with.

It knows nothing of how many rows an index leaves: it would rather read everything of an organization than the few rows
that a list of ids, or an employee, names. Hidden in an expression, a condition is looked at afterwards.
PostgreSQL keeps statistics and is not disturbed.
"""

from sqlalchemy import ColumnElement, case


def unindexed(column: ColumnElement[str]) -> ColumnElement[str]:
    """The same text, out of reach of any index."""
    return column.concat("")


def afterwards(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """The same condition, out of reach of any index."""
    return case((condition, 1), else_=0) == 1
