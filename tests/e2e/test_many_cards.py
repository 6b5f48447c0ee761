"""An organization where two hundred people have linked a calendar: one's own first, and nothing slow."""

import time
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, text

from ce_calendar.adapters.persistence.unit_of_work import unit_of_work_on
from tests.e2e.google import Google
from tests.e2e.people import connect_google, open_connections, own_card, press, toast
from tests.support.many import add_many_connections

MANY = 200


@pytest.fixture
def crowd(database: Engine) -> None:
    with database.connect() as connection:
        organization_id = connection.execute(text("SELECT id FROM organizations WHERE slug = 'demo'")).scalar_one()
    add_many_connections(unit_of_work_on(database), organization_id, MANY)


@pytest.mark.usefixtures("crowd")
def test_ones_own_card_comes_first_and_the_others_a_page_at_a_time(staff: Page) -> None:
    connect_google(staff)
    cards = staff.get_by_test_id("connection-card")
    expect(cards).to_have_count(20)
    expect(cards.first).to_have_attribute("data-owner", "self")
    expect(staff.get_by_text(f"1\N{EN DASH}20 of {MANY + 1}")).to_be_visible()
    staff.get_by_role("button", name="Next").click()
    expect(staff.get_by_text(f"21\N{EN DASH}40 of {MANY + 1}")).to_be_visible()
    expect(staff.locator('[data-owner="self"]')).to_have_count(0)


@pytest.mark.usefixtures("crowd")
def test_people_are_found_and_what_needs_attention_is_seen_alone(staff: Page) -> None:
    open_connections(staff)
    cards = staff.get_by_test_id("connection-card")
    search = staff.get_by_role("searchbox", name="Search people and accounts")
    search.fill("gruenwald")
    expect(staff.get_by_role("heading", name="Nothing found")).to_be_visible()
    search.fill("hugo grunwald")
    expect(cards).to_have_count(2)
    expect(cards.first).to_contain_text("Hugo Grünwald")
    search.fill("")
    attention = staff.get_by_role("button", name=f"Needs attention ({MANY // 20})")
    attention.click()
    expect(attention).to_have_attribute("aria-pressed", "true")
    expect(cards).to_have_count(MANY // 20)
    expect(cards.first).to_contain_text("can sign in again")
    staff.get_by_role("button", name="Mine").click()
    expect(staff.get_by_role("heading", name="None of your own")).to_be_visible()
    staff.get_by_role("button", name="Show all").click()
    expect(cards).to_have_count(20)


@pytest.mark.usefixtures("crowd")
def test_the_screen_opens_quickly_and_a_run_sends_little(staff: Page, google: Google) -> None:
    connect_google(staff)
    sent: list[int] = []
    staff.on("websocket", lambda socket: socket.on("framereceived", lambda frame: sent.append(len(frame))))
    begun = time.monotonic()
    open_connections(staff)
    expect(own_card(staff)).to_be_visible()
    # Measured: 0.6 s. The bound is for a machine that is busy with other things.
    assert time.monotonic() - begun < 5
    expect(own_card(staff).get_by_test_id("sync-now")).to_be_enabled()
    opening = sum(sent)
    assert opening < 60_000, "20 cards, however many there are"

    sent.clear()
    google.slow_down("events.list", 800)
    press(staff, own_card(staff).get_by_test_id("sync-now"))
    expect(toast(staff, "Synced")).to_be_visible()
    google.heal()
    # A run's begin, progress and end: the pulse of 20 cards each time, and the one card that changed at the end.
    assert max(sent) < opening / 2, sent


@pytest.mark.usefixtures("crowd")
def test_what_ages_ages_without_a_reload(staff: Page, database: Engine) -> None:
    connect_google(staff)
    hour_ago = datetime.now(UTC).timestamp() - 3600
    with database.begin() as connection:
        moment = datetime.fromtimestamp(hour_ago, UTC).strftime("%Y-%m-%d %H:%M:%S")
        connection.execute(
            text("UPDATE ce_calendar_connections SET last_sync_at = :moment WHERE credential_vault_ref IS NOT NULL"),
            {"moment": moment},
        )
    # Open pages read again every minute.
    expect(own_card(staff).get_by_test_id("last-sync")).to_have_text("1 hour ago", timeout=75_000)
