"""Settings in, services out: the one file that knows what is real."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from ce_calendar.adapters.google.oauth import CENTRAL_SCOPES
from ce_calendar.adapters.idle import LeftForLater, NobodyListens
from ce_calendar.adapters.legacy_keys import FernetLegacyKeys
from ce_calendar.adapters.limiter import MemoryAttemptLimiter
from ce_calendar.adapters.logs import configure_logging
from ce_calendar.adapters.pace import MemoryPace
from ce_calendar.adapters.passwords import Argon2Passwords
from ce_calendar.adapters.persistence.engine import make_engine
from ce_calendar.adapters.persistence.migrations import current_revision, head_revision, migrate
from ce_calendar.adapters.persistence.unit_of_work import unit_of_work_on
from ce_calendar.adapters.persistence.vault_care import vault_care_on
from ce_calendar.adapters.system import calm_collector, system_clock
from ce_calendar.adapters.vault import FernetVault
from ce_calendar.jobs.scheduler import Scheduler, Work
from ce_calendar.ports import Announcer, JobQueue, OpenUnitOfWork
from ce_calendar.providing import (
    calendar_host,
    google_authorizer,
    google_clients,
    meeting_providers,
    personal_clients,
    redirect_paths,
)
from ce_calendar.services.accounts import Accounts
from ce_calendar.services.audit import Audit
from ce_calendar.services.backfill import Backfill
from ce_calendar.services.calendars import Calendars
from ce_calendar.services.clients import Clients
from ce_calendar.services.connecting import Connecting
from ce_calendar.services.connections import ConnectionBook
from ce_calendar.services.consents import Consents
from ce_calendar.services.contact_import import ContactImport
from ce_calendar.services.contacts import ContactBook
from ce_calendar.services.credentials import Credentials
from ce_calendar.services.directory import Directory
from ce_calendar.services.employees.book import EmployeeBook
from ce_calendar.services.employees.central import CentralBook, of_central_account
from ce_calendar.services.employees.clients import CentralIssuers
from ce_calendar.services.employees.departments import DepartmentBook
from ce_calendar.services.employees.draining import CALL_SECONDS, Draining
from ce_calendar.services.employees.leaving import Leaving
from ce_calendar.services.employees.planning import Planning
from ce_calendar.services.employees.previewing import Previewing
from ce_calendar.services.employees.progress import Progress
from ce_calendar.services.employees.rules import RuleBook
from ce_calendar.services.employees.statuses import StatusBook
from ce_calendar.services.employees.tasks import TaskBook
from ce_calendar.services.identifying import Identifying
from ce_calendar.services.importing import ConnectionImport
from ce_calendar.services.module_settings import ModuleSettings
from ce_calendar.services.notices import NoticeBoard
from ce_calendar.services.registry import Services, get_services, set_services
from ce_calendar.services.syncing import Syncing
from ce_calendar.services.timeline import Timeline
from ce_calendar.services.vault_keeping import VaultKeeping
from ce_calendar.settings import Settings, SettingsError, get_settings


def settings_of_process() -> Settings:
    """The settings the application file wires the routes with.

    Raises:
        SettingsError: a value is not usable.
    """
    return get_settings()


# The driver's own words would quote the address with its password.
UNREACHABLE = "The database cannot be reached: check CE_DATABASE_URL, and whether it runs."


@lru_cache
def engine_of(settings: Settings) -> Engine:
    """The process's engine; connects at the first use."""
    return make_engine(settings.absolute_database_url())


def prepare_database(settings: Settings) -> str:
    """Bring the schema to the newest revision; says where it stands.

    Raises:
        SettingsError: the database cannot be reached.
    """
    try:
        migrate(engine_of(settings))
    except (OperationalError, OSError):
        raise SettingsError(UNREACHABLE) from None
    return f"The database is at revision {head_revision()}."


def database_state(settings: Settings) -> str:
    """What keeps the database from being used; empty if nothing does."""
    found = current_revision(engine_of(settings))
    if found == head_revision():
        return ""
    return f"is at revision '{found}', this version needs '{head_revision()}': run `ce-calendar migrate`."


def organization_slugs(settings: Settings) -> list[str]:
    """The organizations there are."""
    with unit_of_work_on(engine_of(settings))(reading=True) as uow:
        return [each.slug for each in uow.organizations.all()]


def open_vault(settings: Settings) -> FernetVault:
    """The credential vault.

    Raises:
        SettingsError: the keys are missing or are none.
    """
    try:
        return FernetVault(settings.vault_key_list())
    except ValueError as error:
        raise SettingsError(f"CE_VAULT_KEYS: {error}") from None


