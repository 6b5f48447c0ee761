"""Pages in a real browser: from the start of the navigation until the last card, or row, of the page stands there."""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from bench.installation import EMAIL, PASSWORD, Installation, install, known_contacts
from bench.told import tell
from ce_calendar.commands.processes import Program, answers, reflex_command
from ce_calendar.services.connection_views import PAGE_LENGTH
from ce_calendar.settings import ROOT
from tests.support.installation import CHROMIUM_FLAGS, chromium_path
from tests.support.postgres import free_port

LOADS = 10
NOTE_LAST = """
window.lastAt = 0;
new MutationObserver(() => {
    const count = document.querySelectorAll('[data-testid=TEST_ID]').length;
    if (!window.lastAt && count === WANTED) window.lastAt = performance.now();
}).observe(document, {childList: true, subtree: true});
"""
"""`performance.now()` counts from the start of the navigation."""


@contextmanager
def served(fill: Callable[[Installation], None], *, google: str) -> Iterator[str]:
    """The address of an installation that was filled and started as operators start it."""
    port = free_port()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        home = install(folder, google=google, port=port)
        fill(home)
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
            yield f"http://localhost:{port}"
        finally:
            application.stop()


def measure(url: str, path: str, *, test_id: str, shown: int) -> float:
    """Milliseconds of a load, the median of some, in one browser that has seen the page before."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
        page = browser.new_page()
        page.goto(f"{url}/login")
        page.locator("input[name=email]").fill(EMAIL)
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("button[type=submit]").click()
        page.get_by_test_id("user-menu").wait_for()
        page.add_init_script(NOTE_LAST.replace("TEST_ID", test_id).replace("WANTED", str(shown)))
        taken = [load(page, url + path) for _ in range(LOADS + 1)]
        browser.close()
        return statistics.median(taken[1:])


def load(page: Page, address: str) -> float:
    """One load."""
    page.goto(address)
    page.wait_for_function("window.lastAt > 0")
    milliseconds: float = page.evaluate("window.lastAt")
    time.sleep(0.3)  # what comes after the first picture is not part of the next load
    return milliseconds


def main(google: str, connections: int) -> None:
    """Load the cards."""

    def fill(home: Installation) -> None:
        home.add_contacts(known_contacts())
        home.connect_many(connections)

    shown = min(connections, PAGE_LENGTH)
    with served(fill, google=google) as url:
        tell(cards=measure(url, "/ce/settings/calendar", test_id="connection-card", shown=shown), shown=shown)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
