"""Many rows at once, on both databases."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlmodel import Session as Database

from ce_calendar.adapters.persistence.bulk import _moment, new_ids, upsert
from ce_calendar.adapters.persistence.tables import EVENTS, MODULE_SETTINGS
from ce_calendar.ports import OpenUnitOfWork
from ce_calendar.services.entered import is_id
from tests.builders import Town, make_connection, settle
from tests.builders_meetings import make_calendar
from tests.conftest import NOON


def test_ids_by_the_bundle_are_ids_as_any_and_no_two_the_same() -> None:
    ids = new_ids(5_000)
    assert len(set(ids)) == 5_000
    assert all(is_id(each) for each in ids)
    assert new_ids(0) == []


def row(town: Town, poll_minutes: int, duration_minutes: int) -> dict[str, Any]:
    return {
        "organization_id": town.organization.id,
        "poll_minutes": poll_minutes,
        "duration_minutes": duration_minutes,
        "notification_minutes": 15,
        "changed_at": NOON,
    }


def test_a_row_that_is_there_is_changed_in_the_named_columns_alone(uow: OpenUnitOfWork, engine: Engine) -> None:
    town = settle(uow)
    with Database(engine) as database, database.begin():
        upsert(database, MODULE_SETTINGS, [row(town, 20, 30)], update=["poll_minutes"])
        upsert(database, MODULE_SETTINGS, [row(town, 40, 60)], update=["poll_minutes"])
        upsert(database, MODULE_SETTINGS, [], update=["poll_minutes"])
        found = database.execute(select(MODULE_SETTINGS)).one()
    assert (found.poll_minutes, found.duration_minutes) == (40, 30)


def test_moments_dates_flags_and_lists_come_back_as_they_were(uow: OpenUnitOfWork, engine: Engine) -> None:
    town = settle(uow)
    connection = make_connection(user=town.staff)
    calendar = make_calendar(connection)
    with uow() as unit:
        unit.connections.add(connection)
        unit.connections.save_calendars([calendar])
    tokyo = timezone(timedelta(hours=9))
    content: dict[str, Any] = {
        "starts_at": datetime(2026, 3, 10, 21, 0, 0, 5, tzinfo=tokyo),
        "ends_at": NOON,
        "start_date": NOON.date(),
        "end_date": None,
        "is_busy": False,
        "title": "M\u00fcller's \u201creview\u201d \U0001f331 100 % :name ?",
        "attendees": [{"email": "a@b.example", "is_self": True}],
    }
    of_row = {
        "organization_id": connection.organization_id,
        "connection_id": connection.id,
        "calendar_id": calendar.id,
        "sync_direction": "inbound",
        "sync_status": "synced",
        **dict.fromkeys(("series_id", "etag", "content_hash", "description", "location", "conference_url"), ""),
        **dict.fromkeys(("html_link", "organizer_email", "identity_key"), ""),
    }
    rows = [{"id": event_id, "provider_event_id": event_id, **of_row, **content} for event_id in new_ids(3)]
    with Database(engine) as database, database.begin():
        upsert(database, EVENTS, rows, update=content.keys())
        found = database.execute(select(*(EVENTS.c[name] for name in content))).all()
    assert len(found) == 3
    assert {each._asdict()["starts_at"] for each in found} == {datetime(2026, 3, 10, 12, 0, 0, 5, tzinfo=UTC)}
    assert all(each._asdict() == content for each in found)


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 3, 10, 12, 0, tzinfo=UTC),
        datetime(2026, 3, 10, 12, 0, 0, 70, tzinfo=UTC),
        datetime(2026, 3, 10, 0, 30, tzinfo=timezone(timedelta(hours=9))),
        datetime(2, 1, 1, tzinfo=UTC),
        None,
    ],
)
def test_moments_are_written_as_sqlalchemy_writes_them(sqlite_engine: Engine, moment: datetime | None) -> None:
    theirs = EVENTS.c.starts_at.type.dialect_impl(sqlite_engine.dialect).bind_processor(sqlite_engine.dialect)
    assert theirs is not None
    assert _moment(moment) == theirs(moment)
