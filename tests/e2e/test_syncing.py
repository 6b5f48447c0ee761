"""Reading Google: how often it is asked, what a failure looks like, and that it mends by itself."""

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, text

from tests.e2e.google import Google
from tests.e2e.people import choose_privacy, connect_google, meetings, own_card, sync_now, tomorrow_at


def _selected_calendars(database: Engine) -> int:
    with database.connect() as connection:
        query = "SELECT count(*) FROM ce_connected_calendars WHERE is_selected"
        return int(connection.execute(text(query)).scalar_one())


def test_the_first_sync_asks_once_for_the_calendars_and_once_for_each_ones_events(
    staff: Page, google: Google, database: Engine
) -> None:
    connect_google(staff)
    counts = google.counts()
    assert counts["calendarList.list"] == 1
    assert counts["events.list"] == _selected_calendars(database) == 2, "two calendars of one page each"


def test_when_nothing_changed_each_calendar_is_asked_exactly_once(
    staff: Page, google: Google, database: Engine
) -> None:
    connect_google(staff)
    mark = google.requests_so_far()
    sync_now(staff, says="nothing had changed")
    assert google.counts(since=mark) == {"events.list": _selected_calendars(database)}


def test_expired_sync_tokens_are_read_over_and_double_nothing(staff: Page, google: Google, database: Engine) -> None:
    connect_google(staff)
    with database.connect() as connection:
        before = connection.execute(text("SELECT count(*) FROM ce_activities")).scalar_one()
    google.expire_sync_tokens()
    mark = google.requests_so_far()
    sync_now(staff, says="nothing had changed")
    assert google.counts(since=mark) == {"events.list": 2 * _selected_calendars(database)}
    with database.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM ce_activities")).scalar_one() == before


@pytest.mark.parametrize(
    ("status", "reason", "words"),
    [
        (403, "rateLimitExceeded", "asked us to slow down"),  # too many at once
        (500, "backendError", "We try again by ourselves"),  # Google's own trouble
    ],
    ids=["rate limit", "server error"],
)
def test_a_failing_google_shows_as_retrying_in_plain_words_and_a_sync_mends_it(
    staff: Page, google: Google, status: int, reason: str, words: str
) -> None:
    connect_google(staff)
    google.fail("events.list", status, reason=reason)
    sync_now(staff, says="could not be read just now")
    card = own_card(staff)
    expect(card).to_have_attribute("data-status", "retrying")
    expect(card.get_by_test_id("sync-badge")).to_have_text("Retrying")
    expect(card).to_contain_text(words)
    google.heal()
    sync_now(staff)
    expect(card).to_have_attribute("data-status", "syncing")
    expect(card).not_to_contain_text(words)


def test_a_retry_that_is_due_comes_by_itself_and_shows_without_a_reload(
    staff: Page, google: Google, database: Engine
) -> None:
    connect_google(staff)
    google.fail("events.list", 503)
    sync_now(staff, says="could not be read just now")
    expect(own_card(staff)).to_have_attribute("data-status", "retrying")
    google.heal()
    with database.begin() as connection:
        connection.execute(text("UPDATE ce_calendar_connections SET next_sync_at = '2020-01-01 00:00:00'"))
    # The clockwork looks every 20 seconds.
    expect(own_card(staff)).to_have_attribute("data-status", "syncing", timeout=40_000)


def test_while_a_sync_runs_the_card_says_so_in_every_tab(staff: Page, google: Google) -> None:
    connect_google(staff)
    other = staff.context.new_page()
    other.goto("/ce/settings/calendar")
    expect(own_card(other).get_by_test_id("sync-now")).to_be_enabled()
    google.slow_down("events.list", 1500)
    own_card(staff).get_by_test_id("sync-now").click()
    for tab in (staff, other):
        expect(own_card(tab).get_by_test_id("sync-now")).to_be_disabled()
        expect(own_card(tab)).to_contain_text("Reading the calendar")
    for tab in (staff, other):
        expect(own_card(tab).get_by_test_id("sync-now")).to_be_enabled()


def test_private_events_and_those_without_contacts_never_reach_the_timeline(staff: Page, google: Google) -> None:
    google.add("Secret with Maria", tomorrow_at(10), "maria.lopez@riverside.example", is_private=True)
    google.add("Lunch with a stranger", tomorrow_at(11), "nobody@elsewhere.example")
    google.add("Open with Maria", tomorrow_at(12), "maria.lopez@riverside.example")
    connect_google(staff)
    staff.goto("/ce/activity")
    expect(meetings(staff, "Open with Maria")).to_be_visible()
    expect(staff.get_by_text("Secret with Maria")).to_have_count(0)
    expect(staff.get_by_text("Lunch with a stranger")).to_have_count(0)


def test_a_stricter_privacy_level_erases_at_once_and_a_wider_one_reads_again(staff: Page) -> None:
    connect_google(staff)
    timeline = staff.context.new_page()
    timeline.goto("/ce/activity")
    expect(meetings(timeline, "Community advisory board").first).to_be_visible()
    choose_privacy(staff, "Time and guests")
    expect(meetings(timeline, "Community advisory board")).to_have_count(0)
    expect(meetings(timeline, "Maria Lopez").first).to_be_visible()
    choose_privacy(staff, "Busy time only")
    expect(meetings(timeline)).to_have_count(0)
    choose_privacy(staff, "Full details")
    expect(meetings(timeline, "Community advisory board").first).to_be_visible()


def test_paused_is_never_due_and_sync_now_still_works(staff: Page, google: Google, database: Engine) -> None:
    connect_google(staff)
    card = own_card(staff)
    card.get_by_test_id("auto-sync").click()
    expect(card).to_have_attribute("data-status", "paused")
    with database.begin() as connection:
        connection.execute(text("UPDATE ce_calendar_connections SET next_sync_at = '2020-01-01 00:00:00'"))
    sync_now(staff, says="nothing had changed")
    expect(card).to_have_attribute("data-status", "paused")
    staff.reload()
    expect(card.get_by_test_id("auto-sync")).not_to_be_checked()
