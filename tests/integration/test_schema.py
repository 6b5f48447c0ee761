"""The schema's history runs both ways on both databases, and says the same as the tables in code."""

from datetime import timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import IntegrityError

from ce_calendar.adapters.persistence.migrations import current_revision, head_revision, migrate
from ce_calendar.adapters.persistence.models import EventRow
from ce_calendar.adapters.persistence.unit_of_work import unit_of_work_on
from ce_calendar.domain.employees.rules import CalendarRules
from ce_calendar.domain.meetings.connections import Provider, Status
from ce_calendar.domain.meetings.legacy import LegacyConnection
from ce_calendar.domain.people import Session
from ce_calendar.ports import FlowPurpose, OAuthFlow
from tests.builders import make_connection, make_session, new_id, settle
from tests.builders_employees import (
    add_statuses,
    make_account,
    make_calendar,
    make_client,
    make_department,
    make_employee,
    make_mapping,
    make_operation,
    make_task,
)
from tests.conftest import NOON


def test_the_migrated_schema_is_what_the_models_say(own_engine: Engine) -> None:
    with own_engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, EventRow.metadata) == []


def test_every_migration_runs_down_and_up_again(own_engine: Engine) -> None:
    migrate(own_engine, "base")
    assert inspect(own_engine).get_table_names() == ["alembic_version"]
    assert current_revision(own_engine) == ""
    migrate(own_engine)
    assert current_revision(own_engine) == head_revision()


def status_after(engine: Engine, status: str, revision: str) -> str:
    """Of a connection that holds a legacy token, after a migration."""
    with engine.begin() as connection:
        connection.execute(text("UPDATE ce_calendar_connections SET status = :status"), {"status": status})
    migrate(engine, revision)
    with engine.connect() as connection:
        return str(connection.execute(text("SELECT status FROM ce_calendar_connections")).scalar_one())


def test_connections_with_legacy_tokens_wait_for_the_vault_after_the_migration_and_keep_them_on_the_way_down(
    own_engine: Engine,
) -> None:
    town = settle(unit_of_work_on(own_engine))
    with unit_of_work_on(own_engine)() as uow:
        uow.legacy.add([LegacyConnection(make_connection(user=town.staff, status=Status.PENDING), "access", "refresh")])
    assert status_after(own_engine, "pending", "0004") == "needs_reauth"
    assert status_after(own_engine, "healthy", "head") == "pending"
    with own_engine.connect() as connection:
        kept = "SELECT access_token_encrypted, refresh_token_encrypted FROM ce_calendar_connections"
        assert tuple(connection.execute(text(kept)).one()) == ("access", "refresh")


@pytest.mark.parametrize("column", ["provider", "status", "privacy_level", "client_source"])
def test_the_table_that_was_rewritten_still_checks_its_words(own_engine: Engine, column: str) -> None:
    town = settle(unit_of_work_on(own_engine))
    with unit_of_work_on(own_engine)() as uow:
        uow.connections.add(make_connection(user=town.staff))
    with pytest.raises(IntegrityError), own_engine.begin() as connection:
        connection.execute(text(f"UPDATE ce_calendar_connections SET {column} = 'nonsense'"))


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("erp_task_statuses", "role"),
        ("erp_central_accounts", "status"),
        ("erp_central_accounts", "client_source"),
        ("erp_employee_calendars", "state"),
        ("erp_calendar_rules", "on_email_change"),
        ("outbox", "act"),
        ("oauth_flows", "purpose"),
    ],
)
def test_tables_of_employee_calendars_check_their_words(own_engine: Engine, table: str, column: str) -> None:
    store_an_employee(own_engine)
    with pytest.raises(IntegrityError), own_engine.begin() as connection:
        connection.execute(text(f"UPDATE {table} SET {column} = 'nonsense'"))


@pytest.mark.parametrize("column", ["duration_minutes", "first_import_days", "pace_per_minute"])
def test_rules_check_their_numbers(own_engine: Engine, column: str) -> None:
    store_an_employee(own_engine)
    with pytest.raises(IntegrityError), own_engine.begin() as connection:
        connection.execute(text(f"UPDATE erp_calendar_rules SET {column} = -1"))


def test_a_task_has_a_day_or_a_time_but_not_both(own_engine: Engine) -> None:
    store_an_employee(own_engine)
    with pytest.raises(IntegrityError), own_engine.begin() as connection:
        connection.execute(text("UPDATE erp_tasks SET day = '2026-03-10'"))


def test_a_consent_to_a_central_account_goes_on_the_way_down_and_others_stay(own_engine: Engine) -> None:
    store_an_employee(own_engine)
    migrate(own_engine, "0006")
    with own_engine.connect() as connection:
        assert connection.execute(text("SELECT state_hash FROM oauth_flows")).scalars().all() == ["connection"]
    migrate(own_engine)
    with own_engine.connect() as connection:
        assert connection.execute(text("SELECT purpose FROM oauth_flows")).scalars().all() == ["connection"]


def test_an_organization_goes_with_everything_kept_for_its_employees(own_engine: Engine) -> None:
    store_an_employee(own_engine)
    with own_engine.begin() as connection:
        connection.execute(text("DELETE FROM organizations"))
    tables = [name for name in inspect(own_engine).get_table_names() if name.startswith("erp_")]
    assert len(tables) == 12
    with own_engine.connect() as connection:
        for table in [*tables, "outbox"]:
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0


def store_an_employee(engine: Engine) -> None:
    """With a row in every table that is about them, and a consent of each purpose under way."""
    town = settle(unit_of_work_on(engine))
    home = town.organization.id
    account = make_account(organization_id=home)
    department = make_department(organization_id=home)
    employee = make_employee(organization_id=home, department_ids=[department.id])
    calendar = make_calendar(employee=employee, account_id=account.id)
    session = make_session(user=town.admin)
    with unit_of_work_on(engine)() as uow:
        uow.sessions.add(session)
        for purpose in FlowPurpose:
            uow.flows.add(make_flow(session, purpose))
        uow.calendar_rules.save(home, CalendarRules(), now=NOON)
        uow.departments.save(department)
        uow.employees.add(employee)
        status_id = add_statuses(uow, home).waiting.id
        uow.tasks.add(
            make_task(
                organization_id=home,
                status_id=status_id,
                employee_ids=[employee.id],
                department_ids=[department.id],
            )
        )
        uow.central_clients.add(make_client(organization_id=home))
        uow.central_accounts.save(account)
        uow.employee_calendars.save(calendar)
        uow.event_mappings.save([make_mapping(calendar_id=calendar.id)])
        uow.outbox.owe([make_operation(calendar_id=calendar.id)], organization_id=home, account_id=account.id, now=NOON)


def make_flow(session: Session, purpose: FlowPurpose) -> OAuthFlow:
    return OAuthFlow(
        id=new_id(),
        organization_id=session.organization_id,
        user_id=session.user_id,
        session_id=session.id,
        provider=Provider.GOOGLE,
        client_id="client",
        state_hash=purpose.value,
        verifier_vault_ref=new_id(),
        connection_id=None,
        created_at=NOON,
        expires_at=NOON + timedelta(minutes=10),
        purpose=purpose,
    )
