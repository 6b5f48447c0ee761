"""What one read changes, decided without touching anything."""

from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any

import pytest

from ce_calendar.domain.meetings.events import (
    Attendee,
    CalendarEvent,
    Dates,
    EventPage,
    RemoteRead,
    Response,
    SkippedEvent,
    Visibility,
)
from ce_calendar.domain.meetings.plan_sync import (
    SUSPICIOUS_LOSS,
    StoredEvent,
    SyncPlan,
    _content_hash,
    is_suspicious,
    plan_sync,
)
from ce_calendar.domain.meetings.privacy import PrivacyLevel
from ce_calendar.domain.meetings.runs import SyncReport
from tests.builders_meetings import WINDOW, make_all_day_event, make_event, make_read
from tests.conftest import NOON

DAY = timedelta(days=1)
CARLA = "carla@clinic.example"
CONTACTS = {CARLA: "carla"}
EVENT = make_event("e1", guests=[CARLA])


def plan(
    read: RemoteRead, *, local: dict[str, StoredEvent] | None = None, level: PrivacyLevel = PrivacyLevel.FULL
) -> SyncPlan:
    return plan_sync(local or {}, read, window=WINDOW, level=level, contacts=CONTACTS)


def held(*events: CalendarEvent, level: PrivacyLevel = PrivacyLevel.FULL) -> dict[str, StoredEvent]:
    """What we hold after these were read, wherever they are."""
    # A full read takes events as they come; only an incremental one asks whether they are in sight.
    return {
        write.event.provider_event_id: StoredEvent(
            id=f"our-{write.event.provider_event_id}",
            content_hash=write.content_hash,
            starts_at=write.event.starts_at,
            ends_at=write.event.ends_at,
            is_all_day=write.event.dates is not None,
            series_id=write.event.series_id,
        )
        for write in plan(make_read(*events, is_full=True), level=level).writes
    }


def shape(found: SyncPlan) -> tuple[list[str], list[str], list[str]]:
    """Inserted, updated, deleted."""
    inserted = [write.event.provider_event_id for write in found.writes if not write.stored_id]
    updated = [write.event.provider_event_id for write in found.writes if write.stored_id]
    return inserted, updated, [event_id.removeprefix("our-") for event_id in found.deletes]


def at(days: float, event: CalendarEvent = EVENT) -> CalendarEvent:
    """The event moved to so many days from now."""
    starts_at = NOON + days * DAY
    return replace(event, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=30))


@pytest.mark.parametrize(
    ("local", "read", "expected"),
    [
        # New there.
        ([], make_read(EVENT), (["e1"], [], [])),
        # Renamed there.
        ([EVENT], make_read(replace(EVENT, title="Other")), ([], ["e1"], [])),
        # Named, and nothing we keep is different: another etag alone.
        ([EVENT], make_read(replace(EVENT, etag="2")), ([], [], [])),
        # Deleted there.
        ([EVENT], make_read(removed=["e1"]), ([], [], ["e1"])),
        # Deleted there, and never ours: cancelled before we saw it.
        ([], make_read(removed=["e1"]), ([], [], [])),
        # An incremental read that does not name an event says nothing about it.
        ([EVENT], make_read(), ([], [], [])),
        # A full read that does not name it says it is gone.
        ([EVENT], make_read(is_full=True), ([], [], ["e1"])),
        # A full read that finds all as it was: the cursor had expired, nothing else.
        ([EVENT], make_read(EVENT, is_full=True), ([], [], [])),
        # It is there, only unreadable today: keep what we hold.
        ([EVENT], make_read(is_full=True, skipped=(SkippedEvent("e1", "no_start"),)), ([], [], [])),
        # Older than the window: not asked about, so its absence means nothing. The timeline keeps its past.
        ([at(-60)], make_read(is_full=True), ([], [], [])),
        # A held meeting of long ago is corrected there.
        ([at(-60)], make_read(replace(at(-60), title="Other")), ([], ["e1"], [])),
        # An old event we never held is touched there: not ours to show.
        ([], make_read(at(-60)), ([], [], [])),
        # Moved beyond what we look at; it comes back when the window reaches it.
        ([EVENT], make_read(at(400)), ([], [], ["e1"])),
        ([], make_read(at(400)), ([], [], [])),
        # Reaches into the window from before it.
        ([], make_read(replace(at(-40), ends_at=NOON)), (["e1"], [], [])),
    ],
)
def test_every_case_of_there_and_here(
    local: list[CalendarEvent], read: RemoteRead, expected: tuple[list[str], list[str], list[str]]
) -> None:
    assert shape(plan(read, local=held(*local))) == expected


