"""After a full run no token and no secret stands in the database, in a log or in a frame, and no title in a log."""

import json
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, WebSocket, expect
from sqlalchemy import Engine, text

from ce_calendar.adapters.vault import FernetVault
from ce_calendar.commands.demo_data import DEMO_PASSWORD
from ce_calendar.ports import Sealed
from tests.e2e.legacy import Legacy
from tests.e2e.people import connect_google, disconnect, open_connections, sign_in, sync_now
from tests.support.installation import CLIENT_SECRET, Installation


@pytest.fixture
def frames(page: Page) -> list[str]:
    """Everything that goes over the page's websockets, both ways."""
    seen: list[str] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: seen.append(str(frame)))
        socket.on("framesent", lambda frame: seen.append(str(frame)))

    page.on("websocket", listen)
    return seen


def test_secrets_and_titles_stay_where_they_belong(
    page: Page, frames: list[str], installation: Installation, database: Engine, legacy: Legacy
) -> None:
    legacy.bring(legacy.granted())
    sign_in(page, "staff@demo.example")
    connect_google(page)
    page.get_by_test_id("backfill").click()
    expect(page.get_by_test_id("backfill-done")).to_be_visible()
    sync_now(page)
    page.goto("/ce/activity")
    expect(page.get_by_test_id("activity-row").first).to_be_visible()
    secrets = {*_tokens(installation, database), *_cookies(page.context), CLIENT_SECRET, DEMO_PASSWORD}
    secrets |= {installation.environment[name] for name in ("CE_VAULT_KEYS", "CE_LEGACY_TOKEN_KEYS")}
    titles = _titles(database)
    stored = _bytes_of(installation.folder, "ce.db*")
    open_connections(page)
    disconnect(page)
    # Also what the disconnect left behind.
    stored += _bytes_of(installation.folder, "ce.db*")
    logs = _bytes_of(installation.folder, "*.log")
    assert len(secrets) >= 9
    assert len(titles) >= 10
    assert [
        name
        for name, place in {"frames": "".join(frames).encode(), "logs": logs, "database": stored}.items()
        for secret in secrets
        if secret.encode() in place
    ] == []
    assert [title for title in titles if title.encode() in logs] == []
    assert b'"level": "debug"' in logs, "the application did log at DEBUG"


def _tokens(installation: Installation, database: Engine) -> set[str]:
    """What the vault holds, opened with the installation's key."""
    vault = FernetVault([installation.environment["CE_VAULT_KEYS"]])
    with database.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT v.ciphertext, v.key_id, v.organization_id, c.id AS owner_id, v.purpose FROM credential_vault v "
                "JOIN ce_calendar_connections c ON c.credential_vault_ref = v.id"
            )
        ).all()
    opened = [
        vault.open(
            Sealed(row.ciphertext, row.key_id),
            organization_id=row.organization_id,
            owner_id=row.owner_id,
            purpose=row.purpose,
        )
        for row in rows
    ]
    found = [json.loads(content) for content in opened]
    return {content[name] for content in found for name in ("access_token", "refresh_token")}


def _cookies(context: BrowserContext) -> set[str]:
    return {cookie["value"] for cookie in context.cookies() if cookie["name"] == "ce_session"}


def _titles(database: Engine) -> list[str]:
    with database.connect() as connection:
        return [
            str(title)
            for title in connection.execute(text("SELECT DISTINCT title FROM ce_calendar_events")).scalars()
            if title
        ]


def _bytes_of(folder: Path, pattern: str) -> bytes:
    # In a process of its own: closing a database file drops every lock that this process's connections hold on it, and
    # the application would take the write-ahead log away from under them.
    return subprocess.run(["cat", *map(str, folder.glob(pattern))], check=True, capture_output=True).stdout


def test_what_can_find_a_secret_finds_one(page: Page, frames: list[str]) -> None:
    """Proves that the frames are really looked at: a contact's name does travel over them."""
    sign_in(page, "staff@demo.example")
    page.goto("/ce/contacts")
    expect(page.get_by_test_id("contact-row").first).to_be_visible()
    assert "Maria Lopez" in "".join(frames)
