"""Employees' calendars, their mappings, accounts, clients, rules and an employee's history on both databases."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from ce_calendar.domain.employees.calendars import AccountStatus, CalendarState, EmployeeCalendar
from ce_calendar.domain.employees.operations import Act
from ce_calendar.domain.employees.people import Employee
from ce_calendar.domain.employees.rules import CalendarRules, OnEmailChange
from ce_calendar.domain.errors import Duplicate
from ce_calendar.domain.meetings.connections import ClientSource
from ce_calendar.ports import OpenUnitOfWork
from tests.builders import Town, settle
from tests.builders_employees import (
    add_statuses,
    make_account,
    make_calendar,
    make_client,
    make_employee,
    make_mapping,
    make_operation,
    make_task,
)
from tests.conftest import NOON

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


class Scene:
    """An organization with an account."""

    def __init__(self, uow: OpenUnitOfWork) -> None:
        self.uow = uow
        self.town: Town = settle(uow)
        self.id = self.town.organization.id
        self.account = make_account(organization_id=self.id)
        with uow() as work:
            work.central_accounts.save(self.account)

    def employee(self) -> Employee:
        employee = make_employee(organization_id=self.id)
        with self.uow() as work:
            work.employees.add(employee)
        return employee

    def calendar(
        self,
        employee: Employee | None = None,
        state: CalendarState = CalendarState.SHARED,
        generation: int = 1,
    ) -> EmployeeCalendar:
        calendar = make_calendar(
            employee=employee or self.employee(), account_id=self.account.id, state=state, generation=generation
        )
        with self.uow() as work:
            work.employee_calendars.save(calendar)
        return calendar


@pytest.fixture
def scene(uow: OpenUnitOfWork) -> Scene:
    return Scene(uow)


# -- calendars ---------------------------------------------------------------------------------------------------


def test_calendars_come_back_as_they_were_stored(scene: Scene) -> None:
    calendar = replace(scene.calendar(), problem="cannotShare", state=CalendarState.FAILING, changed_at=NOON + HOUR)
    with scene.uow() as work:
        work.employee_calendars.save(replace(calendar, created_at=NOON + DAY))
        assert work.employee_calendars.several([calendar.id, "unknown"]) == [calendar]


def test_an_employees_calendars_are_the_current_one_and_those_before(scene: Scene) -> None:
    employee, other = scene.employee(), scene.employee()
    gone = scene.calendar(employee, CalendarState.DELETED)
    going = scene.calendar(employee, CalendarState.DELETING, generation=2)
    current = scene.calendar(employee, CalendarState.WAITING, generation=3)
    with scene.uow() as work:
        assert work.employee_calendars.of_employee(employee.id) == [current, going, gone]
        assert work.employee_calendars.current_of([employee.id, other.id]) == {employee.id: current}
        assert work.employee_calendars.generations_of([employee.id, other.id]) == {employee.id: 3}
        assert set(work.employee_calendars.living(scene.id)) == {current, going}
        assert work.employee_calendars.living(scene.town.other_organization.id) == []
        assert work.employee_calendars.count(scene.id) == {"deleted": 1, "deleting": 1, "waiting": 1}


def test_one_calendar_follows_another_in_one_saving(scene: Scene) -> None:
    employee = scene.employee()
    before = scene.calendar(employee)
    after = make_calendar(employee=employee, account_id=scene.account.id, generation=2, state=CalendarState.WAITING)
    with scene.uow() as work:
        work.employee_calendars.save(after, replace(before, state=CalendarState.DELETING))
        assert work.employee_calendars.current_of([employee.id]) == {employee.id: after}


def test_an_employee_never_has_two_current_calendars(scene: Scene) -> None:
    employee = scene.employee()
    scene.calendar(employee)
    with pytest.raises(IntegrityError):
        scene.calendar(employee, CalendarState.WAITING, generation=2)


def test_a_calendar_is_removed_with_its_mappings_and_what_is_owed_for_it(scene: Scene) -> None:
    going, staying = scene.calendar(), scene.calendar()
    mapping = make_mapping(calendar_id=staying.id)
    with scene.uow() as work:
        work.event_mappings.save([mapping, make_mapping(calendar_id=going.id)])
        work.outbox.owe(
            [make_operation(calendar_id=each.id) for each in (going, staying)],
            organization_id=scene.id,
            account_id=scene.account.id,
            now=NOON,
        )
        work.employee_calendars.remove(going.id)
        assert work.employee_calendars.several([going.id, staying.id]) == [staying]
        assert work.event_mappings.of_calendars([going.id, staying.id]) == [mapping]
        assert work.outbox.waiting_for([going.id, staying.id]) == {staying.id: 1}


# -- mappings ----------------------------------------------------------------------------------------------------


def test_mappings_come_by_calendar_and_by_task_of_current_calendars(scene: Scene) -> None:
    current, going = scene.calendar(), scene.calendar(state=CalendarState.DELETING)
    task_id, other_id = "a" * 32, "b" * 32
    here = make_mapping(calendar_id=current.id, task_id=task_id, etag="etag", was_written=True)
    other = make_mapping(calendar_id=current.id, task_id=other_id, content_hash="")
    there = make_mapping(calendar_id=going.id, task_id=task_id)
    with scene.uow() as work:
        work.event_mappings.save([there, other, here])
        assert set(work.event_mappings.of_calendars([current.id, going.id])) == {here, other, there}
        assert work.event_mappings.of_tasks([task_id]) == [here]
        assert work.event_mappings.of_tasks([]) == []


def test_saving_a_mapping_again_changes_it(scene: Scene) -> None:
    mapping = make_mapping(calendar_id=scene.calendar().id)
    after = replace(mapping, content_hash="other", was_written=True, etag="etag")
    with scene.uow() as work:
        work.event_mappings.save([mapping])
        work.event_mappings.save([after])
        assert work.event_mappings.of_calendars([mapping.calendar_id]) == [after]


def test_what_google_acknowledged_is_noted_and_the_hash_stays_as_planned(scene: Scene) -> None:
    calendar = scene.calendar()
    written, other = (make_mapping(calendar_id=calendar.id, task_id=letter * 32) for letter in "ab")
    with scene.uow() as work:
        work.event_mappings.save([written, other])
        work.event_mappings.written({(calendar.id, written.task_id): "etag"})
        found = work.event_mappings.of_calendars([calendar.id])
    assert set(found) == {replace(written, was_written=True, etag="etag"), other}


def test_mappings_of_events_that_never_were_are_removed(scene: Scene) -> None:
    calendar = scene.calendar()
    gone, stays = (make_mapping(calendar_id=calendar.id, task_id=letter * 32) for letter in "ab")
    with scene.uow() as work:
        work.event_mappings.save([gone, stays])
        work.event_mappings.remove([(calendar.id, gone.task_id)])
        work.event_mappings.remove([])
        assert work.event_mappings.of_calendars([calendar.id]) == [stays]


def test_a_calendar_shows_the_tasks_planned_for_it_that_lie_in_the_span(scene: Scene) -> None:
    calendar = scene.calendar()
    since, until = NOON, NOON + 2 * HOUR

    def timed(title: str, starts_at: datetime, minutes: int | None = None) -> dict[str, object]:
        return {"title": title, "starts_at": starts_at, "duration_minutes": minutes}

    wanted: list[dict[str, object]] = [
        {"title": "the day before", "day": since.date() - DAY},
        {"title": "the day", "day": since.date()},
        timed("until after its start, by the rules", since - HOUR),
        timed("in it", since + HOUR),
        {"title": "the day after", "day": since.date() + DAY},
    ]
    others: list[dict[str, object]] = [
        timed("until its start", since - HOUR, 60),
        timed("from its end", until),
        {"title": "two days before", "day": since.date() - 2 * DAY},
        {"title": "two days after", "day": since.date() + 2 * DAY},
    ]
    with scene.uow() as work:
        work.calendar_rules.save(scene.id, CalendarRules(duration_minutes=90), now=NOON)
        status_id = add_statuses(work, scene.id).waiting.id
        tasks = [
            make_task(organization_id=scene.id, number=number, status_id=status_id, **each)  # type: ignore[arg-type] # as the builder takes them
            for number, each in enumerate([*wanted, *others, timed("not to be there", since)])
        ]
        work.tasks.add(*tasks)
        work.event_mappings.save(
            [make_mapping(calendar_id=calendar.id, task_id=task.id) for task in tasks[:-1]]
            + [make_mapping(calendar_id=calendar.id, task_id=tasks[-1].id, content_hash="")]
        )
        found = work.event_mappings.planned_tasks(calendar.id, since=since, until=until)
        assert work.event_mappings.planned_tasks("unknown", since=since, until=until) == []
    assert [task.title for task in found] == [each["title"] for each in wanted]


# -- the central account -----------------------------------------------------------------------------------------


def test_an_account_comes_back_as_it_was_stored(scene: Scene) -> None:
    changed = replace(
        scene.account,
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
    with scene.uow() as work:
        work.central_accounts.save(changed)
        assert work.central_accounts.of(scene.id) == changed
        assert work.central_accounts.of(scene.id, lock=True) == changed
        assert work.central_accounts.get(changed.id) == changed
        assert work.central_accounts.of(scene.town.other_organization.id) is None
        assert work.central_accounts.get("unknown") is None


def test_an_organization_has_one_account(scene: Scene) -> None:
    with pytest.raises(Duplicate), scene.uow() as work:
        work.central_accounts.save(make_account(organization_id=scene.id))


def test_an_account_is_removed_with_everything_kept_of_its_calendars(scene: Scene) -> None:
    calendar = scene.calendar()
    with scene.uow() as work:
        work.event_mappings.save([make_mapping(calendar_id=calendar.id)])
        work.central_accounts.remove(scene.account.id)
        assert work.central_accounts.of(scene.id) is None
        assert work.employee_calendars.several([calendar.id]) == []
        assert work.event_mappings.of_calendars([calendar.id]) == []


def test_accounts_on_one_grant_are_counted_while_they_hold_a_credential(scene: Scene) -> None:
    ours = replace(scene.account, client_id="client", subject_id="subject")
    theirs = make_account(
        organization_id=scene.town.other_organization.id,
        client_id="client",
        subject_id="subject",
        credential_vault_ref="other",
    )
    with scene.uow() as work:
        work.central_accounts.save(ours)
        assert work.central_accounts.with_grant(client_id="client", subject_id="subject") == 0
        work.central_accounts.save(replace(ours, credential_vault_ref="ref"))
        work.central_accounts.save(theirs)
        assert work.central_accounts.with_grant(client_id="client", subject_id="subject") == 2
        assert work.central_accounts.with_grant(client_id="client", subject_id="other") == 0


def due_with(
    scene: Scene,
    *acts: Act,
    state: CalendarState = CalendarState.SHARED,
    is_enabled: bool = True,
    status: AccountStatus = AccountStatus.HEALTHY,
    wait_until: datetime | None = None,
    creations_wait_until: datetime | None = None,
) -> bool:
    """Whether the organization is due when this is owed for one calendar."""
    account = replace(scene.account, status=status, wait_until=wait_until, creations_wait_until=creations_wait_until)
    calendar = scene.calendar(state=state)
    with scene.uow() as work:
        work.calendar_rules.save(scene.id, CalendarRules(is_enabled=is_enabled), now=NOON)
        work.central_accounts.save(account)
        work.outbox.owe(
            [make_operation(calendar_id=calendar.id, act=act) for act in acts],
            organization_id=scene.id,
            account_id=account.id,
            now=NOON,
        )
    with scene.uow(reading=True) as work:
        due = work.central_accounts.due(NOON)
    assert due in ([], [scene.id])
    return bool(due)


def test_an_organization_is_due_when_something_may_be_sent(scene: Scene) -> None:
    assert due_with(scene, Act.PUT_EVENT)


def test_an_organization_that_owes_nothing_is_not_due(scene: Scene) -> None:
    assert not due_with(scene)


def test_an_organization_that_is_paused_is_not_due(scene: Scene) -> None:
    assert not due_with(scene, Act.PUT_EVENT, is_enabled=False)


def test_an_account_that_waits_or_needs_a_sign_in_is_not_due(scene: Scene) -> None:
    assert not due_with(scene, Act.PUT_EVENT, wait_until=NOON + HOUR)
    assert not due_with(scene, Act.PUT_EVENT, status=AccountStatus.NEEDS_REAUTH)
    assert due_with(scene, Act.PUT_EVENT, wait_until=NOON)


def test_an_account_that_is_leaving_is_due_even_when_paused_and_owing_nothing(scene: Scene) -> None:
    assert due_with(scene, status=AccountStatus.LEAVING, is_enabled=False)


def test_an_account_that_is_leaving_waits_as_well(scene: Scene) -> None:
    assert not due_with(scene, status=AccountStatus.LEAVING, wait_until=NOON + HOUR)


def test_creations_that_google_holds_up_make_nothing_due_nor_does_what_waits_for_them(scene: Scene) -> None:
    acts, waiting = (Act.CREATE_CALENDAR, Act.SHARE, Act.PUT_EVENT), CalendarState.WAITING
    assert not due_with(scene, *acts, state=waiting, creations_wait_until=NOON + HOUR)
    assert due_with(scene, *acts, state=waiting, creations_wait_until=NOON)


# -- clients -----------------------------------------------------------------------------------------------------


def test_a_new_client_becomes_the_current_one(scene: Scene) -> None:
    first = make_client(organization_id=scene.id)
    second = make_client(organization_id=scene.id, client_id="another", created_at=NOON + HOUR)
    elsewhere = make_client(organization_id=scene.town.other_organization.id)
    with scene.uow() as work:
        for client in (elsewhere, first, second):
            work.central_clients.add(client)
        assert work.central_clients.all(scene.id) == [second, replace(first, is_current=False)]
        assert work.central_clients.all(elsewhere.organization_id) == [elsewhere]
        work.central_clients.remove(second.id)
        assert work.central_clients.all(scene.id) == [replace(first, is_current=False)]


# -- rules -------------------------------------------------------------------------------------------------------


def test_an_organization_that_saved_no_rules_has_the_defaults(scene: Scene) -> None:
    with scene.uow() as work:
        assert work.calendar_rules.get(scene.id) == CalendarRules()
        assert work.calendar_rules.get(scene.id, lock=True) == CalendarRules()
        assert not work.calendar_rules.is_saved(scene.id)


def test_rules_come_back_as_they_were_saved(scene: Scene) -> None:
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
    with scene.uow() as work:
        work.calendar_rules.get(scene.id, lock=True)
        work.calendar_rules.save(scene.id, CalendarRules(), now=NOON)
        work.calendar_rules.save(scene.id, rules, now=NOON)
        assert work.calendar_rules.is_saved(scene.id)
        assert work.calendar_rules.get(scene.id, lock=True) == rules
        assert work.calendar_rules.get(scene.town.other_organization.id) == CalendarRules()


def test_saving_rules_keeps_which_task_numbers_were_given(scene: Scene) -> None:
    with scene.uow() as work:
        work.calendar_rules.get(scene.id, lock=True)
        task = make_task(organization_id=scene.id, number=7, status_id=add_statuses(work, scene.id).done.id)
        work.tasks.add(task)
        work.tasks.remove(task.id)
        work.calendar_rules.save(scene.id, CalendarRules(), now=NOON)
        assert work.tasks.next_number(scene.id) == 8


# -- history -----------------------------------------------------------------------------------------------------


def test_what_happened_to_an_employee_comes_newest_first_with_who_did_it(scene: Scene) -> None:
    def note(action: str, subject_id: str = "emma", home: str = scene.id, **others: object) -> None:
        with scene.uow() as work:
            work.audit.add(
                at=datetime(2026, 3, 10, 12, 0, tzinfo=UTC),
                action=action,
                outcome="done",
                organization_id=home,
                subject_id=subject_id,
                **{"actor_user_id": None, **others},  # type: ignore[arg-type] # as the trail takes them
            )

    note("employee.added", actor_user_id=scene.town.admin.id, detail={"departments": 2})
    note("erp.calendar_shared")
    note("employees.imported")
    note("employee_added")
    note("employee.added", subject_id="other")
    note("employee.added", home=scene.town.other_organization.id)
    with scene.uow(reading=True) as work:
        everything = work.audit.of_subject(scene.id, "emma", limit=10)
        some = work.audit.of_subject(scene.id, "emma", action_prefixes=["employee.", "erp."], limit=10)
        one = work.audit.of_subject(scene.id, "emma", limit=1)
    assert [entry.action for entry in everything] == [
        "employee_added",
        "employees.imported",
        "erp.calendar_shared",
        "employee.added",
    ]
    assert one == everything[:1]
    assert [(entry.action, entry.actor_user_id, entry.actor_name, entry.detail) for entry in some] == [
        ("erp.calendar_shared", None, "", {}),
        ("employee.added", scene.town.admin.id, scene.town.admin.name, {"departments": 2}),
    ]


def test_an_entry_tells_when_and_how_it_ended(scene: Scene) -> None:
    moment = datetime.combine(date(2026, 3, 11), datetime.min.time(), UTC)
    with scene.uow() as work:
        work.audit.add(
            at=moment,
            action="employee.saved",
            outcome="refused",
            organization_id=scene.id,
            actor_user_id="gone",
            subject_id="emma",
        )
        [entry] = work.audit.of_subject(scene.id, "emma", limit=5)
    assert (entry.at, entry.outcome, entry.actor_user_id, entry.actor_name) == (moment, "refused", "gone", "")
