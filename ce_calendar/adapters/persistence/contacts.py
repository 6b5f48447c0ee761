"""Contacts in the database, each with its addresses, and files of contacts that wait."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, func, insert, select, update
from sqlmodel import Session as Database
from sqlmodel import col

from ce_calendar.adapters.persistence.bulk import chunks
from ce_calendar.adapters.persistence.duplicates import duplicates_told
from ce_calendar.adapters.persistence.models import ContactImportRow
from ce_calendar.adapters.persistence.people import rows_touched
from ce_calendar.adapters.persistence.tables import CONTACT_EMAILS, CONTACTS, ORGANIZATIONS
from ce_calendar.domain.contacts import Contact, fold
from ce_calendar.ports import StoredImport


class SqlContacts:
    """`ports.Contacts`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def hold(self, organization_id: str) -> None:
        # As `ActivityBook.hold`, so that contacts and activities have one lock between them.
        self._database.execute(
            select(ORGANIZATIONS.c.id).where(ORGANIZATIONS.c.id == organization_id).with_for_update(key_share=True)
        )

    def add(self, *contacts: Contact) -> None:
        if not contacts:
            return
        with duplicates_told():
            self._database.execute(insert(CONTACTS), [_columns(contact) for contact in contacts])
            self._insert_emails(contacts)

    def save(self, contact: Contact) -> None:
        with duplicates_told():
            found = self._database.execute(
                update(CONTACTS)
                .where(CONTACTS.c.id == contact.id, CONTACTS.c.organization_id == contact.organization_id)
                .values(_columns(contact))
            )
            if rows_touched(found):
                self._database.execute(delete(CONTACT_EMAILS).where(CONTACT_EMAILS.c.contact_id == contact.id))
                self._insert_emails([contact])

    def save_words(self, contacts: Collection[Contact]) -> None:
        if contacts:
            self._database.connection().execute(
                update(CONTACTS)
                .where(CONTACTS.c.id == bindparam("its_id"), CONTACTS.c.organization_id == bindparam("its_home"))
                .values({name: bindparam(f"new_{name}") for name in ("name", "company", "search_text")}),
                [
                    {
                        "its_id": contact.id,
                        "its_home": contact.organization_id,
                        "new_name": contact.name,
                        "new_company": contact.company,
                        "new_search_text": _search_text(contact),
                    }
                    for contact in contacts
                ],
            )

    def remove(self, contact_id: str, *, organization_id: str) -> None:
        self._database.execute(
            delete(CONTACTS).where(CONTACTS.c.id == contact_id, CONTACTS.c.organization_id == organization_id)
        )

    def get(self, contact_id: str, *, organization_id: str) -> Contact | None:
        found = self._found(CONTACTS.c.id == contact_id, CONTACTS.c.organization_id == organization_id)
        return found[0] if found else None

    def by_emails(self, emails: Collection[str], *, organization_id: str) -> Mapping[str, Contact]:
        ids: set[str] = set()
        for chunk in chunks(sorted(emails)):
            ids |= set(
                self._database.scalars(
                    select(CONTACT_EMAILS.c.contact_id).where(
                        CONTACT_EMAILS.c.organization_id == organization_id, CONTACT_EMAILS.c.email.in_(chunk)
                    )
                )
            )
        found = [contact for chunk in chunks(sorted(ids)) for contact in self._found(CONTACTS.c.id.in_(chunk))]
        return {email: contact for contact in found for email in contact.emails if email in emails}

    def all_by_email(self, organization_id: str) -> Mapping[str, Contact]:
        found = self._found(CONTACTS.c.organization_id == organization_id)
        return {email: contact for contact in found for email in contact.emails}

    def ids_by_email(self, organization_id: str) -> Mapping[str, str]:
        rows = self._database.execute(
            select(CONTACT_EMAILS.c.email, CONTACT_EMAILS.c.contact_id).where(
                CONTACT_EMAILS.c.organization_id == organization_id
            )
        )
        return {row.email: row.contact_id for row in rows}

    def page(self, organization_id: str, *, search: str, offset: int, limit: int) -> tuple[Sequence[Contact], int]:
        conditions = [CONTACTS.c.organization_id == organization_id]
        conditions += [CONTACTS.c.search_text.contains(word, autoescape=True) for word in fold(search).split()]
        total = self._database.scalar(select(func.count()).select_from(CONTACTS).where(*conditions)) or 0
        ids = list(
            self._database.scalars(
                select(CONTACTS.c.id)
                .where(*conditions)
                .order_by(CONTACTS.c.search_text, CONTACTS.c.id)
                .offset(offset)
                .limit(limit)
            )
        )
        return (self._found(CONTACTS.c.id.in_(ids)) if ids else []), total

    def _found(self, *conditions: ColumnElement[bool]) -> list[Contact]:
        """By name, with their addresses, in two queries however many they are."""
        rows = self._database.execute(
            select(CONTACTS).where(*conditions).order_by(CONTACTS.c.search_text, CONTACTS.c.id)
        ).all()
        others: dict[str, list[str]] = {}
        if rows:
            # What stands in the contact's own row is its first address.
            further = (
                select(CONTACT_EMAILS.c.contact_id, CONTACT_EMAILS.c.email)
                .join(CONTACTS, CONTACTS.c.id == CONTACT_EMAILS.c.contact_id)
                .where(CONTACT_EMAILS.c.email != CONTACTS.c.email, *conditions)
                .order_by(CONTACT_EMAILS.c.email)
            )
            for contact_id, email in self._database.execute(further):
                others.setdefault(contact_id, []).append(email)
        return [_to_contact(row, others.get(row.id, ())) for row in rows]

    def _insert_emails(self, contacts: Iterable[Contact]) -> None:
        self._database.execute(
            insert(CONTACT_EMAILS),
            [
                {"organization_id": contact.organization_id, "email": email, "contact_id": contact.id}
                for contact in contacts
                for email in contact.emails
            ],
        )


