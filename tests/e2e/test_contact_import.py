"""Contacts taken over from a file: seen before, told what is wrong, taken once."""

import time

from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.e2e.conftest import SignedIn
from tests.e2e.people import connect_google, meetings, toast
from tests.support.installation import Installation

FILE = (
    "Full name;E-Mail;Organisation;Telephone\r\n"
    "Elena Rossi;elena.rossi@newpartner.example;New Partner;123\r\n"
    "Jörg Grün;JOERG@GRUEN.example;;\r\n"
    "Nobody;no address;Nowhere;\r\n"
    "Maria Lopez-Hale;maria.lopez@riverside.example;Riverside Family Services;\r\n"
    "James Chen;james.chen@riverside.example;Riverside Family Services;\r\n"
    "Joerg;mailto:joerg@gruen.example;Grün KG;\r\n"
)


def csv_file(text: str = FILE, *, encoding: str = "utf-8-sig", name: str = "people.csv") -> FilePayload:
    return {"name": name, "mimeType": "text/csv", "buffer": text.encode(encoding)}


def begin_import(page: Page) -> Locator:
    page.goto("/ce/contacts")
    page.get_by_test_id("import-contacts").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    return dialog


def choose(dialog: Locator, file: FilePayload) -> None:
    dialog.locator("input[type=file]").set_input_files(file)


def rows(page: Page, words: str = "") -> Locator:
    return page.get_by_test_id("contact-row").filter(has_text=words)


def test_a_file_is_looked_at_and_its_good_rows_are_taken(staff: Page) -> None:
    dialog = begin_import(staff)
    choose(dialog, csv_file())
    holds = dialog.get_by_role("list", name="What the file holds")
    for words in (
        "2 new contacts",
        "1 contact is here already under another name or company",
        "1 line repeats an earlier line's email",
        "1 line cannot be taken",
    ):
        expect(holds).to_contain_text(words)
    expect(dialog.get_by_test_id("bad-rows")).to_contain_text("Line 4“no address” is not an email address.")
    expect(dialog).to_contain_text("Not used: “Telephone”")
    expect(rows(staff)).to_have_count(6)
    dialog.get_by_role("button", name="Import 2 contacts").click()
    expect(toast(staff, "2 contacts added, 2 here already.")).to_be_visible()
    expect(dialog).to_have_count(0)
    expect(rows(staff)).to_have_count(8)
    expect(rows(staff, "Jörg Grün")).to_contain_text("Grün KG")
    expect(rows(staff, "Maria Lopez")).not_to_contain_text("Hale")


def test_the_files_words_win_where_the_person_says_so(staff: Page) -> None:
    dialog = begin_import(staff)
    choose(dialog, csv_file("name,email,company\nMaria Lopez-Hale,maria.lopez@riverside.example,\n"))
    expect(dialog.get_by_text("Nothing to import.")).to_be_visible()
    dialog.get_by_role("checkbox").click()
    dialog.get_by_role("button", name="Change 1 contact").click()
    expect(toast(staff, "1 contact changed")).to_be_visible()
    expect(rows(staff, "Maria Lopez-Hale")).to_contain_text("Riverside Family Services")


def test_rows_can_be_pasted_out_of_a_spreadsheet(staff: Page) -> None:
    dialog = begin_import(staff)
    dialog.get_by_text("Or paste the rows").click()
    dialog.get_by_label("Rows to import").fill("Name\tEmail\nElena Rossi\telena.rossi@newpartner.example\n")
    dialog.get_by_role("button", name="Read these rows").click()
    dialog.get_by_role("button", name="Import 1 contact").click()
    expect(rows(staff, "Elena Rossi")).to_be_visible()


def test_a_file_that_is_none_is_told_and_another_can_be_chosen(staff: Page) -> None:
    dialog = begin_import(staff)
    for file, says in (
        (FilePayload(name="people.xlsx", mimeType="text/csv", buffer=b"PK\x03\x04"), "Excel workbook"),
        (csv_file(" \n"), "This file is empty."),
        (csv_file("Name,Phone\nA,1\n"), "No column with email addresses"),
        (csv_file("email\n" + "x" * 5 * 1024 * 1024), "larger than 5 MB"),
    ):
        choose(dialog, file)
        expect(dialog.get_by_role("alert").filter(has_text=says)).to_be_visible()
    choose(dialog, csv_file())
    dialog.get_by_role("button", name="Choose another file").click()
    choose(dialog, csv_file("Name;Email\nJörg Grün;joerg@gruen.example\n", encoding="cp1252"))
    expect(dialog.get_by_text("Jörg Grün")).to_be_visible()
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_have_count(0)
    expect(rows(staff)).to_have_count(6)


def test_meetings_with_imported_contacts_appear(staff: Page) -> None:
    connect_google(staff)
    timeline = staff.context.new_page()
    timeline.goto("/ce/activity")
    expect(meetings(timeline).first).to_be_visible()
    expect(meetings(timeline, "Elena Rossi")).to_have_count(0)
    dialog = begin_import(staff)
    choose(dialog, csv_file())
    dialog.get_by_role("button", name="Import 2 contacts").click()
    expect(meetings(timeline, "Elena Rossi").first).to_be_visible()


