"""Contacts: the people outside whom the organization works with."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody the organization works with; meetings are matched by email."""

    id: str
    organization_id: str
    email: str
    """Lower case."""
    name: str
    company: str
    created_at: datetime
