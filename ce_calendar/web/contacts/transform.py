"""From contacts to lines, and from a refusal to the field it is about."""

from collections.abc import Iterable

from ce_calendar.domain.contacts import Contact
from ce_calendar.domain.errors import Invalid
from ce_calendar.web.contacts.rows import ContactRow, FormErrors


def to_rows(contacts: Iterable[Contact]) -> list[ContactRow]:
    """Lines in the order the service gave."""
    return [to_row(contact) for contact in contacts]


def to_row(contact: Contact) -> ContactRow:
    """One line."""
    return ContactRow(id=contact.id, name=contact.name, email=contact.email, company=contact.company)


def to_errors(refusal: Invalid) -> FormErrors:
    """The message, beside the field it is about."""
    field = refusal.field if refusal.field in {"name", "email", "company"} else "whole"
    return FormErrors(**{field: str(refusal)})
