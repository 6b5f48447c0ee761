"""What the screens are told of how far the employee calendars are."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from ce_calendar.domain.access import Permission
from ce_calendar.domain.employees.calendars import AccountStatus
from ce_calendar.domain.employees.operations import Act
from ce_calendar.domain.errors import AccessDenied
from ce_calendar.ports.employees import CalendarFilter
from ce_calendar.services.employees.progress import creations_take
from tests.conftest import NOON
from tests.support.doubles import audit_rows
from tests.support.office import CENTRAL, Office

HOUR = timedelta(hours=1)


def test_while_all_is_well_there_is_nothing_to_go(office: Office) -> None:
    office.hire_some(2)
    office.work()
    found = office.progress.of(office.actor())
    assert found.account
    assert (found.account.email, found.account.status, found.account.problem) == (CENTRAL, AccountStatus.HEALTHY, "")
    assert (found.is_enabled, found.is_quiet, found.seconds_to_go, found.operations) == (True, True, 0, 0)
    assert found.calendars[CalendarFilter.SHARED] == 2


def test_what_is_owed_is_counted_and_takes_its_time_at_the_pace(office: Office) -> None:
    office.set_rules(pace_per_minute=60)
    people = office.hire_some(3)
    office.assign(*people)
    office.plan()
    found = office.progress.of(office.actor())
    assert found.owed == {Act.CREATE_CALENDAR: 3, Act.SHARE: 3, Act.PUT_EVENT: 3}
    assert (found.seconds_to_go, found.operations, found.is_quiet) == (9, 9, False)
    assert found.calendars[CalendarFilter.WAITING] == 3


def test_plans_that_are_owed_are_something_to_go_too(office: Office) -> None:
    office.hire_some(3)
    found = office.progress.of(office.actor())
    assert (found.plans_owed, found.is_quiet) == (3, False)


def test_at_the_limit_of_new_calendars_it_says_how_many_wait_and_for_how_long(office: Office) -> None:
    office.hosting.creations_left = 1
    office.assign(*office.hire_some(3))
    office.work()
    found = office.progress.of(office.actor())
    assert (found.creations_waiting, found.creations_wait_until) == (2, NOON + HOUR / 2)
    assert found.creations_take == HOUR / 2
    # Their shares and events cannot be sent before they are made.
    assert (found.operations, found.seconds_to_go) == (6, 0)
    office.clock.advance(HOUR)
    found = office.progress.of(office.actor())
    assert found.seconds_to_go == 1
    assert (found.creations_waiting, found.creations_wait_until) == (0, None)


@pytest.mark.parametrize(
    ("creations", "waits", "takes"),
    [
        (0, 0, timedelta()),
        (1, 0, timedelta()),
        (60, 0, timedelta()),
        (61, 0, 6 * HOUR),
        (1, 1, HOUR),
        (150, 1, 13 * HOUR),
    ],
)
def test_about_sixty_calendars_are_made_in_six_hours(creations: int, waits: int, takes: timedelta) -> None:
    limited_until = NOON + waits * HOUR if waits else None
    assert creations_take(creations, limited_until=limited_until, now=NOON) == takes


def test_a_problem_of_the_account_is_told_with_the_moment_it_waits_for(office: Office) -> None:
    with office.uow() as unit:
        account = replace(office.account, last_error="api_not_enabled", wait_until=NOON + HOUR)
        unit.central_accounts.save(account)
    found = office.progress.of(office.actor()).account
    assert found
    assert (found.problem, found.wait_until) == ("api_not_enabled", NOON + HOUR)


def test_without_an_account_there_is_nothing_owed(office: Office) -> None:
    found = office.progress.of(office.actor(elsewhere=True))
    assert (found.account, found.owed, found.is_enabled) == (None, {}, False)


def test_another_organizations_progress_is_its_own(office: Office) -> None:
    office.hire_some(3)
    office.plan()
    found = office.progress.of(office.actor(elsewhere=True))
    assert (found.operations, found.plans_owed, sum(found.calendars.values())) == (0, 0, 0)


def test_a_colleague_without_the_permission_is_told_nothing(office: Office, sqlite_engine: Engine) -> None:
    with pytest.raises(AccessDenied):
        office.progress.of(office.actor(Permission.CALENDAR_VIEW))
    assert ("erp.progress", "refused", "") in audit_rows(sqlite_engine)
