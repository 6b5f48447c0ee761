"""Stopping and starting again: of the application, and of the demo when something is in its way."""

import os
import socket
import subprocess
import sys
from contextlib import closing, suppress

from playwright.sync_api import Page, expect

from ce_calendar.settings import ROOT
from tests.e2e.google import Google
from tests.e2e.people import connect_google, follow, meetings, open_connections, own_card, sync_now, tomorrow_at
from tests.support.installation import Installation


def test_after_a_restart_everybody_is_still_signed_in_and_everything_is_there(
    staff: Page, google: Google, installation: Installation
) -> None:
    connect_google(staff)
    google.add("Before the restart", tomorrow_at(11), "maria.lopez@riverside.example")
    sync_now(staff)
    staff.goto("about:blank")

    installation.application.stop()
    google.delete("Before the restart")
    google.add("While it was away", tomorrow_at(12), "maria.lopez@riverside.example")
    installation.application.start()

    open_connections(staff)
    expect(own_card(staff)).to_have_attribute("data-status", "syncing")
    follow(staff, "Activity")
    expect(meetings(staff, "Before the restart")).to_be_visible()
    follow(staff, "Calendar connections")
    sync_now(staff)
    follow(staff, "Activity")
    expect(meetings(staff, "While it was away")).to_be_visible()
    expect(meetings(staff, "Before the restart")).to_have_count(0)


def test_a_page_left_open_over_a_restart_finds_back_by_itself(
    staff: Page, installation: Installation, trouble: list[str]
) -> None:
    staff.goto("/ce/contacts")
    expect(staff.get_by_text("Maria Lopez")).to_be_visible()
    installation.application.stop()
    installation.application.start()
    staff.get_by_role("searchbox", name="Search contacts").fill("petro")
    expect(staff.get_by_test_id("contact-row")).to_have_count(1, timeout=30_000)
    # While nobody answered, the browser had reason to complain.
    trouble[:] = [each for each in trouble if "ERR_CONNECTION_REFUSED" not in each and "WebSocket" not in each]


def test_the_demo_says_clearly_that_its_port_is_taken() -> None:
    with closing(socket.socket()) as occupied:
        with suppress(OSError):  # then somebody else has it, which is as good
            occupied.bind(("127.0.0.1", 3000))
            occupied.listen()
        command = [sys.executable, "-c", "from ce_calendar.cli import main; main()", "demo"]
        ended = subprocess.run(
            command, cwd=ROOT, env={**os.environ}, capture_output=True, text=True, timeout=60, check=False
        )
    assert ended.returncode != 0
    assert "Port 3000 is needed for the application" in ended.stderr
    assert "Traceback" not in ended.stderr