class SqlContactImports:
    """`ports.ContactImports`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, waiting: StoredImport) -> None:
        self._database.execute(delete(ContactImportRow).where(col(ContactImportRow.user_id) == waiting.user_id))
        self._database.add(
            ContactImportRow(
                id=waiting.id,
                organization_id=waiting.organization_id,
                user_id=waiting.user_id,
                content=dict(waiting.content),
                expires_at=waiting.expires_at,
            )
        )
        self._database.flush()

    def get(self, import_id: str, *, user_id: str, now: datetime) -> StoredImport | None:
        row = self._database.scalars(select(ContactImportRow).where(*_waiting(import_id, user_id, now))).first()
        return _to_import(row) if row else None

    def take(self, import_id: str, *, user_id: str, now: datetime) -> StoredImport | None:
        # Locked, so that of two who press at once the second finds nothing.
        query = select(ContactImportRow).where(*_waiting(import_id, user_id, now)).with_for_update()
        row = self._database.scalars(query).first()
        if row is None:
            return None
        self._database.execute(delete(ContactImportRow).where(col(ContactImportRow.id) == import_id))
        return _to_import(row)

    def forget_expired(self, *, now: datetime) -> int:
        return rows_touched(
            self._database.execute(delete(ContactImportRow).where(col(ContactImportRow.expires_at) <= now))
        )


def _waiting(import_id: str, user_id: str, now: datetime) -> list[ColumnElement[bool]]:
    return [
        col(ContactImportRow.id) == import_id,
        col(ContactImportRow.user_id) == user_id,
        col(ContactImportRow.expires_at) > now,
    ]


def _to_import(row: ContactImportRow) -> StoredImport:
    return StoredImport(
        id=row.id,
        organization_id=row.organization_id,
        user_id=row.user_id,
        content=row.content,
        expires_at=row.expires_at,
    )


def _columns(contact: Contact) -> dict[str, Any]:
    return {
        "id": contact.id,
        "organization_id": contact.organization_id,
        "email": contact.email,
        "name": contact.name,
        "company": contact.company,
        "search_text": _search_text(contact),
        "created_at": contact.created_at,
    }


def _search_text(contact: Contact) -> str:
    # The name first: lists are ordered by this column.
    # Folded here: SQLite, and PostgreSQL in the C locale, fold ASCII alone.
    return fold("\n".join([contact.name, contact.company, *contact.emails]))


def _to_contact(row: Any, other_emails: Iterable[str]) -> Contact:  # noqa: ANN401 - a row of Core's
    """The domain's contact."""
    return Contact(
        id=row.id,
        organization_id=row.organization_id,
        email=row.email,
        name=row.name,
        company=row.company,
        created_at=row.created_at,
        other_emails=tuple(other_emails),
    )
