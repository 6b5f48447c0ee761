"""What a sync asks of Google: a request per page of 2,500, and one per calendar when nothing changed."""

from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.fernet import Fernet

from ce_calendar.adapters.idle import LeftForLater, NobodyListens
from ce_calendar.bootstrap import build_services, engine_of
from ce_calendar.domain.access import Actor, Role
from ce_calendar.domain.meetings.connections import Connection, Provider
from ce_calendar.services.registry import Services
from ce_calendar.settings import Settings
from tests.support.sandbox import GoogleSandbox

ACCOUNT = "busy@gmail.example"
CONTACT = "contact@partner.example"
PASSWORD = "a-long-password"


@pytest.fixture
def services(database_url: str, google_sandbox: GoogleSandbox) -> Any:
    values: dict[str, Any] = {
        "CE_DATABASE_URL": database_url,
        "CE_VAULT_KEYS": Fernet.generate_key().decode(),
        "CE_GOOGLE_API_URL": google_sandbox.url,
        "CE_GOOGLE_AUTH_URL": google_sandbox.endpoints.auth_url,
        "CE_GOOGLE_TOKEN_URL": google_sandbox.endpoints.token_url,
        "CE_GOOGLE_REVOKE_URL": google_sandbox.endpoints.revoke_url,
        "CE_GOOGLE_USERINFO_URL": google_sandbox.endpoints.userinfo_url,
        "GOOGLE_CALENDAR_CLIENT_ID": "client",
        "GOOGLE_CALENDAR_CLIENT_SECRET": "a-secret",
    }
    settings = Settings(_env_file=None, **values)
    yield build_services(settings, announcer=NobodyListens(), jobs=LeftForLater())
    engine_of(settings).dispose()


@pytest.fixture
def actor(services: Services) -> Actor:
    directory = services.directory
    directory.add_organization(slug="demo", name="Demo")
    directory.add_user(
        organization_slug="demo", email="sam@demo.example", name="Sam", password=PASSWORD, roles={Role.STAFF}
    )
    directory.add_contacts(organization_slug="demo", contacts=[("Contact", CONTACT, "Partner")])
    token = services.accounts.sign_in(email="sam@demo.example", password=PASSWORD, remote="test", user_agent="test")
    return services.accounts.actor_for(token)


def _events(count: int) -> list[dict[str, Any]]:
    """Events over the coming months, every tenth with the contact."""
    first = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    return [
        {
            "summary": f"Event {number}",
            "start": {"dateTime": (first + timedelta(minutes=30 * number)).isoformat()},
            "end": {"dateTime": (first + timedelta(minutes=30 * number + 20)).isoformat()},
            "attendees": [{"email": CONTACT}] if number % 10 == 0 else [],
        }
        for number in range(count)
    ]


def _connect(services: Services, actor: Actor, google: GoogleSandbox) -> Connection:
    url = services.connecting.start(actor, provider=Provider.GOOGLE)
    state = parse_qs(urlsplit(url).query)["state"][0]
    back = google.consent(url, ACCOUNT)
    assert back["state"] == state
    return services.connecting.finish(actor, provider=Provider.GOOGLE, state=back["state"], code=back["code"], error="")


@pytest.mark.parametrize("count", [2_500, 6_000])
def test_a_first_sync_asks_once_per_page_and_a_later_one_once_per_calendar(
    count: int, services: Services, actor: Actor, google_sandbox: GoogleSandbox
) -> None:
    google_sandbox.control("accounts", email=ACCOUNT, events=_events(count))
    connection = _connect(services, actor, google_sandbox)
    before = google_sandbox.counts()
    report = services.syncing.sync_now(actor, connection_id=connection.id)
    first = google_sandbox.counts()
    assert report.created == count
    assert first["events.list"] - before.get("events.list", 0) == ceil(count / 2_500)
    assert first["calendarList.list"] == 1
    assert services.connections.list(actor).views[0].coming == count / 10
    again = services.syncing.sync_now(actor, connection_id=connection.id)
    assert (again.created, again.updated, again.deleted) == (0, 0, 0)
    then = google_sandbox.counts()
    assert {name: then[name] - first[name] for name in then if then[name] != first[name]} == {"events.list": 1}