def open_legacy_keys(settings: Settings) -> FernetLegacyKeys:
    """The keys of an earlier system; there may be none.

    Raises:
        SettingsError: one of them is no key.
    """
    try:
        return FernetLegacyKeys(settings.legacy_token_key_list())
    except ValueError as error:
        raise SettingsError(f"CE_LEGACY_TOKEN_KEYS: {error}") from None


class _CentralServices(NamedTuple):
    """What employee calendars are kept with, under the central account."""

    central: CentralBook
    central_clients: CentralIssuers
    central_leaving: Leaving
    draining: Draining
    planning: Planning
    progress: Progress
    rule_preview: Previewing
    rules: RuleBook


def _central_services(
    settings: Settings,
    *,
    open_uow: OpenUnitOfWork,
    vault: FernetVault,
    audit: Audit,
    announcer: Announcer,
    jobs: JobQueue,
) -> _CentralServices:
    issuers = CentralIssuers(
        open_uow=open_uow,
        clock=system_clock,
        vault=vault,
        environment=Clients(
            open_uow=open_uow,
            installed=google_clients(settings, CENTRAL_SCOPES),
            tenant_organization=settings.tenant_organization,
        ),
        make=lambda client, secret: google_authorizer(settings, client, secret, CENTRAL_SCOPES),
        audit=audit,
        announcer=announcer,
    )
    credentials = Credentials(
        open_uow=open_uow, clock=system_clock, vault=vault, clients=issuers, current_ref=of_central_account
    )
    host = calendar_host(settings, timeout_seconds=CALL_SECONDS)
    planning = Planning(open_uow=open_uow, clock=system_clock, announcer=announcer, jobs=jobs)
    leaving = Leaving(open_uow=open_uow, clock=system_clock, credentials=credentials, audit=audit, announcer=announcer)
    return _CentralServices(
        central=CentralBook(
            open_uow=open_uow,
            clock=system_clock,
            issuers=issuers,
            credentials=credentials,
            consents=Consents(
                open_uow=open_uow,
                clock=system_clock,
                vault=vault,
                public_url=settings.public_url,
                redirect_paths=redirect_paths(settings),
            ),
            host=host,
            planning=planning,
            audit=audit,
            announcer=announcer,
        ),
        central_clients=issuers,
        central_leaving=leaving,
        draining=Draining(
            open_uow=open_uow,
            clock=system_clock,
            host=host,
            credentials=credentials,
            pace=MemoryPace(),
            announcer=announcer,
            jobs=jobs,
            finish_leaving=leaving.finish_leaving,
        ),
        planning=planning,
        progress=Progress(open_uow=open_uow, clock=system_clock, audit=audit),
        rule_preview=Previewing(open_uow=open_uow, clock=system_clock, audit=audit),
        rules=RuleBook(open_uow=open_uow, clock=system_clock, planning=planning, audit=audit, announcer=announcer),
    )


