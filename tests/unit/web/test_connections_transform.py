from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ce_calendar.domain.meetings.connections import CalendarBar, Provider, Status
from ce_calendar.domain.meetings.events import Attendee, Dates
from ce_calendar.domain.meetings.legacy import LegacyProblem
from ce_calendar.domain.meetings.privacy import PrivacyLevel
from ce_calendar.domain.meetings.runs import RunOutcome, SyncReport, SyncRun
from ce_calendar.domain.meetings.timeline import MeetingSample, MeetingTally
from ce_calendar.services.calendars import CalendarChoice, CalendarView
from ce_calendar.services.connection_views import ConnectionView
from ce_calendar.services.connections import DisconnectEffects, PrivacyPreview
from ce_calendar.services.identifying import OTHER_ACCOUNT
from ce_calendar.web.connections.calendars import to_calendar_rows
from ce_calendar.web.connections.disconnect import to_question
from ce_calendar.web.connections.privacy import to_sample
from ce_calendar.web.connections.rows import ConnectionRow, Pulse
from ce_calendar.web.connections.transform import report_words, to_pulses, to_rows
from ce_calendar.web.connections.words import (
    COMPANIES,
    REASONS,
    list_problem,
)
from tests.builders import make_connection, make_user, new_id
from tests.builders_meetings import make_calendar
from tests.conftest import NOON

OWNER = make_user()
MINUTE = timedelta(minutes=1)


def view(
    *,
    is_own: bool = False,
    may_change: bool = False,
    latest: SyncRun | None = None,
    running: SyncReport | None = None,
    calendars: tuple[int, int] = (0, 0),
    **changes: Any,
) -> ConnectionView:
    return ConnectionView(
        connection=replace(make_connection(user=OWNER), **changes),
        owner_name="Olga Owner",
        is_own=is_own,
        may_change=may_change,
        running=running,
        latest=latest,
        coming=1,
        calendars=calendars,
    )


def row(**changes: Any) -> ConnectionRow:
    return to_rows([view(**changes)])[0]


def pulse(**changes: Any) -> Pulse:
    return next(iter(to_pulses([view(**changes)], zone="Europe/Berlin", language="en-GB", now=NOON).values()))


def run(outcome: RunOutcome, **counts: Any) -> SyncRun:
    return SyncRun(new_id(), OWNER.organization_id, new_id(), NOON, outcome, NOON, SyncReport(**counts))


# -- cards -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "sync_enabled", "expected"),
    [
        (Status.HEALTHY, True, "syncing"),
        (Status.HEALTHY, False, "paused"),
        (Status.RETRYING, True, "retrying"),
        # paused by the person: that it also failed before is not the news
        (Status.RETRYING, False, "paused"),
        # waits for the vault, whatever the switch says
        (Status.PENDING, True, "paused"),
        # only the person can cure this, paused or not
        (Status.NEEDS_REAUTH, True, "needs_reauth"),
        (Status.NEEDS_REAUTH, False, "needs_reauth"),
    ],
)
def test_the_badge_says_what_matters_most(status: Status, *, sync_enabled: bool, expected: str) -> None:
    assert row(status=status, sync_enabled=sync_enabled).status == expected


def test_a_healthy_connection_has_no_reason_to_show() -> None:
    assert row(last_error="rate_limited").reason == ""


def test_a_connection_that_waits_for_the_vault_says_so() -> None:
    shown = row(status=Status.PENDING)
    assert shown.is_waiting
    assert "Waiting for the vault" in shown.reason


@pytest.mark.parametrize("problem", [*LegacyProblem, OTHER_ACCOUNT])
def test_what_an_earlier_system_left_wrong_is_told_in_words(problem: str) -> None:
    assert "earlier system" in row(status=Status.NEEDS_REAUTH, last_error=problem).reason


def test_a_paused_connection_that_failed_is_not_said_to_go_on_by_itself() -> None:
    shown = {"status": Status.RETRYING, "sync_enabled": False, "last_error": "rate_limited", "next_sync_at": NOON}
    assert "presses Sync now" in row(**shown).reason
    assert pulse(**shown).next_sync == ""


@pytest.mark.parametrize("provider", list(Provider))
@pytest.mark.parametrize("code", sorted(REASONS))
def test_every_known_code_has_its_words_for_either_provider(code: str, provider: Provider) -> None:
    said = row(status=Status.RETRYING, last_error=code, provider=provider).reason
    assert said == REASONS[code].format(company=COMPANIES[provider])
    assert "{" not in said


@pytest.mark.parametrize("status", [Status.RETRYING, Status.NEEDS_REAUTH])
def test_an_unknown_code_is_never_shown(status: Status) -> None:
    shown = row(status=status, last_error="http_503 <b>backend</b>").reason
    assert shown
    assert "503" not in shown


