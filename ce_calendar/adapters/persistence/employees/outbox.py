"""The writes we owe the central account, in the database."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import case, delete, func, select, union_all, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session as Database

from ce_calendar.adapters.persistence.bulk import CHUNK, chunks
from ce_calendar.adapters.persistence.employees.guiding import afterwards
from ce_calendar.adapters.persistence.employees.tables import CALENDARS, OUTBOX
from ce_calendar.domain.employees.operations import Act, Operation, OwedOperation, Urgency

_NEED_NO_CALENDAR = frozenset({Act.CREATE_CALENDAR, Act.DELETE_CALENDAR})


class SqlOutbox:
    """`ports.Outbox`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def owe(self, operations: Sequence[Operation], *, organization_id: str, account_id: str, now: datetime) -> None:
        if not operations:
            return
        # Of several with one key the last counts.
        latest = {operation.key: operation for operation in operations}
        made = self._made({operation.calendar_id for operation in operations})
        self._lock_keys(latest, organization_id)
        rows = [
            {
                "organization_id": organization_id,
                "account_id": account_id,
                "calendar_id": operation.calendar_id,
                "key": key,
                "act": operation.act,
                "subject": operation.subject,
                "body": dict(operation.body),
                "is_bulk": operation.urgency is Urgency.BULK,
                "is_held": operation.act not in _NEED_NO_CALENDAR and operation.calendar_id not in made,
                "version": 1,
                "attempts": 0,
                "is_uncertain": False,
                "next_try_at": now,
                "created_at": now,
                "last_error": "",
            }
            for key, operation in latest.items()
        ]
        is_postgresql = self._database.connection().dialect.name == "postgresql"
        insert = (postgresql if is_postgresql else sqlite).insert(OUTBOX)
        taking_its_place = {
            name: insert.excluded[name]
            for name in ("account_id", "act", "body", "is_bulk", "is_held", "next_try_at", "last_error")
        }
        self._database.connection().execute(
            insert.on_conflict_do_update(
                index_elements=["organization_id", "key"],
                set_={**taking_its_place, "version": OUTBOX.c.version + 1},
            ),
            rows,
        )

    def withdraw(self, keys: Collection[str], *, organization_id: str) -> frozenset[str]:
        gone: set[str] = set()
        for chunk in chunks(sorted(set(keys))):
            rows = self._database.execute(
                select(OUTBOX.c.id, OUTBOX.c.key)
                .where(OUTBOX.c.organization_id == organization_id, OUTBOX.c.key.in_(chunk), OUTBOX.c.attempts == 0)
                .order_by(OUTBOX.c.id)
                .with_for_update()
            ).all()
            self._database.execute(delete(OUTBOX).where(OUTBOX.c.id.in_([row.id for row in rows])))
            gone |= {row.key for row in rows}
        return frozenset(gone)

    def ready(
        self, account_id: str, *, now: datetime, limit: int, acts: Collection[Act] | None = None
    ) -> Sequence[OwedOperation]:
        # Each act by itself, as the index has them: a few of one kind are found among very many of another.
        first = [
            select(OUTBOX.c.id)
            .where(
                OUTBOX.c.account_id == account_id,
                ~OUTBOX.c.is_held,
                OUTBOX.c.act == act,
                afterwards(OUTBOX.c.next_try_at <= now),
            )
            .order_by(OUTBOX.c.is_bulk, OUTBOX.c.id)
            .limit(limit)
            .subquery()
            for act in sorted(Act if acts is None else set(acts))
        ]
        if not first:
            return []
        any_of_them = union_all(*(select(of_act.c.id) for of_act in first)).subquery()
        return _to_owed(
            self._database.execute(
                select(OUTBOX)
                .join(any_of_them, any_of_them.c.id == OUTBOX.c.id)
                .order_by(OUTBOX.c.is_bulk, OUTBOX.c.id)
                .limit(limit)
            )
        )

    def begin(self, owed: Collection[OwedOperation]) -> frozenset[int]:
        ids = sorted(self._locked(owed))
        for start in range(0, len(ids), CHUNK):
            self._database.execute(
                update(OUTBOX)
                .where(OUTBOX.c.id.in_(ids[start : start + CHUNK]))
                .values(attempts=OUTBOX.c.attempts + 1, is_uncertain=True)
            )
        return frozenset(ids)

    def done(self, owed: Collection[OwedOperation]) -> frozenset[int]:
        versions = self._locked(owed)
        gone = sorted(each.id for each in owed if versions.get(each.id) == each.version)
        stays = sorted(versions.keys() - set(gone))
        for start in range(0, len(gone), CHUNK):
            self._database.execute(delete(OUTBOX).where(OUTBOX.c.id.in_(gone[start : start + CHUNK])))
        for start in range(0, len(stays), CHUNK):
            # Due it is already: whoever owed the later version said so.
            self._database.execute(
                update(OUTBOX)
                .where(OUTBOX.c.id.in_(stays[start : start + CHUNK]))
                .values(attempts=0, is_uncertain=False)
            )
        return frozenset(stays)

    def postpone(self, owed: OwedOperation, *, until: datetime, error: str, is_uncertain: bool) -> None:
        is_same = OUTBOX.c.version == owed.version
        self._database.execute(
            update(OUTBOX)
            .where(OUTBOX.c.id == owed.id)
            .values(
                next_try_at=case((is_same, until), else_=OUTBOX.c.next_try_at),
                last_error=case((is_same, error), else_=OUTBOX.c.last_error),
                is_uncertain=is_uncertain,
            )
        )

    def replace_act(self, owed_id: int, act: Act) -> None:
        self._database.execute(update(OUTBOX).where(OUTBOX.c.id == owed_id).values(act=act))

    def drop_of_calendar(self, calendar_id: str, *, but: str = "") -> None:
        theirs = (OUTBOX.c.calendar_id == calendar_id, OUTBOX.c.key != but)
        self._database.execute(select(OUTBOX.c.id).where(*theirs).order_by(OUTBOX.c.id).with_for_update()).all()
        self._database.execute(delete(OUTBOX).where(*theirs))

    def count(self, account_id: str) -> Mapping[Act, int]:
        rows = self._database.execute(
            select(OUTBOX.c.act, func.count()).where(OUTBOX.c.account_id == account_id).group_by(OUTBOX.c.act)
        )
        return {Act(act): owed for act, owed in rows}

    def owed(self, keys: Collection[str], *, organization_id: str) -> frozenset[str]:
        return frozenset(
            key
            for chunk in chunks(sorted(set(keys)))
            for key in self._database.scalars(
                select(OUTBOX.c.key).where(OUTBOX.c.organization_id == organization_id, OUTBOX.c.key.in_(chunk))
            )
        )

    def held(self, account_id: str) -> int:
        query = select(func.count()).select_from(OUTBOX).where(OUTBOX.c.account_id == account_id, OUTBOX.c.is_held)
        return self._database.scalar(query) or 0

    def waiting_for(self, calendar_ids: Collection[str]) -> Mapping[str, int]:
        counts: dict[str, int] = {}
        for chunk in chunks(sorted(set(calendar_ids))):
            rows = self._database.execute(
                select(OUTBOX.c.calendar_id, func.count().label("owed"))
                .where(OUTBOX.c.calendar_id.in_(chunk))
                .group_by(OUTBOX.c.calendar_id)
            )
            counts |= {row.calendar_id: row.owed for row in rows}
        return counts

    def failing(self, calendar_ids: Collection[str]) -> frozenset[str]:
        found: set[str] = set()
        for chunk in chunks(sorted(set(calendar_ids))):
            wanted = select(OUTBOX.c.calendar_id).where(OUTBOX.c.calendar_id.in_(chunk), OUTBOX.c.last_error != "")
            found.update(self._database.scalars(wanted.distinct()))
        return frozenset(found)

    def next_moment(self, account_id: str) -> datetime | None:
        moment: datetime | None = self._database.scalar(
            select(OUTBOX.c.next_try_at)
            .where(OUTBOX.c.account_id == account_id, ~OUTBOX.c.is_held)
            .order_by(OUTBOX.c.next_try_at)
            .limit(1)
        )
        return moment

    def _made(self, calendar_ids: Collection[str]) -> frozenset[str]:
        """Those of these that are at Google, and none of the others can be before the transaction ends.

        Without that, what is held here would miss being released by whoever notes at the same time that its calendar
        was made.
        """
        return frozenset(
            row.id
            for chunk in chunks(sorted(calendar_ids))
            for row in self._database.execute(
                select(CALENDARS.c.id, CALENDARS.c.provider_calendar_id)
                .where(CALENDARS.c.id.in_(chunk))
                .order_by(CALENDARS.c.id)
                .with_for_update(read=True)
            )
            if row.provider_calendar_id
        )

    def _lock_keys(self, keys: Iterable[str], organization_id: str) -> None:
        """Lock what waits under these keys. In the order of their ids, as everybody who locks several."""
        if self._database.connection().dialect.name == "sqlite":
            return  # it has no row locks: there a transaction that writes is alone from its start
        for chunk in chunks(sorted(keys)):
            self._database.execute(
                select(OUTBOX.c.id)
                .where(OUTBOX.c.organization_id == organization_id, OUTBOX.c.key.in_(chunk))
                .order_by(OUTBOX.c.id)
                .with_for_update()
            ).all()

    def _locked(self, owed: Collection[OwedOperation]) -> dict[int, int]:
        """Versions, by id, of those that are still there. In the order of their ids, as everybody who locks several."""
        ids = sorted(each.id for each in owed)
        found: dict[int, int] = {}
        for start in range(0, len(ids), CHUNK):
            rows = self._database.execute(
                select(OUTBOX.c.id, OUTBOX.c.version)
                .where(OUTBOX.c.id.in_(ids[start : start + CHUNK]))
                .order_by(OUTBOX.c.id)
                .with_for_update()
            )
            found |= {row.id: row.version for row in rows}
        return found


def release(database: Database, calendar_ids: Collection[str]) -> None:
    """What was held for these calendars is so no longer: they were made."""
    for chunk in chunks(sorted(calendar_ids)):
        database.execute(update(OUTBOX).where(OUTBOX.c.calendar_id.in_(chunk), OUTBOX.c.is_held).values(is_held=False))


def _to_owed(rows: Iterable[Any]) -> list[OwedOperation]:
    return [
        OwedOperation(
            id=row.id,
            organization_id=row.organization_id,
            account_id=row.account_id,
            operation=Operation(
                act=Act(row.act),
                calendar_id=row.calendar_id,
                subject=row.subject,
                body=row.body,
                urgency=Urgency.BULK if row.is_bulk else Urgency.NOW,
            ),
            version=row.version,
            attempts=row.attempts,
            is_uncertain=row.is_uncertain,
            next_try_at=row.next_try_at,
            created_at=row.created_at,
            last_error=row.last_error,
        )
        for row in rows
    ]