def build_services(settings: Settings, *, announcer: Announcer, jobs: JobQueue) -> Services:
    """Wire everything. Opens no connection and starts no thread.

    Raises:
        SettingsError: the settings do not make sense.
    """
    open_uow = unit_of_work_on(engine_of(settings))
    audit = Audit(open_uow=open_uow, clock=system_clock)
    clients = Clients(
        open_uow=open_uow, installed=personal_clients(settings), tenant_organization=settings.tenant_organization
    )
    vault = open_vault(settings)
    hasher = Argon2Passwords()
    credentials = Credentials(open_uow=open_uow, clock=system_clock, vault=vault, clients=clients)
    providers = meeting_providers(settings)
    backfill = Backfill(
        open_uow=open_uow,
        clock=system_clock,
        keys=open_legacy_keys(settings),
        credentials=credentials,
        audit=audit,
        announcer=announcer,
        jobs=jobs,
    )
    of_employees = _central_services(
        settings, open_uow=open_uow, vault=vault, audit=audit, announcer=announcer, jobs=jobs
    )
    identifying = Identifying(open_uow=open_uow, clock=system_clock, credentials=credentials, audit=audit)
    planning = of_employees.planning
    return Services(
        **of_employees._asdict(),
        accounts=Accounts(
            open_uow=open_uow,
            clock=system_clock,
            hasher=hasher,
            limiter=MemoryAttemptLimiter(),
            audit=audit,
            session_lifetime=timedelta(hours=settings.session_hours),
            idle_timeout=timedelta(minutes=settings.session_idle_minutes),
        ),
        audit=audit,
        backfill=backfill,
        connection_import=ConnectionImport(open_uow=open_uow, clock=system_clock, audit=audit, clients=clients),
        calendars=Calendars(
            open_uow=open_uow,
            clock=system_clock,
            providers=providers,
            credentials=credentials,
            audit=audit,
            announcer=announcer,
            jobs=jobs,
        ),
        connecting=Connecting(
            open_uow=open_uow,
            clock=system_clock,
            vault=vault,
            clients=clients,
            credentials=credentials,
            audit=audit,
            announcer=announcer,
            jobs=jobs,
            public_url=settings.public_url,
            redirect_paths=redirect_paths(settings),
        ),
        connections=ConnectionBook(
            open_uow=open_uow,
            clock=system_clock,
            credentials=credentials,
            audit=audit,
            announcer=announcer,
            jobs=jobs,
            take_over=backfill.take_over,
        ),
        contact_import=ContactImport(
            open_uow=open_uow, clock=system_clock, audit=audit, announcer=announcer, jobs=jobs
        ),
        contacts=ContactBook(open_uow=open_uow, clock=system_clock, audit=audit, announcer=announcer, jobs=jobs),
        departments=DepartmentBook(open_uow=open_uow, audit=audit, announcer=announcer, planning=planning),
        directory=Directory(open_uow=open_uow, clock=system_clock, hasher=hasher, audit=audit),
        employees=EmployeeBook(
            open_uow=open_uow, clock=system_clock, audit=audit, announcer=announcer, planning=planning
        ),
        module_settings=ModuleSettings(open_uow=open_uow, clock=system_clock, audit=audit, announcer=announcer),
        notices=NoticeBoard(open_uow=open_uow, clock=system_clock, audit=audit, announcer=announcer),
        statuses=StatusBook(open_uow=open_uow, audit=audit, announcer=announcer, planning=planning),
        syncing=Syncing(
            open_uow=open_uow,
            clock=system_clock,
            providers=providers,
            credentials=credentials,
            audit=audit,
            announcer=announcer,
            jobs=jobs,
            identify=identifying.identify,
        ),
        tasks=TaskBook(open_uow=open_uow, clock=system_clock, audit=audit, announcer=announcer, planning=planning),
        timeline=Timeline(open_uow=open_uow, clock=system_clock, audit=audit),
        vault_keeping=VaultKeeping(
            open_uow=open_uow,
            open_care=vault_care_on(engine_of(settings)),
            keys=vault,
            clock=system_clock,
            audit=audit,
        ),
    )


def readiness(settings: Settings) -> Callable[[], str]:
    """A check for `/readyz`: what keeps the application from working, empty if nothing does."""

    def check() -> str:
        try:
            problem = database_state(settings)
        except (SQLAlchemyError, OSError):
            return UNREACHABLE
        return f"The database {problem}" if problem else ""

    return check


@contextmanager
def running(settings: Settings, *, announcer: Announcer) -> Iterator[Services]:
    """Services and jobs of a serving process, for as long as it runs.

    Args:
        settings: of the process.
        announcer: tells the open pages.

    Raises:
        SettingsError: the settings do not make sense, or the database is not ready.
    """
    calm_collector()
    configure_logging(settings.log_level)
    scheduler = Scheduler(lambda: work_of(get_services()))
    set_services(build_services(settings, announcer=announcer, jobs=scheduler))
    if problem := readiness(settings)():
        raise SettingsError(problem)
    scheduler.start()
    try:
        yield get_services()
    finally:
        scheduler.stop()
        engine_of(settings).dispose()


def work_of(services: Services) -> Work:
    """What the clockwork calls."""
    return Work(
        sync=services.syncing.run,
        due=services.syncing.due,
        finish_disconnect=services.connections.finish_disconnect,
        disconnecting=services.connections.disconnecting,
        backfill=services.backfill.run,
        backfills_owed=services.backfill.owed,
        housekeeping=services.syncing.housekeeping,
        plan=services.planning.run,
        plans_owed=services.planning.owed,
        drain=services.draining.run,
        drains_due=services.draining.due,
    )


def services_for_commands(settings: Settings) -> Services:
    """Services for a command that ends at once: nobody watches, and the running application does the jobs.

    Raises:
        SettingsError: the settings do not make sense, or the database is not ready.
    """
    configure_logging("WARNING")  # what a command did it prints itself
    services = build_services(settings, announcer=NobodyListens(), jobs=LeftForLater())
    if problem := readiness(settings)():
        raise SettingsError(problem)
    return services
