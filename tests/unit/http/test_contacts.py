"""Where a file of contacts is sent to, by HTTP."""

from collections.abc import AsyncIterator
from types import SimpleNamespace

import anyio
import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine

from ce_calendar.adapters.persistence.unit_of_work import unit_of_work_on
from ce_calendar.domain.access import Actor
from ce_calendar.domain.contact_file import LARGEST_FILE
from ce_calendar.domain.errors import SignedOut
from ce_calendar.http import contacts
from ce_calendar.http.contacts import IMPORT_PATH, contacts_router
from ce_calendar.services.audit import Audit
from ce_calendar.services.contact_import import ContactImport
from tests.builders import Town, settle
from tests.conftest import FixedClock
from tests.support.doubles import ListedAnnouncements, ListedJobs, audit_rows

BASE = "http://localhost:3000"
FILE = b"name,email\nAnna Abel,anna@clinic.example\n"


class Site:
    """The route over a real service; cookies are names of people."""

    def __init__(self, engine: Engine, clock: FixedClock) -> None:
        self.engine = engine
        open_uow = unit_of_work_on(engine)
        self.town: Town = settle(open_uow)
        self.importing = ContactImport(
            open_uow=open_uow,
            clock=clock,
            audit=Audit(open_uow=open_uow, clock=clock),
            announcer=ListedAnnouncements(),
            jobs=ListedJobs(),
        )
        self.services = SimpleNamespace(accounts=self, contact_import=self.importing)
        self.app = FastAPI()
        self.app.include_router(contacts_router(BASE))

    def actor_for(self, token: str) -> Actor:
        if token not in {"staff", "viewer", "stranger"}:
            raise SignedOut
        return self.town.actor(getattr(self.town, token))

    def send(
        self, content: bytes | AsyncIterator[bytes] = FILE, *, who: str = "staff", origin: str | None = BASE
    ) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            cookies = {"ce_session": who} if who else {}
            async with httpx.AsyncClient(transport=transport, base_url=BASE, cookies=cookies) as client:
                headers = {"Origin": origin} if origin else {}
                return await client.post(IMPORT_PATH, content=content, headers=headers)

        return anyio.run(ask)


@pytest.fixture
def site(sqlite_engine: Engine, clock: FixedClock, monkeypatch: pytest.MonkeyPatch) -> Site:
    site = Site(sqlite_engine, clock)
    monkeypatch.setattr(contacts, "get_services", lambda: site.services)
    return site


def test_a_file_waits_for_who_sent_it(site: Site) -> None:
    answer = site.send()
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    preview = site.importing.preview(site.actor_for("staff"), import_id=answer.json()["id"])
    assert (preview.counts.new, preview.first[0].entry.name) == (1, "Anna Abel")


def test_a_file_that_is_none_is_told_in_words(site: Site) -> None:
    answer = site.send(b"PK\x03\x04")
    assert (answer.status_code, list(answer.json())) == (200, ["problem"])
    assert "Excel workbook" in answer.json()["problem"]


async def _endless() -> AsyncIterator[bytes]:
    """A body that says nothing of its length, and must not be read to its end."""
    for _ in range(LARGEST_FILE // 100_000 + 2):
        yield b"x" * 100_000
    raise AssertionError("read too far")


@pytest.mark.parametrize(("who", "status"), [("", 401), ("nobody", 401), ("viewer", 403)])
def test_who_may_not_import_is_refused_before_anything_is_read(site: Site, who: str, status: int) -> None:
    async def unread() -> AsyncIterator[bytes]:
        raise AssertionError("read")
        yield b""

    answer = site.send(unread(), who=who)
    assert answer.status_code == status
    assert answer.json()["problem"]
    refused = [("contact.import", "refused", "")] if who == "viewer" else []
    assert audit_rows(site.engine) == refused


def test_a_file_that_is_too_large_is_read_no_further_than_needed(site: Site) -> None:
    answer = site.send(_endless())
    assert "larger than 5 MB" in answer.json()["problem"]


def test_a_page_elsewhere_cannot_send_a_file(site: Site) -> None:
    assert site.send(origin="https://evil.example").status_code == 403
    assert site.send(origin=None).status_code == 200, "programs say no origin"
