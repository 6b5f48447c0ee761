"""Central accounts, their clients, rules and an employee's history on both databases."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from ce_calendar.domain.employees.calendars import AccountStatus, CalendarState
from ce_calendar.domain.employees.operations import Act
from ce_calendar.domain.employees.rules import CalendarRules, OnEmailChange
from ce_calendar.domain.errors import Duplicate
from ce_calendar.domain.meetings.connections import ClientSource
from ce_calendar.ports import OpenUnitOfWork
from tests.builders_employees import (
    add_statuses,
    make_account,
    make_client,
    make_mapping,
    make_operation,
    make_task,
)
from tests.conftest import NOON
from tests.support.firm import Firm

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def firm(uow: OpenUnitOfWork) -> Firm:
    return Firm(uow)


# -- the central account -----------------------------------------------------------------------------------------


def test_an_account_comes_back_as_it_was_stored(firm: Firm) -> None:
    changed = replace(
        firm.account,
        subject_id="other",
        email="other@demo.example",
        client_id="other",
        client_source=ClientSource.TENANT,
        status=AccountStatus.NEEDS_REAUTH,
        consented_at=NOON + DAY,
        credential_vault_ref="ref",
        refresh_expires_at=NOON + 7 * DAY,
        last_error="invalid_grant",
        failures=3,
        wait_until=NOON + HOUR,
        creations_wait_until=NOON + 6 * HOUR,
        creation_failures=2,
        checked_at=NOON,
    )
    with firm.uow() as work:
        work.central_accounts.save(changed)
        assert work.central_accounts.of(firm.id) == changed
        assert work.central_accounts.of(firm.id, lock=True) == changed
        assert work.central_accounts.get(changed.id) == changed
        assert work.central_accounts.of(firm.other_id) is None
        assert work.central_accounts.get("unknown") is None


def test_an_organization_has_one_account(firm: Firm) -> None:
    with pytest.raises(Duplicate), firm.uow() as work:
        work.central_accounts.save(make_account(organization_id=firm.id))


def test_an_account_is_removed_with_everything_kept_of_its_calendars(firm: Firm) -> None:
    calendar = firm.calendar()
    with firm.uow() as work:
        work.event_mappings.save([make_mapping(calendar_id=calendar.id)])
        work.central_accounts.remove(firm.account.id)
        assert work.central_accounts.of(firm.id) is None
        assert work.employee_calendars.several([calendar.id]) == []
        assert work.event_mappings.of_calendars([calendar.id]) == []


def test_accounts_on_one_grant_are_counted_while_they_hold_a_credential(firm: Firm) -> None:
    ours = replace(firm.account, client_id="client", subject_id="subject")
    theirs = make_account(
        organization_id=firm.other_id,
        client_id="client",
        subject_id="subject",
        credential_vault_ref="other",
    )
    with firm.uow() as work:
        work.central_accounts.save(ours)
        assert work.central_accounts.with_grant(client_id="client", subject_id="subject") == 0
        work.central_accounts.save(replace(ours, credential_vault_ref="ref"))
        work.central_accounts.save(theirs)
        assert work.central_accounts.with_grant(client_id="client", subject_id="subject") == 2
        assert work.central_accounts.with_grant(client_id="client", subject_id="other") == 0


def due_with(
    firm: Firm,
    *acts: Act,
    state: CalendarState = CalendarState.SHARED,
    is_enabled: bool = True,
    status: AccountStatus = AccountStatus.HEALTHY,
    wait_until: datetime | None = None,
    creations_wait_until: datetime | None = None,
) -> bool:
    """Whether the organization is due when this is owed for one calendar."""
    account = replace(firm.account, status=status, wait_until=wait_until, creations_wait_until=creations_wait_until)
    calendar = firm.calendar(state=state)
    with firm.uow() as work:
        work.calendar_rules.save(firm.id, CalendarRules(is_enabled=is_enabled), now=NOON)
        work.central_accounts.save(account)
        work.outbox.owe(
            [make_operation(calendar_id=calendar.id, act=act) for act in acts],
            organization_id=firm.id,
            account_id=account.id,
            now=NOON,
        )
    with firm.uow(reading=True) as work:
        due = work.central_accounts.due(NOON)
    assert due in ([], [firm.id])
    return bool(due)


def test_an_organization_is_due_when_something_may_be_sent(firm: Firm) -> None:
    assert due_with(firm, Act.PUT_EVENT)


def test_an_organization_that_owes_nothing_is_not_due(firm: Firm) -> None:
    assert not due_with(firm)


def test_an_organization_that_is_paused_is_not_due(firm: Firm) -> None:
    assert not due_with(firm, Act.PUT_EVENT, is_enabled=False)


def test_an_account_that_waits_or_needs_a_sign_in_is_not_due(firm: Firm) -> None:
    assert not due_with(firm, Act.PUT_EVENT, wait_until=NOON + HOUR)
    assert not due_with(firm, Act.PUT_EVENT, status=AccountStatus.NEEDS_REAUTH)
    assert due_with(firm, Act.PUT_EVENT, wait_until=NOON)


def test_an_account_that_is_leaving_is_due_even_when_paused_and_owing_nothing(firm: Firm) -> None:
    assert due_with(firm, status=AccountStatus.LEAVING, is_enabled=False)


def test_an_account_that_is_leaving_waits_as_well(firm: Firm) -> None:
    assert not due_with(firm, status=AccountStatus.LEAVING, wait_until=NOON + HOUR)


def test_creations_that_google_holds_up_make_nothing_due_nor_does_what_waits_for_them(firm: Firm) -> None:
    acts, waiting = (Act.CREATE_CALENDAR, Act.SHARE, Act.PUT_EVENT), CalendarState.WAITING
    assert not due_with(firm, *acts, state=waiting, creations_wait_until=NOON + HOUR)
    assert due_with(firm, *acts, state=waiting, creations_wait_until=NOON)


# -- clients -----------------------------------------------------------------------------------------------------


def test_a_new_client_becomes_the_current_one(firm: Firm) -> None:
    first = make_client(organization_id=firm.id)
    second = make_client(organization_id=firm.id, client_id="another", created_at=NOON + HOUR)
    elsewhere = make_client(organization_id=firm.other_id)
    with firm.uow() as work:
        for client in (elsewhere, first, second):
            work.central_clients.add(client)
        assert work.central_clients.all(firm.id) == [second, replace(first, is_current=False)]
        assert work.central_clients.all(elsewhere.organization_id) == [elsewhere]
        work.central_clients.remove(second.id)
        assert work.central_clients.all(firm.id) == [replace(first, is_current=False)]


# -- rules -------------------------------------------------------------------------------------------------------


def test_an_organization_that_saved_no_rules_has_the_defaults(firm: Firm) -> None:
    with firm.uow() as work:
        assert work.calendar_rules.get(firm.id) == CalendarRules()
        assert work.calendar_rules.get(firm.id, lock=True) == CalendarRules()
        assert not work.calendar_rules.is_saved(firm.id)


def test_rules_come_back_as_they_were_saved(firm: Firm) -> None:
    rules = CalendarRules(
        is_enabled=True,
        zone="Europe/Berlin",
        calendar_name="{employee} ({position})",
        event_title="{title}",
        event_description="",
        duration_minutes=45,
        reminder_minutes=(10, 60),
        shows_departments=True,
        first_import_days=30,
        on_email_change=OnEmailChange.SHARE_ANEW,
        pace_per_minute=100,
    )
    assert all(getattr(rules, each.name) != getattr(CalendarRules(), each.name) for each in fields(rules))
    with firm.uow() as work:
        work.calendar_rules.get(firm.id, lock=True)
        work.calendar_rules.save(firm.id, CalendarRules(), now=NOON)
        work.calendar_rules.save(firm.id, rules, now=NOON)
        assert work.calendar_rules.is_saved(firm.id)
        assert work.calendar_rules.get(firm.id, lock=True) == rules
        assert work.calendar_rules.get(firm.other_id) == CalendarRules()


def test_saving_rules_keeps_which_task_numbers_were_given(firm: Firm) -> None:
    with firm.uow() as work:
        work.calendar_rules.get(firm.id, lock=True)
        task = make_task(organization_id=firm.id, number=7, status_id=add_statuses(work, firm.id).done.id)
        work.tasks.add(task)
        work.tasks.remove(task.id)
        work.calendar_rules.save(firm.id, CalendarRules(), now=NOON)
        assert work.tasks.next_number(firm.id) == 8


# -- history -----------------------------------------------------------------------------------------------------


def test_what_happened_to_an_employee_comes_newest_first_with_who_did_it(firm: Firm) -> None:
    def note(action: str, subject_id: str = "emma", home: str = firm.id, **others: object) -> None:
        with firm.uow() as work:
            work.audit.add(
                at=datetime(2026, 3, 10, 12, 0, tzinfo=UTC),
                action=action,
                outcome="done",
                organization_id=home,
                subject_id=subject_id,
                **{"actor_user_id": None, **others},  # type: ignore[arg-type] # as the trail takes them
            )

    note("employee.added", actor_user_id=firm.town.admin.id, detail={"departments": 2})
    note("erp.calendar_shared")
    note("employees.imported")
    note("employee_added")
    note("employee.added", subject_id="other")
    note("employee.added", home=firm.other_id)
    with firm.uow(reading=True) as work:
        everything = work.audit.of_subject(firm.id, "emma", limit=10)
        some = work.audit.of_subject(firm.id, "emma", action_prefixes=["employee.", "erp."], limit=10)
        one = work.audit.of_subject(firm.id, "emma", limit=1)
    assert [entry.action for entry in everything] == [
        "employee_added",
        "employees.imported",
        "erp.calendar_shared",
        "employee.added",
    ]
    assert one == everything[:1]
    assert [(entry.action, entry.actor_user_id, entry.actor_name, entry.detail) for entry in some] == [
        ("erp.calendar_shared", None, "", {}),
        ("employee.added", firm.town.admin.id, firm.town.admin.name, {"departments": 2}),
    ]


def test_an_entry_tells_when_and_how_it_ended(firm: Firm) -> None:
    moment = datetime.combine(date(2026, 3, 11), datetime.min.time(), UTC)
    with firm.uow() as work:
        work.audit.add(
            at=moment,
            action="employee.saved",
            outcome="refused",
            organization_id=firm.id,
            actor_user_id="gone",
            subject_id="emma",
        )
        [entry] = work.audit.of_subject(firm.id, "emma", limit=5)
    assert (entry.at, entry.outcome, entry.actor_user_id, entry.actor_name) == (moment, "refused", "gone", "")
