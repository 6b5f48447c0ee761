"""What a person does at Google, by hand, on the sandbox's little page; and what Google's log says."""

from datetime import datetime
from zoneinfo import ZoneInfo

from playwright.sync_api import Locator, Page

from tests.support.eventually import eventually
from tests.support.installation import control, heal

ZONE = ZoneInfo("America/Chicago")
"""Of the demo accounts; what one types there is in it."""


class Google:
    """One account, in one browser."""

    def __init__(self, page: Page, url: str, account: str) -> None:
        self.page = page
        self.url = url
        self.account = account

    def open(self) -> None:
        self.page.goto(f"{self.url}/?account={self.account}")

    def event(self, title: str) -> Locator:
        return self.page.get_by_test_id("sandbox-event").filter(has_text=title)

    def add(self, title: str, start: datetime, guest: str = "", *, is_private: bool = False) -> None:
        self.open()
        self.page.get_by_test_id("sandbox-title").fill(title)
        self.page.get_by_test_id("sandbox-start").fill(_typed(start))
        self.page.get_by_test_id("sandbox-end").fill("")
        self.page.get_by_test_id("sandbox-guests").fill(guest)
        self.page.get_by_test_id("sandbox-private").set_checked(is_private)
        self.page.get_by_test_id("sandbox-add").click()
        self.event(title).wait_for()

    def move(self, title: str, start: datetime) -> None:
        self.open()
        self.event(title).get_by_test_id("sandbox-new-start").fill(_typed(start))
        self.event(title).get_by_test_id("sandbox-move").click()
        self.event(title).wait_for()

    def delete(self, title: str) -> None:
        self.open()
        self.event(title).get_by_test_id("sandbox-delete").click()
        self.event(title).wait_for(state="detached")

    def withdraw_access(self) -> None:
        """As in the account's list of connected applications."""
        control(self.url, "revoke", email=self.account)

    def fail(self, operation: str, status: int, **more: object) -> None:
        """Answer so until healed."""
        control(self.url, "faults", operation=operation, status=status, **more)

    def slow_down(self, operation: str, milliseconds: int) -> None:
        """Answer late until healed."""
        control(self.url, "faults", operation=operation, latency_ms=milliseconds)

    def expire_sync_tokens(self) -> None:
        control(self.url, "expire-sync-tokens")

    def heal(self) -> None:
        heal(self.url)

    def requests_so_far(self) -> int:
        """A mark to count from."""
        return len(self._log(0)["requests"])

    def counts(self, since: int = 0) -> dict[str, int]:
        """How often each operation was asked."""
        return dict(self._log(since)["counts"])

    def wait_for_count(self, operation: str, count: int, *, since: int = 0, seconds: float = 20) -> None:
        """Until an operation was asked so often; what jobs do shows on no page."""
        eventually(lambda: self.counts(since).get(operation, 0), count, seconds=seconds)

    def _log(self, since: int) -> dict[str, dict[str, int]]:
        told: dict[str, dict[str, int]] = control(self.url, "log", since=since)  # type: ignore[assignment] # JSON
        return told


def _typed(moment: datetime) -> str:
    return moment.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M")