@pytest.mark.parametrize(
    ("first_day", "is_deleted"),
    [
        (WINDOW.start.date(), False),  # at the very edge another zone may place it outside: absence proves nothing
        (WINDOW.start.date() + DAY, True),  # surely inside
        (date(2026, 3, 10), True),
        (WINDOW.end.date() - DAY, False),  # the other edge
        (WINDOW.end.date() - 2 * DAY, True),
    ],
)
def test_an_absent_all_day_event_is_deleted_only_well_inside_the_window(first_day: date, *, is_deleted: bool) -> None:
    local = held(make_all_day_event("e1", first=first_day))
    assert bool(plan(make_read(is_full=True), local=local).deletes) is is_deleted


@pytest.mark.parametrize(
    ("first_day", "is_kept"),
    [
        (WINDOW.start.date() - 2 * DAY, False),
        (WINDOW.start.date() - DAY, True),  # where the provider places it, it may reach into the window
        (WINDOW.end.date(), True),
        (WINDOW.end.date() + DAY, False),
    ],
)
def test_an_all_day_event_at_the_edge_is_taken_however_it_is_read(first_day: date, *, is_kept: bool) -> None:
    """What a full read names must not be new to us only because it was read in full."""
    event = make_all_day_event("e1", first=first_day)
    assert bool(plan(make_read(event)).writes) is is_kept


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Other"},
        {"starts_at": NOON},
        {"ends_at": NOON + 2 * DAY},
        {"is_busy": False},
        {"location": "Room 2"},
        {"attendees": ()},
        {"ical_uid": "other@x"},
        {"visibility": Visibility.PRIVATE},
    ],
)
def test_whatever_we_keep_counts_as_a_change(change: dict[str, object]) -> None:
    changed = replace(EVENT, **change)  # type: ignore[arg-type]  # one field each
    assert shape(plan(make_read(changed), local=held(EVENT))) == ([], ["e1"], [])


def test_a_title_that_privacy_hides_does_not_count_as_a_change() -> None:
    local = held(EVENT, level=PrivacyLevel.TIME_AND_ATTENDEES)
    found = plan(make_read(replace(EVENT, title="X")), local=local, level=PrivacyLevel.TIME_AND_ATTENDEES)
    assert shape(found) == ([], [], [])


@pytest.mark.parametrize(
    ("level", "visibility", "contacts", "title"),
    [
        (PrivacyLevel.FULL, Visibility.DEFAULT, {"carla"}, EVENT.title),
        (PrivacyLevel.TIME_AND_ATTENDEES, Visibility.DEFAULT, {"carla"}, ""),
        (PrivacyLevel.BUSY_ONLY, Visibility.DEFAULT, set(), ""),  # nothing reaches the timeline
        (PrivacyLevel.FULL, Visibility.PRIVATE, set(), ""),
    ],
)
def test_nothing_leaves_the_plan_that_may_not_be_kept(
    level: PrivacyLevel, visibility: Visibility, contacts: set[str], title: str
) -> None:
    [write] = plan(make_read(replace(EVENT, visibility=visibility)), level=level).writes
    assert (set(write.contact_ids), write.event.title) == (contacts, title)


def test_the_report_counts_what_the_plan_holds() -> None:
    skipped = (SkippedEvent("s1", "no_start"), SkippedEvent("s2", "no_start"))
    renamed = make_event("e2", guests=[CARLA], title="After")
    read = make_read(EVENT, renamed, make_event("new"), removed=["e3"], skipped=skipped, pages=2)
    local = held(EVENT, replace(renamed, title="Before"), make_event("e3"))
    assert plan(read, local=local).report == SyncReport(
        created=1,
        updated=1,
        deleted=1,
        unchanged=1,
        skipped=2,
        requests=2,
        skipped_reasons={"no_start": 2},
    )


