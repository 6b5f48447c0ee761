"""Contacts: list, search, add, edit, and what is wrong with what was entered."""

from playwright.sync_api import Locator, Page, expect

from tests.e2e.people import add_contact, connect_google, meetings


def _rows(page: Page, words: str = "") -> Locator:
    return page.get_by_test_id("contact-row").filter(has_text=words)


def test_searching_finds_by_name_email_and_company(staff: Page) -> None:
    staff.goto("/ce/contacts")
    expect(_rows(staff)).to_have_count(6)
    search = staff.get_by_role("searchbox", name="Search contacts")
    for words, name in (("petro", "Nina Petrova"), ("greenvalley.example", "Tom Baker"), ("Harbor", "Aisha Khan")):
        search.fill(words)
        expect(_rows(staff)).to_have_count(1)
        expect(_rows(staff)).to_contain_text(name)
    search.fill("zzz")
    expect(staff.get_by_text("Nobody found")).to_be_visible()


def test_an_added_contact_is_in_the_list_and_their_meetings_come(staff: Page) -> None:
    connect_google(staff)
    staff.goto("/ce/contacts")
    add_contact(staff, "Elena Rossi", "Elena.Rossi@NewPartner.example", "New Partner")
    expect(_rows(staff, "Elena Rossi")).to_contain_text("elena.rossi@newpartner.example")
    staff.goto("/ce/activity")
    expect(meetings(staff, "Elena Rossi").first).to_be_visible()
    staff.get_by_role("tab", name="Past").click()
    expect(meetings(staff, "Elena Rossi").filter(has_text="New partner introduction")).to_be_visible()


def test_another_email_takes_the_old_meetings_away_and_brings_the_new_ones(staff: Page) -> None:
    connect_google(staff)
    timeline = staff.context.new_page()
    timeline.goto("/ce/activity")
    expect(meetings(timeline, "Maria Lopez").first).to_be_visible()
    staff.goto("/ce/contacts")
    staff.get_by_role("button", name="Edit Maria Lopez").click()
    dialog = staff.get_by_role("dialog")
    expect(dialog.get_by_role("textbox", name="Email", exact=True)).to_have_value("maria.lopez@riverside.example")
    dialog.get_by_role("textbox", name="Email", exact=True).fill("elena.rossi@newpartner.example")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    expect(meetings(timeline, "Community advisory board").filter(has_text="Maria Lopez")).to_have_count(0)
    expect(meetings(timeline, "Maria Lopez").filter(has_text="Call with Elena")).to_be_visible()


def test_another_name_shows_on_the_open_timeline(staff: Page) -> None:
    connect_google(staff)
    timeline = staff.context.new_page()
    timeline.goto("/ce/activity")
    expect(meetings(timeline, "Maria Lopez").first).to_be_visible()
    staff.goto("/ce/contacts")
    staff.get_by_role("button", name="Edit Maria Lopez").click()
    staff.get_by_role("dialog").get_by_label("Name").fill("Maria Lopez-Hale")
    staff.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(meetings(timeline, "Maria Lopez-Hale").first).to_be_visible()


def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(staff: Page) -> None:
    staff.goto("/ce/contacts")
    staff.get_by_role("button", name="Add contact").click()
    dialog = staff.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Maria Twice")
    for email, says in (("not an email", "email"), ("MARIA.LOPEZ@riverside.example", "already")):
        dialog.get_by_role("textbox", name="Email", exact=True).fill(email)
        dialog.get_by_role("button", name="Save").click()
        expect(dialog.get_by_role("alert").filter(has_text=says)).to_be_visible()
        expect(dialog.get_by_role("textbox", name="Email", exact=True)).to_have_attribute("aria-invalid", "true")
        expect(dialog.get_by_label("Name")).to_have_value("Maria Twice")
    dialog.get_by_role("button", name="Cancel").click()
    expect(_rows(staff)).to_have_count(6)


def test_the_dialog_is_empty_again_after_editing_somebody(staff: Page) -> None:
    staff.goto("/ce/contacts")
    staff.get_by_role("button", name="Edit Maria Lopez").click()
    dialog = staff.get_by_role("dialog")
    expect(dialog.get_by_label("Name")).to_have_value("Maria Lopez")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_have_count(0)
    staff.get_by_role("button", name="Add contact").click()
    expect(dialog.get_by_label("Name")).to_have_value("")


def test_a_contact_added_in_one_tab_appears_in_the_other(staff: Page) -> None:
    other = staff.context.new_page()
    for page in (staff, other):
        page.goto("/ce/contacts")
        expect(_rows(page)).to_have_count(6)
    add_contact(staff, "Elena Rossi", "elena.rossi@newpartner.example")
    expect(_rows(other, "Elena Rossi")).to_be_visible()
