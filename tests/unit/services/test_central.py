"""The central account: every way from the consent to its end."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from ce_calendar.domain.access import Role
from ce_calendar.domain.employees.calendars import AccountStatus
from ce_calendar.domain.errors import (
    AccessDenied,
    ConnectRefused,
    NotFound,
    ProviderForbids,
    ProviderUnavailable,
    RateLimited,
)
from ce_calendar.domain.meetings.connections import ClientSource, Provider
from ce_calendar.ports import OpenUnitOfWork
from ce_calendar.services.employees.leaving import StillNeeded
from ce_calendar.services.endings import DisconnectOutcome
from tests.builders_employees import make_calendar, make_mapping
from tests.conftest import FixedClock
from tests.support.doubles import audit_rows
from tests.unit.services.central_scene import ANOTHER, CENTRAL, Central, make_central

CHECK = "calendarList.list"


@pytest.fixture
def central(uow: OpenUnitOfWork, clock: FixedClock) -> Central:
    return make_central(uow, clock)


def rows(engine: Engine, table: str) -> int:
    with engine.connect() as connection:
        found: int = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
        return found


def refused_with(word: str, central: Central, email: str = CENTRAL, **more: str) -> None:
    with pytest.raises(ConnectRefused) as refused:
        central.connect(central.dispatcher, email, **more)
    assert refused.value.code == word


# -- connecting --------------------------------------------------------------------------------------------------


def test_an_allowed_account_is_connected_checked_and_planned_for(central: Central, engine: Engine) -> None:
    central.employ(central.employee())

    account = central.connect()

    assert account == central.stored()
    assert (account.email, account.status, account.client_id) == (CENTRAL, AccountStatus.HEALTHY, "client")
    assert account.client_source is ClientSource.PLATFORM
    assert account.consented_at == account.checked_at == central.linking.clock()
    assert central.plans_owed() == 1
    assert set(central.linking.jobs.asked) == {
        ("erp-plan", central.organization_id),
        ("erp-drain", central.organization_id),
    }
    assert (central.organization_id, "employee-calendars") in central.linking.announcements.told
    assert ("erp.account.connect", "done", account.id) in audit_rows(engine)
    # The verifier is gone, the credential alone lies in the vault.
    assert (rows(engine, "credential_vault"), rows(engine, "oauth_flows")) == (1, 0)
    assert central.credentials.fresh(account).client_id == "client"


def test_the_same_account_again_is_signed_in_again(central: Central, engine: Engine) -> None:
    first = central.connect()
    wait = central.linking.clock() + timedelta(hours=3)
    central.save(
        replace(
            first,
            status=AccountStatus.NEEDS_REAUTH,
            last_error="invalid_grant",
            failures=3,
            creations_wait_until=wait,
            creation_failures=2,
        )
    )
    central.linking.clock.advance(timedelta(days=8))

    again = central.connect()

    assert again.id == first.id
    assert (again.status, again.last_error, again.failures) == (AccountStatus.HEALTHY, "", 0)
    assert again.consented_at == central.linking.clock()
    # Google counts new calendars by account, whoever signs it in.
    assert (again.creations_wait_until, again.creation_failures) == (wait, 2)
    assert rows(engine, "credential_vault") == 1
    assert rows(engine, "erp_central_accounts") == 1


def test_another_account_is_refused_until_the_first_is_disconnected(central: Central) -> None:
    first = central.connect()

    with pytest.raises(ConnectRefused, match="Disconnect it first") as refused:
        central.connect(email=ANOTHER)

    assert refused.value.code == "account"
    assert central.stored() == first
    assert not central.linking.world.is_granted(ANOTHER)
    assert central.linking.world.is_granted(CENTRAL)


def test_an_unticked_scope_is_refused_and_the_grant_given_back(central: Central, engine: Engine) -> None:
    with pytest.raises(ConnectRefused) as refused:
        central.connect(untick={"calendars"})

    assert refused.value.code == "scopes"
    assert central.stored() is None
    assert rows(engine, "credential_vault") == 0
    assert not central.linking.world.is_granted(CENTRAL)


def test_a_refused_grant_stays_if_a_personal_connection_lives_on_it(central: Central) -> None:
    central.linking.connect(central.linking.actor(central.linking.town.staff), CENTRAL)

    with pytest.raises(ConnectRefused):
        central.connect(untick={"calendars"})

    assert central.linking.world.is_granted(CENTRAL)


def test_denied_at_google_stores_nothing(central: Central, engine: Engine) -> None:
    _, state = central.linking.world.consent(central.book.start(central.dispatcher), CENTRAL)

    with pytest.raises(ConnectRefused) as refused:
        central.book.finish(central.dispatcher, state=state, code="", error="access_denied")

    assert refused.value.code == "denied"
    assert rows(engine, "erp_central_accounts") == rows(engine, "credential_vault") == 0


def test_a_state_counts_once(central: Central) -> None:
    code, state = central.linking.world.consent(central.book.start(central.dispatcher), CENTRAL)
    central.book.finish(central.dispatcher, state=state, code=code, error="")

    with pytest.raises(ConnectRefused) as refused:
        central.book.finish(central.dispatcher, state=state, code=code, error="")
    assert refused.value.code == "state"


def test_a_late_answer_is_refused(central: Central) -> None:
    code, state = central.linking.world.consent(central.book.start(central.dispatcher), CENTRAL)
    central.linking.clock.advance(timedelta(minutes=10))

    with pytest.raises(ConnectRefused) as refused:
        central.book.finish(central.dispatcher, state=state, code=code, error="")
    assert refused.value.code == "expired"


def test_another_session_cannot_use_the_state(central: Central) -> None:
    code, state = central.linking.world.consent(central.book.start(central.dispatcher), CENTRAL)
    admin = central.linking.actor(central.linking.town.admin)

    with pytest.raises(ConnectRefused) as refused:
        central.book.finish(admin, state=state, code=code, error="")
    assert refused.value.code == "state"


def test_a_central_state_never_finishes_as_a_personal_connection(central: Central) -> None:
    admin = central.linking.actor(central.linking.town.admin)
    code, state = central.linking.world.consent(central.book.start(admin), CENTRAL)

    with pytest.raises(ConnectRefused) as refused:
        central.linking.connecting.finish(admin, provider=Provider.GOOGLE, state=state, code=code, error="")
    assert refused.value.code == "state"
    assert central.linking.of_organization(central.linking.town.admin) == []


def test_a_personal_state_never_finishes_as_the_central_account(central: Central) -> None:
    admin = central.linking.actor(central.linking.town.admin)
    code, state = central.linking.world.consent(central.linking.start(admin), CENTRAL)

    with pytest.raises(ConnectRefused) as refused:
        central.book.finish(admin, state=state, code=code, error="")
    assert refused.value.code == "state"
    assert central.stored() is None


def test_who_lost_the_right_while_at_google_connects_nothing(central: Central) -> None:
    code, state = central.linking.world.consent(central.book.start(central.dispatcher), CENTRAL)
    with central.uow() as uow:
        user = uow.users.get(central.dispatcher.user_id, lock=True)
        assert user
        uow.users.save(replace(user, roles=frozenset({Role.VIEWER})))

    with pytest.raises(AccessDenied):
        central.book.finish(central.dispatcher, state=state, code=code, error="")
    assert central.stored() is None
    assert not central.linking.world.is_granted(CENTRAL)


# -- the check ---------------------------------------------------------------------------------------------------


def test_an_api_that_is_not_enabled_is_kept_as_the_error_until_it_is(central: Central) -> None:
    central.hosting.fail(CHECK, ProviderForbids("api_not_enabled"))

    account = central.connect()

    assert (account.status, account.last_error, account.checked_at) == (AccountStatus.HEALTHY, "api_not_enabled", None)
    central.save(replace(account, wait_until=central.linking.clock() + timedelta(hours=1)))
    checked = central.book.check(central.dispatcher)
    assert (checked.last_error, checked.checked_at) == ("", central.linking.clock())
    assert checked.wait_until is None


def test_a_moment_that_google_named_is_waited_for_whatever_the_check_says(central: Central) -> None:
    account = central.connect()
    until = central.linking.clock() + timedelta(hours=1)
    central.save(replace(account, last_error="rate_limited", wait_until=until))

    assert central.book.check(central.dispatcher).wait_until == until


@pytest.mark.parametrize(
    ("error", "code"), [(ProviderUnavailable("http_503"), "http_503"), (RateLimited(), "rate_limited")]
)
def test_a_google_in_trouble_does_not_undo_the_consent(
    central: Central, error: ProviderUnavailable | RateLimited, code: str
) -> None:
    central.hosting.fail(CHECK, error)

    account = central.connect()

    assert (account.status, account.last_error) == (AccountStatus.HEALTHY, code)


def test_a_dead_sign_in_is_found_by_the_check(central: Central) -> None:
    central.connect()
    central.linking.world.revoke(CENTRAL)
    central.linking.clock.advance(timedelta(hours=2))

    checked = central.book.check(central.dispatcher)

    assert (checked.status, checked.last_error) == (AccountStatus.NEEDS_REAUTH, "invalid_grant")


# -- the end -----------------------------------------------------------------------------------------------------


def shared_calendar(central: Central, events: int = 2) -> str:
    """A calendar of a new employee, made and shared, with events."""
    account = central.stored()
    assert account
    employee = central.employee()
    central.employ(employee)
    calendar = make_calendar(employee=employee, account_id=account.id)
    with central.uow() as uow:
        uow.employee_calendars.save(calendar)
        uow.event_mappings.save([make_mapping(calendar_id=calendar.id) for _ in range(events)])
    return calendar.id


def test_the_effects_of_disconnecting_are_told_in_numbers(central: Central) -> None:
    central.connect()
    shared_calendar(central, events=3)

    effects = central.book.leaving_effects(central.dispatcher)

    assert (effects.calendars, effects.shares, effects.events, effects.can_delete) == (1, 1, 3, True)


def test_disconnecting_keeps_the_credential_until_everything_is_deleted(central: Central, engine: Engine) -> None:
    account = central.connect()
    shared_calendar(central)
    central.linking.jobs.asked.clear()

    central.book.disconnect(central.dispatcher)

    leaving = central.stored()
    assert leaving
    assert leaving.status is AccountStatus.LEAVING
    assert central.plans_owed() == 1
    assert ("erp-plan", central.organization_id) in central.linking.jobs.asked
    assert central.leaving.finish_leaving(leaving) is DisconnectOutcome.WAITING
    assert central.linking.world.is_granted(CENTRAL)
    assert ("erp.account.disconnect", "done", account.id) in audit_rows(engine)


def test_when_nothing_is_left_the_grant_is_revoked_and_the_account_forgotten(central: Central, engine: Engine) -> None:
    account = central.connect()
    central.book.disconnect(central.dispatcher)

    assert central.leaving.finish_leaving(account) is DisconnectOutcome.REVOKED

    assert central.stored() is None
    assert not central.linking.world.is_granted(CENTRAL)
    assert rows(engine, "credential_vault") == 0
    assert ("erp.account.end", "done", account.id) in audit_rows(engine)
    assert central.leaving.finish_leaving(account) is DisconnectOutcome.NOTHING_TO_DO


def test_a_grant_that_a_personal_connection_lives_on_is_only_forgotten(central: Central) -> None:
    staff = central.linking.actor(central.linking.town.staff)
    connection = central.linking.connect(staff, CENTRAL)
    account = central.connect()
    central.book.disconnect(central.dispatcher)

    assert central.leaving.finish_leaving(account) is DisconnectOutcome.SHARED

    assert central.stored() is None
    assert central.linking.credentials.fresh(connection)
    assert central.linking.world.is_granted(CENTRAL)


def test_a_personal_connection_ends_without_ending_the_central_accounts_grant(central: Central) -> None:
    staff = central.linking.actor(central.linking.town.staff)
    connection = central.linking.connect(staff, CENTRAL)
    account = central.connect()

    central.linking.book.disconnect(staff, connection_id=connection.id)
    outcome = central.linking.book.finish_disconnect(connection.id)

    assert outcome is DisconnectOutcome.SHARED
    assert central.credentials.fresh(account)


def test_an_end_that_google_does_not_hear_of_is_tried_again(central: Central) -> None:
    account = central.connect()
    central.book.disconnect(central.dispatcher)
    central.linking.world.fail("revoke", ProviderUnavailable())

    assert central.leaving.finish_leaving(account) is DisconnectOutcome.WAITING
    assert central.stored() is not None
    assert central.leaving.finish_leaving(account) is DisconnectOutcome.REVOKED


def test_who_signs_in_an_account_that_is_leaving_lets_it_finish(central: Central) -> None:
    central.connect()
    central.book.disconnect(central.dispatcher)

    again = central.connect()

    assert again.status is AccountStatus.LEAVING
    assert central.leaving.finish_leaving(again) is DisconnectOutcome.REVOKED


def test_a_second_disconnect_finds_nothing_to_end(central: Central) -> None:
    central.connect()
    central.book.disconnect(central.dispatcher)

    with pytest.raises(NotFound):
        central.book.disconnect(central.dispatcher)


def test_an_account_that_lets_us_in_no_more_can_be_left_behind(central: Central, engine: Engine) -> None:
    account = central.connect()
    shared_calendar(central)
    central.linking.world.revoke(CENTRAL)
    central.save(replace(account, status=AccountStatus.NEEDS_REAUTH, last_error="invalid_grant"))
    assert not central.book.leaving_effects(central.dispatcher).can_delete

    assert central.leaving.give_up(central.dispatcher) is DisconnectOutcome.ALREADY_REVOKED

    assert central.stored() is None
    assert rows(engine, "erp_employee_calendars") == rows(engine, "credential_vault") == 0


def test_an_account_that_lets_us_in_is_not_left_behind(central: Central) -> None:
    central.connect()

    with pytest.raises(StillNeeded):
        central.leaving.give_up(central.dispatcher)
    assert central.stored() is not None


# -- who may ----------------------------------------------------------------------------------------------------


VERBS = {
    "account": lambda central, actor: central.book.account(actor),
    "start": lambda central, actor: central.book.start(actor),
    "finish": lambda central, actor: central.book.finish(actor, state="x", code="x", error=""),
    "check": lambda central, actor: central.book.check(actor),
    "effects": lambda central, actor: central.book.leaving_effects(actor),
    "disconnect": lambda central, actor: central.book.disconnect(actor),
    "give up": lambda central, actor: central.leaving.give_up(actor),
}


@pytest.mark.parametrize("verb", VERBS)
def test_a_colleague_without_the_permission_cannot(central: Central, engine: Engine, verb: str) -> None:
    account = central.connect()
    staff = central.linking.actor(central.linking.town.staff)

    with pytest.raises(AccessDenied):
        VERBS[verb](central, staff)

    assert central.stored() == account
    assert any(outcome == "refused" for _, outcome, _ in audit_rows(engine))


@pytest.mark.parametrize("verb", ["check", "effects", "disconnect", "give up"])
def test_somebody_of_another_organization_finds_no_account(central: Central, verb: str) -> None:
    account = central.connect()
    stranger = central.linking.actor(central.linking.town.stranger)

    assert central.book.account(stranger) is None
    with pytest.raises(NotFound):
        VERBS[verb](central, stranger)

    assert central.stored() == account
