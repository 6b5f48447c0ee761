"""What a sync reads and writes, over a provider in memory, on both databases."""

from typing import Any

import pytest
from sqlalchemy import Engine, event

from ce_calendar.domain.errors import ProviderForbids
from ce_calendar.domain.meetings.connections import ProviderCalendar, Status
from ce_calendar.domain.meetings.events import EventPage
from ce_calendar.domain.meetings.privacy import PrivacyLevel
from ce_calendar.domain.meetings.runs import SyncReport
from ce_calendar.domain.window import SyncWindow
from ce_calendar.ports import OpenUnitOfWork
from tests.builders_meetings import add_contact, make_event
from tests.conftest import NOON, FixedClock
from tests.unit.services.syncing_scene import ACCOUNT, DAY, QUARTER, Scene, meeting, put, set_scene


@pytest.fixture
def scene(uow: OpenUnitOfWork, clock: FixedClock) -> Scene:
    return set_scene(uow, clock)


# -- what is read ------------------------------------------------------------------------------------------------


def test_the_first_sync_lists_the_calendars_and_reads_the_window(scene: Scene) -> None:
    put(scene, meeting("e1"), make_event("busy"), meeting("old", starts_at=NOON - 60 * DAY))
    report = scene.run()
    assert (report.created, report.requests) == (2, 1)
    assert scene.titles() == ["Review"]
    assert scene.asked() == ["list_calendars", "fetch_events"]


def test_when_nothing_changed_each_calendar_costs_one_request_and_no_list(scene: Scene) -> None:
    scene.world.add_calendar(ACCOUNT, ProviderCalendar("second", "Second", "UTC", "owner"))
    put(scene, meeting("e1"))
    scene.run()
    scene.asked()
    scene.clock.advance(QUARTER)
    assert scene.run() == SyncReport(requests=2)
    assert scene.asked() == ["fetch_events", "fetch_events"]


def test_when_nothing_changed_the_contacts_are_not_even_read(scene: Scene, engine: Engine) -> None:
    put(scene, meeting("e1"))
    asked: list[str] = []

    def note(*told: Any) -> None:
        asked.append(told[2])

    def of_contacts() -> list[str]:
        return [statement for statement in asked if "FROM ce_contact" in statement]

    event.listen(engine, "before_cursor_execute", note)
    scene.run()
    assert of_contacts(), "so that the line below could fail"
    asked.clear()
    scene.run()
    event.remove(engine, "before_cursor_execute", note)
    assert of_contacts() == []


def test_changes_arrive_by_the_cursor(scene: Scene) -> None:
    put(scene, meeting("e1"), meeting("e2", "Other"))
    scene.run()
    put(scene, meeting("e1", "Renamed"))
    scene.world.remove(ACCOUNT, "e2")
    report = scene.run()
    assert (report.created, report.updated, report.deleted) == (0, 1, 1)
    assert scene.titles() == ["Renamed"]


def test_an_expired_cursor_is_followed_by_a_full_read_that_doubles_nothing(scene: Scene) -> None:
    put(scene, meeting("e1"), meeting("e2", "Other"))
    scene.run()
    scene.asked()
    scene.world.remove(ACCOUNT, "e2")
    scene.world.expire_cursors()
    report = scene.run()
    assert (report.created, report.updated, report.deleted, report.unchanged) == (0, 0, 1, 1)
    assert scene.asked() == ["fetch_events", "fetch_events"]
    assert scene.connection().status is Status.HEALTHY


def test_a_first_read_of_many_pages_asks_for_each_page_once_and_tells_how_far_it_is(scene: Scene) -> None:
    scene.world.page_size = 2
    put(scene, *(meeting(f"e{n}") for n in range(5)))
    seen: list[int] = []
    scene.world.before = lambda _operation: seen.append(scene.runs()[0].report.requests)
    report = scene.run()
    assert (report.created, report.requests) == (5, 3)
    assert scene.asked() == ["list_calendars", *["fetch_events"] * 3]
    assert seen == [0, 0, 1, 2]
    told = [topic for _organization, topic in scene.announcements.told]
    assert told == ["connections"] * 4 + ["timeline"]


def test_a_new_window_is_opened_every_day_and_the_calendars_are_listed_with_it(scene: Scene) -> None:
    put(scene, meeting("e1"), meeting("later", "Next year", starts_at=NOON + 367 * DAY))
    scene.run()
    scene.asked()
    scene.clock.advance(2 * DAY)
    scene.world.add_calendar(ACCOUNT, ProviderCalendar("second", "Second", "UTC", "owner"))
    report = scene.run()
    assert report.created == 1
    assert scene.titles() == ["Next year", "Review"]
    assert scene.asked() == ["list_calendars", "fetch_events", "fetch_events"]
    with scene.uow() as uow:
        windows = {calendar.window for calendar in uow.connections.calendars(scene.connection_id)}
    assert windows == {SyncWindow(NOON.replace(hour=0) - 28 * DAY, NOON.replace(hour=0) + 368 * DAY)}


def test_calendars_of_others_and_holidays_are_listed_but_not_read(scene: Scene) -> None:
    scene.world.add_calendar(ACCOUNT, ProviderCalendar("holidays", "Holidays", "UTC", "reader"))
    put(scene, meeting("e1"), calendar="holidays")
    scene.run()
    assert scene.titles() == []
    assert scene.asked() == ["list_calendars", "fetch_events"]


