"""A file of contacts, as address books and spreadsheets export it: what it says, line by line.

Understands comma, semicolon, tab and bar; UTF-8 and UTF-16 with or without a mark, and the code page that Excel
writes where the reader lives; quoted line breaks; a header in any order. Whether an address is one, others decide.
"""

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

DELIMITERS = (",", ";", "\t", "|")
LARGEST_FILE = 5 * 1024 * 1024
MOST_ROWS = 20_000
MOST_LINES = 10 * MOST_ROWS
"""Quoted line breaks and empty lines included."""
MOST_COLUMNS = 200
LONGEST_CELL = 2000
"""Longer than anything we keep; a cell may not go on for the whole file."""

TOO_MANY = f"This file has more than {MOST_ROWS:,} rows. Please split it into several files."
END = "end"
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How the two kinds of Excel workbooks begin."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CODE_PAGES = {
    **dict.fromkeys(("cs", "sk", "pl", "hu", "sl", "hr", "bs", "ro", "sq"), "cp1250"),
    **dict.fromkeys(("ru", "uk", "be", "bg", "sr", "mk"), "cp1251"),
    **dict.fromkeys(("et", "lv", "lt"), "cp1257"),
    "el": "cp1253",
    "tr": "cp1254",
    "he": "cp1255",
    "ar": "cp1256",
    "vi": "cp1258",
    "th": "cp874",
    "ja": "cp932",
    "ko": "cp949",
    "zh": "gb18030",
}
"""What Excel's "CSV" is written in, by the language of the person's Windows; elsewhere it is cp1252."""

_COLUMNS = {
    "email": (
        *("email", "emailaddress", "emailaddresses", "emails", "mail", "mailaddress", "primaryemail", "workemail"),
        *("email1", "email1value", "email1address", "businessemail", "contactemail", "emailadresse", "emailadres"),
        *("courriel", "correo", "correoelectronico", "adresseemail", "adressemail"),
    ),
    "name": (
        *("name", "fullname", "displayname", "contact", "contactname", "contactperson", "person", "nameofcontact"),
        *("nomcomplet", "nombrecompleto", "vollername", "jmenoaprijmeni"),
    ),
    "first": ("firstname", "first", "givenname", "forename", "vorname", "prenom", "nombre", "jmeno"),
    "middle": ("middlename", "additionalname"),
    "last": ("lastname", "last", "surname", "familyname", "nachname", "nom", "apellido", "apellidos", "prijmeni"),
    "company": (
        *("company", "companyname", "organization", "organisation", "organizationname", "organisationname", "org"),
        *("organization1name", "employer", "account", "accountname", "business", "businessname", "firma"),
        *("unternehmen", "societe", "entreprise", "empresa", "spolecnost", "associatedcompany"),
    ),
}
_MEANING = {header: column for column, headers in _COLUMNS.items() for header in headers}
"""By header in small letters, without accents, spaces and signs."""


class Unreadable(Exception):
    """The file as a whole is none we can take; says why, in words for the person."""


@dataclass(frozen=True, slots=True)
class ContactLine:
    """What one record says, not yet judged."""

    line: int
    """Where in the file it begins, counted from 1 as editors do."""
    email: str
    name: str
    company: str


@dataclass(frozen=True, slots=True)
class BadLine:
    """A record that cannot be taken, and why."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class ContactFile:
    """What a file says."""

    lines: Sequence[ContactLine]
    bad: Sequence[BadLine]
    encoding: str
    """As Python names it."""
    columns: Sequence[tuple[str, str]]
    """What we take (`email`, `name`, `first` …) and the header it was found under."""
    ignored: Sequence[str]
    """Headers of columns that are not used."""


def read_contact_file(content: bytes, *, language: str = "") -> ContactFile:
    """Understand a file.

    Args:
        content: as it was sent.
        language: BCP 47 tag of who sent it: decides on the code page of a file that is neither UTF-8 nor UTF-16.

    Raises:
        Unreadable: it is no such file, or too long.
    """
    text, encoding = _decode(content, language)
    if max(text.count("\n"), text.count("\r")) > MOST_LINES:
        raise Unreadable(TOO_MANY)  # before each becomes a text of its own, many times as large as the file
    lines = list(io.StringIO(text, newline=""))
    if len(lines) > MOST_LINES:
        raise Unreadable(TOO_MANY)
    # Excel puts the separator there if it is told to, and hides the line.
    told = re.fullmatch(r'"?sep=([,;|\t])"?\s*', lines[0]) if lines else None
    skipped = 1 if told else 0
    delimiter = told[1] if told else _delimiter_of(lines)
    records = _records(lines, skipped=skipped, delimiter=delimiter)
    header = next((cells for _, cells in records if any(cells)), None)
    if header is None:
        raise Unreadable("This file is empty.")
    places = _places(header)
    if "email" not in places or len(header) > MOST_COLUMNS:
        raise Unreadable(
            "No column with email addresses was found. The first line must name the columns: name, email, company."
        )
    good: list[ContactLine] = []
    bad: list[BadLine] = []
    for line, cells in records:
        if not any(cells):
            continue
        if len(good) + len(bad) >= MOST_ROWS:
            raise Unreadable(TOO_MANY)
        if reason := _fault(cells, header):
            bad.append(BadLine(line, reason))
        else:
            good.append(_to_line(line, cells, places))
    if unclosed := _unclosed(lines, delimiter):
        # The rest of the file was taken for one cell.
        bad = [each for each in bad if each.line != unclosed.line]
        good = [each for each in good if each.line != unclosed.line]
        bad.append(unclosed)
    used = set(places.values())
    return ContactFile(
        lines=good,
        bad=bad,
        encoding=encoding,
        columns=[(column, header[index]) for column, index in places.items()],
        ignored=[name for index, name in enumerate(header) if name and index not in used],
    )


def _decode(content: bytes, language: str) -> tuple[str, str]:
    if len(content) > LARGEST_FILE:
        raise Unreadable(f"This file is larger than {LARGEST_FILE // 1024 // 1024} MB. Please split it into several.")
    if not content.strip():
        raise Unreadable("This file is empty.")
    if content.startswith(_WORKBOOKS):
        raise Unreadable("This is an Excel workbook. Save it as “CSV UTF-8” there, and choose that file.")
    for encoding in _candidates(content, language):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text.removeprefix("\ufeff"), encoding
    raise Unreadable("This is not a text file. Contacts are read from CSV files.")


def _candidates(content: bytes, language: str) -> Iterator[str]:
    """Encodings to try, the likeliest first."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            yield encoding
            return
    if b"\0" in content[:2000]:
        # UTF-16 without its mark: in Western text every second byte of the header is zero.
        yield "utf-16-le" if content[1:2] == b"\0" else "utf-16-be"
        return
    yield "utf-8"
    yield _CODE_PAGES.get(language.partition("-")[0].lower(), "cp1252")
    yield "cp1252"


