"""What services need of the outside world, as Protocols; bootstrap decides what stands behind each.

Repositories live in a unit of work: one transaction, opened and closed by the service that uses it.
"""

from ce_calendar.ports.connections import (
    VERIFIER_PURPOSE,
    Connections,
    FlowPurpose,
    ModuleSettingsStore,
    Notices,
    OAuthFlow,
    OAuthFlows,
)
from ce_calendar.ports.contacts import ContactImports, Contacts, StoredImport
from ce_calendar.ports.legacy import BackfillRuns, LegacyConnections, LegacyKeys
from ce_calendar.ports.meetings import Events, SyncRuns
from ce_calendar.ports.people import AuditEntry, AuditTrail, Organizations, Sessions, Users
from ce_calendar.ports.providers import (
    AuthorizationStart,
    Authorizer,
    CredentialHolder,
    FreshCredentials,
    IssuingClients,
    MeetingProvider,
)
from ce_calendar.ports.secrets import AttemptLimiter, CredentialVault, PasswordHasher, Sealed, VaultEntries, VaultEntry
from ce_calendar.ports.vault import OpenVaultCare, VaultCare, VaultKeys
from ce_calendar.ports.work import Announcer, Clock, JobQueue, Leases, OpenUnitOfWork, UnitOfWork

__all__ = [
    "VERIFIER_PURPOSE",
    "Announcer",
    "AttemptLimiter",
    "AuditEntry",
    "AuditTrail",
    "AuthorizationStart",
    "Authorizer",
    "BackfillRuns",
    "Clock",
    "Connections",
    "ContactImports",
    "Contacts",
    "CredentialHolder",
    "CredentialVault",
    "Events",
    "FlowPurpose",
    "FreshCredentials",
    "IssuingClients",
    "JobQueue",
    "Leases",
    "LegacyConnections",
    "LegacyKeys",
    "MeetingProvider",
    "ModuleSettingsStore",
    "Notices",
    "OAuthFlow",
    "OAuthFlows",
    "OpenUnitOfWork",
    "OpenVaultCare",
    "Organizations",
    "PasswordHasher",
    "Sealed",
    "Sessions",
    "StoredImport",
    "SyncRuns",
    "UnitOfWork",
    "Users",
    "VaultCare",
    "VaultEntries",
    "VaultEntry",
    "VaultKeys",
]
