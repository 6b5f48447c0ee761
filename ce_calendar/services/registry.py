"""Where screens, routes and jobs find the services of this process; bootstrap fills it once."""

from dataclasses import dataclass

from ce_calendar.services.accounts import Accounts
from ce_calendar.services.audit import Audit
from ce_calendar.services.backfill import Backfill
from ce_calendar.services.calendars import Calendars
from ce_calendar.services.connecting import Connecting
from ce_calendar.services.connections import ConnectionBook
from ce_calendar.services.contact_import import ContactImport
from ce_calendar.services.contacts import ContactBook
from ce_calendar.services.directory import Directory
from ce_calendar.services.employees.book import EmployeeBook
from ce_calendar.services.employees.central import CentralBook
from ce_calendar.services.employees.clients import CentralIssuers
from ce_calendar.services.employees.departments import DepartmentBook
from ce_calendar.services.employees.draining import Draining
from ce_calendar.services.employees.leaving import Leaving
from ce_calendar.services.employees.planning import Planning
from ce_calendar.services.employees.previewing import Previewing
from ce_calendar.services.employees.progress import Progress
from ce_calendar.services.employees.rules import RuleBook
from ce_calendar.services.employees.statuses import StatusBook
from ce_calendar.services.employees.tasks import TaskBook
from ce_calendar.services.importing import ConnectionImport
from ce_calendar.services.module_settings import ModuleSettings
from ce_calendar.services.notices import NoticeBoard
from ce_calendar.services.syncing import Syncing
from ce_calendar.services.timeline import Timeline
from ce_calendar.services.vault_keeping import VaultKeeping


@dataclass(frozen=True, slots=True)
class Services:
    """Every use case, with what it needs already inside."""

    accounts: Accounts
    audit: Audit
    backfill: Backfill
    connection_import: ConnectionImport
    calendars: Calendars
    central: CentralBook
    central_clients: CentralIssuers
    central_leaving: Leaving
    connecting: Connecting
    connections: ConnectionBook
    contact_import: ContactImport
    contacts: ContactBook
    departments: DepartmentBook
    directory: Directory
    draining: Draining
    employees: EmployeeBook
    module_settings: ModuleSettings
    notices: NoticeBoard
    planning: Planning
    progress: Progress
    rule_preview: Previewing
    rules: RuleBook
    statuses: StatusBook
    syncing: Syncing
    tasks: TaskBook
    timeline: Timeline
    vault_keeping: VaultKeeping


_current: Services | None = None


def set_services(services: Services) -> None:
    """Make these the services of the process."""
    global _current  # noqa: PLW0603 - one process, one set; handlers of Reflex have no other way to reach it
    _current = services


def get_services() -> Services:
    """The services of the process.

    Raises:
        RuntimeError: bootstrap has not run.
    """
    if _current is None:
        raise RuntimeError("No services yet: call ce_calendar.bootstrap.start() first.")
    return _current