def test_a_viewer_finds_no_way_to_import(signed_in: SignedIn, installation: Installation, staff: Page) -> None:
    staff.goto("/ce/contacts")
    expect(staff.get_by_test_id("import-contacts")).to_be_visible()
    viewer = signed_in("viewer@demo.example")
    viewer.goto("/ce/contacts")
    expect(rows(viewer)).to_have_count(6)
    expect(viewer.get_by_test_id("import-contacts")).to_have_count(0)
    answer = viewer.request.post("/ce/contacts/import", data="name,email\nA,a@b.example\n")
    assert answer.status == 403
    viewer.reload()
    expect(rows(viewer)).to_have_count(6)


def test_a_file_is_chosen_looked_at_and_left_by_keyboard_alone(staff: Page) -> None:
    # From the start: to listen only when the key is pressed may be too late.
    staff.on("filechooser", lambda chooser: chooser.set_files(csv_file()))
    staff.goto("/ce/contacts")
    button = staff.get_by_test_id("import-contacts")
    button.focus()
    staff.keyboard.press("Enter")
    dialog = staff.get_by_role("dialog")
    expect(dialog.locator("input[type=file]")).to_be_focused()
    staff.keyboard.press("Enter")
    expect(dialog.get_by_role("button", name="Import 2 contacts")).to_be_visible()
    staff.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(button).to_be_focused()


def test_ten_thousand_contacts_are_taken_paged_and_searched(staff: Page) -> None:
    lines = "".join(
        f"Person {number:05},person{number}@many.example,Company {number % 40}\n" for number in range(10_000)
    )
    dialog = begin_import(staff)
    choose(dialog, csv_file(f"name,email,company\n{lines}"))
    dialog.get_by_role("button", name="Import 10,000 contacts").click()
    expect(toast(staff, "10,000 contacts added")).to_be_visible(timeout=30_000)
    expect(staff.get_by_text("1–50 of 10,006")).to_be_visible()  # noqa: RUF001 - a range
    staff.get_by_role("button", name="Next").click()
    expect(staff.get_by_text("51–100 of 10,006")).to_be_visible()  # noqa: RUF001 - a range
    expect(rows(staff)).to_have_count(50)
    begun = time.monotonic()
    staff.get_by_role("searchbox", name="Search contacts").fill("person 09999 company")
    expect(rows(staff)).to_have_count(1)
    assert time.monotonic() - begun < 5


# -- merging -----------------------------------------------------------------------------------------------------


def test_two_contacts_of_one_person_become_one_with_the_meetings_of_both(staff: Page) -> None:
    connect_google(staff)
    timeline = staff.context.new_page()
    timeline.goto("/ce/activity")
    expect(meetings(timeline, "James Chen").first).to_be_visible()
    staff.goto("/ce/contacts")
    staff.get_by_role("button", name="Edit Maria Lopez").click()
    dialog = staff.get_by_role("dialog")
    dialog.get_by_label("Further addresses").fill("james.chen@riverside.example")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("alert").filter(has_text="already: James Chen")).to_be_visible()
    expect(dialog.get_by_label("Further addresses")).to_have_attribute("aria-invalid", "true")
    dialog.get_by_role("button", name="Merge the two").click()
    expect(staff.get_by_role("heading", name="Merge two contacts")).to_be_visible()
    expect(dialog.get_by_role("radio", name="Maria Lopez")).to_be_checked()
    staff.get_by_test_id("confirm-merge").click()
    expect(toast(staff, "Maria Lopez is one contact now, with 2 email addresses.")).to_be_visible()
    expect(rows(staff)).to_have_count(5)
    expect(rows(staff, "Maria Lopez")).to_contain_text("also james.chen@riverside.example")
    expect(meetings(timeline, "James Chen")).to_have_count(0)
    expect(meetings(timeline, "Maria Lopez").first).to_be_visible()


def test_possible_doubles_are_found_and_merged_one_after_the_other(staff: Page) -> None:
    dialog = begin_import(staff)
    choose(dialog, csv_file("name,email\nLopez Maria,m.lopez@home.example\nAisha Khan,aisha@home.example\n"))
    dialog.get_by_role("button", name="Import 2 contacts").click()
    expect(rows(staff)).to_have_count(8)
    staff.get_by_role("button", name="Find doubles").click()
    expect(staff.get_by_test_id("possible-double")).to_have_count(2)
    staff.get_by_role("button", name="Merge the two contacts Maria Lopez").click()
    staff.get_by_test_id("confirm-merge").click()
    expect(staff.get_by_test_id("possible-double")).to_have_count(1)
    expect(dialog.get_by_role("heading", name="Possible doubles")).to_be_visible()
    staff.get_by_role("button", name="Merge the two contacts Aisha Khan").click()
    staff.get_by_test_id("confirm-merge").click()
    expect(staff.get_by_text("None found")).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    expect(rows(staff)).to_have_count(6)
    expect(rows(staff, "Maria Lopez")).to_contain_text("also m.lopez@home.example")
