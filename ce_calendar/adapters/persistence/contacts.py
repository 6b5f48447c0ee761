"""Contacts in the database."""

import unicodedata
from collections.abc import Mapping, Sequence

from sqlalchemy import func, update
from sqlmodel import Session as Database
from sqlmodel import col, select

from ce_calendar.adapters.persistence.duplicates import duplicates_told
from ce_calendar.adapters.persistence.models import ContactRow
from ce_calendar.domain.contacts import Contact


class SqlContacts:
    """`ports.Contacts`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, contact: Contact) -> None:
        self._database.add(
            ContactRow(
                id=contact.id,
                organization_id=contact.organization_id,
                email=contact.email,
                name=contact.name,
                company=contact.company,
                search_text=_search_text(contact),
                created_at=contact.created_at,
            )
        )
        with duplicates_told():
            self._database.flush()

    def save(self, contact: Contact) -> None:
        with duplicates_told():
            self._database.execute(
                update(ContactRow)
                .where(col(ContactRow.id) == contact.id, col(ContactRow.organization_id) == contact.organization_id)
                .values(
                    email=contact.email,
                    name=contact.name,
                    company=contact.company,
                    search_text=_search_text(contact),
                )
            )

    def get(self, contact_id: str, *, organization_id: str) -> Contact | None:
        row = self._database.exec(
            select(ContactRow).where(ContactRow.id == contact_id, ContactRow.organization_id == organization_id)
        ).first()
        return to_contact(row) if row else None

    def by_email(self, email: str, *, organization_id: str) -> Contact | None:
        row = self._database.exec(
            select(ContactRow).where(ContactRow.email == email, ContactRow.organization_id == organization_id)
        ).first()
        return to_contact(row) if row else None

    def ids_by_email(self, organization_id: str) -> Mapping[str, str]:
        rows = self._database.exec(
            select(ContactRow.email, ContactRow.id).where(ContactRow.organization_id == organization_id)
        )
        return dict(rows.all())

    def page(self, organization_id: str, *, search: str, offset: int, limit: int) -> tuple[Sequence[Contact], int]:
        conditions = [col(ContactRow.organization_id) == organization_id]
        conditions += [col(ContactRow.search_text).contains(word, autoescape=True) for word in _fold(search).split()]
        total = self._database.exec(select(func.count()).select_from(ContactRow).where(*conditions)).one()
        rows = self._database.exec(
            select(ContactRow)
            .where(*conditions)
            .order_by(col(ContactRow.search_text), col(ContactRow.id))
            .offset(offset)
            .limit(limit)
        )
        return [to_contact(row) for row in rows], total


def _search_text(contact: Contact) -> str:
    # The name first: lists are ordered by this column.
    return _fold(f"{contact.name}\n{contact.company}\n{contact.email}")


def _fold(text: str) -> str:
    """Without case and accents. Done here: SQLite, and PostgreSQL in the C locale, fold ASCII alone."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def to_contact(row: ContactRow) -> Contact:
    """The domain's contact."""
    return Contact(
        id=row.id,
        organization_id=row.organization_id,
        email=row.email,
        name=row.name,
        company=row.company,
        created_at=row.created_at,
    )