def test_a_calendar_that_is_gone_goes_with_its_meetings(scene: Scene) -> None:
    scene.world.add_calendar(ACCOUNT, ProviderCalendar("second", "Second", "UTC", "owner"))
    put(scene, meeting("e1", "Stays"))
    put(scene, meeting("e2", "Goes"), calendar="second")
    scene.run()
    scene.world.remove_calendar("second")
    scene.asked()
    scene.run()
    assert scene.titles() == ["Stays"]
    assert scene.asked().count("list_calendars") == 1
    assert scene.connection().status is Status.HEALTHY


def test_an_event_that_cannot_be_understood_is_skipped_with_its_reason(scene: Scene) -> None:
    put(scene, meeting("e1"))
    scene.world.put_unreadable(ACCOUNT, "e2", "no_start")
    report = scene.run()
    assert (report.created, report.skipped, report.skipped_reasons) == (1, 1, {"no_start": 1})
    assert scene.runs()[0].report == report


def test_a_new_contact_brings_meetings_that_were_busy_time(scene: Scene) -> None:
    put(scene, make_event("e1", guests=["new@clinic.example"], title="With somebody new"))
    scene.run()
    assert scene.titles() == []
    with scene.uow() as uow:
        add_contact(uow, scene.town.organization.id, "new@clinic.example")
        uow.connections.request_full_read(now=scene.clock(), organization_id=scene.town.organization.id)
    assert scene.syncing.due() == [scene.connection_id]
    scene.run()
    assert scene.titles() == ["With somebody new"]


def test_a_contact_added_while_pages_are_read_makes_the_next_sync_due_at_once(scene: Scene) -> None:
    put(scene, meeting("e1"))
    scene.run()

    def add_meanwhile(_operation: str) -> None:
        scene.world.before = lambda _operation: None
        with scene.uow() as uow:
            uow.connections.request_full_read(now=scene.clock(), organization_id=scene.town.organization.id)

    scene.world.before = add_meanwhile
    scene.run()
    assert scene.connection().next_sync_at == scene.clock()
    assert scene.jobs.asked == [("sync", scene.connection_id)]
    # … and that one reads in full, whereupon all is well.
    assert scene.run().unchanged == 1
    assert scene.connection().next_sync_at != scene.clock()


def test_the_owner_is_not_a_contact_of_themselves(scene: Scene) -> None:
    with scene.uow() as uow:
        add_contact(uow, scene.town.organization.id, ACCOUNT)
    put(scene, make_event("e1", organizer_email=ACCOUNT, guests=[ACCOUNT]))
    scene.run()
    assert scene.titles() == []


def test_busy_only_brings_nothing_to_the_timeline(scene: Scene) -> None:
    scene.change(privacy_level=PrivacyLevel.BUSY_ONLY)
    put(scene, meeting("e1"))
    scene.run()
    assert (scene.titles(), scene.event_count()) == ([], 1)


# -- suspicious pictures -----------------------------------------------------------------------------------------


def empty_out(scene: Scene) -> None:
    """Let a full read find 60 coming meetings gone."""
    put(scene, *(meeting(f"e{n}", starts_at=NOON + n * DAY) for n in range(1, 61)))
    scene.run()
    for n in range(1, 61):
        scene.world.remove(ACCOUNT, f"e{n}")
    scene.world.expire_cursors()


@pytest.fixture
def emptied(scene: Scene) -> Scene:
    empty_out(scene)
    return scene


def test_a_full_calendar_that_comes_back_empty_is_not_believed_at_first(emptied: Scene) -> None:
    assert emptied.run().deleted == 0
    connection = emptied.connection()
    assert (connection.status, connection.last_error) == (Status.RETRYING, "suspicious")
    assert emptied.event_count() == 60


def test_it_is_believed_when_the_next_read_says_the_same(emptied: Scene) -> None:
    emptied.run()
    assert emptied.run().deleted == 60
    assert emptied.connection().status is Status.HEALTHY
    assert emptied.titles() == []


def test_a_calendar_that_is_full_again_was_an_error_of_the_provider(emptied: Scene) -> None:
    emptied.run()
    put(emptied, *(meeting(f"e{n}", starts_at=NOON + n * DAY) for n in range(1, 61)))
    assert emptied.run() == SyncReport(unchanged=60, requests=1)
    assert emptied.connection().last_error == ""


def test_it_is_believed_also_while_another_calendar_cannot_be_read(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.world.add_calendar(ACCOUNT, ProviderCalendar("second", "Second", "UTC", "owner"))
    empty_out(scene)
    readable = scene.world.read

    def read(calendar_id: str, window: SyncWindow, cursor: str) -> list[EventPage]:
        if calendar_id == "second":
            raise ProviderForbids("forbidden")
        return readable(calendar_id, window, cursor)

    monkeypatch.setattr(scene.world, "read", read)
    assert scene.run().deleted == 0
    assert scene.run().deleted == 60
    assert scene.connection().last_error == "forbidden"


def test_an_account_without_any_calendar_is_not_believed(scene: Scene) -> None:
    put(scene, meeting("e1"))
    scene.run()
    scene.world.remove_calendar(ACCOUNT)
    scene.run()
    assert scene.connection().last_error == "no_calendars"
    assert scene.titles() == ["Review"]