def _delimiter_of(lines: Sequence[str]) -> str:
    """The one under which the first record has most columns that we know."""

    def known(delimiter: str) -> tuple[bool, int, int]:
        for _, cells in _records(lines, skipped=0, delimiter=delimiter):
            if any(cells):
                places = _places(cells)
                return "email" in places, len(places), len(cells)
        return False, 0, 0

    return max(DELIMITERS, key=known)


def _records(lines: Sequence[str], *, skipped: int, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Records with the line each begins at; cells without spaces around them."""
    reader = csv.reader(lines[skipped:], delimiter=delimiter, skipinitialspace=True)
    begins = skipped + 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            # A cell beyond the library's limit: an open quotation mark, which `_unclosed` tells about.
            return
        yield begins, [cell.strip() for cell in cells]
        begins = skipped + reader.line_num + 1


def _unclosed(lines: Sequence[str], delimiter: str) -> BadLine | None:
    """The quotation mark that is opened and never closed, if there is one."""
    reader = csv.reader([*lines, END], delimiter=delimiter, skipinitialspace=True)
    begins = 1
    try:
        for _ in reader:
            if reader.line_num > len(lines):
                # An open quotation mark takes the line put after the end for its own.
                return _open_at(begins) if begins <= len(lines) else None
            begins = reader.line_num + 1
    except csv.Error:
        return _open_at(begins)
    return None


def _open_at(line: int) -> BadLine:
    return BadLine(line, "A quotation mark is opened here and never closed, so nothing after it could be read.")


def _places(header: Sequence[str]) -> dict[str, int]:
    """Which column stands where; the first of several that mean the same counts."""
    places: dict[str, int] = {}
    for index, name in enumerate(header[: MOST_COLUMNS + 1]):
        if column := _MEANING.get(_plain(name)):
            places.setdefault(column, index)
    return places


def _plain(header: str) -> str:
    decomposed = unicodedata.normalize("NFKD", header[:LONGEST_CELL].casefold())
    return "".join(character for character in decomposed if character.isalnum())


def _fault(cells: Sequence[str], header: Sequence[str]) -> str:
    """What is wrong with the shape of a record; empty if nothing is."""
    if any(cells[len(header) :]):
        return f"Has {len(cells)} values, but the first line names {len(header)} columns."
    if any(len(cell) > LONGEST_CELL for cell in cells):
        return "One of its values is far too long; is a quotation mark missing?"
    return ""


def _to_line(line: int, cells: Sequence[str], places: dict[str, int]) -> ContactLine:
    def said(column: str) -> str:
        index = places.get(column)
        return " ".join(cells[index].split()) if index is not None and index < len(cells) else ""

    of_cell, email = _address(said("email"))
    name, first = said("name"), said("first")
    if first and "last" not in places and first.casefold() not in name.casefold():
        # "Vorname, Name": beside a first name, the name is the family's.
        name = f"{first} {name}".strip()
    parts = " ".join(part for part in (first, said("middle"), said("last")) if part)
    return ContactLine(line=line, email=email, name=name or parts or of_cell, company=said("company"))


def _address(cell: str) -> tuple[str, str]:
    """Name and address of a cell that mail programs wrote: `Name <address>`, `mailto:address`."""
    name, bracket, inside = cell.rpartition("<")
    if bracket and inside.endswith(">"):
        name, cell = name.strip().strip("\"'").strip(), inside[:-1]
    else:
        name = ""
    cell = cell.strip()
    if cell[:7].casefold() == "mailto:":
        cell = cell[7:].partition("?")[0]
    return name, cell.strip().strip("'")
