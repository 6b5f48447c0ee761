"""Tables that say what belongs to what: read, and written anew, for many rows at once."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Table, delete, insert, select
from sqlmodel import Session as Database

from ce_calendar.adapters.persistence.bulk import chunks


def linked(
    database: Database, table: Table, ids: Collection[str], *, owner: str, other: str
) -> Mapping[str, tuple[str, ...]]:
    """What belongs to each of these, in the order of its ids; those without anything are left out.

    Args:
        database: an open transaction.
        table: with a column for both.
        ids: of owners.
        owner: the column that holds them.
        other: the column of what belongs to them.
    """
    found: dict[str, list[str]] = {}
    for chunk in chunks(sorted(ids)):
        rows = database.execute(
            select(table.c[owner], table.c[other]).where(table.c[owner].in_(chunk)).order_by(table.c[other])
        )
        for owner_id, other_id in rows:
            found.setdefault(owner_id, []).append(other_id)
    return {owner_id: tuple(others) for owner_id, others in found.items()}


def link(
    database: Database,
    table: Table,
    links: Mapping[str, tuple[str, Collection[str]]],
    *,
    owner: str,
    other: str,
    is_new: bool = False,
) -> None:
    """Let exactly this belong to each of these.

    Args:
        database: an open transaction.
        table: with a column for both, and the organization's.
        links: by owner, its organization and what belongs to it.
        owner: the column of owners.
        other: the column of what belongs to them.
        is_new: nothing belongs to any of them yet.
    """
    if not is_new:
        homes = {organization_id for organization_id, _ in links.values()}
        for chunk in chunks(sorted(links)):
            database.execute(delete(table).where(table.c[owner].in_(chunk), table.c.organization_id.in_(homes)))
    rows: list[dict[str, Any]] = [
        {owner: owner_id, other: other_id, "organization_id": organization_id}
        for owner_id, (organization_id, others) in sorted(links.items())
        for other_id in sorted(set(others))
    ]
    if rows:
        database.connection().execute(insert(table), rows)
