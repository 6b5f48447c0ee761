"""What the self-test's steps are made of."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser

import uvicorn

from ce_calendar.bootstrap import database_state
from ce_calendar.http.app import make_api
from ce_calendar.providing import consent_pages
from ce_calendar.settings import Settings


class SelftestFailed(Exception):
    """A step did not end as it should; the text says what was found."""


def expect(found: object, wanted: object, what: str) -> None:
    """Go on only if something is as it should be.

    Raises:
        SelftestFailed: it is not.
    """
    if found != wanted:
        raise SelftestFailed(f"{what}: expected {wanted}, found {found}")


class Form(HTMLParser):
    """The first form of a page, with what a browser would send of it; or else its link."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.action = ""
        self.link = ""
        self.fields: dict[str, list[str]] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take what matters of a tag."""
        found = dict(attrs)
        if tag == "a":
            self.link = self.link or found.get("href") or ""
        if tag == "form":
            self.action = found.get("action") or ""
        is_sent = found.get("type") in {"hidden", "text"} or "checked" in found
        if tag == "input" and found.get("name") and is_sent and "disabled" not in found:
            self.fields.setdefault(str(found["name"]), []).append(found.get("value") or "")

    def choose(self, name: str, value: str) -> None:
        """Choose one value."""
        self.fields[name] = [value]


def free_port() -> int:
    """A port nobody uses just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def served(settings: Settings) -> Iterator[None]:
    """Serve the HTTP side in a thread; the screens are not needed here."""
    api = make_api(
        public_url=settings.public_url,
        check=lambda: database_state(settings),
        form_targets=consent_pages(settings),
    )
    port = int(settings.public_url.rpartition(":")[2])
    server = uvicorn.Server(uvicorn.Config(api, host="127.0.0.1", port=port, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started:
        if time.monotonic() > deadline:
            raise SelftestFailed("the HTTP side did not start")
        time.sleep(0.02)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(10)
