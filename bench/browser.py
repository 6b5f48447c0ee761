"""The cards in a real browser: from the start of the navigation until the last card of the page stands there."""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from bench.installation import EMAIL, PASSWORD, install, known_contacts
from bench.told import tell
from ce_calendar.commands.processes import Program, answers, reflex_command
from ce_calendar.services.connection_views import PAGE_LENGTH
from ce_calendar.settings import ROOT
from tests.support.installation import CHROMIUM_FLAGS, chromium_path
from tests.support.postgres import free_port

LOADS = 10
NOTE_LAST_CARD = """
window.lastCardAt = 0;
new MutationObserver(() => {
    const count = document.querySelectorAll('[data-testid=connection-card]').length;
    if (!window.lastCardAt && count === WANTED) window.lastCardAt = performance.now();
}).observe(document, {childList: true, subtree: true});
"""
"""`performance.now()` counts from the start of the navigation."""


def main(google: str, connections: int) -> None:
    """Start the application as operators do, sign in, and load the page again and again."""
    port = free_port()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home = install(folder, google=google, port=port)
        home.add_contacts(known_contacts())
        home.connect_many(connections)
        screens = {
            "REFLEX_WEB_WORKDIR": str(ROOT / "var" / "bench-web"),
            "REFLEX_STATES_WORKDIR": str(folder / "states"),
        }
        application = Program(
            "The application",
            reflex_command(host="127.0.0.1", port=port),
            env={**home.environment, **screens},
            log=folder / "application.log",
        )
        try:
            application.wait_until(answers(f"http://127.0.0.1:{port}/readyz"), seconds=240)
            taken = measure(f"http://localhost:{port}", shown=min(connections, PAGE_LENGTH))
        finally:
            application.stop()
        tell(cards=statistics.median(taken), shown=min(connections, PAGE_LENGTH))


def measure(url: str, *, shown: int) -> list[float]:
    """Milliseconds of each load, in one browser that has seen the page before."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
        page = browser.new_page()
        page.goto(f"{url}/login")
        page.locator("input[name=email]").fill(EMAIL)
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("button[type=submit]").click()
        page.get_by_test_id("user-menu").wait_for()
        page.add_init_script(NOTE_LAST_CARD.replace("WANTED", str(shown)))
        taken = [load(page, url) for _ in range(LOADS + 1)]
        browser.close()
        return taken[1:]


def load(page: Page, url: str) -> float:
    """One load."""
    page.goto(f"{url}/ce/settings/calendar")
    page.wait_for_function("window.lastCardAt > 0")
    milliseconds: float = page.evaluate("window.lastCardAt")
    time.sleep(0.3)  # what comes after the first picture is not part of the next load
    return milliseconds


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
