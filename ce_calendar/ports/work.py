"""One transaction and everything in it; and what happens after it."""

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from ce_calendar.ports.connections import Connections, ModuleSettingsStore, Notices, OAuthFlows
from ce_calendar.ports.contacts import ContactImports, Contacts
from ce_calendar.ports.employees import (
    CalendarRulesStore,
    CentralAccounts,
    CentralClients,
    Departments,
    EmployeeCalendars,
    Employees,
    EventMappings,
    Outbox,
    Tasks,
    TaskStatuses,
)
from ce_calendar.ports.legacy import BackfillRuns, LegacyConnections
from ce_calendar.ports.meetings import Events, SyncRuns
from ce_calendar.ports.people import AuditTrail, Organizations, Sessions, Users
from ce_calendar.ports.secrets import VaultEntries

Clock = Callable[[], datetime]
"""Tells the time, UTC."""


class Leases(Protocol):
    """Named, time-limited permissions to do a thing alone, across processes."""

    def acquire(self, name: str, *, holder: str, now: datetime, seconds: float) -> bool: ...
    def release(self, name: str, *, holder: str) -> None: ...
    def held(self, names: Collection[str], *, now: datetime) -> frozenset[str]: ...


class UnitOfWork(Protocol):
    """One transaction: commits when its block ends well, rolls back when it does not."""

    @property
    def organizations(self) -> Organizations: ...
    @property
    def users(self) -> Users: ...
    @property
    def sessions(self) -> Sessions: ...
    @property
    def audit(self) -> AuditTrail: ...
    @property
    def contacts(self) -> Contacts: ...
    @property
    def contact_imports(self) -> ContactImports: ...
    @property
    def vault(self) -> VaultEntries: ...
    @property
    def flows(self) -> OAuthFlows: ...
    @property
    def connections(self) -> Connections: ...
    @property
    def module_settings(self) -> ModuleSettingsStore: ...
    @property
    def events(self) -> Events: ...
    @property
    def runs(self) -> SyncRuns: ...
    @property
    def leases(self) -> Leases: ...
    @property
    def legacy(self) -> LegacyConnections: ...
    @property
    def backfills(self) -> BackfillRuns: ...
    @property
    def notices(self) -> Notices: ...
    @property
    def employees(self) -> Employees: ...
    @property
    def departments(self) -> Departments: ...
    @property
    def task_statuses(self) -> TaskStatuses: ...
    @property
    def tasks(self) -> Tasks: ...
    @property
    def employee_calendars(self) -> EmployeeCalendars: ...
    @property
    def event_mappings(self) -> EventMappings: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def central_accounts(self) -> CentralAccounts: ...
    @property
    def central_clients(self) -> CentralClients: ...
    @property
    def calendar_rules(self) -> CalendarRulesStore: ...


class OpenUnitOfWork(Protocol):
    """Begin a transaction. Short ones only: nothing inside may wait for the network."""

    def __call__(self, *, reading: bool = False) -> AbstractContextManager[UnitOfWork]:
        """Open one.

        Args:
            reading: promise to write nothing. Such a transaction waits for nobody, and what it writes is refused.
        """


class Announcer(Protocol):
    """Tells open pages that something of an organization changed, so that they read again."""

    def announce(self, organization_id: str, topic: str) -> None:
        """Say that a topic (`connections`, `timeline`, `contacts`, `module`) changed. Never blocks, never fails."""


class JobQueue(Protocol):
    """Runs work soon, outside the caller's request."""

    def enqueue(self, name: str, key: str) -> None:
        """Ask for the named job with this key; asked twice before it ran, it runs once."""
