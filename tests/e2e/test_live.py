"""Open pages follow what others do, without a reload."""

from playwright.sync_api import Page, expect

from tests.e2e.conftest import SignedIn
from tests.e2e.google import Google
from tests.e2e.people import (
    add_contact,
    coming_on,
    connect_google,
    disconnect,
    meetings,
    open_connections,
    own_card,
    sync_now,
    tomorrow_at,
)


def test_what_one_persons_sync_brings_shows_on_a_colleagues_open_pages(
    staff: Page, signed_in: SignedIn, google: Google
) -> None:
    connect_google(staff)
    timeline, cards = signed_in("admin@demo.example"), signed_in("viewer@demo.example")
    timeline.goto("/ce/activity")
    expect(meetings(timeline).first).to_be_visible()
    open_connections(cards)
    coming = coming_on(cards.get_by_test_id("connection-card"))
    google.add("Just added", tomorrow_at(10), "maria.lopez@riverside.example")
    sync_now(staff, says="1 new")
    expect(meetings(timeline, "Just added")).to_be_visible()
    expect(cards.get_by_test_id("connection-card")).to_contain_text(f"{coming + 1} coming meetings")


def test_connecting_pausing_and_disconnecting_show_on_a_colleagues_open_page(staff: Page, signed_in: SignedIn) -> None:
    colleague = signed_in("viewer@demo.example")
    open_connections(colleague)
    expect(colleague.get_by_text("No calendar is connected yet")).to_be_visible()
    connect_google(staff)
    card = colleague.get_by_test_id("connection-card")
    expect(card).to_have_attribute("data-status", "syncing")
    own_card(staff).get_by_test_id("auto-sync").click()
    expect(card).to_have_attribute("data-status", "paused")
    disconnect(staff)
    expect(card).to_have_count(0)


def test_what_happens_in_one_organization_moves_nothing_in_another(staff: Page, signed_in: SignedIn) -> None:
    stranger = signed_in("admin@other.example")
    stranger.goto("/ce/contacts")
    expect(stranger.get_by_text("No contacts yet")).to_be_visible()
    frames: list[str] = []
    stranger.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append(str(frame))))
    stranger.reload()
    expect(stranger.get_by_text("No contacts yet")).to_be_visible()
    staff.goto("/ce/contacts")
    add_contact(staff, "Elena Rossi", "elena.rossi@newpartner.example")
    expect(staff.get_by_test_id("contact-row")).to_have_count(7)
    expect(stranger.get_by_text("No contacts yet")).to_be_visible()
    assert frames
    assert "Elena" not in "".join(frames)


def test_a_dialog_that_is_open_is_left_alone_by_what_others_do(staff: Page, signed_in: SignedIn) -> None:
    staff.goto("/ce/contacts")
    staff.get_by_role("button", name="Add contact").click()
    name = staff.get_by_role("dialog").get_by_label("Name")
    name.fill("Half a na")
    colleague = signed_in("admin@demo.example")
    colleague.goto("/ce/contacts")
    add_contact(colleague, "Elena Rossi", "elena.rossi@newpartner.example")
    expect(staff.get_by_test_id("contact-row")).to_have_count(7)
    expect(name).to_have_value("Half a na")
    expect(name).to_be_focused()