# -- pages -------------------------------------------------------------------------------------------------------


SKIPPED = SkippedEvent("e1", "no_start")


@pytest.mark.parametrize(
    ("pages", "changed", "removed", "skipped"),
    [
        # Changed twice: the later word counts.
        ([EventPage(changed=(EVENT,)), EventPage(changed=(replace(EVENT, title="B"),))], ["B"], [], []),
        # Changed, then deleted while pages were read.
        ([EventPage(changed=(EVENT,)), EventPage(removed=("e1",))], [], ["e1"], []),
        # Deleted, then brought back.
        ([EventPage(removed=("e1",)), EventPage(changed=(EVENT,))], [EVENT.title], [], []),
        # Unreadable at last: what we hold of it stays.
        ([EventPage(changed=(EVENT,)), EventPage(skipped=(SKIPPED,))], [], [], ["e1"]),
        ([EventPage(skipped=(SKIPPED,)), EventPage(changed=(EVENT,))], [EVENT.title], [], []),
    ],
)
def test_pages_become_one_read_in_which_the_last_word_counts(
    pages: list[EventPage], changed: list[str], removed: list[str], skipped: list[str]
) -> None:
    read = RemoteRead.of_pages(pages, is_full=False)
    assert [event.title for event in read.changed] == changed
    assert sorted(read.removed) == removed
    assert [event.provider_event_id for event in read.skipped] == skipped
    assert read.pages == 2


def test_a_read_is_complete_only_with_the_cursor_of_the_last_page() -> None:
    assert RemoteRead.of_pages([EventPage(), EventPage(cursor="c")], is_full=True).is_complete
    assert not RemoteRead.of_pages([EventPage()], is_full=True).is_complete
    assert not RemoteRead.of_pages([], is_full=True).is_complete


# -- suspicious pictures -----------------------------------------------------------------------------------------


def many(count: int, *, first_day: int = 1) -> list[CalendarEvent]:
    return [at(first_day + n / 100, make_event(f"e{n}")) for n in range(count)]


@pytest.mark.parametrize(
    ("events", "read", "suspicious"),
    [
        (many(SUSPICIOUS_LOSS + 1), make_read(is_full=True), True),  # full before, and now empty
        (many(SUSPICIOUS_LOSS), make_read(is_full=True), False),  # a small calendar may well be emptied
        (many(60), make_read(make_event("new"), is_full=True), False),  # somebody tidied up, and goes on
        (many(60), make_read(make_event("e0"), is_full=True), False),  # one is left: they meant it
        (many(60, first_day=-20), make_read(is_full=True), False),  # only the past is gone
        (many(60), make_read(removed=[f"e{n}" for n in range(60)]), False),  # each deletion was named
        (many(60), make_read(is_full=True, skipped=(SKIPPED,)), True),  # the one thing named cannot be read
    ],
)
def test_which_picture_is_a_question(events: list[CalendarEvent], read: RemoteRead, *, suspicious: bool) -> None:
    local = held(*events)
    assert is_suspicious(plan(read, local=local), local, read, now=NOON) is suspicious


def occurrence(event_id: str, days: float = 1, series_id: str = "series") -> CalendarEvent:
    return replace(at(days), provider_event_id=event_id, series_id=series_id, original_start=f"2026-03-{event_id[-1]}")


ROUND = [occurrence("o1", 1), occurrence("o2", 2), occurrence("o3", 3), occurrence("other", 2, "another")]


