"""One transaction with all repositories on it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlmodel import Session as Database

from ce_calendar.adapters.persistence.connections import SqlConnections
from ce_calendar.adapters.persistence.contacts import SqlContactImports, SqlContacts
from ce_calendar.adapters.persistence.employees.accounts import SqlCentralAccounts, SqlCentralClients
from ce_calendar.adapters.persistence.employees.calendars import SqlEmployeeCalendars
from ce_calendar.adapters.persistence.employees.departments import SqlDepartments
from ce_calendar.adapters.persistence.employees.employees import SqlEmployees
from ce_calendar.adapters.persistence.employees.mappings import SqlEventMappings
from ce_calendar.adapters.persistence.employees.outbox import SqlOutbox
from ce_calendar.adapters.persistence.employees.rules import SqlCalendarRules
from ce_calendar.adapters.persistence.employees.statuses import SqlTaskStatuses
from ce_calendar.adapters.persistence.employees.tasks import SqlTasks
from ce_calendar.adapters.persistence.engine import for_reading
from ce_calendar.adapters.persistence.events import SqlEvents
from ce_calendar.adapters.persistence.legacy import SqlBackfillRuns, SqlLegacyConnections
from ce_calendar.adapters.persistence.module_settings import SqlModuleSettings
from ce_calendar.adapters.persistence.notices import SqlNotices
from ce_calendar.adapters.persistence.people import SqlAuditTrail, SqlOrganizations, SqlSessions, SqlUsers
from ce_calendar.adapters.persistence.runs import SqlLeases, SqlSyncRuns
from ce_calendar.adapters.persistence.secrets import SqlOAuthFlows, SqlVaultEntries
from ce_calendar.ports import OpenUnitOfWork, UnitOfWork


class SqlUnitOfWork:
    """`ports.UnitOfWork` on one database session."""

    def __init__(self, database: Database) -> None:
        self.organizations = SqlOrganizations(database)
        self.users = SqlUsers(database)
        self.sessions = SqlSessions(database)
        self.audit = SqlAuditTrail(database)
        self.contacts = SqlContacts(database)
        self.contact_imports = SqlContactImports(database)
        self.vault = SqlVaultEntries(database)
        self.flows = SqlOAuthFlows(database)
        self.connections = SqlConnections(database)
        self.module_settings = SqlModuleSettings(database)
        self.events = SqlEvents(database)
        self.runs = SqlSyncRuns(database)
        self.leases = SqlLeases(database)
        self.legacy = SqlLegacyConnections(database)
        self.backfills = SqlBackfillRuns(database)
        self.notices = SqlNotices(database)
        self.employees = SqlEmployees(database)
        self.departments = SqlDepartments(database)
        self.task_statuses = SqlTaskStatuses(database)
        self.tasks = SqlTasks(database)
        self.employee_calendars = SqlEmployeeCalendars(database)
        self.event_mappings = SqlEventMappings(database)
        self.outbox = SqlOutbox(database)
        self.central_accounts = SqlCentralAccounts(database)
        self.central_clients = SqlCentralClients(database)
        self.calendar_rules = SqlCalendarRules(database)


def unit_of_work_on(engine: Engine) -> OpenUnitOfWork:
    """What services open their transactions with."""
    reading_engine = for_reading(engine)

    @contextmanager
    def open_unit_of_work(*, reading: bool = False) -> Iterator[UnitOfWork]:
        with Database(reading_engine if reading else engine) as database, database.begin():
            yield SqlUnitOfWork(database)

    return open_unit_of_work
