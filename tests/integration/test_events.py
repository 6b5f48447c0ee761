"""Events and activities on both databases."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest

from ce_calendar.domain.contacts import Contact
from ce_calendar.domain.meetings.connections import ConnectedCalendar, Connection
from ce_calendar.domain.meetings.events import Attendee, CalendarEvent, RemoteRead, Response
from ce_calendar.domain.meetings.privacy import PrivacyLevel
from ce_calendar.domain.meetings.timeline import Meeting, MeetingQuery, Span
from ce_calendar.domain.people import User
from ce_calendar.ports import OpenUnitOfWork
from tests.builders import Town, settle
from tests.builders_meetings import (
    add_calendar,
    add_contact,
    make_all_day_event,
    make_event,
    make_read,
    sync_into,
)
from tests.conftest import NOON

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass
class Scene:
    """Staff and a colleague with a calendar each, and two contacts."""

    uow: OpenUnitOfWork
    town: Town
    mine: ConnectedCalendar
    theirs: ConnectedCalendar
    carla: Contact
    conrad: Contact

    def sync(self, calendar: ConnectedCalendar, read: RemoteRead) -> None:
        with self.uow() as uow:
            sync_into(uow, calendar, read)

    def timeline(self, *, reader: User | None = None, span: Span = Span.COMING, **others: Any) -> list[Meeting]:
        values: dict[str, Any] = {"sees_all": False, "now": NOON, "today": NOON.date(), **others}
        reader = reader or self.town.staff
        query = MeetingQuery(
            organization_id=reader.organization_id,
            reader_id=reader.id,
            span=span,
            **values,
        )
        with self.uow() as uow:
            meetings, total = uow.events.meetings(query)
        if query.limit > total:
            assert len(meetings) == total
        return list(meetings)

    def connection(self, calendar: ConnectedCalendar) -> Connection:
        with self.uow() as uow:
            connection = uow.connections.get(calendar.connection_id)
        assert connection is not None
        return connection

    def event_count(self, calendar: ConnectedCalendar) -> int:
        with self.uow() as uow:
            return len(uow.events.stored(calendar.id))

    def meeting(self, *contacts: Contact, title: str = "Quarterly review", **others: Any) -> CalendarEvent:
        return make_event(
            "e1",
            guests=[contact.email for contact in contacts or (self.carla,)],
            title=title,
            **others,
        )


@pytest.fixture
def scene(uow: OpenUnitOfWork) -> Scene:
    town = settle(uow)
    with uow() as unit:
        mine, theirs = (add_calendar(unit, user) for user in (town.staff, town.colleague))
        carla = add_contact(unit, town.organization.id, "carla@clinic.example")
        conrad = add_contact(unit, town.organization.id, "conrad@clinic.example")
    return Scene(uow, town, mine, theirs, carla, conrad)


# -- writing -----------------------------------------------------------------------------------------------------


def test_a_meeting_appears_once_per_contact(scene: Scene) -> None:
    scene.sync(scene.mine, make_read(scene.meeting(scene.carla, scene.conrad)))
    assert {meeting.contact.name for meeting in scene.timeline()} == {"carla", "conrad"}


def test_an_event_without_contacts_is_kept_as_busy_time_only(scene: Scene) -> None:
    scene.sync(scene.mine, make_read(make_event(guests=["friend@home.example"])))
    assert scene.timeline() == []
    assert scene.event_count(scene.mine) == 1


def test_what_is_stored_says_the_same_when_it_is_read_again(scene: Scene) -> None:
    guests = [Attendee(scene.carla.email, "Carla", Response.ACCEPTED), Attendee("me@x.example", is_self=True)]
    event = make_event(guests=guests, location="Room 1", description="Agenda", conference_url="https://meet.example/1")
    scene.sync(scene.mine, make_read(event))
    [meeting] = scene.timeline()
    assert meeting.attendees == tuple(guests)
    assert (meeting.title, meeting.location, meeting.description) == (event.title, "Room 1", "Agenda")
    assert (meeting.starts_at, meeting.ends_at, meeting.dates) == (event.starts_at, event.ends_at, None)


def test_a_meeting_in_two_peoples_calendars_is_one_activity_that_both_hold(scene: Scene) -> None:
    scene.sync(scene.mine, make_read(scene.meeting()))
    scene.sync(scene.theirs, make_read(replace(scene.meeting(), provider_event_id="other-id")))
    [meeting] = scene.timeline()
    assert {holder.user_id for holder in meeting.held_by} == {scene.town.staff.id, scene.town.colleague.id}


def test_when_one_of_two_calendars_loses_the_meeting_the_other_still_holds_it(scene: Scene) -> None:
    scene.sync(scene.mine, make_read(scene.meeting()))
    scene.sync(scene.theirs, make_read(scene.meeting()))
    scene.sync(scene.mine, make_read(removed=["e1"]))
    [meeting] = scene.timeline(reader=scene.town.colleague)
    assert [holder.user_id for holder in meeting.held_by] == [scene.town.colleague.id]
    scene.sync(scene.theirs, make_read(removed=["e1"]))
    assert scene.timeline() == []


def test_a_moved_meeting_moves_on_the_timeline(scene: Scene) -> None:
    scene.sync(scene.mine, make_read(scene.meeting()))
    before = scene.timeline()[0].activity_id
    scene.sync(scene.mine, make_read(scene.meeting(starts_at=NOON + 5 * DAY)))
    [meeting] = scene.timeline()
    assert (meeting.activity_id, meeting.starts_at) == (before, NOON + 5 * DAY)


def test_an_activity_follows_the_events_that_are_left(scene: Scene) -> None:
    # Theirs was read before the meeting moved and has not been read since.
    scene.sync(scene.theirs, make_read(scene.meeting()))
    scene.sync(scene.mine, make_read(scene.meeting(starts_at=NOON + 5 * DAY)))
    assert scene.timeline()[0].starts_at == NOON + 5 * DAY
    scene.sync(scene.mine, make_read(removed=["e1"]))
    assert scene.timeline()[0].starts_at == NOON + DAY


def test_a_contact_who_is_no_longer_a_guest_loses_the_meeting(scene: Scene) -> None:
    scene.sync(scene.mine, make_read(scene.meeting(scene.carla, scene.conrad)))
    scene.sync(scene.mine, make_read(scene.meeting(scene.conrad)))
    assert [meeting.contact.name for meeting in scene.timeline()] == ["conrad"]


def test_two_events_of_one_calendar_may_be_the_same_meeting(scene: Scene) -> None:
    first = scene.meeting()
    scene.sync(scene.mine, make_read(first, replace(first, provider_event_id="e2")))
    assert len(scene.timeline()) == 1
    scene.sync(scene.mine, make_read(removed=["e1"]))
    assert len(scene.timeline()) == 1


def test_text_no_database_can_hold_is_cleaned_rather_than_fatal(scene: Scene) -> None:
    scene.sync(scene.mine, make_read(scene.meeting(title="Nul\0 and half a \ud83d pair, whole 🙂")))
    assert scene.timeline()[0].title == "Nul and half a ? pair, whole 🙂"


def test_a_thousand_events_are_written_changed_and_deleted_in_one_go(scene: Scene) -> None:
    events = [make_event(f"e{n}", guests=[scene.carla.email], starts_at=NOON + n * HOUR) for n in range(1200)]
    scene.sync(scene.mine, make_read(*events))
    assert scene.timeline(limit=1200)[1199].starts_at == NOON + 1199 * HOUR
    scene.sync(scene.mine, make_read(*(replace(event, title="Renamed") for event in events)))
    assert {meeting.title for meeting in scene.timeline(limit=1200)} == {"Renamed"}
    scene.sync(scene.mine, make_read(is_full=True))
    assert scene.event_count(scene.mine) == 0
    assert scene.timeline() == []


def test_stored_events_can_be_asked_for_by_name(scene: Scene) -> None:
    scene.sync(scene.mine, make_read(make_event("e1"), make_all_day_event("e2", first=date(2026, 3, 12))))
    with scene.uow() as uow:
        assert uow.events.stored(scene.mine.id, only=[]) == {}
        found = uow.events.stored(scene.mine.id, only=["e2", "unknown"])
    assert list(found) == ["e2"]
    assert found["e2"].is_all_day


def test_stored_occurrences_can_be_asked_for_by_their_series(scene: Scene) -> None:
    occurrences = [make_event(f"o{n}", series_id="series", original_start=f"2026-03-1{n}") for n in range(3)]
    scene.sync(scene.mine, make_read(*occurrences, make_event("e1"), make_event("o9", series_id="another")))
    with scene.uow() as uow:
        # An empty name is nobody's, or every single event would be an occurrence of it.
        found = uow.events.stored(scene.mine.id, only=["series", "o1", ""])
    assert sorted(found) == ["o0", "o1", "o2"]
    assert {stored.series_id for stored in found.values()} == {"series"}


# -- erasing -----------------------------------------------------------------------------------------------------


def test_a_stricter_level_erases_the_text_at_once_and_keeps_the_meeting(scene: Scene) -> None:
    scene.sync(scene.mine, make_read(scene.meeting()))
    with scene.uow() as uow:
        uow.events.erase_text(scene.mine.connection_id, keep_attendees=True)
    [meeting] = scene.timeline()
    assert (meeting.title, meeting.attendees[0].email) == ("", scene.carla.email)


def test_busy_only_takes_the_meeting_off_the_timeline_unless_a_colleague_holds_it(scene: Scene) -> None:
    scene.sync(scene.mine, make_read(scene.meeting(), make_event("e2", guests=[scene.conrad.email])))
    scene.sync(scene.theirs, make_read(scene.meeting()))
    with scene.uow() as uow:
        uow.events.erase_text(scene.mine.connection_id, keep_attendees=False)
    [meeting] = scene.timeline()
    assert [holder.user_id for holder in meeting.held_by] == [scene.town.colleague.id]
    assert scene.event_count(scene.mine) == 2


def test_erased_text_comes_back_when_the_level_is_widened_and_read_again(scene: Scene) -> None:
    scene.sync(scene.mine, make_read(scene.meeting()))
    with scene.uow() as uow:
        uow.events.erase_text(scene.mine.connection_id, keep_attendees=False)
    scene.sync(scene.mine, make_read(scene.meeting(), is_full=True))
    assert scene.timeline()[0].title == "Quarterly review"


def test_disconnecting_keeps_past_meetings_and_nothing_else(scene: Scene) -> None:
    past = make_event("past", guests=[scene.carla.email], starts_at=NOON - DAY)
    under_way = make_event("now", guests=[scene.carla.email], starts_at=NOON - HOUR, minutes=90)
    coming = make_event("coming", guests=[scene.carla.email])
    scene.sync(scene.mine, make_read(past, under_way, coming, make_event("busy", starts_at=NOON - DAY)))
    with scene.uow() as uow:
        deleted = uow.events.delete_of_connection(scene.mine.connection_id, since=NOON, keep_timeline=True)
        assert set(uow.events.stored(scene.mine.id)) == {"past"}
    assert deleted == 3
    assert scene.timeline() == []
    assert len(scene.timeline(span=Span.PAST)) == 1


def test_disconnecting_with_the_past_deletes_everything_but_a_colleagues(scene: Scene) -> None:
    scene.sync(scene.mine, make_read(scene.meeting(), make_event("e2", guests=[scene.conrad.email])))
    scene.sync(scene.theirs, make_read(scene.meeting()))
    with scene.uow() as uow:
        assert uow.events.delete_of_connection(scene.mine.connection_id, since=None, keep_timeline=False) == 2
    assert [meeting.contact.name for meeting in scene.timeline()] == ["carla"]
    assert scene.event_count(scene.theirs) == 1


def test_a_vanished_calendar_takes_its_meetings_along(scene: Scene) -> None:
    second = replace(scene.mine, id="2" * 32, provider_calendar_id="second")
    with scene.uow() as uow:
        uow.connections.save_calendars([second])
    scene.sync(second, make_read(scene.meeting(scene.conrad)))
    scene.sync(scene.mine, make_read(make_event("e2", guests=[scene.carla.email])))
    with scene.uow() as uow:
        uow.events.delete_of_calendars([second.id])
        uow.connections.remove_calendars([second.id])
    assert [meeting.contact.name for meeting in scene.timeline()] == ["carla"]


def test_a_contact_with_a_new_address_loses_the_meetings_of_the_old_one(scene: Scene) -> None:
    scene.sync(scene.mine, make_read(scene.meeting(scene.carla, scene.conrad)))
    with scene.uow() as uow:
        uow.events.unlink_contact(scene.carla.id)
        uow.events.unlink_contact("nobody")
    assert [meeting.contact.name for meeting in scene.timeline()] == ["conrad"]


# -- reading -----------------------------------------------------------------------------------------------------


def test_coming_meetings_are_counted_once_per_connection(scene: Scene) -> None:
    past = make_event("past", guests=[scene.carla.email], starts_at=NOON - DAY)
    scene.sync(scene.mine, make_read(scene.meeting(scene.carla, scene.conrad), past, make_event("busy")))
    scene.sync(scene.theirs, make_read(scene.meeting()))
    with scene.uow() as uow:
        asked = [scene.mine.connection_id, scene.theirs.connection_id, "nobody's"]
        counts = uow.events.count_by_connection(asked, now=NOON)
        assert uow.events.count_by_connection([], now=NOON) == {}
    assert counts == {scene.mine.connection_id: 1, scene.theirs.connection_id: 1}


def test_a_colleague_sees_contact_time_and_owner_but_no_details(scene: Scene) -> None:
    scene.sync(
        scene.mine, make_read(scene.meeting(location="Room 1", description="Diagnosis", html_link="https://x/1"))
    )
    [meeting] = scene.timeline(reader=scene.town.colleague)
    assert (meeting.contact, meeting.starts_at) == (scene.carla, NOON + DAY)
    assert [holder.name for holder in meeting.held_by] == [scene.town.staff.name]
    assert not meeting.is_visible
    said = (meeting.title, meeting.description, meeting.location, meeting.html_link, meeting.organizer_email)
    assert said == ("",) * 5
    assert meeting.attendees == ()


def test_who_sees_all_sees_the_details(scene: Scene) -> None:
    scene.sync(scene.mine, make_read(scene.meeting()))
    [meeting] = scene.timeline(reader=scene.town.admin, sees_all=True)
    assert (meeting.is_visible, meeting.title) == (True, "Quarterly review")


def test_a_stranger_sees_nothing_whoever_they_are(scene: Scene) -> None:
    scene.sync(scene.mine, make_read(scene.meeting()))
    assert scene.timeline(reader=scene.town.stranger, sees_all=True) == []
    assert scene.timeline(reader=scene.town.stranger, sees_all=True, contact_id=scene.carla.id) == []


def test_a_holder_sees_what_their_own_calendar_says(scene: Scene) -> None:
    scene.sync(scene.mine, make_read(scene.meeting(title="My words")))
    scene.sync(scene.theirs, make_read(scene.meeting(title="Their words")))
    assert scene.timeline()[0].title == "My words"
    assert scene.timeline(reader=scene.town.colleague, sees_all=True)[0].title == "Their words"


def test_a_holder_with_a_stricter_level_does_not_read_the_colleagues_words(scene: Scene) -> None:
    with scene.uow() as uow:
        connection = uow.connections.lock(scene.mine.connection_id)
        assert connection is not None
        uow.connections.save(replace(connection, privacy_level=PrivacyLevel.TIME_AND_ATTENDEES))
    scene.sync(scene.mine, make_read(scene.meeting()))
    scene.sync(scene.theirs, make_read(scene.meeting(title="Their words")))
    [meeting] = scene.timeline()
    assert (meeting.is_visible, meeting.title, len(meeting.attendees)) == (True, "", 1)


def test_who_sees_all_reads_the_calendar_that_says_most(scene: Scene) -> None:
    scene.sync(scene.mine, make_read(scene.meeting()))
    with scene.uow() as uow:
        uow.events.erase_text(scene.mine.connection_id, keep_attendees=True)
    scene.sync(scene.theirs, make_read(scene.meeting(title="Their words")))
    assert scene.timeline(reader=scene.town.admin, sees_all=True)[0].title == "Their words"


def test_the_timeline_is_paged_and_ordered_and_filtered_by_contact(scene: Scene) -> None:
    events = [
        make_event(f"e{n}", guests=[(scene.carla, scene.conrad)[n % 2].email], starts_at=NOON + n * DAY)
        for n in range(-4, 5)
    ]
    scene.sync(scene.mine, make_read(*events))

    def days(span: Span, **others: Any) -> list[int]:
        return [(meeting.starts_at - NOON).days for meeting in scene.timeline(span=span, **others)]

    assert days(Span.COMING) == [0, 1, 2, 3, 4]
    assert days(Span.PAST) == [-1, -2, -3, -4]
    assert days(Span.COMING, offset=2, limit=2) == [2, 3]
    assert days(Span.COMING, contact_id=scene.conrad.id) == [1, 3]


def test_meetings_at_the_same_time_stand_together_with_their_contacts_in_order(scene: Scene) -> None:
    guests = [scene.conrad.email, scene.carla.email]
    for start, span in ((NOON + DAY, Span.COMING), (NOON - DAY, Span.PAST)):
        events = [make_event(f"{span}{n}", guests=guests, title=f"Meeting {n}", starts_at=start) for n in range(6)]
        scene.sync(scene.mine, make_read(*events))
        found = [(meeting.title, meeting.contact.name) for meeting in scene.timeline(span=span)]
        assert [name for _, name in found] == ["carla", "conrad"] * 6
        assert all(first == second for (first, _), (second, _) in zip(found[::2], found[1::2], strict=True))


@pytest.mark.parametrize(
    ("today", "is_coming"),
    [
        (date(2026, 3, 9), True),  # tomorrow, for a reader far west of us
        (date(2026, 3, 10), True),  # today, though it began at midnight
        (date(2026, 3, 11), True),  # its second and last day
        (date(2026, 3, 12), False),  # over, for a reader far east, where it is the 12th already
    ],
)
def test_an_all_day_meeting_is_coming_until_the_readers_day_after_it(
    scene: Scene, *, today: date, is_coming: bool
) -> None:
    event = make_all_day_event("e1", first=date(2026, 3, 10), days=2, guests=[scene.carla.email])
    scene.sync(scene.mine, make_read(event))
    assert bool(scene.timeline(today=today)) is is_coming
    past = scene.timeline(today=today, span=Span.PAST)
    assert bool(past) is not is_coming
    for meeting in [*past, *scene.timeline(today=today)]:
        assert meeting.dates == event.dates
