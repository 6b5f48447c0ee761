"""Employees and their calendars, from the screens to Google: step 6 and the notes of the source, by their numbers."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from ce_calendar.domain.employees.people import Employee
from tests.e2e.at_google import LENA, MARCUS, AtGoogle
from tests.e2e.central import connect_central
from tests.e2e.conftest import SignedIn
from tests.e2e.google import Google
from tests.e2e.people import press, toast
from tests.e2e.team import Team
from tests.support.eventually import eventually
from tests.support.installation import Installation

MADE = 30_000
"""Milliseconds within which a calendar is made and filled, on a machine that is busy with other things."""


@pytest.fixture
def at_google(installation: Installation) -> AtGoogle:
    return AtGoogle(installation.google)


@pytest.fixture
def working(dispatcher: Page, team: Team) -> Team:
    """An organization whose integration is switched on and whose central account is connected."""
    team.set_rules()
    connect_central(dispatcher)
    return team


def rows(page: Page, words: str = "") -> Locator:
    return page.get_by_test_id("employee-row").filter(has_text=words)


def open_card(page: Page, employee: Employee) -> None:
    page.goto(f"/erp/employees/{employee.id}")
    expect(page.get_by_role("heading", level=1, name=employee.name)).to_be_visible()


def save(page: Page) -> None:
    press(page, page.get_by_test_id("save-employee"))
    expect(toast(page, "Saved.")).to_be_visible()


def bind(page: Page, employee: Employee, email: str) -> str:
    """As in step 6; gives the CalendarID that is shown."""
    open_card(page, employee)
    page.get_by_test_id("employee-email").fill(email)
    page.get_by_test_id("calendar-binding").check()
    save(page)
    shared(page)
    return page.get_by_test_id("calendar-id").inner_text()


def shared(page: Page) -> None:
    expect(page.get_by_test_id("calendar-state")).to_have_text("Shared", timeout=MADE)


def free(team: Team, name: str = "Lena Fischer") -> Employee:
    """Somebody without email and binding, with a task of today."""
    employee = team.employee(name, email="", is_bound=False)
    team.task("Replace the router", starts_at=datetime.now(UTC), employee_ids=[employee.id])
    return employee


# -- the source, by its numbers ---------------------------------------------------------------------------------------


def test_step_6_email_and_binding_make_a_calendar_whose_id_is_shown(
    dispatcher: Page, working: Team, at_google: AtGoogle
) -> None:
    lena = free(working)
    calendar_id = bind(dispatcher, lena, LENA.upper())
    assert at_google.calendars() == {calendar_id: "Lena Fischer"}
    expect(dispatcher.get_by_test_id("employee-email")).to_have_value(LENA)
    eventually(lambda: at_google.titles(calendar_id, account=LENA), ["#1 Replace the router"], seconds=20)
    assert at_google.invitations(LENA) == 1
    assert at_google.writes(calendar_id, account=LENA) == {403}
    expect(dispatcher.get_by_test_id("week-event")).to_contain_text("#1 Replace the router")
    expect(dispatcher.get_by_test_id("history-row").filter(has_text="Google sent its invitation")).to_be_visible()


def test_step_7_all_calendars_lie_under_the_central_account_and_the_invitation_must_be_accepted(
    dispatcher: Page,
    working: Team,
    at_google: AtGoogle,
    installation: Installation,
    new_context: Callable[..., BrowserContext],
) -> None:
    lena, marcus = free(working), free(working, "Marcus Hill")
    made = {bind(dispatcher, lena, LENA): "Lena Fischer", bind(dispatcher, marcus, MARCUS): "Marcus Hill"}
    assert at_google.calendars() == made
    assert (at_google.invitations(LENA), at_google.invitations(MARCUS)) == (1, 1)
    hers = Google(new_context().new_page(), installation.google, LENA)
    hers.open()
    expect(hers.event("Replace the router")).to_have_count(0)
    hers.page.get_by_role("button", name="Accept Lena Fischer").click()
    expect(hers.event("Replace the router")).to_be_visible()
    expect(hers.page.get_by_role("button", name="Accept Marcus Hill")).to_have_count(0)


def test_note_2_another_email_recreates_the_calendar(dispatcher: Page, working: Team, at_google: AtGoogle) -> None:
    lena = free(working)
    first = bind(dispatcher, lena, LENA)
    dispatcher.get_by_test_id("employee-email").fill(MARCUS)
    save(dispatcher)
    expect(dispatcher.get_by_test_id("calendar-id")).not_to_have_text(first, timeout=MADE)
    expect(dispatcher.get_by_test_id("calendar-id")).to_be_visible(timeout=MADE)
    shared(dispatcher)
    second = dispatcher.get_by_test_id("calendar-id").inner_text()
    eventually(at_google.calendars, {second: "Lena Fischer"}, seconds=20)
    eventually(lambda: at_google.titles(second, account=MARCUS), ["#1 Replace the router"], seconds=20)
    assert (at_google.invitations(LENA), at_google.invitations(MARCUS)) == (1, 1)
    expect(dispatcher.get_by_test_id("earlier-calendar")).to_contain_text(first)


@pytest.mark.parametrize("how", ["the email removed", "the binding off"])
def test_note_3_the_calendar_is_deleted_with(how: str, dispatcher: Page, working: Team, at_google: AtGoogle) -> None:
    lena = free(working)
    bind(dispatcher, lena, LENA)
    if how == "the email removed":
        dispatcher.get_by_test_id("employee-email").fill("")
    else:
        dispatcher.get_by_test_id("calendar-binding").uncheck()
    save(dispatcher)
    expect(dispatcher.get_by_test_id("calendar-state")).to_have_text("No calendar", timeout=MADE)
    expect(dispatcher.get_by_test_id("calendar-id")).to_have_count(0)
    assert at_google.calendars() == {}


def test_note_3_rebuilding_makes_another_calendar_with_everything_in_it(
    dispatcher: Page, working: Team, at_google: AtGoogle
) -> None:
    lena = free(working)
    first = bind(dispatcher, lena, LENA)
    dispatcher.get_by_test_id("rebuild-calendar").click()
    expect(dispatcher.get_by_role("alertdialog")).to_contain_text("a new invitation")
    dispatcher.get_by_test_id("confirm-rebuild").click()
    expect(dispatcher.get_by_test_id("earlier-calendar")).to_contain_text(first, timeout=MADE)
    shared(dispatcher)
    second = dispatcher.get_by_test_id("calendar-id").inner_text()
    assert second != first
    eventually(at_google.calendars, {second: "Lena Fischer"}, seconds=20)
    eventually(lambda: at_google.titles(second, account=LENA), ["#1 Replace the router"], seconds=20)


def test_notes_4_and_5_hints_are_ready_to_copy_and_to_send(dispatcher: Page, team: Team) -> None:
    dispatcher.context.grant_permissions(["clipboard-read", "clipboard-write"])
    lena = team.employee("Lena Fischer", email=LENA)
    open_card(dispatcher, lena)
    hints = dispatcher.get_by_test_id("hints")
    for words in ("Accept the invitation", "tick it", "still be switched off", "iPhone"):
        expect(hints).to_contain_text(words)
    press(dispatcher, dispatcher.get_by_test_id("copy-hints"))
    expect(toast(dispatcher, "Copied.")).to_be_visible()
    assert "Accept the invitation" in dispatcher.evaluate("navigator.clipboard.readText()")
    href = dispatcher.get_by_test_id("mail-hints").get_attribute("href") or ""
    assert href.startswith(f"mailto:{LENA}?subject=")
    assert "install the app “Google Calendar”" in unquote(href)


def test_note_6_who_is_dismissed_loses_the_calendar_and_gets_another_when_re_hired(
    dispatcher: Page, working: Team, at_google: AtGoogle
) -> None:
    lena = free(working)
    first = bind(dispatcher, lena, LENA)
    dispatcher.get_by_test_id("dismiss").click()
    expect(dispatcher.get_by_role("alertdialog")).to_contain_text("calendar is deleted at Google")
    dispatcher.get_by_test_id("confirm-dismiss").click()
    expect(dispatcher.get_by_test_id("calendar-state")).to_have_text("No calendar", timeout=MADE)
    assert at_google.calendars() == {}
    dispatcher.goto("/erp/employees")
    expect(dispatcher.get_by_text("No employees yet")).to_be_visible()
    dispatcher.get_by_label("Whom to show").select_option(label="Dismissed")
    expect(rows(dispatcher, "Lena Fischer")).to_be_visible()
    open_card(dispatcher, lena)
    dispatcher.get_by_test_id("rehire").click()
    expect(dispatcher.get_by_role("alertdialog")).to_contain_text("A new calendar is made")
    dispatcher.get_by_test_id("confirm-rehire").click()
    shared(dispatcher)
    second = dispatcher.get_by_test_id("calendar-id").inner_text()
    assert list(at_google.calendars()) == [second]
    assert second != first


# -- the list ---------------------------------------------------------------------------------------------------------


def test_binding_several_says_before_how_many_calendars_and_invitations(
    dispatcher: Page, working: Team, at_google: AtGoogle
) -> None:
    for name, email in (("Lena Fischer", LENA), ("Marcus Hill", MARCUS), ("Nora Silent", "")):
        working.employee(name, email=email, is_bound=False)
    dispatcher.goto("/erp/employees")
    expect(rows(dispatcher)).to_have_count(3)
    dispatcher.get_by_role("checkbox", name="Choose everybody on this page").click()
    expect(dispatcher.get_by_text("3 chosen")).to_be_visible()
    dispatcher.get_by_test_id("bind-several").click()
    question = dispatcher.get_by_role("alertdialog")
    for words in ("Bind 3 employees", "2 calendars are made", "2 invitations", "1 has no email"):
        expect(question).to_contain_text(words)
    press(dispatcher, dispatcher.get_by_test_id("confirm-binding"))
    expect(toast(dispatcher, "3 employees are bound")).to_be_visible()
    for name in ("Lena Fischer", "Marcus Hill"):
        expect(rows(dispatcher, name)).to_have_attribute("data-state", "shared", timeout=MADE)
    expect(rows(dispatcher, "Nora Silent")).to_contain_text("Bound, but without an email")
    assert sorted(at_google.calendars().values()) == ["Lena Fischer", "Marcus Hill"]
    dispatcher.get_by_role("checkbox", name="Choose Marcus Hill").click()
    dispatcher.get_by_test_id("unbind-several").click()
    expect(question).to_contain_text("1 calendar is deleted")
    dispatcher.get_by_test_id("confirm-binding").click()
    expect(rows(dispatcher, "Marcus Hill")).to_have_attribute("data-state", "none", timeout=MADE)
    assert list(at_google.calendars().values()) == ["Lena Fischer"]


def test_searching_and_filtering_find_employees(dispatcher: Page, team: Team) -> None:
    team.in_every_state()
    dispatcher.goto("/erp/employees")
    expect(rows(dispatcher)).to_have_count(7)
    search = dispatcher.get_by_role("searchbox", name="Search employees")
    for words, name in (("dóra", "Dora Failing"), ("boris@team", "Boris Making")):
        search.fill(words)
        expect(rows(dispatcher)).to_have_count(1)
        expect(rows(dispatcher)).to_contain_text(name)
    search.fill("")
    states = dispatcher.get_by_label("Calendar state")
    for state, name in (("Failing (1)", "Dora Failing"), ("Shared (1)", "Anna Shared"), ("Being deleted (1)", "Erik")):
        states.select_option(label=state)
        expect(rows(dispatcher)).to_have_count(1)
        expect(rows(dispatcher)).to_contain_text(name)
    states.select_option(label="All states (7)")
    dispatcher.get_by_label("Department", exact=True).select_option(label="Field service")
    expect(rows(dispatcher)).to_have_count(5)
    dispatcher.get_by_label("Whom to show").select_option(label="Dismissed")
    expect(dispatcher.get_by_text("Nobody found")).to_be_visible()
    dispatcher.get_by_role("button", name="Show all").click()
    expect(rows(dispatcher)).to_have_count(7)


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ("off", "integration is switched off"),
        ("no account", "No central Google account is connected"),
        ("signed out", "must be signed in again"),
        ("limit", "Google makes no more calendars for now"),
    ],
)
def test_the_list_says_what_holds_up_everybody(state: str, says: str, dispatcher: Page, team: Team) -> None:
    team.hold_up(state)
    dispatcher.goto("/erp/employees")
    banner = dispatcher.get_by_test_id("employees-banner")
    expect(banner).to_contain_text(says)
    if state == "limit":
        expect(banner).to_contain_text(re.compile(r"130 calendars wait.*about 60 new calendars in 6 hours"))
    else:
        banner.get_by_role("link", name="Open the Google Calendar settings").click()
        expect(dispatcher.get_by_test_id("integration-enabled")).to_be_visible()


def test_departments_are_added_renamed_and_removed_with_their_counts(dispatcher: Page, team: Team) -> None:
    field = team.department("Field service")
    team.employee("Lena Fischer", departments=[field])
    dispatcher.goto("/erp/employees")
    dispatcher.get_by_test_id("open-departments").click()
    dialog = dispatcher.get_by_role("dialog")
    listed = dispatcher.get_by_test_id("department-row")
    dialog.get_by_label("New department").fill("FIELD service")
    dispatcher.get_by_test_id("add-department").click()
    expect(dialog.get_by_text("There is a department with this name already.")).to_be_visible()
    dialog.get_by_label("New department").fill("Night shift")
    dispatcher.get_by_test_id("add-department").click()
    expect(listed).to_have_count(2)
    expect(dialog.get_by_label("New department")).to_have_value("")
    dispatcher.get_by_role("button", name="Rename Field service").click()
    dialog.get_by_role("textbox", name="Name", exact=True).fill("Service")
    dispatcher.keyboard.press("Enter")
    expect(listed.filter(has_text="Service")).to_contain_text("1 employee")
    dispatcher.get_by_role("button", name="Remove Service").click()
    expect(dispatcher.get_by_role("alertdialog")).to_contain_text("1 employee in it")
    dispatcher.get_by_test_id("confirm-remove-department").click()
    expect(listed).to_have_count(1)
    expect(listed).to_contain_text("Night shift")


def test_adding_an_employee_by_keyboard_alone_with_an_email_that_somebody_has(dispatcher: Page, team: Team) -> None:
    team.employee("Lena Fischer", email=LENA)
    dispatcher.goto("/erp/employees")
    dispatcher.get_by_test_id("add-employee").focus()
    dispatcher.keyboard.press("Enter")
    expect(dispatcher.get_by_role("dialog").get_by_label("Name")).to_be_focused()
    for words, key in (("Lena Second", "Tab"), (LENA, "Tab"), ("Electrician", "Enter")):
        dispatcher.keyboard.type(words)
        dispatcher.keyboard.press(key)
    expect(dispatcher.get_by_role("dialog")).to_have_count(0)
    expect(rows(dispatcher, "Lena Second")).to_contain_text("Electrician")
    expect(toast(dispatcher, "Lena Fischer has the same email")).to_be_visible()


# -- the card ---------------------------------------------------------------------------------------------------------


def test_what_a_colleague_changes_meanwhile_is_not_lost(dispatcher: Page, team: Team, signed_in: SignedIn) -> None:
    lena = team.employee("Lena Fischer", email=LENA, position="Technician")
    open_card(dispatcher, lena)
    dispatcher.get_by_label("Position (optional)").fill("Chief")
    expect(dispatcher.get_by_text("Not saved yet.")).to_be_visible()
    colleague = signed_in("admin@demo.example")
    open_card(colleague, lena)
    colleague.get_by_label("Name", exact=True).fill("Lena Weiss")
    save(colleague)
    expect(dispatcher.get_by_label("Name", exact=True)).to_have_value("Lena Weiss")
    expect(dispatcher.get_by_label("Position (optional)")).to_have_value("Chief")
    save(dispatcher)
    now = team.read(lena)
    assert (now.name, now.position, now.email) == ("Lena Weiss", "Chief", LENA)


def test_the_week_is_told_in_the_readers_language_and_the_rules_zone(
    signed_in: SignedIn, dispatcher: Page, team: Team
) -> None:
    team.set_rules(zone="Asia/Tokyo")
    team.connect_account()
    lena = team.employee("Lena Fischer", email=LENA)
    calendar = team.calendar(lena)
    early = datetime.now(ZoneInfo("Asia/Tokyo")).replace(hour=8, minute=0, second=0, microsecond=0)
    team.task("Early", calendar, starts_at=early)
    team.task("A week later", calendar, starts_at=early + timedelta(days=7))
    german = signed_in("dispatcher@demo.example", locale="de-DE")
    open_card(german, lena)
    days = german.get_by_test_id("week-day")
    expect(days).to_have_count(7)
    expect(days.first).to_contain_text(("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")[early.weekday()])
    expect(days.first.get_by_test_id("week-event")).to_contain_text("08:00 \N{EN DASH} 09:00")
    expect(german.get_by_text("Times in Asia/Tokyo")).to_be_visible()
    german.get_by_role("button", name="7 days on").click()
    expect(german.get_by_test_id("week-event")).to_contain_text("A week later")
    german.get_by_role("button", name="From today").click()
    expect(german.get_by_test_id("week-event")).to_contain_text("Early")


def test_the_calendar_id_is_copied_and_opens_in_google_calendar(dispatcher: Page, team: Team) -> None:
    dispatcher.context.grant_permissions(["clipboard-read", "clipboard-write"])
    team.set_rules()
    team.connect_account()
    lena = team.employee("Lena Fischer", email=LENA)
    calendar = team.calendar(lena, provider_calendar_id="c_1@group.calendar.google.com")
    open_card(dispatcher, lena)
    expect(dispatcher.get_by_test_id("calendar-id")).to_have_text(calendar.provider_calendar_id)
    press(dispatcher, dispatcher.get_by_role("button", name="Copy the CalendarID"))
    expect(toast(dispatcher, "Copied.")).to_be_visible()
    assert dispatcher.evaluate("navigator.clipboard.readText()") == calendar.provider_calendar_id
    expect(dispatcher.get_by_role("link", name="Open in Google Calendar")).to_have_attribute(
        "href", "https://calendar.google.com/calendar/u/0?cid=Y18xQGdyb3VwLmNhbGVuZGFyLmdvb2dsZS5jb20"
    )


def test_who_may_only_look_sees_everything_and_can_change_nothing(signed_in: SignedIn, team: Team) -> None:
    team.in_every_state()
    viewer = signed_in(team.viewer())
    viewer.goto("/erp/employees")
    expect(rows(viewer)).to_have_count(7)
    for testid in ("add-employee", "bind-several"):
        expect(viewer.get_by_test_id(testid)).to_have_count(0)
    expect(viewer.get_by_role("checkbox")).to_have_count(0)
    viewer.get_by_role("link", name="Anna Shared").click()
    expect(viewer.get_by_test_id("calendar-id")).to_be_visible()
    expect(viewer.get_by_test_id("employee-email")).to_be_disabled()
    expect(viewer.get_by_test_id("calendar-binding")).to_be_disabled()
    for testid in ("save-employee", "rebuild-calendar", "dismiss"):
        expect(viewer.get_by_test_id(testid)).to_have_count(0)
    expect(viewer.get_by_test_id("hints")).to_be_visible()


def test_an_employee_of_another_organization_is_simply_not_there(signed_in: SignedIn, team: Team) -> None:
    lena = team.employee("Lena Fischer", email=LENA)
    stranger = signed_in("admin@other.example")
    for address in (lena.id, "0" * 32, "none"):
        stranger.goto(f"/erp/employees/{address}")
        expect(stranger.get_by_role("heading", level=1, name="There is no such employee")).to_be_visible()
    stranger.get_by_role("link", name="All employees").click()
    expect(stranger.get_by_text("No employees yet")).to_be_visible()
