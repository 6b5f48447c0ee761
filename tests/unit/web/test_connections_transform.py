from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ce_calendar.domain.meetings.connections import Status
from ce_calendar.domain.meetings.runs import RunOutcome, SyncReport, SyncRun
from ce_calendar.services.connecting import MESSAGES
from ce_calendar.services.connections import ConnectionView, DisconnectEffects
from ce_calendar.web.connections.rows import ConnectionRow
from ce_calendar.web.connections.transform import (
    NOTICES,
    REASONS,
    notice_for,
    report_words,
    to_question,
    to_rows,
)
from tests.builders import make_connection, make_user, new_id
from tests.conftest import NOON

OWNER = make_user()


def row(*, latest: SyncRun | None = None, running: SyncReport | None = None, **changes: Any) -> ConnectionRow:
    connection = replace(make_connection(user=OWNER), **changes)
    view = ConnectionView(
        connection=connection,
        owner_name="Olga Owner",
        is_own=False,
        may_change=False,
        running=running,
        latest=latest,
        coming=1,
    )
    return to_rows([view], zone="Europe/Berlin", language="en-GB", now=NOON)[0]


def run(outcome: RunOutcome, **counts: Any) -> SyncRun:
    return SyncRun(new_id(), OWNER.organization_id, new_id(), NOON, outcome, NOON, SyncReport(**counts))


@pytest.mark.parametrize(
    ("status", "sync_enabled", "expected"),
    [
        (Status.HEALTHY, True, "syncing"),
        (Status.HEALTHY, False, "paused"),
        (Status.RETRYING, True, "retrying"),
        # paused by the person: that it also failed before is not the news
        (Status.RETRYING, False, "paused"),
        # only the person can cure this, paused or not
        (Status.NEEDS_REAUTH, True, "needs_reauth"),
        (Status.NEEDS_REAUTH, False, "needs_reauth"),
    ],
)
def test_the_badge_says_what_matters_most(status: Status, *, sync_enabled: bool, expected: str) -> None:
    assert row(status=status, sync_enabled=sync_enabled).status == expected


def test_a_healthy_connection_has_no_reason_to_show() -> None:
    assert row(last_error="rate_limited").reason == ""


def test_a_paused_connection_that_failed_is_not_said_to_go_on_by_itself() -> None:
    shown = row(status=Status.RETRYING, sync_enabled=False, last_error="rate_limited")
    assert "by ourselves" not in shown.reason
    assert "press Sync now" in shown.reason


@pytest.mark.parametrize("code", sorted(REASONS))
def test_every_known_code_has_its_words(code: str) -> None:
    assert row(status=Status.RETRYING, last_error=code).reason == REASONS[code]


@pytest.mark.parametrize("status", [Status.RETRYING, Status.NEEDS_REAUTH])
def test_an_unknown_code_is_never_shown(status: Status) -> None:
    shown = row(status=status, last_error="http_503 <b>backend</b>").reason
    assert shown
    assert "503" not in shown


def test_the_last_sync_is_relative_and_exact_in_the_readers_zone() -> None:
    shown = row(last_sync_at=NOON - timedelta(hours=2))
    assert shown.last_sync == "2 hours ago"
    assert "11:00" in shown.last_sync_exact


def test_a_connection_that_never_synced_says_so() -> None:
    shown = row(last_sync_at=None)
    assert (shown.last_sync, shown.last_sync_exact, shown.last_run) == ("not yet", "", "")


def test_a_run_under_way_shows_how_far_it_is() -> None:
    shown = row(running=SyncReport(created=40, unchanged=2))
    assert shown.is_running
    assert shown.progress == "42 events read so far"


def test_what_the_last_good_run_did_is_shown_and_a_failed_one_is_not() -> None:
    assert row(latest=run(RunOutcome.DONE, created=2, skipped=1)).last_run == "2 new, 1 skipped"
    assert row(latest=run(RunOutcome.FAILED, created=2)).last_run == ""


def test_nothing_changed_is_an_answer() -> None:
    assert report_words(SyncReport(unchanged=60)) == "nothing had changed"


def test_ones_own_connection_says_you() -> None:
    view = ConnectionView(make_connection(user=OWNER), "Olga Owner", True, True, None, None, 0)
    shown = to_rows([view], zone="UTC", language="en-GB", now=NOON)[0]
    assert (shown.owner, shown.owner_name) == ("self", "You")


def test_every_way_connecting_can_end_has_its_notice() -> None:
    assert set(NOTICES) == set(MESSAGES)


@pytest.mark.parametrize(
    ("problem", "connected", "kind"),
    [
        ("denied", "", "bad"),
        ("", "google", "good"),
        ("", "", ""),
        # only words from the table: an address cannot put words on the page
        ("<script>", "", ""),
        ("", "elsewhere", ""),
    ],
)
def test_the_notice_comes_from_a_fixed_table(problem: str, connected: str, kind: str) -> None:
    assert notice_for(problem, connected).kind == kind


def test_the_question_counts_what_leaves_the_timeline() -> None:
    connection = make_connection(user=OWNER, account_email="o@gmail.example")
    asked = to_question("c1", DisconnectEffects(connection, coming=1))
    assert (asked.account, asked.coming) == ("o@gmail.example", "1 coming meeting and all busy time leave")
    assert to_question("c1", DisconnectEffects(connection, coming=0)).coming == "Busy time leaves"
