"""What each answer of the provider leads to."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from structlog.testing import capture_logs

from ce_calendar.adapters.memory_host import BATCH
from ce_calendar.domain.employees.calendars import AccountStatus, CalendarState, event_id_of
from ce_calendar.domain.employees.operations import Act
from ce_calendar.domain.employees.people import Employee
from ce_calendar.domain.errors import (
    CreationLimited,
    Missing,
    ProviderError,
    ProviderForbids,
    ProviderUnavailable,
    RateLimited,
    Rejected,
    Taken,
)
from ce_calendar.ports import UnitOfWork
from tests.builders_employees import make_employee
from tests.support.office import CENTRAL, Office

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def emma(office: Office) -> Employee:
    """Somebody whose calendar is there, with one task in it."""
    [emma] = office.hire(make_employee(name="Emma"))
    office.assign(emma, title="Router")
    office.work()
    office.new_requests()
    return emma


def state_of(office: Office, employee: Employee) -> tuple[CalendarState, str]:
    calendar = office.calendar_of(employee)
    assert calendar
    return calendar.state, calendar.problem


def owed(office: Office) -> dict[Act, int]:
    with office.uow(reading=True) as unit:
        return dict(unit.outbox.count(office.account.id))


# -- creations -------------------------------------------------------------------------------------------------------


def test_at_the_limit_of_new_calendars_creations_alone_wait_and_go_on_by_themselves(
    office: Office, emma: Employee
) -> None:
    office.hosting.creations_left = 1
    some = office.hire_some(3)
    office.work()
    states = [state_of(office, each)[0] for each in some]
    assert sorted(states) == [CalendarState.SHARED, CalendarState.WAITING, CalendarState.WAITING]
    account = office.stored_account()
    assert (account.creations_wait_until, account.creation_failures) == (office.clock() + 30 * MINUTE, 1)
    assert (account.last_error, account.wait_until) == ("", None)
    # Everything else goes on.
    office.assign(emma, title="Switch")
    office.drain()
    assert "#2 Switch" in office.seen_by(emma)["Emma"]
    office.new_requests()
    office.clock.advance(29 * MINUTE)
    assert office.draining.due() == []
    office.drain()
    assert office.new_requests() == []
    office.hosting.creations_left = None
    office.clock.advance(MINUTE)
    assert office.draining.due() == [office.organization.id]
    office.drain()
    assert {state_of(office, each)[0] for each in some} == {CalendarState.SHARED}
    account = office.stored_account()
    assert (account.creations_wait_until, account.creation_failures) == (None, 0)


def test_the_wait_for_new_calendars_grows_to_six_hours(office: Office) -> None:
    office.hosting.creations_left = 0
    office.hire_some(1)
    office.plan()
    waits = []
    for _ in range(6):
        office.drain()
        until = office.stored_account().creations_wait_until
        assert until
        waits.append(until - office.clock())
        office.clock.now = until
    assert waits == [HOUR / 2, HOUR, 2 * HOUR, 4 * HOUR, 6 * HOUR, 6 * HOUR]


def test_a_moment_named_for_new_calendars_is_obeyed(office: Office) -> None:
    retry_at = office.clock() + 3 * HOUR
    office.hosting.fail("calendars.insert", CreationLimited(retry_at=retry_at))
    office.hire_some(1)
    office.work()
    assert office.stored_account().creations_wait_until == retry_at


def test_a_calendar_whose_creation_got_no_answer_is_looked_for_before_another_is_made(office: Office) -> None:
    office.hosting.fail("calendars.insert", ProviderUnavailable("no_answer"), after=True)
    [emma] = office.hire_some(1)
    office.work()
    assert office.stored_account().wait_until
    office.work_until_quiet()
    assert len(office.hosting.calendars) == 1
    assert [name for name, _ in office.new_requests()] == [
        "calendars.insert",
        "calendarList.list",
        # Which version of its name made it is not known.
        BATCH,
    ]
    assert state_of(office, emma) == (CalendarState.SHARED, "")


def test_many_uncertain_calendars_are_looked_for_in_one_listing(office: Office) -> None:
    employees = office.hire_some(3)
    office.plan()
    with office.uow() as unit:
        unit.outbox.begin(unit.outbox.ready(office.account.id, now=office.clock(), limit=50))
    office.work()
    assert office.hosting.counts()["calendarList.list"] == 1
    assert len(office.hosting.calendars) == len(employees)


def test_a_calendar_that_was_never_made_is_made_after_the_listing(office: Office) -> None:
    office.hosting.fail("calendars.insert", ProviderUnavailable("no_answer"))
    office.hire_some(1)
    office.work_until_quiet()
    assert [name for name, _ in office.new_requests()] == [
        "calendars.insert",
        "calendarList.list",
        "calendars.insert",
        "acl.insert",
    ]


def test_a_calendar_named_anew_while_it_was_being_made_has_the_new_name(office: Office) -> None:
    [emma] = office.hire(make_employee(name="Emma"))
    office.plan()

    def rename(name: str) -> None:
        if name == "calendars.insert":
            office.hosting.before = lambda _name: None
            office.save_employee(replace(emma, name="Emma Miller"))
            office.plan()

    office.hosting.before = rename
    office.work_until_quiet()
    assert [each.facts.name for each in office.hosting.calendars.values()] == ["Emma Miller"]


def test_somebody_unbound_while_their_calendar_is_being_made_ends_without_one(office: Office) -> None:
    [emma] = office.hire(make_employee(name="Emma"))
    office.plan()

    def unbind(name: str) -> None:
        if name == "calendars.insert":
            office.hosting.before = lambda _name: None
            office.save_employee(replace(emma, is_bound=False))
            office.plan()

    office.hosting.before = unbind
    office.work_until_quiet()
    assert not office.hosting.calendars
    assert office.hosting.mails == []
    assert [each.state for each in office.calendars_of(emma)] == [CalendarState.DELETED]


def test_a_calendar_that_was_never_tried_leaves_no_trace_and_no_request(office: Office) -> None:
    [emma] = office.hire_some(1)
    office.assign(emma)
    office.plan()
    office.save_employee(replace(emma, is_bound=False))
    office.work()
    assert (office.new_requests(), office.calendars_of(emma), owed(office)) == ([], [], {})


def test_a_refused_creation_whose_calendar_nobody_wants_any_more_costs_no_request(office: Office) -> None:
    office.hosting.creations_left = 0
    [emma] = office.hire_some(1)
    office.work()
    office.new_requests()
    office.save_employee(replace(emma, email=""))
    office.work_until_quiet()
    assert office.new_requests() == []
    assert [each.state for each in office.calendars_of(emma)] == [CalendarState.DELETED]


def test_an_uncertain_creation_that_nobody_wants_any_more_is_looked_for_and_deleted(office: Office) -> None:
    office.hosting.fail("calendars.insert", ProviderUnavailable("no_answer"), after=True)
    [emma] = office.hire_some(1)
    office.work()
    office.save_employee(replace(emma, email=""))
    office.work_until_quiet()
    assert [name for name, _ in office.new_requests()] == ["calendars.insert", "calendarList.list", "calendars.delete"]
    assert not office.hosting.calendars


# -- shares ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("after", [False, True])
def test_a_share_without_an_answer_is_looked_for_and_nobody_is_invited_twice(office: Office, *, after: bool) -> None:
    office.hosting.fail("acl.insert", ProviderUnavailable("no_answer"), after=after)
    [emma] = office.hire_some(1)
    office.work_until_quiet()
    assert [to for to, _ in office.hosting.mails] == [emma.email]
    assert office.hosting.counts()["acl.get"] == 1
    assert office.hosting.counts()["acl.insert"] == (1 if after else 2)
    assert state_of(office, emma) == (CalendarState.SHARED, "")


def test_there_and_back_before_anything_was_sent_invites_nobody_again(office: Office, emma: Employee) -> None:
    office.set_rules(on_email_change="share_anew")
    office.plan()
    office.save_employee(replace(emma, email="other@work.example"))
    office.plan()
    office.save_employee(emma)
    office.plan()
    office.drain()
    assert office.new_requests() == []
    assert state_of(office, emma) == (CalendarState.SHARED, "")


def test_there_and_back_while_the_end_of_the_share_was_refused_looks_before_it_invites(
    office: Office, emma: Employee
) -> None:
    office.set_rules(on_email_change="share_anew")
    office.plan()
    office.hosting.fail("acl.delete", RateLimited("rateLimitExceeded"))
    office.save_employee(replace(emma, email="other@work.example"))
    office.work()
    office.save_employee(emma)
    office.work_until_quiet()
    assert [to for to, _ in office.hosting.mails] == [emma.email, "other@work.example"]
    [calendar] = office.hosting.calendars.values()
    assert calendar.readers == {emma.email}


# -- events ----------------------------------------------------------------------------------------------------------


def test_an_event_that_is_there_already_is_updated(office: Office, emma: Employee) -> None:
    office.hosting.fail("events.insert", ProviderUnavailable("no_answer"), after=True)
    task = office.assign(emma, title="Switch")
    office.drain()
    office.save_task(replace(task, title="Switches"))
    office.clock.advance(HOUR)
    office.drain()
    assert [name for name, _ in office.new_requests()] == ["events.insert", "events.insert", "events.update"]
    assert office.seen_by(emma)["Emma"] == "#1 Router, #2 Switches"


def test_an_event_that_somebody_erased_is_inserted_again_when_its_task_changes(office: Office, emma: Employee) -> None:
    task = office.assign(emma, title="Switch")
    office.drain()
    [calendar] = office.hosting.calendars.values()
    mine = office.calendar_of(emma)
    assert mine
    del calendar.events[event_id_of(mine.id, task.id)]
    office.new_requests()
    office.save_task(replace(task, title="Switches"))
    office.drain()
    assert [name for name, _ in office.new_requests()] == ["events.update", "events.insert"]
    assert office.seen_by(emma)["Emma"] == "#1 Router, #2 Switches"


def test_two_answers_that_contradict_each_other_do_not_chase_each_other(office: Office, emma: Employee) -> None:
    office.hosting.fail("events.insert", Taken("taken"), times=50)
    office.hosting.fail("events.update", Missing("missing"), times=50)
    office.assign(emma)
    office.drain()
    assert len(office.new_requests()) < 8


def test_a_task_nobody_wants_before_it_was_sent_costs_no_request(office: Office, emma: Employee) -> None:
    task = office.assign(emma)
    office.remove_task(task)
    office.drain()
    assert office.new_requests() == []
    with office.uow(reading=True) as unit:
        assert not unit.event_mappings.of_tasks([task.id])


def test_a_done_task_comes_back_as_the_same_event(office: Office, emma: Employee) -> None:
    task = office.assign(emma, title="Switch")
    office.drain()
    office.save_task(replace(task, status_id=office.statuses.done.id))
    office.drain()
    assert office.seen_by(emma)["Emma"] == "#1 Router"
    office.save_task(task)
    office.drain()
    assert office.seen_by(emma)["Emma"] == "#1 Router, #2 Switch"
    assert [name for name, _ in office.new_requests()] == ["events.insert", "events.delete", "events.update"]


# -- what lasts ------------------------------------------------------------------------------------------------------


def test_what_google_cannot_take_fails_alone_and_is_well_again_when_it_can(office: Office, emma: Employee) -> None:
    office.hosting.fail("events.insert", Rejected("invalid"))
    task = office.assign(emma, title="Bad")
    office.assign(emma, title="Good")
    office.drain()
    assert state_of(office, emma) == (CalendarState.FAILING, "invalid")
    assert office.seen_by(emma)["Emma"] == "#1 Router, #3 Good"
    assert office.stored_account().last_error == ""
    assert not office.draining.due()
    # Whoever mends the task need not wait.
    office.save_task(replace(task, title="Mended"))
    office.drain()
    assert state_of(office, emma) == (CalendarState.SHARED, "")


def test_a_calendar_that_somebody_deleted_fails_after_some_tries_and_can_be_rebuilt(
    office: Office, emma: Employee
) -> None:
    office.hosting.calendars.clear()
    office.assign(emma, title="Switch")
    for _ in range(4):
        office.drain()
        office.clock.advance(HOUR)
    assert state_of(office, emma) == (CalendarState.FAILING, "calendar_gone")
    office.rebuild(emma)
    office.work_until_quiet()
    assert office.seen_by(emma) == {"Emma": "#1 Router, #2 Switch"}
    assert state_of(office, emma) == (CalendarState.SHARED, "")
    assert [each.generation for each in office.calendars_of(emma)] == [2, 1]


def test_a_share_that_is_forbidden_fails_with_its_reason(office: Office) -> None:
    office.hosting.fail("acl.insert", ProviderForbids("cannotInviteNonGoogleUser"), times=2)
    [emma] = office.hire_some(1)
    office.work()
    assert state_of(office, emma) == (CalendarState.FAILING, "cannotInviteNonGoogleUser")
    office.work_until_quiet()
    assert state_of(office, emma) == (CalendarState.SHARED, "")


def test_what_gets_no_answer_again_and_again_counts_as_failing(office: Office, emma: Employee) -> None:
    office.hosting.fail("events.insert", ProviderUnavailable("http_503"), times=5)
    office.assign(emma)
    states = []
    for _ in range(6):
        office.drain()
        states.append(state_of(office, emma))
        office.clock.advance(HOUR)
    well, failing = (CalendarState.SHARED, ""), (CalendarState.FAILING, "unavailable")
    assert states == [well, well, well, well, failing, well]


# -- the account -----------------------------------------------------------------------------------------------------


def test_too_many_calls_make_the_account_wait_and_only_what_failed_is_sent_again(
    office: Office, emma: Employee
) -> None:
    retry_at = office.clock() + 5 * MINUTE
    office.hosting.fail("events.insert", RateLimited("rateLimitExceeded", retry_at=retry_at), times=2, skip=1)
    for number in range(4):
        office.assign(emma, title=f"Task {number}")
    office.drain()
    account = office.stored_account()
    assert (account.wait_until, account.last_error) == (retry_at, "rate_limited")
    assert owed(office) == {Act.PUT_EVENT: 2}
    office.new_requests()
    office.drain()
    assert office.new_requests() == []
    office.clock.advance(5 * MINUTE)
    office.drain()
    assert office.new_requests() == [(BATCH, 2)]
    account = office.stored_account()
    assert (account.wait_until, account.last_error, account.failures) == (None, "", 0)


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (ProviderUnavailable("no_answer"), "no_answer"),
        (RateLimited("quotaExceeded"), "quotaExceeded"),
        (ProviderForbids("api_not_enabled"), "api_not_enabled"),
    ],
    ids=["no answer", "too much", "not enabled"],
)
def test_what_concerns_the_whole_account_lets_it_wait_longer_each_time(
    office: Office, emma: Employee, error: ProviderError, problem: str
) -> None:
    office.hosting.fail(BATCH, error, times=3)
    office.assign(emma)
    office.assign(emma)
    waits = []
    for _ in range(3):
        office.drain()
        account = office.stored_account()
        assert account.wait_until
        assert account.last_error == problem
        waits.append(account.wait_until - office.clock())
        office.clock.now = account.wait_until
    assert waits[0] < waits[1] < waits[2]
    office.drain()
    assert (office.stored_account().last_error, office.is_quiet()) == ("", True)
    assert state_of(office, emma) == (CalendarState.SHARED, "")


def test_a_rejected_access_token_is_renewed_once(office: Office, emma: Employee) -> None:
    office.world.reject_access_tokens(CENTRAL)
    office.assign(emma, title="Switch")
    office.drain()
    assert office.seen_by(emma)["Emma"] == "#1 Router, #2 Switch"
    assert office.new_requests() == [("events.insert", 1)] * 2


def test_who_must_sign_in_again_stops_everything_until_somebody_does(office: Office, emma: Employee) -> None:
    office.world.revoke(CENTRAL)
    office.assign(emma, title="Switch")
    office.drain()
    assert office.stored_account().status is AccountStatus.NEEDS_REAUTH
    office.new_requests()
    office.clock.advance(24 * HOUR)
    assert (office.draining.due(), office.drain().round_trips, office.new_requests()) == ([], 0, [])
    office.sign_in_again()
    office.drain()
    assert office.seen_by(emma)["Emma"] == "#1 Router, #2 Switch"


def test_a_sign_in_during_a_failing_round_trip_is_not_undone(office: Office, emma: Employee) -> None:
    def sign_in(_name: str) -> None:
        office.hosting.before = lambda _name: None
        with office.uow() as unit:
            unit.central_accounts.save(replace(office.stored_account(unit), credential_vault_ref=None))

    office.hosting.before = sign_in
    office.assign(emma)
    office.drain()
    assert office.stored_account().status is AccountStatus.HEALTHY


def test_while_the_integration_is_off_nothing_is_planned_and_nothing_is_sent(office: Office, emma: Employee) -> None:
    office.assign(emma, title="Switch")
    office.set_rules(is_enabled=False)
    office.assign(emma, title="Printer")
    office.hire_some(1)
    assert (office.planning.owed(), office.draining.due()) == ([], [])
    office.work()
    assert office.new_requests() == []
    office.set_rules(is_enabled=True)
    office.work_until_quiet()
    assert office.seen_by(emma)["Emma"] == "#1 Router, #2 Switch, #3 Printer"
    assert len(office.hosting.calendars) == 2


def test_an_account_that_leaves_has_its_calendars_deleted_first_even_while_all_is_off(
    office: Office, emma: Employee
) -> None:
    office.hire_some(2)
    office.set_rules(is_enabled=False)
    office.disconnect()
    for _ in range(3):
        office.work()
    assert not office.hosting.calendars
    assert office.finished == [office.account.id]
    assert not office.draining.due()


def test_an_account_whose_credential_cannot_be_revoked_is_not_asked_at_every_tick(office: Office) -> None:
    asked: list[str] = []
    _, draining = office.services(finish_leaving=lambda account: asked.append(account.id))
    office.disconnect()
    office.plan()
    draining.run(office.organization.id)
    assert (asked, draining.due()) == ([office.account.id], [])
    office.clock.advance(HOUR)
    assert draining.due() == [office.organization.id]


def test_an_account_that_leaves_without_a_credential_waits_and_says_why(office: Office, emma: Employee) -> None:
    office.world.revoke(CENTRAL)
    office.disconnect()
    office.work()
    account = office.stored_account()
    assert (account.status, account.last_error) == (AccountStatus.LEAVING, "invalid_grant")
    assert office.finished == []
    office.credentials.grant(CENTRAL)
    office.clock.advance(HOUR)
    office.work()
    assert office.finished == [account.id]


def test_a_fault_of_ours_waits_as_an_outage_does_and_keeps_its_message_to_itself(
    office: Office, emma: Employee
) -> None:
    def stumble(_name: str) -> None:
        office.hosting.before = lambda _name: None
        raise RuntimeError("Replace the router of Carla")

    office.hosting.before = stumble
    office.assign(emma, title="Switch")
    with capture_logs() as logs:
        office.drain()
    assert "Carla" not in str(logs)
    assert [line["error_type"] for line in logs if line["event"] == "drain"] == ["RuntimeError"]
    account = office.stored_account()
    assert account.last_error == "internal"
    assert account.wait_until
    office.work_until_quiet()
    assert office.seen_by(emma)["Emma"] == "#1 Router, #2 Switch"


# -- the pace, and others --------------------------------------------------------------------------------------------


def test_batches_are_filled_across_calendars_while_more_calendars_are_made(office: Office) -> None:
    employees = office.hire_some(30)
    for employee in employees:
        for _ in range(3):
            office.assign(employee)
    office.new_requests()
    office.work()
    requests = office.new_requests()
    assert requests.count(("calendars.insert", 1)) == 30
    assert [each for each in requests if each[0] != "calendars.insert"] == [(BATCH, 50), (BATCH, 50), (BATCH, 20)]


def test_a_change_by_hand_overtakes_a_bulk_that_the_pace_holds_back(office: Office, emma: Employee) -> None:
    office.hire_some(30)
    office.plan()
    office.pace.waits[office.account.id] = 1000
    office.assign(emma, title="Switch")
    office.draining.run(office.organization.id)
    assert office.seen_by(emma)["Emma"] == "#1 Router, #2 Switch"
    assert office.new_requests() == [("events.insert", 1)]


def test_the_pace_counts_each_call_of_a_batch(office: Office, emma: Employee) -> None:
    office.pace.taken.clear()
    office.set_rules(pace_per_minute=77)
    for _ in range(3):
        office.assign(emma)
    office.work()
    assert office.pace.taken == [(office.account.id, 3, 77)]


def test_two_runs_do_not_meet(office: Office, emma: Employee) -> None:
    met: list[object] = []

    def run(_name: str) -> None:
        met.append(office.draining.run(office.organization.id))

    office.hosting.before = run
    office.assign(emma)
    office.drain()
    assert met == [None]


def test_after_its_time_a_run_lets_others_have_theirs_and_asks_for_itself_again(office: Office) -> None:
    office.hire_some(5)
    office.plan()
    seconds = iter(range(1000))
    _, draining = office.services(slice_seconds=5, stopwatch=lambda: next(seconds))
    office.jobs.asked.clear()
    report = draining.run(office.organization.id)
    assert report
    assert 0 < report.round_trips < 5
    assert office.jobs.asked == [("erp-drain", office.organization.id)]
    assert office.draining.run(office.organization.id) is not None


def test_what_is_owed_at_the_last_moment_of_a_run_is_still_sent(office: Office, emma: Employee) -> None:
    """The lease goes in the transaction that finds nothing more to send."""
    office.assign(emma)
    office.drain()
    with office.uow(reading=True) as unit:
        assert not unit.leases.held([f"erp-drain:{office.organization.id}"], now=office.clock())


def test_what_is_owed_while_a_run_waits_for_the_lock_of_its_last_look_is_still_sent(
    office: Office, emma: Employee
) -> None:
    """The job that was asked for meanwhile finds the lease taken, and goes."""
    writes = count(1)

    @contextmanager
    def open_uow(*, reading: bool = False) -> Iterator[UnitOfWork]:
        # The first write takes the lease; nothing is owed, so the second is the last look.
        if not reading and next(writes) == 2:
            office.clock.advance(timedelta(milliseconds=500))
            office.assign(emma, title="Meanwhile")
        with office.uow(reading=reading) as unit:
            yield unit

    _, draining = office.services(open_uow=open_uow)
    report = draining.run(office.organization.id)
    assert report
    assert report.done == 1
