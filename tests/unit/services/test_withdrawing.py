"""What an owner may always take back, and what they are shown before they choose."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from ce_calendar.domain.access import Actor, Permission
from ce_calendar.domain.errors import AccessDenied, NotFound
from ce_calendar.domain.meetings.connections import Connection, Status
from ce_calendar.domain.meetings.events import Visibility
from ce_calendar.domain.meetings.privacy import PrivacyLevel
from ce_calendar.domain.meetings.timeline import MeetingTally
from ce_calendar.ports import OpenUnitOfWork
from tests.builders import make_actor, make_connection, new_id
from tests.builders_meetings import add_contact, make_calendar, make_event, make_read, sync_into
from tests.conftest import FixedClock
from tests.support.doubles import audit_rows
from tests.unit.services.linking import PRIVATE, Linking, make_linking

CARLA, DORA = "carla@clinic.example", "dora@clinic.example"


@pytest.fixture
def linking(uow: OpenUnitOfWork, clock: FixedClock) -> Linking:
    return make_linking(uow, clock)


@pytest.fixture
def mine(linking: Linking) -> Connection:
    connection = linking.connect(linking.actor(linking.town.staff))
    linking.jobs.asked.clear()
    return connection


@pytest.fixture
def demoted(linking: Linking) -> Actor:
    """The owner, who may look and no longer link accounts."""
    return make_actor(linking.town.staff, permissions=[Permission.CALENDAR_VIEW])


def test_who_may_no_longer_link_accounts_can_still_disconnect_their_own(
    linking: Linking, mine: Connection, demoted: Actor
) -> None:
    assert linking.book.disconnect_effects(demoted, connection_id=mine.id).connection.id == mine.id
    linking.book.disconnect(demoted, connection_id=mine.id)

    assert linking.stored(mine).status is Status.DISCONNECTING


def test_they_can_pause_and_not_resume(linking: Linking, mine: Connection, demoted: Actor, engine: Engine) -> None:
    linking.book.set_auto_sync(demoted, connection_id=mine.id, enabled=False)

    with pytest.raises(AccessDenied):
        linking.book.set_auto_sync(demoted, connection_id=mine.id, enabled=True)
    assert not linking.stored(mine).sync_enabled
    assert audit_rows(engine)[-1] == ("connection.auto-sync", "refused", mine.id)


def test_they_can_show_less_and_not_more(linking: Linking, mine: Connection, demoted: Actor) -> None:
    linking.book.set_privacy(demoted, connection_id=mine.id, level=PrivacyLevel.BUSY_ONLY)

    with pytest.raises(AccessDenied):
        linking.book.set_privacy(demoted, connection_id=mine.id, level=PrivacyLevel.FULL)
    assert linking.stored(mine).privacy_level is PrivacyLevel.BUSY_ONLY
    assert not linking.book.privacy_preview(demoted, connection_id=mine.id).may_widen


def test_it_counts_only_for_ones_own(linking: Linking, mine: Connection) -> None:
    looker = make_actor(linking.town.colleague, permissions=[Permission.CALENDAR_VIEW, Permission.ORG_MANAGE])
    with pytest.raises(AccessDenied):
        linking.book.disconnect(looker, connection_id=mine.id)
    assert linking.stored(mine).status is Status.HEALTHY


def test_who_may_not_even_look_withdraws_nothing_here(linking: Linking, mine: Connection) -> None:
    with pytest.raises(AccessDenied):
        linking.book.disconnect(make_actor(linking.town.staff, permissions=[]), connection_id=mine.id)


# -- the preview -------------------------------------------------------------------------------------------------


def fill(linking: Linking, connection: Connection) -> None:
    """Busy time, a private meeting, a past one, and two that are coming."""
    calendar = make_calendar(connection)
    now = linking.clock()
    read = make_read(
        make_event("busy", starts_at=now + timedelta(hours=1), title="Dentist"),
        make_event(
            "private", guests=[CARLA], starts_at=now + timedelta(hours=2), title="Secret", visibility=Visibility.PRIVATE
        ),
        make_event("past", guests=[CARLA], starts_at=now - timedelta(days=1), title="Past"),
        make_event("later", guests=[CARLA], starts_at=now + timedelta(days=2), title="Later"),
        make_event("next", guests=[CARLA, DORA], starts_at=now + timedelta(days=1), title="Next", location="Room 1"),
        is_full=True,
    )
    with linking.uow() as uow:
        for contact in (CARLA, DORA):
            add_contact(uow, connection.organization_id, contact)
        uow.connections.save_calendars([calendar])
        sync_into(uow, calendar, read)


def test_the_owner_sees_the_levels_on_their_next_meeting_and_never_on_a_private_one(
    linking: Linking, mine: Connection
) -> None:
    fill(linking, mine)

    preview = linking.book.privacy_preview(linking.actor(linking.town.staff), connection_id=mine.id)

    assert preview.is_own
    assert preview.may_widen
    assert preview.sample is not None
    assert (preview.sample.title, preview.sample.location) == ("Next", "Room 1")
    assert preview.sample.contacts == ("carla", "dora")
    assert {guest.email for guest in preview.sample.guests} == {CARLA, DORA}


def test_an_admin_decides_without_reading_along(linking: Linking, mine: Connection) -> None:
    fill(linking, mine)

    preview = linking.book.privacy_preview(linking.actor(linking.town.admin), connection_id=mine.id)

    assert preview.sample is None
    assert (preview.is_own, preview.may_widen, preview.owner_name) == (False, False, linking.town.staff.name)


def test_without_a_meeting_ahead_there_is_no_sample(linking: Linking, mine: Connection) -> None:
    assert linking.book.privacy_preview(linking.actor(linking.town.staff), connection_id=mine.id).sample is None


def test_a_meeting_with_a_title_is_a_better_sample_than_the_next_without(linking: Linking, mine: Connection) -> None:
    fill(linking, mine)
    with linking.uow() as uow:
        calendar = uow.connections.calendars(mine.id)[0]
        stored = uow.events.stored(calendar.id)["next"]
        connection = uow.connections.lock(mine.id)
        assert connection
        assert stored
        uow.connections.save(replace(connection, privacy_level=PrivacyLevel.TIME_AND_ATTENDEES))
        untitled = make_event("next", guests=[CARLA], starts_at=linking.clock() + timedelta(days=1), title="Next")
        sync_into(uow, calendar, make_read(untitled))

    sample = linking.book.privacy_preview(linking.actor(linking.town.staff), connection_id=mine.id).sample
    assert sample is not None
    assert sample.title == "Later"


@pytest.mark.parametrize(
    ("who", "refusal"), [("colleague", AccessDenied), ("viewer", AccessDenied), ("stranger", NotFound)]
)
def test_a_colleague_cannot_see_the_preview_of_my_meetings(
    linking: Linking, mine: Connection, who: str, refusal: type[Exception], engine: Engine
) -> None:
    with pytest.raises(refusal):
        linking.book.privacy_preview(linking.actor(getattr(linking.town, who)), connection_id=mine.id)
    assert audit_rows(engine)[-1] == ("connection.privacy", "refused", mine.id)


# -- what disconnecting would do ---------------------------------------------------------------------------------


def test_what_goes_is_counted_once_per_meeting_and_apart_from_what_others_hold(
    linking: Linking, mine: Connection
) -> None:
    fill(linking, mine)
    theirs = make_connection(user=linking.town.colleague, account_email=PRIVATE, subject_id=new_id())
    calendar = make_calendar(theirs)
    joint = [
        make_event(name, guests=[CARLA], starts_at=linking.clock() + ahead, ical_uid=f"{name}@calendar.example")
        for name, ahead in (("later", timedelta(days=2)), ("past", timedelta(days=-1)))
    ]
    with linking.uow() as uow:
        uow.connections.add(theirs)
        uow.connections.save_calendars([calendar])
        sync_into(uow, calendar, make_read(*joint, is_full=True))

    tally = linking.book.disconnect_effects(linking.actor(linking.town.staff), connection_id=mine.id).tally

    # Two contacts make two activities of the next meeting; it is one meeting all the same.
    assert tally == MeetingTally(coming=2, coming_elsewhere=1, past=1, past_elsewhere=1, busy=2)
