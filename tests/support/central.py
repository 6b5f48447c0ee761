"""A central account in the running sandbox's Google, connected without a browser, and the engine above it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.fernet import Fernet

from ce_calendar.adapters.google.host import GoogleCalendarHost
from ce_calendar.adapters.idle import NobodyListens
from ce_calendar.adapters.persistence.unit_of_work import unit_of_work_on
from ce_calendar.adapters.system import system_clock
from ce_calendar.bootstrap import engine_of, open_vault
from ce_calendar.domain.employees.calendars import CentralAccount
from ce_calendar.domain.employees.people import Employee
from ce_calendar.domain.employees.rules import CalendarRules
from ce_calendar.domain.employees.tasks import Task
from ce_calendar.domain.meetings.connections import Credential
from ce_calendar.ports import JobQueue, OpenUnitOfWork
from ce_calendar.services.credentials import Credentials
from ce_calendar.services.employees.central import of_central_account
from ce_calendar.services.employees.draining import CALL_SECONDS, Draining
from ce_calendar.services.registry import Services
from ce_calendar.settings import Settings
from tests.builders import make_organization
from tests.builders_employees import add_statuses, make_account, make_employee, make_task
from tests.support.office import FreePace

CENTRAL = "calendars@demo.example"


def environment_for(database_url: str, google: str) -> dict[str, str]:
    """Settings of an installation on the sandbox."""
    return {
        "CE_DATABASE_URL": database_url,
        "CE_VAULT_KEYS": Fernet.generate_key().decode(),
        "CE_GOOGLE_API_URL": google,
        "CE_GOOGLE_AUTH_URL": f"{google}/o/oauth2/v2/auth",
        "CE_GOOGLE_TOKEN_URL": f"{google}/token",
        "CE_GOOGLE_REVOKE_URL": f"{google}/revoke",
        "CE_GOOGLE_USERINFO_URL": f"{google}/oauth2/v3/userinfo",
        "GOOGLE_CALENDAR_CLIENT_ID": "client",
        "GOOGLE_CALENDAR_CLIENT_SECRET": "a-secret",
    }


def settings_from(environment: Mapping[str, str]) -> Settings:
    """As this process reads them."""
    values: dict[str, Any] = dict(environment)
    return Settings(_env_file=None, **values)


def uow_of(settings: Settings) -> OpenUnitOfWork:
    return unit_of_work_on(engine_of(settings))


def credentials_of(settings: Settings, services: Services) -> Credentials:
    """As bootstrap makes them for central accounts."""
    return Credentials(
        open_uow=uow_of(settings),
        clock=system_clock,
        vault=open_vault(settings),
        clients=services.central_clients,
        current_ref=of_central_account,
    )


def hasty_draining(settings: Settings, services: Services, *, jobs: JobQueue, **more: Any) -> Draining:
    """As bootstrap makes it, but without a pace, and with whatever else a test must hurry."""
    return Draining(
        open_uow=uow_of(settings),
        clock=system_clock,
        host=GoogleCalendarHost(clock=system_clock, api_url=settings.google_api_url, timeout_seconds=CALL_SECONDS),
        credentials=credentials_of(settings, services),
        pace=FreePace(),
        announcer=NobodyListens(),
        jobs=jobs,
        finish_leaving=services.central_leaving.finish_leaving,
        **more,
    )


def provision(
    settings: Settings, services: Services, credential: Credential, *, employees: int, tasks: int
) -> tuple[CentralAccount, Sequence[Employee], Sequence[Task]]:
    """An organization with so many employees and tasks, each task for one of them; all is still to be planned."""
    now = datetime.now(UTC).replace(microsecond=0)
    organization = make_organization(slug="demo", created_at=now)
    account = make_account(organization_id=organization.id, email=CENTRAL, client_id="client", consented_at=now)
    people = [
        make_employee(
            organization_id=organization.id, name=f"Employee {number}", email=f"e{number}@work.example", created_at=now
        )
        for number in range(employees)
    ]
    with uow_of(settings)() as uow:
        uow.organizations.add(organization)
        status = add_statuses(uow, organization.id).waiting
        work = [
            make_task(
                organization_id=organization.id,
                number=number + 1,
                title=f"Task {number}",
                status_id=status.id,
                starts_at=now + timedelta(hours=1 + number),
                employee_ids=[people[number % employees].id],
                created_at=now,
            )
            for number in range(tasks)
        ]
        uow.employees.add(*people)
        uow.tasks.add(*work)
        uow.calendar_rules.save(organization.id, CalendarRules(is_enabled=True), now=now)
        fresh = replace(credential, expires_at=now + timedelta(hours=1))
        ref = credentials_of(settings, services).store(
            uow, fresh, organization_id=organization.id, holder_id=account.id
        )
        account = replace(account, credential_vault_ref=ref)
        uow.central_accounts.save(account)
        services.planning.employees_changed(uow, organization.id, None)
    return account, people, work
