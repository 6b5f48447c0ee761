"""What the settings of employee calendars say, in every state."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from ce_calendar.domain.employees.calendars import AccountStatus, CentralAccount
from ce_calendar.domain.employees.operations import Act
from ce_calendar.domain.employees.rules import CalendarRules, OnEmailChange
from ce_calendar.domain.meetings.connections import ClientSource, OAuthClient
from ce_calendar.ports.employees import CalendarFilter
from ce_calendar.services.consents import MESSAGES
from ce_calendar.services.employees.central import LeavingEffects
from ce_calendar.services.employees.clients import ClientChoice
from ce_calendar.services.employees.rules import SwitchEffects
from ce_calendar.web.employee_calendars.progress import to_progress, to_steps
from ce_calendar.web.employee_calendars.questions import leaving_question, switch_question
from ce_calendar.web.employee_calendars.reader import Reader
from ce_calendar.web.employee_calendars.transform import from_entered, to_account, to_client, to_entered
from ce_calendar.web.employee_calendars.troubles import days_left, from_address, to_trouble
from ce_calendar.web.employee_calendars.words import ADDRESS_NOTICES, TROUBLES
from tests.builders_employees import make_account, make_client
from tests.conftest import NOON
from tests.unit.web.conftest import make_account_view, make_overview

READER = Reader("Europe/Berlin", "en-GB", NOON)
SHARED_CLIENT = OAuthClient("shared.apps", ClientSource.PLATFORM)
WEEK = timedelta(days=7)


def account(**values: Any) -> CentralAccount:
    return replace(make_account(organization_id="o"), **{"consented_at": NOON - timedelta(hours=3), **values})


def trouble_of(**values: Any) -> tuple[str, str]:
    found = to_trouble(account(**values), READER)
    return found.kind, found.title


# -- what is the matter ------------------------------------------------------------------------------------------


def test_all_is_well_or_nothing_is_connected_and_nothing_is_said() -> None:
    assert to_trouble(None, READER).kind == ""
    assert trouble_of()[0] == ""


@pytest.mark.parametrize("code", TROUBLES)
def test_every_error_has_words_and_a_cure(code: str) -> None:
    found = to_trouble(account(last_error=code), READER)

    assert found.title
    assert found.cure
    assert found.tone == "bad"


def test_an_error_nobody_knows_is_told_without_its_word() -> None:
    found = to_trouble(account(last_error="http_503"), READER)

    assert "did not answer" in found.title
    assert "http_503" not in found.title + found.text
    assert found.may_check


@pytest.mark.parametrize("code", ["rate_limited", "quota_exceeded", "daily_limit_exceeded"])
def test_a_quota_is_waited_for_and_needs_nobody(code: str) -> None:
    found = to_trouble(account(last_error=code), READER)

    assert (found.tone, found.may_check, found.cure) == ("wait", False, [])
    assert "goes on by itself" in found.text


def test_in_testing_the_days_are_counted_with_the_way_out() -> None:
    found = to_trouble(account(refresh_expires_at=NOON + timedelta(days=6, hours=21)), READER)

    assert (found.kind, found.tone) == ("testing", "wait")
    assert "7 days of 7 left" in found.title
    assert "Publish" in found.cure[1]


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(days=7), "7 days of 7 left"),
        (timedelta(days=1, minutes=1), "2 days of 7 left"),
        (timedelta(days=1), "1 day of 7 left"),
        (timedelta(hours=23, minutes=59), "23 hours left"),
        (timedelta(minutes=5), "1 hour left"),
        (timedelta(), "it ends any moment"),
    ],
    ids=str,
)
def test_the_countdown(left: timedelta, words: str) -> None:
    assert days_left(NOON + left, NOON) == words


@pytest.mark.parametrize(
    ("consented", "checked", "told", "kind"),
    [
        # Google had said that it would end: the app is in Testing, whatever the clocks say.
        (timedelta(), timedelta(), WEEK, "testing_over"),
        # It was good until a week after the consent, and is not since.
        (WEEK, WEEK - timedelta(hours=1), None, "testing_over"),
        (WEEK + timedelta(days=2), WEEK + timedelta(days=1, hours=18), None, "testing_over"),
        # It lived longer than that, so it cannot have been Testing.
        (timedelta(days=9), timedelta(hours=1), None, "signed_out"),
        # It did not live as long.
        (timedelta(days=3), timedelta(hours=1), None, "signed_out"),
        # Long ago: nobody can tell.
        (timedelta(days=60), timedelta(days=59), None, "signed_out"),
    ],
    ids=["told", "a week", "two days later", "lived on", "too early", "long ago"],
)
def test_a_sign_in_that_died_after_a_week_is_told_as_testing(
    consented: timedelta, checked: timedelta, told: timedelta | None, kind: str
) -> None:
    found = trouble_of(
        status=AccountStatus.NEEDS_REAUTH,
        last_error="invalid_grant",
        consented_at=NOON - consented,
        checked_at=NOON - checked,
        refresh_expires_at=NOON - consented + told if told else None,
    )

    assert found[0] == kind
    assert ("Testing" in found[1]) == (kind == "testing_over")


def test_every_refusal_of_a_consent_has_words_here_and_no_address_can_put_others() -> None:
    assert set(MESSAGES) <= set(ADDRESS_NOTICES)
    for word in ADDRESS_NOTICES:
        assert from_address(word).title
    assert from_address("<b>nonsense</b>").kind == ""


# -- account and client ------------------------------------------------------------------------------------------


def test_which_account_since_when() -> None:
    row = to_account(account(checked_at=NOON), READER)

    assert (row.status, row.since, row.checked, row.may_give_up) == ("healthy", "3 hours ago", "just now", False)
    assert "Europe/Berlin" in row.since_exact
    assert to_account(None, READER).email == ""
    assert to_account(account(status=AccountStatus.NEEDS_REAUTH), READER).may_give_up


def test_whose_client_is_used() -> None:
    own = make_client(organization_id="o")

    assert to_client(ClientChoice(None, None, is_needed=False), READER).source == ""
    assert to_client(ClientChoice(None, SHARED_CLIENT, is_needed=False), READER).source == "platform"
    row = to_client(ClientChoice(own, SHARED_CLIENT, is_needed=False), READER)
    assert (row.source, row.client_id, row.may_remove) == ("own", own.client_id, True)
    assert not to_client(ClientChoice(own, None, is_needed=True), READER).may_remove


# -- steps and progress ------------------------------------------------------------------------------------------


def done(
    found: CentralAccount | None,
    *,
    client: OAuthClient | None = SHARED_CLIENT,
    rules: CalendarRules | None = None,
    calendars: dict[CalendarFilter, int] | None = None,
) -> list[int]:
    steps = to_steps(
        account=found,
        client=to_client(ClientChoice(None, client, is_needed=False), READER),
        rules=rules or CalendarRules(),
        is_saved=rules is not None,
        overview=make_overview(calendars=calendars or {}),
    )
    assert [each.number for each in steps] == list(range(1, 8))
    return [each.number for each in steps if each.is_done]


def test_steps_tick_as_things_become_true() -> None:
    on = CalendarRules(is_enabled=True)
    good = account(checked_at=NOON)

    assert done(None, client=None) == []
    assert done(None) == [2]
    assert done(account(checked_at=None, last_error="api_not_enabled")) == [1, 2, 4]
    assert done(good) == [1, 2, 3, 4]
    assert done(replace(good, refresh_expires_at=NOON + WEEK)) == [1, 2, 3]
    assert done(good, rules=on) == [1, 2, 3, 4, 5]
    assert done(good, rules=on, calendars={CalendarFilter.WAITING: 2}) == [1, 2, 3, 4, 5, 6]
    assert done(good, rules=on, calendars={CalendarFilter.SHARED: 1}) == [1, 2, 3, 4, 5, 6, 7]
    assert done(replace(good, status=AccountStatus.LEAVING), calendars={CalendarFilter.NONE: 5}) == [2, 3]


def test_progress_says_how_far_it_is() -> None:
    quiet = to_progress(make_overview(), READER)
    assert (quiet.title, quiet.is_busy, quiet.percent) == ("Everything is up to date", False, 100)

    busy = to_progress(
        make_overview(
            calendars={CalendarFilter.SHARED: 1, CalendarFilter.WAITING: 2, CalendarFilter.FAILING: 1},
            owed={Act.PUT_EVENT: 1200},
            seconds_to_go=150,
            plans_owed=3,
        ),
        READER,
    )
    assert (busy.is_busy, busy.percent) == (True, 25)
    assert "3 employees to be looked at" in busy.text
    assert "1,200 changes are still to be written at Google, about 3 minutes to go" in busy.text
    assert (busy.shared, busy.failing, busy.making) == (
        "1 calendar is shared",
        "1 calendar fails",
        "2 calendars are yet to come",
    )


def test_what_waits_at_googles_limit_is_told_honestly() -> None:
    row = to_progress(
        make_overview(
            calendars={CalendarFilter.WAITING: 140},
            owed={Act.CREATE_CALENDAR: 140},
            creations_waiting=140,
            creations_take=timedelta(hours=13),
            creations_wait_until=NOON + timedelta(hours=1),
        ),
        READER,
    )

    assert "140 calendars wait" in row.waiting
    assert "in 1 hour" in row.waiting
    assert "about 13 hours" in row.waiting
    assert "to go" not in row.text


def test_paused_leaving_and_idle_are_called_so() -> None:
    assert to_progress(make_overview(is_enabled=False, owed={Act.SHARE: 1}), READER).is_busy is False
    leaving = make_overview(account=make_account_view(AccountStatus.LEAVING), owed={Act.DELETE_CALENDAR: 2})
    assert to_progress(leaving, READER).text.startswith("2 steps are still to be done")
    assert "No employee wants" in to_progress(make_overview(calendars={}), READER).title


# -- questions ---------------------------------------------------------------------------------------------------


def test_switching_on_is_asked_about_only_if_it_makes_something() -> None:
    asked = switch_question(SwitchEffects(to_make=3, kept=1, has_account=True), enabled=True)
    assert asked.kind == "enable"
    assert asked.effects[0].startswith("3 calendars are made")
    assert "3 employees get an invitation" in asked.effects[1]
    assert switch_question(SwitchEffects(to_make=3, kept=0, has_account=False), enabled=True).kind == ""
    assert switch_question(SwitchEffects(to_make=0, kept=1, has_account=True), enabled=True).kind == ""


def test_pausing_is_asked_about_only_if_something_is_there() -> None:
    asked = switch_question(SwitchEffects(to_make=0, kept=2, has_account=True), enabled=False)
    assert asked.kind == "pause"
    assert "Nothing is deleted." in asked.effects
    assert switch_question(SwitchEffects(to_make=2, kept=0, has_account=True), enabled=False).kind == ""


def test_disconnecting_says_in_numbers_what_goes() -> None:
    effects = LeavingEffects(account(), calendars=2, shares=1, events=1200, can_delete=True)

    asked = leaving_question(effects)

    assert asked.kind == "disconnect"
    assert asked.effects[0] == "2 calendars are deleted at Google, with 1,200 events."
    assert asked.effects[1].startswith("1 employee loses")
    none = leaving_question(replace(effects, calendars=0, shares=0, events=0))
    assert not any("deleted" in each for each in none.effects)
    stuck = leaving_question(replace(effects, can_delete=False))
    assert stuck.kind == "give_up"
    assert "2 calendars stay" in stuck.effects[0]


# -- the form ----------------------------------------------------------------------------------------------------


def test_rules_survive_the_form() -> None:
    rules = CalendarRules(
        zone="Europe/Berlin",
        reminder_minutes=(60, 10),
        shows_departments=True,
        on_email_change=OnEmailChange.SHARE_ANEW,
    )

    entered = to_entered(rules)

    assert entered["reminder_minutes"] == "60, 10"
    assert from_entered(entered)["shows_departments"] is True
    assert from_entered(to_entered(CalendarRules()))["shows_departments"] is False
    assert all(isinstance(value, str) for value in entered.values())


def test_moments_are_told_on_the_readers_clock() -> None:
    assert (
        Reader("Asia/Tokyo", "en-GB", NOON)
        .exact(datetime.fromisoformat("2026-03-10T12:00:00+00:00"))
        .startswith("10 Mar 2026, 21:00")
    )