@pytest.mark.parametrize(
    ("is_own", "may_change", "says", "may_sign_in"),
    [
        (True, True, "Sign in again to go on", True),
        # lost the permission meanwhile
        (True, False, "Your role no longer allows", False),
        # a colleague or an administrator reads who has to act
        (False, True, "Only Olga Owner can sign in again", False),
        (False, False, "Only Olga Owner can sign in again", False),
    ],
)
def test_a_dead_sign_in_says_who_has_to_act(*, is_own: bool, may_change: bool, says: str, may_sign_in: bool) -> None:
    shown = row(status=Status.NEEDS_REAUTH, last_error="invalid_grant", is_own=is_own, may_change=may_change)
    assert says in shown.reason
    assert shown.may_sign_in is may_sign_in


def test_the_last_sync_is_relative_and_exact_in_the_readers_zone() -> None:
    synced = NOON - timedelta(hours=2)
    assert pulse(last_sync_at=synced).last_sync == "2 hours ago"
    assert "11:00" in pulse(last_sync_at=synced).last_sync_exact


def test_a_connection_that_never_synced_says_so() -> None:
    assert pulse(last_sync_at=None).last_sync == "not yet"
    assert (pulse(last_sync_at=None).last_sync_exact, pulse(last_sync_at=None).last_run) == ("", "")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"next_sync_at": NOON + 9 * MINUTE}, "in 9 minutes"),
        # due: at any moment
        ({"next_sync_at": NOON - 9 * MINUTE}, "in a moment"),
        ({"next_sync_at": NOON, "sync_enabled": False}, ""),
        ({"next_sync_at": None, "status": Status.NEEDS_REAUTH}, ""),
    ],
)
def test_the_next_sync_is_named_if_there_is_one(changes: dict[str, Any], expected: str) -> None:
    assert pulse(**changes).next_sync == expected


def test_a_provider_that_asked_to_wait_is_obeyed_until_then() -> None:
    assert pulse(status=Status.RETRYING, wait_until=NOON + 4 * MINUTE).wait == "in 4 minutes"
    assert pulse(status=Status.RETRYING, wait_until=NOON - MINUTE).wait == ""


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (SyncReport(), "Reading the calendar"),
        (SyncReport(requests=1), "Reading the calendar, 1 page so far"),
        (SyncReport(created=40, unchanged=2, requests=3), "42 events read so far"),
        (SyncReport(created=12000), "12,000 events read so far"),
    ],
)
def test_a_run_under_way_shows_how_far_it_is(report: SyncReport, expected: str) -> None:
    shown = pulse(running=report)
    assert (shown.is_running, shown.progress) == (True, expected)


def test_what_the_last_good_run_did_is_shown_and_a_failed_one_is_not() -> None:
    assert pulse(latest=run(RunOutcome.DONE, created=2, skipped=1)).last_run == "2 new, 1 skipped"
    assert pulse(latest=run(RunOutcome.FAILED, created=2)).last_run == ""


def test_nothing_changed_is_an_answer() -> None:
    assert report_words(SyncReport(unchanged=60)) == "nothing had changed"


def test_ones_own_connection_says_you() -> None:
    shown = row(is_own=True)
    assert (shown.owner, shown.owner_name) == ("self", "You")


@pytest.mark.parametrize(
    ("counts", "expected"), [((2, 4), "2 of 4"), ((0, 4), "None of 4"), ((0, 0), "Not listed yet")]
)
def test_how_many_calendars_are_read_is_told_to_the_owner(counts: tuple[int, int], expected: str) -> None:
    assert row(is_own=True, may_change=True, calendars=counts).calendars == expected


def test_how_many_calendars_a_colleague_has_is_nobodys_business() -> None:
    assert row(is_own=False, may_change=True, calendars=(2, 4)).calendars == ""


# -- the question before a connection ends ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tally", "coming", "past", "deleted"),
    [
        (MeetingTally(), "There is no coming meeting to take off the timeline.", "", ""),
        (
            MeetingTally(coming=1, past=1),
            "1 coming meeting leaves the timeline.",
            "1 past meeting stays on the timeline.",
            "1 past meeting leaves the timeline.",
        ),
        (
            MeetingTally(coming=12, coming_elsewhere=3, past=48, past_elsewhere=1),
            "9 of 12 coming meetings leave the timeline; 3 stay, since another connected calendar has them.",
            "48 past meetings stay on the timeline.",
            "47 of 48 past meetings leave the timeline; 1 stays, since another connected calendar has it.",
        ),
        # a colleague has the very same meetings
        (
            MeetingTally(coming=2, coming_elsewhere=2),
            "2 coming meetings stay on the timeline: another connected calendar has them, too.",
            "",
            "",
        ),
    ],
)
def test_the_question_says_with_numbers_what_happens(tally: MeetingTally, coming: str, past: str, deleted: str) -> None:
    asked = to_question(DisconnectEffects(make_connection(user=OWNER), "Olga", tally), reader_id=OWNER.id)
    assert (asked.coming, asked.past) == (coming, past)
    assert not deleted or asked.past_deleted == deleted
    assert bool(asked.tick) is (tally.past > 0)


