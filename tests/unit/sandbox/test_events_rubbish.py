"""Whatever a request holds, it is taken or refused, never a failure, and what is taken can be listed."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ce_calendar.sandbox.clock import Clock
from ce_calendar.sandbox.google.calendars import Calendar
from ce_calendar.sandbox.google.errors import GoogleError
from ce_calendar.sandbox.google.events.checks import Accepts
from ce_calendar.sandbox.google.events.listing import Listings
from ce_calendar.sandbox.google.events.times import zone
from ce_calendar.sandbox.google.events.views import View
from ce_calendar.sandbox.google.events.writes import Writes
from ce_calendar.sandbox.google.world import World
from tests.unit.sandbox.driver import ANN, Json, meeting

NOW = datetime(2027, 3, 1, tzinfo=UTC)
texts = st.sampled_from(
    (
        *("", "x", "\0", "\ud800", "primary", "2027-03-01", "2027-03-02T10:00:00Z", "0001-01-01T00:00:00+23:59"),
        *("9999-12-31", "9999-12-31T23:59:59-23:59", "RRULE:FREQ=DAILY", "RDATE:1", "EXDATE:", "Europe/Berlin", "a@b"),
        *("confirmed", "tentative", "private", "birthday", "workingLocation", "accepted", "https://x.example"),
        "hangoutsMeet",
    )
)
scalars = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | texts
names = st.sampled_from(
    (
        *("summary", "start", "end", "date", "dateTime", "timeZone", "recurrence", "attendees"),
        *("email", "responseStatus", "reminders", "overrides", "useDefault", "minutes", "method"),
        *("extendedProperties", "private", "shared", "source", "url", "conferenceData"),
        *("createRequest", "requestId", "entryPoints", "conferenceSolution", "key", "status"),
        *("eventType", "birthdayProperties", "workingLocationProperties", "type"),
        *("officeLocation", "visibility", "id", "attendeesOmitted", "sequence", "organizer"),
        *("iCalUID", "originalStartTime", "endTimeUnspecified", "attachments", "fileUrl"),
        *("additionalGuests", "colorId", "locked", "creator", "conferenceSolutionKey"),
        *("focusTimeProperties"),
    )
)
values = st.recursive(
    scalars, lambda below: st.lists(below, max_size=3) | st.dictionaries(names, below, max_size=4), max_leaves=12
)
bodies = st.dictionaries(names, values, max_size=8)
queries = st.dictionaries(
    st.sampled_from(
        ["timeMin", "timeMax", "updatedMin", "q", "iCalUID", "orderBy", "syncToken", "pageToken", "eventId"]
    )
    | st.just("originalStart"),
    texts | st.sampled_from(["W10", "WzEsWzAsMCwwXSx0cnVlLCJ4IiwieSJd", "x.1", "abc.\u0661"]),
    max_size=3,
)
flags = st.fixed_dictionaries({}, optional={name: st.booleans() for name in ("singleEvents", "showDeleted")})


def attempt(act: Any, *arguments: Any, **more: Any) -> None:
    try:
        act(*arguments, **more)
    except GoogleError as refusal:
        assert 400 <= refusal.status < 500  # noqa: PT017 - refusals are what is looked for


def a_world() -> tuple[World, Calendar]:
    world = World()
    account = world.add_account(ANN, time_zone="Europe/Berlin")
    calendar = world.calendar(account, "primary")
    for number, rule in enumerate(([], ["RRULE:FREQ=DAILY;COUNT=3"])):
        calendar.insert(meeting(id=f"event{number}", recurrence=rule), Clock(), "http://sandbox")
    return world, calendar


def read_all(calendar: Calendar) -> None:
    views = (View("owner", ANN), View("reader", "x", zone("Asia/Tokyo"), 1), View("freeBusyReader", "x"))
    for params in ({"q": "x", "showDeleted": True}, {"singleEvents": True}, {"orderBy": "updated"}):
        items, _ = Listings().page(calendar, params, NOW)
        for view in views:
            view.texts(items)
    Calendar.from_json(calendar.to_json())


@given(body=bodies, spanned=st.booleans(), everything=st.booleans())
@settings(max_examples=300, deadline=None)
def test_any_body_is_taken_or_refused(body: Json, spanned: bool, everything: bool) -> None:  # noqa: FBT001 - so pytest hands them over
    world, calendar = a_world()
    accepts = Accepts(conference=everything, attachments=everything, labels=everything)
    writes = Writes(world, ANN, send_updates="all", accepts=accepts)
    body = {**meeting(), **body} if spanned else body
    attempt(writes.insert, calendar, body)
    attempt(writes.take_in, calendar, body)
    attempt(writes.take_in, calendar, {**body, "iCalUID": "event1@google.com"})
    for event_id in ("event0", "event1_20270302T090000Z", "event1", "event1_20270303T090000Z"):
        for replace in (False, True):
            attempt(writes.change, calendar, event_id, body, replace=replace)
    attempt(calendar.insert, body, Clock(), "http://sandbox", as_given=True)
    read_all(calendar)


@given(params=queries, shape=flags)
@settings(max_examples=300, deadline=None)
def test_any_query_is_answered_or_refused(params: Json, shape: Json) -> None:
    _, calendar = a_world()
    attempt(Listings().page, calendar, params | shape, NOW)
