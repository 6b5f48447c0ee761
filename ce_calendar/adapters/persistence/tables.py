"""The tables as SQLAlchemy's Core sees them, for bulk work that needs no objects."""

from typing import Final

from sqlalchemy import Table

from ce_calendar.adapters.persistence.models import EventRow

_TABLES = EventRow.metadata.tables

ACTIVITIES: Final[Table] = _TABLES["ce_activities"]
CONNECTIONS: Final[Table] = _TABLES["ce_calendar_connections"]
CONTACT_EMAILS: Final[Table] = _TABLES["ce_contact_emails"]
CONTACTS: Final[Table] = _TABLES["ce_contacts"]
EVENTS: Final[Table] = _TABLES["ce_calendar_events"]
LINKS: Final[Table] = _TABLES["ce_event_activities"]
MODULE_SETTINGS: Final[Table] = _TABLES["ce_module_settings"]
ORGANIZATIONS: Final[Table] = _TABLES["organizations"]
USERS: Final[Table] = _TABLES["users"]
VAULT: Final[Table] = _TABLES["credential_vault"]
