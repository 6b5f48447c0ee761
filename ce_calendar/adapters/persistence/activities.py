"""Activities: a meeting with one contact, once, supported by any number of events of any connection."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, delete, exists, insert, select, update
from sqlmodel import Session as Database

from ce_calendar.adapters.persistence.bulk import chunks, new_ids, upsert
from ce_calendar.adapters.persistence.people import rows_touched
from ce_calendar.adapters.persistence.tables import ACTIVITIES, EVENTS, LINKS, ORGANIZATIONS


class Times(NamedTuple):
    """When a meeting is."""

    starts_at: datetime
    ends_at: datetime
    start_date: date | None
    end_date: date | None


class Support(NamedTuple):
    """An event that says: here is a meeting with this contact."""

    event_id: str
    identity_key: str
    contact_id: str
    times: Times


class ActivityBook:
    """Keeps activities in line with the events behind them, for one organization.

    One transaction at a time may do so per organization: `hold` waits for the one before. Two calendars that bring
    or lose the same meeting at once therefore see each other's links, and cannot deadlock over activities. Whoever
    also changes a connection locks that first, and the organization after it.
    """

    def __init__(self, database: Database, organization_id: str) -> None:
        self._database = database
        self._organization_id = organization_id

    def hold(self) -> None:
        """Let nobody else change this organization's activities until the transaction ends.

        Comes before the first read on which a decision rests. The weaker lock lets others insert rows that refer to
        the organization. SQLite has one writer anyway and ignores it.
        """
        self._database.execute(
            select(ORGANIZATIONS.c.id)
            .where(ORGANIZATIONS.c.id == self._organization_id)
            .with_for_update(key_share=True)
        )

    def unlink(self, *conditions: ColumnElement[bool]) -> set[str]:
        """Take away the links that satisfy the conditions; returns the activities that lost one, to `settle`."""
        touched = set(self._database.scalars(select(LINKS.c.activity_id).where(*conditions)))
        if touched:
            self._database.execute(delete(LINKS).where(*conditions))
        return touched

    def link(self, supports: Sequence[Support], *, now: datetime) -> None:
        """Find or make the activity of each support, with its times. The event read last is believed."""
        if not supports:
            return
        wanted = {(support.identity_key, support.contact_id): support.times for support in supports}
        held = self._existing({support.identity_key for support in supports})
        ids = {
            key: held[key][0] if key in held else new_id
            for key, new_id in zip(wanted, new_ids(len(wanted)), strict=True)
        }
        rows = [
            {
                "id": ids[key],
                "organization_id": self._organization_id,
                "identity_key": key[0],
                "contact_id": key[1],
                "created_at": now,
                **times._asdict(),
            }
            for key, times in wanted.items()
            if key not in held or held[key][1] != times
        ]
        upsert(self._database, ACTIVITIES, rows, update=Times._fields)
        links = {(support.event_id, ids[support.identity_key, support.contact_id]) for support in supports}
        self._database.execute(
            insert(LINKS),
            [
                {"event_id": event_id, "activity_id": activity_id, "organization_id": self._organization_id}
                for event_id, activity_id in sorted(links)
            ],
        )

    def move(self, contact_id: str, *, to: str) -> int:
        """Make one contact's activities another's; of a meeting both had, one stays. Returns how many there were."""
        gone, kept = ACTIVITIES.alias("gone"), ACTIVITIES.alias("kept")
        # Both in one meeting: whatever stood behind the one stands behind the other.
        both = and_(
            gone.c.organization_id == self._organization_id,
            gone.c.contact_id == contact_id,
            kept.c.organization_id == gone.c.organization_id,
            kept.c.identity_key == gone.c.identity_key,
            kept.c.contact_id == to,
        )
        there = LINKS.alias("there")
        self._database.execute(
            insert(LINKS).from_select(
                ["event_id", "activity_id", "organization_id"],
                select(LINKS.c.event_id, kept.c.id, LINKS.c.organization_id)
                .join_from(LINKS, gone, LINKS.c.activity_id == gone.c.id)
                .join(kept, both)
                .where(~exists().where(there.c.event_id == LINKS.c.event_id, there.c.activity_id == kept.c.id)),
            )
        )
        doubles = select(gone.c.id).join_from(gone, kept, both)
        merged = rows_touched(self._database.execute(delete(ACTIVITIES).where(ACTIVITIES.c.id.in_(doubles))))
        of_contact = (
            ACTIVITIES.c.organization_id == self._organization_id,
            ACTIVITIES.c.contact_id == contact_id,
        )
        return merged + rows_touched(
            self._database.execute(update(ACTIVITIES).where(*of_contact).values(contact_id=to))
        )

    def settle(self, touched: Collection[str]) -> None:
        """After links went: remove activities nothing supports, and let the others follow the events they have left."""
        corrected = []
        for chunk in chunks(sorted(touched)):
            self._database.execute(
                delete(ACTIVITIES).where(
                    ACTIVITIES.c.id.in_(chunk), ~exists().where(LINKS.c.activity_id == ACTIVITIES.c.id)
                )
            )
            corrected += self._corrections(chunk)
        self._set_times(corrected)

    def _existing(self, identity_keys: Collection[str]) -> dict[tuple[str, str], tuple[str, Times]]:
        """Id and times of the activities of these meetings, by identity key and contact."""
        found: dict[tuple[str, str], tuple[str, Times]] = {}
        columns = [ACTIVITIES.c[name] for name in ("identity_key", "contact_id", "id", *Times._fields)]
        for chunk in chunks(sorted(identity_keys)):
            rows = self._database.execute(
                select(*columns).where(
                    ACTIVITIES.c.organization_id == self._organization_id, ACTIVITIES.c.identity_key.in_(chunk)
                )
            )
            for identity_key, contact_id, activity_id, *times in rows:
                found[identity_key, contact_id] = (activity_id, Times(*times))
        return found

    def _corrections(self, activity_ids: Collection[str]) -> list[dict[str, Any]]:
        """New times for those whose present ones no event says any more."""
        of_event = [EVENTS.c[name] for name in Times._fields]
        of_activity = [ACTIVITIES.c[name].label(f"held_{name}") for name in Times._fields]
        rows = self._database.execute(
            select(ACTIVITIES.c.id, *of_event, *of_activity)
            .join(LINKS, LINKS.c.activity_id == ACTIVITIES.c.id)
            .join(EVENTS, EVENTS.c.id == LINKS.c.event_id)
            .where(ACTIVITIES.c.id.in_(activity_ids))
            .order_by(ACTIVITIES.c.id, EVENTS.c.id)
        )
        said: dict[str, list[Times]] = {}
        held: dict[str, Times] = {}
        for activity_id, *times in rows:
            said.setdefault(activity_id, []).append(Times(*times[:4]))
            held[activity_id] = Times(*times[4:])
        return [_times_row(key, times[0]) for key, times in said.items() if held[key] not in times]

    def _set_times(self, rows: list[dict[str, Any]]) -> None:
        if rows:
            times = {name: bindparam(f"new_{name}", type_=ACTIVITIES.c[name].type) for name in Times._fields}
            self._database.connection().execute(
                update(ACTIVITIES).where(ACTIVITIES.c.id == bindparam("activity_id")).values(times), rows
            )


def _times_row(activity_id: str, times: Times) -> dict[str, Any]:
    return {"activity_id": activity_id, **{f"new_{name}": value for name, value in times._asdict().items()}}
