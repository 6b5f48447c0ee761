"""Settings in, services out: the one file that knows what is real."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import lru_cache

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from ce_calendar.adapters.google.calendar import GoogleMeetings
from ce_calendar.adapters.google.oauth import GoogleAuthorizer, GoogleEndpoints
from ce_calendar.adapters.idle import LeftForLater, NobodyListens
from ce_calendar.adapters.limiter import MemoryAttemptLimiter
from ce_calendar.adapters.logs import configure_logging
from ce_calendar.adapters.passwords import Argon2Passwords
from ce_calendar.adapters.persistence.engine import make_engine
from ce_calendar.adapters.persistence.migrations import current_revision, head_revision, migrate
from ce_calendar.adapters.persistence.unit_of_work import unit_of_work_on
from ce_calendar.adapters.system import system_clock
from ce_calendar.adapters.vault import FernetVault
from ce_calendar.domain.meetings.connections import ClientSource, OAuthClient, Provider
from ce_calendar.jobs.scheduler import Scheduler, Work
from ce_calendar.ports import Announcer, Authorizer, JobQueue
from ce_calendar.services.accounts import Accounts
from ce_calendar.services.audit import Audit
from ce_calendar.services.connecting import Connecting
from ce_calendar.services.connections import ConnectionBook
from ce_calendar.services.contacts import ContactBook
from ce_calendar.services.credentials import Credentials
from ce_calendar.services.directory import Directory
from ce_calendar.services.registry import Services, get_services, set_services
from ce_calendar.services.syncing import Syncing
from ce_calendar.services.timeline import Timeline
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


def open_vault(settings: Settings) -> FernetVault:
    """The credential vault.

    Raises:
        SettingsError: the keys are missing or are none.
    """
    try:
        return FernetVault(settings.vault_key_list())
    except ValueError as error:
        raise SettingsError(f"CE_VAULT_KEYS: {error}") from None


def _authorizers(settings: Settings) -> dict[Provider, Authorizer]:
    """The providers that can be connected: those with a client."""
    secret = settings.google_client_secret.get_secret_value()
    if not settings.google_client_id or not secret:
        return {}
    return {
        Provider.GOOGLE: GoogleAuthorizer(
            client=OAuthClient(settings.google_client_id, ClientSource.PLATFORM),
            client_secret=secret,
            clock=system_clock,
            endpoints=GoogleEndpoints(
                auth_url=settings.google_auth_url,
                token_url=settings.google_token_url,
                revoke_url=settings.google_revoke_url,
                userinfo_url=settings.google_userinfo_url,
            ),
            ca_bundle=str(settings.ca_bundle) if settings.ca_bundle else None,
        )
    }


def build_services(settings: Settings, *, announcer: Announcer, jobs: JobQueue) -> Services:
    """Wire everything. Opens no connection and starts no thread.

    Raises:
        SettingsError: the settings do not make sense.
    """
    open_uow = unit_of_work_on(engine_of(settings))
    audit = Audit(open_uow=open_uow, clock=system_clock)
    authorizers = _authorizers(settings)
    vault = open_vault(settings)
    hasher = Argon2Passwords()
    credentials = Credentials(open_uow=open_uow, clock=system_clock, vault=vault, authorizers=authorizers)
    meetings = GoogleMeetings(
        clock=system_clock,
        api_url=settings.google_api_url,
        ca_bundle=str(settings.ca_bundle) if settings.ca_bundle else None,
    )
    return Services(
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
        connecting=Connecting(
            open_uow=open_uow,
            clock=system_clock,
            vault=vault,
            authorizers=authorizers,
            credentials=credentials,
            audit=audit,
            announcer=announcer,
            jobs=jobs,
            public_url=settings.public_url,
        ),
        connections=ConnectionBook(
            open_uow=open_uow,
            clock=system_clock,
            credentials=credentials,
            audit=audit,
            announcer=announcer,
            jobs=jobs,
        ),
        contacts=ContactBook(open_uow=open_uow, clock=system_clock, audit=audit, announcer=announcer, jobs=jobs),
        directory=Directory(open_uow=open_uow, clock=system_clock, hasher=hasher, audit=audit),
        syncing=Syncing(
            open_uow=open_uow,
            clock=system_clock,
            providers={Provider.GOOGLE: meetings},
            credentials=credentials,
            audit=audit,
            announcer=announcer,
            jobs=jobs,
        ),
        timeline=Timeline(open_uow=open_uow, clock=system_clock, audit=audit),
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
    configure_logging(settings.log_level)
    scheduler = Scheduler(lambda: _work(get_services()))
    set_services(build_services(settings, announcer=announcer, jobs=scheduler))
    if problem := readiness(settings)():
        raise SettingsError(problem)
    scheduler.start()
    try:
        yield get_services()
    finally:
        scheduler.stop()
        engine_of(settings).dispose()


def _work(services: Services) -> Work:
    return Work(
        sync=services.syncing.run,
        due=services.syncing.due,
        finish_disconnect=services.connections.finish_disconnect,
        disconnecting=services.connections.disconnecting,
        housekeeping=services.syncing.housekeeping,
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
