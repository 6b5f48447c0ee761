"""What a file of contacts says, whoever wrote it."""

import codecs
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ce_calendar.domain import contact_file
from ce_calendar.domain.contact_file import (
    LARGEST_FILE,
    MOST_ROWS,
    ContactFile,
    ContactLine,
    Unreadable,
    read_contact_file,
)


def read(text: str, *, encoding: str = "utf-8", language: str = "en-GB") -> ContactFile:
    return read_contact_file(text.encode(encoding), language=language)


def people(file: ContactFile) -> list[tuple[str, str, str]]:
    return [(line.name, line.email, line.company) for line in file.lines]


CARLA = ("Carla Contact", "carla@clinic.example", "Clinic West")


@pytest.mark.parametrize(
    "text",
    [
        "name,email,company\nCarla Contact,carla@clinic.example,Clinic West\n",
        # another order, other words, Windows' line ends
        "Company Name,E-mail Address,Full Name\r\nClinic West,carla@clinic.example,Carla Contact\r\n",
        # as Excel writes where the comma is decimal
        "Name;E-Mail;Firma\r\nCarla Contact;carla@clinic.example;Clinic West\r\n",
        "sep=;\r\nName;Email;Organisation\r\nCarla Contact;carla@clinic.example;Clinic West\r\n",
        # copied out of a spreadsheet
        "Name\tEmail\tOrganization\nCarla Contact\tcarla@clinic.example\tClinic West",
        "Name|Email|Organization\nCarla Contact|carla@clinic.example|Clinic West",
        # Google Contacts
        "First Name,Last Name,Organization Name,E-mail 1 - Value\nCarla,Contact,Clinic West,carla@clinic.example",
        # Outlook
        '"First Name","Last Name","Company","E-mail Address"\n"Carla","Contact","Clinic West","carla@clinic.example"\n',
        # German, where "Name" beside "Vorname" is the family's
        "Name;Vorname;Unternehmen;E-Mail-Adresse\nContact;Carla;Clinic West;carla@clinic.example\n",
        # French
        "Prénom;Nom;Société;Courriel\nCarla;Contact;Clinic West;carla@clinic.example\n",
        # as mail programs write addresses
        'Email,Company\n"Carla Contact <carla@clinic.example>",Clinic West\n',
        "Name,Email,Company\nCarla Contact,mailto:carla@clinic.example?subject=Hello,Clinic West\n",
        "Name,Email,Company\nCarla Contact,<carla@clinic.example>,Clinic West\n",
        # spaces, empty lines, line breaks within quotes
        "\n\n Name , Email , Company \n\n  Carla   Contact , carla@clinic.example ,  Clinic West\n\n,,\n",
        'Name,Email,Company\n"Carla\r\nContact",carla@clinic.example,"Clinic\nWest"\n',
        # columns that are not ours, before, between and after; a row that ends early elsewhere
        "Id,Name,Phone,Email,Company,Notes\n7,Carla Contact,123,carla@clinic.example,Clinic West\n",
    ],
)
def test_one_person_is_read_however_the_file_is_written(text: str) -> None:
    assert people(read(text)) == [CARLA]


