"""The move of an earlier system's credentials into the vault, as people see it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import Engine, text

from ce_calendar.services.backfill import CHUNK
from ce_calendar.services.directory import Directory
from tests.e2e.conftest import SignedIn
from tests.e2e.legacy import VERAS_ACCOUNT, VERAS_MEETING, Legacy
from tests.e2e.looking import LOOKS
from tests.e2e.people import PHONE, WIDE, meetings, open_connections

COLLEAGUE = "colleague@demo.example"
BROKEN = "vera.archive@gmail.example"


def card(page: Page, account: str = VERAS_ACCOUNT) -> Locator:
    return page.get_by_test_id("connection-card").filter(has_text=account)


@contextmanager
def held_up(database: Engine) -> Iterator[None]:
    """Stop the move in the middle: on SQLite whoever has begun to write is alone."""
    for _ in range(2000):
        with database.begin() as connection:
            query = "SELECT count(*) FROM ce_vault_backfills WHERE done > 0 AND finished_at IS NULL"
            if connection.execute(text(query)).scalar_one():
                yield
                return
    raise AssertionError("it was never under way")


def test_staff_starts_it_everybody_sees_it_go_on_and_what_was_moved_syncs(
    staff: Page, signed_in: SignedIn, legacy: Legacy, directory: Directory, database: Engine
) -> None:
    count = 4 * CHUNK
    legacy.bring(legacy.granted(), legacy.broken(BROKEN), *legacy.plenty(directory, count - 2))
    admin, viewer = signed_in("admin@demo.example"), signed_in("viewer@demo.example")
    for page in (staff, admin, viewer):
        open_connections(page)
        expect(card(page)).to_have_attribute("data-status", "paused")
        expect(card(page)).to_contain_text("Waiting for the vault")
        expect(page.get_by_text(f"{count} connections still hold their credentials")).to_be_visible()
    expect(admin.get_by_test_id("backfill")).to_be_enabled()
    expect(viewer.get_by_test_id("backfill")).to_have_count(0)
    staff.get_by_test_id("backfill").click()
    with held_up(database):
        for page in (staff, admin, viewer):
            expect(page.get_by_role("progressbar", name="Credentials moved to the vault")).to_be_visible()
            expect(page.get_by_test_id("backfill-progress")).to_contain_text(f"of {count} moved")
            expect(page.get_by_test_id("backfill")).to_have_count(0)
    for page in (staff, admin):
        expect(page.get_by_test_id("backfill-unopened")).to_have_count(1)
        expect(page.get_by_test_id("backfill-unopened")).to_contain_text(BROKEN)
        expect(page.get_by_test_id("backfill-unopened")).to_contain_text("Vera Lind")
        expect(page.get_by_test_id("backfill-unopened")).to_contain_text("Encrypted with a key that is not set here")
        expect(page.get_by_test_id("backfill-result")).to_contain_text(f"{count - 1} connections were moved")
    for page in (staff, admin, viewer):
        expect(page.get_by_test_id("backfill")).to_have_count(0)
        expect(page.get_by_test_id("backfill-bar")).to_have_count(0)
        expect(card(page)).to_have_attribute("data-status", "syncing")
        expect(card(page).get_by_test_id("last-sync")).to_have_text("just now")
        expect(card(page, BROKEN)).to_have_attribute("data-status", "needs_reauth")
    expect(viewer.get_by_test_id("backfill-result")).to_have_count(0)
    staff.goto("/ce/activity")
    expect(meetings(staff, "Maria Lopez").first).to_be_visible()
    viewer.goto("/ce/activity")
    expect(meetings(viewer, VERAS_MEETING).first).to_be_visible()


def test_who_comes_later_sees_it_too_and_a_dead_one_is_taken_over(staff: Page, legacy: Legacy) -> None:
    legacy.bring(legacy.granted())
    legacy.elsewhere(done=40, total=41, seconds=3)
    open_connections(staff)
    expect(staff.get_by_test_id("backfill-progress")).to_have_text("40 of 41 moved")
    staff.reload()
    expect(staff.get_by_test_id("backfill-bar")).to_be_visible()
    expect(card(staff)).to_have_attribute("data-status", "syncing", timeout=60_000)
    expect(staff.get_by_test_id("backfill-bar")).to_have_count(0)


def test_the_screen_of_another_organization_says_nothing(signed_in: SignedIn, legacy: Legacy) -> None:
    legacy.bring(legacy.granted(), legacy.broken(BROKEN))
    stranger = signed_in("admin@other.example")
    open_connections(stranger)
    expect(stranger.get_by_text("No calendar is connected yet")).to_be_visible()
    expect(stranger.get_by_test_id("backfill")).to_have_count(0)


def test_the_broken_one_signs_in_again_and_is_the_same_connection(
    signed_in: SignedIn, staff: Page, legacy: Legacy
) -> None:
    legacy.bring(legacy.broken("admin.demo@gmail.example", user="admin@demo.example"))
    admin = signed_in("admin@demo.example")
    open_connections(admin)
    admin.get_by_test_id("backfill").click()
    broken = card(admin, "admin.demo@gmail.example")
    expect(broken).to_have_attribute("data-status", "needs_reauth")
    expect(broken).to_contain_text("encrypted with a key that is not set here")
    broken.get_by_role("button", name="Sign in again").click()
    admin.get_by_test_id("consent-account").filter(has_text="admin.demo@gmail.example").click()
    admin.get_by_test_id("consent-allow").click()
    expect(admin.get_by_test_id("connection-card")).to_have_count(1)
    expect(card(admin, "admin.demo@gmail.example")).to_have_attribute("data-status", "syncing")
    expect(admin.get_by_test_id("backfill-unopened")).to_have_count(0)


@LOOKS
def test_every_state_of_it_is_accessible_and_fits(
    signed_in: SignedIn, legacy: Legacy, screenshots: Path, size: str, color_scheme: str
) -> None:
    problems: list[str] = []
    viewport = WIDE if size == "desk" else PHONE

    def look(page: Page, name: str) -> None:
        page.mouse.move(0, 0)
        page.wait_for_timeout(400)  # until everything has faded in
        found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        problems.extend(
            f"{name}: {each['id']} at {each['nodes'][0]['target']}"
            for each in found
            if each["impact"] in {"serious", "critical"}
        )
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            problems.append(f"{name}: scrolls sideways")
        page.screenshot(path=screenshots / f"{name}-{size}-{color_scheme}.png", full_page=True)

    staff = signed_in("staff@demo.example", viewport=viewport, color_scheme=color_scheme)
    legacy.bring(legacy.granted("vera.first@gmail.example"))
    open_connections(staff)
    staff.get_by_test_id("backfill").click()
    expect(staff.get_by_test_id("backfill-done")).to_be_visible()
    expect(card(staff, "vera.first@gmail.example")).to_have_attribute("data-status", "syncing")
    look(staff, "backfill-done")
    legacy.nobody_is_at_it()
    legacy.bring(legacy.granted(), legacy.broken(BROKEN), legacy.broken("casey@gmail.example", user=COLLEAGUE))
    legacy.elsewhere(done=130, total=412, seconds=60)
    open_connections(staff)
    expect(staff.get_by_test_id("backfill-bar")).to_be_visible()
    look(staff, "backfill-progress")
    legacy.nobody_is_at_it()
    open_connections(staff)
    expect(staff.get_by_test_id("backfill")).to_be_visible()
    look(staff, "backfill-pending")
    staff.get_by_test_id("backfill").click()
    expect(staff.get_by_test_id("backfill-unopened")).to_have_count(2)
    expect(card(staff)).to_have_attribute("data-status", "syncing")
    look(staff, "backfill-unopened")
    assert not problems, "\n".join(problems)