@pytest.mark.parametrize(
    ("local", "read", "deleted"),
    [
        # Read anew as a whole: what it does not name is gone, and nothing of other series.
        (ROUND, make_read(ROUND[0], series=frozenset({"series"})), ["o2", "o3"]),
        (ROUND, make_read(series=frozenset({"series"})), ["o1", "o2", "o3"]),
        (ROUND, make_read(series=frozenset({"unknown"})), []),
        # One of its occurrences could not be understood: it is still there.
        (ROUND, make_read(series=frozenset({"series"}), skipped=(SkippedEvent("o1", "no_start"),)), ["o2", "o3"]),
        # What has slid into the past, before the window, stays.
        ([occurrence("o1", -40)], make_read(series=frozenset({"series"})), []),
        # A single event became a series, under the same id; and a series became a single event.
        ([replace(EVENT, provider_event_id="series")], make_read(ROUND[0], series=frozenset({"series"})), ["series"]),
        (ROUND, make_read(replace(EVENT, provider_event_id="series")), ["o1", "o2", "o3"]),
        # Deleted, or not in the window any more: all of it.
        (ROUND, make_read(removed=["series"]), ["o1", "o2", "o3"]),
        (ROUND, make_read(absent=frozenset({"series"})), ["o1", "o2", "o3"]),
        (ROUND, make_read(absent=frozenset({"o2"})), ["o2"]),
        # Absent says nothing about what was not in the window before; removed means deleted, wherever it was.
        ([at(-40)], make_read(absent=frozenset({"e1"})), []),
        ([at(-40)], make_read(removed=["e1"]), ["e1"]),
        ([at(1)], make_read(absent=frozenset({"e1"})), ["e1"]),
        ([make_all_day_event("d1", first=WINDOW.start.date())], make_read(absent=frozenset({"d1"})), ["d1"]),
    ],
)
def test_what_is_gone_with_a_series(local: list[CalendarEvent], read: RemoteRead, deleted: list[str]) -> None:
    assert sorted(shape(plan(read, local=held(*local)))[2]) == deleted


# -- what counts as a change -----------------------------------------------------------------------------------------

GUEST = Attendee("carla@clinic.example", "Carla", Response.ACCEPTED)
MEETING = make_event("e1", guests=["carla@clinic.example"], title="Review")
OTHER_VALUES: dict[str, Any] = {
    "provider_event_id": "e2",
    "ical_uid": "other",
    "starts_at": MEETING.starts_at - timedelta(minutes=1),
    "ends_at": MEETING.ends_at + timedelta(minutes=1),
    "dates": Dates(date(2026, 3, 10), date(2026, 3, 11)),
    "series_id": "series",
    "original_start": "2026-03-10",
    "title": "Another",
    "description": "More",
    "location": "Elsewhere",
    "conference_url": "https://meet.example/a",
    "html_link": "https://calendar.example/a",
    "organizer_email": "other@clinic.example",
    "attendees": (GUEST,),
    "visibility": Visibility.PUBLIC,
    "is_busy": not MEETING.is_busy,
    "is_declined": not MEETING.is_declined,
    "etag": '"other"',
}
OTHER_GUEST: dict[str, Any] = {
    "email": "conrad@clinic.example",
    "name": "Conrad",
    "response": Response.DECLINED,
    "is_self": True,
    "is_resource": True,
}


@pytest.mark.parametrize("name", [field.name for field in fields(CalendarEvent)])
def test_whatever_of_an_event_changes_is_noticed_but_for_its_etag(name: str) -> None:
    changed = replace(MEETING, **{name: OTHER_VALUES[name]})
    is_noticed = _content_hash(changed, frozenset()) != _content_hash(MEETING, frozenset())
    assert is_noticed == (name != "etag")


@pytest.mark.parametrize("name", [field.name for field in fields(Attendee)])
def test_whatever_of_a_guest_changes_is_noticed(name: str) -> None:
    with_guest = replace(MEETING, attendees=(GUEST,))
    changed = replace(MEETING, attendees=(replace(GUEST, **{name: OTHER_GUEST[name]}),))
    assert _content_hash(changed, frozenset()) != _content_hash(with_guest, frozenset())


def test_other_contacts_are_noticed_and_their_order_does_not_matter() -> None:
    assert _content_hash(MEETING, frozenset({"a"})) != _content_hash(MEETING, frozenset())
    assert _content_hash(MEETING, frozenset("abc")) == _content_hash(MEETING, frozenset("cba"))


def test_half_a_surrogate_pair_is_hashed_like_any_text() -> None:
    assert _content_hash(replace(MEETING, title="\ud83d"), frozenset())
