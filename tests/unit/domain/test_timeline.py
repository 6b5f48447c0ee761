"""Which contacts a meeting is with, how it is recognised, and in which order it is read."""

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from ce_calendar.domain.meetings.events import Attendee, CalendarEvent, Dates, Response
from ce_calendar.domain.meetings.identity import identity_key
from ce_calendar.domain.meetings.timeline import Meeting, Span, contacts_of, in_reading_order
from tests.builders import make_contact
from tests.builders_meetings import make_event
from tests.conftest import NOON

CARLA, CONRAD = "carla@clinic.example", "conrad@clinic.example"
CONTACTS = {CARLA: "carla", CONRAD: "conrad"}
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("event", "found"),
    [
        (make_event(), set()),  # nobody
        (make_event(guests=["friend@home.example"]), set()),  # nobody we work with
        (make_event(guests=[CARLA, CONRAD, "friend@home.example"]), {"carla", "conrad"}),
        (make_event(organizer_email=CARLA), {"carla"}),  # invited by a contact who is not among the guests
        (make_event(guests=[Attendee(CARLA, response=Response.DECLINED)]), {"carla"}),  # they declined; it may stand
        (make_event(guests=[Attendee(CARLA, is_resource=True)]), set()),  # a room with a contact's address
        (make_event(guests=[Attendee(CARLA, is_self=True)], organizer_email=CARLA), set()),  # nobody meets themselves
        (
            # The owner of the calendar said no: it did not happen for them.
            make_event(guests=[CARLA, Attendee("me@mail.example", is_self=True)], is_declined=True),
            set(),
        ),
        (
            make_event(guests=[CARLA, Attendee("me@mail.example", is_self=True, response=Response.TENTATIVE)]),
            {"carla"},
        ),
    ],
)
def test_the_contacts_of_an_event(event: CalendarEvent, found: set[str]) -> None:
    assert contacts_of(event, CONTACTS) == found


OCCURRENCE = make_event("e1", ical_uid="series@x", series_id="series", original_start="2026-03-11T12:00:00+00:00")


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        (replace(OCCURRENCE, provider_event_id="elsewhere", series_id="other-id"), True),  # in a guest's calendar
        (replace(OCCURRENCE, starts_at=NOON, title="Moved"), True),  # moved: the original start stays
        (replace(OCCURRENCE, original_start="2026-03-18T12:00:00+00:00"), False),  # next week's
        (replace(OCCURRENCE, ical_uid="other@x"), False),  # another series
    ],
)
def test_one_meeting_is_recognised_wherever_it_is_read(other: CalendarEvent, *, is_same: bool) -> None:
    assert (identity_key(other) == identity_key(OCCURRENCE)) is is_same


def test_a_single_event_that_moves_keeps_its_identity() -> None:
    event = make_event("e1")
    assert identity_key(replace(event, starts_at=NOON + 5 * DAY)) == identity_key(event)


def shown(name: str, hours: float, *, all_day: date | None = None) -> Meeting:
    starts_at = NOON + timedelta(hours=hours)
    return Meeting(
        activity_id=name,
        contact=make_contact(),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        dates=Dates(all_day, all_day + DAY) if all_day else None,
        held_by=(),
        is_visible=True,
    )


@pytest.mark.parametrize(
    ("zone", "span", "order"),
    [
        # In Berlin the late meeting is of the 11th, after that day's all-day one.
        ("Europe/Berlin", Span.COMING, ["all day 11", "late 10", "noon 11"]),
        # In Los Angeles it is still the evening of the 10th.
        ("America/Los_Angeles", Span.COMING, ["late 10", "all day 11", "noon 11"]),
        ("America/Los_Angeles", Span.PAST, ["noon 11", "all day 11", "late 10"]),
    ],
)
def test_reading_order_is_by_the_readers_days(zone: str, span: Span, order: list[str]) -> None:
    meetings = [shown("noon 11", 24), shown("all day 11", 12, all_day=date(2026, 3, 11)), shown("late 10", 14)]
    assert [meeting.activity_id for meeting in in_reading_order(meetings, zone=ZoneInfo(zone), span=span)] == order
