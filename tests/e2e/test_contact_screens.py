"""The contacts screen's dialogs in every state: readable for everybody, on a desk and a phone, in light and dark."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import SignedIn
from tests.e2e.looking import LOOKS, Look, Looker
from tests.e2e.people import PHONE, connect_google, meetings, press, toast
from tests.e2e.test_contact_import import FILE, begin_import, choose, csv_file, rows

MANY = FILE + "".join(f"P{n};bad{n} address;;\r\n" for n in range(30))
MANY += "".join(f"Person {n};person{n}@many.example;Company;\r\n" for n in range(120))

CONTRAST = """button => {
  const parts = color => {
    const canvas = Object.assign(document.createElement('canvas'), {width: 1, height: 1}).getContext('2d');
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = color => {
    const [red, green, blue] = parts(color).map(each => each / 255)
      .map(each => each <= 0.03928 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const style = getComputedStyle(button);
  const [dark, bright] = [light(style.color), light(style.backgroundColor)].sort((one, other) => one - other);
  return (bright + 0.05) / (dark + 0.05);
}"""


@LOOKS
def test_every_state_of_the_contacts_is_accessible_and_fits(
    signed_in: SignedIn, screenshots: Path, size: str, color_scheme: str
) -> None:
    looker = Looker(screenshots, size=size, color_scheme=color_scheme)
    staff = signed_in("staff@demo.example", **looker.browser)
    _importing(staff, looker.look)
    _merging(staff, looker.look)
    _doubles(staff, looker.look)
    _elsewhere(staff, looker.look)
    viewer = signed_in("viewer@demo.example", **looker.browser)
    connect_google(staff)
    viewer.goto("/ce/activity")
    expect(meetings(viewer, "Maria Lopez").first).to_be_visible()
    looker.look(viewer, "activity-viewer")
    looker.conclude()


def _importing(page: Page, look: Look) -> None:
    dialog = begin_import(page)
    look(page, "import-choose")
    dialog.get_by_text("Or paste the rows").click()
    choose(dialog, csv_file("Name,Phone\nA,1\n"))
    expect(dialog.get_by_role("alert")).to_be_visible()
    look(page, "import-refused")
    choose(dialog, csv_file(MANY))
    expect(dialog.get_by_test_id("bad-rows")).to_be_visible()
    look(page, "import-preview")
    dialog.get_by_role("checkbox").click()
    dialog.evaluate("it => it.scrollTo(0, it.scrollHeight)")
    look(page, "import-preview-end")
    dialog.get_by_role("button", name="Import 122 contacts").click()
    expect(page.get_by_text("1–50 of 128")).to_be_visible()  # noqa: RUF001 - a range
    look(page, "contacts-many")


def _merging(page: Page, look: Look) -> None:
    page.get_by_role("searchbox", name="Search contacts").fill("riverside")
    expect(rows(page)).to_have_count(2)
    page.get_by_role("button", name="Edit Maria Lopez").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Further addresses").fill("james.chen@riverside.example")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("button", name="Merge the two")).to_be_visible()
    look(page, "contacts-email-taken")
    dialog.get_by_role("button", name="Merge the two").click()
    expect(page.get_by_test_id("confirm-merge")).to_be_visible()
    look(page, "contacts-merge")
    page.get_by_test_id("confirm-merge").click()
    expect(rows(page, "also james.chen")).to_be_visible()
    look(page, "contacts-merged")


def _doubles(page: Page, look: Look) -> None:
    page.goto("/ce/contacts")
    page.get_by_role("button", name="Find doubles").click()
    expect(page.get_by_text("None found")).to_be_visible()
    look(page, "contacts-no-doubles")
    page.get_by_role("button", name="Close").click()
    dialog = begin_import(page)
    twins = "".join(f"Person {n},twin{n}@home.example\n" for n in range(12))
    choose(dialog, csv_file(f"name,email\n{twins}"))
    dialog.get_by_role("button", name="Import 12 contacts").click()
    expect(dialog).to_have_count(0)
    page.get_by_role("button", name="Find doubles").click()
    expect(page.get_by_test_id("possible-double").first).to_be_visible()
    look(page, "contacts-doubles")


def _elsewhere(page: Page, look: Look) -> None:
    page.goto("/account")
    page.get_by_label("Time zone").fill("Mars/Base")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Time zone")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("alert").filter(has_text="no such time zone")).to_be_visible()
    look(page, "account-wrong-zone")


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_a_button_under_the_mouse_can_be_read(signed_in: SignedIn, color_scheme: str) -> None:
    staff = signed_in("staff@demo.example", color_scheme=color_scheme)
    staff.goto("/ce/contacts")
    button = staff.get_by_role("button", name="Add contact")
    button.hover()
    staff.wait_for_timeout(300)
    assert button.evaluate(CONTRAST) >= 4.5


def test_messages_leave_what_a_thumb_presses_free(signed_in: SignedIn) -> None:
    staff = signed_in("staff@demo.example", viewport=PHONE)
    staff.goto("/account")
    press(staff, staff.get_by_role("button", name="Save"))
    expect(toast(staff, "Saved.")).to_be_visible()
    staff.wait_for_timeout(500)
    box = toast(staff, "Saved.").bounding_box()
    assert box is not None
    assert 60 <= box["y"] <= 90, "below the top bar"
    assert box["y"] + box["height"] < PHONE["height"] / 3
