"""Contacts, and files of contacts under way."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from ce_calendar.domain.contacts import Contact


class Contacts(Protocol):
    """An organization's contacts. An address belongs to one of them at most, as first or as a further one."""

    def hold(self, organization_id: str) -> None:
        """Let nobody else change this organization's contacts or activities until the transaction ends.

        Comes after the connections' locks, and before the first read on which a decision rests.
        """

    def add(self, *contacts: Contact) -> None:
        """In bulk. Raises `Duplicate` if a contact of the organization has one of the addresses."""

    def save(self, contact: Contact) -> None:
        """With all addresses. Raises `Duplicate` as `add` does."""

    def save_words(self, contacts: Collection[Contact]) -> None:
        """Name and company of many; their addresses stay as they are."""

    def remove(self, contact_id: str, *, organization_id: str) -> None: ...
    def get(self, contact_id: str, *, organization_id: str) -> Contact | None: ...
    def by_emails(self, emails: Collection[str], *, organization_id: str) -> Mapping[str, Contact]:
        """Contacts by each of these addresses that is theirs."""

    def all_by_email(self, organization_id: str) -> Mapping[str, Contact]:
        """Every contact, by each address."""

    def ids_by_email(self, organization_id: str) -> Mapping[str, str]:
        """Ids of all contacts, by each address."""

    def page(self, organization_id: str, *, search: str, offset: int, limit: int) -> tuple[Sequence[Contact], int]:
        """By name, and how many there are in all. Every word of `search` occurs; case and accents do not matter."""


@dataclass(frozen=True, slots=True)
class StoredImport:
    """A file of contacts that waits for its person's word."""

    id: str
    organization_id: str
    user_id: str
    content: Mapping[str, Any] = field(repr=False)
    """What the service read in the file, as JSON."""
    expires_at: datetime


class ContactImports(Protocol):
    """Files of contacts that wait for a word; one of each person at most."""

    def add(self, waiting: StoredImport) -> None:
        """In place of the person's earlier one."""

    def get(self, import_id: str, *, user_id: str, now: datetime) -> StoredImport | None: ...
    def take(self, import_id: str, *, user_id: str, now: datetime) -> StoredImport | None:
        """Remove and return it: whoever comes second gets nothing."""

    def forget_expired(self, *, now: datetime) -> int: ...
