"""From contacts to lines, from a refusal to the field it is about, and from a file to what is said of it."""

from collections.abc import Iterable, Sequence

from ce_calendar.domain.contacts import Contact
from ce_calendar.domain.errors import Invalid
from ce_calendar.services.contact_import import ImportPreview, ImportResult, PreviewedEntry
from ce_calendar.web.contacts.rows import BadRow, ContactRow, EntryRow, FormErrors, PreviewRow
from ce_calendar.web.counting import count_words

FIELDS = ("name", "email", "company", "other_emails")
BAD_SHOWN = 200
DOUBLES_SHOWN = 10
ENCODINGS = {"utf-8": "UTF-8", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}
COLUMNS = {
    "email": "Email",
    "name": "Name",
    "first": "First name",
    "middle": "Middle name",
    "last": "Last name",
    "company": "Company",
}


def to_rows(contacts: Iterable[Contact]) -> list[ContactRow]:
    """Lines in the order the service gave."""
    return [to_row(contact) for contact in contacts]


def to_row(contact: Contact) -> ContactRow:
    """One line."""
    return ContactRow(
        id=contact.id,
        name=contact.name,
        email=contact.email,
        company=contact.company,
        other_emails="\n".join(contact.other_emails),
        also=", ".join(contact.other_emails),
    )


def to_errors(refusal: Invalid) -> FormErrors:
    """The message, beside the field it is about."""
    field = refusal.field if refusal.field in FIELDS else "whole"
    return FormErrors(**{field: str(refusal)})


def to_preview(found: ImportPreview) -> PreviewRow:
    """What the dialog says of a file."""
    counts = found.counts
    total = counts.new + counts.known
    return PreviewRow(
        new=counts.new,
        filled=counts.filled,
        differing=counts.differing,
        unchanged=counts.unchanged,
        overwritten=counts.known - counts.unchanged,
        first=[_to_entry(each) for each in found.first],
        more=max(0, total - len(found.first)),
        bad=[BadRow(each.line, each.reason) for each in found.bad[:BAD_SHOWN]],
        bad_total=len(found.bad),
        doubles=len(found.doubles),
        double_lines=_lines([line for line, _ in found.doubles]),
        columns=", ".join(f"{COLUMNS[column]} from “{header}”" for column, header in found.columns),
        ignored=", ".join(f"“{header}”" for header in found.ignored),
        encoding=ENCODINGS.get(found.encoding, found.encoding.replace("cp", "Windows-")),
    )


def _to_entry(previewed: PreviewedEntry) -> EntryRow:
    entry, known = previewed.entry, previewed.known
    fate, ours = "new", ""
    if known is not None:
        fate = "filled" if entry.fills(known) else "same"
        if entry.differs(known):
            fate, ours = "differs", ", ".join(part for part in (known.name, known.company) if part)
    return EntryRow(entry.name, entry.email, entry.company, fate, ours)


def _lines(lines: Sequence[int]) -> str:
    shown = ", ".join(str(line) for line in lines[:DOUBLES_SHOWN])
    more = " and others" if len(lines) > DOUBLES_SHOWN else ""
    return f"{'Line' if len(lines) == 1 else 'Lines'} {shown}{more}"


def result_words(result: ImportResult) -> str:
    """What an import did."""
    parts = [f"{count_words(result.added, 'contact', 'contacts')} added"]
    if result.changed:
        parts.append(f"{count_words(result.changed, 'contact', 'contacts')} changed")
    if result.unchanged:
        parts.append(f"{result.unchanged:,} here already")
    after = " Meetings with new contacts appear after the next sync." if result.added else ""
    return f"{', '.join(parts)}.{after}"