@pytest.mark.parametrize(
    ("content", "language", "encoding"),
    [
        ("Name;Email\nJörg Grün;j@g.example".encode(), "en-GB", "utf-8"),
        ("Name;Email\nJörg Grün;j@g.example".encode("utf-8-sig"), "en-GB", "utf-8"),
        ("Name;Email\nJörg Grün;j@g.example".encode("cp1252"), "de-DE", "cp1252"),
        # Excel's "Unicode text"
        (codecs.BOM_UTF16_LE + "Name\tEmail\nJörg Grün\tj@g.example".encode("utf-16-le"), "en-GB", "utf-16-le"),
        (codecs.BOM_UTF16_BE + "Name\tEmail\nJörg Grün\tj@g.example".encode("utf-16-be"), "en-GB", "utf-16-be"),
        ("Name\tEmail\nJörg Grün\tj@g.example".encode("utf-16-le"), "en-GB", "utf-16-le"),
        # the code page of who sent it
        ("Name;Email\nJörg Grün;j@g.example".encode("cp1250"), "cs-CZ", "cp1250"),
        ("Name;Email\nJörg Grün;j@g.example".encode("cp1254"), "tr-TR", "cp1254"),
    ],
)
def test_letters_survive_every_encoding(content: bytes, language: str, encoding: str) -> None:
    file = read_contact_file(content, language=language)
    assert (file.lines[0].name, file.encoding) == ("Jörg Grün", encoding)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b" \r\n\n ", "empty"),
        (b";;;\n;;;\n", "No column with email"),
        (b"\xef\xbb\xbf", "empty"),
        (b"Carla,carla@clinic.example\n", "No column with email"),
        (b"Name,Company\nCarla,Clinic\n", "No column with email"),
        (b"PK\x03\x04" + bytes(100), "Excel workbook"),
        (b"\xd0\xcf\x11\xe0" + bytes(100), "Excel workbook"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not a text file"),
        (b"Name,Email\nCar\0la,carla@clinic.example\n", "not a text file"),
        (codecs.BOM_UTF16_LE + b"odd", "not a text file"),
        (b"email\n" + b"x" * LARGEST_FILE, "larger than 5 MB"),
        (b"email\n" + b"a@b.example\n" * (MOST_ROWS + 1), "more than 20,000 rows"),
        (b"email" + b"\n" * 300_000, "more than 20,000 rows"),
        (b"email" + b"," * 100_000, "No column with email"),
    ],
)
def test_what_is_no_file_of_contacts_is_told_as_such(content: bytes, says: str) -> None:
    with pytest.raises(Unreadable, match=says):
        read_contact_file(content)


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_a_file_of_nothing_but_lines_costs_little_more_than_itself(end: bytes) -> None:
    content = b"email" + (end + b"a") * (LARGEST_FILE // 4)
    tracemalloc.start()
    with pytest.raises(Unreadable, match="more than 20,000 rows"):
        read_contact_file(content)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 4 * LARGEST_FILE


def test_a_header_of_nothing_but_columns_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[str] = []

    def plain(header: str) -> str:
        looks.append(header)
        return header

    monkeypatch.setattr(contact_file, "_plain", plain)
    with pytest.raises(Unreadable, match="No column with email"):
        read_contact_file(b"email" + b"," * 100_000)
    assert len(looks) < 10 * contact_file.MOST_COLUMNS


def test_as_many_rows_as_allowed_are_taken() -> None:
    assert len(read("email\n" + "a@b.example\n" * MOST_ROWS).lines) == MOST_ROWS


def test_lines_are_counted_as_editors_do() -> None:
    text = 'name,email\n\n"Two\nlines",a@b.example\nX,c@d.example\nToo,many,values\nY,e@f.example\n'
    file = read(text)
    assert [line.line for line in file.lines] == [3, 5, 7]
    assert [(bad.line, bad.reason) for bad in file.bad] == [(6, "Has 3 values, but the first line names 2 columns.")]


def test_columns_used_and_left_aside_are_named() -> None:
    file = read("Phone,Name,E-Mail,E-Mail,Notes\n1,Carla,carla@clinic.example,second@clinic.example,\n")
    assert file.columns == [("name", "Name"), ("email", "E-Mail")]
    assert file.ignored == ["Phone", "E-Mail", "Notes"]


@pytest.mark.parametrize("rest", ["", "X,c@d.example\n" * 3, "X,c@d.example\n" * 20_000])
def test_a_quotation_mark_that_is_never_closed_is_told_with_its_line(rest: str) -> None:
    file = read(f'name,email\nA,a@b.example\n"Carla,carla@clinic.example\n{rest}')
    assert people(file) == [("A", "a@b.example", "")]
    assert [bad.line for bad in file.bad] == [3]
    assert "never closed" in file.bad[0].reason


def test_a_quotation_mark_may_stay_open_in_a_line_that_is_odd_already() -> None:
    file = read('name,email,company\n"A"x,a@b.example,"Comp\nX,c@d.example,\n')
    assert (people(file), [bad.line for bad in file.bad]) == ([], [2])


def test_quotation_marks_within_a_value_do_no_harm() -> None:
    assert people(read('name,email\nCarla "C" Contact,c@d.example\n"Car""la",e@f.example\n')) == [
        ('Carla "C" Contact', "c@d.example", ""),
        ('Car"la', "e@f.example", ""),
    ]


def test_a_value_as_long_as_a_file_is_one_bad_line() -> None:
    file = read(f"name,email\n{'x' * 100_000},a@b.example\nB,b@c.example\n")
    assert [bad.line for bad in file.bad] == [2]
    assert people(file) == [("B", "b@c.example", "")]


@given(st.binary(max_size=400) | st.text(max_size=400).map(lambda text: f"name,email\n{text}".encode()))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        file = read_contact_file(content, language="cs-CZ")
    except Unreadable:
        return
    lines = [each.line for each in file.lines] + [each.line for each in file.bad]
    assert len(lines) == len(set(lines)), "a line is good or bad, once"
    assert all(isinstance(each, ContactLine) and "\0" not in each.name for each in file.lines)


WORDS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20).map(str.strip).filter(bool)


@given(
    st.lists(st.tuples(WORDS, WORDS, WORDS), min_size=1, max_size=20),
    st.sampled_from(",;\t|"),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_what_is_written_is_what_is_read(
    cells: list[tuple[str, str, str]], delimiter: str, encoding: str, line_end: str
) -> None:
    def line(values: tuple[str, ...]) -> str:
        return delimiter.join('"' + value.replace('"', '""') + '"' for value in values) + line_end

    text = line(("Name", "Company", "Email")) + "".join(line((*each[:2], "a@b.example")) for each in cells)
    file = read(text, encoding=encoding)
    assert [(each.name, each.company) for each in file.lines] == [each[:2] for each in cells]
    assert file.bad == []