def test_the_question_says_whose_it_is_if_not_ones_own() -> None:
    effects = DisconnectEffects(make_connection(user=OWNER), "Olga", MeetingTally(busy=2))
    assert to_question(effects, reader_id=OWNER.id).owner_name == ""
    assert to_question(effects, reader_id="admin").owner_name == "Olga"
    assert to_question(effects, reader_id="admin").busy == "2 stretches of busy time are deleted."


# -- calendars -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("calendar", "events", "details"),
    [
        ({}, 1200, "Your main calendar · 1,200 events kept"),
        ({"is_primary": False}, 1, "Your own · 1 event kept"),
        (
            {"is_primary": False, "access_role": "writer", "owner": "maria@mail.example"},
            0,
            "Shared by maria@mail.example · you may change it",
        ),
        ({"is_primary": False, "access_role": "reader"}, 0, "Shared with you, or subscribed to · you may read it"),
    ],
)
def test_a_calendar_says_whose_it_is_and_how_much_of_it_is_kept(
    calendar: dict[str, Any], events: int, details: str
) -> None:
    connection = make_connection(user=OWNER)
    choice = CalendarChoice(connection, [CalendarView(make_calendar(connection, **calendar), None, events)])
    assert to_calendar_rows(choice)[0].details == details


@pytest.mark.parametrize(
    ("bar", "is_selected", "is_locked"),
    [
        (None, False, False),
        (CalendarBar.TIMES_ONLY, False, True),
        # it was chosen while it could be read, and can still be dropped
        (CalendarBar.TIMES_ONLY, True, False),
    ],
)
def test_what_cannot_be_read_is_locked(bar: CalendarBar | None, *, is_selected: bool, is_locked: bool) -> None:
    connection = make_connection(user=OWNER)
    calendar = make_calendar(connection, is_selected=is_selected)
    shown = to_calendar_rows(CalendarChoice(connection, [CalendarView(calendar, bar, 0)]))[0]
    assert (shown.bar, shown.is_locked) == (bar or "", is_locked)


@pytest.mark.parametrize(
    ("code", "needs_reauth", "says"),
    [
        ("", False, ""),
        ("no_answer", False, "Google could not be asked just now"),
        ("rate_limited", False, "asked us to slow down"),
        ("anything", True, "Sign in again"),
    ],
)
def test_a_list_that_is_not_of_now_says_so(code: str, *, needs_reauth: bool, says: str) -> None:
    said = list_problem(code, "google", needs_reauth=needs_reauth)
    assert says in said
    assert bool(said) is bool(code)


# -- the preview of a privacy level ----------------------------------------------------------------------------------


def sampled(found: MeetingSample | None, level: PrivacyLevel = PrivacyLevel.FULL) -> Any:
    connection = make_connection(user=OWNER, privacy_level=level)
    return to_sample(PrivacyPreview(connection, "Olga", True, True, found), zone="Europe/Berlin", language="en-GB")


def test_a_real_meeting_is_shown_in_the_readers_zone() -> None:
    guests = tuple(Attendee(f"guest{number}@x.example", f"Guest {number}") for number in range(5))
    found = MeetingSample(
        NOON,
        NOON + timedelta(hours=1),
        None,
        ("Carla Contact",),
        "Review",
        "Room 1",
        (*guests, Attendee("room", is_resource=True)),
    )
    shown = sampled(found)
    assert not shown.is_example
    assert shown.when == "10 Mar 2026, 13:00 \N{EN DASH} 14:00"
    assert (shown.title, shown.place, shown.contact) == ("Review", "Room 1", "Carla Contact")
    assert shown.guests == "Guest 0, Guest 1, Guest 2 and 2 more"
    assert shown.is_title_kept


def test_an_all_day_meeting_has_a_day_and_no_hour() -> None:
    dates = Dates(NOON.date(), NOON.date() + timedelta(days=1))
    shown = sampled(MeetingSample(NOON, NOON, dates, ("Carla",), "Fair", "", ()))
    assert shown.when == "10 Mar 2026"


def test_a_level_that_kept_no_title_has_none_to_show() -> None:
    found = MeetingSample(NOON, NOON, None, ("Carla",), "", "", ())
    assert not sampled(found, PrivacyLevel.TIME_AND_ATTENDEES).is_title_kept


def test_without_a_meeting_ahead_an_example_is_marked_as_one() -> None:
    shown = sampled(None, PrivacyLevel.BUSY_ONLY)
    assert shown.is_example
    assert shown.is_title_kept
