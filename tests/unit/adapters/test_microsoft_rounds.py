import json
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ce_calendar.adapters.microsoft.rounds import Round, View, anew
from ce_calendar.domain.meetings.events import Attendee, CalendarEvent, EventPage, Response, SkippedEvent, Visibility
from tests.builders_microsoft import NINE, graph_event, utc

DATA = Path(__file__).parents[2] / "data" / "microsoft"
HEAD = "040000008200E00074C5B7101A82E008"


def recorded(name: str) -> list[Any]:
    found: list[Any] = json.loads((DATA / name).read_text(encoding="utf-8"))["value"]
    return found


def test_a_first_round_tells_single_events_and_what_to_read_of_series() -> None:
    told = Round(is_full=True)
    page = told.take(recorded("first_round.json"), is_last=True)

    assert [(event.title, event.starts_at.isoformat(), event.original_start) for event in page.changed] == [
        ("Care plan review", "2026-03-10T09:00:00+00:00", ""),
        ("Clinic open day", "2026-03-12T00:00:00+00:00", ""),
    ]
    assert len(told.unfilled) == 1


def test_a_view_tells_what_the_occurrences_hold() -> None:
    told = Round(is_full=True)
    items = recorded("first_round.json")
    told.take(items, is_last=True)
    single, _, *occurrences, master = items
    whole = [{**{name: master[name] for name in ("iCalUId", "subject", "organizer")}, **item} for item in occurrences]

    page = View(told).take([single, *whole], is_last=True)

    assert [(event.title, event.starts_at.isoformat(), event.original_start) for event in page.changed] == [
        ("Ward round", "2026-03-02T07:30:00+00:00", "2026-03-02T07:30:00Z"),
        ("Ward round", "2026-03-09T07:30:00+00:00", "2026-03-09T07:30:00Z"),
        ("Ward round, moved", "2026-03-17T13:00:00+00:00", "2026-03-16T07:30:00Z"),
    ]
    assert len({event.ical_uid for event in page.changed}) == 1


def test_a_recorded_event_is_read_to_its_last_field() -> None:
    review = Round(is_full=True).take(recorded("first_round.json"), is_last=True).changed[0]

    assert review == CalendarEvent(
        provider_event_id="AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0AkE1vJx0QpUeXq9b0c1AAAD6wSingle==",
        ical_uid=HEAD + "0000000010C2B4A5D7E9DC010000000000000000100000003F1A9C47E06B2D4588C1D5A3B7E24F90",
        starts_at=NINE,
        ends_at=NINE.replace(hour=10),
        title="Care plan review",
        description="Please bring the last three reports.\r\n\r\n________________\r\nMicrosoft Teams meeting",
        location="Room Linden; Room Ahorn",
        conference_url="https://teams.example/l/meetup-join/19%3ameeting_MmY",
        html_link="https://outlook.office365.com/owa/?itemid=AAkALgAAAAAAHYQD&exvsurl=1&path=/calendar/item",
        organizer_email="oskar@clinic.example",
        attendees=(
            Attendee("oskar@clinic.example", "Oskar Lind", Response.ACCEPTED),
            Attendee("ann.moss@lakeside.example", "Ann Moss", Response.ACCEPTED),
            Attendee("carla@clinic.example", "Carla Vega", Response.TENTATIVE),
            Attendee("linden@lakeside.example", "Room Linden", Response.NEEDS_ACTION, is_resource=True),
        ),
        etag='W/"kE1vJx0QpUeXq9b0c1AAAD6w=="',
    )


def test_a_later_round_names_what_is_gone_and_which_series_to_read_anew() -> None:
    told = Round(is_full=False)
    page = told.take(recorded("later_round.json"), is_last=True)

    assert [event.title for event in page.changed] == ["Clinic open days"]
    assert page.changed[0].visibility is Visibility.PRIVATE
    assert len(page.absent) == 1
    assert len(told.changed_series) == 1


def test_exceptions_wait_for_a_series_on_a_later_page() -> None:
    """It knows that they were of whole days; they have an hour now."""
    exception, master = recorded("first_round.json")[4:]
    for is_full in (True, False):
        told = Round(is_full=is_full)

        assert told.take([exception], is_last=False).changed == ()
        page = told.take([{**master, "isAllDay": True}], is_last=True)

        # In a later round the series is read anew, and its exceptions with it.
        assert [event.original_start for event in page.changed] == (["2026-03-16"] if is_full else [])
        assert len(told.changed_series) == (not is_full)


