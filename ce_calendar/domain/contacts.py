"""Contacts: the people outside whom the organization works with."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

MOST_EMAILS = 20
"""Of one contact."""


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
    other_emails: tuple[str, ...] = ()
    """Further addresses the same person is invited under; lower case, in order, never the first one."""

    @property
    def emails(self) -> tuple[str, ...]:
        """All addresses, the one shown first."""
        return (self.email, *self.other_emails)


def merged(kept: Contact, gone: Contact) -> Contact:
    """The contact that stays when two are one person: its own name, the addresses of both, no empty company."""
    others = sorted({*kept.other_emails, *gone.emails} - {kept.email})
    return replace(kept, company=kept.company or gone.company, other_emails=tuple(others))


def fold(text: str) -> str:
    """Text without case and accents, for comparing and searching as people do."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def possible_doubles(contacts: Iterable[Contact]) -> list[tuple[Contact, Contact]]:
    """Pairs that may be one person: the same name, in whatever order its parts stand, and no two companies.

    The older of two comes first. Of three alike, each later one stands beside the first.
    """
    alike: dict[tuple[str, ...], list[Contact]] = {}
    for contact in sorted(contacts, key=lambda each: (each.created_at, each.id)):
        if parts := tuple(sorted(re.findall(r"\w+", fold(contact.name)))):
            alike.setdefault(parts, []).append(contact)
    pairs: list[tuple[Contact, Contact]] = []
    for group in alike.values():
        firsts: list[Contact] = []
        for contact in group:
            known = next((first for first in firsts if _may_be_of_one_company(first, contact)), None)
            if known is None:
                firsts.append(contact)
            else:
                pairs.append((known, contact))
    return sorted(pairs, key=lambda pair: (fold(pair[0].name), pair[0].id, pair[1].id))


def _may_be_of_one_company(one: Contact, other: Contact) -> bool:
    return not one.company or not other.company or fold(one.company) == fold(other.company)


@dataclass(frozen=True, slots=True)
class ContactEntry:
    """A contact as a file names it, checked."""

    email: str
    name: str
    company: str

    def fills(self, known: Contact) -> bool:
        """Whether it knows the company of a contact that has none."""
        return bool(self.company) and not known.company

    def differs(self, known: Contact) -> bool:
        """Whether it says something else than what we have."""
        return self.name != known.name or bool(self.company and known.company and self.company != known.company)


@dataclass(frozen=True, slots=True)
class ImportCounts:
    """How the entries of a file stand to the contacts there are."""

    new: int = 0
    filled: int = 0
    """Of known contacts: whose empty company gets one."""
    differing: int = 0
    """Of known contacts: who have another name or company here; may be among the filled, too."""
    unchanged: int = 0
    """Of known contacts: of whom the file says nothing new."""
    known: int = 0
    """All that are here already."""


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What taking over a file means."""

    new: Sequence[ContactEntry]
    changed: Sequence[Contact]
    """Known contacts as they will be."""
    kept: int
    """How many known contacts stay as they are."""
    counts: ImportCounts


def plan_import(entries: Iterable[ContactEntry], known: Mapping[str, Contact], *, overwrite: bool) -> ImportPlan:
    """Decide what a file changes. What we have stays, unless it is an empty company, or `overwrite` says otherwise.

    Args:
        entries: each address once.
        known: contacts by every address they have. Two entries may be one contact; then the earlier counts.
        overwrite: whether the file is right where it differs.
    """
    new: list[ContactEntry] = []
    changed: dict[str, Contact] = {}
    filled: set[str] = set()
    differing: set[str] = set()
    seen: set[str] = set()
    for entry in entries:
        contact = known.get(entry.email)
        if contact is None:
            new.append(entry)
            continue
        if contact.id in seen:
            continue
        seen.add(contact.id)
        if entry.fills(contact):
            filled.add(contact.id)
            changed[contact.id] = replace(contact, company=entry.company)
        if entry.differs(contact):
            differing.add(contact.id)
            if overwrite:
                changed[contact.id] = replace(contact, name=entry.name, company=entry.company or contact.company)
    counts = ImportCounts(len(new), len(filled), len(differing), len(seen - filled - differing), len(seen))
    return ImportPlan(new, list(changed.values()), len(seen) - len(changed), counts)
