from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ce_calendar.domain.meetings.events import Attendee, Dates, Response
from ce_calendar.domain.meetings.timeline import HeldBy, Meeting
from ce_calendar.web.activity.transform import plain_text, to_details, to_rows, web_link
from tests.builders import make_contact, new_id
from tests.conftest import NOON

READER: dict[str, Any] = {"zone": "Europe/Berlin", "language": "en-GB", "now": NOON}


def meeting(**changes: Any) -> Meeting:
    values: dict[str, Any] = {
        "activity_id": new_id(),
        "contact": make_contact(name="Carla Contact"),
        "starts_at": NOON,
        "ends_at": NOON + timedelta(minutes=30),
        "dates": None,
        "held_by": (HeldBy("u1", "Sam Staff"),),
        "is_visible": True,
        "title": "Quarterly review",
    }
    return Meeting(**{**values, **changes})


def test_only_the_first_meeting_of_a_day_carries_the_heading() -> None:
    late = datetime(2026, 3, 10, 22, 30, tzinfo=UTC)
    rows = to_rows([meeting(), meeting(), meeting(starts_at=late)], **READER)
    assert rows[0].day.startswith("Today")
    assert rows[1].day == ""
    # half past eleven at night in Berlin is still today there
    assert rows[2].day == ""


def test_days_are_the_readers_days() -> None:
    late = datetime(2026, 3, 10, 23, 30, tzinfo=UTC)
    assert to_rows([meeting(starts_at=late)], **READER)[0].day.startswith("Tomorrow")
    assert to_rows([meeting(starts_at=late)], **{**READER, "zone": "UTC"})[0].day.startswith("Today")


def test_an_all_day_meeting_keeps_its_date_in_every_zone() -> None:
    day = Dates(date(2026, 3, 10), date(2026, 3, 11))
    shown = to_rows([meeting(dates=day, starts_at=NOON.replace(hour=0))], **{**READER, "zone": "America/Los_Angeles"})
    assert (shown[0].day[:5], shown[0].time) == ("Today", "All day")


def test_several_days_say_until_when() -> None:
    days = Dates(date(2026, 3, 10), date(2026, 3, 13))
    assert to_rows([meeting(dates=days)], **READER)[0].time == "All day, until 12 Mar 2026"


def test_a_meeting_one_may_not_read_is_just_a_meeting() -> None:
    hidden = meeting(is_visible=False, title="")
    row = to_rows([hidden], **READER)[0]
    assert (row.title, row.contact) == (hidden.contact.name, ""), "the contact's name tells meetings apart"
    details = to_details(hidden, **READER)
    assert (details.title, details.guests, details.is_visible) == (f"Meeting with {hidden.contact.name}", [], False)


def test_details_name_guests_and_leave_rooms_out() -> None:
    guests = (
        Attendee("c@clinic.example", "Carla", Response.ACCEPTED),
        Attendee("x@clinic.example"),
        Attendee("room@clinic.example", "Room 4", is_resource=True),
    )
    shown = to_details(meeting(attendees=guests), **READER).guests
    assert [(guest.name, guest.email, guest.answer) for guest in shown] == [
        ("Carla", "c@clinic.example", "accepted"),
        ("x@clinic.example", "", "needs_action"),
    ]


@pytest.mark.parametrize(
    ("address", "is_kept"),
    [
        ("https://meet.example/abc", True),
        ("http://meet.example", True),
        # these would run in our page, or lead nowhere
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//meet.example", False),
        ("https://[bad", False),
        ("", False),
    ],
)
def test_only_web_addresses_become_links(address: str, *, is_kept: bool) -> None:
    assert web_link(address) == (address if is_kept else "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Just words", "Just words"),
        ("Two\n\nparagraphs", "Two\n\nparagraphs"),
        ("<p>Agenda:</p><ul><li>Numbers</li><li>Plans &amp; people</li></ul>", "Agenda:\nNumbers\nPlans & people"),
        ("One<br>two<br/>three", "One\ntwo\nthree"),
        # what is not text is not shown
        ('<img src="x" onerror="alert(1)">Hello', "Hello"),
        ("<script>steal()</script>Hello", "Hello"),
        ("5 &lt; 6", "5 < 6"),
    ],
)
def test_a_description_is_read_as_plain_text(text: str, expected: str) -> None:
    assert plain_text(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("before <![foo[ after", "before <![foo[ after"),  # a section no parser knows
        ("before <![foo[bar]> after", "before  after"),
        ("<![if IE]>seen<![endif]>", "seen"),  # Outlook writes these
        ("<![" * 3, "<![" * 3),
        ("<!", "<!"),
    ],
)
def test_no_invitation_can_break_the_page_that_shows_it(text: str, expected: str) -> None:
    assert plain_text(text).split() == expected.split()


@given(st.text(alphabet="<>![]-?/&#;'\"= aCDATx", max_size=60))
def test_any_text_has_a_plain_form(text: str) -> None:
    assert isinstance(plain_text(text), str)