def test_an_exception_alone_is_told_at_the_end_of_the_round() -> None:
    exception = recorded("first_round.json")[4]
    for is_full in (True, False):
        told = Round(is_full=is_full)
        assert [event.title for event in told.take([exception], is_last=True).changed] == ["Ward round, moved"]
        assert (told.changed_series, told.unfilled) == ((), frozenset())


def test_an_exception_that_goes_while_pages_are_read_is_gone() -> None:
    exception = recorded("first_round.json")[4]
    told = Round(is_full=False)
    told.take([exception], is_last=False)
    page = told.take([{"id": exception["id"], "@removed": {"reason": "deleted"}}], is_last=True)

    assert (page.changed, page.absent) == ((), (exception["id"],))


def test_a_bare_occurrence_in_a_later_round_means_that_its_series_changed() -> None:
    occurrence = recorded("first_round.json")[2]
    told = Round(is_full=False)

    assert told.take([occurrence], is_last=True) == EventPage()
    assert told.changed_series == (occurrence["seriesMasterId"],)


def test_the_last_word_of_a_page_counts() -> None:
    gone = {"id": "AAkALg1", "@removed": {"reason": "deleted"}}
    for items, is_there in (([graph_event(), gone], False), ([gone, graph_event()], True)):
        page = Round(is_full=False).take(items, is_last=True)
        assert (len(page.changed), len(page.absent)) == (is_there, not is_there)


def test_a_view_counts_for_the_series_that_were_left_unfilled() -> None:
    bare = {"id": "o", "type": "occurrence", "seriesMasterId": "m", "start": utc(NINE), "end": utc(NINE)}
    told = Round(is_full=True)
    told.take([bare], is_last=True)
    view = View(told)
    moved = graph_event(type="exception", id="x", seriesMasterId="m", originalStart="2026-03-09T23:00:00Z")
    foreign = graph_event(type="occurrence", id="y", seriesMasterId="n")

    first = view.take([graph_event(), moved, foreign, 7], is_last=False)
    midnight = utc(NINE.replace(hour=0))
    untouched = graph_event(type="occurrence", id="o", seriesMasterId="m", isAllDay=True, start=midnight)
    second = view.take([untouched], is_last=True)

    assert first.changed == ()
    assert first.skipped == (SkippedEvent("", "unreadable"),)
    # An occurrence that nobody touched says for its series that it is of whole days.
    assert [(event.provider_event_id, event.original_start) for event in second.changed] == [
        ("o", "2026-03-10"),
        ("x", "2026-03-10"),
    ]


def test_a_series_read_anew_is_known_by_every_id_it_goes_by() -> None:
    occurrences = [graph_event(type="occurrence", id=name, seriesMasterId="ordinary") for name in ("o1", "o2")]
    page = anew([*occurrences, 7], "immutable", master=graph_event(iCalUId="uid", id="immutable"))

    assert [(event.provider_event_id, event.ical_uid) for event in page.changed] == [("o1", "uid"), ("o2", "uid")]
    assert page.series == ("immutable", "ordinary")
    assert page.skipped == (SkippedEvent("", "unreadable"),)
    assert anew([], "immutable", master=None).series == ("immutable",)


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("2026-03-10T09:00:00"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
_FIELDS = st.sampled_from(
    [
        *graph_event(),
        *("seriesMasterId", "originalStart", "attendees", "organizer", "body", "location", "locations"),
        *("responseStatus", "onlineMeeting", "onlineMeetingUrl", "webLink", "isCancelled", "@removed"),
    ]
)


@given(st.dictionaries(_FIELDS, _ANYTHING, max_size=6), st.booleans())
def test_nothing_in_an_event_harms_its_page(others: dict[str, Any], is_full: bool) -> None:  # noqa: FBT001 - drawn
    good = graph_event(id="good")
    told = Round(is_full=is_full)

    page = told.take([{**graph_event(), **others}, others, good], is_last=True)
    View(told).take([{**graph_event(), **others}, others], is_last=True)
    anew([others, good], "m", master=None)

    assert "good" in {event.provider_event_id for event in page.changed}


@given(_ANYTHING)
def test_nothing_in_place_of_an_event_harms_its_page(item: object) -> None:
    told = Round(is_full=True)
    page = told.take([item, graph_event()], is_last=True)
    View(told).take([item], is_last=True)
    anew([item], "m", master=None)

    assert len(page.changed) == 1
